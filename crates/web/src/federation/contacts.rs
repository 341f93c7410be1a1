//! When each partner was last reached, and what stood in the way since: kept in memory, for people to look at.
//!
//! Not here: what follows from it. Delivery has its own back-off, and nothing is decided by what stands here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use comity_app::context::Clock;
use comity_journal::ids::AgencyId;
use comity_journal::time::Timestamp;

/// The contact with one partner since the node started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// When both nodes last understood each other, whoever called.
    pub reached: Option<Timestamp>,
    /// When a session last came to nothing, and why, as a short word.
    pub failed: Option<(Timestamp, &'static str)>,
}

impl Contact {
    /// What stands in the way now: a failure that no success has followed.
    pub fn stands_in_the_way(&self) -> Option<(Timestamp, &'static str)> {
        self.failed.filter(|(at, _)| self.reached.is_none_or(|reached| reached < *at))
    }
}

/// The contacts with all partners.
pub struct Contacts {
    clock: Arc<dyn Clock>,
    kept: Mutex<BTreeMap<AgencyId, Contact>>,
}

impl Contacts {
    /// None yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, kept: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<AgencyId, Contact>> {
        // A panic elsewhere leaves whole contacts: nothing in here is half written.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Both nodes have understood each other just now.
    pub fn reached(&self, partner: AgencyId) {
        let now = self.clock.now();
        self.lock().entry(partner).or_default().reached = Some(now);
    }

    /// A session has just come to nothing, for the reason that this short word stands for.
    pub fn failed(&self, partner: AgencyId, why: &'static str) {
        let now = self.clock.now();
        self.lock().entry(partner).or_default().failed = Some((now, why));
    }

    /// All of them.
    pub fn all(&self) -> Vec<(AgencyId, Contact)> {
        self.lock().iter().map(|(partner, contact)| (*partner, *contact)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000 + seconds * 1000)
    }

    #[test]
    fn what_stood_in_the_way_is_gone_once_the_partner_was_reached_again() {
        let failed = Contact { reached: Some(at(1)), failed: Some((at(2), "unreachable")) };
        assert_eq!(failed.stands_in_the_way(), Some((at(2), "unreachable")));
        let reached = Contact { reached: Some(at(3)), ..failed };
        assert_eq!(reached.stands_in_the_way(), None);
        assert_eq!(Contact::default().stands_in_the_way(), None);
    }
}
