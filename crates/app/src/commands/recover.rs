//! Takes back what only a partner still has of what this node signed: its own entries, and its card.
//!
//! A node that is shown its own signature on something it does not have is an older copy of itself. It says so to its
//! people, begins a new epoch of its tree, and appends what it is given back as its own: signed by it, each the next of
//! its lane, in the order of the stream to that partner. What an entry says, it says again; nothing is decided anew.
//!
//! Not here: when a partner is asked (`comity_federation::session`), and what stands in the tree (`ledger/epochs.rs`).
//!
//! Invariant: an entry that went to several partners is recorded once; the stream to each is what that partner has of it,
//! and goes on with what only the others had.

use std::collections::{BTreeMap, BTreeSet};

use comity_domain::matters::node::Trouble;
use comity_federation::batch::{Arrived, OpenBatch, check_arrived};
use comity_journal::checkpoint::{Checkpoint, SignedCheckpoint};
use comity_journal::entry::{Entry, Lane};
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;
use comity_store::{Direction, Record, Recorded};

use super::record_incident::Report;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

/// Records read at once.
const PAGE: usize = 512;

/// What came of asking a partner for what is ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Entries of our stream to it that are here again.
    pub entries: u64,
    /// Whether it has shown something that we signed and did not have.
    pub shown: Shown,
}

/// What a partner has shown of what it says that we signed and do not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// Something of it.
    It,
    /// Nothing.
    #[default]
    Nothing,
    /// Its answer was overtaken: meanwhile our stream has grown by what came back in another session.
    WhatIsHere,
}

impl Ledger {
    /// Takes back what a partner gives of our stream to it beyond what is here. What cannot be believed ends it: nothing
    /// behind it could continue the stream.
    ///
    /// # Errors
    /// [`Failure::NotBelieved`] when a card of ours in it does not follow those known; or when the store cannot be read.
    pub fn recover(
        &mut self,
        pending: &mut Pending,
        partner: AgencyId,
        batch: OpenBatch,
    ) -> Result<Recovered, Failure> {
        if !batch.hashes.is_empty() && batch.after != self.stream(&partner, Direction::Out)? {
            return Ok(Recovered { entries: 0, shown: Shown::WhatIsHere });
        }
        for card in batch.cards {
            if card.agency() == self.agency {
                self.keep_card(pending, card)?;
            }
        }
        let held = match batch.checkpoint {
            Some(note) => self.lost_tree(&note)?.map(|says| (note, says)),
            None => None,
        };
        let mut own = batch.arrived;
        let unbelieved = own.iter().position(|arrived| !self.is_own(arrived));
        own.truncate(unbelieved.unwrap_or(own.len()));
        // An unreadable one among them breaks the stream off just as well.
        own.truncate(
            own.iter().zip(&batch.hashes).take_while(|(own, hash)| own.entry.hash() == **hash).count(),
        );
        let mut missing = BTreeSet::new();
        for arrived in &own {
            // What somebody else signed with a key that was disowned was never here.
            if !self.is_disowned(&arrived.entry)
                && self.recorded_at(pending, &arrived.entry.hash())?.is_none()
            {
                missing
                    .extend(self.cards.get(&arrived.entry.header().card).map(|card| card.facts().tree_epoch));
            }
        }
        let newer_card = self.own_card().facts().tree_epoch > self.tree_epoch();
        let shown = held.is_some() || !missing.is_empty() || newer_card;
        if shown {
            let in_this_epoch = missing.last().is_some_and(|epoch| *epoch >= self.tree_epoch());
            self.is_older_copy(pending, partner, held, in_this_epoch)?;
        }
        let mut entries = 0;
        for arrived in own {
            if !self.take_back(pending, partner, arrived)? {
                break;
            }
            entries += 1;
        }
        let shown = if shown || entries > 0 { Shown::It } else { Shown::Nothing };
        Ok(Recovered { entries, shown })
    }

    /// A partner has shown what this node signed and does not have.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn is_older_copy(
        &mut self,
        pending: &mut Pending,
        partner: AgencyId,
        held: Option<(SignedCheckpoint, Checkpoint)>,
        in_this_epoch: bool,
    ) -> Result<(), Failure> {
        // Whatever it was that made this node trust itself, it was mistaken.
        self.compared.remove(&partner);
        if self.tree_was_lost(pending, held, in_this_epoch)? {
            let report = Report { partner: Some(partner), ..Report::default() };
            self.record_report(pending, Trouble::OldCopy, &report)?;
        }
        Ok(())
    }

    /// Whether this node has written an entry.
    fn is_own(&self, arrived: &Arrived) -> bool {
        arrived.entry.header().author == self.agency && check_arrived(arrived, &self.cards).is_ok()
    }

    /// Appends an entry of ours, if it is not here and comes next in its lane, and gives it to the partner's stream;
    /// `false` when it does not continue what is here, or was never for this partner.
    fn take_back(
        &mut self,
        pending: &mut Pending,
        partner: AgencyId,
        arrived: Arrived,
    ) -> Result<bool, Failure> {
        let Arrived { entry, parts, .. } = arrived;
        let (hash, matter, lane) = (entry.hash(), entry.header().matter, entry.header().lane);
        if !self.is_among_parties(&partner, &entry)? {
            return Ok(false);
        }
        let known = self.recorded_at(pending, &hash)?;
        if known.is_none() {
            let kind = entry.header().kind.clone();
            let next = self.matter_or_new(&matter, &kind)?.map(|matter| {
                let header = entry.header();
                matter.place_for(lane, header.act.as_str(), &header.structure)
            });
            let continues = next
                .is_none_or(|(place, prev, _)| (place, prev) == (entry.header().place, entry.header().prev));
            let disowned = self.is_disowned(&entry);
            if !continues && !disowned && !self.was_declared_lost(&entry)? {
                return Ok(false);
            }
            self.append_again(pending, entry, partner)?;
            if disowned {
                self.record_once(pending, Trouble::KeyMisused, partner)?;
            }
        }
        let inner = match self.matter(&matter) {
            Ok(matter) => matter.inner(),
            Err(Failure::NotFound(_)) => comity_domain::engine::InnerLane::default(),
            Err(other) => return Err(other),
        };
        let kept = parts.into_iter().filter(|part| !inner.has_erased(&hash, part.label.as_str()));
        pending.commit.parts.extend(kept.map(|part| (hash, part)));
        self.give(pending, partner, &hash)?;
        Ok(true)
    }

    /// Whether an entry of ours was signed with a key that we have disowned since.
    fn is_disowned(&self, entry: &Entry) -> bool {
        self.cards.get(&entry.header().card).is_some_and(|card| self.own_card().disowns(card))
    }

    /// Whether our lane has gone on in a later epoch that the root has declared, since nobody could give an entry back.
    fn was_declared_lost(&mut self, entry: &Entry) -> Result<bool, Failure> {
        let (header, declared) = (entry.header(), self.own_card().facts().lane_epoch);
        let now = match self.matter(&header.matter) {
            Ok(matter) => matter.next_in(header.lane).0.epoch,
            Err(Failure::NotFound(_)) => return Ok(false),
            Err(other) => return Err(other),
        };
        Ok(header.place.epoch < now && now <= declared)
    }

    /// Whether a partner may have something else of our stream than we, so that it is laid anew: a key of ours was disowned, or an
    /// epoch of our lanes declared.
    pub(crate) fn lays_streams_anew(&self) -> bool {
        let facts = self.own_card().facts();
        !facts.disowned.is_empty() || facts.lane_epoch > 0
    }

    /// Where our stream is to be laid anew, if what a partner has of it is not its beginning and a key of ours was disowned, or
    /// an epoch of our lanes declared: who we are, and the last place up to which both are sure to have the same.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn parted_from(
        &mut self,
        partner: &AgencyId,
        theirs: StreamHead,
    ) -> Result<Option<(AgencyId, StreamHead)>, Failure> {
        if !self.lays_streams_anew()
            || self.store.stream_at(partner, Direction::Out, theirs.n)? == Some(theirs)
        {
            return Ok(None);
        }
        let delivered = self.store.delivered(partner)?.min(theirs.n);
        let common = self.store.stream_at(partner, Direction::Out, delivered)?;
        Ok(common.map(|common| (self.agency, common)))
    }

    /// Takes what a partner has of our stream behind `common`, and puts behind it what else stood there; gives up to where the
    /// partner's is laid now, or nothing when it brought none of it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn lay_stream_anew(
        &mut self,
        pending: &mut Pending,
        partner: AgencyId,
        common: StreamHead,
        batch: OpenBatch,
    ) -> Result<Option<StreamHead>, Failure> {
        if batch.after != common || batch.hashes.is_empty() {
            return Ok(None);
        }
        let former = self.given_behind(pending, &partner, common.n)?;
        let mut own = batch.arrived;
        let believed = own.iter().zip(&batch.hashes);
        let believed =
            believed.take_while(|(own, hash)| own.entry.hash() == **hash && self.is_own(own)).count();
        own.truncate(believed);
        self.cut_stream(pending, partner, common);
        let mut taken = BTreeSet::new();
        for arrived in own {
            let entry = arrived.entry.hash();
            if !self.take_back(pending, partner, arrived)? {
                break;
            }
            taken.insert(entry);
        }
        let laid = self.stream(&partner, Direction::Out)?;
        for entry in former.iter().filter(|entry| !taken.contains(*entry)) {
            self.give(pending, partner, entry)?;
        }
        Ok((!taken.is_empty()).then_some(laid))
    }

    /// Puts what is recorded into the stream to a partner.
    fn give(&mut self, pending: &mut Pending, partner: AgencyId, entry: &Hash) -> Result<(), Failure> {
        let missing = || Failure::Fault("an entry to be given to a partner is not recorded".into());
        let record = self.recorded_at(pending, entry)?.ok_or_else(missing)?;
        self.put_step(pending, (partner, Direction::Out), entry, record)
    }

    fn is_among_parties(&mut self, partner: &AgencyId, entry: &Entry) -> Result<bool, Failure> {
        // Who had no node when it was opened may have one now, and who was removed has what it was given.
        let now = match self.matter(&entry.header().matter) {
            Ok(matter) => matter.ever_parties(),
            Err(Failure::NotFound(_)) => Vec::new(),
            Err(other) => return Err(other),
        };
        let among = |opening: &comity_journal::entry::Opening| {
            let parties = opening.parties.iter().chain(&now);
            parties.into_iter().any(|party| party.agency == *partner && party.recorder.is_none())
        };
        if let Some(opening) = &entry.header().opening {
            return Ok(among(opening));
        }
        match self.matter(&entry.header().matter) {
            // Where the opening is still to come, or of a kind that this release does not know, the stream was that
            // partner's all the same.
            Ok(matter) => Ok(matter.opening().is_none_or(|(opening, _)| among(opening))),
            Err(Failure::NotFound(_)) => Ok(true),
            Err(other) => Err(other),
        }
    }

    fn parties_with_nodes(&mut self, matter: &MatterId) -> Result<Vec<AgencyId>, Failure> {
        let us = self.agency;
        let parties = match self.matter(matter) {
            Ok(matter) => matter.parties(),
            Err(Failure::NotFound(_)) => Vec::new(),
            Err(other) => return Err(other),
        };
        let others = parties.into_iter().filter(|party| party.recorder.is_none() && party.agency != us);
        Ok(others.map(|party| party.agency).collect())
    }

    /// What was given back by one partner and is of matters of others, too, goes into the streams to those of them of whom
    /// it is known by now what they have of us; gives how much.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn give_what_came_back(&mut self, pending: &mut Pending) -> Result<u64, Failure> {
        let mut lacking: BTreeMap<AgencyId, Vec<Hash>> = BTreeMap::new();
        for (entry, matter) in self.came_back(pending)? {
            for other in self.parties_with_nodes(&matter)? {
                if self.compared.with(&other) {
                    lacking.entry(other).or_default().push(entry);
                }
            }
        }
        let mut count = 0;
        for (partner, entries) in lacking {
            let given = self.given_to(pending, &partner)?;
            for entry in entries.iter().filter(|entry| !given.contains(entry)) {
                self.give(pending, partner, entry)?;
                count += 1;
            }
        }
        Ok(count)
    }

    /// Entries of ours that partners gave back in this epoch, in the order they came.
    fn came_back(&self, pending: &Pending) -> Result<Vec<(Hash, MatterId)>, Failure> {
        let (us, mut next) = (self.agency, self.epoch_begins_with());
        let mut found = Vec::new();
        if next == 0 {
            return Ok(found);
        }
        let ours = |record: &Record| match &record.what {
            Recorded::Entry { entry, matter, lane, bytes, from: Some(_), .. } => {
                // Only we record for those who have no node.
                let is_ours = *lane == Lane::Shared(us)
                    || Entry::read(bytes).is_ok_and(|entry| entry.header().author == us);
                is_ours.then_some((*entry, *matter))
            }
            _ => None,
        };
        loop {
            let page = self.store.records(next, PAGE)?;
            let Some(last) = page.last() else { break };
            next = last.number + 1;
            found.extend(page.iter().filter_map(ours));
        }
        found.extend(pending.commit.records.iter().filter_map(ours));
        Ok(found)
    }

    fn given_to(&self, pending: &Pending, partner: &AgencyId) -> Result<BTreeSet<Hash>, Failure> {
        Ok(self.given_behind(pending, partner, 0)?.into_iter().collect())
    }

    /// What stands in our stream to a partner behind its place `n`, what is pending included, in order.
    fn given_behind(&self, pending: &Pending, partner: &AgencyId, n: u64) -> Result<Vec<Hash>, Failure> {
        let (mut given, mut after) = (Vec::new(), n);
        loop {
            let page = self.store.steps(partner, Direction::Out, after, PAGE)?;
            let Some((last, _)) = page.last() else { break };
            after = last.head.n;
            given.extend(page.iter().filter_map(|(_, record)| entry_in(record)));
        }
        let fresh = pending.commit.steps.iter();
        let fresh = fresh.filter(|step| (step.partner, step.direction) == (*partner, Direction::Out));
        for step in fresh {
            let new = pending.commit.records.iter().find(|record| record.number == step.record);
            match new {
                Some(record) => given.extend(entry_in(record)),
                None => given.extend(self.store.records(step.record, 1)?.first().and_then(entry_in)),
            }
        }
        Ok(given)
    }

    /// The root has declared the epoch of our tree in a card: what waited for that may be signed now.
    ///
    /// # Errors
    /// [`Failure::Usage`] when no epoch waits to be declared, or the card declares another; or when the store cannot be
    /// read.
    pub fn declare_epoch(
        &mut self,
        pending: &mut Pending,
        card: comity_journal::card::Card,
    ) -> Result<u64, Failure> {
        let awaited = self.awaited_lane_epoch()?;
        if !self.awaits_epoch() && awaited.is_none() {
            return Err(Failure::Usage(
                "no epoch waits to be declared: nothing that this node signed was found missing here, and no partner was waived".into(),
            ));
        }
        let lanes = awaited.unwrap_or(self.own_card().facts().lane_epoch);
        let facts = card.facts();
        if card.agency() != self.agency || (facts.tree_epoch, facts.lane_epoch) != (self.tree_epoch(), lanes)
        {
            return Err(Failure::Usage(format!(
                "the card must declare epoch {} of this node's log and epoch {lanes} of its lanes",
                self.tree_epoch()
            )));
        }
        self.keep_card(pending, card)?;
        if let Some(epoch) = awaited {
            self.waive_for(epoch)?;
        }
        self.release_waiting(pending)
    }
}

fn entry_in(record: &Record) -> Option<Hash> {
    match &record.what {
        Recorded::Entry { entry, .. } => Some(*entry),
        Recorded::InnerRoot { .. } | Recorded::Epoch { .. } | Recorded::Again { .. } => None,
    }
}
