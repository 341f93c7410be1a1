//! How many instructions the pure hot paths take: a count that a busy machine does not change, so that a regression
//! shows where times would only be noise.
//!
//! Each path is this program again, under valgrind's Cachegrind without its caches, once with N repetitions and once
//! with 2 N: what differs is N operations, and what comes before cancels. Keys, salts and texts are drawn from seeds and
//! the time stands still, so the same program counts the same. The counts of the last deliberate look stand in
//! `recorded.tsv`; `-- --record` writes them anew, for whoever has looked why they changed.
//!
//! Valgrind shows a program one processor, whichever it runs on: one with AVX2, AES and carry-less multiplication, and
//! without SHA extensions and AVX-512. So SHA-256 counts here by its portable code, which is no faster or slower for what
//! the machine has, and weighs more than it does on a machine with the extensions. Counts compare with counts of the
//! same compiler and architecture, not with times.
//!
//! Not here: whatever touches disk, network or another thread, and how long anything takes (the other benches). Where
//! valgrind is not installed nothing is measured, and it says so.

#![expect(clippy::print_stdout, reason = "a measurement is told on the terminal")]

mod counted;
mod entries;
mod packages;
mod paths;
mod proofs;
mod recorded;

use std::error::Error;

use counted::Valgrind;
use paths::{PATHS, Path};
use recorded::Recorded;

/// What went wrong, for whoever stands at the terminal.
type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    // Cargo adds `--bench` to the arguments.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => measure(PATHS, false),
        ["--record"] => measure(PATHS, true),
        ["--only", name] => measure(&[*path(name)?], false),
        ["--path", name, "--times", times] => path(name)?.walk(times.parse()?),
        other => {
            let known = "--record, --only NAME, --path NAME --times N";
            Err(format!("not understood: {}; there are: {known}", other.join(" ")).into())
        }
    }
}

fn path(name: &str) -> Outcome<&'static Path> {
    let names = || PATHS.iter().map(|path| path.name).collect::<Vec<_>>().join(", ");
    let found = PATHS.iter().find(|path| path.name == name);
    found.ok_or_else(|| format!("no such path: {name}; there are: {}", names()).into())
}

fn measure(paths: &[Path], record: bool) -> Outcome<()> {
    println!("instructions: of one operation of each pure path, by what differs between N and 2 N of them");
    let Some(valgrind) = Valgrind::found() else {
        println!("not here: valgrind; nothing is measured");
        return Ok(());
    };
    let mut recorded = Recorded::read()?;
    let here = recorded::made_by();
    println!("{}; {here}; profile bench: release without link-time optimisation", valgrind.version);
    let of_others = recorded.made_by.as_deref().filter(|recorded| *recorded != here);
    if let Some(others) = of_others.filter(|_| !record) {
        println!("recorded with another compiler or architecture: {others}");
    }
    println!("{:<16} {:>12} {:>12}  {:<28} of what", "path", "instructions", "recorded", "");
    for path in paths {
        let count = valgrind.count(path)?;
        let before = recorded.counts.insert(path.name.to_owned(), count);
        let stood = before.map_or_else(|| "-".to_owned(), |before| before.to_string());
        println!(
            "{:<16} {count:>12} {stood:>12}  {:<28} {}",
            path.name,
            recorded::judged(before, count),
            path.what
        );
    }
    if record { recorded.write(&here) } else { Ok(()) }
}
