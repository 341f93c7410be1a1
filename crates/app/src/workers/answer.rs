//! Answers one request of a partner whose key was compared with its card in the handshake.

use comity_domain::matters::node::Trouble;
use comity_federation::answer::{Answered, Answering, Found};
use comity_federation::compare::{self, Fit};
use comity_federation::holdings::{Holdings, HoldingsReply, differing};
use comity_federation::message::{
    Ask, BatchReply, Fetch, Hello, HelloReply, Message, Receipts, ReceiptsReply, Returned, VERSION,
};
use comity_federation::path;
use comity_federation::session::{Snapshot, WrongAgency};
use comity_journal::cbor::Malformed;
use comity_journal::ids::AgencyId;
use comity_journal::stream::StreamHead;
use comity_journal::time::Timestamp;
use comity_journal::tree;
use comity_store::{Direction, StreamStep};

use super::witness::answer_witness;
use crate::failure::Failure;
use crate::ledger::{Ledger, LedgerHandle, Pending};

/// How many connections one partner may have at a time, each with one request on it. Whatever it sends, no more of its requests
/// than these wait for the ledger together, so a flood of one partner fits into a commit beside what others ask.
pub const CONNECTIONS_OF_A_PARTNER: usize = 16;

/// Why a request is not answered, for the listener to turn into a status.
#[derive(Debug, thiserror::Error)]
pub enum AnswerFailure {
    /// There is nothing under this path.
    #[error("there is nothing under this path")]
    NoSuchPath,
    /// The body is not what belongs there; recorded as an incident.
    #[error("{0}")]
    Nonsense(String),
    /// The node could not.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<Malformed> for AnswerFailure {
    fn from(error: Malformed) -> Self {
        Self::Nonsense(error.to_string())
    }
}

impl From<WrongAgency> for AnswerFailure {
    fn from(error: WrongAgency) -> Self {
        Self::Nonsense(error.to_string())
    }
}

/// Answers a request, after everything it made us record is durable.
///
/// # Errors
/// [`AnswerFailure`]; nonsense is recorded as an incident first.
pub async fn answer(
    ledger: &LedgerHandle,
    from: AgencyId,
    at: &str,
    body: Vec<u8>,
) -> Result<Vec<u8>, AnswerFailure> {
    let ledger = &ledger.first();
    let answered = match at {
        path::HELLO => hello(ledger, from, &body).await,
        path::BATCH => batch(ledger, from, body).await,
        path::FETCH => fetch(ledger, from, &body).await,
        path::RECOVER => recover(ledger, from, &body).await,
        path::RETURN => take_back(ledger, from, body).await,
        path::ASK => ask(ledger, from, &body).await,
        path::HOLDINGS => holdings(ledger, from, &body).await,
        path::RECEIPTS => receipts(ledger, from, &body).await,
        path::WITNESS => answer_witness(ledger, from, &body).await,
        _ => return Err(AnswerFailure::NoSuchPath),
    };
    heed_nonsense(ledger, from, answered).await
}

/// Passes an answer on; nonsense is recorded as an incident first.
pub(super) async fn heed_nonsense<T>(
    ledger: &LedgerHandle,
    from: AgencyId,
    answered: Result<T, AnswerFailure>,
) -> Result<T, AnswerFailure> {
    if let Err(AnswerFailure::Nonsense(why)) = &answered {
        let why = why.clone();
        ledger
            .run(move |ledger, pending| {
                ledger.record_incident(pending, Trouble::BadBatch, Some(from), None, Some(&why))
            })
            .await?;
    }
    answered
}

/// A stated caller must be the one whose key the handshake compared.
pub(super) fn check_caller(from: AgencyId, says: AgencyId) -> Result<(), AnswerFailure> {
    if from == says { Ok(()) } else { Err(AnswerFailure::Nonsense("the message is another agency's".into())) }
}

async fn hello(ledger: &LedgerHandle, from: AgencyId, body: &[u8]) -> Result<Vec<u8>, AnswerFailure> {
    let hello = Hello::decode(body)?;
    check_caller(from, hello.from)?;
    let answered = ledger.run(move |ledger, pending| ledger.answer_hello(pending, from, &hello)).await?;
    Ok(answered.map_err(AnswerFailure::from)?.encode())
}

async fn batch(ledger: &LedgerHandle, from: AgencyId, body: Vec<u8>) -> Result<Vec<u8>, AnswerFailure> {
    match take_batch(ledger, from, body, Way::Wire).await? {
        Taking::Taken(reply) => Ok(reply.encode()),
        Taking::Gap { .. } => Err(AnswerFailure::Nonsense("the batch begins beyond what is here".into())),
    }
}

/// How a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// From the partner's node, which compares first.
    Wire,
    /// In a bundle: what it says of the streams is old, and what it brings is taken all the same.
    Carried,
}

/// What became of a batch that can be read.
pub(super) enum Taking {
    /// It fits to what is here; what could be believed of it is durable.
    Taken(BatchReply),
    /// It begins beyond what is here; nothing of it was taken.
    Gap {
        /// The entries of the partner's stream before it.
        after: u64,
    },
}

/// Takes a batch in.
pub(super) async fn take_batch(
    ledger: &LedgerHandle,
    from: AgencyId,
    body: Vec<u8>,
    way: Way,
) -> Result<Taking, AnswerFailure> {
    let taken = ledger
        .run_then(
            move |ledger, pending| {
                let batch = ledger.open_batch(from, &body)?;
                // In the new epoch of one that knows itself to be an older copy nothing can contradict what it lost; and where
                // only cards come nothing is receipted.
                if way == Way::Wire && !ledger.awaits_epoch() && !batch.hashes.is_empty() {
                    ledger.check_vouched(&from)?;
                }
                let have = ledger.stream(&from, Direction::In)?;
                match compare::fit(have, batch.after, &batch.hashes) {
                    Ok(Fit::Continues { .. }) => ledger.receive_batch(pending, from, batch).map(Ok),
                    Ok(Fit::Gap) => Ok(Err(batch.after.n)),
                    Err(divergence) => Err(Failure::NotBelieved(divergence.to_string())),
                }
            },
            move |ledger, taken| {
                let reception = match taken {
                    Ok(reception) => reception,
                    Err(after) => return Ok(Taking::Gap { after }),
                };
                let receipts = ledger.receipts_for(&from, &reception)?;
                let incoming = ledger.stream(&from, Direction::In)?;
                Ok(Taking::Taken(BatchReply { v: VERSION, receipts, refused: reception.refused, incoming }))
            },
        )
        .await;
    taken.map_err(|failure| match failure {
        Failure::NotBelieved(why) => AnswerFailure::Nonsense(why),
        other => other.into(),
    })
}

async fn fetch(ledger: &LedgerHandle, from: AgencyId, body: &[u8]) -> Result<Vec<u8>, AnswerFailure> {
    let fetch = Fetch::decode(body)?;
    check_caller(from, fetch.from)?;
    let answered = ledger
        .run(move |ledger, _| {
            let at = ledger.store().stream_at(&from, Direction::Out, fetch.after.n)?;
            let snapshot = ledger.snapshot(&from)?;
            match Answering(snapshot).fetch(&fetch, at) {
                Ok(count) => {
                    let count = usize::try_from(count).unwrap_or(usize::MAX);
                    Ok(Ok(ledger.compose_batch(from, fetch.after, count)?.0))
                }
                Err(divergence) => Ok(Err(divergence.to_string())),
            }
        })
        .await?;
    answered.map_err(AnswerFailure::Nonsense)
}

async fn recover(ledger: &LedgerHandle, from: AgencyId, body: &[u8]) -> Result<Vec<u8>, AnswerFailure> {
    let fetch = Fetch::decode(body)?;
    check_caller(from, fetch.from)?;
    let answered = ledger
        .run(move |ledger, _| {
            let at = ledger.store().stream_at(&from, Direction::In, fetch.after.n)?;
            let snapshot = ledger.snapshot(&from)?;
            match Answering(snapshot).recover(&fetch, at) {
                Ok(count) => {
                    let count = usize::try_from(count).unwrap_or(usize::MAX);
                    Ok(Ok(ledger.give_back(from, fetch.after, count)?))
                }
                Err(divergence) => Ok(Err(divergence.to_string())),
            }
        })
        .await?;
    answered.map_err(AnswerFailure::Nonsense)
}

/// What is ours is given back to us, unasked.
async fn take_back(ledger: &LedgerHandle, from: AgencyId, body: Vec<u8>) -> Result<Vec<u8>, AnswerFailure> {
    let taken = ledger.run(move |ledger, pending| {
        let batch = ledger.open_batch(from, &body)?;
        ledger.recover(pending, from, batch)?;
        ledger.stream(&from, Direction::Out)
    });
    match taken.await {
        Ok(outgoing) => Ok(Returned { v: VERSION, outgoing }.encode()),
        Err(Failure::NotBelieved(why)) => Err(AnswerFailure::Nonsense(why)),
        Err(other) => Err(other.into()),
    }
}

async fn ask(ledger: &LedgerHandle, from: AgencyId, body: &[u8]) -> Result<Vec<u8>, AnswerFailure> {
    let ask = Ask::decode(body)?;
    check_caller(from, ask.from)?;
    Ok(ledger.run(move |ledger, _| ledger.supply(from, &ask)).await?)
}

async fn holdings(ledger: &LedgerHandle, from: AgencyId, body: &[u8]) -> Result<Vec<u8>, AnswerFailure> {
    let theirs = Holdings::decode(body)?;
    check_caller(from, theirs.from)?;
    let listed = ledger.run(move |ledger, _| {
        let ours = ledger.runs_with(&from)?;
        differing(&ours, &theirs.runs, |run| ledger.held_with(&from, Some(run)))
    });
    Ok(HoldingsReply { v: VERSION, held: listed.await? }.encode())
}

async fn receipts(ledger: &LedgerHandle, from: AgencyId, body: &[u8]) -> Result<Vec<u8>, AnswerFailure> {
    let delivered = take_receipts(ledger, from, body, Way::Wire).await?;
    Ok(ReceiptsReply { v: VERSION, delivered }.encode())
}

/// Takes receipts in; how many entries of our stream are delivered now.
pub(super) async fn take_receipts(
    ledger: &LedgerHandle,
    from: AgencyId,
    body: &[u8],
    way: Way,
) -> Result<u64, AnswerFailure> {
    let message = Receipts::decode(body)?;
    check_caller(from, message.from)?;
    let taken = ledger.run(move |ledger, pending| {
        if way == Way::Wire {
            ledger.check_vouched(&from)?;
        }
        ledger.receive_receipts(pending, from, message.receipts, &message.refused)
    });
    Ok(taken.await?)
}

impl Ledger {
    fn answer_hello(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        hello: &Hello,
    ) -> Result<Result<HelloReply, WrongAgency>, Failure> {
        let now = self.now();
        Ok(match self.judge_hello(pending, from, hello, now)? {
            Ok((reply, answered)) => {
                if answered.vouched {
                    self.vouch(from);
                } else {
                    self.vouched.remove(&from);
                }
                if answered.level {
                    self.streams_agree(pending, from)?;
                }
                Ok(reply)
            }
            Err(wrong) => Err(wrong),
        })
    }

    /// Judges what a partner says of both streams and of its tree, by a clock that shows `now`, and records what a
    /// person should know of it.
    pub(super) fn judge_hello(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        hello: &Hello,
        now: Timestamp,
    ) -> Result<Result<(HelloReply, Answered), WrongAgency>, Failure> {
        let snapshot = Snapshot { now, ..self.snapshot(&from)? };
        let answering = Answering(snapshot);
        let wanted = answering.wanted(hello);
        // What another job of this commit has just recorded is not in the store yet.
        let fresh = &pending.commit.steps;
        let at = |ledger: &Self, direction, n| -> Result<Option<StreamHead>, Failure> {
            let is_it =
                |step: &&StreamStep| (step.partner, step.direction, step.head.n) == (from, direction, n);
            match fresh.iter().find(is_it) {
                Some(step) => Ok(Some(step.head)),
                None => Ok(ledger.store.stream_at(&from, direction, n)?),
            }
        };
        let found = Found {
            outgoing_at: at(self, Direction::Out, wanted.outgoing_at)?,
            incoming_at: at(self, Direction::In, wanted.incoming_at)?,
            consistency: wanted
                .consistency
                .and_then(|(old, new)| tree::prove_consistency(&self.exchange(), old, new).ok())
                .unwrap_or_default(),
            root: wanted.held.and_then(|held| self.root_at(held.epoch, held.size)),
        };
        let judged = answering.hello(hello, found);
        if let Ok((_, answered)) = &judged {
            self.heed(pending, from, &answered.heard, hello.checkpoint.as_ref(), &answered.divergences)?;
        }
        Ok(judged)
    }
}
