//! How the node stands: what whoever runs or supervises it looks at in the morning.
//!
//! Numbers and codes of the node itself and of its partners; nothing of any matter.

use comity_journal::time::Timestamp;

use super::journal_page::IncidentLine;
use super::partners::PartnerLine;
use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::Officer;

/// How many incidents are told.
const INCIDENTS: usize = 5;

/// How the node stands.
#[derive(Clone, Debug)]
pub struct NodePage {
    /// Now, by the node's clock.
    pub now: Timestamp,
    /// Records in the journal.
    pub records: u64,
    /// When the last record was made.
    pub last: Option<Timestamp>,
    /// Matters and inner records.
    pub matters: u64,
    /// The number of our card.
    pub card: u64,
    /// The last month, `YYYY-MM`, that our card has a key for to which partners seal content.
    pub sealed_until: Option<String>,
    /// Whether this node knows itself to be an older copy, and its root has yet to declare the new epoch of its log.
    pub awaits_epoch: bool,
    /// Partners that have cosigned our tree.
    pub witnesses: usize,
    /// Sealed packages that were handed over to us and are not whole here.
    pub packages_awaited: usize,
    /// Partners that have not ended.
    pub partners: Vec<PartnerLine>,
    /// What went wrong lately, the latest first.
    pub incidents: Vec<IncidentLine>,
}

impl NodePage {
    /// Whether the clock shows an earlier time than the journal has recorded already.
    pub fn clock_is_behind(&self) -> bool {
        self.last.is_some_and(|last| last > self.now)
    }

    /// For how many months after this one there is a key to seal to; `None` where this month has none.
    pub fn months_left(&self) -> Option<u32> {
        let number = |month: &str| {
            let (year, month) = month.split_once('-')?;
            Some(year.parse::<u32>().ok()? * 12 + month.parse::<u32>().ok()?)
        };
        number(self.sealed_until.as_deref()?)?.checked_sub(number(&self.now.month())?)
    }
}

impl Ledger {
    /// How the node stands, for who may look at its journal.
    ///
    /// # Errors
    /// Refused under `role`; when the store cannot be read.
    pub fn node_page(&mut self, pending: &mut Pending, officer: &Officer) -> Result<NodePage, Failure> {
        self.permit(pending, officer, Doing::SeeJournal, None)?;
        let facts = self.own_card().facts();
        let (card, sealed_until) = (facts.number, facts.content.iter().map(|key| key.month.clone()).max());
        let partners = self.list_partners()?.into_iter().filter(|line| line.partnership != "ended");
        let mut packages_awaited = 0;
        for row in self.packages()? {
            packages_awaited += usize::from(self.is_wanted(&row)?);
        }
        Ok(NodePage {
            now: self.now(),
            records: self.store().length()?,
            last: self.last_recorded()?,
            matters: self.store().matters()?.len() as u64,
            card,
            sealed_until,
            awaits_epoch: self.awaits_epoch(),
            witnesses: self.witness_lines()?.len(),
            packages_awaited,
            partners: partners.collect(),
            incidents: self.incidents(INCIDENTS)?,
        })
    }
}
