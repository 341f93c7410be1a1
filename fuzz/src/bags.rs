//! What is in a package: tar, bag, index; and a bag that somebody else made.

use std::fs;
use std::io::{copy, sink};
use std::path::Path;

use comity_evidence::bag::validate_folder;
use comity_evidence::extract::unpack;
use comity_evidence::index::Rows;
use comity_evidence::limits;
use comity_evidence::names;
use comity_evidence::tar::{Kind, Reader, Writer};
use comity_journal::suite::hash;

use crate::packages::PACKAGE;
use crate::{recorded, records};

/// The index of a package.
pub(crate) fn index(bytes: &[u8]) -> bool {
    let mut again = Vec::new();
    for row in Rows::new(bytes) {
        let Ok(row) = row else { return false };
        names::check(&row.path).expect("a path that was read can stand in a package");
        row.write(&mut again).expect("a vector takes all bytes");
    }
    assert_eq!(again, bytes, "what was read is written the same again");
    true
}

pub(crate) fn index_seeds() -> Vec<Vec<u8>> {
    vec![PACKAGE.index.clone(), Vec::new()]
}

/// A tar: as one of our own, and as one that another program made.
pub(crate) fn tar(bytes: &[u8]) -> bool {
    read_ours(bytes) | read_foreign(bytes)
}

/// What the reader of our own takes, the writer makes again.
fn read_ours(bytes: &[u8]) -> bool {
    let mut reader = Reader::ours(bytes);
    let (mut writer, mut time, mut one_time) = (None, 0, true);
    loop {
        let Ok(member) = reader.next_member() else { return false };
        let Some(member) = member else { break };
        let writer = writer.get_or_insert_with(|| {
            time = member.modified;
            Writer::new(Vec::new(), time)
        });
        one_time &= member.modified == time;
        let written = match member.kind {
            Kind::Folder => writer.folder(&member.path).map(|()| member.content_at),
            Kind::File => writer.file(&member.path, member.size, &mut reader),
        };
        let Ok(at) = written else { return false };
        assert_eq!(at, member.content_at, "content lies where it is said to be");
    }
    let again = writer.unwrap_or_else(|| Writer::new(Vec::new(), 0)).finish();
    // A writer gives all its members one time; a reader takes them with any.
    assert!(!one_time || again.is_ok_and(|again| again == bytes), "one content has one tar");
    true
}

fn read_foreign(bytes: &[u8]) -> bool {
    let mut reader = Reader::foreign(bytes);
    loop {
        match reader.next_member() {
            Ok(Some(member)) => {
                assert!(member.path.len() <= limits::MEMBER_PATH_BYTES, "a path is within its limit");
                let leads_out =
                    member.path.split('/').any(|name| name == "..") || member.path.starts_with('/');
                assert!(!leads_out, "no member lies elsewhere");
                if copy(&mut reader, &mut sink()).is_err() {
                    return false;
                }
            }
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

pub(crate) fn tar_seeds() -> Vec<Vec<u8>> {
    let mut writer = Writer::new(Vec::new(), 1_795_000_000);
    let long = format!("{}/{}", "folder".repeat(20), "name".repeat(30));
    for (path, content) in [("a.txt", "one"), ("通话.txt", "two"), (&long, "three")] {
        writer.file(path, content.len() as u64, &mut content.as_bytes()).expect("a path that can stand");
    }
    writer.folder("nothing").expect("a path that can stand");
    vec![PACKAGE.plain.clone(), writer.finish().expect("a vector takes all bytes")]
}

/// The plaintext of a package, written out: all of it, or nothing.
pub(crate) fn package(bytes: &[u8]) -> bool {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let target = folder.path().join("opened");
    let written = unpack(&mut &*bytes, &target, &mut |_| {});
    let left: Vec<_> = fs::read_dir(folder.path()).expect("it was made").collect();
    match &written {
        Ok(unpacked) => {
            assert_eq!((left.len(), target.is_dir()), (1, true), "a package is written out under its name");
            let (files, bytes) = counted(&target.join("data"));
            assert_eq!((unpacked.files, unpacked.bytes), (files, bytes), "what was written is what is said");
            validate_folder(&target).expect("what was written out is a bag that holds");
        }
        Err(_) => assert!(left.is_empty(), "nothing is left of what was not right"),
    }
    written.is_ok()
}

/// Files and bytes below a folder.
fn counted(folder: &Path) -> (u64, u64) {
    let entries = fs::read_dir(folder).expect("it was written").flatten();
    entries.fold((0, 0), |(files, bytes), entry| {
        let about = entry.metadata().expect("it was written");
        let (more_files, more_bytes) = if about.is_dir() { counted(&entry.path()) } else { (1, about.len()) };
        (files + more_files, bytes + more_bytes)
    })
}

pub(crate) fn package_seeds() -> Vec<Vec<u8>> {
    vec![PACKAGE.plain.clone()]
}

/// The files of a bag that somebody else made, in this order.
const FILES: [&str; 6] = [
    "bagit.txt",
    "bag-info.txt",
    "manifest-sha256.txt",
    "manifest-md5.txt",
    "tagmanifest-sha256.txt",
    "fetch.txt",
];

/// A bag: records that are its tag files, beside two files of payload. An empty record is a file that is not there.
pub(crate) fn bag(bytes: &[u8]) -> bool {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let at = folder.path();
    fs::create_dir(at.join("data")).expect("there is room for a folder");
    for (name, content) in PAYLOAD {
        fs::write(at.join(name), content).expect("there is room for a file");
    }
    for (name, content) in FILES.iter().zip(records(bytes)).filter(|(_, content)| !content.is_empty()) {
        fs::write(at.join(name), content).expect("there is room for a file");
    }
    let judged = validate_folder(at);
    if let Ok(facts) = &judged {
        assert_eq!((facts.files, facts.bytes), (2, 6), "a bag that holds has all its files");
        assert!(!facts.checked_with.is_empty(), "a bag that holds was checked");
    }
    judged.is_ok()
}

const PAYLOAD: [(&str, &str); 2] = [("data/a.txt", "one"), ("data/b 50%.txt", "two")];

pub(crate) fn bag_seeds() -> Vec<Vec<u8>> {
    let declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
    let info = "External-Identifier: R-1\nBagging-Date: 2026-11-01\nPayload-Oxum: 6.2\n";
    let line = |(path, content): (&str, &str)| {
        format!("{}  {}\n", hash(&[content.as_bytes()]), path.replace('%', "%25"))
    };
    let manifest = PAYLOAD.map(line).concat();
    let tags = [("bagit.txt", declaration), ("bag-info.txt", info), ("manifest-sha256.txt", &manifest)];
    let tag_manifest = tags.map(line).concat();
    let fetch = "https://example.org/a 3 data/a.txt\n";
    let whole = [declaration, info, &manifest, "", &tag_manifest, fetch];
    let least = [declaration, "", &manifest];
    vec![recorded(whole), recorded(least)]
}
