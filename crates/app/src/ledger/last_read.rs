//! What lists read last: rows of matters, and what the content of entries tells in lists. Reading a row from
//! the store and checking its bytes takes longer than everything else a list does with it.
//!
//! Invariant: nothing here differs from what is durable. What a commit writes or erases goes from here with it, so
//! that erased content is in no memory either; it is read again where it is shown next.

use std::sync::Arc;

use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use comity_store::Commit;

use super::recent::Recent;
use crate::views::{Heading, MATTERS, MatterRow, matter_at};

/// How many rows stay. A row takes about a kilobyte.
const ROWS: usize = 8192;
/// Of how many entries what they tell stays.
const HEADINGS: usize = 8192;

pub(crate) struct LastRead {
    rows: Recent<MatterId, Arc<MatterRow>>,
    headings: Recent<Hash, Arc<Heading>>,
}

impl Default for LastRead {
    fn default() -> Self {
        Self { rows: Recent::of(ROWS), headings: Recent::of(HEADINGS) }
    }
}

impl LastRead {
    pub(crate) fn row(&mut self, kind: &str, id: &MatterId) -> Option<Arc<MatterRow>> {
        self.rows.get(id).filter(|row| row.kind == kind).map(|row| Arc::clone(row))
    }

    pub(crate) fn keep_row(&mut self, row: &Arc<MatterRow>) {
        self.rows.insert(row.id, Arc::clone(row));
    }

    pub(crate) fn heading(&mut self, entry: &Hash) -> Option<Arc<Heading>> {
        self.headings.get(entry).map(|heading| Arc::clone(heading))
    }

    pub(crate) fn keep_heading(&mut self, entry: Hash, heading: &Arc<Heading>) {
        self.headings.insert(entry, Arc::clone(heading));
    }

    /// Lets go of everything.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Lets go of what a commit changed.
    pub(super) fn follow(&mut self, commit: &Commit) {
        for written in commit.views.iter().filter(|written| written.view == MATTERS) {
            if let Some(id) = matter_at(&written.key) {
                self.rows.remove(&id);
            }
        }
        let brought = commit.parts.iter().map(|(entry, _)| entry);
        for entry in brought.chain(commit.erased.iter().map(|(entry, _)| entry)) {
            self.headings.remove(entry);
        }
    }
}
