//! A person who works at this node: an inner matter, so that roles have a history like everything else.

use serde::Deserialize;

use crate::act::{Act, Line};
use crate::acts;
use crate::engine::{Cell, Kind, KindDef, Lanes, Stated};
use crate::vocabularies::Role;

/// Adds an officer with roles.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "enlist", shape = say, by("own"))]
pub struct Enlist {
    /// The roles.
    #[field(structure)]
    pub roles: Vec<Role>,
    /// The name.
    #[field(part = "person", personal)]
    pub name: Line,
}

/// Gives an officer other roles.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "assign-roles", shape = say, by("own"))]
pub struct AssignRoles {
    /// All roles from now on.
    #[field(structure)]
    pub roles: Vec<Role>,
}

/// Ends an officer's work at this node.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "dismiss", shape = say, by("own"))]
pub struct Dismiss {}

acts! {
    /// The acts of an officer's record.
    pub enum OfficerAct { Enlist, AssignRoles, Dismiss }
}

/// What an officer is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OfficerLane {
    /// Nobody yet.
    #[default]
    Unknown,
    /// At work, in these roles.
    Serving {
        /// The roles, sorted.
        roles: Vec<Role>,
    },
    /// No longer.
    Dismissed,
}

/// The kind `officer`.
pub struct OfficerKind;

impl Kind for OfficerKind {
    const DEF: KindDef = KindDef {
        code: "officer",
        prefix: 'F',
        rules: 1,
        roles: &["own"],
        ended: &[],
        hands_over: None,
        shared: false,
        words: (include_str!("zh.ftl"), include_str!("en.ftl")),
    };
    type Act = OfficerAct;
    type Lane = OfficerLane;

    fn evolve(lane: &mut OfficerLane, _: &Stated<'_>, act: &OfficerAct) {
        let sorted = |roles: &[Role]| {
            let mut roles = roles.to_vec();
            roles.sort_unstable();
            roles.dedup();
            OfficerLane::Serving { roles }
        };
        *lane = match act {
            OfficerAct::Enlist(enlist) => sorted(&enlist.roles),
            OfficerAct::AssignRoles(assign) => sorted(&assign.roles),
            OfficerAct::Dismiss(_) => OfficerLane::Dismissed,
        };
    }

    fn cell(lanes: &Lanes<'_, OfficerLane>) -> Cell {
        let (status, next): (_, &[&str]) = match lanes.of("own") {
            OfficerLane::Unknown => ("unknown", &["enlist"]),
            OfficerLane::Serving { .. } => ("serving", &["assign-roles", "dismiss"]),
            OfficerLane::Dismissed => ("dismissed", &["assign-roles"]),
        };
        Cell { status, waited_for: None, prevails: None, next: vec![("own", next)] }
    }

    fn examples() -> Vec<(&'static str, &'static str, OfficerLane)> {
        vec![
            ("own", "unknown", OfficerLane::Unknown),
            ("own", "serving", OfficerLane::Serving { roles: Vec::new() }),
            ("own", "dismissed", OfficerLane::Dismissed),
        ]
    }
}
