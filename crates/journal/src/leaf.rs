//! Leaves: what the two trees of a journal are made of.
//!
//! The *exchange* tree holds entries of shared lanes; partners get proofs from it. The *inner* tree holds entries
//! of inner lanes, each behind a salt; it is never shown. Its root enters the exchange tree, again behind a
//! salt, so that partners who witness the one protect the other, and the size of a journal does not betray what
//! was read in it. Tree hashing itself is `tree` (RFC 6962).

use serde::{Deserialize, Serialize};

use crate::cbor;
use crate::part::Salt;
use crate::suite::{self, Hash};
use crate::time::Timestamp;
use crate::tree;

/// What one leaf of the exchange tree stands for. Its bytes are version and leaf as deterministic CBOR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Leaf {
    /// An entry of a shared lane.
    Entry {
        /// Hash of the signed entry.
        entry: Hash,
        /// When it was recorded here.
        at: Timestamp,
    },
    /// The root of the inner tree, hidden behind a salt, on a fixed schedule.
    Inner {
        /// Hash of a salt and the inner root.
        commitment: Hash,
        /// When.
        at: Timestamp,
    },
    /// The latest checkpoint a partner held when this epoch of the tree began.
    Epoch {
        /// Hash of that checkpoint's note.
        checkpoint: Hash,
        /// When.
        at: Timestamp,
    },
}

impl Leaf {
    /// The leaf's hash in the tree.
    pub fn hash(&self) -> Hash {
        tree::leaf_hash(&cbor::encode(&(1_u8, self)))
    }
}

/// The hash of a leaf of the inner tree.
pub fn inner_leaf_hash(salt: &Salt, entry: &Hash, at: Timestamp) -> Hash {
    tree::leaf_hash(&cbor::encode(&(1_u8, "inner", salt, entry, at)))
}

/// What stands in the exchange tree for the inner tree at some size.
pub fn inner_root_commitment(salt: &Salt, size: u64, root: &Hash) -> Hash {
    suite::hash(&[b"comity inner root v1", salt.as_bytes(), &size.to_be_bytes(), root.as_bytes()])
}
