//! The node itself: that it was set up, what went wrong, what left it, what was refused here. An inner matter.

use comity_journal::ids::Token;
use comity_journal::suite::Hash;
use serde::Deserialize;

use crate::act::{Act, Text};
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
        /// A partner's entry was changed, or signed with a wrong key.
        BadEntry = "bad-entry",
        /// Content that is not what its entry was signed for.
        BadPart = "bad-part",
        /// A receipt that proves nothing.
        BadReceipt = "bad-receipt",
        /// A partner's checkpoint that does not extend the one we hold: its past was rewritten.
        RewrittenPast = "rewritten-past",
        /// A batch that cannot be read.
        BadBatch = "bad-batch",
        /// Two entries for one place in a partner's lane.
        Fork = "fork",
        /// A partner's clock that is far off ours.
        ClockSkew = "clock-skew",
        /// Streams that do not agree: one of the two nodes has lost or changed something.
        StreamMismatch = "stream-mismatch",
        /// A passkey that has made fewer signatures than it had before: somebody may have a copy of it.
        PasskeyWentBack = "passkey-went-back",
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
    pub enum NodeAct { Initialise, Incident, LetOut, Refused, ReadAudit }
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
    },
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
        words: (include_str!("zh.ftl"), include_str!("en.ftl")),
    };
    type Act = NodeAct;
    type Lane = NodeLane;

    fn evolve(lane: &mut NodeLane, _: &Stated<'_>, act: &NodeAct) {
        *lane = match (act, &lane) {
            (NodeAct::Incident(_), NodeLane::Running { incidents }) => {
                NodeLane::Running { incidents: incidents + 1 }
            }
            (_, NodeLane::Running { incidents }) => NodeLane::Running { incidents: *incidents },
            (_, NodeLane::Blank) => NodeLane::Running { incidents: 0 },
        };
    }

    fn cell(lanes: &Lanes<'_, NodeLane>) -> Cell {
        let (status, next): (_, &[&str]) = match lanes.of("own") {
            NodeLane::Blank => ("blank", &["initialise"]),
            NodeLane::Running { .. } => ("running", &["incident", "export", "refused", "read-audit"]),
        };
        Cell { status, waited_for: None, prevails: None, next: vec![("own", next)] }
    }

    fn examples() -> Vec<(&'static str, &'static str, NodeLane)> {
        vec![("own", "blank", NodeLane::Blank), ("own", "running", NodeLane::Running { incidents: 0 })]
    }
}
