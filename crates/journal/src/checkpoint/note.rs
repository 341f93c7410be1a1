//! The spelling of signed notes: signature lines, key ids, base 64, numbers. One value, one spelling.
//! Specification: c2sp.org/signed-note.

use data_encoding::BASE64;

use crate::suite::{PublicKey, Suite, hash};

/// The longest name of a key, in bytes.
const NAME_BYTES: usize = 255;

/// What a key signs in a note.
#[derive(Clone, Copy)]
pub(super) enum Use {
    /// The note itself.
    Note,
    /// A timed cosignature.
    Cosignature,
}

impl Use {
    /// The signature type that C2SP assigns. What it does not know starts with 0xff and a longer name.
    fn signature_type(self, suite: Suite) -> &'static [u8] {
        match (suite, self) {
            (Suite::One, Self::Note) => &[0x01],
            (Suite::One, Self::Cosignature) => &[0x04],
            (Suite::Toy, Self::Note) => b"\xffcomity suite 0 note",
            (Suite::Toy, Self::Cosignature) => b"\xffcomity suite 0 cosignature",
        }
    }
}

/// The first four bytes of a hash over name, use and key: which key a line is by. Too short to prove anything.
pub(super) fn key_id(name: &str, purpose: Use, suite: Suite, key: &PublicKey) -> [u8; 4] {
    let full = hash(&[name.as_bytes(), b"\n", purpose.signature_type(suite), key.as_bytes()]);
    let [a, b, c, d, ..] = *full.as_bytes();
    [a, b, c, d]
}

/// One signature line: em dash, name, and in base 64 the key id and what the key signed.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    pub(super) id: [u8; 4],
    pub(super) payload: Vec<u8>,
}

impl std::fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\u{2014} {} {}", self.name, base64(&[&self.id, self.payload.as_slice()].concat()))
    }
}

impl<'a> Line<'a> {
    /// Reads a line without its newline; `None` when it is spelled in any other way than `Display` does.
    pub(super) fn read(line: &'a str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
        let bytes = from_base64(encoded)?;
        let (id, payload) = bytes.split_first_chunk()?;
        is_name(name).then(|| Self { name, id: *id, payload: payload.to_vec() })
    }
}

/// Whether a key may have this name. Narrower than the specification, which also takes other scripts: two names
/// that look alike must not be two witnesses.
pub(super) fn is_name(name: &str) -> bool {
    (1..=NAME_BYTES).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic() && b != b'+')
}

pub(super) fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// Reads base 64 in its one spelling; several padded pieces after one another are not one.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.as_bytes()).ok().filter(|bytes| base64(bytes) == text)
}

/// Reads a decimal number without sign or leading zeros.
pub(super) fn whole_number(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|number| number.to_string() == text)
}
