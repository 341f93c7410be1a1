//! Going on without a partner that does not answer, after this node was put back from an older copy of itself or may have
//! been.
//!
//! Two people say so in the partner's record. What the node signed and only that partner has cannot be fetched back; so the
//! lanes of every matter with it go on in a new epoch, which the root declares in a card: what turns up later of the
//! former epoch is given up, and no fork.
//!
//! Not here: the acts (`matters/partner`), and what an epoch means for a lane (`engine/course.rs`).
//!
//! Invariant: nothing is signed in a matter with a waived partner before a card declares the epoch that its lane goes on in,
//! and an unclean stop asks for the waiver anew.

use std::collections::BTreeMap;

use comity_journal::entry::{Lane, Place, Seen};
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::Hash;

use super::Ledger;
use crate::failure::Failure;
use crate::people::Partner;

impl Ledger {
    /// The epoch in which lanes go on without a partner, if two people have said that they do: the one after that of the card
    /// under which they said it.
    fn epoch_without(&mut self, partner: &Partner) -> Result<Option<u32>, Failure> {
        let Some(waived) = partner.lane.waiver.agreed else { return Ok(None) };
        let card = self.matter(&partner.record)?.entry(&waived).map(|entry| entry.header().card);
        let under = card.and_then(|card| self.cards.get(&card)).map(|card| card.facts().lane_epoch);
        Ok(under.map(|under| under + 1))
    }

    /// The epoch of our lanes that waits to be declared, because a partner was waived.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn awaited_lane_epoch(&mut self) -> Result<Option<u32>, Failure> {
        let declared = self.own_card().facts().lane_epoch;
        let mut awaited = None;
        for partner in self.known_partners()?.iter() {
            if !self.compared.with(&partner.agency) {
                awaited = awaited.max(self.epoch_without(partner)?.filter(|epoch| *epoch > declared));
            }
        }
        Ok(awaited)
    }

    /// The root has declared an epoch of our lanes: who was waived for it is not waited for any more.
    pub(crate) fn waive_for(&mut self, epoch: u32) -> Result<(), Failure> {
        for partner in self.known_partners()?.iter() {
            if !self.compared.with(&partner.agency) && self.epoch_without(partner)? == Some(epoch) {
                self.waived.insert(partner.agency);
            }
        }
        Ok(())
    }

    /// Whether a partner is waited for before anything is signed in a matter with it.
    pub fn is_waited_for(&self, partner: &AgencyId) -> bool {
        !self.compared.with(partner) && !self.waived.contains(partner)
    }

    /// Where the next entry of our lane goes in a matter with a partner that was waived once; `None` where nothing of the
    /// lane is here to go on from, or no such partner is a party.
    pub(super) fn next_without(
        &mut self,
        matter: &MatterId,
        lane: Lane,
    ) -> Result<Option<(Place, Option<Hash>, Vec<Seen>)>, Failure> {
        let declared = self.own_card().facts().lane_epoch;
        if declared == 0 || !lane.is_shared() {
            return Ok(None);
        }
        let parties = self.matter(matter)?.parties();
        let mut epoch = None;
        for partner in self.known_partners()?.iter() {
            if parties.iter().any(|party| party.agency == partner.agency) {
                epoch = epoch.max(self.epoch_without(partner)?.filter(|epoch| *epoch <= declared));
            }
        }
        match epoch {
            Some(epoch) => Ok(self.matter(matter)?.next_in_epoch(lane, epoch)),
            None => Ok(None),
        }
    }

    /// The epoch of its agency's lanes that each card declares, where it is not the first.
    pub(super) fn lane_epochs(&self) -> BTreeMap<Hash, u32> {
        let latest = self.cards.agencies().filter(|latest| latest.facts().lane_epoch > 0);
        let declared = latest.flat_map(|latest| {
            let agency = latest.agency();
            let chain = self.cards.chain(&agency);
            chain.map(|card| (card.hash(), card.facts().lane_epoch)).collect::<Vec<_>>()
        });
        declared.filter(|(_, epoch)| *epoch > 0).collect()
    }

    /// A card has declared an epoch of its agency's lanes: the matters in memory hear of it.
    pub(super) fn declare_in_matters(&mut self) {
        let declared = self.lane_epochs();
        for id in self.matters.ids() {
            if let Some(matter) = self.matters.get(&id) {
                matter.declare_epochs(declared.clone());
            }
        }
    }
}
