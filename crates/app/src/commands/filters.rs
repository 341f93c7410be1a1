//! Filters of the list of matters that an officer keeps under names, in the officer's own record and nowhere else.
//!
//! What a filter shows is text in codes that the pages make and read again; nothing here understands it.

use comity_domain::act::{Line, Target};
use comity_domain::matters::officer::{DropFilter, KeepFilter};
use comity_journal::suite::Hash;
use serde::Serialize;

use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::Officer;

/// A filter an officer keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeptFilter {
    /// The entry that keeps it.
    pub entry: Hash,
    /// Its name.
    pub name: String,
    /// What it shows, in codes.
    pub shows: String,
}

impl Ledger {
    /// Keeps a filter under a name.
    ///
    /// # Errors
    /// When the name is no line of text, or the officer keeps as many as one may.
    pub fn keep_filter(
        &mut self,
        pending: &mut Pending,
        officer: &Officer,
        name: &str,
        shows: &str,
    ) -> Result<Hash, Failure> {
        let line = |text: &str| Line::new(text).map_err(|error| Failure::Usage(error.to_string()));
        let act = KeepFilter { name: line(name)?, shows: line(shows)? };
        self.record_of(pending, &officer.record, act, Some(officer))
    }

    /// Gives a filter up that the officer keeps.
    ///
    /// # Errors
    /// Refused when the officer keeps no such filter.
    pub fn drop_filter(
        &mut self,
        pending: &mut Pending,
        officer: &Officer,
        filter: Hash,
    ) -> Result<Hash, Failure> {
        let act = DropFilter { of: Target::from(filter) };
        self.record_of(pending, &officer.record, act, Some(officer))
    }

    /// The filters an officer keeps, oldest first; without those whose content is gone.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn kept_filters(&mut self, officer: &Officer) -> Result<Vec<KeptFilter>, Failure> {
        let mut kept = Vec::new();
        for entry in self.officer_lane(&officer.record)?.filters {
            let text = |field| self.text_of(&[(entry, ())], "filter", field);
            if let (Some(name), Some(shows)) = (text("name")?, text("shows")?) {
                kept.push(KeptFilter { entry, name, shows });
            }
        }
        Ok(kept)
    }
}
