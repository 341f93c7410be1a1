//! Plaintext becomes the groups of a payload, on all cores, and they are written in their order.
//!
//! What a byte costs, in nanoseconds of one core (AMD EPYC with SHA extensions, docs/performance.md says how measured):
//!
//! ```text
//! read from the page cache   0.08      whose: the caller's
//! SHA-256 of the file        0.71              the caller's
//! ChaCha20-Poly1305          0.48              whoever is free
//! SHA-256 of the group       0.71              whoever is free
//! copied and written         0.15              the caller's, and the disk's (see `around`)
//! together                   2.13      so one core makes 470 MB/s, and two 940
//! ```
//!
//! The caller's share is less than half, so with two cores it takes a part of the groups, too, when it would have to
//! wait ([`Hands`]): no fixed division would fit files of all sizes.
//!
//! Invariants: the bytes are those of the definition (age, STREAM; `groups`), whoever seals and however the plaintext
//! comes in; a group is written once, in its place; after an error nothing more is.

use std::io::{self, Write};

use comity_journal::suite::Hash;

use super::payload::Group;
use crate::age::{CHUNK, NONCE, PayloadError, PayloadKey};
use crate::groups::{GROUP_PLAIN, RunningRoot};
use crate::hands::Hands;

/// Seals what is written to it, group by group.
#[derive(Debug)]
pub(super) struct Sealing<W, S> {
    output: W,
    /// Leaves of complete groups go here, until it is taken away.
    spool: Option<S>,
    key: PayloadKey,
    nonce: [u8; NONCE],
    /// Takes plaintext. Whether it holds the last chunk is known only when more comes, or nothing.
    filling: Group,
    /// How many groups were given to be sealed.
    given: u64,
    hands: Hands<Task>,
    /// Memory of groups that are written.
    spare: Vec<Group>,
    root: RunningRoot,
    /// Bytes of payload written.
    passed: u64,
    failed: bool,
}

/// A group to be sealed and hashed.
struct Task {
    group: Group,
    key: PayloadKey,
    last: bool,
    leaf: Hash,
}

impl Task {
    fn seal(&mut self) {
        self.group.seal(&self.key, self.last);
        self.leaf = self.group.leaf();
    }
}

impl<W: Write, S: Write> Sealing<W, S> {
    /// Begins a payload in `output`; the leaves of its groups go to `spool`.
    pub(super) fn new(
        output: W,
        spool: S,
        key: PayloadKey,
        nonce: [u8; NONCE],
        helpers: Option<usize>,
    ) -> Self {
        let mut filling = Group::empty();
        filling.begin_filling(0, &nonce);
        Self {
            output,
            spool: Some(spool),
            key,
            nonce,
            filling,
            given: 0,
            hands: Hands::new(Task::seal, helpers),
            spare: Vec::new(),
            root: RunningRoot::default(),
            passed: 0,
            failed: false,
        }
    }

    /// Bytes of plaintext taken so far.
    pub(super) fn position(&self) -> u64 {
        self.given * GROUP_PLAIN + self.filling.filled() as u64
    }

    /// On the promise that more will be written, writes all groups that are complete, and takes the spool away: leaves
    /// of later groups are only counted into the root. `None` the second time.
    pub(super) fn take_spool(&mut self) -> io::Result<Option<S>> {
        self.unless_failed(|sealing| {
            sealing.pass_on_full()?;
            sealing.write_all_given()
        })?;
        Ok(self.spool.take())
    }

    /// Seals the last group and writes what remains: the output, the root, and the size of the payload.
    ///
    /// # Errors
    /// Those of output and spool; [`PayloadError::EmptyLast`] after a promise that was not kept.
    pub(super) fn finish(mut self) -> io::Result<(W, Hash, u64)> {
        self.unless_failed(|sealing| {
            if sealing.filling.filled() == 0 && sealing.given > 0 {
                return Err(PayloadError::EmptyLast.into());
            }
            sealing.give(true)?;
            sealing.write_all_given()
        })?;
        Ok((self.output, self.root.root(), self.passed))
    }

    fn pass_on_full(&mut self) -> io::Result<()> {
        if self.filling.is_full() { self.give(false) } else { Ok(()) }
    }

    /// Gives the group that was being filled to be sealed.
    fn give(&mut self, last: bool) -> io::Result<()> {
        if self.hands.room() == 0 {
            self.write_oldest()?;
        }
        let mut next = self.spare.pop().unwrap_or_else(Group::empty);
        self.given += 1;
        next.begin_filling(self.given, &self.nonce);
        let group = std::mem::replace(&mut self.filling, next);
        self.hands.give(Task { group, key: self.key.clone(), last, leaf: Hash::ZERO });
        Ok(())
    }

    fn write_all_given(&mut self) -> io::Result<()> {
        while self.write_oldest()? {}
        Ok(())
    }

    /// Writes the oldest group that was given; whether there was one.
    fn write_oldest(&mut self) -> io::Result<bool> {
        let Some(Task { group, leaf, .. }) = self.hands.take() else { return Ok(false) };
        self.output.write_all(group.sealed())?;
        if let Some(spool) = &mut self.spool {
            spool.write_all(leaf.as_bytes())?;
        }
        self.passed += group.sealed().len() as u64;
        self.root.push(leaf);
        self.spare.push(group);
        Ok(true)
    }

    /// A group that was not written is lost: whoever goes on after that would make another file.
    fn unless_failed<T>(&mut self, work: impl FnOnce(&mut Self) -> io::Result<T>) -> io::Result<T> {
        if self.failed {
            return Err(io::Error::other("sealing the package failed before"));
        }
        let done = work(self);
        self.failed = done.is_err();
        done
    }
}

impl<W: Write, S: Write> Write for Sealing<W, S> {
    /// Takes at most a chunk.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        self.unless_failed(|sealing| {
            sealing.pass_on_full()?;
            Ok(sealing.filling.fill(&bytes[..bytes.len().min(CHUNK)]))
        })
    }

    /// Flushes the output; groups that are not written wait on.
    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
