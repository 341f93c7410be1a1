//! The 512 bytes in front of each member.
//!
//! Invariant: [`encode`] gives one form only; that the reader of our own packages compares with it byte for byte is
//! what leaves no room for a second meaning.

use comity_journal::suite;
use data_encoding::HEXLOWER;

use super::{BLOCK, Kind, Member, pax};

/// Field places and lengths.
pub(super) const NAME: std::ops::Range<usize> = 0..100;
const MODE: std::ops::Range<usize> = 100..108;
const UID: std::ops::Range<usize> = 108..116;
const GID: std::ops::Range<usize> = 116..124;
pub(super) const SIZE: std::ops::Range<usize> = 124..136;
pub(super) const MTIME: std::ops::Range<usize> = 136..148;
const SUM: std::ops::Range<usize> = 148..156;
pub(super) const KIND: usize = 156;
const MAGIC: std::ops::Range<usize> = 257..265;
const DEVICE: std::ops::Range<usize> = 329..345;
pub(super) const PREFIX: std::ops::Range<usize> = 345..500;

/// How POSIX and GNU tar mark their headers.
pub(super) const POSIX: &[u8; 8] = b"ustar\x0000";
pub(super) const GNU: &[u8; 8] = b"ustar  \0";

/// Sizes from here on need a pax header: eleven octal digits are full.
const PAX_SIZE: u64 = 8 << 30;
/// Name in the header of a pax header; no program makes a file of it.
const PAX_NAME: &[u8] = b"././@PaxHeader";

/// Everything that stands before a member's content: a pax header where one is needed, and the header.
pub(super) fn encode(member: &Member) -> Vec<u8> {
    let path = match member.kind {
        Kind::File => member.path.clone(),
        Kind::Folder => format!("{}/", member.path),
    };
    let fitting = if path.is_ascii() { split(&path) } else { None };
    let long_size = (member.size >= PAX_SIZE).then(|| member.size.to_string());
    let mut records = Vec::new();
    if fitting.is_none() {
        pax::push(&mut records, "path", &path);
    }
    if let Some(size) = &long_size {
        pax::push(&mut records, "size", size);
    }
    let mut bytes = Vec::with_capacity(BLOCK);
    if !records.is_empty() {
        bytes.extend(block(("", PAX_NAME), 0o644, records.len() as u64, member.modified, b'x'));
        bytes.extend(&records);
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    }
    let stand_in = stand_in(&path);
    let (prefix, name) = fitting.unwrap_or(("", &stand_in));
    let (mode, kind) = match member.kind {
        Kind::File => (0o644, b'0'),
        Kind::Folder => (0o755, b'5'),
    };
    let size = if long_size.is_some() { 0 } else { member.size };
    bytes.extend(block((prefix, name.as_bytes()), mode, size, member.modified, kind));
    bytes
}

/// How many bytes stand before a member's content.
pub(super) fn length(member: &Member) -> u64 {
    encode(member).len() as u64
}

/// Prefix and name as ustar can hold them; `None` when it cannot.
fn split(path: &str) -> Option<(&str, &str)> {
    if path.len() <= NAME.len() {
        return Some(("", path));
    }
    path.match_indices('/')
        .map(|(at, _)| (&path[..at], &path[at + 1..]))
        .find(|(prefix, name)| prefix.len() <= PREFIX.len() && (1..=NAME.len()).contains(&name.len()))
}

/// The name for programs that do not know pax headers: distinct, harmless, and nothing cut in the middle of `..`.
fn stand_in(path: &str) -> String {
    let folder = if path.ends_with('/') { "/" } else { "" };
    format!("name-{}{folder}", HEXLOWER.encode(&suite::hash(&[path.as_bytes()]).as_bytes()[..8]))
}

fn block((prefix, name): (&str, &[u8]), mode: u32, size: u64, modified: u64, kind: u8) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    put(&mut block, NAME, name);
    put(&mut block, MODE, format!("{mode:07o}").as_bytes());
    put(&mut block, UID, b"0000000");
    put(&mut block, GID, b"0000000");
    put(&mut block, SIZE, format!("{size:011o}").as_bytes());
    put(&mut block, MTIME, format!("{modified:011o}").as_bytes());
    block[KIND] = kind;
    put(&mut block, MAGIC, POSIX);
    put(&mut block, DEVICE, b"0000000\x000000000");
    put(&mut block, PREFIX, prefix.as_bytes());
    let sum = sum(&block);
    put(&mut block, SUM, format!("{sum:06o}\0 ").as_bytes());
    block
}

fn put(block: &mut [u8; BLOCK], field: std::ops::Range<usize>, bytes: &[u8]) {
    block[field.start..field.start + bytes.len()].copy_from_slice(bytes);
}

/// The sum of all bytes, those of the sum itself taken as spaces.
fn sum(block: &[u8; BLOCK]) -> u32 {
    let all: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    let own: u32 = block[SUM].iter().map(|&byte| u32::from(byte)).sum();
    all - own + SUM.len() as u32 * u32::from(b' ')
}

pub(super) fn sum_holds(block: &[u8; BLOCK]) -> bool {
    number(&block[SUM]) == Some(u64::from(sum(block)))
}

/// Which program family made the header.
pub(super) fn form(block: &[u8; BLOCK]) -> Option<&'static [u8; 8]> {
    [POSIX, GNU].into_iter().find(|form| block[MAGIC] == form[..])
}

/// A number: octal digits between spaces and zero bytes, or GNU's binary form, marked by the first bit.
pub(super) fn number(field: &[u8]) -> Option<u64> {
    if let [0x80, rest @ ..] = field {
        let (high, low) = rest.split_last_chunk::<8>()?;
        return high.iter().all(|&byte| byte == 0).then(|| u64::from_be_bytes(*low));
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches([' ', '\0']);
    let digits = text.bytes().all(|digit| (b'0'..=b'7').contains(&digit));
    if text.is_empty() { Some(0) } else { digits.then(|| u64::from_str_radix(text, 8).ok())? }
}

/// A text that ends at the first zero byte; `None` when something hides behind it.
pub(super) fn text(field: &[u8]) -> Option<&[u8]> {
    let end = field.iter().position(|&byte| byte == 0).unwrap_or(field.len());
    let (text, rest) = field.split_at(end);
    rest.iter().all(|&byte| byte == 0).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_binary_and_never_wrap() {
        assert_eq!(number(b"00000001750\0"), Some(1000));
        assert_eq!(number(b"     1750 \0 "), Some(1000));
        assert_eq!(number(b"77777777777 "), Some((8 << 30) - 1));
        assert_eq!(number(&[0; 12]), Some(0));
        assert_eq!(number(&[0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0]), Some(8 << 30));
        for bad in [&b"00000000008\0"[..], b"-0000000001\0", b"+0000000001\0", b"1 1\0\0\0\0\0\0\0\0\0"] {
            assert_eq!(number(bad), None, "{bad:?}");
        }
        assert_eq!(number(&[0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]), None, "beyond 64 bits");
        assert_eq!(number(&[0xff; 12]), None, "negative");
    }

    #[test]
    fn a_long_path_is_split_at_a_slash_or_not_at_all() {
        assert_eq!(split("a/b"), Some(("", "a/b")));
        let (prefix, name) = ("p".repeat(155), "n".repeat(100));
        assert_eq!(split(&format!("{prefix}/{name}")), Some((&*prefix, &*name)));
        assert_eq!(split(&format!("{prefix}/{name}x")), None);
        assert_eq!(split(&format!("{prefix}x/{name}")), None);
        assert_eq!(split(&format!("{}/", "n".repeat(120))), None, "a name of its own must remain");
    }
}
