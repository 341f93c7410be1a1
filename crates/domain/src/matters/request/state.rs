//! What each lane of a request has come to, and the grid over both.

use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::acts::{Extent, Outcome, RequestAct, Stopping};
use super::{REQUESTED, REQUESTING};
use crate::clock::{Clock, Consequence};
use crate::engine::{Cell, Stated};
use crate::vocabularies::{Grade, OffenceCode, OuterGround, RequestType};

/// How long the requested party has to say what became of money that is on its way: one hour.
const STOP_WITHIN_MS: i64 = 60 * 60 * 1000;

/// One lane of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RequestLane {
    /// Nothing stands in it yet.
    #[default]
    Untouched,
    /// The lane of the party that asks.
    Requesting(Requesting),
    /// The lane of the party that is asked.
    Requested(Requested),
}

/// The requesting lane, once it has opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requesting {
    /// When it opened.
    pub at: Timestamp,
    /// What is asked for.
    pub request_type: RequestType,
    /// How pressing.
    pub grade: Grade,
    /// By when an answer is wished.
    pub wished_by: Option<Timestamp>,
    /// The offences named.
    pub offences: Vec<OffenceCode>,
    /// Whether it is about persons or payments it names.
    pub names_persons: bool,
    /// Reminders so far.
    pub reminders: u32,
    /// Where it rests.
    pub resting: Resting,
}

/// Where the requesting lane rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resting {
    /// It waits for the other side.
    Open {
        /// The last question it clarified.
        clarified: Option<Hash>,
    },
    /// It withdrew.
    Withdrawn,
    /// It closed the matter.
    Closed {
        /// What came of it.
        outcome: Outcome,
    },
}

/// The requested lane, once it has answered at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    /// Its first word, which counts as acknowledgement.
    pub acknowledged: Timestamp,
    /// The last question it asked.
    pub asked: Option<Hash>,
    /// Whether it has said what became of money that was to be stopped.
    pub reported: bool,
    /// What it said of the request itself.
    pub position: Asked,
}

/// What the requested party said of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// That it has it.
    Acknowledged,
    /// That it will answer.
    Accepted {
        /// By when.
        promised_by: Option<Timestamp>,
    },
    /// That it will not.
    Refused {
        /// The ground that may be told.
        ground: OuterGround,
    },
    /// A part of the answer.
    PartlyAnswered {
        /// How many parts so far.
        parts: u32,
        /// By when the rest was promised.
        promised_by: Option<Timestamp>,
    },
    /// The answer.
    Answered,
    /// That work on a withdrawn request has stopped.
    Stopped,
    /// That a withdrawn request was already answered or done.
    AlreadyDone,
}

impl RequestLane {
    pub(super) fn evolve(&mut self, entry: &Stated<'_>, act: &RequestAct) {
        if let RequestAct::Open(open) = act {
            *self = Self::Requesting(Requesting {
                at: entry.at,
                request_type: open.request_type,
                grade: open.grade,
                wished_by: open.wished_by.map(|wish| wish.0),
                offences: open.offences.clone(),
                names_persons: !open.subjects.is_empty() || open.payments_named > 0,
                reminders: 0,
                resting: Resting::Open { clarified: None },
            });
            return;
        }
        match self {
            Self::Requesting(lane) => lane.evolve(act),
            Self::Requested(lane) => lane.evolve(entry, act),
            Self::Untouched => {
                let position = Asked::Acknowledged;
                let mut lane = Requested { acknowledged: entry.at, asked: None, reported: false, position };
                lane.evolve(entry, act);
                *self = Self::Requested(lane);
            }
        }
    }
}

impl Requesting {
    fn evolve(&mut self, act: &RequestAct) {
        match act {
            RequestAct::Clarify(clarify) => self.resting = Resting::Open { clarified: clarify.of.entry() },
            RequestAct::Remind(_) => self.reminders += 1,
            RequestAct::Withdraw(_) => self.resting = Resting::Withdrawn,
            RequestAct::Close(close) => self.resting = Resting::Closed { outcome: close.outcome },
            _ => {}
        }
    }
}

impl Requested {
    fn evolve(&mut self, entry: &Stated<'_>, act: &RequestAct) {
        match act {
            RequestAct::Ask(_) => self.asked = Some(entry.entry),
            RequestAct::ReportStop(_) => self.reported = true,
            RequestAct::Accept(accept) => {
                self.position = Asked::Accepted { promised_by: accept.promised_by.map(|moment| moment.0) };
            }
            RequestAct::Refuse(refuse) => self.position = Asked::Refused { ground: refuse.ground },
            RequestAct::Answer(answer) => self.position = self.answered(answer.extent),
            RequestAct::ConfirmWithdrawal(confirm) => {
                self.position = match confirm.outcome {
                    Stopping::Stopped => Asked::Stopped,
                    Stopping::AlreadyDone => Asked::AlreadyDone,
                };
            }
            _ => {}
        }
    }

    fn answered(&self, extent: Extent) -> Asked {
        match (extent, &self.position) {
            (Extent::Final, _) | (Extent::Partial, Asked::Answered) => Asked::Answered,
            (Extent::Partial, Asked::PartlyAnswered { parts, promised_by }) => {
                Asked::PartlyAnswered { parts: parts + 1, promised_by: *promised_by }
            }
            (Extent::Partial, Asked::Accepted { promised_by }) => {
                Asked::PartlyAnswered { parts: 1, promised_by: *promised_by }
            }
            (Extent::Partial, _) => Asked::PartlyAnswered { parts: 1, promised_by: None },
        }
    }
}

/// The grid: every combination of the two lanes.
pub(super) fn cell(requesting: &RequestLane, requested: &RequestLane) -> Cell {
    let RequestLane::Requesting(asks) = requesting else {
        return draw("draft", Some(REQUESTING), None, &["open"], &[]);
    };
    let mut cell = answered(asks, requested);
    let closed = matches!(asks.resting, Resting::Closed { .. });
    if asks.request_type == RequestType::PaymentStop && !closed {
        // Money waits for no acceptance, and what was stopped is told whatever has become of the request.
        cell.next.push((REQUESTED, &["report-stop"]));
    }
    cell
}

fn answered(asks: &Requesting, requested: &RequestLane) -> Cell {
    let RequestLane::Requested(answers) = requested else { return unanswered(&asks.resting) };
    match &asks.resting {
        Resting::Closed { .. } => draw("closed", None, None, &[], &[]),
        Resting::Withdrawn => withdrawn(&answers.position),
        Resting::Open { clarified } => {
            let unclear = answers.asked.is_some() && answers.asked != *clarified;
            under_way(&answers.position, unclear)
        }
    }
}

fn unanswered(resting: &Resting) -> Cell {
    match resting {
        Resting::Open { .. } => {
            let answers = &["acknowledge", "ask", "accept", "refuse"];
            draw("sent", Some(REQUESTED), None, &["remind", "withdraw"], answers)
        }
        Resting::Withdrawn => draw("withdrawn", Some(REQUESTED), None, &[], &["confirm-withdrawal"]),
        Resting::Closed { .. } => draw("closed", None, None, &[], &[]),
    }
}

/// The request stands, and the other side has spoken.
fn under_way(position: &Asked, unclear: bool) -> Cell {
    let waits = |otherwise| if unclear { Some(REQUESTING) } else { otherwise };
    let says = |otherwise| if unclear { "clarification-asked" } else { otherwise };
    const PURSUE: &[&str] = &["remind", "withdraw"];
    const CLARIFY: &[&str] = &["clarify", "remind", "withdraw"];
    let asking = if unclear { CLARIFY } else { PURSUE };
    match position {
        Asked::Acknowledged => {
            draw(says("acknowledged"), waits(Some(REQUESTED)), None, asking, &["ask", "accept", "refuse"])
        }
        Asked::Accepted { .. } => {
            draw(says("accepted"), waits(Some(REQUESTED)), None, asking, &["ask", "answer", "refuse"])
        }
        Asked::PartlyAnswered { .. } => {
            let asking: &[&str] = if unclear {
                &["clarify", "remind", "withdraw", "close"]
            } else {
                &["remind", "withdraw", "close"]
            };
            draw(says("partly-answered"), waits(Some(REQUESTED)), None, asking, &["ask", "answer"])
        }
        Asked::Refused { .. } => draw("refused", Some(REQUESTING), None, &["close"], &["accept"]),
        Asked::Answered => draw("answered", Some(REQUESTING), None, &["close"], &["answer"]),
        // A confirmation answers a withdrawal by name, so without one these two never stand alone for long.
        Asked::Stopped | Asked::AlreadyDone => draw("withdrawn", None, Some("withdraw"), &["close"], &[]),
    }
}

/// The request was withdrawn: withdrawing prevails over whatever the other side did meanwhile.
fn withdrawn(position: &Asked) -> Cell {
    let crossed = Some("withdraw");
    match position {
        Asked::Acknowledged => draw("withdrawn", Some(REQUESTED), None, &[], &["confirm-withdrawal"]),
        Asked::Accepted { .. } | Asked::PartlyAnswered { .. } | Asked::Answered => {
            draw("withdrawn", Some(REQUESTED), crossed, &[], &["confirm-withdrawal"])
        }
        Asked::Refused { .. } => draw("withdrawn", None, crossed, &["close"], &[]),
        Asked::Stopped | Asked::AlreadyDone => draw("withdrawn", None, crossed, &["close"], &[]),
    }
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

/// The acknowledgement runs until the other side says anything; the answer until it is given or refused; money that
/// is to be stopped until its fate is told, or the request is answered or refused.
pub(super) fn clocks(requesting: &RequestLane, requested: &RequestLane) -> Vec<Clock> {
    let RequestLane::Requesting(asks) = requesting else { return Vec::new() };
    if !matches!(asks.resting, Resting::Open { .. }) {
        return Vec::new();
    }
    let consequence = consequence(asks);
    let runs = |name, started, due| {
        let then = &["remind", "withdraw"];
        Clock { name, started, due, who: REQUESTED, consequence, then }
    };
    let after_opening = |name, millis| runs(name, asks.at, asks.at.plus_millis(millis));
    let stop = (asks.request_type == RequestType::PaymentStop).then(|| after_opening("stop", STOP_WITHIN_MS));
    let RequestLane::Requested(lane) = requested else {
        let acknowledge = after_opening("acknowledge", asks.grade.acknowledge_within_millis());
        let answer = asks.wished_by.map(|due| runs("answer", asks.at, due));
        return std::iter::once(acknowledge).chain(answer).chain(stop).collect();
    };
    let due = match &lane.position {
        Asked::Acknowledged => asks.wished_by,
        Asked::Accepted { promised_by } | Asked::PartlyAnswered { promised_by, .. } => {
            promised_by.or(asks.wished_by)
        }
        Asked::Refused { .. } | Asked::Answered | Asked::Stopped | Asked::AlreadyDone => return Vec::new(),
    };
    let answer = due.map(|due| runs("answer", lane.acknowledged, due));
    answer.into_iter().chain(stop.filter(|_| !lane.reported)).collect()
}

/// What it costs when a clock of this request lapses.
fn consequence(asks: &Requesting) -> Consequence {
    match (asks.grade, asks.request_type) {
        (Grade::Life, _) => Consequence::Life,
        (_, RequestType::PaymentStop) => Consequence::Money,
        (_, RequestType::Information) => Consequence::Ordinary,
    }
}

/// One lane of every state worth a row of the grid.
pub(super) fn examples() -> Vec<(&'static str, &'static str, RequestLane)> {
    let question = Some(Hash::from_bytes([1; 32]));
    let asks_for = |request_type, resting| {
        RequestLane::Requesting(Requesting {
            at: Timestamp::from_millis(0),
            request_type,
            grade: Grade::Normal,
            wished_by: None,
            offences: Vec::new(),
            names_persons: true,
            reminders: 0,
            resting,
        })
    };
    let asks = |resting| asks_for(RequestType::Information, resting);
    let stops = |resting| asks_for(RequestType::PaymentStop, resting);
    let says = |asked, position| {
        let acknowledged = Timestamp::from_millis(0);
        RequestLane::Requested(Requested { acknowledged, asked, reported: false, position })
    };
    let closed = Resting::Closed { outcome: Outcome::Satisfied };
    vec![
        (REQUESTING, "not opened", RequestLane::Untouched),
        (REQUESTING, "open", asks(Resting::Open { clarified: None })),
        (REQUESTING, "open, question clarified", asks(Resting::Open { clarified: question })),
        (REQUESTING, "open, payment-stop", stops(Resting::Open { clarified: None })),
        (REQUESTING, "withdrawn", asks(Resting::Withdrawn)),
        (REQUESTING, "withdrawn, payment-stop", stops(Resting::Withdrawn)),
        (REQUESTING, "closed", asks(closed.clone())),
        (REQUESTING, "closed, payment-stop", stops(closed)),
        (REQUESTED, "silent", RequestLane::Untouched),
        (REQUESTED, "acknowledged", says(None, Asked::Acknowledged)),
        (REQUESTED, "acknowledged, asking", says(question, Asked::Acknowledged)),
        (REQUESTED, "accepted", says(None, Asked::Accepted { promised_by: None })),
        (REQUESTED, "accepted, asking", says(question, Asked::Accepted { promised_by: None })),
        (REQUESTED, "refused", says(None, Asked::Refused { ground: OuterGround::CannotAssist })),
        (REQUESTED, "partly answered", says(None, Asked::PartlyAnswered { parts: 1, promised_by: None })),
        (
            REQUESTED,
            "partly answered, asking",
            says(question, Asked::PartlyAnswered { parts: 1, promised_by: None }),
        ),
        (REQUESTED, "answered", says(None, Asked::Answered)),
        (REQUESTED, "work stopped", says(None, Asked::Stopped)),
        (REQUESTED, "already done", says(None, Asked::AlreadyDone)),
    ]
}
