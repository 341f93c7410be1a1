//! What a proof file was found to show, as data: for a program to act on, and for pages to put into words.

use std::collections::{BTreeMap, BTreeSet};

use crate::entry::Place;
use crate::fingerprint::Fingerprint;
use crate::ids::{AgencyId, MatterId, Token};
use crate::proof::ProofReadError;
use crate::suite::Hash;
use crate::time::Timestamp;

/// The answer to *intact?* and *by whom?*
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was changed, and every author, receipt signer and the exporter is trusted.
    Intact,
    /// Nothing was changed, but these signers were not named as trusted: compare their fingerprints.
    Untrusted(Vec<(AgencyId, Token, Fingerprint)>),
    /// The file does not hold, and proves nothing.
    Broken(Vec<Problem>),
}

impl Outcome {
    /// What a command ends with: 0, 3 or 1.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Intact => 0,
            Self::Untrusted(_) => 3,
            Self::Broken(_) => 1,
        }
    }
}

/// An entry of the file: its number in it, from 1, and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryRef {
    /// From 1, in the order of the file.
    pub number: usize,
    /// Hash of its signed bytes.
    pub hash: Hash,
}

impl std::fmt::Display for EntryRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "entry {} ({})", self.number, self.hash)
    }
}

/// Something that does not hold.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Problem {
    /// No proof file, or not as it was sealed.
    #[error(transparent)]
    Unreadable(#[from] ProofReadError),
    /// Suite 0 is for tests.
    #[error("{0} is signed with the toy suite, which proves nothing")]
    Toy(String),
    /// An entry that is none, or whose signature does not hold.
    #[error("{entry} does not hold: {why}")]
    Entry {
        /// Which.
        entry: EntryRef,
        /// What is wrong.
        why: String,
    },
    /// The card an entry names is not in the file.
    #[error("{0} names an agency card that is not in the file")]
    NoCard(EntryRef),
    /// An entry of another matter, kind or version of the rules.
    #[error("{0} belongs to another matter than the file says")]
    OtherMatter(EntryRef),
    /// An entry of an inner lane, which never leaves its node.
    #[error("{0} is of an inner lane, which is never in a proof")]
    InnerLane(EntryRef),
    /// The author has no right to the lane.
    #[error("{0} is by an agency that may not write this lane")]
    WrongAuthor(EntryRef),
    /// The first entry of the matter, which names the parties, is not there, or there are two.
    #[error("the file has {0} opening entries of the matter where there must be one")]
    Openings(usize),
    /// Entries of a lane are missing.
    #[error("gap in lane of {lane}: nothing leads to place {before}")]
    Gap {
        /// Whose lane.
        lane: AgencyId,
        /// The place after the gap.
        before: Place,
    },
    /// An entry does not continue the one before it in its lane.
    #[error("{0} does not continue the entry before it in its lane")]
    BrokenLink(EntryRef),
    /// Two entries for one place.
    #[error("two entries in the lane of {lane} claim place {place}")]
    Fork {
        /// Whose lane.
        lane: AgencyId,
        /// Which place.
        place: Place,
    },
    /// What an author had seen is not what the file holds.
    #[error(
        "{entry} had seen place {place} in the lane of {lane}, which is not in the file or is another entry"
    )]
    Seen {
        /// Which entry.
        entry: EntryRef,
        /// The other lane.
        lane: AgencyId,
        /// The place in it.
        place: Place,
    },
    /// Content that is not what the author signed for.
    #[error("{entry}: the part `{label}` is not what was signed")]
    Part {
        /// Which entry.
        entry: EntryRef,
        /// Which part.
        label: Token,
    },
    /// Content for other parts than the entry has.
    #[error("{0}: the content has more or fewer parts than were signed")]
    Parts(EntryRef),
    /// A checkpoint that its agency did not sign.
    #[error("checkpoint {number} does not hold: {why}")]
    Checkpoint {
        /// From 1, in the order of the file.
        number: usize,
        /// What is wrong.
        why: String,
    },
    /// Two signed trees of one agency that cannot both be true.
    #[error("two checkpoints of {agency} tell different roots for one size of one tree")]
    SplitView {
        /// Whose tree.
        agency: AgencyId,
    },
    /// The exporter's own log does not show the entry.
    #[error("{entry} is not shown to be in the exporter's log: {why}")]
    Logged {
        /// Which entry.
        entry: EntryRef,
        /// What is wrong.
        why: String,
    },
    /// A receipt that does not hold.
    #[error("the receipt of {by} for {entry} does not hold: {why}")]
    Receipt {
        /// Which entry.
        entry: EntryRef,
        /// Whose receipt.
        by: AgencyId,
        /// What is wrong.
        why: String,
    },
}

/// What an agency did for this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Duty {
    /// Signed entries.
    Author,
    /// Signed receipts.
    Receiver,
    /// Wrote and sealed the file.
    Exporter,
}

/// An agency with a card in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgencyFact {
    /// Its id.
    pub agency: AgencyId,
    /// What it calls itself in short; anybody can claim any.
    pub label: Token,
    /// What it calls itself, by language.
    pub names: BTreeMap<String, String>,
    /// Country or territory, or international body.
    pub seat: String,
    /// What to compare with the agency itself.
    pub fingerprint: Fingerprint,
    /// The numbers of the first and the last of its cards in the file.
    pub cards: (u64, u64),
    /// What it signed here; empty when it only brought a card.
    pub duties: BTreeSet<Duty>,
    /// Whether its fingerprint was named as trusted.
    pub trusted: bool,
}

/// A lane as far as the file holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneFact {
    /// Whose.
    pub party: AgencyId,
    /// Its part in the matter.
    pub role: Option<Token>,
    /// Who writes it for a party without a node.
    pub recorder: Option<AgencyId>,
    /// The agency that writes it itself, where it took over what was recorded, and from where on.
    pub taken_over: Option<(AgencyId, Place)>,
    /// How many entries the file holds.
    pub entries: usize,
    /// The last of them.
    pub last: Option<Place>,
    /// Whether they follow each other from the first one on.
    pub whole: bool,
}

/// That an agency's tree holds the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InLog {
    /// Whose tree.
    pub by: AgencyId,
    /// When it was recorded, by that agency's clock.
    pub at: Timestamp,
    /// The leaf, from 0.
    pub leaf: u64,
    /// The size of the tree that was signed.
    pub size: u64,
}

/// A time that somebody other than the author stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound {
    /// The time.
    pub at: Timestamp,
    /// By whose clock.
    pub by: AgencyId,
}

/// Who cosigned a checkpoint that an entry is under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Witnessed {
    /// What the witness calls itself there.
    pub name: String,
    /// Whose card in the file holds the key; `None` when none does, and then nothing was checked.
    pub agency: Option<AgencyId>,
    /// When, if it was checked.
    pub at: Option<Timestamp>,
    /// Whether it is neither a party of the matter nor the exporter.
    pub independent: bool,
}

/// What became of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartState {
    /// In the file, and what the author signed for.
    Present,
    /// Erased, as the exporter says.
    Erased,
    /// Kept back, as the exporter says.
    Withheld,
    /// In the file, but not what the author signed for.
    Changed,
}

/// What there is of an entry's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentFact {
    /// The act has none.
    None,
    /// It has this many parts, and the file holds their hashes only.
    NotIncluded(usize),
    /// Part by part.
    Parts(Vec<(Token, PartState)>),
}

/// One act of the matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActFact {
    /// Its number and hash.
    pub entry: EntryRef,
    /// The matter its header names.
    pub matter: MatterId,
    /// The kind its header names.
    pub kind: Token,
    /// Whose lane.
    pub lane: AgencyId,
    /// Where in it.
    pub place: Place,
    /// Which act.
    pub act: Token,
    /// Who signed; another than the lane's party where a recorder writes for it.
    pub author: AgencyId,
    /// When, by the author's clock.
    pub at: Timestamp,
    /// The roles of whoever acted.
    pub by: Vec<Token>,
    /// The roles of each who approved.
    pub approved: Vec<Vec<Token>>,
    /// The number of the author's card whose key signed; `None` when the signature does not hold.
    pub card: Option<u64>,
    /// Whether that key was disowned, and the file does not show that the entry is among what still stands: it does not
    /// count.
    pub disowned: bool,
    /// In the exporter's log.
    pub logged: Option<InLog>,
    /// In the logs of others who signed a receipt.
    pub receipts: Vec<InLog>,
    /// Who else saw those logs.
    pub witnesses: Vec<Witnessed>,
    /// The latest time, by another agency than the author, that it must come after.
    pub not_before: Option<Bound>,
    /// The earliest time, by another agency than the author, that it was there.
    pub not_after: Option<Bound>,
    /// Its content.
    pub content: ContentFact,
}

/// Something this file does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// That what was written is true or lawful.
    Truth,
    /// Which person acted: roles and a pseudonym, no name.
    Persons,
    /// That an agency's key was used by that agency alone.
    KeyUse,
    /// What was done after the last act of each lane.
    LaterActs,
    /// True time: times are by the clocks of those who signed.
    Clocks,
    /// That a receiver accepted or read anything: a receipt says stored.
    Acceptance,
    /// That no log told others something else: nobody independent cosigned every log used.
    NoIndependentWitness,
    /// The content that is not in the file.
    ContentLeftOut,
    /// Whether and when content was erased or kept back, other than by the exporter's word.
    ErasureByWord,
    /// What a party without a node said itself: another recorded it.
    RecordedForAnother,
    /// Who wrote what was signed with a key that its agency has disowned.
    KeyLost,
    /// An agency's earlier cards.
    EarlierCards,
    /// That the export was covered: the record names nothing.
    CoverNotOnRecord,
    /// Real events: it is a drill.
    Exercise,
}

/// Everything found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// Intact, and by whom.
    pub outcome: Outcome,
    /// The matter, where the file could be read.
    pub matter: Option<MatterId>,
    /// Its kind.
    pub kind: Option<Token>,
    /// Who exported.
    pub exporter: Option<AgencyId>,
    /// What the exporter's record says about cover.
    pub cover: Option<Token>,
    /// Whether the matter is a drill.
    pub exercise: bool,
    /// All agencies with cards in the file.
    pub agencies: Vec<AgencyFact>,
    /// The lanes.
    pub lanes: Vec<LaneFact>,
    /// The acts, in the order of the file.
    pub acts: Vec<ActFact>,
    /// What is not shown.
    pub limits: BTreeSet<Limit>,
}

impl Findings {
    /// Nothing could be read.
    pub(super) fn unreadable(why: ProofReadError) -> Self {
        Self {
            outcome: Outcome::Broken(vec![why.into()]),
            matter: None,
            kind: None,
            exporter: None,
            cover: None,
            exercise: false,
            agencies: Vec::new(),
            lanes: Vec::new(),
            acts: Vec::new(),
            limits: BTreeSet::new(),
        }
    }

    /// The agency of that id, where the file holds its card.
    pub fn agency(&self, id: &AgencyId) -> Option<&AgencyFact> {
        self.agencies.iter().find(|agency| agency.agency == *id)
    }
}
