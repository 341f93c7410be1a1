//! The Merkle tree over a journal's leaves, and what can be proven from it.
//!
//! Leaf and node hashes are those of RFC 6962, section 2.1, so that any transparency-log tool can check what we
//! show. [`Tree`] keeps in memory the hashes of all complete subtrees, or lets go of those within whole tiles of 256
//! leaves: then it costs a quarter of a byte a leaf. Every proof is written against [`Nodes`], so that a store can give
//! what was let go. Verification needs neither: only hashes, sizes and a root.
//!
//! Not here: what a leaf holds (`journal`), and who vouches for a root (`checkpoint`). A proof binds a leaf to a
//! root; that the root belongs to the size it is checked with is what a signed checkpoint says.
//!
//! Invariant: whatever is checked here ends within 64 steps down the tree and accepts one proof per statement:
//! no hash too many, none missing.

mod proof;
mod range;

pub use proof::{
    prove_consistency, prove_inclusion, verify_consistency, verify_inclusion, verify_subtree_consistency,
    verify_subtree_inclusion,
};
pub use range::{RangeProof, inclusion_from_range, prove_range, range_of_one, verify_range};

use crate::suite::{Hash, hash};

/// The most leaves a tree may have; keeps every sum of two places within 64 bits.
pub const MAX_SIZE: u64 = 1 << 63;

/// The hash of a leaf with these bytes.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    hash(&[&[0], leaf])
}

/// The hash of the node above `left` and `right`. Its first byte differs from a leaf's, so that no node can be
/// passed off as a leaf.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    hash(&[&[1], left.as_bytes(), right.as_bytes()])
}

/// The root of the tree without leaves.
pub fn empty_root() -> Hash {
    hash(&[])
}

/// Why something cannot be proven, or why a proof does not prove what it should.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProofError {
    /// More leaves than any tree may have.
    #[error("a tree of {0} leaves is larger than the protocol allows")]
    TooLarge(u64),
    /// A leaf beyond the end of the tree.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    LeafOutside {
        /// The leaf's place, counted from 0.
        index: u64,
        /// The number of leaves.
        size: u64,
    },
    /// Leaves beyond the end of the tree, or ending before they start.
    #[error("leaves {start} up to, not including, {end} are not in a tree of {size} leaves")]
    RangeOutside {
        /// The first leaf.
        start: u64,
        /// The leaf after the last.
        end: u64,
        /// The number of leaves.
        size: u64,
    },
    /// A range of no leaves.
    #[error("a range without leaves proves nothing")]
    EmptyRange,
    /// Leaves that no node of any tree covers exactly.
    #[error(
        "leaves {start} up to, not including, {end} are not a subtree: it would start at a multiple of its width"
    )]
    NotASubtree {
        /// The first leaf.
        start: u64,
        /// The leaf after the last.
        end: u64,
    },
    /// The old tree has no leaves; every tree continues it, so nothing is shown.
    #[error("every tree continues the empty tree: there is nothing to prove")]
    NothingToContinue,
    /// The later tree is the smaller one.
    #[error("a tree of {new} leaves cannot continue one of {old}")]
    Shrunk {
        /// Leaves of the earlier tree.
        old: u64,
        /// Leaves of the later tree.
        new: u64,
    },
    /// Too few or too many hashes.
    #[error("the proof has {found} hashes where {expected} are needed")]
    WrongLength {
        /// How many the statement needs.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The proof leads to another root.
    #[error("the proof does not lead to this root: the leaves, their places or the proof were altered")]
    WrongRoot,
    /// The proof does not lead to the root of the earlier tree, so the later one does not continue it.
    #[error("the proof does not lead to the earlier root: the later tree does not continue the earlier one")]
    WrongEarlierRoot,
    /// The tree at hand does not hold what the proof needs.
    #[error("the hash of subtree {index} at level {level} is not at hand")]
    MissingNode {
        /// The subtree has `2^level` leaves.
        level: u8,
        /// Its number from the left, counted from 0.
        index: u64,
    },
}

/// Where the hashes of complete subtrees are kept.
pub trait Nodes {
    /// The hash of subtree number `index` from the left among those of `2^level` leaves; `None` while that subtree
    /// is not complete.
    fn node(&self, level: u8, index: u64) -> Option<Hash>;
}

/// The leaves from `start` up to, not including, `end`.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Span {
    start: u64,
    end: u64,
}

impl Span {
    /// The whole tree.
    fn whole(size: u64) -> Result<Self, ProofError> {
        if size > MAX_SIZE { Err(ProofError::TooLarge(size)) } else { Ok(Self { start: 0, end: size }) }
    }

    fn len(self) -> u64 {
        self.end - self.start
    }

    fn holds(self, index: u64) -> bool {
        self.start <= index && index < self.end
    }

    fn meets(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    fn covers(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The two subtrees below: the left one as large a power of two as leaves something to the right. `None` for a
    /// single leaf.
    fn split(self) -> Option<(Self, Self)> {
        let middle = self.start + (1 << self.len().checked_sub(1)?.checked_ilog2()?);
        Some((Self { end: middle, ..self }, Self { start: middle, ..self }))
    }

    /// The hash of the subtree over these leaves, put together from complete ones, right to left. Holds only for a
    /// span that starts at a multiple of its width, which is so for every subtree.
    fn hash(self, nodes: &(impl Nodes + ?Sized)) -> Result<Hash, ProofError> {
        let mut right: Option<Hash> = None;
        let mut end = self.end;
        while end > self.start {
            let level = (end - self.start).trailing_zeros();
            end -= 1 << level;
            let (level, index) = (u8::try_from(level).unwrap_or(u8::MAX), end >> level);
            let left = nodes.node(level, index).ok_or(ProofError::MissingNode { level, index })?;
            right = Some(right.map_or(left, |right| node_hash(&left, &right)));
        }
        Ok(right.unwrap_or_else(empty_root))
    }
}

/// The root of the first `size` leaves.
///
/// # Errors
/// [`ProofError::TooLarge`], or [`ProofError::MissingNode`] when `nodes` ends earlier.
pub fn root_at(nodes: &(impl Nodes + ?Sized), size: u64) -> Result<Hash, ProofError> {
    Span::whole(size)?.hash(nodes)
}

/// The level of a tile: so many leaves, two to this power, stand together in what a tree lets go of. Tiles of
/// transparency logs have the same height (C2SP tlog-tiles).
pub const TILE_LEVEL: u8 = 8;
/// How many leaves a whole tile has.
pub const TILE: u64 = 1 << TILE_LEVEL;

/// A growing tree in memory.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Level 0 holds the leaf hashes, level `n` the hashes of the complete subtrees of `2^n` leaves. Below a tile's level
    /// each begins behind what was let go.
    levels: Vec<Vec<Hash>>,
    /// How many tiles from the left are here by their roots alone.
    let_go: u64,
}

impl Nodes for Tree {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        let here = index.checked_sub(self.first_at(level))?;
        self.levels.get(usize::from(level))?.get(usize::try_from(here).ok()?).copied()
    }
}

impl Extend<Hash> for Tree {
    fn extend<I: IntoIterator<Item = Hash>>(&mut self, leaves: I) {
        for leaf in leaves {
            self.push(leaf);
        }
    }
}

impl FromIterator<Hash> for Tree {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut tree = Self::default();
        tree.extend(leaves);
        tree
    }
}

impl Tree {
    /// A tree of whole tiles, of which only the roots are known. What they hold has been let go of.
    pub fn of_tiles(roots: impl IntoIterator<Item = Hash>) -> Self {
        let mut tree = Self { levels: vec![Vec::new(); usize::from(TILE_LEVEL)], let_go: 0 };
        for root in roots {
            tree.carry(TILE_LEVEL, root);
            tree.let_go += 1;
        }
        tree
    }

    /// Adds a leaf by its [`leaf_hash`], and every subtree that it completes.
    pub fn push(&mut self, leaf: Hash) {
        self.carry(0, leaf);
    }

    /// Adds the hash of a complete subtree of this level, and every subtree above that it completes.
    fn carry(&mut self, level: u8, hash: Hash) {
        let mut carried = hash;
        for level in level.. {
            if usize::from(level) == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let first = self.first_at(level);
            let nodes = &mut self.levels[usize::from(level)];
            nodes.push(carried);
            // An odd one waits for its neighbour; an even one completes the subtree above both.
            match nodes.as_slice() {
                [.., left, right] if (first + nodes.len() as u64).is_multiple_of(2) => {
                    carried = node_hash(left, right);
                }
                _ => return,
            }
        }
    }

    /// The number of the first subtree of a level that is here.
    fn first_at(&self, level: u8) -> u64 {
        if level < TILE_LEVEL { self.let_go << (TILE_LEVEL - level) } else { 0 }
    }

    /// The number of leaves, those that were let go of included.
    pub fn size(&self) -> u64 {
        self.first_at(0) + self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// How many tiles are whole.
    pub fn tiles(&self) -> u64 {
        self.size() / TILE
    }

    /// Lets go of everything within the tiles that end before this leaf, but of their roots. What is let go of has to be
    /// asked of somebody else from then on: such nodes are not at hand here.
    pub fn let_go_before(&mut self, leaf: u64) {
        let goes = leaf.min(self.size()) / TILE;
        let tiles = usize::try_from(goes.saturating_sub(self.let_go)).unwrap_or(usize::MAX);
        if tiles == 0 {
            return;
        }
        for level in 0..TILE_LEVEL {
            if let Some(nodes) = self.levels.get_mut(usize::from(level)) {
                nodes.drain(..tiles << (TILE_LEVEL - level));
            }
        }
        self.let_go = goes;
    }

    /// The root of all leaves.
    ///
    /// # Panics
    /// Never: a tree holds the complete subtrees that its own root is made of, since it lets go of none but within
    /// whole tiles.
    pub fn root(&self) -> Hash {
        root_at(self, self.size()).expect("a tree holds what its own root is made of")
    }

    /// The root this tree had at `size` leaves.
    ///
    /// # Errors
    /// [`ProofError::RangeOutside`] when the tree has not grown to `size`.
    pub fn root_at(&self, size: u64) -> Result<Hash, ProofError> {
        self.reaches(size)?;
        root_at(self, size)
    }

    /// The path that proves leaf `index` in the tree of `size` leaves.
    ///
    /// # Errors
    /// [`ProofError::LeafOutside`], or [`ProofError::RangeOutside`] when the tree has not grown to `size`.
    pub fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, ProofError> {
        self.reaches(size)?;
        prove_inclusion(self, index, size)
    }

    /// The path that proves that the tree of `new` leaves continues the one of `old`.
    ///
    /// # Errors
    /// As [`prove_consistency`], or [`ProofError::RangeOutside`] when the tree has not grown to `new`.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, ProofError> {
        self.reaches(new)?;
        prove_consistency(self, old, new)
    }

    /// The proof for `count` leaves from `first` in the tree of `size` leaves.
    ///
    /// # Errors
    /// As [`prove_range`], or [`ProofError::RangeOutside`] when the tree has not grown to `size`.
    pub fn range(&self, first: u64, count: u64, size: u64) -> Result<RangeProof, ProofError> {
        self.reaches(size)?;
        prove_range(self, first, count, size)
    }

    fn reaches(&self, size: u64) -> Result<(), ProofError> {
        if size <= self.size() {
            Ok(())
        } else {
            Err(ProofError::RangeOutside { start: 0, end: size, size: self.size() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAVES: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    /// The roots of the first 1, 2, … 8 of these leaves, as Certificate Transparency has them.
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn known_tree() -> Tree {
        LEAVES.iter().map(|hex| leaf_hash(&data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap())).collect()
    }

    #[test]
    fn roots_are_those_of_certificate_transparency() {
        let tree = known_tree();
        for (size, root) in (1..).zip(ROOTS) {
            assert_eq!(tree.root_at(size).unwrap().to_string(), root, "size {size}");
        }
        assert_eq!(
            tree.root_at(0).unwrap().to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn a_tree_that_has_let_go_of_whole_tiles_grows_to_the_same_roots() {
        let leaves = |from: u64, to: u64| (from..to).map(|leaf| leaf_hash(&leaf.to_be_bytes()));
        let whole: Tree = leaves(0, 2000).collect();
        for (kept, size) in
            [(0, 100), (255, 300), (256, 256), (511, 700), (512, 513), (1024, 1500), (1999, 1999)]
        {
            let mut tree: Tree = leaves(0, size).collect();
            tree.let_go_before(kept);
            let gone = kept / TILE * TILE;
            assert_eq!((tree.size(), tree.root()), (size, whole.root_at(size).unwrap()), "{kept} of {size}");
            for leaf in 0..size {
                assert_eq!(tree.node(0, leaf), whole.node(0, leaf).filter(|_| leaf >= gone));
            }
            // What letting go leaves is what is known from the roots of tiles.
            let roots = (0..kept / TILE).filter_map(|tile| whole.node(TILE_LEVEL, tile));
            let mut again = Tree::of_tiles(roots);
            again.extend(leaves(gone, size));
            for mut grown in [tree, again] {
                grown.extend(leaves(size, 2000));
                assert_eq!((grown.size(), grown.root()), (2000, whole.root()), "{kept} of {size}");
                let proven = grown.inclusion(1999, 2000);
                assert_eq!(proven, whole.inclusion(1999, 2000));
            }
        }
    }

    #[test]
    fn what_a_tree_has_let_go_of_is_missed_and_not_made_up() {
        let mut tree: Tree = (0..600_u64).map(|leaf| leaf_hash(&leaf.to_be_bytes())).collect();
        tree.let_go_before(600);
        assert_eq!(tree.inclusion(511, 600), Err(ProofError::MissingNode { level: 0, index: 510 }));
        assert_eq!(tree.root_at(300), Err(ProofError::MissingNode { level: 2, index: 74 }));
        assert!(tree.consistency(512, 600).is_ok());
        let before = tree.clone();
        tree.let_go_before(0);
        assert_eq!((tree.size(), tree.root()), (before.size(), before.root()));
    }

    #[test]
    fn nothing_is_proven_of_leaves_the_tree_does_not_have_yet() {
        let tree = known_tree();
        assert!(tree.inclusion(8, 9).is_err());
        assert!(tree.inclusion(0, 9).is_err());
        assert!(tree.inclusion(5, 5).is_err());
        assert!(tree.consistency(3, 9).is_err());
        assert_eq!(tree.consistency(0, 3), Err(ProofError::NothingToContinue));
        assert_eq!(tree.consistency(4, 3), Err(ProofError::Shrunk { old: 4, new: 3 }));
        assert_eq!(tree.range(3, 0, 8), Err(ProofError::EmptyRange));
        assert!(tree.range(3, 6, 8).is_err());
        assert!(tree.range(u64::MAX, 2, 8).is_err());
    }

    #[test]
    fn a_store_that_lost_a_node_is_named_and_not_trusted() {
        struct Holed(Tree);
        impl Nodes for Holed {
            fn node(&self, level: u8, index: u64) -> Option<Hash> {
                self.0.node(level, index).filter(|_| (level, index) != (1, 1))
            }
        }
        let missing = Err(ProofError::MissingNode { level: 1, index: 1 });
        assert_eq!(prove_inclusion(&Holed(known_tree()), 0, 8), missing);
    }
}
