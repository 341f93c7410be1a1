//! What a partner says as a witness of trees, and what it answers about its own.

use std::sync::LazyLock;

use comity_federation::message::{Held, Message as _};
use comity_federation::witness::{Beside, Continues, Cosigned, Doubt, Settled, Witness, beside, settles};
use comity_journal::checkpoint::{Checkpoint, Origin, witness_name};
use comity_journal::ids::AgencyId;
use comity_journal::suite::{Hash, Suite, hash};
use comity_journal::time::Timestamp;
use comity_journal::tree::Tree;

use crate::cast::cast;
use crate::federation::same;

/// How many leaves the trees have, and which leaf is another one in the second of them.
const LEAVES: u8 = 40;
const REWRITTEN: u8 = 20;
/// Sizes of the trees: what is held, and what another was shown.
const HELD: u8 = 29;
const SHOWN: u8 = 33;

/// The tree of an agency, and the same with one leaf rewritten.
pub(crate) static TREES: LazyLock<[Tree; 2]> = LazyLock::new(|| {
    let leaf = |n: u8| hash(&[&[n]]);
    let rewritten = |n| if n == REWRITTEN { hash(&[b"rewritten"]) } else { leaf(n) };
    [(0..LEAVES).map(leaf).collect(), (0..LEAVES).map(rewritten).collect()]
});

fn held(tree: &Tree, size: u8) -> Held {
    let root = tree.root_at(u64::from(size)).expect("the tree is as large");
    Held { epoch: 0, size: u64::from(size), root }
}

fn checkpoint(agency: AgencyId, Held { epoch, size, root }: Held) -> Checkpoint {
    Checkpoint { origin: Origin { agency, epoch }, size, root }
}

/// What a witness says, as it arrives; or, behind a zero byte, which two trees of an agency are compared, and the path that is
/// to lead from one to the other.
pub(crate) fn witness(bytes: &[u8]) -> bool {
    match bytes.split_first() {
        Some((0, rest)) => answered(rest),
        _ if !same::<Witness>(bytes) => false,
        _ => {
            heard(&Witness::decode(bytes).expect("it was read before"));
            true
        }
    }
}

/// Nobody has to answer for a checkpoint it has not signed, nor has cosigned what it did not cosign.
fn heard(said: &Witness) {
    let key = cast().asking.checkpoint.public();
    let doubted = said.doubt.iter().map(|doubt| &doubt.shown);
    for note in said.others.iter().chain(&said.checkpoint).chain(doubted) {
        if let Ok(says) = note.open(&key, Suite::One) {
            assert!(signed().contains(&says), "a checkpoint that nobody signed was believed");
        }
    }
    if let Some(Cosigned { tree, cosignature }) = &said.cosigned {
        let note = checkpoint(cast().asked.id, *tree).sign(&cast().asked.checkpoint);
        let believed = cosignature.verify(&note, &key, Suite::One).is_ok();
        assert!(!believed || *tree == held(&TREES[0], SHOWN), "a cosignature that nobody made was believed");
    }
    if let Some(settled) = &said.settled {
        let [tree, rewritten] = &*TREES;
        let settles = settles(held(tree, HELD), held(rewritten, SHOWN), settled);
        assert!(!settles, "a doubt about a rewritten tree was settled");
    }
}

/// What the asking agency has signed of its tree.
fn signed() -> [Checkpoint; 2] {
    [HELD, SHOWN].map(|size| checkpoint(cast().asking.id, held(&TREES[0], size)))
}

/// Whether a path settles the doubt that one tree continues the other: where it does, and by the one path there is. Two checkpoints
/// of one tree never contradict each other.
fn answered(bytes: &[u8]) -> bool {
    let Some(([which, old, new], path)) = bytes.split_first_chunk() else { return false };
    let of = |bit: u8| &TREES[usize::from(which & bit != 0)];
    let (before, after) = (of(1), of(2));
    let [old, new] = [old, new].map(|size| 1 + size % LEAVES);
    let (held, shown) = (held(before, old), held(after, new));
    let path: Vec<Hash> = path.chunks_exact(32).filter_map(Hash::from_slice).collect();
    let answer = Settled { shown, continues: Continues { held, path } };
    let continues = old <= new && after.root_at(held.size) == Ok(held.root);
    let proven = continues && after.consistency(held.size, shown.size).as_ref() == Ok(&answer.continues.path);
    assert_eq!(settles(held, shown, &answer), proven, "a tree continues another by one path, or not at all");
    let contradicts = beside(held, &checkpoint(cast().asking.id, shown), 0) == Beside::Contradicts;
    assert!(!contradicts || !continues, "who has one tree was called untrue");
    proven
}

pub(crate) fn witness_seeds() -> Vec<Vec<u8>> {
    let (from, to) = (cast().asking.id, cast().asked.id);
    let [tree, rewritten] = &*TREES;
    let [smaller, larger] = signed().map(|says| says.sign(&cast().asking.checkpoint));
    let path = |tree: &Tree| tree.consistency(u64::from(HELD), u64::from(SHOWN)).expect("it is as large");
    let continues = |tree| Continues { held: held(tree, HELD), path: path(tree) };
    let theirs = checkpoint(to, held(tree, SHOWN)).sign(&cast().asked.checkpoint);
    let at = Timestamp::from_millis(1_795_000_000_000);
    let cosignature = theirs.cosign(&cast().asking.checkpoint, &witness_name(&from), at);
    let cosigned = Cosigned { tree: held(tree, SHOWN), cosignature: cosignature.expect("its name is plain") };
    let doubt = Doubt { held: held(tree, HELD), shown: theirs };
    let says = Witness {
        checkpoint: Some(larger.clone()),
        continues: Some(continues(tree)),
        cosigned: Some(cosigned),
        others: vec![smaller, larger],
        doubt: Some(doubt),
        ..Witness::new(from, to)
    };
    let answers = |tree| Settled { shown: held(tree, SHOWN), continues: continues(tree) };
    let answer = |settled| Witness { settled: Some(settled), ..Witness::new(from, to) }.encode();
    let settles = |which, tree| {
        let path = path(tree).iter().flat_map(|hash| *hash.as_bytes()).collect::<Vec<_>>();
        [&[0, which, HELD - 1, SHOWN - 1], path.as_slice()].concat()
    };
    vec![
        says.encode(),
        answer(answers(tree)),
        answer(answers(rewritten)),
        settles(0, tree),
        settles(3, rewritten),
        settles(2, rewritten),
        vec![0, 2, REWRITTEN - 1, SHOWN - 1],
    ]
}
