//! Matters folded in memory: those used last, and every one that holds what is not durable yet.
//!
//! Invariant: a matter that was given an entry which the store does not have stays until that entry is durable, or
//! everything is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use comity_domain::engine::AnyMatter;
use comity_journal::ids::MatterId;

/// How many matters stay folded.
const MOST: usize = 4096;

/// Folded matters by id, and in the order they were used.
pub(crate) struct Folded {
    by_id: BTreeMap<MatterId, (u64, Box<dyn AnyMatter>)>,
    by_use: BTreeMap<u64, MatterId>,
    uses: u64,
    unstored: BTreeSet<MatterId>,
    most: usize,
}

impl Default for Folded {
    fn default() -> Self {
        Self::of(MOST)
    }
}

impl Folded {
    fn of(most: usize) -> Self {
        let (by_id, by_use) = (BTreeMap::new(), BTreeMap::new());
        Self { by_id, by_use, uses: 0, unstored: BTreeSet::new(), most }
    }

    /// Whether it is folded.
    pub(crate) fn has(&self, id: &MatterId) -> bool {
        self.by_id.contains_key(id)
    }

    /// A folded matter, which counts as used now.
    pub(crate) fn get(&mut self, id: &MatterId) -> Option<&mut Box<dyn AnyMatter>> {
        let (used, matter) = self.by_id.get_mut(id)?;
        if *used != self.uses {
            self.by_use.remove(used);
            self.uses += 1;
            *used = self.uses;
            self.by_use.insert(*used, *id);
        }
        Some(matter)
    }

    /// Keeps a matter, and lets go of the one that was not used for longest.
    pub(crate) fn insert(&mut self, id: MatterId, matter: Box<dyn AnyMatter>) {
        self.uses += 1;
        if let Some((used, _)) = self.by_id.insert(id, (self.uses, matter)) {
            self.by_use.remove(&used);
        }
        self.by_use.insert(self.uses, id);
        self.make_room();
    }

    fn make_room(&mut self) {
        while self.by_id.len() > self.most {
            let mut oldest_first = self.by_use.iter();
            let stored = |(used, id): &(&u64, &MatterId)| **used != self.uses && !self.unstored.contains(id);
            let Some((used, id)) = oldest_first.find(stored).map(|(used, id)| (*used, *id)) else { return };
            self.by_use.remove(&used);
            self.by_id.remove(&id);
        }
    }

    /// The matter was given an entry that is not durable yet.
    pub(crate) fn hold(&mut self, id: MatterId) {
        self.unstored.insert(id);
    }

    /// Everything given so far is durable.
    pub(crate) fn settle(&mut self) {
        self.unstored.clear();
        self.make_room();
    }

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        *self = Self::of(self.most);
    }
}

#[cfg(test)]
mod tests {
    use comity_domain::matters::standard;

    use super::*;

    fn keep(folded: &mut Folded, n: u8) {
        let id = MatterId::from_bytes([n; 32]);
        let matter = standard().get("request").map(|kind| kind.matter(id)).expect("a kind");
        folded.insert(id, matter);
    }

    fn kept(folded: &Folded) -> Vec<u8> {
        folded.by_id.keys().map(|id| id.as_bytes()[0]).collect()
    }

    #[test]
    fn the_matter_not_used_for_longest_goes_first() {
        let mut folded = Folded::of(3);
        for n in 1..=3 {
            keep(&mut folded, n);
        }
        assert!(folded.get(&MatterId::from_bytes([1; 32])).is_some());
        keep(&mut folded, 4);
        assert_eq!(kept(&folded), [1, 3, 4]);
        keep(&mut folded, 5);
        assert_eq!(kept(&folded), [1, 4, 5]);
    }

    #[test]
    fn what_is_not_durable_yet_stays() {
        let mut folded = Folded::of(2);
        for n in 1..=4 {
            keep(&mut folded, n);
            folded.hold(MatterId::from_bytes([n; 32]));
        }
        assert_eq!(kept(&folded), [1, 2, 3, 4]);
        folded.settle();
        assert_eq!(kept(&folded), [3, 4]);
    }
}
