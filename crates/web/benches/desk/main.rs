//! How fast the pages of the desk are at 100,000 matters, asked for by eight officers at once, and what the first page weighs.
//!
//! The node is the one of the bench `lists` of `comity-app`: requests in signed entries through the ledger, 256 a commit, the
//! views folded as they always are. Four of the officers know the matters they work on, four know them all. Each asks through
//! the router that serves browsers, waits for the whole page, and asks again; seeding and a second of warming up are outside
//! the clock. Not here: TCP and TLS. Bars: docs/performance.md.
//!
//! `-- --matters N` seeds another number.

#![expect(clippy::print_stdout, reason = "a measurement is told on the terminal")]

mod browsers;
#[path = "../../../app/benches/lists/seeding.rs"]
mod seeding;

use std::path::Path;
use std::sync::Arc;

use comity_app::Failure;
use tokio::time::Instant;

use browsers::{Page, Street};
use seeding::{PEOPLE, Town};

const MATTERS: usize = 100_000;
/// What issue and design ask for: 95 of 100 pages within so many milliseconds.
const BAR_MS: f64 = 50.0;

fn main() -> Result<(), Failure> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let count = matters();
    let began = Instant::now();
    let town = Town::seed(folder, count)?;
    let seconds = began.elapsed().as_secs_f64();
    println!("desk: {count} matters, {} entries, seeded in {seconds:.0} s; {}", town.entries, town.sizes()?);
    println!("profile bench: release without link-time optimisation; two threads, {} officers", PEOPLE.len());
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().map_err(seeding::fault)?;
    let street = Arc::new(runtime.block_on(Street::open(town)));
    println!(
        "{:<34} {:>9} {:>9} {:>9} {:>9}  p95 < {BAR_MS} ms",
        "page", "pages/s", "p50 ms", "p95 ms", "p99 ms"
    );
    for page in Page::ALL {
        let measured = runtime.block_on(street.measure(page))?;
        println!("{:<34} {}", page.told(), measured.told(BAR_MS));
    }
    runtime.block_on(street.weigh());
    Ok(())
}

/// How many matters the command line asks for.
fn matters() -> usize {
    let words: Vec<String> = std::env::args().collect();
    let after = words.iter().position(|word| word == "--matters").and_then(|at| words.get(at + 1));
    after.and_then(|number| number.parse().ok()).unwrap_or(MATTERS)
}
