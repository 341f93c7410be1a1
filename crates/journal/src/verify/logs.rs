//! Logs: that checkpoints are signed by the agencies whose trees they are of, that entries are leaves of those
//! trees, and who else has seen the trees.

use std::collections::{BTreeMap, BTreeSet};

use super::Check;
use super::findings::{Bound, InLog, Problem, Witnessed};
use crate::card::Card;
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
        let keys = LogKeys::of(self.file);
        let witnesses = keys.witnesses();
        let mut roots: BTreeMap<_, Hash> = BTreeMap::new();
        let mut trees = Vec::with_capacity(self.file.checkpoints.len());
        for (i, note) in self.file.checkpoints.iter().enumerate() {
            match keys.open(note) {
                Ok(says) => {
                    let root = *roots.entry((says.origin, says.size)).or_insert(says.root);
                    if root != says.root {
                        self.problems.push(Problem::SplitView { agency: says.origin.agency });
                    }
                    trees.push(Some(SignedTree { says, witnesses: self.witnesses(note, &says, &witnesses) }));
                }
                Err(why) => {
                    self.problems.push(Problem::Checkpoint { number: i + 1, why: why.to_string() });
                    trees.push(None);
                }
            }
        }
        trees
    }

    fn witnesses(
        &self,
        note: &SignedCheckpoint,
        says: &Checkpoint,
        keys: &[(AgencyId, PublicKey, Suite)],
    ) -> Vec<Witnessed> {
        // Trying keys does not read all cosignatures each time.
        let (Ok(cosignatures), Ok(short)) = (note.cosignatures(), note.without_cosignatures()) else {
            return Vec::new();
        };
        let describe = |cosignature: &Cosignature| {
            let found = keys.iter().find_map(|(agency, key, suite)| {
                cosignature.verify(&short, key, *suite).ok().map(|at| (*agency, at))
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

/// The most keys that are tried for one signature. No honest agency changes its checkpoint key that often, and a
/// file made to waste time gets no further.
const KEYS_TRIED: usize = 128;

/// The checkpoint keys of each agency, newest first, each once. An agency that witnesses signs with the same key.
struct LogKeys(BTreeMap<AgencyId, Vec<(PublicKey, Suite)>>);

impl LogKeys {
    fn of(file: &ProofFile) -> Self {
        let mut keys = BTreeMap::new();
        for latest in file.cards.agencies() {
            let mut known = BTreeSet::new();
            let mut cards: Vec<_> = file.cards.chain(&latest.agency()).map(Card::facts).collect();
            cards.reverse();
            cards.retain(|facts| known.insert((facts.checkpoint, facts.suite)));
            let newest = cards.into_iter().take(KEYS_TRIED).map(|facts| (facts.checkpoint, facts.suite));
            keys.insert(latest.agency(), newest.collect());
        }
        Self(keys)
    }

    /// Opens a checkpoint with whichever of its agency's keys signed it.
    fn open(&self, note: &SignedCheckpoint) -> Result<Checkpoint, CheckpointError> {
        let agency = note.peek()?.origin.agency;
        let short = note.without_cosignatures()?;
        let tried = self.0.get(&agency).into_iter().flatten().map(|(key, suite)| short.open(key, *suite));
        let mut tried = tried.skip_while(|result| *result == Err(CheckpointError::OtherKey));
        tried.next().unwrap_or(Err(CheckpointError::OtherKey))
    }

    /// Every key that may have cosigned, everybody's newest first. A toy signature is no witness.
    fn witnesses(&self) -> Vec<(AgencyId, PublicKey, Suite)> {
        let nth = |n: usize| self.0.iter().filter_map(move |(agency, keys)| Some((*agency, *keys.get(n)?)));
        let all = (0..KEYS_TRIED).flat_map(nth).map(|(agency, (key, suite))| (agency, key, suite));
        all.filter(|(_, _, suite)| *suite >= Suite::LEAST).take(KEYS_TRIED).collect()
    }
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
