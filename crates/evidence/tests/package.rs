//! A package from end to end: many files, and one of them opened while nearly everything else is gone.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use comity_evidence::age::{Identity, NONCE};
use comity_evidence::bag;
use comity_evidence::envelope::{Envelope, Facts};
use comity_evidence::groups::{self, GROUP_PLAIN};
use comity_evidence::index::{Row, Rows};
use comity_evidence::package::{PackageError, open, open_one, seal};
use comity_evidence::sealed::SealedReader;
use comity_testkit::Seeded;

const FILES: usize = 20_000;

fn content(file: usize) -> Vec<u8> {
    format!("Exhibit {file} of a large seizure.\n").repeat(20).into_bytes()
}

/// Twenty thousand files in two hundred folders, sealed.
fn sealed(dir: &Path, identity: &Identity) -> Envelope {
    let source = dir.join("seizure");
    for file in 0..FILES {
        let folder = source.join(format!("box {:03}", file / 100));
        if file % 100 == 0 {
            fs::create_dir_all(&folder).unwrap();
        }
        fs::write(folder.join(format!("文件 {file}.txt")), content(file)).unwrap();
    }
    let output = File::create_new(dir.join("seizure.package")).unwrap();
    let keys = [identity.recipient()];
    let entropy = &mut Seeded::new(2);
    let (packed, envelope) =
        seal(&source, &bag::Facts::default(), &keys, Facts::default(), None, &output, entropy, &mut |_| {})
            .unwrap();
    assert_eq!(packed.files, FILES as u64);
    envelope
}

fn row(package: &Path, identity: &Identity, path: &str) -> Row {
    let reader = SealedReader::read(File::open(package).unwrap()).unwrap();
    let mut plaintext = reader.open_at(identity, tempfile::tempfile().unwrap()).unwrap();
    let (at, size) = (plaintext.envelope().index_at, plaintext.envelope().index_size);
    plaintext.seek(SeekFrom::Start(at)).unwrap();
    Rows::new(BufReader::new(plaintext.take(size))).find(path).unwrap().unwrap()
}

/// Zeroes all groups but those that hold this file and those of the tail.
fn zero_the_rest(package: &Path, envelope: &Envelope, row: &Row) -> u64 {
    let payload = SealedReader::read(File::open(package).unwrap()).unwrap().payload();
    let own = row.offset / GROUP_PLAIN..=(row.offset + row.size) / GROUP_PLAIN;
    let tail = envelope.index_at.min(envelope.leaves_at) / GROUP_PLAIN;
    let mut file = OpenOptions::new().write(true).open(package).unwrap();
    let mut zeroed = 0;
    for group in (0..tail).filter(|group| !own.contains(group)) {
        let span = groups::span(group, envelope.payload_size).unwrap();
        let begin = if group == 0 { NONCE as u64 } else { span.start };
        file.seek(SeekFrom::Start(payload.start + begin)).unwrap();
        file.write_all(&vec![0; (span.end - begin) as usize]).unwrap();
        zeroed += span.end - begin;
    }
    zeroed
}

#[test]
fn one_file_of_twenty_thousand_opens_while_everything_else_is_zeroed() {
    let dir = tempfile::tempdir().unwrap();
    let identity = Identity::draw(&mut Seeded::new(1));
    let envelope = sealed(dir.path(), &identity);
    let package = dir.path().join("seizure.package");
    for file in [0, 9_999, FILES - 1] {
        let path = format!("box {:03}/文件 {file}.txt", file / 100);
        let damaged = dir.path().join(format!("damaged-{file}.package"));
        fs::copy(&package, &damaged).unwrap();
        let zeroed = zero_the_rest(&damaged, &envelope, &row(&package, &identity, &path));
        assert!(zeroed > envelope.payload_size / 2, "{zeroed} of {}", envelope.payload_size);
        let out = dir.path().join(format!("{file}.txt"));
        open_one(File::open(&damaged).unwrap(), &identity, &path, &out).unwrap();
        assert_eq!(fs::read(out).unwrap(), content(file));
        // Another file lies in what is gone, and nobody is given zeroes for it.
        let gone = dir.path().join("gone.txt");
        let other = if file == 9_999 { 0 } else { 9_999 };
        let other = format!("box {:03}/文件 {other}.txt", other / 100);
        assert!(open_one(File::open(&damaged).unwrap(), &identity, &other, &gone).is_err());
        assert!(
            open(File::open(&damaged).unwrap(), &identity, &dir.path().join("all"), &mut |_| {}).is_err()
        );
        assert!(!gone.exists() && !dir.path().join("all").exists());
    }
    let missing =
        open_one(File::open(&package).unwrap(), &identity, "box 000/none", &dir.path().join("none"));
    assert!(matches!(missing, Err(PackageError::NoSuchFile(_))));
}
