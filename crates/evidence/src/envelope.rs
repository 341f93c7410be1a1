//! The envelope: what anybody may know of a sealed package, signed by whoever sealed it.
//!
//! It names the payload by size and root, the recipient stanzas by their hash, and where in the plaintext index and
//! leaves lie. It rides in the header of the file as a stanza that every age tool skips, together with the cards
//! that prove its author, so the file proves itself. It holds no name of a file and no hash of plaintext.
//!
//! Not here: whether the payload is the one named (`sealed` compares), and whether the author is trusted: that is
//! for whoever knows fingerprints. Invariant: a [`SignedEnvelope`] keeps the bytes it was read from, and
//! its numbers fit together.

mod signed;

pub use signed::{Author, Sender, SignedEnvelope};

use comity_journal::card::CardError;
use comity_journal::cbor::Malformed;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::limits::PARTIES;
use comity_journal::suite::{Hash, Suite};
use comity_journal::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::age;
use crate::groups;
use crate::limits::PACKAGE_BYTES;

/// The kind of stanza an envelope rides in.
pub const KIND: &str = "comity-envelope";
/// The version of the format this release writes.
pub const VERSION: u16 = 1;
/// The longest envelope, in bytes, without signature and cards.
pub const ENVELOPE_BYTES: usize = 16 * 1024;
/// The most cards that ride with one envelope.
pub const CARDS: usize = 8;

/// What an envelope says. Numbers that are known only once all is sealed have a fixed width, so that the length of
/// the header is known before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// Format version.
    pub v: u16,
    /// The suite of root and signature.
    pub suite: Suite,
    /// The root of the tree over the payload's groups.
    pub root: Hash,
    /// Bytes after the header.
    #[serde(with = "wide")]
    pub payload_size: u64,
    /// Bytes of plaintext.
    #[serde(with = "wide")]
    pub plain_size: u64,
    /// Where in the plaintext the index begins.
    #[serde(with = "wide")]
    pub index_at: u64,
    /// Bytes of the index.
    #[serde(with = "wide")]
    pub index_size: u64,
    /// Where in the plaintext the leaves of all groups that are complete before this place begin.
    #[serde(with = "wide")]
    pub leaves_at: u64,
    /// How many recipient stanzas it speaks of.
    pub recipients: u16,
    /// Hash of the version line and those stanzas.
    pub header: Hash,
    /// The recipients that are agencies, as far as the sender knows, sorted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Vec<AgencyId>>,
    /// The matter it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matter: Option<MatterId>,
    /// The agency that signs; absent where nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<AgencyId>,
    /// Hash of the card that certifies the signing key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<Hash>,
    /// When it was sealed, by the sender's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Hash of the first envelope, in those that were made by adding a recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Hash>,
}

/// What a sender says of a package besides what follows from its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The recipients that are agencies, where known, sorted.
    pub to: Option<Vec<AgencyId>>,
    /// The matter it belongs to.
    pub matter: Option<MatterId>,
    /// The time.
    pub at: Option<Timestamp>,
}

/// An envelope that must not be believed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EnvelopeError {
    /// Not in the one accepted form.
    #[error("the envelope cannot be read: {0}")]
    Malformed(#[from] Malformed),
    /// A later format.
    #[error("the envelope has a format that this release does not know; upgrade to read it")]
    UnknownVersion,
    /// Its own statements contradict each other.
    #[error("the envelope contradicts itself: {0}")]
    Contradiction(&'static str),
    /// A sender is named and nothing proves it.
    #[error("the envelope names a sender and is not signed")]
    Unproven,
    /// The signature is over other bytes.
    #[error("the signature beside the envelope is over another envelope")]
    SignsOther,
    /// The card that is named does not ride along.
    #[error("the card that the envelope names is not with it")]
    NoCard,
    /// A card that rides along is none, or another agency's.
    #[error("a card beside the envelope must not be believed: {0}")]
    Card(#[from] CardError),
    /// The key that signed is not the one the card certifies.
    #[error("the envelope is not signed by the key that the sender's card certifies")]
    BadSignature,
    /// A suite that proves nothing.
    #[error("the envelope is signed with a suite that is not accepted")]
    WeakSuite,
}

impl Envelope {
    /// Checks what can be checked without anything else.
    ///
    /// # Errors
    /// [`EnvelopeError::UnknownVersion`] or [`EnvelopeError::Contradiction`].
    pub fn check(&self) -> Result<(), EnvelopeError> {
        let wrong = |why| Err(EnvelopeError::Contradiction(why));
        if self.v != VERSION {
            return Err(EnvelopeError::UnknownVersion);
        }
        if self.plain_size > PACKAGE_BYTES || age::payload_size(self.plain_size) != self.payload_size {
            return wrong("the sizes of content and payload do not belong together");
        }
        let within = |at: u64, size: u64| at.checked_add(size).is_some_and(|end| end <= self.plain_size);
        if !within(self.index_at, self.index_size) || !within(self.leaves_at, self.leaves_size()) {
            return wrong("index or leaves would lie beyond the end of the content");
        }
        if self.recipients == 0 {
            return wrong("it speaks of no recipient");
        }
        if let Some(to) = &self.to
            && (to.len() > PARTIES || !to.is_sorted_by(|a, b| a < b))
        {
            return wrong("the agencies it is for are too many, or not sorted");
        }
        if self.sender.is_some() != self.card.is_some() {
            return wrong("a sender comes with the card that proves it");
        }
        Ok(())
    }

    /// How many leaves are stored in the content: of the groups that are complete before them.
    pub fn stored_leaves(&self) -> u64 {
        self.leaves_at / groups::GROUP_PLAIN
    }

    /// Bytes of the stored leaves.
    pub fn leaves_size(&self) -> u64 {
        self.stored_leaves() * groups::LEAF as u64
    }

    /// Whether two envelopes speak of the same payload and of the same places in it.
    pub fn same_payload(&self, other: &Self) -> bool {
        let payload = |of: &Self| {
            (of.suite, of.root, of.payload_size, of.plain_size, of.index_at, of.index_size, of.leaves_at)
        };
        payload(self) == payload(other)
    }
}

/// Numbers as eight bytes, the highest first: their width does not depend on their value.
mod wide {
    use serde::{Deserializer, Serializer, de};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    pub(super) fn serialize<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&number.to_be_bytes())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let bytes = comity_journal::part::bytes::deserialize(deserializer)?;
        let bytes = bytes.try_into().map_err(|_| de::Error::custom("a size or place is not eight bytes"))?;
        Ok(u64::from_be_bytes(bytes))
    }
}

#[cfg(test)]
mod tests;
