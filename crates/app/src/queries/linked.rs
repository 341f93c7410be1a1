//! Other matters that a matter's acts name: what it follows, what it was opened for.

use ciborium::Value;
use comity_domain::act::FieldKind;
use comity_domain::words::Words;
use comity_journal::ids::MatterId;
use serde::Serialize;

use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;

/// A matter that another one names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkedLine {
    /// How it is named there, in words.
    pub how: String,
    /// Its number.
    pub number: String,
    /// What it is about, while that content is present and this officer may read it.
    pub title: Option<String>,
}

impl Ledger {
    /// The matters that the opening of this one names and this officer may know of, the others in silence.
    ///
    /// # Errors
    /// When there is no such matter, or the store cannot be read.
    pub fn linked(
        &mut self,
        officer: &Officer,
        id: &MatterId,
        words: &Words,
    ) -> Result<Vec<LinkedLine>, Failure> {
        let kind = self.kind_of(id)?;
        let def = self.opening_act(&kind)?;
        let mut named = Vec::new();
        for value in self.opening_values(id)? {
            if value.field.kind != FieldKind::Machine || value.field.derived {
                continue;
            }
            let Value::Bytes(bytes) = &value.value else { continue };
            let how = words.field(&kind, def.code, value.field.name);
            named.extend(MatterId::from_slice(bytes).map(|other| (how, other)));
        }
        let mut lines = Vec::new();
        for (how, other) in named {
            if self.may_see(officer, &other)? {
                lines.extend(self.linked_line(officer, how, &other, words)?);
            }
        }
        Ok(lines)
    }

    fn linked_line(
        &mut self,
        officer: &Officer,
        how: String,
        other: &MatterId,
        words: &Words,
    ) -> Result<Option<LinkedLine>, Failure> {
        let kind = self.kind_of(other)?;
        if !self.kind_named(&kind)?.def().shared {
            return Ok(None);
        }
        let Some(row) = self.row(&kind, other)? else { return Ok(None) };
        let names = self.partner_names(words)?;
        let line = self.line_for(officer, &row, &names, words)?;
        Ok(Some(LinkedLine { how, number: line.number, title: line.title }))
    }
}
