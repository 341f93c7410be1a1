//! What stands on record of bundles with a partner: who made and took in the last, what is not receipted yet, what the
//! partner's last bundle told, and which packages are missing.

use comity_domain::act::Moment;
use comity_domain::matters::node::Done;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::Hash;
use comity_store::Direction;
use serde::Serialize;

use crate::failure::Failure;
use crate::ledger::Ledger;

/// A bundle that was made or taken in.
#[derive(Clone, Debug, Serialize)]
pub struct BundleLine {
    /// When.
    pub at: Moment,
    /// By whom, by name; nobody where whoever runs the node did it at the keyboard.
    pub by: Option<String>,
}

/// What the last bundle of a partner told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BundleTold {
    /// Entries of its that are here and that it does not know to be: the next bundle for it holds receipts for them.
    pub owed: u64,
    /// How many of our entries it has, where that is fewer than it had receipted: it has lost some.
    pub lacks: Option<u64>,
    /// Whether it asks where we stand, because its node may be an old copy of itself.
    pub asks: bool,
}

/// Bundles with one partner.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BundlesPage {
    /// The last that was made for it.
    pub made: Option<BundleLine>,
    /// The last that was taken in from it.
    pub taken_in: Option<BundleLine>,
    /// Entries for it that it has not receipted: the next bundle holds them.
    pub unreceipted: u64,
    /// What its last bundle told.
    pub told: Option<BundleTold>,
    /// Packages that it handed over and that are not whole here.
    pub wanted: u64,
}

impl Ledger {
    /// What stands on record of bundles with a partner.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn bundles_with(&mut self, partner: &AgencyId) -> Result<BundlesPage, Failure> {
        let node = self.rows_of("node")?.first().map(|row| row.id);
        let done = match &node {
            Some(node) => self.node_lane(node)?.bundles_of(&Hash::from_bytes(*partner.as_bytes())),
            None => Default::default(),
        };
        let come = self.stream(partner, Direction::In)?.n;
        let told = self.told_by(partner)?.map(|told| BundleTold {
            owed: come.saturating_sub(told.receipted),
            lacks: told.lacks,
            asks: told.asks.is_some(),
        });
        Ok(BundlesPage {
            made: self.bundle_line(node.as_ref(), done.made)?,
            taken_in: self.bundle_line(node.as_ref(), done.taken_in)?,
            unreceipted: self.queued_for(partner)?,
            told,
            wanted: self.wanted_from(partner)?.len() as u64,
        })
    }

    fn bundle_line(
        &mut self,
        node: Option<&MatterId>,
        done: Option<Done>,
    ) -> Result<Option<BundleLine>, Failure> {
        let (Some(node), Some(done)) = (node, done) else { return Ok(None) };
        Ok(Some(BundleLine { at: Moment(done.at), by: self.officer_behind(node, done.by)? }))
    }
}
