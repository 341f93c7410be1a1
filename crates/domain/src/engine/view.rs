//! A matter as the rest of the node reads it, whatever its kind.

use comity_journal::entry::{Lane, Party, Place};
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::candidate::Verdict;
use super::grid::Cell;
use super::inner::ReadContent;
use super::kind::Kind;
use super::lane::Standing;
use super::matter::Matter;
use crate::act::Act as _;
use crate::clock::Clock;

/// One entry on the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryView {
    /// The entry.
    pub entry: Hash,
    /// Its lane.
    pub lane: Lane,
    /// Its place.
    pub place: Place,
    /// Its act.
    pub act: Token,
    /// When, by its author's clock.
    pub at: Timestamp,
    /// How it stands.
    pub standing: Standing,
    /// Whether the other side acted at the same time without seeing it.
    pub crossed: bool,
}

/// A matter in one value.
#[derive(Clone, Debug)]
pub struct MatterView {
    /// Its id.
    pub id: MatterId,
    /// Its kind.
    pub kind: &'static str,
    /// Its prefix.
    pub prefix: char,
    /// Its parties, once opened.
    pub parties: Vec<Party>,
    /// Whether it is a drill.
    pub exercise: bool,
    /// Status, who is waited for, what may follow.
    pub cell: Cell,
    /// The clocks that run.
    pub clocks: Vec<Clock>,
    /// All entries, by time and lane.
    pub timeline: Vec<EntryView>,
    /// Whether nothing may be written on it until upgrade.
    pub read_only: bool,
}

/// A matter as a list needs it: cheap, whatever its length.
#[derive(Clone, Debug)]
pub struct Brief {
    /// Its kind.
    pub kind: &'static str,
    /// Its parties, once opened.
    pub parties: Vec<Party>,
    /// Status, who is waited for, what may follow.
    pub cell: Cell,
    /// The clocks that run.
    pub clocks: Vec<Clock>,
    /// Its latest entry that is no reading, by its author's clock.
    pub updated: Timestamp,
    /// How many entries.
    pub entries: usize,
}

impl<K: Kind> Matter<K> {
    /// The matter as a list needs it.
    pub fn brief(&self) -> Brief {
        let state = self.state();
        let lanes = state.lanes_with(None);
        Brief {
            kind: K::DEF.code,
            parties: self.parties(),
            cell: self.cell_of(&state),
            clocks: K::clocks(&lanes),
            updated: self.updated(),
            entries: self.entries().count(),
        }
    }

    /// When something last happened in it; that somebody has read it is nothing that happened.
    fn updated(&self) -> Timestamp {
        let headers = self.entries().map(|entry| entry.header());
        let happened = headers.filter(|h| h.lane.is_shared() || h.act.as_str() != ReadContent::DEF.code);
        happened.map(|header| header.at).max().unwrap_or_default()
    }

    /// The latest time of the others' valid entries that nothing `us` wrote, shared or inner, had seen: what has
    /// arrived and was not taken note of. By what each entry says its author had seen, so that no clock decides it.
    pub fn unseen_by(&self, us: &AgencyId) -> Option<Timestamp> {
        let seen = self.seen_by(us);
        let shared = self.shared_logs();
        let beyond = shared.flat_map(|(lane, log)| {
            let from = seen.count(*lane);
            log.steps.iter().skip(from)
        });
        let valid = beyond.filter(|step| step.verdict == Verdict::Valid);
        let theirs =
            valid.filter(|step| self.entry(&step.entry).is_some_and(|entry| entry.header().author != *us));
        theirs.map(|step| step.at).max()
    }

    /// Whether a shared entry relied on this fact.
    pub fn relied_on(&self, fact: &Hash) -> bool {
        let mut shared = self.entries().filter(|entry| entry.header().lane.is_shared());
        shared.any(|entry| entry.header().relied.iter().any(|relied| relied.hash == *fact))
    }

    /// The matter in one value.
    pub fn view(&self) -> MatterView {
        let opening = self.opening().map(|(opening, _)| opening);
        let mut timeline: Vec<_> = self.entries().filter_map(|entry| self.entry_view(entry.hash())).collect();
        timeline.sort_by_key(|entry| (entry.at, entry.lane, entry.place));
        MatterView {
            id: self.id(),
            kind: K::DEF.code,
            prefix: K::DEF.prefix,
            parties: self.parties(),
            exercise: opening.is_some_and(|opening| opening.exercise),
            cell: self.cell(),
            clocks: self.clocks(),
            timeline,
            read_only: self.read_only(),
        }
    }

    fn entry_view(&self, hash: Hash) -> Option<EntryView> {
        let header = self.entry(&hash)?.header();
        // What does not count crosses nothing: it need not even have reached the other side.
        let crosses = |other: &Hash| self.standing(other) == Standing::Valid && self.concurrent(&hash, other);
        let mut others = self.entries().filter(|other| other.header().lane.is_shared());
        let crossed = header.lane.is_shared() && others.any(|other| crosses(&other.hash()));
        Some(EntryView {
            entry: hash,
            lane: header.lane,
            place: header.place,
            act: header.act.clone(),
            at: header.at,
            standing: self.standing(&hash),
            crossed,
        })
    }
}
