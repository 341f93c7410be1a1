//! Pushes our stream to one partner, batch after batch.
//!
//! The ledger is asked once a batch: one job stores the receipts of the last and, as soon as they are durable, puts the
//! next together from all that has become durable since. So a batch is as large as what was signed while the partner took
//! the one before.
//!
//! Not here: what a batch is (`comity-federation`), or when to push (`deliver`). Invariant: batches go out in the order of
//! the stream, one at a time, and each begins where the partner has said that it stands.

use std::collections::BTreeSet;

use comity_federation::message::{BatchReply, Message as _};
use comity_federation::path;
use comity_federation::session::{AwaitReceipts, Next, Pushing};
use comity_journal::entry::Entry;
use comity_journal::ids::AgencyId;
use comity_journal::limits;
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;
use comity_store::{Direction, Recorded};

use super::deliver::{Peer, Synced, unreadable};
use crate::failure::Failure;
use crate::ledger::{Ledger, LedgerHandle};

/// A batch that can go out.
pub(super) struct Ready {
    batch: Vec<u8>,
    waiting: AwaitReceipts,
    /// How many entries of the stream lie before it.
    behind: u64,
}

/// What comes after an answer.
enum After {
    Batch(Ready),
    Other(Next),
}

/// Sends batches until the partner has all that is durable, or has not taken one whole.
pub(super) async fn push(
    ledger: &LedgerHandle,
    partner: AgencyId,
    peer: &impl Peer,
    pushing: Pushing,
    synced: &mut Synced,
) -> Result<Next, Failure> {
    let first = ledger.run(move |ledger, _| ledger.ready(pushing, partner)).await?;
    push_on(ledger, partner, peer, first, synced).await
}

/// Likewise, from a batch that is ready. What comes next is never to push.
pub(super) async fn push_on(
    ledger: &LedgerHandle,
    partner: AgencyId,
    peer: &impl Peer,
    first: Ready,
    synced: &mut Synced,
) -> Result<Next, Failure> {
    let mut ready = first;
    loop {
        let Ready { batch, waiting, behind } = ready;
        let reply = BatchReply::decode(&peer.post(path::BATCH, batch).await?).map_err(unreadable)?;
        synced.requests += 1;
        let (receipts, refused) = (reply.receipts.clone(), reply.refused.clone());
        let (delivered, after) = ledger
            .run_then(
                move |ledger, pending| ledger.receive_receipts(pending, partner, receipts, &refused),
                move |ledger, delivered| {
                    let outgoing = ledger.stream(&partner, Direction::Out)?;
                    let after = match waiting.hear(&reply, outgoing) {
                        Next::Push(pushing) => After::Batch(ledger.ready(pushing, partner)?),
                        other => After::Other(other),
                    };
                    Ok((delivered, after))
                },
            )
            .await?;
        synced.delivered += delivered.saturating_sub(behind);
        ready = match after {
            After::Batch(ready) => ready,
            After::Other(next) => return Ok(next),
        };
    }
}

impl Ledger {
    /// The batch that is due in this session.
    pub(super) fn ready(&mut self, pushing: Pushing, partner: AgencyId) -> Result<Ready, Failure> {
        if pushing.nothing_lost() {
            self.vouch(partner);
        }
        let after = pushing.after();
        let (batch, entries) = self.compose_batch(partner, after, limits::BATCH_ENTRIES)?;
        Ok(Ready { batch, waiting: pushing.sent(entries), behind: after.n })
    }

    /// A batch of our stream to a partner after `after`, with the hashes of its entries.
    ///
    /// # Errors
    /// When the store cannot be read, or the partner's card has no sealing key.
    pub fn compose_batch(
        &mut self,
        partner: AgencyId,
        after: StreamHead,
        limit: usize,
    ) -> Result<(Vec<u8>, Vec<Hash>), Failure> {
        let mut parcels = Vec::new();
        for (_, record) in self.store.steps(&partner, Direction::Out, after.n, limit)? {
            let Recorded::Entry { bytes, .. } = record.what else { continue };
            let entry = Entry::read(&bytes).map_err(|error| Failure::Fault(error.to_string()))?;
            parcels.push(self.parcel(&partner, entry)?);
        }
        let matters: BTreeSet<_> = parcels.iter().map(|parcel| parcel.entry.header().matter).collect();
        let heads =
            if matters.is_empty() { self.heads_from(&partner, None)? } else { self.heads_of(matters)? };
        let (batch, sent) = self.batch_of(partner, after, parcels, heads)?;
        Ok((batch, sent.iter().map(|parcel| parcel.entry.hash()).collect()))
    }
}
