//! The filter of the list of matters: what its fields say, as an address carries it. Codes and dates only, never text about
//! anybody: what is looked for by words goes through the search.
//!
//! Invariant: a filter reads back from its own address as the same filter.

use std::collections::BTreeMap;

use comity_app::people::Officer;
use comity_app::queries::Also;
use comity_app::views::Facet;
use comity_domain::clock::Consequence;
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::time::Timestamp;

use super::super::when::day;

/// The lists there are, in the order they are offered in.
pub(super) const LISTS: &[&str] =
    &["all", "waiting-us", "waiting-them", "to-approve", "arrived", "due", "recalled", "ended"];
/// The fields besides, in the order of the form and of the address.
pub(super) const FIELDS: &[&str] =
    &["kind", "status", "with", "opened", "cost", "due", "assigned", "from", "to"];
/// When the first clock strikes: the code, and in how many hours from now at most.
pub(super) const DUE: &[(&str, i64)] = &[("overdue", 0), ("day", 24), ("week", 7 * 24)];
/// Who opened it.
pub(super) const OPENED: &[&str] = &["us", "them"];

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// What was asked for, as typed; an empty field asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) list: String,
    fields: BTreeMap<&'static str, String>,
}

/// A field that cannot be read, and the key of why.
pub(super) type Unread = (&'static str, &'static str);

impl Filter {
    /// What stands in an address; what is no field of a filter is left aside.
    pub(super) fn of(pairs: &BTreeMap<String, String>) -> Self {
        let typed = |name: &str| pairs.get(name).map(|text| text.trim()).unwrap_or_default();
        let list = LISTS.iter().find(|list| **list == typed("list")).unwrap_or(&LISTS[0]);
        let fields = FIELDS.iter().map(|name| (*name, typed(name).to_owned()));
        Self { list: (*list).to_owned(), fields: fields.filter(|(_, text)| !text.is_empty()).collect() }
    }

    /// What stands in an address, as one text.
    pub(super) fn read(address: &str) -> Self {
        Self::of(&form_urlencoded::parse(address.as_bytes()).into_owned().collect())
    }

    /// What stands in a field.
    pub(super) fn text(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// How many fields ask for something.
    pub(super) fn asks(&self) -> usize {
        self.fields.len()
    }

    /// As an address carries it, for another list where one is named.
    pub(super) fn address(&self, list: Option<&str>) -> String {
        let mut address = form_urlencoded::Serializer::new(String::new());
        address.append_pair("list", list.unwrap_or(&self.list));
        for name in FIELDS.iter().filter(|name| self.fields.contains_key(*name)) {
            address.append_pair(name, self.text(name));
        }
        address.finish()
    }

    /// The list it reads and what of it shows, for this officer at this time; else what cannot be read.
    pub(super) fn means(&self, officer: &Officer, now: Timestamp) -> Result<(Facet, Also), Vec<Unread>> {
        let mut unread = Vec::new();
        let also = Also {
            kind: self.take("kind", &mut unread, word),
            status: None,
            with: self.take("with", &mut unread, AgencyId::from_hex),
            ours: self.take("opened", &mut unread, |code| OPENED.contains(&code).then_some(code == "us")),
            consequence: self.take("cost", &mut unread, Consequence::from_code),
            due_before: self.take("due", &mut unread, |code| due_before(code, now)),
            assigned: self.take("assigned", &mut unread, |code| assigned(code, officer)),
            from: self.take("from", &mut unread, day),
            to: self.take("to", &mut unread, day).map(|day| day.plus_millis(DAY_MS)),
            ..Also::default()
        };
        let status = self.take("status", &mut unread, |code| {
            let (kind, status) = code.split_once('/')?;
            Some((word(kind)?, word(status)?))
        });
        if unread.is_empty() { Ok(narrowest(&self.list, also, status)) } else { Err(unread) }
    }

    fn take<T>(
        &self,
        name: &'static str,
        unread: &mut Vec<Unread>,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let typed = self.fields.get(name)?;
        let value = read(typed);
        if value.is_none() {
            let is_day = name == "from" || name == "to";
            unread.push((name, if is_day { "page-filter-no-day" } else { "fault-not-a-word" }));
        }
        value
    }
}

/// The shortest list that has everything asked for, and what has to be left out of it still.
fn narrowest(list: &str, mut also: Also, status: Option<(String, String)>) -> (Facet, Also) {
    let named = Facet::named(list).unwrap_or(Facet::All);
    match (named, status, also.with) {
        (Facet::All, Some((kind, status)), _) if also.kind.as_ref().is_none_or(|asked| *asked == kind) => {
            also.kind = None;
            (Facet::Status { kind, status }, also)
        }
        (Facet::All, None, Some(agency)) => (Facet::With(agency), Also { with: None, ..also }),
        (named, Some((kind, status)), _) => {
            // A status of another kind than the one asked for fits nothing.
            let status = also.kind.as_ref().is_none_or(|asked| *asked == kind).then_some(status);
            also.kind = also.kind.or(Some(kind));
            also.status = Some(status.unwrap_or_default());
            (named, also)
        }
        (named, None, _) => (named, also),
    }
}

fn word(text: &str) -> Option<String> {
    Token::new(text).ok().map(String::from)
}

fn due_before(code: &str, now: Timestamp) -> Option<Timestamp> {
    let (_, hours) = DUE.iter().find(|(known, _)| *known == code)?;
    Some(now.plus_millis(hours * HOUR_MS))
}

fn assigned(code: &str, officer: &Officer) -> Option<Option<MatterId>> {
    match code {
        "me" => Some(Some(officer.record)),
        "nobody" => Some(None),
        record => MatterId::from_hex(record).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_784_000_000_000);

    fn officer() -> Officer {
        Officer {
            record: MatterId::from_bytes([4; 32]),
            name: "Amara Olin".into(),
            roles: Vec::new(),
            endings: 0,
        }
    }

    fn means(address: &str) -> Result<(Facet, Also), Vec<Unread>> {
        Filter::read(address).means(&officer(), NOW)
    }

    #[test]
    fn a_filter_reads_back_from_its_own_address() {
        let address = "list=due&kind=request&status=request%2Fsent&assigned=me&from=2026-11-01";
        let filter = Filter::read(address);
        assert_eq!(filter.address(None), address);
        assert_eq!(Filter::read(&filter.address(Some("ended"))).list, "ended");
        let strange = Filter::read("list=elsewhere&name=Ilo+Marn&kind=+&from=2026-11-01");
        assert_eq!(strange.address(None), "list=all&from=2026-11-01", "only fields of a filter are kept");
        assert_eq!(strange.asks(), 1);
    }

    #[test]
    fn the_shortest_list_is_read() {
        let (facet, also) = means("status=request/sent").unwrap();
        assert_eq!(facet, Facet::Status { kind: "request".into(), status: "sent".into() });
        assert!(also.status.is_none() && also.kind.is_none());
        let (facet, also) = means(&format!("with={}", AgencyId::from_bytes([7; 32]))).unwrap();
        assert_eq!((facet, also.with), (Facet::With(AgencyId::from_bytes([7; 32])), None));
        let (facet, also) =
            means("list=due&status=request/sent&due=day&assigned=nobody&opened=them").unwrap();
        assert_eq!(
            (facet, also.status.as_deref(), also.kind.as_deref()),
            (Facet::Due, Some("sent"), Some("request"))
        );
        assert_eq!(also.due_before, Some(NOW.plus_millis(DAY_MS)));
        assert_eq!((also.assigned, also.ours), (Some(None), Some(false)));
        let (_, also) = means("list=due&kind=evidence&status=request/sent").unwrap();
        assert_eq!(
            (also.kind.as_deref(), also.status.as_deref()),
            (Some("evidence"), Some("")),
            "nothing fits both"
        );
    }

    #[test]
    fn the_last_day_is_within() {
        let (_, also) = means("from=2026-11-01&to=2026-11-01").unwrap();
        let (from, to) = (also.from.unwrap(), also.to.unwrap());
        assert_eq!(from.to_string(), "2026-11-01T00:00:00Z");
        assert_eq!(from.millis_until(to), DAY_MS);
    }

    #[test]
    fn what_cannot_be_read_is_told_for_its_field() {
        let unread =
            means("from=yesterday&to=2026-02-31&due=soon&with=xb&cost=dear&assigned=Ilo").err().unwrap();
        let fields: Vec<_> = unread.iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, ["with", "cost", "due", "assigned", "from", "to"]);
    }
}
