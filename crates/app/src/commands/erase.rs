//! Erases content: one person proposes, a second has it done. Signatures and hashes stay, so history still verifies.
//!
//! What is erased here is not erased at partners, in exported proofs or in backups.

use comity_domain::act::{Act as _, ActDef, ActSet as _, SECRET};
use comity_domain::engine::{Erase, Erasure, InnerAct, Kind as _, ProposeErasure, SEALED_PACKAGE};
use comity_domain::gates::{Refusal, rules};
use comity_domain::matters::officer::OfficerKind;
use comity_journal::ids::{MatterId, Token};
use comity_journal::part::PartClass;
use comity_journal::suite::Hash;
use std::collections::BTreeSet;

use super::act::{ActCommand, Acted};
use crate::failure::Failure;
use crate::ledger::{Ledger, NewEntry, Pending};
use crate::people::Officer;

/// Content to be erased: parts of one entry by label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToErase {
    /// The entry.
    pub entry: Hash,
    /// The labels, sorted; `sealed-package` for the package it handed over.
    pub parts: Vec<Token>,
}

/// What came of asking for an erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erasing {
    /// It is proposed; a second person asks for the same to have it done.
    Proposed,
    /// It is done. A sealed package goes from the shelf when the shelf is swept next, by what may stay on it.
    Done,
}

impl Ledger {
    /// Proposes an erasure, or, as a second person, has the same one done.
    ///
    /// # Errors
    /// The rule that refuses it, or that there is no such content.
    pub fn erase(
        &mut self,
        pending: &mut Pending,
        matter: &MatterId,
        content: &ToErase,
        reason: &str,
        officer: &Officer,
    ) -> Result<Erasing, Failure> {
        let erasures = self.matter(matter)?.inner().erasures;
        let same = |e: &&Erasure| !e.done && e.of == content.entry && e.parts == content.parts;
        let Some(proposed) = erasures.iter().find(same) else {
            return self.propose(pending, matter, content, reason, officer).map(|_| Erasing::Proposed);
        };
        let of = format!("of = \"{}\"", proposed.proposal);
        let confirm = ActCommand { matter: *matter, act: Erase::DEF.code.into(), toml: Some(of) };
        self.act(pending, &confirm, officer).map(|_| Erasing::Done)
    }

    fn propose(
        &mut self,
        pending: &mut Pending,
        matter: &MatterId,
        content: &ToErase,
        reason: &str,
        officer: &Officer,
    ) -> Result<Acted, Failure> {
        let mut table = toml::Table::new();
        table.insert("entry".into(), content.entry.to_string().into());
        let parts = content.parts.iter().map(|part| part.as_str().into()).collect();
        table.insert("parts".into(), toml::Value::Array(parts));
        table.insert("reason".into(), reason.into());
        let act = ProposeErasure::DEF.code.to_owned();
        self.act(pending, &ActCommand { matter: *matter, act, toml: Some(table.to_string()) }, officer)
    }

    fn check_erasable(&mut self, matter: &MatterId, content: &ToErase) -> Result<(), Failure> {
        let handed = self.matter(matter)?.packages();
        let entry = self.matter(matter)?.entry(&content.entry).cloned();
        let entry = entry.ok_or_else(|| Failure::NotFound("this matter has no such entry".into()))?;
        for part in &content.parts {
            if part.as_str() == SEALED_PACKAGE {
                if !handed.iter().any(|handed| handed.entry == content.entry) {
                    return Err(Failure::NotFound("this entry handed over no package".into()));
                }
                continue;
            }
            let committed = entry.header().parts.iter().find(|committed| committed.label == *part);
            match committed.map(|committed| committed.class) {
                Some(PartClass::Tally) => return Err(Refusal::under(rules::TALLY_STAYS).into()),
                Some(PartClass::Content) => {}
                None => {
                    let labels: Vec<_> = entry.header().parts.iter().map(|c| c.label.as_str()).collect();
                    let has = labels.join(", ");
                    return Err(Failure::Usage(format!("this entry has no part `{part}`; it has: {has}")));
                }
            }
        }
        Ok(())
    }

    /// What an inner act that is about to be written proposes to erase, checked, or has erased.
    pub(super) fn erasing(
        &mut self,
        matter: &MatterId,
        def: &ActDef,
        new: &NewEntry,
    ) -> Result<Option<ToErase>, Failure> {
        let Some(Ok(act)) = InnerAct::decode(def.code, &new.structure).filter(|_| def.inner) else {
            return Ok(None);
        };
        match act {
            InnerAct::ProposeErasure(proposal) => {
                let parts = proposal.parts.items().to_vec();
                self.check_erasable(matter, &ToErase { entry: proposal.entry, parts })?;
                Ok(None)
            }
            InnerAct::Erase(erase) => {
                let inner = self.matter(matter)?.inner();
                let proposed = erase.of.entry().and_then(|of| inner.erasure(&of).cloned());
                Ok(proposed.map(|erasure| ToErase { entry: erasure.of, parts: erasure.parts }))
            }
            _ => Ok(None),
        }
    }

    /// The entries of an officer's record whose secret still counts; of no other matter any.
    pub(super) fn secrets_of(&mut self, matter: &MatterId) -> Result<BTreeSet<Hash>, Failure> {
        if self.kind_of(matter)? != OfficerKind::DEF.code {
            return Ok(BTreeSet::new());
        }
        Ok(self.officer_lane(matter)?.secrets())
    }

    /// A secret that something has taken the place of is of no use to anybody but a thief: it goes at once, and needs
    /// no second person.
    pub(super) fn erase_superseded(
        &mut self,
        pending: &mut Pending,
        matter: &MatterId,
        before: BTreeSet<Hash>,
    ) -> Result<(), Failure> {
        let still = self.secrets_of(matter)?;
        let gone = before.into_iter().filter(|entry| !still.contains(entry));
        pending.commit.erased.extend(gone.map(|entry| (entry, Token::literal(SECRET))));
        Ok(())
    }

    /// Erases the parts of the entry, and the same of every draft of that act: they hold the same names.
    pub(super) fn carry_out(
        &mut self,
        pending: &mut Pending,
        matter: &MatterId,
        content: &ToErase,
    ) -> Result<(), Failure> {
        let folded = self.matter(matter)?;
        let act = folded.entry(&content.entry).map(|entry| entry.header().act.clone());
        let drafts = folded.inner().drafts.into_iter().filter(|draft| Some(&draft.act) == act.as_ref());
        for entry in std::iter::once(content.entry).chain(drafts.map(|draft| draft.entry)) {
            pending.commit.erased.extend(content.parts.iter().map(|part| (entry, part.clone())));
        }
        Ok(())
    }
}
