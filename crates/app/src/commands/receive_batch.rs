//! Receives a batch from a partner: believe, append, and receipt what has become durable.
//!
//! Each entry is checked alone: a bad one is recorded as an incident and refused by name, and the rest goes on.
//! What is here already is receipted again, so that a lost answer costs nothing. An entry whose past is missing is
//! recorded and receipted like any other; its matter shows it as waiting.

use comity_domain::engine::Standing;
use comity_domain::matters::node::Trouble;
use comity_federation::batch::{Arrived, OpenBatch, check_arrived};
use comity_federation::message::Refused;
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::receipt::Receipt;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use crate::failure::Failure;
use crate::ledger::{Ledger, Pending, Received};

/// What came of a batch, before it is durable.
#[derive(Clone, Debug, Default)]
pub struct Reception {
    leaves: ReceptionLeaves,
    /// Entries that were not taken, with a word why.
    pub refused: Vec<Refused>,
    /// How many entries were new.
    pub new: usize,
}

/// The leaves to be receipted: leaf, time, entry.
pub type ReceptionLeaves = Vec<(u64, Timestamp, Hash)>;

impl Reception {
    /// Of entries that have been here for a while.
    pub(crate) fn of_leaves(leaves: ReceptionLeaves) -> Self {
        Self { leaves, ..Self::default() }
    }
}

impl Ledger {
    /// Appends what can be believed of a batch.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn receive_batch(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        batch: OpenBatch,
    ) -> Result<Reception, Failure> {
        let mut reception = Reception::default();
        for card in batch.cards {
            if card.agency() == from {
                self.keep_card(pending, card)?;
            }
        }
        for refused in batch.unreadable {
            self.record_incident(
                pending,
                Trouble::BadEntry,
                Some(from),
                Some(refused.entry),
                Some("malformed"),
            )?;
            reception.refused.push(refused);
        }
        let in_order = batch.arrived.into_iter().zip(batch.hashes);
        // An entry that cannot be read leaves a hole: what comes after it waits until it is settled.
        for (arrived, _) in in_order.take_while(|(arrived, hash)| arrived.entry.hash() == *hash) {
            let hash = arrived.entry.hash();
            if !arrived.bad.is_empty() {
                self.record_incident(pending, Trouble::BadPart, Some(from), Some(hash), None)?;
            }
            if let Err(why) = self.may_take(from, &arrived)? {
                self.record_incident(pending, Trouble::BadEntry, Some(from), Some(hash), Some(why.as_str()))?;
                reception.refused.push(Refused { entry: hash, why });
                // What comes after it in the stream can be taken only once it is settled.
                break;
            }
            let (at, matter) = (pending.at, arrived.entry.header().matter);
            match self.append_received(pending, from, arrived.entry, arrived.parts)? {
                Received::New(leaf) => {
                    reception.new += 1;
                    self.heed_fork(pending, from, &matter, hash)?;
                    reception.leaves.push((leaf, at, hash));
                }
                Received::Known(leaf, at) => reception.leaves.push((leaf, at, hash)),
            }
        }
        Ok(reception)
    }

    /// A fork is kept like any entry, since both halves are the proof; people hear of it at once.
    fn heed_fork(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        matter: &MatterId,
        entry: Hash,
    ) -> Result<(), Failure> {
        let forked = match self.matter(matter) {
            Ok(matter) => matter.standing(&entry) == Standing::Forked,
            // Of a kind this release does not know.
            Err(Failure::NotFound(_)) => false,
            Err(other) => return Err(other),
        };
        if forked {
            self.record_incident(pending, Trouble::Fork, Some(from), Some(entry), None)
        } else {
            Ok(())
        }
    }

    /// Whether an entry can be believed and is addressed to us; otherwise a word why not.
    fn may_take(&mut self, from: AgencyId, arrived: &Arrived) -> Result<Result<(), Token>, Failure> {
        let header = arrived.entry.header();
        if let Err(refused) = check_arrived(arrived, &self.cards) {
            return Ok(Err(refused.why));
        }
        if header.author == self.agency && self.store.entry(&arrived.entry.hash())?.is_none() {
            return Ok(Err(Token::literal("ours-but-not-here")));
        }
        if self.is_own_business(&header.matter, header.kind.as_str())? {
            return Ok(Err(Token::literal("not-shared")));
        }
        let (us, lane) = (self.agency, header.lane.party());
        let parties = match &header.opening {
            Some(opening) => Some(opening.parties.clone()),
            None => match self.matter(&header.matter) {
                // A request that is only drafted here is nobody's yet.
                Ok(matter) if matter.opening().is_none() && !matter.inner().drafts.is_empty() => {
                    Some(Vec::new())
                }
                Ok(matter) => matter.opening().map(|(opening, _)| opening.parties.clone()),
                Err(Failure::NotFound(_)) => None,
                Err(other) => return Err(other),
            },
        };
        let Some(parties) = parties else {
            // Its opening is still to come: it waits, and it can only be of the lane of who sends it.
            let own = header.author == from && lane == from;
            return Ok(if own { Ok(()) } else { Err(Token::literal("not-addressed")) });
        };
        // Nobody records for us: we speak for ourselves.
        if parties.iter().any(|party| party.agency == us && party.recorder.is_some()) {
            return Ok(Err(Token::literal("recorded-for-us")));
        }
        let is_party = |agency: AgencyId| parties.iter().any(|party| party.agency == agency);
        let writer =
            parties.iter().find(|party| party.agency == lane).map(|p| p.recorder.unwrap_or(p.agency));
        Ok(if !is_party(us) || !is_party(from) {
            Err(Token::literal("not-addressed"))
        } else if writer != Some(header.author) {
            Err(Token::literal("foreign-lane"))
        } else {
            Ok(())
        })
    }

    /// Whether a matter is of a kind that stays inside one node: no partner writes in our records, nor beside them.
    fn is_own_business(&mut self, matter: &MatterId, says: &str) -> Result<bool, Failure> {
        let held = match self.matter(matter) {
            Ok(matter) => matter.kind(),
            Err(Failure::NotFound(_)) => says,
            Err(other) => return Err(other),
        };
        let inner = |kind: &str| self.kinds.get(kind).is_some_and(|kind| !kind.def().shared);
        Ok(inner(held) || inner(says))
    }

    /// Receipts for a reception, once it is durable: one per contiguous run recorded at one time.
    ///
    /// # Errors
    /// When a leaf is not in the tree, which would be a fault of ours.
    pub fn receipts_for(&self, reception: &Reception) -> Result<Vec<Receipt>, Failure> {
        let mut leaves = reception.leaves.clone();
        leaves.sort_unstable_by_key(|(leaf, ..)| *leaf);
        leaves.dedup();
        let runs = leaves.chunk_by(|(a, at_a, _), (b, at_b, _)| a + 1 == *b && at_a == at_b);
        runs.filter_map(|run| {
            let (first, at, _) = run.first()?;
            Some(self.receipt(*first, run.iter().map(|(.., entry)| *entry).collect(), *at))
        })
        .collect()
    }
}
