//! What may be read out of the content of each kind's acts: text that people wrote, and references.
//!
//! Read off the field tables once, when the ledger opens. Codes of closed lists are no text: people read them in words.

use std::collections::{BTreeMap, BTreeSet};

use ciborium::Value;
use comity_domain::act::{ActDef, Field, FieldKind, Home, TALLY};
use comity_domain::engine::{AnyKind, Kinds};
use comity_journal::cbor;
use comity_journal::entry::Opening;
use comity_journal::ids::AgencyId;
use comity_journal::part::OpenPart;

use crate::commands::{OPENING, STRUCTURE};

/// The field in which a side gives its own reference.
pub(crate) const REFERENCE: &str = "reference";
/// The field in which we note the reference of a party that has no node.
const OUTSIDE_REFERENCE: &str = "outside_reference";

/// What may be read out of contents, by kind.
pub(crate) struct Contents {
    by_kind: BTreeMap<&'static str, OfKind>,
}

#[derive(Default)]
struct OfKind {
    shared: bool,
    ended: &'static [&'static str],
    /// Fields and columns that hold text people wrote.
    text: BTreeSet<&'static str>,
    /// Fields and columns that hold codes and numbers, and never text.
    codes: BTreeSet<&'static str>,
    /// Acts that may give a reference.
    refer: BTreeSet<&'static str>,
}

/// A piece of text in some content.
pub(crate) struct Written {
    /// The text.
    pub(crate) text: String,
    /// What it is.
    pub(crate) what: What,
}

/// What the content of an entry tells in a list.
pub(crate) struct Heading {
    /// Titles and references.
    pub(crate) written: Vec<Written>,
    /// The parties that a draft names; of a matter that is opened its structure names them.
    pub(crate) parties: Vec<AgencyId>,
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// What the matter is about, in one line.
    Title,
    /// A side's own reference.
    Reference,
    /// Anything else.
    Text,
}

impl Contents {
    /// Of these kinds.
    pub(crate) fn of(kinds: &Kinds) -> Self {
        let of_kind = |kind: &dyn AnyKind| {
            let def = kind.def();
            let mut of = OfKind { shared: def.shared, ended: def.ended, ..OfKind::default() };
            kind.acts().into_iter().for_each(|act| of.learn(act));
            of.codes.retain(|name| !of.text.contains(name));
            (def.code, of)
        };
        Self { by_kind: kinds.iter().map(of_kind).collect() }
    }

    /// Whether matters of this kind are shared, so that they are listed and searched.
    pub(crate) fn is_shared(&self, kind: &str) -> bool {
        self.by_kind.get(kind).is_some_and(|of| of.shared)
    }

    /// Whether nobody need do anything in this status.
    pub(crate) fn has_ended(&self, kind: &str, status: &str) -> bool {
        self.by_kind.get(kind).is_some_and(|of| of.ended.contains(&status))
    }

    /// Whether an act may give a reference.
    pub(crate) fn refers(&self, kind: &str, act: &str) -> bool {
        self.by_kind.get(kind).is_some_and(|of| of.refer.contains(act))
    }

    /// What these parts of an entry tell in a list.
    pub(crate) fn heading(&self, kind: &str, parts: &[OpenPart]) -> Heading {
        let written = parts.iter().flat_map(|part| self.texts(kind, part));
        let opening = parts.iter().find(|part| part.label.as_str() == OPENING);
        let opening = opening.and_then(|part| cbor::decode::<Opening>(&part.bytes).ok());
        let parties = opening.into_iter().flat_map(|opening| opening.parties);
        Heading {
            written: written.filter(|written| written.what != What::Text).collect(),
            parties: parties.map(|party| party.agency).collect(),
        }
    }

    /// The texts of one part of an entry in a matter of this kind.
    pub(crate) fn texts(&self, kind: &str, part: &OpenPart) -> Vec<Written> {
        let mut texts = Vec::new();
        if [TALLY, STRUCTURE, OPENING].contains(&part.label.as_str()) {
            return texts;
        }
        if let (Some(of), Ok(value)) = (self.by_kind.get(kind), cbor::decode_value(&part.bytes)) {
            of.read(value, What::Text, 0, &mut texts);
        }
        texts
    }
}

impl OfKind {
    fn learn(&mut self, act: &'static ActDef) {
        for field in act.fields.iter().filter(|field| field.home != Home::Structure) {
            self.learn_field(field.name, &field.kind);
            if is_reference(field) {
                self.refer.insert(act.code);
            }
        }
    }

    fn learn_field(&mut self, name: &'static str, kind: &FieldKind) {
        match kind {
            FieldKind::Line | FieldKind::Text => {
                self.text.insert(name);
            }
            FieldKind::List(item) => self.learn_field(name, item),
            FieldKind::Table(columns) => {
                self.text.insert(name);
                columns.iter().for_each(|column| self.learn_field(column.name, &column.kind));
            }
            _ => {
                self.codes.insert(name);
            }
        }
    }

    fn read(&self, value: Value, what: What, depth: usize, texts: &mut Vec<Written>) {
        match value {
            Value::Text(text) => texts.push(Written { text, what }),
            Value::Array(items) => items.into_iter().for_each(|item| self.read(item, what, depth + 1, texts)),
            Value::Map(pairs) => {
                for (key, value) in pairs {
                    let name = key.as_text().unwrap_or_default();
                    if !self.codes.contains(name) {
                        self.read(value, told_by(name, depth), depth + 1, texts);
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_reference(field: &Field) -> bool {
    [REFERENCE, OUTSIDE_REFERENCE].contains(&field.name) && matches!(field.home, Home::Part(_))
}

/// What a field is, by its name; the columns of tables are text and nothing else.
fn told_by(name: &str, depth: usize) -> What {
    match (name, depth) {
        ("title", 0) => What::Title,
        (REFERENCE | OUTSIDE_REFERENCE, 0) => What::Reference,
        _ => What::Text,
    }
}
