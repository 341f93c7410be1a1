//! What of the audit is looked for, as an address carries it: codes, a matter's number, days.

use std::collections::BTreeMap;

use comity_app::people::Officer;
use comity_app::queries::{AuditFilter, AuditOnly};
use comity_journal::ids::{MatterId, Token};
use comity_journal::time::Timestamp;

use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::when::day;

/// The sorts of lines, in the order they are offered in.
pub(super) const SORTS: &[(&str, Option<AuditOnly>)] = &[
    ("everything", None),
    ("acts", Some(AuditOnly::Acts)),
    ("reads", Some(AuditOnly::Reads)),
    ("overrides", Some(AuditOnly::Overrides)),
    ("refusals", Some(AuditOnly::Refusals)),
];
/// The fields besides, in the order of the form and of the address.
pub(super) const FIELDS: &[&str] = &["who", "act", "matter", "from", "to"];

const DAY_MS: i64 = 24 * 3_600_000;

/// What was asked for, as typed; an empty field asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) only: String,
    fields: BTreeMap<&'static str, String>,
}

/// A field that cannot be read, and the key of why.
pub(super) type Unread = (&'static str, &'static str);

impl Asked {
    /// What stands in an address or a form; what is no field of a filter is left aside.
    pub(super) fn of<'a>(typed: impl Fn(&str) -> Option<&'a str>) -> Self {
        let text = |name: &str| typed(name).map(str::trim).unwrap_or_default();
        let only = SORTS.iter().find(|(sort, _)| *sort == text("only")).unwrap_or(&SORTS[0]).0;
        let fields = FIELDS.iter().map(|name| (*name, text(name).to_owned()));
        Self { only: only.to_owned(), fields: fields.filter(|(_, text)| !text.is_empty()).collect() }
    }

    /// What stands in a field.
    pub(super) fn text(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// Every field that asks for something, with its text, the sort first.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = FIELDS.iter().filter_map(|name| Some((*name, self.fields.get(name)?.as_str())));
        std::iter::once(("only", self.only.as_str())).chain(fields)
    }

    /// As an address carries it, of another sort where one is named.
    pub(super) fn address(&self, only: Option<&str>) -> String {
        let asked = Self { only: only.unwrap_or(&self.only).to_owned(), ..self.clone() };
        form_urlencoded::Serializer::new(String::new()).extend_pairs(asked.pairs()).finish()
    }

    /// What it means; else what cannot be read.
    pub(super) async fn means(&self, office: &Office) -> Result<Result<AuditFilter, Vec<Unread>>, Trouble> {
        let (number, who) = (self.text("matter").to_owned(), self.text("who").to_owned());
        let found = office.run(move |ledger, _| {
            let matter = if number.is_empty() { None } else { ledger.matter_named(&number).ok() };
            let officers = if who.is_empty() { Vec::new() } else { ledger.officers_ever()? };
            Ok((matter, officers.into_iter().find(|officer| officer.record.to_string() == who)))
        });
        let (matter, officer) = found.await?;
        Ok(self.read(matter, officer))
    }

    fn read(&self, matter: Option<MatterId>, officer: Option<Officer>) -> Result<AuditFilter, Vec<Unread>> {
        let asks = |name: &str| self.fields.contains_key(name);
        let (from, to) = (day(self.text("from")), day(self.text("to")));
        let is_word = Token::new(self.text("act")).is_ok();
        let unread: Vec<_> = [
            ("who", officer.is_none(), "fault-not-a-word"),
            ("act", !is_word, "fault-not-a-word"),
            ("matter", matter.is_none(), "page-audit-no-matter"),
            ("from", from.is_none(), "page-filter-no-day"),
            ("to", to.is_none(), "page-filter-no-day"),
        ]
        .into_iter()
        .filter_map(|(name, is_wrong, key)| (asks(name) && is_wrong).then_some((name, key)))
        .collect();
        let only = SORTS.iter().find(|(sort, _)| *sort == self.only).and_then(|(_, only)| *only);
        let act = asks("act").then(|| self.text("act").to_owned());
        let to = to.map(|day| day.plus_millis(DAY_MS));
        if unread.is_empty() { Ok(AuditFilter { officer, act, matter, from, to, only }) } else { Err(unread) }
    }
}

/// Now, as the name of a file carries it.
pub(super) fn dated(now: Timestamp) -> String {
    now.to_string().chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &'static [(&'static str, &'static str)]) -> Asked {
        Asked::of(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, text)| *text))
    }

    #[test]
    fn what_is_looked_for_stands_in_the_address_and_nothing_else_does() {
        let asked =
            asked(&[("only", "reads"), ("act", "open"), ("from", " 2026-11-01 "), ("name", "Ilo Marn")]);
        assert_eq!(asked.address(None), "only=reads&act=open&from=2026-11-01");
        assert_eq!(asked.address(Some("refusals")), "only=refusals&act=open&from=2026-11-01");
    }

    #[test]
    fn the_last_day_is_within_and_what_cannot_be_read_is_told_for_its_field() {
        let filter = asked(&[("from", "2026-11-01"), ("to", "2026-11-01")]).read(None, None).unwrap();
        assert_eq!(filter.from.unwrap().millis_until(filter.to.unwrap()), DAY_MS);
        let wrong =
            asked(&[("who", "00"), ("act", "Not A Code"), ("matter", "R-1"), ("from", "x"), ("to", "y")]);
        let fields: Vec<_> =
            wrong.read(None, None).err().unwrap().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, FIELDS);
    }
}
