//! The tree over a payload: leaves are groups of 16 sealed chunks, so that each group is checked as it arrives,
//! by whoever moves it and without any key.
//!
//! A payload is cut after its nonce: group 0 is the nonce and its chunks, every other its chunks alone, the last
//! is shorter. Tree and hashes are those of the journal.
//!
//! Invariant: memory does not grow with the payload; leaves go to a spool that the caller gives.
//! Specification: RFC 6962 section 2.1.

use std::io::{self, Read};
use std::ops::Range;

use comity_journal::suite::Hash;
use comity_journal::tree::{empty_root, leaf_hash, node_hash};

use crate::age::{CHUNK, NONCE, SEALED_CHUNK};

/// Sealed chunks in a group.
pub const GROUP_CHUNKS: usize = 16;
/// Bytes of plaintext in every group but the last.
pub const GROUP_PLAIN: u64 = (GROUP_CHUNKS * CHUNK) as u64;
/// Bytes of a full group once sealed, without the nonce.
pub const GROUP_SEALED: usize = GROUP_CHUNKS * SEALED_CHUNK;
/// Bytes of a leaf in a spool or package.
pub const LEAF: usize = 32;

/// How many groups a payload of this size has.
pub const fn count(payload_size: u64) -> u64 {
    payload_size.saturating_sub(NONCE as u64).div_ceil(GROUP_SEALED as u64)
}

/// Where group number `group` lies in a payload of this size; `None` beyond its end.
pub fn span(group: u64, payload_size: u64) -> Option<Range<u64>> {
    if group >= count(payload_size) {
        return None;
    }
    let boundary = |group: u64| NONCE as u64 + group * GROUP_SEALED as u64;
    let start = if group == 0 { 0 } else { boundary(group) };
    Some(start..boundary(group + 1).min(payload_size))
}

/// A group that is not the one the tree holds at its place.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "part {group} of the package (of 1 MiB each, counted from 0) was changed or belongs to another package"
)]
pub struct WrongGroup {
    /// Its number, from 0.
    pub group: u64,
}

/// Checks the bytes of one group against its leaf.
///
/// # Errors
/// [`WrongGroup`] when they are other bytes.
pub fn check(group: u64, bytes: &[u8], leaf: &Hash) -> Result<(), WrongGroup> {
    if leaf_hash(bytes) == *leaf { Ok(()) } else { Err(WrongGroup { group }) }
}

/// The root of the leaves pushed so far: one hash for each halving, whatever the number of leaves.
#[derive(Clone, Debug, Default)]
pub struct RunningRoot {
    /// Roots of the complete subtrees, largest first; their widths are the ones in `leaves`, written in binary.
    subtrees: Vec<Hash>,
    leaves: u64,
}

impl RunningRoot {
    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut carried = leaf;
        for _ in 0..self.leaves.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                carried = node_hash(&left, &carried);
            }
        }
        self.subtrees.push(carried);
        self.leaves += 1;
    }

    /// How many leaves there are.
    pub fn leaves(&self) -> u64 {
        self.leaves
    }

    /// Their root.
    pub fn root(&self) -> Hash {
        let mut subtrees = self.subtrees.iter().rev();
        let Some(last) = subtrees.next() else { return empty_root() };
        subtrees.fold(*last, |right, left| node_hash(left, &right))
    }
}

/// The root of all leaves in `spool`, and how many they are.
///
/// # Errors
/// Those of `spool`; [`io::ErrorKind::UnexpectedEof`] when it ends within a leaf.
pub fn root_of(spool: &mut impl Read) -> io::Result<RunningRoot> {
    let mut root = RunningRoot::default();
    let mut spool = io::BufReader::with_capacity(64 * 1024, spool);
    while !io::BufRead::fill_buf(&mut spool)?.is_empty() {
        let mut leaf = [0; LEAF];
        spool.read_exact(&mut leaf)?;
        root.push(Hash::from_bytes(leaf));
    }
    Ok(root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_journal::tree::Tree;

    #[test]
    fn the_running_root_is_the_trees_root_at_every_size() {
        let (mut running, mut tree) = (RunningRoot::default(), Tree::default());
        for number in 0..300_u32 {
            assert_eq!(running.root(), tree.root(), "{number} leaves");
            let leaf = leaf_hash(&number.to_be_bytes());
            running.push(leaf);
            tree.push(leaf);
        }
    }

    #[test]
    fn groups_cover_a_payload_without_gap_and_each_has_its_own_leaf() {
        for size in [0, 1, 16, GROUP_SEALED, NONCE + GROUP_SEALED, NONCE + GROUP_SEALED + 1, 3 * GROUP_SEALED]
        {
            let payload: Vec<u8> = (0..size).map(|i| (i % 253) as u8).collect();
            let (mut end, mut spool, mut root) = (0, Vec::new(), RunningRoot::default());
            for group in 0..count(size as u64) {
                let span = span(group, size as u64).unwrap();
                assert_eq!(span.start, end);
                end = span.end;
                let bytes = &payload[span.start as usize..span.end as usize];
                let leaf = leaf_hash(bytes);
                assert_eq!(check(group, bytes, &leaf), Ok(()));
                assert_eq!(check(group, &bytes[1..], &leaf), Err(WrongGroup { group }));
                spool.extend(leaf.as_bytes());
                root.push(leaf);
            }
            assert_eq!(span(count(size as u64), size as u64), None);
            if size > NONCE {
                assert_eq!(end, size as u64);
            }
            assert_eq!(root_of(&mut spool.as_slice()).unwrap().root(), root.root());
        }
    }
}
