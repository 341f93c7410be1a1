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
//! Of whom a fork is proven the node itself puts in quarantine, and one person may put anybody there: no new matters with
//! it, while what is open goes on. One person proposes to lift that, with a reason; a second, who answers for it, lifts
//! it. A new fork puts it in again, and what was proposed before falls. What quarantine stops is said by
//! `gates/quarantine.rs`.
//!
//! A node that was put back from a copy signs nothing in a matter before it has compared with every party. One that never
//! answers is waived by two people; then the root declares a new epoch of the node's lanes, and they go on in that
//! (`engine/course.rs`).
//!
//! An agency without a node that gets one is met as a partner like any other. Two people then link its old record with it;
//! at the other node two people confirm which record of that partner's was about them. What follows in the matters
//! themselves is an offer and a take (`engine/handed.rs`).

mod acts;
mod state;
#[cfg(test)]
mod tests;

pub use acts::{
    Add, AddOffNetwork, Claim, Compared, Confirm, Describe, End, Lift, Link, Narrow, PartnerAct,
    ProposeClaim, ProposeLifting, ProposeLink, ProposeWaiver, ProposeWidening, PutInQuarantine, RecordFork,
    Waive, Widen,
};
pub use state::{
    Assessment, Cause, Granted, PartnerLane, ProposedLifting, ProposedTie, ProposedWidening, Quarantine,
    Relation, Tie, Waiver,
};

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
        let PartnerLane { relation, quarantine, waiver } = lanes.of("own");
        let (status, next): (_, &[&str]) = match relation {
            Relation::Unknown => ("unknown", &["add", "add-off-network"]),
            Relation::Added { .. } => ("added", &["confirm", "describe", "end"]),
            Relation::Confirmed { granted, proposed, tie, .. } => {
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
            Relation::Ended { .. } => ("ended", &["add", "add-off-network"]),
        };
        // Of an agency that is to be met again it must still be known that it was in quarantine.
        let quarantine: &[&str] = match relation {
            Relation::Unknown => &[],
            Relation::Ended { .. } => &["record-fork"],
            _ => Quarantine::next(quarantine.as_ref()),
        };
        let waiver: &[&str] = match (relation, waiver.proposed) {
            (Relation::Confirmed { .. }, None) => &["propose-waiver"],
            (Relation::Confirmed { .. }, Some(_)) => &["propose-waiver", "waive"],
            _ => &[],
        };
        let next = vec![("own", next), ("own", quarantine), ("own", waiver)];
        Cell { status, waited_for: None, prevails: None, next }
    }

    fn admit(lanes: &Lanes<'_, PartnerLane>, entry: &Stated<'_>, act: &PartnerAct) -> Result<(), Refusal> {
        let own = lanes.of("own");
        match (act, &own.relation) {
            // A partner without a node is known by its record, so that none can be taken for one that has a key.
            (PartnerAct::AddOffNetwork(add), _) if add.agency.as_bytes() != entry.matter.as_bytes() => {
                Err(Refusal::under(rules::WRONG_TARGET))
            }
            (PartnerAct::Confirm(_), Relation::Added { by, .. }) if *by == entry.by.who => {
                Err(Refusal::under(rules::SECOND_PERSON))
            }
            (PartnerAct::Widen(widen), Relation::Confirmed { proposed, .. }) => {
                let meant = proposed.as_ref().filter(|proposed| Some(proposed.entry) == widen.of.entry());
                let proposed = meant.ok_or(Refusal::under(rules::WRONG_TARGET))?;
                if proposed.by == entry.by.who { Err(Refusal::under(rules::SECOND_PERSON)) } else { Ok(()) }
            }
            (PartnerAct::Lift(lift), _) => {
                let proposed = own.quarantine.and_then(|quarantine| quarantine.proposed);
                let proposed = proposed.filter(|proposed| Some(proposed.entry) == lift.of.entry());
                let proposed = proposed.ok_or(Refusal::under(rules::WRONG_TARGET))?;
                if proposed.by == entry.by.who { Err(Refusal::under(rules::SECOND_PERSON)) } else { Ok(()) }
            }
            (PartnerAct::Waive(waive), _) => {
                let proposed = own.waiver.proposed.filter(|(entry, _)| Some(*entry) == waive.of.entry());
                let (_, by) = proposed.ok_or(Refusal::under(rules::WRONG_TARGET))?;
                if by == entry.by.who { Err(Refusal::under(rules::SECOND_PERSON)) } else { Ok(()) }
            }
            (act, Relation::Confirmed { agency, tie, .. }) => {
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
        let apart = |proposed| {
            let (began, last, cause) = (Hash::ZERO, Hash::ZERO, Cause::Fork(Hash::ZERO));
            Some(Quarantine { began, since: review_by, last, cause, proposed })
        };
        let lifting = Some(ProposedLifting { entry: Hash::ZERO, by });
        let confirmed =
            |granted, proposed| Relation::Confirmed { agency, granted, proposed, tie: Tie::default() };
        let tied = |granted, proposed| {
            let waits = Some(Box::new(ProposedTie { entry: Hash::ZERO, by, with: agency }));
            let tie = Tie { proposed: waits, ..Tie::default() };
            Relation::Confirmed { agency, granted, proposed, tie }
        };
        let full = Granted::Full { assessment: Hash::ZERO, review_by };
        let proposed = ProposedWidening { entry: Hash::ZERO, by, review_by };
        let rows = vec![
            ("unknown", Relation::Unknown, None),
            ("added", Relation::Added { by, agency }, None),
            ("added, in quarantine", Relation::Added { by, agency }, apart(None)),
            ("confirmed", confirmed(Granted::Nothing, None), None),
            ("widening proposed", confirmed(Granted::Nothing, Some(proposed)), None),
            ("widened", confirmed(full, None), None),
            ("widened, review proposed", confirmed(full, Some(proposed)), None),
            ("narrowed", confirmed(Granted::Narrowed, None), None),
            ("tie proposed", tied(Granted::Nothing, None), None),
            ("widened, tie proposed", tied(full, None), None),
            ("widening and tie proposed", tied(Granted::Nothing, Some(proposed)), None),
            ("widened, in quarantine", confirmed(full, None), apart(None)),
            ("widened, lifting proposed", confirmed(full, None), apart(lifting)),
            ("ended", Relation::Ended { agency }, None),
            ("ended in quarantine", Relation::Ended { agency }, apart(lifting)),
        ];
        let waived = Waiver { proposed: Some((Hash::ZERO, by)), agreed: None };
        let waiver = (
            "own",
            "waiver proposed",
            PartnerLane { relation: confirmed(full, None), quarantine: None, waiver: waived },
        );
        let waiver_of = |(name, relation, quarantine)| {
            ("own", name, PartnerLane { relation, quarantine, waiver: Waiver::default() })
        };
        rows.into_iter().map(waiver_of).chain(std::iter::once(waiver)).collect()
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
