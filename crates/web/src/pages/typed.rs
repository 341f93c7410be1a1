//! What a browser sends back from a form: names and what was typed, kept as typed until it is read by an act's field table.
//!
//! A field of an act has the name of the field; an item of a list adds its number, a column of a table its name:
//! `title`, `questions.0`, `persons.1.name`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use comity_domain::act::{ActDef, Column, FieldKind};
use comity_journal::limits;
use http_body_util::{BodyExt as _, Limited};
use toml::{Table, Value};

use super::office::Office;
use super::trouble::Trouble;

/// The most that a form may hold: the content of one entry in base 64, and room for the rest.
const FORM_BYTES: usize = 8 * 1024 * 1024;
/// The most fields a form may hold.
const FORM_FIELDS: usize = 8192;

/// What stands after the name of a file that was chosen and is too large to ride along.
pub(crate) const TOO_LARGE: &str = ".too-large";
/// The most items of a list that are looked at: one more than an act can hold, so that it is told.
const ITEMS: usize = limits::HANDLES + 1;

/// What was typed, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Typed(BTreeMap<String, String>);

impl Typed {
    /// What stands in a field; empty where it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn put(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    /// All of it, for a page that carries it on.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many items a list has: one more than the highest number typed.
    pub(crate) fn items(&self, name: &str) -> usize {
        let prefix = format!("{name}.");
        let numbers = self.0.keys().filter_map(|key| key.strip_prefix(&prefix));
        let numbers = numbers.filter_map(|rest| rest.split('.').next()?.parse::<usize>().ok());
        numbers.max().map_or(0, |most| most.min(ITEMS - 1) + 1)
    }

    /// All of a text field: itself, or the items of a list, each on its line.
    pub(crate) fn whole(&self, name: &str) -> String {
        let items = (0..self.items(name)).map(|i| self.text(&format!("{name}.{i}")));
        let said = std::iter::once(self.text(name)).chain(items).filter(|text| !text.is_empty());
        said.collect::<Vec<_>>().join("\n")
    }

    /// What was typed as an act's table; fields left empty are left out.
    pub(crate) fn table(&self, def: &ActDef) -> Table {
        let asked = def.fields.iter().filter(|field| !field.derived);
        asked
            .filter_map(|field| Some((field.name.to_owned(), self.value(field.name, &field.kind)?)))
            .collect()
    }

    fn value(&self, name: &str, kind: &FieldKind) -> Option<Value> {
        let typed = self.text(name).trim();
        match kind {
            FieldKind::List(item) => {
                let items: Vec<_> =
                    (0..self.items(name)).filter_map(|i| self.value(&format!("{name}.{i}"), item)).collect();
                (!items.is_empty()).then_some(Value::Array(items))
            }
            FieldKind::Table(columns) => self.row(name, columns).map(Value::Table),
            FieldKind::Flag => self.get(name).map(|text| Value::Boolean(text == "true")),
            _ if typed.is_empty() => None,
            FieldKind::Number => {
                Some(typed.parse().map_or_else(|_| Value::String(typed.into()), Value::Integer))
            }
            FieldKind::Moment => Some(Value::String(in_utc(typed))),
            _ => Some(Value::String(typed.into())),
        }
    }

    fn row(&self, name: &str, columns: &[Column]) -> Option<Table> {
        let named = |column: &Column| format!("{name}.{}", column.name);
        // A file stands as name and bytes in place of its one column.
        if let Some(data) = self.get(&format!("{name}.data")).filter(|data| !data.is_empty()) {
            let file = self.text(&format!("{name}.name"));
            return Some(Table::from_iter([
                ("name".to_owned(), Value::String(file.into())),
                ("data".to_owned(), Value::String(data.into())),
            ]));
        }
        let row: Table = columns
            .iter()
            .filter_map(|column| Some((column.name.to_owned(), self.value(&named(column), &column.kind)?)))
            .collect();
        (!row.is_empty()).then_some(row)
    }
}

/// `2026-11-24T06:14` as a browser's field gives it, read as UTC; anything else stays as typed.
fn in_utc(typed: &str) -> String {
    let date_and_time = typed.replacen(' ', "T", 1);
    match date_and_time.len() {
        16 => format!("{date_and_time}:00Z"),
        19 => format!("{date_and_time}Z"),
        _ => typed.to_owned(),
    }
}

/// An act's table as TOML, and the last line of each field, so that a line that cannot be read names its field.
pub(crate) fn toml_of(table: &Table) -> (String, Vec<(usize, String)>) {
    let (mut text, mut lines, mut ends) = (String::new(), 0, Vec::new());
    for (name, value) in table {
        let line = format!("{name} = {value}\n");
        lines += line.matches('\n').count();
        text.push_str(&line);
        ends.push((lines, name.clone()));
    }
    (text, ends)
}

impl FromIterator<(String, String)> for Typed {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl FromRequest<Arc<Office>> for Typed {
    type Rejection = Trouble;

    async fn from_request(request: Request, office: &Arc<Office>) -> Result<Self, Trouble> {
        if is_multipart(&request) {
            return parts(request, office).await;
        }
        let body = Limited::new(request.into_body(), FORM_BYTES).collect().await;
        let bytes = body.map_err(|_| Trouble::TooLarge)?.to_bytes();
        let pairs = form_urlencoded::parse(&bytes).into_owned().collect::<Vec<_>>();
        if pairs.len() > FORM_FIELDS {
            return Err(Trouble::TooLarge);
        }
        // A box that is not ticked sends nothing, so a hidden `false` goes before it: the later one counts.
        Ok(pairs.into_iter().collect())
    }
}

/// Whether a form comes in parts, as forms with files do.
pub(crate) fn is_multipart(request: &Request) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

/// A form with files: each becomes a name and its bytes in base 64, under `NAME.name` and `NAME.data`.
async fn parts(request: Request, office: &Arc<Office>) -> Result<Typed, Trouble> {
    let unreadable = || Trouble::Unreadable("the form broke off; send it again".into());
    let mut form = Multipart::from_request(request, office).await.map_err(|_| unreadable())?;
    let (mut typed, mut size) = (Typed::default(), 0);
    while let Some(mut field) = form.next_field().await.map_err(|_| unreadable())? {
        let Some(name) = field.name().map(str::to_owned) else { continue };
        let file = field.file_name().map(str::to_owned);
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|_| unreadable())? {
            size += chunk.len();
            if size > FORM_BYTES || typed.0.len() > FORM_FIELDS {
                return Err(Trouble::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        match file {
            Some(file) if bytes.len() > limits::PART_BYTES => typed.put(format!("{name}{TOO_LARGE}"), file),
            Some(file) if !bytes.is_empty() => {
                typed.put(format!("{name}.name"), file);
                typed.put(format!("{name}.data"), data_encoding::BASE64.encode(&bytes));
            }
            Some(_) => {}
            None => typed.put(name, String::from_utf8(bytes).map_err(|_| unreadable())?),
        }
    }
    Ok(typed)
}

#[cfg(test)]
mod tests {
    use comity_domain::act::Act as _;
    use comity_domain::matters::request::{Answer, Open};

    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn lists_and_tables_of_a_form_become_an_acts_table() {
        let form = typed(&[
            ("title", " A number "),
            ("questions.0", "Who?"),
            ("questions.1", ""),
            ("questions.2", "Since when?"),
            ("persons.0.name", "Ilo Marn"),
            ("persons.0.standing", "suspect"),
            ("persons.1.name", ""),
            ("wished_by", "2026-12-01T12:00"),
            ("as_evidence", "true"),
            ("reference", ""),
        ]);
        let table = form.table(&Open::DEF);
        assert_eq!(table["title"].as_str(), Some("A number"));
        assert_eq!(table["questions"].as_array().map(Vec::len), Some(2));
        assert_eq!(table["persons"].as_array().map(Vec::len), Some(1));
        assert_eq!(table["wished_by"].as_str(), Some("2026-12-01T12:00:00Z"));
        assert_eq!(table["as_evidence"].as_bool(), Some(true));
        assert!(!table.contains_key("reference"));
    }

    #[test]
    fn a_line_that_cannot_be_read_names_its_field() {
        let form = typed(&[
            ("text", "first\nsecond"),
            ("extent", "final"),
            ("papers.0.name", "a"),
            ("papers.0.data", "eA=="),
        ]);
        let (text, ends) = toml_of(&form.table(&Answer::DEF));
        let read: Table = text.parse().expect("what is written can be read");
        assert_eq!(read["text"].as_str(), Some("first\nsecond"));
        assert_eq!(read["papers"][0]["data"].as_str(), Some("eA=="));
        assert_eq!(ends.last().map(|(line, _)| *line), Some(text.lines().count()));
    }
}
