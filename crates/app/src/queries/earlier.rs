//! Earlier matters of ours that a new one can be copied from, and what is copied.
//!
//! Not copied: times that have passed, our reference of then, other matters that were named, and whatever is no longer
//! here to be read. What is left out is named, so that its author knows what to fill in.

use ciborium::Value;
use comity_domain::act::FieldKind;
use comity_domain::words::Words;
use comity_journal::ids::AgencyId;
use comity_journal::time::Timestamp;

use super::acts::ActValue;
use super::lists::{Also, ListQuery};
use super::matters::MatterLine;
use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;
use crate::views::{Facet, MatterRow, REFERENCE};

/// How many earlier matters are offered.
const OFFERED: usize = 10;

/// What a new matter takes from an earlier one.
#[derive(Clone, Debug)]
pub struct Copied {
    /// The number of the earlier matter.
    pub from: String,
    /// What it was about.
    pub title: Option<String>,
    /// What is copied.
    pub values: Vec<ActValue>,
    /// The fields of it that are not, by name.
    pub left_out: Vec<&'static str>,
}

impl Ledger {
    /// Matters of this kind that we opened with this partner and this officer may read, the latest first; those that fit
    /// what was typed, where something was.
    ///
    /// # Errors
    /// When the officer may not open matters, or the store cannot be read.
    pub fn earlier(
        &mut self,
        officer: &Officer,
        kind: &str,
        partner: &AgencyId,
        typed: &str,
        words: &Words,
    ) -> Result<Vec<MatterLine>, Failure> {
        self.authorise(officer, Doing::OpenMatter, None)?;
        if !typed.trim().is_empty() {
            let fits = |row: &MatterRow| {
                let may_read = officer.may_in_row(Doing::ReadContent, row);
                may_read && row.kind == kind && row.ours && row.with.contains(partner)
            };
            let found = self.search(typed, OFFERED, &fits, words)?;
            return Ok(found.lines.into_iter().map(|found| found.line).collect());
        }
        let also =
            Also { kind: Some(kind.to_owned()), with: Some(*partner), ours: Some(true), ..Also::default() };
        let list = ListQuery { facet: Facet::All, also, after: None, limit: OFFERED };
        let mut lines = self.matter_lines_for(officer, &list, words)?.lines;
        lines.retain(|line| self.authorise(officer, Doing::ReadContent, Some(&line.id)).is_ok());
        Ok(lines)
    }

    /// What a new matter of this kind takes from an earlier one, by what was typed for its number.
    ///
    /// # Errors
    /// Not found when there is none of that kind that we opened and this officer may read.
    pub fn copy_of(&mut self, officer: &Officer, kind: &str, typed: &str) -> Result<Copied, Failure> {
        let matter = self.seen_by(officer, typed)?;
        self.authorise(officer, Doing::ReadContent, Some(&matter))?;
        let row = self.row(kind, &matter)?.filter(|row| row.ours);
        let row = row.ok_or_else(|| Failure::NotFound("no such matter to copy from".into()))?;
        let now = self.now();
        let (left_out, values): (Vec<_>, Vec<_>) = self
            .opening_values(&matter)?
            .into_iter()
            .filter(|value| !value.field.derived)
            .partition(|value| belongs_to_then(value, now));
        Ok(Copied {
            from: self.number(kind, &matter)?,
            title: self.headline(&row)?.title,
            values,
            left_out: left_out.into_iter().map(|value| value.field.name).collect(),
        })
    }
}

/// Whether a value means the earlier matter alone: a time that has passed, its reference, an entry or matter it named.
fn belongs_to_then(value: &ActValue, now: Timestamp) -> bool {
    match (&value.field.kind, &value.value) {
        (FieldKind::Moment, Value::Integer(millis)) => i128::from(*millis) <= i128::from(now.millis()),
        (FieldKind::Entry | FieldKind::Machine | FieldKind::Matter, _) => true,
        _ => value.field.name == REFERENCE,
    }
}
