//! What must hold of a commit before a store takes it.
//!
//! Numbers without gaps are what every reader relies on: a record, leaf or step that leaves one out is refused
//! here rather than stored. Not here: what the bytes mean, and whether an entry is in the journal already (each
//! store has its own index of those).

use std::collections::{BTreeMap, BTreeSet};

use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;

use crate::{Commit, Direction, Record, Recorded, Result, StoreError, TreeName};

/// The largest number a store can hold: SQL integers are signed.
const LARGEST: u64 = i64::MAX.cast_unsigned();

/// What a store says of itself before it takes a commit.
pub(crate) trait Known {
    /// How many records the journal has.
    fn length(&self) -> Result<u64>;
    /// How many leaves a tree has.
    fn leaves(&self, tree: TreeName) -> Result<u64>;
    /// How many steps a stream has.
    fn steps(&self, partner: &AgencyId, direction: Direction) -> Result<u64>;
    /// The number of the record of an entry.
    fn number(&self, entry: &Hash) -> Result<Option<u64>>;
    /// The bytes of a card.
    fn card(&self, agency: &AgencyId, number: u64) -> Result<Option<Vec<u8>>>;
}

/// The numbers of the records to which content and receipts of a commit belong.
#[derive(Debug, Default)]
pub(crate) struct Numbers(BTreeMap<Hash, u64>);

impl Numbers {
    /// The number of the record of an entry that the commit gives content, or a receipt.
    pub(crate) fn of(&self, entry: &Hash) -> u64 {
        self.0.get(entry).copied().expect("each entry named has been looked up")
    }

    fn find(commit: &Commit, known: &dyn Known) -> Result<Self> {
        let fresh = commit.records.iter().filter_map(|record| match &record.what {
            Recorded::Entry { entry, .. } => Some((*entry, record.number)),
            Recorded::InnerRoot { .. } | Recorded::Epoch { .. } | Recorded::Again { .. } => None,
        });
        let mut numbers: BTreeMap<_, _> = fresh.collect();
        let with_content = commit.parts.iter().map(|(entry, _)| ("part", entry));
        let receipted = commit.receipts.iter().flat_map(|receipt| &receipt.entries);
        for (table, entry) in with_content.chain(receipted.map(|entry| ("receipt_entry", entry))) {
            if numbers.contains_key(entry) {
                continue;
            }
            let why = "its entry is not in the journal";
            let number = known.number(entry)?.ok_or_else(|| inconsistent(table, entry, why))?;
            numbers.insert(*entry, number);
        }
        Ok(Self(numbers))
    }
}

/// Checks that `commit` goes on from what is `known`, and says where its content and receipts belong.
///
/// # Errors
/// [`StoreError::LostRace`] when the journal has another length than expected, [`StoreError::Inconsistent`]
/// naming what does not fit.
pub(crate) fn check(commit: &Commit, known: &dyn Known) -> Result<Numbers> {
    let found = known.length()?;
    if found != commit.expects {
        return Err(StoreError::LostRace { expected: commit.expects, found });
    }
    records(commit, known)?;
    cuts(commit, known)?;
    steps(commit, known)?;
    cards(commit, known)?;
    numbers(commit)?;
    Numbers::find(commit, known)
}

/// The error for a row that must not be stored or cannot be read.
pub(crate) fn inconsistent(table: &'static str, row: impl ToString, why: impl Into<String>) -> StoreError {
    StoreError::Inconsistent { table, row: row.to_string(), why: why.into() }
}

fn records(commit: &Commit, known: &dyn Known) -> Result<()> {
    let mut leaves = BTreeMap::new();
    let mut entries = BTreeSet::new();
    for (number, record) in (commit.expects..).zip(&commit.records) {
        let refuse = |why: &str| Err(inconsistent("journal", record.number, why));
        if record.number != number {
            return refuse("the numbers of the journal have no gaps");
        }
        let leaf = match leaves.get(&record.tree) {
            Some(leaf) => *leaf,
            None => known.leaves(record.tree)?,
        };
        if record.leaf != leaf {
            return refuse("the leaves of a tree have no gaps");
        }
        leaves.insert(record.tree, leaf.saturating_add(1));
        if !stands_in_its_tree(record) {
            return refuse(
                "shared entries, epochs and salted inner roots go into the exchange tree, salted inner entries into the inner one",
            );
        }
        if let Recorded::Entry { entry, .. } = &record.what
            && !entries.insert(entry)
        {
            return refuse("this entry is twice in one commit");
        }
    }
    Ok(())
}

/// What would show an inner leaf to partners, or hide a shared one from them, must not get in.
fn stands_in_its_tree(record: &Record) -> bool {
    let (tree, salted) = match &record.what {
        Recorded::Entry { lane, .. } if lane.is_shared() => (TreeName::Exchange, false),
        Recorded::Entry { .. } => (TreeName::Inner, true),
        Recorded::InnerRoot { .. } => (TreeName::Exchange, true),
        Recorded::Epoch { .. } | Recorded::Again { .. } => (TreeName::Exchange, false),
    };
    record.tree == tree && record.salt.is_some() == salted
}

fn cuts(commit: &Commit, known: &dyn Known) -> Result<()> {
    let mut cut = BTreeSet::new();
    for (partner, n) in &commit.cut {
        if *n > known.steps(partner, Direction::Out)? || !cut.insert(partner) {
            return Err(inconsistent(
                "stream",
                format!("{partner} {n}"),
                "it is cut once, and not beyond its end",
            ));
        }
    }
    Ok(())
}

fn steps(commit: &Commit, known: &dyn Known) -> Result<()> {
    let length = commit.expects.saturating_add(commit.records.len() as u64);
    let cut = commit.cut.iter().map(|(partner, n)| ((*partner, Direction::Out), *n));
    let mut heads: BTreeMap<_, _> = cut.collect();
    for step in &commit.steps {
        let refuse =
            |why: &str| Err(inconsistent("stream", format!("{} {}", step.partner, step.head.n), why));
        let stream = (step.partner, step.direction);
        let n = match heads.get(&stream) {
            Some(n) => *n,
            None => known.steps(&step.partner, step.direction)?,
        };
        if Some(step.head.n) != n.checked_add(1) {
            return refuse("the steps of a stream have no gaps");
        }
        if step.record >= length {
            return refuse("its record is not in the journal");
        }
        heads.insert(stream, step.head.n);
    }
    Ok(())
}

fn cards(commit: &Commit, known: &dyn Known) -> Result<()> {
    let mut new = BTreeMap::new();
    for card in &commit.cards {
        let there = match new.insert((card.agency, card.number), &card.bytes) {
            Some(bytes) => Some(bytes.clone()),
            None => known.card(&card.agency, card.number)?,
        };
        if there.is_some_and(|bytes| bytes != card.bytes) {
            let row = format!("{} {}", card.agency, card.number);
            return Err(inconsistent("card", row, "another card with this number is there already"));
        }
    }
    Ok(())
}

/// Numbers that come from partners can be anything; the ones above are bounded by having no gaps.
fn numbers(commit: &Commit) -> Result<()> {
    let records = commit.records.iter().map(|record| {
        let number = match &record.what {
            Recorded::Entry { place, .. } => place.seq,
            Recorded::InnerRoot { size, .. } => *size,
            Recorded::Epoch { epoch, .. } => u64::from(*epoch),
            Recorded::Again { .. } => 0,
        };
        ("journal", record.number.to_string(), number)
    });
    let delivered = commit.delivered.iter().map(|(partner, n)| ("delivered", partner.to_string(), *n));
    let cards = commit.cards.iter().map(|card| ("card", card.agency.to_string(), card.number));
    let checkpoints = commit.checkpoints.iter().map(|c| ("checkpoint", c.agency.to_string(), c.size));
    records
        .chain(delivered)
        .chain(cards)
        .chain(checkpoints)
        .find(|(_, _, number)| *number > LARGEST)
        .map_or(Ok(()), |(table, row, _)| {
            Err(inconsistent(table, row, "a number larger than a store can hold"))
        })
}
