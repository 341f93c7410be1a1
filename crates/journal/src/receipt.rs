//! A receipt: the receiver's signed proof that entries are in its journal since a stated time.
//!
//! It is the receiver's checkpoint with a proof that a run of leaves, one per entry and all recorded at one
//! moment, is in the tree the checkpoint signs. It says *stored*, nothing about acceptance. It is not an entry
//! and is never receipted.

use serde::{Deserialize, Serialize};

use crate::card::Card;
use crate::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use crate::leaf::Leaf;
use crate::suite::Hash;
use crate::time::Timestamp;
use crate::tree::{self, ProofError, RangeProof};

/// A receipt as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The receiver's signed checkpoint.
    pub checkpoint: SignedCheckpoint,
    /// The first leaf of the run.
    pub first: u64,
    /// The entries of the run, in order.
    pub entries: Vec<Hash>,
    /// When they were recorded.
    pub at: Timestamp,
    /// That the run is in the tree.
    pub proof: RangeProof,
}

/// A receipt that proves nothing.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ReceiptError {
    /// Its checkpoint does not hold.
    #[error("the receipt's checkpoint does not hold: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// Its proof does not hold.
    #[error("the receipt does not prove that the entries are in the tree: {0}")]
    Proof(#[from] ProofError),
    /// It is signed by somebody else than the receiver.
    #[error("the receipt is another agency's")]
    WrongAgency,
}

impl Receipt {
    /// Checks that the agency of `card` has signed for every entry named here.
    ///
    /// # Errors
    /// [`ReceiptError`] says what does not hold.
    pub fn verify(&self, card: &Card) -> Result<Checkpoint, ReceiptError> {
        let facts = card.facts();
        let checkpoint = self.checkpoint.open(&facts.checkpoint, facts.suite)?;
        if checkpoint.origin.agency != card.agency() {
            return Err(ReceiptError::WrongAgency);
        }
        tree::verify_range(&self.leaf_hashes(), self.first, checkpoint.size, &self.proof, &checkpoint.root)?;
        Ok(checkpoint)
    }

    /// The inclusion path of one entry, for export: `(leaf index, path)`, or `None` when it is not in the run.
    ///
    /// # Errors
    /// [`ReceiptError`] when the receipt's own proof is not whole.
    pub fn inclusion_of(&self, entry: &Hash) -> Result<Option<(u64, Vec<Hash>)>, ReceiptError> {
        let Some(offset) = self.entries.iter().position(|e| e == entry) else { return Ok(None) };
        let index = self.first.saturating_add(offset as u64);
        let size = self.checkpoint.peek()?.size;
        let path = tree::inclusion_from_range(&self.leaf_hashes(), self.first, size, &self.proof, index)?;
        Ok(Some((index, path)))
    }

    /// The receipt of one entry of the run alone, which says nothing of the others; `None` when it is not in the run.
    ///
    /// # Errors
    /// [`ReceiptError`] when the receipt's own proof is not whole.
    pub fn only(&self, entry: &Hash) -> Result<Option<Self>, ReceiptError> {
        let Some((leaf, path)) = self.inclusion_of(entry)? else { return Ok(None) };
        let size = self.checkpoint.peek()?.size;
        let proof = tree::range_of_one(leaf, size, &path)?;
        let (checkpoint, at) = (self.checkpoint.clone(), self.at);
        Ok(Some(Self { checkpoint, first: leaf, entries: vec![*entry], at, proof }))
    }

    fn leaf_hashes(&self) -> Vec<Hash> {
        self.entries.iter().map(|entry| Leaf::Entry { entry: *entry, at: self.at }.hash()).collect()
    }
}
