//! Audits: a journal as it should be gives no findings, and everything else is named by record.

mod agencies;

use agencies::{Small, key, minute, word};
use comity_journal::audit::{Audit, AuditReport, Audited, AuditedWhat};
use comity_journal::card::CardBook;
use comity_journal::entry::{Entry, Lane, Place};
use comity_journal::leaf::{Leaf, inner_leaf_hash, inner_root_commitment};
use comity_journal::part::{OpenPart, Salt};
use comity_journal::suite::{Hash, Suite};
use comity_journal::tree::Tree;

/// A record whose contents a test may change.
struct Record {
    exchange: bool,
    leaf: u64,
    leaf_hash: Hash,
    salt: Option<Salt>,
    bytes: Vec<u8>,
    parts: Vec<OpenPart>,
    inner: Option<(u64, Hash)>,
}

/// The asking agency's journal: the small matter, one note in its inner lane, and that tree's root.
struct Journal {
    small: Small,
    cards: CardBook,
    records: Vec<Record>,
}

impl Journal {
    fn new() -> Self {
        let small = Small::new();
        let mut journal = Self { cards: small.book(), small, records: Vec::new() };
        for i in 0..4 {
            journal.shared(i);
        }
        journal.note();
        journal.inner_root();
        journal
    }

    fn shared(&mut self, i: usize) {
        let entry = &self.small.entries[i];
        let leaf = self.records.iter().filter(|record| record.exchange).count() as u64;
        self.records.push(Record {
            exchange: true,
            leaf,
            leaf_hash: Leaf::Entry { entry: entry.hash(), at: self.at(self.records.len()) }.hash(),
            salt: None,
            bytes: entry.bytes().to_vec(),
            parts: self.small.parts_of(i),
            inner: None,
        });
    }

    fn note(&mut self) {
        let mut header = self.small.headers[0].clone();
        header.lane = Lane::Inner(self.small.ask.id());
        header.opening = None;
        header.parts = Vec::new();
        header.act = word("note");
        let entry = Entry::sign(header, &self.small.ask.signing());
        let salt = Salt::from_bytes([5; 32]);
        self.records.push(Record {
            exchange: false,
            leaf: 0,
            leaf_hash: inner_leaf_hash(&salt, &entry.hash(), self.at(self.records.len())),
            salt: Some(salt),
            bytes: entry.bytes().to_vec(),
            parts: Vec::new(),
            inner: None,
        });
    }

    fn inner_root(&mut self) {
        let tree: Tree = [self.records[4].leaf_hash].into_iter().collect();
        let salt = Salt::from_bytes([6; 32]);
        let commitment = inner_root_commitment(&salt, 1, &tree.root());
        self.records.push(Record {
            exchange: true,
            leaf: 4,
            leaf_hash: Leaf::Inner { commitment, at: self.at(self.records.len()) }.hash(),
            salt: Some(salt),
            bytes: Vec::new(),
            parts: Vec::new(),
            inner: Some((1, tree.root())),
        });
    }

    fn at(&self, number: usize) -> comity_journal::time::Timestamp {
        minute(number as i64 * 10 + 1)
    }

    fn exchange(&self) -> Tree {
        self.records.iter().filter(|record| record.exchange).map(|record| record.leaf_hash).collect()
    }

    fn audit(&self, also: impl FnOnce(&mut Audit<'_>)) -> AuditReport {
        let mut audit = Audit::new(self.small.ask.id(), &self.cards);
        for (i, record) in self.records.iter().enumerate() {
            let what = match record.inner {
                Some((size, root)) => AuditedWhat::InnerRoot { size, root },
                None => AuditedWhat::Entry { bytes: &record.bytes, parts: &record.parts },
            };
            let Record { exchange, leaf, leaf_hash, salt, .. } = *record;
            audit.record(&Audited {
                number: i as u64,
                exchange,
                leaf,
                leaf_hash,
                at: self.at(i),
                salt,
                what,
            });
        }
        also(&mut audit);
        audit.finish()
    }

    /// The findings about records, as (record, sentence).
    fn findings(&self) -> Vec<(Option<u64>, String)> {
        self.audit(|_| {}).findings.into_iter().map(|finding| (finding.record, finding.what)).collect()
    }

    /// Puts another entry into record `i`, with the leaf hash that fits it.
    fn put(&mut self, i: usize, entry: &Entry) {
        self.records[i].bytes = entry.bytes().to_vec();
        self.records[i].leaf_hash = Leaf::Entry { entry: entry.hash(), at: self.at(i) }.hash();
    }
}

fn one(journal: &Journal, record: u64, words: &str) {
    let findings = journal.findings();
    assert!(
        matches!(findings.as_slice(), [(Some(number), what)] if *number == record && what.contains(words)),
        "{findings:?}"
    );
}

#[test]
fn a_journal_as_it_should_be_gives_no_findings() {
    let mut journal = Journal::new();
    journal.records[0].parts.remove(0);
    let report = journal.audit(|audit| {
        audit.checkpoint(&journal.small.ask.sign_tree(&journal.exchange()));
        audit.checkpoint(&journal.small.logged(0).checkpoint);
        audit.receipt(&journal.small.receipt());
    });
    let expected = AuditReport {
        records: 6,
        entries: 5,
        matters: 1,
        lanes: 3,
        receipts: 1,
        checkpoints: 2,
        erased_parts: 1,
        waiting: 0,
        forks: 0,
        findings: Vec::new(),
    };
    assert_eq!(report, expected);
}

#[test]
fn a_changed_byte_of_an_entry_is_named() {
    let mut journal = Journal::new();
    let last = journal.records[3].bytes.len() - 1;
    journal.records[3].bytes[last] ^= 1;
    let findings = journal.findings();
    assert!(findings.iter().all(|(record, _)| *record == Some(3)), "{findings:?}");
    assert!(findings.iter().any(|(_, what)| what.contains("signature")), "{findings:?}");
    assert!(findings.iter().any(|(_, what)| what.contains("leaf hash")), "{findings:?}");
    journal.records[3].bytes.truncate(10);
    assert!(journal.findings()[0].1.contains("cannot be read"));
}

#[test]
fn an_entry_by_another_key_is_named() {
    let mut journal = Journal::new();
    let forged = Entry::sign(journal.small.headers[3].clone(), &key(99, Suite::One));
    journal.put(3, &forged);
    one(&journal, 3, "signature");
}

#[test]
fn a_changed_part_is_named_without_its_content() {
    let mut journal = Journal::new();
    journal.records[0].parts[0].bytes = comity_journal::cbor::encode("a secret");
    one(&journal, 0, "a part `facts` of entry");
    assert!(!journal.findings()[0].1.contains("secret"));
}

#[test]
fn a_changed_leaf_or_salt_is_named() {
    let mut journal = Journal::new();
    journal.records[1].leaf_hash = Hash::ZERO;
    one(&journal, 1, "leaf hash");
    let mut journal = Journal::new();
    journal.records[5].salt = Some(Salt::from_bytes([7; 32]));
    one(&journal, 5, "leaf hash");
    journal.records[5].salt = None;
    one(&journal, 5, "the salt of an inner root is missing");
}

#[test]
fn a_wrong_inner_root_is_named() {
    let mut journal = Journal::new();
    let salt = journal.records[5].salt.unwrap();
    let commitment = inner_root_commitment(&salt, 1, &Hash::ZERO);
    journal.records[5].inner = Some((1, Hash::ZERO));
    journal.records[5].leaf_hash = Leaf::Inner { commitment, at: journal.at(5) }.hash();
    one(&journal, 5, "inner tree had root");
}

#[test]
fn a_missing_record_is_named() {
    let mut journal = Journal::new();
    // The acknowledgement and its record number disappear; the records after it keep their leaves.
    journal.records.remove(1);
    let found = journal.findings();
    assert!(found.contains(&(Some(1), "it says leaf 2 where leaf 1 comes next".into())), "{found:?}");
    // What the partner wrote after it waits for it; that alone is no fault of this journal.
    assert!(!found.iter().any(|(_, what)| what.contains("gap in lane")), "{found:?}");
}

#[test]
fn a_number_out_of_order_is_named() {
    let journal = Journal::new();
    let mut audit = Audit::new(journal.small.ask.id(), &journal.cards);
    let record = &journal.records[0];
    let what = AuditedWhat::Entry { bytes: &record.bytes, parts: &record.parts };
    let (leaf_hash, at) = (record.leaf_hash, journal.at(0));
    audit.record(&Audited { number: 7, exchange: true, leaf: 0, leaf_hash, at, salt: None, what });
    let findings = audit.finish().findings;
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].record, findings[0].what.as_str()), (Some(7), "record 0 was expected here"));
}

#[test]
fn a_second_entry_for_one_place_is_a_fork() {
    let mut journal = Journal::new();
    let mut header = journal.small.headers[3].clone();
    header.act = word("withdraw");
    let other = Entry::sign(header, &journal.small.ask.signing());
    journal.small.entries.push(other);
    journal.shared(4);
    let report = journal.audit(|_| {});
    assert_eq!((report.forks, report.findings), (1, vec![]), "the journal is whole: it holds the proof");
}

#[test]
fn an_own_entry_that_continues_nothing_that_is_here_is_named() {
    let mut journal = Journal::new();
    journal.small.rewrite(3, |header| header.prev = Some(Hash::ZERO));
    let entry = journal.small.entries[3].clone();
    journal.put(3, &entry);
    one(&journal, 3, "gap in lane");
    journal.small.rewrite(3, |header| header.place = Place { epoch: 0, seq: 3 });
    let entry = journal.small.entries[3].clone();
    journal.put(3, &entry);
    one(&journal, 3, "gap in lane");
}

#[test]
fn entries_that_arrived_before_earlier_ones_are_no_finding() {
    let mut journal = Journal::new();
    journal.records.clear();
    for i in [0, 2, 1, 3] {
        journal.shared(i);
    }
    assert_eq!(journal.findings(), []);
}

#[test]
fn a_checkpoint_the_journal_does_not_bear_out_is_named() {
    let journal = Journal::new();
    let ask = &journal.small.ask;
    let mut longer = journal.exchange();
    longer.push(Hash::ZERO);
    let other: Tree = [Hash::ZERO].into_iter().collect();
    let report = journal.audit(|audit| {
        audit.checkpoint(&ask.sign_tree(&longer));
        audit.checkpoint(&ask.sign_tree(&other));
        audit.checkpoint(&journal.small.help.sign_tree(&other));
    });
    let what: Vec<_> = report.findings.iter().map(|finding| finding.what.as_str()).collect();
    assert_eq!(what.len(), 3);
    assert!(what[0].contains("we signed for 6 leaves; the journal has only 5"), "{what:?}");
    assert!(what[1].contains("we signed root"), "{what:?}");
    assert!(what[2].contains("is kept as our own"), "{what:?}");
}

#[test]
fn a_receipt_that_does_not_hold_is_named() {
    let mut journal = Journal::new();
    let mut changed = journal.small.receipt();
    changed.at = minute(0);
    let receipt = journal.small.receipt();
    let report = journal.audit(|audit| audit.receipt(&changed));
    assert!(report.findings[0].what.contains("does not hold"), "{:?}", report.findings);
    // An entry that a partner has receipted is no longer in the journal.
    journal.records.remove(3);
    let report = journal.audit(|audit| audit.receipt(&receipt));
    assert!(report.findings.iter().any(|f| f.what.contains("has receipted entry")), "{:?}", report.findings);
    // The card of the partner is not there.
    journal.cards = CardBook::default();
    let report = journal.audit(|audit| audit.receipt(&receipt));
    assert!(report.findings.iter().any(|f| f.what.contains("of which no card is here")));
}
