//! Sealed packages in a folder: whole ones under their name, arriving ones beside them until every byte is there.
//!
//! ```text
//! objects/                 0700
//!   NAME                   a whole package as `age` reads it: header and payload
//!   NAME.leaves            the hashes of its groups, 32 bytes each
//!   NAME.part              what has arrived so far; never served
//!   new-…                  in the making
//!   lock                   held by who must not be swept from under
//! ```
//!
//! A name is the root over the payload's groups. Not here: what the bytes mean and whether they are right
//! (`comity-evidence`), who may have them (`comity-app`).
//!
//! Invariant: a file under its bare name is complete and durable; it is put there by one renaming.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use comity_journal::suite::Hash;
use tempfile::NamedTempFile;

/// How files in the making are called.
const FRESH: &str = "new-";

/// A folder of sealed packages.
#[derive(Clone, Debug)]
pub struct Objects {
    dir: PathBuf,
}

impl Objects {
    /// Opens the folder, and makes it where it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(dir: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        Ok(Self { dir: dir.to_owned() })
    }

    /// A new file on the same disk, for a package in the making. It is gone if it is not kept.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn fresh(&self) -> io::Result<NamedTempFile> {
        let owner_only = Permissions::from_mode(0o600);
        tempfile::Builder::new().prefix(FRESH).permissions(owner_only).tempfile_in(&self.dir)
    }

    /// Nothing is swept while this is held: by whoever puts a package on the shelf before an entry names it.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn hold(&self) -> io::Result<Held> {
        let lock = self.lock_file()?;
        lock.lock_shared()?;
        Ok(Held { _lock: lock })
    }

    /// Removes what was in the making when its process was killed, and every package that is not to be `kept`; nothing
    /// at all while somebody holds the shelf. Whether it was swept.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn sweep(&self, kept: &BTreeSet<Hash>) -> io::Result<bool> {
        let lock = self.lock_file()?;
        if lock.try_lock().is_err() {
            return Ok(false);
        }
        for entry in fs::read_dir(&self.dir)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let package = name.split('.').next().and_then(Hash::from_hex);
            if name.starts_with(FRESH) || package.is_some_and(|package| !kept.contains(&package)) {
                if_there(fs::remove_file(self.dir.join(name)))?;
            }
        }
        self.sync_folder().map(|()| true)
    }

    fn lock_file(&self) -> io::Result<File> {
        OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(self.dir.join("lock"))
    }

    /// Bytes that can still be written on this disk.
    ///
    /// # Errors
    /// When the disk does not say.
    pub fn room(&self) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(&self.dir)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Keeps a package that is whole, with the hashes of its groups.
    ///
    /// # Errors
    /// When the disk does not allow it; then the package is not kept.
    pub fn keep(&self, name: &Hash, package: NamedTempFile, leaves: NamedTempFile) -> io::Result<()> {
        leaves.as_file().sync_all()?;
        package.as_file().sync_all()?;
        leaves.persist(self.leaves_path(name)).map_err(|error| error.error)?;
        package.persist(self.path(name)).map_err(|error| error.error)?;
        self.sync_folder()
    }

    /// Whether a whole package of this name is here.
    pub fn holds(&self, name: &Hash) -> bool {
        self.path(name).is_file()
    }

    /// The whole package of this name.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn get(&self, name: &Hash) -> io::Result<Option<File>> {
        if_there(File::open(self.path(name)))
    }

    /// The hashes of a whole package's groups.
    ///
    /// # Errors
    /// When they cannot be opened.
    pub fn leaves(&self, name: &Hash) -> io::Result<Option<File>> {
        if_there(File::open(self.leaves_path(name)))
    }

    /// Removes a package, however much of it is here.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn remove(&self, name: &Hash) -> io::Result<()> {
        for path in [self.path(name), self.part_path(name), self.leaves_path(name)] {
            if_there(fs::remove_file(path))?;
        }
        self.sync_folder()
    }

    /// What has arrived of a package so far; `header` is what stands before its payload. Waits while somebody else
    /// has it in hand; `None` when it is whole by then.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn arriving(&self, name: &Hash, header: &[u8]) -> io::Result<Option<Arriving>> {
        let open = |path: PathBuf| {
            OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(path)
        };
        let package = open(self.part_path(name))?;
        package.lock()?;
        if self.holds(name) {
            // Whoever had it in hand has made it whole; a fresh `.part` is nobody's.
            if_there(fs::remove_file(self.part_path(name)))?;
            return Ok(None);
        }
        let leaves = open(self.leaves_path(name))?;
        let mut arriving =
            Arriving { objects: self.clone(), name: *name, package, leaves, payload_at: header.len() as u64 };
        arriving.begin(header)?;
        Ok(Some(arriving))
    }

    fn path(&self, name: &Hash) -> PathBuf {
        self.dir.join(name.to_string())
    }

    fn leaves_path(&self, name: &Hash) -> PathBuf {
        self.dir.join(format!("{name}.leaves"))
    }

    fn part_path(&self, name: &Hash) -> PathBuf {
        self.dir.join(format!("{name}.part"))
    }

    fn sync_folder(&self) -> io::Result<()> {
        File::open(&self.dir)?.sync_all()
    }
}

fn if_there<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The shelf is held: nothing is swept.
#[derive(Debug)]
pub struct Held {
    _lock: File,
}

/// A package of which parts have arrived. What is on disk survives the process; it is checked again on resuming.
#[derive(Debug)]
pub struct Arriving {
    objects: Objects,
    name: Hash,
    package: File,
    leaves: File,
    payload_at: u64,
}

impl Arriving {
    /// What is there belongs to this header, or there is nothing but it.
    fn begin(&mut self, header: &[u8]) -> io::Result<()> {
        let mut found = vec![0; header.len()];
        let same = self.package.metadata()?.len() >= header.len() as u64
            && self.package.read_exact(&mut found).is_ok()
            && found == header;
        if !same {
            self.package.set_len(0)?;
            self.package.rewind()?;
            self.package.write_all(header)?;
        }
        Ok(())
    }

    /// Bytes of the payload that have arrived.
    ///
    /// # Errors
    /// When the file cannot be asked.
    pub fn payload_size(&self) -> io::Result<u64> {
        Ok(self.package.metadata()?.len().saturating_sub(self.payload_at))
    }

    /// Reads payload from `at` on, filling `into`.
    ///
    /// # Errors
    /// When so much has not arrived.
    pub fn read_payload(&mut self, at: u64, into: &mut [u8]) -> io::Result<()> {
        self.package.seek(SeekFrom::Start(self.payload_at + at))?;
        self.package.read_exact(into)
    }

    /// Cuts the payload off at `size`.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn truncate_payload(&mut self, size: u64) -> io::Result<()> {
        self.package.set_len(self.payload_at + size)
    }

    /// Writes payload from `at` on.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn write_payload(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.package.seek(SeekFrom::Start(self.payload_at + at))?;
        self.package.write_all(bytes)
    }

    /// The hashes of its groups, as far as they have arrived.
    pub fn leaves(&mut self) -> &mut File {
        &mut self.leaves
    }

    /// All has arrived and been checked: the package is kept under its name.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn keep(self) -> io::Result<()> {
        self.leaves.sync_all()?;
        self.package.sync_all()?;
        fs::rename(self.objects.part_path(&self.name), self.objects.path(&self.name))?;
        self.objects.sync_folder()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_there_only_once_it_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let objects = Objects::open(&dir.path().join("objects")).unwrap();
        let name = Hash::from_bytes([7; 32]);
        let mut arriving = objects.arriving(&name, b"header").unwrap().unwrap();
        arriving.write_payload(0, b"half").unwrap();
        assert!(!objects.holds(&name) && objects.get(&name).unwrap().is_none());
        drop(arriving);
        let mut resumed = objects.arriving(&name, b"header").unwrap().unwrap();
        assert_eq!(resumed.payload_size().unwrap(), 4);
        resumed.write_payload(4, b" and half").unwrap();
        // Who comes meanwhile waits, and finds it whole.
        let other = objects.clone();
        let waiting = std::thread::spawn(move || other.arriving(&name, b"header").unwrap().is_none());
        resumed.keep().unwrap();
        assert!(waiting.join().unwrap());
        let mut whole = String::new();
        objects.get(&name).unwrap().unwrap().read_to_string(&mut whole).unwrap();
        assert_eq!(whole, "headerhalf and half");
        objects.remove(&name).unwrap();
        assert!(!objects.holds(&name));
    }

    #[test]
    fn what_nothing_names_is_swept_unless_somebody_holds_the_shelf() {
        let dir = tempfile::tempdir().unwrap();
        let objects = Objects::open(dir.path()).unwrap();
        let [kept, orphan] = [1, 2].map(|n| Hash::from_bytes([n; 32]));
        for name in [&kept, &orphan] {
            fs::write(objects.path(name), "package").unwrap();
            fs::write(objects.leaves_path(name), "leaves").unwrap();
        }
        fs::write(dir.path().join("new-left"), "half").unwrap();
        let only = BTreeSet::from([kept]);
        let held = objects.hold().unwrap();
        assert!(!objects.sweep(&only).unwrap() && objects.holds(&orphan));
        drop(held);
        assert!(objects.sweep(&only).unwrap());
        assert!(objects.holds(&kept) && !objects.holds(&orphan));
        assert!(!dir.path().join("new-left").exists() && objects.leaves(&kept).unwrap().is_some());
        assert!(objects.room().unwrap() > 0);
    }

    #[test]
    fn what_arrived_under_another_header_is_not_gone_on_with() {
        let dir = tempfile::tempdir().unwrap();
        let objects = Objects::open(dir.path()).unwrap();
        let name = Hash::from_bytes([7; 32]);
        objects.arriving(&name, b"header").unwrap().unwrap().write_payload(0, b"bytes").unwrap();
        assert_eq!(objects.arriving(&name, b"HEADER").unwrap().unwrap().payload_size().unwrap(), 0);
    }
}
