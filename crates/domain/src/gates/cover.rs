//! Whether an agreement covers an act today.
//!
//! Until agreements are matters of their own, the honest answer is "not on record", which is shown and signed.

use crate::vocabulary;

vocabulary! {
    /// What the record says about cover.
    pub enum Cover("cover") {
        /// An agreement in force covers it.
        Covered = "covered",
        /// None does.
        NotCovered = "not-covered",
        /// The record does not say.
        NotOnRecord = "not-on-record",
    }
}
