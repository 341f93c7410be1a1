//! The view `order`: in which lists a matter stands, and where.
//!
//! A key is the list's name, a zero byte, what the list is sorted by, and the matter's id with its kind; the row is
//! empty. A page of a list is one run of keys after the last one seen, whatever has come or gone since.

use std::collections::BTreeSet;

use comity_domain::clock::Consequence;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::time::Timestamp;
use comity_store::ViewRow;

use super::ORDER;
use super::row::{MatterRow, Side};
use crate::ledger::Pending;

/// How many bytes an id has.
pub(super) const ID: usize = 32;
/// How many bytes a list is sorted by: a rank and a time.
const SORT: usize = 9;
/// The rank in lists that go by time alone.
const NO_RANK: u8 = u8::MAX;

/// A list of matters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Facet {
    /// All shared matters, the latest first.
    All,
    /// Those of a kind in a status, the latest first.
    Status {
        /// The kind.
        kind: String,
        /// The status.
        status: String,
    },
    /// Those with a partner, the latest first.
    With(AgencyId),
    /// Those that wait for us, the latest first.
    WaitingUs,
    /// Those that wait for others, the latest first.
    WaitingThem,
    /// Those in which something has arrived that nobody here has taken note of: by consequence, then the latest first.
    Arrived,
    /// Those of partners that we have answered with nothing yet, and those in which something has arrived that nobody here
    /// has taken note of: by consequence, then the latest first.
    Intake,
    /// Those in which somebody has not answered a recall, the latest first.
    Recalled,
    /// Those in which a draft waits for somebody's approval or review, the latest first.
    ToApprove,
    /// Those with a clock that runs: by consequence, then the earliest first.
    Due,
    /// Those of them that wait for us, in the same order.
    DueUs,
    /// Those that wait for us and have no clock that runs, the latest first.
    UndatedUs,
    /// Those in which nobody need do anything any more, the latest first.
    Ended,
    /// Those that have ended and whose content is to be reviewed, the earliest first.
    ToReview,
    /// Those in which an officer has a task that is not done, the latest first; by the officer's record.
    Tasked(MatterId),
    /// Those whose acts name this matter, the latest first.
    Naming(MatterId),
    /// Those of another list whose team an officer belongs to, in its order; by the officer's record.
    Known(MatterId, Box<Self>),
}

impl Facet {
    /// Its name, for an address: no name of a person or agency.
    pub fn name(&self) -> String {
        match self {
            Self::All => "all".into(),
            Self::Status { kind, status } => format!("status/{kind}/{status}"),
            Self::With(agency) => format!("with/{agency}"),
            Self::WaitingUs => "waiting-us".into(),
            Self::WaitingThem => "waiting-them".into(),
            Self::Arrived => "arrived".into(),
            Self::Intake => "intake".into(),
            Self::ToApprove => "to-approve".into(),
            Self::Recalled => "recalled".into(),
            Self::Due => "due".into(),
            Self::DueUs => "due-us".into(),
            Self::UndatedUs => "undated-us".into(),
            Self::Ended => "ended".into(),
            Self::ToReview => "to-review".into(),
            Self::Tasked(officer) => format!("tasked/{officer}"),
            Self::Naming(matter) => format!("naming/{matter}"),
            Self::Known(officer, list) => format!("known/{officer}/{}", list.name()),
        }
    }

    /// The list as far as this officer knows it as one of a team.
    pub fn known_to(self, officer: MatterId) -> Self {
        Self::Known(officer, Box::new(self))
    }

    /// The list of this name; those of one officer have none that could be asked for; `None` where there is none.
    pub fn named(name: &str) -> Option<Self> {
        let by_turn = [Self::WaitingUs, Self::WaitingThem, Self::ToApprove, Self::Intake, Self::DueUs];
        let plain = [
            Self::All,
            Self::Arrived,
            Self::Due,
            Self::UndatedUs,
            Self::Recalled,
            Self::Ended,
            Self::ToReview,
        ];
        if let Some(facet) = plain.into_iter().chain(by_turn).find(|facet| facet.name() == name) {
            return Some(facet);
        }
        if let Some(agency) = name.strip_prefix("with/") {
            return AgencyId::from_hex(agency).map(Self::With);
        }
        let (kind, status) = name.strip_prefix("status/")?.split_once('/')?;
        let word = |text: &str| comity_journal::ids::Token::new(text).ok().map(String::from);
        Some(Self::Status { kind: word(kind)?, status: word(status)? })
    }

    /// What all keys of the list begin with.
    pub(crate) fn beginning(&self) -> Vec<u8> {
        [self.name().as_bytes(), &[0]].concat()
    }

    /// What the matter is sorted by in this list.
    fn sorted_by(&self, row: &MatterRow) -> [u8; SORT] {
        if let Self::Known(_, list) = self {
            return list.sorted_by(row);
        }
        let (rank, time) = match (self, &row.first_due, row.arrived_unread) {
            (Self::Due | Self::DueUs, Some(due), _) => (rank(row.consequence()), earliest_first(due.at)),
            (Self::Arrived, _, Some(arrived)) => (rank(row.consequence()), latest_first(arrived)),
            (Self::Intake, _, arrived) => {
                (rank(row.consequence()), latest_first(arrived.unwrap_or(row.since)))
            }
            (Self::ToReview, ..) => (NO_RANK, earliest_first(row.review_by.unwrap_or(row.updated))),
            _ => (NO_RANK, latest_first(row.updated)),
        };
        let mut bytes = [rank; SORT];
        bytes[1..].copy_from_slice(&time);
        bytes
    }

    /// Whether the gravest come first in it.
    fn is_ranked(&self) -> bool {
        match self {
            Self::Known(_, list) => list.is_ranked(),
            list => matches!(list, Self::Due | Self::DueUs | Self::Arrived | Self::Intake),
        }
    }

    /// The key of a matter in this list.
    fn key(&self, row: &MatterRow) -> Vec<u8> {
        let place = [&self.sorted_by(row)[..], row.id.as_bytes(), row.kind.as_bytes()].concat();
        [self.beginning(), place].concat()
    }
}

/// The lists a shared matter stands in.
pub fn facets(row: &MatterRow) -> Vec<Facet> {
    let mut facets = vec![Facet::All, Facet::Status { kind: row.kind.clone(), status: row.status.clone() }];
    facets.extend(row.with.iter().copied().map(Facet::With));
    facets.extend(row.waits_for().map(|side| match side {
        Side::Us => Facet::WaitingUs,
        Side::Them => Facet::WaitingThem,
    }));
    facets.extend((!row.lacks.is_empty()).then_some(Facet::ToApprove));
    facets.extend(row.recalled.then_some(Facet::Recalled));
    facets.extend(row.arrived_unread.map(|_| Facet::Arrived));
    facets.extend((row.arrived_unread.is_some() || row.is_unanswered()).then_some(Facet::Intake));
    let waits_for_us = row.waits_for() == Some(Side::Us);
    if row.first_due.is_some() {
        facets.push(Facet::Due);
        facets.extend(waits_for_us.then_some(Facet::DueUs));
    } else {
        facets.extend(waits_for_us.then_some(Facet::UndatedUs));
    }
    facets.extend(row.ended.then_some(Facet::Ended));
    facets.extend(row.review_by.map(|_| Facet::ToReview));
    facets.extend(row.names.iter().copied().map(Facet::Naming));
    let known = |officer: &MatterId| facets.iter().cloned().map(|facet| facet.known_to(*officer)).collect();
    let of_team: Vec<Vec<_>> = row.team.iter().map(known).collect();
    let of_officers = of_team.into_iter().flatten().chain(row.tasked.iter().copied().map(Facet::Tasked));
    facets.into_iter().chain(of_officers).collect()
}

/// Takes a matter out of the places it no longer has, and puts it where it is now.
pub(super) fn project(pending: &mut Pending, before: Option<&MatterRow>, now: &MatterRow) {
    let keys = |row: &MatterRow| -> BTreeSet<Vec<u8>> { facets(row).iter().map(|f| f.key(row)).collect() };
    let (before, now) = (before.map(keys).unwrap_or_default(), keys(now));
    let gone = before.difference(&now).map(|key| ViewRow { view: ORDER, key: key.clone(), value: None });
    let value = || Some(Vec::new());
    let new = now.difference(&before).map(|key| ViewRow { view: ORDER, key: key.clone(), value: value() });
    pending.commit.views.extend(gone.chain(new));
}

/// Takes a matter out of all its places.
pub(super) fn forget(pending: &mut Pending, before: &MatterRow) {
    let gone = facets(before).iter().map(|facet| facet.key(before)).collect::<BTreeSet<_>>();
    let rows = gone.into_iter().map(|key| ViewRow { view: ORDER, key, value: None });
    pending.commit.views.extend(rows);
}

/// A place in a list. What comes after it is the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(Vec<u8>);

impl Cursor {
    /// Reads what [`Cursor`] shows as, for this list; `None` for anything else.
    pub fn read(facet: &Facet, shown: &str) -> Option<Self> {
        let place = data_encoding::BASE32_NOPAD.decode(shown.as_bytes()).ok()?;
        let fits = place_in(facet, &place).is_some();
        fits.then_some(Self(place))
    }

    /// The place of a key of this list.
    pub(crate) fn of(facet: &Facet, key: &[u8]) -> Option<Self> {
        key.strip_prefix(&facet.beginning()[..]).map(|place| Self(place.to_vec()))
    }

    /// The key it is the place of; `None` when it is no place of this list.
    pub(crate) fn key(&self, facet: &Facet) -> Option<Vec<u8>> {
        place_in(facet, &self.0).map(|_| [facet.beginning(), self.0.clone()].concat())
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&data_encoding::BASE32_NOPAD.encode(&self.0))
    }
}

/// The kind and the matter at a place of a list; `None` for what is no place of it.
pub(crate) fn place_in<'p>(facet: &Facet, place: &'p [u8]) -> Option<(&'p str, MatterId)> {
    let (sort, id) = place.split_at_checked(SORT)?;
    if (sort[0] == NO_RANK) == facet.is_ranked() {
        return None;
    }
    let (id, kind) = id.split_at_checked(ID)?;
    let kind = std::str::from_utf8(kind).ok()?;
    comity_journal::ids::Token::new(kind).ok()?;
    Some((kind, MatterId::from_slice(id)?))
}

/// The gravest consequence sorts first.
fn rank(consequence: Consequence) -> u8 {
    let place = Consequence::ALL.iter().position(|known| *known == consequence);
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(NO_RANK - 1)
}

/// Bytes that sort as the times do.
fn earliest_first(at: Timestamp) -> [u8; 8] {
    (at.millis() ^ i64::MIN).to_be_bytes()
}

/// Bytes that sort the other way round.
pub(super) fn latest_first(at: Timestamp) -> [u8; 8] {
    (!(at.millis() ^ i64::MIN)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_as_times_do() {
        let times = [i64::MIN, -1, 0, 1, 1_784_000_000_000, i64::MAX].map(Timestamp::from_millis);
        assert!(times.map(earliest_first).is_sorted());
        assert!(times.map(latest_first).iter().rev().is_sorted());
        assert!(Consequence::ALL.iter().map(|consequence| rank(*consequence)).is_sorted());
    }

    #[test]
    fn a_list_is_found_by_its_name_and_by_nothing_else() {
        let with = Facet::With(AgencyId::from_bytes([7; 32]));
        let status = Facet::Status { kind: "request".into(), status: "sent".into() };
        for facet in [
            Facet::All,
            with,
            status,
            Facet::WaitingUs,
            Facet::ToApprove,
            Facet::Due,
            Facet::Arrived,
            Facet::Intake,
            Facet::DueUs,
            Facet::UndatedUs,
            Facet::Recalled,
            Facet::Ended,
            Facet::ToReview,
        ] {
            assert_eq!(Facet::named(&facet.name()), Some(facet));
        }
        for name in ["", "al", "with/07", "status/request", "status//sent", "status/request/Sent"] {
            assert_eq!(Facet::named(name), None, "{name}");
        }
    }

    #[test]
    fn a_cursor_is_a_place_of_its_own_list_only() {
        let place = [&[NO_RANK; SORT + ID][..], b"request"].concat();
        let shown = Cursor(place).to_string();
        let read = Cursor::read(&Facet::All, &shown);
        assert_eq!(read.as_ref().map(ToString::to_string), Some(shown.clone()));
        assert_eq!(Cursor::read(&Facet::Due, &shown), None);
        for forged in ["", "A", "not base 32", &shown[..30], &shown.to_lowercase()] {
            assert_eq!(Cursor::read(&Facet::All, forged), None, "{forged}");
        }
    }
}
