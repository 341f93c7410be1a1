//! Who has cosigned our tree: for people, and for proofs.

use comity_journal::card::Card;
use comity_journal::checkpoint::{SignedCheckpoint, witness_name};
use comity_journal::ids::AgencyId;
use comity_journal::time::Timestamp;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::failure::Failure;
use crate::ledger::{Ledger, WholeTree};

/// A witness of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessLine {
    /// Our name for it.
    pub name: String,
    /// How many leaves our tree had that it has cosigned last.
    pub size: u64,
    /// When, by its clock, in whole seconds.
    pub at: Timestamp,
}

/// A checkpoint of ours with those who have cosigned it.
pub(super) struct WitnessedTree {
    /// With their cosignatures.
    pub(super) note: SignedCheckpoint,
    /// How many leaves it is over.
    pub(super) size: u64,
    /// Who they are.
    pub(super) by: Vec<AgencyId>,
}

impl Ledger {
    /// Who has cosigned our tree, of its epoch now, each with the latest.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn witness_lines(&mut self) -> Result<Vec<WitnessLine>, Failure> {
        let names: BTreeMap<_, _> =
            self.partners()?.into_iter().map(|partner| (partner.agency, partner.name)).collect();
        let witnesses = self.witnesses(self.tree_epoch())?;
        let line = |(agency, note): (AgencyId, SignedCheckpoint)| {
            let mut cards = self.cards.chain(&agency).map(Card::facts);
            let name = witness_name(&agency);
            let at = cards
                .find_map(|facts| note.verify_cosignature(&name, &facts.checkpoint, facts.suite).ok())?;
            let name = names.get(&agency).cloned().unwrap_or_else(|| agency.to_string());
            Some(WitnessLine { name, size: note.peek().ok()?.size, at })
        };
        Ok(witnesses.into_iter().filter_map(line).collect())
    }

    /// The checkpoints of an epoch of ours that witnesses have cosigned last and that are of this tree.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn witnessed_trees(
        &self,
        epoch: u32,
        tree: &WholeTree<'_>,
    ) -> Result<Vec<WitnessedTree>, Failure> {
        let mut trees: BTreeMap<u64, WitnessedTree> = BTreeMap::new();
        for (agency, noted) in self.witnesses(epoch)? {
            let (Ok(says), Ok(cosignatures)) = (noted.peek(), noted.cosignatures()) else { continue };
            if tree.root_at(says.size) != Ok(says.root) {
                continue;
            }
            let witnessed = trees.entry(says.size).or_insert_with(|| WitnessedTree {
                note: says.sign(&self.keys.checkpoint),
                size: says.size,
                by: Vec::new(),
            });
            let note = cosignatures
                .iter()
                .try_fold(witnessed.note.clone(), |note, cosignature| note.with_cosignature(cosignature));
            // More than a note can carry stay away.
            if let Ok(note) = note {
                witnessed.note = note;
                witnessed.by.push(agency);
            }
        }
        Ok(trees.into_values().collect())
    }
}

/// Of the trees that hold a leaf the one that proves most: that with most independent witnesses, then with most, then the
/// smallest.
pub(super) fn best_for(
    leaf: u64,
    trees: &[WitnessedTree],
    is_independent: impl Fn(&AgencyId) -> bool,
) -> Option<&WitnessedTree> {
    let holds = trees.iter().filter(|tree| tree.size > leaf);
    holds.max_by_key(|tree| {
        let independent = tree.by.iter().filter(|witness| is_independent(witness)).count();
        (independent, tree.by.len(), Reverse(tree.size))
    })
}
