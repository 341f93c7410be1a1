//! The acts of a request, one definition each.

use comity_journal::ids::Handle;
use serde::{Deserialize, Serialize};

use crate::act::{
    Act, Column, Data, FieldKind, FieldType, Flag, Line, Moment, Preparation, Several, StructureType, Target,
    Text, Translation,
};
use crate::acts;
use crate::gates::Cover;
use crate::vocabularies::{
    Basis, Currency, Grade, Language, OffenceCode, OuterGround, Purpose, RequestType, Stage, Standing,
    StopResult,
};
use crate::vocabulary;

/// Asks another agency for assistance, and opens the matter.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "open",
    shape = say,
    by("requesting"),
    propose("officer", "desk", "liaison"),
    approve("supervisor", "desk"),
    grounds,
    prepare
)]
pub struct Open {
    /// What is asked for.
    #[field(structure)]
    pub request_type: RequestType,
    /// How pressing it is.
    #[field(structure)]
    pub grade: Grade,
    /// What the answer may be used for.
    #[field(structure)]
    pub purpose: Purpose,
    /// What the request rests on.
    #[field(structure)]
    pub basis: Basis,
    /// The offences, by ICCS code, or "national".
    #[serde(default)]
    #[field(structure, required)]
    pub offences: Vec<OffenceCode>,
    /// How far proceedings have come.
    #[field(structure)]
    pub stage: Stage,
    /// By when an answer is wished.
    #[field(structure)]
    pub wished_by: Option<Moment>,
    /// Whether the answer is to be used as evidence in court.
    #[field(structure)]
    pub as_evidence: Flag,
    /// The language this is written in.
    #[field(structure)]
    pub language: Language,
    /// What the record says about cover.
    #[serde(skip, default = "not_on_record")]
    #[field(structure, derived)]
    pub cover: Cover,
    /// Whether a reason for the grade is stated.
    #[serde(skip)]
    #[field(structure, derived)]
    pub reason_stated: Flag,
    /// How many payments it asks to stop.
    #[serde(skip)]
    #[field(structure, derived)]
    pub payments_named: u32,
    /// The persons, by handle and standing.
    #[serde(skip)]
    #[field(structure, derived)]
    pub subjects: Vec<Subject>,
    /// What it is about, in one line.
    #[field(part = "request")]
    pub title: Line,
    /// The facts, with place and time.
    #[field(part = "request")]
    pub facts: Text,
    /// The exact questions.
    #[field(part = "request", required)]
    pub questions: Several<Text>,
    /// How the persons or things are linked to the offence.
    #[field(part = "request")]
    pub link: Text,
    /// The agreement and article, treaty, or provision of law.
    #[field(part = "request")]
    pub basis_text: Text,
    /// The offence in the words of national law, with the highest penalty.
    #[field(part = "request")]
    pub offence_text: Text,
    /// Why it is pressing; must be stated for every grade but normal.
    #[field(part = "request")]
    pub grade_reason: Option<Text>,
    /// Whom to contact.
    #[field(part = "request", personal, ours)]
    pub contact: Line,
    /// Our own reference.
    #[field(part = "request")]
    pub reference: Option<Line>,
    /// The persons it is about.
    #[serde(default)]
    #[field(part = "persons", personal)]
    pub persons: Vec<Person>,
    /// The payments to be stopped; needed for a payment-stop.
    #[serde(default)]
    #[field(part = "payments", personal)]
    pub payments: Vec<Payment>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
    /// What statistics count.
    #[serde(skip)]
    #[field(tally, derived)]
    pub counted: Vec<TallyCell>,
}

fn not_on_record() -> Cover {
    Cover::NotOnRecord
}

impl Open {
    /// Draws a handle for every person, and fills what is read off the content.
    fn prepare(&mut self, preparation: &mut Preparation<'_>) {
        self.reason_stated = Flag(self.grade_reason.is_some());
        self.payments_named = u32::try_from(self.payments.len()).unwrap_or(u32::MAX);
        for person in &mut self.persons {
            let mut bytes = [0; 16];
            preparation.entropy.fill(&mut bytes);
            person.handle = Some(Handle::from_bytes(bytes));
        }
        let handled = || self.persons.iter().filter_map(|person| Some((person.handle?, person)));
        let subjects =
            handled().map(|(handle, person)| Subject { handle, standing: person.standing }).collect();
        let counted = handled()
            .map(|(handle, person)| TallyCell { handle, nationality: person.nationality.clone() })
            .collect();
        self.subjects = subjects;
        self.counted = counted;
    }
}

/// A person of the request, in words.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The handle the structure knows the person by; drawn, never written by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<Handle>,
    /// The name as written.
    pub name: Line,
    /// What the person is in the matter.
    pub standing: Standing,
    /// Country or territory of nationality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nationality: Option<Line>,
    /// Date of birth, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<Line>,
    /// Telephone, account, document or other identifiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifiers: Option<Text>,
}

impl FieldType for Person {
    const KIND: FieldKind = FieldKind::Table(&[
        Column { name: "name", kind: FieldKind::Line, required: true, help: "the name as written" },
        Column {
            name: "standing",
            kind: Standing::KIND,
            required: true,
            help: "what the person is in the matter",
        },
        Column { name: "nationality", kind: FieldKind::Line, required: false, help: "country or territory" },
        Column {
            name: "born",
            kind: FieldKind::Line,
            required: false,
            help: "date of birth, as far as known",
        },
        Column {
            name: "identifiers",
            kind: FieldKind::Text,
            required: false,
            help: "telephone, account, document",
        },
    ]);
}

/// A payment that is to be stopped.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// The bank it went to: its name or BIC.
    pub bank: Line,
    /// The account it went to: IBAN or number.
    pub account: Line,
    /// How much, with the currency: `40000 EUR`.
    pub amount: Line,
    /// When it was made.
    pub made: Moment,
    /// The reference it bears.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Line>,
}

impl FieldType for Payment {
    const KIND: FieldKind = FieldKind::Table(&[
        Column {
            name: "bank",
            kind: FieldKind::Line,
            required: true,
            help: "the bank it went to: name or BIC",
        },
        Column {
            name: "account",
            kind: FieldKind::Line,
            required: true,
            help: "the account: IBAN or number",
        },
        Column { name: "amount", kind: FieldKind::Line, required: true, help: "how much: 40000 EUR" },
        Column { name: "made", kind: FieldKind::Moment, required: true, help: "when it was made, in UTC" },
        Column { name: "reference", kind: FieldKind::Line, required: false, help: "the reference it bears" },
    ]);
}

/// A person of the request, as the structure knows one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Means this person inside this matter, and nothing outside it.
    pub handle: Handle,
    /// What the person is in the matter.
    pub standing: Standing,
}

impl FieldType for Subject {
    const KIND: FieldKind = FieldKind::Machine;
}
impl StructureType for Subject {}

/// What statistics count of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TallyCell {
    /// Whom.
    pub handle: Handle,
    /// Country or territory of nationality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nationality: Option<Line>,
}

impl FieldType for TallyCell {
    const KIND: FieldKind = FieldKind::Machine;
}

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

/// Clarifies what was asked.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "clarify", shape = answer, by("requesting"), answers("ask"), propose("officer", "desk", "liaison"))]
pub struct Clarify {
    /// The question.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// The clarification.
    #[field(part = "reply")]
    pub text: Text,
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
#[act(code = "refuse", shape = answer, by("requested"), answers("open"), propose("desk", "legal"), approve("supervisor"))]
pub struct Refuse {
    /// The request.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// The ground, as far as it may be told.
    #[field(structure)]
    pub ground: OuterGround,
    /// What the other side could do instead.
    #[field(part = "reply")]
    pub text: Option<Text>,
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
    grounds
)]
pub struct Answer {
    /// The request.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// How much of it this answers.
    #[field(structure)]
    pub extent: Extent,
    /// The answer.
    #[field(part = "reply")]
    pub text: Text,
    /// Papers that travel with it. Nobody can see from outside whom a paper names.
    #[serde(default)]
    #[field(each = "paper", personal)]
    pub papers: Vec<Paper>,
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

/// Reminds the other side (催办). Counted.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "remind", shape = say, by("requesting"), propose("officer", "desk", "liaison"))]
pub struct Remind {
    /// A word to the other side.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Withdraws the request.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "withdraw", shape = recant, by("requesting"), answers("open"), propose("officer", "desk"))]
pub struct Withdraw {
    /// The request.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// Why, as far as it is to be told.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
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

vocabulary! {
    /// What came of a request.
    pub enum Outcome("outcome") {
        /// It was answered as needed.
        Satisfied = "satisfied",
        /// It was answered in part.
        PartlySatisfied = "partly-satisfied",
        /// It was not answered as needed.
        NotSatisfied = "not-satisfied",
    }
}

/// Closes the matter.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "close", shape = steer, by("requesting"), propose("officer", "desk"))]
pub struct Close {
    /// What came of it.
    #[field(structure)]
    pub outcome: Outcome,
    /// Feedback to the other side.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

acts! {
    /// The acts of a request.
    pub enum RequestAct {
        Open, Acknowledge, Ask, Clarify, Accept, Refuse, ReportStop, Answer, Remind, Withdraw, ConfirmWithdrawal, Close,
    }
}
