//! Cosignatures: those we give, and the latest that each witness has given us.

use comity_domain::matters::node::Trouble;
use comity_federation::witness::{Cosigned, OTHERS};
use comity_journal::card::Card;
use comity_journal::checkpoint::{Checkpoint, Origin, SignedCheckpoint, witness_name};
use comity_journal::ids::AgencyId;
use comity_journal::suite::Suite;
use comity_store::ViewRow;

use super::tree_of;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

/// The rows of who has cosigned our tree, by epoch and witness: our checkpoint with that cosignature. They are no view:
/// nothing could fold them again.
const COSIGNED: &str = "cosigned";

impl Ledger {
    /// The cosignature of a note that is held.
    pub(super) fn cosign(&self, partner: &AgencyId, note: &SignedCheckpoint) -> Option<Cosigned> {
        if !self.may_show_tree(partner) {
            return None;
        }
        let cosignature = note.cosign(&self.keys.checkpoint, &witness_name(&self.agency), self.now());
        Some(Cosigned { tree: tree_of(note)?, cosignature: cosignature.ok()? })
    }

    /// Keeps a partner's cosignature of our tree, if it is of a larger one than the last.
    pub(super) fn keep_cosignature(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        cosigned: &Cosigned,
    ) -> Result<(), Failure> {
        let Cosigned { tree, cosignature } = cosigned;
        if self.root_at(tree.epoch, tree.size) != Some(tree.root) {
            // Of a former epoch, or overtaken.
            return Ok(());
        }
        let origin = Origin { agency: self.agency, epoch: tree.epoch };
        let note = Checkpoint { origin, size: tree.size, root: tree.root }.sign(&self.keys.checkpoint);
        let by_it = cosignature.name() == witness_name(&from)
            && self.cards.chain(&from).map(Card::facts).any(|facts| {
                facts.suite >= Suite::LEAST
                    && cosignature.verify(&note, &facts.checkpoint, facts.suite).is_ok()
            });
        let noted = note.with_cosignature(cosignature);
        let Some(noted) = noted.ok().filter(|_| by_it) else {
            let why = "the partner's cosignature of our checkpoint does not hold";
            return self.record_incident(pending, Trouble::BadReceipt, Some(from), None, Some(why));
        };
        let key = [&tree.epoch.to_be_bytes(), &from.as_bytes()[..]].concat();
        let before = self.store.view_row(COSIGNED, &key)?.and_then(|bytes| read_note(&bytes));
        if before.and_then(|note| tree_of(&note)).is_none_or(|before| before.size < tree.size) {
            let value = Some(noted.as_str().as_bytes().to_vec());
            pending.commit.views.push(ViewRow { view: COSIGNED, key, value });
        }
        Ok(())
    }

    /// The latest cosignature that each witness has given of our tree in an epoch, each with our checkpoint.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn witnesses(&self, epoch: u32) -> Result<Vec<(AgencyId, SignedCheckpoint)>, Failure> {
        let begin = epoch.to_be_bytes();
        let (mut witnesses, mut after) = (Vec::new(), begin.to_vec());
        loop {
            let rows = self.store.view(COSIGNED, Some(&after), OTHERS)?;
            let (count, last) = (rows.len(), rows.last().map(|(key, _)| key.clone()));
            let of_epoch = rows.iter().filter_map(|(key, value)| {
                Some((AgencyId::from_slice(key.strip_prefix(&begin)?)?, read_note(value)?))
            });
            witnesses.extend(of_epoch);
            match last.filter(|last| count == OTHERS && last.starts_with(&begin)) {
                Some(last) => after = last,
                None => return Ok(witnesses),
            }
        }
    }
}

fn read_note(bytes: &[u8]) -> Option<SignedCheckpoint> {
    SignedCheckpoint::from_bytes(bytes).ok()
}
