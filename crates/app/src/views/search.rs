//! The view `search`: by which words of its content a matter is found.
//!
//! A key is a word or pair of characters, a zero byte, since when the matter is here (the latest first), its id and its
//! kind; the row is empty. Rows come in the commit that brings the content and go in the commit that erases it, unless
//! other content of the matter still holds the word.

use std::collections::{BTreeMap, BTreeSet};

use comity_journal::entry::Entry;
use comity_journal::ids::MatterId;
use comity_journal::part::OpenPart;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use comity_store::{Recorded, ViewRow};
use std::sync::Arc;

use super::lagging::NewWords;
use super::order::{ID, latest_first};
use super::{Contents, SEARCH, What, grams, reference_form};
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

/// How many words one part is found by; what comes after them in a long paper is not.
const WORDS_A_PART: usize = 2000;
/// What stands before a whole reference; no word begins with it.
const REFERENCE: char = '#';

/// Brings the rows up to date with the content that comes and goes in this commit, and with what came to matters that
/// lagged until now; `since` tells of the matters whose rows were folded for it.
pub(super) fn project(
    ledger: &mut Ledger,
    pending: &mut Pending,
    since: BTreeMap<MatterId, Timestamp>,
    caught_up: BTreeMap<MatterId, NewWords>,
) -> Result<(), Failure> {
    let mut rows = Vec::new();
    if pending.anew {
        for (id, since) in since {
            let words = words_of(ledger, pending, &id, false)?;
            rows.extend(Place::of(ledger, id, since)?.rows(words, true));
        }
    } else {
        let (mut brought, erased) = touched(ledger, pending)?;
        brought.retain(|id, entries| !ledger.lagging.add(id, entries));
        let (mut unfolded, lagged) = (erased.clone(), caught_up.keys().copied().collect::<BTreeSet<_>>());
        for (id, words) in caught_up {
            let entries = brought.entry(id).or_default();
            match words {
                NewWords::Of(more) => entries.extend(more),
                NewWords::Any => drop(unfolded.insert(id)),
            }
        }
        for (id, entries) in brought {
            let Some(place) = place(ledger, &since, id)? else { continue };
            let before =
                if erased.contains(&id) { words_of(ledger, pending, &id, false)? } else { BTreeSet::new() };
            let after = if unfolded.contains(&id) {
                words_of(ledger, pending, &id, true)?
            } else {
                new_words(ledger, pending, &id, &entries)?
            };
            rows.extend(place.rows(before.difference(&after).cloned().collect(), false));
            // By which of its words a matter is found that lagged is not known.
            let found = if lagged.contains(&id) { BTreeSet::new() } else { before };
            rows.extend(place.rows(after.difference(&found).cloned().collect(), true));
        }
    }
    pending.commit.views.extend(rows);
    Ok(())
}

/// Where the rows of a matter stand among those of a word.
struct Place(Vec<u8>);

impl Place {
    fn of(ledger: &mut Ledger, id: MatterId, since: Timestamp) -> Result<Self, Failure> {
        let kind = ledger.matter(&id)?.kind();
        Ok(Self([&latest_first(since)[..], id.as_bytes(), kind.as_bytes()].concat()))
    }

    fn rows(&self, words: BTreeSet<String>, found: bool) -> Vec<ViewRow> {
        let row = |word: String| {
            let key = [word.as_bytes(), &[0], &self.0].concat();
            ViewRow { view: SEARCH, key, value: found.then(Vec::new) }
        };
        words.into_iter().map(row).collect()
    }
}

/// The place of a shared matter; `None` for one that is not searched.
fn place(
    ledger: &mut Ledger,
    since: &BTreeMap<MatterId, Timestamp>,
    id: MatterId,
) -> Result<Option<Place>, Failure> {
    let kind = match ledger.matter(&id) {
        Ok(matter) => matter.kind(),
        Err(Failure::NotFound(_)) => return Ok(None),
        Err(other) => return Err(other),
    };
    if !ledger.contents.is_shared(kind) {
        return Ok(None);
    }
    let since = match since.get(&id) {
        Some(since) => Some(*since),
        None => ledger.row(kind, &id)?.map(|row| row.since),
    };
    since.map(|since| Place::of(ledger, id, since)).transpose()
}

/// The matters to which this commit brings content or from which it takes some, with the entries that bring it; and
/// those it takes some from.
fn touched(
    ledger: &Ledger,
    pending: &Pending,
) -> Result<(BTreeMap<MatterId, BTreeSet<Hash>>, BTreeSet<MatterId>), Failure> {
    let mut matter_of = BTreeMap::new();
    for record in &pending.commit.records {
        if let Recorded::Entry { entry, matter, .. } = &record.what {
            matter_of.insert(*entry, *matter);
        }
    }
    let (mut brought, mut erased) = (BTreeMap::<_, BTreeSet<_>>::new(), BTreeSet::new());
    let new = pending.commit.parts.iter().map(|(entry, _)| (*entry, false));
    for (entry, is_erased) in new.chain(pending.commit.erased.iter().map(|(entry, _)| (*entry, true))) {
        let known = match matter_of.get(&entry) {
            Some(matter) => Some(*matter),
            None => ledger.store.entry(&entry)?.and_then(|record| match record.what {
                Recorded::Entry { matter, .. } => Some(matter),
                Recorded::InnerRoot { .. } | Recorded::Epoch { .. } | Recorded::Again { .. } => None,
            }),
        };
        let Some(matter) = known else { continue };
        matter_of.insert(entry, matter);
        let entries = brought.entry(matter).or_default();
        if is_erased {
            erased.insert(matter);
        } else {
            entries.insert(entry);
        }
    }
    Ok((brought, erased))
}

/// The words of the content of these entries, what comes with this commit included.
fn new_words(
    ledger: &mut Ledger,
    pending: &Pending,
    id: &MatterId,
    entries: &BTreeSet<Hash>,
) -> Result<BTreeSet<String>, Failure> {
    let mut words = BTreeSet::new();
    let matter = ledger.matter(id)?;
    let entries: Vec<_> = entries.iter().filter_map(|entry| matter.entry(entry)).cloned().collect();
    for entry in entries {
        for part in ledger.parts(pending, &entry.hash())? {
            add_words(&ledger.contents, &entry, &part, &mut words);
        }
    }
    Ok(words)
}

/// The words of everything a matter holds, as stored or as it will be after this commit.
fn words_of(
    ledger: &mut Ledger,
    pending: &Pending,
    id: &MatterId,
    after: bool,
) -> Result<BTreeSet<String>, Failure> {
    let mut words = BTreeSet::new();
    let matter = ledger.matter(id)?;
    let (kind, entries): (_, Vec<Arc<Entry>>) =
        (matter.kind(), matter.entries().into_iter().cloned().collect());
    if !ledger.contents.is_shared(kind) {
        return Ok(words);
    }
    for entry in entries {
        let hash = entry.hash();
        let mut parts = ledger.store.parts(&hash)?;
        if after {
            parts.extend(pending.parts_of(&hash));
            parts.retain(|part| !pending.commit.erased.contains(&(hash, part.label.clone())));
        }
        parts.iter().for_each(|part| add_words(&ledger.contents, &entry, part, &mut words));
    }
    Ok(words)
}

fn add_words(contents: &Contents, entry: &Entry, part: &OpenPart, words: &mut BTreeSet<String>) {
    let mut of_part = BTreeSet::new();
    for written in contents.texts(entry.header().kind.as_str(), part) {
        if written.what == What::Reference {
            words.insert(format!("{REFERENCE}{}", reference_form(&written.text)));
        }
        grams(&written.text, &mut of_part, WORDS_A_PART);
    }
    words.extend(of_part);
}

/// Where the rows of words that begin so begin.
pub(crate) fn after_gram(gram: &str) -> Vec<u8> {
    gram.as_bytes().to_vec()
}

/// Where the rows of references that begin so begin.
pub(crate) fn after_reference(reference: &str) -> Vec<u8> {
    format!("{REFERENCE}{}", reference_form(reference)).into_bytes()
}

/// What comes after the word in a key: the place of its matter among others, its id and its kind.
pub(crate) fn matter_of(key: &[u8]) -> Option<(&[u8], MatterId, &str)> {
    let end = key.iter().position(|byte| *byte == 0)?;
    let place = key.get(end + 1..)?;
    let (id, kind) = place.get(8..)?.split_at_checked(ID)?;
    Some((place, MatterId::from_slice(id)?, std::str::from_utf8(kind).ok()?))
}
