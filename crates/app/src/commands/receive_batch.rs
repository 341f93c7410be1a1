//! Receives a batch from a partner: believe, append, and receipt what has become durable.
//!
//! Each entry is checked alone: one that does not count is set aside and named to the sender, and the stream goes on
//! behind it. What is here already is answered again, so that a lost answer costs nothing. An entry whose past is
//! missing is recorded and receipted like any other, as long as there is room for such entries; beyond that the batch is
//! taken no further, and the sender keeps the rest.

use std::collections::BTreeSet;

use comity_domain::engine::{AnyMatter, Standing, admits_in};
use comity_domain::matters::node::{SetAside, Trouble};
use comity_federation::batch::{Arrived, OpenBatch, Unreadable, check_arrived};
use comity_federation::compare::{self, Fit};
use comity_federation::message::Refused;
use comity_journal::entry::{Entry, Party};
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::receipt::Receipt;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use comity_store::Direction;

use crate::failure::Failure;
use crate::ledger::{Ledger, Pending, Received};

/// What came of a batch, before it is durable.
#[derive(Clone, Debug, Default)]
pub struct Reception {
    leaves: ReceptionLeaves,
    /// What was set aside, with a word why.
    pub refused: Vec<Refused>,
    /// How many entries were new.
    pub new: usize,
}

/// The leaves to be receipted: leaf, time, entry.
pub type ReceptionLeaves = Vec<(u64, Timestamp, Hash)>;

/// What came in one place of a stream.
enum Came {
    Entry(Box<Arrived>),
    Bytes(Unreadable),
}

/// What a batch brought, in the order of the stream.
fn in_order(hashes: Vec<Hash>, arrived: Vec<Arrived>, unreadable: Vec<Unreadable>) -> Vec<(Hash, Came)> {
    let (mut arrived, mut unreadable) = (arrived.into_iter().peekable(), unreadable.into_iter());
    let came = |hash| {
        let entry = arrived
            .next_if(|arrived| arrived.entry.hash() == hash)
            .map(|arrived| Came::Entry(Box::new(arrived)));
        Some((hash, entry.or_else(|| unreadable.next().map(Came::Bytes))?))
    };
    hashes.into_iter().map_while(came).collect()
}

impl Reception {
    /// Of what has been here for a while: entries, and what was set aside.
    pub(crate) fn of_old(leaves: ReceptionLeaves, refused: Vec<Refused>) -> Self {
        Self { leaves, refused, ..Self::default() }
    }
}

impl Ledger {
    /// Appends what can be believed of a batch that goes on from what is here of the partner's stream.
    ///
    /// # Errors
    /// [`Failure::NotBelieved`] when the batch is of another stream, or begins beyond what is here; or when the store
    /// cannot be read.
    pub fn receive_batch(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        batch: OpenBatch,
    ) -> Result<Reception, Failure> {
        let have = self.stream(&from, Direction::In)?;
        let known = match compare::fit(have, batch.after, &batch.hashes) {
            Ok(Fit::Continues { known }) => known,
            Ok(Fit::Gap) => {
                return Err(Failure::NotBelieved("the batch begins beyond what is here".into()));
            }
            Err(divergence) => return Err(Failure::NotBelieved(divergence.to_string())),
        };
        for card in batch.cards {
            if card.agency() == from {
                self.keep_card(pending, card)?;
            }
        }
        for stated in batch.heads {
            self.keep_head(pending, stated)?;
        }
        let mut reception = Reception::default();
        let came = in_order(batch.hashes, batch.arrived, batch.unreadable);
        for (place, (hash, came)) in came.into_iter().enumerate() {
            if place < known {
                let n = batch.after.n + 1 + place as u64;
                self.answer_again(pending, &mut reception, from, (n, hash))?;
            } else if !self.take(pending, &mut reception, from, hash, came)? {
                break;
            }
        }
        Ok(reception)
    }

    /// Answers for a place of the stream that is behind us: receipts what is here, names what was set aside.
    fn answer_again(
        &mut self,
        pending: &mut Pending,
        reception: &mut Reception,
        from: AgencyId,
        (n, hash): (u64, Hash),
    ) -> Result<(), Failure> {
        if let Some((leaf, at)) = self.leaf_to_receipt(pending, &hash)? {
            reception.leaves.push((leaf, at, hash));
        } else if let Some(why) = self.why_set_aside(pending, &from, n, &hash)? {
            reception.refused.push(Refused { entry: hash, why });
        }
        Ok(())
    }

    /// Takes what came next in the stream; `false` when there is no room for it.
    fn take(
        &mut self,
        pending: &mut Pending,
        reception: &mut Reception,
        from: AgencyId,
        hash: Hash,
        came: Came,
    ) -> Result<bool, Failure> {
        let (bytes, why, arrived) = match came {
            Came::Bytes(unreadable) => (unreadable.bytes, Some(SetAside::Malformed), None),
            Came::Entry(arrived) => {
                if !arrived.bad.is_empty() {
                    self.record_incident(pending, Trouble::BadPart, Some(from), Some(hash), None)?;
                }
                let why = self.may_take(pending, from, &arrived)?.err();
                (arrived.entry.bytes().to_vec(), why, Some(arrived))
            }
        };
        if let Some(why) = why {
            let kept = self.set_aside(pending, from, (hash, &bytes), why)?;
            if kept {
                reception.refused.push(Refused { entry: hash, why: Token::literal(why.code()) });
            }
            return Ok(kept);
        }
        match arrived {
            Some(arrived) => self.take_entry(pending, reception, from, *arrived),
            None => Ok(false),
        }
    }

    fn take_entry(
        &mut self,
        pending: &mut Pending,
        reception: &mut Reception,
        from: AgencyId,
        arrived: Arrived,
    ) -> Result<bool, Failure> {
        let hash = arrived.entry.hash();
        if self.leaf_of(pending, &hash)?.is_none() && !self.has_room_to_wait(pending, &arrived.entry)? {
            return Ok(false);
        }
        self.append_new(pending, reception, from, arrived)?;
        self.step_onto(pending, from, hash, &hash)?;
        Ok(true)
    }

    fn append_new(
        &mut self,
        pending: &mut Pending,
        reception: &mut Reception,
        from: AgencyId,
        arrived: Arrived,
    ) -> Result<(), Failure> {
        let (hash, matter) = (arrived.entry.hash(), arrived.entry.header().matter);
        let (opens, author) = (arrived.entry.header().opening.is_some(), arrived.entry.header().author);
        let forked = self.forked_lanes(&matter)?;
        match self.append_received(pending, from, arrived.entry, arrived.parts)? {
            Received::New(leaf) => {
                reception.new += 1;
                self.tell_of(pending, author, &matter, (hash, opens))?;
                self.tell_of_late_forks(pending, &matter, &forked, hash)?;
                reception.leaves.push((leaf, pending.at, hash));
            }
            Received::Known(leaf, at) => reception.leaves.push((leaf, at, hash)),
        }
        Ok(())
    }

    /// Takes what a partner has brought of a matter that it was asked about; gives how many entries are new. It stands in no
    /// stream: what does not count is left where it is, and people hear of it where somebody has made it up.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn receive_supplied(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        matter: &MatterId,
        batch: OpenBatch,
    ) -> Result<usize, Failure> {
        let mut reception = Reception::default();
        let mut arrived = batch.arrived;
        arrived.retain(|arrived| arrived.entry.header().matter == *matter);
        let authors = arrived.iter().map(|arrived| arrived.entry.header().author);
        let receivers =
            batch.receipts.iter().filter_map(|receipt| Some(receipt.checkpoint.peek().ok()?.origin.agency));
        let stated = batch.heads.iter().map(|stated| stated.agency);
        let authors: BTreeSet<_> = authors.chain(stated).chain(receivers).collect();
        for card in batch.cards {
            // A card proves itself, whoever brings it; it makes nobody a partner. One that follows none that is known here is
            // no use to us, nor anybody's fault.
            if card.agency() != self.agency && authors.contains(&card.agency()) {
                self.keep_card_of(pending, card, from).or_else(|why| match why {
                    Failure::NotBelieved(_) => Ok(()),
                    other => Err(other),
                })?;
            }
        }
        for head in batch.heads {
            self.keep_head(pending, head)?;
        }
        // The opening says whose entries count, so it comes first; but for our admission, which says why it concerns us.
        let us = self.agency;
        arrived.sort_by_key(|arrived| {
            (admits_in(&arrived.entry) != Some(us), arrived.entry.header().opening.is_none())
        });
        for arrived in arrived {
            let hash = arrived.entry.hash();
            if self.leaf_of(pending, &hash)?.is_some() {
                continue;
            }
            // What we signed ourselves and do not have: of a copy of this node, or by somebody who has its key. It is the
            // proof of that, and the lane stands still.
            let may = match self.may_take(pending, from, &arrived)? {
                Err(SetAside::OursButNotHere) => self.may_take_as_party(pending, from, &arrived.entry)?,
                other => other,
            };
            match may {
                Ok(()) if self.has_room_to_wait(pending, &arrived.entry)? => {
                    self.append_new(pending, &mut reception, from, arrived)?;
                }
                Err(SetAside::BadSignature | SetAside::InnerLane) => {
                    let why = "what it brought when asked is nobody's entry";
                    self.record_incident(pending, Trouble::BadBatch, Some(from), Some(hash), Some(why))?;
                }
                Ok(()) | Err(_) => {}
            }
        }
        self.take_passed_on(pending, matter, batch.receipts)?;
        Ok(reception.new)
    }

    /// Whether an entry need not wait, or may.
    fn has_room_to_wait(&mut self, pending: &mut Pending, entry: &Entry) -> Result<bool, Failure> {
        let header = entry.header();
        let waits = match self.matter(&header.matter) {
            Ok(matter) => matter.would_wait(entry),
            Err(Failure::NotFound(_)) => {
                let kind = self.kinds.get(header.kind.as_str());
                kind.is_some_and(|kind| kind.matter(header.matter).would_wait(entry))
            }
            Err(other) => return Err(other),
        };
        if !waits {
            return Ok(true);
        }
        let (author, bytes) = (header.author, entry.bytes().len());
        let fits = self.has_room(pending, &author, bytes)?;
        if fits {
            let fresh = pending.waiting.entry(author).or_default();
            *fresh = fresh.and(bytes as u64);
        }
        Ok(fits)
    }

    /// A fork is kept like any entry, since both halves are the proof, and so is what this release does not know; people
    /// hear of either at once, and of whose it is: whoever brought it need not have written it.
    fn tell_of(
        &mut self,
        pending: &mut Pending,
        author: AgencyId,
        matter: &MatterId,
        (entry, opens): (Hash, bool),
    ) -> Result<(), Failure> {
        let trouble = match self.matter(matter) {
            Ok(matter) => match matter.standing(&entry) {
                Standing::Forked => Some(Trouble::Fork),
                Standing::Disowned if author == self.agency => Some(Trouble::KeyMisused),
                _ => None,
            },
            Err(Failure::NotFound(_)) => opens.then_some(Trouble::TooNew),
            Err(other) => return Err(other),
        };
        let Some(trouble) = trouble else { return Ok(()) };
        self.record_incident(pending, trouble, Some(author), Some(entry), None)?;
        if trouble == Trouble::Fork { self.fork_proven(pending, author, matter, entry) } else { Ok(()) }
    }

    /// Whether an entry can be believed and is addressed to us; otherwise a word why not.
    fn may_take(
        &mut self,
        pending: &Pending,
        from: AgencyId,
        arrived: &Arrived,
    ) -> Result<Result<(), SetAside>, Failure> {
        let header = arrived.entry.header();
        if let Err(refused) = check_arrived(arrived, &self.cards) {
            return Ok(Err(SetAside::from_code(refused.why.as_str()).unwrap_or(SetAside::Malformed)));
        }
        if header.author == self.agency && self.leaf_of(pending, &arrived.entry.hash())?.is_none() {
            return Ok(Err(SetAside::OursButNotHere));
        }
        self.may_take_as_party(pending, from, &arrived.entry)
    }

    /// Whether an entry whose signature holds is addressed to us, in a matter that is its author's and its bringer's.
    fn may_take_as_party(
        &mut self,
        pending: &Pending,
        from: AgencyId,
        entry: &Entry,
    ) -> Result<Result<(), SetAside>, Failure> {
        let header = entry.header();
        if self.is_own_business(&header.matter, header.kind.as_str())? {
            return Ok(Err(SetAside::NotShared));
        }
        let (us, lane) = (self.agency, header.lane.party());
        let said = self.said_to_be_us(&header.matter)?;
        let admitted = self.said_to_be_admitted(pending, entry)?;
        let parties = match &header.opening {
            Some(opening) => Some(opening.parties.clone()),
            None => match self.matter(&header.matter) {
                Ok(matter) => match (matter.opening(), named_by_all(&**matter)) {
                    (Some((opening, _)), _) => Some(opening.parties.clone()),
                    (None, Some(named)) => Some(named),
                    // A request that is only drafted here is nobody's yet.
                    (None, None) => (!matter.inner().drafts.is_empty()).then(Vec::new),
                },
                Err(Failure::NotFound(_)) => self.named_in_kept(pending, &header.matter)?,
                Err(other) => return Err(other),
            },
        };
        let Some(parties) = parties else {
            // Its opening is still to come: it waits, and it can only be of the lane of who sends it, or the admission of
            // either: who was admitted brings that before its own first entry, and may be faster than the convenor.
            let own = header.author == from && lane == from;
            let admits_either = admits_in(entry).is_some_and(|admitted| [us, from].contains(&admitted));
            return Ok(if own || admits_either { Ok(()) } else { Err(SetAside::NotAddressed) });
        };
        // Nobody records for us: we speak for ourselves.
        if parties.iter().any(|party| party.agency == us && party.recorder.is_some()) {
            return Ok(Err(SetAside::RecordedForUs));
        }
        // A party without a node that is said to be us, by who records for it: it was handed over to us.
        let offered = |party: &Party| {
            let by = |recorder| said.contains(&(party.agency, recorder));
            party.recorder.is_some_and(by)
        };
        let (now, speaks) = self.parties_now(&header.matter, lane)?;
        let is_party = |agency: AgencyId| {
            let named = parties.iter().chain(&now).any(|party| party.agency == agency);
            named || admitted.contains(&agency) || agency == us && parties.iter().any(offered)
        };
        let of_lane = parties.iter().find(|party| party.agency == lane);
        let writer = of_lane.map(|party| party.recorder.unwrap_or(party.agency));
        let writer = writer.or(Some(lane).filter(|lane| admitted.contains(lane)));
        Ok(if !is_party(us) || !is_party(from) {
            Err(SetAside::NotAddressed)
        } else if writer != Some(header.author) && (writer.is_none() || speaks != header.author) {
            Err(SetAside::ForeignLane)
        } else {
            Ok(())
        })
    }

    /// The parties of a matter that this release does not know, by the opening that it keeps.
    fn named_in_kept(&self, pending: &Pending, matter: &MatterId) -> Result<Option<Vec<Party>>, Failure> {
        let here = self.entries_of(pending, matter)?;
        let opening = here.iter().find_map(|entry| entry.header().opening.as_ref());
        Ok(opening.map(|opening| opening.parties.clone()))
    }

    /// The parties that are said to be us by entries of a matter that are here, each with who says so: an offer may come
    /// before the opening that tells whether it may.
    fn said_to_be_us(&mut self, matter: &MatterId) -> Result<Vec<(AgencyId, AgencyId)>, Failure> {
        let us = self.agency;
        match self.matter(matter) {
            Ok(matter) => Ok(matter.said_to_be(&us)),
            Err(Failure::NotFound(_)) => Ok(Vec::new()),
            Err(other) => Err(other),
        }
    }

    /// Whom the opener of a matter admits, by what is here of it and by this entry: its word may come before what it rests
    /// on, and from the one that it admits. Of a matter that this release does not know it is read off the entries alone.
    fn said_to_be_admitted(
        &mut self,
        pending: &Pending,
        entry: &Entry,
    ) -> Result<BTreeSet<AgencyId>, Failure> {
        let id = entry.header().matter;
        let admits = |entry: &Entry| Some((entry.header().author, admits_in(entry)?));
        match self.matter(&id) {
            Ok(known) => {
                let said: Vec<_> = known.said_to_be_admitted().into_iter().chain(admits(entry)).collect();
                if said.is_empty() {
                    return Ok(BTreeSet::new());
                }
                Ok(by_opener(said, entry, known.entries().into_iter().map(AsRef::as_ref)))
            }
            Err(Failure::NotFound(_)) => {
                let here = self.entries_of(pending, &id)?;
                let here = || here.iter().map(AsRef::as_ref);
                Ok(by_opener(here().chain([entry]).filter_map(admits).collect(), entry, here()))
            }
            Err(other) => Err(other),
        }
    }

    /// The parties of a matter as they are now, or were, and the agency that speaks for one of them.
    fn parties_now(&mut self, matter: &MatterId, party: AgencyId) -> Result<(Vec<Party>, AgencyId), Failure> {
        match self.matter(matter) {
            Ok(matter) => Ok((matter.ever_parties(), matter.agency_of(&party))),
            Err(Failure::NotFound(_)) => Ok((Vec::new(), party)),
            Err(other) => Err(other),
        }
    }

    /// Whether a matter is of a kind that stays inside one node: no partner writes in our records, nor beside them.
    fn is_own_business(&mut self, matter: &MatterId, says: &str) -> Result<bool, Failure> {
        let held = match self.matter(matter) {
            Ok(matter) => matter.kind(),
            Err(Failure::NotFound(_)) => says,
            Err(other) => return Err(other),
        };
        let inner = |kind: &str| self.kinds.get(kind).is_some_and(|kind| !kind.def().shared);
        Ok(inner(held) || inner(says))
    }

    /// Receipts for a reception, once it is durable: one per contiguous run recorded at one time. None while the partner
    /// may not see our tree; it gets them later.
    ///
    /// # Errors
    /// When a leaf is not in the tree, which would be a fault of ours.
    pub fn receipts_for(&self, to: &AgencyId, reception: &Reception) -> Result<Vec<Receipt>, Failure> {
        if !self.may_show_tree(to) {
            return Ok(Vec::new());
        }
        let mut leaves = reception.leaves.clone();
        leaves.sort_unstable_by_key(|(leaf, ..)| *leaf);
        leaves.dedup();
        let runs = leaves.chunk_by(|(a, at_a, _), (b, at_b, _)| a + 1 == *b && at_a == at_b);
        runs.filter_map(|run| {
            let (first, at, _) = run.first()?;
            Some(self.receipt(*first, run.iter().map(|(.., entry)| *entry).collect(), *at))
        })
        .collect()
    }
}

/// Whom all openings name that are here, where none of them counts: of two for one place neither does yet.
fn named_by_all(matter: &dyn AnyMatter) -> Option<Vec<Party>> {
    let mut openings = matter.entries().into_iter().filter_map(|entry| entry.header().opening.as_ref());
    let mut parties = openings.next()?.parties.clone();
    openings.for_each(|opening| parties.retain(|party| opening.parties.contains(party)));
    Some(parties)
}

/// Whom the opener of a matter admits, of those whom somebody does. Whichever opening counts, the matter's id is drawn from
/// who opens it.
fn by_opener<'e>(
    said: Vec<(AgencyId, AgencyId)>,
    entry: &'e Entry,
    here: impl Iterator<Item = &'e Entry>,
) -> BTreeSet<AgencyId> {
    let openings = std::iter::once(entry).chain(here).filter_map(|entry| entry.header().opening.as_ref());
    let opener = openings.map(|opening| opening.genesis.opener).next();
    said.into_iter().filter(|(by, _)| Some(*by) == opener).map(|(_, agency)| agency).collect()
}
