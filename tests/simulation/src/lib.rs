//! A simulation: three to five nodes and their officers, over a network that loses, repeats, delays and parts, with
//! crashes, failing disks, clocks that differ, a node put back from an older copy of itself and, in every third world, one
//! dishonest partner.
//!
//! Everything runs on one thread and follows from one seed: each step draws what moves next. Nodes are whole
//! (`comity-app` with a store in memory), and real bytes go through the real parsers. After each step the
//! [`Invariant`]s that can be judged then are judged; at the end the network heals, and honest nodes must converge.
//!
//! Not here: HTTP, TLS and SQLite, which have tests of their own.

mod copies;
mod dice;
mod invariants;
mod network;
mod node;
mod officers;
mod quiet;
mod rogue;
mod tasks;
mod thief;
mod town;
mod weather;
mod world;

use std::collections::BTreeMap;

pub use invariants::{Invariant, Violation};

/// How a world went.
#[derive(Debug)]
pub struct Story {
    /// What happened, a line each; ids and codes only.
    pub trace: Vec<String>,
    /// What was violated, if anything was.
    pub outcome: Result<(), Violation>,
}

/// Runs worlds. The towns they take place in are built once.
#[derive(Default)]
pub struct Simulation {
    towns: BTreeMap<usize, town::Town>,
}

impl Simulation {
    /// Runs the world of this seed to its end or to its first violation.
    pub fn run(&mut self, seed: u64) -> Story {
        let size = match seed % 8 {
            0 => 5,
            1 | 2 => 4,
            _ => 3,
        };
        let town = self.towns.entry(size).or_insert_with(|| town::Town::found(size));
        let mut world = world::World::begin(seed, town);
        let outcome = world.live();
        Story { trace: world.into_trace(), outcome }
    }
}
