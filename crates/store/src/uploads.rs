//! What officers bring before it is sealed: files in the clear, each on its way or whole, until they are sealed or let go.
//!
//! ```text
//! uploads/                 0700
//!   ID.about               whose it is, of which matter, its name, how long it is to be, how far it got
//!   ID.data                what has arrived; bytes beyond "how far it got" are of no account
//!   laid-out-…/            the same files under their own names while they are sealed
//! ```
//!
//! How far an upload got moves only once its bytes are on disk, so whoever was cut off, or whose node was killed, goes on
//! from there. Not here: who may bring what, how much and for how long (`comity-app`).
//!
//! Invariant: nobody but the folder's owner can read it, and nothing laid out outlives the process that laid it out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use comity_journal::cbor;
use comity_journal::ids::MatterId;
use comity_journal::time::Timestamp;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

/// How folders for sealing are called.
const LAID_OUT: &str = "laid-out-";

/// The name of an upload: drawn, and telling nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UploadId([u8; 16]);

impl UploadId {
    /// From drawn bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Reads what it shows as.
    pub fn read(shown: &str) -> Option<Self> {
        let bytes = u128::from_str_radix(shown, 16).ok()?.to_be_bytes();
        let id = Self(bytes);
        (id.to_string() == shown).then_some(id)
    }
}

impl std::fmt::Display for UploadId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// What is said of an upload when it begins, and how far it got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// The record of the officer who brings it.
    pub owner: MatterId,
    /// The matter it is brought for.
    pub matter: MatterId,
    /// Its path in what will be sealed.
    pub path: String,
    /// How many bytes it is to have.
    pub length: u64,
    /// How many of them are here.
    pub held: u64,
    /// When something of it last came.
    pub touched: Timestamp,
}

impl Upload {
    /// Whether all of it is here.
    pub fn is_whole(&self) -> bool {
        self.held == self.length
    }
}

#[derive(Debug, Default)]
struct Known {
    all: BTreeMap<UploadId, Upload>,
    in_hand: BTreeSet<UploadId>,
    /// Those in hand that are being sealed.
    claimed: BTreeSet<UploadId>,
}

/// A folder of uploads. One process has it at a time: the node's.
#[derive(Clone, Debug)]
pub struct Uploads {
    dir: PathBuf,
    known: Arc<Mutex<Known>>,
}

impl Uploads {
    /// Opens the folder and makes it where it is missing; removes what a killed process left in the making.
    ///
    /// # Errors
    /// When it cannot be made or read.
    pub fn open(dir: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let mut known = Known::default();
        for entry in fs::read_dir(dir)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.starts_with(LAID_OUT) {
                fs::remove_dir_all(dir.join(&name))?;
            } else if let Some(id) = name.strip_suffix(".about").and_then(UploadId::read)
                && let Some(upload) = read(dir, &name)?
            {
                known.all.insert(id, upload);
            }
        }
        let uploads = Self { dir: dir.to_owned(), known: Arc::new(Mutex::new(known)) };
        uploads.drop_strays()?;
        Ok(uploads)
    }

    /// Files of no upload, and uploads whose bytes are not there as far as they say.
    fn drop_strays(&self) -> io::Result<()> {
        let mut known = self.lock();
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let id = name.split('.').next().and_then(UploadId::read);
            if id.is_none_or(|id| !known.all.contains_key(&id)) || name.ends_with(".new") {
                fs::remove_file(entry.path())?;
            }
        }
        for (id, upload) in &mut known.all {
            let there = fs::metadata(self.data_path(id)).map_or(0, |data| data.len());
            upload.held = upload.held.min(there);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        // What a panic leaves is a map of whole uploads.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins an upload of which nothing is here yet.
    ///
    /// # Errors
    /// When the disk does not allow it; then there is none.
    pub fn begin(&self, id: UploadId, upload: Upload) -> io::Result<()> {
        let upload = Upload { held: 0, ..upload };
        OpenOptions::new().create_new(true).write(true).mode(0o600).open(self.data_path(&id))?;
        self.write(&id, &upload)?;
        self.lock().all.insert(id, upload);
        Ok(())
    }

    /// An upload.
    pub fn find(&self, id: &UploadId) -> Option<Upload> {
        self.lock().all.get(id).cloned()
    }

    /// All of them.
    pub fn all(&self) -> Vec<(UploadId, Upload)> {
        self.lock().all.iter().map(|(id, upload)| (*id, upload.clone())).collect()
    }

    /// Takes an upload in hand to add to it; `None` where there is none, or somebody else has it in hand.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn receive(&self, id: &UploadId) -> io::Result<Option<Receiving>> {
        let mut known = self.lock();
        let Some(upload) = known.all.get(id).cloned() else { return Ok(None) };
        if !known.in_hand.insert(*id) {
            return Ok(None);
        }
        drop(known);
        // From here on dropping it lays it out of hand again.
        let mut receiving = Receiving { uploads: self.clone(), id: *id, at: upload.held, upload, data: None };
        let mut data = OpenOptions::new().write(true).open(self.data_path(id))?;
        // What came after the last sure place belongs to a piece that did not come whole.
        data.set_len(receiving.upload.held)?;
        data.seek(SeekFrom::Start(receiving.upload.held))?;
        receiving.data = Some(data);
        Ok(Some(receiving))
    }

    /// Removes an upload, unless somebody has it in hand. Whether it is gone.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn remove(&self, id: &UploadId) -> io::Result<bool> {
        let mut known = self.lock();
        if known.in_hand.contains(id) {
            return Ok(false);
        }
        known.all.remove(id);
        for path in [self.about_path(id), self.data_path(id)] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(true)
    }

    /// Takes whole uploads out of everybody's hands, all of them or none, so that nothing is sealed twice; `None` where one is
    /// not there, not whole, or in somebody's hand.
    pub fn claim(&self, ids: &[UploadId]) -> Option<Claimed> {
        let mut known = self.lock();
        let free = |id: &UploadId| {
            !known.in_hand.contains(id) && known.all.get(id).is_some_and(|upload| upload.is_whole())
        };
        if !ids.iter().all(free) {
            return None;
        }
        known.in_hand.extend(ids);
        known.claimed.extend(ids);
        Some(Claimed { uploads: self.clone(), ids: ids.to_vec() })
    }

    /// An empty folder beside the uploads, which goes when it is dropped, or when the folder is opened after a kill.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn folder(&self) -> io::Result<TempDir> {
        let owner_only = Permissions::from_mode(0o700);
        tempfile::Builder::new().prefix(LAID_OUT).permissions(owner_only).tempdir_in(&self.dir)
    }

    /// Whether an upload is being sealed.
    pub fn is_claimed(&self, id: &UploadId) -> bool {
        self.lock().claimed.contains(id)
    }

    /// Bytes that can still be written on this disk.
    ///
    /// # Errors
    /// When the disk does not say.
    pub fn room(&self) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(&self.dir)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    fn write(&self, id: &UploadId, upload: &Upload) -> io::Result<()> {
        let fresh = self.dir.join(format!("{id}.new"));
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&fresh)?;
        file.write_all(&cbor::encode(upload))?;
        file.sync_all()?;
        fs::rename(fresh, self.about_path(id))
    }

    fn about_path(&self, id: &UploadId) -> PathBuf {
        self.dir.join(format!("{id}.about"))
    }

    fn data_path(&self, id: &UploadId) -> PathBuf {
        self.dir.join(format!("{id}.data"))
    }
}

fn read(dir: &Path, name: &str) -> io::Result<Option<Upload>> {
    // One that cannot be read is nobody's: it goes with the strays.
    Ok(cbor::decode(&fs::read(dir.join(name))?).ok())
}

/// An upload in hand. What is written counts once it is kept; dropped before, it is as if it had not come.
#[derive(Debug)]
pub struct Receiving {
    uploads: Uploads,
    id: UploadId,
    upload: Upload,
    at: u64,
    data: Option<File>,
}

impl Receiving {
    /// The upload as it stood when it was taken in hand.
    pub fn upload(&self) -> &Upload {
        &self.upload
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// When they are more than the upload is to have, or the disk does not allow it.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let after = self.at + bytes.len() as u64;
        let data = self.data.as_mut().filter(|_| after <= self.upload.length);
        data.ok_or(io::ErrorKind::FileTooLarge)?.write_all(bytes)?;
        self.at = after;
        Ok(())
    }

    /// Makes what was written count as all there is: for an upload whose length nobody could say before.
    ///
    /// # Errors
    /// As [`Receiving::keep`].
    pub fn keep_as_whole(&mut self, now: Timestamp) -> io::Result<u64> {
        self.upload.length = self.at;
        self.keep(now)
    }

    /// Makes what was written count, and says how far the upload is.
    ///
    /// # Errors
    /// When the disk does not allow it; then it does not count.
    pub fn keep(&mut self, now: Timestamp) -> io::Result<u64> {
        if let Some(data) = &self.data {
            data.sync_data()?;
        }
        let upload = Upload { held: self.at, touched: now, ..self.upload.clone() };
        self.uploads.write(&self.id, &upload)?;
        self.uploads.lock().all.insert(self.id, upload.clone());
        self.upload = upload;
        Ok(self.at)
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        self.uploads.lock().in_hand.remove(&self.id);
    }
}

/// Uploads that are being sealed. Dropped without being removed, they are free again.
#[derive(Debug)]
pub struct Claimed {
    uploads: Uploads,
    ids: Vec<UploadId>,
}

impl Claimed {
    /// How many bytes they have together.
    pub fn size(&self) -> u64 {
        self.ids.iter().filter_map(|id| self.uploads.find(id)).map(|upload| upload.length).sum()
    }

    /// Lays the files out under their own names in a folder of its own, which goes when it is dropped; the uploads stay.
    ///
    /// # Errors
    /// When two have one name, or the disk does not allow it. A path is resolved as it is: it must have been checked.
    pub fn lay_out(&self) -> io::Result<TempDir> {
        let folder = self.uploads.folder()?;
        for id in &self.ids {
            let upload = self.uploads.find(id).ok_or(io::ErrorKind::NotFound)?;
            let place = folder.path().join(&upload.path);
            if let Some(above) = place.parent() {
                DirBuilder::new().recursive(true).mode(0o700).create(above)?;
            }
            fs::hard_link(self.uploads.data_path(id), place)?;
        }
        Ok(folder)
    }

    /// Removes them all.
    ///
    /// # Errors
    /// When the disk does not allow it; those that are left are free again.
    pub fn remove(self) -> io::Result<()> {
        let (uploads, ids) = (self.uploads.clone(), self.ids.clone());
        drop(self);
        ids.iter().try_for_each(|id| uploads.remove(id).map(drop))
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        let mut known = self.uploads.lock();
        for id in &self.ids {
            known.in_hand.remove(id);
            known.claimed.remove(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: UploadId = UploadId::from_bytes([7; 16]);

    fn now() -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000)
    }

    fn upload(path: &str, length: u64) -> Upload {
        let [owner, matter] = [1, 2].map(|n| MatterId::from_bytes([n; 32]));
        Upload { owner, matter, path: path.into(), length, held: 0, touched: now() }
    }

    #[test]
    fn a_killed_node_goes_on_from_what_was_sure_and_forgets_half_a_piece() {
        let above = tempfile::tempdir().unwrap();
        let dir = above.path().join("uploads");
        let uploads = Uploads::open(&dir).unwrap();
        uploads.begin(ID, upload("a/b.txt", 10)).unwrap();
        let mut receiving = uploads.receive(&ID).unwrap().unwrap();
        assert!(uploads.receive(&ID).unwrap().is_none(), "it is in hand");
        assert!(!uploads.remove(&ID).unwrap(), "it is in hand");
        receiving.write(b"01234").unwrap();
        assert_eq!(receiving.keep(now()).unwrap(), 5);
        receiving.write(b"xx").unwrap();
        // Killed: nothing is dropped in order, another process opens the folder.
        std::mem::forget(receiving);
        let uploads = Uploads::open(&dir).unwrap();
        assert_eq!(uploads.find(&ID).map(|upload| upload.held), Some(5));
        let mut receiving = uploads.receive(&ID).unwrap().unwrap();
        receiving.write(b"56789").unwrap();
        assert!(receiving.write(b"!").is_err(), "it is longer than it is to be");
        receiving.keep(now()).unwrap();
        drop(receiving);
        let laid = uploads.claim(&[ID]).unwrap().lay_out().unwrap();
        assert_eq!(fs::read(laid.path().join("a/b.txt")).unwrap(), b"0123456789");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&dir), mode(laid.path()), mode(&uploads.data_path(&ID))), (0o700, 0o700, 0o600));
    }

    #[test]
    fn an_upload_whose_files_were_torn_is_shorter_or_gone_and_never_longer_than_what_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let kept = |name: &str| dir.path().join(format!("{ID}.{name}"));
        let uploads = Uploads::open(dir.path()).unwrap();
        uploads.begin(ID, upload("a/b.txt", 10)).unwrap();
        let mut receiving = uploads.receive(&ID).unwrap().unwrap();
        receiving.write(b"0123456").unwrap();
        receiving.keep(now()).unwrap();
        drop(receiving);
        let (about, data) = (fs::read(kept("about")).unwrap(), fs::read(kept("data")).unwrap());
        for there in 0..=data.len() {
            fs::write(kept("data"), &data[..there]).unwrap();
            let held = Uploads::open(dir.path()).unwrap().find(&ID).map(|upload| upload.held);
            assert_eq!(held, Some(there as u64), "it goes on from where its bytes end");
        }
        for cut in 0..about.len() {
            fs::write(kept("about"), &about[..cut]).unwrap();
            fs::write(kept("new"), &about[..cut]).unwrap();
            fs::write(kept("data"), &data).unwrap();
            let uploads = Uploads::open(dir.path()).unwrap();
            assert!(uploads.find(&ID).is_none(), "cut at {cut}");
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "cut at {cut}: something is left");
        }
    }

    #[test]
    fn nothing_laid_out_and_no_stray_outlives_the_process() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = Uploads::open(dir.path()).unwrap();
        uploads.begin(ID, upload("x", 0)).unwrap();
        let laid = uploads.claim(&[ID]).unwrap().lay_out().unwrap().keep();
        let stray = dir.path().join(format!("{}.data", UploadId::from_bytes([8; 16])));
        fs::write(&stray, "half").unwrap();
        let uploads = Uploads::open(dir.path()).unwrap();
        assert!(!laid.exists() && !stray.exists() && uploads.find(&ID).is_some_and(|found| found.is_whole()));
        assert!(uploads.remove(&ID).unwrap());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left of it");
    }

    #[test]
    fn what_is_being_sealed_is_in_nobody_elses_hand() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = Uploads::open(dir.path()).unwrap();
        let unfinished = UploadId::from_bytes([9; 16]);
        uploads.begin(ID, upload("x", 0)).unwrap();
        uploads.begin(unfinished, upload("y", 1)).unwrap();
        assert!(uploads.claim(&[ID, unfinished]).is_none(), "all of them or none");
        let claimed = uploads.claim(&[ID]).unwrap();
        assert!(uploads.is_claimed(&ID) && uploads.claim(&[ID]).is_none());
        assert!(!uploads.remove(&ID).unwrap() && uploads.receive(&ID).unwrap().is_none());
        drop(claimed);
        uploads.claim(&[ID]).unwrap().remove().unwrap();
        assert!(uploads.find(&ID).is_none());
    }

    #[test]
    fn two_files_of_one_name_are_not_laid_over_each_other() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = Uploads::open(dir.path()).unwrap();
        let other = UploadId::from_bytes([9; 16]);
        uploads.begin(ID, upload("x", 0)).unwrap();
        uploads.begin(other, upload("x", 0)).unwrap();
        let claimed = uploads.claim(&[ID, other]).unwrap();
        assert_eq!(claimed.lay_out().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(UploadId::read(&ID.to_string()), Some(ID));
        let upper = UploadId::from_bytes([0xab; 16]).to_string().to_uppercase();
        assert!(["", "7", "+7", "../x", &upper].iter().all(|shown| UploadId::read(shown).is_none()));
    }
}
