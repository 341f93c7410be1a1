//! One lane as it has been evaluated so far.
//!
//! Beside its steps a lane keeps what is asked of it again and again (where it was opened, up to where everything is
//! understood, who wrote last), so that a matter of ten thousand entries takes one more as fast as one of ten. Invariant:
//! all of that follows from the steps; [`LaneLog::push`] alone changes either.

use std::collections::BTreeMap;

use comity_journal::entry::{Lane, Place};
use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::candidate::Verdict;

/// How far each lane had come when an entry was written, as a count of its entries. Shared lanes and, for inner
/// entries, the inner one. Lanes are few, and every entry keeps one of these: a sorted list is a tenth of a map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Frontier(Vec<(Lane, usize)>);

impl Frontier {
    /// How many entries of a lane.
    pub(super) fn count(&self, lane: Lane) -> usize {
        self.0.binary_search_by_key(&lane, |(lane, _)| *lane).map_or(0, |i| self.0[i].1)
    }

    /// At least so many entries of a lane.
    pub(super) fn raise(&mut self, lane: Lane, count: usize) {
        match self.0.binary_search_by_key(&lane, |(lane, _)| *lane) {
            Ok(i) => self.0[i].1 = self.0[i].1.max(count),
            Err(i) => {
                self.0.reserve_exact(1);
                self.0.insert(i, (lane, count));
            }
        }
    }

    /// Of each lane at least as many entries as in the other.
    pub(super) fn join(&mut self, other: &Self) {
        other.iter().for_each(|(lane, count)| self.raise(lane, count));
    }

    /// The lanes that have come anywhere, in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Lane, usize)> {
        self.0.iter().copied()
    }
}

impl FromIterator<(Lane, usize)> for Frontier {
    fn from_iter<I: IntoIterator<Item = (Lane, usize)>>(counts: I) -> Self {
        let mut frontier = Self::default();
        counts.into_iter().for_each(|(lane, count)| frontier.raise(lane, count));
        frontier
    }
}

/// One evaluated entry of a lane.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step<S> {
    pub(super) entry: Hash,
    pub(super) author: AgencyId,
    pub(super) place: Place,
    pub(super) act: String,
    /// Whether it carries an opening.
    pub(super) opens: bool,
    pub(super) at: Timestamp,
    pub(super) verdict: Verdict,
    /// What its author had seen, the entry itself included.
    pub(super) frontier: Frontier,
    /// The lane after it; unchanged by what is void.
    pub(super) state: S,
}

impl Step<()> {
    pub(super) fn with<S>(self, state: S) -> Step<S> {
        let Self { entry, author, place, act, opens, at, verdict, frontier, state: () } = self;
        Step { entry, author, place, act, opens, at, verdict, frontier, state }
    }
}

/// A lane's evaluated entries, in order of place, without gaps.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LaneLog<S> {
    pub(super) steps: Vec<Step<S>>,
    /// The first valid step that opens.
    opened: Option<usize>,
    /// The first step that is not understood.
    not_understood: Option<usize>,
    /// The last step of each author.
    last_by: BTreeMap<AgencyId, usize>,
}

impl<S> Default for LaneLog<S> {
    fn default() -> Self {
        Self { steps: Vec::new(), opened: None, not_understood: None, last_by: BTreeMap::new() }
    }
}

impl<S: Clone + Default> LaneLog<S> {
    /// Takes the next evaluated entry.
    pub(super) fn push(&mut self, step: Step<S>) {
        let i = self.steps.len();
        if step.opens && step.verdict == Verdict::Valid {
            self.opened.get_or_insert(i);
        }
        if step.verdict == Verdict::NotUnderstood {
            self.not_understood.get_or_insert(i);
        }
        self.last_by.insert(step.author, i);
        self.steps.push(step);
    }

    /// The valid entry among the first `count` that opens; void ones may stand before it.
    pub(super) fn opened_within(&self, count: usize) -> Option<&Step<S>> {
        self.opened.filter(|i| *i < count).and_then(|i| self.steps.get(i))
    }

    /// Whether all of the first `count` entries are understood.
    pub(super) fn is_understood(&self, count: usize) -> bool {
        self.not_understood.is_none_or(|i| i >= count)
    }

    /// The last entry that an agency wrote.
    pub(super) fn last_by(&self, author: &AgencyId) -> Option<&Step<S>> {
        self.last_by.get(author).and_then(|i| self.steps.get(*i))
    }

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
