//! Keys that no longer speak for their agency: what the cards known say of them, and what was stated of each lane.
//!
//! A matter is folded with that ([`comity_domain::engine::DisownedKey`]), so whoever keeps a card that disowns a key, or the
//! head of a lane that was stated with it, has the matters folded anew that it touches, in the same commit.
//!
//! Not here: how a root states heads (`commands/renew_keys.rs`), and how they travel (`workers`).
//!
//! Invariant: a stated head that is kept holds under the latest card known of its agency.

use std::collections::{BTreeMap, BTreeSet};

use comity_domain::engine::DisownedKey;
use comity_domain::matters::node::Trouble;
use comity_journal::card::{Card, Disowned};
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::limits;
use comity_journal::stated::StatedHead;
use comity_store::StoredHead;

use super::{Ledger, Pending};
use crate::failure::Failure;

/// Stated heads that are kept and not durable yet.
pub(crate) type FreshHeads = BTreeMap<MatterId, Vec<StatedHead>>;

impl Ledger {
    /// Whether any agency has disowned a key, as far as is known here.
    pub(crate) fn any_disowned(&self) -> bool {
        self.cards.agencies().any(|card| !card.facts().disowned.is_empty())
    }

    /// What was stated of the lanes of a matter, what is pending included.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn stated_heads(&self, id: &MatterId) -> Result<Vec<StatedHead>, Failure> {
        if !self.any_disowned() {
            return Ok(Vec::new());
        }
        let unreadable = |why| Failure::Fault(format!("a stated head cannot be read: {why}"));
        let stored = self.store.heads(id)?;
        let mut heads = stored
            .iter()
            .map(|bytes| StatedHead::read(bytes).map_err(unreadable))
            .collect::<Result<Vec<_>, _>>()?;
        let fresh = self.fresh_heads.get(id).into_iter().flatten();
        heads.extend(fresh.filter(|fresh| !stored.contains(&fresh.bytes())).cloned());
        Ok(heads)
    }

    /// The keys that no longer speak for their agencies, as a matter is to be told of them.
    pub(super) fn disowned_keys(&self, id: &MatterId) -> Result<Vec<DisownedKey>, Failure> {
        let heads = self.stated_heads(id)?;
        let of_agency = |latest: &Card| {
            let keys = latest.facts().disowned.iter();
            keys.map(|key| self.disowned_key(&latest.agency(), key, &heads)).collect::<Vec<_>>()
        };
        Ok(self.cards.agencies().flat_map(of_agency).collect())
    }

    fn disowned_key(&self, agency: &AgencyId, key: &Disowned, heads: &[StatedHead]) -> DisownedKey {
        let names_it = |card: &&Card| card.facts().signing == key.signing;
        let of_it = |stated: &&StatedHead| stated.agency == *agency && stated.signing == key.signing;
        DisownedKey {
            cards: self.cards.chain(agency).filter(names_it).map(Card::hash).collect(),
            heads: heads
                .iter()
                .filter(of_it)
                .map(|stated| (stated.head.last.lane, stated.head.last))
                .collect(),
        }
    }

    /// An agency has disowned a key: all matters it may have signed in are folded anew, and people hear of it.
    pub(super) fn fold_what_it_signed(
        &mut self,
        pending: &mut Pending,
        agency: AgencyId,
    ) -> Result<(), Failure> {
        let mut touched: BTreeSet<MatterId> = self.waiting.matters().copied().collect();
        if agency == self.agency {
            touched.extend(self.store.matters()?);
        } else {
            touched.extend(self.held_with(&agency, None)?.into_iter().map(|held| held.matter));
            self.record_incident(pending, Trouble::KeyDisowned, Some(agency), None, None)?;
        }
        for id in self.matters.ids() {
            self.fold_again(&id)?;
        }
        pending.touched.extend(touched);
        Ok(())
    }

    fn fold_again(&mut self, id: &MatterId) -> Result<(), Failure> {
        let keys = self.disowned_keys(id)?;
        if let Some(matter) = self.matters.get(id) {
            matter.disown(keys);
        }
        Ok(())
    }

    /// Keeps a stated head, if the latest card of its agency bears it out and it is not here yet.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn keep_head(&mut self, pending: &mut Pending, stated: StatedHead) -> Result<(), Failure> {
        let holds = self.cards.latest(&stated.agency).is_some_and(|card| stated.holds(card));
        let matter = stated.head.matter;
        if !holds || self.stated_heads(&matter)?.contains(&stated) {
            return Ok(());
        }
        pending.commit.heads.push(StoredHead { matter, bytes: stated.bytes() });
        pending.touched.insert(matter);
        self.fresh_heads.entry(matter).or_default().push(stated);
        self.fold_again(&matter)
    }

    /// What was stated of these matters, as much as goes into one batch.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn heads_of(
        &self,
        matters: impl IntoIterator<Item = MatterId>,
    ) -> Result<Vec<StatedHead>, Failure> {
        let mut heads = Vec::new();
        if self.any_disowned() {
            for matter in matters {
                let of_matter = self.stated_heads(&matter)?;
                if heads.len() + of_matter.len() > limits::BATCH_HEADS {
                    break;
                }
                heads.extend(of_matter);
            }
        }
        Ok(heads)
    }

    /// What was stated of the matters shared with a partner, from one of them on in the order of their ids.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn heads_from(
        &mut self,
        partner: &AgencyId,
        first: Option<MatterId>,
    ) -> Result<Vec<StatedHead>, Failure> {
        if !self.any_disowned() {
            return Ok(Vec::new());
        }
        let shared = self.held_with(partner, None)?.into_iter().map(|held| held.matter);
        self.heads_of(shared.filter(|matter| first.is_none_or(|first| *matter >= first)))
    }
}
