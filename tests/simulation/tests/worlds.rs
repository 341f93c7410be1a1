//! Three hundred worlds, in tests that run beside each other.
//!
//! A violation names its world; `make sim SEED=n` shows it step by step.

use comity_simulation::Simulation;

fn every_invariant_holds_in(seeds: std::ops::Range<u64>) {
    let mut simulation = Simulation::default();
    let violations: Vec<_> = seeds.filter_map(|seed| simulation.run(seed).outcome.err()).collect();
    let told: Vec<_> = violations.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

macro_rules! worlds {
    ($($name:ident: $seeds:expr;)*) => {
        $(#[test]
        fn $name() {
            every_invariant_holds_in($seeds);
        })*
    };
}

worlds! {
    worlds_0_to_49: 0..50;
    worlds_50_to_99: 50..100;
    worlds_100_to_149: 100..150;
    worlds_150_to_199: 150..200;
    worlds_200_to_249: 200..250;
    worlds_250_to_299: 250..300;
}

#[test]
fn one_seed_tells_one_story() {
    for seed in [1, 8, 17] {
        let first = Simulation::default().run(seed);
        let mut after_another = Simulation::default();
        after_another.run(seed + 3);
        let second = after_another.run(seed);
        assert_eq!(first.trace, second.trace);
        assert!(first.trace.len() > 500, "hardly anything happened");
    }
}
