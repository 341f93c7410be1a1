//! Where this node stands with a partner, and what a comparison taught it.

use comity_domain::matters::node::Trouble;
use comity_federation::compare::{Divergence, Finding};
use comity_federation::message::{CardMark, Hello};
use comity_federation::session::{Heard, Here, Showing, Snapshot};
use comity_journal::checkpoint::SignedCheckpoint;
use comity_journal::ids::AgencyId;
use comity_journal::stream::StreamHead;
use comity_store::Direction;

use crate::commands::tree_of;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

impl Ledger {
    /// What is known of ourselves and one partner now.
    ///
    /// # Errors
    /// When the partner has no card here, or the store cannot be read.
    pub fn snapshot(&mut self, partner: &AgencyId) -> Result<Snapshot, Failure> {
        let card = self.cards().latest(partner).cloned();
        let held = self.held_note(partner)?.as_ref().and_then(tree_of);
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
            tree_epoch: self.tree_epoch(),
            showing: if self.awaits_epoch() {
                Showing::Never
            } else if self.may_show_tree(partner) {
                Showing::Always
            } else {
                Showing::OnceVouched
            },
            holdings: self.holdings_with(partner)?,
        })
    }

    /// What is here when a partner answers our hello.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn here(&mut self, partner: &AgencyId, hello: &Hello) -> Result<Here, Failure> {
        Ok(Here {
            now: self.now(),
            outgoing: self.stream(partner, Direction::Out)?,
            incoming_at: self.store.stream_at(partner, Direction::In, hello.outgoing.n)?,
            tree_epoch: self.tree_epoch(),
            root: hello.holds.and_then(|held| self.root_at(held.epoch, held.size)),
        })
    }

    /// A partner has said that it holds nothing of ours that is not here.
    pub(super) fn vouch(&mut self, partner: AgencyId) {
        self.vouched.insert(partner);
    }

    /// Whether a partner has said so since this node may be an older copy of itself. What it would bring before that could
    /// rest on what was lost.
    ///
    /// # Errors
    /// [`Failure::Waiting`] when it has not.
    pub(super) fn check_vouched(&self, partner: &AgencyId) -> Result<(), Failure> {
        if self.compared.with(partner) || self.vouched.contains(partner) {
            return Ok(());
        }
        Err(Failure::Waiting("this node compares what both sides have before it takes anything more".into()))
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
            self.record_finding(pending, partner, finding, note)?;
        }
        for divergence in divergences {
            // Somebody else went on with our stream, or we lost some of it: it is laid anew when we call.
            let is_ours = matches!(divergence, Divergence::WeLost { .. } | Divergence::OursDiffers { .. });
            if is_ours && self.lays_streams_anew() {
                continue;
            }
            let why = divergence.to_string();
            self.record_incident(pending, Trouble::StreamMismatch, Some(partner), None, Some(&why))?;
        }
        if let (Some(held), Some(note)) = (heard.holds, note)
            && tree_of(note) == Some(held)
        {
            self.hold_note(pending, partner, note)?;
        }
        Ok(())
    }

    /// Records what a person should know; with the checkpoint that was held and the one shown, where these are what it is
    /// about.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn record_finding(
        &mut self,
        pending: &mut Pending,
        partner: AgencyId,
        finding: &Finding,
        note: Option<&SignedCheckpoint>,
    ) -> Result<(), Failure> {
        let trouble = match finding {
            Finding::ClockSkew { .. } => Trouble::ClockSkew,
            Finding::NewerCard { .. } | Finding::OtherCard { .. } => return Ok(()),
            Finding::BadCheckpoint(_) => Trouble::BadReceipt,
            _ => Trouble::RewrittenPast,
        };
        let why = finding.to_string();
        let signed = matches!(
            finding,
            Finding::RewrittenPast { .. } | Finding::WentBack { .. } | Finding::UndeclaredEpoch { .. }
        );
        match (self.held_note(&partner)?, note) {
            (Some(held), Some(shown)) if signed => {
                self.record_with_notes(pending, trouble, partner, &why, [&held, shown])
            }
            _ => self.record_incident(pending, trouble, Some(partner), None, Some(&why)),
        }
    }

    /// The streams with a partner agree: what waited for that may be signed now, and what others have given back is given
    /// to it. Gives how much that is.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn streams_agree(&mut self, pending: &mut Pending, partner: AgencyId) -> Result<u64, Failure> {
        if self.compared.with(&partner) {
            return Ok(0);
        }
        self.compared.add(partner);
        self.waived.remove(&partner);
        pending.compared.push(partner);
        let given = self.give_what_came_back(pending);
        let released = given.and_then(|given| Ok(given + self.release_waiting(pending)?));
        if released.is_err() {
            // What still waits would never be looked at again: the comparison is to be made anew.
            self.compared.remove(&partner);
        }
        released
    }
}
