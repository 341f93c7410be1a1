//! Where the next entry of a lane goes, whoever writes it, and what it has to name as seen.
//!
//! Not here: whether the entry is valid there ([`Matter::decide`]), and which entries of a lane follow one another
//! ([`super::course`]).

use std::collections::BTreeMap;

use comity_journal::entry::{Header, Lane, Place, Seen};
use comity_journal::suite::Hash;

use super::course::{FIRST, place_behind};
use super::kind::Kind;
use super::matter::Matter;
use super::shared::SharedAct;
use crate::act::ActSet as _;

impl<K: Kind> Matter<K> {
    /// Where the next entry of a lane goes: its place, the entry before it, and what to name as seen.
    pub fn next_in(&self, lane: Lane) -> (Place, Option<Hash>, Vec<Seen>) {
        // A fork in another lane can undo what this lane had come to. Its entries wait then, but their places are taken.
        let last = if self.is_forked(lane) { self.head(lane) } else { self.last_written(lane) };
        let (place, prev) = behind(last);
        (place, prev, self.unnamed(lane))
    }

    /// Where the next entry of a lane goes that has to stand in this epoch, or a later one: `None` in a lane that has nothing
    /// yet, and so nothing to go on from.
    pub fn next_in_epoch(&self, lane: Lane, epoch: u32) -> Option<(Place, Option<Hash>, Vec<Seen>)> {
        let next @ (place, prev, _) = &self.next_in(lane);
        if place.epoch >= epoch {
            return Some(next.clone());
        }
        prev.map(|prev| (Place { epoch, seq: 1 }, Some(prev), self.unnamed(lane)))
    }

    /// Says which epoch of its author's lanes each card declares. Entries under a card come after the card.
    pub fn declare_epochs(&mut self, by_card: BTreeMap<Hash, u32>) {
        self.lane_epochs = by_card;
    }

    /// Whether the card of an entry declares the epoch that it stands in.
    pub(super) fn is_declared(&self, header: &Header) -> bool {
        let declared = self.lane_epochs.get(&header.card);
        header.place.epoch > 0 && declared.is_some_and(|declared| *declared >= header.place.epoch)
    }

    /// Where the first entry of a lane's next epoch goes, when it follows `prev`: as [`Matter::next_in`].
    pub fn next_epoch(&self, lane: Lane, prev: Hash) -> (Place, Option<Hash>, Vec<Seen>) {
        let of_lane = self.places.range((lane, Place { epoch: 0, seq: 0 })..);
        let epochs = of_lane.take_while(|((of, _), _)| *of == lane).map(|((_, place), _)| place.epoch);
        (Place { epoch: epochs.max().unwrap_or_default() + 1, seq: 1 }, Some(prev), self.unnamed(lane))
    }

    /// Where an act goes: at the end of its lane, or, where it begins an epoch, behind the entry it goes on from.
    pub fn place_for(&self, lane: Lane, act: &str, structure: &[u8]) -> (Place, Option<Hash>, Vec<Seen>) {
        let begins = Self::def_of(lane, act).filter(|def| SharedAct::begins_epoch(def));
        let follows = begins.and_then(|def| {
            let named = SharedAct::decode(act, structure)?.ok()?.target()?;
            if SharedAct::is_take(def) { self.last_recorded(&named) } else { Some(named) }
        });
        follows.map_or_else(|| self.next_in(lane), |prev| self.next_epoch(lane, prev))
    }

    /// What has moved in other lanes and no entry of this one has named.
    fn unnamed(&self, lane: Lane) -> Vec<Seen> {
        let known = self.frontier_at(lane, self.length(lane)).cloned().unwrap_or_default();
        // What somebody who is no party put here is nowhere else: partners would wait for it in vain.
        let parties = self.all_lanes();
        let all_have = |other: &Lane| other.is_shared() && parties.contains(&other.party());
        let everything = self.everything();
        let moved = everything.iter().filter(|(other, count)| {
            *other != lane && (!lane.is_shared() || all_have(other)) && known.count(*other) < *count
        });
        moved
            .filter_map(|(lane, _)| self.head(lane).map(|(place, entry)| Seen { lane, place, entry }))
            .collect()
    }

    /// The last entry of a lane before the first place that is free, whether it counts yet or not.
    fn last_written(&self, lane: Lane) -> Option<(Place, Hash)> {
        if let Some(course) = self.courses.get(&lane) {
            let last = course.entries.last()?;
            return self.entry(last).map(|entry| (entry.header().place, *last));
        }
        let mut last = self.head(lane);
        loop {
            let next = last.map_or(Some(FIRST), |(place, _)| place_behind(place));
            let written = next.and_then(|next| Some((next, *self.places.get(&(lane, next))?.first()?)));
            if written.is_none() {
                return last;
            }
            last = written;
        }
    }

    /// Whether a lane is forked or entries of it wait, so that nobody knows what it will have come to.
    pub(super) fn stands_still(&self, lane: Lane) -> bool {
        self.is_forked(lane) || self.last_written(lane) != self.head(lane)
    }

    /// Where the next entry of a lane is evaluated, and the entry it has to follow.
    pub(super) fn after_head(&self, lane: Lane) -> (Place, Option<Hash>) {
        behind(self.head(lane))
    }
}

/// The place behind an entry in its epoch, and that entry; the first place of a lane behind nothing.
fn behind(last: Option<(Place, Hash)>) -> (Place, Option<Hash>) {
    match last {
        // Nobody has written so many entries that there is none.
        Some((place, hash)) => (place_behind(place).unwrap_or(place), Some(hash)),
        None => (FIRST, None),
    }
}
