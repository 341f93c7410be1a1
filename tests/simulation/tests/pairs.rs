//! Worlds that are run twice, and differ in one thing alone.

use comity_simulation::{Simulation, Violation};

fn all_hold(compare: impl FnMut(u64) -> Result<(), Violation>, seeds: std::ops::Range<u64>) {
    let violations: Vec<_> = seeds.map(compare).filter_map(Result::err).collect();
    let told: Vec<_> = violations.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn what_officers_do_inside_shows_in_no_size_that_partners_see() {
    let mut simulation = Simulation::default();
    all_hold(|seed| simulation.compare_sizes(seed), 0..12);
}

#[test]
fn a_partner_that_floods_a_node_delays_no_session_of_another() {
    let mut simulation = Simulation::default();
    all_hold(|seed| simulation.compare_flood(seed), 0..12);
}
