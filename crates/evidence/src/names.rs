//! What a path in a package may be, and when two of them could be taken for one.
//!
//! A path is UTF-8 in normal form C, relative, with `/` between names, and says in no way "further up". Two names in one folder are
//! *twins* when they differ only in Unicode normal form or in the case of letters: on some machines they would be
//! one file, and one of the two would be lost.
//!
//! Not here: any file. Invariant: no path that passed [`check`] can lead out of the folder it is resolved in, as
//! long as that folder holds no links.

use std::collections::BTreeSet;

use comity_journal::suite;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use crate::limits;

/// Why a path cannot stand in a package.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadPath {
    /// No path at all.
    #[error("the name is empty")]
    Empty,
    /// It starts at the root of the machine.
    #[error("the path is absolute")]
    Absolute,
    /// Two slashes in a row, or one at the end.
    #[error("a folder in the path has no name")]
    EmptyName,
    /// A name that means "here".
    #[error("the path holds \".\"")]
    Dot,
    /// A name that means "one folder up".
    #[error("the path holds \"..\"")]
    DotDot,
    /// The zero byte, at which many programs would cut the name.
    #[error("the name holds a zero byte")]
    Nul,
    /// Bytes that are no text.
    #[error("the name is not UTF-8")]
    NotUtf8,
    /// Text whose accents stand apart from their letters.
    #[error("the name is not in Unicode normal form C")]
    NotNfc,
    /// Longer than a package holds.
    #[error("the path is longer than {limit} bytes", limit = limits::PATH_BYTES)]
    TooLong,
    /// One name is longer than file systems hold.
    #[error("a name in the path is longer than {limit} bytes", limit = limits::NAME_BYTES)]
    NameTooLong,
    /// More folders in each other than a package holds.
    #[error("the path is more than {limit} folders deep", limit = limits::DEPTH)]
    TooDeep,
}

/// Checks a path within the sealed folder against form and limits.
///
/// # Errors
/// [`BadPath`], the first thing that is wrong.
pub fn check(path: &str) -> Result<(), BadPath> {
    check_as_found(path)?;
    if is_nfc(path) { Ok(()) } else { Err(BadPath::NotNfc) }
}

/// Whether this is one name in a path that [`check`] accepts.
pub(crate) fn is_name(text: &str) -> bool {
    !text.contains('/') && check(text).is_ok()
}

/// As [`check`], in whatever normal form.
pub(crate) fn check_as_found(path: &str) -> Result<(), BadPath> {
    check_within(path, limits::PATH_BYTES, limits::DEPTH)
}

/// As [`check_as_found`], with limits of the caller's: a tar member stands below two folders of the package's own.
pub(crate) fn check_within(path: &str, bytes: usize, depth: usize) -> Result<(), BadPath> {
    if path.is_empty() {
        return Err(BadPath::Empty);
    }
    if path.starts_with('/') {
        return Err(BadPath::Absolute);
    }
    path.split('/').try_for_each(check_name)?;
    if path.len() > bytes {
        return Err(BadPath::TooLong);
    }
    if path.split('/').count() > depth { Err(BadPath::TooDeep) } else { Ok(()) }
}

fn check_name(name: &str) -> Result<(), BadPath> {
    match name {
        "" => Err(BadPath::EmptyName),
        "." => Err(BadPath::Dot),
        ".." => Err(BadPath::DotDot),
        name if name.contains('\0') => Err(BadPath::Nul),
        name if name.len() > limits::NAME_BYTES => Err(BadPath::NameTooLong),
        _ => Ok(()),
    }
}

/// What twins have in common: the name without normal form and case. Never shown, never stored.
///
/// Case is folded by the standard library's own tables, letter by letter to upper and then to lower case. Upper
/// case first, because only that brings `ß` and `ss`, `ſ` and `s`, `ς` and `σ` together; letter by letter, because
/// lower-casing a whole word treats a sigma at its end in another way.
fn likeness(path: &str) -> String {
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    path.nfd().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
}

/// 16 bytes that stand for a text in a set: half the memory of the full hash, and two texts that share them would
/// only be refused, never mixed up.
pub(crate) type Mark = [u8; 16];

/// What a mark stands for: a likeness, or a path in its exact spelling.
const LIKENESS: u8 = 0;
const EXACT: u8 = 1;

fn mark(domain: u8, text: &str) -> Mark {
    let full = suite::hash(&[&[domain], text.as_bytes()]);
    let mut mark = [0; 16];
    mark.copy_from_slice(&full.as_bytes()[..16]);
    mark
}

/// What stands for a path that a manifest lists, in its exact spelling.
pub(crate) fn listed_mark(path: &str) -> Mark {
    mark(EXACT, path)
}

/// The first two twins among the names of one folder.
pub(crate) fn twins<'a>(names: &[&'a str]) -> Option<(&'a str, &'a str)> {
    let mut marks: Vec<(Mark, &str)> =
        names.iter().map(|&name| (mark(LIKENESS, &likeness(name)), name)).collect();
    marks.sort_unstable();
    marks.windows(2).find(|pair| pair[0].0 == pair[1].0).map(|pair| (pair[0].1, pair[1].1))
}

/// Why a path cannot come at this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misplaced {
    /// It should have come earlier, or came before.
    OutOfOrder,
    /// Another name in its folder differs only in case or normal form, or is a file where this is a folder.
    Twin,
    /// More than the set may hold.
    TooMany,
}

/// Watches paths that must come in the order of their bytes, as a package has them. Because a folder's paths come
/// in one run, it needs no more memory than one folder's names and those of the folders above.
#[derive(Default)]
pub(crate) struct InOrder {
    last: String,
    levels: Vec<(String, BTreeSet<Mark>)>,
}

impl InOrder {
    /// Takes the next path; an empty folder's ends with `/`.
    pub(crate) fn next(&mut self, path: &str) -> Result<(), Misplaced> {
        let inside_an_empty_folder = self.last.ends_with('/') && path.starts_with(&self.last);
        if path <= self.last.as_str() || inside_an_empty_folder {
            return Err(Misplaced::OutOfOrder);
        }
        let shared = self.shared_folders(path);
        self.levels.truncate(shared + 1);
        for (level, name) in path.trim_end_matches('/').split('/').enumerate().skip(shared) {
            if level == self.levels.len() {
                self.levels.push((String::new(), BTreeSet::new()));
            }
            let (at, seen) = &mut self.levels[level];
            if !seen.insert(mark(LIKENESS, &likeness(name))) {
                return Err(Misplaced::Twin);
            }
            name.clone_into(at);
        }
        path.clone_into(&mut self.last);
        Ok(())
    }

    /// How many folders above `path` are also above the path before it.
    fn shared_folders(&self, path: &str) -> usize {
        let folders_of_last = self.last.matches('/').count();
        let folders = path.trim_end_matches('/').matches('/').count();
        let names = path.split('/').zip(&self.levels).take(folders_of_last.min(folders));
        names.take_while(|(name, (at, _))| name == at).count()
    }
}

/// Watches paths that come in any order, as foreign tars have them.
///
/// It keeps 16 bytes a path and 32 a folder in a `BTreeSet`, whose nodes are two thirds full or better: about 125 MB
/// for the 5,000,000 paths a package may have, 0.5 MB for 20,000. That is the bound; beyond it the tar is refused.
pub(crate) struct Seen {
    marks: BTreeSet<Mark>,
    last_folder: String,
    left: u64,
}

impl Seen {
    /// A set for at most `limit` files and folders.
    pub(crate) fn new(limit: u64) -> Self {
        Self { marks: BTreeSet::new(), last_folder: String::new(), left: limit }
    }

    /// Takes a file's path.
    pub(crate) fn file(&mut self, path: &str) -> Result<(), Misplaced> {
        if let Some((folder, _)) = path.rsplit_once('/') {
            self.folder(folder)?;
        }
        self.count()?;
        if self.marks.insert(mark(LIKENESS, &likeness(path))) { Ok(()) } else { Err(Misplaced::Twin) }
    }

    /// Takes a folder's path and those above it; the same folder may come again, a twin of it may not.
    pub(crate) fn folder(&mut self, path: &str) -> Result<(), Misplaced> {
        if self.last_folder == path || self.marks.contains(&mark(EXACT, path)) {
            path.clone_into(&mut self.last_folder);
            return Ok(());
        }
        if let Some((above, _)) = path.rsplit_once('/') {
            self.folder(above)?;
        }
        self.count()?;
        if !self.marks.insert(mark(LIKENESS, &likeness(path))) {
            return Err(Misplaced::Twin);
        }
        self.marks.insert(mark(EXACT, path));
        path.clone_into(&mut self.last_folder);
        Ok(())
    }

    fn count(&mut self) -> Result<(), Misplaced> {
        self.left = self.left.checked_sub(1).ok_or(Misplaced::TooMany)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leads_out_of_its_folder() {
        for (path, reason) in [
            ("", BadPath::Empty),
            ("/etc/passwd", BadPath::Absolute),
            ("..", BadPath::DotDot),
            ("a/../b", BadPath::DotDot),
            ("a//b", BadPath::EmptyName),
            ("a/", BadPath::EmptyName),
            ("./a", BadPath::Dot),
            ("a\0b", BadPath::Nul),
            ("cafe\u{301}", BadPath::NotNfc),
        ] {
            assert_eq!(check(path), Err(reason), "{path:?}");
        }
        assert_eq!(check("...a/ b/张伟 的笔录.pdf"), Ok(()));
    }

    #[test]
    fn the_limits_of_a_path_are_inclusive() {
        assert_eq!(check(&"n".repeat(255)), Ok(()));
        assert_eq!(check(&"n".repeat(256)), Err(BadPath::NameTooLong));
        assert_eq!(check(&["n"; 64].join("/")), Ok(()));
        assert_eq!(check(&["n"; 65].join("/")), Err(BadPath::TooDeep));
        let (full, less) = ("n".repeat(255), "n".repeat(254));
        assert_eq!(check(&format!("{full}/{full}/{full}/{less}/x")), Ok(()));
        assert_eq!(check(&format!("{full}/{full}/{full}/{full}/x")), Err(BadPath::TooLong));
        assert_eq!(check(&["n".repeat(255).as_str(); 5].join("/")), Err(BadPath::TooLong));
    }

    #[test]
    fn twins_differ_in_case_or_normal_form_only() {
        for (one, other) in [
            ("Akte", "AKTE"),
            ("caf\u{e9}", "cafe\u{301}"),
            ("Stra\u{df}e", "STRASSE"),
            ("ΣΟΦΟΣ", "σοφος"),
            ("\u{212a}", "k"),
            ("\u{130}x", "i\u{307}X"),
        ] {
            assert_eq!(likeness(one), likeness(other), "{one} {other}");
            assert!(twins(&["zzz", one, "m", other]).is_some(), "{one} {other}");
        }
        assert_eq!(twins(&["张伟", "张玮", "a", "b", "ä"]), None);
    }

    #[test]
    fn paths_in_order_are_told_from_paths_out_of_order() {
        let take = |paths: &[&str]| {
            let mut order = InOrder::default();
            paths.iter().try_for_each(|path| order.next(path))
        };
        assert_eq!(take(&["a", "a-b/c", "b/a", "b/a.x", "b/c/", "b/d/a", "c"]), Ok(()));
        assert_eq!(take(&["b", "a"]), Err(Misplaced::OutOfOrder));
        assert_eq!(take(&["a", "a"]), Err(Misplaced::OutOfOrder));
        assert_eq!(take(&["a/", "a/b"]), Err(Misplaced::OutOfOrder));
        assert_eq!(take(&["a", "a-b", "a/b"]), Err(Misplaced::Twin));
        assert_eq!(take(&["A/x", "B/x", "a/y"]), Err(Misplaced::Twin));
        assert_eq!(take(&["f/A", "f/b", "f/c/a", "f/c/b/a", "g/a"]), Ok(()));
        assert_eq!(
            take(&["f/A", "f/b", "f/c/a", "f/c/b/a", "f/d", "f/da", "f/d\u{e9}", "f/\u{c9}", "f/\u{e9}"]),
            Err(Misplaced::Twin)
        );
    }

    #[test]
    fn a_foreign_tar_may_name_a_folder_twice_and_a_file_once() {
        let mut seen = Seen::new(100);
        assert_eq!(seen.folder("a/b"), Ok(()));
        assert_eq!(seen.file("a/b/x"), Ok(()));
        assert_eq!(seen.file("c"), Ok(()));
        assert_eq!(seen.folder("a"), Ok(()));
        assert_eq!(seen.folder("a/b"), Ok(()));
        assert_eq!(seen.file("a/b/X"), Err(Misplaced::Twin));
        assert_eq!(seen.file("A/y"), Err(Misplaced::Twin));
        assert_eq!(seen.folder("c"), Err(Misplaced::Twin));
        assert_eq!(seen.file("a/b"), Err(Misplaced::Twin));
    }

    #[test]
    fn what_is_remembered_of_a_foreign_tar_is_bounded() {
        let mut seen = Seen::new(3);
        assert_eq!(seen.file("a/b"), Ok(()));
        assert_eq!(seen.file("a/c"), Ok(()));
        assert_eq!(seen.file("a/d"), Err(Misplaced::TooMany));
    }
}
