//! The age format, version 1: a file encrypted to X25519 keys, readable by every age tool.
//!
//! A foreign format with algorithms of its own, which are named here and nowhere else in this crate. Reading is
//! as strict as the public test kit asks; writing gives only what every strict reader takes. Files sealed with a
//! passphrase or to hybrid keys are refused by name. Not here: what is inside, who sealed it (`envelope`), and
//! where bytes come from: entropy is a parameter.
//!
//! Invariant: a [`FileKey`] that [`Header::unwrap`] gave belongs to exactly the header it came from.
//! Specification: age-encryption.org/v1.

pub mod armor;
mod cipher;
mod header;
mod recipient;
mod stream;

pub use header::{HEADER_BYTES, Header, Stanza};
pub use recipient::{Identity, KeyTextError, recipient_from_text, recipient_text, wrap};
pub use stream::{
    CHUNK, NONCE, PayloadError, PayloadKey, SEALED_CHUNK, StreamReader, TAG, payload_size, plain_size,
};

use comity_journal::entropy::Entropy;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Why a file's header cannot be read or opened.
#[derive(Debug, thiserror::Error)]
pub enum AgeError {
    /// Not in the form of an age header.
    #[error("not an age file that can be read: line {line} of its header: {why}")]
    Malformed {
        /// Counted from 1.
        line: usize,
        /// What is wrong there.
        why: &'static str,
    },
    /// Sealed with a passphrase.
    #[error("the file is sealed with a passphrase, not to a key; open it with an age tool")]
    Passphrase,
    /// Sealed to hybrid keys only.
    #[error("the file is sealed to a hybrid (post-quantum) key, which this release cannot use")]
    Hybrid,
    /// Sealed to other keys.
    #[error("the file is not sealed to this key")]
    NotForThisKey,
    /// The header was changed after it was written.
    #[error("the header was changed: its check value does not match")]
    HeaderChanged,
    /// Nothing can be sealed to this key.
    #[error("this is not a key that a file can be sealed to")]
    UnusableKey,
    /// Reading failed.
    #[error("cannot read the file: {0}")]
    Io(#[from] std::io::Error),
}

/// The key of one file, wrapped to each recipient; wiped from memory when dropped, never printed.
#[derive(Clone)]
pub struct FileKey(Zeroizing<[u8; 16]>);

impl FileKey {
    /// Draws the key of a new file. A key seals one payload and no second one.
    pub fn draw(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; 16]);
        entropy.fill(&mut *bytes);
        Self(bytes)
    }

    /// Another key that grows from this one, for the use that `info` names.
    fn derive(&self, salt: Option<&[u8]>, info: &[u8]) -> Zeroizing<[u8; 32]> {
        derive(&*self.0, salt, info)
    }
}

impl std::fmt::Debug for FileKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileKey")
    }
}

/// 32 bytes of HKDF (RFC 5869) with SHA-256.
fn derive(secret: &[u8], salt: Option<&[u8]>, info: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(salt, secret).expand(info, &mut *key).expect("32 bytes are within what HKDF gives");
    key
}
