//! Appending: an entry of ours, an entry of a partner, a card, and the inner root on its schedule.

use std::sync::Arc;

use comity_domain::act::PartBytes;
use comity_domain::engine::InnerLane;
use comity_journal::card::Card;
use comity_journal::entry::{Actor, Entry, Header, Lane, Opening, Relied, Unsigned, VERSION};
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::leaf::{Leaf, inner_leaf_hash, inner_root_commitment};
use comity_journal::part::{self, Commitment, OpenPart, Salt};
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use comity_store::{Direction, Record, Recorded, StoredCard, StreamStep, TreeName};

use super::{Ledger, Pending};
use crate::failure::Failure;
use crate::people::KnownPeople;

/// The inner root enters the exchange tree with the first shared entry after so long. No inner entry has a say in when: how the
/// tree grows, which partners see, must tell nothing of what was written or read inside.
const INNER_ROOT_EVERY_MS: i64 = 60 * 60 * 1000;

/// An entry this node is about to sign.
pub struct NewEntry {
    /// The matter.
    pub matter: MatterId,
    /// Its kind.
    pub kind: Token,
    /// The version of its rules.
    pub rules: u32,
    /// The lane.
    pub lane: Lane,
    /// The act.
    pub act: Token,
    /// Its structure.
    pub structure: Vec<u8>,
    /// Its content, to be salted afresh.
    pub parts: Vec<PartBytes>,
    /// Who acted.
    pub by: Actor,
    /// Who approved.
    pub approved: Vec<Actor>,
    /// What was relied on.
    pub relied: Vec<Relied>,
    /// The opening, for the act that opens.
    pub opening: Option<Opening>,
    /// How it may be used onward.
    pub handling: Token,
}

/// What became of an entry a partner sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Recorded now, in this leaf.
    New(u64),
    /// Here already, in this leaf, since then.
    Known(u64, Timestamp),
}

impl Ledger {
    /// Signs an entry and appends it, with its content and its steps in the streams to its other parties.
    ///
    /// # Errors
    /// When the store cannot be read, the content is too large, or the signer cannot sign.
    pub fn append_own(&mut self, pending: &mut Pending, new: NewEntry) -> Result<Hash, Failure> {
        let for_whom: Vec<_> = new.parts.iter().map(|part| part.to.clone()).collect();
        let parts: Vec<OpenPart> =
            new.parts.into_iter().map(|part| part.salted(&mut *self.entropy)).collect();
        part::check_sizes(&parts).map_err(|error| Failure::Usage(error.to_string()))?;
        let (place, prev, seen) = match self.matter_or_new(&new.matter, &new.kind)? {
            Some(matter) => matter.place_for(new.lane, new.act.as_str(), &new.structure),
            None => return Err(Failure::Fault("a matter of a kind this release does not know".into())),
        };
        let without = self.next_without(&new.matter, new.lane)?;
        let (place, prev, seen) = match without {
            // An act that begins an epoch by itself stands behind what it names.
            Some(next) if place.epoch == 0 || place.seq > 1 => next,
            _ => (place, prev, seen),
        };
        let header = Header {
            v: VERSION,
            suite: self.own_card().facts().suite,
            matter: new.matter,
            kind: new.kind,
            rules: new.rules,
            lane: new.lane,
            author: self.agency,
            place,
            prev,
            seen,
            card: self.own_card().hash(),
            at: pending.at,
            by: new.by,
            approved: new.approved,
            handling: new.handling,
            act: new.act,
            structure: new.structure,
            parts: parts.iter().zip(for_whom).map(|(part, to)| Commitment { to, ..part.commit() }).collect(),
            relied: new.relied,
            opening: new.opening,
        };
        let unsigned = Unsigned::of(header);
        let message = unsigned.to_be_signed();
        let signatures = crate::keys::Signer::sign(&self.keys.signing, &[message]).map_err(Failure::Fault)?;
        let signature =
            signatures.first().ok_or_else(|| Failure::Fault("the signer gave no signature".into()))?;
        let entry = Arc::new(unsigned.signed(signature));
        self.record(pending, Arc::clone(&entry), None)?;
        let hash = entry.hash();
        pending.commit.parts.extend(parts.into_iter().map(|part| (hash, part)));
        if new.lane.is_shared() {
            self.address(pending, &entry)?;
        }
        Ok(hash)
    }

    /// Appends an entry of a partner whose signature has been checked, and the parts that fit it. Idempotent by
    /// the entry's hash.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn append_received(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        entry: Entry,
        parts: Vec<OpenPart>,
    ) -> Result<Received, Failure> {
        let hash = entry.hash();
        if let Some((leaf, at)) = self.leaf_to_receipt(pending, &hash)? {
            // Whoever brought it first may not have been given all of its content.
            let inner = match self.matter(&entry.header().matter) {
                Ok(matter) => matter.inner(),
                Err(Failure::NotFound(_)) => InnerLane::default(),
                Err(other) => return Err(other),
            };
            let kept = parts.into_iter().filter(|part| !inner.has_erased(&hash, part.label.as_str()));
            pending.commit.parts.extend(kept.map(|part| (hash, part)));
            return Ok(Received::Known(leaf, at));
        }
        let leaf = self.exchange_leaves();
        self.record(pending, Arc::new(entry), Some(from))?;
        pending.commit.parts.extend(parts.into_iter().map(|part| (hash, part)));
        Ok(Received::New(leaf))
    }

    /// Appends an entry that this node wrote before it was put back from an older copy, as its own: it is signed already,
    /// and a partner has given it back.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn append_again(
        &mut self,
        pending: &mut Pending,
        entry: Entry,
        from: AgencyId,
    ) -> Result<(), Failure> {
        self.record(pending, Arc::new(entry), Some(from))
    }

    /// The number of the record of an entry, what is pending included.
    pub(crate) fn recorded_at(&self, pending: &Pending, hash: &Hash) -> Result<Option<u64>, Failure> {
        Ok(self.recorded(pending, hash)?.map(|record| record.number))
    }

    /// An entry that is recorded, what is pending included.
    pub(crate) fn recorded_entry(&self, pending: &Pending, hash: &Hash) -> Result<Entry, Failure> {
        let missing = || Failure::Fault("an entry is named that is not recorded".into());
        let record = self.recorded(pending, hash)?.ok_or_else(missing)?;
        let Recorded::Entry { bytes, .. } = record.what else { return Err(missing()) };
        Entry::read(&bytes).map_err(|error| Failure::Fault(error.to_string()))
    }

    /// The leaf of the exchange tree in which an entry is recorded, and since when; what is pending included.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn leaf_of(
        &self,
        pending: &Pending,
        hash: &Hash,
    ) -> Result<Option<(u64, Timestamp)>, Failure> {
        let record = self.recorded(pending, hash)?;
        let shared = record.filter(|record| record.tree == TreeName::Exchange);
        Ok(shared.map(|record| (record.leaf, record.at)))
    }

    fn recorded(&self, pending: &Pending, hash: &Hash) -> Result<Option<Record>, Failure> {
        match pending.commit.records.iter().rev().find(|record| is_entry(record, hash)) {
            Some(record) => Ok(Some(record.clone())),
            None => Ok(self.store.entry(hash)?),
        }
    }

    /// Moves a partner's stream on by one: over `hash`, which is what it is chained over, onto the record of `entry`,
    /// which keeps what came.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn step_onto(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        hash: Hash,
        entry: &Hash,
    ) -> Result<(), Failure> {
        let missing = || Failure::Fault("a step of a stream rests on nothing that is recorded".into());
        let record = self.recorded(pending, entry)?.ok_or_else(missing)?.number;
        self.put_step(pending, (from, Direction::In), &hash, record)
    }

    /// Keeps a card that has been believed.
    ///
    /// # Errors
    /// When it does not follow the chain known.
    pub fn keep_card(&mut self, pending: &mut Pending, card: Card) -> Result<(), Failure> {
        let of = card.agency();
        self.keep_card_of(pending, card, of)
    }

    /// Keeps a card that has been believed, and who brought it: another than its agency introduces it.
    ///
    /// # Errors
    /// When it does not follow the chain known.
    pub(crate) fn keep_card_of(
        &mut self,
        pending: &mut Pending,
        card: Card,
        from: AgencyId,
    ) -> Result<(), Failure> {
        if self.cards.get(&card.hash()).is_some() {
            return Ok(());
        }
        let (agency, number, bytes) = (card.agency(), card.facts().number, card.bytes().to_vec());
        let disowned = card.facts().disowned.len();
        let latest = self.cards.latest(&agency);
        let (is_first, before) = (latest.is_none(), latest.map_or(0, |card| card.facts().disowned.len()));
        let declares = card.facts().lane_epoch > latest.map_or(0, |card| card.facts().lane_epoch);
        self.cards.add(card).map_err(|error| Failure::NotBelieved(error.to_string()))?;
        // What a partner is called can come from its card.
        self.people.forget();
        let brought_by = (from != agency).then_some(from);
        if let Some(by) = brought_by.filter(|_| is_first) {
            self.introduced.insert(agency, by);
        }
        pending.commit.cards.push(StoredCard { agency, number, bytes, brought_by });
        if declares {
            self.declare_in_matters();
        }
        if disowned > before {
            self.fold_what_it_signed(pending, agency)?;
        }
        Ok(())
    }

    fn record(
        &mut self,
        pending: &mut Pending,
        entry: Arc<Entry>,
        from: Option<AgencyId>,
    ) -> Result<(), Failure> {
        let header = entry.header();
        let (hash, matter, lane, place) = (entry.hash(), header.matter, header.lane, header.place);
        let at = pending.at;
        let (tree, salt, leaf_hash) = if lane.is_shared() {
            (TreeName::Exchange, None, Leaf::Entry { entry: hash, at }.hash())
        } else {
            let salt = Salt::draw(&mut *self.entropy);
            (TreeName::Inner, Some(salt), inner_leaf_hash(&salt, &hash, at))
        };
        let (bytes, kind) = (entry.bytes().to_vec(), header.kind.clone());
        self.take_in(pending, entry)?;
        let what = Recorded::Entry { entry: hash, matter, lane, place, bytes, from };
        self.push_record(pending, tree, leaf_hash, salt, what);
        pending.touched.insert(matter);
        if KnownPeople::ARE_KEPT_IN.contains(&kind.as_str()) {
            pending.of_people = true;
            self.people.forget();
        }
        if lane.is_shared() {
            self.root_inner_tree_when_due(pending);
        }
        Ok(())
    }

    /// Gives an entry to its matter. One of another kind than the matter was taken for can tell what it truly is: then
    /// everything is folded anew.
    fn take_in(&mut self, pending: &mut Pending, entry: Arc<Entry>) -> Result<(), Failure> {
        let (id, kind) = (entry.header().matter, entry.header().kind.clone());
        if !self.matters.has(&id) && !self.unknown.contains(&id) {
            match self.read_matter(&id) {
                Ok(matter) => self.matters.insert(id, matter),
                Err(Failure::NotFound(_)) => {}
                Err(other) => return Err(other),
            }
        }
        let taken_for = self.matters.get(&id).map(|matter| matter.kind());
        if taken_for == Some(kind.as_str()) {
            if let Some(matter) = self.matters.get(&id) {
                matter.receive(entry);
            }
            self.matters.hold(id);
            return Ok(());
        }
        let mut entries = self.entries_of(pending, &id)?;
        entries.push(entry);
        match self.fold(&id, entries) {
            Ok(matter) => {
                if let Some(before) = taken_for.filter(|before| *before != matter.kind()) {
                    pending.taken_for.push((before, id));
                }
                self.unknown.remove(&id);
                self.matters.insert(id, matter);
                self.matters.hold(id);
            }
            Err(Failure::NotFound(_)) => {
                pending.taken_for.extend(taken_for.map(|before| (before, id)));
                self.matters.remove(&id);
                self.unknown.insert(id);
            }
            Err(other) => return Err(other),
        }
        Ok(())
    }

    /// All entries of a matter, what is pending included.
    pub(crate) fn entries_of(&self, pending: &Pending, id: &MatterId) -> Result<Vec<Arc<Entry>>, Failure> {
        let fresh = pending.commit.records.iter().cloned();
        let records = self.store.matter(id)?.into_iter().chain(fresh);
        let mut entries = Vec::new();
        for record in records {
            let Recorded::Entry { matter, bytes, .. } = record.what else { continue };
            if matter == *id {
                let entry = Entry::read(&bytes).map_err(|error| Failure::Fault(error.to_string()))?;
                entries.push(Arc::new(entry));
            }
        }
        Ok(entries)
    }

    pub(super) fn push_record(
        &mut self,
        pending: &mut Pending,
        tree: TreeName,
        leaf_hash: Hash,
        salt: Option<Salt>,
        what: Recorded,
    ) {
        let leaf = match tree {
            TreeName::Exchange => self.exchange_leaves(),
            TreeName::Inner => self.inner.size(),
        };
        match tree {
            TreeName::Exchange => self.exchange.push(leaf_hash),
            TreeName::Inner => self.inner.push(leaf_hash),
        }
        let number = pending.next_number();
        pending.commit.records.push(Record { number, tree, leaf, leaf_hash, at: pending.at, salt, what });
    }

    /// Partners' witnessing of the exchange tree thereby protects the inner one too.
    fn root_inner_tree_when_due(&mut self, pending: &mut Pending) {
        let due = self.inner_root_at.is_none_or(|at| at.millis_until(pending.at) >= INNER_ROOT_EVERY_MS);
        if !due {
            return;
        }
        self.inner_root_at = Some(pending.at);
        let (salt, size, root) = (Salt::draw(&mut *self.entropy), self.inner.size(), self.inner.root());
        let commitment = inner_root_commitment(&salt, size, &root);
        let leaf_hash = Leaf::Inner { commitment, at: pending.at }.hash();
        self.push_record(
            pending,
            TreeName::Exchange,
            leaf_hash,
            Some(salt),
            Recorded::InnerRoot { size, root },
        );
    }

    /// Puts an entry of ours into the stream to every other party of its matter.
    fn address(&mut self, pending: &mut Pending, entry: &Entry) -> Result<(), Failure> {
        let (receivers, before) = self.receivers(entry)?;
        for partner in receivers {
            for hash in before.into_iter().chain([entry.hash()]) {
                // The entry is not the last record when an inner root followed it.
                let Some(record) = self.recorded_at(pending, &hash)? else { continue };
                self.put_step(pending, (partner, Direction::Out), &hash, record)?;
            }
        }
        Ok(())
    }

    /// Our stream to a partner ends at this head from now on, which it had once.
    pub(crate) fn cut_stream(&mut self, pending: &mut Pending, partner: AgencyId, head: StreamHead) {
        self.streams.insert((partner, Direction::Out), head);
        let others = |step: &StreamStep| (step.partner, step.direction) != (partner, Direction::Out);
        pending.commit.steps.retain(others);
        pending.commit.cut.push((partner, head.n));
    }

    /// The stream from or to a partner goes on with an entry, which stands in this record.
    pub(crate) fn put_step(
        &mut self,
        pending: &mut Pending,
        (partner, direction): (AgencyId, Direction),
        entry: &Hash,
        record: u64,
    ) -> Result<(), Failure> {
        let head = self.stream(&partner, direction)?.push(entry);
        self.streams.insert((partner, direction), head);
        pending.commit.steps.push(StreamStep { partner, direction, head, record });
        Ok(())
    }

    /// The matter, or a fresh one of this kind; `None` for a kind this release does not know.
    pub(crate) fn matter_or_new(
        &mut self,
        id: &MatterId,
        kind: &Token,
    ) -> Result<Option<&mut Box<dyn comity_domain::engine::AnyMatter>>, Failure> {
        if !self.matters.has(id) {
            let known = match self.read_matter(id) {
                Ok(matter) => Some(matter),
                Err(Failure::NotFound(_)) => match self.kinds.get(kind.as_str()) {
                    Some(kind) => Some(self.fresh_matter(kind, id)?),
                    None => None,
                },
                Err(other) => return Err(other),
            };
            if let Some(matter) = known {
                self.matters.insert(*id, matter);
            }
        }
        Ok(self.matters.get(id))
    }
}

fn is_entry(record: &Record, hash: &Hash) -> bool {
    matches!(&record.what, Recorded::Entry { entry, .. } if entry == hash)
}
