//! A foreign agency as this node knows it: an inner matter.
//!
//! Two people meet a partner: one compares the fingerprint by telephone and adds it, a second confirms. Until
//! then its keys are not pinned and nothing is exchanged. What a partner says of itself is its card; what we call
//! it and what we have compared is ours.
//!
//! It starts at the floor: correspondence without persons of the case or evidence. One person proposes to widen that, with a
//! rights assessment and the date of its review; a second, in a role that answers for rights, widens it. One person
//! narrows it at once. What lapses is back at the floor without anybody's act. What the ceiling stops is said by
//! `gates/ceiling.rs`.
//!
//! An agency without a node that gets one is met as a partner like any other. Two people then link its old record with it;
//! at the other node two people confirm which record of that partner's was about them. What follows in the matters
//! themselves is an offer and a take (`engine/handed.rs`).

mod acts;
mod state;
#[cfg(test)]
mod tests;

pub use acts::{
    Add, AddOffNetwork, Claim, Compared, Confirm, Describe, End, Link, Narrow, PartnerAct, ProposeClaim,
    ProposeLink, ProposeWidening, Widen,
};
pub use state::{Assessment, Granted, PartnerLane, ProposedTie, ProposedWidening, Tie};

use comity_journal::ids::Pseudonym;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use crate::engine::{Cell, Facts, Kind, KindDef, Lanes, Stated};
use crate::gates::{Refusal, rules};

/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// The longest an assessment may go without review: two years, one of them a leap year.
const LONGEST_DAYS: i64 = 731;

const WIDENED: &[&str] = &["describe", "propose-widening", "narrow", "propose-link", "propose-claim", "end"];
const AT_THE_FLOOR: &[&str] = &["describe", "propose-widening", "propose-link", "propose-claim", "end"];
const WIDENING_PROPOSED: &[&str] =
    &["describe", "propose-widening", "widen", "narrow", "propose-link", "propose-claim", "end"];
const WIDENED_TIE_PROPOSED: &[&str] =
    &["describe", "propose-widening", "narrow", "propose-link", "link", "propose-claim", "claim", "end"];
const AT_THE_FLOOR_TIE_PROPOSED: &[&str] =
    &["describe", "propose-widening", "propose-link", "link", "propose-claim", "claim", "end"];
const BOTH_PROPOSED: &[&str] = &[
    "describe",
    "propose-widening",
    "widen",
    "narrow",
    "propose-link",
    "link",
    "propose-claim",
    "claim",
    "end",
];

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
        convened: false,
        fold: None,
        words: (include_str!("zh.ftl"), include_str!("en.ftl")),
    };
    type Act = PartnerAct;
    type Lane = PartnerLane;

    fn evolve(lane: &mut PartnerLane, entry: &Stated<'_>, act: &PartnerAct) {
        lane.evolve(entry, act);
    }

    fn cell(lanes: &Lanes<'_, PartnerLane>) -> Cell {
        let (status, next): (_, &[&str]) = match lanes.of("own") {
            PartnerLane::Unknown => ("unknown", &["add", "add-off-network"]),
            PartnerLane::Added { .. } => ("added", &["confirm", "describe", "end"]),
            PartnerLane::Confirmed { granted, proposed, tie, .. } => {
                let next: &[&str] = match (granted, proposed, tie.proposed.is_some()) {
                    (Granted::Full { .. }, None, false) => WIDENED,
                    (Granted::Nothing | Granted::Narrowed, None, false) => AT_THE_FLOOR,
                    (_, Some(_), false) => WIDENING_PROPOSED,
                    (Granted::Full { .. }, None, true) => WIDENED_TIE_PROPOSED,
                    (Granted::Nothing | Granted::Narrowed, None, true) => AT_THE_FLOOR_TIE_PROPOSED,
                    (_, Some(_), true) => BOTH_PROPOSED,
                };
                ("confirmed", next)
            }
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
            (PartnerAct::Widen(widen), PartnerLane::Confirmed { proposed, .. }) => {
                let meant = proposed.as_ref().filter(|proposed| Some(proposed.entry) == widen.of.entry());
                let proposed = meant.ok_or(Refusal::under(rules::WRONG_TARGET))?;
                if proposed.by == entry.by.who { Err(Refusal::under(rules::SECOND_PERSON)) } else { Ok(()) }
            }
            (act, PartnerLane::Confirmed { agency, tie, .. }) => {
                // A record without a node bears its own id, and is the only one that is linked.
                let without_node = agency.as_bytes() == entry.matter.as_bytes();
                admit_tie(without_node, tie, entry, act)
            }
            _ => Ok(()),
        }
    }

    fn decide(lanes: &Lanes<'_, PartnerLane>, act: &PartnerAct, facts: &Facts) -> Result<(), Refusal> {
        let review_by = match act {
            PartnerAct::ProposeWidening(propose) => Some(propose.review_by.0),
            // It may have waited so long for its second person that it would lapse as it is granted.
            PartnerAct::Widen(_) => lanes.of("own").proposed().map(|proposed| proposed.review_by),
            _ => None,
        };
        let latest = facts.now.plus_millis(LONGEST_DAYS * DAY);
        match review_by {
            Some(review_by) if review_by <= facts.now || review_by > latest => {
                Err(Refusal::under(rules::REVIEW_DATE))
            }
            _ => Ok(()),
        }
    }

    fn examples() -> Vec<(&'static str, &'static str, PartnerLane)> {
        let (by, agency, review_by) = (Pseudonym::from_bytes([0; 16]), Hash::ZERO, Timestamp::default());
        let confirmed =
            |granted, proposed| PartnerLane::Confirmed { agency, granted, proposed, tie: Tie::default() };
        let tied = |granted, proposed| {
            let waits = Some(Box::new(ProposedTie { entry: Hash::ZERO, by, with: agency }));
            let tie = Tie { proposed: waits, ..Tie::default() };
            PartnerLane::Confirmed { agency, granted, proposed, tie }
        };
        let full = Granted::Full { assessment: Hash::ZERO, review_by };
        let proposed = ProposedWidening { entry: Hash::ZERO, by, review_by };
        vec![
            ("own", "unknown", PartnerLane::Unknown),
            ("own", "added", PartnerLane::Added { by, agency }),
            ("own", "confirmed", confirmed(Granted::Nothing, None)),
            ("own", "widening proposed", confirmed(Granted::Nothing, Some(proposed))),
            ("own", "widened", confirmed(full, None)),
            ("own", "widened, review proposed", confirmed(full, Some(proposed))),
            ("own", "narrowed", confirmed(Granted::Narrowed, None)),
            ("own", "tie proposed", tied(Granted::Nothing, None)),
            ("own", "widened, tie proposed", tied(full, None)),
            ("own", "widening and tie proposed", tied(Granted::Nothing, Some(proposed))),
            ("own", "ended", PartnerLane::Ended { agency }),
        ]
    }
}

/// A link is made on a record without a node, once; a claim on the record of a partner that has one. Either takes two people.
fn admit_tie(without_node: bool, tie: &Tie, entry: &Stated<'_>, act: &PartnerAct) -> Result<(), Refusal> {
    let wrong = || Err(Refusal::under(rules::WRONG_TARGET));
    match act {
        PartnerAct::ProposeLink(_) if !without_node || !tie.holds.is_empty() => wrong(),
        PartnerAct::ProposeClaim(_) if without_node => wrong(),
        PartnerAct::Link(link) if without_node => confirms(tie, entry, link.of.entry()),
        PartnerAct::Claim(claim) if !without_node => confirms(tie, entry, claim.of.entry()),
        PartnerAct::Link(_) | PartnerAct::Claim(_) => wrong(),
        _ => Ok(()),
    }
}

fn confirms(tie: &Tie, entry: &Stated<'_>, named: Option<Hash>) -> Result<(), Refusal> {
    match &tie.proposed {
        Some(proposed) if Some(proposed.entry) != named => Err(Refusal::under(rules::WRONG_TARGET)),
        Some(proposed) if proposed.by == entry.by.who => Err(Refusal::under(rules::SECOND_PERSON)),
        Some(_) => Ok(()),
        None => Err(Refusal::under(rules::NOT_NOW)),
    }
}
