//! What is known of the files of a package while they pass: the manifest and the index as they must be.
//!
//! Whoever packs writes both into the package; whoever unpacks keeps the same accounts and compares. So nothing can
//! be listed that was not there, or be there and not be listed, and neither needs memory: rows go to temporary
//! files that have no name and are gone with the process.

use std::fs::File;
use std::io::{self, BufWriter, Seek as _, Write as _};

use comity_journal::suite::Hash;

use super::{Hashing, manifest_line, member};
use crate::index::Row;

/// Accounts that are being kept.
pub(crate) struct Accounts {
    manifest: Hashing<BufWriter<File>>,
    index: Hashing<BufWriter<File>>,
    files: u64,
    bytes: u64,
}

/// Accounts that are complete.
pub(crate) struct Closed {
    pub(crate) manifest: Spool,
    pub(crate) index: Spool,
    /// Files of the payload.
    pub(crate) files: u64,
    /// Bytes of all of them.
    pub(crate) bytes: u64,
}

/// A temporary file, ready to be read from its start.
pub(crate) struct Spool {
    pub(crate) file: File,
    pub(crate) size: u64,
    pub(crate) hash: Hash,
}

impl Accounts {
    pub(crate) fn new() -> io::Result<Self> {
        let spool = || tempfile::tempfile().map(|file| Hashing::new(BufWriter::new(file)));
        Ok(Self { manifest: spool()?, index: spool()?, files: 0, bytes: 0 })
    }

    /// Enters the next file, in the order of the paths.
    pub(crate) fn enter(&mut self, row: &Row) -> io::Result<()> {
        let path = format!("{}/{}", member::PAYLOAD, row.path);
        self.manifest.write_all(manifest_line(&row.hash, &path).as_bytes())?;
        row.write(&mut self.index)?;
        self.files += 1;
        self.bytes += row.size;
        Ok(())
    }

    /// Files entered so far.
    pub(crate) fn files(&self) -> u64 {
        self.files
    }

    pub(crate) fn close(self) -> io::Result<Closed> {
        let Self { manifest, index, files, bytes } = self;
        Ok(Closed { manifest: spool(manifest)?, index: spool(index)?, files, bytes })
    }
}

fn spool(written: Hashing<BufWriter<File>>) -> io::Result<Spool> {
    let (hash, size, writer) = written.finish();
    let mut file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(Spool { file, size, hash })
}
