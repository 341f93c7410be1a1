//! The default store: one SQLite file, written by one connection.
//!
//! Write-ahead log, synchronous FULL, so a commit that returned is on the disk; `BEGIN IMMEDIATE`, so that the
//! expected length is compared under the lock it is written under. The file is made with mode 0600; SQLite gives
//! its `-wal` and `-shm` the mode of the file, so all three are for the node's user alone, whatever the umask.
//!
//! Erased content does not linger: pages are overwritten with zeros (`secure_delete`), and after a commit that
//! erases, the log is emptied into the file as soon as no reader needs it. What the disk itself keeps of old
//! blocks, and backups, are out of its reach.
//!
//! Not here: meaning, backups, objects too large for a row. Specification: sqlite.org (STRICT tables, WAL).

mod open;
mod read;
mod rows;
mod targets;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod torn;
mod write;

use std::path::{Path, PathBuf};

use comity_journal::ids::AgencyId;

use crate::pass_on::pass_reading_on;
use crate::{Commit, Reader, Result, Store, StoreError};
use read::SqliteReader;
use write::{Tripwire, Writing};

/// A store in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    reading: SqliteReader,
    tripwire: Tripwire,
    /// The log may still hold content that was erased.
    log_holds_erased: bool,
}

impl SqliteStore {
    /// Opens the store of `agency` in the file at `path`, and makes the file when there is none.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when the file is no comity store, was written by a newer release, or cannot be
    /// opened; [`StoreError::Full`] when there is no room to make it.
    pub fn open(path: &Path, agency: AgencyId) -> Result<Self> {
        let connection = open::to_write(path)?;
        let number = open::number_of(&connection, &agency)?;
        let mut store = Self {
            path: path.to_owned(),
            reading: SqliteReader::new(connection, number),
            tripwire: Tripwire::default(),
            log_holds_erased: false,
        };
        // An earlier run may have ended between erasing and emptying the log.
        store.clear_log();
        Ok(store)
    }

    /// Makes the `n`-th statement (from 1) of the commits from now on fail, once.
    #[cfg(any(test, feature = "faults"))]
    pub fn fail_at_statement(&mut self, n: u64) {
        self.tripwire.fail_at(n);
    }

    /// Lets the file grow to `pages` pages and no further, as a full disk would; `u32::MAX` lifts the limit.
    ///
    /// # Errors
    /// When the driver refuses.
    #[cfg(any(test, feature = "faults"))]
    pub fn limit_pages(&self, pages: u32) -> Result<()> {
        // SQLite never goes below the pages there are.
        self.reading
            .connection
            .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
            .map_err(failed)
    }

    /// Empties the log into the file, so that erased content is nowhere in either. A reader in the middle of a
    /// call can be in the way; it is not waited for long, as a backup may read for minutes: the next commit tries
    /// again.
    fn clear_log(&mut self) {
        let connection = &self.reading.connection;
        let cleared = open::with_little_patience(connection, || {
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| Ok(row.get::<_, i64>(0)? == 0))
        });
        // The commit itself is durable: whatever went wrong here is no error of it.
        self.log_holds_erased = !cleared.unwrap_or(false);
    }
}

impl Reader for SqliteStore {
    pass_reading_on!(reading);
}

impl Store for SqliteStore {
    fn commit(&mut self, commit: &Commit) -> Result<()> {
        Writing::new(&self.reading, &mut self.tripwire).commit(commit)?;
        self.log_holds_erased |= !commit.erased.is_empty();
        if self.log_holds_erased {
            self.clear_log();
        }
        Ok(())
    }

    fn drop_view(&mut self, view: &'static str) -> Result<()> {
        Writing::new(&self.reading, &mut self.tripwire).drop_view(view)
    }

    fn reader(&self) -> Result<Box<dyn Reader>> {
        Ok(Box::new(SqliteReader::new(open::to_read(&self.path)?, self.reading.agency)))
    }
}

/// A driver's error in the store's words. The driver's text names tables and columns, never values.
fn failed(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => StoreError::Full,
        _ => StoreError::Failed(error.to_string()),
    }
}
