//! How a record without a node and an agency that has one are tied, for the page of a partner.
//!
//! Not here: how they are tied (`commands/hand_over.rs`).

use comity_journal::ids::{AgencyId, MatterId, Pseudonym};
use serde::Serialize;

use super::partners::PartnerLine;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::{Officer, Partner, Partnership};

/// An agency by its id and our name for it.
#[derive(Clone, Debug, Serialize)]
pub struct NamedAgency {
    /// The agency.
    pub agency: AgencyId,
    /// Our name for it.
    pub name: String,
}

/// A tie that one person proposes.
#[derive(Clone, Debug, Serialize)]
pub struct ProposedTieLine {
    /// With which agency, or which party of the partner's matters.
    pub with: AgencyId,
    /// Our name for it, where we have one.
    pub name: String,
    /// Who proposes it, by name.
    pub by: Option<String>,
}

/// How a partner is tied, and what could be said.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TiePage {
    /// Of a partner without a node: the agency it is.
    pub linked: Option<NamedAgency>,
    /// Of a partner without a node: the partners with a node that it could be.
    pub could_be: Vec<NamedAgency>,
    /// Of a partner with a node: the records it hands over to us that nobody has confirmed yet.
    pub offered: Vec<AgencyId>,
    /// What waits for a second person.
    pub proposed: Option<ProposedTieLine>,
}

impl Ledger {
    /// How a partner is tied, and what could be said.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn tie_page(&mut self, line: &PartnerLine) -> Result<TiePage, Failure> {
        let partners = self.partners()?;
        let Some(partner) = partners.iter().find(|partner| partner.record == line.record) else {
            return Ok(TiePage::default());
        };
        let named = |agency: AgencyId| {
            let known = partners.iter().find(|known| known.agency == agency);
            let name =
                known.map_or_else(|| agency.to_string().chars().take(12).collect(), |p| p.name.clone());
            NamedAgency { agency, name }
        };
        let tie = partner.lane.tie().cloned().unwrap_or_default();
        let linked = partner.lane.linked_with().filter(|_| partner.off_network);
        let linked = linked.map(|agency| named(AgencyId::from_bytes(*agency.as_bytes())));
        let with_node = |known: &&Partner| !known.off_network && known.partnership == Partnership::Confirmed;
        let could_be = partners.iter().filter(with_node).map(|known| named(known.agency));
        let could_be = could_be.filter(|_| partner.off_network && linked.is_none()).collect();
        let proposed = match tie.proposed {
            None => None,
            Some(proposed) => {
                let NamedAgency { agency: with, name } =
                    named(AgencyId::from_bytes(*proposed.with.as_bytes()));
                Some(ProposedTieLine { with, name, by: self.officer_behind(&line.record, proposed.by)? })
            }
        };
        let offered = if partner.off_network { Vec::new() } else { self.records_offered_by(partner)? };
        Ok(TiePage { linked, could_be, offered, proposed })
    }

    /// The officer who acted so in a record, by name.
    pub(super) fn officer_behind(
        &mut self,
        record: &MatterId,
        who: Pseudonym,
    ) -> Result<Option<String>, Failure> {
        let officers = self.officers_ever()?;
        let is_who = |officer: &&Officer| officer.acting_in(&*self.keys.pseudonyms, record).who == who;
        Ok(officers.iter().find(is_who).map(|officer| officer.name.clone()))
    }
}
