//! The one door out: whatever leaves a node in clear, as a file or to a new recipient, is recorded here before it goes.
//!
//! Invariant: what is to leave is handed to its taker only after the record of it is durable; a test lists the callers.

use comity_domain::act::Act as _;
use comity_domain::engine::Kind as _;
use comity_domain::matters::node::{Export, LetOut, NodeKind};
use comity_journal::ids::{AgencyId, MatterId};

use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::{Officer, Partner};
use crate::views::PackageRow;
use crate::workers::Opener;

impl Ledger {
    /// Records that something is about to leave the node, by whom and for what.
    ///
    /// # Errors
    /// Refused when the officer holds no role that may take things out, or may not know the matter; when the purpose is
    /// no text.
    pub fn let_out(
        &mut self,
        pending: &mut Pending,
        what: Export,
        matter: Option<&MatterId>,
        purpose: &str,
        officer: &Officer,
    ) -> Result<(), Failure> {
        self.record_leaving(pending, what, matter, None, purpose, officer)
    }

    /// Records that a bundle is about to be made for a partner, whatever matters it is of.
    ///
    /// # Errors
    /// As [`Ledger::let_out`].
    pub fn let_bundle_out(
        &mut self,
        pending: &mut Pending,
        partner: &Partner,
        purpose: &str,
        officer: &Officer,
    ) -> Result<(), Failure> {
        self.record_leaving(pending, Export::Bundle, None, Some(&partner.agency), purpose, officer)
    }

    fn record_leaving(
        &mut self,
        pending: &mut Pending,
        what: Export,
        matter: Option<&MatterId>,
        to: Option<&AgencyId>,
        purpose: &str,
        officer: &Officer,
    ) -> Result<(), Failure> {
        let doing = Doing::to_let_out(what);
        self.permit(pending, officer, doing, matter)?;
        let node = self.set_up(pending)?;
        let mut table = toml::Table::new();
        table.insert("what".into(), what.code().into());
        table.insert("purpose".into(), purpose.into());
        if let Some(matter) = matter {
            table.insert("matter".into(), matter.to_string().into());
        }
        if let Some(to) = to {
            table.insert("to".into(), to.to_string().into());
        }
        let by = officer.acting_in(&*self.keys.pseudonyms, &node);
        let kind = NodeKind::DEF.code;
        let composed = self.compose(kind, Some(&node), LetOut::DEF.code, &table.to_string())?;
        let written = self.write_inside(pending, &node, kind, &LetOut::DEF, composed, by);
        self.heed_refusal(pending, officer, doing.code(), matter, written).map(drop)
    }

    /// Records that the content of a sealed package is about to be looked at or taken out, file by file, and gives what
    /// opens it.
    ///
    /// # Errors
    /// As [`Ledger::let_out`].
    pub fn let_content_out(
        &mut self,
        pending: &mut Pending,
        row: &PackageRow,
        purpose: &str,
        officer: &Officer,
    ) -> Result<Opener, Failure> {
        self.let_out(pending, Export::PackageContent, Some(&row.matter), purpose, officer)?;
        Ok(self.opener(row.package))
    }
}
