//! Identifiers as types, and how people read them.
//!
//! An identifier here is a fixed number of bytes; two kinds of identifier never compare. Bytes travel as CBOR
//! byte strings and are shown in hexadecimal, matters in Crockford base 32 with a check character.

use serde::{Deserialize, Serialize};

use crate::suite::{self, Hash, PublicKey};

/// Makes a newtype over `[u8; N]` that travels as a CBOR byte string and shows as hexadecimal.
macro_rules! byte_newtype {
    ($(#[$meta:meta])* $name:ident, $len:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// From its bytes.
            pub const fn from_bytes(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// Its bytes.
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// From a slice; `None` unless it has exactly the right length.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// From lower- or upper-case hexadecimal; `None` for anything else.
            pub fn from_hex(text: &str) -> Option<Self> {
                data_encoding::HEXLOWER_PERMISSIVE
                    .decode(text.as_bytes())
                    .ok()
                    .and_then(|bytes| Self::from_slice(&bytes))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), data_encoding::HEXLOWER.encode(&self.0[..4]))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    serializer.serialize_bytes(&self.0)
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let human = deserializer.is_human_readable();
                deserializer.deserialize_any($crate::ids::FixedBytes::<$len> { human }).map(Self)
            }
        }
    };
}
pub(crate) use byte_newtype;

/// Reads exactly `N` bytes from CBOR, or hexadecimal from a human-readable format.
#[doc(hidden)]
pub struct FixedBytes<const N: usize> {
    /// Whether hexadecimal text is what the format holds.
    pub human: bool,
}

impl<const N: usize> serde::de::Visitor<'_> for FixedBytes<N> {
    type Value = [u8; N];

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{N} bytes")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<[u8; N], E> {
        bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<[u8; N], E> {
        if !self.human {
            return Err(E::invalid_type(serde::de::Unexpected::Str(text), &self));
        }
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map_err(E::custom)?;
        self.visit_bytes(&bytes)
    }
}

byte_newtype! {
    /// An agency: the hash of its root key. A root is never rotated; a lost root is a new agency.
    AgencyId, 32
}
byte_newtype! {
    /// A matter: the hash of its genesis.
    MatterId, 32
}
byte_newtype! {
    /// Who acted, as partners see it: unlinkable between matters without the node's secret.
    Pseudonym, 16
}
byte_newtype! {
    /// A person or thing inside one matter; says nothing outside it.
    Handle, 16
}

impl AgencyId {
    /// The agency whose root key this is.
    pub fn of_root(root: &PublicKey) -> Self {
        Self(*suite::hash(&[b"comity agency v1", root.as_bytes()]).as_bytes())
    }
}

impl Pseudonym {
    /// The pseudonym of `officer` in `matter` at the node that holds `secret`.
    pub fn of(secret: &[u8], matter: &MatterId, officer: &[u8]) -> Self {
        let full = suite::keyed_hash(secret, &[b"pseudonym", matter.as_bytes(), officer]);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&full.as_bytes()[..16]);
        Self(bytes)
    }
}

/// What a matter's id is the hash of; drawn with the first draft and carried in the header of `open`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// The agency that opens the matter.
    pub opener: AgencyId,
    /// The kind of matter, such as `request`.
    pub kind: Token,
    /// The version of the kind's rules it is opened with; every entry is judged by it.
    pub rules: u32,
    /// 32 random bytes, as a hash-sized value.
    pub nonce: Hash,
}

impl Genesis {
    /// The id of the matter that grows from this.
    pub fn matter(&self) -> MatterId {
        let bytes = crate::cbor::encode(self);
        MatterId(*suite::hash(&[b"comity matter v1", &bytes]).as_bytes())
    }
}

/// A short machine word: 1 to 64 of `a-z 0-9 _ - . /`, starting with a letter or digit. Kinds, acts and roles.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Token(String);

/// Text that is no [`Token`].
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a word of 1 to 64 of a-z 0-9 _ - . / that starts with a letter or digit")]
pub struct NotAToken;

impl Token {
    /// Reads a token.
    ///
    /// # Errors
    /// [`NotAToken`] when the text is empty, too long or holds anything else.
    pub fn new(text: impl Into<String>) -> Result<Self, NotAToken> {
        let text = text.into();
        let fits = (1..=64).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-./".contains(&b));
        if fits { Ok(Self(text)) } else { Err(NotAToken) }
    }

    /// A token written in the source.
    ///
    /// # Panics
    /// When the literal is no token, which the first test that runs it shows.
    pub fn literal(text: &'static str) -> Self {
        Self::new(text).expect("a token written in the source is well formed")
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Token {
    type Error = NotAToken;
    fn try_from(text: String) -> Result<Self, NotAToken> {
        Self::new(text)
    }
}

impl From<Token> for String {
    fn from(token: Token) -> Self {
        token.0
    }
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Crockford's alphabet: no I, L, O or U, so that it can be read aloud.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many base-32 characters of a matter id people see; 60 bits, enough that one node never meets two alike.
const SHOWN: usize = 12;

impl MatterId {
    /// How people see it: `R-4K7M9QX2B3C5D`, kind prefix, 12 characters and a check character.
    pub fn shown(&self, prefix: char) -> String {
        let body = crockford(&self.0, SHOWN);
        let check = check_character(&body);
        format!("{prefix}-{body}{check}")
    }

    /// Whether what a person typed (any unique prefix, with or without the kind's letter) can mean this matter.
    /// A full form with a wrong check character never does.
    pub fn is_meant_by(&self, typed: &str, prefix: char) -> bool {
        let typed = typed.trim().to_ascii_uppercase();
        let body = match typed.split_once('-') {
            Some((letter, rest)) if letter.len() == 1 => {
                if !letter.starts_with(prefix) {
                    return false;
                }
                rest.replace('-', "")
            }
            _ => typed.replace('-', ""),
        };
        !body.is_empty() && self.shown(prefix)[2..].starts_with(&read_aloud(&body))
            || (typed.len() == 64 && Self::from_hex(&typed).as_ref() == Some(self))
    }
}

/// What a person typed of a matter's number, as the run of ids it can mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberTyped {
    typed: String,
    /// The lowest id with these beginnings.
    pub low: [u8; 32],
    /// The highest.
    pub high: [u8; 32],
}

impl NumberTyped {
    /// Reads it; `None` for what begins no number of any kind.
    pub fn read(typed: &str) -> Option<Self> {
        let typed = typed.trim().to_ascii_uppercase();
        if let Some(id) = MatterId::from_hex(&typed) {
            return Some(Self { typed, low: id.0, high: id.0 });
        }
        let body = match typed.split_once('-') {
            Some((letter, rest)) if letter.len() == 1 => rest.replace('-', ""),
            _ => typed.replace('-', ""),
        };
        let body = read_aloud(&body);
        let values: Option<Vec<u8>> = body.bytes().take(SHOWN).map(crockford_value).collect();
        let values = values.filter(|values| !values.is_empty() && body.len() <= SHOWN + 1)?;
        let (mut low, mut high) = ([0; 32], [0xff; 32]);
        for i in 0..values.len() * 5 {
            let mask = 0x80 >> (i % 8);
            if values[i / 5] & (0x10 >> (i % 5)) == 0 {
                high[i / 8] &= !mask;
            } else {
                low[i / 8] |= mask;
            }
        }
        Some(Self { typed, low, high })
    }

    /// As [`MatterId::is_meant_by`]: an id of the run whose kind has another letter, or another check character, is
    /// not meant.
    pub fn means(&self, id: &MatterId, prefix: char) -> bool {
        id.is_meant_by(&self.typed, prefix)
    }
}

fn crockford_value(c: u8) -> Option<u8> {
    CROCKFORD.iter().position(|&k| k == c).and_then(|value| u8::try_from(value).ok())
}

/// Maps the letters Crockford leaves out to the digits they are mistaken for.
fn read_aloud(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

fn crockford(bytes: &[u8], characters: usize) -> String {
    let bit = |i: usize| bytes.get(i / 8).map_or(0, |byte| (byte >> (7 - i % 8)) & 1);
    (0..characters)
        .map(|c| {
            let value = (0..5).fold(0, |value, b| (value << 1) | bit(c * 5 + b));
            char::from(CROCKFORD[usize::from(value)])
        })
        .collect()
}

/// Position-weighted sum modulo 31: every single wrong character and every swap of neighbours shows.
fn check_character(body: &str) -> char {
    let value = |c: u8| CROCKFORD.iter().position(|&k| k == c).unwrap_or(0);
    let sum: usize = body.bytes().enumerate().map(|(i, c)| (i + 1) * value(c)).sum();
    char::from(CROCKFORD[sum % 31])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matter_is_found_by_prefix_and_never_by_a_mistyped_check_character() {
        let id = MatterId::from_bytes(*suite::hash(&[b"x"]).as_bytes());
        let shown = id.shown('R');
        assert_eq!(shown.len(), 15);
        assert!(id.is_meant_by(&shown, 'R'));
        assert!(id.is_meant_by(&shown.to_lowercase(), 'R'));
        assert!(id.is_meant_by(&shown[..6], 'R'));
        assert!(id.is_meant_by(&shown[2..8], 'R'));
        assert!(!id.is_meant_by(&shown.replacen('R', "E", 1), 'R'));
        let wrong = if shown.ends_with('0') { '1' } else { '0' };
        assert!(!id.is_meant_by(&format!("{}{wrong}", &shown[..14]), 'R'));
    }

    #[test]
    fn what_was_typed_of_a_number_is_the_run_of_ids_it_can_mean() {
        let ids: Vec<_> =
            (0..64_u8).map(|n| MatterId::from_bytes(*suite::hash(&[&[n]]).as_bytes())).collect();
        let shown = ids[7].shown('R');
        let typed = (1..=shown.len()).map(|end| shown[..end].to_owned());
        let bare = (3..=shown.len()).map(|end| shown[2..end].to_lowercase());
        for typed in typed.filter(|typed| typed.len() > 2).chain(bare).chain([ids[7].to_string()]) {
            let run = NumberTyped::read(&typed).expect("the beginning of a number");
            for id in &ids {
                let within = (run.low..=run.high).contains(id.as_bytes());
                assert_eq!(within && run.means(id, 'R'), id.is_meant_by(&typed, 'R'), "{typed}");
                assert!(within || !run.means(id, 'R'), "{typed}");
            }
        }
        for no_number in ["", "R-", "王明", "R-4K7M9QX2B3C5DD", "a b", "*"] {
            assert_eq!(NumberTyped::read(no_number), None, "{no_number}");
        }
    }

    #[test]
    fn tokens_are_plain_words() {
        assert!(Token::new("request").is_ok());
        for bad in ["", "Request", "re quest", "über", "-x", &"x".repeat(65)] {
            assert!(Token::new(bad).is_err(), "{bad}");
        }
    }
}
