//! How fast acts travel between two nodes, measured to the receipt, beside what people use today, in one run.
//!
//! Two whole nodes in one process: SQLite on a real disk, mutual TLS over loopback, nothing left out. Each client
//! has A remind B in a matter of its own, with 4 KiB of text, and waits until B's receipt has been verified and
//! stored at A; then it starts again. In every round each number of clients has its turn, and each of the others, so
//! that what else the machine does falls on all alike. Set-up and a second of warming up are outside the clock.
//!
//! Not here: networks with latency, more than two nodes, papers. Bars: docs/performance.md.

#![expect(clippy::print_stdout, reason = "a measurement is told on the terminal")]

mod clients;
mod others;
#[expect(dead_code, reason = "catching up needs more of it")]
mod pair;
mod rabbitmq;

use std::path::Path;
use std::time::Duration;

use comity_app::Failure;
use comity_testkit::bench::limits::Bounds;
use comity_testkit::bench::{Figures, machine, settings, verdict};

use clients::Measured;
use others::{Others, Peer};

/// How many bytes of text an act carries.
const TEXT_BYTES: usize = 4096;
/// How long each limit and each of the others is measured in a round.
const EACH: Duration = Duration::from_secs(2);

/// How much is measured.
struct Extent {
    rounds: usize,
    measured: Duration,
    clients: Vec<usize>,
}

fn main() -> Result<(), Failure> {
    let extent = extent()?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let disk = machine::disk(folder).map_err(pair::fault)?;
    println!(
        "exchange: {TEXT_BYTES}-byte acts, signed, sealed, durable at both ends, receipt verified and stored"
    );
    println!("{} rounds, interleaved; profile bench: release without link-time optimisation", extent.rounds);
    println!("stores on {disk}, synchronous=FULL; {}", machine::told());
    let others = Others::found(folder);
    others.told().iter().for_each(|line| println!("{line}"));
    let runtime = tokio::runtime::Runtime::new().map_err(pair::fault)?;
    let mut ours: Vec<Vec<Measured>> = extent.clients.iter().map(|_| Vec::new()).collect();
    let mut theirs: Vec<(Peer, Vec<f64>)> =
        others.peers().into_iter().map(|peer| (peer, Vec::new())).collect();
    let mut bounds = Bounds::default();
    for _ in 0..extent.rounds {
        bounds.measure(folder, EACH / 4).map_err(pair::fault)?;
        for (clients, measured) in extent.clients.iter().zip(&mut ours) {
            machine::settle(folder).map_err(pair::fault)?;
            measured.push(runtime.block_on(clients::measure(folder, *clients, extent.measured))?);
        }
        for (peer, figures) in &mut theirs {
            figures.push(others.rate(*peer, EACH)?);
        }
    }
    tell(&extent, &ours, &theirs);
    bounds.told().iter().for_each(|line| println!("{line}"));
    println!("load at the end: {}", machine::load());
    Ok(())
}

fn tell(extent: &Extent, ours: &[Vec<Measured>], theirs: &[(Peer, Vec<f64>)]) {
    println!(
        "{:<28} {:>8} {:>13} {:>7} {:>7} {:>9} {:>9} {:>9} {:>9}  bar",
        "acts a second",
        "median",
        "min-max",
        "p50 ms",
        "p99 ms",
        "acts/cmt",
        "flush/cmt",
        "CPU us",
        "peak MiB"
    );
    for (clients, measured) in extent.clients.iter().zip(ours) {
        let each = |of: &dyn Fn(&Measured) -> f64| measured.iter().map(of).collect::<Figures>();
        let (often, p99) = (each(&|m| m.per_second), each(&|m| m.p99));
        println!(
            "{:<28} {:>8.0} {:>13} {:>7.1} {:>7.1} {:>9.1} {:>9.1} {:>9.0} {:>9.0}  {}",
            format!("comity, {clients} clients"),
            often.median(),
            often.span(0),
            each(&|m| m.p50).median(),
            p99.median(),
            each(&|m| m.per_commit).median(),
            each(&|m| m.flushes).median(),
            each(&|m| m.cpu_micros).median(),
            each(&|m| m.peak as f64 / 1024.0).most(),
            bar(*clients, &often, &p99),
        );
    }
    for (peer, figures) in theirs {
        let often: Figures = figures.iter().copied().collect();
        println!("{:<28} {:>8.0} {:>13}  {}", peer.name(), often.median(), often.span(0), peer.what());
    }
    let most =
        ours.iter().map(|measured| measured.iter().map(|m| m.per_second).collect::<Figures>().median());
    let by_mail = theirs.iter().find(|(peer, _)| *peer == Peer::Gpg);
    if let Some((_, figures)) = by_mail {
        let gpg = figures.iter().copied().collect::<Figures>().median();
        let times = most.fold(0.0, f64::max) / gpg;
        println!(
            "beside GnuPG, which mail with it cannot be faster than: {times:.0} x (bar: 100 x, {})",
            verdict(times >= 100.0)
        );
    }
}

fn bar(clients: usize, often: &Figures, p99: &Figures) -> String {
    match clients {
        1 => format!(">= 650: {}", verdict(often.median() >= 650.0)),
        32 => format!(
            ">= 4700: {}; p99 <= 24 ms: {}",
            verdict(often.median() >= 4700.0),
            verdict(p99.median() <= 24.0)
        ),
        _ => String::new(),
    }
}

fn extent() -> Result<Extent, Failure> {
    let mut extent = Extent { rounds: 5, measured: Duration::from_secs(4), clients: vec![1, 8, 32, 128] };
    for (name, number) in settings(&["--rounds", "--seconds", "--clients"]).map_err(Failure::Usage)? {
        match name {
            "--rounds" => extent.rounds = number as usize,
            "--seconds" => extent.measured = Duration::from_secs(number.into()),
            _ => extent.clients = vec![number as usize],
        }
    }
    Ok(extent)
}
