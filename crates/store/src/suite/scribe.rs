//! Makes commits that fit one after another, of invented content.

use std::collections::BTreeMap;

use comity_journal::entry::{Lane, Place};
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::part::{OpenPart, PartClass, Salt};
use comity_journal::stream::StreamHead;
use comity_journal::suite::{Hash, hash};
use comity_journal::time::Timestamp;

use crate::{
    Commit, Direction, Record, Recorded, StoredCard, StoredCheckpoint, StoredHead, StoredReceipt, StreamStep,
    TreeName, ViewRow,
};

/// The views the suite writes.
pub const VIEWS: [&str; 2] = ["inbox", "matters"];

/// An invented agency.
pub fn agency(n: u8) -> AgencyId {
    AgencyId::from_bytes(*hash(&[b"agency", &[n]]).as_bytes())
}

/// An invented matter.
pub fn matter(n: u8) -> MatterId {
    MatterId::from_bytes(*hash(&[b"matter", &[n]]).as_bytes())
}

/// The hash of an entry that no journal has.
pub fn unknown() -> Hash {
    hash(&[b"unknown"])
}

/// A label of a part.
pub fn label(n: u8) -> Token {
    Token::literal(["facts", "tally", "subject", "a-paper"][usize::from(n) % 4])
}

/// Keeps the numbering of a journal, its trees and streams, and draws values that never come twice.
#[derive(Clone, Debug, Default)]
pub struct Scribe {
    length: u64,
    leaves: BTreeMap<TreeName, u64>,
    streams: BTreeMap<(AgencyId, Direction), StreamHead>,
    entries: Vec<Hash>,
    drawn: u64,
}

impl Scribe {
    /// At the start of a journal.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many records were written.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The entries written, in order.
    pub fn entries(&self) -> &[Hash] {
        &self.entries
    }

    /// An empty commit that expects the journal as it is now.
    pub fn begin(&self) -> Commit {
        Commit { expects: self.length, ..Commit::default() }
    }

    /// A value that never comes twice.
    pub fn draw(&mut self) -> Hash {
        self.drawn += 1;
        hash(&[b"drawn", &self.drawn.to_be_bytes()])
    }

    /// Bytes of some length, zero included.
    fn draw_bytes(&mut self) -> Vec<u8> {
        let some = self.draw();
        some.as_bytes().iter().copied().cycle().take(usize::from(some.as_bytes()[0]) % 80).collect()
    }

    fn record(&mut self, commit: &mut Commit, tree: TreeName, salted: bool, what: Recorded) {
        let leaf = self.leaves.entry(tree).or_default();
        let record = Record {
            number: self.length,
            tree,
            leaf: *leaf,
            leaf_hash: hash(&[b"leaf", &self.length.to_be_bytes()]),
            at: Timestamp::from_millis(1_790_000_000_000_i64.saturating_add_unsigned(self.length)),
            salt: None,
            what,
        };
        *leaf += 1;
        self.length += 1;
        let salt = salted.then(|| Salt::from_bytes(*self.draw().as_bytes()));
        commit.records.push(Record { salt, ..record });
    }

    fn entry(&mut self, commit: &mut Commit, in_matter: u8, lane: Lane, from: Option<AgencyId>) -> Hash {
        let entry = self.draw();
        let what = Recorded::Entry {
            entry,
            matter: matter(in_matter),
            lane,
            place: Place { epoch: u32::from(in_matter), seq: self.length + 1 },
            bytes: self.draw_bytes(),
            from,
        };
        let tree = if lane.is_shared() { TreeName::Exchange } else { TreeName::Inner };
        self.record(commit, tree, !lane.is_shared(), what);
        self.entries.push(entry);
        entry
    }

    /// Records an entry in the lane of `party`; it came from there unless `party` is 0, who is us.
    pub fn shared(&mut self, commit: &mut Commit, in_matter: u8, party: u8) -> Hash {
        let from = (party != 0).then(|| agency(party));
        self.entry(commit, in_matter, Lane::Shared(agency(party)), from)
    }

    /// Records an inner entry.
    pub fn inner(&mut self, commit: &mut Commit, in_matter: u8) -> Hash {
        self.entry(commit, in_matter, Lane::Inner(agency(0)), None)
    }

    /// Records the root of the inner tree.
    pub fn inner_root(&mut self, commit: &mut Commit) {
        let size = self.leaves.get(&TreeName::Inner).copied().unwrap_or(0);
        let root = self.draw();
        self.record(commit, TreeName::Exchange, true, Recorded::InnerRoot { size, root });
    }

    /// Records that an epoch of the exchange tree begins.
    pub fn epoch(&mut self, commit: &mut Commit, epoch: u32) {
        let checkpoint = self.draw();
        self.record(commit, TreeName::Exchange, false, Recorded::Epoch { epoch, checkpoint });
    }

    /// Records that an entry stands in the epoch that goes on as well.
    pub fn again(&mut self, commit: &mut Commit, entry: Hash) {
        self.record(commit, TreeName::Exchange, false, Recorded::Again { entry });
    }

    /// Gives an entry content.
    pub fn part(&mut self, commit: &mut Commit, entry: Hash, n: u8) -> OpenPart {
        let class = if n % 4 == 1 { PartClass::Tally } else { PartClass::Content };
        let salt = Salt::from_bytes(*self.draw().as_bytes());
        let part = OpenPart { label: label(n), class, salt, bytes: self.draw_bytes() };
        commit.parts.push((entry, part.clone()));
        part
    }

    /// Delivers a record.
    pub fn step(&mut self, commit: &mut Commit, partner: u8, direction: Direction, record: u64) {
        let delivered = self.draw();
        let head = self.streams.entry((agency(partner), direction)).or_insert(StreamHead::START);
        *head = head.push(&delivered);
        commit.steps.push(StreamStep { partner: agency(partner), direction, head: *head, record });
    }

    /// A receipt of a partner for entries.
    pub fn receipt(&mut self, partner: u8, entries: &[Hash]) -> StoredReceipt {
        StoredReceipt { partner: agency(partner), bytes: self.draw_bytes(), entries: entries.to_vec() }
    }

    /// The card of an agency with a number; the same each time.
    pub fn card(of: u8, number: u64) -> StoredCard {
        StoredCard {
            agency: agency(of),
            number,
            bytes: hash(&[b"card", &number.to_be_bytes()]).as_bytes().to_vec(),
            brought_by: (number % 2 == 1).then(|| agency(of + 1)),
        }
    }

    /// What was stated of a lane of a matter; the same each time.
    pub fn head(of: u8, number: u8) -> StoredHead {
        StoredHead { matter: matter(of), bytes: hash(&[b"head", &[number]]).as_bytes().to_vec() }
    }

    /// Our stream to a partner ends after this step.
    pub fn cut(&mut self, commit: &mut Commit, partner: u8, head: StreamHead) {
        self.streams.insert((agency(partner), Direction::Out), head);
        commit.cut.push((agency(partner), head.n));
    }

    /// A checkpoint; its note is another each time.
    pub fn checkpoint(&mut self, of: u8, epoch: u32, size: u64) -> StoredCheckpoint {
        StoredCheckpoint { agency: agency(of), epoch, size, note: format!("note {}\n", self.draw()) }
    }

    /// A row of a view.
    pub fn row(&mut self, view: usize, key: &[u8]) -> ViewRow {
        ViewRow { view: VIEWS[view % VIEWS.len()], key: key.to_vec(), value: Some(self.draw_bytes()) }
    }

    /// A commit with something of everything.
    pub fn everything(&mut self) -> Commit {
        let mut commit = self.begin();
        let first = self.length;
        let ours = self.shared(&mut commit, 1, 0);
        let theirs = self.shared(&mut commit, 1, 2);
        let inner = self.inner(&mut commit, 2);
        self.inner_root(&mut commit);
        for entry in [ours, theirs, inner] {
            self.part(&mut commit, entry, 0);
            self.part(&mut commit, entry, 1);
        }
        commit.erased.push((inner, label(0)));
        self.step(&mut commit, 2, Direction::Out, first);
        self.step(&mut commit, 2, Direction::In, first + 1);
        self.step(&mut commit, 3, Direction::Out, first);
        commit.delivered = vec![(agency(2), self.length), (agency(3), 1)];
        commit.receipts = vec![self.receipt(2, &[ours, theirs]), self.receipt(3, &[ours])];
        commit.cards = vec![Self::card(0, self.length), Self::card(2, self.length)];
        commit.heads = vec![Self::head(1, 0), Self::head(2, 0), Self::head(1, 0)];
        commit.checkpoints = vec![self.checkpoint(0, 0, self.length), self.checkpoint(2, 1, 7)];
        commit.views = vec![self.row(0, b"first"), self.row(0, b"second"), self.row(1, b"first")];
        commit.views.push(ViewRow { view: VIEWS[0], key: b"second".to_vec(), value: None });
        commit
    }
}
