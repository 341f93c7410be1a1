//! The ledger's thread and the handle others use: group commit.
//!
//! A ledger can also work by hand: its owner says when, and how many jobs one commit takes, so that a run replays.

use tokio::sync::{mpsc, oneshot, watch};

use super::{Ledger, Pending};
use crate::failure::Failure;

/// How many jobs wait before callers do.
const QUEUE: usize = 1024;
/// How many jobs one commit takes.
const TOGETHER: usize = 256;

/// What a job leaves to be done once the commit is known to be durable, or not.
type Afterwards = Box<dyn FnOnce(&mut Ledger, Result<(), String>) + Send>;
type Job = Box<dyn FnOnce(&mut Ledger, &mut Pending) -> Afterwards + Send>;

/// Hands jobs to the ledger's thread. Dropping the last handle ends the thread.
#[derive(Clone)]
pub struct LedgerHandle {
    jobs: mpsc::Sender<Job>,
    written: watch::Receiver<u64>,
}

impl LedgerHandle {
    /// Starts the thread of a ledger.
    pub fn start(ledger: Ledger) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (telling, written) = watch::channel(ledger.length);
        std::thread::spawn(move || work(ledger, queue, &telling));
        Self { jobs, written }
    }

    /// How many records are durable; tells when there are more.
    pub fn written(&self) -> watch::Receiver<u64> {
        self.written.clone()
    }

    /// A handle to a ledger without a thread, and the ledger.
    pub fn by_hand(ledger: Ledger) -> (Self, LedgerByHand) {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (telling, written) = watch::channel(ledger.length);
        (Self { jobs, written }, LedgerByHand { ledger, queue, telling })
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
        let job: Job = Box::new(move |ledger, pending| {
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
        self.jobs.send(job).await.map_err(|_| stopped())?;
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
    while let Some(first) = queue.blocking_recv() {
        let mut jobs = vec![first];
        while jobs.len() < TOGETHER {
            let Ok(job) = queue.try_recv() else { break };
            jobs.push(job);
        }
        carry_out(&mut ledger, jobs, telling);
    }
}

fn carry_out(ledger: &mut Ledger, jobs: Vec<Job>, telling: &watch::Sender<u64>) {
    // Where the store could not be read again, what the jobs do in memory is forgotten at the next attempt.
    let fresh = ledger.refresh();
    let mut pending = Pending::new(ledger.length, ledger.clock.now());
    let afterwards: Vec<_> = jobs.into_iter().map(|job| job(ledger, &mut pending)).collect();
    let committed = fresh.and_then(|()| ledger.commit(pending)).map_err(|error| error.to_string());
    for after in afterwards {
        after(ledger, committed.clone());
    }
    telling.send_if_modified(|written| std::mem::replace(written, ledger.length) != ledger.length);
}
