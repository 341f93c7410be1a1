//! Where this node stands with a partner, and what a comparison taught it.

use comity_domain::matters::node::Trouble;
use comity_federation::compare::{Divergence, Finding};
use comity_federation::message::{CardMark, Held};
use comity_federation::session::{Heard, Snapshot};
use comity_journal::checkpoint::SignedCheckpoint;
use comity_journal::ids::AgencyId;
use comity_journal::stream::StreamHead;
use comity_store::{Direction, StoredCheckpoint};

use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

impl Ledger {
    /// What is known of ourselves and one partner now.
    ///
    /// # Errors
    /// When the partner has no card here, or the store cannot be read.
    pub fn snapshot(&mut self, partner: &AgencyId) -> Result<Snapshot, Failure> {
        let card = self.cards().latest(partner).cloned();
        let held = self.store.checkpoint(partner)?.and_then(|stored| {
            let note = SignedCheckpoint::try_from(stored.note).ok()?.peek().ok()?;
            Some(Held { epoch: note.origin.epoch, size: note.size, root: note.root })
        });
        let n = self.store.delivered(partner)?;
        let delivered = self.store.stream_at(partner, Direction::Out, n)?.unwrap_or(StreamHead::START);
        let own = self.own_card();
        Ok(Snapshot {
            me: self.agency,
            card: CardMark { number: own.facts().number, hash: own.hash() },
            partner: card.ok_or_else(|| Failure::NotFound("no card of this partner".into()))?,
            now: self.now(),
            delivered,
            outgoing: self.stream(partner, Direction::Out)?,
            incoming: self.stream(partner, Direction::In)?,
            holds: held,
            checkpoint: self.checkpoint().cloned(),
            holdings: self.holdings_with(partner)?,
        })
    }

    /// Records what a hello taught us: incidents for people, and the partner's checkpoint to hold from now on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn heed(
        &mut self,
        pending: &mut Pending,
        partner: AgencyId,
        heard: &Heard,
        note: Option<&SignedCheckpoint>,
        divergences: &[Divergence],
    ) -> Result<(), Failure> {
        for finding in &heard.findings {
            let trouble = match finding {
                Finding::ClockSkew { .. } => Trouble::ClockSkew,
                Finding::NewerCard { .. } | Finding::OtherCard { .. } => continue,
                Finding::BadCheckpoint(_) => Trouble::BadReceipt,
                _ => Trouble::RewrittenPast,
            };
            self.record_incident(pending, trouble, Some(partner), None, Some(&finding.to_string()))?;
        }
        for divergence in divergences {
            let why = divergence.to_string();
            self.record_incident(pending, Trouble::StreamMismatch, Some(partner), None, Some(&why))?;
        }
        if let (Some(held), Some(note)) = (heard.holds, note)
            && note.peek().is_ok_and(|shown| shown.size == held.size && shown.origin.epoch == held.epoch)
        {
            pending.commit.checkpoints.push(StoredCheckpoint {
                agency: partner,
                epoch: held.epoch,
                size: held.size,
                note: note.as_str().to_owned(),
            });
        }
        Ok(())
    }

    /// The streams with a partner agree: what waited for that may be signed now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn streams_agree(&mut self, pending: &mut Pending, partner: AgencyId) -> Result<u64, Failure> {
        if self.compared.with(&partner) {
            return Ok(0);
        }
        self.compared.add(partner);
        pending.compared.push(partner);
        let released = self.release_waiting(pending);
        if released.is_err() {
            // What still waits would never be looked at again: the comparison is to be made anew.
            self.compared.remove(&partner);
        }
        released
    }
}
