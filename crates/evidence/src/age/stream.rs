//! The payload of an age file: chunks of 64 KiB, each sealed with its number and whether it is the last.
//!
//! Invariant: plaintext is handed on only from chunks that opened; an end that is no proper end is an error.

use std::io::{self, Read};

use zeroize::Zeroizing;

use super::FileKey;
use super::cipher::Cipher;

/// Bytes of plaintext in every chunk but the last.
pub const CHUNK: usize = 64 * 1024;
/// Bytes that sealing adds to a chunk.
pub const TAG: usize = 16;
/// Bytes of a full chunk once sealed.
pub const SEALED_CHUNK: usize = CHUNK + TAG;
/// Bytes at the beginning of the payload, from which its key grows.
pub const NONCE: usize = 16;

/// A payload that does not open.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum PayloadError {
    /// It ends before its first chunk.
    #[error("the file ends before its content begins")]
    NoNonce,
    /// A chunk was changed, moved or cut.
    #[error("piece {0} of the content does not open: it was changed, moved or cut")]
    Altered(u64),
    /// It ends without its last chunk.
    #[error("the content ends after piece {0}, which is not its last: the file was cut")]
    Cut(u64),
    /// The last chunk holds nothing although others come before.
    #[error("the last piece of the content is empty although others come before it")]
    EmptyLast,
    /// Bytes after the last chunk.
    #[error("bytes follow the end of the content")]
    Trailing,
    /// No payload has this size.
    #[error("no content sealed as a whole has {0} bytes: the file was cut or bytes were added")]
    Size(u64),
}

impl From<PayloadError> for io::Error {
    fn from(error: PayloadError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// How many bytes the payload of `plain` bytes has.
pub const fn payload_size(plain: u64) -> u64 {
    let chunks = if plain == 0 { 1 } else { plain.div_ceil(CHUNK as u64) };
    NONCE as u64 + plain + chunks * TAG as u64
}

/// How many bytes of plaintext a payload of this size holds.
///
/// # Errors
/// [`PayloadError::Size`] when no payload has this size.
pub const fn plain_size(payload: u64) -> Result<u64, PayloadError> {
    let Some(sealed) = payload.checked_sub(NONCE as u64) else {
        return Err(PayloadError::Size(payload));
    };
    let plain = sealed.saturating_sub(sealed.div_ceil(SEALED_CHUNK as u64) * TAG as u64);
    // Only a size that leads back here is one: a last chunk shorter than its tag, or empty, does not.
    if payload_size(plain) == payload { Ok(plain) } else { Err(PayloadError::Size(payload)) }
}

/// The key of one payload, which seals and opens its chunks in any order.
#[derive(Clone)]
pub struct PayloadKey(Cipher);

impl PayloadKey {
    /// The key that grows from the file's key and the nonce at the beginning of the payload. The pair of key and nonce
    /// seals one payload and no second one.
    pub fn derive(file: &FileKey, nonce: &[u8; NONCE]) -> Self {
        Self(Cipher::new(&file.derive(Some(nonce), b"payload")))
    }

    /// Seals in place the chunk before the last 16 bytes of `sealed`, and puts its tag there.
    ///
    /// # Panics
    /// When there is no room for a tag.
    pub fn seal_chunk(&self, number: u64, last: bool, sealed: &mut [u8]) {
        self.0.seal(nonce(number, last), sealed);
    }

    /// Opens a chunk with its tag in place; the plaintext. After an error there is nothing of use in `sealed`.
    ///
    /// # Errors
    /// [`PayloadError::Altered`] names the chunk.
    pub fn open_chunk<'a>(
        &self,
        number: u64,
        last: bool,
        sealed: &'a mut [u8],
    ) -> Result<&'a mut [u8], PayloadError> {
        self.0.open(nonce(number, last), sealed).map_err(|_| PayloadError::Altered(number))
    }
}

impl std::fmt::Debug for PayloadKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PayloadKey")
    }
}

/// Eleven bytes of number, one byte that says whether it is the last.
fn nonce(number: u64, last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&number.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce
}

/// Opens a payload from its beginning to its end.
#[derive(Debug)]
pub struct StreamReader<R> {
    input: R,
    key: PayloadKey,
    /// A chunk as it was read.
    sealed: Zeroizing<Vec<u8>>,
    buffer: Zeroizing<Vec<u8>>,
    /// What of `buffer` is plaintext not yet handed on.
    ready: std::ops::Range<usize>,
    number: u64,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Chunks,
    AfterLast,
    Ended,
    Failed(PayloadError),
}

impl<R: Read> StreamReader<R> {
    /// Begins with the nonce, right after the header.
    ///
    /// # Errors
    /// [`PayloadError::NoNonce`] in an [`io::Error`], or those of `input`.
    pub fn new(mut input: R, file: &FileKey) -> io::Result<Self> {
        let mut nonce = [0; NONCE];
        if read_full(&mut input, &mut nonce)? < NONCE {
            return Err(PayloadError::NoNonce.into());
        }
        let room = || Zeroizing::new(vec![0; SEALED_CHUNK]);
        let key = PayloadKey::derive(file, &nonce);
        Ok(Self { input, key, sealed: room(), buffer: room(), ready: 0..0, number: 0, state: State::Chunks })
    }

    fn step(&mut self) -> io::Result<()> {
        match self.state {
            State::Chunks => {
                let size = read_full(&mut self.input, &mut self.sealed)?;
                self.open(size).or_else(|error| self.fail(error))
            }
            State::AfterLast if read_full(&mut self.input, &mut [0])? > 0 => {
                self.fail(PayloadError::Trailing)
            }
            State::AfterLast | State::Ended => {
                self.state = State::Ended;
                Ok(())
            }
            State::Failed(error) => Err(error.into()),
        }
    }

    /// A full chunk is tried as one of the middle first.
    fn open(&mut self, size: usize) -> Result<(), PayloadError> {
        let number = self.number;
        if size == 0 {
            return Err(number.checked_sub(1).map_or(PayloadError::Altered(0), PayloadError::Cut));
        }
        let middle = size == SEALED_CHUNK && self.try_open(size, false).is_ok();
        if !middle {
            let plain = self.try_open(size, true)?;
            if plain == 0 && number > 0 {
                return Err(PayloadError::EmptyLast);
            }
            self.state = State::AfterLast;
        }
        self.ready = 0..size - TAG;
        self.number += 1;
        Ok(())
    }

    /// Opens a copy: what does not open is spoiled by trying. How much it held.
    fn try_open(&mut self, size: usize, last: bool) -> Result<usize, PayloadError> {
        self.buffer[..size].copy_from_slice(&self.sealed[..size]);
        self.key.open_chunk(self.number, last, &mut self.buffer[..size]).map(|plain| plain.len())
    }

    fn fail(&mut self, error: PayloadError) -> io::Result<()> {
        self.state = State::Failed(error);
        Err(error.into())
    }
}

impl<R: Read> Read for StreamReader<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if target.is_empty() {
            return Ok(0);
        }
        while self.ready.is_empty() {
            if self.state == State::Ended {
                return Ok(0);
            }
            self.step()?;
        }
        let taken = target.len().min(self.ready.len());
        let from = self.ready.start;
        target[..taken].copy_from_slice(&self.buffer[from..from + taken]);
        self.ready.start += taken;
        Ok(taken)
    }
}

/// Reads until `target` is full or the input ends; how much was read.
fn read_full(input: &mut impl Read, target: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < target.len() {
        match input.read(&mut target[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests;
