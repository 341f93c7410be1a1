//! Deterministic CBOR (RFC 8949 §4.2), the only encoding anything signed or hashed uses.
//!
//! Values are written with sorted keys and shortest forms. Reading is strict: the bytes must have that form
//! (`form`), and what was read is written again and must give the same bytes, so one meaning has one encoding and nothing
//! can hide in a second one.
//! Text is NFC without bidirectional controls, so that what a person reads is what was signed.
//!
//! Not here: any meaning. Specification: RFC 8949; text rule: Unicode UAX #15 and UAX #9.

pub(crate) mod form;

use std::cmp::Ordering;

use ciborium::Value;
use serde::{Serialize, de::DeserializeOwned};
use unicode_normalization::is_nfc;

/// Bytes that are not what they should be.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Malformed {
    /// Not CBOR, or not of the expected shape.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// Readable, but not in its one deterministic form.
    #[error("not in deterministic form: the same content must always have the same bytes")]
    NotDeterministic,
    /// Text that is not NFC or holds control characters that change how it reads.
    #[error("text is not NFC or holds hidden direction controls")]
    DeceptiveText,
    /// Larger than the protocol allows.
    #[error("{what} has {size} bytes; the limit is {limit}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
}

/// Writes `value` in its one deterministic form.
///
/// # Panics
/// Never for the types of this project: all are plain data that CBOR can hold.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut bytes = written(value);
    if form::put_in_order(&mut bytes).is_none() {
        // Something did not say beforehand how much it holds; a tree of it does.
        bytes = written(&to_value(value));
    }
    bytes
}

fn written<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512);
    ciborium::into_writer(value, &mut bytes).expect("writing CBOR to memory does not fail");
    bytes
}

/// The value as a CBOR tree with sorted keys.
pub fn to_value<T: Serialize + ?Sized>(value: &T) -> Value {
    let mut value = Value::serialized(value).expect("plain data becomes CBOR");
    sort(&mut value);
    value
}

/// Reads bytes that must be the one deterministic form of a `T`, within the protocol's depth.
///
/// # Errors
/// [`Malformed`] says what is wrong; nothing is guessed or repaired.
pub fn decode<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, Malformed> {
    form::check(bytes)?;
    let read: T = ciborium::from_reader(bytes).map_err(|error| Malformed::Unreadable(reason(&error)))?;
    if encode(&read) == bytes { Ok(read) } else { Err(Malformed::NotDeterministic) }
}

/// Reads a CBOR tree that must be in deterministic form.
///
/// # Errors
/// As [`decode`].
pub fn decode_value(bytes: &[u8]) -> Result<Value, Malformed> {
    decode(bytes)
}

fn reason<E: std::fmt::Debug>(error: &ciborium::de::Error<E>) -> String {
    match error {
        ciborium::de::Error::Io(_) => "it ends too early".into(),
        ciborium::de::Error::Syntax(at) => format!("not CBOR at byte {at}"),
        ciborium::de::Error::Semantic(_, why) => why.clone(),
        ciborium::de::Error::RecursionLimitExceeded => "nested too deeply".into(),
    }
}

fn sort(value: &mut Value) {
    match value {
        Value::Map(pairs) => {
            for (key, value) in pairs.iter_mut() {
                sort(key);
                sort(value);
            }
            pairs.sort_by(|(a, _), (b, _)| order_of_keys(a, b));
        }
        Value::Array(items) => items.iter_mut().for_each(sort),
        Value::Tag(_, inner) => sort(inner),
        _ => {}
    }
}

/// The order of two keys: bytewise, as they are written. A text is written behind its length, so the shorter comes first.
fn order_of_keys(a: &Value, b: &Value) -> Ordering {
    if let (Value::Text(a), Value::Text(b)) = (a, b) {
        return a.len().cmp(&b.len()).then_with(|| a.as_bytes().cmp(b.as_bytes()));
    }
    written(a).cmp(&written(b))
}

/// Whether text is NFC and free of bidirectional controls and of C0 controls other than newline and tab.
pub fn is_plain_text(text: &str) -> bool {
    if text.is_ascii() {
        // Always NFC, and most of what is read.
        return !text.bytes().any(|byte| byte.is_ascii_control() && byte != b'\n' && byte != b'\t');
    }
    is_nfc(text) && !text.chars().any(|c| {
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || (c.is_control() && c != '\n' && c != '\t')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn keys_are_sorted_shortest_first() {
        let map = BTreeMap::from([("bb", 1), ("a", 2)]);
        assert_eq!(encode(&map), [0xa2, 0x61, b'a', 2, 0x62, b'b', b'b', 1]);
    }

    #[test]
    fn keys_stand_in_the_order_in_which_they_are_written() {
        let text = |length: usize| Value::Text("k".repeat(length));
        let keys = [0, 1, 23, 24, 255, 256, 65_536].map(text).into_iter();
        let others =
            [Value::from(-1), Value::from(7), Value::from(500), Value::Bytes(vec![1, 2]), Value::Bool(true)];
        let keys: Vec<_> =
            keys.chain([Value::Text("a".into()), Value::Text("张".into())]).chain(others).collect();
        for (a, b) in keys.iter().flat_map(|a| keys.iter().map(move |b| (a, b))) {
            assert_eq!(order_of_keys(a, b), encode(a).cmp(&encode(b)), "{a:?} {b:?}");
        }
    }

    #[test]
    fn a_second_encoding_of_the_same_value_is_refused() {
        // 24 written in two bytes where one more would do: 0x18 0x18 is shortest, 0x19 0x00 0x18 is not.
        assert_eq!(decode::<u64>(&[0x18, 0x18]), Ok(24));
        assert_eq!(decode::<u64>(&[0x19, 0x00, 0x18]), Err(Malformed::NotDeterministic));
        // keys in the wrong order, a duplicate key, an indefinite length, trailing bytes
        for bytes in [
            &[0xa2, 0x62, b'b', b'b', 1, 0x61, b'a', 2][..],
            &[0xa2, 0x61, b'a', 1, 0x61, b'a', 2][..],
            &[0xbf, 0x61, b'a', 1, 0xff][..],
            &[0xa1, 0x61, b'a', 1, 0x00][..],
        ] {
            assert_eq!(decode_value(bytes), Err(Malformed::NotDeterministic), "{bytes:?}");
        }
    }

    #[test]
    fn a_field_that_says_what_its_absence_says_is_refused() {
        #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
        struct Noted {
            #[serde(default, skip_serializing_if = "Option::is_none")]
            a: Option<u8>,
        }
        assert_eq!(decode(&[0xa0]), Ok(Noted { a: None }));
        assert_eq!(decode(&[0xa1, 0x61, b'a', 7]), Ok(Noted { a: Some(7) }));
        assert_eq!(decode::<Noted>(&[0xa1, 0x61, b'a', 0xf6]), Err(Malformed::NotDeterministic));
    }

    #[test]
    fn deceptive_text_is_refused() {
        assert_eq!(decode::<String>(&encode("e\u{301}")), Err(Malformed::DeceptiveText));
        assert_eq!(decode::<String>(&encode("abc\u{202e}def")), Err(Malformed::DeceptiveText));
        assert_eq!(decode::<String>(&encode("张伟")), Ok("张伟".to_owned()));
    }

    #[test]
    fn depth_is_bounded() {
        let deep = vec![0x81; 64];
        assert!(matches!(decode_value(&deep), Err(Malformed::Unreadable(_))));
    }
}
