//! Builders for tests: entropy that replays, agencies with keys and cards, a matter between two of them in memory,
//! and (feature `node`) whole nodes without network and disk. Invented names only; nothing here is for production.

mod agency;
pub mod bench;
mod entropy;
pub mod kinds;
#[cfg(feature = "node")]
pub mod node;
#[cfg(feature = "terminal")]
pub mod terminal;
#[cfg(feature = "terminal")]
pub mod two_nodes;
#[cfg(feature = "terminal")]
pub mod wire;
mod world;

pub use agency::{Agency, CertifiedKeys, first_card};
pub use entropy::Seeded;
pub use world::{OPEN, Side, Statement, World, compose_with};
