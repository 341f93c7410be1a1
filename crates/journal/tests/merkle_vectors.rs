//! Merkle proofs as others see them: vectors of a third party where they are at hand, and properties over random
//! trees. A proof holds for its own statement and for no other.

use comity_journal::suite::Hash;
use comity_journal::tree::{
    MAX_SIZE, ProofError, RangeProof, Tree, inclusion_from_range, leaf_hash, range_of_one,
    verify_consistency, verify_inclusion, verify_range, verify_subtree_consistency, verify_subtree_inclusion,
};
use proptest::prelude::*;

/// The transparency-dev test data: one JSON file a case.
#[cfg(test)]
mod vectors {
    use super::*;
    use serde_json::Value;
    use std::path::{Path, PathBuf};

    fn case_files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                case_files(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push(path);
            }
        }
    }

    /// A hash of the case. Some cases give short texts where only sameness matters: one text, one hash. `None` for
    /// an empty one, which no [`Hash`] can be.
    fn hash(value: &Value) -> Option<Hash> {
        let bytes = data_encoding::BASE64.decode(value.as_str().unwrap().as_bytes()).unwrap();
        if bytes.is_empty() { None } else { Hash::from_slice(&bytes).or_else(|| Some(leaf_hash(&bytes))) }
    }

    fn number(case: &Value, name: &str) -> u64 {
        case[name].as_u64().unwrap()
    }

    fn proof(case: &Value) -> Option<Vec<Hash>> {
        case["proof"].as_array().map_or(Some(Vec::new()), |hashes| hashes.iter().map(hash).collect())
    }

    /// Runs every case of one kind and compares with what it says must happen.
    fn run(kind: &str, cases: usize, check: impl Fn(&Value, &[Hash]) -> Option<Result<(), ProofError>>) {
        let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/conformance/merkle");
        if !shared.is_dir() {
            println!("skipped: ../shared/data is absent");
            return;
        }
        let mut files = Vec::new();
        case_files(&shared.join("testdata").join(kind), &mut files);
        assert_eq!(files.len(), cases);
        for file in files {
            let case: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
            let verdict = proof(&case).and_then(|path| check(&case, &path));
            let refused = !matches!(verdict, Some(Ok(())));
            assert_eq!(refused, case["wantErr"].as_bool().unwrap(), "{}", file.display());
        }
    }

    #[test]
    fn inclusion() {
        run("inclusion", 98, |case, path| {
            let (index, size) = (number(case, "leafIdx"), number(case, "treeSize"));
            Some(verify_inclusion(&hash(&case["leafHash"])?, index, size, path, &hash(&case["root"])?))
        });
    }

    #[test]
    fn consistency() {
        run("consistency", 98, |case, path| {
            let (old, new) = (number(case, "size1"), number(case, "size2"));
            Some(verify_consistency(old, &hash(&case["root1"])?, new, &hash(&case["root2"])?, path))
        });
    }

    #[test]
    fn subtree_inclusion() {
        run("subtreeinclusion", 204, |case, path| {
            let (index, start, end) = (number(case, "leafIdx"), number(case, "start"), number(case, "end"));
            Some(verify_subtree_inclusion(
                &hash(&case["leafHash"])?,
                index,
                start,
                end,
                path,
                &hash(&case["root"])?,
            ))
        });
    }

    #[test]
    fn subtree_consistency() {
        run("subtreeconsistency", 118, |case, path| {
            let (start, end, size) = (number(case, "start"), number(case, "end"), number(case, "size"));
            Some(verify_subtree_consistency(
                start,
                end,
                size,
                path,
                &hash(&case["root1"])?,
                &hash(&case["root2"])?,
            ))
        });
    }
}

fn leaf(index: u64) -> Hash {
    leaf_hash(&index.to_be_bytes())
}

fn leaves(first: u64, count: u64) -> Vec<Hash> {
    (first..first + count).map(leaf).collect()
}

fn tree(size: u64) -> Tree {
    (0..size).map(leaf).collect()
}

fn flip(hash: &Hash, bit: usize) -> Hash {
    let mut bytes = *hash.as_bytes();
    bytes[bit / 8] ^= 1 << (bit % 8);
    Hash::from_bytes(bytes)
}

/// Every way to spoil a list of hashes a little: one bit of each, one of them gone, one twice, one added, two swapped.
fn spoiled(hashes: &[Hash], bit: usize) -> Vec<Vec<Hash>> {
    let mut ways = vec![[hashes, &[leaf(7)]].concat(), [&[leaf(7)], hashes].concat()];
    for place in 0..hashes.len() {
        let change = |with: &dyn Fn(&mut Vec<Hash>)| {
            let mut changed = hashes.to_vec();
            with(&mut changed);
            changed
        };
        ways.push(change(&|hashes| hashes[place] = flip(&hashes[place], bit)));
        ways.push([&hashes[..place], &hashes[place + 1..]].concat());
        ways.push(change(&|hashes| hashes.insert(place, hashes[place])));
        if place > 0 {
            ways.push(change(&|hashes| hashes.swap(place - 1, place)));
        }
    }
    ways
}

/// The root of leaves as RFC 6962 defines it, by recursion over the leaves themselves.
fn defined_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => comity_journal::tree::empty_root(),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            comity_journal::tree::node_hash(&defined_root(left), &defined_root(right))
        }
    }
}

fn size_and_part() -> impl Strategy<Value = (u64, u64, u64)> {
    (1_u64..=200).prop_flat_map(|size| {
        (0..size).prop_flat_map(move |first| (Just(size), Just(first), 1..=size - first))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_tree_has_the_root_the_standard_defines(size in 0_u64..=200, earlier in 0_u64..=200) {
        let tree = tree(size);
        prop_assert_eq!(tree.root(), defined_root(&leaves(0, size)));
        let earlier = earlier.min(size);
        prop_assert_eq!(tree.root_at(earlier).unwrap(), defined_root(&leaves(0, earlier)));
    }

    #[test]
    fn every_leaf_is_proven_at_its_place_and_nowhere_else(
        size in 1_u64..=200, other in 0_u64..=201, bit in 0_usize..256,
    ) {
        let tree = tree(201);
        let root = tree.root_at(size).unwrap();
        for index in 0..size {
            let path = tree.inclusion(index, size).unwrap();
            prop_assert_eq!(verify_inclusion(&leaf(index), index, size, &path, &root), Ok(()));
            prop_assert!(verify_inclusion(&flip(&leaf(index), bit), index, size, &path, &root).is_err());
            prop_assert!(verify_inclusion(&leaf(index), index, size, &path, &flip(&root, bit)).is_err());
            for path in spoiled(&path, bit) {
                prop_assert!(verify_inclusion(&leaf(index), index, size, &path, &root).is_err());
            }
            if other != index {
                prop_assert!(verify_inclusion(&leaf(index), other, size, &path, &root).is_err());
            }
            if other != size {
                // A path does not know the size; the signed pair of size and root does.
                let other_root = tree.root_at(other).unwrap();
                prop_assert!(verify_inclusion(&leaf(index), index, other, &path, &other_root).is_err());
            }
        }
    }

    #[test]
    fn a_later_tree_continues_each_earlier_one_and_no_altered_one(
        new in 1_u64..=200, other in 1_u64..=201, bit in 0_usize..256,
    ) {
        let tree = tree(201);
        let new_root = tree.root_at(new).unwrap();
        for old in 1..=new {
            let old_root = tree.root_at(old).unwrap();
            let path = tree.consistency(old, new).unwrap();
            prop_assert_eq!(verify_consistency(old, &old_root, new, &new_root, &path), Ok(()));
            prop_assert!(verify_consistency(old, &flip(&old_root, bit), new, &new_root, &path).is_err());
            prop_assert!(verify_consistency(old, &old_root, new, &flip(&new_root, bit), &path).is_err());
            for path in spoiled(&path, bit) {
                prop_assert!(verify_consistency(old, &old_root, new, &new_root, &path).is_err());
            }
            if other != old {
                prop_assert!(verify_consistency(other, &old_root, new, &new_root, &path).is_err());
            }
            // One tree continues itself at whatever size the caller says it has: the pair comes signed.
            if other != new && !path.is_empty() {
                let other_root = tree.root_at(other).unwrap();
                prop_assert!(verify_consistency(old, &old_root, other, &other_root, &path).is_err());
            }
        }
    }

    #[test]
    fn a_rewritten_past_is_never_consistent(
        new in 2_u64..=200, old in 1_u64..=200, rewritten in 0_u64..=200,
    ) {
        let old = old.min(new);
        let rewritten = rewritten % old;
        let honest = tree(new);
        let forged: Tree = (0..new).map(|index| leaf(if index == rewritten { 999 } else { index })).collect();
        let path = forged.consistency(old, new).unwrap();
        let old_root = honest.root_at(old).unwrap();
        prop_assert!(verify_consistency(old, &old_root, new, &forged.root(), &path).is_err());
    }

    #[test]
    fn a_range_is_proven_at_its_place_and_nowhere_else(
        (size, first, count) in size_and_part(), other in 0_u64..=201, bit in 0_usize..256,
    ) {
        let tree = tree(201);
        let root = tree.root_at(size).unwrap();
        let proof = tree.range(first, count, size).unwrap();
        let range = leaves(first, count);
        prop_assert_eq!(verify_range(&range, first, size, &proof, &root), Ok(()));
        prop_assert!(verify_range(&range, first, size, &proof, &flip(&root, bit)).is_err());
        for nodes in spoiled(&proof.nodes, bit) {
            let spoiled = RangeProof { nodes };
            prop_assert!(verify_range(&range, first, size, &spoiled, &root).is_err());
        }
        for range in spoiled(&range, bit) {
            prop_assert!(verify_range(&range, first, size, &proof, &root).is_err());
        }
        if other != first {
            prop_assert!(verify_range(&range, other, size, &proof, &root).is_err());
        }
        if other != size {
            let other_root = tree.root_at(other).unwrap();
            prop_assert!(verify_range(&range, first, other, &proof, &other_root).is_err());
        }
    }

    #[test]
    fn a_range_yields_the_path_of_each_of_its_leaves((size, first, count) in size_and_part()) {
        let tree = tree(size);
        let proof = tree.range(first, count, size).unwrap();
        let range = leaves(first, count);
        for index in 0..=size {
            let path = inclusion_from_range(&range, first, size, &proof, index);
            if (first..first + count).contains(&index) {
                let inclusion = tree.inclusion(index, size).unwrap();
                prop_assert_eq!(range_of_one(index, size, &inclusion), tree.range(index, 1, size));
                prop_assert!(range_of_one(index, size, &[&inclusion[..], &[leaf(0)]].concat()).is_err());
                prop_assert_eq!(path, Ok(inclusion));
            } else {
                prop_assert_eq!(path, Err(ProofError::LeafOutside { index, size }));
            }
        }
    }

    #[test]
    fn no_sizes_and_places_break_a_verifier(
        a in any::<u64>(), b in any::<u64>(), c in any::<u64>(), shift in 0_u32..64, hashes in 0_usize..70,
    ) {
        let (a, b, c) = (a >> shift, b >> shift, c);
        let (some, path) = (leaf(0), vec![leaf(1); hashes]);
        prop_assert!(verify_inclusion(&some, a, b, &path, &leaf(2)).is_err());
        prop_assert!(verify_consistency(a, &some, b, &leaf(2), &path).is_err());
        prop_assert!(verify_subtree_inclusion(&some, a, b, c, &path, &leaf(2)).is_err());
        prop_assert!(verify_subtree_consistency(a, b, c, &path, &some, &leaf(2)).is_err());
        let proof = RangeProof { nodes: path.clone() };
        prop_assert!(verify_range(&path, a, b, &proof, &leaf(2)).is_err());
        if let Ok(derived) = inclusion_from_range(&path, a, b, &proof, c) {
            prop_assert!(derived.len() <= 63);
        }
    }
}

#[test]
fn the_largest_tree_is_bounded() {
    let path = vec![leaf(1); 63];
    let wrong = verify_inclusion(&leaf(0), MAX_SIZE - 1, MAX_SIZE, &path, &leaf(2));
    assert_eq!(wrong, Err(ProofError::WrongRoot));
    let beyond = verify_inclusion(&leaf(0), 0, MAX_SIZE + 1, &path, &leaf(2));
    assert_eq!(beyond, Err(ProofError::TooLarge(MAX_SIZE + 1)));
    let proof = RangeProof { nodes: path };
    assert_eq!(
        verify_range(&[leaf(0)], MAX_SIZE / 2, MAX_SIZE, &proof, &leaf(2)),
        Err(ProofError::WrongRoot)
    );
    assert_eq!(verify_range(&[leaf(0)], 0, u64::MAX, &proof, &leaf(2)), Err(ProofError::TooLarge(u64::MAX)));
    let missing = RangeProof { nodes: proof.nodes[1..].to_vec() };
    assert_eq!(
        verify_range(&[leaf(0)], MAX_SIZE / 2, MAX_SIZE, &missing, &leaf(2)),
        Err(ProofError::WrongLength { expected: 63, found: 62 })
    );
}

#[test]
fn a_range_of_no_leaves_proves_nothing() {
    let root = tree(4).root();
    let whole = RangeProof { nodes: vec![root] };
    assert_eq!(verify_range(&[], 0, 4, &whole, &root), Err(ProofError::EmptyRange));
}

#[test]
fn every_part_of_a_tree_is_a_subtree_or_refused() {
    let whole = tree(21);
    for (start, end) in (0..=21_u64).flat_map(|start| (start..=21).map(move |end| (start, end))) {
        let part = tree_of(start, end);
        let fits = start % (end - start).max(1).next_power_of_two() == 0;
        for index in start..end {
            let path = part.inclusion(index - start, end - start).unwrap();
            let found = verify_subtree_inclusion(&leaf(index), index, start, end, &path, &part.root());
            assert_eq!(found.is_ok(), fits, "leaf {index} of {start}..{end}");
        }
    }
    assert_eq!(whole.root_at(8).unwrap(), tree_of(0, 8).root());
}

fn tree_of(start: u64, end: u64) -> Tree {
    (start..end).map(leaf).collect()
}
