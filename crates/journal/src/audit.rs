//! Audits a journal: everything that can be recomputed from its records is recomputed and compared.
//!
//! The caller hands over all records in order, then the node's own checkpoints and the receipts it holds; what
//! does not hold comes back as findings that name record numbers and hashes, never content. In memory are the two
//! trees, the heads of lanes and one hash an entry, never the entries.
//!
//! Not here: reading the journal (`comity-store`) and whether acts were valid (`comity-domain`).

use std::collections::{BTreeMap, BTreeSet};

use crate::card::CardBook;
use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::entry::{Entry, Header, Lane, Place};
use crate::ids::{AgencyId, MatterId};
use crate::leaf::{Leaf, inner_leaf_hash, inner_root_commitment};
use crate::part::{OpenPart, Salt};
use crate::receipt::Receipt;
use crate::suite::Hash;
use crate::time::Timestamp;
use crate::tree::Tree;

/// A record of the journal, as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Audited<'a> {
    /// Its number, from 0.
    pub number: u64,
    /// Whether it is a leaf of the exchange tree rather than the inner one.
    pub exchange: bool,
    /// Its leaf in that tree, from 0; in the exchange tree counted on over all its epochs.
    pub leaf: u64,
    /// The stored hash of that leaf.
    pub leaf_hash: Hash,
    /// When it was recorded.
    pub at: Timestamp,
    /// What hides an inner leaf or an inner root.
    pub salt: Option<Salt>,
    /// What it holds.
    pub what: AuditedWhat<'a>,
}

/// What a record holds.
#[derive(Clone, Copy, Debug)]
pub enum AuditedWhat<'a> {
    /// An entry, and the parts of it that are still here.
    Entry {
        /// The signed bytes.
        bytes: &'a [u8],
        /// The parts.
        parts: &'a [OpenPart],
    },
    /// The root of the inner tree at some size.
    InnerRoot {
        /// The size.
        size: u64,
        /// The root.
        root: Hash,
    },
    /// An epoch of the exchange tree begins, or names one more checkpoint.
    Epoch {
        /// The epoch.
        epoch: u32,
        /// The hash of the checkpoint it names.
        checkpoint: Hash,
    },
    /// An entry of a former epoch stands in this one as well.
    Again {
        /// The entry.
        entry: Hash,
    },
}

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The record it is about; `None` for the journal as a whole.
    pub record: Option<u64>,
    /// What is wrong, in a sentence that may hold hashes but no content.
    pub what: String,
}

/// What was looked at, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditReport {
    /// Records.
    pub records: u64,
    /// Entries among them.
    pub entries: u64,
    /// Matters they belong to.
    pub matters: u64,
    /// Lanes of these.
    pub lanes: u64,
    /// Receipts checked.
    pub receipts: u64,
    /// Own checkpoints checked.
    pub checkpoints: u64,
    /// Parts that entries commit to and that are not here (erased, withheld or never sent).
    pub erased_parts: u64,
    /// Entries of partners that wait for earlier ones, which may still come.
    pub waiting: u64,
    /// Entries of shared lanes for a place that another one has taken. They are their author's doing: the journal holds both
    /// as the proof of it.
    pub forks: u64,
    /// What does not hold; empty when all is well.
    pub findings: Vec<Finding>,
}

/// An entry whose place in its lane is known, but not yet all before it.
struct Waiting {
    record: u64,
    hash: Hash,
    place: Place,
}

/// What is known of a lane.
struct LaneState {
    number: usize,
    taken: BTreeSet<Place>,
    /// What waits, by the entry it follows.
    waiting: BTreeMap<Hash, Vec<Waiting>>,
}

impl LaneState {
    fn numbered(number: usize) -> Self {
        Self { number, taken: BTreeSet::new(), waiting: BTreeMap::new() }
    }
}

/// An audit under way.
pub struct Audit<'c> {
    agency: AgencyId,
    cards: &'c CardBook,
    exchange: Tree,
    /// The epoch of that tree, and how many leaves all earlier ones have.
    epoch: (u32, u64),
    inner: Tree,
    lanes: BTreeMap<(MatterId, Lane), LaneState>,
    /// Each entry with the number of its lane and its place there.
    entries: BTreeMap<Hash, (usize, Place)>,
    /// The entries to which nothing leads from the beginning of their lane yet.
    apart: BTreeSet<Hash>,
    report: AuditReport,
}

impl<'c> Audit<'c> {
    /// Begins the audit of the journal of `agency`, with all cards it has.
    pub fn new(agency: AgencyId, cards: &'c CardBook) -> Self {
        Self {
            agency,
            cards,
            exchange: Tree::default(),
            epoch: (0, 0),
            inner: Tree::default(),
            lanes: BTreeMap::new(),
            entries: BTreeMap::new(),
            apart: BTreeSet::new(),
            report: AuditReport::default(),
        }
    }

    /// Takes the next record.
    pub fn record(&mut self, record: &Audited<'_>) {
        let number = record.number;
        if number != self.report.records {
            self.find(number, format!("record {} was expected here", self.report.records));
        }
        self.report.records += 1;
        if let AuditedWhat::Epoch { epoch, .. } = record.what {
            self.begin(number, epoch);
        }
        let expected = if record.exchange { self.epoch.1 + self.exchange.size() } else { self.inner.size() };
        if record.leaf != expected {
            self.find(number, format!("it says leaf {} where leaf {expected} comes next", record.leaf));
        }
        let leaf = match record.what {
            AuditedWhat::Entry { bytes, parts } => self.entry(record, bytes, parts),
            AuditedWhat::InnerRoot { size, root } => self.inner_root(record, size, root),
            AuditedWhat::Again { entry } => Some(self.again(record, entry)),
            AuditedWhat::Epoch { checkpoint, .. } => Some(Leaf::Epoch { checkpoint, at: record.at }.hash()),
        };
        if leaf.is_some_and(|leaf| leaf != record.leaf_hash) {
            self.find(
                number,
                format!("its stored leaf hash {} is not that of what it holds", record.leaf_hash),
            );
        }
        // What cannot be recomputed stands as it is stored, so that one bad record does not blame all after it.
        let tree = if record.exchange { &mut self.exchange } else { &mut self.inner };
        tree.push(leaf.unwrap_or(record.leaf_hash));
    }

    fn again(&mut self, record: &Audited<'_>, entry: Hash) -> Hash {
        if !self.entries.contains_key(&entry) {
            self.find(
                record.number,
                format!("entry {entry} is to stand here again, and is not recorded before"),
            );
        }
        Leaf::Entry { entry, at: record.at }.hash()
    }

    /// A later epoch begins a tree of its own; the leaves before it stay those of the former ones.
    fn begin(&mut self, number: u64, epoch: u32) {
        if epoch < self.epoch.0 {
            return self
                .find(number, format!("epoch {epoch} of the tree comes after epoch {}", self.epoch.0));
        }
        if epoch > self.epoch.0 {
            self.epoch = (epoch, self.epoch.1 + self.exchange.size());
            self.exchange = Tree::default();
        }
    }

    fn entry(&mut self, record: &Audited<'_>, bytes: &[u8], parts: &[OpenPart]) -> Option<Hash> {
        self.report.entries += 1;
        let entry = match Entry::read(bytes) {
            Ok(entry) => entry,
            Err(why) => {
                self.find(record.number, format!("its entry cannot be read: {why}"));
                return None;
            }
        };
        let (header, hash) = (entry.header(), entry.hash());
        if header.lane.is_shared() != record.exchange {
            self.find(record.number, format!("entry {hash} is in the wrong tree for its lane"));
        }
        match self.cards.get(&header.card) {
            None => self.find(record.number, format!("entry {hash} names a card that is not here")),
            Some(card) => {
                if let Err(why) = entry.verify(card) {
                    self.find(record.number, format!("entry {hash}: {why}"));
                }
            }
        }
        self.parts(record.number, &entry, parts);
        self.place(record.number, header, hash);
        self.entry_leaf(record, &hash)
    }

    fn entry_leaf(&mut self, record: &Audited<'_>, hash: &Hash) -> Option<Hash> {
        match (record.exchange, &record.salt) {
            (true, None) => Some(Leaf::Entry { entry: *hash, at: record.at }.hash()),
            (false, Some(salt)) => Some(inner_leaf_hash(salt, hash, record.at)),
            (true, Some(_)) => {
                self.find(
                    record.number,
                    "a shared entry has a salt, which only inner leaves have".to_owned(),
                );
                None
            }
            (false, None) => {
                self.find(record.number, "the salt of an inner leaf is missing".to_owned());
                None
            }
        }
    }

    fn parts(&mut self, record: u64, entry: &Entry, parts: &[OpenPart]) {
        let commitments = &entry.header().parts;
        for part in parts.iter().filter(|part| !commitments.iter().any(|c| part.matches(c))) {
            let (label, hash) = (&part.label, entry.hash());
            self.find(record, format!("a part `{label}` of entry {hash} is not what was signed"));
        }
        let absent = commitments.iter().filter(|c| !parts.iter().any(|part| part.matches(c))).count();
        self.report.erased_parts += absent as u64;
    }

    /// Entries may be recorded before those that come before them in their lane; they wait until these come. Two entries for
    /// one place of a shared lane are a fork, which is its author's doing and kept as the proof of it.
    fn place(&mut self, record: u64, header: &Header, hash: Hash) {
        let next = self.lanes.len();
        let lane =
            self.lanes.entry((header.matter, header.lane)).or_insert_with(|| LaneState::numbered(next));
        if self.entries.contains_key(&hash) {
            return self.find(record, format!("entry {hash} is recorded twice"));
        }
        let forks = !lane.taken.insert(header.place);
        let number = lane.number;
        self.entries.insert(hash, (number, header.place));
        if forks && header.lane.is_shared() {
            self.report.forks += 1;
        } else if forks {
            let place = header.place;
            self.find(record, format!("entry {hash} claims place {place} of its lane, which is taken"));
        }
        let Some(prev) = header.prev else { return self.connect((header.matter, header.lane), hash) };
        let waiting = Waiting { record, hash, place: header.place };
        match self.entries.get(&prev) {
            Some(before) if !self.apart.contains(&prev) => {
                let (lane, before) = ((header.matter, header.lane), *before);
                self.check_follows(lane, before, &waiting);
                self.connect(lane, hash);
            }
            _ => {
                self.apart.insert(hash);
                if let Some(lane) = self.lanes.get_mut(&(header.matter, header.lane)) {
                    lane.waiting.entry(prev).or_default().push(waiting);
                }
            }
        }
    }

    /// Checks that an entry continues the one it names.
    fn check_follows(&mut self, lane: (MatterId, Lane), before: (usize, Place), waiting: &Waiting) {
        let number = self.lanes.get(&lane).map(|lane| lane.number);
        let (before_in, before) = before;
        let Waiting { record, hash, place } = *waiting;
        let goes_on = place.epoch == before.epoch && before.seq.checked_add(1) == Some(place.seq);
        // A new epoch goes on from a branch its author chose, which need not be the last entry.
        let begins = place.epoch > before.epoch && place.seq == 1;
        if number != Some(before_in) || !(goes_on || begins) {
            self.find(record, format!("entry {hash} does not continue the entry before it in its lane"));
        }
    }

    /// What has waited for an entry follows it.
    fn connect(&mut self, lane: (MatterId, Lane), hash: Hash) {
        let mut connected = vec![hash];
        while let Some(hash) = connected.pop() {
            self.apart.remove(&hash);
            let Some(before) = self.entries.get(&hash).copied() else { continue };
            let followers = self.lanes.get_mut(&lane).and_then(|lane| lane.waiting.remove(&hash));
            for waiting in followers.into_iter().flatten() {
                connected.push(waiting.hash);
                self.check_follows(lane, before, &waiting);
            }
        }
    }

    fn inner_root(&mut self, record: &Audited<'_>, size: u64, root: Hash) -> Option<Hash> {
        if !record.exchange {
            self.find(record.number, "the root of the inner tree is not in the exchange tree".to_owned());
        }
        match self.inner.root_at(size) {
            Ok(real) if real == root => {}
            Ok(real) => {
                self.find(
                    record.number,
                    format!("the inner tree had root {real} at size {size}, not {root}"),
                );
            }
            Err(why) => self.find(record.number, format!("the inner tree was never of size {size}: {why}")),
        }
        let Some(salt) = &record.salt else {
            self.find(record.number, "the salt of an inner root is missing".to_owned());
            return None;
        };
        Some(Leaf::Inner { commitment: inner_root_commitment(salt, size, &root), at: record.at }.hash())
    }

    /// Takes one of the node's own checkpoints, after the last record. Those of earlier epochs of the tree are
    /// checked for their signature only, since their tree is no longer the one at hand.
    pub fn checkpoint(&mut self, note: &SignedCheckpoint) {
        self.report.checkpoints += 1;
        let says = match open(self.cards, note) {
            Ok(says) => says,
            Err(why) => return self.find(None, format!("an own checkpoint does not hold: {why}")),
        };
        if says.origin.agency != self.agency {
            return self.find(None, format!("a checkpoint of {} is kept as our own", says.origin.agency));
        }
        if says.origin.epoch != self.epoch.0 {
            return;
        }
        match self.exchange.root_at(says.size) {
            Ok(real) if real == says.root => {}
            Ok(real) => self.find(
                None,
                format!("we signed root {} for {} leaves; the journal has {real}", says.root, says.size),
            ),
            Err(_) => self.find(
                None,
                format!("we signed for {} leaves; the journal has only {}", says.size, self.exchange.size()),
            ),
        }
    }

    /// Takes a receipt a partner gave for entries of this journal, after the last record.
    pub fn receipt(&mut self, receipt: &Receipt) {
        self.report.receipts += 1;
        let by = match receipt.checkpoint.peek() {
            Ok(says) => says.origin.agency,
            Err(why) => return self.find(None, format!("a receipt does not hold: {why}")),
        };
        // A partner may have changed its checkpoint key since; the receipt holds if it held under any of its cards.
        let mut cards = self.cards.chain(&by).map(|card| receipt.verify(card).map(drop));
        let holds = cards.try_fold(None, |_, result| match result {
            Ok(()) => Err(()),
            Err(why) => Ok(Some(why)),
        });
        match holds {
            Err(()) => {}
            Ok(Some(why)) => self.find(None, format!("a receipt of {by} does not hold: {why}")),
            Ok(None) => self.find(None, format!("a receipt of {by}, of which no card is here")),
        }
        for entry in receipt
            .entries
            .iter()
            .filter(|entry| !self.entries.contains_key(entry))
            .copied()
            .collect::<Vec<_>>()
        {
            self.find(None, format!("{by} has receipted entry {entry}, which the journal does not hold"));
        }
    }

    /// Ends the audit.
    pub fn finish(mut self) -> AuditReport {
        let lanes = std::mem::take(&mut self.lanes);
        self.report.lanes = lanes.len() as u64;
        self.report.matters = lanes.keys().map(|(matter, _)| matter).collect::<BTreeSet<_>>().len() as u64;
        for ((_, lane), state) in &lanes {
            // What a partner has not sent yet is its to send; what we wrote ourselves is all here, or was lost.
            let waiting = state.waiting.values().flatten();
            if lane.party() != self.agency {
                self.report.waiting += waiting.count() as u64;
                continue;
            }
            for Waiting { record, hash, place } in waiting {
                self.find(*record, format!("gap in lane: nothing leads to entry {hash} at place {place}"));
            }
        }
        self.report
    }

    fn find(&mut self, record: impl Into<Option<u64>>, what: String) {
        self.report.findings.push(Finding { record: record.into(), what });
    }
}

/// Opens a checkpoint with whichever card of its agency holds the key.
fn open(cards: &CardBook, note: &SignedCheckpoint) -> Result<crate::checkpoint::Checkpoint, CheckpointError> {
    let agency = note.peek()?.origin.agency;
    let mut result = Err(CheckpointError::OtherKey);
    for card in cards.chain(&agency) {
        match note.open(&card.facts().checkpoint, card.facts().suite) {
            Err(CheckpointError::OtherKey) => {}
            other => result = other,
        }
    }
    result
}
