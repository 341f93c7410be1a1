//! All that a reader says, so that two stores, or one store before and after, can be compared.

use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::part::OpenPart;
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;

use super::{VIEWS, agency, matter, unknown};
use crate::{
    Direction, Reader, Record, Recorded, Result, StoredCard, StoredCheckpoint, StoredReceipt, StreamStep,
    TreeName,
};

/// Agencies the suite invents.
const AGENCIES: u8 = 5;
/// Matters whose stated heads are looked at.
const MATTERS: u8 = 5;
/// A page so small that every list has several.
const SMALL: usize = 2;
/// A page no list of a test fills.
const WHOLE: usize = usize::MAX;

/// All that a reader says.
#[derive(Debug, PartialEq)]
pub struct Picture {
    length: u64,
    records: Vec<Record>,
    leaf_hashes: [Vec<Hash>; 2],
    matters: Vec<(MatterId, Vec<Record>)>,
    entries: Vec<AboutEntry>,
    partners: Vec<AboutPartner>,
    receipts: Vec<StoredReceipt>,
    cards: Vec<StoredCard>,
    heads: Vec<Vec<Vec<u8>>>,
    views: Vec<Vec<(Vec<u8>, Vec<u8>)>>,
}

#[derive(Debug, PartialEq)]
struct AboutEntry {
    record: Option<Record>,
    parts: Vec<OpenPart>,
    receipts: Vec<StoredReceipt>,
}

#[derive(Debug, PartialEq)]
struct AboutPartner {
    streams: [AboutStream; 2],
    delivered: u64,
    checkpoint: Option<StoredCheckpoint>,
}

#[derive(Debug, PartialEq)]
struct AboutStream {
    head: StreamHead,
    heads: Vec<Option<StreamHead>>,
    steps: Vec<(StreamStep, Record)>,
}

impl Picture {
    /// Reads everything, each list both at once and in small pages.
    ///
    /// # Panics
    /// When a read fails or contradicts another.
    pub fn of<R: Reader + ?Sized>(reader: &R) -> Self {
        Self::read(reader).expect("what was stored can be read")
    }

    /// As [`Self::of`], of a store that may be damaged.
    ///
    /// # Errors
    /// That of the first read that fails.
    pub fn read<R: Reader + ?Sized>(reader: &R) -> Result<Self> {
        let records = reader.records(0, WHOLE)?;
        assert_eq!(paged(|from| reader.records(from, SMALL))?, records);
        let receipts = reader.all_receipts(0, WHOLE)?;
        assert_eq!(paged(|from| reader.all_receipts(from, SMALL))?, receipts);
        let with_records = |matter: MatterId| Ok((matter, reader.matter(&matter)?));
        Ok(Self {
            length: reader.length()?,
            leaf_hashes: [leaf_hashes(reader, TreeName::Exchange)?, leaf_hashes(reader, TreeName::Inner)?],
            matters: reader.matters()?.into_iter().map(with_records).collect::<Result<_>>()?,
            entries: entries(&records).map(|entry| about_entry(reader, &entry)).collect::<Result<_>>()?,
            partners: (0..AGENCIES).map(|n| about_partner(reader, &agency(n))).collect::<Result<_>>()?,
            cards: reader.cards()?,
            heads: (0..MATTERS).map(|n| reader.heads(&matter(n))).collect::<Result<_>>()?,
            views: VIEWS.iter().map(|name| view(reader, name)).collect::<Result<_>>()?,
            records,
            receipts,
        })
    }
}

/// Reads a list page by page, each from the position the one before ended at.
fn paged<T>(page: impl Fn(u64) -> Result<Vec<T>>) -> Result<Vec<T>> {
    let mut all = Vec::new();
    loop {
        let next = page(all.len() as u64)?;
        if next.is_empty() {
            return Ok(all);
        }
        assert!(next.len() <= SMALL, "a page is larger than asked for");
        all.extend(next);
    }
}

fn entries(records: &[Record]) -> impl Iterator<Item = Hash> {
    let of_record = |record: &Record| match &record.what {
        Recorded::Entry { entry, .. } => Some(*entry),
        Recorded::InnerRoot { .. } | Recorded::Epoch { .. } | Recorded::Again { .. } => None,
    };
    records.iter().filter_map(of_record).chain([unknown()])
}

fn leaf_hashes<R: Reader + ?Sized>(reader: &R, tree: TreeName) -> Result<Vec<Hash>> {
    let hashes = reader.leaf_hashes(tree, 0, WHOLE)?;
    assert_eq!(paged(|from| reader.leaf_hashes(tree, from, SMALL))?, hashes);
    Ok(hashes)
}

fn about_entry<R: Reader + ?Sized>(reader: &R, entry: &Hash) -> Result<AboutEntry> {
    Ok(AboutEntry {
        record: reader.entry(entry)?,
        parts: reader.parts(entry)?,
        receipts: reader.receipts(entry)?,
    })
}

fn about_partner<R: Reader + ?Sized>(reader: &R, partner: &AgencyId) -> Result<AboutPartner> {
    Ok(AboutPartner {
        streams: [
            about_stream(reader, partner, Direction::Out)?,
            about_stream(reader, partner, Direction::In)?,
        ],
        delivered: reader.delivered(partner)?,
        checkpoint: reader.checkpoint(partner)?,
    })
}

fn about_stream<R: Reader + ?Sized>(
    reader: &R,
    partner: &AgencyId,
    direction: Direction,
) -> Result<AboutStream> {
    let head = reader.stream(partner, direction)?;
    let steps = reader.steps(partner, direction, 0, WHOLE)?;
    assert_eq!(paged(|after| reader.steps(partner, direction, after, SMALL))?, steps);
    let at = |n| reader.stream_at(partner, direction, n);
    let heads = (0..=head.n + 1).chain([u64::MAX]).map(at).collect::<Result<_>>()?;
    Ok(AboutStream { head, heads, steps })
}

fn view<R: Reader + ?Sized>(reader: &R, name: &'static str) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let rows = reader.view(name, None, WHOLE)?;
    let mut after: Option<Vec<u8>> = None;
    for page in rows.chunks(SMALL) {
        assert_eq!(reader.view(name, after.as_deref(), SMALL)?, page);
        after = page.last().map(|(key, _)| key.clone());
    }
    for (key, value) in &rows {
        assert_eq!(reader.view_row(name, key)?.as_ref(), Some(value));
    }
    Ok(rows)
}
