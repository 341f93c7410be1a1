//! What each lane of a request has come to.

use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::acts::{Extent, Outcome, RequestAct, Stopping};
use super::{REQUESTED, REQUESTING};
use crate::act::Moment;
use crate::engine::{Lanes, Stated};
use crate::gates::{Refusal, rules};
use crate::vocabularies::{Grade, Handling, HoldGround, OffenceCode, OuterGround, RequestType};

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
    /// By when it is to be reviewed whether it is still kept.
    pub review_by: Option<Timestamp>,
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
    /// By when its latest answer is to be reviewed, where it says so.
    pub review_by: Option<Timestamp>,
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
                review_by: open.review_by.map(|review| review.0),
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
                    review_by: None,
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
                *clarified = clarify.of.entry();
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
            RequestAct::Answer(answer) => {
                self.review_by = moment(answer.review_by).or(self.review_by);
                self.position = self.answered(entry.entry, answer.extent);
            }
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
