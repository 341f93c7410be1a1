//! The header of an age file: who can open it, as stanzas, and a check value over all of them.
//!
//! One meaning has one form: what was read is kept as bytes and would be written the same again.

use std::io::{BufRead, Read as _};

use data_encoding::BASE64_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{AgeError, FileKey, Identity, recipient};

/// The longest header that is read, in bytes.
pub const HEADER_BYTES: usize = 4 * 1024 * 1024;

const VERSION_LINE: &[u8] = b"age-encryption.org/v1\n";
/// Characters of base 64 in a line of a stanza's body; only the last line is shorter, and always there.
const COLUMNS: usize = 64;
/// A space, the check value in base 64, a newline: what follows `---`.
const CHECK_LENGTH: usize = 1 + 43 + 1;

/// One entry of the header: a word for its kind, arguments, and bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stanza {
    /// What kind it is, such as `X25519`.
    pub kind: String,
    /// What follows on the same line.
    pub arguments: Vec<String>,
    /// The bytes below.
    pub body: Vec<u8>,
}

impl Stanza {
    /// Adds the stanza's one written form to `bytes`.
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(b"->");
        for word in std::iter::once(&self.kind).chain(&self.arguments) {
            bytes.push(b' ');
            bytes.extend_from_slice(word.as_bytes());
        }
        bytes.push(b'\n');
        let text = BASE64_NOPAD.encode(&self.body);
        for line in text.as_bytes().chunks(COLUMNS) {
            bytes.extend_from_slice(line);
            bytes.push(b'\n');
        }
        if text.len().is_multiple_of(COLUMNS) {
            bytes.push(b'\n');
        }
    }
}

/// A header, with the bytes it was read from or is to be written as.
#[derive(Clone, Debug)]
pub struct Header {
    bytes: Vec<u8>,
    stanzas: Vec<Stanza>,
    /// Where each stanza ends in `bytes`.
    ends: Vec<usize>,
    check: [u8; 32],
}

impl Header {
    /// Reads a header and leaves `input` at the first byte of the payload.
    ///
    /// # Errors
    /// [`AgeError::Malformed`] for anything but the one accepted form; [`AgeError::Io`].
    pub fn read(input: &mut impl BufRead) -> Result<Self, AgeError> {
        let mut lines = Lines { input, bytes: Vec::with_capacity(1024), count: 0 };
        let first = lines.next()?;
        if lines.bytes[first] != *VERSION_LINE {
            return Err(lines.wrong("not the version line of age, version 1"));
        }
        let (mut stanzas, mut ends) = (Vec::new(), Vec::new());
        loop {
            let line = lines.next()?;
            if lines.bytes[line.clone()].starts_with(b"---") {
                let check = lines.check_value(line)?;
                if stanzas.is_empty() {
                    return Err(lines.wrong("no recipient is named"));
                }
                return Ok(Self { bytes: lines.bytes, stanzas, ends, check });
            }
            stanzas.push(lines.stanza(line)?);
            ends.push(lines.bytes.len());
        }
    }

    /// The header with these stanzas, checked by `key`. Kinds and arguments must be plain visible ASCII.
    pub fn new(stanzas: Vec<Stanza>, key: &FileKey) -> Self {
        let mut bytes = VERSION_LINE.to_vec();
        let mut ends = Vec::with_capacity(stanzas.len());
        for stanza in &stanzas {
            stanza.write(&mut bytes);
            ends.push(bytes.len());
        }
        bytes.extend_from_slice(b"---");
        let check: [u8; 32] = mac(key, &bytes).finalize().into_bytes().into();
        bytes.push(b' ');
        bytes.extend_from_slice(BASE64_NOPAD.encode(&check).as_bytes());
        bytes.push(b'\n');
        Self { bytes, stanzas, ends, check }
    }

    /// All its bytes; the payload follows.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its stanzas, in order.
    pub fn stanzas(&self) -> &[Stanza] {
        &self.stanzas
    }

    /// The version line and the first `count` stanzas, byte for byte; `None` when there are fewer.
    pub fn beginning(&self, count: usize) -> Option<&[u8]> {
        let end = match count.checked_sub(1) {
            Some(last) => *self.ends.get(last)?,
            None => VERSION_LINE.len(),
        };
        self.bytes.get(..end)
    }

    /// The file's key, for the holder of `identity`, after the check value was found to be right.
    ///
    /// # Errors
    /// [`AgeError`] says why this identity does not open the file.
    pub fn unwrap(&self, identity: &Identity) -> Result<FileKey, AgeError> {
        let named = |kind| self.stanzas.iter().any(|stanza| stanza.kind == kind);
        if named("scrypt") {
            // A passphrase beside keys would let whoever knows it change what the keys' holders read.
            let alone = self.stanzas.len() == 1;
            let line = 2;
            let why = "a passphrase beside other recipients";
            return Err(if alone { AgeError::Passphrase } else { AgeError::Malformed { line, why } });
        }
        let mut found = None;
        for stanza in self.stanzas.iter().filter(|stanza| stanza.kind == recipient::KIND) {
            let key = identity.unwrap(stanza)?;
            found = found.or(key);
        }
        match found {
            Some(key) => self.checked(key),
            None if named("mlkem768x25519") => Err(AgeError::Hybrid),
            None => Err(AgeError::NotForThisKey),
        }
    }

    fn checked(&self, key: FileKey) -> Result<FileKey, AgeError> {
        let covered = self.bytes.len() - CHECK_LENGTH;
        mac(&key, &self.bytes[..covered])
            .verify_slice(&self.check)
            .map(|()| key)
            .map_err(|_| AgeError::HeaderChanged)
    }
}

fn mac(key: &FileKey, bytes: &[u8]) -> Hmac<Sha256> {
    let key = key.derive(None, b"header");
    Hmac::<Sha256>::new_from_slice(&*key).expect("HMAC takes a key of any length").chain_update(bytes)
}

/// A header while it is read.
struct Lines<'a, R> {
    input: &'a mut R,
    bytes: Vec<u8>,
    count: usize,
}

impl<R: BufRead> Lines<'_, R> {
    /// Reads one line; its place in `bytes`, newline included.
    fn next(&mut self) -> Result<std::ops::Range<usize>, AgeError> {
        let start = self.bytes.len();
        self.count += 1;
        // `HEADER_BYTES` is far below 2^64.
        let room = (HEADER_BYTES - start) as u64;
        self.input.take(room).read_until(b'\n', &mut self.bytes)?;
        if self.bytes.last() != Some(&b'\n') || self.bytes.len() == start {
            return Err(self.wrong("it ends in the middle, or the header is too long"));
        }
        Ok(start..self.bytes.len())
    }

    fn wrong(&self, why: &'static str) -> AgeError {
        AgeError::Malformed { line: self.count, why }
    }

    fn stanza(&mut self, opening: std::ops::Range<usize>) -> Result<Stanza, AgeError> {
        let line = self.bytes[opening.start..opening.end - 1].to_vec();
        let words = line.strip_prefix(b"-> ").ok_or_else(|| self.wrong("neither a recipient nor the end"))?;
        let words: Vec<String> = words
            .split(|byte| *byte == b' ')
            .map(|word| visible(word).ok_or_else(|| self.wrong("an empty or unprintable word")))
            .collect::<Result<_, _>>()?;
        let body = self.body()?;
        let mut words = words.into_iter();
        let kind = words.next().ok_or_else(|| self.wrong("a recipient of no kind"))?;
        Ok(Stanza { kind, arguments: words.collect(), body })
    }

    fn body(&mut self) -> Result<Vec<u8>, AgeError> {
        let mut body = Vec::new();
        loop {
            let line = self.next()?;
            let text = &self.bytes[line.start..line.end - 1];
            if text.len() > COLUMNS {
                return Err(self.wrong("longer than 64 columns"));
            }
            let short = text.len() < COLUMNS;
            // Lines but the last hold whole bytes, so each can be decoded alone.
            let decoded = BASE64_NOPAD.decode(text).map_err(|_| self.wrong("not canonical base 64"))?;
            body.extend_from_slice(&decoded);
            if short {
                return Ok(body);
            }
        }
    }

    fn check_value(&self, line: std::ops::Range<usize>) -> Result<[u8; 32], AgeError> {
        self.bytes[line.start..line.end - 1]
            .strip_prefix(b"--- ")
            .and_then(|text| BASE64_NOPAD.decode(text).ok())
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| self.wrong("not a check value"))
    }
}

fn visible(word: &[u8]) -> Option<String> {
    let fits = !word.is_empty() && word.iter().all(u8::is_ascii_graphic);
    fits.then(|| String::from_utf8_lossy(word).into_owned())
}
