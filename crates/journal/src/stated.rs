//! Stated heads: up to where each lane stands that was signed with a key which no longer speaks for its agency.
//!
//! When a key is lost to somebody else, the root issues a card that names the key and one hash: the Merkle root over the
//! head that each lane of the agency had. So it is said once for all lanes, at one time, and the agency cannot choose
//! later what it would rather not have signed. Each partner is given the heads of its own matters, each with its path; the
//! leaves stand in the order of their hashes, among others that are noise, so that a path tells nothing of the matters of
//! other partners, nor how many there are beyond the next power of two.
//!
//! Not here: what follows for a matter (`comity-domain`) and for a proof (`verify`) from what does not count.
//!
//! Invariant: a [`StatedHead`] that [`StatedHead::holds`] under a card was stated when that card, or one before it, was
//! signed by the root.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::card::Card;
use crate::cbor::{self, Malformed};
use crate::entropy::Entropy;
use crate::entry::Seen;
use crate::ids::{AgencyId, MatterId};
use crate::suite::{Hash, PublicKey};
use crate::tree::{self, Tree};

/// The fewest leaves a statement has.
const LEAST: usize = 1024;
/// Hashes of the longest path.
const PATH: usize = 64;
/// The most bytes of a stated head.
pub const HEAD_BYTES: usize = 4096;

/// How far one lane of a matter had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaneHead {
    /// The matter.
    pub matter: MatterId,
    /// The lane, and its last entry that stands.
    pub last: Seen,
}

impl LaneHead {
    fn leaf(&self) -> Hash {
        tree::leaf_hash(&cbor::encode(&(1_u8, "head", self)))
    }
}

/// The head of one lane, with its path to the root over all of them that a card names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedHead {
    /// Whose key it was.
    pub agency: AgencyId,
    /// The key that no longer speaks for it.
    pub signing: PublicKey,
    /// Up to where it did.
    pub head: LaneHead,
    /// The leaf in the tree of heads.
    pub index: u64,
    /// How many leaves that tree has.
    pub size: u64,
    /// The path from the leaf upwards.
    pub path: Vec<Hash>,
}

impl StatedHead {
    /// Whether this was stated when the root disowned the key, as this card says.
    pub fn holds(&self, card: &Card) -> bool {
        let disowned = card.facts().disowned.iter().find(|disowned| disowned.signing == self.signing);
        card.agency() == self.agency
            && disowned.is_some_and(|disowned| {
                let leaf = self.head.leaf();
                tree::verify_inclusion(&leaf, self.index, self.size, &self.path, &disowned.heads).is_ok()
            })
    }

    /// The bytes that travel.
    pub fn bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads bytes; whether it [`holds`](Self::holds) is another question.
    ///
    /// # Errors
    /// [`Malformed`] says what is wrong.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > HEAD_BYTES {
            return Err(Malformed::TooLarge { what: "a stated head", size: bytes.len(), limit: HEAD_BYTES });
        }
        let stated: Self = cbor::decode(bytes)?;
        if stated.path.len() > PATH {
            return Err(Malformed::TooLarge { what: "the path", size: stated.path.len(), limit: PATH });
        }
        Ok(stated)
    }
}

/// What stands of one lane up to a stated head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The entries that lead to the head, as far as they are here.
    pub entries: BTreeSet<Hash>,
    /// Whether they lead from the beginning of the lane to the head without a gap.
    pub whole: bool,
}

/// Follows a lane back from a stated head; `before` gives what each entry of it that is here follows.
pub fn standing(before: &BTreeMap<Hash, Option<Hash>>, head: Hash) -> Standing {
    let (mut entries, mut at) = (BTreeSet::new(), Some(head));
    while let Some(hash) = at {
        let Some(prev) = before.get(&hash).filter(|_| entries.insert(hash)) else {
            return Standing { entries, whole: false };
        };
        at = *prev;
    }
    Standing { entries, whole: true }
}

/// Adds what follows entries that do not count: it does not count either.
pub fn with_followers(before: &BTreeMap<Hash, Option<Hash>>, given_up: &mut BTreeSet<Hash>) {
    if given_up.is_empty() {
        return;
    }
    let mut followers: BTreeMap<Hash, Vec<Hash>> = BTreeMap::new();
    for (hash, prev) in before {
        prev.iter().for_each(|prev| followers.entry(*prev).or_default().push(*hash));
    }
    let mut open: Vec<_> = given_up.iter().copied().collect();
    while let Some(hash) = open.pop() {
        let more = followers.remove(&hash).unwrap_or_default();
        open.extend(more.into_iter().filter(|follower| given_up.insert(*follower)));
    }
}

/// States up to where a key spoke for its agency: the root over all heads, for the card, and each with its path.
///
/// # Panics
/// Never: every leaf is in the tree that was made of them.
pub fn state(
    agency: AgencyId,
    signing: PublicKey,
    heads: &[LaneHead],
    entropy: &mut dyn Entropy,
) -> (Hash, Vec<StatedHead>) {
    let mut leaves: Vec<_> = heads.iter().map(|head| (head.leaf(), Some(*head))).collect();
    for _ in leaves.len()..leaves.len().next_power_of_two().max(LEAST) {
        let mut noise = [0; 32];
        entropy.fill(&mut noise);
        leaves.push((Hash::from_bytes(noise), None));
    }
    leaves.sort_by_key(|(leaf, _)| *leaf);
    let tree: Tree = leaves.iter().map(|(leaf, _)| *leaf).collect();
    let size = tree.size();
    let stated = (0..).zip(&leaves).filter_map(|(index, (_, head))| {
        let path = tree.inclusion(index, size).expect("every leaf is in the tree");
        Some(StatedHead { agency, signing, head: (*head)?, index, size, path })
    });
    let stated = stated.collect();
    (tree.root(), stated)
}
