//! Delivers to one partner, and fetches from it: drives the session machine over a [`Peer`].
//!
//! There is no queue beside the journal: what is to be delivered is the stream after what the partner has. Only
//! what is stored is read, so nothing leaves before it is durable.

use comity_federation::batch::OpenBatch;
use comity_federation::message::{Batch, BatchReply, Fetch, HelloReply, Message as _, ReceiptsReply};
use comity_federation::path;
use comity_federation::session::{AwaitReceipts, Dialling, Fetched, Fetching, Heard, Next, Pushing};
use comity_journal::entry::Entry;
use comity_journal::ids::AgencyId;
use comity_journal::limits;
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;
use comity_store::{Direction, Recorded};

use super::missing::ask_for_missing;
use crate::failure::Failure;
use crate::ledger::{Ledger, LedgerHandle};

/// The way to one partner's node.
pub trait Peer: Sync {
    /// Sends a body and gives back the answer's.
    fn post(
        &self,
        path: &'static str,
        body: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>, Failure>> + Send;
}

/// What one session did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// Entries the partner has receipted in it.
    pub delivered: u64,
    /// Entries that came from the partner.
    pub received: usize,
    /// Whether the streams agreed at its end.
    pub compared: bool,
    /// Requests it took.
    pub requests: u64,
    /// Acts that were signed because of the comparison.
    pub released: u64,
    /// How often it was asked what it holds, and for what is missing. Such requests are not counted among the others: they are not needed
    /// to compare.
    pub asked: u64,
    /// Entries that came of asking.
    pub supplied: usize,
}

/// Runs one session with a partner: compare, push, fetch, ask for what is missing.
///
/// # Errors
/// [`Failure::Waiting`] when the partner cannot be reached; [`Failure::NotBelieved`] when it answers nonsense.
pub async fn sync(ledger: &LedgerHandle, partner: AgencyId, peer: &impl Peer) -> Result<Synced, Failure> {
    let mut synced = Synced::default();
    let snapshot = ledger.run(move |ledger, _| ledger.snapshot(&partner)).await?;
    let (hello, waiting) = Dialling(snapshot).hello();
    let reply = HelloReply::decode(&peer.post(path::HELLO, hello.encode()).await?).map_err(unreadable)?;
    synced.requests += 1;
    let (now, outgoing, checkpoint) = ledger
        .run(move |ledger, _| {
            let outgoing = ledger.stream(&partner, Direction::Out)?;
            Ok((ledger.now(), outgoing, ledger.checkpoint().cloned()))
        })
        .await?;
    let (heard, mut next) = waiting
        .hear(&reply, now, outgoing, checkpoint)
        .map_err(|error| Failure::NotBelieved(error.to_string()))?;
    // While something was under way both hold something else; whether anything is missing shows when nothing is.
    let differ = heard.holdings_differ && matches!(next, Next::Done(_));
    let note = reply.hello.checkpoint.clone();
    ledger.run(move |ledger, pending| ledger.heed(pending, partner, &heard, note.as_ref(), &[])).await?;
    loop {
        next = match next {
            Next::Rewind(rewinding) => {
                let n = rewinding.n();
                let at = ledger
                    .run(move |ledger, _| Ok(ledger.store().stream_at(&partner, Direction::Out, n)?))
                    .await?;
                rewinding.stream_at(at)
            }
            Next::Push(pushing) => push(ledger, partner, peer, pushing, &mut synced).await?,
            Next::Fetch(fetching) => fetch(ledger, partner, peer, fetching, &mut synced).await?,
            Next::Done(done) => {
                synced.compared = done.compared;
                let agreed = done.compared;
                let divergences = done.divergences;
                synced.released = ledger
                    .run(move |ledger, pending| {
                        let nothing = Heard { findings: Vec::new(), holds: None, holdings_differ: false };
                        ledger.heed(pending, partner, &nothing, None, &divergences)?;
                        if agreed { ledger.streams_agree(pending, partner) } else { Ok(0) }
                    })
                    .await?;
                ask_for_missing(ledger, partner, peer, differ, &mut synced).await?;
                return Ok(synced);
            }
        };
    }
}

async fn push(
    ledger: &LedgerHandle,
    partner: AgencyId,
    peer: &impl Peer,
    pushing: Pushing,
    synced: &mut Synced,
) -> Result<Next, Failure> {
    let after = pushing.after();
    let (batch, hashes) =
        ledger.run(move |ledger, _| ledger.compose_batch(partner, after, limits::BATCH_ENTRIES)).await?;
    let waiting: AwaitReceipts = pushing.sent(hashes);
    let reply = BatchReply::decode(&peer.post(path::BATCH, batch).await?).map_err(unreadable)?;
    synced.requests += 1;
    let (receipts, refused) = (reply.receipts.clone(), reply.refused.clone());
    let before = after.n;
    let (delivered, outgoing) = ledger
        .run(move |ledger, pending| {
            let delivered = ledger.receive_receipts(pending, partner, receipts, &refused)?;
            Ok((delivered, ledger.stream(&partner, Direction::Out)?))
        })
        .await?;
    synced.delivered += delivered.saturating_sub(before);
    Ok(waiting.hear(&reply, outgoing))
}

async fn fetch(
    ledger: &LedgerHandle,
    partner: AgencyId,
    peer: &impl Peer,
    fetching: Fetching,
    synced: &mut Synced,
) -> Result<Next, Failure> {
    let (fetch, waiting): (Fetch, _) = fetching.fetch();
    let bytes = peer.post(path::FETCH, fetch.encode()).await?;
    synced.requests += 1;
    let (batch, incoming) = ledger
        .run(move |ledger, _| {
            let batch = ledger.open_batch(partner, &bytes)?;
            Ok((batch, ledger.stream(&partner, Direction::In)?))
        })
        .await?;
    let then = match waiting.hear(batch.after, &batch.hashes, incoming) {
        Fetched::Leave(next) => return Ok(next),
        Fetched::Take { then, .. } => then,
    };
    let (receipts, refused, incoming, new) = ledger
        .run_then(
            move |ledger, pending| ledger.receive_batch(pending, partner, batch),
            move |ledger, reception| {
                let incoming = ledger.stream(&partner, Direction::In)?;
                let receipts = ledger.receipts_for(&reception)?;
                Ok((receipts, reception.refused, incoming, reception.new))
            },
        )
        .await?;
    synced.received += new;
    let (receipts, waiting) = then.receipts(receipts, refused, incoming);
    ReceiptsReply::decode(&peer.post(path::RECEIPTS, receipts.encode()).await?).map_err(unreadable)?;
    synced.requests += 1;
    Ok(waiting.delivered())
}

#[expect(clippy::needless_pass_by_value, reason = "it maps an owned error")]
pub(super) fn unreadable(error: comity_journal::cbor::Malformed) -> Failure {
    Failure::NotBelieved(format!("the partner's answer cannot be read: {error}"))
}

impl Ledger {
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
        let (batch, sent) = self.batch_of(partner, after, parcels)?;
        Ok((batch, sent.iter().map(|parcel| parcel.entry.hash()).collect()))
    }

    /// Reads a batch that is to be from `partner` and for us.
    ///
    /// # Errors
    /// [`Failure::NotBelieved`] says what is wrong with it.
    pub fn open_batch(&self, partner: AgencyId, bytes: &[u8]) -> Result<OpenBatch, Failure> {
        Batch::open(bytes, &partner, &self.agency, &self.keys.content)
            .map_err(|error| Failure::NotBelieved(error.to_string()))
    }
}
