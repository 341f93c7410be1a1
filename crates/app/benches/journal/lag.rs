//! How long what is durable is not in the rows of lists yet, while entries keep coming and nobody looks.
//!
//! Rows are read from the store beside the ledger, as another process would: whoever asks the ledger for a list has them
//! folded first, and would measure nothing. An entry is in its matter's row once the row tells of an entry as late as it.
//! Rows are read every [`STEP`], so that a figure may be too large by as much.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use comity_app::Failure;
use comity_app::views::{self, MatterRow};
use comity_journal::cbor;
use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use comity_store::Reader;
use comity_testkit::bench::{Figures, verdict};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::desk::{self, Desk};
use super::{MATTERS, WARM_UP};

/// How often rows are read.
const STEP: Duration = Duration::from_millis(5);
/// For how long entries keep coming behind the measured ones, so that those are folded as they always are.
const BEHIND: Duration = Duration::from_secs(2);
/// The bar, in milliseconds.
const BAR: f64 = 1000.0;

/// From when on a row told of entries up to which time.
type Told = Vec<(Instant, Timestamp)>;

/// An entry that was written, and when its caller knew that it is durable.
struct Written {
    matter: MatterId,
    entry: Hash,
    durable: Instant,
}

/// Milliseconds from durable to folded, of every entry within the measured time.
pub(crate) async fn measure(folder: &Path, callers: usize, measured: Duration) -> Result<Figures, Failure> {
    let desk = Arc::new(Desk::settle(folder, MATTERS)?);
    let begins = Instant::now() + WARM_UP;
    let ends = begins + measured;
    let mut running = JoinSet::new();
    for caller in 0..callers {
        running.spawn(write(Arc::clone(&desk), caller, begins, ends));
    }
    let mut told = BTreeMap::new();
    let mut written = Vec::new();
    let mut steps = interval(STEP);
    steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !running.is_empty() {
        tokio::select! {
            Some(caller) = running.join_next() => written.extend(caller.map_err(desk::fault)??),
            _ = steps.tick() => look(&desk, &mut told)?,
        }
    }
    look(&desk, &mut told)?;
    let stored = stored(&desk);
    written.iter().map(|entry| lag(&**stored, entry, &told)).collect()
}

/// One caller's closed loop: what it wrote within the measured time.
async fn write(
    desk: Arc<Desk>,
    caller: usize,
    begins: Instant,
    ends: Instant,
) -> Result<Vec<Written>, Failure> {
    let mut written = Vec::new();
    let mut number = caller * 7;
    while Instant::now() < ends + BEHIND {
        number = (number + 1) % MATTERS;
        let matter = desk.matter(number)?;
        let entry = desk.remind(matter).await?;
        let durable = Instant::now();
        if durable >= begins && durable < ends {
            written.push(Written { matter, entry, durable });
        }
    }
    Ok(written)
}

fn stored(desk: &Desk) -> MutexGuard<'_, Box<dyn Reader>> {
    desk.stored.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads all rows once.
fn look(desk: &Desk, told: &mut BTreeMap<MatterId, Told>) -> Result<(), Failure> {
    let stored = stored(desk);
    for matter in (0..MATTERS).map(|number| desk.matter(number)) {
        let matter = matter?;
        let row = stored.view_row(views::MATTERS, &views::key(desk::KIND, &matter))?;
        let row = row.ok_or_else(|| Failure::Fault("a matter has no row".into()))?;
        let updated = cbor::decode::<MatterRow>(&row).map_err(desk::fault)?.updated;
        let told = told.entry(matter).or_default();
        if told.last().is_none_or(|(_, before)| *before < updated) {
            told.push((Instant::now(), updated));
        }
    }
    Ok(())
}

/// Milliseconds from when an entry was durable until its matter's row told of it.
fn lag(stored: &dyn Reader, written: &Written, told: &BTreeMap<MatterId, Told>) -> Result<f64, Failure> {
    let lost = || Failure::Fault("an entry that is durable is not in the store, or in no row".into());
    let at = stored.entry(&written.entry)?.ok_or_else(lost)?.at;
    let told = told.get(&written.matter).ok_or_else(lost)?;
    let first = told.partition_point(|(_, updated)| *updated < at);
    let (since, _) = told.get(first).ok_or_else(lost)?;
    Ok(since.saturating_duration_since(written.durable).as_secs_f64() * 1000.0)
}

/// A line for each number of callers: medians of the rounds, and the longest of all.
pub(crate) fn told(callers: &[usize], lags: &[Vec<Figures>]) -> Vec<String> {
    let line = |(callers, rounds): (&usize, &Vec<Figures>)| {
        let each = |of: &dyn Fn(&Figures) -> f64| rounds.iter().map(of).collect::<Figures>();
        let p99 = each(&|lags| lags.at(0.99)).median();
        format!(
            "  {:<24} p50 {:>5.0} ms   p99 {p99:>5.0} ms   longest {:>5.0} ms   p99 < 1 s: {}",
            format!("append, {callers} callers"),
            each(&|lags| lags.at(0.5)).median(),
            each(&|lags| lags.most()).most(),
            verdict(p99 < BAR),
        )
    };
    let head = (!callers.is_empty()).then(|| "from durable to its row in lists, nobody looking:".to_owned());
    head.into_iter().chain(callers.iter().zip(lags).map(line)).collect()
}
