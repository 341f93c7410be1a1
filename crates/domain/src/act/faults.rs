//! What is wrong with what a person typed into a form, field by field and all of it at once.
//!
//! The same field table that makes the form says what each field may hold. Codes of classifications are checked by
//! their own types when the act is composed. A fault names a field, never what was typed.

use super::{ActDef, Column, FieldKind, Line, NotText, Text};
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
            Some(value) => check(field.name, &field.kind, value, &mut found),
            None if field.required => found.push(FieldFault::new(field.name, Fault::Missing)),
            None => {}
        }
    }
    found
}

impl FieldFault {
    fn new(path: &str, fault: Fault) -> Self {
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
