//! Rows as they are stored, and how they become what they were.
//!
//! Enumerations are small numbers, identifiers and hashes are blobs, numbers are SQL's signed integers. A row
//! that cannot be read back is named by table and key, never by what it holds.

use comity_journal::entry::{Lane, Place};
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::part::{OpenPart, PartClass, Salt};
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::check::inconsistent;
use crate::{
    Direction, Record, Recorded, Result, StoreError, StoredCard, StoredCheckpoint, StoredReceipt, StreamStep,
    TreeName,
};

/// A number for SQL, which has no larger ones. What is stored was checked to be smaller; in a question, all that
/// lies beyond is alike.
pub(super) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// How many rows at most.
pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

pub(super) fn tree_number(tree: TreeName) -> i64 {
    match tree {
        TreeName::Exchange => 0,
        TreeName::Inner => 1,
    }
}

pub(super) fn lane_number(lane: &Lane) -> i64 {
    i64::from(!lane.is_shared())
}

pub(super) fn direction_number(direction: Direction) -> i64 {
    match direction {
        Direction::Out => 0,
        Direction::In => 1,
    }
}

pub(super) fn class_number(class: PartClass) -> i64 {
    match class {
        PartClass::Content => 0,
        PartClass::Tally => 1,
    }
}

/// Takes the fields of a row one after another. The first `keys` of them name the row in errors.
struct Fields<'r> {
    row: &'r Row<'r>,
    table: &'static str,
    first: usize,
    keys: usize,
    next: usize,
}

impl<'r> Fields<'r> {
    fn of(row: &'r Row<'r>, table: &'static str, first: usize, keys: usize) -> Self {
        Self { row, table, first, keys, next: first }
    }

    fn broken(&self, why: &str) -> StoreError {
        let keys = (self.first..self.first + self.keys).map(|column| match self.row.get_ref(column) {
            Ok(ValueRef::Integer(number)) => number.to_string(),
            Ok(ValueRef::Text(text)) => String::from_utf8_lossy(text).into_owned(),
            Ok(ValueRef::Blob(bytes)) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            _ => "?".to_owned(),
        });
        inconsistent(self.table, keys.collect::<Vec<_>>().join(" "), why)
    }

    fn take(&mut self) -> Result<ValueRef<'r>> {
        let value = self.row.get_ref(self.next).map_err(super::failed)?;
        self.next += 1;
        Ok(value)
    }

    /// Whether the next field is absent; skips `width` fields if so.
    fn absent(&mut self, width: usize) -> Result<bool> {
        let absent = matches!(self.row.get_ref(self.next).map_err(super::failed)?, ValueRef::Null);
        if absent {
            self.next += width;
        }
        Ok(absent)
    }

    fn signed(&mut self) -> Result<i64> {
        match self.take()? {
            ValueRef::Integer(number) => Ok(number),
            _ => Err(self.broken("a number is missing")),
        }
    }

    fn number(&mut self) -> Result<u64> {
        let number = self.signed()?;
        u64::try_from(number).map_err(|_| self.broken("a number is negative"))
    }

    fn epoch(&mut self) -> Result<u32> {
        let number = self.signed()?;
        u32::try_from(number).map_err(|_| self.broken("an epoch is out of range"))
    }

    fn blob(&mut self) -> Result<&'r [u8]> {
        match self.take()? {
            ValueRef::Blob(bytes) => Ok(bytes),
            _ => Err(self.broken("bytes are missing")),
        }
    }

    fn bytes(&mut self) -> Result<Vec<u8>> {
        self.blob().map(<[u8]>::to_vec)
    }

    fn text(&mut self) -> Result<String> {
        match self.take()? {
            ValueRef::Text(text) => {
                String::from_utf8(text.to_vec()).map_err(|_| self.broken("a text is not UTF-8"))
            }
            _ => Err(self.broken("a text is missing")),
        }
    }

    fn id<T>(&mut self, from: fn(&[u8]) -> Option<T>) -> Result<T> {
        let bytes = self.blob()?;
        from(bytes).ok_or_else(|| self.broken("an identifier or hash has the wrong length"))
    }

    fn optional<T>(&mut self, from: fn(&[u8]) -> Option<T>) -> Result<Option<T>> {
        if self.absent(1)? { Ok(None) } else { self.id(from).map(Some) }
    }

    fn one_of<T>(&mut self, zero: T, one: T) -> Result<T> {
        match self.signed()? {
            0 => Ok(zero),
            1 => Ok(one),
            _ => Err(self.broken("a choice is neither 0 nor 1")),
        }
    }
}

/// The columns [`record`] reads; the journal is `j`.
macro_rules! record_columns {
    () => {
        "j.number, j.tree, j.leaf, j.leaf_hash, j.at, j.salt, j.inner_size, j.inner_root, \
         j.entry, j.matter, j.lane, j.party, j.epoch, j.seq, j.source, j.bytes"
    };
}
pub(super) use record_columns;

pub(super) fn record(row: &Row<'_>) -> Result<Record> {
    record_from(&mut Fields::of(row, "journal", 0, 1))
}

fn record_from(fields: &mut Fields<'_>) -> Result<Record> {
    let (number, tree) = (fields.number()?, fields.one_of(TreeName::Exchange, TreeName::Inner)?);
    let (leaf, leaf_hash) = (fields.number()?, fields.id(Hash::from_slice)?);
    let (at, salt) = (fields.signed().map(Timestamp::from_millis)?, fields.optional(Salt::from_slice)?);
    let what = recorded(fields, salt.is_some())?;
    Ok(Record { number, tree, leaf, leaf_hash, at, salt, what })
}

/// What is of an epoch stands in the columns of an inner root, without the salt that every inner root has: the epoch and a
/// checkpoint, or 0 and an entry.
fn recorded(fields: &mut Fields<'_>, salted: bool) -> Result<Recorded> {
    if !fields.absent(2)? {
        if salted {
            return Ok(Recorded::InnerRoot { size: fields.number()?, root: fields.id(Hash::from_slice)? });
        }
        return Ok(match (fields.epoch()?, fields.id(Hash::from_slice)?) {
            (0, entry) => Recorded::Again { entry },
            (epoch, checkpoint) => Recorded::Epoch { epoch, checkpoint },
        });
    }
    Ok(Recorded::Entry {
        entry: fields.id(Hash::from_slice)?,
        matter: fields.id(MatterId::from_slice)?,
        lane: {
            let of: fn(AgencyId) -> Lane = fields.one_of(Lane::Shared as _, Lane::Inner as _)?;
            of(fields.id(AgencyId::from_slice)?)
        },
        place: Place { epoch: fields.epoch()?, seq: fields.number()? },
        from: fields.optional(AgencyId::from_slice)?,
        bytes: fields.bytes()?,
    })
}

/// Reads record, label, class, salt and bytes.
pub(super) fn part(row: &Row<'_>) -> Result<OpenPart> {
    let mut fields = Fields::of(row, "part", 0, 2);
    let _record = fields.number()?;
    let label = fields.text()?;
    Ok(OpenPart {
        label: Token::new(label).map_err(|_| fields.broken("the label is no token"))?,
        class: fields.one_of(PartClass::Content, PartClass::Tally)?,
        salt: fields.id(Salt::from_slice)?,
        bytes: fields.bytes()?,
    })
}

/// Reads partner, direction, n, hash.
pub(super) fn head(row: &Row<'_>) -> Result<StreamHead> {
    step_from(&mut Fields::of(row, "stream", 0, 3)).map(|(_, _, head)| head)
}

fn step_from(fields: &mut Fields<'_>) -> Result<(AgencyId, Direction, StreamHead)> {
    Ok((
        fields.id(AgencyId::from_slice)?,
        fields.one_of(Direction::Out, Direction::In)?,
        StreamHead { n: fields.number()?, hash: fields.id(Hash::from_slice)? },
    ))
}

/// Reads partner, direction, n, hash and the columns of the record.
pub(super) fn step(row: &Row<'_>) -> Result<(StreamStep, Record)> {
    const OF_STEP: usize = 4;
    let (partner, direction, head) = step_from(&mut Fields::of(row, "stream", 0, 3))?;
    let record = record_from(&mut Fields::of(row, "journal", OF_STEP, 1))?;
    Ok((StreamStep { partner, direction, head, record: record.number }, record))
}

/// Reads id, partner, entries and bytes.
pub(super) fn receipt(row: &Row<'_>) -> Result<StoredReceipt> {
    let mut fields = Fields::of(row, "receipt", 0, 1);
    let _id = fields.number()?;
    let partner = fields.id(AgencyId::from_slice)?;
    let entries = fields.blob()?.chunks(size_of::<Hash>()).map(Hash::from_slice).collect::<Option<_>>();
    Ok(StoredReceipt {
        partner,
        entries: entries.ok_or_else(|| fields.broken("a hash of an entry is cut off"))?,
        bytes: fields.bytes()?,
    })
}

/// Reads owner, number, bytes and bringer.
pub(super) fn card(row: &Row<'_>) -> Result<StoredCard> {
    let mut fields = Fields::of(row, "card", 0, 2);
    Ok(StoredCard {
        agency: fields.id(AgencyId::from_slice)?,
        number: fields.number()?,
        bytes: fields.bytes()?,
        brought_by: fields.optional(AgencyId::from_slice)?,
    })
}

/// Reads owner, epoch, size and note.
pub(super) fn checkpoint(row: &Row<'_>) -> Result<StoredCheckpoint> {
    let mut fields = Fields::of(row, "checkpoint", 0, 3);
    Ok(StoredCheckpoint {
        agency: fields.id(AgencyId::from_slice)?,
        epoch: fields.epoch()?,
        size: fields.number()?,
        note: fields.text()?,
    })
}

/// Reads key and value of a view's row. Keys may name persons, so none is shown.
pub(super) fn view_row(row: &Row<'_>) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut fields = Fields::of(row, "view", 0, 0);
    Ok((fields.bytes()?, fields.bytes()?))
}

/// Reads one number of `table`.
pub(super) fn count(row: &Row<'_>) -> Result<u64> {
    Fields::of(row, "journal", 0, 1).number()
}

/// Reads one leaf hash and before it its tree and index.
pub(super) fn leaf_hash(row: &Row<'_>) -> Result<Hash> {
    let mut fields = Fields::of(row, "journal_by_leaf", 0, 2);
    fields.next += 2;
    fields.id(Hash::from_slice)
}

/// Reads one matter and before it the number of its first record.
pub(super) fn matter(row: &Row<'_>) -> Result<MatterId> {
    let mut fields = Fields::of(row, "journal", 0, 1);
    let _first = fields.number()?;
    fields.id(MatterId::from_slice)
}

/// Reads bytes alone.
pub(super) fn bytes(row: &Row<'_>) -> Result<Vec<u8>> {
    Fields::of(row, "view", 0, 0).bytes()
}
