//! What has been appended in memory and is not durable yet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use comity_domain::matters::node::Kept;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::part::OpenPart;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use comity_store::{Commit, Recorded, TreeName};

use crate::views::MatterRow;

/// A commit in the making.
pub struct Pending {
    pub(crate) commit: Commit,
    pub(crate) at: Timestamp,
    pub(crate) touched: BTreeSet<MatterId>,
    /// Matters of which receipts have come that travel on.
    pub(crate) receipted: BTreeSet<MatterId>,
    /// Partners with whom the streams were found to agree: what that released is in this commit.
    pub(crate) compared: Vec<AgencyId>,
    /// It holds entries about officers or partners.
    pub(crate) of_people: bool,
    /// Matters that were taken for another kind before; what the views have of them as such goes.
    pub(crate) taken_for: Vec<(&'static str, MatterId)>,
    /// What waits of each agency, of what is in this commit.
    pub(crate) waiting: BTreeMap<AgencyId, Kept>,
    /// The views of what was touched are folded from everything that is stored, not from what is new.
    pub(crate) anew: bool,
    /// The rows of matters that it brings up to date, as they will be.
    pub(crate) rows: Vec<Arc<MatterRow>>,
    /// None of its jobs looks at lists, so their rows may lag: [`crate::views`].
    pub(crate) ahead: bool,
}

impl Pending {
    pub(crate) fn new(length: u64, at: Timestamp) -> Self {
        let commit = Commit { expects: length, ..Commit::default() };
        Self {
            commit,
            at,
            touched: BTreeSet::new(),
            receipted: BTreeSet::new(),
            compared: Vec::new(),
            of_people: false,
            taken_for: Vec::new(),
            waiting: BTreeMap::new(),
            anew: false,
            rows: Vec::new(),
            ahead: false,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        let empty = Commit { expects: self.commit.expects, ..Commit::default() };
        self.commit == empty && self.touched.is_empty()
    }

    pub(super) fn next_number(&self) -> u64 {
        self.commit.expects + self.commit.records.len() as u64
    }

    pub(super) fn grew_exchange(&self) -> bool {
        self.commit.records.iter().any(|record| record.tree == TreeName::Exchange)
    }

    pub(super) fn last_entry(&self) -> Option<Hash> {
        self.commit.records.iter().rev().find_map(|record| match &record.what {
            Recorded::Entry { entry, .. } => Some(*entry),
            Recorded::InnerRoot { .. } | Recorded::Epoch { .. } | Recorded::Again { .. } => None,
        })
    }

    pub(crate) fn parts_of(&self, hash: &Hash) -> Vec<OpenPart> {
        self.commit.parts.iter().filter(|(entry, _)| entry == hash).map(|(_, part)| part.clone()).collect()
    }
}
