//! Logs: that checkpoints are signed by the agencies whose trees they are of, that entries are leaves of those
//! trees, and who else has seen the trees.

use std::collections::{BTreeMap, BTreeSet};

use super::Check;
use super::findings::{Bound, InLog, Problem, Witnessed};
use crate::checkpoint::{Checkpoint, CheckpointError, Cosignature, SignedCheckpoint};
use crate::ids::AgencyId;
use crate::leaf::Leaf;
use crate::proof::{Inclusion, ProofFile};
use crate::suite::{Hash, PublicKey, Suite};
use crate::tree;

/// A checkpoint that its agency signed.
struct SignedTree {
    says: Checkpoint,
    witnesses: Vec<Witnessed>,
}

impl Check<'_> {
    pub(super) fn logs(&mut self) {
        let trees = self.trees();
        for i in 0..self.acts.len() {
            self.log_of(i, &trees);
        }
    }

    fn trees(&mut self) -> Vec<Option<SignedTree>> {
        let keys = witness_keys(self.file);
        let mut roots: BTreeMap<_, Hash> = BTreeMap::new();
        let mut trees = Vec::with_capacity(self.file.checkpoints.len());
        for (i, note) in self.file.checkpoints.iter().enumerate() {
            match open(self.file, note) {
                Ok(says) => {
                    let root = *roots.entry((says.origin, says.size)).or_insert(says.root);
                    if root != says.root {
                        self.problems.push(Problem::SplitView { agency: says.origin.agency });
                    }
                    trees.push(Some(SignedTree { says, witnesses: self.witnesses(note, &says, &keys) }));
                }
                Err(why) => {
                    self.problems.push(Problem::Checkpoint { number: i + 1, why: why.to_string() });
                    trees.push(None);
                }
            }
        }
        trees
    }

    fn witnesses(&self, note: &SignedCheckpoint, says: &Checkpoint, keys: &WitnessKeys) -> Vec<Witnessed> {
        let cosignatures = note.cosignatures().unwrap_or_default();
        let describe = |cosignature: &Cosignature| {
            let found = keys.iter().find_map(|((agency, key), suite)| {
                cosignature.verify(note, key, *suite).ok().map(|at| (*agency, at))
            });
            let independent = found.is_some_and(|(agency, _)| {
                agency != says.origin.agency
                    && agency != self.file.opening.exporter
                    && !self.is_party(&agency)
            });
            Witnessed {
                name: cosignature.name().to_owned(),
                agency: found.map(|(agency, _)| agency),
                at: found.map(|(_, at)| at),
                independent,
            }
        };
        cosignatures.iter().map(describe).collect()
    }

    fn log_of(&mut self, i: usize, trees: &[Option<SignedTree>]) {
        let act = &self.acts[i];
        let (reference, hash, author) = (act.reference, act.entry.hash(), act.entry.header().author);
        let mut found = Vec::new();
        let mut logs = Vec::new();
        let mut witnesses = BTreeSet::new();
        let mut look = |inclusion: &Inclusion| {
            let (log, tree) = included(inclusion, &hash, trees)?;
            witnesses.extend(tree.witnesses.iter().cloned());
            logs.push(log);
            Ok(log)
        };
        let own = if act.item.logged.by == self.file.opening.exporter {
            look(&act.item.logged)
        } else {
            Err("it is in another agency's log".to_owned())
        };
        let logged = own.map_err(|why| found.push(Problem::Logged { entry: reference, why })).ok();
        let mut receipts = Vec::new();
        for inclusion in &act.item.receipts {
            match look(inclusion) {
                Ok(log) => receipts.push(log),
                Err(why) => found.push(Problem::Receipt { entry: reference, by: inclusion.by, why }),
            }
        }
        let recorded = logs.iter().map(|log| Bound { at: log.at, by: log.by });
        let watched = witnesses.iter().filter_map(|w| Some(Bound { at: w.at?, by: w.agency? }));
        let fact = &mut self.facts[i];
        fact.not_after = recorded.chain(watched).filter(|bound| bound.by != author).min();
        fact.logged = logged;
        fact.receipts = receipts;
        fact.witnesses = witnesses.into_iter().collect();
        self.problems.append(&mut found);
    }
}

type WitnessKeys = BTreeMap<(AgencyId, PublicKey), Suite>;

/// Every key in the file that may have cosigned: an agency that witnesses does so with its checkpoint key.
fn witness_keys(file: &ProofFile) -> WitnessKeys {
    let mut keys = WitnessKeys::new();
    for latest in file.cards.agencies() {
        for card in file.cards.chain(&latest.agency()) {
            if card.facts().suite >= Suite::LEAST {
                keys.insert((card.agency(), card.facts().checkpoint), card.facts().suite);
            }
        }
    }
    keys
}

/// Opens a checkpoint with whichever of its agency's cards holds the key.
fn open(file: &ProofFile, note: &SignedCheckpoint) -> Result<Checkpoint, CheckpointError> {
    let agency = note.peek()?.origin.agency;
    let mut result = Err(CheckpointError::OtherKey);
    for card in file.cards.chain(&agency) {
        match note.open(&card.facts().checkpoint, card.facts().suite) {
            Err(CheckpointError::OtherKey) => {}
            other => result = other,
        }
    }
    result
}

fn included<'t>(
    inclusion: &Inclusion,
    entry: &Hash,
    trees: &'t [Option<SignedTree>],
) -> Result<(InLog, &'t SignedTree), String> {
    let tree = usize::try_from(inclusion.checkpoint).ok().and_then(|i| trees.get(i));
    let tree = tree.ok_or("the file has no such checkpoint")?;
    let tree = tree.as_ref().ok_or("its checkpoint does not hold")?;
    if tree.says.origin.agency != inclusion.by {
        return Err("its checkpoint is another agency's".to_owned());
    }
    let leaf = Leaf::Entry { entry: *entry, at: inclusion.at }.hash();
    let (size, root) = (tree.says.size, &tree.says.root);
    tree::verify_inclusion(&leaf, inclusion.leaf, size, &inclusion.path, root)
        .map_err(|why| why.to_string())?;
    Ok((InLog { by: inclusion.by, at: inclusion.at, leaf: inclusion.leaf, size }, tree))
}
