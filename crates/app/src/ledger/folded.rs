//! Matters folded in memory: those used last, and every one that holds what is not durable yet.
//!
//! Invariant: a matter that was given an entry which the store does not have stays until that entry is durable, or
//! everything is forgotten.

use std::collections::BTreeSet;

use comity_domain::engine::AnyMatter;
use comity_journal::ids::MatterId;

use super::recent::Recent;

/// How much stays folded, counted in entries. One takes some two kilobytes, so this is 128 mebibytes.
const MOST: usize = 64 * 1024;
/// What a matter takes beside its entries, counted in entries.
const BESIDE: usize = 8;

fn weight(matter: &dyn AnyMatter) -> usize {
    matter.count() + BESIDE
}

/// Folded matters by id.
pub(crate) struct Folded {
    recent: Recent<MatterId, Box<dyn AnyMatter>>,
    unstored: BTreeSet<MatterId>,
}

impl Default for Folded {
    fn default() -> Self {
        Self::of(MOST)
    }
}

impl Folded {
    const fn of(most: usize) -> Self {
        Self { recent: Recent::of(most), unstored: BTreeSet::new() }
    }

    /// Whether it is folded.
    pub(crate) fn has(&self, id: &MatterId) -> bool {
        self.recent.has(id)
    }

    /// A folded matter, which counts as used now.
    pub(crate) fn get(&mut self, id: &MatterId) -> Option<&mut Box<dyn AnyMatter>> {
        self.recent.get(id)
    }

    /// Keeps a matter, and lets go of those that were not used for longest.
    pub(crate) fn insert(&mut self, id: MatterId, matter: Box<dyn AnyMatter>) {
        let weight = weight(&*matter);
        self.recent.insert_beside(id, matter, weight, |id| self.unstored.contains(id));
    }

    /// All that are folded.
    pub(crate) fn ids(&self) -> Vec<MatterId> {
        self.recent.keys()
    }

    /// Lets go of a matter that turned out to be of another kind.
    pub(crate) fn remove(&mut self, id: &MatterId) {
        self.recent.remove(id);
    }

    /// The matter was given an entry that is not durable yet.
    pub(crate) fn hold(&mut self, id: MatterId) {
        self.unstored.insert(id);
    }

    /// Everything given so far is durable.
    pub(crate) fn settle(&mut self) {
        for id in std::mem::take(&mut self.unstored) {
            self.recent.weigh(&id, |matter| weight(&**matter));
        }
        self.recent.make_room(|_| false);
    }

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        self.recent.clear();
        self.unstored.clear();
    }
}

#[cfg(test)]
mod tests {
    use comity_domain::matters::standard;

    use super::*;

    #[test]
    fn a_matter_that_is_not_durable_yet_stays() {
        let mut folded = Folded::of(2 * BESIDE);
        for n in 1..=4 {
            let id = MatterId::from_bytes([n; 32]);
            let matter = standard().get("request").map(|kind| kind.matter(id)).expect("a kind");
            folded.insert(id, matter);
            folded.hold(id);
        }
        let kept =
            |folded: &Folded| folded.recent.keys().iter().map(|id| id.as_bytes()[0]).collect::<Vec<_>>();
        assert_eq!(kept(&folded), [1, 2, 3, 4]);
        folded.settle();
        assert_eq!(kept(&folded), [3, 4]);
    }
}
