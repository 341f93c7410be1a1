//! What officers bring before it is sealed: whose it is, how much one may bring, and when it is let go.
//!
//! An upload belongs to the officer who began it and to the matter it was begun for; to everybody else it is not there. What
//! nobody has touched for a day goes, whole or not. Not here: how it lies on disk (`comity-store`), how it comes (`comity-web`).

use std::io;
use std::path::Path;

use comity_evidence::names::{self, BadPath};
use comity_journal::entropy::Entropy;
use comity_journal::ids::MatterId;
use comity_journal::time::Timestamp;
use unicode_normalization::UnicodeNormalization as _;

pub use comity_store::uploads::{Claimed, Receiving, Upload, UploadId, Uploads};
pub use tempfile::TempDir;

use crate::people::Officer;

/// How much may be brought.
#[derive(Clone, Copy, Debug)]
pub struct StagingLimits {
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of all files of one officer.
    pub officer: u64,
    /// Files of one officer.
    pub files: usize,
    /// Bytes of the disk that stay free.
    pub free: u64,
    /// How long something stays that nobody touches, in milliseconds.
    pub idle_millis: i64,
}

impl Default for StagingLimits {
    fn default() -> Self {
        Self {
            file: 1 << 40,
            officer: 2 << 40,
            files: 20_000,
            free: 1 << 30,
            idle_millis: 24 * 60 * 60 * 1000,
        }
    }
}

/// Why something is not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// The file is larger than one may be.
    #[error("a file may have {0} bytes at most")]
    TooLarge(u64),
    /// All that the officer has brought would be too much.
    #[error("more than one officer may keep here before it is sealed")]
    TooMuch,
    /// The disk has no room for it.
    #[error("the disk has no room for it")]
    NoRoom,
    /// It cannot be called that.
    #[error(transparent)]
    Name(#[from] BadPath),
    /// The disk did not allow it.
    #[error("the disk: {0}")]
    Disk(#[from] io::Error),
}

/// Where files wait to be sealed.
#[derive(Debug)]
pub struct Staging {
    uploads: Uploads,
    limits: StagingLimits,
}

impl Staging {
    /// Opens the folder; see [`Uploads::open`].
    ///
    /// # Errors
    /// When it cannot be made or read.
    pub fn open(dir: &Path, limits: StagingLimits) -> io::Result<Self> {
        Ok(Self { uploads: Uploads::open(dir)?, limits })
    }

    /// How much may be brought.
    pub fn limits(&self) -> &StagingLimits {
        &self.limits
    }

    /// Begins an upload of an officer for a matter.
    ///
    /// # Errors
    /// [`NotTaken`] says what stands against it.
    pub fn begin(
        &self,
        officer: &Officer,
        matter: MatterId,
        path: &str,
        length: u64,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<UploadId, NotTaken> {
        // As packages have them: some machines write accents apart from their letters.
        let path: String = path.nfc().collect();
        names::check(&path)?;
        self.let_go(now)?;
        self.has_room_for(officer, length)?;
        let id = UploadId::from_bytes({
            let mut bytes = [0; 16];
            entropy.fill(&mut bytes);
            bytes
        });
        let owner = officer.record;
        self.uploads.begin(id, Upload { owner, matter, path, length, held: 0, touched: now })?;
        Ok(id)
    }

    /// What is to come of uploads under way counts as here: it was promised room.
    fn has_room_for(&self, officer: &Officer, length: u64) -> Result<(), NotTaken> {
        let all = self.uploads.all();
        let own = || all.iter().filter(|(_, upload)| upload.owner == officer.record);
        let brought: u64 = own().map(|(_, upload)| upload.length).sum();
        let to_come: u64 = all.iter().map(|(_, upload)| upload.length - upload.held).sum();
        if length > self.limits.file {
            Err(NotTaken::TooLarge(self.limits.file))
        } else if own().count() >= self.limits.files || brought.saturating_add(length) > self.limits.officer {
            Err(NotTaken::TooMuch)
        } else if self.free_beyond(to_come)? < length {
            Err(NotTaken::NoRoom)
        } else {
            Ok(())
        }
    }

    fn free_beyond(&self, promised: u64) -> io::Result<u64> {
        Ok(self.uploads.room()?.saturating_sub(self.limits.free).saturating_sub(promised))
    }

    /// An upload of this officer for this matter, as far as it is not overdue and not being sealed.
    pub fn of(&self, officer: &Officer, matter: &MatterId, id: &UploadId, now: Timestamp) -> Option<Upload> {
        let found = self.uploads.find(id)?;
        let theirs = found.owner == officer.record && found.matter == *matter;
        (theirs && !self.uploads.is_claimed(id) && self.lives(&found, now)).then_some(found)
    }

    /// All uploads of this officer for this matter, by name.
    pub fn all_of(&self, officer: &Officer, matter: &MatterId, now: Timestamp) -> Vec<(UploadId, Upload)> {
        let mut all = self.uploads.all();
        all.retain(|(_, upload)| upload.owner == officer.record && upload.matter == *matter);
        all.retain(|(id, upload)| !self.uploads.is_claimed(id) && self.lives(upload, now));
        all.sort_by(|(_, a), (_, b)| a.path.cmp(&b.path));
        all
    }

    /// When an upload goes if nobody touches it.
    pub fn goes_at(&self, upload: &Upload) -> Timestamp {
        upload.touched.plus_millis(self.limits.idle_millis)
    }

    fn lives(&self, upload: &Upload, now: Timestamp) -> bool {
        now < self.goes_at(upload)
    }

    /// Takes an upload in hand; `None` while somebody else has it, or when there is none.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn receive(&self, id: &UploadId) -> io::Result<Option<Receiving>> {
        self.uploads.receive(id)
    }

    /// Lets an upload go. Whether it is gone: not while somebody has it in hand.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn remove(&self, id: &UploadId) -> io::Result<bool> {
        self.uploads.remove(id)
    }

    /// Lets go what nobody has touched for too long.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn let_go(&self, now: Timestamp) -> io::Result<()> {
        for (id, upload) in self.uploads.all() {
            if !self.lives(&upload, now) {
                self.uploads.remove(&id)?;
            }
        }
        Ok(())
    }

    /// Takes whole uploads to be sealed, all of them or none; see [`Uploads::claim`].
    pub fn claim(&self, ids: &[UploadId]) -> Option<Claimed> {
        self.uploads.claim(ids)
    }

    /// An empty folder for something of about this size that is to be taken away, which goes when it is dropped.
    ///
    /// # Errors
    /// [`NotTaken::NoRoom`], or what the disk says.
    pub fn folder_for(&self, size: u64) -> Result<TempDir, NotTaken> {
        let to_come: u64 = self.uploads.all().iter().map(|(_, upload)| upload.length - upload.held).sum();
        if self.free_beyond(to_come)? < size {
            return Err(NotTaken::NoRoom);
        }
        Ok(self.uploads.folder()?)
    }

    /// Lays files out to be sealed; see [`Claimed::lay_out`]. There must be room for the sealed package beside them.
    ///
    /// # Errors
    /// [`NotTaken::NoRoom`], or what the disk says.
    pub fn lay_out(&self, claimed: &Claimed) -> Result<TempDir, NotTaken> {
        let (size, all) = (claimed.size(), self.uploads.all());
        let to_come: u64 = all.iter().map(|(_, upload)| upload.length - upload.held).sum();
        // What sealing adds is less than a fiftieth even of many small files.
        if self.free_beyond(to_come)? < size.saturating_add(size / 50) {
            return Err(NotTaken::NoRoom);
        }
        Ok(claimed.lay_out()?)
    }
}
