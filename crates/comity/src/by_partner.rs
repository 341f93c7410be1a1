//! Work that is done with every partner by itself: one piece at a time with each, so that one that is slow keeps no other
//! waiting; and what failed again after a while that grows.

use std::collections::{BTreeMap, BTreeSet};

use comity_federation::backoff::Backoff;
use comity_journal::ids::AgencyId;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::real::SystemEntropy;

/// What is under way, and who rests. What a piece of work gives is `T`.
pub(crate) struct ByPartner<T> {
    running: JoinSet<(AgencyId, T)>,
    busy: BTreeSet<AgencyId>,
    resting: BTreeMap<AgencyId, (Backoff, Instant)>,
}

impl<T: Send + 'static> ByPartner<T> {
    pub(crate) fn new() -> Self {
        Self { running: JoinSet::new(), busy: BTreeSet::new(), resting: BTreeMap::new() }
    }

    /// Whether nothing is under way with a partner, and it does not rest.
    pub(crate) fn is_free(&self, partner: &AgencyId, now: Instant) -> bool {
        !self.busy.contains(partner) && self.resting.get(partner).is_none_or(|(_, until)| now >= *until)
    }

    pub(crate) fn start(&mut self, partner: AgencyId, work: impl Future<Output = T> + Send + 'static) {
        self.busy.insert(partner);
        self.running.spawn(async move { (partner, work.await) });
    }

    /// The next piece that ends; `None` while nothing is under way.
    pub(crate) async fn ended(&mut self) -> Option<(AgencyId, T)> {
        loop {
            match self.running.join_next().await? {
                Ok((partner, given)) => {
                    self.busy.remove(&partner);
                    return Some((partner, given));
                }
                // A fault of ours. Who it was with is not known; doing something twice does no harm.
                Err(_) => self.busy.clear(),
            }
        }
    }

    /// It went well: the partner does not rest any more.
    pub(crate) fn went_well(&mut self, partner: &AgencyId) {
        self.resting.remove(partner);
    }

    /// It failed: the partner rests, for longer each time.
    pub(crate) fn failed(&mut self, partner: AgencyId) {
        let now = Instant::now();
        let (backoff, until) = self.resting.entry(partner).or_insert_with(|| (Backoff::default(), now));
        *until = now + backoff.failed(&mut SystemEntropy);
    }

    /// When the first partner that rests does so no more.
    pub(crate) fn next_try(&self, now: Instant) -> Option<Instant> {
        self.resting.values().map(|(_, until)| *until).filter(|until| *until > now).min()
    }

    /// Waits for what is under way.
    pub(crate) async fn finish(&mut self) {
        while self.ended().await.is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SLOW: AgencyId = AgencyId::from_bytes([1; 32]);
    const QUICK: AgencyId = AgencyId::from_bytes([2; 32]);

    #[tokio::test]
    async fn a_partner_that_never_answers_keeps_no_other_waiting() {
        let (mut work, now) = (ByPartner::new(), Instant::now());
        work.start(SLOW, std::future::pending());
        for n in 0..3 {
            assert!(work.is_free(&QUICK, now));
            work.start(QUICK, async move { n });
            assert!(!work.is_free(&QUICK, now) && !work.is_free(&SLOW, now), "one piece at a time with each");
            assert_eq!(work.ended().await, Some((QUICK, n)));
        }
    }

    #[tokio::test]
    async fn a_partner_with_whom_it_failed_rests_longer_each_time_until_it_goes_well() {
        let (mut work, mut rested) = (ByPartner::<()>::new(), Duration::ZERO);
        for _ in 0..3 {
            let now = Instant::now();
            work.failed(SLOW);
            let next = work.next_try(now).expect("it is tried again");
            assert!(!work.is_free(&SLOW, now) && work.is_free(&SLOW, next) && work.is_free(&QUICK, now));
            assert!(next - now > rested);
            rested = next - now;
        }
        work.went_well(&SLOW);
        assert!(work.is_free(&SLOW, Instant::now()));
        assert_eq!(work.next_try(Instant::now()), None);
    }

    #[tokio::test]
    async fn work_that_breaks_off_is_forgotten_and_the_rest_goes_on() {
        let mut work = ByPartner::new();
        work.start(SLOW, async { panic!("a fault of ours") });
        assert_eq!(work.ended().await, None::<(AgencyId, ())>);
        assert!(work.is_free(&SLOW, Instant::now()));
        work.start(SLOW, async {});
        work.finish().await;
        assert_eq!(work.ended().await, None);
    }
}
