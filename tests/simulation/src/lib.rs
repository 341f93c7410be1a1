//! A simulation: three to two hundred nodes and their officers, over a network that loses, repeats, delays and parts, with
//! crashes, failing and full disks, clocks that differ, other releases, a node put back from an older copy of itself,
//! somebody with the keys of an honest node and, in every third world, one dishonest partner.
//!
//! Everything in a world runs on one thread and follows from one seed: each step draws what moves next. Nodes are whole
//! (`comity-app` with a store in memory), and real bytes go through the real parsers. After each step the
//! [`Invariant`]s that can be judged then are judged; at the end the network heals, and honest nodes must converge.
//! `docs/develop/simulation.md` lists what worlds hold.
//!
//! Not here: HTTP, TLS and SQLite, which have tests of their own.

mod copies;
mod dice;
mod flood;
mod invariants;
pub mod kinds;
mod lies;
mod members;
mod network;
mod node;
mod officers;
mod outcomes;
mod quiet;
mod rogue;
mod sizes;
mod tasks;
mod thief;
mod town;
mod traffic;
mod trouble;
mod weather;
mod wishes;
mod world;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

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
    /// Runs the world of this seed to its end or to its first violation. A node that panics violates one.
    pub fn run(&mut self, seed: u64) -> Story {
        let mut world = world::World::begin(seed, self.town(size_of(seed)));
        let lived = catch_unwind(AssertUnwindSafe(|| world.live()));
        let outcome = lived.unwrap_or_else(|_| {
            Err(world.violation(Invariant::NoFaultOfItsOwn.broken("somebody panicked: see above")))
        });
        Story { trace: world.into_trace(), outcome }
    }

    /// Runs a small world twice, once with more done inside.
    ///
    /// # Errors
    /// [`Invariant::SizesTellNothing`] when partners can tell, or whatever else does not hold.
    pub fn compare_sizes(&mut self, seed: u64) -> Result<(), Violation> {
        sizes::compare(seed, self.town(3 + usize::from(seed.is_multiple_of(4))))
    }

    /// Counts the rounds of a session twice, once while another partner floods.
    ///
    /// # Errors
    /// [`Invariant::FloodDelaysNobody`] when it takes longer, or whatever else does not hold.
    pub fn compare_flood(&mut self, seed: u64) -> Result<(), Violation> {
        flood::compare(seed, self.town(3))
    }

    fn town(&mut self, size: usize) -> &town::Town {
        self.towns.entry(size).or_insert_with(|| town::Town::found(size))
    }
}

/// How many nodes a world has: most have three to seven, one in fifty has twenty, one in a thousand two hundred.
const fn size_of(seed: u64) -> usize {
    match (seed % 1000, seed % 50, seed % 8) {
        (500, ..) => 200,
        (_, 49, _) => 20,
        (.., 0) => 7,
        (.., 1) => 6,
        (.., 2) => 5,
        (.., 3 | 4) => 4,
        _ => 3,
    }
}
