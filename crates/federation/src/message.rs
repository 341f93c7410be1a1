//! The messages between two nodes, as bytes.
//!
//! All are deterministic CBOR, read strictly: too large, too finely cut, in a second form, of an unknown version or
//! beyond the protocol's numbers is refused before anything in it is looked at.
//!
//! Not here: whether what a message says is true. Nothing in these types has been believed yet.

use comity_journal::cbor::{self, Malformed};
use comity_journal::checkpoint::{Checkpoint, SignedCheckpoint};
use comity_journal::entry::Seen;
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::limits;
use comity_journal::part::bytes;
use comity_journal::receipt::Receipt;
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::seal::Sealed;

/// The version of the messages this release speaks.
pub const VERSION: u16 = 1;
/// Hashes of the longest path in a tree.
pub(crate) const PATH: usize = 64;
/// A message that holds no entries and no receipts, in bytes.
pub(crate) const SMALL: usize = 64 * 1024;

/// A body of a request or of its answer.
pub trait Message: Serialize + DeserializeOwned {
    /// The most bytes it may have.
    const LIMIT: usize;

    /// Checks the numbers the protocol sets.
    ///
    /// # Errors
    /// [`Malformed`] names what is beyond them.
    fn check(&self) -> Result<(), Malformed>;

    /// The bytes that travel.
    fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads bytes that came from a partner.
    ///
    /// # Errors
    /// [`Malformed`] says what is wrong.
    fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        at_most("the message", bytes.len(), Self::LIMIT)?;
        check_grain(bytes)?;
        let message: Self = cbor::decode(bytes)?;
        message.check()?;
        Ok(message)
    }
}

/// Which card a node has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardMark {
    /// Its number in the chain.
    pub number: u64,
    /// Its hash.
    pub hash: Hash,
}

/// What a node holds of another's exchange tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The epoch of the tree.
    pub epoch: u32,
    /// The number of leaves.
    pub size: u64,
    /// The root.
    pub root: Hash,
}

impl Held {
    /// What whoever holds a checkpoint holds of a tree.
    pub fn of(says: &Checkpoint) -> Self {
        Self { epoch: says.origin.epoch, size: says.size, root: says.root }
    }
}

/// Opens a session: where the caller stands. Where both stand alike, the answer is all there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// Version of the messages.
    pub v: u16,
    /// Who says this.
    pub from: AgencyId,
    /// To whom.
    pub to: AgencyId,
    /// The sender's clock.
    pub now: Timestamp,
    /// The sender's latest card.
    pub card: CardMark,
    /// The number of the latest card of the receiver that it knows.
    pub knows: u64,
    /// Its stream to the receiver.
    pub outgoing: StreamHead,
    /// What it has of the receiver's stream.
    pub incoming: StreamHead,
    /// The latest checkpoint of the receiver's tree that it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Held>,
    /// The latest of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<SignedCheckpoint>,
    /// One hash over what it holds of the matters both are parties of ([`crate::holdings`]).
    pub holdings: Hash,
}

/// The answer: where the other stands, and that its tree continues what the caller holds of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HelloReply {
    /// Where the answering node stands.
    pub hello: Hello,
    /// The path from what the caller holds to the checkpoint shown here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consistency: Vec<Hash>,
}

/// Something signed that travels as the bytes that were signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Signed(#[serde(with = "bytes")] pub Vec<u8>);

/// Entries in the order of the sender's stream, with their content sealed to the receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Version of the messages.
    pub v: u16,
    /// Who sends.
    pub from: AgencyId,
    /// To whom.
    pub to: AgencyId,
    /// The head of the sender's stream before the first entry.
    pub after: StreamHead,
    /// Signed entries.
    pub entries: Vec<Signed>,
    /// Cards the receiver may not have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<Signed>,
    /// Up to where lanes stand that were signed with disowned keys, of matters both are parties of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heads: Vec<Signed>,
    /// Receipts of parties for single entries, of a matter that was asked about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<Receipt>,
    /// The sender's checkpoint; of entries that are given back to their author, the latest that is held of the author's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<SignedCheckpoint>,
    /// The path from what the receiver holds to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consistency: Vec<Hash>,
    /// The content of the entries, bound to everything above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Sealed>,
}

/// An entry that the receiver does not take for one, and why. It keeps the bytes and goes on behind them; it
/// receipts nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// Which entry.
    pub entry: Hash,
    /// Why, in one word.
    pub why: Token,
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchReply {
    /// Version of the messages.
    pub v: u16,
    /// Receipts for what is stored.
    pub receipts: Vec<Receipt>,
    /// What is not.
    pub refused: Vec<Refused>,
    /// What the receiver now has of the sender's stream.
    pub incoming: StreamHead,
}

/// Asks for entries: of the asked node's stream, or, at another path, of the asker's own that it has lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fetch {
    /// Version of the messages.
    pub v: u16,
    /// Who asks.
    pub from: AgencyId,
    /// Whom.
    pub to: AgencyId,
    /// What the asking node has.
    pub after: StreamHead,
    /// How many at most.
    pub limit: u64,
}

/// Asks for the entries of a matter that are missing, of any party that may hold them. They are signed: whoever brings
/// them, they are their author's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// Version of the messages.
    pub v: u16,
    /// Who asks.
    pub from: AgencyId,
    /// Whom.
    pub to: AgencyId,
    /// The matter.
    pub matter: MatterId,
    /// The last entry of each lane that is here without a gap.
    pub have: Vec<Seen>,
}

/// Which bytes of a sealed package are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum PackageRun {
    /// The hashes of its groups from this one on, as many as one answer holds.
    Leaves {
        /// The first.
        first: u64,
    },
    /// Its groups from this one on, as many as one answer holds.
    Groups {
        /// The first.
        first: u64,
    },
}

/// Asks for a run of a sealed package. The answer is the bytes alone: the asker checks them against the package's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageFetch {
    /// Version of the messages.
    pub v: u16,
    /// Who asks.
    pub from: AgencyId,
    /// Whom.
    pub to: AgencyId,
    /// The package, by the root over its groups.
    pub package: Hash,
    /// Which bytes.
    pub run: PackageRun,
}

impl PackageFetch {
    /// The most hashes of groups in one answer.
    pub const LEAVES: u64 = 64 * 1024;
    /// The most groups in one answer, of 1 MiB each: what a broken connection can cost.
    pub const GROUPS: u64 = 2;
}

/// Receipts for what was fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipts {
    /// Version of the messages.
    pub v: u16,
    /// Whose.
    pub from: AgencyId,
    /// For whom.
    pub to: AgencyId,
    /// The receipts.
    pub receipts: Vec<Receipt>,
    /// What of it was set aside instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
}

/// How many entries the receipts proved delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptsReply {
    /// Version of the messages.
    pub v: u16,
    /// The number of entries.
    pub delivered: u64,
}

/// How far a node has its own stream after it was given some of it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Returned {
    /// Version of the messages.
    pub v: u16,
    /// Its stream to who gave it back.
    pub outgoing: StreamHead,
}

impl Message for Returned {
    const LIMIT: usize = SMALL;
    fn check(&self) -> Result<(), Malformed> {
        check_version(self.v)
    }
}

impl Message for PackageFetch {
    const LIMIT: usize = SMALL;
    fn check(&self) -> Result<(), Malformed> {
        check_version(self.v)
    }
}

impl Message for Hello {
    const LIMIT: usize = SMALL;
    fn check(&self) -> Result<(), Malformed> {
        check_version(self.v)
    }
}

impl Message for HelloReply {
    const LIMIT: usize = SMALL;
    fn check(&self) -> Result<(), Malformed> {
        self.hello.check()?;
        at_most("the consistency path", self.consistency.len(), PATH)
    }
}

impl Message for Batch {
    const LIMIT: usize = limits::BATCH_BYTES;
    fn check(&self) -> Result<(), Malformed> {
        check_version(self.v)?;
        at_most("the number of entries", self.entries.len(), limits::BATCH_ENTRIES)?;
        at_most("the number of cards", self.cards.len(), limits::CARD_CHAIN)?;
        at_most("the number of stated heads", self.heads.len(), limits::BATCH_HEADS)?;
        check_receipts(&self.receipts)?;
        at_most("the consistency path", self.consistency.len(), PATH)?;
        let header = self.entries.iter().map(|entry| entry.0.len()).max().unwrap_or(0);
        at_most("an entry", header, limits::HEADER_BYTES)
    }
}

impl Message for BatchReply {
    const LIMIT: usize = limits::BATCH_BYTES;
    fn check(&self) -> Result<(), Malformed> {
        check_version(self.v)?;
        at_most("the number of refusals", self.refused.len(), limits::BATCH_ENTRIES)?;
        check_receipts(&self.receipts)
    }
}

impl Message for Fetch {
    const LIMIT: usize = SMALL;
    fn check(&self) -> Result<(), Malformed> {
        check_version(self.v)?;
        at_most(
            "the number of entries",
            usize::try_from(self.limit).unwrap_or(usize::MAX),
            limits::BATCH_ENTRIES,
        )
    }
}

impl Message for Ask {
    const LIMIT: usize = SMALL;
    fn check(&self) -> Result<(), Malformed> {
        check_version(self.v)?;
        at_most("the number of lanes", self.have.len(), limits::PARTIES)
    }
}

impl Message for Receipts {
    const LIMIT: usize = limits::BATCH_BYTES;
    fn check(&self) -> Result<(), Malformed> {
        check_version(self.v)?;
        at_most("the number of refusals", self.refused.len(), limits::BATCH_ENTRIES)?;
        check_receipts(&self.receipts)
    }
}

impl Message for ReceiptsReply {
    const LIMIT: usize = SMALL;
    fn check(&self) -> Result<(), Malformed> {
        check_version(self.v)
    }
}

pub(crate) fn check_version(v: u16) -> Result<(), Malformed> {
    if v == VERSION {
        Ok(())
    } else {
        Err(Malformed::Unreadable(format!("messages of version {v}; this release speaks {VERSION}")))
    }
}

fn check_receipts(receipts: &[Receipt]) -> Result<(), Malformed> {
    at_most("the number of receipts", receipts.len(), limits::BATCH_ENTRIES)?;
    let entries = receipts.iter().map(|receipt| receipt.entries.len()).sum();
    at_most("the number of receipted entries", entries, limits::BATCH_ENTRIES)
}

pub(crate) fn at_most(what: &'static str, size: usize, limit: usize) -> Result<(), Malformed> {
    if size <= limit { Ok(()) } else { Err(Malformed::TooLarge { what, size, limit }) }
}

/// Refuses CBOR cut into many tiny items before a tree is built of it: a byte that becomes an item takes thirty-two
/// in memory. Everything said here is mostly hashes and signed bytes, so four bytes an item are plenty.
pub(crate) fn check_grain(bytes: &[u8]) -> Result<(), Malformed> {
    let limit = 16 + bytes.len() / 4;
    let mut rest = bytes;
    let mut items = 0_usize;
    while let [head, tail @ ..] = rest {
        items += 1;
        at_most("the number of items", items, limit)?;
        rest = behind(*head, tail).ok_or_else(|| Malformed::Unreadable("it ends too early".into()))?;
    }
    Ok(())
}

/// What comes after the head of an item, and after its bytes where it is a string.
fn behind(head: u8, tail: &[u8]) -> Option<&[u8]> {
    let width = match head & 0x1f {
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => 0,
    };
    let (argument, tail) = tail.split_at_checked(width)?;
    let small = u64::from(if width == 0 { head & 0x1f } else { 0 });
    let argument = argument.iter().fold(small, |value, byte| value << 8 | u64::from(*byte));
    if matches!(head >> 5, 2 | 3) { tail.get(usize::try_from(argument).ok()?..) } else { Some(tail) }
}
