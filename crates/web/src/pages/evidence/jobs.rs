//! Work that takes longer than somebody waits for a page: begun by a form, looked at by whoever began it.
//!
//! Jobs are kept in memory; a restart ends them. Invariant: a job is seen by the officer who began it, about the package or
//! matter it was begun for, and by nobody else.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use comity_app::bundles::Told;
use comity_app::staging::TempDir;
use comity_app::workers::PackageCheck;
use comity_domain::gates::Rule;
use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use tokio::sync::Semaphore;

use super::super::trouble::Trouble;
use super::grants::SERVES_MILLIS;

/// How many jobs are carried out at one time; the others wait.
const AT_ONCE: usize = 2;
/// How many jobs of one officer may be under way.
const OF_ONE: usize = 4;
/// How many are kept; the oldest that is done makes room.
const KEPT: usize = 1000;
/// How long whoever began it is kept waiting for the end, before the page says that it is under way.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// What a job has come to.
#[derive(Clone, Debug)]
pub(crate) enum Stand {
    /// Under way, or waiting its turn.
    UnderWay,
    /// A package was checked; `None` where it is not here any more.
    Checked(Option<Arc<PackageCheck>>),
    /// A package was sealed, and the act that hands it over came to this, with the rule that still stands against it.
    HandedOver { said: &'static str, rule: Option<Rule> },
    /// A paper was sealed, and what it says is recorded.
    Recorded,
    /// A bundle was made: in words, and the folder it lies in, which goes with the job.
    BundleMade { said: Vec<String>, folder: Arc<TempDir> },
    /// A bundle was taken in, or not: in words, and how it stands.
    BundleTaken(Told),
    /// It could not be done. The words name files, for who named them; nobody else sees them.
    CouldNot(String),
    /// It was refused, or the node could not.
    Stopped(Trouble),
}

/// How far a job is, in bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter(Arc<AtomicU64>);

impl Meter {
    pub(crate) fn at(&self, done: u64) {
        self.0.store(done, Ordering::Relaxed);
    }
}

/// A job as a page shows it.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    officer: MatterId,
    matter: MatterId,
    /// The entry that handed the package over, where there is one.
    about: Option<Hash>,
    pub(crate) begun: Timestamp,
    pub(crate) stand: Stand,
    meter: Meter,
    all: u64,
}

impl Job {
    /// How much is done of how much; never beyond the whole.
    pub(crate) fn progress(&self) -> (u64, u64) {
        (self.meter.0.load(Ordering::Relaxed).min(self.all), self.all)
    }

    pub(crate) fn is_under_way(&self) -> bool {
        matches!(self.stand, Stand::UnderWay)
    }
}

/// All jobs of a node.
pub(crate) struct Jobs {
    kept: Mutex<BTreeMap<String, Job>>,
    /// Taken by a job while it is carried out.
    pub(crate) turns: Arc<Semaphore>,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { kept: Mutex::default(), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

/// For whom, about what and how large a job is; 0 where nobody can say how large.
#[derive(Clone, Copy)]
pub(crate) struct Begun {
    pub(crate) officer: MatterId,
    pub(crate) matter: MatterId,
    pub(crate) about: Option<Hash>,
    pub(crate) at: Timestamp,
    pub(crate) all: u64,
}

impl Jobs {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Job>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a job under a drawn name; refused when the officer has too many under way.
    pub(crate) fn begin(&self, name: String, begun: Begun) -> Result<Meter, Trouble> {
        let mut kept = self.lock();
        let own = kept.values().filter(|job| job.officer == begun.officer && job.is_under_way());
        if own.count() >= OF_ONE {
            return Err(Trouble::Busy);
        }
        while kept.len() >= KEPT {
            let done = kept.iter().filter(|(_, job)| !job.is_under_way());
            let Some(oldest) = done.min_by_key(|(_, job)| job.begun).map(|(name, _)| name.clone()) else {
                break;
            };
            kept.remove(&oldest);
        }
        let Begun { officer, matter, about, at, all } = begun;
        let meter = Meter::default();
        let (stand, metered) = (Stand::UnderWay, meter.clone());
        kept.insert(name, Job { officer, matter, about, begun: at, stand, meter: metered, all });
        Ok(meter)
    }

    /// Lets bundles go that were made half a day ago; and those that this officer had made for this partner, who is named where
    /// the next one is to take their place.
    pub(crate) fn let_bundles_go(&self, now: Timestamp, replaced: Option<(MatterId, MatterId)>) {
        self.lock().retain(|_, job| {
            let serves = now < job.begun.plus_millis(SERVES_MILLIS);
            let stands = serves && replaced != Some((job.officer, job.matter));
            stands || !matches!(job.stand, Stand::BundleMade { .. })
        });
    }

    /// Says what a job has come to.
    pub(crate) fn end(&self, name: &str, stand: Stand) {
        if let Some(job) = self.lock().get_mut(name) {
            job.stand = stand;
        }
    }

    /// The latest job of this officer that is about a matter and no package of it.
    pub(super) fn latest(&self, officer: MatterId, matter: MatterId) -> Option<String> {
        let kept = self.lock();
        let own =
            kept.iter().filter(|(_, job)| (job.officer, job.matter, job.about) == (officer, matter, None));
        own.max_by_key(|(_, job)| job.begun).map(|(name, _)| name.clone())
    }

    /// A job of this officer about this agency or bundle, whatever matter or record it is kept under.
    pub(crate) fn of_about(&self, name: &str, officer: MatterId, about: Hash) -> Option<Job> {
        let job = self.lock().get(name).cloned()?;
        ((job.officer, job.about) == (officer, Some(about))).then_some(job)
    }

    /// A job of this officer about this.
    pub(crate) fn find(
        &self,
        name: &str,
        officer: MatterId,
        matter: MatterId,
        about: Option<Hash>,
    ) -> Option<Job> {
        let job = self.lock().get(name).cloned()?;
        ((job.officer, job.matter, job.about) == (officer, matter, about)).then_some(job)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(officer: u8) -> Begun {
        let [officer, matter] = [officer, 9].map(|n| MatterId::from_bytes([n; 32]));
        Begun { officer, matter, about: None, at: Timestamp::from_millis(7), all: 10 }
    }

    #[test]
    fn a_job_is_seen_by_who_began_it_and_by_nobody_else() {
        let jobs = Jobs::default();
        let (ann, ben) = (begun(1), begun(2));
        let meter = jobs.begin("x".into(), ann).unwrap();
        meter.at(99);
        let seen = jobs.find("x", ann.officer, ann.matter, None).unwrap();
        assert_eq!(seen.progress(), (10, 10), "never beyond the whole");
        assert!(jobs.find("x", ben.officer, ben.matter, None).is_none());
        assert!(jobs.find("x", ann.officer, ann.matter, Some(Hash::ZERO)).is_none());
        jobs.end("x", Stand::Checked(None));
        assert!(jobs.find("x", ann.officer, ann.matter, None).is_some_and(|job| !job.is_under_way()));
    }

    #[test]
    fn one_officer_has_so_many_under_way_and_no_more() {
        let jobs = Jobs::default();
        for n in 0..OF_ONE {
            jobs.begin(n.to_string(), begun(1)).unwrap();
        }
        assert!(jobs.begin("more".into(), begun(1)).is_err());
        assert!(jobs.begin("another's".into(), begun(2)).is_ok());
        jobs.end("0", Stand::Checked(None));
        assert!(jobs.begin("more".into(), begun(1)).is_ok());
    }
}
