//! What nodes say to each other, and the machines that decide what to say next.
//!
//! In scope: the messages and their bytes, content sealed to one receiver, batches and their limits, the
//! comparison of streams and checkpoints, what witnesses say to each other, the course of a session, and how long to wait before the next try.
//! Not here: sockets, TLS, clocks, storage, or whether an act is valid. Time and entropy come in as values.
//!
//! Invariant: nothing that a partner sent is called good here unless a signature, a hash or a proof says so; and
//! what comes from a partner never stops a node.

pub mod answer;
pub mod backoff;
pub mod batch;
pub mod bundle;
pub mod compare;
pub mod holdings;
pub mod message;
pub mod path;
pub mod seal;
pub mod session;
pub mod witness;
