//! Checks a proof file, with nothing at hand but the file and the fingerprints one trusts.
//!
//! Two questions: *is it intact?* (cards, seal, signatures, lanes, what was seen, content, logs and receipts) and
//! *by whom?* (is every author, receipt signer and the exporter trusted). What the file cannot show is part of the
//! answer. No bytes make this panic, and its work is bounded by their number.
//!
//! Not here: whether an act was valid or permitted; that is `comity-domain`.

mod disowned;
mod findings;
mod lanes;
mod logs;

use std::collections::{BTreeMap, BTreeSet};

pub use findings::{
    ActFact, AgencyFact, Bound, ContentFact, Duty, EntryRef, Findings, InLog, LaneFact, Limit, Outcome,
    PartState, Problem, Witnessed,
};

use crate::card::Card;
use crate::cbor;
use crate::entry::{Entry, Header, Lane, Opening, Place};
use crate::fingerprint::Fingerprint;
use crate::ids::{AgencyId, Token};
use crate::proof::{self, EntryItem, ProofFile, Shown};
use crate::suite::{self, Suite};

/// Checks the bytes of a proof file.
pub fn verify(bytes: &[u8], trusted: &[Fingerprint]) -> Findings {
    match proof::read(bytes) {
        Ok(file) => Check::of(&file).findings(&trusted.iter().copied().collect()),
        Err(why) => Findings::unreadable(why),
    }
}

/// An entry whose form holds, with what the file says of it.
struct Act<'a> {
    reference: EntryRef,
    entry: Entry,
    item: &'a EntryItem,
    /// Whether it was signed with a key that its agency has disowned, beyond where that stands: it does not count.
    disowned: bool,
}

struct Check<'a> {
    file: &'a ProofFile,
    acts: Vec<Act<'a>>,
    facts: Vec<ActFact>,
    lanes: Vec<LaneFact>,
    problems: Vec<Problem>,
    /// The lanes of parties without a node that their agency took over: which, and from where on.
    taken_over: BTreeMap<AgencyId, (AgencyId, Place)>,
    /// The parties that the opener admitted, each with its role.
    admitted: BTreeMap<AgencyId, Token>,
}

impl<'a> Check<'a> {
    fn of(file: &'a ProofFile) -> Self {
        let mut check = Self {
            file,
            acts: Vec::new(),
            facts: Vec::new(),
            lanes: Vec::new(),
            problems: Vec::new(),
            taken_over: BTreeMap::new(),
            admitted: BTreeMap::new(),
        };
        check.refuse_toys();
        for (i, item) in file.entries.iter().enumerate() {
            check.read_entry(i + 1, item);
        }
        check.disown();
        check.matter();
        check.lanes();
        check.logs();
        check
    }

    /// A signature of suite 0 holds for everybody, so whatever it signs proves nothing.
    fn refuse_toys(&mut self) {
        if self.file.suite < Suite::LEAST {
            self.problems.push(Problem::Toy("the seal".into()));
        }
        for latest in self.file.cards.agencies() {
            let toy = |card: &&Card| card.facts().suite < Suite::LEAST;
            if let Some(card) = self.file.cards.chain(&latest.agency()).find(toy) {
                self.problems.push(Problem::Toy(format!(
                    "card {} of {}",
                    card.facts().number,
                    card.agency()
                )));
            }
        }
    }

    fn read_entry(&mut self, number: usize, item: &'a EntryItem) {
        let reference = EntryRef { number, hash: suite::hash(&[&item.entry]) };
        match Entry::read(&item.entry) {
            Ok(entry) => {
                let card = self.signed(reference, &entry);
                let content = self.content(reference, &entry, item);
                self.facts.push(fact(reference, &entry, card, content));
                self.acts.push(Act { reference, entry, item, disowned: false });
            }
            Err(why) => self.problems.push(Problem::Entry { entry: reference, why: why.to_string() }),
        }
    }

    /// The number of the card under which the signature holds.
    fn signed(&mut self, reference: EntryRef, entry: &Entry) -> Option<u64> {
        let Some(card) = self.file.cards.get(&entry.header().card) else {
            self.problems.push(Problem::NoCard(reference));
            return None;
        };
        if let Err(why) = entry.verify(card) {
            self.problems.push(Problem::Entry { entry: reference, why: why.to_string() });
            return None;
        }
        if entry.header().suite < Suite::LEAST {
            self.problems.push(Problem::Toy(reference.to_string()));
        }
        Some(card.facts().number)
    }

    fn content(&mut self, reference: EntryRef, entry: &Entry, item: &EntryItem) -> ContentFact {
        let commitments = &entry.header().parts;
        let Some(shown) = &item.content else {
            return if commitments.is_empty() {
                ContentFact::None
            } else {
                ContentFact::NotIncluded(commitments.len())
            };
        };
        if shown.len() != commitments.len() {
            self.problems.push(Problem::Parts(reference));
        }
        if commitments.is_empty() {
            return ContentFact::None;
        }
        let mut states = Vec::with_capacity(commitments.len());
        for (commitment, shown) in commitments.iter().zip(shown) {
            let state = match shown {
                Shown::Open(part) if part.matches(commitment) => PartState::Present,
                Shown::Open(_) => PartState::Changed,
                Shown::Erased => PartState::Erased,
                Shown::Withheld => PartState::Withheld,
            };
            if state == PartState::Changed {
                self.problems.push(Problem::Part { entry: reference, label: commitment.label.clone() });
            }
            states.push((commitment.label.clone(), state));
        }
        ContentFact::Parts(states)
    }

    /// That all entries are of one matter, and each by somebody its opening lets write there.
    fn matter(&mut self) {
        let openings: Vec<&Opening> =
            self.counting().filter_map(|act| act.entry.header().opening.as_ref()).collect();
        let opening = openings.first().copied();
        let taken_over = opening.map(|opening| self.taken_over(opening)).unwrap_or_default();
        let admitted = opening.map(|opening| self.admitted(opening)).unwrap_or_default();
        let mut found = Vec::new();
        if openings.len() != 1 {
            found.push(Problem::Openings(openings.len()));
        }
        for act in &self.acts {
            let header = act.entry.header();
            let rules_fit = opening.is_none_or(|opening| opening.genesis.rules == header.rules);
            if header.matter != self.file.opening.matter
                || header.kind != self.file.opening.kind
                || !rules_fit
            {
                found.push(Problem::OtherMatter(act.reference));
            }
            if matches!(header.lane, Lane::Inner(_)) {
                found.push(Problem::InnerLane(act.reference));
            }
            let own = header.lane == Lane::Shared(header.author) && admitted.contains_key(&header.author);
            let may = |opening| own || may_write(opening, header, &taken_over);
            if !act.disowned && opening.is_some_and(|opening| !may(opening)) {
                found.push(Problem::WrongAuthor(act.reference));
            }
        }
        (self.taken_over, self.admitted) = (taken_over, admitted);
        self.problems.append(&mut found);
    }

    /// The lanes of parties without a node that an agency writes itself from some place on: its first entry there had seen
    /// what the recorder wrote in its own lane, where it hands over.
    fn taken_over(&self, opening: &Opening) -> BTreeMap<AgencyId, (AgencyId, Place)> {
        let mut taken: BTreeMap<AgencyId, (AgencyId, Place)> = BTreeMap::new();
        for header in self.counting().map(|act| act.entry.header()) {
            let lane = header.lane.party();
            let Some(recorder) = recorder_of(opening, &lane).filter(|recorder| *recorder != header.author)
            else {
                continue;
            };
            let handed = header.seen.iter().any(|seen| seen.lane == Lane::Shared(recorder));
            let earlier = taken.get(&lane).is_none_or(|(_, place)| header.place < *place);
            if handed && earlier {
                taken.insert(lane, (header.author, header.place));
            }
        }
        taken
    }

    /// The acts that count.
    fn counting(&self) -> impl Iterator<Item = &Act<'a>> {
        self.acts.iter().filter(|act| !act.disowned)
    }

    /// Whom the opener admits in its own lane, each with its role. Whether an admission counts is for the matter's rules;
    /// who wrote what is told either way.
    fn admitted(&self, opening: &Opening) -> BTreeMap<AgencyId, Token> {
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Admit {
            agency: AgencyId,
            role: Token,
        }
        let opener = opening.genesis.opener;
        let headers = self.counting().map(|act| act.entry.header());
        let by_opener = headers.filter(|header| header.author == opener && header.act.as_str() == "admit");
        let read = by_opener.filter_map(|header| cbor::decode::<Admit>(&header.structure).ok());
        read.map(|admit| (admit.agency, admit.role)).collect()
    }

    fn opening(&self) -> Option<&Opening> {
        self.counting().find_map(|act| act.entry.header().opening.as_ref())
    }

    fn is_party(&self, agency: &AgencyId) -> bool {
        self.opening().is_some_and(|opening| {
            opening.parties.iter().any(|party| party.agency == *agency || party.recorder == Some(*agency))
                || self.taken_over.values().any(|(taker, _)| taker == agency)
                || self.admitted.contains_key(agency)
        })
    }

    fn findings(self, trusted: &BTreeSet<Fingerprint>) -> Findings {
        let agencies = self.agencies(trusted);
        let limits = self.limits();
        let unknown: Vec<_> = agencies
            .iter()
            .filter(|agency| !agency.trusted && !agency.duties.is_empty())
            .map(|agency| (agency.agency, agency.label.clone(), agency.fingerprint))
            .collect();
        let exercise = self.opening().is_some_and(|opening| opening.exercise);
        let outcome = match (self.problems.is_empty(), unknown.is_empty()) {
            (false, _) => Outcome::Broken(self.problems),
            (true, false) => Outcome::Untrusted(unknown),
            (true, true) => Outcome::Intact,
        };
        let opening = &self.file.opening;
        Findings {
            outcome,
            matter: Some(opening.matter),
            kind: Some(opening.kind.clone()),
            exporter: Some(opening.exporter),
            cover: Some(opening.cover.clone()),
            exercise,
            agencies,
            lanes: self.lanes,
            acts: self.facts,
            limits,
        }
    }

    fn agencies(&self, trusted: &BTreeSet<Fingerprint>) -> Vec<AgencyFact> {
        let duties = self.duties();
        let describe = |latest: &Card| {
            let (agency, facts) = (latest.agency(), latest.facts());
            let first =
                self.file.cards.chain(&agency).next().map_or(facts.number, |card| card.facts().number);
            AgencyFact {
                agency,
                label: facts.label.clone(),
                names: facts.names.clone(),
                seat: facts.seat.to_string(),
                fingerprint: latest.fingerprint(),
                cards: (first, facts.number),
                duties: duties.get(&agency).cloned().unwrap_or_default(),
                trusted: trusted.contains(&latest.fingerprint()),
            }
        };
        self.file.cards.agencies().map(describe).collect()
    }

    fn duties(&self) -> BTreeMap<AgencyId, BTreeSet<Duty>> {
        let mut duties: BTreeMap<AgencyId, BTreeSet<Duty>> = BTreeMap::new();
        let mut add = |agency: AgencyId, duty| duties.entry(agency).or_default().insert(duty);
        add(self.file.opening.exporter, Duty::Exporter);
        for fact in &self.facts {
            add(fact.author, Duty::Author);
            for receipt in &fact.receipts {
                add(receipt.by, Duty::Receiver);
            }
        }
        duties
    }

    fn limits(&self) -> BTreeSet<Limit> {
        use Limit::*;
        let mut limits = BTreeSet::from([Truth, Persons, KeyUse, LaterActs, Clocks]);
        let mut when = |holds: bool, limit| holds.then(|| limits.insert(limit));
        let content = |wanted: fn(&ContentFact) -> bool| self.facts.iter().any(|fact| wanted(&fact.content));
        when(self.facts.iter().any(|fact| !fact.receipts.is_empty()), Acceptance);
        when(
            self.facts.iter().any(|fact| !fact.witnesses.iter().any(|w| w.independent)),
            NoIndependentWitness,
        );
        when(content(|c| matches!(c, ContentFact::NotIncluded(_))), ContentLeftOut);
        when(content(|c| has(c, PartState::Erased) || has(c, PartState::Withheld)), ErasureByWord);
        let recorded = |fact: &ActFact| {
            let recorder = self.opening().and_then(|opening| recorder_of(opening, &fact.lane));
            recorder == Some(fact.author)
        };
        when(self.facts.iter().any(recorded), RecordedForAnother);
        when(self.facts.iter().any(|fact| fact.disowned), KeyLost);
        when(self.opening().is_some_and(|opening| opening.exercise), Exercise);
        when(self.file.opening.cover.as_str() == "not-on-record", CoverNotOnRecord);
        let from_first =
            |card: &Card| self.file.cards.chain(&card.agency()).next().is_some_and(|c| c.facts().number == 1);
        when(!self.file.cards.agencies().all(from_first), EarlierCards);
        limits
    }
}

fn has(content: &ContentFact, state: PartState) -> bool {
    matches!(content, ContentFact::Parts(parts) if parts.iter().any(|part| part.1 == state))
}

fn recorder_of(opening: &Opening, lane: &AgencyId) -> Option<AgencyId> {
    opening.parties.iter().find(|party| party.agency == *lane)?.recorder
}

/// A party writes its own lane; a recorder writes one for a party without a node, up to where the agency takes it over.
fn may_write(opening: &Opening, header: &Header, taken_over: &BTreeMap<AgencyId, (AgencyId, Place)>) -> bool {
    let lane = header.lane.party();
    let Some(party) = opening.parties.iter().find(|party| party.agency == lane) else { return false };
    match taken_over.get(&lane) {
        Some((taker, from)) if header.place >= *from => *taker == header.author,
        _ => party.recorder.unwrap_or(party.agency) == header.author,
    }
}

fn fact(entry: EntryRef, signed: &Entry, card: Option<u64>, content: ContentFact) -> ActFact {
    let header = signed.header();
    ActFact {
        entry,
        matter: header.matter,
        kind: header.kind.clone(),
        lane: header.lane.party(),
        place: header.place,
        act: header.act.clone(),
        author: header.author,
        at: header.at,
        by: header.by.roles.clone(),
        approved: header.approved.iter().map(|actor| actor.roles.clone()).collect(),
        card,
        disowned: false,
        logged: None,
        receipts: Vec::new(),
        witnesses: Vec::new(),
        not_before: None,
        not_after: None,
        content,
    }
}
