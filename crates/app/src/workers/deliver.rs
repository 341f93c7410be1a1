//! Delivers to one partner, and fetches from it: drives the session machine over a [`Peer`].
//!
//! There is no queue beside the journal: what is to be delivered is the stream after what the partner has. Only
//! what is stored is read, so nothing leaves before it is durable.

use comity_domain::matters::node::Trouble;
use comity_federation::batch::OpenBatch;
use comity_federation::compare::Finding;
use comity_federation::message::{Batch, Fetch, HelloReply, Message as _, ReceiptsReply};
use comity_federation::path;
use comity_federation::session::{Dialling, Done, Ended, Fetched, Fetching, Heard, Next};
use comity_journal::ids::AgencyId;
use comity_journal::time::Timestamp;
use comity_store::Direction;

use super::missing::ask_for_missing;
use super::push::{push, push_on};
use super::recover::{bring_card, give_back, recover, rejoin, take_card};
use super::witness::witness;
use crate::commands::tree_of;
use crate::failure::Failure;
use crate::ledger::{Ledger, LedgerHandle};

/// For how long after a comparison entries are sent without comparing anew, in milliseconds.
const COMPARED_MS: i64 = 10_000;

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
    /// Entries of ours that the partner has given back, since they were not here any more.
    pub recovered: u64,
    /// Whether the streams agreed at its end.
    pub compared: bool,
    /// Requests it took.
    pub requests: u64,
    /// Acts that were signed because of the comparison, and entries that others gave back and that go to this partner, too.
    pub released: u64,
    /// How often it was asked what it holds, and for what is missing. Such requests are not counted among the others: they are not needed
    /// to compare.
    pub asked: u64,
    /// Entries that came of asking.
    pub supplied: usize,
    /// Requests of witnesses behind it, which are not needed to compare either.
    pub witnessed: u64,
}

/// How the last session with a partner ended: for a while it can be gone on with.
#[derive(Debug, Default)]
pub struct Level(Option<(Ended, Timestamp)>);

/// Sends a partner what it lacks: at once if the two have just compared and nothing else is to be done, else in a session.
///
/// # Errors
/// As [`sync`]; the next time the two compare.
pub async fn deliver(
    ledger: &LedgerHandle,
    partner: AgencyId,
    peer: &impl Peer,
    level: &mut Level,
) -> Result<Synced, Failure> {
    let ledger = &ledger.first();
    let last = level.0.take();
    let (ready, now) = ledger
        .run(move |ledger, _| {
            let (outgoing, now) = (ledger.stream(&partner, Direction::Out)?, ledger.now());
            let fresh = last.filter(|(_, since)| since.millis_until(now) < COMPARED_MS);
            let ready = match fresh.and_then(|(ended, since)| Some((ended.go_on(outgoing)?, since))) {
                Some((pushing, since)) => Some((ledger.ready(pushing, partner)?, since)),
                None => None,
            };
            Ok((ready, now))
        })
        .await?;
    if let Some((ready, since)) = ready {
        let mut synced = Synced { compared: true, ..Synced::default() };
        let next = push_on(ledger, partner, peer, ready, &mut synced).await?;
        if let Next::Done(Done { ended: Some(ended), .. }) = next {
            level.0 = Some((ended, since));
            return Ok(synced);
        }
    }
    let (synced, ended) = session(ledger, partner, peer).await?;
    level.0 = ended.map(|ended| (ended, now));
    Ok(synced)
}

/// Runs one session with a partner: compare, fetch back what is ours, push, fetch, ask for what is missing.
///
/// # Errors
/// [`Failure::Waiting`] when the partner cannot be reached; [`Failure::NotBelieved`] when it answers nonsense.
pub async fn sync(ledger: &LedgerHandle, partner: AgencyId, peer: &impl Peer) -> Result<Synced, Failure> {
    Ok(session(&ledger.first(), partner, peer).await?.0)
}

async fn session(
    ledger: &LedgerHandle,
    partner: AgencyId,
    peer: &impl Peer,
) -> Result<(Synced, Option<Ended>), Failure> {
    let mut synced = Synced::default();
    let snapshot = ledger.run(move |ledger, _| ledger.snapshot(&partner)).await?;
    let (card, knows) = (snapshot.card.number, snapshot.partner.facts().number);
    let (hello, waiting) = Dialling(snapshot).hello();
    let showed = hello.checkpoint.as_ref().and_then(tree_of);
    let reply = HelloReply::decode(&peer.post(path::HELLO, hello.encode()).await?).map_err(unreadable)?;
    synced.requests += 1;
    let theirs = reply.hello.clone();
    // Whose keys are judged by which card decides what either believes of the rest.
    if theirs.card.number > knows {
        take_card(ledger, partner, peer, &mut synced).await?;
    }
    if theirs.knows < card {
        bring_card(ledger, partner, peer, &mut synced).await?;
    }
    rejoin(ledger, partner, peer, theirs.incoming, &mut synced).await?;
    let here = ledger.run(move |ledger, _| ledger.here(&partner, &theirs)).await?;
    let (mut heard, mut next) =
        waiting.hear(&reply, here).map_err(|error| Failure::NotBelieved(error.to_string()))?;
    // That it holds more of ours is only said so far.
    let said: Vec<_> = heard.findings.extract_if(.., |f| matches!(f, Finding::TheyHoldMore { .. })).collect();
    // While something was under way both hold something else; whether anything is missing shows when nothing is.
    let differ = heard.holdings_differ && matches!(next, Next::Done(_));
    let note = reply.hello.checkpoint.clone();
    ledger.run(move |ledger, pending| ledger.heed(pending, partner, &heard, note.as_ref(), &[])).await?;
    let done = loop {
        next = match next {
            Next::Recover(recovering) => {
                recover(ledger, partner, peer, recovering, &said, &mut synced).await?
            }
            Next::GiveBack(giving) => give_back(ledger, partner, peer, giving, &mut synced).await?,
            Next::Rewind(rewinding) => {
                let n = rewinding.n();
                let at = ledger
                    .run(move |ledger, _| Ok(ledger.store().stream_at(&partner, Direction::Out, n)?))
                    .await?;
                rewinding.stream_at(at)
            }
            Next::Push(pushing) => push(ledger, partner, peer, pushing, &mut synced).await?,
            Next::Fetch(fetching) => fetch(ledger, partner, peer, fetching, &mut synced).await?,
            Next::Done(done) => break done,
        };
    };
    let ended = done.ended;
    end(ledger, partner, done, &mut synced).await?;
    ask_for_missing(ledger, partner, peer, differ, &mut synced).await?;
    if synced.compared {
        witness(ledger, partner, peer, (showed, reply.hello), &mut synced).await?;
    }
    Ok((synced, ended))
}

/// Records what the session came to, and signs what waited for it.
async fn end(
    ledger: &LedgerHandle,
    partner: AgencyId,
    done: Done,
    synced: &mut Synced,
) -> Result<(), Failure> {
    let Done { compared, divergences, they_lost, .. } = done;
    synced.compared = compared;
    synced.released = ledger
        .run(move |ledger, pending| {
            let nothing = Heard { findings: Vec::new(), holds: None, holdings_differ: false };
            ledger.heed(pending, partner, &nothing, None, &divergences)?;
            if they_lost {
                ledger.record_once(pending, Trouble::PartnerOldCopy, partner)?;
            }
            if compared { ledger.streams_agree(pending, partner) } else { Ok(0) }
        })
        .await?;
    Ok(())
}

async fn fetch(
    ledger: &LedgerHandle,
    partner: AgencyId,
    peer: &impl Peer,
    fetching: Fetching,
    synced: &mut Synced,
) -> Result<Next, Failure> {
    let nothing_lost = fetching.nothing_lost();
    let (fetch, waiting): (Fetch, _) = fetching.fetch();
    let bytes = peer.post(path::FETCH, fetch.encode()).await?;
    synced.requests += 1;
    let (batch, incoming) = ledger
        .run(move |ledger, _| {
            if nothing_lost {
                ledger.vouch(partner);
            }
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
                let receipts = ledger.receipts_for(&partner, &reception)?;
                Ok((receipts, reception.refused, incoming, reception.new))
            },
        )
        .await?;
    synced.received += new;
    let nothing_to_say = receipts.is_empty() && refused.is_empty();
    let (receipts, waiting) = then.receipts(receipts, refused, incoming);
    if nothing_to_say {
        return Ok(waiting.delivered());
    }
    ReceiptsReply::decode(&peer.post(path::RECEIPTS, receipts.encode()).await?).map_err(unreadable)?;
    synced.requests += 1;
    Ok(waiting.delivered())
}

#[expect(clippy::needless_pass_by_value, reason = "it maps an owned error")]
pub(super) fn unreadable(error: comity_journal::cbor::Malformed) -> Failure {
    Failure::NotBelieved(format!("the partner's answer cannot be read: {error}"))
}

impl Ledger {
    /// Reads a batch that is to be from `partner` and for us.
    ///
    /// # Errors
    /// [`Failure::NotBelieved`] says what is wrong with it.
    pub fn open_batch(&self, partner: AgencyId, bytes: &[u8]) -> Result<OpenBatch, Failure> {
        Batch::open(bytes, &partner, &self.agency, &self.keys.content, &self.cards)
            .map_err(|error| Failure::NotBelieved(error.to_string()))
    }
}
