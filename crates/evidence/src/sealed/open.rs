//! Opening a payload: as a whole in one pass, or at any place.

use std::io::{self, Read, Seek, SeekFrom, Write};

use comity_journal::suite::Hash;

use super::ahead::{Ahead, Opening};
use super::payload::{Group, Payload};
use super::{Finding, SealedError};
use crate::age::PayloadKey;
use crate::envelope::Envelope;
use crate::groups::{self, GROUP_PLAIN, LEAF, RunningRoot};

/// The plaintext from beginning to end. Leaves are not at hand before the end, so what is read first is known to be
/// of this file, and known to be all unchanged only when reading came to its end without an error.
#[derive(Debug)]
pub struct OpenWhole<R> {
    payload: Payload<R>,
    ahead: Ahead,
    group: Group,
    place: u64,
    root: RunningRoot,
    stated: Hash,
    failed: bool,
}

impl<R: Read + Seek> OpenWhole<R> {
    pub(super) fn new(
        payload: Payload<R>,
        key: PayloadKey,
        envelope: &Envelope,
        helpers: Option<usize>,
    ) -> Self {
        let opening = Opening { key, plain_size: envelope.plain_size };
        Self {
            payload,
            ahead: Ahead::new(Some(opening), helpers),
            group: Group::empty(),
            place: 0,
            root: RunningRoot::default(),
            stated: envelope.root,
            failed: false,
        }
    }

    /// Goes on to the next group; whether there was one. The last one is not handed on unless the root is the stated one.
    fn step(&mut self) -> Result<bool, SealedError> {
        let Some(task) = self.ahead.next(&mut self.payload)? else { return Ok(false) };
        self.ahead.give_back(std::mem::replace(&mut self.group, task.group));
        self.root.push(task.leaf);
        if self.root.leaves() == self.payload.groups() && self.root.root() != self.stated {
            return Err(Finding::WrongRoot.into());
        }
        task.opened?;
        Ok(true)
    }
}

impl<R: Read + Seek> Read for OpenWhole<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if self.failed {
            return Err(io::Error::other("reading the package failed before"));
        }
        while !target.is_empty() && self.group.rest(self.place).is_empty() {
            self.failed = true;
            let more = self.step()?;
            self.failed = false;
            if !more {
                return Ok(0);
            }
        }
        let read = copy(self.group.rest(self.place), target);
        self.place += read as u64;
        Ok(read)
    }
}

/// The plaintext at any place, each group checked against the signed root before it is opened. It reads the group
/// around a place as a whole, and keeps one.
#[derive(Debug)]
pub struct OpenAt<R, S> {
    payload: Payload<R>,
    key: PayloadKey,
    envelope: Envelope,
    /// All leaves, checked against the root.
    spool: S,
    group: Group,
    /// Which group is open.
    open: Option<u64>,
    place: u64,
}

impl<R: Read + Seek, S: Read + Write + Seek> OpenAt<R, S> {
    pub(super) fn new(
        payload: Payload<R>,
        key: PayloadKey,
        envelope: Envelope,
        spool: S,
    ) -> Result<Self, SealedError> {
        let group = Group::empty();
        let mut opened = Self { payload, key, envelope, spool, group, open: None, place: 0 };
        for number in opened.envelope.stored_leaves()..opened.payload.groups() {
            opened.read_tail(number)?;
        }
        opened.check_leaves()?;
        Ok(opened)
    }

    /// The envelope of the file: it says where index and leaves lie.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// Takes one group of the tail: its own leaf is computed, stored leaves in it are put into the spool. Nothing of
    /// it is believed before [`Self::check_leaves`].
    fn read_tail(&mut self, number: u64) -> Result<(), SealedError> {
        self.group.load(&mut self.payload, number)?;
        self.spool.seek(SeekFrom::Start(number * LEAF as u64))?;
        self.spool.write_all(self.group.leaf().as_bytes())?;
        let (at, size) = (self.envelope.leaves_at, self.envelope.leaves_size());
        let plain = self.group.plain();
        let (mut place, end) = (plain.start.max(at), plain.end.min(at + size));
        if place >= end {
            return Ok(());
        }
        self.group.open(&self.key, self.envelope.plain_size)?;
        self.spool.seek(SeekFrom::Start(place - at))?;
        while place < end {
            let rest = self.group.rest(place);
            // At most a chunk, so it fits.
            let taken = rest.len().min((end - place) as usize);
            self.spool.write_all(&rest[..taken])?;
            place += taken as u64;
        }
        Ok(())
    }

    /// Stored and computed leaves together must lead to the signed root.
    fn check_leaves(&mut self) -> Result<(), SealedError> {
        self.spool.flush()?;
        self.spool.rewind()?;
        let leaves = self.payload.groups();
        let found = groups::root_of(&mut (&mut self.spool).take(leaves * LEAF as u64))?;
        if found.leaves() == leaves && found.root() == self.envelope.root {
            Ok(())
        } else {
            Err(Finding::WrongRoot.into())
        }
    }

    fn open_group(&mut self, number: u64) -> Result<(), SealedError> {
        self.open = None;
        let mut leaf = [0; LEAF];
        self.spool.seek(SeekFrom::Start(number * LEAF as u64))?;
        self.spool.read_exact(&mut leaf)?;
        self.group.load(&mut self.payload, number)?;
        groups::check(number, self.group.sealed(), &Hash::from_bytes(leaf)).map_err(Finding::from)?;
        self.group.open(&self.key, self.envelope.plain_size)?;
        self.open = Some(number);
        Ok(())
    }
}

impl<R: Read + Seek, S: Read + Write + Seek> Read for OpenAt<R, S> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if target.is_empty() || self.place >= self.envelope.plain_size {
            return Ok(0);
        }
        let number = self.place / GROUP_PLAIN;
        if self.open != Some(number) {
            self.open_group(number)?;
        }
        let read = copy(self.group.rest(self.place), target);
        self.place += read as u64;
        Ok(read)
    }
}

impl<R, S> Seek for OpenAt<R, S> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.envelope.plain_size.checked_add_signed(by),
            SeekFrom::Current(by) => self.place.checked_add_signed(by),
        };
        self.place = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.place)
    }
}

fn copy(from: &[u8], target: &mut [u8]) -> usize {
    let size = from.len().min(target.len());
    target[..size].copy_from_slice(&from[..size]);
    size
}
