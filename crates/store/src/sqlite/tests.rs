//! What only the SQLite store can show: files, crashes, full disks, two writers.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::read::QUESTIONS;
use super::*;
use crate::suite::{Picture, Scribe, agency, label, matter};
use crate::{Direction, Recorded};

/// Gives empty stores in a folder that goes away with the closure.
fn in_a_folder() -> impl Fn() -> Box<dyn Store> {
    let folder = tempfile::tempdir().unwrap();
    let made = std::cell::Cell::new(0);
    move || {
        made.set(made.get() + 1);
        Box::new(open(&folder.path().join(format!("{}.db", made.get()))))
    }
}

crate::store_suite!(on_disk, in_a_folder());

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, agency(0)).unwrap()
}

/// What a machine that lost power leaves: the files as they are, the memory they share gone.
fn crashed_copy(path: &Path, to: &Path) -> PathBuf {
    let copy = to.join("copy.db");
    fs::copy(path, &copy).unwrap();
    fs::copy(open::beside(path, "-wal"), open::beside(&copy, "-wal")).unwrap();
    copy
}

#[test]
fn whichever_statement_fails_nothing_is_stored_and_the_same_commit_succeeds_afterwards() {
    let mut statements = 0;
    for n in 1.. {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(&folder.path().join("node.db"));
        let mut scribe = Scribe::new();
        store.commit(&scribe.everything()).unwrap();
        let before = Picture::of(&store);
        let commit = scribe.everything();
        store.fail_at_statement(n);
        let failed = store.commit(&commit);
        if failed.is_ok() {
            break;
        }
        statements = n;
        assert!(matches!(failed, Err(StoreError::Failed(_))), "{failed:?}");
        assert_eq!(Picture::of(&store), before, "statement {n} failed and something was stored");
        assert_eq!(Picture::of(&*store.reader().unwrap()), before);
        store.commit(&commit).unwrap();
        let after = Picture::of(&store);
        drop(store);
        assert_eq!(Picture::of(&open(&folder.path().join("node.db"))), after);
    }
    assert!(statements >= 14, "only {statements} statements were made to fail");
}

#[test]
fn dropping_a_view_is_all_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("node.db"));
    store.commit(&Scribe::new().everything()).unwrap();
    let before = Picture::of(&store);
    for n in 1..=3 {
        store.fail_at_statement(n);
        store.drop_view("inbox").unwrap_err();
        assert_eq!(Picture::of(&store), before);
    }
    store.drop_view("inbox").unwrap();
    assert_ne!(Picture::of(&store), before);
}

#[test]
fn what_was_committed_is_there_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    let mut store = open(&path);
    let mut scribe = Scribe::new();
    for round in 0..5 {
        store.commit(&scribe.everything()).unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let copy = crashed_copy(&path, elsewhere.path());
        assert_eq!(Picture::of(&open(&copy)), Picture::of(&store), "after commit {round}");
    }
}

#[test]
fn a_full_disk_loses_nothing_and_the_same_commit_succeeds_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder.path().join("node.db"));
    let mut scribe = Scribe::new();
    store.commit(&scribe.everything()).unwrap();
    store.limit_pages(1).unwrap();
    let (before, commit) = loop {
        let before = Picture::of(&store);
        let mut commit = scribe.everything();
        for (_, part) in &mut commit.parts {
            part.bytes = vec![7; 9000];
        }
        match store.commit(&commit) {
            Ok(()) => {}
            Err(StoreError::Full) => break (before, commit),
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!(Picture::of(&store), before);
    assert!(matches!(store.commit(&commit), Err(StoreError::Full)), "still full");
    store.limit_pages(u32::MAX).unwrap();
    store.commit(&commit).unwrap();
    assert_eq!(store.length().unwrap(), commit.expects + 4);
}

#[test]
fn the_second_of_two_writers_loses_the_race() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    let mut first = open(&path);
    let mut second = open(&path);
    let mut scribe = Scribe::new();
    let stale = scribe.clone().everything();
    first.commit(&scribe.everything()).unwrap();
    let lost = second.commit(&stale);
    assert!(matches!(lost, Err(StoreError::LostRace { expected: 0, found: 4 })), "{lost:?}");
    second.commit(&scribe.everything()).unwrap();
    assert_eq!(Picture::of(&first), Picture::of(&second));
}

#[test]
fn of_writers_at_the_same_moment_one_wins_and_the_others_lose_the_race() {
    const WRITERS: usize = 3;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    let mut scribe = Scribe::new();
    open(&path).commit(&scribe.everything()).unwrap();
    let rounds: Vec<_> = (0..50).map(|_| scribe.everything()).collect();
    let together = std::sync::Barrier::new(WRITERS);
    // No panic in here: the others would wait for ever.
    let write = || {
        let mut store = open(&path);
        let tried = |commit| {
            together.wait();
            store.commit(commit)
        };
        rounds.iter().map(tried).collect::<Vec<_>>()
    };
    let tried: Vec<_> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS).map(|_| scope.spawn(write)).collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    let won = tried.iter().filter(|tried| tried.is_ok()).count();
    let lost = tried.iter().filter(|tried| matches!(tried, Err(StoreError::LostRace { .. }))).count();
    assert_eq!(won + lost, tried.len(), "{tried:?}");
    assert_eq!(won, rounds.len());
    assert_eq!(open(&path).length().unwrap(), scribe.length());
}

#[test]
fn agencies_in_one_file_do_not_see_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    let mut one = open(&path);
    let mut other = SqliteStore::open(&path, agency(1)).unwrap();
    let empty = Picture::of(&other);
    let mut scribe = Scribe::new();
    let commit = scribe.everything();
    one.commit(&commit).unwrap();
    assert_eq!(Picture::of(&other), empty);
    // the same numbers, entries and keys once more, and then one of the two goes on
    other.commit(&commit).unwrap();
    let theirs = Picture::of(&other);
    one.commit(&scribe.everything()).unwrap();
    one.drop_view("inbox").unwrap();
    assert_eq!(Picture::of(&other), theirs);
}

#[test]
fn a_file_of_a_newer_release_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    drop(open(&path));
    Connection::open(&path).unwrap().pragma_update(None, "user_version", open::FORMAT + 1).unwrap();
    let before = fs::read(&path).unwrap();
    let error = SqliteStore::open(&path, agency(0)).unwrap_err().to_string();
    assert!(error.contains("format 4") && error.contains("upgrade"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_of_a_format_that_was_never_released_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    drop(open(&path));
    Connection::open(&path).unwrap().pragma_update(None, "user_version", open::FORMAT - 1).unwrap();
    let before = fs::read(&path).unwrap();
    let error = SqliteStore::open(&path, agency(0)).unwrap_err().to_string();
    assert!(error.contains("format 2") && error.contains("never was released"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_of_another_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE things (a)").unwrap();
    let before = fs::read(&path).unwrap();
    let error = SqliteStore::open(&path, agency(0)).unwrap_err().to_string();
    assert!(error.contains("not a comity store"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
    fs::write(&path, "a letter").unwrap();
    assert!(SqliteStore::open(&path, agency(0)).is_err());
    assert!(SqliteStore::open(&folder.path().join("no/such/folder.db"), agency(0)).is_err());
}

#[cfg(unix)]
#[test]
fn the_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    let modes = || {
        ["", "-wal", "-shm"]
            .map(|suffix| fs::metadata(open::beside(&path, suffix)).unwrap().permissions().mode() & 0o777)
    };
    let mut store = open(&path);
    store.commit(&Scribe::new().everything()).unwrap();
    assert_eq!(modes(), [0o600; 3]);
    drop(store);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let mut store = open(&path);
    store.drop_view("inbox").unwrap();
    assert_eq!(modes(), [0o600; 3]);
}

#[test]
fn erased_content_is_in_none_of_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    let mut store = open(&path);
    let _reader = store.reader().unwrap();
    let mut scribe = Scribe::new();
    let mut commit = scribe.begin();
    let entry = scribe.shared(&mut commit, 1, 0);
    for n in 0..4 {
        scribe.part(&mut commit, entry, n);
    }
    let secret = b"Florinda Quast, 14 Harbour Lane".repeat(300);
    commit.parts[0].1.bytes.clone_from(&secret);
    commit.parts[2].1.bytes = secret[..200].to_vec();
    store.commit(&commit).unwrap();
    let holds = |needle: &[u8]| {
        ["", "-wal"].iter().any(|suffix| {
            fs::read(open::beside(&path, suffix))
                .unwrap()
                .windows(needle.len())
                .any(|window| window == needle)
        })
    };
    assert!(holds(b"Harbour Lane"));
    let erased = vec![(entry, label(0)), (entry, label(2))];
    store.commit(&Commit { erased, ..scribe.begin() }).unwrap();
    assert!(!holds(b"Harbour Lane"));
    assert!(holds(commit.parts[1].1.salt.as_bytes()), "what was not erased is there");
}

#[test]
fn a_record_is_never_changed_or_removed_even_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    let mut store = open(&path);
    store.commit(&Scribe::new().everything()).unwrap();
    let by_hand = Connection::open(&path).unwrap();
    by_hand.execute("UPDATE journal SET at = 0", []).unwrap_err();
    by_hand.execute("DELETE FROM journal", []).unwrap_err();
}

#[test]
fn a_row_that_cannot_be_read_is_named_without_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    let mut store = open(&path);
    let commit = Scribe::new().everything();
    store.commit(&commit).unwrap();
    let Recorded::Entry { entry, .. } = &commit.records[0].what else { panic!("an entry") };
    let by_hand = Connection::open(&path).unwrap();
    by_hand
        .execute_batch(
            "DROP TRIGGER journal_stays_as_it_is;
             UPDATE journal SET matter = x'77' WHERE number = 1;
             UPDATE part SET label = 'Not A Token' WHERE label = 'facts';
             UPDATE checkpoint SET epoch = -3;
             UPDATE stream SET hash = x'' WHERE n = 1;",
        )
        .unwrap();
    let named = |error: StoreError| match error {
        StoreError::Inconsistent { table, row, why } => (table, row, why),
        other => panic!("{other}"),
    };
    let wrong_length = "an identifier or hash has the wrong length".to_owned();
    assert_eq!(named(store.records(0, 9).unwrap_err()), ("journal", "1".to_owned(), wrong_length.clone()));
    let in_stream = named(store.stream_at(&agency(2), Direction::In, 1).unwrap_err());
    assert_eq!(in_stream, ("stream", format!("{} 1 1", agency(2)), wrong_length));
    let (table, row, _) = named(store.parts(entry).unwrap_err());
    assert_eq!((table, row), ("part", "0 Not A Token".to_owned()));
    let (table, row, _) = named(store.checkpoint(&agency(0)).unwrap_err());
    assert_eq!((table, row), ("checkpoint", format!("{} -3 4", agency(0))));
    assert!(store.matter(&matter(2)).is_ok(), "others can be read");
}

#[test]
fn every_question_finds_its_rows_by_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("node.db"));
    for question in QUESTIONS {
        let mut plan = store.reading.connection.prepare(&format!("EXPLAIN QUERY PLAN {question}")).unwrap();
        let nothing = vec![0; plan.parameter_count()];
        let steps =
            plan.query_map(rusqlite::params_from_iter(nothing), |row| row.get::<_, String>(3)).unwrap();
        for step in steps.map(|step| step.unwrap()) {
            assert!(step.starts_with("SEARCH") || step.contains("ORDER BY"), "{question}: {step}");
            let sorts = step.contains("TEMP B-TREE");
            assert!(!sorts || question.contains("GROUP BY"), "{question}: {step}");
        }
    }
}
