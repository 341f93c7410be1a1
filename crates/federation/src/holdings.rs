//! What two nodes hold of the matters both are parties of, compared without listing it.
//!
//! Each matter has one hash over the entries of it that are here. The matters of a pair are put into 256 runs by the first
//! byte of their ids, with one hash a run and one over all runs. Alike: one hash says so, in the hello. Not alike: the
//! runs say where, and only those are listed. What is missing is asked for then, of whoever holds it: so what one party
//! wrote reaches another with which it never connects, and two branches of a fork that were shown to two parties meet.
//!
//! Not here: which matters a pair shares, and the asking. Invariant: the hash over all is a function of the sets of
//! entries, and nobody who writes entries can make it equal for two sets without breaking the hash.

use comity_journal::cbor::Malformed;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::limits;
use comity_journal::suite::{self, Hash};
use serde::{Deserialize, Serialize};

use crate::message::{Message, at_most, check_version};

/// How many runs the matters of a pair are put into.
pub const RUNS: usize = 256;
/// The most matters one answer lists.
pub const LISTED: usize = 16_384;

/// The run a matter is in.
pub fn run_of(matter: &MatterId) -> u8 {
    matter.as_bytes()[0]
}

/// The hash over the entries of a matter, given sorted.
pub fn of_matter(entries: impl IntoIterator<Item = Hash>) -> Hash {
    let mut bytes = b"comity holdings of a matter v1".to_vec();
    entries.into_iter().for_each(|entry| bytes.extend_from_slice(entry.as_bytes()));
    suite::hash(&[&bytes])
}

/// The hash over the matters of a run, given sorted; 32 zero bytes where there is none.
pub fn of_run(held: &[Held]) -> Hash {
    if held.is_empty() {
        return Hash::ZERO;
    }
    let mut bytes = b"comity holdings of a run v1".to_vec();
    for Held { matter, entries } in held {
        bytes.extend_from_slice(matter.as_bytes());
        bytes.extend_from_slice(entries.as_bytes());
    }
    suite::hash(&[&bytes])
}

/// The hash over all runs.
pub fn of_all(runs: &[Hash]) -> Hash {
    let mut bytes = b"comity holdings v1".to_vec();
    runs.iter().for_each(|run| bytes.extend_from_slice(run.as_bytes()));
    suite::hash(&[&bytes])
}

/// What is held of one matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The matter.
    pub matter: MatterId,
    /// The hash over its entries.
    pub entries: Hash,
}

/// Asks where two nodes that share matters do not hold the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holdings {
    /// Version of the messages.
    pub v: u16,
    /// Who asks.
    pub from: AgencyId,
    /// Whom.
    pub to: AgencyId,
    /// The asking node's hash of each run.
    pub runs: Vec<Hash>,
}

/// The answering node's matters in the runs that differ, whole runs, as many as there is room for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldingsReply {
    /// Version of the messages.
    pub v: u16,
    /// The matters, sorted.
    pub held: Vec<Held>,
}

impl Message for Holdings {
    const LIMIT: usize = 64 * 1024;
    fn check(&self) -> Result<(), Malformed> {
        check_version(self.v)?;
        if self.runs.len() == RUNS { Ok(()) } else { Err(Malformed::Unreadable("there are 256 runs".into())) }
    }
}

impl Message for HoldingsReply {
    const LIMIT: usize = limits::BATCH_BYTES;
    fn check(&self) -> Result<(), Malformed> {
        check_version(self.v)?;
        at_most("the number of matters", self.held.len(), LISTED)?;
        if self.held.is_sorted_by(|a, b| a.matter < b.matter) {
            Ok(())
        } else {
            Err(Malformed::Unreadable("matters must be sorted, without repetition".into()))
        }
    }
}

/// Lists what is held in the runs in which the asker holds something else. `run` gives what is held in one of them.
pub fn differing<E>(
    ours: &[Hash],
    theirs: &[Hash],
    mut run: impl FnMut(u8) -> Result<Vec<Held>, E>,
) -> Result<Vec<Held>, E> {
    let mut listed = Vec::new();
    for (number, (ours, theirs)) in (0..=u8::MAX).zip(ours.iter().zip(theirs)) {
        if ours == theirs {
            continue;
        }
        let held = run(number)?;
        if !listed.is_empty() && listed.len() + held.len() > LISTED {
            break;
        }
        listed.extend(held);
    }
    listed.truncate(LISTED);
    Ok(listed)
}
