//! A request for assistance between police (协查请求): asked, taken up, clarified, answered or refused, closed.
//!
//! The police channel whole: information, finding or identifying a person, preserving data, a statement, a search,
//! stopping a payment, protection. Both sides act in their own lane; the status is read off both.
//! Withdraw beside accept: withdraw prevails, and the other side answers "stopped" or "already done". A request that
//! goes to another authority, or needs a judicial one, is followed by a matter of its own, which names it.
//!
//! Mandatory content follows the UN Convention against Transnational Organized Crime, Art. 18(15). Default
//! acknowledgement, which is our own: 30 minutes (life), 2 hours (urgent), one calendar day.

mod acts;
mod clocks;
mod grid;
mod state;
#[cfg(test)]
mod tests;

pub use acts::{
    Accept, Acknowledge, Answer, Ask, Clarify, Close, ConfirmWithdrawal, DataSet, Dispute, Downgrade, Extent,
    Feedback, Hold, NeedsJudicial, Open, OpenStructure, Outcome, Paper, Payment, Person, Place, Progress,
    Redirect, Refuse, RefuseStructure, Remind, ReportPreservation, ReportPreservationStructure, ReportStop,
    ReportStopStructure, RequestAct, Stopping, Subject, Supersede, Supplement, TallyCell, Usefulness,
    Withdraw,
};
pub use state::{Asked, Preserved, RequestLane, Requested, Requesting, Resting, Work};

use comity_journal::time::Timestamp;

use crate::act::Act as _;
use crate::clock::Clock;
use crate::engine::{Cell, Facts, Kind, KindDef, Lanes, Stated, Told};
use crate::gates::{Cover, Gives, Objection, Refusal, rules};
use crate::vocabularies::{Grade, Handling, OffenceCode, PreservationResult, RequestType};

/// The party that asks.
pub const REQUESTING: &str = "requesting";
/// The party that is asked.
pub const REQUESTED: &str = "requested";

/// The kind `request`.
pub struct RequestKind;

impl Kind for RequestKind {
    const DEF: KindDef = KindDef {
        code: "request",
        prefix: 'R',
        rules: 1,
        roles: &[REQUESTING, REQUESTED],
        ended: &["closed", "withdrawn", "superseded"],
        hands_over: None,
        shared: true,
        convened: false,
        fold: None,
        words: (include_str!("zh.ftl"), include_str!("en.ftl")),
    };
    type Act = RequestAct;
    type Lane = RequestLane;

    fn evolve(lane: &mut RequestLane, entry: &Stated<'_>, act: &RequestAct) {
        lane.evolve(entry, act);
    }

    fn cell(lanes: &Lanes<'_, RequestLane>) -> Cell {
        grid::cell(lanes.of(REQUESTING), lanes.of(REQUESTED))
    }

    fn clocks(lanes: &Lanes<'_, RequestLane>) -> Vec<Clock> {
        clocks::clocks(lanes.of(REQUESTING), lanes.of(REQUESTED))
    }

    /// The request's own date, or the answer's where it comes earlier or the request names none.
    fn review_by(lanes: &Lanes<'_, RequestLane>) -> Option<Timestamp> {
        let asked = match lanes.of(REQUESTING) {
            RequestLane::Requesting(asks) => asks.review_by,
            _ => None,
        };
        let answered = match lanes.of(REQUESTED) {
            RequestLane::Requested(answers) => answers.review_by,
            _ => None,
        };
        asked.into_iter().chain(answered).min()
    }

    fn admit(lanes: &Lanes<'_, RequestLane>, entry: &Stated<'_>, act: &RequestAct) -> Result<(), Refusal> {
        match (act, entry.opening) {
            (RequestAct::Open(open), Some(opening)) => {
                let pair = opening.parties.len() == 2;
                let few = open.subjects.len() <= comity_journal::limits::HANDLES;
                if pair && few { Ok(()) } else { Err(Refusal::under(rules::WRONG_PARTIES)) }
            }
            (RequestAct::Open(_), None) | (_, Some(_)) => Err(Refusal::under(rules::NOT_OPENED)),
            (RequestAct::Downgrade(downgrade), _) => state::lowers(lanes, downgrade.grade),
            _ => Ok(()),
        }
    }

    fn decide(lanes: &Lanes<'_, RequestLane>, act: &RequestAct, facts: &Facts) -> Result<(), Refusal> {
        Self::demands(lanes, act, facts).into_iter().next().map_or(Ok(()), Err)
    }

    fn demands(_: &Lanes<'_, RequestLane>, act: &RequestAct, facts: &Facts) -> Vec<Refusal> {
        match act {
            RequestAct::Open(open) => opening_lacks(open, facts),
            RequestAct::ReportStop(report) => decide_report(report).err().into_iter().collect(),
            RequestAct::ReportPreservation(report) => preservation_lacks(report, facts).into_iter().collect(),
            RequestAct::Answer(answer) => {
                let unstated = answer.handling == Some(Handling::H3) && !answer.restriction_stated.0;
                unstated.then(|| incomplete("restriction")).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn judge(_: &Lanes<'_, RequestLane>, _: &Stated<'_>, act: &RequestAct, facts: &Facts) -> Vec<Objection> {
        let RequestAct::Open(open) = act else { return Vec::new() };
        let uncovered = (facts.cover == Cover::NotCovered).then_some(rules::NOT_COVERED);
        let unreasoned =
            (open.grade != Grade::Normal && !open.reason_stated.0).then_some(rules::URGENCY_REASON);
        uncovered.into_iter().chain(unreasoned).map(|rule| Objection { rule }).collect()
    }

    fn offences(lanes: &Lanes<'_, RequestLane>, act: &RequestAct) -> Vec<OffenceCode> {
        match (act, lanes.of(REQUESTING)) {
            (RequestAct::Open(open), _) => open.offences.clone(),
            (_, RequestLane::Requesting(requesting)) => requesting.offences.clone(),
            _ => Vec::new(),
        }
    }

    fn refuses(act: &RequestAct) -> Option<Told> {
        let RequestAct::Refuse(refuse) = act else { return None };
        Some(Told { ground: refuse.ground, with_words: refuse.text_given.0 })
    }

    fn handling(lanes: &Lanes<'_, RequestLane>, act: &RequestAct) -> Handling {
        let asked = match lanes.of(REQUESTING) {
            RequestLane::Requesting(asks) => asks.handling,
            _ => Handling::H1,
        };
        match act {
            RequestAct::Open(open) => open.handling,
            RequestAct::Answer(answer) => answer.handling.unwrap_or(asked),
            _ => asked,
        }
    }

    /// An answer and a supplement tell of whom the request named, whatever their own fields hold.
    fn gives(lanes: &Lanes<'_, RequestLane>, act: &str) -> Option<Gives> {
        let RequestLane::Requesting(requesting) = lanes.of(REQUESTING) else { return None };
        ([Answer::DEF.code, Supplement::DEF.code].contains(&act) && requesting.names_persons)
            .then_some(Gives::Persons)
    }

    fn examples() -> Vec<(&'static str, &'static str, RequestLane)> {
        grid::examples()
    }
}

fn incomplete(lacking: &str) -> Refusal {
    Refusal::under(rules::INCOMPLETE).about([lacking])
}

/// What this node demands of a request, and it does not give.
fn opening_lacks(open: &OpenStructure, facts: &Facts) -> Vec<Refusal> {
    let uncovered = (facts.cover == Cover::NotCovered).then(|| Refusal::under(rules::NOT_COVERED));
    let unreasoned = (open.grade != Grade::Normal && !open.reason_stated.0)
        .then(|| Refusal::under(rules::URGENCY_REASON).about([open.grade.code()]));
    let no_offence = open.offences.is_empty().then(|| incomplete("offences"));
    let unstated =
        (open.handling == Handling::H3 && !open.restriction_stated.0).then(|| incomplete("restriction"));
    let too_late = open.wished_by.is_some_and(|wish| wish.0 <= facts.now);
    let too_late = too_late.then(|| Refusal::under(rules::WISH_IN_THE_PAST).about(["wished_by"]));
    let lacks = [uncovered, unreasoned, no_offence, unstated, type_lacks(open), too_late];
    lacks.into_iter().flatten().collect()
}

/// What a request of its type cannot do without, as its definition has it; to protect, a person or a place.
fn type_lacks(open: &OpenStructure) -> Option<Refusal> {
    let named = |field: &str| match field {
        "persons" => open.subjects.len(),
        "data" => open.data_named as usize,
        "places" => open.places_named as usize,
        "payments" => open.payments_named as usize,
        _ => 1,
    };
    let asked = open.request_type.code();
    let needed = Open::DEF.fields.iter().filter(|field| {
        field.needed.is_some_and(|needed| needed.codes.contains(&asked)) && named(field.name) == 0
    });
    let protects_nobody =
        open.request_type == RequestType::Protection && named("persons") + named("places") == 0;
    let lacking = needed.map(|field| field.name).chain(protects_nobody.then_some("persons"));
    lacking.map(incomplete).next()
}

/// Data that is preserved is kept until a date, which lies ahead.
fn preservation_lacks(report: &ReportPreservationStructure, facts: &Facts) -> Option<Refusal> {
    match (report.result, report.until) {
        (PreservationResult::NotPreserved, _) => None,
        (_, None) => Some(incomplete("until")),
        (_, Some(until)) if until.0 <= facts.now => {
            Some(Refusal::under(rules::WISH_IN_THE_PAST).about(["until"]))
        }
        _ => None,
    }
}

/// A sum is an amount and its currency: either alone cannot be counted.
fn decide_report(report: &ReportStopStructure) -> Result<(), Refusal> {
    match (report.amount_stated.0, report.currency_stated.0) {
        (true, false) => Err(Refusal::under(rules::INCOMPLETE).about(["currency"])),
        (false, true) => Err(Refusal::under(rules::INCOMPLETE).about(["amount"])),
        _ => Ok(()),
    }
}
