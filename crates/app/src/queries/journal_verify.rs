//! Verifies a whole journal from its first record, reading a page at a time.

use comity_journal::audit::{Audit, AuditReport, Audited, AuditedWhat};
use comity_journal::cbor;
use comity_journal::checkpoint::SignedCheckpoint;
use comity_journal::receipt::Receipt;
use comity_store::{Recorded, TreeName};
use serde::Serialize;

use crate::failure::Failure;
use crate::ledger::Ledger;

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
    /// What does not hold, with the record it was found in.
    pub findings: Vec<String>,
}

/// Verifies the journal of a ledger.
///
/// # Errors
/// When the store cannot be read; what does not hold is in the report.
pub fn verify_journal(ledger: &Ledger) -> Result<JournalReport, Failure> {
    let store = ledger.store();
    let mut audit = Audit::new(ledger.own_card().agency(), ledger.cards());
    let mut next = 0;
    loop {
        let page = store.records(next, PAGE)?;
        let Some(last) = page.last() else { break };
        next = last.number + 1;
        for record in &page {
            let parts = match &record.what {
                Recorded::Entry { entry, .. } => store.parts(entry)?,
                Recorded::InnerRoot { .. } => Vec::new(),
            };
            let what = match &record.what {
                Recorded::Entry { bytes, .. } => AuditedWhat::Entry { bytes, parts: &parts },
                Recorded::InnerRoot { size, root } => AuditedWhat::InnerRoot { size: *size, root: *root },
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
        }
    }
    let mut unreadable = Vec::new();
    if let Some(stored) = store.checkpoint(&ledger.own_card().agency())? {
        match SignedCheckpoint::try_from(stored.note) {
            Ok(note) => audit.checkpoint(&note),
            Err(error) => unreadable.push(format!("our latest checkpoint cannot be read: {error}")),
        }
    }
    let mut from = 0;
    loop {
        let page = store.all_receipts(from, PAGE)?;
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
        findings,
    }
}
