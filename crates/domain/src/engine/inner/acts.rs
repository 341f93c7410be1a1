//! The inner acts of every shared kind, one definition each.
//!
//! A draft holds a whole act as content, so a superseded draft can be erased; who approved what is structure.
//! Officers stand in a structure by their pseudonym in the matter, as they stand in every header.

use comity_journal::ids::Token;
use comity_journal::suite::Hash;
use serde::Deserialize;

use crate::act::{Act, Line, Moment, OfficerRef, Several, Target, Text};
use crate::acts;
use crate::engine::dispatch::Dispatch;
use crate::gates::GroundAnswer;
use crate::vocabularies::{Check, InnerGround, OffenceCode, Purpose};

/// Keeps an act that is not sent yet; its content is the act itself. Supersedes the draft before it of that act.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "draft", shape = say, inner)]
pub struct KeepDraft {
    /// Which act it is a draft of.
    #[field(structure)]
    pub act: Token,
    /// The offences it is about; the node fills them in, so that a review of the draft stays tied to them.
    #[serde(default)]
    #[field(structure, derived)]
    pub offences: Vec<OffenceCode>,
}

/// Approves a draft, in the roles the approver holds.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "approve", shape = answer, answers("draft"), inner)]
pub struct Approve {
    /// The draft; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// A note that stays here.
    #[field(part = "note")]
    pub note: Option<Text>,
}

/// Gives a draft back to its author with a reason.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "send-back", shape = answer, answers("draft"), inner)]
pub struct SendBack {
    /// The draft; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// Why.
    #[field(part = "note")]
    pub reason: Text,
}

/// Asks that a draft be signed and sent as soon as the rules allow.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "send", shape = answer, answers("draft"), inner)]
pub struct SendAct {
    /// The draft; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// Answers the seven questions on prohibited grounds, for one's own draft or a partner's request.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "review-grounds", shape = answer, answers("draft", "open"), propose("legal"), inner)]
pub struct ReviewGrounds {
    /// The draft or the request; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// Is it about political opinion or activity?
    #[field(structure)]
    pub politics: GroundAnswer,
    /// Is it about religion or belief?
    #[field(structure)]
    pub religion: GroundAnswer,
    /// Is it about ethnic or national origin?
    #[field(structure)]
    pub ethnicity: GroundAnswer,
    /// Is it about sexual orientation or gender?
    #[field(structure)]
    pub orientation: GroundAnswer,
    /// Is it about peaceful assembly or protest?
    #[field(structure)]
    pub protest: GroundAnswer,
    /// Is it about journalism or the defence of rights?
    #[field(structure)]
    pub journalism: GroundAnswer,
    /// Is it about flight from persecution?
    #[field(structure)]
    pub refugee: GroundAnswer,
    /// On what the answers rest.
    #[field(part = "note")]
    pub reasons: Text,
}

/// Proposes that content be erased here: some parts of one entry, or the sealed package it handed over.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "propose-erasure", shape = say, propose("rights-officer"), inner)]
pub struct ProposeErasure {
    /// The entry.
    #[field(structure)]
    pub entry: Hash,
    /// Its parts by label; `sealed-package` for the package it handed over.
    #[field(structure)]
    pub parts: Several<Token>,
    /// On what this rests: the term that ended, the order, the request of the person.
    #[field(part = "note")]
    pub reason: Text,
}

/// Erases what was proposed, as a second person. Signatures and hashes stay, so history still verifies.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "erase", shape = answer, answers("propose-erasure"), propose("supervisor"), inner)]
pub struct Erase {
    /// The proposal; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// Proposes that what a matter that has ended holds is kept on here until a date, which a second person decides.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "propose-keeping", shape = say, propose("rights-officer"), inner)]
pub struct ProposeKeeping {
    /// Until when; then it is reviewed again.
    #[field(structure)]
    pub until: Moment,
    /// On what this rests: the proceedings it is needed for, the provision that demands it.
    #[field(part = "note")]
    pub reason: Text,
}

/// Keeps on what was proposed to be kept, as a second person. Nothing is kept longer by itself.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "keep-on", shape = answer, answers("propose-keeping"), propose("supervisor"), inner)]
pub struct KeepOn {
    /// The proposal; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// The label that means the sealed package itself.
pub const SEALED_PACKAGE: &str = "sealed-package";

/// A note for this node's own file.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "note", shape = say, inner)]
pub struct Note {
    /// The note.
    #[field(part = "note")]
    pub text: Text,
}

/// Gives the matter to an officer to work on; the latest one counts.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "assign", shape = say, propose("desk", "supervisor"), inner)]
pub struct Assign {
    /// The officer, by name.
    #[field(structure)]
    pub to: OfficerRef,
    /// What is to be done.
    #[field(part = "note")]
    pub note: Option<Text>,
}

/// Lets an officer know this matter.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "let-in", shape = say, propose("desk", "supervisor"), inner)]
pub struct LetIn {
    /// The officer, by name.
    #[field(structure)]
    pub officer: OfficerRef,
    /// Why the officer needs to know it.
    #[field(part = "note")]
    pub reason: Option<Text>,
}

/// Takes an officer out of those who know this matter as members of its team.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "put-out", shape = say, propose("desk", "supervisor"), inner)]
pub struct PutOut {
    /// The officer, by name.
    #[field(structure)]
    pub officer: OfficerRef,
    /// Why the officer need not know it any more.
    #[field(part = "note")]
    pub reason: Option<Text>,
}

/// Restricts the matter: from now on only its team may know it.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "restrict", shape = say, propose("supervisor"), inner)]
pub struct Restrict {
    /// Why.
    #[field(part = "note")]
    pub reason: Text,
}

/// Lifts the restriction, as a second person.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "lift-restriction", shape = answer, answers("restrict"), propose("supervisor"), inner)]
pub struct LiftRestriction {
    /// The restriction; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// Why.
    #[field(part = "note")]
    pub reason: Text,
}

/// Gives the matter our own reference; the latest one counts.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "number", shape = say, inner)]
pub struct GiveNumber {
    /// Our reference.
    #[field(part = "reference")]
    pub reference: Line,
}

/// Gives an officer who may know this matter something to do in it.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "task", shape = say, inner)]
pub struct GiveTask {
    /// The officer, by name.
    #[field(structure)]
    pub to: OfficerRef,
    /// By when.
    #[field(structure)]
    pub due: Option<Moment>,
    /// What is to be done.
    #[field(part = "task")]
    pub text: Text,
}

/// Says that a task is done.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "finish-task", shape = answer, answers("task"), inner)]
pub struct FinishTask {
    /// The task; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// What came of it.
    #[field(part = "note")]
    pub note: Option<Text>,
}

/// Records that an officer has read the content of this matter.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "read", shape = say, inner)]
pub struct ReadContent {
    /// For what.
    #[field(structure)]
    pub purpose: Option<Purpose>,
}

/// Records what checking a sealed package at this node came to. The node records it itself, for who asked.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "check-package", shape = say, inner)]
pub struct CheckPackage {
    /// The entry that handed the package over.
    #[field(structure)]
    pub entry: Hash,
    /// What checking it came to.
    #[field(structure)]
    pub check: Check,
}

/// Records for our own file why the other side is refused. It never travels, and tells which ground may.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "weigh-refusal", shape = say, propose("desk", "legal", "rights-officer"), inner)]
pub struct WeighRefusal {
    /// The reason.
    #[field(structure)]
    pub ground: InnerGround,
    /// The rule or provision, and what was weighed.
    #[field(part = "note", personal)]
    pub text: Text,
}

acts! {
    /// The inner acts of every shared kind.
    pub enum InnerAct {
        KeepDraft, Approve, SendBack, SendAct, ReviewGrounds, ProposeErasure, Erase, Note,
        Assign, LetIn, PutOut, Restrict, LiftRestriction, GiveNumber, GiveTask, FinishTask, ReadContent,
        CheckPackage, WeighRefusal, ProposeKeeping, KeepOn, Dispatch,
    }
}

/// The answers of a review in the order of the questions.
pub trait GroundsAnswers {
    /// The seven answers.
    fn answers(&self) -> [GroundAnswer; 7];
}

impl GroundsAnswers for ReviewGroundsStructure {
    fn answers(&self) -> [GroundAnswer; 7] {
        [
            self.politics,
            self.religion,
            self.ethnicity,
            self.orientation,
            self.protest,
            self.journalism,
            self.refugee,
        ]
    }
}
