//! Unpacking, and reading tars that others made: what is refused, and that a refusal leaves nothing behind.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "in what tests share, failing is the point")]

use std::fs;
use std::io::{self, Cursor, Read};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use comity_evidence::bag::{GROUP_BYTES, validate_folder};
use comity_evidence::extract::{UnpackError, unpack, unpack_one};
use comity_evidence::index::Rows;
use comity_evidence::names::BadPath;
use comity_evidence::tar::{Kind, Reader, TarError, Writer};
use comity_journal::suite::hash;
use proptest::prelude::*;

#[path = "plain/mod.rs"]
mod plain;
use plain::{Tree, gather, packed, plant, skip, tree};

/// A folder to unpack into, and a neighbour that must stay as it is.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::write(place.0.path().join("neighbour"), b"untouched").unwrap();
        place
    }

    fn unpack(&self, bytes: &[u8]) -> Result<Tree, UnpackError> {
        let target = self.0.path().join("target");
        unpack(&mut &*bytes, &target, &mut |_| {})?;
        Ok(gather(&target, true))
    }

    /// Unpacks what must be refused, and checks that nothing is left.
    fn refuse(&self, bytes: &[u8]) -> UnpackError {
        let error = self.unpack(bytes).expect_err("this must be refused");
        self.untouched();
        error
    }

    fn untouched(&self) {
        assert_eq!(gather(self.0.path(), false), Tree::from([("neighbour".into(), b"untouched".to_vec())]));
    }
}

fn package(tree: &Tree) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), tree);
    packed(folder.path()).unwrap().0
}

fn payload(unpacked: &Tree) -> Tree {
    unpacked
        .iter()
        .filter_map(|(path, content)| Some((path.strip_prefix("data/")?.to_owned(), content.clone())))
        .filter(|(path, _)| !path.is_empty())
        .collect()
}

/// Takes a package apart and puts it together again, each member as `change` leaves it: as pairs of path and
/// content, a folder with a slash at its end.
fn altered(package: &[u8], change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> Vec<u8> {
    let mut tar = Reader::ours(package);
    let mut members = Vec::new();
    while let Some(member) = tar.next_member().unwrap() {
        let mut content = Vec::new();
        tar.read_to_end(&mut content).unwrap();
        let mark = if member.kind == Kind::Folder { "/" } else { "" };
        members.push((format!("{}{mark}", member.path), content));
    }
    change(&mut members);
    let mut tar = Writer::new(Vec::new(), 0);
    for (path, content) in &members {
        match path.strip_suffix('/') {
            Some(folder) => tar.folder(folder).unwrap(),
            None => tar.file(path, content.len() as u64, &mut &content[..]).map(|_| ()).unwrap(),
        }
    }
    tar.finish().unwrap()
}

/// Changes the text of one member.
fn with_text(package: &[u8], name: &str, change: impl FnOnce(&str) -> String) -> Vec<u8> {
    altered(package, |members| {
        let (_, content) = members.iter_mut().find(|(path, _)| path.ends_with(name)).unwrap();
        *content = change(std::str::from_utf8(content).unwrap()).into_bytes();
    })
}

#[test]
fn a_package_unpacks_to_what_was_packed() {
    let tree = tree(&["a", "b/c", "empty/", "卷宗/笔录 100%.pdf", "x/empty too/", "x/line\nend"]);
    let place = Place::new();
    let unpacked = place.unpack(&package(&tree)).unwrap();
    assert_eq!(payload(&unpacked), tree);
    let facts = validate_folder(&place.0.path().join("target")).unwrap();
    assert_eq!((facts.files, facts.warnings.len()), (4, 0));
}

#[test]
fn progress_tells_how_much_is_read() {
    let place = Place::new();
    let bytes = package(&tree(&["a", "b"]));
    let mut heard = Vec::new();
    unpack(&mut &bytes[..], &place.0.path().join("t"), &mut |done| heard.push(done)).unwrap();
    assert!(heard.is_sorted() && heard.last().is_some_and(|&last| last <= bytes.len() as u64));
}

#[test]
fn nothing_is_overwritten() {
    let bytes = package(&tree(&["a"]));
    for kind in ["file", "folder", "link", "link to nowhere"] {
        let place = Place::new();
        let target = place.0.path().join("target");
        match kind {
            "file" => fs::write(&target, b"mine").unwrap(),
            "folder" => fs::create_dir(&target).unwrap(),
            "link" => symlink("neighbour", &target).unwrap(),
            _ => symlink("absent", &target).unwrap(),
        }
        let before = fs::read_dir(place.0.path()).unwrap().count();
        let error = unpack(&mut &bytes[..], &target, &mut |_| {}).unwrap_err();
        assert!(matches!(error, UnpackError::TargetExists(_)), "{kind}: {error}");
        assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), before);
        assert_eq!(fs::read(place.0.path().join("neighbour")).unwrap(), b"untouched");
    }
    let error = unpack(&mut &bytes[..], Path::new("/"), &mut |_| {}).unwrap_err();
    assert!(matches!(error, UnpackError::NoTarget(_)));
    let error = unpack(&mut &bytes[..], Path::new("/nowhere/at/all"), &mut |_| {}).unwrap_err();
    assert!(matches!(error, UnpackError::NoTarget(_)));
}

#[test]
fn a_target_that_appears_meanwhile_is_not_overwritten() {
    let place = Place::new();
    let target = place.0.path().join("target");
    let bytes = package(&tree(&["a"]));
    let made = |_| drop(fs::create_dir(&target));
    let error = unpack(&mut &bytes[..], &target, &mut { made }).unwrap_err();
    assert!(matches!(error, UnpackError::TargetExists(_)), "{error}");
    assert!(gather(&target, false).is_empty());
    fs::remove_dir(&target).unwrap();
    place.untouched();
}

#[test]
fn a_package_cut_at_any_block_leaves_nothing_behind() {
    let bytes = package(&tree(&["a", "b/c", "empty/", "卷宗/笔录.pdf"]));
    let place = Place::new();
    for length in (0..bytes.len()).step_by(512) {
        let error = place.refuse(&bytes[..length]);
        assert!(matches!(error, UnpackError::Tar(TarError::Truncated)), "{length}: {error}");
    }
    place.refuse(&bytes[..bytes.len() - 1]);
    place.unpack(&bytes).unwrap();
}

#[test]
fn a_package_with_any_byte_changed_leaves_nothing_behind() {
    let bytes = package(&tree(&["a", "卷宗/笔录"]));
    let place = Place::new();
    for at in (0..bytes.len()).step_by(13).chain(0..600) {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        place.refuse(&changed);
    }
}

#[test]
fn whatever_follows_the_end_is_refused() {
    let bytes = package(&tree(&["a"]));
    let place = Place::new();
    for more in [vec![0; 512], vec![0], b"more".to_vec()] {
        let error = place.refuse(&[bytes.clone(), more].concat());
        assert!(matches!(error, UnpackError::Tar(TarError::AfterEnd)), "{error}");
    }
}

#[test]
fn what_fails_below_at_the_very_end_still_leaves_nothing_behind() {
    /// As a decrypting reader does that finds the package's root wrong once it has read everything.
    struct FailsAtEnd<'a>(&'a [u8]);
    impl Read for FailsAtEnd<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::other("the root does not match")),
                read => Ok(read),
            }
        }
    }
    let bytes = package(&tree(&["a"]));
    let place = Place::new();
    let error = unpack(&mut FailsAtEnd(&bytes), &place.0.path().join("target"), &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("the root does not match"), "{error}");
    place.untouched();
}

#[test]
fn a_manifest_that_lists_something_else_is_refused_by_name() {
    let bytes = package(&tree(&["a", "m", "z"]));
    let place = Place::new();
    let line_of =
        |text: &str, name: &str| text.lines().find(|line| line.ends_with(name)).unwrap().to_owned() + "\n";
    let refuse =
        |change: &dyn Fn(&str) -> String| place.refuse(&with_text(&bytes, "/manifest-sha256.txt", change));

    let error = refuse(&|text| text.replace(&line_of(text, "data/m"), ""));
    assert!(matches!(&error, UnpackError::NotListed { path, .. } if path == "data/m"), "{error}");
    let error = refuse(&|text| text.to_owned() + &line_of(text, "data/z").replace("data/z", "data/zz"));
    assert!(matches!(&error, UnpackError::Missing { path, .. } if path == "data/zz"), "{error}");
    let error =
        refuse(&|text| text.replace(&line_of(text, "data/m"), &format!("{}  data/m\n", "0".repeat(64))));
    assert!(matches!(&error, UnpackError::Damaged { path, .. } if path == "data/m"), "{error}");
    let error = refuse(&|text| text.replace("  data/m", " data/m"));
    assert!(matches!(&error, UnpackError::TagFile { .. }), "{error}");
}

#[test]
fn a_file_that_is_changed_added_or_taken_away_is_refused_by_name() {
    let bytes = package(&tree(&["a", "m", "z"]));
    let place = Place::new();
    let damaged = altered(&bytes, |members| members[2].1[0] ^= 1);
    assert!(matches!(place.refuse(&damaged), UnpackError::Damaged { path, .. } if path == "data/m"));
    let added = altered(&bytes, |members| {
        let twice = members[2].1.clone();
        members.insert(3, ("package/data/n".into(), twice));
        let info = members.iter_mut().find(|(path, _)| path.ends_with("bag-info.txt")).unwrap();
        info.1 = b"Payload-Oxum: 4.4\n".to_vec();
    });
    assert!(matches!(place.refuse(&added), UnpackError::NotListed { path, .. } if path == "data/n"));
    let taken = altered(&bytes, |members| {
        members.remove(2);
        let info = members.iter_mut().find(|(path, _)| path.ends_with("bag-info.txt")).unwrap();
        info.1 = b"Payload-Oxum: 2.2\n".to_vec();
    });
    assert!(matches!(place.refuse(&taken), UnpackError::Missing { path, .. } if path == "data/m"));
}

#[test]
fn an_index_that_points_elsewhere_is_refused_by_name() {
    let bytes = package(&tree(&["a", "m", "z"]));
    let place = Place::new();
    let moved = altered(&bytes, |members| {
        let (_, index) = members.iter_mut().find(|(path, _)| path.ends_with("comity/index")).unwrap();
        let mut rows: Vec<_> = Rows::new(&index[..]).collect::<Result<_, _>>().unwrap();
        rows[1].offset = rows[0].offset;
        index.clear();
        rows.iter().for_each(|row| row.write(index).unwrap());
    });
    let error = place.refuse(&moved);
    assert!(
        matches!(&error, UnpackError::Damaged { path, listed_in: "comity/index" } if path == "m"),
        "{error}"
    );
}

#[test]
fn a_bag_of_another_version_is_refused_though_its_tag_manifest_says_so() {
    let bytes = package(&tree(&["a"]));
    let older = altered(&bytes, |members| {
        let old = String::from_utf8(members[0].1.clone()).unwrap().replace("1.0", "2.0");
        let (before, after) = (hash(&[&members[0].1]).to_string(), hash(&[old.as_bytes()]).to_string());
        members[0].1 = old.into_bytes();
        let (_, tags) = members.iter_mut().find(|(path, _)| path.contains("tagmanifest")).unwrap();
        *tags = String::from_utf8(tags.clone()).unwrap().replace(&before, &after).into_bytes();
    });
    let error = Place::new().refuse(&older);
    assert!(matches!(error, UnpackError::TagFile { file: "bagit.txt", .. }), "{error}");
}

#[test]
fn a_package_of_another_form_is_refused() {
    let bytes = package(&tree(&["a", "b/c"]));
    let place = Place::new();
    let position = |members: &[(String, Vec<u8>)], name: &str| {
        members.iter().position(|(path, _)| path.ends_with(name)).unwrap()
    };
    let last =
        |members: &mut Vec<(String, Vec<u8>)>, path: &str| members.push((path.to_owned(), b"x".to_vec()));
    let alterations: Vec<(&str, Vec<u8>)> = vec![
        ("no members", altered(&bytes, Vec::clear)),
        ("no bagit.txt", altered(&bytes, |members| drop(members.remove(0)))),
        ("an older bag", with_text(&bytes, "bagit.txt", |text| text.replace("1.0", "0.97"))),
        ("another top", altered(&bytes, |members| members[1].0 = "other/data/a".into())),
        ("not composed", altered(&bytes, |members| members[1].0 = "package/data/cafe\u{301}".into())),
        ("outside the top", altered(&bytes, |members| members[1].0 = "data/a".into())),
        ("not below data", altered(&bytes, |members| members[1].0 = "package/a".into())),
        ("out of order", altered(&bytes, |members| members.swap(1, 2))),
        ("twins", altered(&bytes, |members| members.insert(1, ("package/data/A".into(), vec![])))),
        (
            "a file and a folder",
            altered(&bytes, |members| members.insert(2, ("package/data/b".into(), vec![]))),
        ),
        ("a full folder", altered(&bytes, |members| members.insert(2, ("package/data/b/".into(), vec![])))),
        ("data as a folder", altered(&bytes, |members| members.insert(1, ("package/data/".into(), vec![])))),
        ("data as a file", altered(&bytes, |members| members.insert(1, ("package/data".into(), vec![])))),
        (
            "wrong oxum",
            with_text(&bytes, "bag-info.txt", |text| text.replace("Payload-Oxum: ", "Payload-Oxum: 1")),
        ),
        ("no oxum", with_text(&bytes, "bag-info.txt", |_| "Bagging-Date: 2026-11-23\n".into())),
        ("wrong tags", with_text(&bytes, "tagmanifest-sha256.txt", |text| text.replace('a', "b"))),
        ("fewer tags", with_text(&bytes, "tagmanifest-sha256.txt", |text| text[..text.len() / 2].into())),
        ("groups", altered(&bytes, |members| members.last_mut().unwrap().1 = vec![0; 32])),
        ("more", altered(&bytes, |members| last(members, "package/more"))),
        ("more data", altered(&bytes, |members| last(members, "package/data/z"))),
        ("no groups", altered(&bytes, |members| drop(members.pop()))),
        (
            "no index",
            altered(&bytes, |members| {
                let at = position(members, "comity/index");
                members.remove(at);
            }),
        ),
        (
            "fetch.txt",
            altered(&bytes, |members| {
                let at = position(members, "bag-info.txt");
                members
                    .insert(at, ("package/fetch.txt".into(), b"https://example.org/x 1 data/x\n".to_vec()));
            }),
        ),
    ];
    for (what, changed) in alterations {
        let error = place.refuse(&changed);
        assert!(!matches!(error, UnpackError::Write { .. }), "{what}: {error}");
    }
}

#[test]
fn one_file_is_written_out_alone_and_checked_alone() {
    let tree = tree(&["a", "b/c", "卷宗/笔录.pdf"]);
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &tree);
    let (bytes, done) = packed(folder.path()).unwrap();
    let index = &bytes[done.index_at as usize..][..done.index_size as usize];
    let row = Rows::new(index).find("卷宗/笔录.pdf").unwrap().unwrap();

    // Nothing else of the package is there.
    let mut only = vec![0; bytes.len()];
    let content = row.offset as usize..(row.offset + row.size) as usize;
    only[content.clone()].copy_from_slice(&bytes[content]);
    let place = Place::new();
    let target = place.0.path().join("target");
    unpack_one(&mut Cursor::new(&only), &row, &target).unwrap();
    assert_eq!(fs::read(&target).unwrap(), tree["卷宗/笔录.pdf"]);
    let again = unpack_one(&mut Cursor::new(&only), &row, &target).unwrap_err();
    assert!(matches!(again, UnpackError::TargetExists(_)));
    fs::remove_file(&target).unwrap();

    only[row.offset as usize] ^= 1;
    let damaged = unpack_one(&mut Cursor::new(&only), &row, &target).unwrap_err();
    assert!(matches!(damaged, UnpackError::Damaged { path, .. } if path == row.path));
    place.untouched();
    let short = &bytes[..row.offset as usize + 1];
    let cut = unpack_one(&mut Cursor::new(short), &row, &target).unwrap_err();
    assert!(matches!(cut, UnpackError::Tar(TarError::Truncated)));
    place.untouched();
}

/// A header as any program could write it; the checksum is right.
fn header(name: &[u8], kind: u8, size: &[u8]) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name);
    block[100..108].copy_from_slice(b"0000644\0");
    block[124..124 + size.len()].copy_from_slice(size);
    block[136..148].copy_from_slice(b"00000000000\0");
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    sign(&mut block);
    block
}

fn sign(block: &mut [u8]) {
    block[148..156].copy_from_slice(b"        ");
    let sum: u32 = block[..512].iter().map(|&byte| u32::from(byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

fn extended(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = header(b"extended", kind, format!("{:011o}", content.len()).as_bytes());
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn record(text: &str) -> Vec<u8> {
    let length =
        (1..).find(|length: &usize| length.to_string().len() + 1 + text.len() + 1 == *length).unwrap();
    format!("{length} {text}\n").into_bytes()
}

/// Reads a foreign tar to its end.
fn read(members: &[Vec<u8>]) -> Result<Vec<String>, TarError> {
    let bytes = [members.concat(), vec![0; 1024]].concat();
    let mut tar = Reader::foreign(&bytes[..]);
    let mut paths = Vec::new();
    while let Some(member) = tar.next_member()? {
        paths.push(member.path);
    }
    Ok(paths)
}

fn file(name: &[u8]) -> Vec<u8> {
    header(name, b'0', b"00000000000")
}

#[test]
fn members_that_are_not_files_or_folders_are_refused_by_name() {
    for (kind, what) in
        [(b'1', "link"), (b'2', "link"), (b'3', "device"), (b'4', "device"), (b'6', "pipe"), (b'S', "sparse")]
    {
        let error = read(&[file(b"a"), header(b"b/thing", kind, b"00000000000")]).unwrap_err();
        assert!(error.to_string().contains("b/thing") && error.to_string().contains(what), "{error}");
    }
    for kind in [b'7', b'D', b'M', b'V', b'A', 0xff] {
        let error = read(&[header(b"thing", kind, b"00000000000")]).unwrap_err();
        assert!(matches!(&error, TarError::UnknownKind { path, .. } if path == "thing"), "{error}");
    }
    let sparse = read(&[extended(b'x', &record("GNU.sparse.major=1")), file(b"thing")]).unwrap_err();
    assert!(matches!(sparse, TarError::Sparse(path) if path == "thing"));
    let link = read(&[extended(b'x', &record("linkpath=/etc/passwd")), file(b"thing")]).unwrap_err();
    assert!(matches!(link, TarError::Link(path) if path == "thing"));
    let link = read(&[extended(b'K', b"/etc/passwd\0"), file(b"thing")]).unwrap_err();
    assert!(matches!(link, TarError::Link(path) if path == "thing"));
}

#[test]
fn names_that_lead_elsewhere_are_refused_however_they_are_said() {
    for (name, why) in [
        (&b"../a"[..], BadPath::DotDot),
        (b"a/../../b", BadPath::DotDot),
        (b"/etc/passwd", BadPath::Absolute),
        (b"a//b", BadPath::EmptyName),
        (b"./../a", BadPath::DotDot),
        (b"a/./b", BadPath::Dot),
        (b"a/", BadPath::EmptyName),
        (b"\xd5\xc5", BadPath::NotUtf8),
        (b"", BadPath::Empty),
    ] {
        let mut ways = vec![vec![file(name)], vec![extended(b'L', &[name, b"\0"].concat()), file(b"x")]];
        if let Ok(text) = std::str::from_utf8(name) {
            ways.push(vec![extended(b'x', &record(&format!("path={text}"))), file(b"x")]);
        }
        for way in ways {
            let error = read(&way).unwrap_err();
            assert!(matches!(&error, TarError::Path { reason, .. } if *reason == why), "{name:?}: {error}");
        }
    }
    let hidden = [&b"a\0b"[..]].map(file);
    assert!(matches!(read(&hidden).unwrap_err(), TarError::Path { reason: BadPath::Nul, .. }));
    let hidden = read(&[extended(b'x', &record("path=a\0b")), file(b"x")]).unwrap_err();
    assert!(matches!(hidden, TarError::Path { reason: BadPath::Nul, .. }));
    let mut prefix = file(b"a");
    prefix[345..347].copy_from_slice(b"..");
    sign(&mut prefix);
    assert!(matches!(read(&[prefix]).unwrap_err(), TarError::Path { reason: BadPath::DotDot, .. }));
}

#[test]
fn a_package_whose_members_lead_elsewhere_writes_nothing_there() {
    let bytes = package(&tree(&["a"]));
    let place = Place::new();
    for evil in ["package/data/../../../evil", "/tmp/evil", "package/data//evil", "../evil"] {
        // The writer refuses such names too, so the header is made by hand.
        let declaration = &bytes[..1024];
        let evil = header(evil.as_bytes(), b'0', b"00000000000");
        let error = place.refuse(&[declaration, &evil, &bytes[1024..]].concat());
        assert!(matches!(error, UnpackError::Tar(TarError::Path { .. })), "{error}");
    }
    let link = header(b"package/data/link", b'2', b"00000000000");
    let error = place.refuse(&[&bytes[..1024], &link, &bytes[1024..]].concat());
    assert!(matches!(error, UnpackError::Tar(TarError::Link(_))), "{error}");
}

#[test]
fn a_name_that_comes_twice_is_refused_but_for_folders() {
    let folder = |name: &[u8]| header(name, b'5', b"00000000000");
    for (first, second) in
        [("a/b", "a/b"), ("a/b", "A/c"), ("a/b", "a/B"), ("caf\u{e9}", "cafe\u{301}"), ("a", "a/b")]
    {
        let error = read(&[file(first.as_bytes()), file(second.as_bytes())]).unwrap_err();
        assert!(matches!(&error, TarError::Twice(path) if path == second), "{error}");
    }
    assert_eq!(read(&[folder(b"a/"), file(b"a/b"), folder(b"a/"), file(b"c")]).unwrap().len(), 4);
    assert!(matches!(read(&[file(b"a"), folder(b"a/")]), Err(TarError::Twice(_))));
}

#[test]
fn damaged_headers_and_impossible_sizes_are_refused() {
    let mut damaged = file(b"a");
    damaged[0] ^= 1;
    assert!(matches!(read(&[file(b"x"), damaged]), Err(TarError::Checksum(512))));
    let mut old = file(b"a");
    old[257..265].fill(0);
    sign(&mut old);
    assert!(matches!(read(&[old]), Err(TarError::UnknownForm(0))));
    for size in [
        &b"0000000000x"[..],
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x80\0\0\0\0\0\0\0\0\0\0\0".as_slice(),
    ] {
        let read = read(&[header(b"a", b'0', size)]);
        match size {
            // Zero, in the binary form.
            [0x80, ..] => assert_eq!(read.unwrap(), ["a"]),
            _ => assert!(matches!(read, Err(TarError::Size { path }) if path == "a")),
        }
    }
    for size in ["size=18446744073709551616", "size=-1", "size="] {
        assert!(
            matches!(read(&[extended(b'x', &record(size)), file(b"a")]), Err(TarError::Extended { .. })),
            "{size}"
        );
    }
    let beyond = read(&[extended(b'x', &record("size=18446744073709551615")), file(b"a")]);
    assert!(matches!(beyond, Err(TarError::Size { path }) if path == "a"));
    let full = read(&[header(b"a/", b'5', b"00000000001")]);
    assert!(matches!(full, Err(TarError::Contradiction { path, .. }) if path == "a/"));
}

#[test]
fn extended_headers_are_bounded_in_size_and_number() {
    let note = || extended(b'g', &record("comment=made by hand"));
    assert_eq!(read(&[note(), note(), note(), note(), file(b"a")]).unwrap(), ["a"]);
    let why = |members: &[Vec<u8>]| match read(members) {
        Err(TarError::Extended { why, .. }) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(why(&[note(), note(), note(), note(), note(), file(b"a")]), "too many of them in a row");
    let large = record(&format!("comment={}", "x".repeat(256 * 1024)));
    assert_eq!(why(&[extended(b'x', &large), file(b"a")]), "it is larger than 256 KiB");
    // Said before a byte of it is read.
    assert_eq!(why(&[header(b"x", b'x', b"77777777777")]), "it is larger than 256 KiB");
    let path = || extended(b'x', &record("path=a"));
    assert_eq!(why(&[path(), path(), file(b"a")]), "two of them speak of one member");
    assert_eq!(
        why(&[extended(b'g', &record("path=a")), file(b"b")]),
        "it gives one name or size to all members"
    );
    assert_eq!(why(&[path()]), "it stands before no member");
    let two_names = read(&[path(), extended(b'L', b"b\0"), file(b"c")]);
    assert!(matches!(two_names, Err(TarError::Contradiction { .. })));
}

#[test]
fn tars_of_other_programs_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("{}/{}", "l".repeat(150), "m".repeat(149));
    let far = format!("{}/{}", "k".repeat(100), "j".repeat(80));
    let tree = tree(&["证据/询问笔录.pdf", &long, &far, "plain", "sub/empty/"]);
    plant(&folder.path().join("source"), &tree);
    for (program, arguments) in [
        ("tar", &["--format=gnu"][..]),
        ("tar", &["--format=posix"]),
        ("bsdtar", &["--format=pax"]),
        ("bsdtar", &["--format=gnutar"]),
        ("bsdtar", &[]),
    ] {
        let made = Command::new(program)
            .args(arguments)
            .args(["-cf", "../foreign.tar", "."])
            .current_dir(folder.path().join("source"))
            .env("LC_ALL", "C.UTF-8")
            .output();
        let Ok(made) = made else {
            skip(program);
            continue;
        };
        assert!(made.status.success(), "{made:?}");
        let bytes = fs::read(folder.path().join("foreign.tar")).unwrap();
        let mut tar = Reader::foreign(&bytes[..]);
        let mut found = Tree::new();
        while let Some(member) = tar.next_member().unwrap() {
            let mut content = Vec::new();
            tar.read_to_end(&mut content).unwrap();
            match member.kind {
                Kind::File => drop(found.insert(member.path, content)),
                Kind::Folder if member.path == "sub/empty" => {
                    drop(found.insert("sub/empty/".into(), content));
                }
                Kind::Folder => {}
            }
        }
        assert!(found == tree, "{program} {arguments:?}: {:?}", found.keys());
        for length in (0..bytes.len() - 1024).step_by(512) {
            let mut tar = Reader::foreign(&bytes[..length]);
            let error = std::iter::from_fn(|| tar.next_member().transpose()).find_map(Result::err);
            // Where only the filling is missing, the tar is complete.
            let complete = bytes[length..].iter().all(|&byte| byte == 0)
                && bytes[length - 1024..length].iter().all(|&byte| byte == 0);
            assert!(complete || matches!(error, Some(TarError::Truncated)), "{program}: {length}: {error:?}");
        }
    }
}

#[test]
fn what_others_made_is_not_taken_for_a_package() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new();
    place.unpack(&package(&tree(&["a"]))).unwrap();
    fs::rename(place.0.path().join("target"), folder.path().join("package")).unwrap();
    let made = Command::new("tar").args(["-cf", "-", "package"]).current_dir(folder.path()).output();
    let Ok(made) = made else { return skip("tar") };
    let error = place.refuse(&made.stdout);
    assert!(matches!(error, UnpackError::Tar(TarError::NotOurForm(0))), "{error}");
}

#[test]
fn two_hundred_thousand_members_are_read_in_bounded_memory() {
    /// Makes a thousand members at a time, so that the tar is nowhere as a whole.
    struct Generated {
        next: u32,
        ready: Cursor<Vec<u8>>,
    }
    const MEMBERS: u32 = 200_000;
    impl Read for Generated {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.ready.position() == self.ready.get_ref().len() as u64 && self.next < MEMBERS {
                let mut tar = Writer::new(Vec::new(), 0);
                for number in self.next..self.next + 1000 {
                    let path = format!("folder-{}/file-{number}", number % 777);
                    tar.file(&path, 4, &mut &number.to_be_bytes()[..]).unwrap();
                }
                let mut bytes = tar.finish().unwrap();
                self.next += 1000;
                if self.next < MEMBERS {
                    bytes.truncate(bytes.len() - 1024);
                }
                self.ready = Cursor::new(bytes);
            }
            self.ready.read(buffer)
        }
    }
    let mut tar = Reader::foreign(Generated { next: 0, ready: Cursor::default() });
    let mut count = 0;
    while let Some(member) = tar.next_member().unwrap() {
        count += 1;
        assert_eq!(member.size, 4);
    }
    assert_eq!(count, MEMBERS);
}

#[test]
fn twenty_thousand_files_are_packed_and_found() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..20_000 {
        if number % 1000 == 0 {
            fs::create_dir(folder.path().join(format!("{}", number / 1000))).unwrap();
        }
        fs::write(folder.path().join(format!("{}/{number}", number / 1000)), number.to_string()).unwrap();
    }
    let (bytes, done) = packed(folder.path()).unwrap();
    assert_eq!(done.files, 20_000);
    assert!(done.leaves_at / GROUP_BYTES > 10);
    let index = &bytes[done.index_at as usize..][..done.index_size as usize];
    let row = Rows::new(index).find("13/13579").unwrap().unwrap();
    assert_eq!(&bytes[row.offset as usize..][..row.size as usize], b"13579");
}

/// Names of one folder level that are distinct to every machine: no letter has another case here.
fn name() -> impl Strategy<Value = String> {
    let letters: Vec<char> = "abz019 .-_%~*\n\r\\'\"$张伟笔录ກข😀\u{200f}\u{e9}".chars().collect();
    prop::collection::vec(prop::sample::select(letters), 1..12)
        .prop_map(|letters| letters.into_iter().collect::<String>())
        .prop_filter("a name", |name| name != "." && name != "..")
}

/// Trees without a file where a folder is.
fn trees() -> impl Strategy<Value = Tree> {
    let path = prop::collection::vec(name(), 1..5).prop_map(|names| names.join("/"));
    let content = prop::collection::vec(any::<u8>(), 0..1500);
    prop::collection::vec((path, content, prop::bool::weighted(0.1)), 0..12).prop_map(|entries| {
        let mut tree = Tree::new();
        for (path, content, is_folder) in entries {
            let clashes = |other: &String| {
                let (one, other) = (format!("{path}/"), format!("{}/", other.trim_end_matches('/')));
                one.starts_with(&other) || other.starts_with(&one)
            };
            if !tree.keys().any(clashes) {
                let entry = if is_folder { (format!("{path}/"), Vec::new()) } else { (path, content) };
                tree.insert(entry.0, entry.1);
            }
        }
        tree
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_tree_packs_and_unpacks_to_the_same(tree in trees()) {
        let folder = tempfile::tempdir().unwrap();
        let (source, target) = (folder.path().join("source"), folder.path().join("target"));
        plant(&source, &tree);
        let (bytes, done) = packed(&source).unwrap();
        unpack(&mut &bytes[..], &target, &mut |_| {}).unwrap();
        prop_assert_eq!(&gather(&target.join("data"), true), &tree);
        let facts = validate_folder(&target).unwrap();
        prop_assert_eq!((facts.files, facts.bytes), (done.files, done.bytes));
        prop_assert_eq!(facts.warnings, vec![]);
        // What was unpacked packs to the same bytes again.
        prop_assert_eq!(packed(&target.join("data")).unwrap().0, bytes);
    }

    #[test]
    fn foreign_bytes_never_stop_a_reader(mut bytes in prop::collection::vec(any::<u8>(), 0..4096), signed in any::<bool>()) {
        // Most bytes fall at the first checksum; with it made right they come further.
        if signed && bytes.len() >= 512 {
            bytes[257..265].copy_from_slice(b"ustar\x0000");
            sign(&mut bytes[..512]);
        }
        for mut tar in [Reader::foreign(&bytes[..]), Reader::ours(&bytes[..])] {
            while let Ok(Some(_)) = tar.next_member() {}
        }
    }
}
