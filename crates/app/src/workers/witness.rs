//! Witnesses, at a fixed rhythm, behind a session: one request to the partner, and one more where it doubts our tree.
//!
//! Not here: what is said and taken (`commands/witness.rs`). Invariant: a session is over when this begins. Where the
//! other side's release knows no witnesses, or the line breaks, the session stays what it was.

use comity_federation::message::{Held, Hello, Message as _};
use comity_federation::path;
use comity_federation::witness::Witness;
use comity_journal::ids::AgencyId;

use super::answer::{AnswerFailure, check_caller};
use super::deliver::{Peer, Synced, unreadable};
use crate::failure::Failure;
use crate::ledger::LedgerHandle;

/// Witnesses a partner's tree and has it witness ours. `showed` is what our hello has shown of our tree, `hello` the
/// partner's answer.
///
/// # Errors
/// [`Failure::NotBelieved`] when it answers nonsense; when nothing can be recorded.
pub(super) async fn witness(
    ledger: &LedgerHandle,
    partner: AgencyId,
    peer: &impl Peer,
    (showed, hello): (Option<Held>, Hello),
    synced: &mut Synced,
) -> Result<(), Failure> {
    let word = ledger.run(move |ledger, pending| ledger.witness_word(pending, partner, (showed, &hello)));
    let Some(word) = word.await? else { return Ok(()) };
    let Some(answer) = say(peer, &word, synced).await? else { return Ok(()) };
    let doubted = word.doubt.is_some();
    let settled = ledger.run(move |ledger, pending| {
        let us = ledger.own_card().agency();
        if (answer.from, answer.to) != (partner, us) {
            return Err(Failure::NotBelieved("the answer is not from this partner to us".into()));
        }
        ledger.hear_answer(pending, partner, (doubted, &answer))
    });
    if let Some(settled) = settled.await? {
        say(peer, &Witness { settled: Some(settled), ..Witness::new(word.from, word.to) }, synced).await?;
    }
    Ok(())
}

async fn say(peer: &impl Peer, word: &Witness, synced: &mut Synced) -> Result<Option<Witness>, Failure> {
    let Ok(bytes) = peer.post(path::WITNESS, word.encode()).await else { return Ok(None) };
    synced.witnessed += 1;
    Witness::decode(&bytes).map(Some).map_err(unreadable)
}

/// Answers a partner that witnesses.
pub(super) async fn answer_witness(
    ledger: &LedgerHandle,
    from: AgencyId,
    body: &[u8],
) -> Result<Vec<u8>, AnswerFailure> {
    let said = Witness::decode(body)?;
    check_caller(from, said.from)?;
    let answered = ledger.run(move |ledger, pending| {
        if said.to != ledger.own_card().agency() {
            return Ok(None);
        }
        ledger.answer_witness(pending, from, &said).map(Some)
    });
    let word =
        answered.await?.ok_or_else(|| AnswerFailure::Nonsense("the message is for another agency".into()))?;
    Ok(word.encode())
}
