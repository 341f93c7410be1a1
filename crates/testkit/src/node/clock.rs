//! A clock that stands still until somebody moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use comity_app::context::Clock;
use comity_journal::time::Timestamp;

/// Tells the time it was set to. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct StandingClock(Arc<AtomicI64>);

impl StandingClock {
    /// A clock that shows `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.millis())))
    }

    /// Lets time pass; gives what it shows then.
    pub fn advance(&self, millis: i64) -> Timestamp {
        Timestamp::from_millis(self.0.fetch_add(millis, Ordering::Relaxed) + millis)
    }

    /// Moves it, forwards or back.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.millis(), Ordering::Relaxed);
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}
