//! The acts in a partner's record, one definition each.

use comity_journal::suite::Hash;
use serde::Deserialize;

use crate::act::{Act, Line, Moment, Target, Text};
use crate::acts;
use crate::gates::Ceiling;
use crate::vocabulary;

vocabulary! {
    /// How a fingerprint was compared.
    pub enum Compared("compared") {
        /// Read to each other by people who know each other.
        ByPeople = "by-people",
        /// Brought by another party and not compared.
        Introduced = "introduced",
    }
}

/// Adds a partner by its card.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "add", shape = say, by("own"))]
pub struct Add {
    /// The agency.
    #[field(structure)]
    pub agency: Hash,
    /// The card that was compared.
    #[field(structure)]
    pub card: Hash,
    /// How.
    #[field(structure)]
    pub compared: Compared,
    /// What we call it.
    #[field(part = "partner")]
    pub name: Line,
    /// Where its node answers, when not as its card says.
    #[field(part = "partner")]
    pub at: Option<Line>,
}

/// Adds a partner that has no node: it answers by letter, telephone or another network, and we record what it
/// says. Its id is the id of this record.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "add-off-network", shape = say, by("own"))]
pub struct AddOffNetwork {
    /// The agency, by the id of this record.
    #[field(structure)]
    pub agency: Hash,
    /// What we call it.
    #[field(part = "partner")]
    pub name: Line,
    /// Its country or territory, or the body it is.
    #[field(part = "partner")]
    pub place: Line,
    /// How it is reached: a postal address, a telephone number, a mailbox on another network.
    #[field(part = "partner")]
    pub reached: Text,
}

/// A second person confirms that the fingerprint was compared, or that the partner off the network is who it says.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "confirm", shape = say, by("own"))]
pub struct Confirm {}

/// Changes what we call it or where its node answers.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "describe", shape = say, by("own"))]
pub struct Describe {
    /// What we call it.
    #[field(part = "partner")]
    pub name: Option<Line>,
    /// Where its node answers, when not as its card says.
    #[field(part = "partner")]
    pub at: Option<Line>,
}

/// Ends the partnership: its keys are no longer pinned.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "end", shape = say, by("own"))]
pub struct End {
    /// Why.
    #[field(part = "partner")]
    pub reason: Text,
}

/// Proposes that the partner may get persons and evidence, on a rights assessment that is to be reviewed.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "propose-widening", shape = say, by("own"))]
pub struct ProposeWidening {
    /// What it would be allowed to get.
    #[serde(skip, default = "full")]
    #[field(structure, derived)]
    pub to: Ceiling,
    /// By when the assessment is to be reviewed, at most two years from now. If it is not, the partner is back at the floor.
    #[field(structure)]
    pub review_by: Moment,
    /// The assessment: fair trial, torture and ill-treatment, the death penalty, protection of data, persecution.
    #[field(part = "assessment")]
    pub assessment: Text,
    /// The document or source it rests on.
    #[field(part = "assessment")]
    pub source: Line,
}

fn full() -> Ceiling {
    Ceiling::Full
}

/// A second person lets the partner have what was proposed.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "widen",
    shape = answer,
    by("own"),
    answers("propose-widening"),
    propose("legal", "supervisor")
)]
pub struct Widen {
    /// The proposal; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// Takes the partner back to the floor at once, and any proposal with it.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "narrow", shape = say, by("own"))]
pub struct Narrow {
    /// Why.
    #[field(part = "partner")]
    pub reason: Text,
}

/// Proposes that a partner without a node has one now, and which agency that is.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "propose-link", shape = say, by("own"))]
pub struct ProposeLink {
    /// The agency, by its id: a partner that was met by its card.
    #[field(structure)]
    pub agency: Hash,
}

/// A second person links the record of a partner without a node with the agency that was proposed. From now on that agency
/// speaks for itself in every matter with the partner.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "link", shape = answer, by("own"), answers("propose-link"))]
pub struct Link {
    /// The proposal; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// Proposes that a record which this partner kept of an agency without a node is about us.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "propose-claim", shape = say, by("own"))]
pub struct ProposeClaim {
    /// The party, by the id it has in that partner's matters.
    #[field(structure)]
    pub party: Hash,
}

/// A second person confirms that the record is about us.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "claim", shape = answer, by("own"), answers("propose-claim"))]
pub struct Claim {
    /// The proposal; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// Puts the partner in quarantine: no new matters with it, until two people lift that. Existing ones go on.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "quarantine", shape = say, by("own"))]
pub struct PutInQuarantine {
    /// Why.
    #[field(part = "quarantine")]
    pub reason: Text,
}

/// The node records that the partner has signed two entries for one place, which puts it in quarantine.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "record-fork", shape = say, by("own"))]
pub struct RecordFork {
    /// The entry that proves it, with the other one that claims its place.
    #[field(structure)]
    pub entry: Hash,
}

/// Proposes that the quarantine be lifted.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "propose-lifting", shape = say, by("own"))]
pub struct ProposeLifting {
    /// Why: what the partner has said of it, what has been done.
    #[field(part = "quarantine")]
    pub reason: Text,
}

/// A second person lifts the quarantine.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "lift",
    shape = answer,
    by("own"),
    answers("propose-lifting"),
    propose("central-authority", "supervisor")
)]
pub struct Lift {
    /// The proposal; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

acts! {
    /// The acts of a partner's record.
    pub enum PartnerAct {
        Add, AddOffNetwork, Confirm, Describe, ProposeWidening, Widen, Narrow, ProposeLink, Link, ProposeClaim, Claim,
        PutInQuarantine, RecordFork, ProposeLifting, Lift, End,
    }
}
