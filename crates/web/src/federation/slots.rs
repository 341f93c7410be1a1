//! Counting what is under way, in all and per key, so that nobody takes more than a share.
//!
//! Invariant: a [`Slot`] that exists is counted, and one that is dropped, on whatever path, is not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A number of places, of which each key may take a few.
#[derive(Debug)]
pub(super) struct Slots<K: Ord> {
    total: usize,
    each: usize,
    taken: Mutex<BTreeMap<K, usize>>,
}

/// One place taken; given back on drop.
#[derive(Debug)]
pub(super) struct Slot<K: Ord> {
    of: Arc<Slots<K>>,
    key: K,
}

impl<K: Ord + Copy> Slots<K> {
    pub(super) fn new(total: usize, each: usize) -> Arc<Self> {
        Arc::new(Self { total, each, taken: Mutex::default() })
    }

    /// A place for `key`; `None` when all, or all of its share, are taken.
    pub(super) fn take(self: &Arc<Self>, key: K) -> Option<Slot<K>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.values().sum::<usize>() >= self.total || taken.get(&key).copied().unwrap_or(0) >= self.each {
            return None;
        }
        *taken.entry(key).or_insert(0) += 1;
        Some(Slot { of: Arc::clone(self), key })
    }
}

impl<K: Ord> Drop for Slot<K> {
    fn drop(&mut self) {
        let mut taken = self.of.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_partner_cannot_take_the_places_of_another_and_gives_its_own_back() {
        let slots = Slots::new(3, 2);
        let first = slots.take('a').expect("free");
        let _second = slots.take('a').expect("free");
        assert!(slots.take('a').is_none(), "its share is used up");
        let _third = slots.take('b').expect("another's share");
        assert!(slots.take('b').is_none(), "all places are used up");
        drop(first);
        assert!(slots.take('b').is_some());
    }
}
