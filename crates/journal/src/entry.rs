//! The entry: one signed act of one agency in one lane.
//!
//! An entry is a COSE_Sign1 whose payload is its [`Header`] as deterministic CBOR. The header carries everything
//! that decides what the act *is*: matter, lane, place, what its author had seen, the act's structure, and
//! commitments to its content. Content is not in it.
//!
//! Not here: whether the act is valid (`comity-domain` admits it) or permitted (each node judges that).
//! Invariant: an [`Entry`] re-encodes to the bytes it was read from, and its header keeps the protocol's limits.

use serde::{Deserialize, Serialize};

use crate::card::Card;
use crate::cbor::{self, Malformed};
use crate::cose::{self, Context, Unverified};
use crate::ids::{AgencyId, Genesis, MatterId, Pseudonym, Token};
use crate::limits;
use crate::part::{self, Commitment};
use crate::suite::{self, Hash, Suite};
use crate::time::Timestamp;

/// The version of the entry format this release writes.
pub const VERSION: u16 = 1;

/// Whose sequence of acts an entry stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lane {
    /// A party's lane; every party holds it.
    Shared(AgencyId),
    /// A node's own lane of the matter; it never leaves the node.
    Inner(AgencyId),
}

impl Lane {
    /// The party whose lane it is.
    pub fn party(&self) -> AgencyId {
        match self {
            Self::Shared(party) | Self::Inner(party) => *party,
        }
    }

    /// Whether partners get its entries.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Shared(_))
    }
}

/// Where in its lane an entry stands. A new epoch begins only by a declaration in a card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The lane's epoch; 0 from the beginning.
    pub epoch: u32,
    /// The number in it, from 1.
    pub seq: u64,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.epoch, self.seq)
    }
}

/// An entry of another lane that the author had when it wrote, where that lane had moved since its last entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// The lane that moved.
    pub lane: Lane,
    /// How far.
    pub place: Place,
    /// The entry there.
    pub entry: Hash,
}

/// Who acted or approved, as partners see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// Unlinkable between matters.
    pub who: Pseudonym,
    /// The roles held then, sorted.
    pub roles: Vec<Token>,
}

/// A party of a matter, in the part it plays.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Which agency.
    pub agency: AgencyId,
    /// Its part, such as `requesting`.
    pub role: Token,
    /// Who writes its lane for it, when it has no node of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorder: Option<AgencyId>,
}

/// What the first shared entry of a matter says about the matter itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// What the matter's id is the hash of.
    pub genesis: Genesis,
    /// All parties, sorted by agency, the opener among them.
    pub parties: Vec<Party>,
    /// A drill: never counts, never alarms.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exercise: bool,
    /// The matter this one goes on from (yearly volume, redirected, superseded).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<MatterId>,
}

/// A fact the author relied on (an agreement in force, a safeguard decided), by hash, so that the judgement can
/// be repeated later.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relied {
    /// Which fact.
    pub fact: Token,
    /// The hash of its record.
    pub hash: Hash,
}

/// Everything an author signs for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Format version.
    pub v: u16,
    /// Algorithms.
    pub suite: Suite,
    /// The matter.
    pub matter: MatterId,
    /// Its kind.
    pub kind: Token,
    /// The version of the rules the matter was opened with.
    pub rules: u32,
    /// The lane.
    pub lane: Lane,
    /// Who signs: the lane's party, or the recorder of a party without a node.
    pub author: AgencyId,
    /// The place in the lane.
    pub place: Place,
    /// Hash of the entry before it in the lane; absent for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<Hash>,
    /// What had moved in the other lanes since the author's last entry, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<Seen>,
    /// Hash of the author's card.
    pub card: Hash,
    /// When, by the author's clock.
    pub at: Timestamp,
    /// Who acted.
    pub by: Actor,
    /// Who approved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved: Vec<Actor>,
    /// How what is in here may be used onward, such as `h1`.
    pub handling: Token,
    /// Which act.
    pub act: Token,
    /// The act's structure: deterministic CBOR, no free text.
    #[serde(with = "part::bytes")]
    pub structure: Vec<u8>,
    /// Commitments to the act's content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Commitment>,
    /// Facts relied on, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relied: Vec<Relied>,
    /// In the first shared entry of a matter, and nowhere else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<Opening>,
}

impl Header {
    /// The header's bytes, which are what is signed.
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    fn check(&self) -> Result<(), Malformed> {
        let wrong = |what: &str| Err(Malformed::Unreadable(what.to_owned()));
        if self.v != VERSION {
            return wrong("an entry format this release does not know");
        }
        if (self.place.seq == 1 && self.place.epoch == 0) != self.prev.is_none() || self.place.seq == 0 {
            return wrong("the first place of a lane has no previous entry, every other has one");
        }
        if !self.seen.is_sorted_by(|a, b| a.lane < b.lane) || self.seen.iter().any(|s| s.lane == self.lane) {
            return wrong("`seen` must be sorted, without repetition and without the entry's own lane");
        }
        if self.lane.is_shared() && self.seen.iter().any(|s| !s.lane.is_shared()) {
            return wrong("a shared entry must not name an inner lane");
        }
        if !self.relied.is_sorted() || !self.by.roles.is_sorted() {
            return wrong("lists in a header must be sorted");
        }
        if self.parts.len() > limits::PARTS {
            return Err(Malformed::TooLarge {
                what: "the number of parts",
                size: self.parts.len(),
                limit: limits::PARTS,
            });
        }
        self.opening.as_ref().map_or(Ok(()), |opening| self.check_opening(opening))
    }

    fn check_opening(&self, opening: &Opening) -> Result<(), Malformed> {
        let genesis = &opening.genesis;
        let fits = genesis.matter() == self.matter
            && genesis.kind == self.kind
            && genesis.rules == self.rules
            && genesis.opener == self.author
            && self.lane == Lane::Shared(self.author)
            && opening.parties.len() <= limits::PARTIES
            && opening.parties.is_sorted_by(|a, b| a.agency < b.agency)
            && opening.parties.iter().any(|party| party.agency == genesis.opener);
        if fits { Ok(()) } else { Err(Malformed::Unreadable("the opening does not fit its header".into())) }
    }
}

/// An entry whose form has been checked; its signature is checked by [`Entry::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    bytes: Vec<u8>,
    hash: Hash,
    header: Header,
}

/// An entry that must not be believed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EntryError {
    /// The bytes are not an entry.
    #[error("not an entry: {0}")]
    Malformed(#[from] Malformed),
    /// The signature does not hold under the card it names.
    #[error("the signature of the entry does not hold under its author's card")]
    BadSignature,
    /// The card given is not the one the entry names.
    #[error("the entry names another card than the one at hand")]
    WrongCard,
    /// The suite is weaker than its author's card or this node allows.
    #[error("the entry is signed with a suite its author's card does not list")]
    WeakSuite,
}

/// An entry that is still to be signed, by a signer that holds the key elsewhere.
pub struct Unsigned {
    header: Header,
    payload: Vec<u8>,
}

impl Unsigned {
    /// What this header says.
    pub fn of(header: Header) -> Self {
        Self { payload: header.encode(), header }
    }

    /// The bytes to be signed.
    pub fn to_be_signed(&self) -> Vec<u8> {
        cose::to_be_signed(self.header.suite, Context::Entry, &self.payload)
    }

    /// The entry, with the signature made over [`Unsigned::to_be_signed`].
    pub fn signed(self, signature: &suite::Signature) -> Entry {
        let Self { header, payload } = self;
        let bytes = cose::assemble(header.suite, payload, signature);
        Entry { hash: suite::hash(&[&bytes]), bytes, header }
    }
}

impl Entry {
    /// Signs a header with a key held in memory.
    pub fn sign(header: Header, key: &suite::SecretKey) -> Self {
        let bytes = cose::sign(key, Context::Entry, header.encode());
        Self { hash: suite::hash(&[&bytes]), bytes, header }
    }

    /// Reads an entry and checks its form and limits, not yet its signature.
    ///
    /// # Errors
    /// [`Malformed`] says what is wrong.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let unverified = Unverified::read(bytes, limits::HEADER_BYTES)?;
        let header: Header = cbor::decode(&unverified.payload)?;
        header.check()?;
        if header.suite != unverified.suite {
            return Err(Malformed::Unreadable("header and signature name different suites".into()));
        }
        Ok(Self { hash: suite::hash(&[bytes]), bytes: bytes.to_vec(), header })
    }

    /// Checks the signature under the author's card that the entry names.
    ///
    /// # Errors
    /// [`EntryError`] says what does not hold.
    pub fn verify(&self, card: &Card) -> Result<(), EntryError> {
        if card.hash() != self.header.card || card.agency() != self.header.author {
            return Err(EntryError::WrongCard);
        }
        if !card.facts().suites.contains(&self.header.suite) {
            return Err(EntryError::WeakSuite);
        }
        Unverified::read(&self.bytes, limits::HEADER_BYTES)?
            .verify(&card.facts().signing, Context::Entry)
            .map_err(|_| EntryError::BadSignature)
    }

    /// The signed bytes, as they travel and are stored.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The hash of the signed bytes; this is what others refer to.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// What was signed.
    pub fn header(&self) -> &Header {
        &self.header
    }
}
