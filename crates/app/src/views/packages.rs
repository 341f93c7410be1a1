//! The view `package`: a row per entry that handed over a sealed package, keyed by the package's name and the entry.

use comity_journal::cbor;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::Hash;
use comity_store::ViewRow;
use serde::{Deserialize, Serialize};

use super::PACKAGES;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

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

/// The rows of one matter's packages: those a fork has made void go, those that are there already stay untouched.
pub(super) fn project(ledger: &mut Ledger, pending: &mut Pending, id: &MatterId) -> Result<(), Failure> {
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
