//! Records what checking a sealed package at this node came to, for whoever asked for it.

use comity_domain::act::Act as _;
use comity_domain::engine::CheckPackage;
use comity_domain::vocabularies::Check;
use comity_journal::suite::Hash;

use super::drafts::inner_entry;
use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::Officer;
use crate::views::PackageRow;

impl Ledger {
    /// Records that the package of this row was checked here just now, every byte of it, and what was found.
    ///
    /// # Errors
    /// Refused when the officer may not know the matter; when the store cannot be read.
    pub fn record_check(
        &mut self,
        pending: &mut Pending,
        officer: &Officer,
        row: &PackageRow,
        check: Check,
    ) -> Result<Hash, Failure> {
        let matter = &row.matter;
        self.permit(pending, officer, Doing::SeeMatter, Some(matter))?;
        let kind = self.kind_of(matter)?;
        let toml = format!("entry = \"{}\"\ncheck = \"{}\"\n", row.entry, check.code());
        let composed = self.compose(&kind, Some(matter), CheckPackage::DEF.code, &toml)?;
        let by = officer.acting_in(&*self.keys.pseudonyms, matter);
        let new = inner_entry(self, *matter, &kind, composed, by)?;
        self.append_own(pending, new)
    }
}
