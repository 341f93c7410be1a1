//! The journal as people look at it: how long it is, what it is vouched for by, and what went wrong.

use std::collections::BTreeMap;

use comity_domain::matters::node::{NodeAct, SetAside, Trouble};
use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use comity_store::StoredCheckpoint;

use super::witnesses::WitnessLine;
use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;

/// How many incidents are told.
const INCIDENTS: usize = 50;
/// A checkpoint that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointLine {
    /// The epoch of the tree.
    pub epoch: u32,
    /// How many leaves the tree had.
    pub size: u64,
    /// The signed text.
    pub note: String,
}

impl CheckpointLine {
    fn of(stored: StoredCheckpoint) -> Self {
        Self { epoch: stored.epoch, size: stored.size, note: stored.note }
    }
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentLine {
    /// When.
    pub at: Timestamp,
    /// What.
    pub trouble: Trouble,
    /// With whom, by our name for it, where it is a partner of ours.
    pub with: Option<String>,
    /// About which entry.
    pub entry: Option<Hash>,
    /// Why an entry was set aside, where one was.
    pub why: Option<SetAside>,
    /// What was seen, while that is kept.
    pub detail: Option<String>,
    /// The two checkpoints that show it, as the agency has signed them, where two do.
    pub notes: Option<String>,
}

/// The journal in numbers.
#[derive(Clone, Debug)]
pub struct JournalPage {
    /// Records.
    pub records: u64,
    /// Leaves of the tree that partners get proofs from, in its epoch now.
    pub exchange: u64,
    /// Leaves of the tree of what never leaves.
    pub inner: u64,
    /// When the last record was made.
    pub last: Option<Timestamp>,
    /// Our latest checkpoint.
    pub checkpoint: Option<CheckpointLine>,
    /// Who has cosigned our tree, each with the latest.
    pub witnesses: Vec<WitnessLine>,
    /// The latest checkpoint held of each partner that has a node.
    pub held: Vec<(String, Option<CheckpointLine>)>,
    /// What went wrong, the latest first.
    pub incidents: Vec<IncidentLine>,
}

impl Ledger {
    /// The journal as an officer may look at it.
    ///
    /// # Errors
    /// Refused under `role`; when the store cannot be read.
    pub fn journal_page(&mut self, officer: &Officer) -> Result<JournalPage, Failure> {
        self.authorise(officer, Doing::SeeJournal, None)?;
        let (records, all_shared) = (self.store().length()?, self.exchange_leaves());
        let held = self.partners()?.into_iter().filter(|partner| !partner.off_network).map(|partner| {
            let kept = self.store.checkpoint(&partner.agency)?;
            Ok((partner.name, kept.map(CheckpointLine::of)))
        });
        let held = held.collect::<Result<_, Failure>>()?;
        Ok(JournalPage {
            records,
            exchange: self.exchange().size(),
            inner: records.saturating_sub(all_shared),
            last: self.last_recorded()?,
            checkpoint: self.store().checkpoint(&self.agency)?.map(CheckpointLine::of),
            witnesses: self.witness_lines()?,
            held,
            incidents: self.incidents(INCIDENTS)?,
        })
    }

    /// When the last record was made.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn last_recorded(&self) -> Result<Option<Timestamp>, Failure> {
        let Some(last) = self.store().length()?.checked_sub(1) else { return Ok(None) };
        Ok(self.store().records(last, 1)?.first().map(|record| record.at))
    }

    /// What went wrong lately, the latest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn incidents(&mut self, at_most: usize) -> Result<Vec<IncidentLine>, Failure> {
        let names: BTreeMap<_, _> =
            self.partners()?.into_iter().map(|partner| (partner.agency, partner.name)).collect();
        let mut incidents = Vec::new();
        for row in self.rows_of("node")? {
            let acts = self.acts_of::<NodeAct>(&row.id)?;
            for (entry, act) in acts.into_iter().rev() {
                let NodeAct::Incident(incident) = &act else { continue };
                if incidents.len() == at_most {
                    break;
                }
                let at = self.matter(&row.id)?.entry(&entry).map(|entry| entry.header().at);
                let with = incident.partner.map(|partner| AgencyId::from_bytes(*partner.as_bytes()));
                incidents.push(IncidentLine {
                    at: at.unwrap_or_default(),
                    trouble: incident.trouble,
                    with: with.map(|with| names.get(&with).cloned().unwrap_or_else(|| short(&with))),
                    entry: incident.entry,
                    why: incident.why,
                    detail: self.text_of(&[(entry, ())], "incident", "detail")?,
                    // The last line of what was signed ends like the others; a text that is kept does not.
                    notes: self.text_of(&[(entry, ())], "notes", "notes")?.map(|notes| notes + "\n"),
                });
            }
        }
        Ok(incidents)
    }
}

/// The beginning of an agency's id, for one we have no name for.
fn short(agency: &AgencyId) -> String {
    agency.to_string().chars().take(12).collect()
}
