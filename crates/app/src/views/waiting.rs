//! The view `waiting`: a row per entry that has arrived before what it rests on, keyed by matter and entry.
//!
//! The ledger keeps the same rows in memory, because each entry that arrives is measured against them: how much of one
//! agency may wait is a number of the protocol. Not here: whether an entry waits, which its matter says.

use std::collections::{BTreeMap, BTreeSet};

use comity_domain::matters::node::Kept;
use comity_journal::cbor;
use comity_journal::entry::Seen;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use comity_store::{Reader, Recorded, ViewRow};
use serde::{Deserialize, Serialize};

use super::WAITING;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

/// An entry that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitingRow {
    /// Who signed it.
    pub author: AgencyId,
    /// Since when it is here.
    pub since: Timestamp,
    /// How many bytes it has.
    pub bytes: u64,
    /// What it names that is not here; none where it waits for another entry that waits.
    pub lacks: Vec<Seen>,
}

type Rows = BTreeMap<Hash, WaitingRow>;

/// What waits, in memory.
#[derive(Default)]
pub(crate) struct Waiting(BTreeMap<MatterId, Rows>);

impl Waiting {
    /// Reads the view.
    ///
    /// # Errors
    /// When the store cannot be read, or a row of it.
    pub(crate) fn read_again(&mut self, store: &dyn Reader) -> Result<(), Failure> {
        self.0.clear();
        for (key, value) in store.view(WAITING, None, usize::MAX)? {
            let broken = || Failure::Fault("a row of the view of waiting entries cannot be read".into());
            let (matter, entry) = key.split_at_checked(32).ok_or_else(broken)?;
            let matter = MatterId::from_slice(matter).ok_or_else(broken)?;
            let entry = Hash::from_slice(entry).ok_or_else(broken)?;
            let row = cbor::decode(&value).map_err(|_| broken())?;
            self.0.entry(matter).or_default().insert(entry, row);
        }
        Ok(())
    }

    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    /// What waits in a matter.
    pub(crate) fn in_matter(&self, matter: &MatterId) -> impl Iterator<Item = (&Hash, &WaitingRow)> {
        self.0.get(matter).into_iter().flatten()
    }

    /// The matters in which something waits.
    pub(crate) fn matters(&self) -> impl Iterator<Item = &MatterId> {
        self.0.keys()
    }

    /// How much of an agency waits.
    pub(crate) fn of(&self, author: &AgencyId) -> Kept {
        let rows = self.rows().filter(|row| row.author == *author);
        rows.fold(Kept::default(), |kept, row| kept.and(row.bytes))
    }
}

impl Waiting {
    fn rows(&self) -> impl Iterator<Item = &WaitingRow> {
        self.0.values().flat_map(BTreeMap::values)
    }

    /// Since when the first entry of an agency waits.
    pub(crate) fn since(&self, author: &AgencyId) -> Option<Timestamp> {
        self.rows().filter(|row| row.author == *author).map(|row| row.since).min()
    }

    /// How many entries of an agency's lanes are named and not here.
    pub(crate) fn missing_from(&self, party: &AgencyId) -> u64 {
        let lacks = self.rows().flat_map(|row| &row.lacks).filter(|seen| seen.lane.party() == *party);
        lacks.map(|seen| seen.entry).collect::<BTreeSet<_>>().len() as u64
    }
}

/// Brings the rows of one matter up to date.
pub(super) fn project(ledger: &mut Ledger, pending: &mut Pending, id: &MatterId) -> Result<(), Failure> {
    let waiting = ledger.matter(id)?.entries_waiting();
    let before = ledger.waiting.0.remove(id).unwrap_or_default();
    let mut now = Rows::new();
    for entry in waiting {
        let since = match before.get(&entry.entry) {
            Some(row) => row.since,
            None => recorded_at(ledger, pending, &entry.entry)?,
        };
        let row = WaitingRow { author: entry.author, since, bytes: entry.bytes, lacks: entry.lacks };
        now.insert(entry.entry, row);
    }
    let entries: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    for entry in entries {
        if before.get(entry) != now.get(entry) {
            let key = [id.as_bytes(), &entry.as_bytes()[..]].concat();
            let value = now.get(entry).map(cbor::encode);
            pending.commit.views.push(ViewRow { view: WAITING, key, value });
        }
    }
    if !now.is_empty() {
        ledger.waiting.0.insert(*id, now);
    }
    Ok(())
}

/// Takes the rows of a matter away.
pub(super) fn forget(ledger: &mut Ledger, pending: &mut Pending, id: &MatterId) {
    for entry in ledger.waiting.0.remove(id).unwrap_or_default().into_keys() {
        let key = [id.as_bytes(), &entry.as_bytes()[..]].concat();
        pending.commit.views.push(ViewRow { view: WAITING, key, value: None });
    }
}

fn recorded_at(ledger: &Ledger, pending: &Pending, hash: &Hash) -> Result<Timestamp, Failure> {
    let is_it = |what: &Recorded| matches!(what, Recorded::Entry { entry, .. } if entry == hash);
    if let Some(record) = pending.commit.records.iter().find(|record| is_it(&record.what)) {
        return Ok(record.at);
    }
    Ok(ledger.store.entry(hash)?.map_or(pending.at, |record| record.at))
}
