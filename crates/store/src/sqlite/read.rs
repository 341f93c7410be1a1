//! Reading. Each call is one statement and therefore sees one state of the file: whole commits only.

use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::part::OpenPart;
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;
use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params};

use super::failed;
use super::rows::{self, direction_number, integer, limit, record_columns, tree_number};
use crate::check::Known;
use crate::{
    Direction, Reader, Record, Result, StoredCard, StoredCheckpoint, StoredReceipt, StreamStep, TreeName,
};

/// What reads one agency's rows through one connection.
#[derive(Debug)]
pub(super) struct SqliteReader {
    pub(super) connection: Connection,
    /// What stands for the agency in its rows.
    pub(super) agency: i64,
}

/// Makes the constants, and in tests the list of all of them.
macro_rules! questions {
    ($($name:ident = $sql:expr;)*) => {
        $(const $name: &str = $sql;)*
        #[cfg(test)]
        pub(super) const QUESTIONS: &[&str] = &[$($name),*];
    };
}

questions! {
    LENGTH = "SELECT number + 1 FROM journal WHERE agency = ?1 ORDER BY number DESC LIMIT 1";
    RECORDS = concat!("SELECT ", record_columns!(), " FROM journal j
        WHERE agency = ?1 AND number >= ?2 ORDER BY number LIMIT ?3");
    LEAVES = "SELECT leaf + 1 FROM journal WHERE agency = ?1 AND tree = ?2 ORDER BY leaf DESC LIMIT 1";
    LEAF_HASHES = "SELECT tree, leaf, leaf_hash FROM journal
        WHERE agency = ?1 AND tree = ?2 AND leaf >= ?3 ORDER BY leaf LIMIT ?4";
    EPOCHS = concat!("SELECT ", record_columns!(), " FROM journal j
        WHERE agency = ?1 AND entry IS NULL AND salt IS NULL ORDER BY number");
    MATTER = concat!("SELECT ", record_columns!(), " FROM journal j
        WHERE agency = ?1 AND matter = ?2 ORDER BY number");
    MATTERS = "SELECT MIN(number), matter FROM journal
        WHERE agency = ?1 AND matter IS NOT NULL GROUP BY matter ORDER BY 1";
    ENTRY = concat!("SELECT ", record_columns!(), " FROM journal j WHERE agency = ?1 AND entry = ?2");
    NUMBER = "SELECT number FROM journal WHERE agency = ?1 AND entry = ?2";
    PARTS = "SELECT p.record, p.label, p.class, p.salt, p.bytes
        FROM journal j JOIN part p ON p.agency = j.agency AND p.record = j.number
        WHERE j.agency = ?1 AND j.entry = ?2 ORDER BY p.label";
    STREAM = "SELECT partner, direction, n, hash FROM stream
        WHERE agency = ?1 AND partner = ?2 AND direction = ?3 ORDER BY n DESC LIMIT 1";
    STREAM_AT = "SELECT partner, direction, n, hash FROM stream
        WHERE agency = ?1 AND partner = ?2 AND direction = ?3 AND n = ?4";
    STEPS = concat!("SELECT s.partner, s.direction, s.n, s.hash, ", record_columns!(), "
        FROM stream s JOIN journal j ON j.agency = s.agency AND j.number = s.record
        WHERE s.agency = ?1 AND s.partner = ?2 AND s.direction = ?3 AND s.n > ?4 ORDER BY s.n LIMIT ?5");
    DELIVERED = "SELECT n FROM delivered WHERE agency = ?1 AND partner = ?2";
    RECEIPTS = "SELECT r.id, r.partner, r.entries, r.bytes
        FROM journal j JOIN receipt_entry e ON e.agency = j.agency AND e.record = j.number
        JOIN receipt r ON r.agency = e.agency AND r.id = e.receipt
        WHERE j.agency = ?1 AND j.entry = ?2 ORDER BY e.partner";
    ALL_RECEIPTS = "SELECT id, partner, entries, bytes FROM receipt
        WHERE agency = ?1 AND id >= ?2 ORDER BY id LIMIT ?3";
    NEXT_RECEIPT = "SELECT id + 1 FROM receipt WHERE agency = ?1 ORDER BY id DESC LIMIT 1";
    CARDS = "SELECT owner, number, bytes, bringer FROM card WHERE agency = ?1 ORDER BY owner, number";
    CARD = "SELECT owner, number, bytes, bringer FROM card WHERE agency = ?1 AND owner = ?2 AND number = ?3";
    HEADS = "SELECT bytes FROM head WHERE agency = ?1 AND matter = ?2 ORDER BY bytes";
    CHECKPOINT = "SELECT owner, epoch, size, note FROM checkpoint
        WHERE agency = ?1 AND owner = ?2 ORDER BY epoch DESC, size DESC LIMIT 1";
    VIEW = "SELECT key, value FROM view WHERE agency = ?1 AND view = ?2 ORDER BY key LIMIT ?3";
    VIEW_AFTER = "SELECT key, value FROM view
        WHERE agency = ?1 AND view = ?2 AND key > ?3 ORDER BY key LIMIT ?4";
    VIEW_ROW = "SELECT value FROM view WHERE agency = ?1 AND view = ?2 AND key = ?3";
}

impl SqliteReader {
    pub(super) fn new(connection: Connection, agency: i64) -> Self {
        Self { connection, agency }
    }

    fn all<T>(&self, sql: &str, with: &[&dyn ToSql], read: fn(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(with).map_err(failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            found.push(read(row)?);
        }
        Ok(found)
    }

    fn one<T>(&self, sql: &str, with: &[&dyn ToSql], read: fn(&Row<'_>) -> Result<T>) -> Result<Option<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(with).map_err(failed)?;
        rows.next().map_err(failed)?.map(read).transpose()
    }

    /// The number the next receipt gets.
    pub(super) fn next_receipt(&self) -> Result<u64> {
        Ok(self.one(NEXT_RECEIPT, params![self.agency], rows::count)?.unwrap_or(0))
    }
}

impl Known for SqliteReader {
    fn length(&self) -> Result<u64> {
        Reader::length(self)
    }

    fn leaves(&self, tree: TreeName) -> Result<u64> {
        Ok(self.one(LEAVES, params![self.agency, tree_number(tree)], rows::count)?.unwrap_or(0))
    }

    fn steps(&self, partner: &AgencyId, direction: Direction) -> Result<u64> {
        Ok(self.stream(partner, direction)?.n)
    }

    fn number(&self, entry: &Hash) -> Result<Option<u64>> {
        self.one(NUMBER, params![self.agency, entry.as_bytes()], rows::count)
    }

    fn card(&self, agency: &AgencyId, number: u64) -> Result<Option<Vec<u8>>> {
        let with = params![self.agency, agency.as_bytes(), integer(number)];
        Ok(self.one(CARD, with, rows::card)?.map(|card| card.bytes))
    }
}

impl Reader for SqliteReader {
    fn length(&self) -> Result<u64> {
        Ok(self.one(LENGTH, params![self.agency], rows::count)?.unwrap_or(0))
    }

    fn records(&self, from: u64, at_most: usize) -> Result<Vec<Record>> {
        self.all(RECORDS, params![self.agency, integer(from), limit(at_most)], rows::record)
    }

    fn leaf_hashes(&self, tree: TreeName, from: u64, at_most: usize) -> Result<Vec<Hash>> {
        let with = params![self.agency, tree_number(tree), integer(from), limit(at_most)];
        self.all(LEAF_HASHES, with, rows::leaf_hash)
    }

    fn epochs(&self) -> Result<Vec<Record>> {
        self.all(EPOCHS, params![self.agency], rows::record)
    }

    fn matter(&self, matter: &MatterId) -> Result<Vec<Record>> {
        self.all(MATTER, params![self.agency, matter.as_bytes()], rows::record)
    }

    fn matters(&self) -> Result<Vec<MatterId>> {
        self.all(MATTERS, params![self.agency], rows::matter)
    }

    fn entry(&self, entry: &Hash) -> Result<Option<Record>> {
        self.one(ENTRY, params![self.agency, entry.as_bytes()], rows::record)
    }

    fn parts(&self, entry: &Hash) -> Result<Vec<OpenPart>> {
        self.all(PARTS, params![self.agency, entry.as_bytes()], rows::part)
    }

    fn stream(&self, partner: &AgencyId, direction: Direction) -> Result<StreamHead> {
        let with = params![self.agency, partner.as_bytes(), direction_number(direction)];
        Ok(self.one(STREAM, with, rows::head)?.unwrap_or(StreamHead::START))
    }

    fn stream_at(&self, partner: &AgencyId, direction: Direction, n: u64) -> Result<Option<StreamHead>> {
        if n == 0 {
            return Ok(Some(StreamHead::START));
        }
        let with = params![self.agency, partner.as_bytes(), direction_number(direction), integer(n)];
        self.one(STREAM_AT, with, rows::head)
    }

    fn steps(
        &self,
        partner: &AgencyId,
        direction: Direction,
        after: u64,
        at_most: usize,
    ) -> Result<Vec<(StreamStep, Record)>> {
        let direction = direction_number(direction);
        let with = params![self.agency, partner.as_bytes(), direction, integer(after), limit(at_most)];
        self.all(STEPS, with, rows::step)
    }

    fn delivered(&self, partner: &AgencyId) -> Result<u64> {
        Ok(self.one(DELIVERED, params![self.agency, partner.as_bytes()], rows::count)?.unwrap_or(0))
    }

    fn receipts(&self, entry: &Hash) -> Result<Vec<StoredReceipt>> {
        self.all(RECEIPTS, params![self.agency, entry.as_bytes()], rows::receipt)
    }

    fn all_receipts(&self, from: u64, at_most: usize) -> Result<Vec<StoredReceipt>> {
        self.all(ALL_RECEIPTS, params![self.agency, integer(from), limit(at_most)], rows::receipt)
    }

    fn cards(&self) -> Result<Vec<StoredCard>> {
        self.all(CARDS, params![self.agency], rows::card)
    }

    fn heads(&self, matter: &MatterId) -> Result<Vec<Vec<u8>>> {
        self.all(HEADS, params![self.agency, matter.as_bytes()], rows::bytes)
    }

    fn checkpoint(&self, agency: &AgencyId) -> Result<Option<StoredCheckpoint>> {
        self.one(CHECKPOINT, params![self.agency, agency.as_bytes()], rows::checkpoint)
    }

    fn view(
        &self,
        view: &'static str,
        after: Option<&[u8]>,
        at_most: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        match after {
            None => self.all(VIEW, params![self.agency, view, limit(at_most)], rows::view_row),
            Some(key) => {
                self.all(VIEW_AFTER, params![self.agency, view, key, limit(at_most)], rows::view_row)
            }
        }
    }

    fn view_row(&self, view: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.one(VIEW_ROW, params![self.agency, view, key], rows::bytes)
    }
}
