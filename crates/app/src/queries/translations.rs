//! An act's texts in other languages, each beside its original, with what its translator declares.

use ciborium::Value;
use comity_domain::act::{Declaration, Reading, TRANSLATIONS};
use comity_domain::vocabularies::Language;
use comity_domain::words::Words;
use serde::Serialize;
use std::collections::BTreeMap;

use super::matters::FieldLine;

/// A text in another language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TranslationLine {
    /// The language of its original, as a code.
    pub from: String,
    /// Its language, as a code.
    pub into: String,
    /// Its language, in words.
    pub into_text: String,
    /// The text.
    pub text: String,
    /// What its translator declares, in words.
    pub declared: String,
    /// Who or what translated it, where that is said.
    pub translator: Option<String>,
}

/// Puts each translation beside the field it is of, and takes the field of translations itself away. One whose original
/// cannot be read stays with the label of its original.
pub(super) fn put_beside(fields: &mut Vec<FieldLine>, readings: &[Reading], words: &Words) {
    fields.retain(|field| field.name != TRANSLATIONS || !field.present);
    let of_act = readings.iter().find(|reading| reading.field.name == TRANSLATIONS);
    let rows = of_act.and_then(|reading| reading.value.as_ref().ok()?.as_array());
    for (original, line) in rows.into_iter().flatten().filter_map(|row| translation(row, words)) {
        if let Some(field) = fields.iter_mut().find(|field| field.name == original) {
            field.translations.push(line);
        }
    }
}

fn translation(row: &Value, words: &Words) -> Option<(String, TranslationLine)> {
    let row: BTreeMap<_, _> =
        row.as_map()?.iter().filter_map(|(name, value)| Some((name.as_text()?, value.as_text()?))).collect();
    let text = |name: &str| row.get(name).map(|text| (*text).to_owned());
    let into = text("into")?;
    let line = TranslationLine {
        from: text("from")?,
        into_text: words.term(Language::LIST, &into),
        into,
        text: text("translation")?,
        declared: words.term(Declaration::LIST, row.get("declared")?),
        translator: text("translator"),
    };
    Some((text("original")?, line))
}
