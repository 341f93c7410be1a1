//! Recall: a party asks everybody who holds content of an entry of its own to give it up, and each holder answers in its
//! own lane.
//!
//! Two of the acts that every shared kind has, whatever its grid and whatever the matter has come to, also long after it was
//! closed. They move no lane and no status. Who has not answered is read off the entries alone.
//!
//! Invariant: "done" is said only by a node where that content was erased.

use comity_journal::entry::{Entry, Lane};
use comity_journal::ids::AgencyId;
use comity_journal::part::PartClass;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use serde::Deserialize;

use super::candidate::Stated;
use super::kind::Kind;
use super::lane::Standing;
use super::matter::{Matter, State};
use super::shared::SharedAct;
use crate::act::{Act, Moment, Target, Text, Translation};
use crate::gates::{Refusal, rules};
use crate::vocabulary;

vocabulary! {
    /// Why content is asked back.
    pub enum RecallGround("recall-ground") {
        /// It is wrong.
        Wrong = "wrong",
        /// It was sent in error.
        SentInError = "sent-in-error",
        /// It should not have been given.
        NotLawful = "not-lawful",
        /// A court ordered it.
        CourtOrder = "court-order",
        /// The time it may be kept is over.
        TimeIsOver = "time-is-over",
    }
}

vocabulary! {
    /// What a holder did about a recall.
    pub enum RecallResult("recall-result") {
        /// It was erased.
        Done = "done",
        /// It is not erased.
        Refused = "refused",
        /// It is held until something is over.
        Held = "held",
    }
}

vocabulary! {
    /// Why a holder keeps what was recalled.
    pub enum KeepGround("keep-ground") {
        /// It stands in the file of proceedings.
        InProceedings = "in-proceedings",
        /// Law there demands that it is kept.
        LawDemands = "law-demands",
        /// A court or authority there has to decide.
        DecisionAwaited = "decision-awaited",
        /// A life or liberty depends on it.
        LifeOrLiberty = "life-or-liberty",
    }
}

/// Asks every holder to give up the content of an entry of one's own.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "recall", shape = recant, propose("officer", "desk", "legal", "custodian", "rights-officer"), approve("supervisor"))]
pub struct Recall {
    /// The entry whose content is asked back.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// Why.
    #[field(structure)]
    pub ground: RecallGround,
    /// What is wrong with it, and what takes its place.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Answers a recall.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "answer-recall",
    shape = answer,
    answers("recall"),
    propose("desk", "legal", "custodian", "rights-officer"),
    approve("supervisor")
)]
pub struct AnswerRecall {
    /// The recall; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// What was done.
    #[field(structure)]
    pub result: RecallResult,
    /// Why it is kept, where it is.
    #[field(structure)]
    pub ground: Option<KeepGround>,
    /// Until when it is held.
    #[field(structure)]
    pub until: Option<Moment>,
    /// A word to the other side.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// A recall, and what each of the others has said to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recalled {
    /// The entry that recalls.
    pub recall: Hash,
    /// The entry whose content is asked back.
    pub of: Hash,
    /// Who asks.
    pub by: AgencyId,
    /// When.
    pub at: Timestamp,
    /// The other parties, each with its latest answer.
    pub holders: Vec<Holder>,
}

/// A party that was asked to give content up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The party.
    pub agency: AgencyId,
    /// Its latest answer, where it gave one.
    pub answer: Option<(RecallResult, Option<KeepGround>, Timestamp)>,
}

impl Recalled {
    /// The parties that have not answered.
    pub fn unanswered(&self) -> impl Iterator<Item = &Holder> {
        self.holders.iter().filter(|holder| holder.answer.is_none())
    }
}

impl<K: Kind> Matter<K> {
    /// A recall names an own valid entry that has content.
    pub(super) fn admit_recall(
        &self,
        stated: &Stated<'_>,
        state: &State<K>,
        of: Option<Hash>,
    ) -> Result<(), Refusal> {
        let entry = of.and_then(|of| self.entry(&of));
        let entry = entry.ok_or(Refusal::under(rules::WRONG_TARGET))?;
        let own = entry.header().lane == stated.lane && self.was_seen(entry, state);
        let valid = self.standing(&entry.hash()) == Standing::Valid;
        let content = entry.header().parts.iter().any(|part| part.class == PartClass::Content);
        if own && valid && content { Ok(()) } else { Err(Refusal::under(rules::WRONG_TARGET)) }
    }

    /// What this node demands of its own answer: "done" is true, and what is kept is kept for a reason.
    pub(super) fn decide_recall(&self, act: &SharedAct, state: &State<K>) -> Result<(), Refusal> {
        let SharedAct::AnswerRecall(answer) = act else { return Ok(()) };
        if answer.result != RecallResult::Done {
            let lacking = Refusal::under(rules::INCOMPLETE).about(["ground"]);
            return answer.ground.map(drop).ok_or(lacking);
        }
        let recalled = self.recalls().into_iter().find(|known| Some(known.recall) == answer.of.entry());
        let entry = recalled.and_then(|recalled| self.entry(&recalled.of));
        let entry = entry.ok_or(Refusal::under(rules::WRONG_TARGET))?;
        let content = entry.header().parts.iter().filter(|part| part.class == PartClass::Content);
        let here = |label: &str| !state.inner.has_erased(&entry.hash(), label);
        let kept: Vec<_> = content.map(|part| part.label.as_str()).filter(|label| here(label)).collect();
        if kept.is_empty() { Ok(()) } else { Err(Refusal::under(rules::CONTENT_STILL_HERE).about(kept)) }
    }

    /// Whether somebody else has recalled something that `party` has not answered.
    pub(super) fn owes_recall_answer(&self, party: &AgencyId) -> bool {
        self.recalls().iter().any(|recalled| recalled.unanswered().any(|holder| holder.agency == *party))
    }

    /// Every valid recall, the earliest first, with what the others have said to it.
    pub fn recalls(&self) -> Vec<Recalled> {
        // Who was removed still holds what it was given.
        let parties = self.all_lanes();
        let stated = self.entries().filter_map(|entry| Some((entry, Self::shared_act(&Stated::of(entry))?)));
        let valid = |entry: &Entry| self.standing(&entry.hash()) == Standing::Valid;
        let acts: Vec<_> = stated.filter(|(entry, _)| valid(entry)).collect();
        let answer = |party: AgencyId, recall: Hash| {
            let said = acts.iter().filter_map(|(entry, act)| {
                let SharedAct::AnswerRecall(answer) = act else { return None };
                let theirs = entry.header().lane == Lane::Shared(party) && answer.of.entry() == Some(recall);
                theirs.then(|| (entry.header().place, (answer.result, answer.ground, entry.header().at)))
            });
            said.max_by_key(|(place, _)| *place).map(|(_, answer)| answer)
        };
        let mut recalls: Vec<_> = acts
            .iter()
            .filter_map(|(entry, act)| {
                let SharedAct::Recall(recall) = act else { return None };
                let by = entry.header().lane.party();
                let of_it = self.entry(&recall.of.entry()?);
                // Who was never given anything of it has nothing to give up.
                let given = |party: &AgencyId| {
                    let mut parts =
                        of_it.into_iter().flat_map(|of| of.header().parts.iter().map(move |p| (of, p)));
                    parts.any(|(of, part)| {
                        part.class == PartClass::Content && self.is_addressed(of, part, party)
                    })
                };
                let others = parties.iter().copied().filter(|party| *party != by && given(party));
                let holder =
                    |party| Holder { agency: self.agency_of(&party), answer: answer(party, entry.hash()) };
                let (holders, by) = (others.map(holder), self.agency_of(&by));
                let (recall, of, at) = (entry.hash(), recall.of.entry()?, entry.header().at);
                Some(Recalled { recall, of, by, at, holders: holders.collect() })
            })
            .collect();
        recalls.sort_by_key(|recalled| (recalled.at, recalled.recall));
        recalls
    }
}
