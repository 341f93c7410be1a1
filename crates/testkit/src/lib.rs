//! Builders for tests: entropy that replays, agencies with keys and cards, and a matter between two of them in
//! memory. Invented names only; nothing here is for production.

mod agency;
mod entropy;
mod world;

pub use agency::Agency;
pub use entropy::Seeded;
pub use world::{OPEN, Side, Statement, World, compose_with};
