//! The cases of the journal: numbering, races, records, trees, matters.
#![expect(missing_docs, reason = "the name of a case says what it shows")]

use comity_journal::entry::{Lane, Place};
use comity_journal::part::Salt;
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;

use super::{Make, Picture, Scribe, VIEWS, agency, matter, stored, unknown};
use crate::{Commit, Direction, Record, Recorded, StoreError, TreeName};

/// Commits what does not fit beside much that does, and checks that nothing of it is there afterwards.
fn refused_whole(make: Make<'_>, table: &str, spoil: impl Fn(&mut Commit)) {
    let mut store = make();
    let mut scribe = Scribe::new();
    stored(&mut store, &scribe.everything());
    let before = Picture::of(&*store);
    let good = scribe.everything();
    let mut bad = good.clone();
    spoil(&mut bad);
    assert_ne!(bad, good);
    let refused = store.commit(&bad);
    assert!(
        matches!(&refused, Err(StoreError::Inconsistent { table: named, .. }) if *named == table),
        "{refused:?}"
    );
    assert_eq!(Picture::of(&*store), before, "nothing of it is stored");
    stored(&mut store, &good);
}

pub fn an_empty_store_knows_nothing(make: Make<'_>) {
    let store = make();
    assert_eq!(store.length().expect("read"), 0);
    assert!(store.records(0, 10).expect("read").is_empty());
    assert!(store.leaf_hashes(TreeName::Exchange, 0, 10).expect("read").is_empty());
    assert!(store.matter(&matter(1)).expect("read").is_empty());
    assert!(store.matters().expect("read").is_empty());
    assert_eq!(store.entry(&unknown()).expect("read"), None);
    assert!(store.parts(&unknown()).expect("read").is_empty());
    for direction in [Direction::Out, Direction::In] {
        assert_eq!(store.stream(&agency(1), direction).expect("read"), StreamHead::START);
        assert_eq!(store.stream_at(&agency(1), direction, 0).expect("read"), Some(StreamHead::START));
        assert_eq!(store.stream_at(&agency(1), direction, 1).expect("read"), None);
        assert!(store.steps(&agency(1), direction, 0, 10).expect("read").is_empty());
    }
    assert_eq!(store.delivered(&agency(1)).expect("read"), 0);
    assert!(store.receipts(&unknown()).expect("read").is_empty());
    assert!(store.all_receipts(0, 10).expect("read").is_empty());
    assert!(store.cards().expect("read").is_empty());
    assert_eq!(store.checkpoint(&agency(1)).expect("read"), None);
    assert!(store.view(VIEWS[0], None, 10).expect("read").is_empty());
    assert_eq!(store.view_row(VIEWS[0], b"").expect("read"), None);
}

pub fn records_come_back_byte_for_byte(make: Make<'_>) {
    let mut store = make();
    let commit = Scribe::new().everything();
    stored(&mut store, &commit);
    assert_eq!(store.records(0, 100).expect("read"), commit.records);
    for record in &commit.records {
        if let Recorded::Entry { entry, .. } = &record.what {
            assert_eq!(store.entry(entry).expect("read").as_ref(), Some(record));
        }
    }
}

pub fn epochs_are_found_among_all_records(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    assert!(store.epochs().expect("read").is_empty());
    stored(&mut store, &scribe.everything());
    let mut commit = scribe.begin();
    scribe.epoch(&mut commit, 1);
    let entry = scribe.shared(&mut commit, 1, 2);
    scribe.again(&mut commit, entry);
    scribe.epoch(&mut commit, 1);
    stored(&mut store, &commit);
    stored(&mut store, &scribe.everything());
    let epochs = store.epochs().expect("read");
    assert_eq!(epochs, [0, 2, 3].map(|at: usize| commit.records[at].clone()));
    assert!(matches!(epochs[0].what, Recorded::Epoch { epoch: 1, .. }));
    assert_eq!(epochs[1].what, Recorded::Again { entry });
}

pub fn records_are_read_in_pages(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    stored(&mut store, &scribe.everything());
    stored(&mut store, &scribe.everything());
    let numbers = |from, limit| -> Vec<u64> {
        store.records(from, limit).expect("read").iter().map(|record| record.number).collect()
    };
    assert_eq!(numbers(3, 2), [3, 4]);
    assert_eq!(numbers(7, 2), [7]);
    assert_eq!(numbers(8, 2), []);
    assert_eq!(numbers(u64::MAX, 2), []);
    assert_eq!(numbers(0, 0), []);
}

pub fn a_lost_race_changes_nothing(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    stored(&mut store, &scribe.everything());
    let before = Picture::of(&*store);
    for expects in [0, 3, 5, u64::MAX] {
        let stale = Commit { expects, ..scribe.clone().everything() };
        let lost = store.commit(&stale);
        assert!(
            matches!(lost, Err(StoreError::LostRace { expected, found: 4 }) if expected == expects),
            "{lost:?}"
        );
        assert_eq!(Picture::of(&*store), before);
    }
    // also when it has no records at all
    let only_a_view = Commit { expects: 3, views: vec![scribe.row(0, b"late")], ..Commit::default() };
    assert!(matches!(store.commit(&only_a_view), Err(StoreError::LostRace { .. })));
    assert_eq!(Picture::of(&*store), before);
}

pub fn a_gap_in_the_journal_is_refused_whole(make: Make<'_>) {
    refused_whole(make, "journal", |commit| commit.records[2].number += 1);
    refused_whole(make, "journal", |commit| {
        commit.records.remove(1);
    });
}

pub fn a_gap_in_a_tree_is_refused_whole(make: Make<'_>) {
    refused_whole(make, "journal", |commit| commit.records[0].leaf += 1);
    refused_whole(make, "journal", |commit| commit.records[2].leaf = 0);
    refused_whole(make, "journal", |commit| commit.records[3].leaf += 1);
}

pub fn a_gap_in_a_stream_is_refused_whole(make: Make<'_>) {
    refused_whole(make, "stream", |commit| commit.steps[0].head.n += 1);
    refused_whole(make, "stream", |commit| commit.steps[1].head.n = 1);
    refused_whole(make, "stream", |commit| commit.steps[2].head.n = u64::MAX);
    refused_whole(make, "stream", |commit| commit.steps.push(commit.steps[0].clone()));
}

pub fn an_entry_is_recorded_once(make: Make<'_>) {
    let known = Scribe::new().everything().records[1].clone();
    refused_whole(make, "journal", |commit| {
        change_entry(&mut commit.records[2], |again, _, _| *again = *entry_of(&known));
        commit.parts.clear();
    });
    refused_whole(make, "journal", |commit| {
        let first = *entry_of(&commit.records[0]);
        change_entry(&mut commit.records[1], |again, _, _| *again = first);
    });
}

fn entry_of(record: &Record) -> &Hash {
    let Recorded::Entry { entry, .. } = &record.what else { unreachable!("an entry") };
    entry
}

fn change_entry(record: &mut Record, change: impl Fn(&mut Hash, &mut Lane, &mut Place)) {
    if let Recorded::Entry { entry, lane, place, .. } = &mut record.what {
        change(entry, lane, place);
    }
}

pub fn an_inner_entry_never_gets_into_the_exchange_tree(make: Make<'_>) {
    refused_whole(make, "journal", |commit| {
        change_entry(&mut commit.records[0], |_, lane, _| *lane = Lane::Inner(agency(0)));
    });
    refused_whole(make, "journal", |commit| {
        change_entry(&mut commit.records[2], |_, lane, _| *lane = Lane::Shared(agency(0)));
    });
    refused_whole(make, "journal", |commit| commit.records[2].salt = None);
    refused_whole(make, "journal", |commit| commit.records[3].salt = None);
    refused_whole(make, "journal", |commit| commit.records[0].salt = Some(Salt::from_bytes([7; 32])));
}

pub fn a_number_no_store_can_hold_is_refused(make: Make<'_>) {
    let too_large = i64::MAX.cast_unsigned() + 1;
    refused_whole(make, "journal", |commit| {
        change_entry(&mut commit.records[0], |_, _, place| place.seq = too_large);
    });
    refused_whole(make, "delivered", |commit| commit.delivered[0].1 = too_large);
    refused_whole(make, "checkpoint", |commit| commit.checkpoints[0].size = too_large);
    refused_whole(make, "card", |commit| commit.cards[0].number = too_large);
}

pub fn a_step_of_a_record_that_is_not_there_is_refused(make: Make<'_>) {
    refused_whole(make, "stream", |commit| commit.steps[0].record = 8);
}

pub fn matters_come_in_the_order_of_their_first_record(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    for of in [3, 1, 3, 0, 1, 2] {
        let mut commit = scribe.begin();
        scribe.shared(&mut commit, of, 1);
        scribe.inner(&mut commit, of);
        stored(&mut store, &commit);
    }
    assert_eq!(store.matters().expect("read"), [3, 1, 0, 2].map(matter));
    let numbers: Vec<_> =
        store.matter(&matter(1)).expect("read").iter().map(|record| record.number).collect();
    assert_eq!(numbers, [2, 3, 8, 9], "inner entries included");
}

pub fn each_tree_has_its_own_leaves(make: Make<'_>) {
    let mut store = make();
    let commit = Scribe::new().everything();
    stored(&mut store, &commit);
    let hash = |at: usize| commit.records[at].leaf_hash;
    assert_eq!(store.leaf_hashes(TreeName::Exchange, 0, 9).expect("read"), [hash(0), hash(1), hash(3)]);
    assert_eq!(store.leaf_hashes(TreeName::Inner, 0, 9).expect("read"), [hash(2)]);
    assert_eq!(store.leaf_hashes(TreeName::Exchange, 1, 1).expect("read"), [hash(1)]);
}
