//! How often somebody may try: five times at once, then after a wait that doubles from a second to a quarter of an hour.
//!
//! Counted for each account and each address, whether such an account exists or not. Pure: the time is a parameter,
//! and memory is bounded. Lost with the process, which costs a guesser nothing but the wait for the next start.

use std::collections::BTreeMap;
use std::net::IpAddr;

use comity_journal::suite::{self, Hash};
use comity_journal::time::Timestamp;
use unicode_normalization::UnicodeNormalization as _;

/// Tries that cost no wait.
const FREE: u32 = 5;
const FIRST_WAIT_MS: i64 = 1_000;
const LONGEST_WAIT_MS: i64 = 15 * 60 * 1000;
/// After so long without a failure everything is forgotten.
const FORGOTTEN_MS: i64 = 24 * 60 * 60 * 1000;
/// How many accounts and addresses are remembered.
const REMEMBERED: usize = 4_096;

/// Whose tries are counted together. Holds no name and no address, only their hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Who(Hash);

impl Who {
    /// Whoever tries to be the officer of this name, whether there is one or not.
    pub fn account(name: &str) -> Self {
        let name: String = name.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect();
        Self(suite::hash(&[b"account", name.as_bytes()]))
    }

    /// Whoever tries from this address; of the new kind of addresses, from this network.
    pub fn address(address: IpAddr) -> Self {
        let bytes = match address.to_canonical() {
            IpAddr::V4(four) => four.octets().to_vec(),
            IpAddr::V6(six) => six.octets()[..8].to_vec(),
        };
        Self(suite::hash(&[b"address", &bytes]))
    }
}

/// Too often. Says nothing about whether there is such an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many tries; try again later")]
pub struct TryLater {
    /// When the next try is looked at.
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Tries {
    failed: u32,
    last: Timestamp,
}

impl Tries {
    fn next(self) -> Timestamp {
        let Some(over) = self.failed.checked_sub(FREE) else { return Timestamp::from_millis(i64::MIN) };
        let wait = FIRST_WAIT_MS.checked_shl(over.min(32)).unwrap_or(LONGEST_WAIT_MS).min(LONGEST_WAIT_MS);
        self.last.plus_millis(wait)
    }
}

/// The tries that failed.
#[derive(Debug, Default)]
pub struct Attempts {
    tries: BTreeMap<Who, Tries>,
}

impl Attempts {
    /// Whether a try is looked at now. It counts as failed until [`Self::succeeded`]: of many tries at once no more
    /// are looked at than one after the other.
    ///
    /// # Errors
    /// [`TryLater`] when any of these has tried too often.
    pub fn begin(&mut self, who: &[Who], now: Timestamp) -> Result<(), TryLater> {
        let nexts = who.iter().filter_map(|who| self.tries.get(who)).map(|tries| tries.next());
        if let Some(at) = nexts.filter(|at| *at > now).max() {
            return Err(TryLater { at });
        }
        for who in who {
            self.failed(*who, now);
        }
        Ok(())
    }

    /// The try was right: the account's count begins anew. An address takes its one try back and keeps the others, or a
    /// person with an account could go on guessing at all others.
    pub fn succeeded(&mut self, account: Who, address: Option<Who>) {
        self.tries.remove(&account);
        self.right_so_far(address.as_slice());
    }

    /// One proof of two was right: the try is taken back, and nothing else forgotten.
    pub fn right_so_far(&mut self, who: &[Who]) {
        for who in who {
            if let Some(tries) = self.tries.get_mut(who) {
                tries.failed = tries.failed.saturating_sub(1);
            }
        }
    }

    fn failed(&mut self, who: Who, now: Timestamp) {
        self.tries.retain(|_, tries| tries.last.millis_until(now) < FORGOTTEN_MS);
        if self.tries.len() >= REMEMBERED && !self.tries.contains_key(&who) {
            // Whoever has failed least, and longest ago, is forgotten first: a flood of names frees nobody who waits.
            let least =
                self.tries.iter().min_by_key(|(_, tries)| (tries.failed, tries.last)).map(|(who, _)| *who);
            least.map(|least| self.tries.remove(&least));
        }
        let tries = self.tries.entry(who).or_insert(Tries { failed: 0, last: now });
        *tries = Tries { failed: tries.failed.saturating_add(1), last: now };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_testkit::node::NOW;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

    fn amara() -> [Who; 2] {
        [Who::account("Amara Olin"), Who::address(HERE)]
    }

    #[test]
    fn five_tries_are_free_and_then_the_wait_doubles_up_to_a_quarter_of_an_hour() {
        let (mut attempts, mut now) = (Attempts::default(), NOW);
        for _ in 0..FREE {
            attempts.begin(&amara(), now).unwrap();
        }
        let mut waits = Vec::new();
        for _ in 0..13 {
            let later = attempts.begin(&amara(), now).unwrap_err();
            waits.push(now.millis_until(later.at) / 1000);
            assert!(attempts.begin(&amara(), later.at.plus_millis(-1)).is_err());
            now = later.at;
            attempts.begin(&amara(), now).unwrap();
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    }

    #[test]
    fn a_refused_try_makes_nobody_wait_longer() {
        let mut attempts = Attempts::default();
        for _ in 0..FREE {
            attempts.begin(&amara(), NOW).unwrap();
        }
        let first = attempts.begin(&amara(), NOW).unwrap_err();
        assert_eq!(attempts.begin(&amara(), NOW.plus_millis(500)).unwrap_err(), first);
    }

    #[test]
    fn who_is_right_begins_anew_but_cannot_guess_at_others_for_ever() {
        let mut attempts = Attempts::default();
        let (own, other, address) = (Who::account("Own"), Who::account("Other"), Who::address(HERE));
        let mut looked_at = 0;
        for _ in 0..20 {
            if attempts.begin(&[own, address], NOW).is_ok() {
                attempts.succeeded(own, Some(address));
            }
            looked_at += u32::from(attempts.begin(&[other, address], NOW).is_ok());
        }
        assert_eq!(looked_at, FREE);
        assert!(attempts.begin(&[own, Who::address("192.0.2.8".parse().unwrap())], NOW).is_ok());
    }

    #[test]
    fn an_account_that_does_not_exist_waits_like_one_that_does() {
        let mut attempts = Attempts::default();
        for name in ["Amara Olin", "Nobody At All"] {
            let who = [Who::account(name)];
            let tried = (0..6).map(|_| attempts.begin(&who, NOW)).collect::<Vec<_>>();
            assert_eq!(tried.iter().filter(|tried| tried.is_ok()).count(), 5);
            assert_eq!(tried[5], Err(TryLater { at: NOW.plus_millis(1000) }));
        }
        assert_eq!(Who::account("Amara Olin"), Who::account(" ＡＭＡＲＡ  olin"));
    }

    #[test]
    fn a_network_of_many_addresses_is_one_guesser() {
        let of = |text: &str| Who::address(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
    }

    #[test]
    fn a_flood_of_names_costs_bounded_memory_and_frees_nobody_who_waits() {
        let mut attempts = Attempts::default();
        let waits = [Who::account("Amara Olin")];
        while attempts.begin(&waits, NOW).is_ok() {}
        for n in 0..REMEMBERED + 100 {
            attempts.begin(&[Who::account(&format!("name {n}"))], NOW).unwrap();
        }
        assert_eq!(attempts.tries.len(), REMEMBERED);
        assert!(attempts.begin(&waits, NOW).is_err());
        attempts.begin(&waits, NOW.plus_millis(FORGOTTEN_MS)).unwrap();
        assert_eq!(attempts.tries.len(), 1, "what is a day old is forgotten");
    }
}
