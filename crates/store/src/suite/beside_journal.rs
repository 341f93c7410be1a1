//! The cases of what stands beside the journal: parts, streams, receipts, cards, checkpoints, views.
#![expect(missing_docs, reason = "the name of a case says what it shows")]

use comity_journal::stream::StreamHead;

use super::{Make, Picture, Scribe, VIEWS, agency, label, matter, stored, unknown};
use crate::{Commit, Direction, StoreError, StoredCard, StreamStep, ViewRow};

pub fn a_part_is_kept_once(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    let mut commit = scribe.begin();
    let entry = scribe.shared(&mut commit, 1, 1);
    let kept = scribe.part(&mut commit, entry, 0);
    scribe.part(&mut commit, entry, 0);
    stored(&mut store, &commit);
    let mut later = scribe.begin();
    scribe.part(&mut later, entry, 0);
    let another = scribe.part(&mut later, entry, 3);
    stored(&mut store, &later);
    assert_eq!(store.parts(&entry).expect("read"), [another, kept], "the first stays; sorted by label");
}

pub fn a_part_is_erased_alone(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    let mut commit = scribe.begin();
    let entry = scribe.shared(&mut commit, 1, 1);
    let other = scribe.shared(&mut commit, 1, 1);
    let parts: Vec<_> = (0..3).map(|n| scribe.part(&mut commit, entry, n)).collect();
    let of_other = scribe.part(&mut commit, other, 0);
    stored(&mut store, &commit);
    let record = store.entry(&entry).expect("read");
    let erased = vec![(entry, label(0)), (entry, label(3)), (unknown(), label(0))];
    stored(&mut store, &Commit { erased, ..scribe.begin() });
    assert_eq!(store.parts(&entry).expect("read"), [parts[2].clone(), parts[1].clone()]);
    assert_eq!(store.parts(&other).expect("read"), [of_other]);
    assert_eq!(store.entry(&entry).expect("read"), record, "the record stays");
}

pub fn a_part_stored_and_erased_at_once_is_gone(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    let mut commit = scribe.begin();
    let entry = scribe.shared(&mut commit, 1, 1);
    scribe.part(&mut commit, entry, 0);
    commit.erased.push((entry, label(0)));
    stored(&mut store, &commit);
    assert!(store.parts(&entry).expect("read").is_empty());
}

pub fn an_empty_part_is_a_part(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    let mut commit = scribe.begin();
    let entry = scribe.shared(&mut commit, 1, 1);
    let mut part = scribe.part(&mut commit, entry, 0);
    part.bytes = Vec::new();
    commit.parts = vec![(entry, part.clone())];
    stored(&mut store, &commit);
    assert_eq!(store.parts(&entry).expect("read"), [part]);
}

pub fn content_and_receipts_of_no_entry_of_the_journal_are_refused(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    let mut commit = scribe.begin();
    let entry = scribe.shared(&mut commit, 1, 1);
    let (mut content, mut receipted) = (commit.clone(), commit.clone());
    scribe.part(&mut content, unknown(), 0);
    receipted.receipts.push(scribe.receipt(2, &[entry, unknown()]));
    for refused in [content, receipted] {
        let error = store.commit(&refused).expect_err("it belongs to nothing");
        assert!(error.to_string().contains("its entry is not in the journal"), "{error}");
        assert_eq!(store.length().expect("read"), 0);
    }
    stored(&mut store, &commit);
}

pub fn streams_have_heads_and_steps_with_their_records(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    let mut commit = scribe.begin();
    for _ in 0..3 {
        scribe.shared(&mut commit, 1, 0);
    }
    scribe.step(&mut commit, 1, Direction::Out, 2);
    scribe.step(&mut commit, 2, Direction::Out, 0);
    scribe.step(&mut commit, 1, Direction::Out, 0);
    stored(&mut store, &commit);
    let mut later = scribe.begin();
    scribe.step(&mut later, 1, Direction::Out, 1);
    stored(&mut store, &later);
    let steps = [commit.steps[0].clone(), commit.steps[2].clone(), later.steps[0].clone()];
    assert_eq!(store.stream(&agency(1), Direction::Out).expect("read"), steps[2].head);
    assert_eq!(store.stream(&agency(1), Direction::In).expect("read"), StreamHead::START);
    for (n, expected) in [(0, Some(StreamHead::START)), (2, Some(steps[1].head)), (4, None), (u64::MAX, None)]
    {
        assert_eq!(store.stream_at(&agency(1), Direction::Out, n).expect("read"), expected);
    }
    let with_records = |steps: &[StreamStep]| -> Vec<_> {
        steps
            .iter()
            .map(|step| (step.clone(), commit.records[usize::try_from(step.record).unwrap_or(9)].clone()))
            .collect()
    };
    let read = |after, limit| store.steps(&agency(1), Direction::Out, after, limit).expect("read");
    assert_eq!(read(0, 9), with_records(&steps));
    assert_eq!(read(1, 1), with_records(&steps[1..2]));
    assert_eq!(read(3, 9), []);
}

pub fn a_stream_of_ours_is_cut_and_goes_on(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    let mut commit = scribe.begin();
    scribe.shared(&mut commit, 1, 0);
    for _ in 0..3 {
        scribe.step(&mut commit, 1, Direction::Out, 0);
        scribe.step(&mut commit, 1, Direction::In, 0);
    }
    stored(&mut store, &commit);
    let first = commit.steps[0].head;
    let mut again = scribe.begin();
    scribe.cut(&mut again, 1, first);
    scribe.step(&mut again, 1, Direction::Out, 0);
    stored(&mut store, &again);
    assert_eq!(store.stream(&agency(1), Direction::Out).expect("read"), again.steps[0].head);
    assert_eq!(store.stream_at(&agency(1), Direction::Out, 3).expect("read"), None);
    assert_eq!(store.stream(&agency(1), Direction::In).expect("read").n, 3);
    for cut in [vec![(agency(1), 3)], vec![(agency(1), 1), (agency(1), 1)]] {
        let refused = store.commit(&Commit { cut, ..scribe.begin() });
        assert!(matches!(refused, Err(StoreError::Inconsistent { table: "stream", .. })), "{refused:?}");
    }
}

pub fn a_stated_head_is_kept_once_with_its_matter(make: Make<'_>) {
    let mut store = make();
    let scribe = Scribe::new();
    let heads = vec![Scribe::head(1, 0), Scribe::head(2, 1), Scribe::head(1, 2), Scribe::head(1, 0)];
    for _ in 0..2 {
        stored(&mut store, &Commit { heads: heads.clone(), ..scribe.begin() });
    }
    let mut of_one = vec![heads[0].bytes.clone(), heads[2].bytes.clone()];
    of_one.sort();
    assert_eq!(store.heads(&matter(1)).expect("read"), of_one);
    assert_eq!(store.heads(&matter(2)).expect("read"), [heads[1].bytes.clone()]);
    assert!(store.heads(&matter(3)).expect("read").is_empty());
}

pub fn delivered_never_goes_back(make: Make<'_>) {
    let mut store = make();
    let scribe = Scribe::new();
    for (told, kept) in [(&[3_u64][..], 3), (&[2], 3), (&[5, 4], 5), (&[0], 5)] {
        let delivered = told.iter().map(|n| (agency(1), *n)).collect();
        stored(&mut store, &Commit { delivered, ..scribe.begin() });
        assert_eq!(store.delivered(&agency(1)).expect("read"), kept);
    }
    assert_eq!(store.delivered(&agency(2)).expect("read"), 0);
}

pub fn the_first_receipt_of_each_partner_counts(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    let mut commit = scribe.begin();
    let entries = [0, 1, 2].map(|_| scribe.shared(&mut commit, 1, 0));
    let of_2 = [scribe.receipt(2, &entries[..2]), scribe.receipt(2, &entries)];
    let of_3 = [scribe.receipt(3, &entries[1..]), scribe.receipt(3, &entries)];
    commit.receipts = vec![of_3[0].clone(), of_2[0].clone()];
    stored(&mut store, &commit);
    let receipts = vec![of_2[1].clone(), of_3[1].clone()];
    stored(&mut store, &Commit { receipts, ..scribe.begin() });
    for (entry, expected) in
        entries.iter().zip([[&of_2[0], &of_3[1]], [&of_2[0], &of_3[0]], [&of_2[1], &of_3[0]]])
    {
        let mut expected = expected.map(Clone::clone);
        expected.sort_by_key(|receipt| receipt.partner);
        assert_eq!(store.receipts(entry).expect("read"), expected);
    }
}

pub fn receipts_are_listed_oldest_first(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    let mut commit = scribe.begin();
    let entry = scribe.shared(&mut commit, 1, 0);
    let all: Vec<_> = [3, 2, 3]
        .map(|partner| scribe.receipt(partner, &[entry]))
        .into_iter()
        .chain([scribe.receipt(1, &[])])
        .collect();
    commit.receipts = all[..2].to_vec();
    stored(&mut store, &commit);
    stored(&mut store, &Commit { receipts: all[2..].to_vec(), ..scribe.begin() });
    assert_eq!(store.all_receipts(0, 9).expect("read"), all);
    assert_eq!(store.all_receipts(1, 2).expect("read"), all[1..3]);
    assert!(store.all_receipts(4, 2).expect("read").is_empty());
}

pub fn a_card_again_changes_nothing_and_another_one_is_refused(make: Make<'_>) {
    let mut store = make();
    let scribe = Scribe::new();
    let cards = [Scribe::card(1, 1), Scribe::card(1, 0), Scribe::card(2, 0)];
    stored(&mut store, &Commit { cards: cards.to_vec(), ..scribe.begin() });
    stored(&mut store, &Commit { cards: vec![cards[1].clone(), cards[1].clone()], ..scribe.begin() });
    let mut sorted = cards.to_vec();
    sorted.sort_by_key(|card| (card.agency, card.number));
    assert_eq!(store.cards().expect("read"), sorted);
    let by_others = [StoredCard { brought_by: Some(agency(3)), ..cards[0].clone() }];
    stored(&mut store, &Commit { cards: by_others.to_vec(), ..scribe.begin() });
    assert_eq!(store.cards().expect("read"), sorted, "whoever brought it first stays its bringer");
    let another = |number| StoredCard { bytes: b"another".to_vec(), ..Scribe::card(1, number) };
    for cards in [vec![another(0)], vec![Scribe::card(1, 2), another(2)]] {
        let refused = store.commit(&Commit { cards, ..scribe.begin() });
        assert!(matches!(refused, Err(StoreError::Inconsistent { table: "card", .. })), "{refused:?}");
        assert_eq!(store.cards().expect("read"), sorted);
    }
}

pub fn the_latest_checkpoint_is_of_the_highest_epoch_then_the_largest_size(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    let ours = scribe.checkpoint(0, 9, 9);
    for (epoch, size, is_latest) in [(0, 5, true), (0, 3, false), (1, 2, true), (0, 9, false), (1, 2, true)] {
        let before = store.checkpoint(&agency(1)).expect("read");
        let new = scribe.checkpoint(1, epoch, size);
        let latest = if is_latest { Some(new.clone()) } else { before };
        stored(&mut store, &Commit { checkpoints: vec![new, ours.clone()], ..scribe.begin() });
        assert_eq!(store.checkpoint(&agency(1)).expect("read"), latest);
    }
    assert_eq!(store.checkpoint(&agency(0)).expect("read"), Some(ours));
}

pub fn views_are_ordered_and_paged(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    let keys: [&[u8]; 6] = [b"", b"\0", b"a", b"a\0", b"b", b"\xff\xff"];
    let views = keys.iter().rev().map(|key| scribe.row(0, key)).collect();
    stored(&mut store, &Commit { views, ..scribe.begin() });
    let page = |after: Option<&[u8]>, limit| -> Vec<Vec<u8>> {
        store.view(VIEWS[0], after, limit).expect("read").into_iter().map(|(key, _)| key).collect()
    };
    assert_eq!(page(None, 9), keys);
    assert_eq!(page(None, 2), keys[..2]);
    assert_eq!(page(Some(b""), 2), keys[1..3]);
    assert_eq!(page(Some(b"a!"), 9), keys[4..], "after a key that is not there");
    assert!(page(Some(b"\xff\xff"), 9).is_empty());
    assert!(store.view(VIEWS[1], None, 9).expect("read").is_empty());
}

pub fn the_last_of_several_rows_with_one_key_counts(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    let gone = |key: &[u8]| ViewRow { view: VIEWS[0], key: key.to_vec(), value: None };
    let (first, second, third) = (scribe.row(0, b"a"), scribe.row(0, b"a"), scribe.row(0, b"b"));
    let views = vec![gone(b"a"), first.clone(), second.clone(), third, gone(b"b")];
    stored(&mut store, &Commit { views, ..scribe.begin() });
    assert_eq!(store.view_row(VIEWS[0], b"a").expect("read"), second.value);
    assert_eq!(store.view_row(VIEWS[0], b"b").expect("read"), None);
    stored(&mut store, &Commit { views: vec![first.clone()], ..scribe.begin() });
    assert_eq!(store.view_row(VIEWS[0], b"a").expect("read"), first.value);
    stored(&mut store, &Commit { views: vec![gone(b"a")], ..scribe.begin() });
    assert_eq!(store.view_row(VIEWS[0], b"a").expect("read"), None);
}

pub fn a_dropped_view_is_empty_and_no_other(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    stored(&mut store, &scribe.everything());
    store.drop_view(VIEWS[0]).expect("dropped");
    assert!(store.view(VIEWS[0], None, 9).expect("read").is_empty());
    assert_eq!(store.view(VIEWS[1], None, 9).expect("read").len(), 1);
    stored(&mut store, &Commit { views: vec![scribe.row(0, b"new")], ..scribe.begin() });
    assert_eq!(store.view(VIEWS[0], None, 9).expect("read").len(), 1);
}

pub fn a_reader_sees_a_commit_at_once(make: Make<'_>) {
    let mut store = make();
    let reader = store.reader().expect("a reader");
    let mut scribe = Scribe::new();
    for _ in 0..3 {
        stored(&mut store, &scribe.everything());
        assert_eq!(Picture::of(&*reader), Picture::of(&*store));
    }
    let in_a_thread = std::thread::spawn(move || Picture::of(&*reader)).join().expect("read elsewhere");
    assert_eq!(in_a_thread, Picture::of(&*store));
}

pub fn a_commit_larger_than_any_statement_is_stored_whole(make: Make<'_>) {
    let mut store = make();
    let mut scribe = Scribe::new();
    let mut commit = scribe.begin();
    for n in 0..1003 {
        let entry = scribe.shared(&mut commit, 1, 0);
        scribe.part(&mut commit, entry, 0);
        scribe.step(&mut commit, 1, Direction::Out, n);
    }
    commit.receipts.push(scribe.receipt(1, scribe.clone().entries()));
    stored(&mut store, &commit);
    assert_eq!(store.records(0, 2000).expect("read"), commit.records);
    assert_eq!(store.stream(&agency(1), Direction::Out).expect("read").n, 1003);
    assert_eq!(store.receipts(&scribe.entries()[1002]).expect("read"), commit.receipts);
    assert_eq!(store.parts(&commit.parts[1001].0).expect("read"), [commit.parts[1001].1.clone()]);
}
