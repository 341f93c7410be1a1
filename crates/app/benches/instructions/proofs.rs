//! Trees, receipts and cards: what is proven, and what is checked of it.

use std::hint::black_box;

use comity_journal::card::Card;
use comity_journal::checkpoint::{Checkpoint, Origin};
use comity_journal::leaf::Leaf;
use comity_journal::receipt::Receipt;
use comity_journal::suite::{self, Hash, Suite};
use comity_journal::time::Timestamp;
use comity_journal::tree::{self, Tree};
use comity_testkit::{Agency, Seeded};

use super::Outcome;
use super::paths::Operation;

/// How many leaves a tree has.
const LEAVES: u64 = 10_000;
/// How many leaves one receipt is for.
const RUN: u64 = 16;
const NOON: Timestamp = Timestamp::from_millis(1_795_000_000_000);

fn entry(number: u64) -> Hash {
    suite::hash(&[&number.to_be_bytes()])
}

fn leaf(number: u64) -> Hash {
    Leaf::Entry { entry: entry(number), at: NOON }.hash()
}

fn grown() -> Tree {
    (0..LEAVES).map(leaf).collect()
}

/// Somebody with a tree, who has taken in entries.
struct Receiver {
    agency: Agency,
    tree: Tree,
    entries: Vec<Hash>,
}

impl Receiver {
    fn new() -> Self {
        let agency = Agency::new("south", "XB", Suite::One, &mut Seeded::new(5));
        Self { agency, tree: grown(), entries: (LEAVES - RUN..LEAVES).map(entry).collect() }
    }

    fn receipt(&self) -> Outcome<Receipt> {
        let origin = Origin { agency: self.agency.id, epoch: 0 };
        let checkpoint = Checkpoint { origin, size: self.tree.size(), root: self.tree.root() };
        let (first, checkpoint) = (LEAVES - RUN, checkpoint.sign(&self.agency.checkpoint));
        let proof = self.tree.range(first, RUN, LEAVES)?;
        Ok(Receipt { checkpoint, first, entries: self.entries.clone(), at: NOON, proof })
    }
}

/// A receipt for a run of leaves.
pub(super) fn make_receipt(_: u32) -> Outcome<Operation> {
    let receiver = Receiver::new();
    Ok(Box::new(move || {
        black_box(receiver.receipt()?);
        Ok(())
    }))
}

/// The same, at whoever sent the entries.
pub(super) fn check_receipt(_: u32) -> Outcome<Operation> {
    let receiver = Receiver::new();
    let receipt = receiver.receipt()?;
    Ok(Box::new(move || {
        black_box(&receipt).verify(&receiver.agency.card)?;
        Ok(())
    }))
}

/// A leaf more, and its proof.
pub(super) fn grow(_: u32) -> Outcome<Operation> {
    let mut tree = grown();
    Ok(Box::new(move || {
        let size = tree.size();
        tree.push(leaf(size));
        black_box((tree.root(), tree.inclusion(size, size + 1)?));
        Ok(())
    }))
}

/// The proof of one leaf.
pub(super) fn check_inclusion(_: u32) -> Outcome<Operation> {
    let (tree, index) = (grown(), LEAVES / 3);
    let (root, leaf, path) = (tree.root(), leaf(index), tree.inclusion(index, LEAVES)?);
    Ok(Box::new(move || Ok(tree::verify_inclusion(black_box(&leaf), index, LEAVES, &path, &root)?)))
}

/// A card from its bytes.
pub(super) fn read_card(_: u32) -> Outcome<Operation> {
    let agency = Agency::new("north", "XA", Suite::One, &mut Seeded::new(6));
    let bytes = agency.card.bytes().to_vec();
    Ok(Box::new(move || {
        black_box(Card::read(black_box(&bytes))?);
        Ok(())
    }))
}
