//! `make sim SEED=n` runs one world and prints its trace; with a second number, all worlds from the first to it, and
//! prints what was violated.
#![expect(clippy::print_stdout, reason = "this binary speaks to a terminal")]

use std::process::ExitCode;

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

fn try_all(first: u64, last: u64) -> ExitCode {
    let mut simulation = Simulation::default();
    let violations = (first..=last).filter_map(|seed| simulation.run(seed).outcome.err());
    let count = violations.inspect(|violation| println!("{violation}")).count();
    println!("worlds {first} to {last}: {count} with a violation");
    if count == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
