//! Fetches back what of ours only a partner still has, and gives a partner back what is its own.
//!
//! The asker names the head of its own stream to the one it asks; the answer is a batch of what comes behind it, with all
//! content of it that is still here, the cards known of the asker, and the latest checkpoint held of its tree. All of it is
//! signed by the asker, so it proves itself. Not here: what the asker makes of it (`commands/recover.rs`).

use comity_federation::batch::{Draft, Parcel};
use comity_federation::compare::Finding;
use comity_federation::message::{Fetch, Message as _, Returned, VERSION};
use comity_federation::path;
use comity_federation::session::{GivingBack, Heard, Next, Recovering};
use comity_journal::entry::Entry;
use comity_journal::ids::AgencyId;
use comity_journal::limits;
use comity_journal::stream::StreamHead;
use comity_store::{Direction, Record, Recorded};

use super::deliver::{Peer, Synced, unreadable};
use crate::commands::Shown;
use crate::failure::Failure;
use crate::ledger::{Ledger, LedgerHandle};

/// Asks a partner for what is ours and not here, and takes it in. What it said of our tree, and does not show, is an
/// incident.
pub(super) async fn recover(
    ledger: &LedgerHandle,
    partner: AgencyId,
    peer: &impl Peer,
    recovering: Recovering,
    said: &[Finding],
    synced: &mut Synced,
) -> Result<Next, Failure> {
    let (fetch, waiting) = recovering.fetch();
    let bytes = peer.post(path::RECOVER, fetch.encode()).await?;
    synced.requests += 1;
    let said = said.to_vec();
    let (recovered, outgoing) = ledger
        .run(move |ledger, pending| {
            let batch = ledger.open_batch(partner, &bytes)?;
            let recovered = ledger.recover(pending, partner, batch)?;
            if recovered.shown == Shown::Nothing {
                let heard = Heard { findings: said, holds: None, holdings_differ: false };
                ledger.heed(pending, partner, &heard, None, &[])?;
            }
            Ok((recovered, ledger.stream(&partner, Direction::Out)?))
        })
        .await?;
    synced.recovered += recovered.entries;
    Ok(waiting.taken(outgoing, recovered.shown == Shown::It))
}

/// Gives a partner back entries of its own that it lacks; it may have no way to call us.
pub(super) async fn give_back(
    ledger: &LedgerHandle,
    partner: AgencyId,
    peer: &impl Peer,
    giving: GivingBack,
    synced: &mut Synced,
) -> Result<Next, Failure> {
    let (after, count) = giving.after();
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let batch = ledger.run(move |ledger, _| ledger.give_back(partner, after, count)).await?;
    let returned = Returned::decode(&peer.post(path::RETURN, batch).await?).map_err(unreadable)?;
    synced.requests += 1;
    let says = returned.outgoing;
    let here = ledger.run(move |ledger, _| Ok(ledger.store().stream_at(&partner, Direction::In, says.n)?));
    // What it says is taken for a place in its stream only where that is known here.
    Ok(giving.given(here.await?.filter(|here| *here == says).unwrap_or(after)))
}

/// Takes the latest card of a partner that has named a newer one than is known: with which keys it signs now, and whether
/// its tree has begun an epoch, depends on it.
pub(super) async fn take_card(
    ledger: &LedgerHandle,
    partner: AgencyId,
    peer: &impl Peer,
    synced: &mut Synced,
) -> Result<(), Failure> {
    let fetch = ledger
        .run(move |ledger, _| {
            // Only the card is wanted: where the streams stand is compared with it.
            let (from, after) = (ledger.own_card().agency(), StreamHead::START);
            Ok(Fetch { v: VERSION, from, to: partner, after, limit: 0 })
        })
        .await?;
    let bytes = peer.post(path::FETCH, fetch.encode()).await?;
    synced.requests += 1;
    ledger
        .run(move |ledger, pending| {
            let batch = ledger.open_batch(partner, &bytes)?;
            for card in batch.cards.into_iter().filter(|card| card.agency() == partner) {
                ledger.keep_card(pending, card)?;
            }
            for stated in batch.heads {
                ledger.keep_head(pending, stated)?;
            }
            Ok(())
        })
        .await
}

/// Lays our stream to a partner anew where somebody else has gone on with it, using a key of ours that we have disowned:
/// what the partner has of it comes first, then what only we had put there. The partner has all of it signed in our name;
/// what is not ours counts nowhere.
pub(super) async fn rejoin(
    ledger: &LedgerHandle,
    partner: AgencyId,
    peer: &impl Peer,
    theirs: StreamHead,
    synced: &mut Synced,
) -> Result<(), Failure> {
    let parted = ledger.run(move |ledger, _| ledger.parted_from(&partner, theirs)).await?;
    let Some((from, mut after)) = parted else { return Ok(()) };
    while after.n < theirs.n {
        let limit = theirs.n.saturating_sub(after.n).min(limits::BATCH_ENTRIES as u64);
        let fetch = Fetch { v: VERSION, from, to: partner, after, limit };
        let bytes = peer.post(path::RECOVER, fetch.encode()).await?;
        synced.requests += 1;
        let laid = ledger.run(move |ledger, pending| {
            let batch = ledger.open_batch(partner, &bytes)?;
            ledger.lay_stream_anew(pending, partner, after, batch)
        });
        match laid.await? {
            Some(next) => after = next,
            // It says that it has more, and shows nothing of it.
            None => break,
        }
    }
    Ok(())
}

/// Brings a partner our cards that it does not have, and what was stated with them: a batch without entries, which stands
/// nowhere in the stream.
pub(super) async fn bring_card(
    ledger: &LedgerHandle,
    partner: AgencyId,
    peer: &impl Peer,
    synced: &mut Synced,
) -> Result<(), Failure> {
    let composed = ledger.run(move |ledger, _| ledger.compose_batch(partner, StreamHead::START, 0));
    peer.post(path::BATCH, composed.await?.0).await?;
    synced.requests += 1;
    Ok(())
}

impl Ledger {
    /// What a partner gave us, after `after` in its stream, as a batch for the partner itself.
    ///
    /// # Errors
    /// When the store cannot be read, or the partner's card has no sealing key.
    pub(super) fn give_back(
        &mut self,
        partner: AgencyId,
        after: StreamHead,
        limit: usize,
    ) -> Result<Vec<u8>, Failure> {
        let mut parcels = Vec::new();
        for (_, record) in self.store.steps(&partner, Direction::In, after.n, limit)? {
            match self.parcel_back(&record)? {
                Some(parcel) => parcels.push(parcel),
                None => break,
            }
        }
        let held = self.held_note(&partner)?;
        let draft = Draft {
            from: self.agency,
            to: partner,
            after,
            cards: self.latest_cards(&partner),
            heads: Vec::new(),
            receipts: Vec::new(),
            checkpoint: held,
            consistency: Vec::new(),
        };
        Ok(self.seal_batch(draft, parcels)?.0)
    }

    /// An entry with all of its content that is here, for the one who wrote it. What was set aside is its own as well.
    fn parcel_back(&self, record: &Record) -> Result<Option<Parcel>, Failure> {
        let Recorded::Entry { entry, lane, bytes, .. } = &record.what else { return Ok(None) };
        if lane.is_shared() {
            let read = Entry::read(bytes).map_err(|error| Failure::Fault(error.to_string()))?;
            let mut parts = self.store.parts(entry)?;
            parts.retain(|part| read.header().parts.iter().any(|commitment| part.matches(commitment)));
            return Ok(Some(Parcel { entry: read, parts }));
        }
        let kept = self.store.parts(entry)?.into_iter().find(|part| part.label.as_str() == SET_ASIDE);
        let read = kept.and_then(|part| Entry::read(&part.bytes).ok());
        Ok(read.map(|entry| Parcel { entry, parts: Vec::new() }))
    }
}

/// The part of an incident that keeps what was set aside.
const SET_ASIDE: &str = "set-aside";
