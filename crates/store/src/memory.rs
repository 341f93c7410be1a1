//! A store in memory, for tests and simulations: plain ordered maps, nothing clever.
//!
//! It is the model the real stores are compared with, so it shares no idea of how to store with them. Nothing is
//! durable: what it holds is gone with its last handle.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::part::OpenPart;
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;

use crate::check::{self, Known, inconsistent};
use crate::{
    Commit, Direction, Reader, Record, Recorded, Result, Store, StoredCard, StoredCheckpoint, StoredReceipt,
    StreamStep, TreeName,
};

/// A store in memory. Its clones and readers share what it holds.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Clone, Debug, Default)]
struct Kept {
    journal: Vec<Record>,
    entries: BTreeMap<Hash, u64>,
    /// The records of each matter, of each tree and of epochs, by their numbers.
    of_matter: BTreeMap<MatterId, Vec<u64>>,
    of_tree: BTreeMap<TreeName, Vec<u64>>,
    of_epochs: Vec<u64>,
    parts: BTreeMap<(Hash, Token), OpenPart>,
    streams: BTreeMap<(AgencyId, Direction), Vec<StreamStep>>,
    delivered: BTreeMap<AgencyId, u64>,
    receipts: Vec<StoredReceipt>,
    /// Where among the receipts the first of each partner for each entry stands.
    receipted: BTreeMap<(Hash, AgencyId), usize>,
    cards: BTreeMap<(AgencyId, u64), StoredCard>,
    heads: BTreeSet<(MatterId, Vec<u8>)>,
    checkpoints: BTreeMap<(AgencyId, u32, u64), StoredCheckpoint>,
    views: BTreeMap<(&'static str, Vec<u8>), Vec<u8>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Another store that holds the same now.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self { kept: Arc::new(Mutex::new(self.kept().clone())) }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panic elsewhere leaves whole commits behind: nothing is changed before everything was checked.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn stream(&self, partner: &AgencyId, direction: Direction) -> &[StreamStep] {
        self.streams.get(&(*partner, direction)).map_or(&[], Vec::as_slice)
    }

    fn record(&self, number: u64) -> Option<&Record> {
        self.journal.get(position(number))
    }

    fn check(&self, commit: &Commit) -> Result<()> {
        let _numbers = check::check(commit, self)?;
        for record in &commit.records {
            if let Recorded::Entry { entry, .. } = &record.what
                && self.entries.contains_key(entry)
            {
                return Err(inconsistent("journal", record.number, "this entry is in the journal already"));
            }
        }
        Ok(())
    }

    fn take(&mut self, commit: &Commit) {
        for record in &commit.records {
            match &record.what {
                Recorded::Entry { entry, matter, .. } => {
                    self.entries.insert(*entry, record.number);
                    self.of_matter.entry(*matter).or_default().push(record.number);
                }
                Recorded::Epoch { .. } | Recorded::Again { .. } => self.of_epochs.push(record.number),
                Recorded::InnerRoot { .. } => {}
            }
            self.of_tree.entry(record.tree).or_default().push(record.number);
            self.journal.push(record.clone());
        }
        for (entry, part) in &commit.parts {
            self.parts.entry((*entry, part.label.clone())).or_insert_with(|| part.clone());
        }
        for (entry, label) in &commit.erased {
            self.parts.remove(&(*entry, label.clone()));
        }
        for (partner, n) in &commit.cut {
            if let Some(steps) = self.streams.get_mut(&(*partner, Direction::Out)) {
                steps.truncate(position(*n));
            }
        }
        for step in &commit.steps {
            self.streams.entry((step.partner, step.direction)).or_default().push(step.clone());
        }
        for (partner, n) in &commit.delivered {
            let delivered = self.delivered.entry(*partner).or_default();
            *delivered = (*delivered).max(*n);
        }
        for receipt in &commit.receipts {
            for entry in &receipt.entries {
                self.receipted.entry((*entry, receipt.partner)).or_insert(self.receipts.len());
            }
            self.receipts.push(receipt.clone());
        }
        for card in &commit.cards {
            // The first who brought it stays its bringer.
            self.cards.entry((card.agency, card.number)).or_insert_with(|| card.clone());
        }
        self.heads.extend(commit.heads.iter().map(|head| (head.matter, head.bytes.clone())));
        for checkpoint in &commit.checkpoints {
            let key = (checkpoint.agency, checkpoint.epoch, checkpoint.size);
            self.checkpoints.insert(key, checkpoint.clone());
        }
        for row in &commit.views {
            match &row.value {
                Some(value) => self.views.insert((row.view, row.key.clone()), value.clone()),
                None => self.views.remove(&(row.view, row.key.clone())),
            };
        }
    }
}

impl Known for Kept {
    fn length(&self) -> Result<u64> {
        Ok(self.journal.len() as u64)
    }

    fn leaves(&self, tree: TreeName) -> Result<u64> {
        Ok(self.of_tree.get(&tree).map_or(0, Vec::len) as u64)
    }

    fn steps(&self, partner: &AgencyId, direction: Direction) -> Result<u64> {
        Ok(self.stream(partner, direction).len() as u64)
    }

    fn number(&self, entry: &Hash) -> Result<Option<u64>> {
        Ok(self.entries.get(entry).copied())
    }

    fn card(&self, agency: &AgencyId, number: u64) -> Result<Option<Vec<u8>>> {
        Ok(self.cards.get(&(*agency, number)).map(|card| card.bytes.clone()))
    }
}

/// `number` as a position in a list; positions beyond the list are all alike.
fn position(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Reader for MemoryStore {
    fn length(&self) -> Result<u64> {
        Known::length(&*self.kept())
    }

    fn records(&self, from: u64, limit: usize) -> Result<Vec<Record>> {
        Ok(self.kept().journal.iter().skip(position(from)).take(limit).cloned().collect())
    }

    fn leaf_hashes(&self, tree: TreeName, from: u64, limit: usize) -> Result<Vec<Hash>> {
        let kept = self.kept();
        let leaves = kept.of_tree.get(&tree).into_iter().flatten().skip(position(from)).take(limit);
        Ok(leaves.filter_map(|number| kept.record(*number)).map(|record| record.leaf_hash).collect())
    }

    fn epochs(&self) -> Result<Vec<Record>> {
        let kept = self.kept();
        Ok(kept.of_epochs.iter().filter_map(|number| kept.record(*number)).cloned().collect())
    }

    fn matter(&self, matter: &MatterId) -> Result<Vec<Record>> {
        let kept = self.kept();
        let numbers = kept.of_matter.get(matter).into_iter().flatten();
        Ok(numbers.filter_map(|number| kept.record(*number)).cloned().collect())
    }

    fn matters(&self) -> Result<Vec<MatterId>> {
        let kept = self.kept();
        let first = |(matter, numbers): (&MatterId, &Vec<u64>)| Some((*numbers.first()?, *matter));
        let by_first: BTreeMap<_, _> = kept.of_matter.iter().filter_map(first).collect();
        Ok(by_first.into_values().collect())
    }

    fn entry(&self, entry: &Hash) -> Result<Option<Record>> {
        let kept = self.kept();
        Ok(kept.entries.get(entry).and_then(|number| kept.record(*number)).cloned())
    }

    fn parts(&self, entry: &Hash) -> Result<Vec<OpenPart>> {
        let kept = self.kept();
        // No token sorts before this one.
        let from_here = kept.parts.range((*entry, Token::literal("0"))..);
        Ok(from_here.take_while(|((of, _), _)| of == entry).map(|(_, part)| part.clone()).collect())
    }

    fn stream(&self, partner: &AgencyId, direction: Direction) -> Result<StreamHead> {
        Ok(self.kept().stream(partner, direction).last().map_or(StreamHead::START, |step| step.head))
    }

    fn stream_at(&self, partner: &AgencyId, direction: Direction, n: u64) -> Result<Option<StreamHead>> {
        if n == 0 {
            return Ok(Some(StreamHead::START));
        }
        let step = |kept: &Kept| Some(kept.stream(partner, direction).get(position(n - 1))?.head);
        Ok(step(&self.kept()))
    }

    fn steps(
        &self,
        partner: &AgencyId,
        direction: Direction,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(StreamStep, Record)>> {
        let kept = self.kept();
        let steps = kept.stream(partner, direction).iter().skip(position(after)).take(limit);
        let with_record = |step: &StreamStep| {
            kept.record(step.record)
                .map(|record| (step.clone(), record.clone()))
                .ok_or_else(|| inconsistent("stream", step.head.n, "its record is not in the journal"))
        };
        steps.map(with_record).collect()
    }

    fn delivered(&self, partner: &AgencyId) -> Result<u64> {
        Ok(self.kept().delivered.get(partner).copied().unwrap_or(0))
    }

    fn receipts(&self, entry: &Hash) -> Result<Vec<StoredReceipt>> {
        let kept = self.kept();
        let least = AgencyId::from_bytes([0; 32]);
        let of_entry = kept.receipted.range((*entry, least)..).take_while(|((of, _), _)| of == entry);
        Ok(of_entry.filter_map(|(_, at)| kept.receipts.get(*at)).cloned().collect())
    }

    fn all_receipts(&self, from: u64, limit: usize) -> Result<Vec<StoredReceipt>> {
        Ok(self.kept().receipts.iter().skip(position(from)).take(limit).cloned().collect())
    }

    fn cards(&self) -> Result<Vec<StoredCard>> {
        Ok(self.kept().cards.values().cloned().collect())
    }

    fn heads(&self, matter: &MatterId) -> Result<Vec<Vec<u8>>> {
        let kept = self.kept();
        let from_here = kept.heads.range((*matter, Vec::new())..);
        Ok(from_here.take_while(|(of, _)| of == matter).map(|(_, bytes)| bytes.clone()).collect())
    }

    fn checkpoint(&self, agency: &AgencyId) -> Result<Option<StoredCheckpoint>> {
        let kept = self.kept();
        let of_agency = kept.checkpoints.values().filter(|checkpoint| checkpoint.agency == *agency);
        Ok(of_agency.max_by_key(|checkpoint| (checkpoint.epoch, checkpoint.size)).cloned())
    }

    fn view(
        &self,
        view: &'static str,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let kept = self.kept();
        let from = match after {
            Some(after) => Bound::Excluded((view, after.to_vec())),
            None => Bound::Included((view, Vec::new())),
        };
        let rows = kept.views.range((from, Bound::Unbounded)).take_while(|((of, _), _)| *of == view);
        Ok(rows.take(limit).map(|((_, key), value)| (key.clone(), value.clone())).collect())
    }

    fn view_row(&self, view: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(self.kept().views.get(&(view, key.to_vec())).cloned())
    }
}

impl Store for MemoryStore {
    fn commit(&mut self, commit: &Commit) -> Result<()> {
        let mut kept = self.kept();
        kept.check(commit)?;
        kept.take(commit);
        Ok(())
    }

    fn drop_view(&mut self, view: &'static str) -> Result<()> {
        self.kept().views.retain(|(of, _), _| *of != view);
        Ok(())
    }

    fn reader(&self) -> Result<Box<dyn Reader>> {
        Ok(Box::new(Self { kept: Arc::clone(&self.kept) }))
    }
}

#[cfg(test)]
crate::store_suite!(in_memory, || Box::new(MemoryStore::new()) as Box<dyn Store>);
