//! One lane as it has been evaluated so far.

use std::collections::BTreeMap;

use comity_journal::entry::{Lane, Place};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::candidate::Verdict;

/// How far each lane had come when an entry was written, as a count of its entries. Shared lanes and, for inner
/// entries, the inner one.
pub(super) type Frontier = BTreeMap<Lane, usize>;

/// One evaluated entry of a lane.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step<S> {
    pub(super) entry: Hash,
    pub(super) place: Place,
    pub(super) act: String,
    pub(super) at: Timestamp,
    pub(super) verdict: Verdict,
    /// What its author had seen, the entry itself included.
    pub(super) frontier: Frontier,
    /// The lane after it; unchanged by what is void.
    pub(super) state: S,
}

impl Step<()> {
    pub(super) fn with<S>(self, state: S) -> Step<S> {
        let Self { entry, place, act, at, verdict, frontier, state: () } = self;
        Step { entry, place, act, at, verdict, frontier, state }
    }
}

/// A lane's evaluated entries, in order of place, without gaps.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LaneLog<S> {
    pub(super) steps: Vec<Step<S>>,
}

impl<S> Default for LaneLog<S> {
    fn default() -> Self {
        Self { steps: Vec::new() }
    }
}

impl<S: Clone + Default> LaneLog<S> {
    pub(super) fn last(&self) -> Option<&Step<S>> {
        self.steps.last()
    }

    /// The lane after its first `count` entries.
    pub(super) fn after(&self, count: usize) -> Option<&S> {
        count.checked_sub(1).and_then(|i| self.steps.get(i)).map(|step| &step.state)
    }

    pub(super) fn now(&self) -> S {
        self.last().map(|step| step.state.clone()).unwrap_or_default()
    }

    /// The last valid entry of one of these acts, with its time; in the lane's own order, whatever its clock did.
    pub(super) fn latest(&self, acts: &[&str]) -> Option<(Timestamp, Hash)> {
        let mut newest_first = self.steps.iter().rev();
        newest_first
            .find(|step| step.verdict == Verdict::Valid && acts.contains(&step.act.as_str()))
            .map(|step| (step.at, step.entry))
    }

    /// How many entries stand up to and including this one, if it is here.
    pub(super) fn count_to(&self, place: Place, entry: &Hash) -> Option<usize> {
        let i = self.steps.binary_search_by_key(&place, |step| step.place).ok()?;
        (self.steps[i].entry == *entry).then_some(i + 1)
    }
}

/// How an entry stands in its matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Valid, and moved its lane.
    Valid,
    /// In chain and journal, changes nothing, and this is the rule.
    Void(&'static str),
    /// Stored; this release cannot read it.
    NotUnderstood,
    /// Arrived, earlier entries missing.
    Waiting,
    /// One of two entries for one place: the lane stands still before it.
    Forked,
    /// On a branch of a fork that its author did not stand by: it changes nothing.
    GivenUp,
    /// Signed with a key that no longer speaks for its agency, beyond where that stands, or behind such an entry: it changes
    /// nothing.
    Disowned,
}
