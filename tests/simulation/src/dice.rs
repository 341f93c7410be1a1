//! Chance that replays.

use comity_testkit::Seeded;

/// Dice that fall the same way for the same seed.
pub(crate) struct Dice(Seeded);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Seeded::new(seed))
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.below(end)
    }

    /// True in so many cases of a thousand.
    pub(crate) fn in_thousand(&mut self, cases: usize) -> bool {
        self.below(1000) < cases
    }

    /// A number of milliseconds from `-most` to `most`.
    pub(crate) fn around(&mut self, most: i64) -> i64 {
        let span = usize::try_from(2 * most + 1).unwrap_or(1);
        i64::try_from(self.below(span)).unwrap_or_default() - most
    }

    /// One of a list; `None` of an empty one.
    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        if list.is_empty() { None } else { list.get(self.below(list.len())) }
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.0.next_u64().to_le_bytes()[0]).collect()
    }

    pub(crate) fn seeded(&mut self) -> &mut Seeded {
        &mut self.0
    }
}
