//! Records what went wrong, in the node's own record.

use comity_domain::matters::node::Trouble;
use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;

use crate::commands::drafts::inner_entry;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

/// Incidents of one kind with one partner that are recorded between two starts; beyond it they are logged only, so
/// that nobody can fill a journal by misbehaving.
const RECORDED_PER_START: u32 = 20;

impl Ledger {
    /// Records an incident; `detail` is for people and holds no content of any matter.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn record_incident(
        &mut self,
        pending: &mut Pending,
        trouble: Trouble,
        partner: Option<AgencyId>,
        entry: Option<Hash>,
        detail: Option<&str>,
    ) -> Result<(), Failure> {
        tracing::warn!(trouble = trouble.code(), "incident");
        let seen = self.troubles.entry((partner, trouble)).or_default();
        *seen += 1;
        if *seen > RECORDED_PER_START {
            return Ok(());
        }
        let node = self.set_up(pending)?;
        let mut table = toml::Table::new();
        table.insert("trouble".into(), trouble.code().into());
        if let Some(partner) = partner {
            table.insert("partner".into(), partner.to_string().into());
        }
        if let Some(entry) = entry {
            table.insert("entry".into(), entry.to_string().into());
        }
        if let Some(detail) = detail {
            table.insert("detail".into(), detail.into());
        }
        let operator = self.operator(&node);
        let composed = self.compose("node", Some(&node), "incident", &table.to_string())?;
        let new = inner_entry(self, node, "node", composed, operator)?;
        self.append_own(pending, new).map(drop)
    }
}
