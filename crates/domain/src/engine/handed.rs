//! A party without a node gets one: its recorder hands over what it wrote for it (the offer), and the agency takes it, adopting
//! or disputing what was recorded. From then on it speaks for itself.
//!
//! The offer stands in the recorder's own lane and names party, agency and the last entry that was recorded; what the
//! recorder writes for the party behind it is void. The take is the first entry of the next epoch of the party's lane,
//! follows that last entry, and is the agency's. A take whose offer it had not seen is void like any other.
//!
//! This file is the one place that says which agency a party is now ([`Matter::parties`], [`Matter::lane_of`]); who is one
//! at all is said in [`super::convened`]. Not here: whether
//! people at either node have confirmed that record and agency are the same, which is in their partners' records.
//!
//! Invariant: a lane has one writer at any place of it, and who that is follows from what the entry's author had seen.

use std::collections::BTreeMap;

use comity_journal::entry::{Entry, Lane, Party};
use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;
use serde::Deserialize;

use super::candidate::{Stated, Verdict};
use super::kind::Kind;
use super::lane::{Frontier, LaneLog};
use super::matter::{Matter, State};
use super::shared::SharedAct;
use crate::act::{Act, ActDef, ActSet as _, Target, Text, Translation};
use crate::gates::{Refusal, rules};
use crate::vocabulary;

vocabulary! {
    /// Why an agency disputes what was recorded for it.
    pub enum RecordDispute("record-dispute") {
        /// It did not say so.
        NotSaid = "not-said",
        /// It said something else.
        SaidOtherwise = "said-otherwise",
        /// Something it said is missing.
        Incomplete = "incomplete",
        /// Who said it could not speak for it.
        NotAuthorised = "not-authorised",
        /// It cannot tell any more.
        CannotTell = "cannot-tell",
    }
}

/// Hands over what we recorded for a party without a node to the agency that it is. The node writes it, once two people
/// have linked the record with the agency.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "hand-record-over", shape = pass)]
pub struct HandRecordOver {
    /// The party.
    #[field(structure)]
    pub party: Hash,
    /// The agency it is.
    #[field(structure)]
    pub agency: Hash,
    /// The last entry that was recorded for it; none where nothing was.
    #[field(structure)]
    pub last: Option<Hash>,
}

/// Takes over what was recorded for us and stands by it.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "adopt-record",
    shape = pass,
    answers("hand-record-over"),
    propose("officer", "desk", "liaison", "legal"),
    approve("supervisor")
)]
pub struct AdoptRecord {
    /// The offer; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// Takes over what was recorded for us and does not stand by it. It stays as it was written, marked as disputed.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "dispute-record",
    shape = pass,
    answers("hand-record-over"),
    propose("officer", "desk", "liaison", "legal"),
    approve("supervisor")
)]
pub struct DisputeRecord {
    /// The offer; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// Why.
    #[field(structure)]
    pub ground: RecordDispute,
    /// What is wrong, and what stands in its place.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// What the agency says of what was recorded for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordWord {
    /// It stands by it.
    Adopted,
    /// It does not.
    Disputed(RecordDispute),
}

/// A party whose record was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handed {
    /// The offer.
    pub(super) offer: Hash,
    /// The agency that the party is.
    pub(super) to: AgencyId,
    /// The last entry recorded for it.
    pub(super) last: Option<Hash>,
    /// What the agency said as it took over.
    pub(super) word: Option<RecordWord>,
}

/// Parties whose records were handed over, by the id they have in the opening.
pub(super) type HandedOverRecords = BTreeMap<AgencyId, Handed>;

fn agency(hash: &Hash) -> AgencyId {
    AgencyId::from_bytes(*hash.as_bytes())
}

impl SharedAct {
    /// Whether an act takes over what was recorded.
    pub(super) fn is_take(def: &ActDef) -> bool {
        [AdoptRecord::DEF.code, DisputeRecord::DEF.code].contains(&def.code)
    }

    fn word(&self) -> Option<RecordWord> {
        match self {
            Self::AdoptRecord(_) => Some(RecordWord::Adopted),
            Self::DisputeRecord(dispute) => Some(RecordWord::Disputed(dispute.ground)),
            _ => None,
        }
    }
}

/// The offer an entry makes, whether it counts or not: the party, and the agency it is said to be.
fn offer_in(entry: &Entry) -> Option<(AgencyId, HandRecordOverStructure)> {
    let header = entry.header();
    match SharedAct::decode(header.act.as_str(), &header.structure)?.ok()? {
        SharedAct::HandRecordOver(offer) if header.lane == Lane::Shared(header.author) => {
            Some((agency(&offer.party), offer))
        }
        _ => None,
    }
}

impl<K: Kind> Matter<K> {
    /// Which records were handed over, and taken, in the eyes of whoever had seen so much.
    pub(super) fn handed_over_records(&self, parties: &[Party], frontier: &Frontier) -> HandedOverRecords {
        let mut handed = HandedOverRecords::new();
        for party in parties {
            let Some(recorder) = party.recorder else { continue };
            let offer = self.valid_in(Lane::Shared(recorder), frontier).find_map(|entry| {
                let (of, offer) = offer_in(entry)?;
                (of == party.agency).then(|| (entry.hash(), offer))
            });
            let Some((offer, HandRecordOverStructure { agency: to, last, .. })) = offer else { continue };
            let word = self.valid_in(Lane::Shared(party.agency), frontier).find_map(|entry| {
                SharedAct::decode(entry.header().act.as_str(), &entry.header().structure)?.ok()?.word()
            });
            handed.insert(party.agency, Handed { offer, to: agency(&to), last, word });
        }
        handed
    }

    /// The first valid entries of a lane, as many as somebody had seen.
    fn valid_in(&self, lane: Lane, frontier: &Frontier) -> impl Iterator<Item = &Entry> {
        let steps = self.log_of(lane).map(|log: &LaneLog<K::Lane>| log.steps.as_slice()).unwrap_or_default();
        let seen = steps.iter().take(frontier.count(lane));
        let valid = seen.filter(|step| step.verdict == Verdict::Valid);
        valid.filter_map(|step| self.entry(&step.entry).map(AsRef::as_ref))
    }

    /// What makes an offer valid: it names a party that its author records for and has not handed over, and the last entry
    /// of it that there is.
    pub(super) fn admit_offer(
        &self,
        stated: &Stated<'_>,
        state: &State<K>,
        offer: &HandRecordOverStructure,
    ) -> Result<(), Refusal> {
        let (of, to) = (agency(&offer.party), agency(&offer.agency));
        let party = state.parties.iter().find(|party| party.agency == of);
        let recorded = party.is_some_and(|party| party.recorder == Some(stated.author));
        let own = stated.lane == Lane::Shared(stated.author);
        let new = state.parties.iter().all(|party| party.agency != to);
        let count = state.frontier_of_lane(Lane::Shared(of));
        let steps = self.log_of(Lane::Shared(of)).map(|log| log.steps.as_slice()).unwrap_or_default();
        let last = count.checked_sub(1).and_then(|i| steps.get(i)).map(|step| step.entry);
        if !recorded || !own || !new || offer.last != last {
            return Err(Refusal::under(rules::WRONG_TARGET));
        }
        if state.handed.contains_key(&of) { Err(Refusal::under(rules::HANDED_OVER)) } else { Ok(()) }
    }

    /// What makes a take valid: the offer it names was made to its author and not taken yet, and it follows what was
    /// recorded last.
    pub(super) fn admit_take(
        &self,
        stated: &Stated<'_>,
        state: &State<K>,
        def: &ActDef,
        offer: Option<Hash>,
    ) -> Result<(), Refusal> {
        if state.opened_by.is_none() {
            return Err(Refusal::under(rules::NOT_OPENED));
        }
        self.check_target(def, stated, state, offer)?;
        let handed = state.handed.get(&stated.lane.party());
        let handed = handed.filter(|handed| Some(handed.offer) == offer);
        let handed = handed.ok_or(Refusal::under(rules::WRONG_TARGET))?;
        if handed.to != stated.author {
            return Err(Refusal::under(rules::FOREIGN_LANE));
        }
        if handed.word.is_some() {
            return Err(Refusal::under(rules::NOT_NOW));
        }
        let signed = self.entry(&stated.entry).map(|entry| entry.header());
        let follows = signed.is_none_or(|header| header.prev == handed.last && header.place.seq == 1);
        if follows { Ok(()) } else { Err(Refusal::under(rules::WRONG_TARGET)) }
    }

    /// Who may write a party's lane, for whoever had seen this.
    pub(super) fn check_writer(party: &Party, author: AgencyId, state: &State<K>) -> Result<(), Refusal> {
        let writer = match state.handed.get(&party.agency) {
            None => party.recorder.unwrap_or(party.agency),
            Some(handed) if handed.word.is_some() => handed.to,
            Some(handed) if handed.to == author => return Err(Refusal::under(rules::TAKE_FIRST)),
            Some(_) => return Err(Refusal::under(rules::HANDED_OVER)),
        };
        if writer == author {
            return Ok(());
        }
        let was = party.recorder == Some(author);
        Err(Refusal::under(if was { rules::HANDED_OVER } else { rules::FOREIGN_LANE }))
    }

    /// The entry that what takes over an offer follows.
    pub(super) fn last_recorded(&self, offer: &Hash) -> Option<Hash> {
        self.entry(offer).and_then(|entry| offer_in(entry)).and_then(|(_, offer)| offer.last)
    }

    // --- who a party is now -------------------------------------------------------------------------------

    /// Which records were handed over by now; looked for only where somebody records for a party at all.
    pub(super) fn handed_now(&self) -> HandedOverRecords {
        let parties = self.opening().map(|(opening, _)| opening.parties.as_slice()).unwrap_or_default();
        if parties.iter().all(|party| party.recorder.is_none()) {
            return HandedOverRecords::new();
        }
        self.handed_over_records(parties, &self.everything())
    }

    /// The parties as they are now: one without a node whose record was handed over is the agency that speaks, or is to
    /// speak, for itself, and nobody records for it any more.
    pub fn parties(&self) -> Vec<Party> {
        let handed = self.handed_now();
        self.convened_now().present.iter().map(|party| Self::as_now(&handed, party)).collect()
    }

    pub(super) fn as_now(handed: &HandedOverRecords, party: &Party) -> Party {
        match handed.get(&party.agency) {
            Some(handed) => Party { agency: handed.to, recorder: None, ..party.clone() },
            None => party.clone(),
        }
    }

    /// Which agency the party with this id in the opening is now.
    pub fn agency_of(&self, party: &AgencyId) -> AgencyId {
        self.handed_now().get(party).map_or(*party, |handed| handed.to)
    }

    /// The lane that an agency writes, or is to write, in this matter.
    pub fn lane_of(&self, agency: &AgencyId) -> Lane {
        let handed = self.handed_now();
        let taken_over = handed.iter().find(|(_, handed)| handed.to == *agency);
        Lane::Shared(taken_over.map_or(*agency, |(party, _)| *party))
    }

    /// The party whose record was handed over to an agency that has not taken it yet.
    pub fn offered_to(&self, agency: &AgencyId) -> Option<AgencyId> {
        let handed = self.handed_now();
        let waits = handed.into_iter().find(|(_, handed)| handed.to == *agency && handed.word.is_none());
        waits.map(|(party, _)| party)
    }

    /// The parties for which some entry says, valid or not, that they are this agency: such entries may come here before
    /// the opening that tells who may say so.
    pub fn said_to_be(&self, us: &AgencyId) -> Vec<(AgencyId, AgencyId)> {
        let entries = self.of_parties.iter().filter_map(|entry| self.entry(entry));
        let offers = entries.filter_map(|entry| Some((entry.header().author, offer_in(entry)?)));
        let ours = offers.filter(|(_, (_, offer))| agency(&offer.agency) == *us);
        ours.map(|(author, (party, _))| (party, author)).collect()
    }

    /// What the party's own agency says of an entry that was recorded for it.
    pub fn word_on(&self, entry: &Entry) -> Option<RecordWord> {
        let handed = self.is_recorded(entry).then(|| self.handed_now())?;
        handed.get(&entry.header().lane.party()).and_then(|handed| handed.word)
    }

    /// What we would hand over of the record we keep for a party, if it is that agency.
    pub fn offer_of(&self, party: &AgencyId, to: &AgencyId) -> HandRecordOverStructure {
        let hash = |agency: &AgencyId| Hash::from_bytes(*agency.as_bytes());
        let last = self.head(Lane::Shared(*party)).map(|(_, entry)| entry);
        HandRecordOverStructure { party: hash(party), agency: hash(to), last }
    }
}
