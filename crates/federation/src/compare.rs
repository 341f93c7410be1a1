//! Comparing: two ends of a stream, and a checkpoint with the one held before.
//!
//! Everything here is a judgement over values at hand. Streams only grow, so what a partner said a moment ago is
//! compared with our own stream as it is now, and with its stream as we had it when we asked.
//!
//! Not here: what follows from a divergence. An honest node put back from a copy diverges too, until it has fetched back
//! what it lost; so no judgement here says that somebody forged anything.

use comity_journal::card::Card;
use comity_journal::checkpoint::{CheckpointError, SignedCheckpoint};
use comity_journal::limits;
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use comity_journal::tree::{self, ProofError};

use crate::message::{CardMark, Held};

/// Two ends of a stream that cannot both be of one stream. Ours or theirs has lost something, or one is untrue.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Divergence {
    /// The partner has more of our stream than we do.
    #[error("the partner has {theirs} entries from us, we know of {ours}: what we gave it was lost here")]
    WeLost {
        /// How many we know of.
        ours: u64,
        /// How many it has.
        theirs: u64,
    },
    /// The partner's own stream ends before what we have of it.
    #[error("the partner knows of {theirs} entries to us, we have {ours}: it lost what it gave us")]
    TheyLost {
        /// How many we have.
        ours: u64,
        /// How many it knows of.
        theirs: u64,
    },
    /// What we gave is not what the partner has.
    #[error("our stream up to entry {at} is not the one the partner has from us")]
    OursDiffers {
        /// Up to where they were compared.
        at: u64,
    },
    /// What the partner gave is not what we have.
    #[error("the partner's stream up to entry {at} is not the one we have from it")]
    TheirsDiffers {
        /// Up to where they were compared.
        at: u64,
    },
}

/// Where a receiver stands in a sender's stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// At its end.
    Level,
    /// Before its end.
    Behind,
}

/// What the partner has of our stream, against our stream now. `at` is our stream's head at the partner's number.
///
/// # Errors
/// [`Divergence`] when what it has is not the beginning of our stream.
pub fn ours_there(
    ours: StreamHead,
    theirs: StreamHead,
    at: Option<StreamHead>,
) -> Result<Standing, Divergence> {
    if theirs.n > ours.n {
        return Err(Divergence::WeLost { ours: ours.n, theirs: theirs.n });
    }
    match (theirs == ours, at == Some(theirs)) {
        (true, _) => Ok(Standing::Level),
        (false, true) if theirs.n < ours.n => Ok(Standing::Behind),
        _ => Err(Divergence::OursDiffers { at: theirs.n }),
    }
}

/// The partner's stream, against what we had of it when it was asked.
///
/// # Errors
/// [`Divergence`] when what we have cannot be its beginning. Whether it is shows only in the next batch.
pub fn theirs_here(had: StreamHead, offered: StreamHead) -> Result<Standing, Divergence> {
    match offered.n.cmp(&had.n) {
        std::cmp::Ordering::Greater => Ok(Standing::Behind),
        std::cmp::Ordering::Less => Err(Divergence::TheyLost { ours: had.n, theirs: offered.n }),
        std::cmp::Ordering::Equal if offered == had => Ok(Standing::Level),
        std::cmp::Ordering::Equal => Err(Divergence::TheirsDiffers { at: had.n }),
    }
}

/// How entries that arrived fit to what is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The first `known` of them are here already, the rest go on from there.
    Continues {
        /// How many are here already; they are receipted again.
        known: usize,
    },
    /// They begin beyond what is here: something between is missing, nothing of it is taken.
    Gap,
}

/// How entries that come after `after` in the partner's stream fit to `have` of it.
///
/// Entries that end before `have` count as known; whoever receipts them again looks each up by its hash.
///
/// # Errors
/// [`Divergence::TheirsDiffers`] when their chain passes `have` with another hash.
pub fn fit(have: StreamHead, after: StreamHead, entries: &[Hash]) -> Result<Fit, Divergence> {
    if after.n > have.n {
        return Ok(Fit::Gap);
    }
    let known = usize::try_from(have.n - after.n).unwrap_or(usize::MAX);
    if known > entries.len() {
        return Ok(Fit::Continues { known: entries.len() });
    }
    if head_after(after, &entries[..known]) == have {
        Ok(Fit::Continues { known })
    } else {
        Err(Divergence::TheirsDiffers { at: have.n })
    }
}

/// The head of a stream after some more entries.
pub fn head_after(head: StreamHead, entries: &[Hash]) -> StreamHead {
    entries.iter().fold(head, |head, entry| head.push(entry))
}

/// Something a person should know; none of it refuses anything by itself.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Finding {
    /// The clocks differ.
    #[error("the partner's clock is {millis} ms ahead of ours")]
    ClockSkew {
        /// By how much it is ahead; negative when it is behind.
        millis: i64,
    },
    /// The partner has a newer card than we know.
    #[error("the partner has card {number}, which is not here yet")]
    NewerCard {
        /// Its number.
        number: u64,
    },
    /// The partner shows an older card than we know, or another one of the same number.
    #[error("the partner shows card {number}, which is not the latest we know of it")]
    OtherCard {
        /// Its number.
        number: u64,
    },
    /// The checkpoint is not signed as it should be.
    #[error("the partner's checkpoint does not hold: {0}")]
    BadCheckpoint(CheckpointError),
    /// The partner's tree is not shown to continue what we hold of it.
    #[error("the partner's tree of {shown} leaves does not continue the {} we hold: {why}", held.size)]
    RewrittenPast {
        /// What we hold.
        held: Held,
        /// The leaves of the tree shown now.
        shown: u64,
        /// What does not hold.
        why: ProofError,
    },
    /// The partner's tree is smaller than what we hold: it was restored from an older copy, or hides something.
    #[error("the partner shows a tree of {shown} leaves; we hold one of {}", held.size)]
    WentBack {
        /// What we hold.
        held: Held,
        /// The leaves of the tree shown now.
        shown: u64,
    },
    /// The partner's tree is of another epoch than its card declares.
    #[error("the partner shows epoch {shown} of its tree without having declared it; we hold epoch {}", held.epoch)]
    UndeclaredEpoch {
        /// What we hold.
        held: Held,
        /// The epoch shown now.
        shown: u32,
    },
    /// The partner says that it holds a checkpoint of ours that our tree does not reach: this node has lost something.
    /// Only the note itself shows that.
    #[error("the partner says it holds a tree of ours with {} leaves, which is not here", held.size)]
    TheyHoldMore {
        /// What it holds.
        held: Held,
    },
}

/// The finding about a clock, if there is one.
pub fn clock(ours: Timestamp, theirs: Timestamp) -> Option<Finding> {
    let millis = ours.millis_until(theirs);
    (millis.saturating_abs() > limits::CLOCK_SKEW_MS).then_some(Finding::ClockSkew { millis })
}

/// The finding about the card a partner names, if there is one.
pub fn card(known: &Card, shown: CardMark) -> Option<Finding> {
    let number = shown.number;
    if number > known.facts().number {
        return Some(Finding::NewerCard { number });
    }
    (shown.hash != known.hash()).then_some(Finding::OtherCard { number })
}

/// Checks a partner's checkpoint against its card and against what we hold. `Ok` gives what to hold from now on.
///
/// `path` is what the partner sent as proof; `None` where it could not yet know what we hold: then another size
/// is neither believed nor complained about, and what was held stays (`Ok(None)` when nothing was).
///
/// # Errors
/// The [`Finding`] that speaks against it.
pub fn checkpoint(
    note: &SignedCheckpoint,
    card: &Card,
    held: Option<Held>,
    path: Option<&[Hash]>,
) -> Result<Option<Held>, Finding> {
    let facts = card.facts();
    let shown = note.open(&facts.checkpoint, facts.suite).map_err(Finding::BadCheckpoint)?;
    if shown.origin.agency != card.agency() {
        return Err(Finding::BadCheckpoint(CheckpointError::OtherKey));
    }
    let new = Held::of(&shown);
    let Some(held) = held else {
        return Ok(Some(new));
    };
    if new.epoch != held.epoch {
        let declared = new.epoch > held.epoch && new.epoch == facts.tree_epoch;
        let undeclared = Finding::UndeclaredEpoch { held, shown: new.epoch };
        return if declared { Ok(Some(new)) } else { Err(undeclared) };
    }
    continues(held, new, path)
}

fn continues(held: Held, new: Held, path: Option<&[Hash]>) -> Result<Option<Held>, Finding> {
    if new.size < held.size {
        // What a caller said may have been overtaken by what it said later. Whether its tree went back shows when it
        // is asked, and it hears from us what we hold.
        let overtaken = path.is_none();
        return if overtaken { Ok(Some(held)) } else { Err(Finding::WentBack { held, shown: new.size }) };
    }
    let path = match path {
        _ if held.size == 0 => return Ok(Some(new)),
        Some(path) => path,
        None if new.size == held.size => &[],
        None => return Ok(Some(held)),
    };
    tree::verify_consistency(held.size, &held.root, new.size, &new.root, path)
        .map(|()| Some(new))
        .map_err(|why| Finding::RewrittenPast { held, shown: new.size, why })
}

/// Whether a partner holds a tree of ours that is not the beginning of the one here. `epoch` is that of our tree now,
/// `root` the root our tree had at the size that the partner holds, where it has come so far. What is held of a former
/// epoch says nothing of this one.
pub fn our_tree(epoch: u32, held: Option<Held>, root: Option<Hash>) -> Option<Finding> {
    let held = held?;
    let reaches = held.epoch < epoch || (held.epoch == epoch && root == Some(held.root));
    (!reaches).then_some(Finding::TheyHoldMore { held })
}
