//! What is said of an act that we record for a party without a node: how it reached us.
//!
//! Not an act: it rides as content of the entry that holds the party's act, in the party's lane, signed by us.
//! Such an entry reads "recorded by us, not signed by them" and is never countersigned.
//!
//! A scanned paper rides as a sealed package of the recorder's own: the entry names its root among the facts it relied
//! on ([`PAPER_FACT`]), so that nobody can put another paper in its place, and carries its header as content.

use comity_journal::entry::Entry;
use comity_journal::suite::Hash;
use serde::Deserialize;

use super::kind::Kind;
use super::matter::Matter;
use crate::act::{Act, Data, Line, Moment};
use crate::vocabulary;

/// The name of the fact "this paper was brought in" among those a recorded entry relied on; its hash is the root of the
/// sealed package that holds the paper.
pub const PAPER_FACT: &str = "paper";

vocabulary! {
    /// By which way something reached us from a party without a node.
    pub enum Channel("channel") {
        /// INTERPOL's network.
        I247 = "i-24-7",
        /// A diplomatic note.
        NoteVerbale = "note-verbale",
        /// A letter.
        Letter = "letter",
        /// Electronic mail.
        EMail = "e-mail",
        /// By telephone.
        Telephone = "telephone",
        /// In person.
        InPerson = "in-person",
        /// Another network or way.
        Other = "other",
    }
}

/// How an act reached us.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "recorded", shape = say)]
pub struct Recorded {
    /// By which way.
    #[field(part = "recorded")]
    pub channel: Channel,
    /// The reference it bears there.
    #[field(part = "recorded")]
    pub outside_reference: Option<Line>,
    /// When it was said or dated there.
    #[field(part = "recorded")]
    pub dated: Option<Moment>,
    /// What the paper is called that was brought in.
    #[field(part = "recorded")]
    pub paper: Option<Line>,
    /// The header of the sealed package that holds the paper, with its signed envelope, base 64; sealing fills it in.
    #[field(part = "header")]
    pub header: Option<Data>,
}

impl<K: Kind> Matter<K> {
    /// Whether an entry was written by the recorder of a party without a node, in that party's lane.
    pub fn is_recorded(&self, entry: &Entry) -> bool {
        let header = entry.header();
        let Some((opening, _)) = self.opening().filter(|_| header.lane.is_shared()) else { return false };
        let party = opening.parties.iter().find(|party| party.agency == header.lane.party());
        party.is_some_and(|party| party.recorder == Some(header.author))
    }

    /// The root of the sealed package with the paper that a recorded entry names.
    pub(super) fn paper_of(&self, entry: &Entry) -> Option<Hash> {
        let mut relied = entry.header().relied.iter();
        let paper = relied.find(|relied| relied.fact.as_str() == PAPER_FACT)?;
        self.is_recorded(entry).then_some(paper.hash)
    }
}
