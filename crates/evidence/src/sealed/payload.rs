//! A payload in a file, read group by group.

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

/// One group in memory: sealed as it was read, then opened in place.
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
