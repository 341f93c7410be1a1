//! What agencies signed, and how anybody checks it: entries, lanes, trees, receipts, cards, proofs.
//!
//! In scope: bytes, hashes, signatures, places, inclusion and offline verification. The crate knows the
//! *bytes* of an act, not what the act means; meaning is `comity-domain`. It keeps nothing and sends nothing;
//! that is `comity-store` and `comity-federation`. No clock, no randomness, no files: time and entropy come in.
//!
//! Invariant: a value of a type here that came from foreign bytes has passed every check its type names.

pub mod audit;
pub mod card;
pub mod cbor;
pub mod checkpoint;
pub mod cose;
pub mod entropy;
pub mod entry;
pub mod fingerprint;
pub mod ids;
pub mod leaf;
pub mod limits;
pub mod part;
pub mod proof;
pub mod receipt;
pub mod scan;
pub mod stated;
pub mod stream;
pub mod suite;
pub mod time;
pub mod tree;
pub mod verify;
