//! What can be said of a bag: facts, warnings, problems, each in words.

use super::digest::Algorithm;
use crate::folder::SourceError;
use crate::limits;

/// What is known of a bag that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BagFacts {
    /// Files of the payload.
    pub files: u64,
    /// Bytes of the payload.
    pub bytes: u64,
    /// With which hashes its files were checked, weakest first.
    pub checked_with: Vec<Algorithm>,
    /// Labels and values of `bag-info.txt`, in their order.
    pub info: Vec<(String, String)>,
    /// What is not wrong, and should still be known.
    pub warnings: Vec<BagWarning>,
}

/// What does not make a bag invalid.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BagWarning {
    /// Only MD5 or SHA-1: shows damage, not forgery.
    #[error("its files are listed with {0} only, which shows damage but not forgery")]
    BrokenHash(&'static str),
    /// A manifest made with a hash that cannot be computed here.
    #[error("{0} is made with a hash that is not known here; it was not checked")]
    NotChecked(String),
    /// `*` or `./` before a path, or a bare `%`, as older programs wrote.
    #[error("{0} is written in an older form")]
    OldForm(String),
    /// `fetch.txt` is there, and so are all files it names.
    #[error("fetch.txt names files to be fetched; all of them are here")]
    Fetched,
}

/// Why a folder is not a complete and valid bag.
#[derive(Debug, thiserror::Error)]
pub enum BagProblem {
    /// Something in the folder that no bag may hold, or that cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A file, not a folder.
    #[error("this is a file; a bag is a folder")]
    NotAFolder,
    /// A file that every bag has is missing.
    #[error("{0} is missing, so this is no bag")]
    NoBag(&'static str),
    /// `bagit.txt` is not as it must be.
    #[error("bagit.txt: {0}")]
    Declaration(&'static str),
    /// A version before RFC 8493.
    #[error("this is a bag of version {0}, which is too old: have it made again as version 1.0")]
    TooOld(String),
    /// A version that is not known.
    #[error("this is a bag of version {0}, which is not known; this reads 1.0")]
    UnknownVersion(String),
    /// Tag files in another encoding.
    #[error("its tag files are in {0}; this reads UTF-8")]
    Encoding(String),
    /// No manifest whose hash is known.
    #[error("it has no manifest for its files with sha512, sha256, sha1 or md5")]
    NoManifest,
    /// A tag file that cannot be read as one.
    #[error("{file:?}: {why}")]
    TagFile {
        /// Which one.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// A line that is none.
    #[error("{file:?}, line {line}: not of the form HASH PATH")]
    Line {
        /// Which manifest.
        file: String,
        /// The line's number, from 1.
        line: u64,
    },
    /// A path that leads out of the bag or of the part the file speaks of.
    #[error("{file:?} names {path:?}, which is outside: {why}")]
    Outside {
        /// Which manifest, or `fetch.txt`.
        file: String,
        /// The path.
        path: String,
        /// In which way.
        why: String,
    },
    /// One path twice in one manifest.
    #[error("{file:?} lists {path:?} twice")]
    ListedTwice {
        /// Which manifest.
        file: String,
        /// The path.
        path: String,
    },
    /// Listed and not there.
    #[error("{path:?} is listed in {file:?} and missing")]
    Missing {
        /// Which manifest.
        file: String,
        /// The path.
        path: String,
    },
    /// Named in `fetch.txt` and not there.
    #[error("{0:?} is still to be fetched, so the bag is incomplete; nothing is fetched here")]
    ToBeFetched(String),
    /// There and not listed.
    #[error("{path:?} is not listed in {file:?}")]
    NotListed {
        /// Which manifest.
        file: String,
        /// The path.
        path: String,
    },
    /// Another content than listed.
    #[error("{path:?} is damaged: it is not what {file:?} lists")]
    Damaged {
        /// Which manifest.
        file: String,
        /// The path.
        path: String,
    },
    /// Another number of files or bytes than `bag-info.txt` says.
    #[error("bag-info.txt speaks of {said_bytes} bytes in {said_files} files; there are {bytes} in {files}")]
    OtherOxum {
        /// Bytes, as said.
        said_bytes: u64,
        /// Files, as said.
        said_files: u64,
        /// Bytes that are there.
        bytes: u64,
        /// Files that are there.
        files: u64,
    },
    /// More files than are judged.
    #[error("more than {limit} files", limit = limits::FILES)]
    TooMany,
}

/// Everything that is wrong with a bag.
#[derive(Debug, Default)]
pub struct BagProblems {
    /// The first hundred.
    pub first: Vec<BagProblem>,
    /// How many more there are.
    pub more: u64,
}

impl BagProblems {
    pub(super) fn add(&mut self, problem: BagProblem) {
        if self.first.len() < limits::PROBLEMS { self.first.push(problem) } else { self.more += 1 }
    }

    pub(super) fn none(&self) -> bool {
        self.first.is_empty()
    }
}

impl From<BagProblem> for BagProblems {
    fn from(problem: BagProblem) -> Self {
        Self { first: vec![problem], more: 0 }
    }
}

impl std::fmt::Display for BagProblems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, problem) in self.first.iter().enumerate() {
            let between = if number == 0 { "" } else { "\n" };
            write!(f, "{between}{problem}")?;
        }
        if self.more > 0 { write!(f, "\nand {} more", self.more) } else { Ok(()) }
    }
}

impl std::error::Error for BagProblems {}
