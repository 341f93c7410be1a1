//! One file or folder of the source: opened without following a link, and compared with itself afterwards.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, fstat, openat, statat};

use super::SourceError;
use crate::limits;
use crate::names::{self, BadPath};

pub(super) const FOLDER: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// Not blocking, so that a pipe swapped in for a file cannot make us wait for ever.
const FILE: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
}

pub(super) fn kind_of(folder: &OwnedFd, name: &str, path: &str) -> Result<Kind, SourceError> {
    let stat =
        statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).map_err(|error| refusal(path.to_owned(), error))?;
    kind(&stat, path)
}

fn kind(stat: &Stat, path: &str) -> Result<Kind, SourceError> {
    let special = |kind| Err(SourceError::Special { path: path.to_owned(), kind });
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(Kind::File),
        FileType::Directory => Ok(Kind::Folder),
        FileType::Symlink => Err(SourceError::Link(path.to_owned())),
        FileType::Fifo => special("a pipe"),
        FileType::Socket => special("a socket"),
        FileType::CharacterDevice | FileType::BlockDevice => special("a device"),
        _ => special("something unknown"),
    }
}

/// Says why something cannot be opened as what it should be.
pub(super) fn unopened(folder: &OwnedFd, name: &str, path: &str, error: rustix::io::Errno) -> SourceError {
    match kind_of(folder, name, path) {
        Err(reason @ (SourceError::Link(_) | SourceError::Special { .. })) => reason,
        _ => refusal(path.to_owned(), error),
    }
}

/// What was listed a moment ago and is not there as what it was has changed.
pub(super) fn gone(error: SourceError) -> SourceError {
    match error {
        SourceError::Unreadable { path, error } if is_absence(&error) => SourceError::Changed(path),
        other => other,
    }
}

/// Whether there is nothing of that name: not even a folder in which it could be.
pub(crate) fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

pub(super) fn refusal(path: String, error: rustix::io::Errno) -> SourceError {
    SourceError::Unreadable { path, error: error.into() }
}

pub(super) fn text(shown: &str, name: &[u8]) -> Result<String, SourceError> {
    String::from_utf8(name.to_vec())
        .map_err(|_| SourceError::Path { path: shown.to_owned(), reason: BadPath::NotUtf8 })
}

/// Whether two looks at one file saw the same: the same file, size and times. The time of change (`ctime`) is what
/// a program that sets the time of writing back cannot set.
pub(super) fn same(one: &Stat, other: &Stat) -> bool {
    (one.st_dev, one.st_ino, one.st_size) == (other.st_dev, other.st_ino, other.st_size)
        && (one.st_mtime, one.st_mtime_nsec) == (other.st_mtime, other.st_mtime_nsec)
        && (one.st_ctime, one.st_ctime_nsec) == (other.st_ctime, other.st_ctime_nsec)
}

/// A file of the source, open for reading. Reads exactly as many bytes as it had when it was opened, or fewer when
/// it has been cut meanwhile.
pub struct SourceFile {
    path: String,
    file: File,
    opened: Stat,
    size: u64,
    left: u64,
}

impl SourceFile {
    pub(super) fn open(folder: &OwnedFd, name: &str, path: &str) -> Result<Self, SourceError> {
        let file =
            openat(folder, name, FILE, Mode::empty()).map_err(|error| unopened(folder, name, path, error))?;
        let opened = fstat(&file).map_err(|error| refusal(path.to_owned(), error))?;
        if kind(&opened, path)? == Kind::Folder {
            return Err(SourceError::Changed(path.to_owned()));
        }
        let size = u64::try_from(opened.st_size).map_err(|_| SourceError::Changed(path.to_owned()))?;
        Ok(Self { path: path.to_owned(), file: file.into(), opened, size, left: size })
    }

    /// Its path within the source; the name alone when the source is a file.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its size in bytes when it was opened.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn unchanged(&self) -> Result<(), SourceError> {
        let now = fstat(&self.file).map_err(|error| refusal(self.path.clone(), error))?;
        if same(&self.opened, &now) { Ok(()) } else { Err(SourceError::Changed(self.path.clone())) }
    }
}

impl Read for SourceFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.file.read(&mut buffer[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

/// Opens a file below `folder` by its path, one name after the other, following no link.
///
/// # Errors
/// [`SourceError`], which says whether it is missing ([`is_absence`]) or no file.
pub(crate) fn open_below(folder: &OwnedFd, path: &str) -> Result<File, SourceError> {
    names::check_within(path, limits::MEMBER_PATH_BYTES, limits::DEPTH + 2)
        .map_err(|reason| SourceError::Path { path: path.to_owned(), reason })?;
    let mut above: Option<OwnedFd> = None;
    let mut rest = path;
    while let Some((name, below)) = rest.split_once('/') {
        let at = above.as_ref().unwrap_or(folder);
        above =
            Some(openat(at, name, FOLDER, Mode::empty()).map_err(|error| unopened(at, name, path, error))?);
        rest = below;
    }
    Ok(SourceFile::open(above.as_ref().unwrap_or(folder), rest, path)?.file)
}
