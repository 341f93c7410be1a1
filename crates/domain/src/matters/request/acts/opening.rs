//! The act that opens a request, and what it names: persons, data, places, payments.

use comity_journal::ids::{Handle, MatterId};
use serde::{Deserialize, Serialize};

use crate::act::{
    Act, Column, FieldKind, FieldType, Flag, Line, Moment, Preparation, Several, StructureType, Text,
    Translation,
};
use crate::gates::Cover;
use crate::vocabularies::{
    Basis, DataClass, Grade, Handling, InformationGrade, Language, OffenceCode, Pap, Purpose, RequestType,
    SourceGrade, Stage, Standing, Tlp,
};

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
    /// How it may be used and passed on: h0, h1, h2 or h3.
    #[field(structure)]
    pub handling: Handling,
    /// How reliable the source is (Admiralty scale).
    #[field(structure)]
    pub source_grade: Option<SourceGrade>,
    /// How credible the information is (Admiralty scale).
    #[field(structure)]
    pub information_grade: Option<InformationGrade>,
    /// Who may see it (TLP 2.0).
    #[field(structure)]
    pub tlp: Option<Tlp>,
    /// What may be done with it (PAP).
    #[field(structure)]
    pub pap: Option<Pap>,
    /// By when it is to be reviewed whether it is still kept.
    #[field(structure)]
    pub review_by: Option<Moment>,
    /// The earlier matter it goes on from, by its number.
    #[field(structure)]
    pub follows: Option<MatterId>,
    /// What the record says about cover.
    #[serde(skip, default = "not_on_record")]
    #[field(structure, derived)]
    pub cover: Cover,
    /// Whether a reason for the grade is stated.
    #[serde(skip)]
    #[field(structure, derived)]
    pub reason_stated: Flag,
    /// Whether a restriction of its own is stated.
    #[serde(skip)]
    #[field(structure, derived)]
    pub restriction_stated: Flag,
    /// How many sets of data it asks to preserve.
    #[serde(skip)]
    #[field(structure, derived)]
    pub data_named: u32,
    /// How many places it names.
    #[serde(skip)]
    #[field(structure, derived)]
    pub places_named: u32,
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
    /// What points to the requested party: why it is asked.
    #[field(part = "request")]
    pub nexus: Option<Text>,
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
    /// References of earlier letters and messages in the same case.
    #[field(part = "request")]
    pub earlier: Option<Line>,
    /// The restriction in words; must be stated for h3.
    #[field(part = "request")]
    pub restriction: Option<Text>,
    /// The persons it is about; to protect persons or places, either is needed.
    #[serde(default)]
    #[field(part = "persons", personal, needed(request_type, "identify", "take-statement"))]
    pub persons: Vec<Person>,
    /// The data to be preserved.
    #[serde(default)]
    #[field(
        part = "data",
        personal,
        only(request_type, "preserve-data"),
        needed(request_type, "preserve-data")
    )]
    pub data: Vec<DataSet>,
    /// The places to be searched or protected.
    #[serde(default)]
    #[field(
        part = "places",
        personal,
        only(request_type, "search", "protection"),
        needed(request_type, "search")
    )]
    pub places: Vec<Place>,
    /// The payments to be stopped.
    #[serde(default)]
    #[field(
        part = "payments",
        personal,
        only(request_type, "payment-stop"),
        needed(request_type, "payment-stop")
    )]
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
        let named = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        self.payments_named = named(self.payments.len());
        self.data_named = named(self.data.len());
        self.places_named = named(self.places.len());
        self.restriction_stated = Flag(self.restriction.is_some());
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

/// Data that is to be preserved.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSet {
    /// The provider that holds it.
    pub provider: Line,
    /// The account, number or address it is about.
    pub account: Line,
    /// Which kind of data.
    pub class: DataClass,
    /// From when on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Moment>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

impl FieldType for DataSet {
    const KIND: FieldKind = FieldKind::Table(&[
        Column {
            name: "provider",
            kind: FieldKind::Line,
            required: true,
            help: "the provider that holds it",
        },
        Column {
            name: "account",
            kind: FieldKind::Line,
            required: true,
            help: "the account, number or address it is about",
        },
        Column { name: "class", kind: DataClass::KIND, required: true, help: "which kind of data" },
        Column { name: "from", kind: FieldKind::Moment, required: false, help: "from when on, in UTC" },
        Column { name: "until", kind: FieldKind::Moment, required: false, help: "until when, in UTC" },
    ]);
}

/// A place that is to be searched or protected.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Where it is.
    pub address: Line,
    /// What is looked for there, or what threatens it.
    pub matter: Text,
}

impl FieldType for Place {
    const KIND: FieldKind = FieldKind::Table(&[
        Column { name: "address", kind: FieldKind::Line, required: true, help: "where it is" },
        Column {
            name: "matter",
            kind: FieldKind::Text,
            required: true,
            help: "what is looked for there, or what threatens it",
        },
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
