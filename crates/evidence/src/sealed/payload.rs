//! A payload in a file, and one group of it in memory, on its way in or out.

use std::io::{self, Read, Seek, SeekFrom};

use comity_journal::suite::Hash;
use comity_journal::tree::leaf_hash;
use zeroize::Zeroizing;

use crate::age::{CHUNK, NONCE, PayloadError, PayloadKey, SEALED_CHUNK, TAG};
use crate::groups::{self, GROUP_CHUNKS, GROUP_PLAIN, GROUP_SEALED};

/// Where the payload lies.
#[derive(Debug)]
pub(super) struct Payload<R> {
    pub(super) input: R,
    /// Bytes before it.
    pub(super) at: u64,
    pub(super) size: u64,
}

impl<R: Read + Seek> Payload<R> {
    pub(super) fn groups(&self) -> u64 {
        groups::count(self.size)
    }

    pub(super) fn nonce(&mut self) -> io::Result<[u8; NONCE]> {
        let mut nonce = [0; NONCE];
        self.input.seek(SeekFrom::Start(self.at))?;
        self.input.read_exact(&mut nonce)?;
        Ok(nonce)
    }
}

/// One group in memory: sealed as it was read, then opened in place; or filled with plaintext, then sealed in place.
pub(super) struct Group {
    number: u64,
    bytes: Zeroizing<Vec<u8>>,
}

impl Group {
    pub(super) fn empty() -> Self {
        Self { number: 0, bytes: Zeroizing::new(Vec::with_capacity(NONCE + GROUP_SEALED)) }
    }

    /// Reads group `number`, sealed.
    pub(super) fn load<R: Read + Seek>(&mut self, payload: &mut Payload<R>, number: u64) -> io::Result<()> {
        let span = groups::span(number, payload.size).ok_or(io::ErrorKind::UnexpectedEof)?;
        // A group is about 1 MiB.
        self.bytes.resize((span.end - span.start) as usize, 0);
        self.number = number;
        payload.input.seek(SeekFrom::Start(payload.at + span.start))?;
        payload.input.read_exact(&mut self.bytes)
    }

    /// Begins group `number` anew, without plaintext; `nonce` stands before the chunks of the first.
    pub(super) fn begin_filling(&mut self, number: u64, nonce: &[u8; NONCE]) {
        self.number = number;
        self.bytes.clear();
        if number == 0 {
            self.bytes.extend_from_slice(nonce);
        }
    }

    /// Takes plaintext, at most to the end of a chunk, and leaves room for each chunk's tag behind it. How much it took:
    /// nothing when it is full.
    pub(super) fn fill(&mut self, plain: &[u8]) -> usize {
        if self.is_full() {
            return 0;
        }
        let taken = plain.len().min(CHUNK - self.in_last_chunk());
        self.bytes.extend_from_slice(&plain[..taken]);
        if self.in_last_chunk() == CHUNK {
            self.bytes.extend_from_slice(&[0; TAG]);
        }
        taken
    }

    /// Whether it takes no more plaintext.
    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() - self.begin() == GROUP_SEALED
    }

    /// Plaintext it was filled with.
    pub(super) fn filled(&self) -> usize {
        (self.bytes.len() - self.begin()) / SEALED_CHUNK * CHUNK + self.in_last_chunk()
    }

    /// Bytes after the last chunk that is full.
    fn in_last_chunk(&self) -> usize {
        (self.bytes.len() - self.begin()) % SEALED_CHUNK
    }

    /// Seals all chunks in place; the `last` group ends with the last chunk of all.
    pub(super) fn seal(&mut self, key: &PayloadKey, last: bool) {
        let (begin, first) = (self.begin(), self.number * GROUP_CHUNKS as u64);
        // Content without a byte has one chunk all the same.
        if self.in_last_chunk() > 0 || self.bytes.len() == begin {
            self.bytes.extend_from_slice(&[0; TAG]);
        }
        let chunks = self.bytes[begin..].chunks_mut(SEALED_CHUNK);
        let last = if last { first + chunks.len() as u64 - 1 } else { u64::MAX };
        for (number, chunk) in (first..).zip(chunks) {
            key.seal_chunk(number, number == last, chunk);
        }
    }

    /// The sealed bytes; wrong once the group was opened.
    pub(super) fn sealed(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn leaf(&self) -> Hash {
        leaf_hash(&self.bytes)
    }

    /// Opens all chunks in place; `plain_size` says which one is the last.
    pub(super) fn open(&mut self, key: &PayloadKey, plain_size: u64) -> Result<(), PayloadError> {
        let last = plain_size.div_ceil(CHUNK as u64).saturating_sub(1);
        let (begin, first) = (self.begin(), self.number * GROUP_CHUNKS as u64);
        for (number, chunk) in (first..).zip(self.bytes[begin..].chunks_mut(SEALED_CHUNK)) {
            key.open_chunk(number, number == last, chunk)?;
        }
        Ok(())
    }

    /// Where in the plaintext this group lies.
    pub(super) fn plain(&self) -> std::ops::Range<u64> {
        let chunks = (self.bytes.len() - self.begin()).div_ceil(SEALED_CHUNK);
        let size = self.bytes.len() - self.begin() - chunks * TAG;
        let start = self.number * GROUP_PLAIN;
        start..start + size as u64
    }

    /// Opened bytes from `place` in the plaintext to the end of its chunk; nothing beyond the group.
    pub(super) fn rest(&self, place: u64) -> &[u8] {
        if !self.plain().contains(&place) {
            return &[];
        }
        // Less than a group, so it fits.
        let within = (place - self.number * GROUP_PLAIN) as usize;
        let start = self.begin() + within / CHUNK * SEALED_CHUNK;
        let end = (start + SEALED_CHUNK).min(self.bytes.len()) - TAG;
        &self.bytes[start + within % CHUNK..end]
    }

    /// The nonce is covered by the first group and belongs to no chunk.
    fn begin(&self) -> usize {
        if self.number == 0 { NONCE.min(self.bytes.len()) } else { 0 }
    }
}

impl std::fmt::Debug for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Group({}, {} bytes)", self.number, self.bytes.len())
    }
}
