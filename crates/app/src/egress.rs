//! The one door out: whatever leaves a node in clear, as a file or to a new recipient, is recorded here before it goes.
//!
//! Invariant: what is to leave is handed to its taker only after the record of it is durable; a test lists the callers.

use comity_domain::matters::node::Export;
use comity_journal::ids::MatterId;

use crate::commands::inner_entry;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::Officer;

impl Ledger {
    /// Records that something is about to leave the node, by whom and for what.
    ///
    /// # Errors
    /// When the purpose is no text, or the store cannot be read.
    pub fn let_out(
        &mut self,
        pending: &mut Pending,
        what: Export,
        matter: Option<&MatterId>,
        purpose: &str,
        officer: &Officer,
    ) -> Result<(), Failure> {
        let node = self.set_up(pending)?;
        let mut table = toml::Table::new();
        table.insert("what".into(), what.code().into());
        table.insert("purpose".into(), purpose.into());
        if let Some(matter) = matter {
            table.insert("matter".into(), matter.to_string().into());
        }
        let composed = self.compose("node", Some(&node), "export", &table.to_string())?;
        let by = officer.acting_in(&*self.keys.pseudonyms, &node);
        let new = inner_entry(self, node, "node", composed, by)?;
        self.append_own(pending, new).map(drop)
    }
}
