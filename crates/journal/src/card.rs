//! The agency card: who an agency is and which keys speak for it, signed by its offline root key.
//!
//! Cards are a hash chain; the highest number wins. They prove themselves, so any channel may carry them; what
//! a person compares once is the fingerprint of the root. Lanes belong to agency ids, never to keys.
//!
//! Invariant: a [`Card`] is signed by the root whose hash is the agency's id, and keeps the protocol's limits.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::cbor::{self, Malformed};
use crate::cose::{self, Context, Unverified};
use crate::fingerprint::Fingerprint;
use crate::ids::{AgencyId, Token, byte_newtype};
use crate::limits;
use crate::suite::{self, Hash, PublicKey, SecretKey, Suite};
use crate::time::Timestamp;

byte_newtype! {
    /// A public key that content is sealed to.
    SealingKey, 32
}

/// Where an agency belongs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Seat {
    /// A country or territory, by ISO 3166-1 alpha-2 (user-assigned codes included).
    Place(String),
    /// An international body, by its ICAO 9303 code, such as `UNO`.
    International(String),
}

impl Seat {
    /// A country or territory; `None` unless the code has two capital letters.
    pub fn place(code: &str) -> Option<Self> {
        (code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()))
            .then(|| Self::Place(code.to_owned()))
    }

    /// An international body; `None` unless the code has three capital letters.
    pub fn international(code: &str) -> Option<Self> {
        (code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()))
            .then(|| Self::International(code.to_owned()))
    }
}

impl std::fmt::Display for Seat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Place(code) | Self::International(code) => f.write_str(code),
        }
    }
}

/// A key that content is sealed to for one month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonthlyKey {
    /// `YYYY-MM` in UTC.
    pub month: String,
    /// The key.
    pub key: SealingKey,
}

/// Until where an earlier signing key still stands, after loss or theft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disowned {
    /// The key that no longer speaks for the agency.
    pub signing: PublicKey,
    /// Merkle root of the lane heads up to which it still did ([`crate::stated`]).
    pub heads: Hash,
}

/// What a card says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardFacts {
    /// Format version.
    pub v: u16,
    /// The suite the root signs with.
    pub suite: Suite,
    /// The root's public key; the agency's id is its hash.
    pub root: PublicKey,
    /// The number in the chain of cards, from 1.
    pub number: u64,
    /// Hash of the card before; absent for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<Hash>,
    /// When it was issued.
    pub at: Timestamp,
    /// A short name for people; anybody can claim any.
    pub label: Token,
    /// Names by language (BCP 47).
    pub names: BTreeMap<String, String>,
    /// Country or territory, or international body.
    pub seat: Seat,
    /// What it is: `police`, `ministry`, `prosecutor`, `court`, `central-authority`, `consulate`, `fiu`, …
    pub kind: Token,
    /// What it may do, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub competences: Vec<Token>,
    /// Where its node answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<String>,
    /// Signs entries.
    pub signing: PublicKey,
    /// Signs checkpoints.
    pub checkpoint: PublicKey,
    /// Acts' content is sealed to these, a month each.
    pub content: Vec<MonthlyKey>,
    /// Evidence packages are sealed to this.
    pub packages: SealingKey,
    /// TLS keys: the current one, and the next where one is planned.
    pub tls: Vec<PublicKey>,
    /// Suites it signs with, strongest last.
    pub suites: Vec<Suite>,
    /// The least suite it accepts.
    pub least: Suite,
    /// Kinds it understands, with the highest version of their rules.
    pub kinds: BTreeMap<Token, u32>,
    /// The epoch of its exchange tree.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tree_epoch: u32,
    /// The epoch its lanes begin new entries in.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lane_epoch: u32,
    /// Keys that no longer speak for it. Each card repeats those of the card before, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disowned: Vec<Disowned>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(epoch: &u32) -> bool {
    *epoch == 0
}

impl CardFacts {
    /// The key that content is sealed to in `month`, or else the latest before it.
    pub fn content_key(&self, month: &str) -> Option<&MonthlyKey> {
        self.content.iter().rev().find(|key| key.month.as_str() <= month).or_else(|| self.content.first())
    }

    fn check(&self) -> Result<(), Malformed> {
        let wrong = |what: &str| Err(Malformed::Unreadable(what.to_owned()));
        if self.v != 1 {
            return wrong("a card format this release does not know");
        }
        if (self.number == 1) != self.prev.is_none() || self.number == 0 {
            return wrong("the first card has no card before it, every other has one");
        }
        if self.content.is_empty() || self.tls.is_empty() || self.names.is_empty() {
            return wrong("a card needs a name, a sealing key and a TLS key");
        }
        if !self.content.is_sorted_by(|a, b| a.month < b.month) {
            return wrong("sealing keys must be sorted by month");
        }
        let seat_fits = match &self.seat {
            Seat::Place(code) => Seat::place(code).is_some(),
            Seat::International(code) => Seat::international(code).is_some(),
        };
        if !seat_fits {
            return wrong("the country, territory or body code is not one");
        }
        if !self.suites.contains(&self.suite) {
            return wrong("a card must list the suite it is signed with");
        }
        if self.disowned.len() > limits::DISOWNED {
            return wrong("a card disowns more keys than the protocol allows");
        }
        let keys: BTreeSet<_> = self.disowned.iter().map(|disowned| disowned.signing).collect();
        if keys.len() < self.disowned.len() || keys.contains(&self.signing) {
            return wrong("a key is disowned once, and signs nothing any more");
        }
        Ok(())
    }
}

/// A card whose root signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    bytes: Vec<u8>,
    hash: Hash,
    facts: CardFacts,
}

/// A card that must not be believed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CardError {
    /// The bytes are not a card.
    #[error("not an agency card: {0}")]
    Malformed(#[from] Malformed),
    /// The root did not sign it.
    #[error("the card is not signed by the root key it names")]
    BadSignature,
    /// It does not follow the card before.
    #[error("the card does not follow the one before it in the chain")]
    BrokenChain,
    /// It belongs to another agency.
    #[error("the card is another agency's")]
    WrongAgency,
    /// It leaves out, or changes, what a card before it has disowned.
    #[error("the card does not repeat what the one before it has disowned")]
    OwnedAgain,
}

impl Card {
    /// Issues a card with the root key.
    ///
    /// # Errors
    /// [`CardError`] when the facts do not fit together or name another root.
    pub fn issue(facts: CardFacts, root: &SecretKey) -> Result<Self, CardError> {
        let bytes = cose::sign(root, Context::Card, cbor::encode(&facts));
        Self::read(&bytes)
    }

    /// Reads a card and checks it.
    ///
    /// # Errors
    /// [`CardError`] says what does not hold.
    pub fn read(bytes: &[u8]) -> Result<Self, CardError> {
        let unverified = Unverified::read(bytes, limits::CARD_BYTES)?;
        let facts: CardFacts = cbor::decode(&unverified.payload)?;
        facts.check()?;
        if facts.suite != unverified.suite || unverified.verify(&facts.root, Context::Card).is_err() {
            return Err(CardError::BadSignature);
        }
        Ok(Self { hash: suite::hash(&[bytes]), bytes: bytes.to_vec(), facts })
    }

    /// Checks that this card comes directly after `before`.
    ///
    /// # Errors
    /// [`CardError`] says why it does not.
    pub fn follows(&self, before: &Self) -> Result<(), CardError> {
        if self.agency() != before.agency() {
            return Err(CardError::WrongAgency);
        }
        let next = before.facts.number.checked_add(1) == Some(self.facts.number);
        if !next || self.facts.prev != Some(before.hash) {
            return Err(CardError::BrokenChain);
        }
        if !self.facts.disowned.starts_with(&before.facts.disowned) {
            return Err(CardError::OwnedAgain);
        }
        Ok(())
    }

    /// The signed bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The hash of the signed bytes; entries name it.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// What it says.
    pub fn facts(&self) -> &CardFacts {
        &self.facts
    }

    /// Whose it is.
    pub fn agency(&self) -> AgencyId {
        AgencyId::of_root(&self.facts.root)
    }

    /// Whether this card says that the key another card of its agency names signs nothing any more.
    pub fn disowns(&self, signed_under: &Self) -> bool {
        let signing = signed_under.facts.signing;
        self.agency() == signed_under.agency()
            && self.facts.disowned.iter().any(|disowned| disowned.signing == signing)
    }

    /// What people compare.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.agency())
    }

    /// The name in `language`, else in English, else any.
    pub fn name(&self, language: &str) -> &str {
        let names = &self.facts.names;
        names
            .get(language)
            .or_else(|| names.get("en"))
            .or_else(|| names.values().next())
            .map_or(self.facts.label.as_str(), String::as_str)
    }
}

/// All cards a node or a proof knows, by agency and by hash.
#[derive(Clone, Debug, Default)]
pub struct CardBook {
    by_hash: BTreeMap<Hash, Card>,
    chains: BTreeMap<AgencyId, Vec<Hash>>,
}

impl CardBook {
    /// Adds a card: the first known of its agency, or the next of its chain. Known cards are accepted silently.
    ///
    /// # Errors
    /// [`CardError::BrokenChain`] when it does not follow the latest one known.
    pub fn add(&mut self, card: Card) -> Result<(), CardError> {
        if self.by_hash.contains_key(&card.hash()) {
            return Ok(());
        }
        if let Some(latest) = self.latest(&card.agency()) {
            card.follows(latest)?;
        }
        self.chains.entry(card.agency()).or_default().push(card.hash());
        self.by_hash.insert(card.hash(), card);
        Ok(())
    }

    /// The card with this hash.
    pub fn get(&self, hash: &Hash) -> Option<&Card> {
        self.by_hash.get(hash)
    }

    /// The latest card of an agency.
    pub fn latest(&self, agency: &AgencyId) -> Option<&Card> {
        self.chains.get(agency).and_then(|chain| chain.last()).and_then(|hash| self.by_hash.get(hash))
    }

    /// The whole chain known of an agency, oldest first.
    pub fn chain(&self, agency: &AgencyId) -> impl Iterator<Item = &Card> {
        self.chains.get(agency).into_iter().flatten().filter_map(|hash| self.by_hash.get(hash))
    }

    /// The latest card of every agency.
    pub fn agencies(&self) -> impl Iterator<Item = &Card> {
        self.chains.keys().filter_map(|agency| self.latest(agency))
    }
}
