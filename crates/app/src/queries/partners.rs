//! Partners, officers and our own card.

use comity_domain::act::Moment;
use comity_domain::gates::Ceiling;
use comity_domain::matters::partner::Cause;
use comity_journal::card::Card;
use comity_journal::fingerprint::Fingerprint;
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::suite::Hash;
use comity_store::Recorded;
use serde::Serialize;

use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::{Partner, Partnership};

/// How many days before its review date an assessment is told to be due for review.
pub const REVIEW_SOON: i64 = 30;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A partner in the list.
#[derive(Clone, Debug, Serialize)]
pub struct PartnerLine {
    /// Its record: `act` changes what we call it and where its node answers.
    pub record: MatterId,
    /// Our name for it.
    pub name: String,
    /// Its own label.
    pub label: String,
    /// The agency.
    pub agency: AgencyId,
    /// Twelve groups of five digits; empty for a partner without a node, which has no key.
    pub fingerprint: String,
    /// Country or territory, or body.
    pub place: String,
    /// `added`, `confirmed` or `ended`.
    pub partnership: &'static str,
    /// What it may get now.
    pub ceiling: Ceiling,
    /// How its rights assessment stands: `missing`, `holds`, `lapsed` or `narrowed`.
    pub assessment: &'static str,
    /// By when the assessment is to be reviewed, or was.
    pub review_by: Option<Moment>,
    /// Whether that is within [`REVIEW_SOON`] days, or past.
    pub review_soon: bool,
    /// By when the assessment of a widening that waits for a second person would be reviewed.
    pub widening_until: Option<Moment>,
    /// The quarantine it is in.
    pub quarantine: Option<QuarantineLine>,
    /// Where its node answers; how it is reached, where it has none.
    pub at: Option<String>,
    /// Whether it has no node, so that we record what it says.
    pub off_network: bool,
    /// Of one that had no node: the agency that it is, by our name for it, which speaks for itself since.
    pub linked: Option<String>,
    /// Entries that wait for delivery to it.
    pub queued: u64,
    /// Entries of its that have arrived and wait for earlier ones.
    pub waiting: u64,
    /// Since when the first of them waits.
    pub waiting_since: Option<String>,
    /// Whether so much of it waits, or was set aside, that no more is taken in.
    pub full: bool,
    /// Entries of its that others name and that are not here.
    pub missing: u64,
    /// Whether the streams have been compared since this node started.
    pub compared: bool,
    /// Whether this node goes on without it.
    pub waived: bool,
    /// That it should, where one person proposes that.
    pub waiver: Option<ProposalLine>,
}

/// A quarantine: no new matters with this partner.
#[derive(Clone, Debug, Serialize)]
pub struct QuarantineLine {
    /// Since when.
    pub since: Moment,
    /// What put it there last: `fork` or `person`.
    pub cause: &'static str,
    /// The entry that proves the fork, where one is.
    pub proof: Option<Hash>,
    /// The matter which that is of, where it is here.
    pub matter: Option<MatterId>,
    /// Who put it there, by name, where a person did.
    pub by: Option<String>,
    /// Why, where a person did.
    pub reason: Option<String>,
    /// A lifting that waits for a second person.
    pub lifting: Option<ProposalLine>,
}

/// What one person proposes about a partner, and a second is to agree to.
#[derive(Clone, Debug, Serialize)]
pub struct ProposalLine {
    /// The proposal.
    pub entry: Hash,
    /// Who proposes it, by name.
    pub by: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// An officer in the list.
#[derive(Clone, Debug, Serialize)]
pub struct OfficerLine {
    /// The name.
    pub name: String,
    /// The roles.
    pub roles: Vec<String>,
    /// The record.
    pub record: MatterId,
    /// Whether there is what to sign in with.
    pub can_sign_in: bool,
    /// Until when an invitation can be taken up, where one is open.
    pub invited_until: Option<String>,
    /// Roles one administrator has proposed.
    pub proposed: Vec<String>,
}

/// An agency's card.
#[derive(Clone, Debug, Serialize)]
pub struct CardPage {
    /// The agency.
    pub agency: AgencyId,
    /// Its label.
    pub label: String,
    /// Names by language.
    pub names: std::collections::BTreeMap<String, String>,
    /// Country or territory, or body.
    pub place: String,
    /// What it is.
    pub kind: String,
    /// The number of the card.
    pub number: u64,
    /// Twelve groups of five digits.
    pub fingerprint: String,
    /// Where its node answers.
    pub endpoints: Vec<String>,
    /// What it is competent for.
    pub competences: Vec<String>,
}

impl Ledger {
    /// All partners as a list.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn list_partners(&mut self) -> Result<Vec<PartnerLine>, Failure> {
        let partners = self.partners()?;
        partners.into_iter().map(|partner| self.partner_line(partner)).collect()
    }

    /// One partner as a line.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn partner_line(&mut self, partner: Partner) -> Result<PartnerLine, Failure> {
        let now = self.now();
        let quarantine = self.quarantine_line(&partner)?;
        let assessment = partner.lane.assessment(now);
        let review_by = assessment.review_by();
        let (of, waiting) = (partner.agency, self.waiting.of(&partner.agency));
        let linked = match partner.lane.linked_with().filter(|_| partner.off_network) {
            None => None,
            Some(with) => {
                let (with, partners) = (AgencyId::from_bytes(*with.as_bytes()), self.known_partners()?);
                let known = partners.iter().find(|known| known.agency == with);
                Some(known.map_or_else(|| with.to_string(), |known| known.name.clone()))
            }
        };
        let waiver = match partner.lane.waiver.proposed {
            None => None,
            Some((entry, by)) => Some(ProposalLine {
                entry,
                by: self.officer_behind(&partner.record, by)?,
                reason: self.text_of(&[(entry, ())], "waiver", "reason")?,
            }),
        };
        Ok(PartnerLine {
            ceiling: assessment.ceiling(),
            assessment: assessment.code(),
            review_by: review_by.map(Moment),
            review_soon: review_by.is_some_and(|by| by <= now.plus_millis(REVIEW_SOON * DAY)),
            widening_until: partner.lane.proposed().map(|proposed| Moment(proposed.review_by)),
            waiting: waiting.entries,
            waiting_since: self.waiting.since(&of).map(|since| since.to_string()),
            full: self.has_no_room_for(&of)?,
            missing: self.waiting.missing_from(&of),
            fingerprint: if partner.off_network {
                String::new()
            } else {
                Fingerprint::of(&partner.agency).to_string()
            },
            place: partner.place,
            partnership: match partner.partnership {
                Partnership::Added => "added",
                Partnership::Confirmed => "confirmed",
                Partnership::Ended => "ended",
            },
            quarantine,
            queued: self.queued_for(&partner.agency)?,
            compared: self.compared.with(&partner.agency),
            waived: self.waived.contains(&partner.agency),
            waiver,
            record: partner.record,
            name: partner.name,
            label: partner.label,
            agency: partner.agency,
            at: partner.at,
            off_network: partner.off_network,
            linked,
        })
    }

    fn quarantine_line(&mut self, partner: &Partner) -> Result<Option<QuarantineLine>, Failure> {
        let Some(quarantine) = partner.lane.quarantine else { return Ok(None) };
        let record = partner.record;
        let reason = |ledger: &Self, entry| ledger.text_of(&[(entry, ())], "quarantine", "reason");
        let (proof, by) = match quarantine.cause {
            Cause::Fork(entry) => (Some(entry), None),
            Cause::Person(who) => (None, self.officer_behind(&record, who)?),
        };
        let lifting = match quarantine.proposed {
            None => None,
            Some(proposed) => Some(ProposalLine {
                entry: proposed.entry,
                by: self.officer_behind(&record, proposed.by)?,
                reason: reason(self, proposed.entry)?,
            }),
        };
        let proven_in = proof.map(|entry| self.store().entry(&entry)).transpose()?.flatten();
        let matter = proven_in.and_then(|record| match record.what {
            Recorded::Entry { matter, .. } => Some(matter),
            _ => None,
        });
        Ok(Some(QuarantineLine {
            since: Moment(quarantine.since),
            cause: quarantine.cause.code(),
            proof,
            matter,
            by,
            reason: reason(self, quarantine.last)?,
            lifting,
        }))
    }

    /// All officers as a list.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn list_officers(&mut self) -> Result<Vec<OfficerLine>, Failure> {
        let now = self.now();
        let mut lines = Vec::new();
        for officer in self.officers()? {
            let lane = self.officer_lane(&officer.record)?;
            let open = lane.invited.filter(|invited| now <= invited.expires);
            lines.push(OfficerLine {
                name: officer.name,
                roles: officer.roles.iter().map(Token::to_string).collect(),
                record: officer.record,
                can_sign_in: lane.can_sign_in(),
                invited_until: open.map(|invited| invited.expires.to_string()),
                proposed: lane
                    .proposed
                    .iter()
                    .flat_map(|p| &p.roles)
                    .map(|role| role.code().to_owned())
                    .collect(),
            });
        }
        Ok(lines)
    }

    /// Our own card.
    pub fn show_card(&self) -> CardPage {
        CardPage::of(self.own_card())
    }

    /// The latest card of an agency, if one is known.
    pub fn card_of(&self, agency: &AgencyId) -> Option<CardPage> {
        self.cards.latest(agency).map(CardPage::of)
    }
}

impl CardPage {
    /// What a card says.
    pub fn of(card: &Card) -> Self {
        let facts = card.facts();
        Self {
            agency: card.agency(),
            label: facts.label.to_string(),
            names: facts.names.clone(),
            place: facts.seat.to_string(),
            kind: facts.kind.to_string(),
            number: facts.number,
            fingerprint: card.fingerprint().to_string(),
            endpoints: facts.endpoints.clone(),
            competences: facts.competences.iter().map(Token::to_string).collect(),
        }
    }
}
