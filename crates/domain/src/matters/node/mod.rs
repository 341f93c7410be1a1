//! The node itself: that it was set up, what went wrong, what left it, what was carried in, what was refused here. An inner
//! matter.

use std::collections::BTreeMap;

use comity_journal::ids::{Pseudonym, Token};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use serde::Deserialize;

use crate::act::{Act, Data, Text};
use crate::acts;
use crate::engine::{Cell, Kind, KindDef, Lanes, Stated};
use crate::vocabulary;

/// Sets the node up.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "initialise", shape = say, by("own"))]
pub struct Initialise {}

vocabulary! {
    /// What kind of thing went wrong.
    pub enum Trouble("trouble") {
        /// Somebody knocked whose key no card of a partner lists.
        UnknownPartner = "unknown-partner",
        /// What a partner sent in the place of an entry is none that counts here: its bytes are kept, it is not
        /// receipted, and what follows it is taken.
        BadEntry = "bad-entry",
        /// A partner has set an entry of ours aside.
        NotKept = "not-kept",
        /// A partner has opened a matter of a kind that this release does not know. It is kept and receipted.
        TooNew = "too-new",
        /// So much of a partner's waits for earlier entries that no more is taken in until some of it is settled.
        NoRoom = "no-room",
        /// Content that is not what its entry was signed for.
        BadPart = "bad-part",
        /// A receipt that proves nothing.
        BadReceipt = "bad-receipt",
        /// A partner's checkpoint that does not extend the one we hold: its past was rewritten.
        RewrittenPast = "rewritten-past",
        /// Two checkpoints of one agency, shown to us and to another partner, that contradict each other: both are signed.
        TwoTrees = "two-trees",
        /// An agency has not shown that what another partner holds of its tree continues what we hold. It proves nothing.
        UnprovenTree = "unproven-tree",
        /// A batch that cannot be read.
        BadBatch = "bad-batch",
        /// Two entries for one place in a partner's lane.
        Fork = "fork",
        /// A partner's clock that is far off ours.
        ClockSkew = "clock-skew",
        /// Streams that do not agree: one of the two nodes has lost or changed something.
        StreamMismatch = "stream-mismatch",
        /// This node is an older copy of itself: a partner has shown it its own signature on what is not here.
        OldCopy = "old-copy",
        /// A partner's node is an older copy of itself, and gets back from us what it lost.
        PartnerOldCopy = "partner-old-copy",
        /// An agency has disowned a key: what the key signed beyond where it stands counts no longer.
        KeyDisowned = "key-disowned",
        /// A partner has shown what a key of ours signed that we have disowned, and that is not ours.
        KeyMisused = "key-misused",
        /// A passkey that has made fewer signatures than it had before: somebody may have a copy of it.
        PasskeyWentBack = "passkey-went-back",
    }
}

vocabulary! {
    /// Why what came in the place of an entry was set aside.
    pub enum SetAside("set-aside") {
        /// The bytes are no entry.
        Malformed = "malformed",
        /// Of an inner lane, which never travels.
        InnerLane = "inner-lane",
        /// Signed by a suite weaker than any that counts.
        WeakSuite = "weak-suite",
        /// Signed under a card that is not here.
        UnknownCard = "unknown-card",
        /// Signed under the card of another agency.
        WrongCard = "wrong-card",
        /// The signature does not hold.
        BadSignature = "bad-signature",
        /// In our name, and we never wrote it.
        OursButNotHere = "ours-but-not-here",
        /// In a matter of a kind that stays inside one node.
        NotShared = "not-shared",
        /// In a matter of which the sender or we are no party.
        NotAddressed = "not-addressed",
        /// Written for us by somebody else.
        RecordedForUs = "recorded-for-us",
        /// In a lane that is not its author's to write.
        ForeignLane = "foreign-lane",
    }
}

/// Records what went wrong.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "incident", shape = say, by("own"))]
pub struct Incident {
    /// What.
    #[field(structure)]
    pub trouble: Trouble,
    /// With which agency.
    #[field(structure)]
    pub partner: Option<Hash>,
    /// About which entry.
    #[field(structure)]
    pub entry: Option<Hash>,
    /// What was seen, for people.
    #[field(part = "incident")]
    pub detail: Option<Text>,
    /// Why an entry was set aside.
    #[field(structure)]
    pub why: Option<SetAside>,
    /// How many bytes were kept of what was set aside.
    #[field(structure)]
    pub size: Option<u64>,
    /// What was set aside, as it came.
    #[field(part = "set-aside")]
    pub bytes: Option<Data>,
    /// Two checkpoints as the agency has signed them.
    #[field(part = "notes")]
    pub notes: Option<Text>,
}

vocabulary! {
    /// What leaves a node.
    pub enum Export("export") {
        /// A proof with content.
        ProofWithContent = "proof-with-content",
        /// A sealed package, to a file.
        SealedPackage = "sealed-package",
        /// What is in a sealed package: the list of its files, or one of them.
        PackageContent = "package-content",
        /// The key that opens sealed packages.
        PackagesKey = "packages-key",
        /// Lines of the audit.
        Audit = "audit",
        /// What a partner is to get, sealed to it, to a file.
        Bundle = "bundle",
    }
}

/// Records, before it happens, that something leaves the node in clear or to a new recipient.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "export",
    shape = say,
    by("own"),
    propose("auditor", "custodian", "desk", "legal", "liaison", "officer", "supervisor")
)]
pub struct LetOut {
    /// What.
    #[field(structure)]
    pub what: Export,
    /// Of which matter, where it is of one.
    #[field(structure)]
    pub matter: Option<Hash>,
    /// To which agency, where it is sealed to one.
    #[field(structure)]
    pub to: Option<Hash>,
    /// For what.
    #[field(part = "export")]
    pub purpose: Text,
}

/// Records that what a partner had carried here was taken in, and by whom: no content, only counts.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "import", shape = say, by("own"))]
pub struct TakenIn {
    /// From which agency.
    #[field(structure)]
    pub from: Hash,
    /// Entries that were new.
    #[field(structure)]
    pub received: u64,
    /// Entries of ours that are delivered since.
    #[field(structure)]
    pub delivered: u64,
    /// Sealed packages that are whole since.
    #[field(structure)]
    pub packages: u64,
}

/// Records that an officer was refused something: no content, no name, only codes.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "refused", shape = say, by("own"))]
pub struct Refused {
    /// Under which rule.
    #[field(structure)]
    pub rule: Token,
    /// Which act the officer wanted.
    #[field(structure)]
    pub act: Token,
    /// In which matter, where it was in one.
    #[field(structure)]
    pub matter: Option<Hash>,
}

/// Records that somebody looks at who did and read what.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "read-audit", shape = say, by("own"), propose("auditor"))]
pub struct ReadAudit {
    /// Of which matter, where of one alone.
    #[field(structure)]
    pub matter: Option<Hash>,
}

acts! {
    /// The acts of a node's record.
    pub enum NodeAct { Initialise, Incident, LetOut, TakenIn, Refused, ReadAudit }
}

/// The node's record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NodeLane {
    /// Not set up.
    #[default]
    Blank,
    /// Set up.
    Running {
        /// Incidents so far.
        incidents: u64,
        /// What of each agency was set aside.
        set_aside: BTreeMap<Hash, Kept>,
        /// Whom a fork is proven of, each with the entry that proved it last.
        forkers: BTreeMap<Hash, Hash>,
        /// Of each agency the last bundles.
        bundles: BTreeMap<Hash, Bundles>,
    },
}

/// The last bundles made for an agency and taken in from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bundles {
    /// The last that was let out to it.
    pub made: Option<Done>,
    /// The last that was taken in from it.
    pub taken_in: Option<Done>,
}

/// When something was done, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// When.
    pub at: Timestamp,
    /// By whom, as the node's record names people.
    pub by: Pseudonym,
}

/// How much is kept of an agency that cannot be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Entries.
    pub entries: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Kept {
    /// With one more.
    #[must_use]
    pub fn and(self, bytes: u64) -> Self {
        Self { entries: self.entries.saturating_add(1), bytes: self.bytes.saturating_add(bytes) }
    }
}

impl NodeLane {
    /// What of an agency was set aside so far.
    pub fn set_aside(&self, agency: &Hash) -> Kept {
        match self {
            Self::Running { set_aside, .. } => set_aside.get(agency).copied().unwrap_or_default(),
            Self::Blank => Kept::default(),
        }
    }

    /// The last bundles made for an agency and taken in from it.
    pub fn bundles_of(&self, agency: &Hash) -> Bundles {
        match self {
            Self::Running { bundles, .. } => bundles.get(agency).copied().unwrap_or_default(),
            Self::Blank => Bundles::default(),
        }
    }

    /// The entry that proved a fork of an agency last.
    pub fn fork_of(&self, agency: &Hash) -> Option<Hash> {
        match self {
            Self::Running { forkers, .. } => forkers.get(agency).copied(),
            Self::Blank => None,
        }
    }
}

/// The kind `node`.
pub struct NodeKind;

impl Kind for NodeKind {
    const DEF: KindDef = KindDef {
        code: "node",
        prefix: 'N',
        rules: 1,
        roles: &["own"],
        ended: &[],
        hands_over: None,
        shared: false,
        convened: false,
        fold: None,
        words: (include_str!("zh.ftl"), include_str!("en.ftl")),
    };
    type Act = NodeAct;
    type Lane = NodeLane;

    fn evolve(lane: &mut NodeLane, entry: &Stated<'_>, act: &NodeAct) {
        let done = Some(Done { at: entry.at, by: entry.by.who });
        match (act, &mut *lane) {
            (NodeAct::Incident(incident), NodeLane::Running { incidents, set_aside, forkers, .. }) => {
                *incidents += 1;
                if let (Trouble::Fork, Some(partner), Some(entry)) =
                    (incident.trouble, incident.partner, incident.entry)
                {
                    forkers.insert(partner, entry);
                }
                if let (Some(partner), Some(size)) = (incident.partner, incident.size) {
                    let kept = set_aside.entry(partner).or_default();
                    *kept = kept.and(size);
                }
            }
            (NodeAct::LetOut(out), NodeLane::Running { bundles, .. }) if out.what == Export::Bundle => {
                out.to.into_iter().for_each(|to| bundles.entry(to).or_default().made = done);
            }
            (NodeAct::TakenIn(taken), NodeLane::Running { bundles, .. }) => {
                bundles.entry(taken.from).or_default().taken_in = done;
            }
            (_, NodeLane::Running { .. }) => {}
            (_, NodeLane::Blank) => *lane = running(),
        }
    }

    fn cell(lanes: &Lanes<'_, NodeLane>) -> Cell {
        let (status, next): (_, &[&str]) = match lanes.of("own") {
            NodeLane::Blank => ("blank", &["initialise"]),
            NodeLane::Running { .. } => {
                ("running", &["incident", "export", "import", "refused", "read-audit"])
            }
        };
        Cell { status, waited_for: None, prevails: None, next: vec![("own", next)] }
    }

    fn examples() -> Vec<(&'static str, &'static str, NodeLane)> {
        vec![("own", "blank", NodeLane::Blank), ("own", "running", running())]
    }
}

fn running() -> NodeLane {
    NodeLane::Running {
        incidents: 0,
        set_aside: BTreeMap::new(),
        forkers: BTreeMap::new(),
        bundles: BTreeMap::new(),
    }
}
