//! Records that an auditor looks at who did and read what: whoever watches is watched as well.

use comity_domain::act::Act as _;
use comity_domain::engine::Kind as _;
use comity_domain::matters::node::{NodeKind, ReadAudit};
use comity_journal::ids::MatterId;
use comity_journal::time::Timestamp;
use std::collections::BTreeMap;

use super::drafts::inner_entry;
use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::Officer;

/// One look of an officer, at everything or at one matter, is recorded in so long.
const ONE_IN_MS: i64 = 60 * 60 * 1000;

/// When looks were last recorded, by the officer's record and the matter looked for.
#[derive(Default)]
pub(crate) struct LastLooks(BTreeMap<(MatterId, Option<MatterId>), Timestamp>);

impl LastLooks {
    /// Whether one more is to be recorded now; remembers that it is.
    fn is_due(&mut self, officer: MatterId, matter: Option<MatterId>, now: Timestamp) -> bool {
        self.0.retain(|_, last| last.millis_until(now) < ONE_IN_MS);
        self.0.insert((officer, matter), now).is_none()
    }

    /// Forgets what may not have been stored.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Ledger {
    /// Records that an officer looks at the audit now, of one matter where one is looked for. To be called before any of
    /// it is shown.
    ///
    /// # Errors
    /// Refused to whoever may not; when the store cannot be read.
    pub fn record_audit_read(
        &mut self,
        pending: &mut Pending,
        officer: &Officer,
        matter: Option<MatterId>,
    ) -> Result<(), Failure> {
        self.permit(pending, officer, Doing::SeeAudit, None)?;
        if !self.last_looks.is_due(officer.record, matter, pending.at) {
            return Ok(());
        }
        let (node, kind) = (self.set_up(pending)?, NodeKind::DEF.code);
        let toml = matter.map(|matter| format!("matter = \"{matter}\"")).unwrap_or_default();
        let by = officer.acting_in(&*self.keys.pseudonyms, &node);
        let composed = self.compose(kind, Some(&node), ReadAudit::DEF.code, &toml)?;
        let new = inner_entry(self, node, kind, composed, by)?;
        self.append_own(pending, new).map(drop)
    }
}
