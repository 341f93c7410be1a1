//! An agency without a node gets one: two people link its record with the agency they met, and the node hands over what it
//! recorded for it; at the other node two people confirm which record was about them.
//!
//! Not here: whether an offer or a take counts (`engine/handed.rs`), and how the two met (`add_partner.rs`).
//!
//! Invariant: an offer is written only for a link that two people have made, and goes out before everything it is about.

use comity_domain::act::{Act as _, ActSet as _, Composed};
use comity_domain::engine::{AdoptRecord, DisputeRecord, HandRecordOver, Proposal};
use comity_domain::gates::{Refusal, rules};
use comity_domain::matters::partner::{Claim, Link, PartnerAct, ProposeClaim, ProposeLink};
use comity_journal::cbor;
use comity_journal::entry::{Actor, Lane, Party};
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::suite::Hash;
use comity_store::{Direction, Recorded};

use super::act::ActCommand;
use super::drafts::token;
use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::{Ledger, NewEntry, Pending};
use crate::people::{Officer, Partner, Partnership};

/// What came of tying a record and an agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tied {
    /// One person proposes it; a second asks for the same to confirm it.
    Proposed,
    /// It is confirmed; so many matters were handed over by it.
    Confirmed(usize),
}

impl Ledger {
    /// Says that a partner without a node is an agency that was met by its card: proposes it, or, as a second person,
    /// confirms it and hands over what was recorded in every matter with it.
    ///
    /// # Errors
    /// When the one has a node or the other has none, or the same person proposed it.
    pub fn link_partner(
        &mut self,
        pending: &mut Pending,
        without_node: &Partner,
        with: &Partner,
        officer: &Officer,
    ) -> Result<Tied, Failure> {
        if !without_node.off_network || with.off_network || with.partnership != Partnership::Confirmed {
            let why = "name a partner without a node, then the confirmed partner with a node that it is";
            return Err(Failure::Usage(why.into()));
        }
        let agency = Hash::from_bytes(*with.agency.as_bytes());
        self.tie(pending, without_node, agency, ("agency", ProposeLink::DEF.code, Link::DEF.code), officer)
    }

    /// Says that a record which a partner kept of an agency without a node is about us: proposes it, or, as a second person,
    /// confirms it. Without a name it is the only one that is offered and not confirmed.
    ///
    /// # Errors
    /// When nothing or more than one thing is offered, or the same person proposed it.
    pub fn claim_record(
        &mut self,
        pending: &mut Pending,
        partner: &Partner,
        party: Option<&str>,
        officer: &Officer,
    ) -> Result<Tied, Failure> {
        let offered = self.records_offered_by(partner)?;
        let fits = |known: &&AgencyId| {
            party.is_none_or(|typed| known.to_string().starts_with(&typed.to_ascii_lowercase()))
        };
        let party = match offered.iter().filter(fits).collect::<Vec<_>>().as_slice() {
            [party] => **party,
            [] => return Err(Failure::Usage("this partner has handed no such record over to us".into())),
            _ => return Err(Failure::Usage("several records are offered; name one by its id".into())),
        };
        let party = Hash::from_bytes(*party.as_bytes());
        self.tie(pending, partner, party, ("party", ProposeClaim::DEF.code, Claim::DEF.code), officer)
    }

    fn tie(
        &mut self,
        pending: &mut Pending,
        partner: &Partner,
        with: Hash,
        (field, propose, confirm): (&str, &str, &str),
        officer: &Officer,
    ) -> Result<Tied, Failure> {
        let tie = partner.lane.tie().cloned().unwrap_or_default();
        if tie.holds.contains(&with) && partner.off_network {
            // A matter that was not open yet, or could not be signed in, when it was linked.
            self.authorise(officer, Doing::ManagePartners, None)?;
            self.hand_records_over(pending, &partner.record, officer)?;
            return Ok(Tied::Confirmed(self.matters_handed_over(&partner.agency)?));
        }
        if tie.holds.contains(&with) {
            return Err(Failure::Usage("two people have confirmed this already".into()));
        }
        let waits = tie.proposed.is_some_and(|proposed| proposed.with == with);
        let (act, toml) =
            if waits { (confirm, String::new()) } else { (propose, format!("{field} = \"{with}\"\n")) };
        let command = ActCommand { matter: partner.record, act: act.into(), toml: Some(toml) };
        self.act(pending, &command, officer)?;
        if !waits {
            return Ok(Tied::Proposed);
        }
        let handed = if act == Link::DEF.code { self.matters_handed_over(&partner.agency)? } else { 0 };
        Ok(Tied::Confirmed(handed))
    }

    /// The records that a partner hands over to us in some matter and that nobody here has confirmed yet.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn records_offered_by(&mut self, partner: &Partner) -> Result<Vec<AgencyId>, Failure> {
        let us = self.agency;
        let confirmed = partner.lane.tie().map(|tie| tie.holds.clone()).unwrap_or_default();
        let mut offered = Vec::new();
        for id in self.shared_matters()? {
            let matter = self.matter(&id)?;
            let opener = matter.opening().map(|(opening, _)| opening.genesis.opener);
            let party = matter.offered_to(&us).filter(|_| opener == Some(partner.agency));
            offered.extend(party.filter(|party| !confirmed.contains(&Hash::from_bytes(*party.as_bytes()))));
        }
        offered.sort();
        offered.dedup();
        Ok(offered)
    }

    /// What a person writes in a partner's record about ties: it names an agency that we have met and that has a node.
    pub(super) fn check_tie(&mut self, composed: &Composed) -> Result<(), Failure> {
        let act = PartnerAct::decode(composed.act.as_str(), &composed.structure);
        let Some(Ok(PartnerAct::ProposeLink(propose))) = act else { return Ok(()) };
        let agency = AgencyId::from_bytes(*propose.agency.as_bytes());
        let met = |partner: &Partner| {
            partner.agency == agency && !partner.off_network && partner.partnership == Partnership::Confirmed
        };
        if self.partners()?.iter().any(met) {
            return Ok(());
        }
        Err(Failure::Usage("this is no agency that was met by its card and confirmed by two people".into()))
    }

    /// Whether something is taken over that nobody here has confirmed to be about us.
    pub(super) fn check_claimed(&mut self, matter: &MatterId, act: &str) -> Result<(), Failure> {
        if ![AdoptRecord::DEF.code, DisputeRecord::DEF.code].contains(&act) {
            return Ok(());
        }
        let us = self.agency;
        let folded = self.matter(matter)?;
        let opener = folded.opening().map(|(opening, _)| opening.genesis.opener);
        let Some(party) = folded.offered_to(&us) else { return Ok(()) };
        let party = Hash::from_bytes(*party.as_bytes());
        let partners = self.partners()?;
        let recorder = partners.iter().find(|partner| Some(partner.agency) == opener);
        let tie = recorder.and_then(|partner| partner.lane.tie());
        if tie.is_some_and(|tie| tie.holds.contains(&party)) {
            Ok(())
        } else {
            Err(Refusal::under(rules::CLAIM_FIRST).into())
        }
    }

    /// Hands over, in every matter with it, what was recorded for a party whose record was linked with an agency.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn hand_records_over(
        &mut self,
        pending: &mut Pending,
        record: &MatterId,
        officer: &Officer,
    ) -> Result<(), Failure> {
        let Some(to) = self.partner_lane(record)?.linked_with() else { return Ok(()) };
        let (us, to) = (self.agency, AgencyId::from_bytes(*to.as_bytes()));
        let party = AgencyId::from_bytes(*record.as_bytes());
        for id in self.shared_matters()? {
            let parties = self.matter(&id)?.parties();
            let ours = |known: &Party| known.agency == party && known.recorder == Some(us);
            if parties.iter().any(ours) {
                let by = officer.acting_in(&*self.keys.pseudonyms, &id);
                self.hand_record_over(pending, &id, &party, &to, by)?;
            }
        }
        Ok(())
    }

    fn hand_record_over(
        &mut self,
        pending: &mut Pending,
        id: &MatterId,
        party: &AgencyId,
        to: &AgencyId,
        by: Actor,
    ) -> Result<(), Failure> {
        let kind = self.kind_of(id)?;
        let rules_version = self.kind_named(&kind)?.def().rules;
        let structure = cbor::encode(&self.matter(id)?.offer_of(party, to));
        let act = Token::literal(HandRecordOver::DEF.code);
        let offer = Composed { act: act.clone(), structure: structure.clone(), parts: Vec::new() };
        let facts = self.facts(pending, id, &offer, None, by.clone(), Vec::new())?;
        let proposal = Proposal {
            author: self.agency,
            lane: Lane::Shared(self.agency),
            act: act.as_str(),
            structure: &structure,
            parts: &[],
            opening: None,
            rules: rules_version,
            draft: None,
        };
        // What is forked, read only or not compared yet is left as it is: linking once more goes on from there.
        let stands =
            self.matter(id)?.decide(&proposal, &facts).is_ok() && self.not_compared(id, None)?.is_none();
        if !stands {
            return Ok(());
        }
        let before = self.shared_records(pending, id)?;
        let new = NewEntry {
            matter: *id,
            kind: token(&kind),
            rules: rules_version,
            lane: Lane::Shared(self.agency),
            act,
            structure,
            parts: Vec::new(),
            by,
            approved: Vec::new(),
            relied: Vec::new(),
            opening: None,
            handling: token("h1"),
        };
        // It goes to the agency first, so that the rest is known to concern it.
        self.append_own(pending, new)?;
        for (entry, record) in before {
            self.put_step(pending, (*to, Direction::Out), &entry, record)?;
        }
        Ok(())
    }

    /// All that travels of a matter, in the order in which it was recorded here.
    pub(super) fn shared_records(
        &mut self,
        pending: &Pending,
        id: &MatterId,
    ) -> Result<Vec<(Hash, u64)>, Failure> {
        let stored = self.store.matter(id)?;
        let all = stored.iter().chain(&pending.commit.records);
        let shared = all.filter_map(|record| match &record.what {
            Recorded::Entry { entry, matter, lane, .. } if matter == id && lane.is_shared() => {
                Some((record.number, *entry))
            }
            _ => None,
        });
        let in_order: std::collections::BTreeMap<u64, Hash> = shared.collect();
        Ok(in_order.into_iter().map(|(number, entry)| (entry, number)).collect())
    }

    fn shared_matters(&mut self) -> Result<Vec<MatterId>, Failure> {
        let shared: Vec<_> =
            self.kinds.iter().filter(|kind| kind.def().shared).map(|kind| kind.def().code).collect();
        let mut matters = Vec::new();
        for kind in shared {
            matters.extend(self.rows_of(kind)?.into_iter().map(|row| row.id));
        }
        Ok(matters)
    }

    /// In how many matters a party's record was handed over.
    fn matters_handed_over(&mut self, party: &AgencyId) -> Result<usize, Failure> {
        let mut handed = 0;
        for id in self.shared_matters()? {
            let matter = self.matter(&id)?;
            handed += usize::from(matter.agency_of(party) != *party);
        }
        Ok(handed)
    }
}
