//! Range proofs: that several neighbouring leaves are in a tree, at once.
//!
//! One proof covers what a receipt acknowledges; the path of any single leaf can be drawn from it without asking
//! the tree's owner again ([`inclusion_from_range`]).
//!
//! The proof is the hashes of the subtrees that hold none of the leaves, in the order in which they are met when
//! the tree is split as in RFC 6962 section 2.1, left before right: first those before the range, then those after
//! it, at most 126 in all.

use serde::{Deserialize, Serialize};

use super::{Nodes, ProofError, Span, node_hash};
use crate::suite::Hash;

/// The hashes that, with the leaves of a range, lead to the root.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RangeProof {
    /// Hashes of the subtrees outside the range, left to right.
    pub nodes: Vec<Hash>,
}

/// The proof for `count` leaves from `first` in the tree of `size` leaves.
///
/// # Errors
/// [`ProofError::EmptyRange`], [`ProofError::RangeOutside`], [`ProofError::TooLarge`], or
/// [`ProofError::MissingNode`] when `nodes` ends earlier.
pub fn prove_range(
    nodes: &(impl Nodes + ?Sized),
    first: u64,
    count: u64,
    size: u64,
) -> Result<RangeProof, ProofError> {
    let mut proof = RangeProof::default();
    let wanted = range_in(first, count, size)?;
    collect_outside(nodes, Span::whole(size)?, wanted, &mut proof.nodes)?;
    Ok(proof)
}

fn range_in(first: u64, count: u64, size: u64) -> Result<Span, ProofError> {
    if count == 0 {
        return Err(ProofError::EmptyRange);
    }
    match first.checked_add(count) {
        Some(end) if end <= size => Ok(Span { start: first, end }),
        end => Err(ProofError::RangeOutside { start: first, end: end.unwrap_or(u64::MAX), size }),
    }
}

/// Adds the hashes of the subtrees of `here` that hold nothing wanted. At most 63 calls deep, one for each halving.
fn collect_outside(
    nodes: &(impl Nodes + ?Sized),
    here: Span,
    wanted: Span,
    found: &mut Vec<Hash>,
) -> Result<(), ProofError> {
    if !here.meets(wanted) {
        found.push(here.hash(nodes)?);
    } else if !wanted.covers(here)
        && let Some((left, right)) = here.split()
    {
        collect_outside(nodes, left, wanted, found)?;
        collect_outside(nodes, right, wanted, found)?;
    }
    Ok(())
}

/// Checks that `leaves` are the leaves from `first` on of the tree of `size` leaves with this root.
///
/// # Errors
/// [`ProofError`] says what does not hold.
pub fn verify_range(
    leaves: &[Hash],
    first: u64,
    size: u64,
    proof: &RangeProof,
    root: &Hash,
) -> Result<(), ProofError> {
    let found = Rebuild::run(leaves, first, size, proof, None)?.0;
    if found == *root { Ok(()) } else { Err(ProofError::WrongRoot) }
}

/// The path of leaf `index`, one of `leaves`, as [`super::verify_inclusion`] takes it. It proves as much as the range
/// proof does: check that one with [`verify_range`] first.
///
/// # Errors
/// [`ProofError`] when the leaf is not in the range, or the range proof has too few or too many hashes.
pub fn inclusion_from_range(
    leaves: &[Hash],
    first: u64,
    size: u64,
    proof: &RangeProof,
    index: u64,
) -> Result<Vec<Hash>, ProofError> {
    if index.checked_sub(first).is_none_or(|place| place >= leaves.len() as u64) {
        return Err(ProofError::LeafOutside { index, size });
    }
    Ok(Rebuild::run(leaves, first, size, proof, Some(index))?.1)
}

/// The range proof of one leaf, from its path: the same hashes, left to right.
///
/// # Errors
/// [`ProofError`] when there is no such leaf, or the path has another length.
pub fn range_of_one(index: u64, size: u64, path: &[Hash]) -> Result<RangeProof, ProofError> {
    let wanted = range_in(index, 1, size)?;
    let (mut here, mut goes_left) = (Span::whole(size)?, Vec::new());
    while let Some((left, right)) = here.split() {
        goes_left.push(left.meets(wanted));
        here = if left.meets(wanted) { left } else { right };
    }
    if goes_left.len() != path.len() {
        return Err(ProofError::WrongLength { expected: goes_left.len(), found: path.len() });
    }
    // A path leads upwards from the leaf, so the last halving comes first in it.
    let steps = || goes_left.iter().rev().zip(path);
    let before = steps().rev().filter(|(goes_left, _)| !**goes_left);
    let after = steps().filter(|(goes_left, _)| **goes_left);
    Ok(RangeProof { nodes: before.chain(after).map(|(_, hash)| *hash).collect() })
}

/// The upper part of the tree, built again from the leaves of a range and the hashes around it.
struct Rebuild<'a> {
    wanted: Span,
    leaves: std::slice::Iter<'a, Hash>,
    around: std::slice::Iter<'a, Hash>,
    /// The leaf whose path is collected.
    path_of: Option<u64>,
    path: Vec<Hash>,
}

impl<'a> Rebuild<'a> {
    /// The root, and the path of leaf `path_of`.
    fn run(
        leaves: &'a [Hash],
        first: u64,
        size: u64,
        proof: &'a RangeProof,
        path_of: Option<u64>,
    ) -> Result<(Hash, Vec<Hash>), ProofError> {
        let wanted = range_in(first, leaves.len() as u64, size)?;
        let whole = Span::whole(size)?;
        let expected = count_outside(whole, wanted);
        if proof.nodes.len() != expected {
            return Err(ProofError::WrongLength { expected, found: proof.nodes.len() });
        }
        let (leaves, around) = (leaves.iter(), proof.nodes.iter());
        let mut rebuild = Self { wanted, leaves, around, path_of, path: Vec::new() };
        let root = rebuild.hash(whole)?;
        Ok((root, rebuild.path))
    }

    /// The hash of the subtree `here`, taking leaves and hashes in the order they come. At most 64 calls deep.
    fn hash(&mut self, here: Span) -> Result<Hash, ProofError> {
        if !here.meets(self.wanted) {
            return self.around.next().copied().ok_or(ProofError::WrongRoot);
        }
        let Some((left, right)) = here.split() else {
            return self.leaves.next().copied().ok_or(ProofError::WrongRoot);
        };
        let (left_hash, right_hash) = (self.hash(left)?, self.hash(right)?);
        match self.path_of {
            Some(index) if left.holds(index) => self.path.push(right_hash),
            Some(index) if right.holds(index) => self.path.push(left_hash),
            _ => {}
        }
        Ok(node_hash(&left_hash, &right_hash))
    }
}

/// How many subtrees of `here` hold nothing wanted; so many hashes has the one proof that is accepted.
fn count_outside(here: Span, wanted: Span) -> usize {
    if !here.meets(wanted) {
        return 1;
    }
    match here.split() {
        Some((left, right)) if !wanted.covers(here) => {
            count_outside(left, wanted) + count_outside(right, wanted)
        }
        _ => 0,
    }
}
