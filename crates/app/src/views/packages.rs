//! The view `package`: a row per entry that handed over a sealed package, keyed by the package's name and the entry.
//!
//! The view `handed-over` holds the same rows in the order of a list, the latest first.

use comity_journal::cbor;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::Hash;
use comity_store::ViewRow;
use serde::{Deserialize, Serialize};

use super::order::latest_first;
use super::{HANDED_OVER, PACKAGES};
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

/// A sealed package that a valid entry handed over, or that holds the paper of what a recorder wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageRow {
    /// The root over its bytes, which is its name.
    pub package: Hash,
    /// How many bytes its payload has; 0 where the entry does not say.
    pub size: u64,
    /// The matter.
    pub matter: MatterId,
    /// The entry.
    pub entry: Hash,
    /// Who handed it over.
    pub by: AgencyId,
}

/// The rows of one matter's packages: those a fork has made void go, those that are there already stay untouched.
pub(super) fn project(ledger: &mut Ledger, pending: &mut Pending, id: &MatterId) -> Result<(), Failure> {
    let mut gone = ledger.packages()?;
    gone.retain(|row| row.matter == *id);
    for handed in ledger.matter(id)?.packages() {
        let (package, entry) = (handed.package.root, handed.entry);
        let row = PackageRow { package, size: handed.package.size, matter: *id, entry, by: handed.by };
        if let Some(known) = gone.iter().position(|known| *known == row) {
            gone.swap_remove(known);
            continue;
        }
        write(ledger, pending, &row, Some(cbor::encode(&row)))?;
    }
    gone.iter().try_for_each(|row| write(ledger, pending, row, None))
}

/// Puts a row into both views, or takes it out of both.
fn write(
    ledger: &mut Ledger,
    pending: &mut Pending,
    row: &PackageRow,
    value: Option<Vec<u8>>,
) -> Result<(), Failure> {
    let at = ledger.matter(&row.matter)?.entry(&row.entry).map(|entry| latest_first(entry.header().at));
    let listed = at.map(|at| [&at[..], row.entry.as_bytes()].concat());
    let named = [row.package.as_bytes(), &row.entry.as_bytes()[..]].concat();
    pending.commit.views.push(ViewRow { view: PACKAGES, key: named, value: value.clone() });
    let listed = listed.map(|key| ViewRow { view: HANDED_OVER, key, value });
    pending.commit.views.extend(listed);
    Ok(())
}
