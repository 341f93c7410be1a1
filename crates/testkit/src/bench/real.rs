//! The machine's own clock and randomness: a bench runs on them, as a node does.

use std::time::{SystemTime, UNIX_EPOCH};

use comity_app::context::Clock;
use comity_journal::entropy::Entropy;
use comity_journal::time::Timestamp;

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "a bench runs on the machine's time, as a node does")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The machine's time.
pub fn now() -> Timestamp {
    SystemClock.now()
}

/// The machine's randomness.
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives randomness");
    }
}
