//! How fast lists, a matter's page and search answer at 100,000 matters, with eight callers at once.
//!
//! One ledger over SQLite on a real disk, seeded with requests in signed entries through the ledger, 256 a commit, with
//! the views folded as they always are. Half were sent by this node, half came from a partner; some are acknowledged,
//! some answered. Each caller asks, waits for the answer, and asks again; seeding and a second of warming up are outside
//! the clock. Not here: pages and HTTP. Bars: docs/performance.md.
//!
//! `-- --matters N` seeds another number.

#![expect(clippy::print_stdout, reason = "a measurement is told on the terminal")]

mod callers;
mod seeding;

use std::path::Path;

use comity_app::Failure;
use tokio::time::Instant;

use callers::{Asked, measure};
use seeding::Town;

const MATTERS: usize = 100_000;

fn main() -> Result<(), Failure> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let count = matters();
    let began = Instant::now();
    let town = Town::seed(folder, count)?;
    let seconds = began.elapsed().as_secs_f64();
    println!("lists: {count} matters, {} entries, seeded in {seconds:.0} s; {}", town.entries, town.sizes()?);
    println!("profile bench: release without link-time optimisation; {} callers", callers::CALLERS);
    println!("{:<36} {:>10} {:>10} {:>10} {:>10}", "asked", "answers/s", "p50 ms", "p95 ms", "p99 ms");
    let runtime = tokio::runtime::Runtime::new().map_err(seeding::fault)?;
    for asked in Asked::ALL {
        let measured = runtime.block_on(measure(&town, asked))?;
        println!("{:<36} {}", asked.told(), measured.told());
    }
    Ok(())
}

/// How many matters the command line asks for.
fn matters() -> usize {
    let words: Vec<String> = std::env::args().collect();
    let after = words.iter().position(|word| word == "--matters").and_then(|at| words.get(at + 1));
    after.and_then(|number| number.parse().ok()).unwrap_or(MATTERS)
}
