//! How fast entries become durable at one node, and how fast a journal is verified.
//!
//! One ledger over SQLite on a real disk. Each caller writes an entry into one of 50 matters, waits until it is durable,
//! and writes the next. A *note* stands in the inner tree; a *reminder* in a lane shared with a partner: in the exchange
//! tree, in the partner's stream, and under a checkpoint signed in the same commit, so that its time to the disk is its
//! time to a signed checkpoint. A *command* is what an officer's note takes: the officer looked up, the note composed and
//! judged. Set-up and a second of warming up are outside the clock. At the end of each, the whole journal is verified, and
//! every entry must be in it. How far the rows of lists lag behind is measured apart, since it takes somebody who reads
//! them.
//!
//! Not here: partners (see the exchange). Bars: docs/performance.md.

#![expect(clippy::print_stdout, reason = "a measurement is told on the terminal")]

mod desk;
mod lag;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use comity_app::Failure;
use comity_app::queries::verify_journal;
use tokio::task::JoinSet;
use tokio::time::Instant;

use comity_testkit::bench::limits::Bounds;
use comity_testkit::bench::{Figures, machine, settings, verdict};
use desk::{Desk, Way};

const MATTERS: usize = 50;
const WARM_UP: Duration = Duration::from_secs(1);
/// How long each limit is measured in a round.
const EACH: Duration = Duration::from_millis(500);

/// What is measured in each round.
const ROWS: [(Way, usize); 7] = [
    (Way::Command, 1),
    (Way::Command, 32),
    (Way::Note, 1),
    (Way::Note, 32),
    (Way::Note, 256),
    (Way::Reminder, 32),
    (Way::Reminder, 256),
];

/// With how many callers the lag of lists is measured.
const LAGGING: [usize; 2] = [32, 256];

/// How much is measured.
struct Extent {
    rounds: usize,
    measured: Duration,
    rows: Vec<(Way, usize)>,
    lagging: Vec<usize>,
}

fn main() -> Result<(), Failure> {
    let extent = extent()?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let disk = machine::disk(folder).map_err(desk::fault)?;
    println!(
        "journal: entries of {} bytes of text in {MATTERS} matters, signed and durable",
        desk::TEXT_BYTES
    );
    println!("{} rounds, interleaved; profile bench: release without link-time optimisation", extent.rounds);
    println!("store on {disk}, synchronous=FULL; {}", machine::told());
    let runtime = tokio::runtime::Runtime::new().map_err(desk::fault)?;
    let mut rows: Vec<Vec<Measured>> = extent.rows.iter().map(|_| Vec::new()).collect();
    let mut lags: Vec<Vec<Figures>> = extent.lagging.iter().map(|_| Vec::new()).collect();
    let mut bounds = Bounds::default();
    for _ in 0..extent.rounds {
        bounds.measure(folder, EACH).map_err(desk::fault)?;
        for ((way, callers), measured) in extent.rows.iter().zip(&mut rows) {
            machine::settle(folder).map_err(desk::fault)?;
            measured.push(runtime.block_on(measure(folder, *way, *callers, extent.measured))?);
        }
        for (callers, measured) in extent.lagging.iter().zip(&mut lags) {
            machine::settle(folder).map_err(desk::fault)?;
            measured.push(runtime.block_on(lag::measure(folder, *callers, extent.measured))?);
        }
    }
    tell(&extent, &rows);
    lag::told(&extent.lagging, &lags).iter().for_each(|line| println!("{line}"));
    bounds.told().iter().for_each(|line| println!("{line}"));
    println!("load at the end: {}", machine::load());
    Ok(())
}

struct Measured {
    per_second: f64,
    p50: f64,
    p99: f64,
    per_commit: f64,
    flushes: f64,
    cpu_micros: f64,
    peak: u64,
    /// Records verified a second.
    verified: f64,
}

/// So many callers on a fresh ledger.
async fn measure(folder: &Path, way: Way, callers: usize, measured: Duration) -> Result<Measured, Failure> {
    machine::forget_peak();
    let desk = Arc::new(Desk::settle(folder, MATTERS)?);
    let before = desk.entries().await?;
    let begins = Instant::now() + WARM_UP;
    let ends = begins + measured;
    let mut running = JoinSet::new();
    for caller in 0..callers {
        running.spawn(write(Arc::clone(&desk), way, caller, begins, ends));
    }
    tokio::time::sleep_until(begins).await;
    let (commits, cpu, flushes) = (desk.commits(), machine::cpu(), machine::flushes());
    tokio::time::sleep_until(ends).await;
    let commits = (desk.commits() - commits) as f64;
    let (cpu, flushes) = (machine::cpu() - cpu, (machine::flushes() - flushes) as f64);
    let (mut taken, mut written) = (Vec::new(), 0);
    while let Some(caller) = running.join_next().await {
        let (times, count) = caller.map_err(desk::fault)??;
        taken.extend(times.iter().map(|time| time.as_secs_f64() * 1000.0));
        written += count;
    }
    let peak = machine::peak();
    let verified = verify(&desk, before + written).await?;
    let taken: Figures = taken.into_iter().collect();
    let count = taken.count() as f64;
    Ok(Measured {
        per_second: count / measured.as_secs_f64(),
        p50: taken.at(0.5),
        p99: taken.at(0.99),
        per_commit: count / commits.max(1.0),
        flushes: flushes / commits.max(1.0),
        cpu_micros: cpu * 1e6 / count.max(1.0),
        peak,
        verified,
    })
}

/// One caller's closed loop: what each entry took within the measured time, and how many were written in all.
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
        desk.write(way, matter).await?;
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

fn tell(extent: &Extent, rows: &[Vec<Measured>]) {
    println!(
        "{:<26} {:>8} {:>13} {:>7} {:>7} {:>9} {:>9} {:>7} {:>9} {:>10}  bar",
        "entries a second",
        "median",
        "min-max",
        "p50 ms",
        "p99 ms",
        "each cmt",
        "flush/cmt",
        "CPU us",
        "peak MiB",
        "verified/s"
    );
    for ((way, callers), measured) in extent.rows.iter().zip(rows) {
        let each = |of: &dyn Fn(&Measured) -> f64| measured.iter().map(of).collect::<Figures>();
        let (often, p99) = (each(&|m| m.per_second), each(&|m| m.p99));
        println!(
            "{:<26} {:>8.0} {:>13} {:>7.1} {:>7.1} {:>9.1} {:>9.1} {:>7.0} {:>9.0} {:>10.0}  {}",
            format!("{}, {callers} callers", way.told()),
            often.median(),
            often.span(0),
            each(&|m| m.p50).median(),
            p99.median(),
            each(&|m| m.per_commit).median(),
            each(&|m| m.flushes).median(),
            each(&|m| m.cpu_micros).median(),
            each(&|m| m.peak as f64 / 1024.0).most(),
            each(&|m| m.verified).median(),
            bar(*way, *callers, &often, &p99),
        );
    }
}

/// The bar is for what stands in signed checkpoints, with as many callers as fill a commit.
fn bar(way: Way, callers: usize, often: &Figures, p99: &Figures) -> String {
    if way != Way::Reminder || callers != 256 {
        return String::new();
    }
    format!(
        ">= 10000: {}; in a signed checkpoint, p99 < 1 s: {}",
        verdict(often.median() >= 10_000.0),
        verdict(p99.median() < 1000.0)
    )
}

fn extent() -> Result<Extent, Failure> {
    let (rows, lagging) = (ROWS.to_vec(), LAGGING.to_vec());
    let mut extent = Extent { rounds: 5, measured: Duration::from_secs(4), rows, lagging };
    for (name, number) in settings(&["--rounds", "--seconds", "--row"]).map_err(Failure::Usage)? {
        match name {
            "--rounds" => extent.rounds = number as usize,
            "--seconds" => extent.measured = Duration::from_secs(number.into()),
            _ => {
                extent.rows = ROWS.get(number as usize - 1).into_iter().copied().collect();
                extent.lagging.clear();
            }
        }
    }
    Ok(extent)
}
