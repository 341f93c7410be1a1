//! The sealed file: an age file whose header carries an [`Envelope`] over its payload.
//!
//! [`SealedWriter`] seals in one pass; [`SealedReader`] verifies without any key, opens from beginning to end, or
//! opens at any place; [`add_recipient`] makes a second file with the same payload. Memory does not grow with the
//! file: leaves are kept in a spool that the caller gives (an anonymous temporary file). Groups are hashed, sealed and
//! opened on as many cores as there are; what comes of it is the same on one.
//!
//! Not here: what the plaintext is (`tar`, `bag`), temporary names and renaming, who may do what.
//!
//! Invariant: plaintext that a reader hands on opened under the file's key; [`OpenAt`] has checked each group
//! against the signed root before, [`OpenWhole`] has by the time its last group is handed on.

mod adding;
mod ahead;
mod open;
mod payload;
mod reader;
mod sealing;
mod writer;

pub use adding::add_recipient;
pub use open::{OpenAt, OpenWhole};
pub use reader::{SealedReader, Verification};
pub use writer::{SealedWriter, Tail};

#[cfg(doc)]
use crate::envelope::Envelope;

use crate::age::{AgeError, PayloadError};
use crate::envelope::EnvelopeError;
use crate::groups::WrongGroup;

/// Something about a sealed file that does not hold, found with or without a key. Envelopes are counted from 1.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Finding {
    /// An envelope must not be believed.
    #[error("envelope {number}: {error}")]
    Envelope {
        /// Which one.
        number: usize,
        /// Why.
        error: EnvelopeError,
    },
    /// Recipients were changed, or the envelope is another file's.
    #[error(
        "envelope {number} was not made for the recipients in this file: they were changed, or it is another file's"
    )]
    OtherRecipients {
        /// Which envelope.
        number: usize,
    },
    /// Recipients that no envelope speaks of.
    #[error(
        "the file has {found} recipients and its envelopes speak of {covered}: some were added without saying so"
    )]
    UnstatedRecipients {
        /// How many the last envelope speaks of.
        covered: usize,
        /// How many there are.
        found: usize,
    },
    /// The envelopes are not a first one and others that name it.
    #[error("envelope {number} does not name the first envelope of this file")]
    OtherFirst {
        /// Which envelope.
        number: usize,
    },
    /// Two envelopes speak of different payloads.
    #[error("envelope {number} speaks of another content than the first")]
    OtherPayload {
        /// Which envelope.
        number: usize,
    },
    /// Too short or too long.
    #[error("the content has {found} bytes where {stated} are stated: the file was cut or bytes were added")]
    Size {
        /// As the envelope states it.
        stated: u64,
        /// As it is.
        found: u64,
    },
    /// Other bytes than those that were sealed.
    #[error("the content is not the one that was sealed: it was changed, or the envelope is another file's")]
    WrongRoot,
    /// Other bytes in one group.
    #[error(transparent)]
    Group(#[from] WrongGroup),
}

/// Why a file cannot be sealed, read or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealedError {
    /// Reading or writing failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Not an age file, or not for this key.
    #[error(transparent)]
    Age(#[from] AgeError),
    /// The content does not open.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// An envelope that cannot be read or made.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// Something does not hold.
    #[error(transparent)]
    Finding(#[from] Finding),
    /// A plain age file.
    #[error(
        "the file has no envelope: it was not sealed as a package, or the envelope was removed; an age tool opens it"
    )]
    NoEnvelope,
    /// Something in the header after an envelope.
    #[error("a recipient stands after an envelope in the header, where no envelope speaks of it")]
    Misplaced,
    /// Sealed to nobody or to too many.
    #[error("a package is sealed to at least one key and at most {0}")]
    Recipients(usize),
    /// Larger than a package may be.
    #[error("the content is larger than the {0} bytes a package may have")]
    TooLarge(u64),
    /// The leaves were not taken where they are said to be.
    #[error("the leaves are taken once, exactly where they are then written")]
    Leaves,
}

impl From<SealedError> for std::io::Error {
    fn from(error: SealedError) -> Self {
        match error {
            SealedError::Io(error) => error,
            other => Self::new(std::io::ErrorKind::InvalidData, other),
        }
    }
}
