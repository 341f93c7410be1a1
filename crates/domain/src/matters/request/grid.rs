//! The grid of a request: its status, who is waited for and what may follow, for every combination of the two lanes.

use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::acts::Outcome;
use super::state::{Asked, RequestLane, Requested, Requesting, Resting, Work};
use super::{REQUESTED, REQUESTING};
use crate::engine::Cell;
use crate::vocabularies::{Grade, Handling, HoldGround, OuterGround, RequestType};

/// The grid: every combination of the two lanes.
pub(super) fn cell(requesting: &RequestLane, requested: &RequestLane) -> Cell {
    let RequestLane::Requesting(asks) = requesting else {
        return draw("draft", Some(REQUESTING), None, &["open"], &[]);
    };
    let mut cell = answered(asks, requested);
    if !matches!(asks.resting, Resting::Closed { .. }) {
        // Money waits for no acceptance, and lost data for none either: what became of them is told at once, whatever
        // has become of the request.
        match asks.request_type {
            RequestType::PaymentStop => cell.next.push((REQUESTED, &["report-stop"])),
            RequestType::PreserveData => cell.next.push((REQUESTED, &["report-preservation"])),
            _ => {}
        }
    }
    cell
}

fn answered(asks: &Requesting, requested: &RequestLane) -> Cell {
    let RequestLane::Requested(answers) = requested else { return unanswered(&asks.resting) };
    match &asks.resting {
        Resting::Closed { .. } => draw("closed", None, None, &["feedback"], &[]),
        Resting::Superseded => superseded(&answers.position),
        Resting::Withdrawn => withdrawn(&answers.position),
        Resting::Open { clarified, disputed } => {
            let unclear = answers.asked.is_some() && answers.asked != *clarified;
            under_way(&answers.position, unclear, disputed.as_ref())
        }
    }
}

fn unanswered(resting: &Resting) -> Cell {
    match resting {
        Resting::Open { .. } => {
            let answers = &[
                "acknowledge",
                "downgrade",
                "ask",
                "accept",
                "hold",
                "redirect",
                "needs-judicial",
                "refuse",
            ];
            draw("sent", Some(REQUESTED), None, PURSUE, answers)
        }
        Resting::Withdrawn => draw("withdrawn", Some(REQUESTED), None, &[], &["confirm-withdrawal"]),
        Resting::Superseded => draw("superseded", None, None, &["close"], &[]),
        Resting::Closed { .. } => draw("closed", None, None, &[], &[]),
    }
}

/// What the requesting party may do while it waits.
const PURSUE: &[&str] = &["supplement", "remind", "withdraw", "supersede"];
/// And while something is asked of it.
const CLARIFY: &[&str] = &["clarify", "supplement", "remind", "withdraw", "supersede"];

/// The request stands, and the other side has spoken.
fn under_way(position: &Asked, unclear: bool, disputed: Option<&Hash>) -> Cell {
    let waits = |otherwise| if unclear { Some(REQUESTING) } else { otherwise };
    let says = |otherwise| if unclear { "clarification-asked" } else { otherwise };
    let works = |status, answers| {
        draw(says(status), waits(Some(REQUESTED)), None, if unclear { CLARIFY } else { PURSUE }, answers)
    };
    match position {
        Asked::Acknowledged => works(
            "acknowledged",
            &["downgrade", "ask", "accept", "hold", "redirect", "needs-judicial", "refuse"],
        ),
        Asked::Accepted(_) => works(
            "accepted",
            &["downgrade", "ask", "progress", "answer", "hold", "redirect", "needs-judicial", "refuse"],
        ),
        Asked::Executing(_) => {
            works("in-execution", &["ask", "progress", "answer", "hold", "needs-judicial", "refuse"])
        }
        Asked::OnHold { .. } => {
            works("on-hold", &["ask", "accept", "progress", "answer", "redirect", "needs-judicial", "refuse"])
        }
        Asked::PartlyAnswered(_) => {
            let asking: &[&str] = if unclear {
                &["clarify", "supplement", "remind", "withdraw", "supersede", "close", "feedback"]
            } else {
                &["supplement", "remind", "withdraw", "supersede", "close", "feedback"]
            };
            let answers = &["ask", "progress", "answer", "hold"];
            draw(says("partly-answered"), waits(Some(REQUESTED)), None, asking, answers)
        }
        Asked::Answered { answer } if disputed == Some(answer) => {
            draw("disputed", Some(REQUESTED), None, &["withdraw", "supersede", "close"], &["answer"])
        }
        Asked::Answered { .. } => draw(
            "answered",
            Some(REQUESTING),
            None,
            &["dispute", "supersede", "close", "feedback"],
            &["answer"],
        ),
        Asked::Refused { .. } => {
            draw("refused", Some(REQUESTING), None, &["supplement", "supersede", "close"], &["accept"])
        }
        Asked::Redirected => draw(
            "redirected",
            Some(REQUESTING),
            None,
            &["supplement", "withdraw", "supersede", "close"],
            &["accept"],
        ),
        Asked::NeedsJudicial => draw(
            "needs-judicial",
            Some(REQUESTING),
            None,
            &["supplement", "withdraw", "supersede", "close"],
            &["accept", "refuse"],
        ),
        // A confirmation answers a withdrawal by name, so without one these two never stand alone for long.
        Asked::Stopped | Asked::AlreadyDone => draw("withdrawn", None, Some("withdraw"), &["close"], &[]),
    }
}

/// The request was withdrawn: withdrawing prevails over whatever the other side did meanwhile.
fn withdrawn(position: &Asked) -> Cell {
    let crossed = Some("withdraw");
    match position {
        Asked::Acknowledged => draw("withdrawn", Some(REQUESTED), None, &[], &["confirm-withdrawal"]),
        Asked::Accepted(_)
        | Asked::Executing(_)
        | Asked::OnHold { .. }
        | Asked::PartlyAnswered(_)
        | Asked::Answered { .. } => draw("withdrawn", Some(REQUESTED), crossed, &[], &["confirm-withdrawal"]),
        Asked::Refused { .. }
        | Asked::Redirected
        | Asked::NeedsJudicial
        | Asked::Stopped
        | Asked::AlreadyDone => draw("withdrawn", None, crossed, &["close"], &[]),
    }
}

/// Another matter took the place of the request: that prevails over whatever the other side did meanwhile, and an answer
/// that was given counts as given.
fn superseded(position: &Asked) -> Cell {
    let crossed = match position {
        Asked::Acknowledged | Asked::Refused { .. } | Asked::Redirected | Asked::NeedsJudicial => None,
        _ => Some("supersede"),
    };
    draw("superseded", None, crossed, &["close"], &[])
}

fn draw(
    status: &'static str,
    waited_for: Option<&'static str>,
    prevails: Option<&'static str>,
    requesting: &'static [&'static str],
    requested: &'static [&'static str],
) -> Cell {
    Cell { status, waited_for, prevails, next: vec![(REQUESTING, requesting), (REQUESTED, requested)] }
}

/// One lane of every state worth a row of the grid.
pub(super) fn examples() -> Vec<(&'static str, &'static str, RequestLane)> {
    let (question, answer) = (Some(Hash::from_bytes([1; 32])), Hash::from_bytes([2; 32]));
    let asks_for = |request_type, resting| {
        RequestLane::Requesting(Requesting {
            at: Timestamp::from_millis(0),
            request_type,
            grade: Grade::Normal,
            handling: Handling::H1,
            wished_by: None,
            review_by: None,
            offences: Vec::new(),
            names_persons: true,
            reminders: 0,
            resting,
        })
    };
    let open = |clarified, disputed| Resting::Open { clarified, disputed };
    let asks = |resting| asks_for(RequestType::Information, resting);
    let stops = |resting| asks_for(RequestType::PaymentStop, resting);
    let keeps = |resting| asks_for(RequestType::PreserveData, resting);
    let says = |asked, position| {
        RequestLane::Requested(Requested {
            acknowledged: Timestamp::from_millis(0),
            regraded: None,
            asked,
            reported: false,
            review_by: None,
            preserved: None,
            position,
        })
    };
    let closed = Resting::Closed { outcome: Outcome::Satisfied };
    let (work, parts) = (Work::default(), Work { promised_by: None, parts: 1 });
    let on_hold = |until| Asked::OnHold {
        ground: HoldGround::CaseUnderWay,
        since: Timestamp::from_millis(0),
        until,
        work,
    };
    vec![
        (REQUESTING, "not opened", RequestLane::Untouched),
        (REQUESTING, "open", asks(open(None, None))),
        (REQUESTING, "open, question clarified", asks(open(question, None))),
        (REQUESTING, "open, answer disputed", asks(open(None, Some(answer)))),
        (REQUESTING, "open, payment-stop", stops(open(None, None))),
        (REQUESTING, "open, data to preserve", keeps(open(None, None))),
        (REQUESTING, "withdrawn", asks(Resting::Withdrawn)),
        (REQUESTING, "withdrawn, payment-stop", stops(Resting::Withdrawn)),
        (REQUESTING, "superseded", asks(Resting::Superseded)),
        (REQUESTING, "superseded, data to preserve", keeps(Resting::Superseded)),
        (REQUESTING, "closed", asks(closed.clone())),
        (REQUESTING, "closed, payment-stop", stops(closed)),
        (REQUESTED, "silent", RequestLane::Untouched),
        (REQUESTED, "acknowledged", says(None, Asked::Acknowledged)),
        (REQUESTED, "acknowledged, asking", says(question, Asked::Acknowledged)),
        (REQUESTED, "accepted", says(None, Asked::Accepted(work))),
        (REQUESTED, "accepted, asking", says(question, Asked::Accepted(work))),
        (REQUESTED, "in execution", says(None, Asked::Executing(work))),
        (REQUESTED, "on hold", says(None, on_hold(None))),
        (REQUESTED, "on hold until a date", says(None, on_hold(Some(Timestamp::from_millis(1))))),
        (REQUESTED, "redirected", says(None, Asked::Redirected)),
        (REQUESTED, "needs a judicial request", says(None, Asked::NeedsJudicial)),
        (REQUESTED, "refused", says(None, Asked::Refused { ground: OuterGround::CannotAssist })),
        (REQUESTED, "partly answered", says(None, Asked::PartlyAnswered(parts))),
        (REQUESTED, "partly answered, asking", says(question, Asked::PartlyAnswered(parts))),
        (REQUESTED, "answered", says(None, Asked::Answered { answer })),
        (REQUESTED, "work stopped", says(None, Asked::Stopped)),
        (REQUESTED, "already done", says(None, Asked::AlreadyDone)),
    ]
}
