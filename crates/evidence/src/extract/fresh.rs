//! The fresh folder beside the target into which everything is written first.
//!
//! Invariant: what is made here is new, private to its owner (0700, 0600), lies inside the fresh folder and was
//! reached through no link; dropped before it is published, all of it is removed.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags, mkdirat, open, openat, renameat_with, statat};
use rustix::io::Errno;

use super::UnpackError;

/// The folder in which the target will lie, and the target's name there.
pub(super) fn place(target: &Path) -> Result<(PathBuf, &OsStr), UnpackError> {
    let name = target.file_name().ok_or_else(|| UnpackError::NoTarget(target.to_owned()))?;
    let above = target.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match target.symlink_metadata() {
        Ok(_) => Err(UnpackError::TargetExists(target.to_owned())),
        Err(_) if above.is_dir() => Ok((above.to_owned(), name)),
        Err(_) => Err(UnpackError::NoTarget(target.to_owned())),
    }
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const NEW_FILE: OFlags =
    OFlags::RDWR.union(OFlags::CREATE).union(OFlags::EXCL).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const OLD_FILE: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// A fresh folder beside the target. Dropped, it is removed with all that is in it.
pub(super) struct Fresh {
    target: PathBuf,
    name: OsString,
    above: OwnedFd,
    folder: OwnedFd,
    /// The folders last written into, each below the one before it.
    open: Vec<(String, OwnedFd)>,
    kept: tempfile::TempDir,
}

impl Fresh {
    pub(super) fn beside(target: &Path) -> Result<Self, UnpackError> {
        let failed = |error: io::Error| UnpackError::Write { path: target.display().to_string(), error };
        let (above, name) = place(target)?;
        let kept = tempfile::Builder::new()
            .prefix(".")
            .suffix(".unpacking")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&above)
            .map_err(failed)?;
        let read = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let above = open(&above, read, Mode::empty()).map_err(|error| failed(error.into()))?;
        let folder = open(kept.path(), FOLDER, Mode::empty()).map_err(|error| failed(error.into()))?;
        Ok(Self { target: target.to_owned(), name: name.to_owned(), above, folder, open: Vec::new(), kept })
    }

    /// Makes a folder and those above it, where they are not there yet.
    pub(super) fn folder(&mut self, path: &str) -> Result<(), UnpackError> {
        let shared =
            self.open.iter().zip(path.split('/')).take_while(|((open, _), name)| open == name).count();
        self.open.truncate(shared);
        for name in path.split('/').skip(shared) {
            let above = self.open.last().map_or(&self.folder, |(_, folder)| folder);
            let made = match mkdirat(above, name, Mode::RWXU) {
                Ok(()) | Err(Errno::EXIST) => openat(above, name, FOLDER, Mode::empty()),
                Err(error) => Err(error),
            };
            let folder =
                made.map_err(|error| UnpackError::Write { path: path.to_owned(), error: error.into() })?;
            self.open.push((name.to_owned(), folder));
        }
        Ok(())
    }

    /// Makes a file that is not there yet.
    pub(super) fn file(&mut self, path: &str) -> Result<File, UnpackError> {
        self.open_file(path, NEW_FILE).map_err(|error| match error {
            UnpackError::Write { error, .. } if error.kind() == io::ErrorKind::AlreadyExists => {
                UnpackError::Twin(path.to_owned())
            }
            other => other,
        })
    }

    /// Opens a file that was written before.
    pub(super) fn written(&mut self, path: &str) -> Result<File, UnpackError> {
        self.open_file(path, OLD_FILE)
    }

    fn open_file(&mut self, path: &str, flags: OFlags) -> Result<File, UnpackError> {
        let (folder, name) = match path.rsplit_once('/') {
            Some((folder, name)) => {
                self.folder(folder)?;
                (self.open.last().map_or(&self.folder, |(_, folder)| folder), name)
            }
            None => (&self.folder, path),
        };
        let file = openat(folder, name, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|error| UnpackError::Write { path: path.to_owned(), error: error.into() })?;
        Ok(file.into())
    }

    /// Gives the folder its name, unless something has it by now.
    pub(super) fn publish(self) -> Result<(), UnpackError> {
        let name = self.name.as_os_str();
        let fresh = self.kept.path().file_name().unwrap_or_default();
        let renamed = match renameat_with(&self.above, fresh, &self.above, name, RenameFlags::NOREPLACE) {
            // Some file systems cannot do it in one step. A folder never replaces anything but an empty folder.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                match statat(&self.above, name, AtFlags::SYMLINK_NOFOLLOW) {
                    Err(Errno::NOENT) => rustix::fs::renameat(&self.above, fresh, &self.above, name),
                    Ok(_) => Err(Errno::EXIST),
                    Err(error) => Err(error),
                }
            }
            renamed => renamed,
        };
        match renamed {
            Ok(()) => {
                // It has its name; there is nothing left to remove.
                drop(self.kept.keep());
                Ok(())
            }
            Err(Errno::EXIST) => Err(UnpackError::TargetExists(self.target)),
            Err(error) => {
                Err(UnpackError::Write { path: self.target.display().to_string(), error: error.into() })
            }
        }
    }
}
