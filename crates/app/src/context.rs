//! Time as a value: what asks for the time is handed a [`Clock`].

use comity_journal::time::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}
