//! The groups of a payload from the first to the last, read ahead, hashed and opened on all cores, handed on in their
//! order.
//!
//! A byte costs 0.71 ns of a core for its group's hash, 0.48 ns to open and 0.08 ns to read, of which only reading is the
//! caller's (docs/performance.md): 790 MB/s on one core, twice that on two, unless the caller has work of its own with
//! what is opened.
//!
//! Invariants: an error comes out at the group it concerns, behind all groups before it; a group read ahead is hashed
//! before it is opened, and what becomes of it is not shown before its turn.

use std::io::{self, Read, Seek};

use comity_journal::suite::Hash;

use super::payload::{Group, Payload};
use crate::age::{PayloadError, PayloadKey};
use crate::hands::Hands;

/// Groups read ahead.
#[derive(Debug)]
pub(super) struct Ahead {
    hands: Hands<Task>,
    opening: Option<Opening>,
    /// The next group to be read.
    next: u64,
    /// What stood against reading it.
    stopped: Option<io::Error>,
    /// Memory of groups that were handed back.
    spare: Vec<Group>,
}

/// How groups are opened.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    /// By which key.
    pub(super) key: PayloadKey,
    /// How long all of the plaintext is, which says where the last chunk is.
    pub(super) plain_size: u64,
}

/// A group in its turn.
pub(super) struct Task {
    pub(super) group: Group,
    /// The hash of the group as it was read.
    pub(super) leaf: Hash,
    /// Whether it opened, where it was to be opened.
    pub(super) opened: Result<(), PayloadError>,
    opening: Option<Opening>,
}

impl Task {
    fn judge(&mut self) {
        self.leaf = self.group.leaf();
        if let Some(Opening { key, plain_size }) = &self.opening {
            self.opened = self.group.open(key, *plain_size);
        }
    }
}

impl Ahead {
    /// Hashes groups, and opens them where it is told how.
    pub(super) fn new(opening: Option<Opening>, helpers: Option<usize>) -> Self {
        let hands = Hands::new(Task::judge, helpers);
        Self { hands, opening, next: 0, stopped: None, spare: Vec::new() }
    }

    /// The next group; `None` after the last.
    pub(super) fn next<R: Read + Seek>(&mut self, payload: &mut Payload<R>) -> io::Result<Option<Task>> {
        while self.stopped.is_none() && self.next < payload.groups() && self.hands.room() > 0 {
            let mut group = self.spare.pop().unwrap_or_else(Group::empty);
            match group.load(payload, self.next) {
                Ok(()) => {
                    let opening = self.opening.clone();
                    self.hands.give(Task { group, leaf: Hash::ZERO, opened: Ok(()), opening });
                    self.next += 1;
                }
                Err(error) => self.stopped = Some(error),
            }
        }
        match self.hands.take() {
            Some(task) => Ok(Some(task)),
            None => self.stopped.take().map_or(Ok(None), Err),
        }
    }

    /// Takes back a group that is not needed any more.
    pub(super) fn give_back(&mut self, group: Group) {
        self.spare.push(group);
    }
}
