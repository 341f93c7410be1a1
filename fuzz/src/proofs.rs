//! What proves something to others: receipts, stated heads, proof files.

use std::sync::LazyLock;

use comity_journal::cbor;
use comity_journal::checkpoint::{Checkpoint, Origin};
use comity_journal::cose::{self, Context};
use comity_journal::entry::{Entry, Seen};
use comity_journal::fingerprint::Fingerprint;
use comity_journal::ids::Token;
use comity_journal::leaf::Leaf;
use comity_journal::proof::{self, Logged, ProofParts};
use comity_journal::receipt::Receipt;
use comity_journal::stated::{self, LaneHead, StatedHead};
use comity_journal::suite::{Suite, hash};
use comity_journal::time::Timestamp;
use comity_journal::tree::{self, Tree};
use comity_journal::verify::{Outcome, verify};
use comity_testkit::Agency;

use crate::cast::{cast, entropy};
use crate::journal::flipped;

const AT: Timestamp = Timestamp::from_millis(1_795_000_061_000);

/// A receipt.
pub(crate) fn receipt(bytes: &[u8]) -> bool {
    let Ok(receipt) = cbor::decode::<Receipt>(bytes) else { return false };
    assert_eq!(cbor::encode(&receipt), bytes, "what was read is written the same again");
    let card = &cast().asked.card;
    if receipt.verify(card).is_ok() {
        let seeds = cast().entries.iter().map(|entry| entry.hash()).collect::<Vec<_>>();
        let known = receipt.entries.iter().all(|entry| seeds.contains(entry));
        assert!(known && receipt.at == AT, "a receipt that nobody gave was believed");
        for entry in &receipt.entries {
            let only = receipt.only(entry).expect("its proof is whole").expect("it is in the run");
            assert!(only.verify(card).is_ok(), "a receipt of a run holds for each entry of it");
            assert_eq!(only.entries, [*entry]);
        }
    }
    // Whether or not it proves anything: whoever asks for a path gets one, or hears why there is none.
    receipt.entries.iter().take(8).all(|entry| receipt.inclusion_of(entry).is_ok_and(|path| path.is_some()))
}

/// The tree of the agency that is asked, with all entries in it, and what it says of it.
fn their_tree() -> (Tree, Checkpoint) {
    let leaves = cast().entries.iter().map(|entry| Leaf::Entry { entry: entry.hash(), at: AT }.hash());
    let tree: Tree = leaves.collect();
    let origin = Origin { agency: cast().asked.id, epoch: 0 };
    let checkpoint = Checkpoint { origin, size: tree.size(), root: tree.root() };
    (tree, checkpoint)
}

fn receipt_of(first: u64, entries: &[&Entry]) -> Receipt {
    let (tree, checkpoint) = their_tree();
    let proof = tree::prove_range(&tree, first, entries.len() as u64, tree.size());
    Receipt {
        checkpoint: checkpoint.sign(&cast().asked.checkpoint),
        first,
        entries: entries.iter().map(|entry| entry.hash()).collect(),
        at: AT,
        proof: proof.expect("the run is in the tree"),
    }
}

pub(crate) fn receipt_seeds() -> Vec<Vec<u8>> {
    let entries: Vec<&Entry> = cast().entries.iter().map(AsRef::as_ref).collect();
    let receipts = [receipt_of(0, &entries), receipt_of(2, &entries[2..5]), receipt_of(7, &entries[7..])];
    receipts.iter().map(cbor::encode).collect()
}

/// Up to where a lane stands, under a card that disowns a key with exactly these heads.
pub(crate) fn stated(bytes: &[u8]) -> bool {
    let Ok(head) = StatedHead::read(bytes) else { return false };
    assert_eq!(head.bytes(), bytes, "what was read is written the same again");
    let (agency, stated) = &*DISOWNED;
    let known = stated.iter().any(|known| known == &head);
    assert_eq!(head.holds(&agency.card), known, "a card bears out what was stated, and nothing else");
    true
}

/// An agency that lost its key, and what it stated.
pub(crate) static DISOWNED: LazyLock<(Agency, Vec<StatedHead>)> = LazyLock::new(disowned);

fn disowned() -> (Agency, Vec<StatedHead>) {
    let mut agency = Agency::new("norrland", "XA", Suite::One, &mut entropy());
    let last =
        |entry: &Entry| Seen { lane: entry.header().lane, place: entry.header().place, entry: entry.hash() };
    let head = |entry: &Entry| LaneHead { matter: entry.header().matter, last: last(entry) };
    let heads: Vec<_> = cast().entries.iter().take(2).map(|entry| head(entry)).collect();
    let (_, stated) = stated::state(agency.id, agency.card.facts().signing, &heads, &mut entropy());
    agency.lose_key(&heads, &mut entropy());
    (agency, stated)
}

pub(crate) fn stated_seeds() -> Vec<Vec<u8>> {
    DISOWNED.1.iter().map(StatedHead::bytes).collect()
}

/// A proof file: as it arrives, and the same bytes sealed by the exporter.
pub(crate) fn proof(bytes: &[u8]) -> bool {
    let exporter = &cast().asking;
    let trusted = [Fingerprint::of(&exporter.id), Fingerprint::of(&cast().asked.id)];
    let as_it_is = proof::read(bytes).is_ok();
    let intact = verify(bytes, &trusted).outcome == Outcome::Intact;
    assert!(as_it_is || !intact, "a file that cannot be read is not intact");
    assert!(
        !intact || [sealed(true), sealed(false)].iter().any(|seed| seed == bytes),
        "a forged file is intact"
    );
    let digest = hash(&[bytes]).as_bytes().to_vec();
    let seal = cose::sign(&exporter.signing, Context::Proof, digest);
    let sealed = [bytes, &seal].concat();
    let as_content = proof::read(&sealed).is_ok();
    if as_content {
        verify(&sealed, &trusted);
        assert!(proof::read(&flipped(&sealed)).is_err(), "a changed bit was believed");
    }
    as_it_is | as_content
}

fn parts(with_content: bool) -> ProofParts {
    let (exporter, receiver) = (&cast().asking, &cast().asked);
    let mut shared: Vec<&Entry> = cast()
        .entries
        .iter()
        .map(AsRef::as_ref)
        .filter(|entry: &&Entry| entry.header().lane.is_shared())
        .collect();
    let (first, content) = &cast().with_content;
    if with_content {
        shared = vec![first];
    }
    let tree_of = |agency: &Agency| {
        let tree: Tree =
            shared.iter().map(|entry| Leaf::Entry { entry: entry.hash(), at: AT }.hash()).collect();
        let origin = Origin { agency: agency.id, epoch: 0 };
        let note = Checkpoint { origin, size: tree.size(), root: tree.root() }.sign(&agency.checkpoint);
        (tree, note)
    };
    let ((ours, our_note), (theirs, their_note)) = (tree_of(exporter), tree_of(receiver));
    let matter = first.header().matter;
    let mut parts =
        ProofParts::new(matter, Token::literal("request"), exporter.id, Token::literal("not-on-record"));
    parts.add_chain([&exporter.card].into_iter());
    parts.add_chain([&receiver.card].into_iter());
    for (leaf, entry) in (0..).zip(&shared) {
        let path = ours.inclusion(leaf, ours.size()).expect("the leaf is in the tree");
        let logged = Logged { checkpoint: our_note.clone(), leaf, at: AT, path };
        let proof = tree::prove_range(&theirs, leaf, 1, theirs.size()).expect("the leaf is in the tree");
        let checkpoint = their_note.clone();
        let receipt = Receipt { checkpoint, first: leaf, entries: vec![entry.hash()], at: AT, proof };
        let content = with_content.then_some(content.as_slice());
        parts.add_entry(entry, &logged, &[receipt], content).expect("the receipt fits");
    }
    parts
}

fn sealed(with_content: bool) -> Vec<u8> {
    parts(with_content).seal(&cast().asking.signing)
}

pub(crate) fn proof_seeds() -> Vec<Vec<u8>> {
    let unsealed = |with_content| {
        let file = sealed(with_content);
        let digest = hash(&[b"any"]).as_bytes().to_vec();
        let seal = cose::sign(&cast().asking.signing, Context::Proof, digest).len();
        file[..file.len() - seal].to_vec()
    };
    vec![sealed(false), sealed(true), unsealed(false), unsealed(true)]
}
