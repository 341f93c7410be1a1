//! Opening the file: its mode, its format, and how SQLite is told to treat it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::failed;
use crate::{Result, StoreError};

/// Marks the file as ours: "cmty".
pub(super) const APPLICATION: i32 = 0x636d_7479;
/// The format this release writes; it reads all up to it.
pub(super) const FORMAT: i32 = 2;
/// How long to wait for another process (a backup, a second reader) to let go.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait for readers before the log is emptied.
const LITTLE_PATIENCE: Duration = Duration::from_millis(20);
/// Statements kept ready: one per table and power of two of rows, and the reads.
const READY_STATEMENTS: usize = 128;

/// How the writer works. `fullfsync` matters on macOS only, where a plain fsync leaves data in the drive.
/// Temporary tables stay in memory, so that no content gets into files nobody erases. The cache has 16 MiB, and
/// the log is written back at about as much: index pages, which entries hit at random, are then written once for
/// many commits.
const WRITER: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
    PRAGMA cache_size = -16384;
    PRAGMA wal_autocheckpoint = 4000;
";

/// What is younger than the format. It finds the epochs of the exchange tree without reading the journal, and keeps what
/// was stated of lanes when a key was disowned.
const LATER: &str = "
    CREATE INDEX IF NOT EXISTS journal_epochs ON journal (agency, number) WHERE entry IS NULL AND salt IS NULL;
    CREATE TABLE IF NOT EXISTS head (
        agency BLOB NOT NULL,
        matter BLOB NOT NULL,
        bytes  BLOB NOT NULL,
        PRIMARY KEY (agency, matter, bytes)
    ) STRICT, WITHOUT ROWID;
";

/// What format 1 had not: who brought a card.
const TO_FORMAT_2: &str = "ALTER TABLE card ADD COLUMN bringer BLOB";

const READER: &str = "
    PRAGMA query_only = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
";

/// The connection that writes; makes the file and its tables when they are missing.
pub(super) fn to_write(path: &Path) -> Result<Connection> {
    for_our_eyes_only(path).map_err(|error| file_failed(path, &error))?;
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Looked at first, so that a file that is not ours is left as it is.
    if !is_empty(&connection)? && !is_format_1(&connection)? {
        check_format(path, &connection)?;
    }
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)).map_err(failed)?;
    if mode != "wal" {
        return Err(StoreError::Failed(format!("{} cannot have a write-ahead log here", path.display())));
    }
    connection.execute_batch(WRITER).map_err(failed)?;
    make_tables(path, &connection)?;
    Ok(connection)
}

/// A connection that only reads.
pub(super) fn to_read(path: &Path) -> Result<Connection> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute_batch(READER).map_err(failed)?;
    check_format(path, &connection)?;
    Ok(connection)
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection> {
    let connection =
        Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    // Plans do not depend on what is looked for; otherwise every look-up by a partial index is planned anew.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(READY_STATEMENTS);
    Ok(connection)
}

/// Runs something that others may block, and rather gives up than waits.
pub(super) fn with_little_patience<T>(
    connection: &Connection,
    run: impl FnOnce() -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    connection.busy_timeout(LITTLE_PATIENCE)?;
    let result = run();
    connection.busy_timeout(PATIENCE)?;
    result
}

fn number(connection: &Connection, pragma: &str) -> Result<i32> {
    connection.pragma_query_value(None, pragma, |row| row.get(0)).map_err(failed)
}

fn is_empty(connection: &Connection) -> Result<bool> {
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    Ok(tables == 0 && number(connection, "application_id")? == 0 && number(connection, "user_version")? == 0)
}

/// Whether this is a store as the first release wrote it, which is brought to this format when it is opened to be written.
fn is_format_1(connection: &Connection) -> Result<bool> {
    Ok(number(connection, "application_id")? == APPLICATION && number(connection, "user_version")? == 1)
}

fn check_format(path: &Path, connection: &Connection) -> Result<()> {
    let path = path.display();
    if number(connection, "application_id")? != APPLICATION {
        return Err(StoreError::Failed(format!("{path} is not a comity store")));
    }
    match number(connection, "user_version")? {
        FORMAT => Ok(()),
        newer if newer > FORMAT => Err(StoreError::Failed(format!(
            "{path} has format {newer}, this release reads formats up to {FORMAT}: upgrade comity to open it"
        ))),
        1 => Err(StoreError::Failed(format!("{path} has format 1: start its node once with this release"))),
        other => Err(StoreError::Failed(format!("{path} has format {other}, which never was released"))),
    }
}

/// Makes the tables in a file that has none. Two who open a new file at once wait for each other here.
fn make_tables(path: &Path, connection: &Connection) -> Result<()> {
    let transaction =
        Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(failed)?;
    if !is_empty(&transaction)? {
        if is_format_1(&transaction)? {
            transaction.execute_batch(TO_FORMAT_2).map_err(failed)?;
            transaction.pragma_update(None, "user_version", FORMAT).map_err(failed)?;
        }
        check_format(path, &transaction)?;
        transaction.execute_batch(LATER).map_err(failed)?;
        return transaction.commit().map_err(failed);
    }
    transaction.execute_batch(include_str!("schema.sql")).map_err(failed)?;
    transaction.pragma_update(None, "application_id", APPLICATION).map_err(failed)?;
    transaction.pragma_update(None, "user_version", FORMAT).map_err(failed)?;
    transaction.commit().map_err(failed)
}

fn file_failed(path: &Path, error: &io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::Full,
        _ => StoreError::Failed(format!("{}: {error}", path.display())),
    }
}

/// Makes the file with mode 0600 before SQLite sees it, or takes away what others may do with it.
///
/// A file that is there is never opened here: closing it would give up the locks that SQLite holds on it
/// elsewhere in this process.
fn for_our_eyes_only(path: &Path) -> io::Result<()> {
    match new_file().open(path) {
        Ok(file) => {
            file.sync_all()?;
            sync_folder(path)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            [path.to_owned(), beside(path, "-wal"), beside(path, "-shm")]
                .iter()
                .try_for_each(|path| tighten(path))
        }
        Err(error) => Err(error),
    }
}

/// The file SQLite keeps beside the one at `path`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn new_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes the name of a new file durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(unix)]
fn tighten(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    match fs::metadata(path) {
        Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))
        }
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn tighten(path: &Path) -> io::Result<()> {
    fs::exists(path).map(drop)
}
