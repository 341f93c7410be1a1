//! Lanes: that each runs from its first entry without a gap, that no place was filled twice, and that what authors
//! had seen is there. An entry that names another was made after it, which is where lower bounds of time come from.

use std::collections::BTreeMap;

use super::findings::{Bound, LaneFact, Problem};
use super::{Act, Check};
use crate::entry::{Header, Place};
use crate::ids::AgencyId;
use crate::suite::Hash;

/// The acts of one lane by place, as positions in [`Check::acts`].
type LaneActs = BTreeMap<Place, usize>;

impl Check<'_> {
    pub(super) fn lanes(&mut self) {
        let lanes = self.by_lane();
        for (party, acts) in &lanes {
            let whole = self.links(*party, acts);
            let part = self.opening().and_then(|opening| opening.parties.iter().find(|p| p.agency == *party));
            self.lanes.push(LaneFact {
                party: *party,
                role: part.map(|part| part.role.clone()).or_else(|| self.admitted.get(party).cloned()),
                recorder: part.and_then(|part| part.recorder),
                taken_over: self.taken_over.get(party).copied(),
                entries: acts.len(),
                last: acts.keys().next_back().copied(),
                whole,
            });
        }
        let places: BTreeMap<Hash, (AgencyId, Place, usize)> = self
            .acts
            .iter()
            .enumerate()
            .map(|(i, act)| {
                (act.entry.hash(), (act.entry.header().lane.party(), act.entry.header().place, i))
            })
            .collect();
        for acts in lanes.values() {
            self.seen(acts, &places);
        }
    }

    fn by_lane(&mut self) -> BTreeMap<AgencyId, LaneActs> {
        let mut lanes: BTreeMap<AgencyId, LaneActs> = BTreeMap::new();
        for (i, act) in self.acts.iter().enumerate().filter(|(_, act)| !act.disowned) {
            let (lane, place) = (act.entry.header().lane.party(), act.entry.header().place);
            if lanes.entry(lane).or_default().insert(place, i).is_some() {
                self.problems.push(Problem::Fork { lane, place });
            }
        }
        lanes
    }

    fn links(&mut self, lane: AgencyId, acts: &LaneActs) -> bool {
        let mut found = Vec::new();
        let mut before: Option<&Act<'_>> = None;
        let mut hashes = std::collections::BTreeSet::new();
        for i in acts.values() {
            let act = &self.acts[*i];
            let header = act.entry.header();
            match follows(before.map(|act| act.entry.header().place), header.place) {
                Step::Gap => found.push(Problem::Gap { lane, before: header.place }),
                Step::Next if header.prev != before.map(|act| act.entry.hash()) => {
                    found.push(Problem::BrokenLink(act.reference));
                }
                // After a fork the author chooses a branch, so the head it goes on from need not be the last one.
                Step::NewEpoch if !header.prev.is_some_and(|prev| hashes.contains(&prev)) => {
                    found.push(Problem::BrokenLink(act.reference));
                }
                Step::Next | Step::NewEpoch => {}
            }
            hashes.insert(act.entry.hash());
            before = Some(act);
        }
        let whole = found.is_empty();
        self.problems.append(&mut found);
        whole
    }

    fn seen(&mut self, acts: &LaneActs, places: &BTreeMap<Hash, (AgencyId, Place, usize)>) {
        let mut bound: Option<Bound> = None;
        for i in acts.values() {
            let act = &self.acts[*i];
            let header = act.entry.header();
            for seen in &header.seen {
                match places.get(&seen.entry) {
                    Some((lane, place, at)) if *lane == seen.lane.party() && *place == seen.place => {
                        bound = bound.max(stated_by_another(header, self.acts[*at].entry.header()));
                    }
                    _ => self.problems.push(Problem::Seen {
                        entry: act.reference,
                        lane: seen.lane.party(),
                        place: seen.place,
                    }),
                }
            }
            self.facts[*i].not_before = bound;
        }
    }
}

fn stated_by_another(header: &Header, seen: &Header) -> Option<Bound> {
    (seen.author != header.author).then_some(Bound { at: seen.at, by: seen.author })
}

enum Step {
    Next,
    NewEpoch,
    Gap,
}

fn follows(before: Option<Place>, place: Place) -> Step {
    match before {
        None if place == (Place { epoch: 0, seq: 1 }) => Step::Next,
        Some(before) if place.epoch == before.epoch && before.seq.checked_add(1) == Some(place.seq) => {
            Step::Next
        }
        // Epochs that the root has declared pass by lanes that had nothing to lose.
        Some(before) if before.epoch < place.epoch && place.seq == 1 => Step::NewEpoch,
        _ => Step::Gap,
    }
}
