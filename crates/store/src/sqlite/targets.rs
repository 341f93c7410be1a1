//! Where rows go: the tables with their columns, and the cells of a record.

use comity_journal::entry::Lane;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};

use super::rows::{integer, lane_number, tree_number};
use crate::{Record, Recorded};

/// Rows of one statement at most. Times the columns of the widest table this is far below SQLite's limit of
/// 32,766 variables a statement, and keeps the prepared statements small.
pub(super) const ROWS: usize = 256;
const _: () = assert!(ROWS.is_power_of_two() && ROWS * JOURNAL.columns.len() < 32_766);

pub(super) type Cell<'r> = ToSqlOutput<'r>;

pub(super) fn bytes(bytes: &[u8]) -> Cell<'_> {
    Cell::Borrowed(ValueRef::Blob(bytes))
}

pub(super) fn text(text: &str) -> Cell<'_> {
    Cell::Borrowed(ValueRef::Text(text.as_bytes()))
}

pub(super) fn number(number: u64) -> Cell<'static> {
    signed(integer(number))
}

pub(super) fn signed(number: i64) -> Cell<'static> {
    Cell::Owned(Value::Integer(number))
}

pub(super) const NOTHING: Cell<'static> = Cell::Owned(Value::Null);

/// Where rows go: the table, its columns beside the agency, and what a row that is there already means.
pub(super) struct Target<const COLUMNS: usize> {
    pub(super) table: &'static str,
    columns: [&'static str; COLUMNS],
    when_there: &'static str,
}

pub(super) const JOURNAL: Target<16> = Target {
    table: "journal",
    columns: [
        "number",
        "tree",
        "leaf",
        "leaf_hash",
        "at",
        "salt",
        "inner_size",
        "inner_root",
        "entry",
        "matter",
        "lane",
        "party",
        "epoch",
        "seq",
        "source",
        "bytes",
    ],
    when_there: "",
};
pub(super) const PART: Target<5> = Target {
    table: "part",
    columns: ["record", "label", "class", "salt", "bytes"],
    when_there: "ON CONFLICT DO NOTHING",
};
pub(super) const STREAM: Target<5> =
    Target { table: "stream", columns: ["partner", "direction", "n", "hash", "record"], when_there: "" };
pub(super) const DELIVERED: Target<2> = Target {
    table: "delivered",
    columns: ["partner", "n"],
    when_there: "ON CONFLICT DO UPDATE SET n = max(n, excluded.n)",
};
pub(super) const CHECKPOINT: Target<4> = Target {
    table: "checkpoint",
    columns: ["owner", "epoch", "size", "note"],
    when_there: "ON CONFLICT DO UPDATE SET note = excluded.note",
};
pub(super) const RECEIPT: Target<4> =
    Target { table: "receipt", columns: ["id", "partner", "entries", "bytes"], when_there: "" };
pub(super) const RECEIPT_ENTRY: Target<3> = Target {
    table: "receipt_entry",
    columns: ["record", "partner", "receipt"],
    when_there: "ON CONFLICT DO NOTHING",
};
pub(super) const CARD: Target<4> = Target {
    table: "card",
    columns: ["owner", "number", "bytes", "bringer"],
    when_there: "ON CONFLICT DO NOTHING", // checked before: it is the same card
};
pub(super) const HEAD: Target<2> =
    Target { table: "head", columns: ["matter", "bytes"], when_there: "ON CONFLICT DO NOTHING" };
pub(super) const VIEW: Target<3> = Target {
    table: "view",
    columns: ["view", "key", "value"],
    // A row that stays as it was costs no page.
    when_there: "ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
};

impl<const COLUMNS: usize> Target<COLUMNS> {
    /// What stands for the agency is variable 1 of every row.
    pub(super) fn sql(&self, rows: usize) -> String {
        let row = format!("(?1{})", ",?".repeat(COLUMNS));
        let rows = vec![row; rows].join(",");
        let Self { table, columns, when_there } = self;
        format!("INSERT INTO {table} (agency,{}) VALUES {rows} {when_there}", columns.join(","))
    }
}

pub(super) fn record_cells(record: &Record) -> [Cell<'_>; 16] {
    let [inner_size, inner_root, entry, matter, lane, party, epoch, seq, source, signed_bytes] =
        what_cells(&record.what);
    [
        number(record.number),
        signed(tree_number(record.tree)),
        number(record.leaf),
        bytes(record.leaf_hash.as_bytes()),
        signed(record.at.millis()),
        record.salt.as_ref().map_or(NOTHING, |salt| bytes(salt.as_bytes())),
        inner_size,
        inner_root,
        entry,
        matter,
        lane,
        party,
        epoch,
        seq,
        source,
        signed_bytes,
    ]
}

fn what_cells(what: &Recorded) -> [Cell<'_>; 10] {
    let mut cells = [NOTHING; 10];
    match what {
        Recorded::InnerRoot { size, root } => {
            cells[0] = number(*size);
            cells[1] = bytes(root.as_bytes());
        }
        Recorded::Epoch { epoch, checkpoint } => {
            cells[0] = signed((*epoch).into());
            cells[1] = bytes(checkpoint.as_bytes());
        }
        Recorded::Again { entry } => {
            cells[0] = signed(0);
            cells[1] = bytes(entry.as_bytes());
        }
        Recorded::Entry { entry, matter, lane, place, bytes: signed_bytes, from } => {
            let (Lane::Shared(party) | Lane::Inner(party)) = lane;
            cells[2] = bytes(entry.as_bytes());
            cells[3] = bytes(matter.as_bytes());
            cells[4] = signed(lane_number(lane));
            cells[5] = bytes(party.as_bytes());
            cells[6] = signed(place.epoch.into());
            cells[7] = number(place.seq);
            cells[8] = from.as_ref().map_or(NOTHING, |from| bytes(from.as_bytes()));
            cells[9] = bytes(signed_bytes);
        }
    }
    cells
}
