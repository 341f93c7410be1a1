//! How long to wait before a partner that did not answer is tried again.
//!
//! From one second, doubling, to ten minutes; each wait is moved by up to a fifth either way, so that many nodes
//! that lost the same partner do not all come back at the same moment.

use std::time::Duration;

use comity_journal::entropy::Entropy;

const FIRST_MS: u64 = 1_000;
const LONGEST_MS: u64 = 600_000;
/// After this many doublings the longest wait is reached.
const DOUBLINGS: u32 = 10;

/// The waits between tries at one partner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// How long to wait after one more failure.
    pub fn failed(&mut self, entropy: &mut dyn Entropy) -> Duration {
        let wait = FIRST_MS.saturating_mul(1 << self.failures.min(DOUBLINGS)).min(LONGEST_MS);
        self.failures = self.failures.saturating_add(1);
        Duration::from_millis(jitter(wait, entropy))
    }

    /// The partner answered: the next failure starts from the shortest wait again.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// How often in a row it did not answer.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

/// Between four and six fifths of `wait`. The remainder's bias (below 2^-45) does not matter for spreading load.
fn jitter(wait: u64, entropy: &mut dyn Entropy) -> u64 {
    let mut bytes = [0; 8];
    entropy.fill(&mut bytes);
    let span = wait / 5 * 2;
    wait - wait / 5 + u64::from_le_bytes(bytes) % (span + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Constant(u8);
    impl Entropy for Constant {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn waits_double_from_one_second_to_ten_minutes() {
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..13).map(|_| backoff.failed(&mut Constant(0)).as_millis() as u64).collect();
        // entropy of zeros draws the short end, four fifths
        assert_eq!(waits[..3], [800, 1_600, 3_200]);
        assert_eq!(waits[9], 409_600);
        assert_eq!(waits[10..], [480_000; 3]);
        backoff.succeeded();
        assert_eq!(backoff.failed(&mut Constant(0)).as_millis(), 800);
    }

    #[test]
    fn a_wait_is_moved_by_a_fifth_at_most() {
        for byte in 0..=255 {
            let mut backoff = Backoff { failures: 20 };
            let wait = backoff.failed(&mut Constant(byte)).as_millis();
            assert!((480_000..=720_000).contains(&wait), "{wait}");
        }
    }
}
