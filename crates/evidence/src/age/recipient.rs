//! Keys: how a file's key is wrapped to X25519 recipients and unwrapped by identities, and their texts in bech32.

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Hrp};
use comity_journal::card::SealingKey;
use comity_journal::entropy::Entropy;
use data_encoding::BASE64_NOPAD;
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};
use zeroize::Zeroizing;

use super::cipher::Cipher;
use super::{AgeError, FileKey, Stanza, TAG, derive};

/// The kind of stanza that wraps to an X25519 key.
pub(super) const KIND: &str = "X25519";
const INFO: &[u8] = b"age-encryption.org/v1/X25519";
const RECIPIENT: &str = "age";
const IDENTITY: &str = "AGE-SECRET-KEY-";
/// A wrapping key wraps once, so its nonce may be constant.
const NONCE: [u8; 12] = [0; 12];
/// Bytes of a wrapped key.
const WRAPPED: usize = 16 + TAG;

/// Text that is not the key it should be.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyTextError {
    /// Something else, or mistyped.
    #[error("not a key of age (age1… or AGE-SECRET-KEY-1…), or mistyped: its checksum does not match")]
    NotAKey,
    /// A hybrid key.
    #[error("a hybrid (post-quantum) key of age, which this release cannot use")]
    Hybrid,
}

/// The private key that opens files; wiped from memory when dropped, never printed.
pub struct Identity {
    secret: Zeroizing<[u8; 32]>,
    recipient: SealingKey,
    former: Vec<Self>,
}

impl Identity {
    /// Draws a new identity.
    pub fn draw(entropy: &mut dyn Entropy) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        entropy.fill(&mut *secret);
        Self::from_bytes(secret)
    }

    /// The identity with these 32 bytes; any will do.
    pub fn from_bytes(secret: Zeroizing<[u8; 32]>) -> Self {
        let recipient = SealingKey::from_bytes(x25519(*secret, X25519_BASEPOINT_BYTES));
        Self { secret, recipient, former: Vec::new() }
    }

    /// Opens what was sealed to these, too, which it has taken the place of.
    #[must_use]
    pub fn succeeding(self, former: Vec<Self>) -> Self {
        Self { former, ..self }
    }

    /// Reads `AGE-SECRET-KEY-1…`.
    ///
    /// # Errors
    /// [`KeyTextError`] for any other text.
    pub fn from_text(text: &str) -> Result<Self, KeyTextError> {
        read_key(text, IDENTITY).map(Self::from_bytes)
    }

    /// Its text, `AGE-SECRET-KEY-1…`; handle like the key itself.
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(write_key(&self.secret, IDENTITY).to_uppercase())
    }

    /// The key others seal to.
    pub fn recipient(&self) -> SealingKey {
        self.recipient
    }

    /// The file's key, when `stanza` wraps it to this identity; `None` when it wraps to another.
    pub(super) fn unwrap(&self, stanza: &Stanza) -> Result<Option<FileKey>, AgeError> {
        let wrong = |why| AgeError::Malformed { line: 2, why };
        let [share] = stanza.arguments.as_slice() else {
            return Err(wrong("an X25519 recipient with another number of arguments than one"));
        };
        let share: [u8; 32] =
            BASE64_NOPAD.decode(share.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(
                || wrong("the share of an X25519 recipient is not 32 bytes in canonical base 64"),
            )?;
        let mut wrapped: Zeroizing<[u8; WRAPPED]> = stanza
            .body
            .as_slice()
            .try_into()
            .map(Zeroizing::new)
            .map_err(|_| wrong("the wrapped key of an X25519 recipient is not 16 bytes and their tag"))?;
        let shared = Zeroizing::new(x25519(*self.secret, share));
        let cipher = wrapping_key(&shared, &share, &self.recipient)
            .ok_or_else(|| wrong("the share of an X25519 recipient is a point of low order"))?;
        if let Ok(key) = cipher.open(NONCE, &mut *wrapped)
            && let Ok(key) = <[u8; 16]>::try_from(&*key)
        {
            return Ok(Some(FileKey(Zeroizing::new(key))));
        }
        self.former.iter().find_map(|former| former.unwrap(stanza).transpose()).transpose()
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity(of {})", recipient_text(&self.recipient))
    }
}

/// Wraps a file's key to `recipient`.
///
/// # Errors
/// [`AgeError::UnusableKey`] for a key that is a point of low order: anybody could open what is sealed to it.
pub fn wrap(key: &FileKey, recipient: &SealingKey, entropy: &mut dyn Entropy) -> Result<Stanza, AgeError> {
    let mut once = Zeroizing::new([0; 32]);
    entropy.fill(&mut *once);
    let share = x25519(*once, X25519_BASEPOINT_BYTES);
    let shared = Zeroizing::new(x25519(*once, *recipient.as_bytes()));
    let cipher = wrapping_key(&shared, &share, recipient).ok_or(AgeError::UnusableKey)?;
    let mut wrapped = Zeroizing::new([0; WRAPPED]);
    wrapped[..16].copy_from_slice(&*key.0);
    cipher.seal(NONCE, &mut *wrapped);
    Ok(Stanza { kind: KIND.to_owned(), arguments: vec![BASE64_NOPAD.encode(&share)], body: wrapped.to_vec() })
}

/// `None` when the shared secret is zero: the point was of low order, and nothing is secret.
fn wrapping_key(shared: &[u8; 32], share: &[u8; 32], recipient: &SealingKey) -> Option<Cipher> {
    // All bytes are joined before the comparison, so that its time says nothing.
    if shared.iter().fold(0, |all, byte| all | byte) == 0 {
        return None;
    }
    let salt = [&share[..], recipient.as_bytes()].concat();
    let key = derive(shared, Some(&salt), INFO);
    Some(Cipher::new(&key))
}

/// A recipient's text, `age1…`.
pub fn recipient_text(key: &SealingKey) -> String {
    write_key(key.as_bytes(), RECIPIENT)
}

/// Reads a recipient's text.
///
/// # Errors
/// [`KeyTextError`] for any other text.
pub fn recipient_from_text(text: &str) -> Result<SealingKey, KeyTextError> {
    read_key(text, RECIPIENT).map(|key| SealingKey::from_bytes(*key))
}

fn write_key(key: &[u8; 32], prefix: &str) -> String {
    let prefix = Hrp::parse(prefix).expect("the prefixes of age are prefixes of bech32");
    bech32::encode_lower::<Bech32>(prefix, key).expect("32 bytes are within what bech32 takes")
}

/// Text counts as a key only in exactly the form that is written: one case, no spare bits.
fn read_key(text: &str, prefix: &str) -> Result<Zeroizing<[u8; 32]>, KeyTextError> {
    let parsed = CheckedHrpstring::new::<Bech32>(text).map_err(|_| KeyTextError::NotAKey)?;
    let found = parsed.hrp();
    if matches!(found.as_str(), "AGE-SECRET-KEY-PQ-" | "age1pq") {
        return Err(KeyTextError::Hybrid);
    }
    let mut key = Zeroizing::new([0; 32]);
    let bytes = parsed.byte_iter();
    if found.as_str() != prefix || bytes.len() != key.len() {
        return Err(KeyTextError::NotAKey);
    }
    for (place, byte) in key.iter_mut().zip(bytes) {
        *place = byte;
    }
    let again = Zeroizing::new(write_key(&key, prefix));
    if again.eq_ignore_ascii_case(text) { Ok(key) } else { Err(KeyTextError::NotAKey) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_testkit::Seeded;

    #[test]
    fn keys_read_back_from_their_texts_and_from_no_other() {
        let identity = Identity::draw(&mut Seeded::new(1));
        let (secret, public) = (identity.text(), recipient_text(&identity.recipient()));
        assert!(secret.starts_with("AGE-SECRET-KEY-1") && public.starts_with("age1"), "{public}");
        assert_eq!(Identity::from_text(&secret).unwrap().recipient(), identity.recipient());
        assert_eq!(recipient_from_text(&public), Ok(identity.recipient()));
        for place in 0..public.len() {
            let mut changed = public.clone().into_bytes();
            changed[place] ^= 1;
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(recipient_from_text(&changed), Err(KeyTextError::NotAKey), "{changed}");
        }
        assert_eq!(recipient_from_text(&public.to_uppercase()), Err(KeyTextError::NotAKey));
        assert!(Identity::from_text(&secret.to_lowercase()).is_err());
        assert!(Identity::from_text(&public).is_err());
        assert!(recipient_from_text(&secret).is_err());
    }

    #[test]
    fn nothing_is_sealed_to_a_key_of_low_order() {
        let mut entropy = Seeded::new(2);
        let key = FileKey::draw(&mut entropy);
        for low in [[0; 32], std::array::from_fn(|i| u8::from(i == 0))] {
            let sealed = wrap(&key, &SealingKey::from_bytes(low), &mut entropy);
            assert!(matches!(sealed, Err(AgeError::UnusableKey)));
        }
    }

    #[test]
    fn a_key_prints_without_its_secret() {
        let identity = Identity::draw(&mut Seeded::new(3));
        assert!(!format!("{identity:?}").to_uppercase().contains("SECRET"));
    }
}
