//! The algorithms, by suite number. Nothing outside this module and `comity-federation`'s `seal` names an
//! algorithm or the length of a key or signature.
//!
//! Suite 1 is Ed25519 and SHA-256. Suite 0 is a toy for tests: it must work everywhere a suite can be named,
//! which proves that no other module has an algorithm wired in, and no node accepts it from a partner.
//!
//! Invariant: Ed25519 is judged by one rule everywhere, cofactorless and strict (`verify_strict`), never in
//! batches, so that no two nodes ever judge a signature differently.

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::ids::byte_newtype;

/// A set of algorithms, named by number in every card and entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum Suite {
    /// Suite 0: worthless on purpose, for tests.
    Toy,
    /// Suite 1: Ed25519, X25519, SHA-256.
    One,
}

impl Suite {
    /// The weakest suite a node accepts from anybody.
    pub const LEAST: Self = Self::One;
}

impl From<Suite> for u16 {
    fn from(suite: Suite) -> Self {
        match suite {
            Suite::Toy => 0,
            Suite::One => 1,
        }
    }
}

/// A suite number this release does not know.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("suite {0} is not known to this release; upgrade to read it")]
pub struct UnknownSuite(pub u16);

impl TryFrom<u16> for Suite {
    type Error = UnknownSuite;

    fn try_from(number: u16) -> Result<Self, UnknownSuite> {
        match number {
            0 => Ok(Self::Toy),
            1 => Ok(Self::One),
            other => Err(UnknownSuite(other)),
        }
    }
}

byte_newtype! {
    /// A hash of the suite in force: SHA-256 in suite 1.
    Hash, 32
}
byte_newtype! {
    /// A public key that checks signatures.
    PublicKey, 32
}
byte_newtype! {
    /// A signature.
    Signature, 64
}

impl Hash {
    /// What stands before the first link of every hash chain.
    pub const ZERO: Self = Self::from_bytes([0; 32]);
}

/// Hashes the concatenation of `pieces`.
pub fn hash(pieces: &[&[u8]]) -> Hash {
    let mut state = Sha256::new();
    for piece in pieces {
        state.update(piece);
    }
    Hash::from_bytes(state.finalize().into())
}

/// Keyed hash (HMAC), for pseudonyms that only the key's holder can link to a person.
pub fn keyed_hash(key: &[u8], pieces: &[&[u8]]) -> Hash {
    use hmac::{KeyInit as _, Mac as _};
    let mut mac = hmac::Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for piece in pieces {
        mac.update(piece);
    }
    Hash::from_bytes(mac.finalize().into_bytes().into())
}

/// A signature that does not hold.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the signature does not match the bytes and the key")]
pub struct BadSignature;

impl Suite {
    /// Checks `signature` over `message` by `key`.
    ///
    /// # Errors
    /// [`BadSignature`] for a signature that does not hold, and for a key or signature in a form that the
    /// strict rule excludes (small order, non-canonical).
    pub fn verify(self, key: &PublicKey, message: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        match self {
            Self::Toy => (toy_signature(key, message) == *signature).then_some(()).ok_or(BadSignature),
            Self::One if !is_canonical(key) => Err(BadSignature),
            Self::One => VerifyingKey::from_bytes(key.as_bytes())
                .and_then(|key| key.verify_strict(message, &(*signature.as_bytes()).into()))
                .map_err(|_| BadSignature),
        }
    }
}

/// Whether a key's number is below the field's prime, 2^255 - 19. Reading reduces it, so that one key could stand in
/// two forms; small-order points, which `verify_strict` excludes, are the only others with two.
fn is_canonical(key: &PublicKey) -> bool {
    let bytes = key.as_bytes();
    let high = bytes[31] & 0x7f == 0x7f && bytes[1..31].iter().all(|byte| *byte == 0xff);
    !(high && bytes[0] >= 0xed)
}

fn toy_signature(key: &PublicKey, message: &[u8]) -> Signature {
    let half = hash(&[b"toy", key.as_bytes(), message]);
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(half.as_bytes());
    bytes[32..].copy_from_slice(half.as_bytes());
    Signature::from_bytes(bytes)
}

/// A private signing key; wiped from memory when dropped, never printed.
pub struct SecretKey {
    suite: Suite,
    seed: Zeroizing<[u8; 32]>,
    expanded: SigningKey,
}

impl SecretKey {
    /// Draws a new key.
    pub fn generate(suite: Suite, entropy: &mut dyn Entropy) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        entropy.fill(&mut *seed);
        Self::from_seed(suite, seed)
    }

    /// The key that grows from these 32 bytes.
    pub fn from_seed(suite: Suite, seed: Zeroizing<[u8; 32]>) -> Self {
        let expanded = SigningKey::from_bytes(&seed);
        Self { suite, seed, expanded }
    }

    /// The 32 bytes to store; handle like the key itself.
    pub fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// The key others check signatures with.
    pub fn public(&self) -> PublicKey {
        PublicKey::from_bytes(self.expanded.verifying_key().to_bytes())
    }

    /// The suite this key belongs to.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// Signs `message`.
    pub fn sign(&self, message: &[u8]) -> Signature {
        match self.suite {
            Suite::Toy => toy_signature(&self.public(), message),
            Suite::One => Signature::from_bytes(self.expanded.sign(message).to_bytes()),
        }
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretKey(of {})", self.public())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_key_prints_without_its_secret() {
        let key = SecretKey::from_seed(Suite::One, Zeroizing::new([0xa7; 32]));
        let printed = format!("{key:?}");
        assert_eq!(printed, format!("SecretKey(of {})", key.public()));
        assert!(!printed.contains("a7a7") && !printed.contains("167, 167"));
    }

    #[test]
    fn a_key_of_small_order_signs_for_nobody() {
        // The neutral point for key and R, zero for S: the bare equation holds for every message there is.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&neutral);
        let (key, signature) = (PublicKey::from_bytes(neutral), Signature::from_bytes(signature));
        for message in [&b"whatever"[..], b"and its opposite"] {
            assert_eq!(Suite::One.verify(&key, message, &signature), Err(BadSignature));
        }
    }

    #[test]
    fn a_key_stands_in_one_form_only() {
        let high = |lowest: u8, top: u8| {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (lowest, top);
            PublicKey::from_bytes(bytes)
        };
        for top in [0x7f, 0xff] {
            assert!(is_canonical(&high(0xec, top)), "the prime less one");
            assert!(!is_canonical(&high(0xed, top)), "the prime");
            assert!(!is_canonical(&high(0xff, top)));
        }
        assert!(is_canonical(&high(0xff, 0x7e)));
    }
}
