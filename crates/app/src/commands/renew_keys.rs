//! Renews the keys of a node, under a card that the root has signed: as a precaution, because one was lost, or because
//! somebody else has one.
//!
//! Where somebody else may have the signing key, the card disowns it beyond the heads that this journal stands by. The
//! same somebody may have signed checkpoints, which nobody can disown one by one: so the exchange tree begins a new epoch
//! with it.
//!
//! Not here: the keys themselves and where they are kept. Invariant: from the moment the card is durable everything this
//! node signs and shows is signed with the keys that it names.

use std::collections::BTreeSet;

use comity_journal::card::{Card, CardFacts, Disowned};
use comity_journal::entry::{Lane, Seen};
use comity_journal::ids::MatterId;
use comity_journal::stated::{self, LaneHead, StatedHead};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

/// What the root is to sign so that a key of this node is disowned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disowning {
    /// What the next card says.
    pub facts: CardFacts,
    /// Up to where each lane stands.
    pub stated: Vec<StatedHead>,
    /// How many entries in our name are here that lie beyond.
    pub beyond: u64,
}

/// Up to where this node stands by what was signed with its key.
#[derive(Default)]
struct OwnHeads {
    heads: Vec<LaneHead>,
    beyond: u64,
}

impl Ledger {
    /// What the next card says, given everything else in `facts`, so that the signing key of now is disowned beyond what this
    /// journal holds; with `before`, beyond what it had recorded before that time.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn disown_own_key(
        &mut self,
        mut facts: CardFacts,
        before: Option<Timestamp>,
    ) -> Result<Disowning, Failure> {
        let OwnHeads { heads, beyond } = self.own_heads(before)?;
        let signing = self.own_card().facts().signing;
        let (root, stated) = stated::state(self.agency, signing, &heads, &mut *self.entropy);
        facts.disowned.push(Disowned { signing, heads: root });
        facts.tree_epoch = self.epoch_after_loss();
        Ok(Disowning { facts, stated, beyond })
    }

    /// The head of each lane that this node writes.
    fn own_heads(&mut self, before: Option<Timestamp>) -> Result<OwnHeads, Failure> {
        let mut own = OwnHeads::default();
        for id in self.store.matters()? {
            for (lane, last) in self.own_lanes(&id)? {
                let mut at = Some(last);
                while let Some(hash) = at {
                    let recorded = self.store.entry(&hash)?.map(|record| record.at);
                    let stands =
                        before.is_none_or(|before| recorded.is_some_and(|recorded| recorded < before));
                    let header = self.matter(&id)?.entry(&hash).map(|entry| entry.header().clone());
                    let Some(header) = header else { break };
                    if stands {
                        let last = Seen { lane, place: header.place, entry: hash };
                        own.heads.push(LaneHead { matter: id, last });
                        break;
                    }
                    own.beyond += 1;
                    at = header.prev;
                }
            }
        }
        Ok(own)
    }

    /// The shared lanes of a matter in which this node has signed, each with its last entry that counts.
    fn own_lanes(&mut self, id: &MatterId) -> Result<Vec<(Lane, Hash)>, Failure> {
        let us = self.agency;
        let matter = match self.matter(id) {
            Ok(matter) => matter,
            Err(Failure::NotFound(_)) => return Ok(Vec::new()),
            Err(other) => return Err(other),
        };
        let headers = matter.entries().into_iter().map(|entry| entry.header());
        let ours = headers.filter(|header| header.author == us && header.lane.is_shared());
        let lanes: BTreeSet<_> = ours.map(|header| header.lane).collect();
        Ok(lanes.into_iter().filter_map(|lane| Some((lane, matter.next_in(lane).1?))).collect())
    }

    /// The epoch of the exchange tree that a card has to declare which disowns a key.
    fn epoch_after_loss(&self) -> u32 {
        let begins = !self.awaits_epoch() && self.checkpoint().is_some();
        self.tree_epoch() + u32::from(begins)
    }

    /// From now on this node signs with other keys, which the card names; `stated` says up to where the former one stands,
    /// if somebody else may have it.
    ///
    /// # Errors
    /// [`Failure::Usage`] when the card does not name the keys that this ledger was opened with, or another epoch than
    /// begins; [`Failure::NotBelieved`] when it does not follow the card before.
    pub fn renew_keys(
        &mut self,
        pending: &mut Pending,
        card: Card,
        stated: Option<Vec<StatedHead>>,
    ) -> Result<(), Failure> {
        let facts = card.facts();
        if facts.signing != self.keys.signing.public() || facts.checkpoint != self.keys.checkpoint.public() {
            return Err(Failure::Usage("the card names other keys than this node has".into()));
        }
        if stated.is_some() && !self.awaits_epoch() {
            self.tree_was_lost(pending, None, true)?;
        }
        if stated.is_some() && facts.tree_epoch != self.tree_epoch() {
            let epoch = self.tree_epoch();
            return Err(Failure::Usage(format!("the card must declare epoch {epoch} of this node's log")));
        }
        self.keep_card(pending, card)?;
        for head in stated.into_iter().flatten() {
            self.keep_head(pending, head)?;
        }
        self.sign_checkpoint_anew(pending);
        Ok(())
    }
}
