//! What a node keeps: its journal, the content still present, streams, receipts, cards and views.
//!
//! This is the trait every store implements, in words its implementers can rely on, with a common suite that
//! each of them passes. Not here: what any of it means (`comity-app`), or objects too large for a row.
//!
//! Invariants every implementation keeps:
//! 1. a [`Commit`] is stored whole or not at all, and durable when `commit` returns `Ok`;
//! 2. journal records are never changed or removed; only content parts can be erased;
//! 3. content and receipts belong to entries of the journal, of the same commit at the latest;
//! 4. a commit that does not expect the current length of the journal changes nothing.

use comity_journal::entry::{Lane, Place};
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::part::{OpenPart, Salt};
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

#[cfg(test)]
mod alike;
mod check;
#[cfg(any(test, feature = "faults"))]
pub mod faults;
pub mod memory;
pub mod objects;
mod pass_on;
pub mod sqlite;
#[cfg(any(test, feature = "faults"))]
pub mod suite;
pub mod uploads;

/// Which of the two trees a record is a leaf of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TreeName {
    /// Entries of shared lanes, and the inner roots; partners get proofs from it.
    Exchange,
    /// Entries of inner lanes; never shown.
    Inner,
}

/// One row of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number in the journal, from 0, without gaps.
    pub number: u64,
    /// The tree it is a leaf of.
    pub tree: TreeName,
    /// Its leaf index in that tree, from 0, without gaps. In the exchange tree it goes on counting over all epochs: the
    /// leaves of an epoch begin at the first [`Recorded::Epoch`] that names it.
    pub leaf: u64,
    /// The hash of that leaf.
    pub leaf_hash: Hash,
    /// When it was recorded.
    pub at: Timestamp,
    /// What hides an inner leaf or an inner root; absent for entries of shared lanes.
    pub salt: Option<Salt>,
    /// What was recorded.
    pub what: Recorded,
}

/// What a record is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// A signed entry, written here or received.
    Entry {
        /// Hash of the signed bytes; unique in the journal.
        entry: Hash,
        /// Its matter.
        matter: MatterId,
        /// Its lane.
        lane: Lane,
        /// Its place in the lane.
        place: Place,
        /// The signed bytes.
        bytes: Vec<u8>,
        /// The partner it came from; absent for what was written here.
        from: Option<AgencyId>,
    },
    /// The inner tree's root at some size, committed into the exchange tree.
    InnerRoot {
        /// How many leaves the inner tree had.
        size: u64,
        /// Its root then.
        root: Hash,
    },
    /// An epoch of the exchange tree begins with this leaf, or goes on and names one more checkpoint: what a partner
    /// holds of a former epoch, of which this node had become an older copy.
    Epoch {
        /// The epoch the leaf is of.
        epoch: u32,
        /// The hash of the checkpoint's note.
        checkpoint: Hash,
    },
    /// An entry of a former epoch stands in the epoch that goes on as well, so that it can be receipted in that.
    Again {
        /// The entry, which is recorded before.
        entry: Hash,
    },
}

/// The two directions between this node and a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// What we give the partner.
    Out,
    /// What the partner gives us.
    In,
}

/// One more entry in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamStep {
    /// With whom.
    pub partner: AgencyId,
    /// Which way.
    pub direction: Direction,
    /// The head after this entry; `head.n` is this step's number, from 1, without gaps.
    pub head: StreamHead,
    /// The journal record delivered.
    pub record: u64,
}

/// A receipt a partner gave, with the entries it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredReceipt {
    /// Who signed it.
    pub partner: AgencyId,
    /// The receipt as deterministic CBOR.
    pub bytes: Vec<u8>,
    /// The entries it proves.
    pub entries: Vec<Hash>,
}

/// A card as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCard {
    /// Whose.
    pub agency: AgencyId,
    /// Its number in the chain.
    pub number: u64,
    /// The signed bytes.
    pub bytes: Vec<u8>,
    /// Who brought it, where that was not its agency itself: the first who did.
    pub brought_by: Option<AgencyId>,
}

/// Up to where a lane stands that was signed with a key which its agency has disowned, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredHead {
    /// The matter the lane is of.
    pub matter: MatterId,
    /// What was stated, with its path.
    pub bytes: Vec<u8>,
}

/// A checkpoint note: ours, or the latest a partner showed us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// Whose tree; our own agency for ours.
    pub agency: AgencyId,
    /// The tree's epoch.
    pub epoch: u32,
    /// The tree's size.
    pub size: u64,
    /// The signed note.
    pub note: String,
}

/// One row of a view, or its removal. Views can be dropped and rebuilt at any time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewRow {
    /// Which view.
    pub view: &'static str,
    /// The row's key; rows are listed in the order of their keys.
    pub key: Vec<u8>,
    /// Its value; `None` removes the row.
    pub value: Option<Vec<u8>>,
}

/// Everything one transaction writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// The length of the journal this commit was made for.
    pub expects: u64,
    /// New records, numbered on from `expects`.
    pub records: Vec<Record>,
    /// Content of entries (of this commit, or arriving later), by entry. A part that is already there stays. The
    /// store keeps no memory of what was erased: who must not take a part back looks up the act that erased it.
    pub parts: Vec<(Hash, OpenPart)>,
    /// Content to erase, by entry and label; done after `parts`. Erasing what is not there is no error.
    pub erased: Vec<(Hash, Token)>,
    /// Our streams that end after this step from now on, by partner; done before `steps`. What is cut off was given to
    /// nobody: whoever cuts knows that.
    pub cut: Vec<(AgencyId, u64)>,
    /// New steps of streams.
    pub steps: Vec<StreamStep>,
    /// How far partners have receipted our streams; never goes back, a smaller number changes nothing.
    pub delivered: Vec<(AgencyId, u64)>,
    /// New receipts.
    pub receipts: Vec<StoredReceipt>,
    /// New cards. The same card again changes nothing; another one for the same number is refused.
    pub cards: Vec<StoredCard>,
    /// New stated heads. The same one again changes nothing.
    pub heads: Vec<StoredHead>,
    /// New checkpoints; the largest per agency and epoch is the latest. One of the same agency, epoch and size
    /// takes the place of the one before it.
    pub checkpoints: Vec<StoredCheckpoint>,
    /// Rows of views; of several with one key the last counts.
    pub views: Vec<ViewRow>,
}

/// Why a store could not.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No room; nothing of the commit was stored.
    #[error("the disk is full: nothing was stored; free some space and try again")]
    Full,
    /// Somebody else wrote since; nothing of the commit was stored.
    #[error("the journal has {found} records where {expected} were expected: another writer was here")]
    LostRace {
        /// What the commit expected.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// A stored row cannot be read back, or a commit would store what does not fit what is there (a gap in a
    /// numbering, an entry for the second time); of such a commit nothing was stored.
    #[error("row {row} of table {table} is not as it must be: {why}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// Which row, never its content.
        row: String,
        /// What is wrong with it.
        why: String,
    },
    /// The driver failed; after a failed commit nobody knows whether it was stored until it is looked up.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// A result of a store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Reading what is kept. Every call sees whole commits only, and all that were durable when it began.
pub trait Reader: Send {
    /// How many records the journal has.
    fn length(&self) -> Result<u64>;
    /// Up to `limit` records from number `from` on, in order.
    fn records(&self, from: u64, limit: usize) -> Result<Vec<Record>>;
    /// The leaf hashes of a tree, in order of their index, from `from` on, at most `limit`.
    fn leaf_hashes(&self, tree: TreeName, from: u64, limit: usize) -> Result<Vec<Hash>>;
    /// All records that begin an epoch of the exchange tree, name a checkpoint or have an entry stand in one again, in order.
    fn epochs(&self) -> Result<Vec<Record>>;
    /// All entries of a matter in the order they were recorded, inner ones included.
    fn matter(&self, matter: &MatterId) -> Result<Vec<Record>>;
    /// All matters, in the order of their first record.
    fn matters(&self) -> Result<Vec<MatterId>>;
    /// The record of an entry.
    fn entry(&self, entry: &Hash) -> Result<Option<Record>>;
    /// The content of an entry that is still present, sorted by label.
    fn parts(&self, entry: &Hash) -> Result<Vec<OpenPart>>;
    /// The head of a stream; [`StreamHead::START`] when nothing went that way yet.
    fn stream(&self, partner: &AgencyId, direction: Direction) -> Result<StreamHead>;
    /// The head of a stream after its step `n`; `None` when it never came that far. `n` = 0 is the start.
    fn stream_at(&self, partner: &AgencyId, direction: Direction, n: u64) -> Result<Option<StreamHead>>;
    /// Up to `limit` steps of a stream after step `after`, in order, with their records.
    fn steps(
        &self,
        partner: &AgencyId,
        direction: Direction,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(StreamStep, Record)>>;
    /// How many steps of our stream the partner has receipted.
    fn delivered(&self, partner: &AgencyId) -> Result<u64>;
    /// The receipts that cover an entry, one per partner (its first), sorted by partner.
    fn receipts(&self, entry: &Hash) -> Result<Vec<StoredReceipt>>;
    /// All receipts, oldest first, from the `from`-th on, at most `limit`.
    fn all_receipts(&self, from: u64, limit: usize) -> Result<Vec<StoredReceipt>>;
    /// All cards, by agency and number.
    fn cards(&self) -> Result<Vec<StoredCard>>;
    /// What was stated of the lanes of a matter, sorted by its bytes.
    fn heads(&self, matter: &MatterId) -> Result<Vec<Vec<u8>>>;
    /// The latest checkpoint kept of an agency: highest epoch, then largest size.
    fn checkpoint(&self, agency: &AgencyId) -> Result<Option<StoredCheckpoint>>;
    /// Rows of a view in the order of their keys, after `after`, at most `limit`.
    fn view(&self, view: &'static str, after: Option<&[u8]>, limit: usize)
    -> Result<Vec<(Vec<u8>, Vec<u8>)>>;
    /// One row of a view.
    fn view_row(&self, view: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>>;
}

/// The one writer of a node's store.
pub trait Store: Reader {
    /// Stores a commit whole, durably, in one transaction.
    ///
    /// # Errors
    /// After [`StoreError::Full`], [`StoreError::LostRace`] and [`StoreError::Inconsistent`] nothing was stored;
    /// after [`StoreError::Failed`] nobody knows, and the caller must read the heads again before it tries once
    /// more.
    fn commit(&mut self, commit: &Commit) -> Result<()>;
    /// Drops all rows of a view, to be rebuilt.
    ///
    /// # Errors
    /// As [`Store::commit`].
    fn drop_view(&mut self, view: &'static str) -> Result<()>;
    /// A second way to read, for other threads; it sees a commit as soon as `commit` has returned.
    ///
    /// # Errors
    /// When the store cannot be opened again.
    fn reader(&self) -> Result<Box<dyn Reader>>;
}
