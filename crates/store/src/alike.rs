//! Any sequence of commits, good and bad, reads back alike from every store and from memory.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::memory::MemoryStore;
use crate::sqlite::SqliteStore;
use crate::suite::{Picture, Scribe, VIEWS, agency, label, unknown};
use crate::{Commit, Direction, Reader, Recorded, Store, StoreError, StoredCard, ViewRow};

/// One thing in a commit.
#[derive(Clone, Debug)]
enum Piece {
    Shared(u8, u8),
    Inner(u8),
    InnerRoot,
    Part(Index, u8),
    Erase(Index, u8),
    Step(u8, bool, Index),
    Delivered(u8, u64),
    Receipt(u8, Vec<Index>),
    Card(u8, u64),
    Checkpoint(u8, u32, u64),
    Row(usize, Vec<u8>),
    NoRow(usize, Vec<u8>),
    Head(u8, u8),
    Cut(u8, u64),
}

/// What is done to a commit before it is tried.
#[derive(Clone, Debug)]
enum Spoilt {
    No,
    Expects(u64),
    Number(Index),
    Leaf(Index),
    Salt(Index),
    EntryAgain(Index, Index),
    Step(Index),
    Card(Index),
}

#[derive(Clone, Debug)]
enum Turn {
    Commit(Vec<Piece>, Spoilt),
    DropView(usize),
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(prop_oneof![Just(0_u8), Just(b'a'), Just(255)], 0..3)
}

fn piece() -> impl Strategy<Value = Piece> {
    let index = any::<Index>;
    prop_oneof![
        4 => (0..4_u8, 0..4_u8).prop_map(|(matter, party)| Piece::Shared(matter, party)),
        3 => (0..4_u8).prop_map(Piece::Inner),
        1 => Just(Piece::InnerRoot),
        3 => (index(), 0..4_u8).prop_map(|(of, n)| Piece::Part(of, n)),
        2 => (index(), 0..4_u8).prop_map(|(of, n)| Piece::Erase(of, n)),
        3 => (1..4_u8, any::<bool>(), index()).prop_map(|(with, out, of)| Piece::Step(with, out, of)),
        1 => (1..4_u8, 0..9_u64).prop_map(|(with, n)| Piece::Delivered(with, n)),
        2 => (1..4_u8, proptest::collection::vec(index(), 0..5)).prop_map(|(by, of)| Piece::Receipt(by, of)),
        1 => (0..4_u8, 0..5_u64).prop_map(|(of, n)| Piece::Card(of, n)),
        1 => (0..4_u8, 0..3_u32, 0..9_u64).prop_map(|(of, epoch, size)| Piece::Checkpoint(of, epoch, size)),
        2 => (0..2_usize, key()).prop_map(|(view, key)| Piece::Row(view, key)),
        1 => (0..2_usize, key()).prop_map(|(view, key)| Piece::NoRow(view, key)),
        1 => (0..4_u8, 0..3_u8).prop_map(|(of, n)| Piece::Head(of, n)),
        1 => (1..4_u8, 0..4_u64).prop_map(|(with, n)| Piece::Cut(with, n)),
    ]
}

fn spoilt() -> impl Strategy<Value = Spoilt> {
    let index = any::<Index>;
    prop_oneof![
        12 => Just(Spoilt::No),
        1 => (0..30_u64).prop_map(Spoilt::Expects),
        1 => index().prop_map(Spoilt::Number),
        1 => index().prop_map(Spoilt::Leaf),
        1 => index().prop_map(Spoilt::Salt),
        1 => (index(), index()).prop_map(|(at, of)| Spoilt::EntryAgain(at, of)),
        1 => index().prop_map(Spoilt::Step),
        1 => index().prop_map(Spoilt::Card),
    ]
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        12 => (proptest::collection::vec(piece(), 0..12), spoilt()).prop_map(|(p, s)| Turn::Commit(p, s)),
        1 => (0..2_usize).prop_map(Turn::DropView),
    ]
}

fn write(scribe: &mut Scribe, pieces: &[Piece]) -> Commit {
    let mut commit = scribe.begin();
    for piece in pieces {
        add(scribe, &mut commit, piece);
    }
    commit
}

fn add(scribe: &mut Scribe, commit: &mut Commit, piece: &Piece) {
    let known = |scribe: &Scribe, index: &Index| {
        let mut entries = scribe.entries().to_vec();
        entries.push(unknown());
        *index.get(&entries)
    };
    match piece {
        Piece::Shared(matter, party) => drop(scribe.shared(commit, *matter, *party)),
        Piece::Inner(matter) => drop(scribe.inner(commit, *matter)),
        Piece::InnerRoot => scribe.inner_root(commit),
        Piece::Part(of, n) => drop(scribe.part(commit, known(scribe, of), *n)),
        Piece::Erase(of, n) => commit.erased.push((known(scribe, of), label(*n))),
        Piece::Step(with, out, of) => {
            let direction = if *out { Direction::Out } else { Direction::In };
            if let Some(length) = usize::try_from(scribe.length()).ok().filter(|length| *length > 0) {
                scribe.step(commit, *with, direction, of.index(length) as u64);
            }
        }
        Piece::Delivered(with, n) => commit.delivered.push((agency(*with), *n)),
        Piece::Receipt(by, of) => {
            let entries: Vec<_> = of.iter().map(|of| known(scribe, of)).collect();
            commit.receipts.push(scribe.receipt(*by, &entries));
        }
        Piece::Card(of, n) => commit.cards.push(Scribe::card(*of, *n)),
        Piece::Checkpoint(of, epoch, size) => commit.checkpoints.push(scribe.checkpoint(*of, *epoch, *size)),
        Piece::Head(of, n) => commit.heads.push(Scribe::head(*of, *n)),
        // A commit cuts before it goes on.
        Piece::Cut(with, n) if commit.steps.is_empty() => commit.cut.push((agency(*with), *n)),
        Piece::Cut(..) => {}
        Piece::Row(view, key) => commit.views.push(scribe.row(*view, key)),
        Piece::NoRow(view, key) => {
            commit.views.push(ViewRow { view: VIEWS[*view], key: key.clone(), value: None });
        }
    }
}

fn spoil(scribe: &Scribe, commit: &mut Commit, how: &Spoilt) {
    fn one<'a, T>(items: &'a mut [T], index: &Index) -> Option<&'a mut T> {
        (!items.is_empty()).then(|| index.get_mut(items))
    }
    let records = &mut commit.records;
    match how {
        Spoilt::No => {}
        Spoilt::Expects(n) => commit.expects = *n,
        Spoilt::Number(at) => one(records, at).into_iter().for_each(|record| record.number += 1),
        Spoilt::Leaf(at) => one(records, at).into_iter().for_each(|record| record.leaf += 1),
        Spoilt::Salt(at) => one(records, at).into_iter().for_each(|record| record.salt = None),
        Spoilt::EntryAgain(at, of) => {
            if let Some(Recorded::Entry { entry, .. }) = one(records, at).map(|record| &mut record.what) {
                *entry = *of.get(scribe.entries());
            }
        }
        Spoilt::Step(at) => one(&mut commit.steps, at).into_iter().for_each(|step| step.head.n += 1),
        Spoilt::Card(at) => {
            let another = |card: &mut StoredCard| card.bytes = b"another".to_vec();
            one(&mut commit.cards, at).into_iter().for_each(another);
        }
    }
}

/// An error without the words each store finds for it.
fn kind(error: &StoreError) -> String {
    match error {
        StoreError::Inconsistent { table, .. } => format!("inconsistent {table}"),
        other => other.to_string(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_history_reads_back_alike_from_memory_and_sqlite(turns in proptest::collection::vec(turn(), 1..10)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("node.db");
        let mut memory = MemoryStore::new();
        let mut sqlite = SqliteStore::open(&path, agency(0)).unwrap();
        let reader = sqlite.reader().unwrap();
        let mut scribe = Scribe::new();
        for turn in &turns {
            match turn {
                Turn::DropView(view) => {
                    memory.drop_view(VIEWS[*view]).unwrap();
                    sqlite.drop_view(VIEWS[*view]).unwrap();
                }
                Turn::Commit(pieces, how) => {
                    let mut next = scribe.clone();
                    let mut commit = write(&mut next, pieces);
                    spoil(&next, &mut commit, how);
                    let before = Picture::of(&memory);
                    let took = memory.commit(&commit).map_err(|error| kind(&error));
                    prop_assert_eq!(&sqlite.commit(&commit).map_err(|error| kind(&error)), &took);
                    if took.is_ok() {
                        scribe = next;
                    } else {
                        prop_assert_eq!(Picture::of(&memory), before);
                    }
                }
            }
            prop_assert_eq!(Picture::of(&sqlite), Picture::of(&memory));
        }
        prop_assert_eq!(memory.length().unwrap(), scribe.length());
        prop_assert_eq!(Picture::of(&*reader), Picture::of(&memory));
        drop(sqlite);
        prop_assert_eq!(Picture::of(&SqliteStore::open(&path, agency(0)).unwrap()), Picture::of(&memory));
    }
}
