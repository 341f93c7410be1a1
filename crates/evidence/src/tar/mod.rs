//! The tar format, as much of it as evidence needs: files and folders, nothing that points anywhere else.
//!
//! The writer makes POSIX ustar headers, and a pax header in front only where ustar cannot say it: names that are
//! long or not ASCII, files of 8 GiB and more. One content has one form, so the same folder gives the same bytes.
//! The reader has two measures: [`Reader::ours`] accepts exactly what the writer makes; [`Reader::foreign`] also
//! what GNU tar and bsdtar make of plain files and folders. Both refuse links, devices, sparse files and every
//! name that leads elsewhere, and name what they refuse.
//!
//! Not here: what the members mean (`bag`), and files on disk (`folder`, `extract`).
//! Specification: POSIX.1-2001, pax, "ustar Interchange Format" and "pax Header Block".

pub(crate) use reader::truncated;

mod header;
mod pax;
mod reader;
mod writer;

use std::io;

pub use reader::Reader;
pub use writer::Writer;

use crate::limits;
use crate::names::BadPath;

/// What a header is made of, and what content is filled up to.
pub const BLOCK: usize = 512;

/// A file or folder of a tar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path, without a slash at the end.
    pub path: String,
    /// File or folder.
    pub kind: Kind,
    /// The content's size in bytes; 0 for a folder.
    pub size: u64,
    /// Seconds since 1970 at which it was last changed, as the header says.
    pub modified: u64,
    /// Where its content begins, in bytes from the start of the tar.
    pub content_at: u64,
}

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
}

/// Why a tar cannot be written or read on.
#[derive(Debug, thiserror::Error)]
pub enum TarError {
    /// What lies below failed.
    #[error("the tar cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// The content of a file that is being packed could not be read.
    #[error("{path:?} cannot be read: {error}")]
    Content {
        /// Which file.
        path: String,
        /// What the machine says.
        #[source]
        error: io::Error,
    },
    /// The content of a file that is being packed has another size than was said.
    #[error("{0:?} has not the size it was announced with")]
    OtherSize(String),
    /// It ends before its end mark.
    #[error("the tar ends too early; part of it is missing")]
    Truncated,
    /// Something follows its end mark.
    #[error("something follows the end of the tar")]
    AfterEnd,
    /// A header whose sum is wrong: damaged, or no header.
    #[error("the header at byte {0} is damaged: its checksum is wrong")]
    Checksum(u64),
    /// A header of an older or unknown form.
    #[error("the header at byte {0} is of no tar form this reads (ustar, pax, GNU)")]
    UnknownForm(u64),
    /// A symbolic or hard link.
    #[error("{0:?} is a link; links are refused")]
    Link(String),
    /// A device or pipe.
    #[error("{0:?} is a device or pipe, which is refused")]
    Device(String),
    /// A file stored with holes, which each program writes in its own way.
    #[error("{0:?} is stored as a sparse file; make the tar without --sparse")]
    Sparse(String),
    /// A kind of member that is not a file or folder.
    #[error("{path:?} is of kind {kind:?}, which is neither a file nor a folder")]
    UnknownKind {
        /// Which member.
        path: String,
        /// The letter in its header.
        kind: char,
    },
    /// A name that leads elsewhere or that no package may hold.
    #[error("{path:?} is refused: {reason}")]
    Path {
        /// Which member; unreadable bytes replaced.
        path: String,
        /// Why.
        #[source]
        reason: BadPath,
    },
    /// A name that came before, exactly or but for case and Unicode form.
    #[error("{0:?} comes twice, or differs from another name only in case or Unicode form")]
    Twice(String),
    /// A number that is none, or beyond what can be held.
    #[error("{path:?} has a size that cannot be: not a number, or beyond 16 TiB")]
    Size {
        /// Which member.
        path: String,
    },
    /// A folder with content, or a name said twice in two ways.
    #[error("{path:?} contradicts itself: {why}")]
    Contradiction {
        /// Which member.
        path: String,
        /// How.
        why: &'static str,
    },
    /// An extended header that is not well formed.
    #[error("the extended header at byte {at} cannot be read: {why}")]
    Extended {
        /// Where it begins.
        at: u64,
        /// What is wrong.
        why: &'static str,
    },
    /// Not the one form in which packages are written.
    #[error(
        "the tar is not in the one form packages have, at byte {0}: it was made or changed by another program"
    )]
    NotOurForm(u64),
    /// More members than a package may have.
    #[error("more than {limit} files and folders", limit = limits::FILES)]
    TooMany,
}
