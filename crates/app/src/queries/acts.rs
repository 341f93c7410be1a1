//! One act and what it says, field by field: for a form that goes on from a draft, a copy, or what an approver reads.

use ciborium::Value;
use comity_domain::act::{self, ActDef, Field, FieldKind};
use comity_journal::ids::MatterId;
use comity_journal::part::OpenPart;
use comity_journal::suite::Hash;

use crate::authorise::Doing;
use crate::commands::STRUCTURE;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;

/// One field of an act that can be read.
#[derive(Clone, Debug, PartialEq)]
pub struct ActValue {
    /// The field.
    pub field: &'static Field,
    /// What it holds.
    pub value: Value,
}

impl Ledger {
    /// The kind of a matter and the definition of one of its acts.
    ///
    /// # Errors
    /// When there is no such matter, or no such act in its kind.
    pub fn act_of(&mut self, matter: &MatterId, act: &str) -> Result<(String, ActDef), Failure> {
        let kind = self.kind_of(matter)?;
        let def = self.kind_named(&kind)?.act(act).copied();
        Ok((kind, def.ok_or_else(|| Failure::NotFound("matters of this kind have no such act".into()))?))
    }

    /// The act that hands over a sealed package in a matter.
    ///
    /// # Errors
    /// Not found where nothing is handed over in matters of its kind.
    pub fn handing_over(&mut self, matter: &MatterId) -> Result<ActDef, Failure> {
        let kind = self.kind_of(matter)?;
        let act = self.kind_named(&kind)?.def().hands_over;
        let act =
            act.ok_or_else(|| Failure::NotFound("nothing is handed over in matters of this kind".into()))?;
        self.act_of(matter, act).map(|(_, def)| def)
    }

    /// The number of a matter, for an officer who may know of it.
    ///
    /// # Errors
    /// Refused when the officer may not; when there is no such matter.
    pub fn number_for(&mut self, officer: &Officer, matter: &MatterId) -> Result<String, Failure> {
        self.authorise(officer, Doing::SeeMatter, Some(matter))?;
        let kind = self.kind_of(matter)?;
        self.number(&kind, matter)
    }

    /// The act that opens matters of a kind.
    ///
    /// # Errors
    /// When there is no such kind.
    pub fn opening_act(&self, kind: &str) -> Result<ActDef, Failure> {
        let first = self.kind_named(kind)?.acts().first().map(|def| **def);
        first.ok_or_else(|| Failure::Fault("a kind without acts".into()))
    }

    /// What the draft of an act says that counts now: not superseded, not signed yet, its content not erased.
    ///
    /// # Errors
    /// When there is no such matter, or the store cannot be read.
    pub fn draft_of(&mut self, matter: &MatterId, act: &str) -> Result<Option<Vec<ActValue>>, Failure> {
        let inner = self.matter(matter)?.inner();
        let newest = inner.drafts.iter().rev().find(|draft| draft.act.as_str() == act && !draft.superseded);
        let Some(entry) = newest.map(|draft| draft.entry) else { return Ok(None) };
        if self.was_signed(matter, &entry)? {
            return Ok(None);
        }
        let (_, def) = self.act_of(matter, act)?;
        self.drafted_values(&def, &entry).map(Some)
    }

    /// What an act says, for a form or for who reads it: the matters it names by number, as far as this officer may know
    /// of them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn with_numbers(
        &mut self,
        officer: &Officer,
        mut values: Vec<ActValue>,
    ) -> Result<Vec<ActValue>, Failure> {
        for value in values.iter_mut().filter(|value| value.field.kind == FieldKind::Matter) {
            let id = value.value.as_bytes().and_then(|bytes| MatterId::from_slice(bytes));
            if let Some(id) = id
                && self.may_see(officer, &id)?
            {
                value.value = Value::Text(self.number_for(officer, &id)?);
            } else if let Some(id) = id {
                value.value = Value::Text(id.to_string());
            }
        }
        Ok(values)
    }

    /// What a draft says, as far as its content is here.
    pub(super) fn drafted_values(&self, def: &ActDef, draft: &Hash) -> Result<Vec<ActValue>, Failure> {
        let parts = self.store().parts(draft)?;
        let is_structure = |part: &&OpenPart| part.label.as_str() == STRUCTURE;
        let structure = parts.iter().find(is_structure).map(|part| part.bytes.clone()).unwrap_or_default();
        // The draft's own parts stand for those the signed act will commit to.
        let committed: Vec<_> = parts.iter().map(OpenPart::commit).collect();
        Ok(values(act::read(def, &structure, &committed, &parts)))
    }

    /// What the act that opened a matter says, as far as its content is here; of one not sent yet, its draft.
    ///
    /// # Errors
    /// When there is no such matter, or the store cannot be read.
    pub fn opening_values(&mut self, matter: &MatterId) -> Result<Vec<ActValue>, Failure> {
        let kind = self.kind_of(matter)?;
        let def = self.opening_act(&kind)?;
        let Some((_, entry)) = self.matter(matter)?.opening() else {
            return Ok(self.draft_of(matter, def.code)?.unwrap_or_default());
        };
        let parts = self.store().parts(&entry)?;
        let matter = self.matter(matter)?;
        let header = matter.entry(&entry).map(|entry| entry.header().clone());
        let header = header.ok_or_else(|| Failure::Fault("the opening is not there".into()))?;
        Ok(values(act::read(&def, &header.structure, &header.parts, &parts)))
    }
}

fn values(readings: Vec<act::Reading>) -> Vec<ActValue> {
    let present = readings.into_iter().filter_map(|reading| {
        let act::Reading { field, value } = reading;
        Some(ActValue { field, value: value.ok()? })
    });
    present.collect()
}
