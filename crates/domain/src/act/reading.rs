//! Reading an act back, field by field, from its structure and whatever content is still present.
//!
//! A part may be absent for any reason; that changes what can be read, never what is. Values stay as CBOR here:
//! whoever shows them chooses words and formats.

use std::collections::BTreeMap;

use ciborium::Value;
use comity_journal::cbor;
use comity_journal::ids::MatterId;
use comity_journal::part::{Commitment, OpenPart};

use super::{ActDef, Field, FieldKind, Home, SECRET, TALLY};

/// Why a field cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// It was committed to, but its part is not here: withheld, erased, or not yet here.
    NotHere,
    /// Its author left it out.
    LeftOut,
}

/// One field as it reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The field.
    pub field: &'static Field,
    /// Its value, or why there is none.
    pub value: Result<Value, Absence>,
}

/// Reads all fields of an act in the order of its definition, but those that hold secrets.
pub fn read(def: &ActDef, structure: &[u8], committed: &[Commitment], parts: &[OpenPart]) -> Vec<Reading> {
    let structure = map_of(structure);
    let present: BTreeMap<&str, &OpenPart> = parts.iter().map(|part| (part.label.as_str(), part)).collect();
    let in_part = |label: &str, name: &str| match present.get(label) {
        Some(part) => map_of(&part.bytes).remove(name).ok_or(Absence::LeftOut),
        None if committed.iter().any(|c| c.label.as_str() == label) => Err(Absence::NotHere),
        None => Err(Absence::LeftOut),
    };
    let each = |label: &str| {
        let prefix = format!("{label}-");
        let mine = || committed.iter().filter(|c| c.label.as_str().starts_with(&prefix));
        if mine().next().is_none() {
            return Err(Absence::LeftOut);
        }
        let values: Vec<_> = (1..=mine().count())
            .filter_map(|i| present.get(format!("{label}-{i}").as_str()))
            .filter_map(|part| cbor::decode_value(&part.bytes).ok())
            .collect();
        if values.is_empty() { Err(Absence::NotHere) } else { Ok(Value::Array(values)) }
    };
    def.fields
        .iter()
        .filter(|field| field.home != Home::Part(SECRET))
        .map(|field| Reading {
            field,
            value: match field.home {
                Home::Structure => structure.get(field.name).cloned().ok_or(Absence::LeftOut),
                Home::Part(label) => in_part(label, field.name),
                Home::Tally => in_part(TALLY, field.name),
                Home::Each(label) => each(label),
            },
        })
        .collect()
}

/// The other matters an act with this structure names, each with the field that names it.
pub fn matters_named(def: &ActDef, structure: &[u8]) -> Vec<(&'static Field, MatterId)> {
    let naming = || def.fields.iter().filter(|field| field.kind == FieldKind::Matter);
    if naming().next().is_none() {
        return Vec::new();
    }
    let structure = map_of(structure);
    let named = |field: &'static Field| {
        let id = MatterId::from_slice(structure.get(field.name)?.as_bytes()?)?;
        Some((field, id))
    };
    naming().filter_map(named).collect()
}

fn map_of(bytes: &[u8]) -> BTreeMap<String, Value> {
    cbor::decode::<BTreeMap<String, Value>>(bytes).unwrap_or_default()
}
