//! Sealing content to one receiver: HPKE (RFC 9180) in base mode, with X25519, HKDF-SHA256, ChaCha20-Poly1305.
//!
//! Base mode says nothing about who sealed: that comes from the signatures of what is inside. What surrounds the
//! sealed bytes is bound in as associated data, so that they cannot be moved to other surroundings.
//!
//! Not here: which key is used in which month (the card says), and any naming of an algorithm elsewhere.
//! Specification: RFC 9180 sections 5.1.1 and 6.1.

use std::convert::Infallible;

use comity_journal::card::SealingKey;
use comity_journal::entropy::Entropy;
use comity_journal::part::bytes;
use hpke::aead::{AeadCtxR, AeadCtxS, ChaCha20Poly1305};
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

type Kem = X25519HkdfSha256;

/// Why something cannot be sealed or opened.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum SealError {
    /// Not a key that anything can be sealed to.
    #[error("the receiver's sealing key is not a usable key")]
    UnusableKey,
    /// Sealed to a key that is not at hand.
    #[error("the content is sealed to a key that this node does not hold")]
    OtherKey,
    /// The bytes, their surroundings or the key were changed.
    #[error("the sealed content does not open: it or what surrounds it was changed")]
    Altered,
}

/// The private half of a sealing key; wiped from memory when dropped, never printed.
pub struct SealingSecret {
    bytes: Zeroizing<[u8; 32]>,
    public: SealingKey,
}

impl SealingSecret {
    /// Draws a new key.
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(&mut *bytes);
        Self::from_bytes(bytes)
    }

    /// The key with these 32 bytes; any will do.
    ///
    /// # Panics
    /// Never: any 32 bytes are a private key in suite 1.
    pub fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        let private = private(&bytes);
        let public: [u8; 32] = Kem::sk_to_pk(&private).to_bytes().into();
        Self { bytes, public: SealingKey::from_bytes(public) }
    }

    /// The bytes to store; handle like the key itself.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The key others seal to.
    pub fn public(&self) -> SealingKey {
        self.public
    }
}

impl std::fmt::Debug for SealingSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealingSecret(of {})", self.public)
    }
}

fn private(bytes: &[u8; 32]) -> <Kem as hpke::Kem>::PrivateKey {
    <Kem as hpke::Kem>::PrivateKey::from_bytes(bytes).expect("any 32 bytes are a private key of X25519")
}

/// Sealed bytes as they travel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The receiver's key it is sealed to.
    pub key: SealingKey,
    /// The encapsulated key.
    #[serde(with = "bytes")]
    pub enc: Vec<u8>,
    /// The sealed bytes and their tag.
    #[serde(with = "bytes")]
    pub ciphertext: Vec<u8>,
}

impl Sealed {
    /// How many bytes sealing adds to the plaintext, in this form, at most.
    pub const OVERHEAD: usize = 160;
}

/// Seals `plaintext` to the key `to`. `info` names the use, `aad` binds what surrounds it.
///
/// # Errors
/// [`SealError::UnusableKey`] when nothing can be sealed to this key.
pub fn seal(
    to: &SealingKey,
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    entropy: &mut dyn Entropy,
) -> Result<Sealed, SealError> {
    let public =
        <Kem as hpke::Kem>::PublicKey::from_bytes(to.as_bytes()).map_err(|_| SealError::UnusableKey)?;
    let (enc, ciphertext) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, Kem>(
        &OpModeS::Base,
        &public,
        info,
        plaintext,
        aad,
        &mut Drawn(entropy),
    )
    .map_err(|_| SealError::UnusableKey)?;
    Ok(Sealed { key: *to, enc: enc.to_bytes().to_vec(), ciphertext })
}

/// Opens what was sealed to `secret` for the same use and in the same surroundings.
///
/// # Errors
/// [`SealError::OtherKey`], or [`SealError::Altered`] when anything differs.
pub fn open(
    secret: &SealingSecret,
    info: &[u8],
    aad: &[u8],
    sealed: &Sealed,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    if sealed.key != secret.public {
        return Err(SealError::OtherKey);
    }
    let enc = <Kem as hpke::Kem>::EncappedKey::from_bytes(&sealed.enc).map_err(|_| SealError::Altered)?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(
        &OpModeR::Base,
        &private(&secret.bytes),
        &enc,
        info,
        &sealed.ciphertext,
        aad,
    )
    .map(Zeroizing::new)
    .map_err(|_| SealError::Altered)
}

/// Seals one message after another to one receiver, in one context: none of them can be left out, repeated or moved.
pub struct Sealer(AeadCtxS<ChaCha20Poly1305, HkdfSha256, Kem>);

impl Sealer {
    /// Begins with the key `to`; `info` names the use. Gives the encapsulated key that the receiver begins with.
    ///
    /// # Errors
    /// [`SealError::UnusableKey`] when nothing can be sealed to this key.
    pub fn begin(
        to: &SealingKey,
        info: &[u8],
        entropy: &mut dyn Entropy,
    ) -> Result<(Self, Vec<u8>), SealError> {
        let public =
            <Kem as hpke::Kem>::PublicKey::from_bytes(to.as_bytes()).map_err(|_| SealError::UnusableKey)?;
        let (enc, context) = hpke::setup_sender_with_rng(&OpModeS::Base, &public, info, &mut Drawn(entropy))
            .map_err(|_| SealError::UnusableKey)?;
        Ok((Self(context), enc.to_bytes().to_vec()))
    }

    /// Seals the next message.
    ///
    /// # Panics
    /// Never: a context seals more messages than there can be frames.
    pub fn seal(&mut self, plaintext: &[u8]) -> Vec<u8> {
        self.0.seal(plaintext, &[]).expect("a context seals 2^64 messages of any length that fits in memory")
    }
}

/// Opens one message after another, in the order in which they were sealed.
pub struct Opener(AeadCtxR<ChaCha20Poly1305, HkdfSha256, Kem>);

impl Opener {
    /// Begins with what the sender gave; `info` names the use.
    ///
    /// # Errors
    /// [`SealError::Altered`] when `enc` is no encapsulated key.
    pub fn begin(secret: &SealingSecret, info: &[u8], enc: &[u8]) -> Result<Self, SealError> {
        let enc = <Kem as hpke::Kem>::EncappedKey::from_bytes(enc).map_err(|_| SealError::Altered)?;
        let context = hpke::setup_receiver(&OpModeR::Base, &private(&secret.bytes), &enc, info);
        context.map(Self).map_err(|_| SealError::Altered)
    }

    /// Opens the next message.
    ///
    /// # Errors
    /// [`SealError::Altered`] when it is not the one that was sealed next.
    pub fn open(&mut self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.0.open(ciphertext, &[]).map(Zeroizing::new).map_err(|_| SealError::Altered)
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opener")
    }
}

/// Our entropy in the form the HPKE library asks for.
struct Drawn<'a>(&'a mut dyn Entropy);

impl rand_core::TryRng for Drawn<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

/// [`Entropy`] is promised to be unforeseeable in production; that is what the marker states.
impl rand_core::TryCryptoRng for Drawn<'_> {}
