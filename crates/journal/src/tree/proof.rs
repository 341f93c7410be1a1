//! Paths: that a leaf is in a tree, and that one tree continues another.
//!
//! Both are one statement: *the leaves of this part of the tree hash to that*. The part is one leaf, or the first
//! leaves up to the old size, or any subtree. One way down from the root to the part ([`Descent`]) tells the
//! prover which hashes to give and the verifier how many to expect and on which side each belongs.
//! Specification: RFC 6962 sections 2.1.1 and 2.1.2; for other subtrees the Merkle Tree Certificates draft,
//! section 4.

use super::{MAX_SIZE, Nodes, ProofError, Span, empty_root, node_hash};
use crate::suite::Hash;

/// What stands beside the way down at one level.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    /// To the right, after the part.
    After,
    /// To the left, before the part.
    Before,
    /// To the left, and belonging to the part, which goes on to the right.
    Within,
}

/// The way from the root of a tree down to the part that something is proven of.
struct Descent {
    /// From the root downwards: what stands beside the way.
    steps: Vec<(Beside, Span)>,
    /// Where the way ends: a subtree inside the part.
    bottom: Span,
}

impl Descent {
    /// The way to `part`, which must be a subtree, in a tree of `size` leaves. Takes at most 63 steps: each at
    /// least halves the next power of two above the leaves left.
    fn to(part: Span, size: u64) -> Result<Self, ProofError> {
        let mut here = Span::whole(size)?;
        if part.start >= part.end || part.end > size {
            return Err(ProofError::RangeOutside { start: part.start, end: part.end, size });
        }
        let mut steps = Vec::new();
        while !part.covers(here) {
            let Some((left, right)) = here.split() else { break };
            let (beside, aside, next) = if part.end <= left.end {
                (Beside::After, right, left)
            } else if part.start >= right.start {
                (Beside::Before, left, right)
            } else {
                (Beside::Within, left, right)
            };
            steps.push((beside, aside));
            here = next;
        }
        Ok(Self { steps, bottom: here })
    }

    /// Whether the way ends at the whole part, whose hash a verifier already has.
    fn ends_at(&self, part: Span) -> bool {
        self.bottom == part
    }

    /// The hashes that prove it, from the bottom up.
    fn prove(&self, part: Span, nodes: &(impl Nodes + ?Sized)) -> Result<Vec<Hash>, ProofError> {
        let bottom = (!self.ends_at(part)).then_some(self.bottom);
        let beside = self.steps.iter().rev().map(|(_, aside)| *aside);
        bottom.into_iter().chain(beside).map(|span| span.hash(nodes)).collect()
    }

    /// The hash of the part and the root of the tree that `path` leads to.
    fn follow(&self, part: Span, part_hash: &Hash, path: &[Hash]) -> Result<(Hash, Hash), ProofError> {
        let ends_at_part = self.ends_at(part);
        let expected = self.steps.len() + usize::from(!ends_at_part);
        if path.len() != expected {
            return Err(ProofError::WrongLength { expected, found: path.len() });
        }
        let (bottom, path) = match path.split_first() {
            Some((bottom, rest)) if !ends_at_part => (bottom, rest),
            _ => (part_hash, path),
        };
        let (mut of_part, mut of_tree) = (*bottom, *bottom);
        for ((beside, _), hash) in self.steps.iter().rev().zip(path) {
            match beside {
                Beside::After => of_tree = node_hash(&of_tree, hash),
                Beside::Before => of_tree = node_hash(hash, &of_tree),
                Beside::Within => {
                    of_part = node_hash(hash, &of_part);
                    of_tree = node_hash(hash, &of_tree);
                }
            }
        }
        Ok((of_part, of_tree))
    }
}

fn leaf_in(index: u64, size: u64) -> Result<Span, ProofError> {
    if index >= size {
        Err(ProofError::LeafOutside { index, size })
    } else {
        Ok(Span { start: index, end: index + 1 })
    }
}

fn earlier(old: u64, new: u64) -> Result<Span, ProofError> {
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    if old == 0 {
        return Err(ProofError::NothingToContinue);
    }
    Ok(Span { start: 0, end: old })
}

/// A span that is a subtree of every tree long enough: it starts at a multiple of its width, rounded up to a power
/// of two.
fn subtree(start: u64, end: u64) -> Result<Span, ProofError> {
    match end.checked_sub(start) {
        Some(width) if width <= MAX_SIZE && start.is_multiple_of(width.next_power_of_two()) => {
            Ok(Span { start, end })
        }
        _ => Err(ProofError::NotASubtree { start, end }),
    }
}

/// The path that proves leaf `index` in the tree of `size` leaves, from the leaf upwards.
///
/// # Errors
/// [`ProofError::LeafOutside`], [`ProofError::TooLarge`], or [`ProofError::MissingNode`] when `nodes` ends earlier.
pub fn prove_inclusion(
    nodes: &(impl Nodes + ?Sized),
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, ProofError> {
    let leaf = leaf_in(index, size)?;
    Descent::to(leaf, size)?.prove(leaf, nodes)
}

/// The path that proves that the tree of `new` leaves continues the one of `old`; empty when both are one.
///
/// # Errors
/// [`ProofError::Shrunk`], [`ProofError::TooLarge`], [`ProofError::MissingNode`] when `nodes` ends earlier, and
/// [`ProofError::NothingToContinue`] for an old tree without leaves.
pub fn prove_consistency(nodes: &(impl Nodes + ?Sized), old: u64, new: u64) -> Result<Vec<Hash>, ProofError> {
    let part = earlier(old, new)?;
    Descent::to(part, new)?.prove(part, nodes)
}

/// Checks that `leaf` is leaf `index` of the tree of `size` leaves with this root.
///
/// # Errors
/// [`ProofError`] says what does not hold.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    let part = leaf_in(index, size)?;
    let (_, of_tree) = Descent::to(part, size)?.follow(part, leaf, path)?;
    if of_tree == *root { Ok(()) } else { Err(ProofError::WrongRoot) }
}

/// Checks that the tree of `new_size` leaves with `new_root` begins with all leaves of the tree of `old_size`
/// leaves with `old_root`.
///
/// # Errors
/// [`ProofError`] says what does not hold. An old tree without leaves is refused too
/// ([`ProofError::NothingToContinue`]): such a check would pass for any new root, and whoever has seen no leaf yet
/// should say so rather than call it verified.
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    path: &[Hash],
) -> Result<(), ProofError> {
    check_part(earlier(old_size, new_size)?, old_root, new_size, new_root, path)
}

/// Checks that `leaf` is leaf `index` of a tree, in the subtree from `start` up to, not including, `end` whose hash
/// is `root`.
///
/// # Errors
/// [`ProofError`] says what does not hold.
pub fn verify_subtree_inclusion(
    leaf: &Hash,
    index: u64,
    start: u64,
    end: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    let part = subtree(start, end)?;
    let outside = ProofError::LeafOutside { index, size: end };
    let index = index.checked_sub(start).ok_or(outside)?;
    verify_inclusion(leaf, index, part.len(), path, root)
}

/// Checks that the leaves from `start` up to, not including, `end` of the tree of `size` leaves with `root` are a
/// subtree whose hash is `subtree_root`. A subtree without leaves needs no proof and says nothing about the tree.
///
/// # Errors
/// [`ProofError`] says what does not hold.
pub fn verify_subtree_consistency(
    start: u64,
    end: u64,
    size: u64,
    path: &[Hash],
    subtree_root: &Hash,
    root: &Hash,
) -> Result<(), ProofError> {
    let part = subtree(start, end)?;
    if part.len() > 0 {
        return check_part(part, subtree_root, size, root, path);
    }
    if end > size {
        return Err(ProofError::RangeOutside { start, end, size });
    }
    if !path.is_empty() {
        return Err(ProofError::WrongLength { expected: 0, found: path.len() });
    }
    if *subtree_root == empty_root() { Ok(()) } else { Err(ProofError::WrongEarlierRoot) }
}

fn check_part(part: Span, part_hash: &Hash, size: u64, root: &Hash, path: &[Hash]) -> Result<(), ProofError> {
    let (of_part, of_tree) = Descent::to(part, size)?.follow(part, part_hash, path)?;
    if of_part != *part_hash {
        return Err(ProofError::WrongEarlierRoot);
    }
    if of_tree == *root { Ok(()) } else { Err(ProofError::WrongRoot) }
}
