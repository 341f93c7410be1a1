//! What the tests of the plaintext side share: a sink in memory, and folders made from lists.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use comity_evidence::bag::{Facts, GROUP_BYTES, PackError, Packed, Sink, pack};
use comity_evidence::folder::Source;
use comity_journal::suite::hash;

/// Plaintext in memory; the hash of a group is that of its plaintext.
#[derive(Default)]
pub(crate) struct Plain(pub(crate) Vec<u8>);

impl Write for Plain {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Plain {
    fn position(&self) -> u64 {
        self.0.len() as u64
    }

    fn complete_leaves(&mut self) -> io::Result<Box<dyn Read + '_>> {
        let groups = self.0.chunks_exact(GROUP_BYTES as usize);
        let leaves: Vec<u8> = groups.flat_map(|group| *hash(&[group]).as_bytes()).collect();
        Ok(Box::new(io::Cursor::new(leaves)))
    }
}

/// A folder's files by path; a path that ends with `/` is an empty folder.
pub(crate) type Tree = BTreeMap<String, Vec<u8>>;

/// Makes the files of a tree below `folder`.
pub(crate) fn plant(folder: &Path, tree: &Tree) {
    fs::create_dir_all(folder).unwrap();
    for (path, content) in tree {
        let at = folder.join(path);
        if path.ends_with('/') {
            fs::create_dir_all(at).unwrap();
        } else {
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            fs::write(at, content).unwrap();
        }
    }
}

/// Reads a folder as a tree, and checks that nobody but its owner may look into it where `private`.
pub(crate) fn gather(folder: &Path, private: bool) -> Tree {
    let mut tree = Tree::new();
    gather_below(folder, "", private, &mut tree);
    tree
}

fn gather_below(folder: &Path, above: &str, private: bool, tree: &mut Tree) {
    if private {
        assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700, "{folder:?}");
    }
    let mut empty = true;
    for entry in fs::read_dir(folder).unwrap() {
        empty = false;
        let entry = entry.unwrap();
        let path = format!("{above}{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            gather_below(&entry.path(), &format!("{path}/"), private, tree);
        } else {
            if private {
                assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{path}");
            }
            tree.insert(path, fs::read(entry.path()).unwrap());
        }
    }
    if empty && !above.is_empty() {
        tree.insert(above.to_owned(), Vec::new());
    }
}

/// A tree from paths; the content of a file is its path and some more.
pub(crate) fn tree(paths: &[&str]) -> Tree {
    let content =
        |path: &&str| if path.ends_with('/') { Vec::new() } else { path.repeat(path.len()).into_bytes() };
    paths.iter().map(|path| ((*path).to_owned(), content(path))).collect()
}

/// Packs a file or folder with the default facts.
pub(crate) fn packed(source: &Path) -> Result<(Vec<u8>, Packed), PackError> {
    let mut sink = Plain::default();
    let packed = pack(&Source::open(source)?, &Facts::default(), &mut sink, &mut |_| {})?;
    Ok((sink.0, packed))
}

/// Says on which ground a test does nothing on this machine.
pub(crate) fn skip(what: &str) {
    println!("skipped: {what} is not on this machine");
}
