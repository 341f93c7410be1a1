//! The kinds a node knows: one line of registration each.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::sync::Arc;

use comity_journal::entry::{Actor, Entry, Lane, Opening, Party, Place, Seen};
use comity_journal::ids::{AgencyId, MatterId, Pseudonym};
use comity_journal::part::Commitment;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::candidate::Stated;
use super::decide::{Decided, Facts, Proposal};
use super::disowned::DisownedKey;
use super::foresee::Foreseen;
use super::grid::{self, GridRow};
use super::handed::{HandRecordOverStructure, RecordWord};
use super::inner::{InnerAct, InnerLane};
use super::kind::{HandedOver, Kind, KindDef, PackageRef};
use super::lane::Standing;
use super::matter::Matter;
use super::recall::Recalled;
use super::retention::Retention;
use super::shared::SharedAct;
use super::unsettled::EntryWaiting;
use super::view::{Brief, MatterView};
use super::waiting::DraftWaiting;
use crate::act::{ActDef, ActSet, ComposeError, Composed, Preparation};
use crate::gates::{Ceiling, Objection, Refusal, missing_approvals, rules};
use crate::vocabularies::{Handling, OffenceCode};

/// A kind, whatever its types.
pub trait AnyKind: Send + Sync {
    /// Its constants.
    fn def(&self) -> &'static KindDef;
    /// Its acts, then the recalls and the inner acts of every shared kind.
    fn acts(&self) -> Vec<&'static ActDef>;
    /// A matter of this kind nothing is known of yet.
    fn matter(&self, id: MatterId) -> Box<dyn AnyMatter>;
    /// Composes an act of this kind from TOML.
    ///
    /// # Errors
    /// [`ComposeError`] says which act, field or line is wrong.
    fn compose(
        &self,
        act: &str,
        toml: &str,
        preparation: &mut Preparation<'_>,
    ) -> Result<Composed, ComposeError>;
    /// Its grid: every combination of what the lanes have come to.
    fn grid(&self) -> Vec<GridRow>;
    /// Its grid as a page a lawyer can read; the page that was agreed lies in the kind's folder.
    fn grid_page(&self) -> String {
        grid::page(self.def(), &self.grid())
    }
    /// The definition of one act.
    fn act(&self, code: &str) -> Option<&'static ActDef>;
}

/// A matter, whatever its kind. Methods mean what they mean on [`Matter`].
pub trait AnyMatter: Send {
    /// [`Matter::receive`].
    fn receive(&mut self, entry: Arc<Entry>);
    /// [`Matter::disown`].
    fn disown(&mut self, keys: Vec<DisownedKey>);
    /// [`Matter::declare_epochs`].
    fn declare_epochs(&mut self, by_card: BTreeMap<Hash, u32>);
    /// [`Matter::next_in_epoch`].
    fn next_in_epoch(&self, lane: Lane, epoch: u32) -> Option<(Place, Option<Hash>, Vec<Seen>)>;
    /// [`Matter::decide`].
    ///
    /// # Errors
    /// The refusal.
    fn decide(&self, proposal: &Proposal<'_>, facts: &Facts) -> Result<Decided, Refusal>;
    /// [`Matter::foresee`].
    fn foresee(&self, proposal: &Proposal<'_>, facts: &Facts) -> Foreseen;
    /// What this node holds against a valid entry of a partner.
    fn judge(&self, entry: &Hash, facts: &Facts) -> Vec<Objection>;
    /// [`Matter::view`].
    fn view(&self) -> MatterView;
    /// [`Matter::brief`].
    fn brief(&self) -> Brief;
    /// The code of its kind.
    fn kind(&self) -> &'static str;
    /// [`Matter::relied_on`].
    fn relied_on(&self, fact: &Hash) -> bool;
    /// [`Matter::inner`].
    fn inner(&self) -> InnerLane;
    /// [`Matter::drafts_waiting`].
    fn drafts_waiting(&self) -> Vec<DraftWaiting>;
    /// [`Matter::lane`], as the type its kind says; for whoever knows the kind.
    fn lane(&self, lane: Lane) -> Box<dyn Any>;
    /// [`Matter::opening`].
    fn opening(&self) -> Option<(&Opening, Hash)>;
    /// [`Matter::disowned_opening`].
    fn disowned_opening(&self) -> Option<&Opening>;
    /// [`Matter::count`].
    fn count(&self) -> usize;
    /// [`Matter::entries`].
    fn entries(&self) -> Vec<&Arc<Entry>>;
    /// [`Matter::unseen_by`].
    fn unseen_by(&self, us: &AgencyId) -> Option<Timestamp>;
    /// [`Matter::entry`].
    fn entry(&self, hash: &Hash) -> Option<&Arc<Entry>>;
    /// [`Matter::standing`].
    fn standing(&self, hash: &Hash) -> Standing;
    /// [`Matter::entries_waiting`].
    fn entries_waiting(&self) -> Vec<EntryWaiting>;
    /// [`Matter::would_wait`].
    fn would_wait(&self, entry: &Entry) -> bool;
    /// [`Matter::heads`].
    fn heads(&self) -> Vec<Seen>;
    /// [`Matter::latest`].
    fn latest(&self, acts: &[&str]) -> Option<Hash>;
    /// [`Matter::has_branches`].
    fn has_branches(&self, lane: Lane) -> bool;
    /// [`Matter::forked_lanes`].
    fn forked_lanes(&self) -> BTreeSet<Lane>;
    /// [`Matter::branches`].
    fn branches(&self, lane: Lane) -> Vec<Hash>;
    /// [`Matter::next_in`].
    fn next_in(&self, lane: Lane) -> (Place, Option<Hash>, Vec<Seen>);
    /// [`Matter::place_for`].
    fn place_for(&self, lane: Lane, act: &str, structure: &[u8]) -> (Place, Option<Hash>, Vec<Seen>);
    /// [`Matter::digest`].
    fn digest(&self) -> String;
    /// [`Matter::handling`].
    fn handling(&self, act: &str, structure: &[u8]) -> Handling;
    /// [`Matter::package_in`].
    fn package_in(&self, act: &str, structure: &[u8]) -> Option<PackageRef>;
    /// [`Matter::packages`].
    fn packages(&self) -> Vec<HandedOver>;
    /// [`Matter::parties`].
    fn parties(&self) -> Vec<Party>;
    /// [`Matter::former_parties`].
    fn former_parties(&self) -> Vec<Party>;
    /// [`Matter::was_party`].
    fn was_party(&self, agency: &AgencyId) -> Option<bool>;
    /// [`Matter::ever_parties`].
    fn ever_parties(&self) -> Vec<Party>;
    /// [`Matter::removed_by`].
    fn removed_by(&self, agency: &AgencyId) -> Option<Hash>;
    /// [`Matter::admitted_by`].
    fn admitted_by(&self, agency: &AgencyId) -> Option<Hash>;
    /// [`Matter::convenor`].
    fn convenor(&self) -> Option<AgencyId>;
    /// [`Matter::said_to_be_admitted`].
    fn said_to_be_admitted(&self) -> Vec<(AgencyId, AgencyId)>;
    /// [`Matter::may_be_given`].
    fn may_be_given(&self, agency: &AgencyId, entry: &Hash) -> bool;
    /// [`Matter::is_addressed`].
    fn is_addressed(&self, entry: &Entry, part: &Commitment, agency: &AgencyId) -> bool;
    /// [`Matter::with_frontier`].
    fn with_frontier(&self, us: &AgencyId, act: &str, structure: Vec<u8>) -> Vec<u8>;
    /// [`Matter::agency_of`].
    fn agency_of(&self, party: &AgencyId) -> AgencyId;
    /// [`Matter::lane_of`].
    fn lane_of(&self, agency: &AgencyId) -> Lane;
    /// [`Matter::offered_to`].
    fn offered_to(&self, agency: &AgencyId) -> Option<AgencyId>;
    /// [`Matter::said_to_be`].
    fn said_to_be(&self, us: &AgencyId) -> Vec<(AgencyId, AgencyId)>;
    /// [`Matter::word_on`].
    fn word_on(&self, entry: &Entry) -> Option<RecordWord>;
    /// [`Matter::offer_of`].
    fn offer_of(&self, party: &AgencyId, to: &AgencyId) -> HandRecordOverStructure;
    /// [`Matter::is_recorded`].
    fn is_recorded(&self, entry: &Entry) -> bool;
    /// [`Matter::to_dispatch`].
    fn to_dispatch(&self, us: &AgencyId) -> Vec<Hash>;
    /// [`Matter::recalls`].
    fn recalls(&self) -> Vec<Recalled>;
    /// [`Matter::retention`].
    fn retention(&self) -> Option<Retention>;
    /// [`Matter::marks`].
    fn marks(&self) -> Vec<&'static str>;
    /// [`Matter::offences`].
    fn offences(&self, act: &str, structure: &[u8]) -> Vec<OffenceCode>;
    /// [`Matter::team`].
    fn team(&self, agency: AgencyId) -> BTreeSet<Pseudonym>;
    /// [`Matter::stands_against`].
    fn stands_against(
        &self,
        act: &str,
        author: AgencyId,
        proposer: &Actor,
        trust: (Ceiling, bool),
    ) -> Option<Refusal>;
}

struct Registered<K>(PhantomData<fn() -> K>);

impl<K: Kind> Registered<K> {
    fn all_acts() -> impl Iterator<Item = &'static ActDef> {
        let inner = if K::DEF.shared { InnerAct::defs() } else { &[] };
        K::Act::defs().iter().chain(SharedAct::of(&const { K::DEF })).chain(inner)
    }
}

impl<K: Kind> AnyKind for Registered<K> {
    fn def(&self) -> &'static KindDef {
        &const { K::DEF }
    }

    fn acts(&self) -> Vec<&'static ActDef> {
        Self::all_acts().collect()
    }

    fn act(&self, code: &str) -> Option<&'static ActDef> {
        Self::all_acts().find(|def| def.code == code)
    }

    fn grid(&self) -> Vec<GridRow> {
        grid::rows::<K>()
    }

    fn matter(&self, id: MatterId) -> Box<dyn AnyMatter> {
        Box::new(Matter::<K>::new(id))
    }

    fn compose(
        &self,
        act: &str,
        toml: &str,
        preparation: &mut Preparation<'_>,
    ) -> Result<Composed, ComposeError> {
        if K::DEF.shared && InnerAct::defs().iter().any(|def| def.code == act) {
            return InnerAct::compose(act, toml, preparation);
        }
        if K::DEF.shared && SharedAct::defs().iter().any(|def| def.code == act) {
            return SharedAct::compose(act, toml, preparation);
        }
        K::Act::compose(act, toml, preparation)
    }
}

impl<K: Kind> AnyMatter for Matter<K> {
    fn receive(&mut self, entry: Arc<Entry>) {
        Self::receive(self, entry);
    }
    fn disown(&mut self, keys: Vec<DisownedKey>) {
        Self::disown(self, keys);
    }
    fn declare_epochs(&mut self, by_card: BTreeMap<Hash, u32>) {
        Self::declare_epochs(self, by_card);
    }
    fn next_in_epoch(&self, lane: Lane, epoch: u32) -> Option<(Place, Option<Hash>, Vec<Seen>)> {
        Self::next_in_epoch(self, lane, epoch)
    }
    fn decide(&self, proposal: &Proposal<'_>, facts: &Facts) -> Result<Decided, Refusal> {
        Self::decide(self, proposal, facts)
    }
    fn foresee(&self, proposal: &Proposal<'_>, facts: &Facts) -> Foreseen {
        Self::foresee(self, proposal, facts)
    }
    fn judge(&self, entry: &Hash, facts: &Facts) -> Vec<Objection> {
        Self::judge(self, entry, facts)
    }
    fn view(&self) -> MatterView {
        Self::view(self)
    }
    fn brief(&self) -> Brief {
        Self::brief(self)
    }
    fn kind(&self) -> &'static str {
        K::DEF.code
    }
    fn relied_on(&self, fact: &Hash) -> bool {
        Self::relied_on(self, fact)
    }
    fn inner(&self) -> InnerLane {
        Self::inner(self)
    }
    fn drafts_waiting(&self) -> Vec<DraftWaiting> {
        Self::drafts_waiting(self)
    }
    fn lane(&self, lane: Lane) -> Box<dyn Any> {
        Box::new(Self::lane(self, lane))
    }
    fn opening(&self) -> Option<(&Opening, Hash)> {
        Self::opening(self)
    }
    fn disowned_opening(&self) -> Option<&Opening> {
        Self::disowned_opening(self)
    }
    fn entry(&self, hash: &Hash) -> Option<&Arc<Entry>> {
        Self::entry(self, hash)
    }
    fn count(&self) -> usize {
        Self::count(self)
    }
    fn entries(&self) -> Vec<&Arc<Entry>> {
        Self::entries(self).collect()
    }
    fn unseen_by(&self, us: &AgencyId) -> Option<Timestamp> {
        Self::unseen_by(self, us)
    }
    fn standing(&self, hash: &Hash) -> Standing {
        Self::standing(self, hash)
    }
    fn entries_waiting(&self) -> Vec<EntryWaiting> {
        Self::entries_waiting(self)
    }
    fn would_wait(&self, entry: &Entry) -> bool {
        Self::would_wait(self, entry)
    }
    fn heads(&self) -> Vec<Seen> {
        Self::heads(self)
    }
    fn latest(&self, acts: &[&str]) -> Option<Hash> {
        Self::latest(self, acts)
    }
    fn has_branches(&self, lane: Lane) -> bool {
        Self::has_branches(self, lane)
    }
    fn forked_lanes(&self) -> BTreeSet<Lane> {
        Self::forked_lanes(self)
    }
    fn branches(&self, lane: Lane) -> Vec<Hash> {
        Self::branches(self, lane)
    }
    fn next_in(&self, lane: Lane) -> (Place, Option<Hash>, Vec<Seen>) {
        Self::next_in(self, lane)
    }
    fn place_for(&self, lane: Lane, act: &str, structure: &[u8]) -> (Place, Option<Hash>, Vec<Seen>) {
        Self::place_for(self, lane, act, structure)
    }
    fn digest(&self) -> String {
        Self::digest(self)
    }
    fn handling(&self, act: &str, structure: &[u8]) -> Handling {
        Self::handling(self, act, structure)
    }
    fn package_in(&self, act: &str, structure: &[u8]) -> Option<PackageRef> {
        Self::package_in(self, act, structure)
    }
    fn packages(&self) -> Vec<HandedOver> {
        Self::packages(self)
    }
    fn parties(&self) -> Vec<Party> {
        Self::parties(self)
    }
    fn former_parties(&self) -> Vec<Party> {
        Self::former_parties(self)
    }
    fn was_party(&self, agency: &AgencyId) -> Option<bool> {
        Self::was_party(self, agency)
    }
    fn ever_parties(&self) -> Vec<Party> {
        Self::ever_parties(self)
    }
    fn removed_by(&self, agency: &AgencyId) -> Option<Hash> {
        Self::removed_by(self, agency)
    }
    fn admitted_by(&self, agency: &AgencyId) -> Option<Hash> {
        Self::admitted_by(self, agency)
    }
    fn convenor(&self) -> Option<AgencyId> {
        Self::convenor(self)
    }
    fn said_to_be_admitted(&self) -> Vec<(AgencyId, AgencyId)> {
        Self::said_to_be_admitted(self)
    }
    fn may_be_given(&self, agency: &AgencyId, entry: &Hash) -> bool {
        Self::may_be_given(self, agency, entry)
    }
    fn is_addressed(&self, entry: &Entry, part: &Commitment, agency: &AgencyId) -> bool {
        Self::is_addressed(self, entry, part, agency)
    }
    fn with_frontier(&self, us: &AgencyId, act: &str, structure: Vec<u8>) -> Vec<u8> {
        Self::with_frontier(self, us, act, structure)
    }
    fn agency_of(&self, party: &AgencyId) -> AgencyId {
        Self::agency_of(self, party)
    }
    fn lane_of(&self, agency: &AgencyId) -> Lane {
        Self::lane_of(self, agency)
    }
    fn offered_to(&self, agency: &AgencyId) -> Option<AgencyId> {
        Self::offered_to(self, agency)
    }
    fn said_to_be(&self, us: &AgencyId) -> Vec<(AgencyId, AgencyId)> {
        Self::said_to_be(self, us)
    }
    fn word_on(&self, entry: &Entry) -> Option<RecordWord> {
        Self::word_on(self, entry)
    }
    fn offer_of(&self, party: &AgencyId, to: &AgencyId) -> HandRecordOverStructure {
        Self::offer_of(self, party, to)
    }
    fn is_recorded(&self, entry: &Entry) -> bool {
        Self::is_recorded(self, entry)
    }
    fn to_dispatch(&self, us: &AgencyId) -> Vec<Hash> {
        Self::to_dispatch(self, us)
    }
    fn recalls(&self) -> Vec<Recalled> {
        Self::recalls(self)
    }
    fn retention(&self) -> Option<Retention> {
        Self::retention(self)
    }
    fn marks(&self) -> Vec<&'static str> {
        Self::marks(self)
    }
    fn offences(&self, act: &str, structure: &[u8]) -> Vec<OffenceCode> {
        Self::offences(self, act, structure)
    }
    fn team(&self, agency: AgencyId) -> BTreeSet<Pseudonym> {
        Self::team(self, agency)
    }
    fn stands_against(
        &self,
        act: &str,
        author: AgencyId,
        proposer: &Actor,
        trust: (Ceiling, bool),
    ) -> Option<Refusal> {
        Self::stands_against(self, act, author, proposer, trust)
    }
}

impl<K: Kind> Matter<K> {
    /// What this node holds against a partner's valid entry: the two-person rule, the review of prohibited
    /// grounds, and what its kind adds. The entry stays valid; the answer is ours to give in our own lane.
    pub fn judge(&self, entry: &Hash, facts: &Facts) -> Vec<Objection> {
        let Some(entry) = self.entry(entry).filter(|e| self.standing(&e.hash()) == Standing::Valid) else {
            return Vec::new();
        };
        let stated = Stated::of(entry);
        let (Some(def), Some(Ok(act))) = (Self::def_of(stated.lane, stated.act), Self::kind_act(&stated))
        else {
            return Vec::new();
        };
        let four_eyes =
            (!missing_approvals(def, stated.by, stated.approved).is_empty()).then_some(rules::FOUR_EYES);
        let grounds = (def.grounds && !stated.grounds_reviewed).then_some(rules::GROUNDS_OPEN);
        let state = self.state();
        let of_kind = K::judge(&state.lanes_with(stated.opening), &stated, &act, facts);
        four_eyes.into_iter().chain(grounds).map(|rule| Objection { rule }).chain(of_kind).collect()
    }
}

/// The kinds a node knows.
#[derive(Default)]
pub struct Kinds {
    by_code: BTreeMap<&'static str, Box<dyn AnyKind>>,
}

impl Kinds {
    /// Adds a kind.
    #[must_use]
    pub fn with<K: Kind>(mut self) -> Self {
        self.by_code.insert(K::DEF.code, Box::new(Registered::<K>(PhantomData)));
        self
    }

    /// The kind of this code.
    pub fn get(&self, code: &str) -> Option<&dyn AnyKind> {
        self.by_code.get(code).map(AsRef::as_ref)
    }

    /// The kind of the matter that these entries are of, if this release knows it. The opening says it, for the matter's
    /// name is drawn from it; before the opening is here, our own inner lane, and else the first by hash whose kind is
    /// known, so that the order of arrival is nothing to it.
    pub fn of<'e>(&self, entries: impl IntoIterator<Item = &'e Entry>) -> Option<&dyn AnyKind> {
        let rank = |entry: &Entry| {
            let header = entry.header();
            let unknown = self.get(header.kind.as_str()).is_none();
            let told = (header.opening.is_some(), !header.lane.is_shared());
            match told {
                (true, _) => (0, false, entry.hash()),
                (false, true) => (1, unknown, entry.hash()),
                (false, false) => (2, unknown, entry.hash()),
            }
        };
        let first = entries.into_iter().min_by_key(|entry| rank(entry))?;
        self.get(first.header().kind.as_str())
    }

    /// All kinds, by code.
    pub fn iter(&self) -> impl Iterator<Item = &dyn AnyKind> {
        self.by_code.values().map(AsRef::as_ref)
    }
}
