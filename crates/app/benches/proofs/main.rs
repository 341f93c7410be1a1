//! How fast a node proves what stands in a long log, and how soon and how small it is with one.
//!
//! A store on a real disk is filled with so many leaves of the exchange tree, in records that are as short as records can
//! be (roots of the inner tree): what a proof takes depends on the tree and not on what its leaves stand for. A ledger
//! opens on it once and folds its views, that of tiles among them, and opens once more, which is measured. Then paths are proven from the whole
//! tree: that leaves drawn at random are in it, and that it continues the tree it was at sizes drawn at random. Each is
//! checked outside the clock.
//!
//! Not here: proof files with entries and receipts, and a store of entries (`catch_up` of comity-web). Bars: docs/performance.md.

#![expect(clippy::print_stdout, reason = "a measurement is told on the terminal")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use comity_app::Failure;
use comity_app::ledger::{Compared, Ledger, LedgerParts};
use comity_app::views;
use comity_domain::matters;
use comity_journal::leaf::{Leaf, inner_root_commitment};
use comity_journal::part::Salt;
use comity_journal::suite::hash;
use comity_journal::tree;
use comity_store::sqlite::SqliteStore;
use comity_store::{Commit, Reader as _, Record, Recorded, Store as _, TreeName};
use comity_testkit::Seeded;
use comity_testkit::bench::real::{SystemClock, now};
use comity_testkit::bench::{Figures, machine, settings, verdict};
use comity_testkit::node::Station;

/// How many records one commit has.
const TOGETHER: u64 = 10_000;
/// How many proofs of each kind are made.
const PROOFS: u64 = 1_000;

fn main() -> Result<(), Failure> {
    let set = settings(&["--leaves"]).map_err(Failure::Usage)?;
    let leaves = set.first().map_or(10_000_000, |(_, leaves)| u64::from(*leaves));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let disk = machine::disk(folder).map_err(fault)?;
    println!("proofs: {leaves} leaves of the exchange tree; {PROOFS} of each kind");
    println!("store on {disk}, synchronous=FULL; {}", machine::told());
    let folder = tempfile::tempdir_in(folder).map_err(fault)?;
    let station = Station::new("north", "XA", 5, comity_store::faults::FaultPlan::default());
    drop(open(&station, folder.path())?);
    let (took, filled) = clocked(|| fill(&station, folder.path(), leaves));
    filled?;
    println!("written in {:.0} s", took.as_secs_f64());
    let (took, folded) = clocked(|| views::rebuild(&mut open(&station, folder.path())?));
    folded?;
    println!("opened without a view of tiles, which was made then, in {:.2} s", took.as_secs_f64());
    machine::settle(folder.path()).map_err(fault)?;
    machine::forget_peak();

    let (took, ledger) = clocked(|| open(&station, folder.path()));
    let (seconds, ledger) = (took.as_secs_f64(), ledger?);
    println!(
        "start: {seconds:.2} s  < 1 s: {}; {} MiB of memory  < 64 MiB: {}",
        verdict(seconds < 1.0),
        machine::peak() / 1024,
        verdict(machine::peak() < 64 * 1024)
    );
    let mut drawn = Drawn(0);
    let size = ledger.exchange().size();
    let included = timed(PROOFS, || {
        let leaf = drawn.below(size);
        let (took, path) = clocked(|| tree::prove_inclusion(&ledger.exchange(), leaf, size));
        let path = path.map_err(fault)?;
        let here = ledger.store().leaf_hashes(TreeName::Exchange, leaf, 1)?;
        let root = ledger.exchange().root();
        tree::verify_inclusion(&here[0], leaf, size, &path, &root).map_err(fault)?;
        Ok(took)
    })?;
    tell("a leaf is in it", &included);
    let continued = timed(PROOFS, || {
        let old = 1 + drawn.below(size - 1);
        let (took, path) = clocked(|| tree::prove_consistency(&ledger.exchange(), old, size));
        let whole = ledger.exchange();
        let root = whole.root_at(old).map_err(fault)?;
        tree::verify_consistency(old, &root, size, &whole.root(), &path.map_err(fault)?).map_err(fault)?;
        Ok(took)
    })?;
    tell("it continues what it was", &continued);
    Ok(())
}

/// Opens the node's ledger on what its folder has.
fn open(station: &Station, folder: &Path) -> Result<Ledger, Failure> {
    Ledger::open(LedgerParts {
        store: Box::new(SqliteStore::open(&folder.join("store"), station.agency)?),
        keys: station.keys(),
        card: station.card.clone(),
        kinds: Arc::new(matters::standard()),
        clock: Arc::new(SystemClock),
        entropy: Box::new(Seeded::new(6)),
        compared: Compared::WithEverybody,
    })
}

/// Writes so many leaves behind what is there.
fn fill(station: &Station, folder: &Path, leaves: u64) -> Result<(), Failure> {
    let mut store = SqliteStore::open(&folder.join("store"), station.agency)?;
    let (at, empty) = (now(), tree::empty_root());
    let first = store.leaf_hashes(TreeName::Exchange, 0, usize::MAX)?.len() as u64;
    for begin in (0..leaves).step_by(TOGETHER as usize) {
        let expects = store.length()?;
        let end = leaves.min(begin + TOGETHER);
        let record = |nth: u64| {
            let salt = Salt::from_bytes(*hash(&[&nth.to_be_bytes()]).as_bytes());
            let commitment = inner_root_commitment(&salt, 0, &empty);
            let leaf_hash = Leaf::Inner { commitment, at }.hash();
            let what = Recorded::InnerRoot { size: 0, root: empty };
            let (number, leaf) = (expects + nth - begin, first + nth);
            Record { number, tree: TreeName::Exchange, leaf, leaf_hash, at, salt: Some(salt), what }
        };
        store.commit(&Commit {
            expects,
            records: (begin..end).map(record).collect(),
            ..Commit::default()
        })?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a bench runs on the machine's time")]
fn clocked<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let done = work();
    (began.elapsed(), done)
}

fn timed(times: u64, mut once: impl FnMut() -> Result<Duration, Failure>) -> Result<Figures, Failure> {
    (0..times).map(|_| once().map(|took| took.as_secs_f64() * 1000.0)).collect()
}

fn tell(what: &str, took: &Figures) {
    println!(
        "{what:<26} {:>7.3} ms, p99 {:.3}, most {:.3}  p99 < 5 ms: {}",
        took.median(),
        took.at(0.99),
        took.most(),
        verdict(took.at(0.99) < 5.0)
    );
}

/// Numbers that are the same in every run.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 += 1;
        let bytes = hash(&[&self.0.to_be_bytes()]);
        let mut number = [0; 8];
        number.copy_from_slice(&bytes.as_bytes()[..8]);
        u64::from_be_bytes(number) % limit
    }
}

fn fault(error: impl std::fmt::Display) -> Failure {
    Failure::Fault(error.to_string())
}
