//! A store that outlives its ledger, as a disk outlives a process, and whose power can be cut at a commit.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::part::OpenPart;
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;
use comity_store::faults::{Failing, FaultPlan};
use comity_store::memory::MemoryStore;
use comity_store::{
    Commit, Direction, Reader, Record, Recorded, Result, Store, StoreError, StoredCard, StoredCheckpoint,
    StoredReceipt, StreamStep, TreeName,
};

/// Where in the next commit the power goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Before anything of it is stored.
    BeforeCommit,
    /// When all of it is stored, and nobody has been told.
    AfterCommit,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Power {
    On,
    Until(Cut),
    Off,
}

struct Inside {
    store: Failing<MemoryStore>,
    /// What the store holds, whatever fails.
    kept: MemoryStore,
    power: Power,
    starts: u64,
}

/// A disk. Clones are the same one.
#[derive(Clone)]
pub struct Disk(Arc<Mutex<Inside>>);

impl Disk {
    /// An empty disk whose commits and readings fail as planned.
    pub fn new(plan: FaultPlan) -> Self {
        Self::holding(MemoryStore::new(), plan)
    }

    fn holding(kept: MemoryStore, plan: FaultPlan) -> Self {
        let store = Failing::new(kept.clone(), plan);
        Self(Arc::new(Mutex::new(Inside { store, kept, power: Power::On, starts: 0 })))
    }

    /// Another disk with the same on it.
    #[must_use]
    pub fn copy(&self, plan: FaultPlan) -> Self {
        Self::holding(self.inside().kept.copy(), plan)
    }

    /// A disk with what is on `older`, in the place of this one. Nobody draws the numbers again that were drawn on this one.
    #[must_use]
    pub fn put_back(&self, older: &Self, plan: FaultPlan) -> Self {
        let back = older.copy(plan);
        let starts = self.inside().starts;
        back.inside().starts = starts;
        back
    }

    /// The power goes at the next commit.
    pub fn cut(&self, at: Cut) {
        self.inside().power = Power::Until(at);
    }

    /// Whether the power has gone.
    pub fn is_off(&self) -> bool {
        self.inside().power == Power::Off
    }

    /// The power comes back.
    pub fn power_on(&self) {
        self.inside().power = Power::On;
    }

    /// Looks at what is stored, whatever the power or the plan.
    pub fn look<T>(&self, look: impl FnOnce(&dyn Reader) -> T) -> T {
        look(&self.inside().kept)
    }

    /// Every entry of the journal, in order.
    ///
    /// # Panics
    /// Never: memory can be read.
    pub fn entries(&self) -> Vec<(Hash, Record)> {
        let records = self.look(|kept| kept.records(0, usize::MAX)).expect("memory can be read");
        let entry = |record: Record| match &record.what {
            Recorded::Entry { entry, .. } => Some((*entry, record)),
            Recorded::InnerRoot { .. } | Recorded::Epoch { .. } | Recorded::Again { .. } => None,
        };
        records.into_iter().filter_map(entry).collect()
    }

    /// Counts the starts of nodes on this disk.
    pub(super) fn start(&self) -> u64 {
        let mut inside = self.inside();
        inside.starts += 1;
        inside.starts
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, read: impl FnOnce(&Failing<MemoryStore>) -> Result<T>) -> Result<T> {
        let inside = self.inside();
        if inside.power == Power::Off { Err(no_power()) } else { read(&inside.store) }
    }

    fn write(&self, write: impl FnOnce(&mut Failing<MemoryStore>) -> Result<()>) -> Result<()> {
        let mut inside = self.inside();
        match inside.power {
            Power::Off => return Err(no_power()),
            Power::Until(Cut::BeforeCommit) => {
                inside.power = Power::Off;
                return Err(no_power());
            }
            Power::On | Power::Until(Cut::AfterCommit) => {}
        }
        let outcome = write(&mut inside.store);
        if inside.power != Power::On {
            inside.power = Power::Off;
            return Err(no_power());
        }
        outcome
    }
}

fn no_power() -> StoreError {
    StoreError::Failed("the power has gone".to_owned())
}

impl Reader for Disk {
    fn length(&self) -> Result<u64> {
        self.read(Reader::length)
    }
    fn records(&self, from: u64, limit: usize) -> Result<Vec<Record>> {
        self.read(|store| store.records(from, limit))
    }
    fn leaf_hashes(&self, tree: TreeName, from: u64, limit: usize) -> Result<Vec<Hash>> {
        self.read(|store| store.leaf_hashes(tree, from, limit))
    }
    fn epochs(&self) -> Result<Vec<Record>> {
        self.read(Reader::epochs)
    }
    fn matter(&self, matter: &MatterId) -> Result<Vec<Record>> {
        self.read(|store| store.matter(matter))
    }
    fn matters(&self) -> Result<Vec<MatterId>> {
        self.read(Reader::matters)
    }
    fn entry(&self, entry: &Hash) -> Result<Option<Record>> {
        self.read(|store| store.entry(entry))
    }
    fn parts(&self, entry: &Hash) -> Result<Vec<OpenPart>> {
        self.read(|store| store.parts(entry))
    }
    fn stream(&self, partner: &AgencyId, direction: Direction) -> Result<StreamHead> {
        self.read(|store| store.stream(partner, direction))
    }
    fn stream_at(&self, partner: &AgencyId, direction: Direction, n: u64) -> Result<Option<StreamHead>> {
        self.read(|store| store.stream_at(partner, direction, n))
    }
    fn steps(
        &self,
        partner: &AgencyId,
        direction: Direction,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(StreamStep, Record)>> {
        self.read(|store| store.steps(partner, direction, after, limit))
    }
    fn delivered(&self, partner: &AgencyId) -> Result<u64> {
        self.read(|store| store.delivered(partner))
    }
    fn receipts(&self, entry: &Hash) -> Result<Vec<StoredReceipt>> {
        self.read(|store| store.receipts(entry))
    }
    fn all_receipts(&self, from: u64, limit: usize) -> Result<Vec<StoredReceipt>> {
        self.read(|store| store.all_receipts(from, limit))
    }
    fn cards(&self) -> Result<Vec<StoredCard>> {
        self.read(Reader::cards)
    }
    fn heads(&self, matter: &MatterId) -> Result<Vec<Vec<u8>>> {
        self.read(|store| store.heads(matter))
    }
    fn checkpoint(&self, agency: &AgencyId) -> Result<Option<StoredCheckpoint>> {
        self.read(|store| store.checkpoint(agency))
    }
    fn view(
        &self,
        view: &'static str,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        self.read(|store| store.view(view, after, limit))
    }
    fn view_row(&self, view: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.read(|store| store.view_row(view, key))
    }
}

impl Store for Disk {
    fn commit(&mut self, commit: &Commit) -> Result<()> {
        self.write(|store| store.commit(commit))
    }
    fn drop_view(&mut self, view: &'static str) -> Result<()> {
        self.write(|store| store.drop_view(view))
    }
    fn reader(&self) -> Result<Box<dyn Reader>> {
        Ok(Box::new(self.clone()))
    }
}
