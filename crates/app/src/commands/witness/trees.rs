//! Partners' trees as they are held, and ours as we stand by it.

use comity_federation::compare::{self, Finding};
use comity_federation::message::Held;
use comity_federation::witness::{Continues, Doubt, Settled};
use comity_journal::checkpoint::SignedCheckpoint;
use comity_journal::ids::AgencyId;
use comity_journal::tree;
use comity_store::StoredCheckpoint;

use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

impl Ledger {
    /// Whether a tree that a partner shows is held from now on: it is what is held, or is proven to continue that. What is
    /// wrong with it otherwise, the hello says.
    pub(super) fn hold_tree(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        note: &SignedCheckpoint,
        continues: Option<&Continues>,
    ) -> Result<bool, Failure> {
        let Some(card) = self.cards.latest(&from) else { return Ok(false) };
        let held = self.held_by_now(pending, &from)?.as_ref().and_then(tree_of);
        // The path may begin at what was held a moment ago.
        let path =
            continues.filter(|continues| Some(continues.held) == held).map(|continues| &*continues.path);
        match compare::checkpoint(note, card, held, path) {
            Ok(now) if now.is_some() && now == tree_of(note) => {
                self.hold_note(pending, from, note)?;
                Ok(true)
            }
            Err(finding @ Finding::RewrittenPast { .. }) => {
                self.record_finding(pending, from, &finding, Some(note))?;
                Ok(false)
            }
            _ => Ok(false),
        }
    }

    /// The note that is held of an agency's tree.
    pub(crate) fn held_note(&self, agency: &AgencyId) -> Result<Option<SignedCheckpoint>, Failure> {
        let stored = self.store.checkpoint(agency)?;
        Ok(stored.and_then(|stored| SignedCheckpoint::try_from(stored.note).ok()))
    }

    /// As above, what another job of the same commit has just taken included: two trees that both continue what was held
    /// before need not continue each other.
    fn held_by_now(&self, pending: &Pending, agency: &AgencyId) -> Result<Option<SignedCheckpoint>, Failure> {
        let fresh = pending.commit.checkpoints.iter().filter(|stored| stored.agency == *agency);
        match fresh.max_by_key(|stored| (stored.epoch, stored.size)) {
            Some(stored) => Ok(SignedCheckpoint::try_from(stored.note.clone()).ok()),
            None => self.held_note(agency),
        }
    }

    /// Holds a note of a partner's tree, unless it is held already.
    pub(crate) fn hold_note(
        &self,
        pending: &mut Pending,
        agency: AgencyId,
        note: &SignedCheckpoint,
    ) -> Result<(), Failure> {
        let (Some(held), Ok(note)) = (tree_of(note), note.without_cosignatures()) else { return Ok(()) };
        if self.held_by_now(pending, &agency)?.as_ref() != Some(&note) {
            let (epoch, size) = (held.epoch, held.size);
            pending.commit.checkpoints.push(StoredCheckpoint { agency, epoch, size, note: note.into() });
        }
        Ok(())
    }

    /// The path from what a partner holds of our tree to a checkpoint of it.
    pub(super) fn path_from(&self, held: Held, to: Option<&SignedCheckpoint>) -> Option<Continues> {
        let to = tree_of(to?)?;
        let fits = held.epoch == to.epoch && self.root_at(held.epoch, held.size) == Some(held.root);
        let path = || tree::prove_consistency(&self.exchange(), held.size, to.size).ok();
        Some(Continues { held, path: fits.then(path).flatten()? })
    }

    /// Answers a partner that was shown a tree of ours by another: that it continues what the partner holds. Where it is not
    /// here, this node is an older copy of itself.
    pub(super) fn stand_by_tree(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        doubt: &Doubt,
    ) -> Result<Option<Settled>, Failure> {
        if let Some(says) = self.lost_tree(&doubt.shown)? {
            if says.origin.epoch >= self.tree_epoch() {
                self.is_older_copy(pending, from, Some((doubt.shown.clone(), says)), false)?;
            }
            return Ok(None);
        }
        let continues = self.path_from(doubt.held, Some(&doubt.shown));
        let shown =
            tree_of(&doubt.shown).filter(|shown| self.root_at(shown.epoch, shown.size) == Some(shown.root));
        Ok(shown.zip(continues).map(|(shown, continues)| Settled { shown, continues }))
    }
}

/// The tree that a note is of, unchecked.
pub(crate) fn tree_of(note: &SignedCheckpoint) -> Option<Held> {
    note.peek().ok().map(|says| Held::of(&says))
}
