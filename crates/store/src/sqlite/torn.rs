//! Files that a crash or a bad disk has torn: opened like any other, they show whole commits or say that they are damaged.
//!
//! Our code holds no `unsafe`, so SQLite cannot be given a disk of ours that fails in its hands. Instead its files are copied at
//! a moment and torn as a disk would have torn them: at every boundary of a frame or page, beside it, and within.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::*;
use crate::Commit;
use crate::suite::{Picture, Scribe, agency};

/// What stands before the frames of a write-ahead log, in bytes.
const LOG_HEADER: usize = 32;
/// What stands before the page in each frame.
const FRAME_HEADER: usize = 24;
const PAGE: usize = 4096;
const FRAME: usize = FRAME_HEADER + PAGE;
/// What a disk writes as a whole, or not at all.
const SECTOR: usize = 512;

/// A store that was copied while it was open: its file, its log, and what was in it after each commit.
struct Copied {
    main: Vec<u8>,
    log: Vec<u8>,
    /// How long the log was after each commit, the first one none at all, and all that a reader said then.
    commits: Vec<(usize, Picture)>,
}

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, agency(0)).unwrap()
}

fn copied() -> Copied {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    // The tables are in the file itself, and the log is begun anew.
    drop(open(&path));
    let mut store = open(&path);
    let log = || fs::read(open::beside(&path, "-wal")).unwrap_or_default();
    let mut commits = vec![(0, Picture::of(&store))];
    let mut scribe = Scribe::new();
    for _ in 0..3 {
        // Nothing erased, so that the log is not emptied.
        store.commit(&Commit { erased: Vec::new(), ..scribe.everything() }).unwrap();
        commits.push((log().len(), Picture::of(&store)));
    }
    Copied { main: fs::read(&path).unwrap(), log: log(), commits }
}

impl Copied {
    /// What a reader says of these files, found after a crash.
    fn found(main: &[u8], log: &[u8]) -> Result<Picture> {
        let folder = tempfile::tempdir().unwrap();
        let path = laid_down(folder.path(), main, log);
        Picture::read(&SqliteStore::open(&path, agency(0))?)
    }

    /// Which commit is the last that is wholly within so much of the log.
    fn within(&self, length: usize) -> usize {
        self.commits.iter().rposition(|(end, _)| *end <= length).unwrap()
    }

    fn last(&self) -> &Picture {
        &self.commits.last().unwrap().1
    }
}

fn laid_down(folder: &Path, main: &[u8], log: &[u8]) -> PathBuf {
    let path = folder.join("node.db");
    fs::write(&path, main).unwrap();
    fs::write(open::beside(&path, "-wal"), log).unwrap();
    path
}

/// Every boundary of these pieces, the bytes beside it, the middle of each piece and a sector into it.
fn places(first: usize, piece: usize, end: usize) -> Vec<usize> {
    let boundaries = (first..=end).step_by(piece);
    let mut all: Vec<usize> = boundaries
        .flat_map(|at| [at.saturating_sub(1), at, at + 1, at + FRAME_HEADER, at + SECTOR, at + piece / 2])
        .chain([0, 1])
        .filter(|at| *at <= end)
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The log as a disk leaves it that wrote so much of it: nothing behind, zeros behind, noise behind.
fn torn(log: &[u8], at: usize) -> [Vec<u8>; 3] {
    let (mut zeros, mut noise) = (log.to_vec(), log.to_vec());
    zeros[at..].fill(0);
    noise[at..].iter_mut().enumerate().for_each(|(i, byte)| *byte ^= (i % 255) as u8 + 1);
    [log[..at].to_vec(), zeros, noise]
}

#[test]
fn a_log_torn_anywhere_shows_every_commit_before_the_place_and_nothing_of_the_next() {
    let copied = copied();
    assert_eq!((copied.log.len() - LOG_HEADER) % FRAME, 0, "a log is made of frames");
    let mut seen = [0; 4];
    for at in places(LOG_HEADER, FRAME, copied.log.len()) {
        let expected = copied.within(at);
        for (how, log) in ["cut", "zeros", "noise"].iter().zip(torn(&copied.log, at)) {
            let found = Copied::found(&copied.main, &log).unwrap();
            assert!(found == copied.commits[expected].1, "{how} from byte {at} on: not commit {expected}");
        }
        seen[expected] += 1;
    }
    assert!(seen.iter().all(|places| *places > 0), "{seen:?}");
}

#[test]
fn a_log_of_which_one_bit_has_changed_shows_whole_commits_only() {
    let copied = copied();
    for frame in 0..(copied.log.len() - LOG_HEADER) / FRAME {
        for within in [0, 8, 16, FRAME_HEADER, FRAME_HEADER + SECTOR, FRAME - 1] {
            let at = LOG_HEADER + frame * FRAME + within;
            let mut log = copied.log.clone();
            log[at] ^= 0x10;
            let found = Copied::found(&copied.main, &log).unwrap();
            let expected = copied.within(LOG_HEADER + frame * FRAME);
            assert!(found == copied.commits[expected].1, "byte {at}: not commit {expected}");
        }
    }
}

/// The file once its log has been written back into it.
fn written_back(copied: &Copied) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = laid_down(folder.path(), &copied.main, &copied.log);
    let connection = Connection::open(&path).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(connection);
    fs::read(&path).unwrap()
}

#[test]
fn a_file_that_was_being_written_back_when_the_power_went_is_whole_with_its_log() {
    let copied = copied();
    let after = written_back(&copied);
    assert_eq!(Copied::found(&after, b"").as_ref().ok(), Some(copied.last()));
    let before = {
        let mut before = copied.main.clone();
        before.resize(after.len(), 0);
        before
    };
    // In the order of pages, torn at each of them and within; and page by page in any order.
    for at in places(0, PAGE, after.len()) {
        let file = [&after[..at], &before[at..]].concat();
        let grown = [&after[..at], copied.main.get(at..).unwrap_or_default()].concat();
        for (how, file) in [("to its length", file), ("not grown yet", grown)] {
            let found = Copied::found(&file, &copied.log);
            assert!(found.as_ref().ok() == Some(copied.last()), "byte {at}, {how}: {:?}", found.err());
        }
    }
    for seed in 0..64_u64 {
        let mut file = before.clone();
        for (number, page) in file.chunks_mut(PAGE).enumerate() {
            let drawn = comity_journal::suite::hash(&[&seed.to_be_bytes(), &number.to_be_bytes()]);
            if drawn.as_bytes()[0].is_multiple_of(2) {
                let start = number * PAGE;
                page.copy_from_slice(&after[start..start + page.len()]);
            }
        }
        let found = Copied::found(&file, &copied.log);
        assert!(found.as_ref().ok() == Some(copied.last()), "seed {seed}: {:?}", found.err());
    }
}

// A file that is cut within its last page is another matter: SQLite keeps no sums of pages, and takes what is missing for zeros. No
// crash leaves that, for the log is there then; what a bad disk leaves, `journal verify` is for.
#[test]
fn a_file_that_has_lost_pages_and_its_log_is_called_damaged() {
    let copied = copied();
    let whole = written_back(&copied);
    for pages in 1..whole.len() / PAGE {
        let found = Copied::found(&whole[..pages * PAGE], b"");
        assert!(found.is_err(), "cut behind page {pages}");
    }
}
