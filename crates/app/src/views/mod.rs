//! Views: folds over the journal that can be dropped and rebuilt at any time; rebuilt equals live.
//!
//! The view `matter` has a row per matter, keyed by kind and id, with what a list needs. The view `package` has a row
//! per entry that handed over a sealed package, keyed by the package's name and the entry. They hold structure only:
//! titles and names are content and are read where they are shown, if they are still there.

use comity_journal::cbor;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use comity_store::ViewRow;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

/// The view of matters.
pub const MATTERS: &str = "matter";
/// The view of sealed packages.
pub const PACKAGES: &str = "package";

/// A sealed package that a valid entry handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageRow {
    /// The root over its bytes, which is its name.
    pub package: Hash,
    /// How many bytes its payload has.
    pub size: u64,
    /// The matter.
    pub matter: MatterId,
    /// The entry.
    pub entry: Hash,
    /// Who handed it over.
    pub by: AgencyId,
}

/// One matter in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatterRow {
    /// The matter.
    pub id: MatterId,
    /// Its kind.
    pub kind: String,
    /// Its status.
    pub status: String,
    /// The role everybody waits for.
    pub waited_for: Option<String>,
    /// The other parties.
    pub with: Vec<AgencyId>,
    /// Whether we opened it.
    pub ours: bool,
    /// Its latest entry, by its author's clock.
    pub updated: Timestamp,
    /// How many entries.
    pub entries: u64,
}

/// Brings the rows of all matters a commit touches up to date, in the same commit.
///
/// # Errors
/// When the store cannot be read.
pub fn project(ledger: &mut Ledger, pending: &mut Pending) -> Result<(), Failure> {
    for id in std::mem::take(&mut pending.touched) {
        let Some(row) = row(ledger, &id)? else { continue };
        let value = Some(cbor::encode(&row));
        pending.commit.views.push(ViewRow { view: MATTERS, key: key(&row.kind, &id), value });
        if ledger.kinds.get(&row.kind).is_some_and(|kind| kind.def().hands_over.is_some()) {
            project_packages(ledger, pending, &id)?;
        }
    }
    Ok(())
}

/// The rows of one matter's packages: those a fork has made void go, those that are there already stay untouched.
fn project_packages(ledger: &mut Ledger, pending: &mut Pending, id: &MatterId) -> Result<(), Failure> {
    let key = |row: &PackageRow| [row.package.as_bytes(), &row.entry.as_bytes()[..]].concat();
    let mut gone = ledger.packages()?;
    gone.retain(|row| row.matter == *id);
    for handed in ledger.matter(id)?.packages() {
        let (package, entry) = (handed.package.root, handed.entry);
        let row = PackageRow { package, size: handed.package.size, matter: *id, entry, by: handed.by };
        if let Some(known) = gone.iter().position(|known| *known == row) {
            gone.swap_remove(known);
            continue;
        }
        let value = Some(cbor::encode(&row));
        pending.commit.views.push(ViewRow { view: PACKAGES, key: key(&row), value });
    }
    let gone = gone.iter().map(|row| ViewRow { view: PACKAGES, key: key(row), value: None });
    pending.commit.views.extend(gone);
    Ok(())
}

/// The key of a matter's row: kind, a zero byte, id. Kinds are listed one after the other.
pub fn key(kind: &str, id: &MatterId) -> Vec<u8> {
    [kind.as_bytes(), &[0], id.as_bytes()].concat()
}

fn row(ledger: &mut Ledger, id: &MatterId) -> Result<Option<MatterRow>, Failure> {
    let us = ledger.agency;
    let matter = match ledger.matter(id) {
        Ok(matter) => matter,
        Err(Failure::NotFound(_)) => return Ok(None),
        Err(other) => return Err(other),
    };
    let brief = matter.brief();
    let ours = match matter.opening() {
        Some((opening, _)) => opening.genesis.opener == us,
        // Only our own drafts know of it yet; or a partner's entries wait for their opening.
        None => !matter.inner().drafts.is_empty(),
    };
    Ok(Some(MatterRow {
        id: *id,
        kind: brief.kind.to_owned(),
        status: brief.cell.status.to_owned(),
        waited_for: brief.cell.waited_for.map(str::to_owned),
        with: brief.parties.iter().map(|party| party.agency).filter(|party| *party != us).collect(),
        ours,
        updated: brief.updated,
        entries: brief.entries as u64,
    }))
}

/// Drops the views and folds them again from the journal.
///
/// # Errors
/// When the store cannot be read or written.
pub fn rebuild(ledger: &mut Ledger) -> Result<(), Failure> {
    ledger.store.drop_view(MATTERS)?;
    ledger.store.drop_view(PACKAGES)?;
    let matters = ledger.store.matters()?;
    ledger.run_now(move |_, pending| {
        pending.touched.extend(matters);
        // An empty commit would not be stored: the rows are what makes this one.
        Ok(())
    })
}
