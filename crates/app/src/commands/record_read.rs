//! Records that somebody has read content, where readings are recorded: in restricted matters and of evidence.

use comity_domain::act::Act as _;
use comity_domain::engine::ReadContent;
use comity_domain::vocabularies::Purpose;
use comity_journal::ids::MatterId;

use super::drafts::inner_entry;
use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::Officer;

/// One reading of an officer and matter is recorded in so long.
const ONE_IN_MS: i64 = 60 * 60 * 1000;

impl Ledger {
    /// Records that an officer reads the content of a matter now, for what purpose where it was said. To be called
    /// before the content is shown.
    ///
    /// # Errors
    /// Refused when the officer may not read it; when the store cannot be read.
    pub fn record_read(
        &mut self,
        pending: &mut Pending,
        officer: &Officer,
        matter: &MatterId,
        purpose: Option<Purpose>,
    ) -> Result<(), Failure> {
        self.permit(pending, officer, Doing::ReadContent, Some(matter))?;
        let by = officer.acting_in(&*self.keys.pseudonyms, matter);
        let (kind, inner) = (self.kind_of(matter)?, self.matter(matter)?.inner());
        let def = *self.kind_named(&kind)?.def();
        let recorded = def.shared && (inner.restricted.is_some() || def.hands_over.is_some());
        let lately = |read: &comity_domain::engine::LastRead| read.at.millis_until(pending.at) < ONE_IN_MS;
        if !recorded || inner.reads.get(&by.who).is_some_and(lately) {
            return Ok(());
        }
        let toml = purpose.map(|purpose| format!("purpose = \"{purpose}\"")).unwrap_or_default();
        let composed = self.compose(&kind, Some(matter), ReadContent::DEF.code, &toml)?;
        let new = inner_entry(self, *matter, &kind, composed, by)?;
        self.append_own(pending, new).map(drop)
    }
}
