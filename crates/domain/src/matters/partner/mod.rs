//! A foreign agency as this node knows it: an inner matter.
//!
//! Two people meet a partner: one compares the fingerprint by telephone and adds it, a second confirms. Until
//! then its keys are not pinned and nothing is exchanged. What a partner says of itself is its card; what we call
//! it and what we have compared is ours.

use comity_journal::ids::Pseudonym;
use comity_journal::suite::Hash;
use serde::Deserialize;

use crate::act::{Act, Line, Text};
use crate::acts;
use crate::engine::{Cell, Kind, KindDef, Lanes, Stated};
use crate::gates::{Refusal, rules};
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

acts! {
    /// The acts of a partner's record.
    pub enum PartnerAct { Add, AddOffNetwork, Confirm, Describe, End }
}

/// What a partner is to us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PartnerLane {
    /// Nobody yet.
    #[default]
    Unknown,
    /// Added by one person.
    Added {
        /// By whom.
        by: Pseudonym,
        /// The agency.
        agency: Hash,
    },
    /// Confirmed by a second.
    Confirmed {
        /// The agency.
        agency: Hash,
    },
    /// No longer a partner.
    Ended {
        /// The agency.
        agency: Hash,
    },
}

/// The kind `partner`.
pub struct PartnerKind;

impl Kind for PartnerKind {
    const DEF: KindDef = KindDef {
        code: "partner",
        prefix: 'P',
        rules: 1,
        roles: &["own"],
        ended: &[],
        hands_over: None,
        shared: false,
        words: (include_str!("zh.ftl"), include_str!("en.ftl")),
    };
    type Act = PartnerAct;
    type Lane = PartnerLane;

    fn evolve(lane: &mut PartnerLane, entry: &Stated<'_>, act: &PartnerAct) {
        *lane = match (act, lane.clone()) {
            (PartnerAct::Add(add), _) => PartnerLane::Added { by: entry.by.who, agency: add.agency },
            (PartnerAct::AddOffNetwork(add), _) => {
                PartnerLane::Added { by: entry.by.who, agency: add.agency }
            }
            (PartnerAct::Confirm(_), PartnerLane::Added { agency, .. }) => PartnerLane::Confirmed { agency },
            (PartnerAct::End(_), PartnerLane::Added { agency, .. } | PartnerLane::Confirmed { agency }) => {
                PartnerLane::Ended { agency }
            }
            (_, unchanged) => unchanged,
        };
    }

    fn cell(lanes: &Lanes<'_, PartnerLane>) -> Cell {
        let (status, next): (_, &[&str]) = match lanes.of("own") {
            PartnerLane::Unknown => ("unknown", &["add", "add-off-network"]),
            PartnerLane::Added { .. } => ("added", &["confirm", "describe", "end"]),
            PartnerLane::Confirmed { .. } => ("confirmed", &["describe", "end"]),
            PartnerLane::Ended { .. } => ("ended", &["add", "add-off-network"]),
        };
        Cell { status, waited_for: None, prevails: None, next: vec![("own", next)] }
    }

    fn admit(lanes: &Lanes<'_, PartnerLane>, entry: &Stated<'_>, act: &PartnerAct) -> Result<(), Refusal> {
        match (act, lanes.of("own")) {
            // A partner without a node is known by its record, so that none can be taken for one that has a key.
            (PartnerAct::AddOffNetwork(add), _) if add.agency.as_bytes() != entry.matter.as_bytes() => {
                Err(Refusal::under(rules::WRONG_TARGET))
            }
            (PartnerAct::Confirm(_), PartnerLane::Added { by, .. }) if *by == entry.by.who => {
                Err(Refusal::under(rules::SECOND_PERSON))
            }
            _ => Ok(()),
        }
    }

    fn examples() -> Vec<(&'static str, &'static str, PartnerLane)> {
        let (by, agency) = (Pseudonym::from_bytes([0; 16]), Hash::ZERO);
        vec![
            ("own", "unknown", PartnerLane::Unknown),
            ("own", "added", PartnerLane::Added { by, agency }),
            ("own", "confirmed", PartnerLane::Confirmed { agency }),
            ("own", "ended", PartnerLane::Ended { agency }),
        ]
    }
}
