//! A text of an act in another language, beside its original, with what its translator declares.
//!
//! Every act that travels and holds free text has the field [`TRANSLATIONS`], a list of [`Translation`], each a part of its own:
//! it can be read, withheld and erased alone. The original is what was said; a translation says of which field it is, from
//! which language into which, and how it came to be. Not here: who is believed, which the reader decides.

use comity_journal::ids::Token;
use serde::{Deserialize, Serialize};
use toml::Table;

use super::{ActDef, Column, Fault, Field, FieldFault, FieldKind, FieldType, Home, Line, Text};
use crate::vocabularies::Language;
use crate::vocabulary;

/// The name of the field that holds an act's translations.
pub const TRANSLATIONS: &str = "translations";

vocabulary! {
    /// What a translator declares.
    pub enum Declaration("translation") {
        /// A sworn translator answers for it.
        Sworn = "sworn",
        /// A person translated it, unsworn.
        Human = "human",
        /// A machine translated it, and nobody has checked it.
        Machine = "machine",
    }
}

/// A text of an act in another language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Translation {
    /// The field it is a translation of.
    pub original: TextField,
    /// The language of the original.
    pub from: Language,
    /// The language it is translated into.
    pub into: Language,
    /// The translation; of a list, of all its items in their order.
    pub translation: Text,
    /// What its translator declares.
    pub declared: Declaration,
    /// Who or what translated it: a name, an office, a program and its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translator: Option<Line>,
}

impl FieldType for Translation {
    const KIND: FieldKind = FieldKind::Table(&[
        Column {
            name: "original",
            kind: FieldKind::TextField,
            required: true,
            help: "the name of the field it translates",
        },
        Column { name: "from", kind: Language::KIND, required: true, help: "the language of the original" },
        Column {
            name: "into",
            kind: Language::KIND,
            required: true,
            help: "the language of the translation",
        },
        Column { name: "translation", kind: FieldKind::Text, required: true, help: "the translation" },
        Column {
            name: "declared",
            kind: Declaration::KIND,
            required: true,
            help: "what its translator declares",
        },
        Column {
            name: "translator",
            kind: FieldKind::Line,
            required: false,
            help: "who or what translated it",
        },
    ]);
}

/// The name of a text field of the same act.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TextField(pub Token);

/// The fields of an act whose text can be translated.
pub fn translatable(def: &ActDef) -> impl Iterator<Item = &'static Field> + use<> {
    let asked = def.fields.iter().filter(|field| !field.derived && field.home != Home::Structure);
    asked.filter(|field| {
        matches!(
            field.kind,
            FieldKind::Line
                | FieldKind::Text
                | FieldKind::List(FieldKind::Line)
                | FieldKind::List(FieldKind::Text)
        )
    })
}

/// What is wrong with what was typed as translations beyond the form of each: of which field it is.
pub(super) fn faults(def: &ActDef, typed: &Table) -> Vec<FieldFault> {
    let rows = typed.get(TRANSLATIONS).and_then(|rows| rows.as_array()).into_iter().flatten();
    let named = rows.map(|row| row.get("original").and_then(|original| original.as_str()));
    let wrong = named.enumerate().filter_map(|(i, original)| {
        let original = original?;
        if translatable(def).all(|field| field.name != original) {
            return Some(FieldFault::new(&format!("{TRANSLATIONS}.{i}.original"), Fault::NotAWord));
        }
        (!typed.contains_key(original)).then(|| FieldFault::new(original, Fault::Missing))
    });
    wrong.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::act::{Act as _, faults};
    use crate::matters::request::Clarify;

    fn found(original: &str) -> Vec<FieldFault> {
        let typed = format!(
            "text = \"一家公司\"\n[[translations]]\noriginal = \"{original}\"\nfrom = \"zh\"\ninto = \"en\"\n\
             translation = \"a company\"\ndeclared = \"sworn\""
        );
        faults(&Clarify::DEF, &typed.parse().expect("TOML"))
    }

    #[test]
    fn a_translation_is_of_a_text_of_its_own_act() {
        assert!(found("text").is_empty());
        for original in ["title", "of", "translations"] {
            assert_eq!(found(original), [FieldFault::new("translations.0.original", Fault::NotAWord)]);
        }
    }
}
