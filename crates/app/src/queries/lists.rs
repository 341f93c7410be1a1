//! Lists of matters: a page of one, and how many there are.
//!
//! A page is one run of keys and the rows they name; no matter is folded for it. What a filter leaves out counts
//! towards what is read, so that a rare match makes a short page and never a slow one.

use std::collections::BTreeMap;
use std::sync::Arc;

use comity_domain::clock::Consequence;
use comity_domain::words::Words;
use comity_journal::card::Card;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use serde::Serialize;

use super::matters::MatterLine;
use crate::authorise::{Doing, Reach};
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;
use crate::views::{Cursor, Facet, FirstDue, Heading, MatterRow, ORDER, Referring, Side, What, place_in};

/// The longest page.
pub const LONGEST_PAGE: usize = 100;
/// How many rows are read for one page at most.
const READ_AT_MOST: usize = 500;
/// How many runs of rows are read for an officer who may see none of them.
const RUNS: usize = 4;
/// How far lists are counted.
const COUNTED: usize = 99;

/// A test of a row that a caller brings: what an officer may know of, say.
pub type RowTest = Arc<dyn Fn(&MatterRow) -> bool + Send + Sync>;

/// What a list shows beyond being that list. Everything that is given must hold.
#[derive(Clone, Default)]
pub struct Also {
    /// Matters of this kind.
    pub kind: Option<String>,
    /// In this status.
    pub status: Option<String>,
    /// With this partner.
    pub with: Option<AgencyId>,
    /// That wait for this side.
    pub waiting: Option<Side>,
    /// Whose first clock costs this.
    pub consequence: Option<Consequence>,
    /// Whose first clock strikes before this.
    pub due_before: Option<Timestamp>,
    /// That we opened, or another party.
    pub ours: Option<bool>,
    /// Assigned to the officer of this record, or to nobody.
    pub assigned: Option<Option<MatterId>>,
    /// Whose latest entry was made at or after this.
    pub from: Option<Timestamp>,
    /// Whose latest entry was made before this.
    pub to: Option<Timestamp>,
    /// In which something has arrived that nobody took note of, or not.
    pub arrived: Option<bool>,
    /// In which nobody need do anything any more, or not.
    pub ended: Option<bool>,
    /// That pass this test.
    pub only: Option<RowTest>,
}

/// Which page of which list.
#[derive(Clone)]
pub struct ListQuery {
    /// The list.
    pub facet: Facet,
    /// What it shows of it.
    pub also: Also,
    /// After which place; from the beginning where there is none.
    pub after: Option<Cursor>,
    /// How many lines, [`LONGEST_PAGE`] at most.
    pub limit: usize,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct ListPage {
    /// The matters.
    pub lines: Vec<MatterLine>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
    /// Whether there may be more. A page can be short, or empty, and have more after it.
    pub more: bool,
}

/// How many matters a list has, as far as it was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// So many at least.
    pub count: usize,
    /// Whether there are more.
    pub more: bool,
}

impl std::fmt::Display for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.count, if self.more { "+" } else { "" })
    }
}

impl Also {
    /// Whether it lets every row pass.
    fn is_everything(&self) -> bool {
        let Self { kind, status, with, waiting, consequence, arrived, ended, only, .. } = self;
        let none = kind.is_none() && status.is_none() && with.is_none() && waiting.is_none();
        let Self { due_before, ours, assigned, from, to, .. } = self;
        let nobody = due_before.is_none() && ours.is_none() && assigned.is_none();
        let whenever = from.is_none() && to.is_none();
        let whatever = consequence.is_none() && arrived.is_none() && ended.is_none() && only.is_none();
        none && nobody && whenever && whatever
    }

    /// Whether a row passes.
    pub fn passes(&self, row: &MatterRow) -> bool {
        let due = row.first_due.as_ref().map(|due| due.at);
        self.kind.as_ref().is_none_or(|kind| row.kind == *kind)
            && self.status.as_ref().is_none_or(|status| row.status == *status)
            && self.with.is_none_or(|agency| row.with.contains(&agency))
            && self.waiting.is_none_or(|side| row.waits_for() == Some(side))
            && self.consequence.is_none_or(|consequence| row.consequence() == consequence)
            && self.due_before.is_none_or(|before| due.is_some_and(|due| due < before))
            && self.ours.is_none_or(|ours| row.ours == ours)
            && self.assigned.is_none_or(|assigned| row.assigned == assigned)
            && self.from.is_none_or(|from| row.updated >= from)
            && self.to.is_none_or(|to| row.updated < to)
            && self.arrived.is_none_or(|arrived| row.arrived_unread.is_some() == arrived)
            && self.ended.is_none_or(|ended| row.ended == ended)
            && self.only.as_ref().is_none_or(|test| test(row))
    }
}

/// What the content of a matter says in a list, while it is there.
#[derive(Default)]
pub(super) struct Headline {
    pub(super) title: Option<String>,
    pub(super) ours: Option<String>,
    pub(super) theirs: Option<String>,
    /// The parties a draft names, ourselves among them.
    pub(super) drafted_for: Vec<AgencyId>,
}

impl Ledger {
    /// A page of a list.
    ///
    /// # Errors
    /// When the cursor is none of this list, or the store cannot be read.
    pub fn matter_lines(&mut self, list: &ListQuery, words: &Words) -> Result<ListPage, Failure> {
        let (rows, next) = self.matter_rows(list)?;
        let names = self.partner_names(words)?;
        let lines: Result<Vec<_>, Failure> = rows.iter().map(|row| self.line(row, &names, words)).collect();
        Ok(ListPage { lines: lines?, more: next.is_some(), next })
    }

    /// A page of a list as an officer may see it. What is not theirs to see makes a page shorter, and shows in no count.
    ///
    /// # Errors
    /// As [`Self::matter_lines`].
    pub fn matter_lines_for(
        &mut self,
        officer: &Officer,
        list: &ListQuery,
        words: &Words,
    ) -> Result<ListPage, Failure> {
        let Some(facet) = known_part(officer, &list.facet) else { return Ok(ListPage::empty()) };
        let (mut list, mut rows) = (ListQuery { facet, ..list.clone() }, Vec::new());
        for _ in 0..RUNS {
            let (read, next) = self.matter_rows(&list)?;
            rows.extend(read.into_iter().filter(|row| officer.may_in_row(Doing::SeeMatter, row)));
            list.after = next;
            if list.after.is_none() || !rows.is_empty() {
                break;
            }
        }
        let names = self.partner_names(words)?;
        let lines = rows.iter().map(|row| self.line_for(officer, row, &names, words));
        Ok(ListPage { lines: lines.collect::<Result<_, _>>()?, more: list.after.is_some(), next: list.after })
    }

    /// The first rows of a list that an officer may know, `limit` at most; and whether the list goes on.
    pub(super) fn rows_for(
        &mut self,
        officer: &Officer,
        facet: &Facet,
        limit: usize,
    ) -> Result<(Vec<Arc<MatterRow>>, bool), Failure> {
        let Some(facet) = known_part(officer, facet) else { return Ok((Vec::new(), false)) };
        let places = self.places(&facet, &facet.beginning(), limit + 1)?;
        let more = places.len() > limit;
        let rows = places.into_iter().take(limit).filter_map(|(_, row)| row);
        let rows = rows.filter(|row| officer.may_in_row(Doing::SeeMatter, row)).collect();
        Ok((rows, more))
    }

    /// The rows of a page, and where the next one begins.
    ///
    /// # Errors
    /// As [`Self::matter_lines`].
    pub fn matter_rows(
        &mut self,
        list: &ListQuery,
    ) -> Result<(Vec<Arc<MatterRow>>, Option<Cursor>), Failure> {
        let limit = list.limit.clamp(1, LONGEST_PAGE);
        let mut after = self.begins(list)?;
        let (mut rows, mut read) = (Vec::new(), 0);
        while read < READ_AT_MOST {
            // One more than fits tells whether there is a next page.
            let places = self.places(&list.facet, &after, limit + 1)?;
            let last_run = places.len() <= limit;
            for (key, row) in places {
                if rows.len() == limit {
                    return Ok((rows, Cursor::of(&list.facet, &after)));
                }
                read += 1;
                after = key;
                rows.extend(row.filter(|row| list.also.passes(row)));
            }
            if last_run {
                return Ok((rows, None));
            }
        }
        Ok((rows, Cursor::of(&list.facet, &after)))
    }

    /// How many matters there are in a list, counted as far as 99.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn count_matters(&mut self, facet: &Facet, also: &Also) -> Result<Counted, Failure> {
        let beginning = facet.beginning();
        let places = self.store.view(ORDER, Some(&beginning), COUNTED + 1)?;
        let mut places: Vec<_> =
            places.into_iter().take_while(|(key, _)| key.starts_with(&beginning)).collect();
        let more = places.len() > COUNTED;
        places.truncate(COUNTED);
        if also.is_everything() {
            return Ok(Counted { count: places.len(), more });
        }
        let mut count = 0;
        for (key, _) in places {
            let row = self.row_at(facet, &key)?;
            count += usize::from(row.is_some_and(|row| also.passes(&row)));
        }
        Ok(Counted { count, more })
    }

    fn begins(&self, list: &ListQuery) -> Result<Vec<u8>, Failure> {
        let Some(cursor) = &list.after else { return Ok(list.facet.beginning()) };
        let elsewhere = || Failure::Usage("this list has no such page; begin at its first".into());
        cursor.key(&list.facet).ok_or_else(elsewhere)
    }

    /// A run of places in a list, with their rows.
    fn places(
        &mut self,
        facet: &Facet,
        after: &[u8],
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Option<Arc<MatterRow>>)>, Failure> {
        let beginning = facet.beginning();
        let run = self.store.view(ORDER, Some(after), limit)?;
        let run = run.into_iter().take_while(|(key, _)| key.starts_with(&beginning));
        run.map(|(key, _)| Ok((key.clone(), self.row_at(facet, &key)?))).collect()
    }

    /// The first matters of a list, and whether there are more.
    pub(super) fn latest_places(
        &self,
        facet: &Facet,
        limit: usize,
    ) -> Result<(Vec<(String, MatterId)>, bool), Failure> {
        let beginning = facet.beginning();
        let run = self.store.view(ORDER, Some(&beginning), limit)?;
        let places = run.iter().filter_map(|(key, _)| {
            let (kind, id) = place_in(facet, key.strip_prefix(&beginning[..])?)?;
            Some((kind.to_owned(), id))
        });
        let places: Vec<_> = places.collect();
        let more = places.len() == limit;
        Ok((places, more))
    }

    fn row_at(&mut self, facet: &Facet, key: &[u8]) -> Result<Option<Arc<MatterRow>>, Failure> {
        let place = key.strip_prefix(&facet.beginning()[..]).and_then(|place| place_in(facet, place));
        match place {
            Some((kind, id)) => self.row(kind, &id),
            None => Err(Failure::Fault("a key of the view `order` cannot be read".into())),
        }
    }

    /// What we call our partners.
    pub(super) fn partner_names(&mut self, words: &Words) -> Result<BTreeMap<AgencyId, String>, Failure> {
        let partners = self.known_partners()?;
        let mut names: BTreeMap<_, _> =
            partners.iter().map(|partner| (partner.agency, partner.name.clone())).collect();
        // Of the others there is a card that somebody brought: its word for itself, which nobody here has compared.
        let language = words.lang().code();
        let unmet = self.cards.agencies().filter(|card| !names.contains_key(&card.agency()));
        let introduced = |card: &Card| {
            let by = self.introduced.get(&card.agency()).and_then(|by| names.get(by));
            let name = card.name(language);
            match by {
                Some(by) => words.text_with("agency-introduced-by", &[("name", name), ("by", by)]),
                None => words.text_with("agency-introduced", &[("name", name)]),
            }
        };
        let introduced: Vec<_> = unmet.map(|card| (card.agency(), introduced(card))).collect();
        names.extend(introduced);
        Ok(names)
    }

    /// A row as a line for an officer: without what the officer may not read.
    pub(super) fn line_for(
        &mut self,
        officer: &Officer,
        row: &MatterRow,
        names: &BTreeMap<AgencyId, String>,
        words: &Words,
    ) -> Result<MatterLine, Failure> {
        let may_read = officer.may_in_row(Doing::ReadContent, row);
        let headline = if may_read { self.headline(row)? } else { Headline::default() };
        self.line_under(headline, row, names, words)
    }

    /// A row as a line.
    pub(super) fn line(
        &mut self,
        row: &MatterRow,
        names: &BTreeMap<AgencyId, String>,
        words: &Words,
    ) -> Result<MatterLine, Failure> {
        let headline = self.headline(row)?;
        self.line_under(headline, row, names, words)
    }

    fn line_under(
        &mut self,
        headline: Headline,
        row: &MatterRow,
        names: &BTreeMap<AgencyId, String>,
        words: &Words,
    ) -> Result<MatterLine, Failure> {
        let (now, partners) = (self.now(), self.known_partners()?);
        let without_node = |agency: &AgencyId| {
            partners.iter().any(|partner| partner.agency == *agency && partner.off_network)
        };
        let name = |agency: &AgencyId| names.get(agency).cloned().unwrap_or_else(|| short(agency));
        let side = |side| match side {
            Side::Us => "us".to_owned(),
            Side::Them => "them".to_owned(),
        };
        let first = row.first_due.as_ref();
        let drafted_for = headline.drafted_for.iter().filter(|agency| **agency != self.agency);
        let with: Vec<_> = row.with.iter().chain(drafted_for.filter(|_| row.with.is_empty())).collect();
        Ok(MatterLine {
            number: self.number(&row.kind, &row.id)?,
            id: row.id,
            kind: words.text(&row.kind),
            kind_code: row.kind.clone(),
            assigned: row.assigned,
            status: row.status.clone(),
            status_text: words.status(&row.kind, &row.status),
            by_hand: !with.is_empty() && with.iter().all(|agency| without_node(agency)),
            with: with.into_iter().map(name).collect(),
            waited_for: row.waits_for().map(side),
            title: headline.title,
            our_reference: headline.ours,
            their_reference: headline.theirs,
            updated: row.updated.to_string(),
            due: first.map(|due| due_text(words, due, now)),
            due_at: first.map(|due| due.at.to_string()),
            overdue: first.is_some_and(|due| now > due.at),
            consequence: first.map(|due| due.consequence.code()),
            arrived: row.arrived_unread.is_some(),
            unanswered: row.is_unanswered(),
            ended: row.ended,
            quarantined: self.is_quarantined(row)?,
        })
    }

    /// Whether a partner in quarantine has opened a matter since. Most lists are of partners that are not.
    fn is_quarantined(&mut self, row: &MatterRow) -> Result<bool, Failure> {
        let partners = self.known_partners()?;
        let apart = |agency: &AgencyId| {
            partners.iter().any(|known| known.agency == *agency && known.lane.quarantine.is_some())
        };
        if row.ours || row.ended || !row.with.iter().any(apart) {
            return Ok(false);
        }
        self.quarantined_in(None, &row.id, None)
    }

    /// The title and both sides' references, as far as that content is present.
    pub(super) fn headline(&mut self, row: &MatterRow) -> Result<Headline, Failure> {
        let mut headline = Headline::default();
        let entries = row.subject.iter().chain(row.references.iter().map(|referring| &referring.entry));
        let mut read = Vec::new();
        for entry in entries {
            if !read.contains(entry) {
                read.push(*entry);
                let heading = self.heading(&row.kind, entry)?;
                headline.take_up(row, entry, &heading);
            }
        }
        Ok(headline)
    }

    /// What is left of the content of an entry, as far as lists tell it.
    fn heading(&mut self, kind: &str, entry: &Hash) -> Result<Arc<Heading>, Failure> {
        if let Some(heading) = self.last_read.heading(entry) {
            return Ok(heading);
        }
        let heading = Arc::new(self.contents.heading(kind, &self.store.parts(entry)?));
        self.last_read.keep_heading(*entry, &heading);
        Ok(heading)
    }
}

impl Headline {
    /// What an entry of the matter adds to it.
    fn take_up(&mut self, row: &MatterRow, entry: &Hash, heading: &Heading) {
        let ours = |referring: &Referring| referring.entry == *entry && referring.ours;
        let of_us = row.references.iter().any(ours);
        for written in &heading.written {
            let place = match written.what {
                What::Title if row.subject == Some(*entry) => &mut self.title,
                What::Reference if of_us => &mut self.ours,
                What::Reference => &mut self.theirs,
                _ => continue,
            };
            place.get_or_insert_with(|| written.text.clone());
        }
        if row.subject == Some(*entry) {
            self.drafted_for.clone_from(&heading.parties);
        }
    }
}

impl ListPage {
    fn empty() -> Self {
        Self { lines: Vec::new(), next: None, more: false }
    }
}

/// The list an officer's pages are read from: of who knows matters by being of their team, the list of those alone.
pub(super) fn known_part(officer: &Officer, list: &Facet) -> Option<Facet> {
    match officer.reach(Doing::SeeMatter)? {
        _ if matches!(list, Facet::Known(of, _) if *of == officer.record) => Some(list.clone()),
        Reach::OwnTeam => Some(list.clone().known_to(officer.record)),
        Reach::Unrestricted | Reach::Anything => Some(list.clone()),
    }
}

fn short(agency: &AgencyId) -> String {
    agency.to_string().chars().take(12).collect()
}

fn due_text(words: &Words, due: &FirstDue, now: Timestamp) -> String {
    let state = if now > due.at { "overlay-overdue" } else { "overlay-due" };
    format!("{}: {} {}", words.clock(&due.clock), words.text(state), due.at)
}
