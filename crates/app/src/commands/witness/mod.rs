//! Witnesses partners' trees, keeps who has witnessed ours, and compares what two hold of agencies that both know.
//!
//! A tree is cosigned once it is held: it is the first that was shown, or was proven to continue what was held before. Of our
//! own tree the latest cosignature of each witness is kept, beside the journal: nothing could fold it again, and what is
//! lost of it is given anew. Of a third agency only those are told who are parties of a matter with it and us, or have
//! named a checkpoint of it themselves.
//!
//! Not here: what is said on the wire and how it is judged (`comity_federation::witness`), and when (`workers/witness.rs`).
//!
//! Invariant: nothing is cosigned that is not held, and a node that may be an older copy of itself cosigns nothing for whom
//! it has not compared with: it may have forgotten what it held.

mod cosignatures;
mod others;
mod trees;

use std::collections::{BTreeMap, BTreeSet};

use comity_federation::message::{Held, Hello};
use comity_federation::witness::{Settled, Witness};
use comity_journal::ids::AgencyId;
use comity_journal::time::Timestamp;

use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use others::Doubted;
pub(crate) use trees::tree_of;

/// How often the trees of a partner and of this node are witnessed, at most.
const EVERY_MS: i64 = 5 * 60 * 1000;

/// What of witnessing is remembered since the start. All of it comes again.
#[derive(Default)]
pub(crate) struct Witnessing {
    /// When each partner was last called for it.
    last: BTreeMap<AgencyId, Timestamp>,
    /// The last agency that each partner was told of.
    told: BTreeMap<AgencyId, AgencyId>,
    /// What is to be asked of an agency.
    doubts: BTreeMap<AgencyId, Doubted>,
}

impl Ledger {
    /// What to say to a partner as its witness, after it has answered our hello; nothing while it is not time, or there is
    /// nothing to say. `showed` is what our hello has shown it of our tree.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn witness_word(
        &mut self,
        pending: &mut Pending,
        partner: AgencyId,
        (showed, hello): (Option<Held>, &Hello),
    ) -> Result<Option<Witness>, Failure> {
        // Only who stands by its tree is asked about it.
        let doubt = hello.checkpoint.as_ref().and_then(|_| self.doubt_about(&partner));
        let last = self.witnessing.last.get(&partner);
        let due = last.is_none_or(|last| last.millis_until(pending.at) >= EVERY_MS);
        if !due && doubt.is_none() {
            return Ok(None);
        }
        self.witnessing.last.insert(partner, pending.at);
        let mut word = Witness { doubt, ..Witness::new(self.agency, partner) };
        if self.may_show_tree(&partner) {
            word.checkpoint = self.checkpoint().cloned();
            // It holds what our hello has shown it, if that was the first it has seen.
            word.continues =
                hello.holds.or(showed).and_then(|held| self.path_from(held, word.checkpoint.as_ref()));
        }
        if let (Some(note), Some(stored)) = (&hello.checkpoint, self.held_note(&partner)?) {
            let is_it = tree_of(note).is_some_and(|shown| tree_of(&stored) == Some(shown));
            word.cosigned = is_it.then(|| self.cosign(&partner, &stored)).flatten();
        }
        word.others = self.others_for(&partner, BTreeSet::new())?;
        Ok((!word.is_empty()).then_some(word))
    }

    /// Takes what a partner says as a witness, and answers it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn answer_witness(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        said: &Witness,
    ) -> Result<Witness, Failure> {
        let settled = self.hear_witness(pending, from, said)?;
        let mut word = Witness { settled, ..Witness::new(self.agency, from) };
        if let Some(note) = &said.checkpoint {
            if self.hold_tree(pending, from, note, said.continues.as_ref())? {
                word.cosigned = self.cosign(&from, note);
            }
            word.doubt = self.doubt_about(&from);
            if word.doubt.is_some() {
                self.still_doubted(pending, from, false)?;
            }
        }
        if said.settled.is_none() {
            let named =
                said.others.iter().filter_map(|note| Some(self.opened(note)?.origin.agency)).collect();
            word.others = self.others_for(&from, named)?;
        }
        Ok(word)
    }

    /// Takes what a partner answers its witness, who had a doubt or had none; gives what answers the partner's own.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn hear_answer(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        (doubted, answer): (bool, &Witness),
    ) -> Result<Option<Settled>, Failure> {
        let settled = self.hear_witness(pending, from, answer)?;
        if doubted && answer.settled.is_none() {
            self.still_doubted(pending, from, true)?;
        }
        Ok(settled)
    }

    /// Takes what a partner says as a witness; gives what answers its doubt, if there is an answer.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn hear_witness(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        said: &Witness,
    ) -> Result<Option<Settled>, Failure> {
        if let Some(cosigned) = &said.cosigned {
            self.keep_cosignature(pending, from, cosigned)?;
        }
        for note in &said.others {
            self.hear_of_other(pending, from, note)?;
        }
        if let Some(settled) = &said.settled {
            self.settle(pending, from, settled)?;
        }
        match &said.doubt {
            Some(doubt) => self.stand_by_tree(pending, from, doubt),
            None => Ok(None),
        }
    }
}
