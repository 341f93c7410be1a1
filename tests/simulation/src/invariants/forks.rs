//! Who has forked is proven, told and kept apart, and nobody else is.

use std::collections::BTreeSet;

use comity_domain::matters::node::Trouble;
use comity_journal::ids::AgencyId;

use super::{Broken, Invariant, Judge, Judged};
use crate::node::Node;

impl Judge {
    /// Looks at what a node holds in the end.
    pub(crate) fn forks_are_proven(&self, node: &mut Node) -> Judged {
        let us = node.agency();
        let forkers = forkers(node)?;
        let partners = node.ledger().map(|ledger| ledger.partners());
        let Some(Ok(partners)) = partners else { return Ok(()) };
        for forker in forkers.iter().filter(|forker| **forker != us && !self.is_robbed_one(forker)) {
            let told = self.alarms.contains(&(us, *forker, Trouble::Fork.code().to_owned()));
            Invariant::ForkIsProven
                .holds_if(told, || format!("both branches of {forker} are here, and nobody was told"))?;
            let partner = partners.iter().find(|partner| partner.agency == *forker);
            let apart = partner.is_none_or(|partner| partner.lane.quarantine.is_some());
            Invariant::ForkIsProven
                .holds_if(apart, || format!("{forker} has forked and is not in quarantine"))?;
        }
        let apart = partners.iter().filter(|partner| partner.lane.quarantine.is_some());
        let mut apart = apart.map(|partner| partner.agency);
        let innocent = apart.find(|agency| self.is_honest(agency) && !self.is_robbed_one(agency));
        Invariant::OthersAreUntouched
            .holds_if(innocent.is_none(), || format!("{innocent:?} is in quarantine and is honest"))
    }

    /// Somebody has told its people of a node that fell, if one did.
    pub(crate) fn rollback_came_to_light(&self) -> Judged {
        let Some(fallen) = self.put_back.filter(|_| self.fallen) else { return Ok(()) };
        let found = self.alarms.iter().any(|(by, of, trouble)| {
            let accused = *of == fallen && super::told::is_accusation(trouble);
            accused || (*by == fallen && trouble == Trouble::OldCopy.code())
        });
        Invariant::RollbackComesToLight
            .holds_if(found, || format!("{fallen} has contradicted itself, and nobody was told"))
    }
}

/// Whose lanes are forked in what a node holds.
fn forkers(node: &mut Node) -> Result<BTreeSet<AgencyId>, Broken> {
    let matters = node.resident.station.disk.look(|kept| kept.matters()).unwrap_or_default();
    let mut found = BTreeSet::new();
    let Some(ledger) = node.ledger() else { return Ok(found) };
    for id in matters {
        // One of a kind that this release does not know.
        let Ok(matter) = ledger.matter(&id) else { continue };
        found.extend(matter.forked_lanes().into_iter().map(|lane| lane.party()));
    }
    Ok(found)
}
