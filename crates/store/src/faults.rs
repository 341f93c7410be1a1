//! A store that fails on demand, around any other: for tests of everything that writes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::pass_on::pass_reading_on;
use crate::{Commit, Reader, Result, Store, StoreError};

/// How a commit fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The driver fails, and nothing is stored.
    Before,
    /// The driver fails, and yet everything is stored: what a lost answer looks like.
    After,
    /// The disk is full, and nothing is stored.
    Full,
    /// The driver says that all is stored, and nothing is: what a disk does that confirms what it only holds in its memory.
    Forgotten,
}

/// Which commits fail, and how many there were. Clones share one plan, so that a test can hold on to it.
#[derive(Clone, Debug, Default)]
pub struct FaultPlan {
    shared: Arc<Mutex<Plan>>,
}

#[derive(Debug, Default)]
struct Plan {
    commits: u64,
    faults: BTreeMap<u64, Fault>,
    /// Whether there is no room, whatever else is planned.
    full: bool,
    /// How many readings still succeed before all that follow fail; `None` while none is to.
    readings_left: Option<u64>,
}

impl FaultPlan {
    /// A plan without faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the `n`-th commit fail, counted from 1 since the plan was made. Dropping a view counts as a commit.
    pub fn fail(&self, n: u64, fault: Fault) {
        self.plan().faults.insert(n, fault);
    }

    /// Makes the next commit fail.
    pub fn fail_next(&self, fault: Fault) {
        let mut plan = self.plan();
        let next = plan.commits.saturating_add(1);
        plan.faults.insert(next, fault);
    }

    /// No commit finds room any more, until [`Self::make_room`].
    pub fn fill(&self) {
        self.plan().full = true;
    }

    /// There is room again.
    pub fn make_room(&self) {
        self.plan().full = false;
    }

    /// No single commit is to fail any more.
    pub fn mend_commits(&self) {
        self.plan().faults.clear();
    }

    /// Lets `n` more readings succeed and makes every one after them fail, until [`Self::mend_readings`].
    pub fn fail_readings_after(&self, n: u64) {
        self.plan().readings_left = Some(n);
    }

    /// Readings succeed again.
    pub fn mend_readings(&self) {
        self.plan().readings_left = None;
    }

    fn read(&self) -> Result<()> {
        match &mut self.plan().readings_left {
            None => Ok(()),
            Some(0) => Err(planned()),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }

    /// How many commits were tried, those that failed included.
    pub fn commits(&self) -> u64 {
        self.plan().commits
    }

    fn next(&self) -> Option<Fault> {
        let mut plan = self.plan();
        plan.commits = plan.commits.saturating_add(1);
        let now = plan.commits;
        let planned = plan.faults.remove(&now);
        if plan.full { Some(Fault::Full) } else { planned }
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A store that fails as its plan says, and is the store inside otherwise.
#[derive(Debug)]
pub struct Failing<S> {
    inside: S,
    plan: FaultPlan,
}

impl<S> Failing<S> {
    /// Wraps `inside`.
    pub fn new(inside: S, plan: FaultPlan) -> Self {
        Self { inside, plan }
    }

    /// What is stored, as after a restart.
    pub fn into_inner(self) -> S {
        self.inside
    }
}

impl<S: Store> Failing<S> {
    fn reading(&self) -> Result<&S> {
        self.plan.read().map(|()| &self.inside)
    }

    fn write(&mut self, write: impl FnOnce(&mut S) -> Result<()>) -> Result<()> {
        match self.plan.next() {
            None => write(&mut self.inside),
            Some(Fault::Full) => Err(StoreError::Full),
            Some(Fault::Forgotten) => Ok(()),
            Some(Fault::Before) => Err(planned()),
            Some(Fault::After) => write(&mut self.inside).and_then(|()| Err(planned())),
        }
    }
}

fn planned() -> StoreError {
    StoreError::Failed("a test planned this fault".to_owned())
}

impl<S: Store> Reader for Failing<S> {
    pass_reading_on!(reading()?);
}

impl<S: Store> Store for Failing<S> {
    fn commit(&mut self, commit: &Commit) -> Result<()> {
        self.write(|inside| inside.commit(commit))
    }

    fn drop_view(&mut self, view: &'static str) -> Result<()> {
        self.write(|inside| inside.drop_view(view))
    }

    fn reader(&self) -> Result<Box<dyn Reader>> {
        self.inside.reader()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryStore;
    use crate::suite::{Picture, Scribe};

    crate::store_suite!(without_a_planned_fault, || {
        Box::new(Failing::new(MemoryStore::new(), FaultPlan::new())) as Box<dyn Store>
    });

    #[test]
    fn a_commit_that_fails_before_stores_nothing_and_can_be_tried_again() {
        for fault in [Fault::Before, Fault::Full] {
            let plan = FaultPlan::new();
            let mut store = Failing::new(MemoryStore::new(), plan.clone());
            let mut scribe = Scribe::new();
            store.commit(&scribe.everything()).unwrap();
            let before = Picture::of(&store);
            let commit = scribe.everything();
            plan.fail(2, fault);
            let error = store.commit(&commit).unwrap_err();
            assert_eq!(matches!(error, StoreError::Full), fault == Fault::Full);
            assert_eq!(Picture::of(&store), before);
            store.commit(&commit).unwrap();
            assert_ne!(Picture::of(&store), before);
            assert_eq!(plan.commits(), 3);
        }
    }

    #[test]
    fn what_a_disk_has_forgotten_shows_with_the_next_commit() {
        let plan = FaultPlan::new();
        let mut store = Failing::new(MemoryStore::new(), plan.clone());
        let mut scribe = Scribe::new();
        store.commit(&scribe.everything()).unwrap();
        let before = Picture::of(&store);
        plan.fail_next(Fault::Forgotten);
        store.commit(&scribe.everything()).unwrap();
        assert_eq!(Picture::of(&store), before);
        assert!(matches!(
            store.commit(&scribe.everything()),
            Err(StoreError::LostRace { expected: 8, found: 4 })
        ));
        assert_eq!(Picture::of(&store), before);
    }

    #[test]
    fn a_full_disk_takes_no_commit_until_there_is_room() {
        let plan = FaultPlan::new();
        let mut store = Failing::new(MemoryStore::new(), plan.clone());
        let commit = Scribe::new().everything();
        plan.fill();
        for _ in 0..3 {
            assert!(matches!(store.commit(&commit), Err(StoreError::Full)));
        }
        assert_eq!(store.length().unwrap(), 0, "and it can be read");
        plan.make_room();
        store.commit(&commit).unwrap();
    }

    #[test]
    fn readings_fail_when_planned_until_they_are_mended() {
        let plan = FaultPlan::new();
        let mut store = Failing::new(MemoryStore::new(), plan.clone());
        store.commit(&Scribe::new().everything()).unwrap();
        plan.fail_readings_after(1);
        assert!(store.length().is_ok());
        assert!(matches!(
            (store.length(), store.cards()),
            (Err(StoreError::Failed(_)), Err(StoreError::Failed(_)))
        ));
        plan.mend_readings();
        assert!(store.cards().is_ok());
    }

    #[test]
    fn a_commit_that_fails_after_is_stored_and_trying_again_blindly_loses_the_race() {
        let plan = FaultPlan::new();
        let mut store = Failing::new(MemoryStore::new(), plan.clone());
        let commit = Scribe::new().everything();
        plan.fail_next(Fault::After);
        assert!(matches!(store.commit(&commit), Err(StoreError::Failed(_))));
        assert_eq!(store.length().unwrap(), commit.records.len() as u64);
        assert!(matches!(store.commit(&commit), Err(StoreError::LostRace { .. })));
    }
}
