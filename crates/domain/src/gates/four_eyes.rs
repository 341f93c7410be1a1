//! The two-person rule: who must approve an act, and that nobody approves their own.
//!
//! One person may hold several approving roles, never that of the proposer. The rule reads pseudonyms and roles
//! as they stand in entries, so partners and auditors can repeat it.

use comity_journal::entry::Actor;

use super::refusal::{Refusal, rules};
use crate::act::ActDef;

/// The approving roles still missing.
pub fn missing_approvals(def: &ActDef, proposer: &Actor, approvals: &[Actor]) -> Vec<&'static str> {
    let holds = |role: &str| {
        approvals.iter().any(|a| a.who != proposer.who && a.roles.iter().any(|held| held.as_str() == role))
    };
    def.approve.iter().filter(|role| !holds(role)).copied().collect()
}

/// Checks that every approval an act needs is there, and none is the proposer's own.
///
/// # Errors
/// A refusal naming the missing roles, or the proposer's own approval.
pub fn check_approvals(def: &ActDef, proposer: &Actor, approvals: &[Actor]) -> Result<(), Refusal> {
    if approvals.iter().any(|approval| approval.who == proposer.who) {
        return Err(Refusal::under(rules::OWN_WORK));
    }
    let missing = missing_approvals(def, proposer, approvals);
    if missing.is_empty() { Ok(()) } else { Err(Refusal::under(rules::FOUR_EYES).about(missing)) }
}
