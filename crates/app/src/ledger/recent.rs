//! What was used last, by key: so much and no more, and the one not used for longest goes first.
//!
//! Each value has a weight, one unless it is said otherwise; there is room for so much weight.

use std::collections::BTreeMap;

/// Values by key, and in the order they were used.
pub(super) struct Recent<K, V> {
    by_key: BTreeMap<K, Kept<V>>,
    by_use: BTreeMap<u64, K>,
    uses: u64,
    weight: usize,
    most: usize,
}

struct Kept<V> {
    used: u64,
    weight: usize,
    value: V,
}

impl<K: Ord + Copy, V> Recent<K, V> {
    /// Room for values of so much weight.
    pub(super) const fn of(most: usize) -> Self {
        Self { by_key: BTreeMap::new(), by_use: BTreeMap::new(), uses: 0, weight: 0, most }
    }

    pub(super) fn has(&self, key: &K) -> bool {
        self.by_key.contains_key(key)
    }

    /// A value, which counts as used now.
    pub(super) fn get(&mut self, key: &K) -> Option<&mut V> {
        let kept = self.by_key.get_mut(key)?;
        if kept.used != self.uses {
            self.by_use.remove(&kept.used);
            self.uses += 1;
            kept.used = self.uses;
            self.by_use.insert(kept.used, *key);
        }
        Some(&mut kept.value)
    }

    /// Keeps a value, and lets go of those not used for longest if there is no room.
    pub(super) fn insert(&mut self, key: K, value: V) {
        self.insert_beside(key, value, 1, |_| false);
    }

    /// Keeps a value of this weight; what `held` names does not go, even if there is no room.
    pub(super) fn insert_beside(&mut self, key: K, value: V, weight: usize, held: impl Fn(&K) -> bool) {
        self.remove(&key);
        self.uses += 1;
        self.weight += weight;
        self.by_key.insert(key, Kept { used: self.uses, weight, value });
        self.by_use.insert(self.uses, key);
        self.make_room(held);
    }

    /// Weighs a value anew.
    pub(super) fn weigh(&mut self, key: &K, weight: impl Fn(&V) -> usize) {
        if let Some(kept) = self.by_key.get_mut(key) {
            self.weight -= kept.weight;
            kept.weight = weight(&kept.value);
            self.weight += kept.weight;
        }
    }

    /// Lets go until there is room, but of nothing that `held` names, nor of what was used last.
    pub(super) fn make_room(&mut self, held: impl Fn(&K) -> bool) {
        while self.weight > self.most {
            let mut oldest_first = self.by_use.iter();
            let goes = |(used, key): &(&u64, &K)| **used != self.uses && !held(key);
            let Some(key) = oldest_first.find(goes).map(|(_, key)| *key) else { return };
            self.remove(&key);
        }
    }

    pub(super) fn remove(&mut self, key: &K) {
        if let Some(kept) = self.by_key.remove(key) {
            self.by_use.remove(&kept.used);
            self.weight -= kept.weight;
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::of(self.most);
    }

    pub(super) fn keys(&self) -> Vec<K> {
        self.by_key.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let mut recent = Recent::of(3);
        (1..=3).for_each(|n| recent.insert(n, ()));
        assert!(recent.get(&1).is_some());
        recent.insert(4, ());
        assert_eq!(recent.keys(), [1, 3, 4]);
        recent.insert(5, ());
        assert_eq!(recent.keys(), [1, 4, 5]);
        recent.remove(&4);
        recent.insert(6, ());
        assert_eq!(recent.keys(), [1, 5, 6]);
    }

    #[test]
    fn what_is_held_stays_even_where_there_is_no_room() {
        let mut recent = Recent::of(2);
        (1..=4).for_each(|n| recent.insert_beside(n, (), 1, |_| true));
        assert_eq!(recent.keys(), [1, 2, 3, 4]);
        recent.make_room(|_| false);
        assert_eq!(recent.keys(), [3, 4]);
    }

    #[test]
    fn a_heavy_one_takes_the_room_of_many_and_gives_it_back() {
        let mut recent = Recent::of(10);
        (1..=9).for_each(|n| recent.insert(n, 1));
        recent.insert_beside(10, 6, 6, |_| false);
        assert_eq!(recent.keys(), [6, 7, 8, 9, 10]);
        recent.weigh(&9, |_| 5);
        recent.make_room(|_| false);
        assert_eq!(recent.keys(), [10], "what was used last stays");
        recent.insert(10, 1);
        (1..=9).for_each(|n| recent.insert(n, 1));
        assert_eq!(recent.keys().len(), 10);
        assert_eq!(recent.weight, 10);
    }
}
