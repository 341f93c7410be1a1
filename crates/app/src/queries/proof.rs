//! Exports the proof of a matter: hashes and signatures only, or with the content still at hand. Content leaves the node
//! through the one door out (`egress`) alone; who calls with it has recorded that first.

use comity_domain::gates::Cover;
use comity_journal::cbor;
use comity_journal::ids::{MatterId, Token};
use comity_journal::proof::{Logged, ProofParts};
use comity_journal::receipt::Receipt;
use std::collections::BTreeSet;

use crate::failure::Failure;
use crate::ledger::Ledger;

impl Ledger {
    /// The proof file of a matter's shared acts, with the content still at hand where `with_content`.
    ///
    /// # Errors
    /// When nothing of it is shared yet, or the store cannot be read.
    pub fn export_proof(&mut self, id: &MatterId, with_content: bool) -> Result<Vec<u8>, Failure> {
        let fault = |why: String| Failure::Fault(format!("the proof cannot be put together: {why}"));
        let matter = self.matter(id)?;
        let (opening, _) = matter.opening().ok_or_else(|| {
            Failure::NotFound(
                "nothing of this matter has been shared yet, so there is nothing to prove".into(),
            )
        })?;
        let (kind, parties) = (opening.genesis.kind.clone(), opening.parties.clone());
        let mut shown = matter.view().timeline;
        shown.retain(|entry| entry.lane.is_shared());
        shown.sort_by_key(|entry| (entry.lane, entry.place));
        let entries: Vec<_> = shown.iter().filter_map(|shown| matter.entry(&shown.entry).cloned()).collect();
        let cover = Token::literal(Cover::NotOnRecord.code());
        let mut proof = ProofParts::new(*id, kind, self.agency, cover);
        let agencies: BTreeSet<_> = parties
            .iter()
            .map(|party| party.agency)
            .chain(entries.iter().map(|e| e.header().author))
            .collect();
        for agency in &agencies {
            proof.add_chain(self.cards.chain(agency));
        }
        let checkpoint = self.checkpoint().cloned().ok_or_else(|| fault("no checkpoint yet".into()))?;
        let size = checkpoint.peek().map_err(|error| fault(error.to_string()))?.size;
        for entry in &entries {
            let record =
                self.store.entry(&entry.hash())?.ok_or_else(|| fault("an entry is not stored".into()))?;
            let path = comity_journal::tree::prove_inclusion(self.exchange(), record.leaf, size)
                .map_err(|error| fault(error.to_string()))?;
            let logged = Logged { checkpoint: checkpoint.clone(), leaf: record.leaf, at: record.at, path };
            let receipts = self.store.receipts(&entry.hash())?;
            let receipts: Vec<Receipt> = receipts
                .iter()
                .map(|stored| cbor::decode(&stored.bytes).map_err(|error| fault(error.to_string())))
                .collect::<Result<_, _>>()?;
            let content = if with_content { Some(self.store.parts(&entry.hash())?) } else { None };
            let added = proof.add_entry(entry, &logged, &receipts, content.as_deref());
            added.map_err(|error| fault(error.to_string()))?;
        }
        Ok(proof.seal(&self.keys.signing))
    }
}
