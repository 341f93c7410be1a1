//! Parts: the content of an entry, bound into it by salted hashes so that each can be erased alone.
//!
//! The header of an entry carries a [`Commitment`] per part: SHA-256 of 32 random bytes and the part. The part
//! itself travels and is stored beside the entry. Without the salt a commitment says nothing about a guess.
//!
//! Invariant: an [`OpenPart`] whose [`OpenPart::matches`] held is byte for byte what its author signed for.

use serde::{Deserialize, Serialize};

use crate::cbor::Malformed;
use crate::entropy::Entropy;
use crate::ids::{AgencyId, Token, byte_newtype};
use crate::limits;
use crate::suite::{self, Hash};

byte_newtype! {
    /// 32 random bytes that hide a part behind its hash.
    Salt, 32
}

impl Salt {
    /// Draws a fresh salt; a part that is sent again in another entry gets another one.
    pub fn draw(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        Self::from_bytes(bytes)
    }
}

/// What may become of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartClass {
    /// Names, facts, free text, papers: can be withheld and erased.
    Content,
    /// Non-identifying cells that statistics count: can be withheld, never erased while its entry counts.
    Tally,
}

/// What a header says of one part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    /// Which part, by the name its act's definition gives it.
    pub label: Token,
    /// What may become of it.
    pub class: PartClass,
    /// Hash of salt and bytes.
    pub hash: Hash,
    /// The parties it is addressed to, sorted; absent means all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Vec<AgencyId>>,
}

impl Commitment {
    /// Whether `party` is meant to have this part.
    pub fn is_for(&self, party: &AgencyId) -> bool {
        self.to.as_ref().is_none_or(|to| to.contains(party))
    }
}

/// A part with its salt, in clear.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenPart {
    /// Which part.
    pub label: Token,
    /// What may become of it.
    pub class: PartClass,
    /// Its salt.
    pub salt: Salt,
    /// Its bytes: deterministic CBOR of the fields the act's definition puts here.
    #[serde(with = "bytes")]
    pub bytes: Vec<u8>,
}

impl OpenPart {
    /// The commitment that stands for this part in a header.
    pub fn commit(&self) -> Commitment {
        Commitment { label: self.label.clone(), class: self.class, hash: self.hash(), to: None }
    }

    /// Whether this is the part the commitment was made for.
    pub fn matches(&self, commitment: &Commitment) -> bool {
        self.label == commitment.label && self.class == commitment.class && self.hash() == commitment.hash
    }

    fn hash(&self) -> Hash {
        suite::hash(&[self.salt.as_bytes(), &self.bytes])
    }
}

/// Content never shows in logs or error texts, so a part prints its name and size only.
impl std::fmt::Debug for OpenPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpenPart({}, {} bytes)", self.label, self.bytes.len())
    }
}

/// Checks the sizes of an entry's content.
///
/// # Errors
/// [`Malformed::TooLarge`] names what is too large and the limit.
pub fn check_sizes(parts: &[OpenPart]) -> Result<(), Malformed> {
    let too_large = |what, size, limit| Err(Malformed::TooLarge { what, size, limit });
    if parts.len() > limits::PARTS {
        return too_large("the number of parts", parts.len(), limits::PARTS);
    }
    if let Some(part) = parts.iter().find(|part| part.bytes.len() > limits::PART_BYTES) {
        return too_large("a part", part.bytes.len(), limits::PART_BYTES);
    }
    let total = parts.iter().map(|part| part.bytes.len()).sum();
    if total > limits::PARTS_BYTES {
        return too_large("the content of one act", total, limits::PARTS_BYTES);
    }
    Ok(())
}

/// Byte strings as CBOR byte strings rather than arrays of numbers.
pub mod bytes {
    use serde::{Deserializer, Serializer, de};

    /// Writes a byte string.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    struct Bytes;

    impl de::Visitor<'_> for Bytes {
        type Value = Vec<u8>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a byte string")
        }
        fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }
        fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
            Ok(bytes)
        }
    }

    /// Reads a byte string.
    ///
    /// # Errors
    /// When the data is anything else.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        deserializer.deserialize_byte_buf(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_prints_as_its_size_and_never_as_itself() {
        let (label, class, salt) = (Token::literal("facts"), PartClass::Content, Salt::from_bytes([7; 32]));
        let part = OpenPart { label, class, salt, bytes: b"Amara Olin".to_vec() };
        assert_eq!(format!("{part:?}"), "OpenPart(facts, 10 bytes)");
    }
}
