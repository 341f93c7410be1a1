//! The form of deterministic CBOR, on bytes alone: one pass over them says whether they have it, another gives it to what
//! was just written. Neither builds a tree of values, which costs ten times what the bytes do.
//!
//! Not here: what is in the bytes. Specification: RFC 8949 §3 and §4.2.1.
//!
//! Invariant: whatever the bytes, a pass ends after one step for each of them, and at most [`limits::CBOR_DEPTH`] deep.

use super::{Malformed, is_plain_text};
use crate::limits;

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
const SIMPLE: u8 = 7;

/// `false`, `true` and `null`.
const KNOWN_SIMPLE: std::ops::RangeInclusive<u64> = 20..=22;

/// What an item begins with.
#[derive(Clone, Copy)]
struct Head {
    major: u8,
    /// The number behind it; `None` where the item ends somewhere by a mark of its own.
    argument: Option<u64>,
    /// Whether the number could not be written shorter.
    shortest: bool,
    /// How many bytes of the first one's kind follow.
    more: u8,
}

impl Head {
    /// The head at the beginning, and what stands behind it.
    fn read(bytes: &[u8]) -> Result<(Self, &[u8]), Malformed> {
        let (first, rest) = bytes.split_first().ok_or_else(ends_early)?;
        let (major, info) = (first >> 5, first & 31);
        let width = match info {
            0..=23 => {
                return Ok((Self { major, argument: Some(info.into()), shortest: true, more: 0 }, rest));
            }
            24..=27 => 1_u8 << (info - 24),
            31 => return Ok((Self { major, argument: None, shortest: false, more: 0 }, rest)),
            _ => return Err(Malformed::Unreadable("not CBOR".into())),
        };
        let (number, rest) = rest.split_at_checked(width.into()).ok_or_else(ends_early)?;
        let argument = number.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let least = if width == 1 { 24 } else { 1_u64 << (u32::from(width) * 4) };
        Ok((Self { major, argument: Some(argument), shortest: argument >= least, more: width }, rest))
    }
}

fn ends_early() -> Malformed {
    Malformed::Unreadable("it ends too early".into())
}

/// Checks that the bytes are one item in deterministic form, and nothing else.
///
/// # Errors
/// [`Malformed`] says what is wrong.
pub(crate) fn check(bytes: &[u8]) -> Result<(), Malformed> {
    let mut reader = Reader::of(bytes);
    reader.item(0)?;
    if reader.rest.is_empty() { Ok(()) } else { Err(Malformed::NotDeterministic) }
}

/// Reads items one after the other, each of which must be in deterministic form.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The number of the tag that has to come next.
    pub(crate) fn tag(&mut self, or: &str) -> Result<u64, Malformed> {
        self.expect(TAG, or)
    }

    /// How many items the array has that has to come next.
    pub(crate) fn array(&mut self, or: &str) -> Result<u64, Malformed> {
        self.expect(ARRAY, or)
    }

    /// How many pairs the map has that has to come next.
    pub(crate) fn map(&mut self, or: &str) -> Result<u64, Malformed> {
        self.expect(MAP, or)
    }

    /// The byte string that has to come next.
    pub(crate) fn bytes(&mut self, or: &str) -> Result<&'a [u8], Malformed> {
        let length = self.expect(BYTES, or)?;
        self.take(length)
    }

    fn expect(&mut self, major: u8, or: &str) -> Result<u64, Malformed> {
        match self.head()? {
            (found, argument) if found == major => Ok(argument),
            _ => Err(Malformed::Unreadable(or.to_owned())),
        }
    }

    fn head(&mut self) -> Result<(u8, u64), Malformed> {
        let (head, rest) = Head::read(self.rest)?;
        self.rest = rest;
        match (head.major, head.argument) {
            (SIMPLE, argument) => match argument.filter(|_| head.more == 0) {
                Some(known) if KNOWN_SIMPLE.contains(&known) => Ok((SIMPLE, known)),
                _ => Err(Malformed::Unreadable("a kind of value that no format here has".into())),
            },
            (BYTES..=MAP, None) => Err(Malformed::NotDeterministic),
            (_, None) => Err(Malformed::Unreadable("not CBOR".into())),
            (_, Some(_)) if !head.shortest => Err(Malformed::NotDeterministic),
            (major, Some(argument)) => Ok((major, argument)),
        }
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(ends_early)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Goes over the item that comes next, which stands so deep within others.
    fn item(&mut self, depth: usize) -> Result<(), Malformed> {
        let (major, argument) = self.head()?;
        match major {
            UNSIGNED | NEGATIVE | SIMPLE => return Ok(()),
            BYTES => return self.take(argument).map(drop),
            TEXT => return text(self.take(argument)?),
            _ if depth >= limits::CBOR_DEPTH => {
                return Err(Malformed::Unreadable("nested too deeply".into()));
            }
            TAG => return self.item(depth + 1),
            _ => {}
        }
        let mut last_key: Option<&[u8]> = None;
        for _ in 0..argument {
            if major == MAP {
                let from = self.rest;
                self.item(depth + 1)?;
                let key = &from[..from.len() - self.rest.len()];
                if last_key.is_some_and(|last| last >= key) {
                    return Err(Malformed::NotDeterministic);
                }
                last_key = Some(key);
            }
            self.item(depth + 1)?;
        }
        Ok(())
    }
}

fn text(bytes: &[u8]) -> Result<(), Malformed> {
    let text =
        std::str::from_utf8(bytes).map_err(|_| Malformed::Unreadable("text that is not UTF-8".into()))?;
    if is_plain_text(text) { Ok(()) } else { Err(Malformed::DeceptiveText) }
}

/// Puts the keys of all maps in order, in what was written with shortest heads. Gives `None`, and leaves the bytes as good
/// as lost, where the length of something was left open.
pub(super) fn put_in_order(bytes: &mut [u8]) -> Option<()> {
    item_in_order(bytes, 0).map(drop)
}

/// As [`put_in_order`], for the item that begins `at`; gives where it ends.
fn item_in_order(bytes: &mut [u8], at: usize) -> Option<usize> {
    let (head, rest) = Head::read(bytes.get(at..)?).ok()?;
    let mut end = bytes.len() - rest.len();
    let argument = head.argument?;
    match head.major {
        BYTES | TEXT => end += usize::try_from(argument).ok()?,
        TAG => end = item_in_order(bytes, end)?,
        ARRAY => {
            for _ in 0..argument {
                end = item_in_order(bytes, end)?;
            }
        }
        MAP => {
            let (start, mut pairs) = (end, Vec::new());
            for _ in 0..argument {
                let key = end;
                let value = item_in_order(bytes, key)?;
                end = item_in_order(bytes, value)?;
                pairs.push((key, value, end));
            }
            let key = |pair: &(usize, usize, usize)| &bytes[pair.0..pair.1];
            if !pairs.is_sorted_by(|a, b| key(a) <= key(b)) {
                pairs.sort_by(|a, b| key(a).cmp(key(b)));
                let sorted: Vec<&[u8]> = pairs.iter().map(|(key, _, end)| &bytes[*key..*end]).collect();
                let sorted = sorted.concat();
                bytes[start..end].copy_from_slice(&sorted);
            }
        }
        _ => {}
    }
    Some(end)
}

/// Writes the head of an array of so many items.
pub(crate) fn write_array(to: &mut Vec<u8>, items: u64) {
    write_head(to, ARRAY, items);
}

/// Writes a text.
pub(crate) fn write_text(to: &mut Vec<u8>, text: &str) {
    write_head(to, TEXT, text.len() as u64);
    to.extend_from_slice(text.as_bytes());
}

/// Writes a byte string.
pub(crate) fn write_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    write_head(to, BYTES, bytes.len() as u64);
    to.extend_from_slice(bytes);
}

fn write_head(to: &mut Vec<u8>, major: u8, argument: u64) {
    let all = argument.to_be_bytes();
    let (info, number) = match argument {
        0..=23 => (all[7], &all[8..]),
        24..=0xff => (24, &all[7..]),
        0x100..=0xffff => (25, &all[6..]),
        0x1_0000..=0xffff_ffff => (26, &all[4..]),
        _ => (27, &all[..]),
    };
    to.push(major << 5 | info);
    to.extend_from_slice(number);
}

#[cfg(test)]
mod tests {
    use ciborium::Value;
    use proptest::prelude::*;

    use super::super::{decode_value, encode, sort, written};
    use super::*;

    /// Any tree of the values that formats here have.
    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<u64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            prop::sample::select(vec![0_u64, 23, 24, 255, 256, 65_535, 65_536, 1 << 32])
                .prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            Just(Value::Null),
            prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::from),
            "[a-z张é]{0,30}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::vec((inner.clone(), inner.clone()), 0..6).prop_map(Value::Map),
                (24_u64..300, inner).prop_map(|(tag, inner)| Value::Tag(tag, Box::new(inner))),
            ]
        })
    }

    /// Whether bytes are what their tree is written as once it is in order: the rule itself.
    fn has_the_form(bytes: &[u8]) -> bool {
        let Ok(mut tree) = ciborium::from_reader::<Value, _>(bytes) else { return false };
        sort(&mut tree);
        written(&tree) == bytes && !repeats_a_key(&tree)
    }

    fn repeats_a_key(tree: &Value) -> bool {
        match tree {
            Value::Array(items) => items.iter().any(repeats_a_key),
            Value::Map(pairs) => {
                pairs.windows(2).any(|two| written(&two[0].0) == written(&two[1].0))
                    || pairs.iter().any(|(key, value)| repeats_a_key(key) || repeats_a_key(value))
            }
            Value::Tag(_, inner) => repeats_a_key(inner),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn what_is_put_in_order_on_bytes_is_what_a_tree_in_order_is_written_as(mut value in any_value()) {
            let encoded = encode(&value);
            sort(&mut value);
            prop_assert_eq!(&encoded, &written(&value));
            prop_assert_eq!(decode_value(&encoded).is_ok(), has_the_form(&encoded));
        }

        #[test]
        fn bytes_that_were_changed_have_the_form_exactly_when_they_are_written_so(
            value in any_value(),
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
            cut in any::<bool>(),
        ) {
            let mut bytes = encode(&value);
            let at = at.index(bytes.len());
            if cut { bytes.truncate(at) } else { bytes[at] = byte }
            let found = check(&bytes);
            if found.is_ok() {
                prop_assert!(has_the_form(&bytes), "{:02x?}", bytes);
            } else if found == Err(Malformed::NotDeterministic) {
                prop_assert!(!has_the_form(&bytes), "{:02x?}", bytes);
            }
        }
    }

    #[test]
    fn a_length_that_nothing_follows_ends_at_once() {
        for bytes in
            [&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..], &[0x5b, 1, 0, 0, 0, 0, 0, 0, 0]]
        {
            assert_eq!(check(bytes), Err(ends_early()));
        }
    }
}
