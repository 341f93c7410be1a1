//! Writing: one transaction a commit, one multi-row statement a table.
//!
//! Rows go in chunks of a power of two, so that a handful of prepared statements serves every number of rows.
//! The hot path (records, parts, steps, and a checkpoint or what was delivered) is four such statements.

use std::collections::BTreeMap;

use comity_journal::ids::{AgencyId, Token};
use comity_journal::part::OpenPart;
use comity_journal::suite::Hash;
use rusqlite::{ErrorCode, Transaction, TransactionBehavior};

use super::failed;
use super::read::SqliteReader;
use super::rows::{class_number, direction_number};
use super::targets::{
    CARD, CHECKPOINT, Cell, DELIVERED, HEAD, JOURNAL, NOTHING, PART, RECEIPT, RECEIPT_ENTRY, ROWS, STREAM,
    Target, VIEW, bytes, number, record_cells, signed, text,
};
use crate::check::{self, Numbers, inconsistent};
use crate::{
    Commit, Direction, Record, Result, StoredCard, StoredCheckpoint, StoredHead, StoredReceipt, StreamStep,
    ViewRow,
};

/// Lets tests make a statement of a commit fail; does nothing otherwise.
#[derive(Debug, Default)]
pub(super) struct Tripwire {
    #[cfg(any(test, feature = "faults"))]
    left: Option<u64>,
}

impl Tripwire {
    #[cfg(any(test, feature = "faults"))]
    pub(super) fn fail_at(&mut self, statement: u64) {
        self.left = Some(statement);
    }

    /// Passed before every statement of a commit.
    #[cfg(any(test, feature = "faults"))]
    fn pass(&mut self) -> Result<()> {
        self.left = self.left.and_then(|left| left.checked_sub(1));
        if self.left == Some(0) {
            self.left = None;
            return Err(crate::StoreError::Failed("a test made this statement fail".to_owned()));
        }
        Ok(())
    }

    #[cfg(not(any(test, feature = "faults")))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as under test, where it can fail")]
    fn pass(&mut self) -> Result<()> {
        Ok(())
    }
}

/// One commit on its way into the file.
pub(super) struct Writing<'s> {
    store: &'s SqliteReader,
    tripwire: &'s mut Tripwire,
}

impl<'s> Writing<'s> {
    pub(super) fn new(store: &'s SqliteReader, tripwire: &'s mut Tripwire) -> Self {
        Self { store, tripwire }
    }

    pub(super) fn commit(mut self, commit: &Commit) -> Result<()> {
        let transaction = self.begin()?;
        self.tripwire.pass()?;
        let numbers = check::check(commit, self.store)?;
        self.records(&commit.records)?;
        self.parts(&commit.parts, &numbers)?;
        self.erased(&commit.erased)?;
        self.cut(&commit.cut)?;
        self.steps(&commit.steps)?;
        self.checkpoints(&commit.checkpoints)?;
        self.delivered(&commit.delivered)?;
        self.receipts(&commit.receipts, &numbers)?;
        self.cards(&commit.cards)?;
        self.heads(&commit.heads)?;
        self.views(&commit.views)?;
        self.finish(transaction)
    }

    pub(super) fn drop_view(mut self, view: &str) -> Result<()> {
        let transaction = self.begin()?;
        self.change("view", "DELETE FROM view WHERE agency = ?1 AND view = ?2", [text(view)])?;
        self.finish(transaction)
    }

    /// Takes the write lock. Dropped before [`Writing::finish`], the transaction rolls back.
    fn begin(&mut self) -> Result<Transaction<'s>> {
        let connection = &self.store.connection;
        if !connection.is_autocommit() {
            // Rolling back after an earlier failure failed too.
            connection.execute_batch("ROLLBACK").map_err(failed)?;
        }
        self.tripwire.pass()?;
        Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(failed)
    }

    fn finish(&mut self, transaction: Transaction<'s>) -> Result<()> {
        self.tripwire.pass()?;
        transaction.commit().map_err(failed)
    }

    fn insert<'r, R, const COLUMNS: usize>(
        &mut self,
        target: &Target<COLUMNS>,
        rows: &'r [R],
        cells: impl Fn(&'r R) -> [Cell<'r>; COLUMNS],
    ) -> Result<()> {
        let mut rest = rows;
        while !rest.is_empty() {
            let (chunk, later) = rest.split_at(1 << rest.len().min(ROWS).ilog2());
            rest = later;
            self.change(target.table, &target.sql(chunk.len()), chunk.iter().flat_map(&cells))?;
        }
        Ok(())
    }

    /// Runs a statement that changes `table`; its first variable is the agency.
    fn change<'r>(
        &mut self,
        table: &'static str,
        sql: &str,
        cells: impl IntoIterator<Item = Cell<'r>>,
    ) -> Result<()> {
        self.tripwire.pass()?;
        self.run(sql, cells).map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => {
                inconsistent(table, "of this commit", format!("it does not fit what is there: {error}"))
            }
            _ => failed(error),
        })
    }

    fn run<'r>(&self, sql: &str, cells: impl IntoIterator<Item = Cell<'r>>) -> rusqlite::Result<()> {
        let mut statement = self.store.connection.prepare_cached(sql)?;
        statement.raw_bind_parameter(1, self.store.agency)?;
        for (position, cell) in (2..).zip(cells) {
            statement.raw_bind_parameter(position, cell)?;
        }
        statement.raw_execute()?;
        Ok(())
    }

    fn records(&mut self, records: &[Record]) -> Result<()> {
        self.insert(&JOURNAL, records, record_cells)
    }

    fn parts(&mut self, parts: &[(Hash, OpenPart)], numbers: &Numbers) -> Result<()> {
        self.insert(&PART, parts, |(entry, part)| {
            [
                number(numbers.of(entry)),
                text(part.label.as_str()),
                signed(class_number(part.class)),
                bytes(part.salt.as_bytes()),
                bytes(&part.bytes),
            ]
        })
    }

    /// Erasures are rare: one statement each.
    fn erased(&mut self, erased: &[(Hash, Token)]) -> Result<()> {
        erased.iter().try_for_each(|(entry, label)| {
            let which = [bytes(entry.as_bytes()), text(label.as_str())];
            let sql = "DELETE FROM part WHERE agency = ?1 AND label = ?3
                AND record = (SELECT number FROM journal WHERE agency = ?1 AND entry = ?2)";
            self.change("part", sql, which)
        })
    }

    fn cut(&mut self, cut: &[(AgencyId, u64)]) -> Result<()> {
        cut.iter().try_for_each(|(partner, n)| {
            let which = [bytes(partner.as_bytes()), signed(direction_number(Direction::Out)), number(*n)];
            let sql = "DELETE FROM stream WHERE agency = ?1 AND partner = ?2 AND direction = ?3 AND n > ?4";
            self.change("stream", sql, which)
        })
    }

    fn steps(&mut self, steps: &[StreamStep]) -> Result<()> {
        self.insert(&STREAM, steps, |step| {
            [
                bytes(step.partner.as_bytes()),
                signed(direction_number(step.direction)),
                number(step.head.n),
                bytes(step.head.hash.as_bytes()),
                number(step.record),
            ]
        })
    }

    fn delivered(&mut self, delivered: &[(AgencyId, u64)]) -> Result<()> {
        self.insert(&DELIVERED, delivered, |(partner, n)| [bytes(partner.as_bytes()), number(*n)])
    }

    fn checkpoints(&mut self, checkpoints: &[StoredCheckpoint]) -> Result<()> {
        self.insert(&CHECKPOINT, checkpoints, |checkpoint| {
            [
                bytes(checkpoint.agency.as_bytes()),
                signed(checkpoint.epoch.into()),
                number(checkpoint.size),
                text(&checkpoint.note),
            ]
        })
    }

    fn receipts(&mut self, receipts: &[StoredReceipt], numbers: &Numbers) -> Result<()> {
        if receipts.is_empty() {
            return Ok(());
        }
        let numbered: Vec<_> = (self.store.next_receipt()?..).zip(receipts).collect();
        let lists: Vec<Vec<u8>> =
            receipts.iter().map(|receipt| one_after_another(&receipt.entries)).collect();
        let rows: Vec<_> = numbered.iter().zip(&lists).collect();
        self.insert(&RECEIPT, &rows, |((id, receipt), list)| {
            [number(*id), bytes(receipt.partner.as_bytes()), bytes(list), bytes(&receipt.bytes)]
        })?;
        let covers = |(id, receipt): &(u64, &'_ StoredReceipt)| {
            let (id, partner) = (*id, receipt.partner);
            receipt.entries.iter().map(move |entry| (*entry, partner, id)).collect::<Vec<_>>()
        };
        let covered: Vec<_> = numbered.iter().flat_map(covers).collect();
        self.insert(&RECEIPT_ENTRY, &covered, |(entry, partner, id)| {
            [number(numbers.of(entry)), bytes(partner.as_bytes()), number(*id)]
        })
    }

    fn cards(&mut self, cards: &[StoredCard]) -> Result<()> {
        self.insert(&CARD, cards, |card| {
            let bringer = card.brought_by.as_ref().map_or(NOTHING, |by| bytes(by.as_bytes()));
            [bytes(card.agency.as_bytes()), number(card.number), bytes(&card.bytes), bringer]
        })
    }

    fn heads(&mut self, heads: &[StoredHead]) -> Result<()> {
        self.insert(&HEAD, heads, |head| [bytes(head.matter.as_bytes()), bytes(&head.bytes)])
    }

    fn views(&mut self, rows: &[ViewRow]) -> Result<()> {
        let last: BTreeMap<_, _> =
            rows.iter().map(|row| ((row.view, &row.key), row.value.as_ref())).collect();
        let kept: Vec<_> = last.iter().filter_map(|(key, value)| value.map(|value| (*key, value))).collect();
        self.insert(&VIEW, &kept, |((view, key), value)| [text(view), bytes(key), bytes(value)])?;
        last.iter().filter(|(_, value)| value.is_none()).try_for_each(|((view, key), _)| {
            let which = [text(view), bytes(key)];
            self.change("view", "DELETE FROM view WHERE agency = ?1 AND view = ?2 AND key = ?3", which)
        })
    }
}

fn one_after_another(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}
