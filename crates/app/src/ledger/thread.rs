//! The ledger's thread and the handle others use: group commit.
//!
//! A ledger can also work by hand: its owner says when, and how many jobs one commit takes, so that a run replays.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use super::{Ledger, Pending};
use crate::failure::Failure;

/// How many jobs wait before callers do.
const QUEUE: usize = 1024;
/// How many jobs one commit takes at most.
const TOGETHER: usize = 256;
/// How many it takes before half of those that wait are left to the next, while sessions go on: what is signed first is on
/// its way to partners while the next is being signed.
const AT_ONCE: usize = 16;
/// After so many commits without a job of a session none goes on.
const QUIET: u32 = 8;

/// After how long without a job the lists that lag are brought up to date.
const IDLE: Duration = Duration::from_millis(50);

/// What a job leaves to be done once the commit is known to be durable, or not.
type Afterwards = Box<dyn FnOnce(&mut Ledger, Result<(), String>) + Send>;

/// What kind of job it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// It may look at lists, so they are brought up to date before it: [`crate::views`].
    Looks,
    /// It looks at no list: their rows may lag when it begins.
    Ahead,
    /// Likewise; and a session with a partner goes on with it, so it does not wait behind others.
    First,
}

/// What somebody wants done.
struct Job {
    manner: Manner,
    work: Box<dyn FnOnce(&mut Ledger, &mut Pending) -> Afterwards + Send>,
}

/// Hands jobs to the ledger's thread. Dropping the last handle ends the thread.
#[derive(Clone)]
pub struct LedgerHandle {
    jobs: mpsc::Sender<Job>,
    written: watch::Receiver<u64>,
    manner: Manner,
}

impl LedgerHandle {
    /// Starts the thread of a ledger.
    pub fn start(ledger: Ledger) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (telling, written) = watch::channel(ledger.moved);
        std::thread::spawn(move || work(ledger, queue, &telling));
        Self { jobs, written, manner: Manner::Looks }
    }

    /// The same, for jobs that look at no list: those need not be brought up to date for them.
    #[must_use]
    pub fn ahead(&self) -> Self {
        Self { manner: Manner::Ahead, ..self.clone() }
    }

    /// The same, for jobs with which a session with a partner goes on: they look at no list, and wait behind no others.
    #[must_use]
    pub fn first(&self) -> Self {
        Self { manner: Manner::First, ..self.clone() }
    }

    /// Tells whenever more records or receipts have become durable: how often they have since the ledger was opened.
    pub fn written(&self) -> watch::Receiver<u64> {
        self.written.clone()
    }

    /// A handle to a ledger without a thread, and the ledger.
    pub fn by_hand(ledger: Ledger) -> (Self, LedgerByHand) {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (telling, written) = watch::channel(ledger.moved);
        (Self { jobs, written, manner: Manner::Looks }, LedgerByHand { ledger, queue, telling })
    }

    /// Carries a job out; answers once everything it appended is durable.
    ///
    /// # Errors
    /// The job's own failure, or that nothing was recorded.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Ledger, &mut Pending) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.run_then(job, |_, outcome| Ok(outcome)).await
    }

    /// As [`Self::run`], and then looks once more at the ledger as it stands after the commit.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn run_then<T: Send + 'static, U: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Ledger, &mut Pending) -> Result<T, Failure> + Send + 'static,
        then: impl FnOnce(&mut Ledger, T) -> Result<U, Failure> + Send + 'static,
    ) -> Result<U, Failure> {
        let (answer, answered) = oneshot::channel();
        let work = Box::new(move |ledger: &mut Ledger, pending: &mut Pending| -> Afterwards {
            let outcome = job(ledger, pending);
            Box::new(move |ledger, committed| {
                let outcome = match committed {
                    Ok(()) => outcome.and_then(|done| then(ledger, done)),
                    Err(why) => Err(Failure::NotRecorded(why)),
                };
                // Nobody waits any more when the caller has gone; what was committed stays committed.
                drop(answer.send(outcome));
            })
        });
        let stopped = || Failure::Fault("the ledger has stopped".into());
        self.jobs.send(Job { manner: self.manner, work }).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}

/// A ledger that works when its owner says so. Dropped, it forgets the jobs that wait, as a node that dies.
pub struct LedgerByHand {
    ledger: Ledger,
    queue: mpsc::Receiver<Job>,
    telling: watch::Sender<u64>,
}

impl LedgerByHand {
    /// How many jobs wait.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Carries out up to `together` waiting jobs in one commit, and answers them.
    pub fn work(&mut self, together: usize) {
        let jobs: Vec<_> = std::iter::from_fn(|| self.queue.try_recv().ok()).take(together).collect();
        if !jobs.is_empty() {
            carry_out(&mut self.ledger, jobs, &self.telling);
        }
    }

    /// The ledger between two commits.
    pub fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }
}

fn work(mut ledger: Ledger, mut queue: mpsc::Receiver<Job>, telling: &watch::Sender<u64>) {
    let waiting = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let (mut lined_up, mut quiet) = (VecDeque::new(), QUIET);
    loop {
        if lined_up.is_empty() {
            let first = match (&waiting, ledger.lagging.is_empty()) {
                (Ok(waiting), false) => match waiting.block_on(async { timeout(IDLE, queue.recv()).await }) {
                    Ok(first) => first,
                    Err(_) => {
                        // What cannot be folded now is folded before somebody looks, who then hears why not.
                        drop(ledger.refresh().and_then(|()| ledger.fold_lagging()));
                        queue.blocking_recv()
                    }
                },
                _ => queue.blocking_recv(),
            };
            let Some(first) = first else { return };
            lined_up.push_back(first);
        }
        let mut known = 0;
        while lined_up.len() != known {
            known = lined_up.len();
            while let Some(job) = (lined_up.len() < QUEUE).then(|| queue.try_recv().ok()).flatten() {
                lined_up.push_back(job);
            }
            // Whoever is about to ask, because of what was just answered, may do so now, and shares the commit.
            std::thread::yield_now();
        }
        let goes_on = lined_up.iter().any(|job: &Job| job.manner == Manner::First);
        quiet = if goes_on { 0 } else { quiet.saturating_add(1) };
        let jobs = next_together(&mut lined_up, quiet < QUIET);
        carry_out(&mut ledger, jobs, telling);
    }
}

/// The jobs of the next commit: first what goes on with partners, then others in the order they came.
fn next_together(lined_up: &mut VecDeque<Job>, halves: bool) -> Vec<Job> {
    let most = if halves { lined_up.len().div_ceil(2).clamp(AT_ONCE, TOGETHER) } else { TOGETHER };
    let goes_first = |job: &Job| job.manner == Manner::First;
    let (mut jobs, later): (Vec<_>, Vec<_>) = lined_up.drain(..).partition(goes_first);
    lined_up.extend(later);
    jobs.extend(lined_up.drain(..most.min(lined_up.len())));
    jobs
}

fn carry_out(ledger: &mut Ledger, jobs: Vec<Job>, telling: &watch::Sender<u64>) {
    let ahead = jobs.iter().all(|job| job.manner != Manner::Looks);
    // Where the store could not be read again, what the jobs do in memory is forgotten at the next attempt.
    let fresh = ledger.refresh().and_then(|()| {
        let may_lag = ahead && !ledger.lagging.is_due(ledger.clock.now());
        if may_lag { Ok(()) } else { ledger.fold_lagging() }
    });
    ledger.stale |= fresh.is_err();
    let mut pending = Pending::new(ledger.length, ledger.clock.now());
    pending.ahead = ahead;
    let afterwards: Vec<_> = jobs.into_iter().map(|job| (job.work)(ledger, &mut pending)).collect();
    let committed = fresh.and_then(|()| ledger.commit(pending)).map_err(|error| error.to_string());
    for after in afterwards {
        after(ledger, committed.clone());
    }
    telling.send_if_modified(|written| std::mem::replace(written, ledger.moved) != ledger.moved);
}
