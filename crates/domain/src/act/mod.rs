//! What an act is made of: its definition, its structure and its parts.
//!
//! An act is a Rust struct with `#[derive(Act)]`. The derive yields [`ActDef`], a static table that the codec,
//! TOML and its template, validation, the timeline and the completeness check all read. The *structure* is what
//! decides; the *parts* are what people read.
//!
//! Invariant: a type that can hold free text does not implement [`StructureType`], so it cannot be in a structure.

mod compose;
mod faults;
mod field;
mod reading;
mod template;
mod translation;

use std::collections::BTreeMap;

use comity_journal::cbor;
use comity_journal::entropy::Entropy;
use comity_journal::ids::{AgencyId, Token};
use comity_journal::part::{OpenPart, PartClass, Salt};
use comity_journal::suite::Hash;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use comity_act_derive::Act;
#[doc(hidden)]
pub use compose::compose_one;
pub use compose::{ActSet, ComposeError, Composed, Preparation};
pub use faults::{Fault, FieldFault, TextFault, faults};
pub use field::{Data, Flag, Line, Moment, NotText, OfficerRef, Several, Target, Text};
pub use reading::{Absence, Reading, matters_named, read};
pub use template::template;
pub use translation::{Declaration, TRANSLATIONS, TextField, Translation, translatable};

/// The six shapes every act of every kind has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// One lane's own fact.
    Say,
    /// Answers an entry by name; the latest in the lane counts.
    Answer,
    /// A position on a hash; agreed once all lanes stand on the same one.
    Stance,
    /// An offer by the owner's lane, or the take that names it.
    Pass,
    /// The convenor's lane only.
    Steer,
    /// About one's own earlier entry: correct, recall, withdraw, supersede.
    Recant,
}

/// Where a field lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// In the structure: signed, kept for ever, read by the engine.
    Structure,
    /// In the content part of this name.
    Part(&'static str),
    /// A list, each item in a part of its own: this name and a number.
    Each(&'static str),
    /// In the part that statistics count.
    Tally,
}

impl Home {
    /// Whether the part of this label holds it, or an item of it.
    pub fn is_at(&self, label: &str) -> bool {
        match self {
            Self::Part(part) => *part == label,
            Self::Each(part) => label.strip_prefix(part).is_some_and(|number| number.starts_with('-')),
            Self::Structure | Self::Tally => false,
        }
    }
}

/// What a field holds, for whoever shows or asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of text.
    Line,
    /// A code of a classification, checked when it is read; never free text: the classification's name, and the codes that
    /// are known by name here.
    Code(&'static str, &'static [&'static str]),
    /// Text of several lines.
    Text,
    /// A moment in UTC.
    Moment,
    /// A whole number.
    Number,
    /// Yes or no.
    Flag,
    /// A word from a closed list: the list's name and its codes.
    Word(&'static str, &'static [&'static str]),
    /// A reference to an entry.
    Entry,
    /// The name of a text field of the same act.
    TextField,
    /// An officer of this node: a name where people write it, a pseudonym where it is signed.
    Officer,
    /// An agency: our own name for it where people write it; its id where it is signed.
    Agency,
    /// Another matter: its number, or as much of it as no other has, where people write it; its id where it is signed.
    Matter,
    /// Random handles and their like, made by the engine.
    Machine,
    /// A table of its own fields.
    Table(&'static [Column]),
    /// A list of something.
    List(&'static FieldKind),
}

impl FieldKind {
    /// Whether it holds what only machines read and write.
    pub const fn is_for_machines(&self) -> bool {
        matches!(self, Self::Machine | Self::List(Self::Machine))
    }
}

/// A column of a field that is a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it must be there.
    pub required: bool,
    /// What to write, in English.
    pub help: &'static str,
}

/// One field of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in TOML, in content parts and in label keys.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it must be given.
    pub required: bool,
    /// Where it lives.
    pub home: Home,
    /// Whether it names or describes a person.
    pub personal: bool,
    /// Whether that person is one of the author's own people: whom to contact, who carries it.
    pub ours: bool,
    /// Filled by the engine, never asked of a person.
    pub derived: bool,
    /// Where it belongs to the act at all; nothing where it always does.
    pub only: Option<When>,
    /// Where it must be given, beyond [`Self::required`].
    pub needed: Option<When>,
    /// What to write, in English.
    pub help: &'static str,
}

/// That another field of the act holds one of these words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// The other field.
    pub field: &'static str,
    /// The words.
    pub codes: &'static [&'static str],
}

impl When {
    /// Whether it does in what was written; nothing while the other field holds nothing.
    pub fn holds(&self, written: &toml::Table) -> Option<bool> {
        let chosen = written.get(self.field)?.as_str()?;
        Some(self.codes.contains(&chosen))
    }
}

impl Field {
    /// Whether it belongs to an act of which this was written; while that is not chosen yet, whether it always does.
    pub fn belongs(&self, written: &toml::Table) -> bool {
        self.only.is_none_or(|only| only.holds(written).unwrap_or(false))
    }

    /// Whether it was chosen that this field does not belong to the act.
    pub fn is_out_of_place(&self, written: &toml::Table) -> bool {
        self.only.is_some_and(|only| only.holds(written) == Some(false))
    }

    /// Whether it must be given in an act of which this was written.
    pub fn is_required(&self, written: &toml::Table) -> bool {
        self.required || self.needed.is_some_and(|needed| needed.holds(written) == Some(true))
    }

    /// Whether it holds persons of the case: personal, and neither one of the author's own people nor what the act says
    /// already, in another language.
    pub fn holds_persons(&self) -> bool {
        self.personal && !self.ours && self.name != TRANSLATIONS
    }

    /// Whether these parts hold something of it.
    fn is_in(&self, parts: &[PartBytes]) -> bool {
        let has = |bytes: &[u8]| {
            cbor::decode::<BTreeMap<String, ciborium::Value>>(bytes)
                .is_ok_and(|map| map.contains_key(self.name))
        };
        let numbered = |label: &str, part: &PartBytes| {
            part.label.as_str().strip_prefix(label).is_some_and(|rest| rest.starts_with('-'))
        };
        match self.home {
            // A structure knows persons by handles, and their names stand in parts.
            Home::Structure => false,
            Home::Part(label) => parts.iter().any(|part| part.label.as_str() == label && has(&part.bytes)),
            Home::Each(label) => parts.iter().any(|part| numbered(label, part)),
            Home::Tally => parts.iter().any(|part| part.label.as_str() == TALLY && has(&part.bytes)),
        }
    }
}

/// The definition of an act: everything there is to know about it without running anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActDef {
    /// Its code in headers, commands and label keys.
    pub code: &'static str,
    /// Its shape.
    pub shape: Shape,
    /// The roles of parties whose lane may hold it; empty means any party.
    pub by: &'static [&'static str],
    /// The acts it may name, where its shape names one.
    pub answers: &'static [&'static str],
    /// The officers' roles that may propose it; empty means any.
    pub propose: &'static [&'static str],
    /// The roles that must approve it, none of them held here by its proposer.
    pub approve: &'static [&'static str],
    /// Whether prohibited grounds must have been reviewed first.
    pub grounds: bool,
    /// Whether it stands in a node's inner lane and never travels.
    pub inner: bool,
    /// What it is, in English.
    pub help: &'static str,
    /// Its fields, in the order people fill them in.
    pub fields: &'static [Field],
}

impl ActDef {
    /// The fields of this act that hold persons of the case in these parts of it, by name.
    pub fn persons_in(&self, parts: &[PartBytes]) -> Vec<&'static str> {
        let holding = self.fields.iter().filter(|field| field.holds_persons() && field.is_in(parts));
        holding.map(|field| field.name).collect()
    }
}

/// An act, as its derive makes it.
pub trait Act: Sized + 'static {
    /// What the engine may decide by.
    type Structure: Serialize + DeserializeOwned + Clone + std::fmt::Debug + PartialEq + Send + Sync + 'static;
    /// Its definition.
    const DEF: ActDef;
    /// Fills what the engine fills: the entry it names, handles of persons.
    fn settle(&mut self, preparation: &mut Preparation<'_>);
    /// Takes it apart into structure and content.
    fn split(self) -> (Self::Structure, Parts);
    /// The entry an act with this structure names.
    fn target(structure: &Self::Structure) -> Option<Hash>;
}

/// What a type says about itself as a field of an act.
pub trait FieldType: Serialize {
    /// What it holds.
    const KIND: FieldKind;
    /// Whether a field of this type must be given.
    const REQUIRED: bool = true;
    /// Whether this value is nothing, so that it is not written.
    fn is_absent(&self) -> bool {
        false
    }
}

/// A field type without free text. Names, facts and papers do not implement it, on purpose.
pub trait StructureType: FieldType {}

/// The content of an act on its way to become parts, each a map of fields as deterministic CBOR.
#[derive(Default)]
pub struct Parts {
    content: BTreeMap<String, BTreeMap<&'static str, ciborium::Value>>,
    tally: BTreeMap<&'static str, ciborium::Value>,
    each: Vec<(String, ciborium::Value)>,
}

/// The name of the part that statistics count.
pub const TALLY: &str = "tally";

/// The name of the part that holds what a person signs in with. It is never read back as a field, so no page, terminal
/// or export shows it.
pub const SECRET: &str = "secret";

impl Parts {
    /// Puts a field into a part.
    pub fn put<T: FieldType>(&mut self, label: &str, field: &'static str, value: &T) {
        if !value.is_absent() {
            self.content.entry(label.to_owned()).or_default().insert(field, cbor::to_value(value));
        }
    }

    /// Puts every item of a list into a part of its own.
    pub fn put_each<T: Serialize>(&mut self, label: &str, items: &[T]) {
        let numbered = items.iter().enumerate();
        self.each.extend(numbered.map(|(i, item)| (format!("{label}-{}", i + 1), cbor::to_value(item))));
    }

    /// Puts a field into the tally.
    pub fn put_tally<T: FieldType>(&mut self, field: &'static str, value: &T) {
        if !value.is_absent() {
            self.tally.insert(field, cbor::to_value(value));
        }
    }

    /// The parts as named bytes, not yet salted.
    pub fn into_bytes(self) -> Vec<PartBytes> {
        let content =
            self.content.into_iter().map(|(label, map)| (label, PartClass::Content, cbor::encode(&map)));
        let each =
            self.each.into_iter().map(|(label, value)| (label, PartClass::Content, cbor::encode(&value)));
        let tally =
            (!self.tally.is_empty()).then(|| (TALLY.to_owned(), PartClass::Tally, cbor::encode(&self.tally)));
        content
            .chain(each)
            .chain(tally)
            .map(|(label, class, bytes)| PartBytes {
                label: Token::new(label).expect("part names in definitions are tokens"),
                class,
                bytes,
                to: None,
            })
            .collect()
    }
}

/// A part before it is salted for one entry.
#[derive(Clone, PartialEq, Eq)]
pub struct PartBytes {
    /// Which part.
    pub label: Token,
    /// What may become of it.
    pub class: PartClass,
    /// Deterministic CBOR.
    pub bytes: Vec<u8>,
    /// The parties it is for, sorted, its author among them; nothing where it is for all of them.
    pub to: Option<Vec<AgencyId>>,
}

impl PartBytes {
    /// Salts it for one entry.
    pub fn salted(self, entropy: &mut dyn Entropy) -> OpenPart {
        OpenPart { label: self.label, class: self.class, salt: Salt::draw(entropy), bytes: self.bytes }
    }
}

/// Content never shows in logs or error texts.
impl std::fmt::Debug for PartBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PartBytes({}, {} bytes)", self.label, self.bytes.len())
    }
}
