//! What every target begins with, what fuzzing has found worth keeping, and the test data of third parties, read again by every
//! target: whatever fails here breaks a promise that once held.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fs, panic};

use comity_fuzz::{TARGETS, Target};

/// Memory is counted for the whole process, so one test reads after the other.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a target takes these bytes, or that it breaks a promise over them.
fn run(target: &Target, bytes: &[u8]) -> Result<bool, ()> {
    panic::catch_unwind(|| target.run(bytes)).map_err(|_| ())
}

/// Has every target read what `inputs` gives for it, and panics with all that went wrong; how many were read.
fn replay(mut inputs: impl FnMut(&Target) -> Vec<(String, Vec<u8>)>) -> usize {
    let (mut read, mut broken) = (0, Vec::new());
    for target in TARGETS {
        for (name, bytes) in inputs(target) {
            read += 1;
            if run(target, &bytes).is_err() {
                broken.push(format!("{}: {name}", target.name));
            }
        }
    }
    assert!(broken.is_empty(), "promises are broken over:\n{}", broken.join("\n"));
    read
}

/// The files of a folder and of those below it.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let read = |path: PathBuf| match path.is_dir() {
        true => files(&path),
        false => vec![(path.display().to_string(), fs::read(&path).unwrap())],
    };
    paths.into_iter().flat_map(read).collect()
}

#[test]
fn every_target_keeps_its_promises_over_what_it_begins_with_and_takes_some_of_it() {
    let _turn = alone();
    replay(|target| (1..).map(|n| format!("seed {n}")).zip(target.seeds()).collect());
    for target in TARGETS {
        let taken = target.seeds().iter().filter(|seed| target.run(seed)).count();
        assert!(taken > 0, "`{}` takes nothing that it begins with", target.name);
    }
}

#[test]
fn every_target_keeps_its_promises_over_what_fuzzing_has_found() {
    let _turn = alone();
    for target in TARGETS {
        assert!(!target.kept().unwrap().is_empty(), "nothing is kept for `{}`", target.name);
    }
    replay(|target| (1..).map(|n| format!("kept {n}")).zip(target.kept().unwrap()).collect());
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (name, _) in files(&corpus) {
        let name = Path::new(&name).file_name().and_then(OsStr::to_str).unwrap().to_owned();
        assert!(Target::named(&name).is_some(), "`corpus/{name}` is of no target");
    }
}

#[test]
fn what_third_parties_have_made_to_mislead_parsers_misleads_no_target() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/conformance");
    if !shared.is_dir() {
        println!("skipped: {} is absent", shared.display());
        return;
    }
    let _turn = alone();
    let read = replay(|target| match target.name {
        "age" | "payload" | "sealed" => files(&shared.join("age-testkit")),
        "entry" | "card" | "passkey" => files(&shared.join("cose")),
        "tar" | "package" => files(&shared.join("bagit/v1.0")),
        "receipt" | "proof" => files(&shared.join("merkle")),
        _ => Vec::new(),
    });
    assert!(read > 500, "only {read} files were read");
}
