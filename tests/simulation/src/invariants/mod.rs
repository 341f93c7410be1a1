//! What must hold in every world, by name, and the judge that remembers what it has seen.

mod forks;
mod matters;
mod settled;
mod told;
mod wire;

pub(crate) use matters::digest_in;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use comity_domain::engine::{Kinds, Standing, admits_in};
use comity_journal::entry::{Entry, Lane, Place};
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::Hash;

use crate::kinds::Release;

/// A promise of the design, by the number of its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// Rule 1: the same set of entries comes to the same state at every node, in any order of arrival.
    SameEntriesSameState,
    /// Rule 1: two parties with the same entries tell one story of them: which acts, in which order, how each stands, what
    /// crossed.
    BothTellOneStory,
    /// Rule 1: what is in memory is what the journal folds to.
    MemoryIsTheJournal,
    /// Rule 2: an entry that was judged valid or void stays what it was judged, at every node, until a fork is proven.
    JudgedOnce,
    /// Rule 2: a void entry changes nothing of what a matter has come to.
    VoidChangesNothing,
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
    /// Rule 4: whoever holds both branches of a fork has told its people, and has its author in quarantine.
    ForkIsProven,
    /// Rule 4: nobody honest is in quarantine.
    OthersAreUntouched,
    /// Rule 4: a node that was put back without knowing it, and contradicts itself, is found out.
    RollbackComesToLight,
    /// Rule 4: nobody opens a new matter with whoever is proven here to have forked.
    NothingNewWithAForker,
    /// Rule 6: views that are dropped and rebuilt equal the live ones.
    RebuiltEqualsLive,
    /// Rule 7: a partner's flood delays a request of another by no round, as long as one partner has no more requests under way than
    /// it may have connections; and its session by none but those in which it is given what the flood brought for it.
    FloodDelaysNobody,
    /// Rule 7: two runs that differ only in what officers do inside give partners messages of the same sizes in the same order.
    SizesTellNothing,
    /// Inner lanes stay inside, and only parties of a matter are told of it.
    OnlyPartiesAreTold,
    /// Rule 8: content goes to those parties alone that its author meant.
    ContentToThoseMeant,
    /// Nothing on a line shows content, nor the name of an officer, in clear.
    NothingInClear,
    /// Rule 9: a settled fact stays settled, whatever arrives later, unless a fork or a disowned key makes it contested.
    SettledStaysSettled,
    /// An honest node is never recorded, nor called, a liar by another honest node; of one that was put back two trees may be told,
    /// for it shows them before it can know.
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
    /// What nodes know of kinds, by the release they run.
    kinds: BTreeMap<Release, Kinds>,
    /// The agencies whose nodes are honest.
    honest: BTreeSet<AgencyId>,
    /// A node that was put back and compares before it signs.
    copied: Option<AgencyId>,
    /// A node that was put back and does not know it.
    put_back: Option<AgencyId>,
    /// It was, and has contradicted itself since.
    fallen: bool,
    /// What nodes have recorded of partners: who, of whom, which trouble.
    alarms: BTreeSet<(AgencyId, AgencyId, String)>,
    entries: BTreeMap<Hash, Arc<Entry>>,
    places: BTreeMap<(MatterId, Lane, Place), Hash>,
    states: BTreeMap<(MatterId, Release, Hash), String>,
    verdicts: BTreeMap<(Hash, Release), Standing>,
    /// Which entries of each matter were judged at each node when it was looked at last, and what they came to.
    stood: BTreeMap<(AgencyId, MatterId), (BTreeSet<Hash>, String)>,
    /// What has become settled where, by its status.
    settled: BTreeMap<(AgencyId, MatterId), &'static str>,
    /// The largest tree that each honest node has shown each other in each epoch: its size and root.
    shown: BTreeMap<(AgencyId, AgencyId, u32), (u64, Hash)>,
    /// Whose keys somebody has used, and what was signed with them.
    robbed: Option<AgencyId>,
    stolen: BTreeSet<Hash>,
    /// The parties of each matter, by the first opening that was seen of it, and whom its opener has admitted since.
    parties: BTreeMap<MatterId, Vec<AgencyId>>,
    openers: BTreeMap<MatterId, AgencyId>,
}

impl Judge {
    pub(crate) fn new(honest: BTreeSet<AgencyId>) -> Self {
        let releases = [Release::Earlier, Release::Now, Release::Later];
        Self {
            kinds: releases.into_iter().map(|release| (release, release.kinds()())).collect(),
            honest,
            copied: None,
            put_back: None,
            fallen: false,
            alarms: BTreeSet::new(),
            entries: BTreeMap::new(),
            places: BTreeMap::new(),
            states: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            stood: BTreeMap::new(),
            settled: BTreeMap::new(),
            shown: BTreeMap::new(),
            robbed: None,
            stolen: BTreeSet::new(),
            parties: BTreeMap::new(),
            openers: BTreeMap::new(),
        }
    }

    /// A node was put back from a copy; one that does not know it may contradict what it had signed.
    pub(crate) fn is_put_back(&mut self, agency: AgencyId, silently: bool) {
        self.copied = (!silently).then_some(agency);
        self.put_back = silently.then_some(agency);
        self.settled.retain(|(node, _), _| *node != agency);
        self.stood.retain(|(node, _), _| *node != agency);
    }

    /// Whether this is the contradiction of a node that was put back without knowing it. It cannot help it, so nothing that is
    /// demanded of honest nodes is demanded of it any more; the others have to find it out.
    fn falls(&mut self, agency: &AgencyId) -> bool {
        let falls = self.put_back == Some(*agency);
        if falls {
            self.honest.remove(agency);
            self.fallen = true;
        }
        falls
    }

    /// Somebody has used the keys of an honest node.
    pub(crate) fn is_robbed(&mut self, agency: AgencyId, stolen: &[Entry]) {
        self.robbed = Some(agency);
        self.stolen.extend(stolen.iter().map(Entry::hash));
    }

    /// This node may lie from now on.
    pub(crate) fn distrust(&mut self, agency: &AgencyId) {
        self.honest.remove(agency);
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
            let forks = first != hash && !self.falls(&header.author);
            Invariant::HonestNeverAForker.holds_if(!forks, || {
                let act =
                    self.entries.get(&first).map(|first| first.header().act.as_str()).unwrap_or_default();
                let (second, lane, place) = (&header.act, header.lane, header.place);
                format!("`{act}` and `{second}` at place {place} of {lane:?} in matter {}", header.matter)
            })?;
        }
        self.keep_parties(&entry);
        let entry = Arc::new(entry);
        self.entries.insert(hash, Arc::clone(&entry));
        Ok(entry)
    }

    fn keep_parties(&mut self, entry: &Entry) {
        let header = entry.header();
        if let Some(opening) = &header.opening {
            let parties = || opening.parties.iter().map(|party| party.agency).collect();
            self.parties.entry(header.matter).or_insert_with(parties);
            self.openers.entry(header.matter).or_insert(header.author);
        }
        let by_convenor = self.openers.get(&header.matter) == Some(&header.author);
        if let Some(admitted) = admits_in(entry).filter(|_| by_convenor)
            && let Some(parties) = self.parties.get_mut(&header.matter)
            && !parties.contains(&admitted)
        {
            parties.push(admitted);
        }
    }
}
