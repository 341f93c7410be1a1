//! Entries that have arrived before what they rest on: which wait, what each lacks, and how far the lanes have come.
//!
//! It tells people what is missing and whom to ask. Not here: whether an entry counts ([`Matter::standing`]), and how
//! much may wait, which is the receiver's to keep within the protocol's numbers.
//!
//! Invariant: what waits is a function of the set of entries received, as is everything else of a matter.

use comity_journal::entry::{Entry, Place, Seen};
use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;

use super::kind::Kind;
use super::lane::Standing;
use super::matter::Matter;

/// An entry that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryWaiting {
    /// The entry.
    pub entry: Hash,
    /// Who signed it.
    pub author: AgencyId,
    /// How many bytes it has.
    pub bytes: u64,
    /// The entries it names that are not here. None where it waits for another one that waits, or behind a fork.
    pub lacks: Vec<Seen>,
}

impl<K: Kind> Matter<K> {
    /// The entries that wait for earlier ones, by lane and place.
    pub fn entries_waiting(&self) -> Vec<EntryWaiting> {
        if self.all_settled() {
            return Vec::new();
        }
        let waits = |entry: &&std::sync::Arc<Entry>| self.standing(&entry.hash()) == Standing::Waiting;
        let mut waiting: Vec<_> = self.entries().filter(waits).collect();
        waiting.sort_by_key(|entry| (entry.header().lane, entry.header().place, entry.hash()));
        let told = waiting.into_iter().map(|entry| EntryWaiting {
            entry: entry.hash(),
            author: entry.header().author,
            bytes: entry.bytes().len() as u64,
            lacks: self.lacks(entry),
        });
        told.collect()
    }

    /// Whether an entry would wait if it were received now. One that claims a place already taken does not wait: it is
    /// one half of a fork.
    pub fn would_wait(&self, entry: &Entry) -> bool {
        let (header, hash) = (entry.header(), entry.hash());
        if self.entry(&hash).is_some() {
            return self.standing(&hash) == Standing::Waiting;
        }
        let (next, prev) = self.after_head(header.lane);
        if header.place < next || (header.place == next && self.is_taken(header.lane, next)) {
            return false;
        }
        let past = if header.place.epoch > next.epoch && header.place.seq == 1 {
            header.prev.is_some_and(|prev| self.entry(&prev).is_some())
        } else {
            header.place == next && header.prev == prev
        };
        !past || !header.seen.iter().all(|seen| self.counts_seen(seen))
    }

    /// The last entry that counts or is void of every lane that travels: what is here without a gap.
    pub fn heads(&self) -> Vec<Seen> {
        let logs = self.shared_logs().filter_map(|(lane, log)| Some((*lane, log.last()?)));
        logs.map(|(lane, last)| Seen { lane, place: last.place, entry: last.entry }).collect()
    }

    fn lacks(&self, entry: &Entry) -> Vec<Seen> {
        let header = entry.header();
        let before = Place { epoch: header.place.epoch, seq: header.place.seq.saturating_sub(1) };
        let prev = header.prev.map(|entry| Seen { lane: header.lane, place: before, entry });
        let named = prev.into_iter().chain(header.seen.iter().copied());
        named.filter(|seen| self.entry(&seen.entry).is_none()).collect()
    }
}
