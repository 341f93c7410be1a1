//! The epochs of the exchange tree: where each begins, and why a new one does.
//!
//! A node that is shown its own signature on something it does not have knows that it is an older copy of itself. What it
//! signed of its tree before and would sign now contradict each other, so its tree starts anew: the first leaf names the
//! latest checkpoint that a partner holds, and what is fetched back stands behind it. Leaves before it stay what they
//! were, in the tree of their own epoch.
//!
//! Not here: what is fetched back (`commands/recover.rs`), and what partners make of an epoch (`comity_federation`).
//!
//! Invariant: nothing of a tree is shown whose epoch the node's card, signed by its root, does not declare; and while an
//! epoch waits for that, nothing is signed in a shared lane.

use std::borrow::Cow;
use std::collections::BTreeMap;

use comity_journal::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use comity_journal::ids::AgencyId;
use comity_journal::leaf::Leaf;
use comity_journal::suite::{self, Hash};
use comity_journal::time::Timestamp;
use comity_store::{Record, Recorded, StoredCheckpoint, TreeName};

use super::trees::{Grown, WholeTree};
use super::{Compared, Ledger, Pending};
use crate::failure::Failure;

/// What is said when something has to wait for the root.
pub const EPOCH_FIRST: &str = "this node was put back from an older copy of itself, and its root has not declared the \
                               new epoch of its log yet: `comity epoch declare` does";

/// Where an epoch begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Its number.
    pub epoch: u32,
    /// Its first leaf, counted over all epochs.
    pub leaf: u64,
    /// Its first record.
    pub record: u64,
}

/// All epochs of the exchange tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Epochs {
    /// Oldest first; never empty.
    begun: Vec<Begun>,
    /// Entries of former epochs that stand in the last one as well: their leaf there, and since when.
    again: BTreeMap<Hash, (u64, Timestamp)>,
}

impl Default for Epochs {
    fn default() -> Self {
        Self { begun: vec![Begun { epoch: 0, leaf: 0, record: 0 }], again: BTreeMap::new() }
    }
}

impl Epochs {
    /// As the records that begin them tell.
    pub(super) fn of(records: &[Record]) -> Self {
        let mut epochs = Self::default();
        for record in records {
            match record.what {
                Recorded::Epoch { epoch, .. } if epoch > epochs.now().epoch => {
                    epochs.begin(Begun { epoch, leaf: record.leaf, record: record.number });
                }
                Recorded::Again { entry } => drop(epochs.again.insert(entry, (record.leaf, record.at))),
                _ => {}
            }
        }
        epochs
    }

    fn begin(&mut self, begun: Begun) {
        self.begun.push(begun);
        self.again.clear();
    }

    /// The one that goes on.
    ///
    /// # Panics
    /// Never: the first is there from the beginning.
    pub(super) fn now(&self) -> Begun {
        *self.begun.last().expect("the first epoch is there from the beginning")
    }

    /// The one a leaf is of, and where it ended, if it did.
    fn of_leaf(&self, leaf: u64) -> (Begun, Option<u64>) {
        let behind = self.begun.iter().find(|begun| begun.leaf > leaf).map(|begun| begun.leaf);
        let of = self.begun.iter().rev().find(|begun| begun.leaf <= leaf);
        (of.copied().unwrap_or_else(|| self.now()), behind)
    }

    /// This one, and where it ended, if it did.
    fn of_number(&self, epoch: u32) -> Option<(Begun, Option<u64>)> {
        self.begun.iter().find(|begun| begun.epoch == epoch).map(|begun| self.of_leaf(begun.leaf))
    }
}

/// An epoch, its tree, and a checkpoint of it.
pub(crate) type Log<'l> = (Begun, WholeTree<'l>, SignedCheckpoint);

impl Ledger {
    /// Leaves of the exchange tree in all its epochs.
    pub(crate) fn exchange_leaves(&self) -> u64 {
        self.epochs.now().leaf + self.exchange.size()
    }

    /// The epoch of the exchange tree.
    pub fn tree_epoch(&self) -> u32 {
        self.epochs.now().epoch
    }

    /// The first record of the epoch that goes on; 0 for a node that was never put back from a copy.
    pub(crate) fn epoch_begins_with(&self) -> u64 {
        self.epochs.now().record
    }

    /// Whether this node knows itself to be an older copy, and its root has not declared the new epoch of its tree.
    pub fn awaits_epoch(&self) -> bool {
        self.tree_epoch() != self.own_card().facts().tree_epoch
    }

    /// Whether a partner may see our tree, in a checkpoint or a receipt.
    pub(crate) fn may_show_tree(&self, partner: &AgencyId) -> bool {
        !self.awaits_epoch() && (self.compared.with(partner) || self.vouched.contains(partner))
    }

    /// The root our tree of now had at the size of a checkpoint of it, where it has come so far.
    pub(crate) fn root_at(&self, epoch: u32, size: u64) -> Option<Hash> {
        (epoch == self.tree_epoch()).then(|| self.exchange().root_at(size).ok()).flatten()
    }

    /// The log that leaves up to, not including, `end` are of, `first` being one of them.
    pub(crate) fn log_of(&self, first: u64, end: u64) -> Result<Log<'_>, Failure> {
        let (begun, ended) = self.epochs.of_leaf(first);
        let Some(ended) = ended else {
            let missing = || Failure::Fault("nothing is in the exchange tree yet".into());
            return Ok((begun, self.exchange(), self.checkpoint.clone().ok_or_else(missing)?));
        };
        // Of a former epoch no more is vouched for than is asked about: what came behind it in the copy stands beside what
        // partners hold of it.
        let tree = self.former_tree(begun, end.min(ended))?;
        let origin = Origin { agency: self.agency, epoch: begun.epoch };
        let note = Checkpoint { origin, size: tree.size(), root: tree.root() }.sign(&self.keys.checkpoint);
        Ok((begun, tree, note))
    }

    /// The tree of a former epoch, up to, not including, the leaf `end`.
    fn former_tree(&self, begun: Begun, end: u64) -> Result<WholeTree<'_>, Failure> {
        let grown = Grown::read_leaves(&*self.store, TreeName::Exchange, begun.leaf, end)?;
        Ok(WholeTree::new(Cow::Owned(grown), &*self.store))
    }

    /// The logs that these leaves are of, oldest first.
    pub(crate) fn logs_of(&self, leaves: impl Iterator<Item = u64>) -> Result<Vec<Log<'_>>, Failure> {
        let mut ends: BTreeMap<u64, u64> = BTreeMap::new();
        for leaf in leaves {
            let end = ends.entry(self.epochs.of_leaf(leaf).0.leaf).or_default();
            *end = (*end).max(leaf + 1);
        }
        ends.into_iter().map(|(first, end)| self.log_of(first, end)).collect()
    }

    /// The leaf in which an entry is to be receipted, and since when: of the epoch that goes on. Of a former one nothing is
    /// signed any more for partners, since it may stand beside what they hold of it; an entry of it is recorded again.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn leaf_to_receipt(
        &mut self,
        pending: &mut Pending,
        entry: &Hash,
    ) -> Result<Option<(u64, Timestamp)>, Failure> {
        let Some((leaf, at)) = self.leaf_of(pending, entry)? else { return Ok(None) };
        if leaf >= self.epochs.now().leaf {
            return Ok(Some((leaf, at)));
        }
        if let Some(again) = self.epochs.again.get(entry) {
            return Ok(Some(*again));
        }
        let (leaf, at, entry) = (self.exchange_leaves(), pending.at, *entry);
        let leaf_hash = Leaf::Entry { entry, at }.hash();
        self.push_record(pending, TreeName::Exchange, leaf_hash, None, Recorded::Again { entry });
        self.epochs.again.insert(entry, (leaf, at));
        Ok(Some((leaf, at)))
    }

    /// Whether a checkpoint that we have signed is one of the trees that are here.
    fn is_here(&self, says: &Checkpoint) -> Result<bool, Failure> {
        let epoch = says.origin.epoch;
        if epoch == self.tree_epoch() {
            return Ok(self.root_at(epoch, says.size) == Some(says.root));
        }
        let Some((begun, Some(ended))) = self.epochs.of_number(epoch) else { return Ok(false) };
        let tree = self.former_tree(begun, ended)?;
        Ok(tree.root_at(says.size).is_ok_and(|root| root == says.root))
    }

    /// What a note that a partner holds says of our tree, if one of our cards' keys has signed it and our trees do not
    /// have it.
    pub(crate) fn lost_tree(&self, note: &SignedCheckpoint) -> Result<Option<Checkpoint>, Failure> {
        match self.opened(note).filter(|says| says.origin.agency == self.agency) {
            Some(says) if !self.is_here(&says)? => Ok(Some(says)),
            _ => Ok(None),
        }
    }

    /// Something that this node signed is not here. A new epoch begins if the one that goes on has lost something itself
    /// (`in_this_epoch`); in any case a leaf names what the partner holds. Gives whether an epoch has begun.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn tree_was_lost(
        &mut self,
        pending: &mut Pending,
        held: Option<(SignedCheckpoint, Checkpoint)>,
        in_this_epoch: bool,
    ) -> Result<bool, Failure> {
        let declared = self.own_card().facts().tree_epoch;
        let held_epoch = held.as_ref().map_or(0, |(_, says)| says.origin.epoch);
        let lost_now = in_this_epoch || held_epoch >= self.tree_epoch();
        let begins = (lost_now && !self.awaits_epoch()) || declared.max(held_epoch) > self.tree_epoch();
        // The latest a partner holds, or else the last we know to have signed.
        let note = held.as_ref().map(|(note, _)| note.clone()).or_else(|| self.checkpoint.clone());
        let Some(note) = note else { return Ok(false) };
        let checkpoint = suite::hash(&[note.as_str().as_bytes()]);
        if !begins && (held.is_none() || self.is_named(pending, &checkpoint)?) {
            return Ok(false);
        }
        if let Some((note, says)) = held {
            pending.commit.checkpoints.push(StoredCheckpoint {
                agency: self.agency,
                epoch: says.origin.epoch,
                size: says.size,
                note: note.into(),
            });
        }
        if begins {
            let epoch = self.tree_epoch().max(held_epoch).max(declared).saturating_add(1);
            let (leaf, record) = (self.exchange_leaves(), pending.next_number());
            self.epochs.begin(Begun { epoch, leaf, record });
            self.exchange.begin_anew(leaf, &mut pending.commit.views);
            self.compared = Compared::With(std::collections::BTreeSet::new());
            self.vouched.clear();
            self.waived.clear();
        }
        let (epoch, leaf) = (self.tree_epoch(), Leaf::Epoch { checkpoint, at: pending.at }.hash());
        self.push_record(pending, TreeName::Exchange, leaf, None, Recorded::Epoch { epoch, checkpoint });
        Ok(begins)
    }

    fn is_named(&self, pending: &Pending, checkpoint: &Hash) -> Result<bool, Failure> {
        let names = |record: &Record| matches!(&record.what, Recorded::Epoch { checkpoint: named, .. } if named == checkpoint);
        Ok(pending.commit.records.iter().any(names) || self.store.epochs()?.iter().any(names))
    }
}
