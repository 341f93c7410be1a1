//! What rings: matters in which somebody's life is at stake, and something has come that nobody here has taken note of,
//! or waits for what is missing.
//!
//! Whoever may know the matter hears it, wherever they are at work. It stops when somebody acknowledges or reads. Not here:
//! other clocks, however late they are; they stand in lists.

use comity_domain::clock::Consequence;

use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;
use crate::views::{Facet, MatterRow};

/// The most that ring at once; more ring when these are taken note of.
const AT_ONCE: usize = 8;

/// A matter that rings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ringing {
    /// Its number.
    pub number: String,
    /// Whether what has come waits for something that is missing.
    pub waits: bool,
}

impl Ledger {
    /// What rings for an officer.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn rings_for(&mut self, officer: &Officer) -> Result<Vec<Ringing>, Failure> {
        let life = |row: &MatterRow| row.consequence() == Consequence::Life;
        let (rows, _) = self.rows_for(officer, &Facet::Intake, AT_ONCE)?;
        let come = rows.into_iter().filter(|row| life(row)).map(|row| (row, false));
        let mut ringing: Vec<_> = come.collect();
        let waiting: Vec<_> = self.waiting.matters().copied().collect();
        for id in waiting {
            let Some(row) = self.listed(&id)? else { continue };
            let known = ringing.iter().any(|(known, _)| known.id == row.id);
            if !known && life(&row) && officer.may_in_row(Doing::SeeMatter, &row) {
                ringing.push((row, true));
            }
        }
        ringing.truncate(AT_ONCE);
        let line = |(row, waits): &(std::sync::Arc<MatterRow>, bool)| {
            Ok(Ringing { number: self.number(&row.kind, &row.id)?, waits: *waits })
        };
        ringing.iter().map(line).collect()
    }
}
