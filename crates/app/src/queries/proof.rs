//! The proof of a matter: checked where it stands, or exported as a file. An export is hashes and signatures only, or with the content still at hand. Content leaves the node
//! through the one door out (`egress`) alone; who calls with it has recorded that first.
//!
//! Both read the bytes that are stored: what a node remembers proves nothing.

use comity_domain::gates::Cover;
use comity_journal::cbor;
use comity_journal::entry::Entry;
use comity_journal::fingerprint::Fingerprint;
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::part::Commitment;
use comity_journal::proof::{Logged, ProofParts};
use comity_journal::receipt::Receipt;
use comity_journal::suite::Hash;
use comity_journal::verify::{Findings, Outcome, verify};
use comity_store::Recorded;
use std::collections::{BTreeMap, BTreeSet};

use super::witnesses::best_for;
use crate::failure::Failure;
use crate::ledger::{EPOCH_FIRST, Ledger};
use crate::people::Officer;

impl Ledger {
    /// The proof file of a matter's shared acts, with the content still at hand where `with_content`.
    ///
    /// # Errors
    /// When nothing of it is shared yet, or the store cannot be read.
    pub fn export_proof(&mut self, id: &MatterId, with_content: bool) -> Result<Vec<u8>, Failure> {
        if self.awaits_epoch() {
            return Err(Failure::Waiting(EPOCH_FIRST.into()));
        }
        self.put_together(id, with_content)
    }

    fn put_together(&mut self, id: &MatterId, with_content: bool) -> Result<Vec<u8>, Failure> {
        let fault = |why: String| Failure::Fault(format!("the proof cannot be put together: {why}"));
        let matter = self.matter(id)?;
        let (opening, _) = matter.opening().ok_or_else(|| {
            Failure::NotFound(
                "nothing of this matter has been shared yet, so there is nothing to prove".into(),
            )
        })?;
        let kind = opening.genesis.kind.clone();
        // Whom a party is now, too: its agency's receipts may be there before its first word.
        let parties: Vec<_> = opening.parties.iter().cloned().chain(matter.ever_parties()).collect();
        let mut shown = matter.view().timeline;
        shown.retain(|entry| entry.lane.is_shared());
        shown.sort_by_key(|entry| (entry.lane, entry.place));
        // As they are stored, not as they are remembered: a proof is of what this node keeps.
        let entries: Vec<_> =
            shown.iter().map(|shown| self.stored_entry(&shown.entry)).collect::<Result<_, _>>()?;
        let cover = Token::literal(Cover::NotOnRecord.code());
        let us = self.agency;
        let mut proof = ProofParts::new(*id, kind, us, cover);
        let matter = self.matter(id)?;
        let not_ours =
            |part: &Commitment, entry: &Entry| part.to.is_none() && !matter.is_addressed(entry, part, &us);
        let withheld =
            entries.iter().filter(|entry| entry.header().parts.iter().any(|part| not_ours(part, entry)));
        withheld.for_each(|entry| proof.add_withheld(entry.hash()));
        let agencies: BTreeSet<_> = parties
            .iter()
            .map(|party| party.agency)
            .chain(entries.iter().map(|e| e.header().author))
            .collect();
        for agency in &agencies {
            proof.add_chain(self.cards.chain(agency));
        }
        let stated = self.stated_heads(id)?;
        stated.iter().filter(|head| agencies.contains(&head.agency)).for_each(|head| proof.add_head(head));
        let mut records = Vec::new();
        for entry in &entries {
            let record = self.store.entry(&entry.hash())?;
            records.push(record.ok_or_else(|| fault("an entry is not stored".into()))?);
        }
        let logs = self.logs_of(records.iter().map(|record| record.leaf))?;
        let mut witnessed = BTreeMap::new();
        for (begun, tree, _) in &logs {
            witnessed.insert(begun.epoch, self.witnessed_trees(begun.epoch, tree)?);
        }
        let is_independent = |agency: &AgencyId| *agency != us && !agencies.contains(agency);
        for (entry, record) in entries.iter().zip(&records) {
            let log = logs.iter().rev().find(|(begun, ..)| begun.leaf <= record.leaf);
            let (begun, tree, checkpoint) = log.ok_or_else(|| fault("no checkpoint yet".into()))?;
            let leaf = record.leaf - begun.leaf;
            let trees = witnessed.get(&begun.epoch).map(Vec::as_slice).unwrap_or_default();
            let best = best_for(leaf, trees, is_independent);
            for witness in best.into_iter().flat_map(|tree| &tree.by) {
                proof.add_chain(self.cards.chain(witness));
            }
            let checkpoint = best.map_or(checkpoint, |tree| &tree.note);
            let size = checkpoint.peek().map_err(|error| fault(error.to_string()))?.size;
            let path = comity_journal::tree::prove_inclusion(tree, leaf, size)
                .map_err(|error| fault(error.to_string()))?;
            let logged = Logged { checkpoint: checkpoint.clone(), leaf, at: record.at, path };
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

    /// The matter an entry that is stored here belongs to.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn matter_of_entry(&self, entry: &Hash) -> Result<Option<MatterId>, Failure> {
        Ok(match self.store.entry(entry)?.map(|record| record.what) {
            Some(Recorded::Entry { bytes, .. }) => {
                Entry::read(&bytes).ok().map(|entry| entry.header().matter)
            }
            _ => None,
        })
    }

    fn stored_entry(&self, hash: &Hash) -> Result<Entry, Failure> {
        let changed = || Failure::Fault(format!("the stored bytes of entry {hash} are not what was signed"));
        let record = self.store.entry(hash)?.ok_or_else(changed)?;
        let Recorded::Entry { bytes, .. } = record.what else { return Err(changed()) };
        Entry::read(&bytes).ok().filter(|entry| entry.hash() == *hash).ok_or_else(changed)
    }

    /// What of a matter an officer named is checked: its number, its kind, and what the verifier finds. It is found even
    /// where it is damaged so that it cannot be read.
    ///
    /// # Errors
    /// As [`Self::check_matter`]; not found where the officer may not know of it.
    pub fn check_for(
        &mut self,
        officer: &Officer,
        typed: &str,
    ) -> Result<(String, String, MatterProof), Failure> {
        let matter = self.seen_by(officer, typed)?;
        let row = self.listed(&matter)?.ok_or_else(|| Failure::NotFound("no such matter".into()))?;
        let number = self.number(&row.kind, &matter)?;
        Ok((number, row.kind.clone(), self.check_matter(&matter)?))
    }

    /// Runs the verifier on the stored bytes of a matter's shared acts and on everything that vouches for them.
    ///
    /// # Errors
    /// When nothing of it is shared yet, or the store cannot be read.
    pub fn check_matter(&mut self, id: &MatterId) -> Result<MatterProof, Failure> {
        let broken = self.damaged(id)?;
        if !broken.is_empty() {
            return Ok(MatterProof { broken, findings: None });
        }
        let proof = self.put_together(id, true)?;
        // Here everybody is known whose fingerprint was compared; ourselves too.
        let partners = self.partners()?.into_iter().filter(|partner| !partner.off_network);
        let compared = partners.map(|partner| partner.agency).chain([self.agency]);
        let trusted: Vec<_> = compared.map(|agency| Fingerprint::of(&agency)).collect();
        Ok(MatterProof { broken, findings: Some(verify(&proof, &trusted)) })
    }
}

/// What the verifier found in what is stored of a matter.
#[derive(Clone, Debug)]
pub struct MatterProof {
    /// Entries whose stored bytes are not what was signed.
    pub broken: Vec<Hash>,
    /// What was found in the rest; nothing where an entry is broken.
    pub findings: Option<Findings>,
}

impl MatterProof {
    /// Whether everything holds, by those whose fingerprints were compared.
    pub fn holds(&self) -> bool {
        let intact = |findings: &Findings| findings.outcome == Outcome::Intact;
        self.broken.is_empty() && self.findings.as_ref().is_some_and(intact)
    }
}
