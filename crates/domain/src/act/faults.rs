//! What is wrong with what a person typed into a form, field by field and all of it at once.
//!
//! The same field table that makes the form says what each field may hold. Codes of classifications are checked by
//! their own types when the act is composed. A fault names a field, never what was typed.

use std::collections::BTreeMap;

use super::{ActDef, Column, Field, FieldKind, Home, Line, NotText, Text, translation};
use comity_journal::limits;
use comity_journal::time::Timestamp;
use toml::{Table, Value};

/// What is wrong with one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It must be filled in.
    Missing,
    /// Its text cannot be kept.
    Text(TextFault),
    /// Not a word of its list.
    NotAWord,
    /// Not a moment.
    NotAMoment,
    /// Not a whole number.
    NotANumber,
    /// More items than one act can hold.
    TooMany(usize),
    /// More bytes than one act can hold, with what belongs to it.
    TooLarge(usize),
    /// Nobody of that name works here.
    NotAnOfficer,
    /// An officer who may not know the matter.
    MayNotKnow,
    /// An officer whose roles cannot act in any matter.
    MayNotAct,
    /// No matter that the writer may know has this number, or several have this beginning of one.
    NoSuchMatter,
    /// A field that does not belong to an act of the sort that was chosen.
    NotBelonging,
    /// Something else that cannot be read as what belongs there.
    NotReadable,
}

/// Why a text cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFault {
    /// Longer than this many bytes.
    TooLong(usize),
    /// Several lines where one is asked for.
    SeveralLines,
    /// Characters that hide how it reads.
    Deceptive,
}

impl Fault {
    /// The key of the text that says what is wrong and what to do.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Missing => "fault-missing",
            Self::Text(TextFault::TooLong(_)) => "fault-too-long",
            Self::Text(TextFault::SeveralLines) => "fault-several-lines",
            Self::Text(TextFault::Deceptive) => "fault-deceptive",
            Self::NotAWord => "fault-not-a-word",
            Self::NotAMoment => "fault-not-a-moment",
            Self::NotANumber => "fault-not-a-number",
            Self::TooMany(_) => "fault-too-many",
            Self::TooLarge(_) => "fault-too-large",
            Self::NotAnOfficer => "fault-not-an-officer",
            Self::MayNotKnow => "fault-may-not-know",
            Self::MayNotAct => "fault-may-not-act",
            Self::NoSuchMatter => "fault-no-such-matter",
            Self::NotBelonging => "fault-not-belonging",
            Self::NotReadable => "fault-not-readable",
        }
    }
}

/// In English, for a terminal.
impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("must be given"),
            Self::Text(TextFault::TooLong(most)) => write!(f, "is longer than {most} bytes"),
            Self::Text(TextFault::SeveralLines) => f.write_str("must be one line"),
            Self::Text(TextFault::Deceptive) => f.write_str("holds hidden control characters"),
            Self::NotAWord => f.write_str("is not a word of its list"),
            Self::NotAMoment => f.write_str("is not a moment such as 2026-11-30T12:00:00Z"),
            Self::NotANumber => f.write_str("is not a whole number"),
            Self::TooMany(most) => write!(f, "has more than {most} items"),
            Self::TooLarge(most) => write!(f, "is larger than {most} bytes with what belongs to it"),
            Self::NotAnOfficer => f.write_str("no officer of that name works here"),
            Self::MayNotKnow => {
                f.write_str("that officer may not know this matter; `let-in` or `assign` comes first")
            }
            Self::MayNotAct => f.write_str("that officer's roles cannot act in any matter"),
            Self::NoSuchMatter => {
                f.write_str("no one matter that you may know is meant; `matter list` shows their numbers")
            }
            Self::NotBelonging => {
                f.write_str("does not belong to what is asked for; leave it out, or ask for something else")
            }
            Self::NotReadable => f.write_str("cannot be read as what belongs here"),
        }
    }
}

/// A fault and where it is: `title`, or `persons.0.name` inside a table of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// Where.
    pub path: String,
    /// What.
    pub fault: Fault,
}

/// Everything that is wrong with what was typed for an act, in the order of its fields.
pub fn faults(def: &ActDef, typed: &Table) -> Vec<FieldFault> {
    let mut found = Vec::new();
    for field in def.fields.iter().filter(|field| !field.derived) {
        match typed.get(field.name) {
            Some(_) if field.is_out_of_place(typed) => {
                found.push(FieldFault::new(field.name, Fault::NotBelonging));
            }
            Some(Value::Array(items)) if items.len() > most_items(field.home) => {
                found.push(FieldFault::new(field.name, Fault::TooMany(most_items(field.home))));
            }
            Some(value) => check(field.name, &field.kind, value, &mut found),
            None if field.is_required(typed) => found.push(FieldFault::new(field.name, Fault::Missing)),
            None => {}
        }
    }
    for fault in translation::faults(def, typed) {
        if found.iter().all(|known| known.path != fault.path) {
            found.push(fault);
        }
    }
    if found.is_empty() {
        check_sizes(def, typed, &mut found);
    }
    found
}

/// Room that content takes beside what was typed: names of fields, and numbers in their coded form.
const OVERHEAD: usize = 4 * 1024;

/// Whether everything fits the parts of one entry; the largest field of what does not is named.
fn check_sizes(def: &ActDef, typed: &Table, found: &mut Vec<FieldFault>) {
    let mut parts: BTreeMap<&str, Vec<(usize, &Field)>> = BTreeMap::new();
    let mut all = Vec::new();
    for field in def.fields.iter().filter(|field| !field.derived && field.home != Home::Structure) {
        let Some(value) = typed.get(field.name) else { continue };
        all.push((weight(value), field));
        match (field.home, value) {
            (Home::Part(label), _) => parts.entry(label).or_default().push((weight(value), field)),
            (Home::Each(_), Value::Array(items)) => {
                let heavy = |(_, item): &(usize, &Value)| weight(item) + OVERHEAD > limits::PART_BYTES;
                let heavy = items.iter().enumerate().filter(heavy);
                let fault = Fault::TooLarge(limits::PART_BYTES);
                found.extend(heavy.map(|(i, _)| FieldFault::new(&format!("{}.{i}", field.name), fault)));
            }
            _ => {}
        }
    }
    for fields in parts.values() {
        found.extend(too_large(fields, limits::PART_BYTES));
    }
    if found.is_empty() {
        found.extend(too_large(&all, limits::PARTS_BYTES));
    }
}

/// The largest of these fields, where together they are too large.
fn too_large(fields: &[(usize, &Field)], most: usize) -> Option<FieldFault> {
    let together: usize = fields.iter().map(|(weight, _)| weight).sum();
    let (_, largest) = fields.iter().max_by_key(|(weight, _)| *weight)?;
    (together + OVERHEAD > most).then(|| FieldFault::new(largest.name, Fault::TooLarge(most)))
}

/// About how many bytes a value takes; a file's are typed in base 64.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(|item| weight(item) + 2).sum(),
        Value::Table(row) => row
            .iter()
            .map(|(name, value)| {
                name.len() + if name == DATA { weight(value) / 4 * 3 } else { weight(value) }
            })
            .sum(),
        _ => 9,
    }
}

/// What stands for the column `file` once the file is here: its bytes, beside its name.
const DATA: &str = "data";

/// The most items of a list: each a part of its own, or all of them in one.
fn most_items(home: Home) -> usize {
    // A few parts are left for the rest of the act.
    if matches!(home, Home::Each(_)) { limits::PARTS - 16 } else { limits::HANDLES }
}

impl FieldFault {
    /// A fault of a field.
    pub fn new(path: &str, fault: Fault) -> Self {
        Self { path: path.to_owned(), fault }
    }
}

fn check(path: &str, kind: &FieldKind, value: &Value, found: &mut Vec<FieldFault>) {
    let fault = match (kind, value) {
        (FieldKind::List(_), Value::Array(items)) if items.is_empty() => Some(Fault::Missing),
        (FieldKind::List(item), Value::Array(items)) => {
            for (i, value) in items.iter().enumerate() {
                check(&format!("{path}.{i}"), item, value, found);
            }
            None
        }
        (FieldKind::Table(columns), Value::Table(row)) => {
            check_row(path, columns, row, found);
            None
        }
        (FieldKind::Line, Value::String(text)) => text_fault(Line::new(text).err()),
        (FieldKind::Text, Value::String(text)) => text_fault(Text::new(text).err()),
        (FieldKind::Word(_, codes), Value::String(code)) => {
            (!codes.contains(&code.as_str())).then_some(Fault::NotAWord)
        }
        (FieldKind::Moment, Value::String(moment)) => {
            Timestamp::parse(moment).is_none().then_some(Fault::NotAMoment)
        }
        (FieldKind::Moment, _) => Some(Fault::NotAMoment),
        (FieldKind::Number, Value::Integer(number)) => (*number < 0).then_some(Fault::NotANumber),
        (FieldKind::Number, _) => Some(Fault::NotANumber),
        _ => None,
    };
    found.extend(fault.map(|fault| FieldFault::new(path, fault)));
}

fn check_row(path: &str, columns: &[Column], row: &Table, found: &mut Vec<FieldFault>) {
    // A file that was read stands as its name and its bytes.
    if row.contains_key(DATA) {
        return;
    }
    for column in columns {
        let at = format!("{path}.{}", column.name);
        match row.get(column.name) {
            Some(value) => check(&at, &column.kind, value, found),
            None if column.required => found.push(FieldFault::new(&at, Fault::Missing)),
            None => {}
        }
    }
}

fn text_fault(why: Option<NotText>) -> Option<Fault> {
    Some(match why? {
        NotText::Empty => Fault::Missing,
        NotText::TooLong(limit) => Fault::Text(TextFault::TooLong(limit)),
        NotText::SeveralLines => Fault::Text(TextFault::SeveralLines),
        NotText::Deceptive => Fault::Text(TextFault::Deceptive),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::act::Act as _;
    use crate::matters::request::Open;

    #[test]
    fn every_fault_of_a_request_is_told_at_once_and_by_field() {
        let typed: Table = toml::toml! {
            request_type = "rumour"
            title = "two\nlines"
            facts = "x"
            questions = []
            wished_by = "tomorrow"
            [[persons]]
            standing = "suspect"
        };
        let found = faults(&Open::DEF, &typed);
        let of = |path: &str| found.iter().find(|fault| fault.path == path).map(|fault| fault.fault);
        assert_eq!(of("request_type"), Some(Fault::NotAWord));
        assert_eq!(of("title"), Some(Fault::Text(TextFault::SeveralLines)));
        assert_eq!(of("questions"), Some(Fault::Missing));
        assert_eq!(of("wished_by"), Some(Fault::NotAMoment));
        assert_eq!(of("persons.0.name"), Some(Fault::Missing));
        assert_eq!(of("grade"), Some(Fault::Missing));
        assert_eq!(of("facts"), None);
        assert_eq!(of("reference"), None);
    }
}
