//! The view of whole tiles: their roots, which a start reads in place of the leaves (`ledger::trees`).

use crate::ledger::{Ledger, Pending};

/// Adds the rows of the tiles that a commit makes whole.
pub(super) fn project(ledger: &mut Ledger, pending: &mut Pending) {
    ledger.trees().into_iter().for_each(|tree| tree.put_rows(&mut pending.commit.views));
}
