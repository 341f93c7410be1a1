//! A person who works at this node: an inner matter, so that roles and signing in have a history like everything else.
//!
//! Roles take two administrators, one who proposes and another who grants, and nobody gives themself any. The node's
//! operator may enlist and assign alone: whoever holds the machine holds its folder. Only the person themself sets
//! what they sign in with. Not here: how a password or a code is checked, which is slow and no rule.
//!
//! Invariant: no secret stands in a structure; each is content of its own entry and can be erased.

mod acts;
mod means;
mod state;

pub use acts::{
    AddPasskey, AssignRoles, Dismiss, DropFilter, EndSessions, Enlist, EnrolTotp, GrantRoles, Invite,
    KeepFilter, OfficerAct, ProposeRoles, ProveAgain, RemovePasskey, SetPassword, SetRecoveryCodes, SignIn,
    SignInMeans, UseRecoveryCode,
};
pub use means::{Means, Passkey, Proof};
pub use state::{Invitation, OfficerLane, ProposedRoles, Service};

use crate::engine::{Cell, Facts, Kind, KindDef, Lanes, Stated};
use crate::gates::{Refusal, rules};
use crate::vocabularies::Role;

/// The mark in an actor's roles of who acts by the rights of the machine. No officer can hold it.
pub const OPERATOR: &str = "operator";

const UNKNOWN: &[&str] = &["enlist"];
const SERVING: &[&str] = &[
    "assign-roles",
    "propose-roles",
    "grant-roles",
    "dismiss",
    "invite",
    "set-password",
    "enrol-totp",
    "set-recovery-codes",
    "use-recovery-code",
    "add-passkey",
    "remove-passkey",
    "sign-in",
    "prove-again",
    "end-sessions",
    "keep-filter",
    "drop-filter",
];
/// How many filters an officer keeps.
pub const FILTERS: usize = 20;
const DISMISSED: &[&str] = &["assign-roles", "propose-roles", "grant-roles"];

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
        convened: false,
        fold: None,
        words: (include_str!("zh.ftl"), include_str!("en.ftl")),
    };
    type Act = OfficerAct;
    type Lane = OfficerLane;

    fn evolve(lane: &mut OfficerLane, entry: &Stated<'_>, act: &OfficerAct) {
        lane.move_on(entry, act);
    }

    fn cell(lanes: &Lanes<'_, OfficerLane>) -> Cell {
        let (status, next) = match lanes.of("own").service {
            Service::Unknown => ("unknown", UNKNOWN),
            Service::Serving => ("serving", SERVING),
            Service::Dismissed => ("dismissed", DISMISSED),
        };
        Cell { status, waited_for: None, prevails: None, next: vec![("own", next)] }
    }

    fn admit(lanes: &Lanes<'_, OfficerLane>, entry: &Stated<'_>, act: &OfficerAct) -> Result<(), Refusal> {
        let lane = lanes.of("own");
        match act {
            OfficerAct::GrantRoles(grant) => {
                let proposed =
                    lane.proposed.as_ref().filter(|proposed| Some(proposed.entry) == grant.of.entry());
                let proposed = proposed.ok_or(Refusal::under(rules::WRONG_TARGET))?;
                refuse_if(proposed.by == entry.by.who, Refusal::under(rules::SECOND_PERSON))
            }
            OfficerAct::SetPassword(set) => {
                let mut open = lane.invited.iter().filter(|invited| entry.at <= invited.expires);
                let taken_up = set.invitation.is_none_or(|of| open.any(|invited| invited.entry == of));
                refuse_if(!taken_up, Refusal::under(rules::NOT_NOW))
            }
            OfficerAct::AddPasskey(_) => {
                let full = lane.means.passkeys.len() >= Means::PASSKEYS;
                refuse_if(full, Refusal::under(rules::NOT_NOW))
            }
            OfficerAct::RemovePasskey(remove) => {
                let known = remove.of.entry().and_then(|entry| lane.means.passkey(&entry));
                refuse_if(known.is_none(), Refusal::under(rules::WRONG_TARGET))
            }
            OfficerAct::KeepFilter(_) => {
                refuse_if(lane.filters.len() >= FILTERS, Refusal::under(rules::NOT_NOW))
            }
            OfficerAct::DropFilter(drop) => {
                let kept = lane.filters.iter().any(|filter| Some(*filter) == drop.of.entry());
                refuse_if(!kept, Refusal::under(rules::WRONG_TARGET))
            }
            OfficerAct::UseRecoveryCode(used) => {
                let there = (1..=lane.means.recovery_count).contains(&used.number);
                let spent = lane.means.recovery_used.contains(&used.number);
                refuse_if(!there || spent, Refusal::under(rules::NOT_NOW))
            }
            OfficerAct::SignIn(shown) => {
                refuse_if(!lane.means.allow(&shown.into()), Refusal::under(rules::NOT_NOW))
            }
            OfficerAct::ProveAgain(shown) => {
                refuse_if(!lane.means.allow(&shown.into()), Refusal::under(rules::NOT_NOW))
            }
            _ => Ok(()),
        }
    }

    fn decide(_: &Lanes<'_, OfficerLane>, act: &OfficerAct, facts: &Facts) -> Result<(), Refusal> {
        let holds = |role: &str| facts.proposer.roles.iter().any(|held| held.as_str() == role);
        let alone = !holds(OPERATOR);
        match act {
            OfficerAct::Enlist(enlist) => {
                refuse_if(alone && !enlist.roles.is_empty(), Refusal::under(rules::SECOND_PERSON))
            }
            OfficerAct::AssignRoles(_) => refuse_if(alone, Refusal::under(rules::SECOND_PERSON)),
            OfficerAct::ProposeRoles(_) | OfficerAct::GrantRoles(_) | OfficerAct::Invite(_) => {
                refuse_if(facts.own_record, Refusal::under(rules::OWN_ACCESS))
            }
            OfficerAct::EndSessions(_) => {
                let administrator = Role::Administrator.code();
                let may = facts.own_record || holds(administrator);
                refuse_if(!may, Refusal::under(rules::ROLE).about([administrator]))
            }
            OfficerAct::Dismiss(_) => Ok(()),
            OfficerAct::SetPassword(_)
            | OfficerAct::EnrolTotp(_)
            | OfficerAct::SetRecoveryCodes(_)
            | OfficerAct::UseRecoveryCode(_)
            | OfficerAct::AddPasskey(_)
            | OfficerAct::RemovePasskey(_)
            | OfficerAct::KeepFilter(_)
            | OfficerAct::DropFilter(_)
            | OfficerAct::SignIn(_)
            | OfficerAct::ProveAgain(_) => refuse_if(!facts.own_record, Refusal::under(rules::BY_THEMSELF)),
        }
    }

    fn examples() -> Vec<(&'static str, &'static str, OfficerLane)> {
        let lane = |service| OfficerLane { service, ..OfficerLane::default() };
        vec![
            ("own", "unknown", lane(Service::Unknown)),
            ("own", "serving", lane(Service::Serving)),
            ("own", "dismissed", lane(Service::Dismissed)),
        ]
    }
}

fn refuse_if(stands_against: bool, refusal: Refusal) -> Result<(), Refusal> {
    if stands_against { Err(refusal) } else { Ok(()) }
}
