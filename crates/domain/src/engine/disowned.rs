//! Keys that no longer speak for their agency, as far as one matter is concerned: which entries they signed still count.
//!
//! The root of an agency that has lost a key states the head of each lane up to which the key spoke for it. What leads to
//! that head stands. Everything else that the key signed in that lane is disowned, what follows it included; in a lane for
//! which nothing was stated, all of it. Disowned entries stay in chain and journal and change nothing: they claim no
//! place, so they make no fork, and whoever had seen them goes on as if the lane had come to the last entry that counts.
//!
//! While the head is still to come, whatever stands before its place counts as it did: what was settled stays so.
//!
//! Not here: cards, and how a statement is proven (`comity_journal::stated`). Invariant: what is disowned is a function of
//! the set of entries and of what was stated.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use comity_journal::entry::{Entry, Header, Lane, Opening, Place, Seen};
use comity_journal::stated::{standing, with_followers};
use comity_journal::suite::Hash;

use super::grid::Cell;
use super::kind::Kind;
use super::lane::Standing;
use super::matter::{Matter, State};

/// The status of a matter that somebody opened with a key that was not theirs.
pub const DISOWNED: &str = "disowned";

/// A key that no longer speaks for its agency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DisownedKey {
    /// The cards that name the key.
    pub cards: BTreeSet<Hash>,
    /// Up to where each lane of the matter stands that it has signed in.
    pub heads: BTreeMap<Lane, Seen>,
}

impl DisownedKey {
    /// Whether this key signed something that partners have. What a node wrote for itself nobody else can have written.
    fn signed(&self, header: &Header) -> bool {
        header.lane.is_shared() && self.cards.contains(&header.card)
    }

    /// The entries of a lane that this key signed and that do not stand.
    fn gone(&self, lane: Lane, entries: &BTreeMap<Hash, &Header>) -> BTreeSet<Hash> {
        let signed = entries.iter().filter(|(_, header)| self.signed(header));
        let Some(head) = self.heads.get(&lane) else { return signed.map(|(hash, _)| *hash).collect() };
        let stands = standing(&before(entries), head.entry);
        let may_still = |place: Place| !stands.whole && place <= head.place;
        let gone = signed.filter(|(hash, header)| !stands.entries.contains(hash) && !may_still(header.place));
        gone.map(|(hash, _)| *hash).collect()
    }
}

fn before(entries: &BTreeMap<Hash, &Header>) -> BTreeMap<Hash, Option<Hash>> {
    entries.iter().map(|(hash, header)| (*hash, header.prev)).collect()
}

impl<K: Kind> Matter<K> {
    /// Says which keys no longer speak for their agencies, all that are known. Where that changes what counts, everything is
    /// evaluated anew.
    pub fn disown(&mut self, keys: Vec<DisownedKey>) {
        if keys == self.disowned {
            return;
        }
        let before = std::mem::replace(&mut self.disowned, keys);
        let all: Vec<_> = before.iter().chain(&self.disowned).collect();
        let signed = |entry: &&Arc<Entry>| all.iter().any(|key| key.signed(entry.header()));
        let lanes: BTreeSet<_> = self.entries().filter(signed).map(|entry| entry.header().lane).collect();
        if !lanes.is_empty() {
            // Who had seen what counts again, or no longer, is judged by that.
            self.forget_evaluation();
            lanes.into_iter().for_each(|lane| self.lay_course(lane));
            self.advance();
        }
    }

    /// The opening of a matter that was opened with a key which no longer spoke for its agency, and by nobody else.
    pub fn disowned_opening(&self) -> Option<&Opening> {
        if self.disowned.is_empty() || self.opening().is_some() {
            return None;
        }
        let disowned = |entry: &&Arc<Entry>| self.standing(&entry.hash()) == Standing::Disowned;
        self.entries().filter(disowned).find_map(|entry| entry.header().opening.as_ref())
    }

    /// The cell that a state is in; a matter that is none has one of its own.
    pub(super) fn cell_of(&self, state: &State<K>) -> Cell {
        if self.disowned_opening().is_some() {
            return Cell { status: DISOWNED, waited_for: None, prevails: None, next: Vec::new() };
        }
        K::cell(&state.lanes_with(None))
    }

    /// Whether a key signed this that no longer speaks for its agency.
    pub(super) fn is_of_disowned_key(&self, header: &Header) -> bool {
        self.disowned.iter().any(|key| key.signed(header))
    }

    /// The entries of a lane that do not count because of whose key signed them.
    pub(super) fn disowned_in(&self, lane: Lane) -> BTreeSet<Hash> {
        if self.disowned.is_empty() {
            return BTreeSet::new();
        }
        let of_lane = self.entries().filter(|entry| entry.header().lane == lane);
        let entries: BTreeMap<Hash, &Header> = of_lane.map(|entry| (entry.hash(), entry.header())).collect();
        let mut gone = BTreeSet::new();
        for key in &self.disowned {
            gone.extend(key.gone(lane, &entries));
        }
        with_followers(&before(&entries), &mut gone);
        gone
    }
}
