//! Where the items of a CBOR sequence begin and end. Only definite lengths are accepted; whether an item is in
//! deterministic form is for the reader of the item.

use super::ProofReadError;
use crate::limits;

/// Cuts `bytes` into items; nothing may be left over.
pub(super) fn split(bytes: &[u8]) -> Result<Vec<&[u8]>, ProofReadError> {
    let mut items = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let at = bytes.len() - rest.len();
        let after = skip(rest, limits::CBOR_DEPTH).ok_or(ProofReadError::NotItems(at))?;
        let (item, next) = rest.split_at(rest.len() - after.len());
        items.push(item);
        rest = next;
    }
    Ok(items)
}

/// What follows the first item.
fn skip(bytes: &[u8], depth: usize) -> Option<&[u8]> {
    let (&first, rest) = bytes.split_first()?;
    let (argument, rest) = argument(first & 0x1f, rest)?;
    match first >> 5 {
        0 | 1 | 7 => Some(rest),
        2 | 3 => rest.get(usize::try_from(argument).ok()?..),
        4 => skip_many(rest, argument, depth),
        5 => skip_many(rest, argument.checked_mul(2)?, depth),
        _ => skip_many(rest, 1, depth),
    }
}

/// Ends at the first item that is missing, so the work is bounded by the bytes, whatever `count` claims.
fn skip_many(bytes: &[u8], count: u64, depth: usize) -> Option<&[u8]> {
    let depth = depth.checked_sub(1)?;
    (0..count).try_fold(bytes, |rest, _| skip(rest, depth))
}

fn argument(low: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    let width = match low {
        0..=23 => return Some((u64::from(low), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let (number, rest) = rest.split_at_checked(width)?;
    Some((number.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)), rest))
}
