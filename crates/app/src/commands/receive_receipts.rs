//! Receives a partner's receipts: verify, keep, and move the cursor of what it has.

use comity_domain::matters::node::Trouble;
use comity_journal::cbor;
use comity_journal::ids::AgencyId;
use comity_journal::receipt::Receipt;
use comity_store::{Direction, Recorded, StoredCheckpoint, StoredReceipt};
use std::collections::BTreeSet;

use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

impl Ledger {
    /// Keeps the receipts that hold, and moves the partner's cursor over all it has now receipted in order.
    ///
    /// # Errors
    /// When none of them can be believed, or the store cannot be read.
    pub fn receive_receipts(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        receipts: Vec<Receipt>,
    ) -> Result<u64, Failure> {
        let mut proven = BTreeSet::new();
        for receipt in receipts {
            let card = self
                .cards
                .latest(&from)
                .ok_or_else(|| Failure::NotFound("no card of this partner".into()))?;
            let checkpoint = match receipt.verify(card) {
                Ok(checkpoint) => checkpoint,
                Err(error) => {
                    let why = error.to_string();
                    self.record_incident(pending, Trouble::BadReceipt, Some(from), None, Some(&why))?;
                    continue;
                }
            };
            proven.extend(receipt.entries.iter().copied());
            pending.commit.checkpoints.push(StoredCheckpoint {
                agency: from,
                epoch: checkpoint.origin.epoch,
                size: checkpoint.size,
                note: receipt.checkpoint.as_str().to_owned(),
            });
            pending.commit.receipts.push(StoredReceipt {
                partner: from,
                bytes: cbor::encode(&receipt),
                entries: receipt.entries,
            });
        }
        let delivered = self.advance_cursor(&from, &proven)?;
        pending.commit.delivered.push((from, delivered));
        Ok(delivered)
    }

    fn advance_cursor(
        &self,
        partner: &AgencyId,
        proven: &BTreeSet<comity_journal::suite::Hash>,
    ) -> Result<u64, Failure> {
        let mut delivered = self.store.delivered(partner)?;
        for (step, record) in self.store.steps(partner, Direction::Out, delivered, proven.len().max(1))? {
            let Recorded::Entry { entry, .. } = record.what else { break };
            let receipted = proven.contains(&entry)
                || self.store.receipts(&entry)?.iter().any(|receipt| receipt.partner == *partner);
            if !receipted {
                break;
            }
            delivered = step.head.n;
        }
        Ok(delivered)
    }
}
