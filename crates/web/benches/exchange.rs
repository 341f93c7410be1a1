//! How fast acts travel between two nodes, measured to the receipt.
//!
//! Two whole nodes in one process: SQLite on a real disk, mutual TLS over loopback, nothing left out. Each client
//! has A remind B in a matter of its own, with 4 KiB of text, and waits until B's receipt has been verified and
//! stored at A; then it starts again. Set-up and a second of warming up are outside the clock.
//!
//! Not here: networks with latency, more than two nodes, papers. Bars: docs/performance.md.

#![expect(clippy::print_stdout, reason = "a measurement is told on the terminal")]

mod pair;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use comity_app::Failure;
use comity_app::commands::{ActCommand, Outcome};
use comity_app::workers::Level;
use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use comity_store::Direction;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use pair::{ASKS, Pair};

/// How many bytes of text an act carries.
const TEXT_BYTES: usize = 4096;
const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(8);
const CLIENTS: [usize; 2] = [1, 32];

fn main() -> Result<(), Failure> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let disk = file_system(folder);
    if disk == "tmpfs" || disk == "ramfs" {
        return Err(Failure::Usage(format!("{} is in memory: nothing would be durable", folder.display())));
    }
    println!(
        "exchange: {TEXT_BYTES}-byte acts, signed, sealed, durable at both ends, receipt verified and stored"
    );
    println!("profile bench: release without link-time optimisation; stores on {disk}");
    println!("{:>8} {:>10} {:>10} {:>10} {:>14}", "clients", "acts/s", "p50 ms", "p99 ms", "acts/session");
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::Fault(error.to_string()))?;
    let only = std::env::args().skip_while(|arg| arg != "--clients").nth(1);
    let only: Option<usize> = only.and_then(|number| number.parse().ok());
    for clients in only.map_or(CLIENTS.to_vec(), |only| vec![only]) {
        let measured = runtime.block_on(measure(folder, clients))?;
        println!(
            "{clients:>8} {:>10.0} {:>10.2} {:>10.2} {:>14.1}",
            measured.per_second, measured.p50, measured.p99, measured.per_session
        );
    }
    Ok(())
}

struct Measured {
    per_second: f64,
    p50: f64,
    p99: f64,
    per_session: f64,
}

/// Runs so many clients against a fresh pair of nodes.
async fn measure(folder: &Path, clients: usize) -> Result<Measured, Failure> {
    let pair = Arc::new(Pair::meet(folder).await?);
    let matters = pair.open_requests(clients).await?;
    let (delivered, watching) = watch::channel(0);
    let woken = Arc::new(Notify::new());
    let sessions = Arc::new(AtomicU64::new(0));
    let mut deliverer = JoinSet::new();
    deliverer.spawn(deliver(Arc::clone(&pair), Arc::clone(&woken), Arc::clone(&sessions)));
    deliverer.spawn(tell(Arc::clone(&pair), delivered));

    let begins = Instant::now() + WARM_UP;
    let ends = begins + MEASURED;
    let mut running = JoinSet::new();
    for matter in matters {
        let (pair, woken) = (Arc::clone(&pair), Arc::clone(&woken));
        running.spawn(client(pair, woken, watching.clone(), matter, begins, ends));
    }
    tokio::time::sleep_until(begins).await;
    let sessions_before = sessions.load(Ordering::Relaxed);
    tokio::time::sleep_until(ends).await;
    let sessions = sessions.load(Ordering::Relaxed) - sessions_before;
    let (mut taken, mut signed) = (Vec::new(), Vec::new());
    while let Some(client) = running.join_next().await {
        let (times, hashes) = client.map_err(|error| Failure::Fault(error.to_string()))??;
        taken.extend(times);
        signed.extend(hashes);
    }
    deliverer.shutdown().await;
    pair.check_receipted(signed).await?;
    taken.sort();
    let millis = |share: f64| -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index into a list that fits in memory"
        )]
        let at = (taken.len() as f64 * share) as usize;
        taken.get(at.min(taken.len().saturating_sub(1))).map_or(0.0, Duration::as_secs_f64) * 1000.0
    };
    let count = u32::try_from(taken.len()).unwrap_or(u32::MAX);
    Ok(Measured {
        per_second: f64::from(count) / MEASURED.as_secs_f64(),
        p50: millis(0.50),
        p99: millis(0.99),
        per_session: f64::from(count) / f64::from(u32::try_from(sessions.max(1)).unwrap_or(u32::MAX)),
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
    let text: String = (0..TEXT_BYTES).map(|at| char::from(b'a' + (at * at % 26) as u8)).collect();
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
            .run_ahead_then(
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

/// Holds sessions while something is queued.
async fn deliver(pair: Arc<Pair>, woken: Arc<Notify>, sessions: Arc<AtomicU64>) -> Result<(), Failure> {
    let (partner, mut line) = (pair.b.agency(), Level::default());
    loop {
        woken.notified().await;
        loop {
            pair.deliver(&mut line).await?;
            sessions.fetch_add(1, Ordering::Relaxed);
            if pair.a.ledger.run_first(move |ledger, _| ledger.queued_for(&partner)).await? == 0 {
                break;
            }
        }
    }
}

/// Tells how far the receipts reach that are stored at A, whenever there are more.
async fn tell(pair: Arc<Pair>, delivered: watch::Sender<u64>) -> Result<(), Failure> {
    let partner = pair.b.agency();
    let mut written = pair.a.ledger.written();
    while written.changed().await.is_ok() {
        let reached =
            pair.a.ledger.run_first(move |ledger, _| Ok(ledger.store().delivered(&partner)?)).await?;
        delivered.send_if_modified(|before| std::mem::replace(before, reached) != reached);
    }
    Ok(())
}

/// The kind of file system a folder is on, where the system tells.
fn file_system(folder: &Path) -> String {
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let fields = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let holding = fields.filter(|(mount, _)| folder.starts_with(mount));
    let nearest = holding.max_by_key(|(mount, _)| mount.len());
    nearest.map_or_else(|| "a file system not told".to_owned(), |(_, kind)| kind.to_owned())
}
