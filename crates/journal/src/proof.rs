//! The proof file: the shared acts of one matter, with everything needed to check them far from any node.
//!
//! `NAME.proof` is a sequence of CBOR items (RFC 8742), each in deterministic form: an [`Opening`] that states how
//! many items there are, whole chains of agency cards as COSE_Sign1, checkpoints as text, what their roots stated of lost keys, one map
//! per entry, and a seal. The seal is the exporter's COSE_Sign1 over the SHA-256 of all bytes before it, so no bit of the file can
//! change unnoticed, not even one that no other signature covers.
//!
//! Not here: what a whole file shows; that is [`crate::verify`]. Invariant: a [`ProofFile`] has the one form that
//! [`ProofParts`] writes, its cards prove themselves, and its exporter's latest card in it vouches for every byte.

mod sequence;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::card::{Card, CardBook, CardError};
use crate::cbor::{self, Malformed};
use crate::checkpoint::SignedCheckpoint;
use crate::cose::{self, Context, Unverified};
use crate::entry::Entry;
use crate::ids::{AgencyId, MatterId, Token};
use crate::part::{self, OpenPart};
use crate::receipt::{Receipt, ReceiptError};
use crate::stated::StatedHead;
use crate::suite::{self, Hash, SecretKey, Signature, Suite};
use crate::time::Timestamp;

/// The version of the file format this release writes.
pub const VERSION: u16 = 1;
/// The longest seal that is read, in bytes.
const SEAL_BYTES: usize = 256;

/// The first item of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Format version.
    pub v: u16,
    /// Items in the file, this one and the seal included.
    pub items: u64,
    /// Of these, agency cards; they come next.
    pub cards: u64,
    /// Of these, checkpoints; they come after the cards.
    pub checkpoints: u64,
    /// Of these, heads of lanes that were stated when a key was disowned; they come next. What is left are entries.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub heads: u64,
    /// The matter.
    pub matter: MatterId,
    /// Its kind.
    pub kind: Token,
    /// Who wrote and sealed the file.
    pub exporter: AgencyId,
    /// What the exporter's record says about the cover for this export, such as `not-on-record`.
    pub cover: Token,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(heads: &u64) -> bool {
    *heads == 0
}

/// That an entry is a leaf of an agency's exchange tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inclusion {
    /// Whose tree.
    pub by: AgencyId,
    /// The checkpoint that signs the tree, by its number among the file's checkpoints, from 0.
    pub checkpoint: u64,
    /// The leaf, from 0.
    pub leaf: u64,
    /// When it was recorded there.
    pub at: Timestamp,
    /// The path from the leaf to the root, as in RFC 6962.
    pub path: Vec<Hash>,
}

/// What became of one part of an entry's content in this file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// It is here.
    Open(OpenPart),
    /// The exporter no longer has it.
    Erased,
    /// It was addressed to others, or kept back from this file.
    Withheld,
}

/// One entry, with its proofs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryItem {
    /// The signed bytes.
    #[serde(with = "part::bytes")]
    pub entry: Vec<u8>,
    /// In the exporter's own tree.
    pub logged: Inclusion,
    /// In the trees of those who gave receipts.
    pub receipts: Vec<Inclusion>,
    /// One for each commitment of the entry, in its order; absent where the file holds hashes only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Vec<Shown>>,
}

/// Where an entry stands in the exporter's own exchange tree.
#[derive(Clone, Debug)]
pub struct Logged {
    /// A checkpoint of that tree.
    pub checkpoint: SignedCheckpoint,
    /// The leaf, from 0.
    pub leaf: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// The path to the checkpoint's root.
    pub path: Vec<Hash>,
}

/// A proof that cannot be put together.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProofBuildError {
    /// A receipt given for an entry does not name it.
    #[error("a receipt does not cover the entry it was given for")]
    NotCovered,
    /// A receipt's own proof is not whole.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
}

/// A proof file being put together; the same parts in the same order give the same bytes.
#[derive(Clone, Debug)]
pub struct ProofParts {
    matter: MatterId,
    kind: Token,
    exporter: AgencyId,
    cover: Token,
    cards: BTreeMap<(AgencyId, u64), Vec<u8>>,
    checkpoints: Vec<SignedCheckpoint>,
    numbers: BTreeMap<String, u64>,
    heads: BTreeSet<Vec<u8>>,
    entries: Vec<EntryItem>,
    /// Entries whose parts for all parties were not for the exporter.
    withheld: BTreeSet<Hash>,
}

impl ProofParts {
    /// Nothing yet, about `matter`.
    pub fn new(matter: MatterId, kind: Token, exporter: AgencyId, cover: Token) -> Self {
        Self {
            matter,
            kind,
            exporter,
            cover,
            cards: BTreeMap::new(),
            checkpoints: Vec::new(),
            numbers: BTreeMap::new(),
            heads: BTreeSet::new(),
            entries: Vec::new(),
            withheld: BTreeSet::new(),
        }
    }

    /// Says of an entry that it was written while the exporter was no party, so that what it holds for all parties was not
    /// for the exporter. Said before the entry is added.
    pub fn add_withheld(&mut self, entry: Hash) {
        self.withheld.insert(entry);
    }

    /// Adds the whole known chain of an agency; of every author, receipt signer and the exporter there must be one.
    pub fn add_chain<'a>(&mut self, chain: impl Iterator<Item = &'a Card>) {
        for card in chain {
            self.cards.insert((card.agency(), card.facts().number), card.bytes().to_vec());
        }
    }

    /// Adds up to where a lane of the matter stands that was signed with a key which its agency has disowned. Without it no
    /// entry counts that the key signed there.
    pub fn add_head(&mut self, stated: &StatedHead) {
        self.heads.insert(stated.bytes());
    }

    /// Adds an entry with the receipts that cover it. `content` is the parts still at hand, or `None` for hashes
    /// only; a part that is not among them counts as withheld when it was addressed to others than the exporter,
    /// otherwise as erased.
    ///
    /// # Errors
    /// [`ProofBuildError`] when a receipt does not fit.
    pub fn add_entry(
        &mut self,
        entry: &Entry,
        logged: &Logged,
        receipts: &[Receipt],
        content: Option<&[OpenPart]>,
    ) -> Result<(), ProofBuildError> {
        let receipts = receipts
            .iter()
            .map(|receipt| self.receipted(&entry.hash(), receipt))
            .collect::<Result<_, _>>()?;
        let logged = Inclusion {
            by: self.exporter,
            checkpoint: self.number_of(&logged.checkpoint),
            leaf: logged.leaf,
            at: logged.at,
            path: logged.path.clone(),
        };
        let content = content.map(|parts| self.shown(entry, parts));
        self.entries.push(EntryItem { entry: entry.bytes().to_vec(), logged, receipts, content });
        Ok(())
    }

    fn receipted(&mut self, entry: &Hash, receipt: &Receipt) -> Result<Inclusion, ProofBuildError> {
        let by = receipt.checkpoint.peek().map_err(ReceiptError::from)?.origin.agency;
        let (leaf, path) = receipt.inclusion_of(entry)?.ok_or(ProofBuildError::NotCovered)?;
        Ok(Inclusion { by, checkpoint: self.number_of(&receipt.checkpoint), leaf, at: receipt.at, path })
    }

    fn shown(&self, entry: &Entry, parts: &[OpenPart]) -> Vec<Shown> {
        let found = |commitment| parts.iter().find(|part| part.matches(commitment)).cloned().map(Shown::Open);
        let commitments = entry.header().parts.iter();
        let was_party = !self.withheld.contains(&entry.hash());
        commitments
            .map(|commitment| match found(commitment) {
                Some(open) => open,
                None if was_party && commitment.is_for(&self.exporter) => Shown::Erased,
                None => Shown::Withheld,
            })
            .collect()
    }

    /// The same checkpoint is written once, however many entries rest on it.
    fn number_of(&mut self, checkpoint: &SignedCheckpoint) -> u64 {
        *self.numbers.entry(checkpoint.as_str().to_owned()).or_insert_with(|| {
            self.checkpoints.push(checkpoint.clone());
            self.checkpoints.len() as u64 - 1
        })
    }

    fn unsealed(&self) -> Vec<u8> {
        let (cards, checkpoints) = (self.cards.len() as u64, self.checkpoints.len() as u64);
        let heads = self.heads.len() as u64;
        let mut bytes = cbor::encode(&Opening {
            v: VERSION,
            items: 2 + cards + checkpoints + heads + self.entries.len() as u64,
            cards,
            checkpoints,
            heads,
            matter: self.matter,
            kind: self.kind.clone(),
            exporter: self.exporter,
            cover: self.cover.clone(),
        });
        self.cards.values().for_each(|card| bytes.extend_from_slice(card));
        self.checkpoints.iter().for_each(|checkpoint| bytes.extend(cbor::encode(checkpoint)));
        self.heads.iter().for_each(|head| bytes.extend_from_slice(head));
        self.entries.iter().for_each(|entry| bytes.extend(cbor::encode(entry)));
        bytes
    }

    /// The bytes the exporter's signing key signs.
    pub fn to_be_signed(&self, suite: Suite) -> Vec<u8> {
        cose::to_be_signed(suite, Context::Proof, suite::hash(&[&self.unsealed()]).as_bytes())
    }

    /// The file, with the signature made over [`ProofParts::to_be_signed`].
    pub fn assemble(&self, suite: Suite, signature: &Signature) -> Vec<u8> {
        let mut bytes = self.unsealed();
        let digest = suite::hash(&[&bytes]).as_bytes().to_vec();
        bytes.extend(cose::assemble(suite, digest, signature));
        bytes
    }

    /// The file, sealed with a key held in memory.
    pub fn seal(&self, signing: &SecretKey) -> Vec<u8> {
        self.assemble(signing.suite(), &signing.sign(&self.to_be_signed(signing.suite())))
    }
}

/// Why bytes are no proof file.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum ProofReadError {
    /// Not a sequence of CBOR items, or cut off.
    #[error("not a proof file, or cut off: no whole CBOR item starts at byte {0}")]
    NotItems(usize),
    /// More or fewer items than the first one says, or more cards and checkpoints than items.
    #[error("the file has {found} items; its opening says otherwise")]
    Count {
        /// Items found.
        found: usize,
    },
    /// A newer format.
    #[error("a proof format this release does not know: {0}")]
    Version(u16),
    /// One item cannot be read.
    #[error("item {item} cannot be read: {why}")]
    Item {
        /// Which one, from 0.
        item: usize,
        /// What is wrong with it.
        why: String,
    },
    /// A card that does not prove itself, or does not follow the one before it.
    #[error("the card in item {item} does not hold: {why}")]
    Card {
        /// Which item, from 0.
        item: usize,
        /// What is wrong with it.
        why: String,
    },
    /// The exporter has no card in the file.
    #[error("the file holds no card of its exporter")]
    NoExporter,
    /// The seal does not hold.
    #[error(
        "the seal does not hold: a byte was changed after the exporter sealed the file, or somebody else sealed it"
    )]
    Seal,
}

/// A proof file that is sealed as it should be; whether what is in it holds is for [`crate::verify`].
#[derive(Clone, Debug)]
pub struct ProofFile {
    /// The first item.
    pub opening: Opening,
    /// Every card in it.
    pub cards: CardBook,
    /// The checkpoints, which [`Inclusion::checkpoint`] counts.
    pub checkpoints: Vec<SignedCheckpoint>,
    /// Up to where lanes stand that were signed with disowned keys; each is what the latest card of its agency states.
    pub heads: Vec<StatedHead>,
    /// The entries, unchecked, in the order of the file.
    pub entries: Vec<EntryItem>,
    /// The suite of the seal.
    pub suite: Suite,
}

/// Reads a proof file: its form, its cards and its seal.
///
/// # Errors
/// [`ProofReadError`] says what does not hold; nothing is guessed or repaired.
pub fn read(bytes: &[u8]) -> Result<ProofFile, ProofReadError> {
    let items = sequence::split(bytes)?;
    let opening: Opening =
        items.first().map_or(Err(ProofReadError::NotItems(0)), |item| read_item(0, item))?;
    if opening.v != VERSION {
        return Err(ProofReadError::Version(opening.v));
    }
    let (first_checkpoint, first_head, first_entry) = sections(&opening, items.len())?;
    let seal_at = items.len() - 1;
    let cards = read_cards(&items[1..first_checkpoint])?;
    // The seal comes before the rest: what somebody changed need not be read.
    let sealed = bytes.len() - items[seal_at].len();
    let suite = check_seal(&bytes[..sealed], items[seal_at], &cards, &opening.exporter)?;
    let checkpoints = read_items(first_checkpoint, &items[first_checkpoint..first_head])?;
    let heads = read_heads(first_head, &items[first_head..first_entry], &cards)?;
    let entries = read_items(first_entry, &items[first_entry..seal_at])?;
    Ok(ProofFile { opening, cards, checkpoints, heads, entries, suite })
}

/// The numbers of the first checkpoint, of the first stated head and of the first entry.
fn sections(opening: &Opening, found: usize) -> Result<(usize, usize, usize), ProofReadError> {
    let wrong = ProofReadError::Count { found };
    let behind = |first: Option<usize>, count: u64| first?.checked_add(usize::try_from(count).ok()?);
    let first_checkpoint = behind(Some(1), opening.cards);
    let first_head = behind(first_checkpoint, opening.checkpoints);
    let first_entry = behind(first_head, opening.heads);
    match (first_checkpoint, first_head, first_entry) {
        (Some(checkpoint), Some(head), Some(entry))
            if usize::try_from(opening.items) == Ok(found) && entry < found =>
        {
            Ok((checkpoint, head, entry))
        }
        _ => Err(wrong),
    }
}

/// Stated heads come sorted, so that one set of them has one form.
fn read_heads(first: usize, items: &[&[u8]], cards: &CardBook) -> Result<Vec<StatedHead>, ProofReadError> {
    let wrong = |item: usize, why: &str| ProofReadError::Item { item: first + item, why: why.to_owned() };
    if !items.is_sorted_by(|a, b| a < b) {
        return Err(wrong(0, "stated heads are not sorted"));
    }
    let read = |(i, bytes): (usize, &&[u8])| {
        let stated = StatedHead::read(bytes).map_err(|why| wrong(i, &why.to_string()))?;
        let holds = cards.latest(&stated.agency).is_some_and(|card| stated.holds(card));
        if holds { Ok(stated) } else { Err(wrong(i, "it is not what the card of its agency states")) }
    };
    items.iter().enumerate().map(read).collect()
}

fn read_item<T: Serialize + serde::de::DeserializeOwned>(
    number: usize,
    item: &[u8],
) -> Result<T, ProofReadError> {
    cbor::decode(item).map_err(|why: Malformed| ProofReadError::Item { item: number, why: why.to_string() })
}

fn read_items<T: Serialize + serde::de::DeserializeOwned>(
    first: usize,
    items: &[&[u8]],
) -> Result<Vec<T>, ProofReadError> {
    items.iter().enumerate().map(|(i, item)| read_item(first + i, item)).collect()
}

/// Cards come sorted by agency and number, so that one set of cards has one form.
fn read_cards(items: &[&[u8]]) -> Result<CardBook, ProofReadError> {
    let mut book = CardBook::default();
    let mut last = None;
    for (i, bytes) in items.iter().enumerate() {
        let wrong = |why: CardError| ProofReadError::Card { item: i + 1, why: why.to_string() };
        let card = Card::read(bytes).map_err(wrong)?;
        let place = (card.agency(), card.facts().number);
        if last >= Some(place) {
            return Err(wrong(CardError::BrokenChain));
        }
        last = Some(place);
        book.add(card).map_err(wrong)?;
    }
    Ok(book)
}

fn check_seal(
    sealed: &[u8],
    seal: &[u8],
    cards: &CardBook,
    exporter: &AgencyId,
) -> Result<Suite, ProofReadError> {
    let card = cards.latest(exporter).ok_or(ProofReadError::NoExporter)?;
    let seal = Unverified::read(seal, SEAL_BYTES).map_err(|_| ProofReadError::Seal)?;
    let holds = card.facts().suites.contains(&seal.suite)
        && seal.payload == suite::hash(&[sealed]).as_bytes()
        && seal.verify(&card.facts().signing, Context::Proof).is_ok();
    if holds { Ok(seal.suite) } else { Err(ProofReadError::Seal) }
}
