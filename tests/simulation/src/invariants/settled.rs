//! Facts that the world acts on, and that nothing which arrives later may unsettle.

use comity_domain::engine::{AnyMatter, Standing};
use comity_journal::ids::AgencyId;

use super::{Invariant, Judge, Judged};

/// The statuses in which something is settled, and what may follow each: acts of the lane that owns the fact.
const SETTLED: &[(&str, &str, &[&str])] = &[
    ("request", "closed", &["closed"]),
    ("council", "in-force", &["in-force", "denounced"]),
    ("council", "denounced", &["denounced"]),
    ("escort", "taken", &["taken"]),
];

/// Whether what a matter came to is contested: a lane of it is forked, or was signed with a key that was disowned.
fn is_contested(matter: &dyn AnyMatter) -> bool {
    let contested = |standing| matches!(standing, Standing::Forked | Standing::GivenUp | Standing::Disowned);
    matter.entries().iter().any(|entry| contested(matter.standing(&entry.hash())))
}

impl Judge {
    /// Looks at a matter of a node that has moved.
    pub(super) fn settled(&mut self, node: AgencyId, matter: &dyn AnyMatter) -> Judged {
        let (kind, view) = (matter.kind(), matter.view());
        let (at, status) = ((node, view.id), view.cell.status);
        let before = self.settled.get(&at).copied();
        let may_follow = |before: &str| {
            let mut rows = SETTLED.iter().filter(|(of, settled, _)| (*of, *settled) == (kind, before));
            rows.any(|(.., then)| then.contains(&status))
        };
        let unsettled = before.filter(|before| !may_follow(before));
        if unsettled.is_some() && is_contested(matter) {
            self.settled.remove(&at);
            return Ok(());
        }
        Invariant::SettledStaysSettled.holds_if(unsettled.is_none(), || {
            format!("matter {} of kind {kind} was {} and is {status}", at.1, unsettled.unwrap_or_default())
        })?;
        if let Some((_, settled, _)) =
            SETTLED.iter().find(|(of, settled, _)| (*of, *settled) == (kind, status))
        {
            self.settled.insert(at, settled);
        }
        Ok(())
    }
}
