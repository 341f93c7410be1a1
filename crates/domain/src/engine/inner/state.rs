//! What a node's inner acts in a matter have come to: a fold over its inner lane.
//!
//! It holds who may know the matter as far as inner acts tell; who wrote in the shared lane is added by
//! [`Matter::team`](super::super::Matter::team), because one lane's state reads that lane alone.

use std::collections::{BTreeMap, BTreeSet};

use comity_journal::entry::Actor;
use comity_journal::ids::{Pseudonym, Token};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::acts::{GroundsAnswers as _, InnerAct};
use crate::act::Target;
use crate::engine::candidate::Stated;
use crate::engine::dispatch::Dispatched;
use crate::gates::{GroundAnswer, GroundsQuestion, GroundsReview, Refusal, rules};
use crate::vocabularies::{Check, InnerGround, OffenceCode, OuterGround, Purpose};

/// A draft and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftState {
    /// The entry that keeps it.
    pub entry: Hash,
    /// The act it would be.
    pub act: Token,
    /// The offences it is about.
    pub offences: Vec<OffenceCode>,
    /// Who wrote it.
    pub by: Actor,
    /// Who approved it.
    pub approvals: Vec<Actor>,
    /// Whether it is to be sent as soon as the rules allow.
    pub to_be_sent: bool,
    /// Whether it was given back.
    pub sent_back: bool,
    /// Whether a later draft took its place.
    pub superseded: bool,
}

/// Content that is to be erased here, or was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The entry that proposes it.
    pub proposal: Hash,
    /// Who proposed it.
    pub by: Actor,
    /// Of which entry.
    pub of: Hash,
    /// Which parts.
    pub parts: Vec<Token>,
    /// Whether a second person has had it done.
    pub done: bool,
}

/// That what a matter holds is kept on here, proposed or decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// The entry that proposes it.
    pub proposal: Hash,
    /// Who proposed it.
    pub by: Actor,
    /// Until when.
    pub until: Timestamp,
}

/// Something an officer is to do in a matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The entry that gives it; what is to be done is its content.
    pub entry: Hash,
    /// Who gave it.
    pub by: Actor,
    /// Who is to do it.
    pub to: Pseudonym,
    /// By when.
    pub due: Option<Timestamp>,
    /// Who said that it is done, and when.
    pub done: Option<(Actor, Timestamp)>,
}

/// A restriction that stands: only the team may know the matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restriction {
    /// The entry that restricts it.
    pub entry: Hash,
    /// Who restricted it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// The latest reading of a matter's content by one officer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastRead {
    /// When.
    pub at: Timestamp,
    /// For what, where it was said.
    pub purpose: Option<Purpose>,
}

/// The latest check of a sealed package at this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastCheck {
    /// When.
    pub at: Timestamp,
    /// Who asked for it.
    pub by: Actor,
    /// What it came to.
    pub check: Check,
}

/// What this node has done for itself in a matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InnerLane {
    /// All drafts, oldest first.
    pub drafts: Vec<DraftState>,
    /// Reviews of prohibited grounds, with what they reviewed.
    pub reviews: Vec<(Hash, GroundsReview)>,
    /// Erasures proposed and done, oldest first.
    pub erasures: Vec<Erasure>,
    /// That it is kept on, proposed and not decided yet; oldest first.
    pub keepings: Vec<Keeping>,
    /// Until when it is kept on, as a second person decided last.
    pub kept_until: Option<Timestamp>,
    /// Who wrote an inner entry, was let in or assigned, and has not been put out since.
    pub team: BTreeSet<Pseudonym>,
    /// Who was put out and has not been let in again.
    pub put_out: BTreeSet<Pseudonym>,
    /// The restriction that stands.
    pub restricted: Option<Restriction>,
    /// Who works on it.
    pub assigned: Option<Pseudonym>,
    /// Tasks, oldest first.
    pub tasks: Vec<Task>,
    /// The entry that gives our own reference, which is its content.
    pub number: Option<Hash>,
    /// The latest reading of each officer, where readings are recorded.
    pub reads: BTreeMap<Pseudonym, LastRead>,
    /// Why the other side is refused, as it was recorded last.
    pub weighed: Option<InnerGround>,
    /// The latest check of each sealed package, by the entry that handed it over.
    pub checks: BTreeMap<Hash, LastCheck>,
    /// How entries of ours went out by hand, by the entry that went; the latest word counts.
    pub dispatched: BTreeMap<Hash, Dispatched>,
}

impl InnerLane {
    /// The draft kept by this entry.
    pub fn draft(&self, entry: &Hash) -> Option<&DraftState> {
        self.drafts.iter().find(|draft| draft.entry == *entry)
    }

    /// The draft of `act` that counts: not superseded, not given back.
    pub fn current_draft(&self, act: &str) -> Option<&DraftState> {
        self.drafts.iter().rev().find(|d| d.act.as_str() == act && !d.superseded && !d.sent_back)
    }

    /// Whether this part of an entry was erased here.
    pub fn has_erased(&self, entry: &Hash, part: &str) -> bool {
        let mut done = self.erasures.iter().filter(|erasure| erasure.done && erasure.of == *entry);
        done.any(|erasure| erasure.parts.iter().any(|erased| erased.as_str() == part))
    }

    /// The erasure this entry proposes.
    pub fn erasure(&self, proposal: &Hash) -> Option<&Erasure> {
        self.erasures.iter().find(|erasure| erasure.proposal == *proposal)
    }

    /// The proposal to keep on that this entry makes, while nothing was decided since.
    pub fn keeping(&self, proposal: &Hash) -> Option<&Keeping> {
        self.keepings.iter().find(|keeping| keeping.proposal == *proposal)
    }

    /// The task this entry gives.
    pub fn task(&self, entry: &Hash) -> Option<&Task> {
        self.tasks.iter().find(|task| task.entry == *entry)
    }

    /// The ground that may be told where this is the reason. Rights that were weighed for somebody who fled, or may have,
    /// would tell of asylum: that is told like everything else that must not be known.
    pub(in crate::engine) fn tellable(&self, reason: InnerGround) -> OuterGround {
        let mut legal = self.reviews.iter().map(|(_, review)| review).filter(|review| review.is_legal());
        let fled = legal.any(|review| review.answer_to(GroundsQuestion::Refugee) != GroundAnswer::No);
        if reason == InnerGround::Rights && fled { OuterGround::CannotAssist } else { reason.told() }
    }

    pub(in crate::engine) fn admit(&self, entry: &Stated<'_>, act: &InnerAct) -> Result<(), Refusal> {
        let named = |of: &Target| of.entry().and_then(|entry| self.draft(&entry));
        match act {
            InnerAct::Approve(approve) => {
                let draft = named(&approve.of).ok_or(Refusal::under(rules::WRONG_TARGET))?;
                if draft.by.who == entry.by.who {
                    return Err(Refusal::under(rules::OWN_WORK));
                }
                still_open(draft)
            }
            InnerAct::SendBack(back) => {
                named(&back.of).ok_or(Refusal::under(rules::WRONG_TARGET)).and_then(still_open)
            }
            InnerAct::SendAct(send) => {
                named(&send.of).ok_or(Refusal::under(rules::WRONG_TARGET)).and_then(still_open)
            }
            InnerAct::Erase(erase) => {
                let proposed = erase.of.entry().and_then(|of| self.erasure(&of));
                match proposed.ok_or(Refusal::under(rules::WRONG_TARGET))? {
                    erasure if erasure.by.who == entry.by.who => Err(Refusal::under(rules::SECOND_PERSON)),
                    erasure if erasure.done => Err(Refusal::under(rules::NOT_NOW)),
                    _ => Ok(()),
                }
            }
            InnerAct::ProposeKeeping(keeping) if keeping.until.0 <= entry.at => {
                Err(Refusal::under(rules::WISH_IN_THE_PAST).about(["until"]))
            }
            InnerAct::KeepOn(keep) => {
                let proposed = keep.of.entry().and_then(|of| self.keeping(&of));
                match proposed.ok_or(Refusal::under(rules::WRONG_TARGET))? {
                    keeping if keeping.by.who == entry.by.who => Err(Refusal::under(rules::SECOND_PERSON)),
                    keeping if keeping.until <= entry.at => {
                        Err(Refusal::under(rules::WISH_IN_THE_PAST).about(["until"]))
                    }
                    _ => Ok(()),
                }
            }
            InnerAct::Restrict(_) if self.restricted.is_some() => Err(Refusal::under(rules::NOT_NOW)),
            InnerAct::LiftRestriction(lift) => match &self.restricted {
                Some(standing) if lift.of.entry() != Some(standing.entry) => {
                    Err(Refusal::under(rules::WRONG_TARGET))
                }
                Some(standing) if standing.by.who == entry.by.who => {
                    Err(Refusal::under(rules::SECOND_PERSON))
                }
                Some(_) => Ok(()),
                None => Err(Refusal::under(rules::NOT_NOW)),
            },
            InnerAct::FinishTask(finish) => {
                let given = finish.of.entry().and_then(|of| self.task(&of));
                match given.ok_or(Refusal::under(rules::WRONG_TARGET))? {
                    task if task.done.is_some() => Err(Refusal::under(rules::NOT_NOW)),
                    _ => Ok(()),
                }
            }
            InnerAct::KeepDraft(_)
            | InnerAct::ReviewGrounds(_)
            | InnerAct::ProposeErasure(_)
            | InnerAct::ProposeKeeping(_)
            | InnerAct::Note(_)
            | InnerAct::Assign(_)
            | InnerAct::LetIn(_)
            | InnerAct::PutOut(_)
            | InnerAct::Restrict(_)
            | InnerAct::GiveNumber(_)
            | InnerAct::GiveTask(_)
            | InnerAct::ReadContent(_)
            | InnerAct::CheckPackage(_)
            | InnerAct::WeighRefusal(_)
            // Which entry it names is for the matter to check: this lane knows the shared ones not.
            | InnerAct::Dispatch(_) => Ok(()),
        }
    }

    pub(in crate::engine) fn evolve(&mut self, entry: &Stated<'_>, act: &InnerAct) {
        // Who only reads or checks, an auditor say, does not belong to the team by that.
        if !matches!(act, InnerAct::ReadContent(_) | InnerAct::CheckPackage(_))
            && !self.put_out.contains(&entry.by.who)
        {
            self.team.insert(entry.by.who);
        }
        match act {
            InnerAct::KeepDraft(draft) => {
                for earlier in self.drafts.iter_mut().filter(|earlier| earlier.act == draft.act) {
                    earlier.superseded = true;
                }
                self.drafts.push(DraftState {
                    entry: entry.entry,
                    act: draft.act.clone(),
                    offences: draft.offences.clone(),
                    by: entry.by.clone(),
                    approvals: Vec::new(),
                    to_be_sent: false,
                    sent_back: false,
                    superseded: false,
                });
            }
            InnerAct::Approve(approve) => {
                self.change(&approve.of, |draft| draft.approvals.push(entry.by.clone()));
            }
            InnerAct::SendBack(back) => self.change(&back.of, |draft| draft.sent_back = true),
            InnerAct::WeighRefusal(weigh) => self.weighed = Some(weigh.ground),
            InnerAct::SendAct(send) => self.change(&send.of, |draft| draft.to_be_sent = true),
            InnerAct::ReviewGrounds(review) => {
                if let Some(of) = review.of.entry() {
                    // A review stays one of the offences it was made for, whatever is drafted later.
                    let offences = self.draft(&of).map(|draft| draft.offences.clone()).unwrap_or_default();
                    let (record, reviewer, answers) = (entry.entry, entry.by.clone(), review.answers());
                    self.reviews.push((of, GroundsReview { record, reviewer, offences, answers }));
                }
            }
            InnerAct::ProposeErasure(proposal) => self.erasures.push(Erasure {
                proposal: entry.entry,
                by: entry.by.clone(),
                of: proposal.entry,
                parts: proposal.parts.items().to_vec(),
                done: false,
            }),
            InnerAct::Erase(erase) => {
                let of = erase.of.entry();
                let proposed = self.erasures.iter_mut().find(|erasure| Some(erasure.proposal) == of);
                if let Some(erasure) = proposed {
                    erasure.done = true;
                }
            }
            InnerAct::ProposeKeeping(keeping) => {
                let (proposal, by) = (entry.entry, entry.by.clone());
                self.keepings.push(Keeping { proposal, by, until: keeping.until.0 });
            }
            InnerAct::KeepOn(keep) => {
                let decided = keep.of.entry().and_then(|of| self.keeping(&of)).map(|keeping| keeping.until);
                self.kept_until = decided.or(self.kept_until);
                // What else was proposed was about the date that has been decided now.
                self.keepings.clear();
            }
            InnerAct::Note(_) => {}
            InnerAct::Assign(assign) => {
                self.let_in(assign.to.0);
                self.assigned = Some(assign.to.0);
            }
            InnerAct::LetIn(let_in) => self.let_in(let_in.officer.0),
            InnerAct::PutOut(put_out) => self.put_out(put_out.officer.0),
            InnerAct::Restrict(_) => {
                self.restricted =
                    Some(Restriction { entry: entry.entry, by: entry.by.clone(), at: entry.at });
            }
            InnerAct::LiftRestriction(_) => self.restricted = None,
            InnerAct::GiveNumber(_) => self.number = Some(entry.entry),
            InnerAct::GiveTask(task) => {
                let due = task.due.map(|due| due.0);
                let (entry, by) = (entry.entry, entry.by.clone());
                self.tasks.push(Task { entry, by, to: task.to.0, due, done: None });
            }
            InnerAct::FinishTask(finish) => {
                let of = finish.of.entry();
                if let Some(task) = self.tasks.iter_mut().find(|task| Some(task.entry) == of) {
                    task.done = Some((entry.by.clone(), entry.at));
                }
            }
            InnerAct::ReadContent(read) => {
                self.reads.insert(entry.by.who, LastRead { at: entry.at, purpose: read.purpose });
            }
            InnerAct::CheckPackage(checked) => {
                let last = LastCheck { at: entry.at, by: entry.by.clone(), check: checked.check };
                self.checks.insert(checked.entry, last);
            }
            InnerAct::Dispatch(dispatch) => {
                let at = dispatch.dated.map_or(entry.at, |dated| dated.0);
                let word = Dispatched { entry: entry.entry, channel: dispatch.channel, at };
                self.dispatched.extend(dispatch.of.entry().map(|of| (of, word)));
            }
        }
    }

    fn let_in(&mut self, officer: Pseudonym) {
        self.put_out.remove(&officer);
        self.team.insert(officer);
    }

    fn put_out(&mut self, officer: Pseudonym) {
        self.team.remove(&officer);
        self.put_out.insert(officer);
        if self.assigned == Some(officer) {
            self.assigned = None;
        }
    }

    fn change(&mut self, of: &Target, change: impl FnOnce(&mut DraftState)) {
        let named = of.entry();
        if let Some(draft) = self.drafts.iter_mut().find(|draft| Some(draft.entry) == named) {
            change(draft);
        }
    }
}

fn still_open(draft: &DraftState) -> Result<(), Refusal> {
    if draft.superseded || draft.sent_back { Err(Refusal::under(rules::NOT_NOW)) } else { Ok(()) }
}
