//! What a node is handed from outside: the time, and which sealed packages it has.

use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

pub use comity_store::objects::Objects;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The sealed packages of a node.
pub trait Shelf: Send + Sync {
    /// Whether the whole package of this name is here, every byte of it checked when it came.
    fn holds(&self, package: &Hash) -> bool;
}

impl Shelf for Objects {
    fn holds(&self, package: &Hash) -> bool {
        Self::holds(self, package)
    }
}

/// A node that keeps no packages.
#[derive(Clone, Copy, Debug)]
pub struct NoShelf;

impl Shelf for NoShelf {
    fn holds(&self, _: &Hash) -> bool {
        false
    }
}
