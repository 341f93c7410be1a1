//! The clocks of a request.

use comity_journal::time::Timestamp;

use super::state::{Asked, RequestLane, Requesting, Resting, Work};
use super::{REQUESTED, REQUESTING};
use crate::clock::{Clock, Consequence};
use crate::vocabularies::{Grade, RequestType};

/// How long the requested party has to say what became of money that is on its way: one hour.
const STOP_WITHIN_MS: i64 = 60 * 60 * 1000;

/// The acknowledgement runs until the other side says anything; the answer until it is given or refused, and not while
/// the work rests until a date; money that is to be stopped until its fate is told, or the request is answered or
/// refused; preserved data until the date it is kept to, because only the requesting party can ask for it in due form.
pub(super) fn clocks(requesting: &RequestLane, requested: &RequestLane) -> Vec<Clock> {
    let RequestLane::Requesting(asks) = requesting else { return Vec::new() };
    if !matches!(asks.resting, Resting::Open { .. }) {
        return Vec::new();
    }
    let RequestLane::Requested(lane) = requested else { return before_any_word(asks) };
    let consequence = consequence(asks, lane.regraded);
    let runs = |name, started, due| clock(name, started, due, consequence);
    let preserved = lane.preserved.map(|kept| Clock {
        who: REQUESTING,
        consequence: Consequence::Preservation,
        then: &["supersede"],
        ..runs("preservation", kept.since, kept.until)
    });
    // Money does not rest while the work does.
    let stop = stop(asks, consequence).filter(|_| !lane.reported);
    let work = match &lane.position {
        Asked::Acknowledged => Work::default(),
        Asked::Accepted(work) | Asked::Executing(work) | Asked::PartlyAnswered(work) => *work,
        Asked::OnHold { since, until: Some(until), .. } => {
            return [Some(runs("hold", *since, *until)), stop, preserved].into_iter().flatten().collect();
        }
        Asked::OnHold { work, .. } => *work,
        // An answer that is disputed was given: nobody has said by when the next one comes.
        Asked::Answered { .. } | Asked::Redirected | Asked::NeedsJudicial => {
            return preserved.into_iter().collect();
        }
        Asked::Refused { .. } | Asked::Stopped | Asked::AlreadyDone => return Vec::new(),
    };
    let answer = work.promised_by.or(asks.wished_by).map(|due| runs("answer", lane.acknowledged, due));
    answer.into_iter().chain(stop).chain(preserved).collect()
}

/// The clocks that run while the other side is silent.
fn before_any_word(asks: &Requesting) -> Vec<Clock> {
    let consequence = consequence(asks, None);
    let due = asks.at.plus_millis(asks.grade.acknowledge_within_millis());
    let acknowledge = clock("acknowledge", asks.at, due, consequence);
    let answer = asks.wished_by.map(|due| clock("answer", asks.at, due, consequence));
    std::iter::once(acknowledge).chain(answer).chain(stop(asks, consequence)).collect()
}

fn stop(asks: &Requesting, consequence: Consequence) -> Option<Clock> {
    let due = asks.at.plus_millis(STOP_WITHIN_MS);
    (asks.request_type == RequestType::PaymentStop).then(|| clock("stop", asks.at, due, consequence))
}

/// A clock of the requested party; what the other side can answer its lapse with.
fn clock(name: &'static str, started: Timestamp, due: Timestamp, consequence: Consequence) -> Clock {
    Clock { name, started, due, who: REQUESTED, consequence, then: &["remind", "withdraw"] }
}

/// What it costs when a clock of this request lapses.
fn consequence(asks: &Requesting, regraded: Option<Grade>) -> Consequence {
    match (regraded.unwrap_or(asks.grade), asks.request_type) {
        (Grade::Life, _) => Consequence::Life,
        (_, RequestType::PaymentStop) => Consequence::Money,
        (_, RequestType::PreserveData) => Consequence::Preservation,
        _ => Consequence::Ordinary,
    }
}
