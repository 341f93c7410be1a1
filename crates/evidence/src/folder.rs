//! The file or folder that is to be sealed, walked in such a way that nothing else can slip in.
//!
//! Every folder and file is opened by its name in the folder above (`openat`), never by a path from the root, and
//! never through a link: whoever swaps a folder for a link while we read gains a refusal, not a file of their
//! choice. What changes while it is read is refused too, by name: a package holds what was there at one moment.
//!
//! Paths come in the order of their bytes, as if the whole tree were one sorted list, and in Unicode normal form C,
//! however the disk spells them: bsdtar composes names when it reads a tar and GNU tar does not, so any other form
//! would be two names in two programs. Memory: the names of one folder and of those above it.
//!
//! Not here: what a package is made of (`bag`). Invariant: each [`Found`] lies inside the source.

mod file;

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{Dir, FileType, Mode, OFlags, fstat, open, openat};
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

pub use self::file::SourceFile;
use self::file::{FOLDER, Kind, gone, kind_of, refusal, same, text, unopened};
pub(crate) use self::file::{is_absence, open_below};
use crate::limits;
use crate::names::{self, BadPath};

/// Why a file or folder cannot be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It could not be read.
    #[error("{path:?} cannot be read: {error}")]
    Unreadable {
        /// Which one.
        path: String,
        /// What the machine says.
        #[source]
        error: io::Error,
    },
    /// A symbolic link; what it points to may lie anywhere.
    #[error("{0:?} is a link; links are not followed: put the file itself in its place, or leave it out")]
    Link(String),
    /// A device, pipe or socket.
    #[error("{path:?} is {kind}, not a file or folder")]
    Special {
        /// Which one.
        path: String,
        /// What it is.
        kind: &'static str,
    },
    /// A name that cannot stand in a package.
    #[error("{path:?} cannot be packed: {reason}")]
    Path {
        /// Which one; unreadable bytes replaced.
        path: String,
        /// Why.
        #[source]
        reason: BadPath,
    },
    /// Two names that some machines take for one.
    #[error("{first:?} and {second:?} differ only in case or Unicode form; rename one of them")]
    Twins {
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// It was not the same before and after.
    #[error("{0:?} changed while it was read; seal again when nobody writes there")]
    Changed(String),
    /// More than a package holds.
    #[error("more than {0} files; make several packages")]
    TooMany(u64),
}

/// What the walk came to.
pub enum Found<'a> {
    /// A file.
    File(&'a mut SourceFile),
    /// A folder that holds nothing; its path, which is empty for the source itself.
    EmptyFolder(&'a str),
}

/// How names are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    /// Composed, and twins refused: as a package has them.
    Package,
    /// Exactly as the disk has them.
    AsFound,
}

impl Naming {
    fn of(self, on_disk: &str) -> String {
        if self == Self::AsFound || is_nfc(on_disk) { on_disk.to_owned() } else { on_disk.nfc().collect() }
    }
}

/// A file or folder, opened.
pub struct Source {
    top: Top,
    naming: Naming,
    files: u64,
}

enum Top {
    Folder(OwnedFd),
    /// A file, as the folder it lies in and its name there.
    File(OwnedFd, String),
}

impl Source {
    /// Opens a file or folder. Links above it are followed, for the person named that way; it must be none itself.
    ///
    /// # Errors
    /// [`SourceError`] when it is neither file nor folder, or cannot be read.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        // Taken apart and put together again, so that a slash at the end cannot make the machine follow a link.
        let path: PathBuf = path.components().collect();
        let shown = path.display().to_string();
        let failed = |error| refusal(shown.clone(), error);
        let top = match open(&path, FOLDER, Mode::empty()) {
            Ok(folder) => Top::Folder(folder),
            Err(_) => {
                let name = path.file_name().map(|name| text(&shown, name.as_encoded_bytes())).transpose()?;
                let name = name.ok_or_else(|| failed(rustix::io::Errno::NOENT))?;
                let above =
                    path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
                let above = open(above, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
                    .map_err(failed)?;
                if kind_of(&above, &name, &shown)? == Kind::Folder {
                    return Err(failed(rustix::io::Errno::ACCESS));
                }
                Top::File(above, name)
            }
        };
        Ok(Self { top, naming: Naming::Package, files: limits::FILES })
    }

    /// Takes names exactly as the disk has them, also those that differ only in case or Unicode form: for bags that
    /// others made.
    pub(crate) fn naming_as_found(self) -> Self {
        Self { naming: Naming::AsFound, ..self }
    }

    /// Refuses more files than `files`, where that is less than a package may hold.
    #[must_use]
    pub fn at_most(self, files: u64) -> Self {
        Self { files: files.min(limits::FILES), ..self }
    }

    /// The folder itself; `None` when the source is a file.
    pub(crate) fn folder(&self) -> Option<&OwnedFd> {
        match &self.top {
            Top::Folder(folder) => Some(folder),
            Top::File(..) => None,
        }
    }

    /// Shows `visit` every file and every empty folder, sorted by the bytes of their paths.
    ///
    /// # Errors
    /// [`SourceError`] for what cannot be sealed, and whatever `visit` returns.
    pub fn walk<E: From<SourceError>>(
        &self,
        visit: &mut dyn FnMut(Found<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut walk =
            Walk { visit, path: String::new(), naming: self.naming, left: self.files, files: self.files };
        match &self.top {
            Top::Folder(folder) => walk.folder(folder),
            Top::File(above, name) => {
                walk.path = walk.naming.of(name);
                walk.check(&walk.path)?;
                walk.file(above, name)
            }
        }
    }
}

struct Walk<'a, E> {
    visit: &'a mut dyn FnMut(Found<'_>) -> Result<(), E>,
    path: String,
    naming: Naming,
    left: u64,
    files: u64,
}

impl<E: From<SourceError>> Walk<'_, E> {
    fn folder(&mut self, folder: &OwnedFd) -> Result<(), E> {
        let before = fstat(folder).map_err(|error| refusal(self.path.clone(), error))?;
        let entries = self.list(folder)?;
        if entries.is_empty() {
            self.count()?;
            (self.visit)(Found::EmptyFolder(&self.path))?;
        }
        for entry in &entries {
            let above = self.path.len();
            if above > 0 {
                self.path.push('/');
            }
            self.path.push_str(&entry.name);
            match entry.kind {
                Kind::Folder => {
                    let inner = openat(folder, entry.on_disk(), FOLDER, Mode::empty());
                    let inner =
                        inner.map_err(|error| gone(unopened(folder, entry.on_disk(), &self.path, error)))?;
                    self.folder(&inner)?;
                }
                Kind::File => self.file(folder, entry.on_disk())?,
            }
            self.path.truncate(above);
        }
        let after = fstat(folder).map_err(|error| refusal(self.path.clone(), error))?;
        if same(&before, &after) { Ok(()) } else { Err(SourceError::Changed(self.path.clone()).into()) }
    }

    fn file(&mut self, folder: &OwnedFd, on_disk: &str) -> Result<(), E> {
        self.count()?;
        let mut file = SourceFile::open(folder, on_disk, &self.path).map_err(gone)?;
        (self.visit)(Found::File(&mut file))?;
        Ok(file.unchanged()?)
    }

    fn count(&mut self) -> Result<(), SourceError> {
        self.left = self.left.checked_sub(1).ok_or(SourceError::TooMany(self.files))?;
        Ok(())
    }

    /// The entries of a folder, each checked, in the order in which their paths come.
    fn list(&self, folder: &OwnedFd) -> Result<Vec<Entry>, SourceError> {
        let failed = |error| refusal(self.path.clone(), error);
        let mut entries = Vec::new();
        for entry in Dir::read_from(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            let on_disk = text(&self.below(&String::from_utf8_lossy(name)), name)?;
            let name = self.naming.of(&on_disk);
            let path = self.below(&name);
            self.check(&path)?;
            let kind = match entry.file_type() {
                FileType::Directory => Kind::Folder,
                FileType::RegularFile => Kind::File,
                // Some file systems do not say, and the others get their name from one place.
                _ => kind_of(folder, &on_disk, &path)?,
            };
            let spelled = (name != on_disk).then(|| on_disk.into());
            entries.push(Entry { name: name.into(), spelled, kind });
            if entries.len() as u64 > self.files {
                return Err(SourceError::TooMany(self.files));
            }
        }
        if self.naming == Naming::Package {
            self.refuse_twins(&entries)?;
        }
        entries.sort_unstable_by(|a, b| a.sorted_as().cmp(b.sorted_as()));
        Ok(entries)
    }

    fn refuse_twins(&self, entries: &[Entry]) -> Result<(), SourceError> {
        let names: Vec<&str> = entries.iter().map(Entry::on_disk).collect();
        match names::twins(&names) {
            None => Ok(()),
            Some((first, second)) => {
                Err(SourceError::Twins { first: self.below(first), second: self.below(second) })
            }
        }
    }

    fn check(&self, path: &str) -> Result<(), SourceError> {
        // A name as found may be in any normal form; a package's has been composed.
        names::check_as_found(path).map_err(|reason| SourceError::Path { path: path.to_owned(), reason })
    }

    fn below(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}/{name}", self.path) }
    }
}

struct Entry {
    name: Box<str>,
    /// How the disk spells the name, where that is another way.
    spelled: Option<Box<str>>,
    kind: Kind,
}

impl Entry {
    fn on_disk(&self) -> &str {
        self.spelled.as_ref().unwrap_or(&self.name)
    }

    /// A folder stands where the paths below it stand: after `a.txt`, although `a` alone would come before.
    fn sorted_as(&self) -> impl Iterator<Item = u8> {
        self.name.bytes().chain((self.kind == Kind::Folder).then_some(b'/'))
    }
}
