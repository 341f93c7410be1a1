//! Verifies a whole journal from its first record, reading a page at a time.

use comity_journal::audit::{Audit, AuditReport, Audited, AuditedWhat};
use comity_journal::card::CardBook;
use comity_journal::cbor;
use comity_journal::checkpoint::SignedCheckpoint;
use comity_journal::ids::AgencyId;
use comity_journal::receipt::Receipt;
use comity_store::{Reader, Record, Recorded, StoredCheckpoint, TreeName};
use serde::Serialize;

use crate::failure::Failure;
use crate::ledger::{Ledger, card_book};

/// Records and receipts read at once.
const PAGE: usize = 512;

/// What a verification of the journal found.
#[derive(Clone, Debug, Serialize)]
pub struct JournalReport {
    /// Whether nothing was found.
    pub clean: bool,
    /// Records read.
    pub records: u64,
    /// Entries among them.
    pub entries: u64,
    /// Matters they belong to.
    pub matters: u64,
    /// Lanes.
    pub lanes: u64,
    /// Receipts of partners that were checked.
    pub receipts: u64,
    /// Checkpoints of ours that were checked.
    pub checkpoints: u64,
    /// Parts that are no longer present, or never were.
    pub absent_parts: u64,
    /// Partners' entries that wait for earlier ones.
    pub waiting: u64,
    /// Entries that claim a place which another entry of their author has taken.
    pub forks: u64,
    /// What does not hold, with the record it was found in.
    pub findings: Vec<String>,
}

/// The journal up to some moment, to be verified on another thread while the node goes on.
pub struct JournalSoFar {
    reader: Box<dyn Reader>,
    extent: Extent,
}

/// How far the journal went, and what it is judged by.
struct Extent {
    agency: AgencyId,
    cards: CardBook,
    records: u64,
    receipts: u64,
    checkpoint: Option<StoredCheckpoint>,
}

impl Ledger {
    /// The journal as it stands now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn journal_so_far(&self) -> Result<JournalSoFar, Failure> {
        Ok(JournalSoFar { reader: self.store().reader()?, extent: Extent::of(self)? })
    }
}

impl JournalSoFar {
    /// Verifies it. Slow on a large journal.
    ///
    /// # Errors
    /// When the store cannot be read; what does not hold is in the report.
    pub fn verify(&self) -> Result<JournalReport, Failure> {
        self.extent.verify(&*self.reader)
    }
}

/// Verifies the journal of a ledger.
///
/// # Errors
/// When the store cannot be read; what does not hold is in the report.
pub fn verify_journal(ledger: &Ledger) -> Result<JournalReport, Failure> {
    Extent::of(ledger)?.verify(ledger.store())
}

/// Verifies a journal that no ledger has open, such as a copy.
///
/// # Errors
/// When the store cannot be read; what does not hold is in the report.
pub fn verify_stored(store: &dyn Reader, agency: AgencyId) -> Result<JournalReport, Failure> {
    let (cards, records, receipts) = (card_book(&store.cards()?)?, store.length()?, count_receipts(store)?);
    Extent { agency, cards, records, receipts, checkpoint: store.checkpoint(&agency)? }.verify(store)
}

impl Extent {
    fn of(ledger: &Ledger) -> Result<Self, Failure> {
        let (store, agency) = (ledger.store(), ledger.own_card().agency());
        Ok(Self {
            agency,
            cards: ledger.cards().clone(),
            records: store.length()?,
            receipts: count_receipts(store)?,
            checkpoint: store.checkpoint(&agency)?,
        })
    }

    fn verify(&self, store: &dyn Reader) -> Result<JournalReport, Failure> {
        let mut audit = Audit::new(self.agency, &self.cards);
        let mut next = 0;
        while next < self.records {
            let page = store.records(next, PAGE)?;
            let Some(last) = page.last() else { break };
            next = last.number + 1;
            for record in page.iter().filter(|record| record.number < self.records) {
                take_record(&mut audit, store, record)?;
            }
        }
        let mut unreadable = Vec::new();
        if let Some(stored) = self.checkpoint.clone() {
            match SignedCheckpoint::try_from(stored.note) {
                Ok(note) => audit.checkpoint(&note),
                Err(error) => unreadable.push(format!("our latest checkpoint cannot be read: {error}")),
            }
        }
        let mut from = 0;
        while from < self.receipts {
            let page = store.all_receipts(from, page_of(self.receipts - from))?;
            if page.is_empty() {
                break;
            }
            from += page.len() as u64;
            for stored in page {
                match cbor::decode::<Receipt>(&stored.bytes) {
                    Ok(receipt) => audit.receipt(&receipt),
                    Err(error) => unreadable.push(format!("a receipt cannot be read: {error}")),
                }
            }
        }
        Ok(report(audit.finish(), unreadable))
    }
}

fn take_record(audit: &mut Audit<'_>, store: &dyn Reader, record: &Record) -> Result<(), Failure> {
    let parts = match &record.what {
        Recorded::Entry { entry, .. } => store.parts(entry)?,
        Recorded::InnerRoot { .. } | Recorded::Epoch { .. } | Recorded::Again { .. } => Vec::new(),
    };
    let what = match &record.what {
        Recorded::Entry { bytes, .. } => AuditedWhat::Entry { bytes, parts: &parts },
        Recorded::InnerRoot { size, root } => AuditedWhat::InnerRoot { size: *size, root: *root },
        Recorded::Again { entry } => AuditedWhat::Again { entry: *entry },
        Recorded::Epoch { epoch, checkpoint } => {
            AuditedWhat::Epoch { epoch: *epoch, checkpoint: *checkpoint }
        }
    };
    audit.record(&Audited {
        number: record.number,
        exchange: record.tree == TreeName::Exchange,
        leaf: record.leaf,
        leaf_hash: record.leaf_hash,
        at: record.at,
        salt: record.salt,
        what,
    });
    Ok(())
}

fn page_of(left: u64) -> usize {
    usize::try_from(left).map_or(PAGE, |left| left.min(PAGE))
}

/// How many receipts there are: those that come while a journal is verified speak of entries it is not verified for.
fn count_receipts(store: &dyn Reader) -> Result<u64, Failure> {
    let is_there = |number: u64| Ok::<_, Failure>(!store.all_receipts(number, 1)?.is_empty());
    let mut beyond = 1;
    while is_there(beyond - 1)? {
        beyond *= 2;
    }
    let (mut least, mut most) = (beyond / 2, beyond - 1);
    while least < most {
        let middle = least + (most - least) / 2;
        if is_there(middle)? {
            least = middle + 1;
        } else {
            most = middle;
        }
    }
    Ok(least)
}

fn report(audit: AuditReport, unreadable: Vec<String>) -> JournalReport {
    let found = audit.findings.into_iter().map(|finding| match finding.record {
        Some(record) => format!("record {record}: {}", finding.what),
        None => finding.what,
    });
    let findings: Vec<_> = found.chain(unreadable).collect();
    JournalReport {
        clean: findings.is_empty(),
        records: audit.records,
        entries: audit.entries,
        matters: audit.matters,
        lanes: audit.lanes,
        receipts: audit.receipts,
        checkpoints: audit.checkpoints,
        absent_parts: audit.erased_parts,
        waiting: audit.waiting,
        forks: audit.forks,
        findings,
    }
}
