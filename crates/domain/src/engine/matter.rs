//! One matter: a set of entries and what follows from it.
//!
//! Entries may arrive in any order. Each is evaluated once everything its author had seen is here, in the state
//! its author had seen, never a newer one. Because a lane's state depends on that lane alone, the state at any
//! past moment is a look-up, not a replay. Two entries for one place freeze that lane before the place, until its
//! author stands by one of them ([`super::course`]). What a key signed that no longer speaks for its agency does not
//! count ([`super::disowned`]).
//!
//! Invariant: [`Matter::digest`] is a function of the set of entries received and of the keys that were disowned.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use comity_journal::cbor::Malformed;
use comity_journal::entry::{Entry, Lane, Opening, Party, Place, Seen};
use comity_journal::ids::{AgencyId, MatterId, Pseudonym};
use comity_journal::suite::Hash;

use super::candidate::{Stated, Verdict};
use super::convened::Former;
use super::course::{Course, Link};
use super::disowned::DisownedKey;
use super::grid::Cell;
use super::handed::HandedOverRecords;
use super::inner::{InnerAct, InnerLane};
use super::kind::{Kind, Lanes};
use super::lane::{Frontier, LaneLog, Standing, Step};
use super::shared::SharedAct;
use crate::act::{ActDef, ActSet, Shape};
use crate::clock::Clock;
use crate::gates::{Refusal, Rule, rules};

/// A matter of kind `K`, as far as this node has it.
pub struct Matter<K: Kind> {
    id: MatterId,
    entries: BTreeMap<Hash, Arc<Entry>>,
    pub(super) places: BTreeMap<(Lane, Place), Vec<Hash>>,
    /// The lanes that any entry stands in, evaluated or not.
    lanes_here: BTreeSet<Lane>,
    /// The entries that say who is a party or whom it is: few, and asked for with each entry that comes.
    pub(super) of_parties: BTreeSet<Hash>,
    /// The entries that hand over a package, or bring a paper.
    pub(super) with_package: BTreeSet<Hash>,
    /// Who wrote or approved each agency's entries that travel.
    writers: BTreeMap<AgencyId, BTreeSet<Pseudonym>>,
    /// The courses of the lanes in which a place is claimed twice or that have more than one epoch.
    pub(super) courses: BTreeMap<Lane, Course>,
    lanes: BTreeMap<Lane, LaneLog<K::Lane>>,
    inner: BTreeMap<Lane, LaneLog<InnerLane>>,
    /// The keys that no longer speak for their agencies.
    pub(super) disowned: Vec<DisownedKey>,
    /// The epoch of its lanes that each card declares, where it is not the first.
    pub(super) lane_epochs: BTreeMap<Hash, u32>,
}

/// The state of a matter at some frontier.
pub(super) struct State<K: Kind> {
    pub(super) parties: Vec<Party>,
    /// The parties that were removed.
    pub(super) former: Vec<Former>,
    pub(super) opened_by: Option<Hash>,
    lanes: BTreeMap<AgencyId, K::Lane>,
    pub(super) inner: InnerLane,
    understood: bool,
    /// How far each lane had come: what lies beyond was not seen.
    frontier: Frontier,
    /// The parties whose records were handed over.
    pub(super) handed: HandedOverRecords,
}

impl<K: Kind> State<K> {
    /// How many entries of a lane were seen.
    pub(super) fn frontier_of_lane(&self, lane: Lane) -> usize {
        self.frontier.count(lane)
    }

    /// Why nothing is written in the lane of somebody who is no party.
    pub(super) fn stands_against(&self, lane: Lane) -> Rule {
        let removed = self.former.iter().any(|former| former.party.agency == lane.party());
        if removed { rules::REMOVED } else { rules::FOREIGN_LANE }
    }

    /// The lanes by role; `opening` supplies the parties for the act that opens.
    pub(super) fn lanes_with<'a>(&'a self, opening: Option<&'a Opening>) -> Lanes<'a, K::Lane> {
        if !K::DEF.shared {
            return Lanes::new(self.lanes.iter().map(|(agency, lane)| ("own", *agency, lane)).collect());
        }
        let parties =
            if self.parties.is_empty() { opening.map_or(&[][..], |o| &o.parties) } else { &self.parties };
        let known = parties.iter().filter_map(|party| {
            self.lanes.get(&party.agency).map(|lane| (party.role.as_str(), party.agency, lane))
        });
        let former = self.former.iter().filter_map(|former| {
            let lane = self.lanes.get(&former.party.agency)?;
            Some((former.party.role.as_str(), former.party.agency, lane))
        });
        Lanes::new(known.collect()).with_former(former.collect())
    }
}

impl<K: Kind> Matter<K> {
    /// A matter nothing is known of yet.
    pub fn new(id: MatterId) -> Self {
        Self {
            id,
            entries: BTreeMap::new(),
            places: BTreeMap::new(),
            lanes_here: BTreeSet::new(),
            of_parties: BTreeSet::new(),
            with_package: BTreeSet::new(),
            writers: BTreeMap::new(),
            courses: BTreeMap::new(),
            lanes: BTreeMap::new(),
            inner: BTreeMap::new(),
            disowned: Vec::new(),
            lane_epochs: BTreeMap::new(),
        }
    }

    /// Takes an entry whose signature has been checked. What was here already changes nothing.
    pub fn receive(&mut self, entry: Arc<Entry>) {
        let (hash, header) = (entry.hash(), entry.header());
        let place = (header.lane, header.place);
        if header.matter != self.id || self.entries.contains_key(&hash) {
            return;
        }
        self.index(&entry);
        self.entries.insert(hash, entry);
        let rivals = self.places.entry(place).or_insert_with(|| Vec::with_capacity(1));
        rivals.push(hash);
        rivals.sort();
        let laid = rivals.len() > 1 || place.1.epoch > 0 || self.courses.contains_key(&place.0);
        if laid || self.entries.get(&hash).is_some_and(|entry| self.is_of_disowned_key(entry.header())) {
            self.lay_course(place.0);
        }
        self.advance();
    }

    /// Notes what is looked for later, so that nobody has to go through all entries for it.
    fn index(&mut self, entry: &Entry) {
        let (hash, header) = (entry.hash(), entry.header());
        self.lanes_here.insert(header.lane);
        if SharedAct::is_of_parties(header.act.as_str()) {
            self.of_parties.insert(hash);
        }
        if Self::names_package(entry) {
            self.with_package.insert(hash);
        }
        if header.lane.is_shared() {
            let people = std::iter::once(&header.by).chain(&header.approved).map(|actor| actor.who);
            self.writers.entry(header.author).or_default().extend(people);
        }
    }

    /// Lays the course of a lane anew with an entry that has come. Where what was evaluated is on it no longer, or now
    /// counts for those who had seen a branch, everything is evaluated anew.
    pub(super) fn lay_course(&mut self, lane: Lane) {
        let before = self.courses.remove(&lane);
        let begins = |code: &str| Self::def_of(lane, code).is_some_and(SharedAct::begins_epoch);
        let of_lane = self.entries.iter().filter(|(_, entry)| entry.header().lane == lane);
        let disowned = self.disowned_in(lane);
        let links = of_lane.map(|(hash, entry)| {
            let header = entry.header();
            let declared = self.is_declared(header);
            (*hash, Link::of(header, begins(header.act.as_str()), declared, disowned.contains(hash)))
        });
        let course = Course::lay(&links.collect());
        let stood_still = before.as_ref().is_some_and(|before| before.still);
        let evaluated = match before {
            Some(before) => before.entries,
            None => self.evaluated(lane),
        };
        let goes_on = course.entries.starts_with(&evaluated);
        if course.entries != evaluated && (stood_still || !goes_on) {
            self.forget_evaluation();
        }
        self.courses.insert(lane, course);
    }

    /// Everything is evaluated anew.
    pub(super) fn forget_evaluation(&mut self) {
        self.lanes.clear();
        self.inner.clear();
    }

    fn evaluated(&self, lane: Lane) -> Vec<Hash> {
        let kind = self.lanes.get(&lane).into_iter().flat_map(|log| &log.steps).map(|step| step.entry);
        let inner = self.inner.get(&lane).into_iter().flat_map(|log| &log.steps).map(|step| step.entry);
        kind.chain(inner).collect()
    }

    /// Evaluates whatever has become ready, until nothing is.
    pub(super) fn advance(&mut self) {
        while let Some(entry) = self.next_ready() {
            let frontier = self.frontier_of(&entry);
            let state = self.state_at(&frontier);
            let stated = Stated::of(&entry);
            let (verdict, _) = self.admit(&stated, &state);
            self.settle(&stated, entry.header().place, verdict, frontier);
        }
    }

    /// The first entry, by lane, whose past is all here and which has its place to itself.
    fn next_ready(&self) -> Option<Arc<Entry>> {
        self.lanes_here.iter().find_map(|&lane| {
            let (place, prev) = self.after_head(lane);
            let next = match self.courses.get(&lane) {
                Some(course) => course.entries.get(self.length(lane))?,
                None => self.places.get(&(lane, place))?.first()?,
            };
            let entry = self.entries.get(next)?;
            let header = entry.header();
            let ready = header.prev == prev && header.seen.iter().all(|seen| self.counts_seen(seen));
            ready.then(|| Arc::clone(entry))
        })
    }

    fn settle(&mut self, stated: &Stated<'_>, place: Place, verdict: Verdict, mut frontier: Frontier) {
        let count = self.length(stated.lane) + 1;
        frontier.raise(stated.lane, count);
        let step = Step {
            entry: stated.entry,
            author: stated.author,
            place,
            act: stated.act.to_owned(),
            opens: stated.opening.is_some(),
            at: stated.at,
            verdict,
            frontier,
            state: (),
        };
        if Self::is_own_lane_kind(stated.lane) {
            let log = self.inner.entry(stated.lane).or_default();
            let mut state = log.now();
            if let (Verdict::Valid, Some(Ok(act))) = (verdict, InnerAct::decode(stated.act, stated.structure))
            {
                state.evolve(stated, &act);
            }
            log.push(step.with(state));
        } else {
            let log = self.lanes.entry(stated.lane).or_default();
            let mut state = log.now();
            if let (Verdict::Valid, Some(Ok(act))) = (verdict, K::Act::decode(stated.act, stated.structure)) {
                K::evolve(&mut state, stated, &act);
            }
            log.push(step.with(state));
        }
    }

    /// Whether a lane holds the engine's inner acts rather than the kind's own.
    pub(super) fn is_own_lane_kind(lane: Lane) -> bool {
        K::DEF.shared && !lane.is_shared()
    }

    /// The definition of an act in a lane.
    pub(super) fn def_of(lane: Lane, act: &str) -> Option<&'static ActDef> {
        let defs = if Self::is_own_lane_kind(lane) { InnerAct::defs() } else { K::Act::defs() };
        let shared = SharedAct::of(&K::DEF).filter(|_| lane.is_shared());
        defs.iter().chain(shared).find(|def| def.code == act)
    }

    /// The kind's act a statement holds, where it stands in one of the kind's lanes.
    pub(super) fn kind_act(stated: &Stated<'_>) -> Option<Result<K::Act, Malformed>> {
        if Self::is_own_lane_kind(stated.lane) { None } else { K::Act::decode(stated.act, stated.structure) }
    }

    /// Rule 2 of the design: valid, void under a rule, or not understood, in the state the author had seen.
    pub(super) fn admit(&self, stated: &Stated<'_>, state: &State<K>) -> (Verdict, Option<Refusal>) {
        let shared = K::DEF.shared && stated.lane.is_shared();
        if shared && stated.opening.is_none() && state.opened_by.is_none() {
            // Nobody knows the kind of a matter that its author had not seen opened, so this is all that is asked.
            let refusal = Refusal::under(rules::NOT_OPENED);
            return (Verdict::Void(refusal.rule.code), Some(refusal));
        }
        // What a node does inside is the same in every kind. Before its opening is here a matter can be taken for one of another
        // kind; what people did inside meanwhile stays what it was.
        let inside = Self::is_own_lane_kind(stated.lane) && stated.kind != K::DEF.code;
        let of_these_rules = (stated.kind, stated.rules) == (K::DEF.code, K::DEF.rules);
        if !state.understood || !(inside || of_these_rules) {
            return (Verdict::NotUnderstood, None);
        }
        let Some(def) = Self::def_of(stated.lane, stated.act) else { return (Verdict::NotUnderstood, None) };
        let checked = if Self::is_own_lane_kind(stated.lane) {
            self.admit_inner(stated, state, def)
        } else {
            self.admit_kind(stated, state, def)
        };
        match checked {
            Ok(()) => (Verdict::Valid, None),
            Err(refusal) => (Verdict::Void(refusal.rule.code), Some(refusal)),
        }
    }

    fn admit_inner(&self, stated: &Stated<'_>, state: &State<K>, def: &ActDef) -> Result<(), Refusal> {
        let Some(Ok(act)) = InnerAct::decode(stated.act, stated.structure) else {
            return Err(Refusal::under(rules::UNREADABLE));
        };
        check_own_lane(stated)?;
        self.check_target(def, stated, state, act.target())?;
        if let InnerAct::Dispatch(dispatch) = &act {
            self.admit_dispatch(stated.author, dispatch)?;
        }
        state.inner.admit(stated, &act)
    }

    fn admit_kind(&self, stated: &Stated<'_>, state: &State<K>, def: &ActDef) -> Result<(), Refusal> {
        if let Some(act) = Self::shared_act(stated) {
            return self.admit_shared(stated, state, &act);
        }
        let Some(Ok(act)) = K::Act::decode(stated.act, stated.structure) else {
            return Err(Refusal::under(rules::UNREADABLE));
        };
        let role = if K::DEF.shared {
            self.check_party(stated, state)?
        } else {
            check_own_lane(stated)?;
            "own"
        };
        if !def.by.is_empty() && !def.by.contains(&role) {
            return Err(Refusal::under(rules::NOT_OURS));
        }
        self.check_target(def, stated, state, act.target())?;
        let lanes = state.lanes_with(stated.opening);
        if !K::cell(&lanes).allows(role, def.code) {
            return Err(Refusal::under(rules::NOT_NOW));
        }
        K::admit(&lanes, stated, &act)
    }

    /// The role in which the entry's lane is a party, if its author may write that lane.
    pub(super) fn check_party<'a>(
        &self,
        stated: &Stated<'a>,
        state: &'a State<K>,
    ) -> Result<&'a str, Refusal> {
        let parties = match (stated.opening, state.opened_by) {
            (Some(opening), None) => {
                check_parties(K::DEF.roles, opening)?;
                &opening.parties
            }
            (None, Some(_)) => &state.parties,
            _ => return Err(Refusal::under(rules::NOT_OPENED)),
        };
        let party = parties
            .iter()
            .find(|party| party.agency == stated.lane.party())
            .ok_or_else(|| Refusal::under(state.stands_against(stated.lane)))?;
        Self::check_writer(party, stated.author, state)?;
        Ok(party.role.as_str())
    }

    /// An act that names an entry must name a valid one its author had seen and it can mean, in the lane its
    /// shape demands. What has arrived here since does not count, or nodes would judge differently.
    pub(super) fn check_target(
        &self,
        def: &ActDef,
        stated: &Stated<'_>,
        state: &State<K>,
        target: Option<Hash>,
    ) -> Result<(), Refusal> {
        if def.answers.is_empty() {
            return Ok(());
        }
        let wrong = || Refusal::under(rules::WRONG_TARGET).about(def.answers.iter().copied());
        let entry = target.and_then(|hash| self.entries.get(&hash)).ok_or_else(wrong)?;
        let header = entry.header();
        let in_right_lane = match def.shape {
            Shape::Recant => header.lane == stated.lane,
            // In a kind that stays inside one node, one person answers another in the one lane there is.
            Shape::Answer if !def.inner && K::DEF.shared => header.lane != stated.lane,
            // A take names the offer of another party.
            Shape::Pass => header.lane != stated.lane,
            _ => true,
        };
        let seen = self.was_seen(entry, state);
        let valid = self.standing(&entry.hash()) == Standing::Valid;
        if seen && valid && in_right_lane && def.answers.contains(&header.act.as_str()) {
            Ok(())
        } else {
            Err(wrong())
        }
    }

    /// Whether whoever saw this state had seen the entry.
    pub(super) fn was_seen(&self, entry: &Entry, state: &State<K>) -> bool {
        let header = entry.header();
        let count = self.count_to(header.lane, header.place, &entry.hash());
        count.is_some_and(|count| count <= state.frontier_of_lane(header.lane))
    }

    // --- look-ups -----------------------------------------------------------------------------------------

    /// Whether every entry received has been evaluated.
    pub(super) fn all_settled(&self) -> bool {
        let kind: usize = self.lanes.values().map(|log| log.steps.len()).sum();
        kind + self.inner.values().map(|log| log.steps.len()).sum::<usize>() == self.entries.len()
    }

    /// Whether an entry stands at this place of a lane.
    pub(super) fn is_taken(&self, lane: Lane, place: Place) -> bool {
        self.places.contains_key(&(lane, place))
    }

    /// Whether what somebody has seen is here and counts.
    pub(super) fn counts_seen(&self, seen: &Seen) -> bool {
        self.count_seen(seen).is_some()
    }

    pub(super) fn head(&self, lane: Lane) -> Option<(Place, Hash)> {
        let kind = self.lanes.get(&lane).and_then(LaneLog::last).map(|step| (step.place, step.entry));
        kind.or_else(|| self.inner.get(&lane).and_then(LaneLog::last).map(|step| (step.place, step.entry)))
    }

    pub(super) fn length(&self, lane: Lane) -> usize {
        let kind = self.lanes.get(&lane).map_or(0, |log| log.steps.len());
        kind + self.inner.get(&lane).map_or(0, |log| log.steps.len())
    }

    fn count_to(&self, lane: Lane, place: Place, entry: &Hash) -> Option<usize> {
        let kind = self.lanes.get(&lane).and_then(|log| log.count_to(place, entry));
        kind.or_else(|| self.inner.get(&lane).and_then(|log| log.count_to(place, entry)))
    }

    /// How far a lane counts for who had seen this entry of it. Of an entry beside the lane's course as much counts as
    /// stands before they part: whoever had seen one branch of a fork goes on, and nobody's lane but the forker's
    /// stands still.
    pub(super) fn count_seen(&self, seen: &Seen) -> Option<usize> {
        if let Some(count) = self.count_to(seen.lane, seen.place, &seen.entry) {
            return Some(count);
        }
        let known = self.entries.get(&seen.entry)?.header();
        let shared = self.courses.get(&seen.lane)?.shares(&seen.entry)?;
        let is_it = (known.lane, known.place) == (seen.lane, seen.place);
        (is_it && shared <= self.length(seen.lane)).then_some(shared)
    }

    pub(super) fn frontier_at(&self, lane: Lane, count: usize) -> Option<&Frontier> {
        let i = count.checked_sub(1)?;
        let kind = self.lanes.get(&lane).and_then(|log| log.steps.get(i)).map(|step| &step.frontier);
        kind.or_else(|| self.inner.get(&lane).and_then(|log| log.steps.get(i)).map(|step| &step.frontier))
    }

    /// What the author of an entry had seen, the entry included; nothing while it is not evaluated.
    pub(super) fn frontier_after(&self, entry: &Hash) -> Option<&Frontier> {
        let header = self.entry(entry)?.header();
        self.frontier_at(header.lane, self.count_to(header.lane, header.place, entry)?)
    }

    /// What the author of an entry had seen, not counting the entry: all its own lane before it, all it names,
    /// and whatever those had seen.
    fn frontier_of(&self, entry: &Entry) -> Frontier {
        let header = entry.header();
        let mut frontier = Frontier::default();
        let own = self.length(header.lane);
        let named = header.seen.iter().filter_map(|seen| Some((seen.lane, self.count_seen(seen)?)));
        for (lane, count) in std::iter::once((header.lane, own)).chain(named) {
            if let Some(known) = self.frontier_at(lane, count) {
                frontier.join(known);
            }
        }
        frontier
    }

    /// How far each lane had come in the eyes of the latest entry of each lane that `agency` writes.
    pub(super) fn seen_by(&self, agency: &AgencyId) -> Frontier {
        let kind = self.lanes.values().filter_map(|log| Some(&log.last_by(agency)?.frontier));
        let inner = self.inner.values().filter_map(|log| Some(&log.last_by(agency)?.frontier));
        let mut seen = Frontier::default();
        kind.chain(inner).for_each(|known| seen.join(known));
        seen
    }

    /// What has been evaluated of one of the kind's lanes.
    pub(super) fn log_of(&self, lane: Lane) -> Option<&LaneLog<K::Lane>> {
        self.lanes.get(&lane)
    }

    /// The kind's lanes that travel.
    pub(super) fn shared_logs(&self) -> impl Iterator<Item = (&Lane, &LaneLog<K::Lane>)> {
        self.lanes.iter().filter(|(lane, _)| lane.is_shared())
    }

    pub(super) fn everything(&self) -> Frontier {
        let kind = self.lanes.iter().map(|(lane, log)| (*lane, log.steps.len()));
        kind.chain(self.inner.iter().map(|(lane, log)| (*lane, log.steps.len()))).collect()
    }

    /// The state now.
    pub(super) fn state(&self) -> State<K> {
        self.state_at(&self.everything())
    }

    fn state_at(&self, frontier: &Frontier) -> State<K> {
        let mut state = State {
            parties: Vec::new(),
            former: Vec::new(),
            opened_by: None,
            lanes: BTreeMap::new(),
            inner: InnerLane::default(),
            understood: true,
            frontier: frontier.clone(),
            handed: HandedOverRecords::new(),
        };
        for (lane, count) in frontier.iter() {
            if let Some(log) = self.lanes.get(&lane) {
                state.lanes.insert(lane.party(), log.after(count).cloned().unwrap_or_default());
                state.understood &= log.is_understood(count);
                if let Some((opening, entry)) = self.opening_in(log, count) {
                    let convened = self.convened(opening, log, count);
                    (state.parties, state.former) = (convened.present, convened.former);
                    state.opened_by = Some(entry);
                }
            }
            if let Some(log) = self.inner.get(&lane) {
                state.inner = log.after(count).cloned().unwrap_or_default();
            }
        }
        for party in &state.parties {
            state.lanes.entry(party.agency).or_default();
        }
        for former in &state.former {
            let log = self.lanes.get(&Lane::Shared(former.party.agency));
            let counted = log.and_then(|log| log.after(former.counts)).cloned().unwrap_or_default();
            state.lanes.insert(former.party.agency, counted);
        }
        state.handed = self.handed_over_records(&state.parties, frontier);
        state
    }

    /// The opening among the first `count` entries of a lane; void entries may stand before it.
    pub(super) fn opening_in(&self, log: &LaneLog<K::Lane>, count: usize) -> Option<(&Opening, Hash)> {
        let step = log.opened_within(count)?;
        Some((self.entries.get(&step.entry)?.header().opening.as_ref()?, step.entry))
    }

    // --- what others read ---------------------------------------------------------------------------------

    /// The matter's id.
    pub fn id(&self) -> MatterId {
        self.id
    }

    /// The opening and the entry that carries it, once a valid one is here.
    pub fn opening(&self) -> Option<(&Opening, Hash)> {
        self.lanes.values().find_map(|log| self.opening_in(log, log.steps.len()))
    }

    /// An entry that has been received.
    pub fn entry(&self, hash: &Hash) -> Option<&Arc<Entry>> {
        self.entries.get(hash)
    }

    /// How many entries have been received.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// All entries received, by hash.
    pub fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries.values()
    }

    /// The grid cell the matter is in.
    pub fn cell(&self) -> Cell {
        self.cell_of(&self.state())
    }

    /// The clocks that run.
    pub fn clocks(&self) -> Vec<Clock> {
        K::clocks(&self.state().lanes_with(None))
    }

    /// What this node has done for itself.
    pub fn inner(&self) -> InnerLane {
        self.inner.values().next().map(LaneLog::now).unwrap_or_default()
    }

    /// Who of `agency` knows the matter as a member of its team: who wrote or approved any entry of its own, was let
    /// in or assigned, and was not put out since.
    pub fn team(&self, agency: AgencyId) -> BTreeSet<Pseudonym> {
        let InnerLane { mut team, put_out, .. } = self.inner();
        let writers = self.writers.get(&agency).into_iter().flatten();
        team.extend(writers.filter(|who| !put_out.contains(who)));
        team
    }

    /// The lane of one party.
    pub fn lane(&self, lane: Lane) -> K::Lane {
        self.lanes.get(&lane).map(LaneLog::now).unwrap_or_default()
    }

    /// Whether something in it is not understood, so that nothing may be written on it until upgrade.
    pub fn read_only(&self) -> bool {
        let kind = self.lanes.values().all(|log| log.is_understood(log.steps.len()));
        !(kind && self.inner.values().all(|log| log.is_understood(log.steps.len())))
    }

    /// How an entry stands.
    pub fn standing(&self, hash: &Hash) -> Standing {
        let Some(entry) = self.entries.get(hash) else { return Standing::Waiting };
        let header = entry.header();
        let verdict = self.count_to(header.lane, header.place, hash).and_then(|count| {
            let i = count - 1;
            let kind = self.lanes.get(&header.lane).and_then(|log| log.steps.get(i)).map(|step| step.verdict);
            kind.or_else(|| {
                self.inner.get(&header.lane).and_then(|log| log.steps.get(i)).map(|step| step.verdict)
            })
        });
        match verdict {
            Some(Verdict::Valid) => Standing::Valid,
            Some(Verdict::Void(rule)) => Standing::Void(rule),
            Some(Verdict::NotUnderstood) => Standing::NotUnderstood,
            None => self.beside(entry),
        }
    }

    /// How an entry stands that has not been evaluated.
    fn beside(&self, entry: &Entry) -> Standing {
        let (header, hash) = (entry.header(), entry.hash());
        let Some(course) = self.courses.get(&header.lane) else { return Standing::Waiting };
        let rivals = self.places.get(&(header.lane, header.place)).map_or(0, Vec::len);
        let claims = rivals > 1 || header.prev == course.entries.last().copied();
        if course.is_disowned(&hash) {
            Standing::Disowned
        } else if course.gave_up(&hash) {
            Standing::GivenUp
        } else if course.still && claims {
            Standing::Forked
        } else {
            Standing::Waiting
        }
    }

    /// Whether two entries claim one place of a lane, so that it stands still before it.
    pub fn is_forked(&self, lane: Lane) -> bool {
        self.courses.get(&lane).is_some_and(|course| course.still)
    }

    /// Whether a lane has two branches, or had two before its author stood by one of them.
    pub fn has_branches(&self, lane: Lane) -> bool {
        self.courses.get(&lane).is_some_and(Course::has_branches)
    }

    /// The lanes that are forked and stand still.
    pub fn forked_lanes(&self) -> BTreeSet<Lane> {
        self.courses.iter().filter(|(_, course)| !course.ends.is_empty()).map(|(lane, _)| *lane).collect()
    }

    /// The last entries of the branches of a forked lane, of which its author can stand by one.
    pub fn branches(&self, lane: Lane) -> Vec<Hash> {
        self.courses.get(&lane).map(|course| course.ends.iter().copied().collect()).unwrap_or_default()
    }

    /// Whether two entries were written without seeing each other.
    pub fn concurrent(&self, a: &Hash, b: &Hash) -> bool {
        let place = |hash: &Hash| {
            let header = self.entries.get(hash)?.header();
            Some((header.lane, self.count_to(header.lane, header.place, hash)?))
        };
        let (Some((lane_a, count_a)), Some((lane_b, count_b))) = (place(a), place(b)) else { return false };
        let saw = |lane, count, other: Lane, n: usize| {
            self.frontier_at(lane, count).is_some_and(|seen| seen.count(other) >= n)
        };
        lane_a != lane_b && !saw(lane_a, count_a, lane_b, count_b) && !saw(lane_b, count_b, lane_a, count_a)
    }

    /// The latest valid entry of one of these acts, by a lane's own order, then by time.
    pub fn latest(&self, acts: &[&str]) -> Option<Hash> {
        let kind = self.lanes.values().filter_map(|log| log.latest(acts));
        let inner = self.inner.values().filter_map(|log| log.latest(acts));
        kind.chain(inner).max().map(|(_, entry)| entry)
    }

    /// Everything the fold came to, as text that is equal exactly when the states are.
    pub fn digest(&self) -> String {
        let parties = if K::DEF.convened { format!("\n{:?}", self.convened_now()) } else { String::new() };
        format!("{:?}\n{:?}\n{:?}\n{:?}{parties}", self.lanes, self.inner, self.cell(), self.clocks())
    }
}

/// An inner lane is written by the node whose lane it is, and by nobody else.
fn check_own_lane(stated: &Stated<'_>) -> Result<(), Refusal> {
    if stated.lane == Lane::Inner(stated.author) { Ok(()) } else { Err(Refusal::under(rules::FOREIGN_LANE)) }
}

/// A kind with two roles has one party in each at least; the opener has the first.
fn check_parties(roles: &[&str], opening: &Opening) -> Result<(), Refusal> {
    let opener = opening.genesis.opener;
    let opener_first = opening.parties.iter().any(|p| p.role.as_str() == roles[0] && p.agency == opener);
    let all_taken = roles.iter().all(|role| opening.parties.iter().any(|party| party.role.as_str() == *role));
    let all_known = opening.parties.iter().all(|party| roles.contains(&party.role.as_str()));
    let recorders = opening.parties.iter().all(|p| p.recorder.is_none_or(|r| r == opener));
    if opener_first && all_known && recorders && all_taken {
        Ok(())
    } else {
        Err(Refusal::under(rules::WRONG_PARTIES))
    }
}
