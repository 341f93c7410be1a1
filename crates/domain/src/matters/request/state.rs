//! What each lane of a request has come to, and the grid over both.

use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::acts::{Extent, Outcome, RequestAct, Stopping};
use super::{REQUESTED, REQUESTING};
use crate::act::Moment;
use crate::clock::{Clock, Consequence};
use crate::engine::{Cell, Lanes, Stated};
use crate::gates::{Refusal, rules};
use crate::vocabularies::{Grade, Handling, HoldGround, OffenceCode, OuterGround, RequestType};

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
    /// How pressing it was said to be.
    pub grade: Grade,
    /// How it may be used and passed on.
    pub handling: Handling,
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
        /// The last answer it disputed.
        disputed: Option<Hash>,
    },
    /// It withdrew.
    Withdrawn,
    /// Another matter took its place.
    Superseded,
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
    /// How pressing it takes the request to be, where it said so.
    pub regraded: Option<Grade>,
    /// The last question it asked.
    pub asked: Option<Hash>,
    /// Whether it has said what became of money that was to be stopped.
    pub reported: bool,
    /// Data that is preserved, where it said so.
    pub preserved: Option<Preserved>,
    /// What it said of the request itself.
    pub position: Asked,
}

/// Data that is kept until it is asked for in due form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preserved {
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// Work on a request that was taken up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// By when an answer is promised.
    pub promised_by: Option<Timestamp>,
    /// How many parts of it were given.
    pub parts: u32,
}

/// What the requested party said of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// That it has it.
    Acknowledged,
    /// That it will answer.
    Accepted(Work),
    /// That it works on it.
    Executing(Work),
    /// That the work rests.
    OnHold {
        /// Why, as far as it may be told.
        ground: HoldGround,
        /// Since when.
        since: Timestamp,
        /// Until when.
        until: Option<Timestamp>,
        /// What was done before.
        work: Work,
    },
    /// A part of the answer.
    PartlyAnswered(Work),
    /// The answer.
    Answered {
        /// The latest one.
        answer: Hash,
    },
    /// That it will not answer.
    Refused {
        /// The ground that may be told.
        ground: OuterGround,
    },
    /// That another authority is the right one.
    Redirected,
    /// That it takes a judicial request.
    NeedsJudicial,
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
                handling: open.handling,
                wished_by: open.wished_by.map(|wish| wish.0),
                offences: open.offences.clone(),
                names_persons: !open.subjects.is_empty()
                    || open.payments_named + open.data_named + open.places_named > 0,
                reminders: 0,
                resting: Resting::Open { clarified: None, disputed: None },
            });
            return;
        }
        match self {
            Self::Requesting(lane) => lane.evolve(act),
            Self::Requested(lane) => lane.evolve(entry, act),
            Self::Untouched => {
                let mut lane = Requested {
                    acknowledged: entry.at,
                    regraded: None,
                    asked: None,
                    reported: false,
                    preserved: None,
                    position: Asked::Acknowledged,
                };
                lane.evolve(entry, act);
                *self = Self::Requested(lane);
            }
        }
    }
}

impl Requesting {
    fn evolve(&mut self, act: &RequestAct) {
        match (act, &mut self.resting) {
            (RequestAct::Clarify(clarify), Resting::Open { clarified, .. }) => {
                *clarified = clarify.of.entry()
            }
            (RequestAct::Dispute(dispute), Resting::Open { disputed, .. }) => *disputed = dispute.of.entry(),
            (RequestAct::Remind(_), _) => self.reminders += 1,
            (RequestAct::Withdraw(_), _) => self.resting = Resting::Withdrawn,
            (RequestAct::Supersede(_), _) => self.resting = Resting::Superseded,
            (RequestAct::Close(close), _) => self.resting = Resting::Closed { outcome: close.outcome },
            _ => {}
        }
    }
}

impl Requested {
    fn evolve(&mut self, entry: &Stated<'_>, act: &RequestAct) {
        let moment = |moment: Option<Moment>| moment.map(|moment| moment.0);
        match act {
            RequestAct::Ask(_) => self.asked = Some(entry.entry),
            RequestAct::Downgrade(downgrade) => self.regraded = Some(downgrade.grade),
            RequestAct::ReportStop(_) => self.reported = true,
            RequestAct::ReportPreservation(report) => {
                self.preserved = moment(report.until).map(|until| Preserved { since: entry.at, until });
            }
            RequestAct::Accept(accept) => {
                self.position = Asked::Accepted(Work { promised_by: moment(accept.promised_by), parts: 0 });
            }
            RequestAct::Hold(hold) => {
                let (ground, until, work) = (hold.ground, moment(hold.until), self.work());
                self.position = Asked::OnHold { ground, since: entry.at, until, work };
            }
            RequestAct::Progress(progress) => self.position = self.goes_on(moment(progress.promised_by)),
            RequestAct::Redirect(_) => self.position = Asked::Redirected,
            RequestAct::NeedsJudicial(_) => self.position = Asked::NeedsJudicial,
            RequestAct::Refuse(refuse) => self.position = Asked::Refused { ground: refuse.ground },
            RequestAct::Answer(answer) => self.position = self.answered(entry.entry, answer.extent),
            RequestAct::ConfirmWithdrawal(confirm) => {
                self.position = match confirm.outcome {
                    Stopping::Stopped => Asked::Stopped,
                    Stopping::AlreadyDone => Asked::AlreadyDone,
                };
            }
            _ => {}
        }
    }

    /// What was done so far.
    fn work(&self) -> Work {
        match &self.position {
            Asked::Accepted(work) | Asked::Executing(work) | Asked::PartlyAnswered(work) => *work,
            Asked::OnHold { work, .. } => *work,
            _ => Work::default(),
        }
    }

    fn goes_on(&self, promised_by: Option<Timestamp>) -> Asked {
        let before = self.work();
        let work = Work { promised_by: promised_by.or(before.promised_by), ..before };
        if work.parts > 0 { Asked::PartlyAnswered(work) } else { Asked::Executing(work) }
    }

    fn answered(&self, answer: Hash, extent: Extent) -> Asked {
        match (extent, &self.position) {
            (Extent::Final, _) | (Extent::Partial, Asked::Answered { .. }) => Asked::Answered { answer },
            (Extent::Partial, _) => {
                let work = self.work();
                Asked::PartlyAnswered(Work { parts: work.parts + 1, ..work })
            }
        }
    }
}

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

/// A grade can be taken to be lower than the one that stands, never higher.
///
/// # Errors
/// When it is not lower.
pub(super) fn lowers(lanes: &Lanes<'_, RequestLane>, grade: Grade) -> Result<(), Refusal> {
    let RequestLane::Requesting(asks) = lanes.of(REQUESTING) else { return Ok(()) };
    let regraded = match lanes.of(REQUESTED) {
        RequestLane::Requested(lane) => lane.regraded,
        _ => None,
    };
    // The most pressing grade is the first of the list.
    if grade > regraded.unwrap_or(asks.grade) {
        Ok(())
    } else {
        Err(Refusal::under(rules::GRADE_NOT_LOWERED))
    }
}

/// The acknowledgement runs until the other side says anything; the answer until it is given or refused, and not while
/// the work rests until a date; money that is to be stopped until its fate is told, or the request is answered or
/// refused; preserved data until the date it is kept to, because only the requesting party can ask for it in due form.
pub(super) fn clocks(requesting: &RequestLane, requested: &RequestLane) -> Vec<Clock> {
    let RequestLane::Requesting(asks) = requesting else { return Vec::new() };
    let Resting::Open { disputed, .. } = &asks.resting else { return Vec::new() };
    let RequestLane::Requested(lane) = requested else { return before_any_word(asks) };
    let consequence = consequence(asks, lane.regraded);
    let runs = |name, started, due| clock(name, started, due, consequence);
    let preserved = lane.preserved.map(|kept| Clock {
        who: REQUESTING,
        consequence: Consequence::Preservation,
        then: &["supersede"],
        ..runs("preservation", kept.since, kept.until)
    });
    let work = match &lane.position {
        Asked::Acknowledged => Work::default(),
        Asked::Accepted(work) | Asked::Executing(work) | Asked::PartlyAnswered(work) => *work,
        Asked::OnHold { since, until: Some(until), .. } => {
            return [Some(runs("hold", *since, *until)), preserved].into_iter().flatten().collect();
        }
        Asked::OnHold { work, .. } => *work,
        Asked::Answered { answer } if disputed.as_ref() == Some(answer) => {
            return preserved.into_iter().collect();
        }
        Asked::Answered { .. } | Asked::Redirected | Asked::NeedsJudicial => {
            return preserved.into_iter().collect();
        }
        Asked::Refused { .. } | Asked::Stopped | Asked::AlreadyDone => return Vec::new(),
    };
    let answer = work.promised_by.or(asks.wished_by).map(|due| runs("answer", lane.acknowledged, due));
    let stop = stop(asks, consequence).filter(|_| !lane.reported);
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
