//! What the requested party does: takes the request in, works on it, answers or refuses.

use comity_journal::ids::MatterId;
use serde::{Deserialize, Serialize};

use crate::act::{
    Act, Column, Data, FieldKind, FieldType, Flag, Line, Moment, Preparation, Several, Target, Text,
    Translation,
};
use crate::vocabularies::{
    Currency, Grade, Handling, HoldGround, InformationGrade, OuterGround, PreservationResult, SourceGrade,
    StopResult,
};
use crate::vocabulary;

/// Says that the request has come into the right hands.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "acknowledge", shape = answer, by("requested"), answers("open"), propose("desk", "liaison"))]
pub struct Acknowledge {
    /// The request.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// Our own reference.
    #[field(part = "reply")]
    pub reference: Option<Line>,
    /// Whom to contact.
    #[field(part = "reply", personal, ours)]
    pub contact: Option<Line>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Asks for clarification.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "ask", shape = answer, by("requested"), answers("open"), propose("desk", "officer", "liaison"))]
pub struct Ask {
    /// The request.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// What is to be clarified.
    #[field(part = "reply", required)]
    pub questions: Several<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Takes the request up.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "accept",
    shape = answer,
    by("requested"),
    answers("open"),
    propose("desk"),
    approve("supervisor"),
    grounds
)]
pub struct Accept {
    /// The request.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// By when an answer is promised.
    #[field(structure)]
    pub promised_by: Option<Moment>,
    /// A word to the other side.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Refuses the request, with a ground that may be told.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "refuse",
    shape = answer,
    by("requested"),
    answers("open"),
    propose("desk", "legal"),
    approve("supervisor"),
    prepare
)]
pub struct Refuse {
    /// The request.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// The ground, as far as it may be told.
    #[field(structure)]
    pub ground: OuterGround,
    /// Whether a word was added.
    #[serde(skip)]
    #[field(structure, derived)]
    pub text_given: Flag,
    /// What the other side could do instead; nothing where the ground is that assistance cannot be given.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

impl Refuse {
    /// Fills what is read off the content.
    fn prepare(&mut self, _: &mut Preparation<'_>) {
        self.text_given = Flag(self.text.is_some() || !self.translations.is_empty());
    }
}

/// Says that the request is less pressing than it was said to be, and why.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "downgrade",
    shape = answer,
    by("requested"),
    answers("open"),
    propose("desk"),
    approve("supervisor")
)]
pub struct Downgrade {
    /// The request.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// How pressing it is taken to be.
    #[field(structure)]
    pub grade: Grade,
    /// Why.
    #[field(part = "reply")]
    pub reason: Text,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Lets the work rest, and says until when. Postponing comes before refusing.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "hold", shape = answer, by("requested"), answers("open"), propose("desk", "officer"))]
pub struct Hold {
    /// The request.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// Why, as far as it may be told.
    #[field(structure)]
    pub ground: HoldGround,
    /// Until when.
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

/// Tells how far the work has come; it goes on where it rested.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "progress", shape = say, by("requested"), propose("officer", "desk"))]
pub struct Progress {
    /// By when an answer is promised now.
    #[field(structure)]
    pub promised_by: Option<Moment>,
    /// How far it has come.
    #[field(part = "reply")]
    pub text: Text,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Says that another authority is the right one.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "redirect",
    shape = answer,
    by("requested"),
    answers("open"),
    propose("desk"),
    approve("supervisor")
)]
pub struct Redirect {
    /// The request.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// The matter it goes on in, by its number, where there is one already.
    #[field(structure)]
    pub goes_on_in: Option<MatterId>,
    /// Which authority, and how it is reached.
    #[field(part = "reply")]
    pub authority: Text,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Says that law there allows it on a judicial request alone (MLA).
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "needs-judicial",
    shape = answer,
    by("requested"),
    answers("open"),
    propose("desk", "legal"),
    approve("supervisor")
)]
pub struct NeedsJudicial {
    /// The request.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// The matter it goes on in, by its number, where there is one already.
    #[field(structure)]
    pub goes_on_in: Option<MatterId>,
    /// What the judicial request must say, and where it goes.
    #[field(part = "reply")]
    pub text: Text,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

vocabulary! {
    /// How much of the request an answer answers.
    pub enum Extent("extent") {
        /// A part; more will follow.
        Partial = "partial",
        /// All there will be.
        Final = "final",
    }
}

/// A paper that travels with an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// The file's name.
    pub name: Line,
    /// Its bytes.
    pub data: Data,
}

impl FieldType for Paper {
    const KIND: FieldKind = FieldKind::Table(&[Column {
        name: "file",
        kind: FieldKind::Line,
        required: true,
        help: "the path of the file, up to 256 KiB",
    }]);
}

/// Answers the request.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "answer",
    shape = answer,
    by("requested"),
    answers("open"),
    propose("officer", "desk"),
    approve("supervisor"),
    grounds,
    prepare
)]
pub struct Answer {
    /// The request.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// How much of it this answers.
    #[field(structure)]
    pub extent: Extent,
    /// How it may be used and passed on; as the request was where nothing is said.
    #[field(structure)]
    pub handling: Option<Handling>,
    /// How reliable the source is (Admiralty scale).
    #[field(structure)]
    pub source_grade: Option<SourceGrade>,
    /// How credible the information is (Admiralty scale).
    #[field(structure)]
    pub information_grade: Option<InformationGrade>,
    /// By when it is to be reviewed whether it is still kept.
    #[field(structure)]
    pub review_by: Option<Moment>,
    /// Whether a restriction of its own is stated.
    #[serde(skip)]
    #[field(structure, derived)]
    pub restriction_stated: Flag,
    /// The answer.
    #[field(part = "reply")]
    pub text: Text,
    /// What it may be used for and what not, in words; must be stated for h3.
    #[field(part = "reply")]
    pub restriction: Option<Text>,
    /// Papers that travel with it. Nobody can see from outside whom a paper names.
    #[serde(default)]
    #[field(each = "paper", personal)]
    pub papers: Vec<Paper>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

impl Answer {
    /// Fills what is read off the content.
    fn prepare(&mut self, _: &mut Preparation<'_>) {
        self.restriction_stated = Flag(self.restriction.is_some());
    }
}

/// Says what became of data that was to be preserved, and until when it is kept: whatever has become of the request.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "report-preservation", shape = say, by("requested"), propose("officer", "desk"))]
pub struct ReportPreservation {
    /// What became of it.
    #[field(structure)]
    pub result: PreservationResult,
    /// Until when it is kept unless it is asked for in due form before.
    #[field(structure)]
    pub until: Option<Moment>,
    /// What was preserved, under which number.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Says what became of money that was to be stopped, as soon as it is known: whatever has become of the request.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "report-stop", shape = say, by("requested"), propose("officer", "desk"), prepare)]
pub struct ReportStop {
    /// What became of it.
    #[field(structure)]
    pub result: StopResult,
    /// Whether the amount is stated.
    #[serde(skip)]
    #[field(structure, derived)]
    pub amount_stated: Flag,
    /// Whether the currency is stated.
    #[serde(skip)]
    #[field(structure, derived)]
    pub currency_stated: Flag,
    /// How much was stopped, in whole units of the currency.
    #[field(tally)]
    pub amount: Option<u64>,
    /// The currency of the amount, by its code of three letters (ISO 4217).
    #[field(tally)]
    pub currency: Option<Currency>,
    /// What was done, and until when it holds.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

impl ReportStop {
    /// Fills what is read off the content.
    fn prepare(&mut self, _: &mut Preparation<'_>) {
        self.amount_stated = Flag(self.amount.is_some());
        self.currency_stated = Flag(self.currency.is_some());
    }
}

vocabulary! {
    /// What became of work on a request that was withdrawn.
    pub enum Stopping("stopping") {
        /// Work has stopped.
        Stopped = "stopped",
        /// It was already done.
        AlreadyDone = "already-done",
    }
}

/// Answers a withdrawal.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "confirm-withdrawal",
    shape = answer,
    by("requested"),
    answers("withdraw"),
    propose("desk", "officer")
)]
pub struct ConfirmWithdrawal {
    /// The withdrawal.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// What became of the work.
    #[field(structure)]
    pub outcome: Stopping,
}
