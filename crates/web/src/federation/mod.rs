//! The wire between nodes: HTTPS over TLS 1.3, mutual, each side's key compared with the other's agency card.
//!
//! There is no certificate authority. A certificate is only the envelope in which TLS carries a key: its
//! names, dates, issuer and own signature are ignored; the key inside is looked up among the pinned ones and
//! the handshake must be signed by exactly that key. This module moves bytes between two agencies that know
//! each other. It does not know what the bytes say; that is `comity-federation`.
//!
//! Invariant: no byte of HTTP is parsed for a peer whose key is not pinned, and every byte handed on is handed
//! on with the agency whose key signed the handshake.
//!
//! Specification: RFC 8446 (TLS 1.3), RFC 8410 (Ed25519 in certificates), RFC 9112 (HTTP/1.1).

mod client;
mod contacts;
#[cfg(test)]
mod handshake_tests;
mod listener;
mod node;
mod pins;
mod requests;
mod slots;
mod stall;
mod tls;
mod verifiers;

use std::time::Duration;

use comity_app::workers::CONNECTIONS_OF_A_PARTNER;
use comity_journal::limits;

pub use client::Dialler;
pub use contacts::{Contact, Contacts};
pub use listener::Listener;
pub use node::{Hindrance, NodeFederation, PartnerNode};
pub use pins::PinnedKeys;
pub use requests::{Answer, Counters, Federation};
pub use tls::TlsIdentity;

/// How long and how much. [`Limits::default`] is what a node uses; tests pass smaller ones.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How long reaching a peer, and then the handshake, may take.
    pub handshake: Duration,
    /// How long one request may take, its body and its answer included.
    pub request: Duration,
    /// How long a connection may be open with nothing asked.
    pub idle: Duration,
    /// The largest body of a request or an answer, in bytes.
    pub body: usize,
    /// Connections of partners open at once.
    pub connections: usize,
    /// Connections of one partner open at once.
    pub connections_per_partner: usize,
    /// Handshakes under way at once; apart from `connections`, so that strangers cannot crowd partners out.
    pub handshakes: usize,
    /// Handshakes under way at once from one network address.
    pub handshakes_per_address: usize,
    /// Requests a dialler has under way at one partner at once; more wait their turn.
    pub requests_per_partner: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(limits::HANDSHAKE_SECONDS),
            request: Duration::from_secs(limits::REQUEST_SECONDS),
            idle: Duration::from_secs(limits::IDLE_SECONDS),
            // A full batch and what is said around it.
            body: limits::BATCH_BYTES + 64 * 1024,
            connections: 256,
            connections_per_partner: CONNECTIONS_OF_A_PARTNER,
            handshakes: 256,
            handshakes_per_address: 64,
            requests_per_partner: 4,
        }
    }
}

/// Something that takes time and has a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// From the first byte until both keys are proven.
    Handshake,
    /// From the request until the last byte of its answer.
    Request,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Handshake => "handshake",
            Self::Request => "request",
        })
    }
}

/// Why no message passed between two nodes. Holds no address, name or key, so that it can be logged anywhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The address is no address.
    #[error("the address is not of the form https://host:port with a plain path")]
    Address,
    /// Nothing listens there, the name is not known, or no network leads there.
    #[error("nothing answers at the partner's address")]
    Unreachable,
    /// The peer showed a key that no card we trust names for it.
    #[error("the peer's key is not known: this partner is not pinned, or not with this key")]
    NotPinned,
    /// The peer said that our key is in no card it trusts.
    #[error("the partner does not know our key: it has not pinned us, or not with this key")]
    NotPinnedThere,
    /// The handshake failed for another reason.
    #[error("the handshake failed: {0}")]
    Handshake(&'static str),
    /// A limit of time was reached.
    #[error("the {0} took longer than it may")]
    TooSlow(Stage),
    /// A body is larger than the protocol allows.
    #[error("the message is larger than the protocol allows")]
    TooLarge,
    /// The partner answered with this HTTP status instead of a message.
    #[error("the partner answered with status {0}")]
    Status(u16),
    /// The connection ended before the answer did. Whether the request arrived is not known.
    #[error("the connection ended before the answer was complete")]
    Cut,
    /// As many connections are open as may be.
    #[error("too many connections at once")]
    Busy,
    /// Our own key cannot be used.
    #[error("our own TLS key cannot be used: {0}")]
    Identity(&'static str),
}

impl TransportError {
    /// A short word for it that stays the same between releases, for logs, counters and translation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Unreachable => "unreachable",
            Self::NotPinned => "not_pinned",
            Self::NotPinnedThere => "not_pinned_there",
            Self::Handshake(_) => "handshake",
            Self::TooSlow(_) => "too_slow",
            Self::TooLarge => "too_large",
            Self::Status(_) => "status",
            Self::Cut => "cut",
            Self::Busy => "busy",
            Self::Identity(_) => "identity",
        }
    }
}

/// The error below `error` that TLS reported, if TLS reported one.
fn tls_fault(error: &(dyn std::error::Error + 'static)) -> Option<TransportError> {
    let mut next = Some(error);
    while let Some(error) = next {
        // What an `io::Error` wraps is not among its sources, so it is asked for by name.
        let inner = error
            .downcast_ref::<std::io::Error>()
            .and_then(|io| io.get_ref())
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        if let Some(fault) = inner.or_else(|| error.downcast_ref()) {
            return Some(tls::classify(fault));
        }
        next = error.source();
    }
    None
}
