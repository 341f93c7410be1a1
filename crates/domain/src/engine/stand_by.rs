//! Standing by one branch of a fork: the author of the forked lane says which of its entries counts, and goes on from there.
//!
//! The entry is the first of the lane's next epoch, and the one before it is the end of the branch it names. The other
//! branches stay in chain and journal, signed as they are, and change nothing any more ([`super::course`]).

use comity_journal::suite::Hash;
use serde::Deserialize;

use super::candidate::Stated;
use super::kind::Kind;
use super::matter::Matter;
use crate::act::{Act, Target, Text, Translation};
use crate::gates::{Refusal, rules};
use crate::vocabulary;

vocabulary! {
    /// How a lane came to say two things at one place.
    pub enum ForkCause("fork-cause") {
        /// An older copy of the node went on beside the node.
        OldCopy = "old-copy",
        /// Two nodes ran with one key.
        TwoNodes = "two-nodes",
        /// Somebody else signed with the key.
        KeyMisused = "key-misused",
        /// The node or its store failed.
        Malfunction = "malfunction",
        /// It is not known yet.
        NotKnown = "not-known",
    }
}

/// Says which branch of one's own forked lane counts.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "stand-by", shape = recant, propose("officer", "desk", "legal"), approve("supervisor"))]
pub struct StandBy {
    /// The last entry of the branch that counts.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// How it came about.
    #[field(structure)]
    pub cause: ForkCause,
    /// A word to the other side.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

impl<K: Kind> Matter<K> {
    /// It names the entry it follows, in its own lane. That this is the end of a branch is a matter of the lane's course:
    /// an entry that begins an epoch anywhere else is on no course.
    pub(super) fn admit_stand_by(&self, stated: &Stated<'_>, of: Option<Hash>) -> Result<(), Refusal> {
        let wrong = || Refusal::under(rules::WRONG_TARGET);
        let named = of.and_then(|of| self.entry(&of)).ok_or_else(wrong)?;
        let signed = self.entry(&stated.entry).map(|entry| entry.header());
        let follows = signed.is_none_or(|header| header.prev == of && header.place.seq == 1);
        if named.header().lane == stated.lane && follows { Ok(()) } else { Err(wrong()) }
    }

    /// What this node demands of its own: that the lane is forked, and that what is named ends one of the branches.
    pub(super) fn decide_stand_by(&self, stated: &Stated<'_>, of: Option<Hash>) -> Result<(), Refusal> {
        let branches = self.branches(stated.lane);
        if branches.is_empty() {
            return Err(Refusal::under(rules::NOT_FORKED));
        }
        if of.is_some_and(|of| branches.contains(&of)) {
            Ok(())
        } else {
            Err(Refusal::under(rules::WRONG_TARGET))
        }
    }
}
