//! How fast a node catches up on what its partner wrote while it was away, what a session costs that has nothing to do,
//! and how soon and how small a node with a long journal is.
//!
//! Two whole nodes, SQLite on a real disk, mutual TLS over loopback. A writes so many reminders, a hundred in each matter,
//! while nobody delivers. It works on five hundred matters at a time, in turn, and then on the next five hundred. One session brings all of them to B then, in batches, and its receipts back. Fifty sessions follow in
//! which both have everything. Then A's store is opened again, by a process of its own that reads it from the disk's cache
//! and stands idle for a second.
//!
//! Not here: clients that wait (see the exchange), networks with latency. Bars: docs/performance.md.

#![expect(clippy::print_stdout, reason = "a measurement is told on the terminal")]

#[expect(dead_code, reason = "the exchange needs more of it")]
#[path = "../exchange/pair.rs"]
mod pair;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use comity_app::Failure;
use comity_app::ledger::NewEntry;
use comity_app::workers::Level;
use comity_domain::act::Preparation;
use comity_domain::matters;
use comity_journal::entry::Lane;
use comity_journal::ids::{MatterId, Token};
use comity_testkit::Seeded;
use comity_testkit::bench::{self, Figures, machine, verdict};
use tokio::time::Instant;

use pair::{ASKS, Pair, fault};

/// How many acts A writes in each matter.
const EACH: usize = 100;
/// How many matters A works on at a time.
const LIVE: usize = 500;
/// How many acts A writes in one job.
const TOGETHER: usize = 500;
/// How many sessions there are with nothing to do.
const SESSIONS: usize = 50;
const TEXT_BYTES: usize = 120;

fn main() -> Result<(), Failure> {
    // Cargo adds `--bench` to the arguments.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Runtime::new().map_err(fault)?;
    match arguments.as_slice() {
        [] => runtime.block_on(measure(100_000)),
        ["--entries", entries] => runtime.block_on(measure(entries.parse().map_err(fault)?)),
        ["--wake", folder] => runtime.block_on(wake(Path::new(folder))),
        other => {
            let why = format!("not understood: {}; there is: --entries N", other.join(" "));
            Err(Failure::Usage(why))
        }
    }
}

async fn measure(entries: usize) -> Result<(), Failure> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let disk = machine::disk(folder).map_err(fault)?;
    let count = entries.div_ceil(EACH);
    println!("catch-up: {entries} acts of {TEXT_BYTES} bytes of text in {count} matters; one round");
    println!("stores on {disk}, synchronous=FULL; {}", machine::told());
    let pair = Pair::meet(folder).await?;
    let matters = pair.open_requests(count).await?;
    let began = Instant::now();
    write(&pair, &matters, entries).await?;
    println!("written, {:.0} a second in jobs of {TOGETHER}", entries as f64 / began.elapsed().as_secs_f64());
    machine::settle(folder).map_err(fault)?;
    machine::forget_peak();

    let (began, cpu) = (Instant::now(), machine::cpu());
    let synced = pair.deliver(&mut Level::default()).await?;
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), machine::cpu() - cpu);
    if synced.delivered < entries as u64 {
        return Err(Failure::Fault(format!("only {} have been delivered", synced.delivered)));
    }
    let often = entries as f64 / seconds;
    println!(
        "caught up: {often:.0} entries/s, {} requests, {:.0} us of processor time each, peak {} MiB  >= 2000: {}",
        synced.requests,
        cpu * 1e6 / entries as f64,
        machine::peak() / 1024,
        verdict(often >= 2000.0)
    );

    // Whoever looks at a list has its rows folded; that is no part of a session with nothing to do.
    pair.a.run(|_, _| Ok(())).await?;
    pair.b.run(|_, _| Ok(())).await?;
    // The first reckons what is held of all the matters that have changed.
    let began = Instant::now();
    pair.deliver(&mut Level::default()).await?;
    let first = began.elapsed().as_secs_f64() * 1000.0;
    let (mut taken, mut requests) = (Vec::new(), 0);
    for _ in 0..SESSIONS {
        let began = Instant::now();
        requests += pair.deliver(&mut Level::default()).await?.requests;
        taken.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    let taken: Figures = taken.into_iter().collect();
    println!(
        "a session with nothing to do: {:.1} ms ({} ms; the first after catching up {first:.1} ms), {:.1} requests  \
         one, < 50 ms: {}",
        taken.median(),
        taken.span(1),
        requests as f64 / SESSIONS as f64,
        verdict(requests == SESSIONS as u64 && taken.most() < 50.0)
    );
    let left = pair.leave().await?;
    let again = Command::new(std::env::current_exe().map_err(fault)?).arg("--wake").arg(left.path()).status();
    if again.map_err(fault)?.success() {
        Ok(())
    } else {
        Err(Failure::Fault("the node did not start again".into()))
    }
}

/// A writes so many acts: in turn in each of some matters, until all are written that are meant for these.
async fn write(pair: &Pair, matters: &[MatterId], entries: usize) -> Result<(), Failure> {
    let kinds = matters::standard();
    let kind = kinds.get("request").ok_or_else(|| Failure::Fault("no such kind".into()))?;
    let text = bench::text(TEXT_BYTES);
    let mut preparation = Preparation { entropy: &mut Seeded::new(7), latest: &|_| None };
    let composed = kind.compose("remind", &format!("text = \"{text}\""), &mut preparation)?;
    let (rules, agency) = (kind.def().rules, pair.a.agency());
    let officer = pair.a.ledger.run(|ledger, _| ledger.officer(Some(ASKS))).await?;
    let mut written = 0;
    while written < entries {
        let count = TOGETHER.min(entries - written);
        let acts: Vec<_> = (written..written + count)
            .map(|number| {
                let (matter, act) = (matters[turn(number, matters.len())], composed.clone());
                NewEntry {
                    matter,
                    kind: Token::literal("request"),
                    rules,
                    lane: Lane::Shared(agency),
                    act: act.act,
                    structure: act.structure,
                    parts: act.parts,
                    by: officer.acting_in(pair.a.pseudonyms(), &matter),
                    approved: Vec::new(),
                    relied: Vec::new(),
                    opening: None,
                    handling: Token::literal("h1"),
                }
            })
            .collect();
        let append = pair.a.ledger.ahead();
        append
            .run(move |ledger, pending| {
                acts.into_iter().try_for_each(|act| ledger.append_own(pending, act).map(drop))
            })
            .await?;
        written += count;
    }
    Ok(())
}

/// The matter in which the act of this number is written.
fn turn(number: usize, matters: usize) -> usize {
    let first = number / (LIVE * EACH) * LIVE;
    first + number % LIVE.min(matters - first)
}

/// A process of its own: opens the store that is there, answers, and stands idle.
async fn wake(folder: &Path) -> Result<(), Failure> {
    let began = Instant::now();
    let node = pair::Node::wake(folder).await?;
    let opened = began.elapsed().as_secs_f64();
    let entries = node.run(|ledger, _| Ok(ledger.exchange().size())).await?;
    let seconds = began.elapsed().as_secs_f64();
    let starting = machine::peak();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let idle = machine::resident();
    println!(
        "start at {entries} entries: {seconds:.2} s ({opened:.2} s to open)  < 1 s: {}; idle {} MiB (most while starting {})  < 64 MiB: {}",
        verdict(seconds < 1.0),
        idle / 1024,
        starting / 1024,
        verdict(idle < 64 * 1024)
    );
    Ok(())
}
