//! Signed bytes: COSE_Sign1 (RFC 9052) in the one form comity accepts.
//!
//! One protected header per suite, an empty unprotected map, the payload as an opaque byte string, and an
//! `external_aad` that names format and version, so that a signed card can never pass for an entry. What was
//! signed is kept as bytes and never encoded again. Algorithm -19 is Ed25519 (RFC 9864).

use crate::cbor::{Malformed, form};
use crate::suite::{BadSignature, PublicKey, SecretKey, Signature, Suite};

/// What a signature is for; part of what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// An entry of a lane.
    Entry,
    /// An agency card, by its root key.
    Card,
    /// The whole of a proof file, by the node that exported it.
    Proof,
    /// The envelope of a sealed package, by the node that sealed it.
    Envelope,
    /// The whole of a bundle, by the node whose stream it carries.
    Bundle,
}

impl Context {
    const fn aad(self) -> &'static [u8] {
        match self {
            Self::Entry => b"comity entry v1",
            Self::Card => b"comity card v1",
            Self::Proof => b"comity proof v1",
            Self::Envelope => b"comity envelope v1",
            Self::Bundle => b"comity bundle v1",
        }
    }
}

/// The COSE tag of a COSE_Sign1 message.
const SIGN1_TAG: u64 = 18;

/// The only protected header accepted in each suite, as the bytes of its CBOR map.
const fn protected_header(suite: Suite) -> &'static [u8] {
    match suite {
        Suite::One => &[0xa1, 0x01, 0x32],                         // {1: -19}
        Suite::Toy => &[0xa1, 0x01, 0x3a, 0x00, 0x00, 0xff, 0xff], // {1: -65536}, private use
    }
}

/// The bytes a signer has to sign for `payload`.
pub fn to_be_signed(suite: Suite, context: Context, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(payload.len() + 64);
    form::write_array(&mut bytes, 4);
    form::write_text(&mut bytes, "Signature1");
    form::write_bytes(&mut bytes, protected_header(suite));
    form::write_bytes(&mut bytes, context.aad());
    form::write_bytes(&mut bytes, payload);
    bytes
}

/// Puts payload and signature together as a tagged COSE_Sign1.
pub fn assemble(suite: Suite, payload: Vec<u8>, signature: &Signature) -> Vec<u8> {
    let message = coset::CoseSign1 {
        protected: coset::ProtectedHeader {
            original_data: Some(protected_header(suite).to_vec()),
            header: coset::Header::default(),
        },
        unprotected: coset::Header::default(),
        payload: Some(payload),
        signature: signature.as_bytes().to_vec(),
    };
    use coset::TaggedCborSerializable as _;
    message.to_tagged_vec().expect("a COSE_Sign1 of byte strings can always be written")
}

/// Signs `payload` with a key held in memory.
pub fn sign(key: &SecretKey, context: Context, payload: Vec<u8>) -> Vec<u8> {
    let signature = key.sign(&to_be_signed(key.suite(), context, &payload));
    assemble(key.suite(), payload, &signature)
}

/// A COSE_Sign1 that was taken apart but whose signature nobody has checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unverified {
    /// The suite its protected header names.
    pub suite: Suite,
    /// What was signed.
    pub payload: Vec<u8>,
    /// By whom remains to be seen.
    pub signature: Signature,
}

impl Unverified {
    /// Takes signed bytes apart.
    ///
    /// # Errors
    /// [`Malformed`] unless the bytes are exactly the form [`assemble`] writes.
    pub fn read(bytes: &[u8], limit: usize) -> Result<Self, Malformed> {
        if bytes.len() > limit {
            return Err(Malformed::TooLarge { what: "signed data", size: bytes.len(), limit });
        }
        let refuse = |why: &str| Err(Malformed::Unreadable(why.to_owned()));
        let (tagged, sign1) = ("not a tagged COSE_Sign1", "not a COSE_Sign1 with a payload inside");
        form::check(bytes)?;
        let mut form = form::Reader::of(bytes);
        if form.tag(tagged)? != SIGN1_TAG {
            return refuse(tagged);
        }
        if form.array(sign1)? != 4 {
            return refuse(sign1);
        }
        let protected = form.bytes(sign1)?;
        let suite = [Suite::One, Suite::Toy]
            .into_iter()
            .find(|suite| protected_header(*suite) == protected)
            .ok_or_else(|| Malformed::Unreadable("another protected header than the one accepted".into()))?;
        if form.map(sign1)? != 0 {
            return refuse("unprotected headers are not accepted");
        }
        let (payload, signature) = (form.bytes(sign1)?.to_vec(), form.bytes(sign1)?);
        let signature = Signature::from_slice(signature)
            .ok_or_else(|| Malformed::Unreadable("a signature of the wrong length".into()))?;
        Ok(Self { suite, payload, signature })
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// [`BadSignature`] when it does not hold under `key` for this context.
    pub fn verify(&self, key: &PublicKey, context: Context) -> Result<(), BadSignature> {
        self.suite.verify(key, &to_be_signed(self.suite, context, &self.payload), &self.signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    #[test]
    fn a_signature_holds_in_its_own_context_only() {
        for suite in [Suite::Toy, Suite::One] {
            let key = SecretKey::from_seed(suite, Zeroizing::new([7; 32]));
            let bytes = sign(&key, Context::Entry, b"payload".to_vec());
            let read = Unverified::read(&bytes, 1000).unwrap();
            assert_eq!(read.payload, b"payload");
            assert_eq!(read.verify(&key.public(), Context::Entry), Ok(()));
            assert_eq!(read.verify(&key.public(), Context::Card), Err(BadSignature));
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let key = SecretKey::from_seed(Suite::One, Zeroizing::new([7; 32]));
        let bytes = sign(&key, Context::Entry, b"payload".to_vec());
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let holds = Unverified::read(&changed, 1000)
                .is_ok_and(|read| read.verify(&key.public(), Context::Entry).is_ok());
            assert!(!holds, "bit {bit}");
        }
    }
}
