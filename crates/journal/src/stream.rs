//! A stream: what one node gives one partner, in order, as a hash chain.
//!
//! Each direction of a pair of nodes is a stream with a head (N, H_N): how many entries, and the chain's hash
//! after them. Two nodes whose heads agree have nothing to tell each other. A stream is an order of delivery,
//! no more: what an entry means depends on its lane and place, never on its number here.

use serde::{Deserialize, Serialize};

use crate::suite::{self, Hash};

/// How far a stream has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamHead {
    /// How many entries.
    pub n: u64,
    /// The chain's hash after them.
    pub hash: Hash,
}

impl StreamHead {
    /// Before the first entry.
    pub const START: Self = Self { n: 0, hash: Hash::ZERO };

    /// The head after one more entry.
    #[must_use]
    pub fn push(self, entry: &Hash) -> Self {
        let hash = suite::hash(&[b"comity stream v1", self.hash.as_bytes(), entry.as_bytes()]);
        Self { n: self.n.saturating_add(1), hash }
    }
}
