//! How fast packages are sealed, verified and opened, beside the tools that people use today, in one run.
//!
//! Two inputs on a real disk: one file of noise, and a tree of files of 50 KB. In every round each tool takes its turn
//! on each input, so that what else the machine does falls on all alike. Every piece of work is a process of its own
//! and timed as a whole: its peak of memory and its processor time are its own. Inputs are in the page cache. Writing ends
//! where each tool ends, age's in the page cache and ours on the disk, and an fsync after it is timed beside it.
//!
//! Not here: transfer, writing an opened package out, networks. Bars: docs/performance.md.

#![expect(clippy::print_stdout, reason = "a measurement is told on the terminal")]

mod bars;
mod inputs;
mod limits;
mod others;
mod ours;
mod table;

use std::error::Error;
use std::path::Path;

use comity_evidence::age::Identity;
use comity_testkit::Seeded;
use comity_testkit::bench::machine;

use inputs::Input;
use table::Table;

/// What went wrong, for whoever stands at the terminal.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// How much is measured.
struct Extent {
    mebibytes: u64,
    files: u64,
    rounds: usize,
}

fn main() -> Outcome<()> {
    // Cargo adds `--bench` to the arguments.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["work", work @ ..] => ours::work(work),
        settings => measure(&extent(settings)?),
    }
}

fn extent(settings: &[&str]) -> Outcome<Extent> {
    let mut extent = Extent { mebibytes: 1024, files: 20_000, rounds: 5 };
    for pair in settings.chunks(2) {
        match pair {
            ["--mebibytes", number] => extent.mebibytes = number.parse()?,
            ["--files", number] => extent.files = number.parse()?,
            ["--rounds", number] => extent.rounds = number.parse()?,
            other => {
                return Err(format!(
                    "not understood: {}; there are: --mebibytes N, --files N, --rounds N",
                    other.join(" ")
                )
                .into());
            }
        }
    }
    if extent.mebibytes == 0 || extent.files == 0 || extent.rounds == 0 {
        return Err("nothing would be measured".into());
    }
    Ok(extent)
}

fn measure(extent: &Extent) -> Outcome<()> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let disk = machine::disk(target)?;
    let folder = tempfile::tempdir_in(target)?;
    let folder = folder.path();
    let inputs = [Input::noise(folder, extent.mebibytes)?, Input::tree(folder, extent.files)?];
    let identity = Identity::draw(&mut Seeded::new(1));
    let key = folder.join("identity");
    std::fs::write(&key, format!("{}\n", identity.text().as_str()))?;
    let others = others::Others::found(&identity, &key);
    machine::settle(folder)?;

    println!("packages: {}; {}; {} rounds, interleaved", inputs[0].what, inputs[1].what, extent.rounds);
    println!("profile bench: release without link-time optimisation; {disk}; inputs in the page cache");
    println!("{}", machine::told());
    for line in others.told() {
        println!("{line}");
    }
    let mut table = Table::default();
    for round in 0..extent.rounds {
        limits::take(&mut table, folder)?;
        for input in &inputs {
            one_round(&mut table, folder, input, &key, &others, round)?;
        }
    }
    println!("{}", table.told());
    for verdict in bars::judge(&table, &inputs) {
        println!("{verdict}");
    }
    println!("load at the end: {}", machine::load());
    Ok(())
}

/// Every tool once, on one input.
fn one_round(
    table: &mut Table,
    folder: &Path,
    input: &Input,
    key: &Path,
    others: &others::Others,
    round: usize,
) -> Outcome<()> {
    let sealed = folder.join("sealed");
    let size = ours::seal(table, input, &sealed, key)?;
    table.size(input, size);
    let by_age = folder.join("by-age");
    others.seal(table, input, &by_age)?;
    others.bag(table, input, &folder.join("bag"))?;
    others.vouch(table, input)?;
    // What was written around the page cache is read once, so that both who open have their input there.
    std::io::copy(&mut std::fs::File::open(&sealed)?, &mut std::io::sink())?;
    ours::verify(table, input, &sealed, key)?;
    ours::open(table, input, &sealed, key)?;
    others.open(table, input, &by_age)?;
    if let Some(path) = input.one_of(round) {
        ours::open_one(table, input, &sealed, key, &path)?;
    }
    std::fs::remove_file(sealed)?;
    if by_age.exists() {
        std::fs::remove_file(by_age)?;
    }
    Ok(())
}
