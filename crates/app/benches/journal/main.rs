//! How fast a node's own entries become durable, and how fast a journal is verified.
//!
//! One ledger over SQLite on a real disk. Each caller writes a note into one of 50 matters, waits until it is durable,
//! and writes the next: as an officer's command does it (the officer is looked up, the note composed and judged), and
//! once more as the bare append, signed and stored. Set-up and a second of warming up are outside the clock. At the end
//! the whole journal is verified, and every note must be in it.
//!
//! Notes are inner entries: the hourly inner root brings them into a signed checkpoint. Not here: shared acts and
//! partners (see the exchange). Bars: docs/performance.md.

#![expect(clippy::print_stdout, reason = "a measurement is told on the terminal")]

mod desk;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use comity_app::Failure;
use comity_app::queries::verify_journal;
use tokio::task::JoinSet;
use tokio::time::Instant;

use comity_testkit::bench::{limits, machine};
use desk::{Desk, Way};

const MATTERS: usize = 50;
const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(5);
const CALLERS: [usize; 2] = [1, 32];

fn main() -> Result<(), Failure> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let kind = machine::disk(folder).map_err(desk::fault)?;
    println!("journal: notes of {} bytes on {MATTERS} matters, signed and durable; {kind}", desk::TEXT_BYTES);
    println!("profile bench: release without link-time optimisation; load at the start: {}", machine::load());
    let appends = limits::durable_appends(folder, Duration::from_secs(1)).map_err(desk::fault)?;
    println!("limits, a second: {appends:.0} durable appends of 4 KiB");
    for (what, often) in limits::of_one_core(Duration::from_secs(1)) {
        println!("  one core: {often:.0} {what}");
    }
    println!(
        "{:<22} {:>8} {:>10} {:>10} {:>10} {:>10} {:>14} {:>12}",
        "way", "callers", "notes/s", "p50 ms", "p99 ms", "commits/s", "notes/commit", "verified/s"
    );
    let runtime = tokio::runtime::Runtime::new().map_err(desk::fault)?;
    for way in [Way::Command, Way::Append] {
        for callers in CALLERS {
            let measured = runtime.block_on(measure(folder, way, callers))?;
            println!("{:<22} {callers:>8} {}", way.told(), measured.told());
        }
    }
    println!(
        "each commit is one fsync of SQLite's log; writing the log back adds two for every 4000 pages of it"
    );
    println!("load at the end: {}", machine::load());
    Ok(())
}

struct Measured {
    /// What each note took that became durable within the measured time, sorted.
    taken: Vec<Duration>,
    commits: u64,
    /// Records verified a second.
    verified: f64,
}

/// So many callers on a fresh ledger.
async fn measure(folder: &Path, way: Way, callers: usize) -> Result<Measured, Failure> {
    let desk = Arc::new(Desk::settle(folder, MATTERS)?);
    let before = desk.entries().await?;
    let begins = Instant::now() + WARM_UP;
    let ends = begins + MEASURED;
    let mut running = JoinSet::new();
    for caller in 0..callers {
        running.spawn(write(Arc::clone(&desk), way, caller, begins, ends));
    }
    tokio::time::sleep_until(begins).await;
    let commits = desk.commits();
    tokio::time::sleep_until(ends).await;
    let commits = desk.commits() - commits;
    let (mut taken, mut written) = (Vec::new(), 0);
    while let Some(caller) = running.join_next().await {
        let (times, count) = caller.map_err(desk::fault)??;
        taken.extend(times);
        written += count;
    }
    taken.sort();
    let verified = verify(&desk, before + written).await?;
    Ok(Measured { taken, commits, verified })
}

/// One caller's closed loop: what each note took within the measured time, and how many were written in all.
async fn write(
    desk: Arc<Desk>,
    way: Way,
    caller: usize,
    begins: Instant,
    ends: Instant,
) -> Result<(Vec<Duration>, u64), Failure> {
    let (mut taken, mut written) = (Vec::new(), 0);
    // Callers begin at different matters, and each goes through all of them.
    let mut matter = caller * 7;
    loop {
        let started = Instant::now();
        if started >= ends {
            return Ok((taken, written));
        }
        matter = (matter + 1) % MATTERS;
        desk.note(way, matter).await?;
        written += 1;
        let now = Instant::now();
        if now >= begins && now < ends {
            taken.push(now - started);
        }
    }
}

/// Verifies the journal from its first record; records a second.
async fn verify(desk: &Desk, entries: u64) -> Result<f64, Failure> {
    let began = Instant::now();
    let report = desk.ledger.run(|ledger, _| verify_journal(ledger)).await?;
    let seconds = began.elapsed().as_secs_f64();
    if !report.clean || report.entries != entries {
        let why = format!("{} entries where {entries} were written; {:?}", report.entries, report.findings);
        return Err(Failure::Fault(format!("the journal does not verify: {why}")));
    }
    Ok(report.records as f64 / seconds)
}

impl Measured {
    fn told(&self) -> String {
        let millis = |hundredths: usize| {
            let at = (self.taken.len() * hundredths / 100).min(self.taken.len().saturating_sub(1));
            self.taken.get(at).map_or(0.0, Duration::as_secs_f64) * 1000.0
        };
        let (count, seconds) = (self.taken.len() as f64, MEASURED.as_secs_f64());
        let commits = self.commits as f64;
        format!(
            "{:>10.0} {:>10.2} {:>10.2} {:>10.0} {:>14.1} {:>12.0}",
            count / seconds,
            millis(50),
            millis(99),
            commits / seconds,
            count / commits.max(1.0),
            self.verified
        )
    }
}
