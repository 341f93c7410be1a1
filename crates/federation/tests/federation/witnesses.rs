//! What witnesses say to each other, and what it shows of an agency that both know.

use comity_federation::message::{Held, Message as _};
use comity_federation::witness::{
    Beside, Continues, Cosigned, Doubt, OTHERS, Settled, Witness, beside, settles,
};
use comity_journal::checkpoint::{Checkpoint, Origin};
use comity_journal::suite::{Hash, SecretKey, Suite, hash};
use comity_journal::tree::Tree;
use proptest::prelude::*;
use zeroize::Zeroizing;

use crate::people::{Agency, NOON};

fn leaves(n: u64) -> Vec<Hash> {
    (0..n).map(|leaf| hash(&[&leaf.to_be_bytes()])).collect()
}

fn tree(n: u64) -> Tree {
    leaves(n).into_iter().collect()
}

/// A tree that was rewritten at one leaf.
fn rewritten(n: u64, at: usize) -> Tree {
    let mut leaves = leaves(n);
    leaves[at] = hash(&[b"rewritten"]);
    leaves.into_iter().collect()
}

fn held(epoch: u32, tree: &Tree) -> Held {
    Held { epoch, size: tree.size(), root: tree.root() }
}

fn says(epoch: u32, tree: &Tree) -> Checkpoint {
    let origin = Origin { agency: Agency::new("xa.police").id(), epoch };
    Checkpoint { origin, size: tree.size(), root: tree.root() }
}

#[test]
fn one_size_and_two_roots_contradict_each_other_and_two_sizes_are_asked_about_by_who_holds_the_smaller() {
    let (five, nine) = (tree(5), tree(9));
    assert_eq!(beside(held(0, &nine), &says(0, &nine), 0), Beside::Fits);
    assert_eq!(beside(held(0, &nine), &says(0, &rewritten(9, 2)), 0), Beside::Contradicts);
    assert_eq!(beside(held(0, &five), &says(0, &nine), 0), Beside::Doubtful);
    assert_eq!(beside(held(0, &nine), &says(0, &five), 0), Beside::Fits);
    assert_eq!(beside(held(0, &tree(0)), &says(0, &nine), 0), Beside::Fits);
}

#[test]
fn a_declared_epoch_explains_what_an_undeclared_one_does_not() {
    let (nine, other) = (tree(9), rewritten(9, 2));
    assert_eq!(beside(held(0, &nine), &says(0, &other), 1), Beside::Fits);
    assert_eq!(beside(held(0, &nine), &says(1, &other), 1), Beside::Fits);
    assert_eq!(beside(held(1, &nine), &says(0, &other), 1), Beside::Fits);
    assert_eq!(beside(held(1, &nine), &says(1, &other), 1), Beside::Contradicts);
    assert_eq!(beside(held(0, &nine), &says(1, &other), 0), Beside::Doubtful);
}

#[test]
fn a_message_names_64_checkpoints_and_reads_back_as_it_was_written() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let note = a.checkpoint(0, &tree(9));
    let witness = SecretKey::from_seed(Suite::One, Zeroizing::new([2; 32]));
    let continues = Continues { held: held(0, &tree(5)), path: vec![Hash::ZERO; 64] };
    let mut word = Witness {
        checkpoint: Some(note.clone()),
        continues: Some(continues.clone()),
        cosigned: Some(Cosigned {
            tree: held(0, &tree(9)),
            cosignature: note.cosign(&witness, "one.example", NOON).unwrap(),
        }),
        others: vec![note.clone(); OTHERS],
        doubt: Some(Doubt { held: held(0, &tree(5)), shown: note.clone() }),
        settled: Some(Settled { shown: held(0, &tree(9)), continues }),
        ..Witness::new(a.id(), b.id())
    };
    assert_eq!(Witness::decode(&word.encode()), Ok(word.clone()));
    word.others.push(note);
    assert!(Witness::decode(&word.encode()).is_err());
    word.others.clear();
    word.continues = Some(Continues { held: held(0, &tree(5)), path: vec![Hash::ZERO; 65] });
    assert!(Witness::decode(&word.encode()).is_err());
    assert!(Witness::new(a.id(), b.id()).is_empty());
}

proptest! {
    #[test]
    fn only_a_path_from_what_is_held_to_what_was_shown_settles_a_doubt(
        size in 2_u64..80,
        cut in any::<prop::sample::Index>(),
        changed in any::<prop::sample::Index>(),
    ) {
        let small = 1 + cut.index(usize::try_from(size - 1).unwrap()) as u64;
        let (old, new) = (tree(small), tree(size));
        let (held, shown) = (held(0, &old), held(0, &new));
        let path = new.consistency(small, size).unwrap();
        let answer = Settled { shown, continues: Continues { held, path } };
        prop_assert!(settles(held, shown, &answer));
        // Of a tree that was rewritten below what is held no path does.
        let other = rewritten(size, changed.index(usize::try_from(small).unwrap()));
        let untrue = Held { root: other.root(), ..shown };
        let path = other.consistency(small, size).unwrap();
        for path in [path, answer.continues.path.clone(), Vec::new()] {
            let answer = Settled { shown: untrue, continues: Continues { held, path } };
            prop_assert!(!settles(held, untrue, &answer));
        }
        // Nor an answer about another tree, or across epochs.
        prop_assert!(!settles(held, untrue, &answer));
        let later = Held { epoch: 1, ..shown };
        let answer = Settled { shown: later, ..answer };
        prop_assert!(!settles(held, later, &answer));
    }
}
