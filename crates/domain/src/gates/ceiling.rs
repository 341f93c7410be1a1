//! The ceiling of a partner: how much it may get.
//!
//! A partner starts at the floor, which is correspondence: no persons of the case, no evidence. Two people lift it, on a
//! rights assessment that has to be reviewed (`matters/partner`). Read when we act, of every other party: what is in
//! force stays valid, and what a partner sends us is never void or objected to because of what it may get.
//!
//! Not here: whom free text names, which no machine can tell; its author answers for that.

use super::refusal::{Refusal, rules};
use crate::vocabulary;

vocabulary! {
    /// How much a partner may get, the least first.
    pub enum Ceiling("ceiling") {
        /// Correspondence: no persons of the case, no evidence.
        Floor = "floor",
        /// Whatever the other gates let through.
        Full = "full",
    }
}

vocabulary! {
    /// What an act gives that is not correspondence.
    pub enum Gives("gives") {
        /// News of persons of the case.
        Persons = "persons",
        /// Evidence, or leave to do more with it.
        Evidence = "evidence",
    }
}

/// Checks that an act gives no more than the ceiling lets through; `persons` are its fields that hold some.
///
/// # Errors
/// A refusal naming those fields, and what else it gives.
pub fn check_ceiling(
    ceiling: Ceiling,
    persons: Vec<&'static str>,
    gives: Option<Gives>,
) -> Result<(), Refusal> {
    let mut beyond = persons;
    beyond.extend(gives.map(Gives::code).filter(|code| !beyond.contains(code)));
    if ceiling == Ceiling::Full || beyond.is_empty() {
        Ok(())
    } else {
        Err(Refusal::under(rules::CEILING).about(beyond))
    }
}
