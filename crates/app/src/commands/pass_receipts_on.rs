//! Passes receipts on in matters of more than two parties: what one of them has receipted the others may know, and its author
//! must, also where the two never connect.
//!
//! A receipt that travels on is of one entry alone, so that it tells nothing of the run it was given in. It moves no cursor of a
//! stream: what was never given to a partner directly still waits for it.
//!
//! Not here: receipts for what was given to a partner (`receive_receipts`). Invariant: a receipt is kept only if a key that a
//! card of its giver names has signed it, for an entry that is here, of a matter that its giver is a party of.

use std::collections::BTreeSet;

use comity_journal::cbor;
use comity_journal::entry::Entry;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::limits;
use comity_journal::receipt::Receipt;
use comity_journal::suite::{self, Hash};
use comity_store::{Record, Recorded, StoredReceipt};

use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

impl Ledger {
    /// Whether receipts travel on in a matter: of two parties each gives the other its own.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn receipts_travel_in(&mut self, id: &MatterId) -> Result<bool, Failure> {
        match self.matter(id) {
            Ok(matter) => Ok(matter.parties().iter().filter(|party| party.recorder.is_none()).count() > 2),
            Err(Failure::NotFound(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Who has which of these entries, as far as it is known here, in hashes: what is in this journal, and what others have
    /// receipted, what is pending included. Nothing in a matter in which receipts do not travel.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn receipted(
        &mut self,
        pending: &Pending,
        id: &MatterId,
        entries: &[&Entry],
    ) -> Result<Vec<(Hash, Hash)>, Failure> {
        if !self.receipts_travel_in(id)? {
            return Ok(Vec::new());
        }
        let us = self.agency;
        let mut receipted = BTreeSet::new();
        for entry in entries {
            let (hash, author) = (entry.hash(), entry.header().author);
            let stored = self.store.receipts(&hash)?;
            let fresh = pending.commit.receipts.iter().filter(|receipt| receipt.entries.contains(&hash));
            let known = stored.iter().chain(fresh).map(|receipt| receipt.partner);
            let all = known.chain([us]).filter(|receiver| *receiver != author);
            let of = |receiver: AgencyId| {
                suite::hash(&[b"comity receipted v1", hash.as_bytes(), receiver.as_bytes()])
            };
            receipted.extend(all.map(|receiver| (hash, of(receiver))));
        }
        Ok(receipted.into_iter().collect())
    }

    /// The receipts for entries of a matter that are here, one by one, this node's own among them: those of the entries recorded
    /// last.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn receipts_to_pass_on(
        &mut self,
        partner: &AgencyId,
        id: &MatterId,
        records: &[&Record],
    ) -> Result<Vec<Receipt>, Failure> {
        let mut receipts = Vec::new();
        if !self.receipts_travel_in(id)? {
            return Ok(receipts);
        }
        let shows = self.may_show_tree(partner);
        for record in records.iter().rev() {
            let Recorded::Entry { entry, bytes, .. } = &record.what else { continue };
            let ours = Entry::read(bytes).is_ok_and(|entry| entry.header().author == self.agency);
            // Of a former epoch of our tree nothing is signed any more for partners.
            if !ours && shows && record.number >= self.epoch_begins_with() {
                receipts.push(self.receipt(record.leaf, vec![*entry], record.at)?);
            }
            for stored in self.store.receipts(entry)? {
                let whole: Receipt = cbor::decode(&stored.bytes)
                    .map_err(|why| Failure::Fault(format!("a stored receipt cannot be read: {why}")))?;
                receipts.extend(whole.only(entry).ok().flatten());
            }
            if receipts.len() >= limits::BATCH_ENTRIES {
                break;
            }
        }
        receipts.truncate(limits::BATCH_ENTRIES);
        Ok(receipts)
    }

    /// Keeps what holds, and is new, of the receipts that a party has passed on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn take_passed_on(
        &mut self,
        pending: &mut Pending,
        id: &MatterId,
        receipts: Vec<Receipt>,
    ) -> Result<(), Failure> {
        if receipts.is_empty() || !self.receipts_travel_in(id)? {
            return Ok(());
        }
        let parties = self.matter(id)?.ever_parties();
        for receipt in receipts {
            let [entry] = receipt.entries.as_slice() else { continue };
            let entry = *entry;
            let Ok(said) = receipt.checkpoint.peek() else { continue };
            let by = said.origin.agency;
            let is_party = by != self.agency && parties.iter().any(|party| party.agency == by);
            let of_matter = self.recorded_in(pending, &entry)? == Some(*id);
            let holds = || self.cards.chain(&by).any(|card| receipt.verify(card).is_ok());
            if !is_party || !of_matter || self.has_receipted(pending, &by, &entry)? || !holds() {
                continue;
            }
            let bytes = cbor::encode(&receipt);
            pending.commit.receipts.push(StoredReceipt { partner: by, bytes, entries: vec![entry] });
            pending.receipted.insert(*id);
            pending.touched.insert(*id);
        }
        Ok(())
    }

    /// The matter in whose shared lanes an entry is recorded.
    fn recorded_in(&self, pending: &Pending, entry: &Hash) -> Result<Option<MatterId>, Failure> {
        let fresh = pending.commit.records.iter().find_map(|record| matter_of(record, entry));
        match fresh {
            Some(matter) => Ok(Some(matter)),
            None => Ok(self.store.entry(entry)?.and_then(|record| matter_of(&record, entry))),
        }
    }

    fn has_receipted(&self, pending: &Pending, by: &AgencyId, entry: &Hash) -> Result<bool, Failure> {
        let is_it = |receipt: &StoredReceipt| receipt.partner == *by && receipt.entries.contains(entry);
        Ok(pending.commit.receipts.iter().any(is_it) || self.store.receipts(entry)?.iter().any(is_it))
    }
}

fn matter_of(record: &Record, wanted: &Hash) -> Option<MatterId> {
    match &record.what {
        Recorded::Entry { entry, matter, lane, .. } if entry == wanted && lane.is_shared() => Some(*matter),
        _ => None,
    }
}
