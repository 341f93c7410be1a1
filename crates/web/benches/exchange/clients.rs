//! Clients in a closed loop against a fresh pair of nodes, and what that took.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use comity_app::Failure;
use comity_app::commands::{ActCommand, Outcome};
use comity_app::workers::Level;
use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use comity_store::Direction;
use comity_testkit::bench::{self, Figures, machine};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::TEXT_BYTES;
use super::pair::{ASKS, Pair};

const WARM_UP: Duration = Duration::from_secs(1);

/// What one round came to.
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    /// Milliseconds from the wish to the receipt.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Acts a commit of either node, of those that held entries or receipts.
    pub(crate) per_commit: f64,
    /// Flushes of the machine's disks for each of those commits.
    pub(crate) flushes: f64,
    /// Processor time an act, of both nodes and the clients, in microseconds.
    pub(crate) cpu_micros: f64,
    /// The most memory of both nodes and the clients, in KiB.
    pub(crate) peak: u64,
}

/// What machine and nodes have counted so far.
struct Counted {
    commits: u64,
    flushes: u64,
    cpu: f64,
}

impl Counted {
    fn now(pair: &Pair) -> Self {
        let commits = *pair.a.ledger.written().borrow() + *pair.b.ledger.written().borrow();
        Self { commits, flushes: machine::flushes(), cpu: machine::cpu() }
    }
}

/// Runs so many clients against a fresh pair of nodes.
pub(crate) async fn measure(folder: &Path, clients: usize, measured: Duration) -> Result<Measured, Failure> {
    let pair = Arc::new(Pair::meet(folder).await?);
    let matters = pair.open_requests(clients).await?;
    machine::forget_peak();
    let (delivered, watching) = watch::channel(0);
    let woken = Arc::new(Notify::new());
    let mut deliverer = JoinSet::new();
    deliverer.spawn(deliver(Arc::clone(&pair), Arc::clone(&woken)));
    deliverer.spawn(tell(Arc::clone(&pair), delivered));

    let begins = Instant::now() + WARM_UP;
    let ends = begins + measured;
    let mut running = JoinSet::new();
    for matter in matters {
        let (pair, woken) = (Arc::clone(&pair), Arc::clone(&woken));
        running.spawn(client(pair, woken, watching.clone(), matter, begins, ends));
    }
    tokio::time::sleep_until(begins).await;
    let before = Counted::now(&pair);
    tokio::time::sleep_until(ends).await;
    let after = Counted::now(&pair);
    let (mut taken, mut signed) = (Vec::new(), Vec::new());
    while let Some(client) = running.join_next().await {
        let (times, hashes) = client.map_err(|error| Failure::Fault(error.to_string()))??;
        taken.extend(times);
        signed.extend(hashes);
    }
    let peak = machine::peak();
    deliverer.shutdown().await;
    pair.check_receipted(signed).await?;
    let count = f64::from(u32::try_from(taken.len()).unwrap_or(u32::MAX)).max(1.0);
    let commits = (after.commits - before.commits).max(1) as f64;
    let millis: Figures = taken.iter().map(|taken| taken.as_secs_f64() * 1000.0).collect();
    Ok(Measured {
        per_second: count / measured.as_secs_f64(),
        p50: millis.at(0.50),
        p99: millis.at(0.99),
        per_commit: count / commits,
        flushes: (after.flushes - before.flushes) as f64 / commits,
        cpu_micros: (after.cpu - before.cpu) * 1e6 / count,
        peak,
    })
}

/// One client's closed loop: how long each act took that came back within the measured time, and every act signed.
async fn client(
    pair: Arc<Pair>,
    woken: Arc<Notify>,
    mut delivered: watch::Receiver<u64>,
    matter: MatterId,
    begins: Instant,
    ends: Instant,
) -> Result<(Vec<Duration>, Vec<Hash>), Failure> {
    let (mut taken, mut signed) = (Vec::new(), Vec::new());
    let text = bench::text(TEXT_BYTES);
    let toml = format!("text = \"{text}\"");
    loop {
        let started = Instant::now();
        if started >= ends {
            return Ok((taken, signed));
        }
        let command = ActCommand { matter, act: "remind".into(), toml: Some(toml.clone()) };
        let (partner, asks) = (pair.b.agency(), ASKS);
        let (acted, place) = pair
            .a
            .ledger
            .ahead()
            .run_then(
                move |ledger, pending| {
                    let officer = ledger.officer(Some(asks))?;
                    ledger.act(pending, &command, &officer)
                },
                // The end of our stream, which lies at this act or behind it.
                move |ledger, acted| Ok((acted, ledger.store().stream(&partner, Direction::Out)?.n)),
            )
            .await?;
        let Outcome::Signed(hash) = acted.outcome else {
            return Err(Failure::Fault("the act was not signed".into()));
        };
        signed.push(hash);
        woken.notify_one();
        let stopped = |_| Failure::Fault("delivery has stopped".into());
        delivered.wait_for(|delivered| *delivered >= place).await.map_err(stopped)?;
        let now = Instant::now();
        if now >= begins && now < ends {
            taken.push(now - started);
        }
    }
}

/// Delivers while something is queued.
async fn deliver(pair: Arc<Pair>, woken: Arc<Notify>) -> Result<(), Failure> {
    let (partner, mut level) = (pair.b.agency(), Level::default());
    loop {
        woken.notified().await;
        while pair.a.queued(&partner).await? > 0 {
            pair.deliver(&mut level).await?;
        }
    }
}

/// Tells how far the receipts reach that are stored at A, whenever there are more.
async fn tell(pair: Arc<Pair>, delivered: watch::Sender<u64>) -> Result<(), Failure> {
    let partner = pair.b.agency();
    let mut written = pair.a.ledger.written();
    while written.changed().await.is_ok() {
        let reached = pair.a.delivered(&partner).await?;
        delivered.send_if_modified(|before| std::mem::replace(before, reached) != reached);
    }
    Ok(())
}
