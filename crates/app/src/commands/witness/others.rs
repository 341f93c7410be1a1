//! Third agencies: what a partner holds of their trees beside what is held here, and what they are asked because of it.

use std::collections::BTreeSet;
use std::ops::Bound;

use comity_domain::matters::node::Trouble;
use comity_federation::message::Held;
use comity_federation::witness::{self, Beside, Doubt, OTHERS, Settled, beside};
use comity_journal::card::Card;
use comity_journal::checkpoint::{Checkpoint, SignedCheckpoint};
use comity_journal::ids::AgencyId;

use super::tree_of;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

/// After so many answers of an agency that do not speak of what it was asked people are told.
const SILENT: u32 = 2;
/// After so many times that an agency was asked in an answer of ours, which may not have reached it.
const ASKED: u32 = 16;

/// A partner has shown a larger tree of an agency than is held here.
pub(super) struct Doubted {
    held: (Held, SignedCheckpoint),
    shown: (Held, SignedCheckpoint),
    by: AgencyId,
    /// How many of its answers did not speak of it.
    silent: u32,
    /// How often it was asked in an answer of ours.
    asked: u32,
}

impl Ledger {
    /// The latest checkpoints held of agencies that a partner knows as well: of those it has `named`, and of the parties of
    /// matters that it and we are parties of. Of many, those that it was not told of last.
    pub(super) fn others_for(
        &mut self,
        partner: &AgencyId,
        named: BTreeSet<AgencyId>,
    ) -> Result<Vec<SignedCheckpoint>, Failure> {
        let mut known = self.acquainted_with(partner)?;
        known.extend(named);
        known.remove(partner);
        known.remove(&self.agency);
        let last = self.witnessing.told.get(partner).copied();
        let (behind, before) = match &last {
            Some(last) => (known.range((Bound::Excluded(*last), Bound::Unbounded)), known.range(..=*last)),
            None => (known.range(..), known.range(..AgencyId::from_bytes([0; 32]))),
        };
        let mut others = Vec::new();
        for agency in behind.chain(before) {
            if others.len() == OTHERS {
                break;
            }
            if let Some(note) = self.held_note(agency)? {
                others.push((*agency, note));
            }
        }
        if let Some((last, _)) = others.last() {
            self.witnessing.told.insert(*partner, *last);
        }
        Ok(others.into_iter().map(|(_, note)| note).collect())
    }

    /// What a checkpoint says that is signed with a key of its agency, of now or of former days: whoever has the key, the
    /// agency has to answer for it.
    pub(crate) fn opened(&self, note: &SignedCheckpoint) -> Option<Checkpoint> {
        let agency = note.peek().ok()?.origin.agency;
        let mut cards = self.cards.chain(&agency).map(Card::facts);
        cards.find_map(|facts| note.open(&facts.checkpoint, facts.suite).ok())
    }

    /// Compares a checkpoint of a third agency, which a partner holds, with the one that is held here.
    pub(super) fn hear_of_other(
        &mut self,
        pending: &mut Pending,
        by: AgencyId,
        note: &SignedCheckpoint,
    ) -> Result<(), Failure> {
        let Some(says) = self.opened(note) else { return Ok(()) };
        let agency = says.origin.agency;
        if agency == self.agency || agency == by {
            return Ok(());
        }
        let (ours, card) = (self.held_note(&agency)?, self.cards.latest(&agency));
        let (Some(ours), Some(declared)) = (ours, card.map(|card| card.facts().tree_epoch)) else {
            return Ok(());
        };
        let Some(held) = tree_of(&ours) else { return Ok(()) };
        let shown = (Held::of(&says), note.without_cosignatures().unwrap_or_else(|_| note.clone()));
        let doubted = Doubted { held: (held, ours), shown, by, silent: 0, asked: 0 };
        match beside(held, &says, declared) {
            Beside::Fits => Ok(()),
            Beside::Contradicts => self.record_two_trees(pending, Trouble::TwoTrees, agency, &doubted),
            Beside::Doubtful => {
                self.witnessing.doubts.entry(agency).or_insert(doubted);
                Ok(())
            }
        }
    }

    /// What to ask an agency about its tree.
    pub(super) fn doubt_about(&mut self, agency: &AgencyId) -> Option<Doubt> {
        let Doubted { held: (held, _), shown: (_, shown), .. } = self.witnessing.doubts.get(agency)?;
        if self.cards.latest(agency).is_some_and(|card| card.facts().tree_epoch > held.epoch) {
            // Its root says itself that something was lost.
            self.witnessing.doubts.remove(agency);
            return None;
        }
        Some(Doubt { held: *held, shown: shown.clone() })
    }

    /// An agency has answered without a word of what it was asked (`silent`), or is asked in an answer of ours. It may have
    /// found out that it is an older copy, or not have got the answer; it has time to.
    pub(super) fn still_doubted(
        &mut self,
        pending: &mut Pending,
        agency: AgencyId,
        silent: bool,
    ) -> Result<(), Failure> {
        let Some(mut doubted) = self.witnessing.doubts.remove(&agency) else { return Ok(()) };
        *(if silent { &mut doubted.silent } else { &mut doubted.asked }) += 1;
        if doubted.silent < SILENT && doubted.asked < ASKED {
            self.witnessing.doubts.insert(agency, doubted);
            return Ok(());
        }
        self.record_two_trees(pending, Trouble::UnprovenTree, agency, &doubted)
    }

    /// Takes the answer to a doubt.
    pub(super) fn settle(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        settled: &Settled,
    ) -> Result<(), Failure> {
        let of_it =
            |doubted: &Doubted| settled.shown == doubted.shown.0 && settled.continues.held == doubted.held.0;
        if !self.witnessing.doubts.get(&from).is_some_and(of_it) {
            return Ok(());
        }
        let Some(doubted) = self.witnessing.doubts.remove(&from) else { return Ok(()) };
        if witness::settles(doubted.held.0, doubted.shown.0, settled) {
            return Ok(());
        }
        self.record_two_trees(pending, Trouble::UnprovenTree, from, &doubted)
    }

    /// Records, once since the start, two checkpoints of an agency that are not of one tree, or are not shown to be.
    fn record_two_trees(
        &mut self,
        pending: &mut Pending,
        trouble: Trouble,
        agency: AgencyId,
        doubted: &Doubted,
    ) -> Result<(), Failure> {
        if self.troubles.contains_key(&(Some(agency), trouble)) {
            return Ok(());
        }
        let Doubted { held: (held, ours), shown: (shown, theirs), by, .. } = doubted;
        let detail = format!(
            "it has signed a tree of {} leaves in epoch {}, shown to us, and one of {} leaves in epoch {}, shown to {by}",
            held.size, held.epoch, shown.size, shown.epoch
        );
        self.record_with_notes(pending, trouble, agency, &detail, [ours, theirs])
    }
}
