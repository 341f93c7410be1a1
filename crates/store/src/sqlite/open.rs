//! Opening the file: its mode, its format, and how SQLite is told to treat it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use comity_journal::ids::AgencyId;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior};

use super::failed;
use crate::{Result, StoreError};

/// Marks the file as ours: "cmty".
pub(super) const APPLICATION: i32 = 0x636d_7479;
/// The format this release writes; it reads all up to it.
pub(super) const FORMAT: i32 = 3;
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
    if !is_empty(&connection)? {
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

/// The number that stands for `agency` in the rows of the file; draws one for an agency that has none.
pub(super) fn number_of(connection: &Connection, agency: &AgencyId) -> Result<i64> {
    if let Some(number) = known_number_of(connection, agency)? {
        return Ok(number);
    }
    // Somebody else may have been faster.
    let draw = "INSERT INTO agency (agency) VALUES (?1) ON CONFLICT DO NOTHING";
    connection.execute(draw, [agency.as_bytes()]).map_err(failed)?;
    known_number_of(connection, agency)?
        .ok_or_else(|| StoreError::Failed("an agency cannot be given a number".to_owned()))
}

/// The number that stands for `agency`, where it has one.
pub(super) fn known_number_of(connection: &Connection, agency: &AgencyId) -> Result<Option<i64>> {
    let asked = "SELECT id FROM agency WHERE agency = ?1";
    connection.query_row(asked, [agency.as_bytes()], |row| row.get(0)).optional().map_err(failed)
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
        other => Err(StoreError::Failed(format!("{path} has format {other}, which never was released"))),
    }
}

/// Makes the tables in a file that has none. Two who open a new file at once wait for each other here.
fn make_tables(path: &Path, connection: &Connection) -> Result<()> {
    let transaction =
        Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(failed)?;
    if !is_empty(&transaction)? {
        return check_format(path, &transaction);
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
