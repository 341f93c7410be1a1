//! What was used last, by key: so many and no more, and the one not used for longest goes first.

use std::collections::BTreeMap;

/// Values by key, and in the order they were used.
pub(super) struct Recent<K, V> {
    by_key: BTreeMap<K, (u64, V)>,
    by_use: BTreeMap<u64, K>,
    uses: u64,
    most: usize,
}

impl<K: Ord + Copy, V> Recent<K, V> {
    /// Room for `most` values.
    pub(super) const fn of(most: usize) -> Self {
        Self { by_key: BTreeMap::new(), by_use: BTreeMap::new(), uses: 0, most }
    }

    pub(super) fn has(&self, key: &K) -> bool {
        self.by_key.contains_key(key)
    }

    /// A value, which counts as used now.
    pub(super) fn get(&mut self, key: &K) -> Option<&mut V> {
        let (used, value) = self.by_key.get_mut(key)?;
        if *used != self.uses {
            self.by_use.remove(used);
            self.uses += 1;
            *used = self.uses;
            self.by_use.insert(*used, *key);
        }
        Some(value)
    }

    /// Keeps a value, and lets go of the one not used for longest if there is no room.
    pub(super) fn insert(&mut self, key: K, value: V) {
        self.insert_beside(key, value, |_| false);
    }

    /// Keeps a value; what `held` names does not go, even if there is no room.
    pub(super) fn insert_beside(&mut self, key: K, value: V, held: impl Fn(&K) -> bool) {
        self.uses += 1;
        if let Some((used, _)) = self.by_key.insert(key, (self.uses, value)) {
            self.by_use.remove(&used);
        }
        self.by_use.insert(self.uses, key);
        self.make_room(held);
    }

    /// Lets go until there is room, but of nothing that `held` names, nor of what was used last.
    pub(super) fn make_room(&mut self, held: impl Fn(&K) -> bool) {
        while self.by_key.len() > self.most {
            let mut oldest_first = self.by_use.iter();
            let goes = |(used, key): &(&u64, &K)| **used != self.uses && !held(key);
            let Some((used, key)) = oldest_first.find(goes).map(|(used, key)| (*used, *key)) else { return };
            self.by_use.remove(&used);
            self.by_key.remove(&key);
        }
    }

    pub(super) fn remove(&mut self, key: &K) {
        if let Some((used, _)) = self.by_key.remove(key) {
            self.by_use.remove(&used);
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
        (1..=4).for_each(|n| recent.insert_beside(n, (), |_| true));
        assert_eq!(recent.keys(), [1, 2, 3, 4]);
        recent.make_room(|_| false);
        assert_eq!(recent.keys(), [3, 4]);
    }
}
