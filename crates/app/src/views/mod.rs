//! Views: folds over the journal that can be dropped and rebuilt at any time; rebuilt equals live.
//!
//! The view [`MATTERS`] has a row per matter, keyed by kind and id, with what a list needs. [`ORDER`] has an empty row
//! per list a matter stands in, keyed so that a page of the list is one run of keys. [`PACKAGES`] has a row per entry
//! that handed over a sealed package, and [`HANDED_OVER`] lists them. All of them hold structure only: titles and names are content and are read where
//! they are shown, if they are still there. [`WAITING`] has a row per entry whose past is not here, [`HOLDINGS`] one per partner and
//! matter with a hash over what is here, [`TILES`] one for 256 leaves of a tree. [`SEARCH`] alone is made of content, and loses what the content loses, in
//! the same commit. Rows that only people look at may lag behind for a moment: `lagging`.
//!
//! A store says which release folded its views, for which kinds. Another one folds them anew when it opens.

mod contents;
mod holdings;
mod lagging;
mod order;
mod packages;
mod row;
mod search;
mod text;
mod tiles;
mod waiting;

use std::collections::BTreeMap;
use std::sync::Arc;

use comity_journal::cbor;
use comity_journal::ids::MatterId;
use comity_journal::time::Timestamp;
use comity_store::ViewRow;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use lagging::ViewsLag;
pub use order::{Cursor, Facet, facets};
pub use packages::PackageRow;
pub(crate) use row::named;
pub use row::{FirstDue, MatterRow, Referring, Side};
pub use waiting::WaitingRow;

pub(crate) use contents::{Contents, Heading, REFERENCE, What};
pub(crate) use holdings::{Admission, HeldRuns, Named};
pub(crate) use lagging::Lagging;
pub(crate) use order::place_in;
pub(crate) use search::{after_gram, after_reference, matter_of};
pub(crate) use text::{Plain, Term, grams, reference_form, terms};
pub(crate) use waiting::Waiting;

use crate::failure::Failure;
use crate::ledger::{Grown, Ledger, Pending};
use crate::people::KnownPeople;

/// The view of matters.
pub const MATTERS: &str = "matter";
/// The view of lists.
pub const ORDER: &str = "order";
/// The view of sealed packages.
pub const PACKAGES: &str = "package";
/// The view of sealed packages in the order of their list.
pub const HANDED_OVER: &str = "handed-over";
/// The view of words.
pub const SEARCH: &str = "search";
/// The view of entries that wait for earlier ones.
pub const WAITING: &str = "waiting";
/// The view of what is held of the matters shared with each partner.
pub const HOLDINGS: &str = "holdings";
/// The view of the roots of whole tiles of both trees.
pub const TILES: &str = "tile";
/// The view of the matters whose rows are behind: it is empty once they have been folded.
const LAGGING: &str = "lagging";
/// All that are folded from the journal.
pub const ALL: [&str; 8] = [MATTERS, ORDER, PACKAGES, HANDED_OVER, SEARCH, WAITING, HOLDINGS, TILES];

/// What the views were folded by. It is no view: it is written last, so that an interrupted fold is begun anew.
const FOLDED_BY: &str = "folded-by";
/// Goes up when rows change their form.
const FORM: u32 = 11;
/// How many matters one commit of a fold from the beginning takes.
const TOGETHER: usize = 256;

/// Brings the rows of all matters a commit touches up to date, in the same commit, or notes that they lag. Only keys that
/// change are written.
///
/// # Errors
/// When the store cannot be read.
pub fn project(ledger: &mut Ledger, pending: &mut Pending) -> Result<(), Failure> {
    forget_other_kinds(ledger, pending)?;
    tiles::project(ledger, pending);
    let mut due = std::mem::take(&mut pending.touched);
    for id in &due {
        keep_to(ledger, pending, id)?;
    }
    let caught_up = if pending.ahead && pending.commit.erased.is_empty() {
        lagging::put_off(ledger, pending, &mut due)?;
        BTreeMap::new()
    } else {
        lagging::catch_up(ledger, pending)
    };
    due.extend(caught_up.keys());
    let mut since = BTreeMap::new();
    for id in due {
        holdings::project(ledger, pending, &id, caught_up.contains_key(&id))?;
        since.extend(fold_row(ledger, pending, &id)?.map(|at| (id, at)));
    }
    search::project(ledger, pending, since, caught_up)
}

/// What the node itself goes by, and never lags: what waits, which packages there are.
fn keep_to(ledger: &mut Ledger, pending: &mut Pending, id: &MatterId) -> Result<(), Failure> {
    ledger.runs.changed(id);
    let Some(kind) = stored_kind(ledger, id)? else { return Ok(()) };
    if ledger.contents.is_shared(&kind) {
        waiting::project(ledger, pending, id)?;
    }
    let hands_over = ledger.kinds.get(&kind).is_some_and(|kind| kind.def().hands_over.is_some());
    if hands_over || !ledger.matter(id)?.packages().is_empty() {
        packages::project(ledger, pending, id)?;
    }
    Ok(())
}

/// What people look at: the row of a matter and its places in lists. Gives since when the matter is here.
fn fold_row(ledger: &mut Ledger, pending: &mut Pending, id: &MatterId) -> Result<Option<Timestamp>, Failure> {
    let before = match stored_kind(ledger, id)? {
        Some(kind) => ledger.row(&kind, id)?,
        None => None,
    };
    let Some(row) = row::fold(ledger, id, before.as_deref(), pending.at)? else { return Ok(None) };
    if before.as_deref() != Some(&row) {
        if ledger.contents.is_shared(&row.kind) {
            order::project(pending, before.as_deref(), &row);
        }
        let value = Some(cbor::encode(&row));
        pending.commit.views.push(ViewRow { view: MATTERS, key: key(&row.kind, id), value });
    }
    let since = row.since;
    pending.rows.push(Arc::new(row));
    Ok(Some(since))
}

/// Takes away the rows of matters that turned out to be of another kind than they were taken for.
fn forget_other_kinds(ledger: &mut Ledger, pending: &mut Pending) -> Result<(), Failure> {
    for (kind, id) in std::mem::take(&mut pending.taken_for) {
        waiting::forget(ledger, pending, &id);
        let Some(row) = ledger.row(kind, &id)? else { continue };
        order::forget(pending, &row);
        pending.commit.views.push(ViewRow { view: MATTERS, key: key(kind, &id), value: None });
    }
    Ok(())
}

/// The kind under which a matter would have its row; `None` for one of a kind this release does not know.
fn stored_kind(ledger: &mut Ledger, id: &MatterId) -> Result<Option<String>, Failure> {
    match ledger.matter(id) {
        Ok(matter) => Ok(Some(matter.kind().to_owned())),
        Err(Failure::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The key of a matter's row: kind, a zero byte, id. Kinds are listed one after the other.
pub fn key(kind: &str, id: &MatterId) -> Vec<u8> {
    [kind.as_bytes(), &[0], id.as_bytes()].concat()
}

/// The matter whose row has this key.
pub(crate) fn matter_at(key: &[u8]) -> Option<MatterId> {
    let kind = key.iter().position(|byte| *byte == 0)?;
    MatterId::from_slice(key.get(kind + 1..)?)
}

/// What is written in the first commit of a store: its views have this form.
pub(crate) fn begin(ledger: &Ledger, pending: &mut Pending) {
    if ledger.length() == 0 {
        pending.commit.views.push(folded_by(ledger));
    }
}

/// Folds the views anew if another release, or one that knew other kinds, folded them, or somebody was interrupted; and tells
/// people of forks that only this release can see.
///
/// # Errors
/// When the store cannot be read or written.
pub(crate) fn bring_up_to_date(ledger: &mut Ledger) -> Result<(), Failure> {
    let now = folded_by(ledger);
    if ledger.store.view_row(FOLDED_BY, &now.key)? == now.value {
        return Ok(());
    }
    fold_all(ledger)?;
    ledger.tell_of_forks()?;
    end_folding(ledger)
}

fn folded_by(ledger: &Ledger) -> ViewRow {
    let kinds = ledger.kinds.iter().map(|kind| format!(" {}/{}", kind.def().code, kind.def().rules));
    let value = Some(format!("{FORM}{}", kinds.collect::<String>()).into_bytes());
    ViewRow { view: FOLDED_BY, key: Vec::new(), value }
}

/// Drops the views and folds them again from the journal.
///
/// # Errors
/// When the store cannot be read or written.
pub fn rebuild(ledger: &mut Ledger) -> Result<(), Failure> {
    fold_all(ledger)?;
    end_folding(ledger)
}

fn fold_all(ledger: &mut Ledger) -> Result<(), Failure> {
    ledger.store.drop_view(FOLDED_BY)?;
    for view in ALL.into_iter().chain([LAGGING]) {
        ledger.store.drop_view(view)?;
    }
    ledger.lagging.forget();
    ledger.last_read.forget();
    ledger.waiting.forget();
    ledger.runs.forget();
    ledger.trees().into_iter().for_each(Grown::forget_rows);
    // The row of a matter names officers, so their own rows come before it.
    let (people, others) = people_first(ledger)?;
    for matters in [people, others] {
        for some in matters.chunks(TOGETHER) {
            ledger.run_now(|_, pending| {
                pending.touched.extend(some);
                pending.anew = true;
                // An empty commit would not be stored: the rows are what makes this one.
                Ok(())
            })?;
        }
        ledger.people.forget();
    }
    Ok(())
}

/// Only now is the next start told that nothing need be folded anew.
fn end_folding(ledger: &mut Ledger) -> Result<(), Failure> {
    let done = folded_by(ledger);
    ledger.run_now(|_, pending| {
        pending.commit.views.push(done);
        Ok(())
    })
}

/// All matters: the records of officers and partners, and the rest.
fn people_first(ledger: &mut Ledger) -> Result<(Vec<MatterId>, Vec<MatterId>), Failure> {
    let (mut people, mut others) = (Vec::new(), Vec::new());
    for id in ledger.store.matters()? {
        let kind = stored_kind(ledger, &id)?;
        let is_person = kind.is_some_and(|kind| KnownPeople::ARE_KEPT_IN.contains(&kind.as_str()));
        if is_person { &mut people } else { &mut others }.push(id);
    }
    Ok((people, others))
}

impl Ledger {
    /// The row of a shared matter, by its id alone.
    pub(crate) fn listed(&mut self, id: &MatterId) -> Result<Option<Arc<MatterRow>>, Failure> {
        let kinds: Vec<_> = self.kinds.iter().map(|kind| kind.def()).filter(|def| def.shared).collect();
        for kind in kinds {
            if let Some(row) = self.row(kind.code, id)? {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// The row of a matter, as it is stored.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn row(&mut self, kind: &str, id: &MatterId) -> Result<Option<Arc<MatterRow>>, Failure> {
        if let Some(row) = self.last_read.row(kind, id) {
            return Ok(Some(row));
        }
        let Some(stored) = self.store.view_row(MATTERS, &key(kind, id))? else { return Ok(None) };
        let row = Arc::<MatterRow>::new(read_row(&stored)?);
        self.last_read.keep_row(&row);
        Ok(Some(row))
    }
}

/// A stored row of a view.
pub(crate) fn read_row<Row: DeserializeOwned + Serialize>(value: &[u8]) -> Result<Row, Failure> {
    cbor::decode(value).map_err(|error| Failure::Fault(format!("a view row cannot be read: {error}")))
}
