//! Packing: what goes into a package and in which form, and what is refused by name.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "in what tests share, failing is the point"
)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek as _, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use comity_evidence::bag::{Facts, GROUP_BYTES, PackError, Packed, Sink, pack, validate_folder};
use comity_evidence::extract::unpack;
use comity_evidence::folder::{Source, SourceError};
use comity_evidence::index::Rows;
use comity_evidence::names::BadPath;
use comity_evidence::tar::{Kind, Reader};
use comity_journal::suite::hash;

#[path = "plain/mod.rs"]
mod plain;
use plain::{Plain, Tree, gather, packed, plant, skip, tree};

/// The members of a package: paths, folders marked by a slash.
fn members(bytes: &[u8]) -> Vec<String> {
    let mut tar = Reader::ours(bytes);
    let mut paths = Vec::new();
    while let Some(member) = tar.next_member().unwrap() {
        paths.push(if member.kind == Kind::Folder { format!("{}/", member.path) } else { member.path });
    }
    paths
}

fn refused(source: &Path) -> SourceError {
    match packed(source) {
        Err(PackError::Source(error)) => error,
        other => panic!("not refused for its source: {:?}", other.map(|(_, packed)| packed)),
    }
}

fn installed(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|done| done.status.success())
}

#[test]
fn members_come_in_one_order_whatever_the_disk_says() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &tree(&["b", "a/z", "a/b/c", "a.txt", "a-b/x", "a b", "卷宗/一", "empty/", "Z"]));
    let (bytes, _) = packed(folder.path()).unwrap();
    assert_eq!(
        members(&bytes),
        [
            "package/bagit.txt",
            "package/data/Z",
            "package/data/a b",
            "package/data/a-b/x",
            "package/data/a.txt",
            "package/data/a/b/c",
            "package/data/a/z",
            "package/data/b",
            "package/data/empty/",
            "package/data/卷宗/一",
            "package/bag-info.txt",
            "package/manifest-sha256.txt",
            "package/comity/index",
            "package/tagmanifest-sha256.txt",
            "package/comity/groups",
        ]
    );
}

#[test]
fn the_same_folder_gives_the_same_plaintext() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let tree = tree(&["a", "b/c", "empty/", "卷宗/笔录.pdf"]);
    plant(one.path(), &tree);
    for (path, content) in tree.iter().rev() {
        plant(other.path(), &BTreeMap::from([(path.clone(), content.clone())]));
    }
    File::open(other.path().join("a")).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(packed(one.path()).unwrap(), packed(other.path()).unwrap());
}

#[test]
fn what_is_said_about_a_package_stands_in_its_bag_info() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &tree(&["a", "b"]));
    let facts = Facts {
        top: "移交".into(),
        date: Some("2026-11-23".into()),
        identifiers: vec!["R-4K7M9QX2B3C5D".into(), "协查〔2026〕17号".into()],
        modified: 1_700_000_000,
    };
    let mut sink = Plain::default();
    let done = pack(&Source::open(folder.path()).unwrap(), &facts, &mut sink, &mut |_| {}).unwrap();
    assert_eq!(done.payload_oxum(), "2.2");
    let target = folder.path().join("out");
    let unpacked = unpack(&mut &sink.0[..], &target, &mut |_| {}).unwrap();
    let info: Vec<_> = unpacked.info.iter().map(|(label, value)| (label.as_str(), value.as_str())).collect();
    assert_eq!(
        info,
        [
            ("External-Identifier", "R-4K7M9QX2B3C5D"),
            ("External-Identifier", "协查〔2026〕17号"),
            ("Bagging-Date", "2026-11-23"),
            ("Payload-Oxum", "2.2"),
        ]
    );
    assert!(sink.0.windows(11).any(|bytes| bytes == b"14524770400"), "the time given is in the headers");
}

#[test]
fn facts_that_would_break_the_bag_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let source = Source::open(folder.path()).unwrap();
    let refused = |facts: Facts| pack(&source, &facts, &mut Plain::default(), &mut |_| {}).unwrap_err();
    for top in ["", "..", "a/b", "/", "cafe\u{301}"] {
        assert!(
            matches!(refused(Facts { top: top.into(), ..Facts::default() }), PackError::Top(name) if name == top),
            "{top}"
        );
    }
    for line in ["a\nPayload-Oxum: 1.1", "", " a", "a\r"] {
        let facts = Facts { identifiers: vec![line.into()], ..Facts::default() };
        assert!(matches!(refused(facts), PackError::NotOneLine(_)), "{line:?}");
    }
    let written = pack(&source, &Facts::default(), &mut Plain(vec![0]), &mut |_| {});
    assert!(matches!(written, Err(PackError::NotAtStart)));
}

#[test]
fn the_index_says_where_each_file_is() {
    let folder = tempfile::tempdir().unwrap();
    let tree = tree(&["a", "b/c", "z 100%\n", "卷宗/笔录.pdf", "empty/", "nothing"]);
    plant(folder.path(), &tree);
    fs::write(folder.path().join("nothing"), b"").unwrap();
    let (bytes, packed) = packed(folder.path()).unwrap();
    let within = |at: u64, size: u64| &bytes[at as usize..(at + size) as usize];
    let rows: Vec<_> =
        Rows::new(within(packed.index_at, packed.index_size)).collect::<Result<_, _>>().unwrap();
    assert_eq!(
        rows.iter().map(|row| row.path.as_str()).collect::<Vec<_>>(),
        ["a", "b/c", "nothing", "z 100%\n", "卷宗/笔录.pdf"]
    );
    for row in &rows {
        let content = within(row.offset, row.size);
        assert_eq!(content, fs::read(folder.path().join(&row.path)).unwrap());
        assert_eq!(row.hash, hash(&[content]));
    }
    assert_eq!(packed.files, 5);
    assert_eq!(packed.bytes, rows.iter().map(|row| row.size).sum::<u64>());
    assert_eq!(packed.size, bytes.len() as u64);
}

/// Packs one file of this size and returns what the groups' member holds.
fn groups_of(size: u64) -> (Vec<u8>, Packed, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("image");
    fs::write(&file, vec![7; size as usize]).unwrap();
    let (bytes, done) = packed(&file).unwrap();
    let mut tar = Reader::ours(&bytes[..]);
    let mut groups = Vec::new();
    while let Some(member) = tar.next_member().unwrap() {
        if member.path == "package/comity/groups" {
            assert_eq!(member.content_at, done.leaves_at);
            tar.read_to_end(&mut groups).unwrap();
        }
    }
    (bytes, done, groups)
}

#[test]
fn the_groups_complete_before_their_list_are_in_it() {
    let (_, small, none) = groups_of(0);
    assert!(none.is_empty());
    // From a list that begins just before a group is full to one that begins just behind, and exactly there.
    let fixed = small.leaves_at;
    for place in [GROUP_BYTES - 1024, GROUP_BYTES - 512, GROUP_BYTES, GROUP_BYTES + 512, 3 * GROUP_BYTES] {
        let (bytes, done, groups) = groups_of(place - fixed);
        // The sizes written in digits make the other members a little longer; never by a block.
        assert_eq!(done.leaves_at, place);
        let complete = bytes[..done.leaves_at as usize].chunks_exact(GROUP_BYTES as usize);
        let expected: Vec<u8> = complete.flat_map(|group| *hash(&[group]).as_bytes()).collect();
        assert_eq!(expected.len() as u64, place / GROUP_BYTES * 32);
        assert_eq!(groups, expected, "{place}");
    }
}

#[test]
fn a_sink_that_lost_hashes_of_groups_fails_the_seal() {
    struct Forgetful(Plain);
    impl Write for Forgetful {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    impl Sink for Forgetful {
        fn position(&self) -> u64 {
            self.0.position()
        }
        fn complete_leaves(&mut self) -> io::Result<Box<dyn Read + '_>> {
            Ok(Box::new(self.0.complete_leaves()?.take(32)))
        }
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a"), vec![0; 2 * GROUP_BYTES as usize]).unwrap();
    let source = Source::open(folder.path()).unwrap();
    let done = pack(&source, &Facts::default(), &mut Forgetful(Plain::default()), &mut |_| {});
    assert!(matches!(done, Err(PackError::Leaves { expected: 2, found: 1 })));
}

#[test]
fn a_single_file_is_packed_under_its_name() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &tree(&["笔录.pdf", "other"]));
    let (bytes, done) = packed(&folder.path().join("笔录.pdf")).unwrap();
    assert_eq!(members(&bytes)[..2], ["package/bagit.txt", "package/data/笔录.pdf"]);
    assert_eq!(done.files, 1);
}

#[test]
fn a_folder_without_files_is_a_package_without_files() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    fs::create_dir(&source).unwrap();
    let (bytes, done) = packed(&source).unwrap();
    assert_eq!(members(&bytes)[1], "package/data/");
    assert_eq!(done.payload_oxum(), "0.0");
    let target = folder.path().join("target");
    unpack(&mut &bytes[..], &target, &mut |_| {}).unwrap();
    assert!(gather(&target.join("data"), true).is_empty());
    validate_folder(&target).unwrap();
}

#[test]
fn a_file_of_nine_gibibytes_is_packed_whole_though_it_is_a_hole() {
    struct Start {
        first: Vec<u8>,
        position: u64,
    }
    impl Write for Start {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let room = 8192 - self.first.len();
            self.first.extend(&bytes[..bytes.len().min(room)]);
            self.position += bytes.len() as u64;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    impl Sink for Start {
        fn position(&self) -> u64 {
            self.position
        }
        fn complete_leaves(&mut self) -> io::Result<Box<dyn Read + '_>> {
            Ok(Box::new(io::repeat(0).take(self.position / GROUP_BYTES * 32)))
        }
    }
    const SIZE: u64 = 9 << 30;
    let folder = tempfile::tempdir().unwrap();
    File::create(folder.path().join("disk.img")).unwrap().set_len(SIZE).unwrap();
    let mut sink = Start { first: Vec::new(), position: 0 };
    let source = Source::open(folder.path()).unwrap();
    let mut heard = 0;
    let done = pack(&source, &Facts::default(), &mut sink, &mut |bytes| heard = bytes).unwrap();
    assert_eq!((done.bytes, heard), (SIZE, SIZE));
    assert!(sink.position > SIZE);
    let mut tar = Reader::ours(&sink.first[..]);
    tar.next_member().unwrap();
    let member = tar.next_member().unwrap().unwrap();
    assert_eq!((member.path.as_str(), member.size), ("package/data/disk.img", SIZE));
}

/// Names that other programs must come to read alike.
fn demanding() -> Tree {
    let long = "n".repeat(255);
    let deep = format!("{}/{}/{}/{}", "d".repeat(200), "e".repeat(250), "f".repeat(200), "g".repeat(247));
    assert_eq!(deep.len(), 900);
    let fits = format!("{}/{}", "p".repeat(120), "q".repeat(100));
    tree(&[
        "证据/询问笔录 第1份.pdf",
        "证据/空文件夹/",
        "caf\u{e9}",
        "ລາຍງານ.txt",
        "plain",
        "with space and 'quotes\"",
        "-rf",
        &long,
        &deep,
        &fits,
        "empty/",
    ])
}

#[test]
fn gnu_tar_and_bsdtar_open_a_package_alike() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    plant(&source, &demanding());
    let (bytes, _) = packed(&source).unwrap();
    fs::write(folder.path().join("package.tar"), &bytes).unwrap();
    for program in ["tar", "bsdtar"] {
        if !installed(program) {
            skip(program);
            continue;
        }
        let target = folder.path().join(program);
        fs::create_dir(&target).unwrap();
        let done = Command::new(program)
            .args(["-xf", "../package.tar"])
            .current_dir(&target)
            .env("LC_ALL", "C.UTF-8")
            .output()
            .unwrap();
        assert!(done.status.success() && done.stderr.is_empty(), "{program}: {done:?}");
        let (found, expected) = (gather(&target.join("package/data"), false), demanding());
        assert!(found.keys().eq(expected.keys()), "{program}: {:?}", found.keys());
        assert!(found == expected, "{program} reads other contents");
        validate_folder(&target.join("package")).unwrap();
    }
}

#[test]
fn the_bagit_program_of_the_library_of_congress_accepts_an_unpacked_package() {
    let bagit = |arguments: &[&str]| Command::new("python3").args(arguments).output();
    if !bagit(&["-c", "import bagit"]).is_ok_and(|done| done.status.success()) {
        return skip("the Python package bagit");
    }
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    // Without "%": this program writes and reads it as it is, where RFC 8493 wants it encoded.
    plant(&source, &demanding());
    fs::write(source.join("line\nend"), b"x").unwrap();
    let (bytes, _) = packed(&source).unwrap();
    let target = folder.path().join("target");
    unpack(&mut &bytes[..], &target, &mut |_| {}).unwrap();
    let check = "import bagit, sys; bagit.Bag(sys.argv[1]).validate()";
    let judged = |target: &Path| bagit(&["-c", check, target.to_str().unwrap()]).unwrap();
    let done = judged(&target);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    fs::write(target.join("data/plain"), b"other").unwrap();
    assert!(!judged(&target).status.success());
}

#[test]
fn links_are_refused_by_name_and_never_followed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("secret"), b"secret").unwrap();
    for (name, points_to) in [("file", "../secret"), ("folder", ".."), ("nowhere", "absent")] {
        let source = folder.path().join(format!("source-{name}"));
        plant(&source, &tree(&["a/b"]));
        symlink(points_to, source.join("a").join(name)).unwrap();
        let error = refused(&source);
        assert!(matches!(&error, SourceError::Link(path) if *path == format!("a/{name}")), "{error}");
        assert!(error.to_string().contains(&format!("a/{name}")));
        for itself in [source.join("a").join(name), source.join("a").join(format!("{name}/"))] {
            let error = Source::open(&itself).err().expect("a link is no source");
            assert!(matches!(error, SourceError::Link(_)), "{error}");
        }
    }
}

#[test]
fn devices_pipes_and_sockets_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let kind = |source: &Path| match refused(source) {
        SourceError::Special { path, kind } => (path, kind),
        other => panic!("{other}"),
    };
    for (name, expected) in [("pipe", "a pipe"), ("socket", "a socket")] {
        let source = folder.path().join(format!("source-{name}"));
        plant(&source, &tree(&["a/b"]));
        let at = source.join("a").join(name);
        match name {
            "pipe" => assert!(Command::new("mkfifo").arg(&at).status().unwrap().success()),
            _ => drop(std::os::unix::net::UnixListener::bind(&at).unwrap()),
        }
        assert_eq!(kind(&source), (format!("a/{name}"), expected));
    }
    let error = Source::open(Path::new("/dev/null")).err().expect("a device is no source");
    assert!(matches!(&error, SourceError::Special { kind: "a device", .. }), "{error}");
}

#[test]
fn names_that_are_not_utf_8_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    plant(&source, &tree(&["a/b"]));
    fs::write(source.join("a").join(std::ffi::OsStr::from_bytes(b"\xd5\xc5\xce\xb0.doc")), b"x").unwrap();
    let error = refused(&source);
    assert!(matches!(&error, SourceError::Path { reason: BadPath::NotUtf8, .. }), "{error}");
    assert!(error.to_string().contains("a/") && error.to_string().contains(".doc"), "{error}");
}

#[test]
fn names_that_differ_only_in_case_or_normal_form_are_refused() {
    for (first, second) in
        [("Akte.pdf", "akte.PDF"), ("caf\u{e9}", "cafe\u{301}"), ("STRASSE", "stra\u{df}e")]
    {
        let folder = tempfile::tempdir().unwrap();
        plant(folder.path(), &tree(&[&format!("x/{first}"), &format!("x/{second}"), "x/other"]));
        if fs::read_dir(folder.path().join("x")).unwrap().count() < 3 {
            skip("a file system that tells case and normal form apart");
            continue;
        }
        match refused(folder.path()) {
            SourceError::Twins { first: one, second: other } => {
                let mut named = [one, other];
                named.sort();
                let mut expected = [format!("x/{first}"), format!("x/{second}")];
                expected.sort();
                assert_eq!(named, expected);
            }
            error => panic!("{error}"),
        }
        // In two folders they are no twins.
        let apart = tempfile::tempdir().unwrap();
        plant(apart.path(), &tree(&[&format!("x/{first}"), &format!("y/{second}")]));
        packed(apart.path()).unwrap();
    }
}

#[test]
fn a_name_is_stored_composed_however_the_disk_spells_it() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &tree(&["re\u{301}union/proce\u{300}s.pdf"]));
    if !folder.path().join("re\u{301}union").exists() || folder.path().join("r\u{e9}union").exists() {
        return skip("a file system that tells normal forms apart");
    }
    let (bytes, done) = packed(folder.path()).unwrap();
    assert_eq!(members(&bytes)[1], "package/data/r\u{e9}union/proc\u{e8}s.pdf");
    let index = &bytes[done.index_at as usize..][..done.index_size as usize];
    assert!(Rows::new(index).find("r\u{e9}union/proc\u{e8}s.pdf").unwrap().is_some());
    let (alone, _) = packed(&folder.path().join("re\u{301}union/proce\u{300}s.pdf")).unwrap();
    assert_eq!(members(&alone)[1], "package/data/proc\u{e8}s.pdf");
}

#[test]
fn depth_and_length_of_paths_are_bounded() {
    let folder = |path: String| {
        let folder = tempfile::tempdir().unwrap();
        plant(folder.path(), &Tree::from([(path, b"x".to_vec())]));
        folder
    };
    let (full, less) = ("n".repeat(255), "n".repeat(254));
    for fits in [["d"; 64].join("/"), format!("{full}/{full}/{full}/{less}/x")] {
        packed(folder(fits).path()).unwrap();
    }
    for (too_much, why) in [
        (["d"; 65].join("/"), BadPath::TooDeep),
        (format!("{full}/{full}/{full}/{full}/x"), BadPath::TooLong),
    ] {
        let folder = folder(too_much);
        let error = refused(folder.path());
        assert!(matches!(&error, SourceError::Path { reason, .. } if *reason == why), "{error}");
    }
}

#[test]
fn more_files_than_a_package_holds_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &tree(&["a/1", "a/2", "b/3"]));
    let packed = |most| {
        let source = Source::open(folder.path()).unwrap().at_most(most);
        pack(&source, &Facts::default(), &mut Plain::default(), &mut |_| {})
    };
    assert_eq!(packed(3).unwrap().files, 3);
    assert!(matches!(packed(2), Err(PackError::Source(SourceError::TooMany(2)))));
}

/// Packs while `meddle` is called once, when the first bytes of the first file have been read.
fn packed_while(source: &Path, meddle: &mut dyn FnMut()) -> SourceError {
    let mut done = false;
    let packed = pack(&Source::open(source).unwrap(), &Facts::default(), &mut Plain::default(), &mut |_| {
        if !std::mem::replace(&mut done, true) {
            meddle();
        }
    });
    match packed {
        Err(PackError::Source(error)) => error,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_link_swapped_in_during_the_seal_is_refused_and_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    plant(outside.path(), &tree(&["secret", "folder/x"]));
    for (name, points_to) in [("b", "secret"), ("c", "folder")] {
        let folder = tempfile::tempdir().unwrap();
        plant(folder.path(), &tree(&["a", "b", "c/x"]));
        let at = folder.path().join(name);
        let error = packed_while(folder.path(), &mut || {
            fs::rename(&at, outside.path().join(format!("moved-{name}"))).unwrap();
            symlink(outside.path().join(points_to), &at).unwrap();
        });
        assert!(matches!(&error, SourceError::Link(path) if path == name), "{error}");
    }
}

#[test]
fn a_pipe_swapped_in_during_the_seal_does_not_stop_it() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &tree(&["a", "b"]));
    let at = folder.path().join("b");
    let error = packed_while(folder.path(), &mut || {
        fs::remove_file(&at).unwrap();
        assert!(Command::new("mkfifo").arg(&at).status().unwrap().success());
    });
    assert!(matches!(&error, SourceError::Special { path, .. } if path == "b"), "{error}");
}

#[test]
fn a_file_that_changes_while_it_is_read_fails_the_seal() {
    let meddlings: [(&str, fn(&Path)); 3] = [
        ("grows", |at| File::options().append(true).open(at).unwrap().write_all(b"x").unwrap()),
        ("shrinks", |at| File::options().write(true).open(at).unwrap().set_len(300_000).unwrap()),
        ("is overwritten, and its time set back", |at| {
            let mut file = File::options().write(true).open(at).unwrap();
            let before = file.metadata().unwrap().modified().unwrap();
            file.seek(SeekFrom::Start(299_999)).unwrap();
            file.write_all(b"x").unwrap();
            file.set_modified(before).unwrap();
        }),
    ];
    for (what, meddle) in meddlings {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("x/log");
        plant(folder.path(), &Tree::from([("x/log".into(), vec![0; 400_000])]));
        let error = packed_while(folder.path(), &mut || meddle(&at));
        assert!(matches!(&error, SourceError::Changed(path) if path == "x/log"), "{what}: {error}");
    }
}

#[test]
fn a_folder_that_changes_while_it_is_read_fails_the_seal() {
    let meddlings: [(&str, fn(&Path)); 3] = [
        ("a file comes", |at| fs::write(at.join("a0"), b"x").unwrap()),
        ("a file goes", |at| fs::remove_file(at.join("b")).unwrap()),
        ("a folder becomes a file", |at| {
            fs::remove_dir_all(at.join("c")).unwrap();
            fs::write(at.join("c"), b"x").unwrap();
        }),
    ];
    for (what, meddle) in meddlings {
        let folder = tempfile::tempdir().unwrap();
        plant(folder.path(), &tree(&["x/a", "x/b", "x/c/d"]));
        let at = folder.path().join("x");
        let error = packed_while(folder.path(), &mut || meddle(&at));
        let named = match &error {
            SourceError::Changed(path) => matches!(path.as_str(), "x" | "x/b" | "x/c"),
            _ => false,
        };
        assert!(named, "{what}: {error}");
    }
}
