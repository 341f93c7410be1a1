//! One box to find a matter: by number, by either side's reference, by partner, by what its content says.
//!
//! What fits more narrowly comes first; within each, the latest matter first. Content is found by the view of words and
//! shown as it was written, if it is still there. A matter the caller may not know of is passed over in silence: it is
//! in no line and in no count.

use std::collections::{BTreeMap, BTreeSet};

use comity_domain::words::Words;
use comity_journal::ids::{MatterId, NumberTyped};
use comity_journal::suite::Hash;
use serde::Serialize;

use super::matters::MatterLine;
use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;
use crate::views::{
    self, Facet, MatterRow, Plain, SEARCH, Term, after_gram, after_reference, reference_form, terms,
};

/// The most matters one search shows.
pub const MOST_FOUND: usize = 50;
/// Shorter beginnings of a number fit too many.
const NUMBER_CHARACTERS: usize = 4;
/// How many rows of one word are looked at.
const ROWS_A_WORD: usize = 1000;
/// How many matters are looked into for one search.
const LOOKED_AT: usize = 200;
/// How many words of what was typed are looked up; the rest is looked for in what they find.
const WORDS_LOOKED_UP: usize = 6;
/// How many characters are shown on each side of what was found.
const AROUND: usize = 40;

/// A matter that was found.
#[derive(Clone, Debug, Serialize)]
pub struct SearchLine {
    /// As in the list.
    #[serde(flatten)]
    pub line: MatterLine,
    /// Where it fits.
    pub hit: Snippet,
}

/// What was found, with what stands around it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Snippet {
    /// What stands before it.
    pub before: String,
    /// What was found, as it is written there.
    pub found: String,
    /// What stands after it.
    pub after: String,
}

/// What a search shows.
#[derive(Clone, Debug)]
pub struct SearchPage {
    /// The matters, the best fit first.
    pub lines: Vec<SearchLine>,
    /// Whether more may fit: type more.
    pub more: bool,
}

/// How a matter fits.
#[derive(Clone)]
enum Fit {
    Number,
    Reference,
    Partner(String),
    Content,
}

/// A matter that may fit: its kind, its id, and how.
type Candidate = (String, MatterId, Fit);

/// Matters by their place among those of a word: the latest first.
type Places = BTreeMap<Vec<u8>, (String, MatterId)>;

/// What is looked for.
struct Search<'t> {
    typed: &'t str,
    terms: Vec<Term>,
    /// Whether something was not looked at.
    cut_short: bool,
}

impl Ledger {
    /// Finds what an officer may read, by what the officer typed; at most `limit`, and never more than [`MOST_FOUND`].
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn search_for(
        &mut self,
        officer: &Officer,
        typed: &str,
        limit: usize,
        words: &Words,
    ) -> Result<SearchPage, Failure> {
        let readable = |row: &MatterRow| {
            officer.may_in_row(Doing::SeeMatter, row) && officer.may_in_row(Doing::ReadContent, row)
        };
        self.search(typed, limit, &readable, words)
    }

    /// Finds matters that pass a test by what was typed, as [`Self::search_for`] does.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn search(
        &mut self,
        typed: &str,
        limit: usize,
        passes: &dyn Fn(&MatterRow) -> bool,
        words: &Words,
    ) -> Result<SearchPage, Failure> {
        let limit = limit.clamp(1, MOST_FOUND);
        let mut search = Search { typed, terms: terms(typed), cut_short: false };
        let names = self.partner_names(words)?;
        let (mut seen, mut lines, mut looked_at) = (BTreeSet::new(), Vec::new(), 0);
        let ways: [fn(&mut Self, &mut Search<'_>) -> Result<Vec<Candidate>, Failure>; 4] =
            [Self::by_number, Self::by_reference, Self::by_partner, Self::by_content];
        for way in ways {
            for (kind, id, fit) in way(self, &mut search)? {
                if seen.contains(&id) {
                    continue;
                }
                let Some(row) = self.row(&kind, &id)?.filter(|row| passes(row)) else { continue };
                if lines.len() == limit || looked_at == LOOKED_AT {
                    return Ok(SearchPage { lines, more: true });
                }
                looked_at += 1;
                let Some(hit) = self.hit(&row, &fit, &search)? else { continue };
                seen.insert(id);
                lines.push(SearchLine { line: self.line(&row, &names, words)?, hit });
            }
        }
        // Whether something was not looked at tells of matters only where some of them are shown.
        let more = search.cut_short && !lines.is_empty();
        Ok(SearchPage { lines, more })
    }

    fn by_number(&mut self, search: &mut Search<'_>) -> Result<Vec<Candidate>, Failure> {
        let typed = search.typed.trim();
        let long_enough = typed.chars().filter(char::is_ascii_alphanumeric).count() >= NUMBER_CHARACTERS;
        let Some(number) = NumberTyped::read(typed).filter(|_| long_enough) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for kind in self.kinds.iter().map(|kind| kind.def()).filter(|def| def.shared) {
            let ids = self.numbered(kind, &number, LOOKED_AT)?;
            found.extend(ids.into_iter().map(|id| (kind.code.to_owned(), id, Fit::Number)));
        }
        Ok(found)
    }

    fn by_reference(&mut self, search: &mut Search<'_>) -> Result<Vec<Candidate>, Failure> {
        if reference_form(search.typed).chars().count() < 2 {
            return Ok(Vec::new());
        }
        let (places, cut_short) = self.run_of(&after_reference(search.typed))?;
        search.cut_short |= cut_short;
        Ok(places.into_values().map(|(kind, id)| (kind, id, Fit::Reference)).collect())
    }

    fn by_partner(&mut self, search: &mut Search<'_>) -> Result<Vec<Candidate>, Failure> {
        if search.terms.is_empty() {
            return Ok(Vec::new());
        }
        let fits = |name: &str| {
            let plain = Plain::of(name);
            search.terms.iter().all(|term| plain.find(term).is_some())
        };
        let mut found = Vec::new();
        for partner in self.known_partners()?.iter() {
            if fits(&partner.name) || fits(&partner.label) {
                let (places, cut_short) = self.latest_places(&Facet::With(partner.agency), LOOKED_AT)?;
                search.cut_short |= cut_short;
                let fit = Fit::Partner(partner.name.clone());
                found.extend(places.into_iter().map(|(kind, id)| (kind, id, fit.clone())));
            }
        }
        Ok(found)
    }

    /// The matters that have all the words that were typed, the latest first. What the rarer words find is looked
    /// through; where every word is a common one, the latest matters of it are.
    fn by_content(&mut self, search: &mut Search<'_>) -> Result<Vec<Candidate>, Failure> {
        let grams: BTreeSet<String> = search.terms.iter().flat_map(Term::grams).collect();
        let (mut rare, mut common): (Option<Places>, Option<Places>) = (None, None);
        for gram in grams.into_iter().take(WORDS_LOOKED_UP) {
            let (places, cut_short) = self.run_of(&after_gram(&gram))?;
            if cut_short {
                // The latest matters of two common words need not be the same ones.
                let fewer = in_both(common.clone(), places);
                common = if fewer.is_empty() { common } else { Some(fewer) };
            } else {
                rare = Some(in_both(rare, places));
            }
        }
        search.cut_short |= rare.is_none() && common.is_some();
        let places = rare.or(common).unwrap_or_default();
        Ok(places.into_values().map(|(kind, id)| (kind, id, Fit::Content)).collect())
    }

    /// The matters whose words begin so, by their place; and whether there are more than were looked at.
    fn run_of(&self, beginning: &[u8]) -> Result<(Places, bool), Failure> {
        let run = self.store.view(SEARCH, Some(beginning), ROWS_A_WORD)?;
        let last_fits = run.last().is_some_and(|(key, _)| key.starts_with(beginning));
        let cut_short = run.len() == ROWS_A_WORD && last_fits;
        let run = run.iter().take_while(|(key, _)| key.starts_with(beginning));
        let places = run.filter_map(|(key, _)| {
            let (place, id, kind) = views::matter_of(key)?;
            Some((place.to_vec(), (kind.to_owned(), id)))
        });
        Ok((places.collect(), cut_short))
    }

    /// Where a matter fits, as it is written there; `None` when it does not after all.
    fn hit(&mut self, row: &MatterRow, fit: &Fit, search: &Search<'_>) -> Result<Option<Snippet>, Failure> {
        let whole = |found: String| Some(Snippet { found, ..Snippet::default() });
        match fit {
            Fit::Number => Ok(whole(self.number(&row.kind, &row.id)?)),
            Fit::Partner(name) => Ok(whole(name.clone())),
            Fit::Reference => {
                let headline = self.headline(row)?;
                let form = reference_form(search.typed);
                let mut references = [headline.ours, headline.theirs].into_iter().flatten();
                let found = references.find(|reference| reference_form(reference).starts_with(&form));
                Ok(found.and_then(whole))
            }
            Fit::Content => self.hit_in_content(row, &search.terms),
        }
    }

    /// Every term must stand somewhere in the content of the matter; the first one found is shown.
    fn hit_in_content(&mut self, row: &MatterRow, terms: &[Term]) -> Result<Option<Snippet>, Failure> {
        let (mut missing, mut shown): (Vec<&Term>, Option<Snippet>) = (terms.iter().collect(), None);
        let headings: Vec<Hash> =
            row.subject.into_iter().chain(row.references.iter().map(|referring| referring.entry)).collect();
        let mut read = BTreeSet::new();
        for entry in headings.into_iter().filter(|entry| read.insert(*entry)).collect::<Vec<_>>() {
            self.look_into(&row.kind, &entry, &mut missing, &mut shown)?;
            if missing.is_empty() {
                return Ok(shown);
            }
        }
        let entries: Vec<Hash> = self.matter(&row.id)?.entries().iter().map(|entry| entry.hash()).collect();
        for entry in entries.into_iter().filter(|entry| !read.contains(entry)) {
            self.look_into(&row.kind, &entry, &mut missing, &mut shown)?;
            if missing.is_empty() {
                return Ok(shown);
            }
        }
        Ok(None)
    }

    fn look_into(
        &self,
        kind: &str,
        entry: &Hash,
        missing: &mut Vec<&Term>,
        shown: &mut Option<Snippet>,
    ) -> Result<(), Failure> {
        for part in self.store.parts(entry)? {
            for written in self.contents.texts(kind, &part) {
                let plain = Plain::of(&written.text);
                missing.retain(|term| {
                    let Some(place) = plain.find(term) else { return true };
                    shown.get_or_insert_with(|| Snippet::of(&written.text, place));
                    false
                });
                if missing.is_empty() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// What is in both, or in the second where there is no first.
fn in_both(known: Option<Places>, found: Places) -> Places {
    match known {
        Some(mut known) => {
            known.retain(|place, _| found.contains_key(place));
            known
        }
        None => found,
    }
}

impl Snippet {
    /// What stands around a place in a text, on one line.
    fn of(text: &str, (from, to): (usize, usize)) -> Self {
        let before: Vec<char> = text[..from].chars().rev().take(AROUND).collect();
        let line = |text: String| text.replace(['\n', '\t'], " ");
        Self {
            before: line(before.into_iter().rev().collect()),
            found: line(text[from..to].to_owned()),
            after: line(text[to..].chars().take(AROUND).collect()),
        }
    }
}
