//! Receives a partner's receipts: verify, keep, and move the cursor of what it has.

use comity_domain::matters::node::Trouble;
use comity_federation::message::Refused;
use comity_journal::cbor;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::receipt::Receipt;
use comity_journal::suite::Hash;
use comity_store::{Direction, Recorded, StoredCheckpoint, StoredReceipt};
use std::collections::{BTreeMap, BTreeSet};

use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

/// Whether a partner was given entries.
enum Given {
    /// All of them, in these matters.
    In(BTreeSet<MatterId>),
    /// The opening of one of their matters is not here.
    NobodyKnows,
    /// One of them was not.
    Not,
}

impl Ledger {
    /// Keeps the receipts that hold, and moves the partner's cursor over all it has now answered for in order: with a
    /// receipt, or by saying that it has set the entry aside. People hear of the latter.
    ///
    /// # Errors
    /// When none of them can be believed, or the store cannot be read.
    pub fn receive_receipts(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        receipts: Vec<Receipt>,
        refused: &[Refused],
    ) -> Result<u64, Failure> {
        let mut proven = BTreeSet::new();
        for receipt in receipts {
            let card = self
                .cards
                .latest(&from)
                .ok_or_else(|| Failure::NotFound("no card of this partner".into()))?;
            let declared = card.facts().tree_epoch;
            let checkpoint = match receipt.verify(card) {
                Ok(checkpoint) => checkpoint,
                Err(error) => {
                    let why = error.to_string();
                    self.record_incident(pending, Trouble::BadReceipt, Some(from), None, Some(&why))?;
                    continue;
                }
            };
            let matters = match self.matters_given(&from, &receipt.entries)? {
                Given::In(matters) => matters,
                // It comes again once what tells is here.
                Given::NobodyKnows => continue,
                Given::Not => {
                    let why = "it names an entry that this partner was not given";
                    self.record_incident(pending, Trouble::BadReceipt, Some(from), None, Some(why))?;
                    continue;
                }
            };
            proven.extend(receipt.entries.iter().copied());
            self.tell_others_of(pending, &matters)?;
            // An epoch is held to once a card has declared it.
            if checkpoint.origin.epoch <= declared {
                pending.commit.checkpoints.push(StoredCheckpoint {
                    agency: from,
                    epoch: checkpoint.origin.epoch,
                    size: checkpoint.size,
                    note: receipt.checkpoint.as_str().to_owned(),
                });
            }
            pending.commit.receipts.push(StoredReceipt {
                partner: from,
                bytes: cbor::encode(&receipt),
                entries: receipt.entries,
            });
        }
        let delivered = self.advance_cursor(pending, &from, &proven, refused)?;
        pending.commit.delivered.push((from, delivered));
        Ok(delivered)
    }

    /// Whether these entries are of our stream to a partner, and of which matters they are. What is not yet receipted is the usual case
    /// and is looked up at once; what comes again, one by one.
    fn matters_given(&mut self, partner: &AgencyId, entries: &[Hash]) -> Result<Given, Failure> {
        let delivered = self.store.delivered(partner)?;
        let steps = self.store.steps(partner, Direction::Out, delivered, entries.len())?;
        let new: BTreeMap<_, _> = steps.iter().filter_map(|(_, record)| entry_of(&record.what)).collect();
        let mut matters = BTreeSet::new();
        for entry in entries {
            if let Some(matter) = new.get(entry) {
                matters.insert(*matter);
                continue;
            }
            let Some(record) = self.store.entry(entry)? else { return Ok(Given::Not) };
            let Recorded::Entry { matter, lane, .. } = record.what else { return Ok(Given::Not) };
            if !lane.is_shared() {
                return Ok(Given::Not);
            }
            match self.is_party(partner, &matter)? {
                Some(true) => matters.insert(matter),
                Some(false) => return Ok(Given::Not),
                None => return Ok(Given::NobodyKnows),
            };
        }
        Ok(Given::In(matters))
    }

    /// In a matter of more than two parties the others are to know of a receipt, too.
    fn tell_others_of(&mut self, pending: &mut Pending, matters: &BTreeSet<MatterId>) -> Result<(), Failure> {
        for matter in matters {
            if !pending.receipted.contains(matter) && self.receipts_travel_in(matter)? {
                pending.receipted.insert(*matter);
                pending.touched.insert(*matter);
            }
        }
        Ok(())
    }

    /// Whether a partner is a party of a matter, as far as that is known: a node that was put back fetches its entries one
    /// after another, and the opening may come last.
    fn is_party(&mut self, partner: &AgencyId, matter: &MatterId) -> Result<Option<bool>, Failure> {
        match self.matter(matter) {
            Ok(matter) => Ok(matter.was_party(partner)),
            Err(Failure::NotFound(_)) => Ok(Some(false)),
            Err(other) => Err(other),
        }
    }

    fn advance_cursor(
        &mut self,
        pending: &mut Pending,
        partner: &AgencyId,
        proven: &BTreeSet<Hash>,
        refused: &[Refused],
    ) -> Result<u64, Failure> {
        let mut delivered = self.store.delivered(partner)?;
        let answered = (proven.len() + refused.len()).max(1);
        for (step, record) in self.store.steps(partner, Direction::Out, delivered, answered)? {
            let Recorded::Entry { entry, .. } = record.what else { break };
            let receipted = proven.contains(&entry)
                || self.store.receipts(&entry)?.iter().any(|receipt| receipt.partner == *partner);
            if !receipted {
                let Some(refusal) = refused.iter().find(|refused| refused.entry == entry) else { break };
                let why = refusal.why.as_str();
                self.record_not_kept(pending, *partner, entry, why)?;
            }
            delivered = step.head.n;
        }
        Ok(delivered)
    }
}

fn entry_of(recorded: &Recorded) -> Option<(Hash, MatterId)> {
    match recorded {
        Recorded::Entry { entry, matter, .. } => Some((*entry, *matter)),
        Recorded::InnerRoot { .. } | Recorded::Epoch { .. } | Recorded::Again { .. } => None,
    }
}
