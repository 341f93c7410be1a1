//! `make sim SEED=n` runs one world and prints its trace; with a second number, all worlds from the first to it, one on
//! each core at a time, and prints what was violated.
#![expect(clippy::print_stdout, reason = "this binary speaks to a terminal")]

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use comity_simulation::Simulation;

fn main() -> ExitCode {
    let seeds: Vec<u64> = std::env::args().skip(1).map_while(|seed| seed.parse().ok()).collect();
    match *seeds.as_slice() {
        [seed] => tell(seed),
        [first, last] => try_all(first, last),
        _ => {
            println!("say which world: make sim SEED=n");
            ExitCode::from(2)
        }
    }
}

fn tell(seed: u64) -> ExitCode {
    let story = Simulation::default().run(seed);
    for line in &story.trace {
        println!("{line}");
    }
    match story.outcome {
        Ok(()) => {
            println!("every invariant held");
            ExitCode::SUCCESS
        }
        Err(violation) => {
            println!("{violation}");
            ExitCode::FAILURE
        }
    }
}

/// Each core takes the next world that nobody has taken; worlds know nothing of each other.
fn try_all(first: u64, last: u64) -> ExitCode {
    #[expect(clippy::disallowed_methods, reason = "it says how fast it was; no world knows the time")]
    let began = std::time::Instant::now();
    let (next, violated) = (AtomicU64::new(first), AtomicUsize::new(0));
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let mut simulation = Simulation::default();
                let worlds = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
                for seed in worlds.take_while(|seed| *seed <= last) {
                    if let Err(violation) = simulation.run(seed).outcome {
                        violated.fetch_add(1, Ordering::Relaxed);
                        println!("{violation}");
                    }
                }
            });
        }
    });
    let (count, seconds) = (violated.into_inner(), began.elapsed().as_secs());
    let worlds = last.saturating_sub(first) + 1;
    println!(
        "worlds {first} to {last}: {count} with a violation; {worlds} worlds in {seconds} s on {cores} cores"
    );
    if count == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
