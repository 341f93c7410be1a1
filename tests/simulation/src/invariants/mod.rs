//! What must hold in every world, by name, and the judge that remembers what it has seen.

mod matters;
mod told;
mod wire;

pub(crate) use matters::digest_in;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use comity_domain::engine::{Kinds, Standing};
use comity_domain::matters::standard;
use comity_journal::entry::{Entry, Lane, Place};
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::Hash;
use comity_testkit::node::with_letters;

/// A promise of the design, by the number of its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// Rule 1: the same set of entries comes to the same state at every node, in any order of arrival.
    SameEntriesSameState,
    /// Rule 1: what is in memory is what the journal folds to.
    MemoryIsTheJournal,
    /// Rule 2: an entry that was judged valid or void stays what it was judged, at every node, until a fork is proven.
    JudgedOnce,
    /// Rule 2: an entry counts only with all that it follows and all that it had seen.
    NothingWithoutItsPast,
    /// Rule 2: what does not count, or waits, holds up nothing behind it, as long as there is room.
    BlocksNothingButItself,
    /// Rule 2: what an honest party wrote waits for nothing that another honest party holds.
    MissingIsAskedFor,
    /// Rule 4: nothing is on the wire before it is durable.
    DurableBeforeItLeaves,
    /// Rule 4: nothing is told as done before it is durable.
    DurableBeforeItIsTold,
    /// Rule 4: what was receipted or told as done is in the journal for ever, unchanged.
    AcknowledgedForEver,
    /// Rule 4: after an unclean stop nothing shared is signed before the streams were compared.
    SilentUntilCompared,
    /// Rule 4: an older copy of a node signs nothing shared before its root has declared the new epoch of its tree.
    SilentUntilDeclared,
    /// Rule 4: the trees that a node shows one partner in one epoch continue each other.
    OneTreeInAnEpoch,
    /// Rule 4: an older copy of a node gets back what it had promised and partners hold.
    LostComesBack,
    /// Rule 4: an honest node writes one entry for one place.
    HonestNeverAForker,
    /// Rule 4: what somebody signed with a stolen key counts nowhere once its agency has disowned the key.
    StolenCountsNowhere,
    /// Rule 4: nobody opens a new matter with whoever is proven here to have forked.
    NothingNewWithAForker,
    /// Rule 6: views that are dropped and rebuilt equal the live ones.
    RebuiltEqualsLive,
    /// Inner lanes stay inside, and only parties of a matter are told of it.
    OnlyPartiesAreTold,
    /// An honest node is never recorded, nor called, a liar by another honest node.
    HonestNeverAccused,
    /// What a node records of itself stands in its own record.
    OwnRecordsStayOwn,
    /// A node has no fault that nobody planned.
    NoFaultOfItsOwn,
    /// A journal verifies, but for what a dishonest partner put into it.
    JournalVerifies,
    /// Once the network is whole, honest partners have equal streams and equal states.
    HonestConverge,
    /// Then every entry an honest partner was given is receipted.
    ReceiptsOnBothSides,
}

/// An invariant that did not hold, and how to see it again.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "{invariant:?} does not hold in world {seed} at step {step}: {what}\n  see it again: make sim SEED={seed}"
)]
pub struct Violation {
    /// Which.
    pub invariant: Invariant,
    /// In which world.
    pub seed: u64,
    /// At which step.
    pub step: u64,
    /// What was seen.
    pub what: String,
}

/// An invariant that did not hold, not yet said where.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) invariant: Invariant,
    pub(crate) what: String,
}

pub(crate) type Judged = Result<(), Broken>;

impl Invariant {
    /// It does not hold.
    pub(crate) fn broken(self, what: impl Into<String>) -> Broken {
        Broken { invariant: self, what: what.into() }
    }

    /// It holds if `holds` does.
    pub(crate) fn holds_if(self, holds: bool, what: impl FnOnce() -> String) -> Judged {
        if holds { Ok(()) } else { Err(self.broken(what())) }
    }
}

/// What the judge remembers of all nodes together.
pub(crate) struct Judge {
    kinds: Kinds,
    /// What a node of an earlier release knows.
    earlier: Kinds,
    /// The agencies whose nodes are honest.
    honest: Vec<AgencyId>,
    entries: BTreeMap<Hash, Arc<Entry>>,
    places: BTreeMap<(MatterId, Lane, Place), Hash>,
    states: BTreeMap<(MatterId, Hash), String>,
    verdicts: BTreeMap<Hash, Standing>,
    /// The largest tree that each honest node has shown each other in each epoch: its size and root.
    shown: BTreeMap<(AgencyId, AgencyId, u32), (u64, Hash)>,
    /// Whose keys somebody has used, and what was signed with them.
    robbed: Option<AgencyId>,
    stolen: BTreeSet<Hash>,
    /// The parties of each matter, by the first opening that was seen of it.
    parties: BTreeMap<MatterId, Vec<AgencyId>>,
}

impl Judge {
    pub(crate) fn new(honest: Vec<AgencyId>) -> Self {
        Self {
            kinds: with_letters(),
            earlier: standard(),
            honest,
            entries: BTreeMap::new(),
            places: BTreeMap::new(),
            states: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            shown: BTreeMap::new(),
            robbed: None,
            stolen: BTreeSet::new(),
            parties: BTreeMap::new(),
        }
    }

    /// Somebody has used the keys of an honest node.
    pub(crate) fn is_robbed(&mut self, agency: AgencyId, stolen: &[Entry]) {
        self.robbed = Some(agency);
        self.stolen.extend(stolen.iter().map(Entry::hash));
    }

    /// Whether what a matter comes to depends on who has heard of a stolen key.
    pub(crate) fn depends_on_hearsay(&self, matter: &MatterId) -> bool {
        self.robbed
            .is_some_and(|robbed| self.parties(matter).is_some_and(|parties| parties.contains(&robbed)))
    }

    /// What somebody signed with keys that were not theirs.
    pub(crate) fn stolen(&self) -> &BTreeSet<Hash> {
        &self.stolen
    }

    fn is_robbed_one(&self, agency: &AgencyId) -> bool {
        self.robbed == Some(*agency)
    }

    /// An entry is gone with the only node that ever had it: its place is free.
    pub(crate) fn forget(&mut self, entry: &Hash) {
        self.places.retain(|_, at| at != entry);
    }

    /// The parties of a matter, once its opening was seen anywhere.
    pub(crate) fn parties(&self, matter: &MatterId) -> Option<&[AgencyId]> {
        self.parties.get(matter).map(Vec::as_slice)
    }

    pub(crate) fn is_honest(&self, agency: &AgencyId) -> bool {
        self.honest.contains(agency)
    }

    /// Reads an entry that is stored or on the wire, and holds its author to its place.
    fn entry(&mut self, bytes: &[u8], hash: Hash) -> Result<Arc<Entry>, Broken> {
        if let Some(known) = self.entries.get(&hash) {
            let same = known.bytes() == bytes;
            Invariant::AcknowledgedForEver.holds_if(same, || format!("entry {hash} has changed"))?;
            return Ok(Arc::clone(known));
        }
        let read = Entry::read(bytes);
        let entry =
            read.map_err(|why| Invariant::AcknowledgedForEver.broken(format!("entry {hash}: {why}")))?;
        let same = entry.hash() == hash;
        Invariant::AcknowledgedForEver
            .holds_if(same, || format!("entry {hash} is kept under another name"))?;
        let header = entry.header();
        if self.is_honest(&header.author) && !self.stolen.contains(&hash) {
            let place = (header.matter, header.lane, header.place);
            let first = *self.places.entry(place).or_insert(hash);
            Invariant::HonestNeverAForker.holds_if(first == hash, || {
                let act =
                    self.entries.get(&first).map(|first| first.header().act.as_str()).unwrap_or_default();
                let (second, lane, place) = (&header.act, header.lane, header.place);
                format!("`{act}` and `{second}` at place {place} of {lane:?} in matter {}", header.matter)
            })?;
        }
        if let Some(opening) = &header.opening {
            let parties = || opening.parties.iter().map(|party| party.agency).collect();
            self.parties.entry(header.matter).or_insert_with(parties);
        }
        let entry = Arc::new(entry);
        self.entries.insert(hash, Arc::clone(&entry));
        Ok(entry)
    }
}
