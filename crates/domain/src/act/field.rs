//! The types that fields of acts are made of.
//!
//! Text is normalised to NFC when it is read and refused where it holds direction controls; it never prints
//! itself in a debug text, because content is personal until shown otherwise.

use comity_journal::cbor::is_plain_text;
use comity_journal::ids::{AgencyId, Handle, MatterId, Pseudonym, Token};
use comity_journal::part;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::{FieldKind, FieldType, StructureType};

/// Text that cannot be kept.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotText {
    /// Nothing but white space.
    #[error("is empty")]
    Empty,
    /// Too long.
    #[error("is longer than {0} bytes; put long papers into a file of their own")]
    TooLong(usize),
    /// Line breaks where one line is asked for.
    #[error("must be one line")]
    SeveralLines,
    /// Characters that hide how it reads.
    #[error("holds hidden control characters")]
    Deceptive,
}

fn plain(text: &str, limit: usize) -> Result<String, NotText> {
    let lines = text.replace("\r\n", "\n");
    let text: String = if lines.is_ascii() { lines } else { lines.nfc().collect() };
    let text = text.trim();
    if text.is_empty() {
        return Err(NotText::Empty);
    }
    if text.len() > limit {
        return Err(NotText::TooLong(limit));
    }
    if is_plain_text(text) { Ok(text.to_owned()) } else { Err(NotText::Deceptive) }
}

macro_rules! text_type {
    ($(#[$meta:meta])* $name:ident, $limit:expr, $kind:ident, $check:expr) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads text.
            ///
            /// # Errors
            /// [`NotText`] says what is wrong, never what it says.
            pub fn new(text: impl AsRef<str>) -> Result<Self, NotText> {
                let text = plain(text.as_ref(), $limit)?;
                let check: fn(&str) -> Result<(), NotText> = $check;
                check(&text)?;
                Ok(Self(text))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotText;
            fn try_from(text: String) -> Result<Self, NotText> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({} bytes)", stringify!($name), self.0.len())
            }
        }

        impl FieldType for $name {
            const KIND: FieldKind = FieldKind::$kind;
        }
    };
}

text_type! {
    /// One line of text, up to 500 bytes.
    Line, 500, Line, |text| if text.contains('\n') { Err(NotText::SeveralLines) } else { Ok(()) }
}
text_type! {
    /// Text of any number of lines, up to 64 KiB.
    Text, 64 * 1024, Text, |_| Ok(())
}

impl<T: FieldType> FieldType for Option<T> {
    const KIND: FieldKind = T::KIND;
    const REQUIRED: bool = false;
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}
impl<T: StructureType> StructureType for Option<T> {}

impl<T: FieldType> FieldType for Vec<T> {
    const KIND: FieldKind = FieldKind::List(&T::KIND);
    const REQUIRED: bool = false;
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}
impl<T: StructureType> StructureType for Vec<T> {}

/// A list that is given with one item at least.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<T>", into = "Vec<T>")]
#[serde(bound(serialize = "T: Clone + Serialize", deserialize = "T: Deserialize<'de>"))]
pub struct Several<T>(Vec<T>);

impl<T> Several<T> {
    /// The items.
    pub fn items(&self) -> &[T] {
        &self.0
    }
}

impl<T> TryFrom<Vec<T>> for Several<T> {
    type Error = NotText;
    fn try_from(items: Vec<T>) -> Result<Self, NotText> {
        if items.is_empty() { Err(NotText::Empty) } else { Ok(Self(items)) }
    }
}

impl<T> From<Several<T>> for Vec<T> {
    fn from(several: Several<T>) -> Self {
        several.0
    }
}

impl<T: StructureType + Clone> StructureType for Several<T> {}

impl<T: FieldType + Clone> FieldType for Several<T> {
    const KIND: FieldKind = FieldKind::List(&T::KIND);
}

macro_rules! structure_types {
    ($($type:ty => $kind:expr),* $(,)?) => { $(
        impl FieldType for $type {
            const KIND: FieldKind = $kind;
        }
        impl StructureType for $type {}
    )* };
}

structure_types! {
    u32 => FieldKind::Number,
    u64 => FieldKind::Number,
    Token => FieldKind::Machine,
    Hash => FieldKind::Machine,
    Handle => FieldKind::Machine,
    MatterId => FieldKind::Matter,
    AgencyId => FieldKind::Agency,
}

/// A moment as a field: RFC 3339 where people write it, milliseconds where it is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Timestamp);

impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&self.0)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return Timestamp::deserialize(deserializer).map(Self);
        }
        let text = String::deserialize(deserializer)?;
        Timestamp::parse(&text)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("write a moment as \"2026-11-30T12:00:00Z\", in quotes"))
    }
}

impl FieldType for Moment {
    const KIND: FieldKind = FieldKind::Moment;
}
impl StructureType for Moment {}

/// The entry an act names. People need not write it: the engine takes the latest one the act can mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Target(Option<Hash>);

impl Target {
    /// The entry named, once it is settled.
    pub fn entry(self) -> Option<Hash> {
        self.0
    }

    /// Names `entry` unless something is named already.
    pub fn settle(&mut self, entry: Option<Hash>) {
        self.0 = self.0.or(entry);
    }
}

impl From<Hash> for Target {
    fn from(entry: Hash) -> Self {
        Self(Some(entry))
    }
}

impl FieldType for Target {
    const KIND: FieldKind = FieldKind::Entry;
    const REQUIRED: bool = false;
}
impl StructureType for Target {}

/// An officer of this node, by the pseudonym in the act's own matter. A person writes the name; the node puts the
/// pseudonym in its place before the act is composed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OfficerRef(pub Pseudonym);

impl FieldType for OfficerRef {
    const KIND: FieldKind = FieldKind::Officer;
}
impl StructureType for OfficerRef {}

/// Yes or no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Flag(pub bool);

impl FieldType for Flag {
    const KIND: FieldKind = FieldKind::Flag;
}
impl StructureType for Flag {}

/// The bytes of a paper: base 64 where people's tools write it, bytes where it is signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Data(pub Vec<u8>);

/// Content only: bytes say whatever they say, so they are no structure type.
impl FieldType for Data {
    const KIND: FieldKind = FieldKind::Machine;
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Data({} bytes)", self.0.len())
    }
}

impl Serialize for Data {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&data_encoding::BASE64.encode(&self.0))
        } else {
            part::bytes::serialize(&self.0, serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return part::bytes::deserialize(deserializer).map(Self);
        }
        let text = String::deserialize(deserializer)?;
        data_encoding::BASE64
            .decode(text.as_bytes())
            .map(Self)
            .map_err(|_| serde::de::Error::custom("data is base 64; name a file with `file = \"…\"` instead"))
    }
}
