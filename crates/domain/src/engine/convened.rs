//! Who is a party of a matter that has a convenor: whom it admitted, and whom it removed up to where.
//!
//! Two of the acts of every kind that says it is convened. They stand in the convenor's own lane, which is the opener's, and
//! so the parties are a fold over that one lane: those of the opening, then what was admitted and removed, as far as
//! somebody had seen. What a removed party wrote before it knew stays valid as an entry; its lane counts for the matter up
//! to the frontier that the removal states, in any order of arrival.
//!
//! Not here: who a party without a node turned out to be ([`super::handed`]), and who is given what, which the node asks
//! of [`Matter::may_be_given`] and [`Matter::is_addressed`].
//!
//! Invariant: who is a party in the eyes of an entry's author follows from what that author had seen, and from nothing
//! that the removed party can do.

use comity_journal::cbor;
use comity_journal::entry::{Entry, Header, Lane, Opening, Party, Seen};
use comity_journal::ids::{AgencyId, Token};
use comity_journal::limits;
use comity_journal::part::Commitment;
use comity_journal::suite::Hash;
use serde::{Deserialize, Serialize};

use super::candidate::{Stated, Verdict};
use super::kind::{Kind, KindDef};
use super::lane::LaneLog;
use super::matter::{Matter, State};
use super::shared::SharedAct;
use crate::act::{Act, ActDef, ActSet as _, FieldKind, FieldType, StructureType, Text, Translation};
use crate::gates::{Refusal, rules};
use crate::vocabulary;

vocabulary! {
    /// Why a party is removed.
    pub enum RemovalGround("removal-ground") {
        /// It asked for it.
        AtItsWish = "at-its-wish",
        /// What the matter is about concerns it no longer.
        NotConcerned = "not-concerned",
        /// It did not keep to what was agreed.
        TermsNotKept = "terms-not-kept",
    }
}

/// The part a party has in a matter, by the word its kind has for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartyRole(Token);

impl FieldType for PartyRole {
    const KIND: FieldKind = FieldKind::Code("party-role", &[]);
}
impl StructureType for PartyRole {}

/// Admits an agency as a party. It is given the matter from its beginning: what was done, and of the content what is
/// addressed to it from now on.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "admit", shape = steer, propose("officer", "desk", "liaison", "legal"), approve("supervisor"))]
pub struct Admit {
    /// The agency.
    #[field(structure)]
    pub agency: AgencyId,
    /// The part it has from now on.
    #[field(structure)]
    pub role: PartyRole,
    /// A word to all parties.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Removes a party. What it wrote up to the entry that is named goes on counting.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "remove", shape = steer, propose("officer", "desk", "liaison", "legal"), approve("supervisor"))]
pub struct Remove {
    /// The party.
    #[field(structure)]
    pub party: AgencyId,
    /// Why.
    #[field(structure)]
    pub ground: RemovalGround,
    /// The last entry of its own that still counts as a party's; none where it wrote nothing.
    #[serde(default)]
    #[field(structure, derived)]
    pub last: Option<Hash>,
    /// A word to all parties, and to the one that is removed.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// A party that was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Former {
    pub(super) party: Party,
    /// The entry that removed it.
    pub(super) removal: Hash,
    /// How many entries of the convenor's lane stand up to that one.
    since: usize,
    /// How many entries of its own lane go on counting.
    pub(super) counts: usize,
}

/// The parties of a matter in somebody's eyes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Convened {
    pub(super) present: Vec<Party>,
    pub(super) former: Vec<Former>,
}

impl Convened {
    /// Everybody who is a party or was one.
    fn all(&self) -> impl Iterator<Item = &Party> {
        self.present.iter().chain(self.former.iter().map(|former| &former.party))
    }

    fn admit(&mut self, agency: AgencyId, role: Token) {
        let before = self.former.iter().position(|former| former.party.agency == agency);
        let recorder = before.and_then(|before| self.former.remove(before).party.recorder);
        self.present.push(Party { agency, role, recorder });
        self.present.sort();
    }

    fn remove(&mut self, agency: AgencyId, former: impl FnOnce(Party) -> Former) {
        let present = self.present.iter().position(|party| party.agency == agency);
        self.former.extend(present.map(|present| former(self.present.remove(present))));
    }
}

impl SharedAct {
    /// Whether an act admits or removes parties.
    pub fn steers(def: &ActDef) -> bool {
        [Admit::DEF.code, Remove::DEF.code].contains(&def.code)
    }

    /// Those of these acts that a kind has.
    pub(super) fn of(kind: &KindDef) -> impl Iterator<Item = &'static ActDef> {
        let (shared, convened) = (kind.shared, kind.convened);
        Self::defs().iter().filter(move |def| shared && (convened || !Self::steers(def)))
    }

    fn steering(header: &Header) -> Option<Self> {
        let act = header.act.as_str();
        let steers = [Admit::DEF.code, Remove::DEF.code].contains(&act);
        steers.then(|| Self::decode(act, &header.structure))??.ok()
    }
}

impl<K: Kind> Matter<K> {
    /// The parties of the opening, and what the first `count` entries of the convenor's lane made of them.
    pub(super) fn convened(&self, opening: &Opening, log: &LaneLog<K::Lane>, count: usize) -> Convened {
        let mut convened = Convened { present: opening.parties.clone(), former: Vec::new() };
        if !K::DEF.convened {
            return convened;
        }
        for (i, step) in log.steps.iter().take(count).enumerate() {
            let entry = self.entry(&step.entry).filter(|_| step.verdict == Verdict::Valid);
            match entry.and_then(|entry| SharedAct::steering(entry.header())) {
                Some(SharedAct::Admit(admit)) => convened.admit(admit.agency, admit.role.0),
                Some(SharedAct::Remove(remove)) => convened.remove(remove.party, |party| Former {
                    party,
                    removal: step.entry,
                    since: i + 1,
                    counts: remove.last.map_or(0, |last| self.counts_up_to(&last)),
                }),
                _ => {}
            }
        }
        convened
    }

    /// How much of its lane counts up to an entry. Of one beside the lane's course as much as stands before they part: by
    /// forking its own lane a party takes nothing from what removed it.
    fn counts_up_to(&self, entry: &Hash) -> usize {
        let known = self.entry(entry).map(|entry| entry.header());
        let seen = known.map(|header| Seen { lane: header.lane, place: header.place, entry: *entry });
        seen.and_then(|seen| self.count_seen(&seen)).unwrap_or(0)
    }

    /// The parties as they are now, by the ids of their lanes.
    pub(super) fn convened_now(&self) -> Convened {
        let logs = self.shared_logs().map(|(_, log)| log);
        logs.into_iter()
            .find_map(|log| {
                let (opening, _) = self.opening_in(log, log.steps.len())?;
                Some(self.convened(opening, log, log.steps.len()))
            })
            .unwrap_or_default()
    }

    /// What makes an admission or a removal valid.
    pub(super) fn admit_steering(
        &self,
        stated: &Stated<'_>,
        state: &State<K>,
        act: &SharedAct,
    ) -> Result<(), Refusal> {
        self.check_convenor(stated.lane, state)?;
        match act {
            SharedAct::Admit(admit) => Self::admit_admission(state, admit),
            SharedAct::Remove(remove) => self.admit_removal(stated, state, remove),
            _ => Ok(()),
        }
    }

    /// Only the convenor admits and removes.
    pub(super) fn check_convenor(&self, lane: Lane, state: &State<K>) -> Result<(), Refusal> {
        let opened = state.opened_by.and_then(|entry| self.entry(&entry)).map(|entry| entry.header().lane);
        if opened == Some(lane) { Ok(()) } else { Err(Refusal::under(rules::CONVENOR)) }
    }

    fn admit_admission(state: &State<K>, admit: &AdmitStructure) -> Result<(), Refusal> {
        let wrong = || Err(Refusal::under(rules::WRONG_PARTIES));
        let is_now = |party: &Party| party.agency == admit.agency;
        let speaks_for = state.handed.values().any(|handed| handed.to == admit.agency);
        let known = state.parties.iter().chain(state.former.iter().map(|former| &former.party));
        let others = known.filter(|party| !is_now(party)).count();
        if state.parties.iter().any(is_now) || speaks_for || !K::DEF.roles.contains(&admit.role.0.as_str()) {
            return wrong();
        }
        if others < limits::PARTIES { Ok(()) } else { wrong() }
    }

    fn admit_removal(
        &self,
        stated: &Stated<'_>,
        state: &State<K>,
        remove: &RemoveStructure,
    ) -> Result<(), Refusal> {
        let present = state.parties.iter().any(|party| party.agency == remove.party);
        if !present || Lane::Shared(remove.party) == stated.lane {
            return Err(Refusal::under(rules::WRONG_PARTIES));
        }
        let named = self.last_named(stated, Lane::Shared(remove.party));
        if remove.last == named { Ok(()) } else { Err(Refusal::under(rules::WRONG_TARGET)) }
    }

    /// The last entry of another lane that this one names as seen, up to what is stated. Read off the signed headers of one
    /// lane, so that a fork in the other changes nothing of it.
    fn last_named(&self, stated: &Stated<'_>, other: Lane) -> Option<Hash> {
        let signed =
            self.entry(&stated.entry).map(|entry| (entry.header().prev, entry.header().seen.clone()));
        let (prev, seen) = signed.unwrap_or_else(|| {
            let (_, prev, seen) = self.next_in(stated.lane);
            (prev, seen)
        });
        self.named_last(prev, seen, other)
    }

    fn named_last(&self, mut prev: Option<Hash>, mut seen: Vec<Seen>, other: Lane) -> Option<Hash> {
        loop {
            if let Some(named) = seen.iter().find(|seen| seen.lane == other) {
                return Some(named.entry);
            }
            let before = self.entry(&prev?)?.header();
            (prev, seen) = (before.prev, before.seen.clone());
        }
    }

    /// The structure of an act of ours with the frontier that a removal states. Nobody types it, and until the act is
    /// signed it moves.
    pub fn with_frontier(&self, us: &AgencyId, act: &str, structure: Vec<u8>) -> Vec<u8> {
        let has = SharedAct::of(&K::DEF).any(|def| def.code == act);
        let decoded = SharedAct::decode(act, &structure).filter(|_| has);
        let Some(Ok(SharedAct::Remove(mut remove))) = decoded else { return structure };
        let lane = self.lane_of(us);
        let (_, prev, seen) = self.next_in(lane);
        remove.last = self.named_last(prev, seen, Lane::Shared(remove.party));
        cbor::encode(&remove)
    }

    // --- who was a party, and who is given what ----------------------------------------------------------------

    /// The parties that were removed.
    pub fn former_parties(&self) -> Vec<Party> {
        if !K::DEF.convened {
            return Vec::new();
        }
        let handed = self.handed_now();
        let former = self.convened_now().former.into_iter().map(|former| former.party);
        former.map(|party| Self::as_now(&handed, &party)).collect()
    }

    /// Whether an agency was removed, and by which entry.
    pub fn removed_by(&self, agency: &AgencyId) -> Option<Hash> {
        let Lane::Shared(party) = self.lane_of(agency) else { return None };
        if !K::DEF.convened {
            return None;
        }
        let former = self.convened_now().former.into_iter().find(|former| former.party.agency == party);
        former.map(|former| former.removal)
    }

    /// The entry by which a party was admitted; none of one that is a party from the beginning.
    pub fn admitted_by(&self, agency: &AgencyId) -> Option<Hash> {
        let Lane::Shared(party) = self.lane_of(agency) else { return None };
        let convened = self.convened_now();
        let present = convened.present.iter().any(|present| present.agency == party);
        let logs = self.shared_logs().flat_map(|(_, log)| &log.steps).filter(|_| present);
        let valid = logs.filter(|step| step.verdict == Verdict::Valid && step.act == Admit::DEF.code);
        let admits = valid.filter(|step| self.entry(&step.entry).and_then(|e| admits_in(e)) == Some(party));
        admits.last().map(|step| step.entry)
    }

    /// The agency that alone admits and removes parties, where the kind has one.
    pub fn convenor(&self) -> Option<AgencyId> {
        self.opening().map(|(opening, _)| opening.genesis.opener).filter(|_| K::DEF.convened)
    }

    /// Whom entries of the opener admit, whether they count yet or not: its word may come before what it rests on.
    pub fn said_to_be_admitted(&self) -> Vec<(AgencyId, AgencyId)> {
        let steering = self.of_parties.iter().filter(|_| K::DEF.convened);
        let entries = steering.filter_map(|entry| self.entry(entry));
        entries.filter_map(|entry| Some((entry.header().author, admits_in(entry)?))).collect()
    }

    /// Whether an agency may be given an entry: a party everything; one that was removed what was written by those who
    /// did not know it yet, and the entry that removed it.
    pub fn may_be_given(&self, agency: &AgencyId, entry: &Hash) -> bool {
        let (Lane::Shared(party), convened) = (self.lane_of(agency), self.convened_now()) else {
            return false;
        };
        if convened.present.iter().any(|present| present.agency == party) {
            return true;
        }
        let Some(former) = convened.former.iter().find(|former| former.party.agency == party) else {
            return false;
        };
        let convenor = self.entry(&former.removal).map(|entry| entry.header().lane);
        let seen = convenor.and_then(|lane| Some(self.frontier_after(entry)?.count(lane)));
        *entry == former.removal || seen.is_some_and(|seen| seen < former.since)
    }

    /// Whether content of an entry is meant for an agency: it is named, or all parties are meant and in the eyes of who
    /// wrote it that agency was one. The reason why somebody was removed is meant for it as well.
    pub fn is_addressed(&self, entry: &Entry, part: &Commitment, agency: &AgencyId) -> bool {
        if part.to.is_some() || !K::DEF.convened {
            return part.is_for(agency);
        }
        let (Lane::Shared(party), hash) = (self.lane_of(agency), entry.hash()) else { return false };
        if self.removed_by(agency) == Some(hash) {
            return true;
        }
        let opening = self.opening().map(|(opening, _)| opening);
        let Some(frontier) = self.frontier_after(&hash) else {
            // Nobody knows yet what its author had seen: those are meant who were parties from the beginning.
            return opening.is_none_or(|opening| opening.parties.iter().any(|known| known.agency == party));
        };
        let logs = self.shared_logs();
        let in_its_eyes = logs.filter_map(|(lane, log)| {
            let count = Some(frontier.count(*lane)).filter(|count| *count > 0)?;
            let (opening, _) = self.opening_in(log, count)?;
            Some(self.convened(opening, log, count).present)
        });
        in_its_eyes.flatten().any(|known| known.agency == party)
    }

    /// Whether an agency is or was a party, as far as that is known: only where the opening is here.
    pub fn was_party(&self, agency: &AgencyId) -> Option<bool> {
        let was = || self.ever_parties().iter().any(|party| party.agency == *agency);
        self.opening().map(|_| was())
    }

    /// Everybody who is a party or was one, as they are now.
    pub fn ever_parties(&self) -> Vec<Party> {
        let handed = self.handed_now();
        self.convened_now().all().map(|party| Self::as_now(&handed, party)).collect()
    }

    /// Everybody who is a party or was one, by the ids of their lanes.
    pub(super) fn all_lanes(&self) -> Vec<AgencyId> {
        self.convened_now().all().map(|party| party.agency).collect()
    }
}

/// The agency that an entry in its author's own lane admits, whether it counts or not.
pub fn admits_in(entry: &Entry) -> Option<AgencyId> {
    let header = entry.header();
    match SharedAct::steering(header)? {
        SharedAct::Admit(admit) if header.lane == Lane::Shared(header.author) => Some(admit.agency),
        _ => None,
    }
}
