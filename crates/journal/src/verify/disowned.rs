//! Entries signed with a key that its agency has disowned: those up to the stated head of their lane stand, the others do
//! not count, nor does what follows them. They stay in the file, since others may have seen them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Act, Check};
use crate::entry::Lane;
use crate::stated;
use crate::suite::{Hash, PublicKey};

impl Check<'_> {
    pub(super) fn disown(&mut self) {
        let before: BTreeMap<Hash, Option<Hash>> =
            self.acts.iter().map(|act| (act.entry.hash(), act.entry.header().prev)).collect();
        let mut standing: BTreeMap<(Lane, PublicKey), BTreeSet<Hash>> = BTreeMap::new();
        for stated in &self.file.heads {
            if stated.head.matter == self.file.opening.matter {
                let last = stated.head.last;
                let stands = stated::standing(&before, last.entry);
                standing.entry((last.lane, stated.signing)).or_default().extend(stands.entries);
            }
        }
        let stands = |act: &Act<'_>, signing| {
            let of_lane = standing.get(&(act.entry.header().lane, signing));
            of_lane.is_some_and(|entries| entries.contains(&act.entry.hash()))
        };
        let gone = |act: &&Act<'_>| self.disowned_key(act).is_some_and(|signing| !stands(act, signing));
        let mut given_up = self.acts.iter().filter(gone).map(|act| act.entry.hash()).collect();
        stated::with_followers(&before, &mut given_up);
        for (act, fact) in self.acts.iter_mut().zip(&mut self.facts) {
            act.disowned = given_up.contains(&act.entry.hash());
            fact.disowned = act.disowned;
        }
    }

    /// The key that signed an act, if the latest card of its agency says that it no longer speaks for it.
    fn disowned_key(&self, act: &Act<'_>) -> Option<PublicKey> {
        let card = self.file.cards.get(&act.entry.header().card)?;
        // Each card repeats what was disowned before, so the latest one known is enough to ask.
        let latest = self.file.cards.latest(&card.agency())?;
        latest.disowns(card).then_some(card.facts().signing)
    }
}
