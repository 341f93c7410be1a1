//! The ledger: a node's one writer.
//!
//! Jobs queue up; the ledger takes what is ready, lets each decide and append in memory, signs one checkpoint and
//! commits everything in one transaction (group commit). Only then is anything answered, shown or delivered.
//!
//! Invariant (rule 4 of the design): nothing leaves and nothing is shown as done before it is durable. After a
//! commit whose fate is unknown the ledger forgets what it held in memory and reads the store again.

mod append;
mod disowned;
mod epochs;
mod folded;
mod last_read;
mod pending;
mod recent;
mod thread;
mod trees;
mod waived;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use comity_domain::engine::{AnyKind, AnyMatter, Kinds};
use comity_domain::matters::node::{Kept, Trouble};
use comity_journal::card::{Card, CardBook};
use comity_journal::cbor::Malformed;
use comity_journal::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use comity_journal::entropy::Entropy;
use comity_journal::entry::Entry;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::part::OpenPart;
use comity_journal::receipt::Receipt;
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use comity_store::{Direction, Recorded, Store, StoredCard, StoredCheckpoint, TreeName};

pub use append::{NewEntry, Received};
pub use epochs::{Begun, EPOCH_FIRST};
pub use pending::Pending;
pub use thread::{LedgerByHand, LedgerHandle};
pub use trees::WholeTree;

use crate::authorise::LastRefused;
use crate::commands::{LastLooks, ROOM, Witnessing};
use crate::context::{Clock, NoShelf, Shelf};
use crate::failure::Failure;
use crate::keys::NodeKeys;
use crate::people::KnownPeople;
use crate::views::{Contents, HeldRuns, Lagging, Waiting};
use disowned::FreshHeads;
use epochs::Epochs;
use folded::Folded;
use last_read::LastRead;
pub(crate) use trees::Grown;

/// How many rows are read at once when a store is read from the beginning.
const PAGE: usize = 4096;

/// The one writer, with what it needs in memory to decide.
pub struct Ledger {
    pub(crate) agency: AgencyId,
    pub(crate) keys: NodeKeys,
    pub(crate) kinds: Arc<Kinds>,
    pub(crate) cards: CardBook,
    /// By whom an agency was introduced: who brought the first card of it that is here, where it was not the agency.
    pub(crate) introduced: BTreeMap<AgencyId, AgencyId>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Box<dyn Entropy + Send>,
    pub(crate) store: Box<dyn Store>,
    pub(crate) compared: Compared,
    /// Who has said, since it is not known whether this node is an old copy of itself, that it holds nothing of ours that
    /// is not here.
    pub(crate) vouched: BTreeSet<AgencyId>,
    /// Who does not answer, and is not waited for since the root has declared an epoch of our lanes.
    pub(crate) waived: BTreeSet<AgencyId>,
    /// What bundles of ours have asked since it is not known whether this node is an old copy of itself.
    pub(crate) questions: BTreeMap<AgencyId, Hash>,
    pub(crate) shelf: Arc<dyn Shelf>,
    pub(crate) troubles: BTreeMap<(Option<AgencyId>, Trouble), u32>,
    pub(crate) last_refused: LastRefused,
    /// When looks at the audit were last recorded.
    pub(crate) last_looks: LastLooks,
    pub(crate) witnessing: Witnessing,
    /// Memory may be ahead of the store or behind it: nothing is done before it has been read again.
    stale: bool,
    length: u64,
    /// How many commits have brought records or receipts since it was opened.
    moved: u64,
    exchange: Grown,
    epochs: Epochs,
    inner: Grown,
    inner_root_at: Option<Timestamp>,
    checkpoint: Option<SignedCheckpoint>,
    streams: BTreeMap<(AgencyId, Direction), StreamHead>,
    pub(crate) waiting: Waiting,
    pub(crate) runs: HeldRuns,
    pub(crate) lagging: Lagging,
    /// What was stated of lanes when a key was disowned, and is not durable yet.
    fresh_heads: FreshHeads,
    /// Matters that were found to be of a kind this release does not know, in what is not durable yet.
    pub(crate) unknown: BTreeSet<MatterId>,
    /// About which matter each partner was asked last.
    pub(crate) asked: BTreeMap<AgencyId, MatterId>,
    /// How much of one agency is kept that cannot be used.
    pub(crate) room: Kept,
    /// The agencies whose last such entry found no room.
    pub(crate) no_room: BTreeSet<AgencyId>,
    pub(crate) matters: Folded,
    pub(crate) last_read: LastRead,
    pub(crate) people: KnownPeople,
    pub(crate) contents: Contents,
}

/// With whom the streams have been compared since the node started. Until then nothing is signed in a lane shared
/// with them: the node may be an old copy of itself.
#[derive(Clone, Debug)]
pub enum Compared {
    /// The last stop was clean and on this machine.
    WithEverybody,
    /// Only with these.
    With(BTreeSet<AgencyId>),
}

impl Compared {
    /// Whether acts shared with `partner` may be signed.
    pub fn with(&self, partner: &AgencyId) -> bool {
        match self {
            Self::WithEverybody => true,
            Self::With(partners) => partners.contains(partner),
        }
    }

    /// The streams with `partner` agree.
    pub fn add(&mut self, partner: AgencyId) {
        if let Self::With(partners) = self {
            partners.insert(partner);
        }
    }

    /// The comparison with `partner` has released nothing durable, so it has to be made again.
    pub(crate) fn remove(&mut self, partner: &AgencyId) {
        match self {
            Self::With(partners) => drop(partners.remove(partner)),
            Self::WithEverybody => *self = Self::With(BTreeSet::new()),
        }
    }
}

/// An entry of a matter as the store has it.
struct StoredEntry {
    /// The hash of what was signed.
    recorded: Hash,
    read: Result<Entry, Malformed>,
}

impl StoredEntry {
    /// Whether the stored bytes are not what was signed.
    fn is_damaged(&self) -> bool {
        self.read.as_ref().map_or(true, |entry| entry.hash() != self.recorded)
    }
}

/// All cards that are stored, each proven by those before it.
///
/// # Errors
/// When one of them is none.
pub(crate) fn card_book(stored: &[StoredCard]) -> Result<CardBook, Failure> {
    let mut cards = CardBook::default();
    for stored in stored {
        let believed = Card::read(&stored.bytes).and_then(|card| cards.add(card));
        believed.map_err(|error| Failure::Fault(format!("a stored card cannot be read: {error}")))?;
    }
    Ok(cards)
}

/// By whom agencies were introduced.
fn introductions(stored: &[StoredCard]) -> BTreeMap<AgencyId, AgencyId> {
    // Of each agency the lowest number comes first, and it is the one that was brought first: cards are a chain.
    let mut first = BTreeMap::new();
    for stored in stored {
        first.entry(stored.agency).or_insert(stored.brought_by);
    }
    first.into_iter().filter_map(|(agency, by)| Some((agency, by?))).collect()
}

/// What a ledger is opened with.
pub struct LedgerParts {
    /// Where it keeps things.
    pub store: Box<dyn Store>,
    /// The node's keys.
    pub keys: NodeKeys,
    /// The node's own latest card.
    pub card: Card,
    /// The kinds it knows.
    pub kinds: Arc<Kinds>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Box<dyn Entropy + Send>,
    /// With whom the streams count as compared.
    pub compared: Compared,
}

impl Ledger {
    /// Opens a ledger on what the store holds.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn open(parts: LedgerParts) -> Result<Self, Failure> {
        let LedgerParts { store, keys, card, kinds, clock, entropy, compared } = parts;
        let contents = Contents::of(&kinds);
        let mut ledger = Self {
            agency: card.agency(),
            keys,
            kinds,
            cards: CardBook::default(),
            introduced: BTreeMap::new(),
            clock,
            entropy,
            store,
            compared,
            vouched: BTreeSet::new(),
            waived: BTreeSet::new(),
            questions: BTreeMap::new(),
            shelf: Arc::new(NoShelf),
            troubles: BTreeMap::new(),
            last_refused: LastRefused::default(),
            last_looks: LastLooks::default(),
            witnessing: Witnessing::default(),
            stale: false,
            length: 0,
            moved: 0,
            exchange: Grown::new(TreeName::Exchange, 0),
            epochs: Epochs::default(),
            inner: Grown::new(TreeName::Inner, 0),
            inner_root_at: None,
            checkpoint: None,
            streams: BTreeMap::new(),
            waiting: Waiting::default(),
            runs: HeldRuns::default(),
            lagging: Lagging::default(),
            fresh_heads: FreshHeads::default(),
            unknown: BTreeSet::new(),
            asked: BTreeMap::new(),
            room: ROOM,
            no_room: BTreeSet::new(),
            matters: Folded::default(),
            last_read: LastRead::default(),
            people: KnownPeople::default(),
            contents,
        };
        ledger.reload()?;
        if ledger.cards.get(&card.hash()).is_none() {
            ledger.run_now(move |ledger, pending| {
                crate::views::begin(ledger, pending);
                ledger.keep_card(pending, card)
            })?;
        }
        crate::views::bring_up_to_date(&mut ledger)?;
        ledger.sweep_unsent()?;
        Ok(ledger)
    }

    /// Forgets what is in memory and reads the heads again. Until that succeeds no job is carried out.
    fn reload(&mut self) -> Result<(), Failure> {
        self.stale = true;
        self.length = self.store.length()?;
        self.epochs = Epochs::of(&self.store.epochs()?);
        self.streams.clear();
        self.matters.clear();
        self.unknown.clear();
        self.last_read.forget();
        self.last_refused.clear();
        self.last_looks.clear();
        self.people.forget();
        // The old book stays until the new one is whole: a ledger is never without its own card.
        let stored = self.store.cards()?;
        self.cards = card_book(&stored)?;
        self.introduced = introductions(&stored);
        self.checkpoint = match self.store.checkpoint(&self.agency)? {
            Some(stored) => SignedCheckpoint::try_from(stored.note).ok(),
            None => None,
        };
        self.read_trees()?;
        self.waiting.read_again(&*self.store)?;
        self.lagging.read_again(&*self.store, self.clock.now())?;
        self.runs.forget();
        self.fresh_heads.clear();
        self.stale = false;
        Ok(())
    }

    /// Reads the store again if the last attempt to did not succeed.
    fn refresh(&mut self) -> Result<(), Failure> {
        if self.stale { self.reload() } else { Ok(()) }
    }

    /// When the inner root last entered the exchange tree, and which, as far as the latest page of the journal tells.
    fn last_inner_root(&self) -> Result<Option<(Timestamp, u64, Hash)>, Failure> {
        let page = self.store.records(self.length.saturating_sub(PAGE as u64), PAGE)?;
        let root = |record: &comity_store::Record| match record.what {
            Recorded::InnerRoot { size, root } => Some((record.at, size, root)),
            _ => None,
        };
        Ok(page.iter().rev().find_map(root))
    }

    /// The node's own latest card.
    ///
    /// # Panics
    /// Never: a ledger opens with its card.
    pub fn own_card(&self) -> &Card {
        self.cards.latest(&self.agency).expect("a ledger opens with its own card")
    }

    /// The last stop was clean and here: the folder is no old copy, and acts can be signed at once.
    pub fn trust_own_state(&mut self) {
        self.compared = Compared::WithEverybody;
    }

    /// Sealed packages are looked for on this shelf from now on.
    pub fn use_shelf(&mut self, shelf: Arc<dyn Shelf>) {
        self.shelf = shelf;
    }

    /// Whether acts shared with a partner may be signed: the streams count as compared, and no epoch of our tree waits to
    /// be declared.
    pub fn compared_with(&self, partner: &AgencyId) -> bool {
        !self.is_waited_for(partner) && !self.awaits_epoch()
    }

    /// All cards known.
    pub fn cards(&self) -> &CardBook {
        &self.cards
    }

    /// The latest checkpoint this node has signed.
    pub fn checkpoint(&self) -> Option<&SignedCheckpoint> {
        self.checkpoint.as_ref()
    }

    /// How many records are durable.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The version of the rules under which this release opens matters of a kind.
    ///
    /// # Errors
    /// When it does not know the kind.
    pub fn rules_of(&self, kind: &str) -> Result<u32, Failure> {
        Ok(self.kind_named(kind)?.def().rules)
    }

    /// A matter of this kind as it is numbered for people.
    ///
    /// # Errors
    /// When this release does not know the kind.
    pub(crate) fn number(&self, kind: &str, id: &MatterId) -> Result<String, Failure> {
        Ok(id.shown(self.kind_named(kind)?.def().prefix))
    }

    /// What is stored, for reading.
    pub fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A matter this node holds, folded.
    ///
    /// # Errors
    /// When there is none, its kind is unknown, or the store cannot be read.
    pub fn matter(&mut self, id: &MatterId) -> Result<&mut Box<dyn AnyMatter>, Failure> {
        if !self.matters.has(id) {
            if self.unknown.contains(id) {
                return Err(Failure::NotFound("this release does not know matters of this kind".into()));
            }
            let stored = self.stored_entries(id)?;
            if stored.iter().any(StoredEntry::is_damaged) {
                return Err(Failure::Damaged(self.number_of_damaged(id)?));
            }
            let matter = self.fold_stored(id, stored)?;
            self.matters.insert(*id, matter);
        }
        self.matters.get(id).ok_or_else(|| Failure::NotFound("no such matter".into()))
    }

    /// A matter, and what may be read out of its content.
    pub(crate) fn matter_and_contents(
        &mut self,
        id: &MatterId,
    ) -> Result<(&dyn AnyMatter, &Contents), Failure> {
        self.matter(id)?;
        let matter = self.matters.get(id).ok_or_else(|| Failure::NotFound("no such matter".into()))?;
        Ok((&**matter, &self.contents))
    }

    /// The entries of a matter whose stored bytes are not what was signed. What they say would be made up, and an act of
    /// ours that rests on them would contradict our own journal.
    pub(crate) fn damaged(&self, id: &MatterId) -> Result<Vec<Hash>, Failure> {
        let stored = self.stored_entries(id)?;
        Ok(stored.iter().filter(|stored| stored.is_damaged()).map(|stored| stored.recorded).collect())
    }

    fn stored_entries(&self, id: &MatterId) -> Result<Vec<StoredEntry>, Failure> {
        let mut stored = Vec::new();
        for record in self.store.matter(id)? {
            let Recorded::Entry { entry: recorded, bytes, .. } = record.what else { continue };
            stored.push(StoredEntry { recorded, read: Entry::read(&bytes) });
        }
        Ok(stored)
    }

    fn number_of_damaged(&mut self, id: &MatterId) -> Result<String, Failure> {
        let Some(row) = self.listed(id)? else { return Ok(id.to_string()) };
        self.number(&row.kind, id)
    }

    fn read_matter(&self, id: &MatterId) -> Result<Box<dyn AnyMatter>, Failure> {
        self.fold_stored(id, self.stored_entries(id)?)
    }

    fn fold_stored(&self, id: &MatterId, stored: Vec<StoredEntry>) -> Result<Box<dyn AnyMatter>, Failure> {
        let entries = stored.into_iter().map(|stored| stored.read.map(Arc::new));
        let entries = entries
            .collect::<Result<_, _>>()
            .map_err(|error| Failure::Fault(format!("a stored entry cannot be read: {error}")))?;
        self.fold(id, entries)
    }

    /// Folds the entries of a matter, which are all that are here.
    fn fold(&self, id: &MatterId, entries: Vec<Arc<Entry>>) -> Result<Box<dyn AnyMatter>, Failure> {
        let Some(first) = entries.first() else {
            return Err(Failure::NotFound("no such matter here".into()));
        };
        let kind = self.kinds.of(entries.iter().map(|entry| &**entry)).ok_or_else(|| {
            let code = &first.header().kind;
            Failure::NotFound(format!("this release does not know matters of the kind `{code}`"))
        })?;
        let mut matter = self.fresh_matter(kind, id)?;
        entries.into_iter().for_each(|entry| matter.receive(entry));
        Ok(matter)
    }

    /// A matter without entries that knows what the cards of its parties say of keys and lanes.
    fn fresh_matter(&self, kind: &dyn AnyKind, id: &MatterId) -> Result<Box<dyn AnyMatter>, Failure> {
        let mut matter = kind.matter(*id);
        matter.disown(self.disowned_keys(id)?);
        matter.declare_epochs(self.lane_epochs());
        Ok(matter)
    }

    /// The content of an entry that is still present, what is pending included.
    pub(crate) fn parts(&self, pending: &Pending, entry: &Hash) -> Result<Vec<OpenPart>, Failure> {
        let fresh = pending.parts_of(entry);
        if fresh.is_empty() { Ok(self.store.parts(entry)?) } else { Ok(fresh) }
    }

    pub(crate) fn stream(&mut self, partner: &AgencyId, direction: Direction) -> Result<StreamHead, Failure> {
        if let Some(head) = self.streams.get(&(*partner, direction)) {
            return Ok(*head);
        }
        let head = self.store.stream(partner, direction)?;
        self.streams.insert((*partner, direction), head);
        Ok(head)
    }

    /// A receipt for entries that stand in leaves `first..`, which are committed and of one epoch.
    ///
    /// # Errors
    /// When there is no checkpoint yet or the run is not in the tree.
    pub fn receipt(&self, first: u64, entries: Vec<Hash>, at: Timestamp) -> Result<Receipt, Failure> {
        let count = entries.len() as u64;
        let (begun, tree, checkpoint) = self.log_of(first, first.saturating_add(count))?;
        let size = checkpoint.peek().map_err(|error| Failure::Fault(error.to_string()))?.size;
        let first = first - begun.leaf;
        let proof = comity_journal::tree::prove_range(&tree, first, count, size)
            .map_err(|error| Failure::Fault(error.to_string()))?;
        Ok(Receipt { checkpoint, first, entries, at, proof })
    }

    /// Carries one job out and commits it, on the caller's thread.
    ///
    /// # Errors
    /// The job's own failure (what it had appended before stays), or that nothing was recorded.
    pub fn run_now<T>(
        &mut self,
        job: impl FnOnce(&mut Self, &mut Pending) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.refresh()?;
        let mut pending = Pending::new(self.length, self.clock.now());
        let outcome = job(self, &mut pending);
        self.commit(pending)?;
        outcome
    }

    /// Signs a checkpoint over what was appended and stores everything in one transaction.
    fn commit(&mut self, mut pending: Pending) -> Result<(), Failure> {
        if pending.is_empty() {
            return Ok(());
        }
        let before = self.checkpoint.clone();
        if pending.grew_exchange() {
            self.put_checkpoint(&mut pending);
        }
        if let Err(error) = crate::views::project(self, &mut pending) {
            // What was appended in memory is not going to be stored.
            self.forget(&pending)?;
            return Err(error);
        }
        match self.store.commit(&pending.commit) {
            Ok(()) => {
                self.length += pending.commit.records.len() as u64;
                self.moved +=
                    u64::from(!(pending.commit.records.is_empty() && pending.commit.receipts.is_empty()));
                self.matters.settle();
                self.trees().into_iter().for_each(Grown::settle);
                self.fresh_heads.clear();
                self.unknown.clear();
                self.last_read.follow(&pending.commit);
                pending.rows.iter().for_each(|row| self.last_read.keep_row(row));
                if pending.of_people {
                    self.people.forget();
                }
                Ok(())
            }
            Err(error) => {
                self.checkpoint = before;
                self.after_failed_commit(&pending, error)
            }
        }
    }

    /// Nobody knows whether a failed commit was stored until it is looked up; it is whole or not there at all.
    fn after_failed_commit(
        &mut self,
        pending: &Pending,
        error: comity_store::StoreError,
    ) -> Result<(), Failure> {
        let stored = match pending.last_entry() {
            Some(entry) => self.store.entry(&entry),
            None => Ok(None),
        };
        if matches!(stored, Ok(Some(_))) {
            return self.reload();
        }
        self.forget(pending)?;
        stored?;
        Err(error.into())
    }

    /// Nothing of `pending` was stored: what memory holds of it goes, what it released included.
    fn forget(&mut self, pending: &Pending) -> Result<(), Failure> {
        for partner in &pending.compared {
            self.compared.remove(partner);
        }
        self.reload()
    }

    fn put_checkpoint(&mut self, pending: &mut Pending) {
        let checkpoint = self.sign_checkpoint();
        pending.commit.checkpoints.push(StoredCheckpoint {
            agency: self.agency,
            epoch: self.epochs.now().epoch,
            size: self.exchange.size(),
            note: checkpoint.as_str().to_owned(),
        });
        self.checkpoint = Some(checkpoint);
    }

    /// Partners believe checkpoints that the latest card's key has signed, and no others.
    pub(crate) fn sign_checkpoint_anew(&mut self, pending: &mut Pending) {
        if self.checkpoint.is_some() && !pending.grew_exchange() {
            self.put_checkpoint(pending);
        }
    }

    fn sign_checkpoint(&self) -> SignedCheckpoint {
        let origin = Origin { agency: self.agency, epoch: self.epochs.now().epoch };
        Checkpoint { origin, size: self.exchange.size(), root: self.exchange.root() }
            .sign(&self.keys.checkpoint)
    }
}
