//! Who works here and whom we work with: officers and partners, folded from their own inner matters.

use comity_domain::engine::KindDef;
use comity_domain::gates::Ceiling;
use comity_domain::matters::officer::{OPERATOR, OfficerLane, Service};
use comity_domain::matters::partner::{self, PartnerLane, Quarantine};
use comity_journal::card::Card;
use comity_journal::cbor;
use comity_journal::entry::{Actor, Lane, Opening, Party};
use comity_journal::ids::{AgencyId, MatterId, NumberTyped, Pseudonym, Token};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::views::{self, MATTERS, MatterRow, read_row};

/// An officer of this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Officer {
    /// The matter that is the officer's record.
    pub record: MatterId,
    /// The name, while its content is present.
    pub name: String,
    /// The roles, sorted.
    pub roles: Vec<Token>,
    /// How often all sessions of this officer were ended: a session that began under another number is over.
    pub endings: u64,
}

impl Officer {
    /// The officer as entries of `matter` name one.
    pub fn acting_in(&self, secret: &[u8], matter: &MatterId) -> Actor {
        Actor { who: Pseudonym::of(secret, matter, self.record.as_bytes()), roles: self.roles.clone() }
    }
}

/// Where a partnership stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partnership {
    /// One person has compared and added it.
    Added,
    /// A second has confirmed.
    Confirmed,
    /// It ended.
    Ended,
}

/// A foreign agency as this node knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// The matter that is the partner's record.
    pub record: MatterId,
    /// The agency.
    pub agency: AgencyId,
    /// What we call it.
    pub name: String,
    /// What its card calls it.
    pub label: String,
    /// Where its node answers; how it is reached, where it has none.
    pub at: Option<String>,
    /// Country or territory, or body; empty while not known.
    pub place: String,
    /// Where the partnership stands.
    pub partnership: Partnership,
    /// What its record has come to: what it may get is read off it and a moment.
    pub lane: PartnerLane,
    /// Whether it has no node, so that we record what it says.
    pub off_network: bool,
}

/// Officers and partners as they were read last; forgotten when an entry about any of them, or a card, is appended,
/// and once more when it is durable, because what is read in between is what was stored before.
#[derive(Default)]
pub(crate) struct KnownPeople {
    officers: Option<Arc<[(Officer, Service)]>>,
    partners: Option<Arc<[Partner]>>,
}

impl KnownPeople {
    /// The kinds of matters that tell of them.
    pub(crate) const ARE_KEPT_IN: [&str; 2] = ["officer", "partner"];

    /// They are read anew when they are asked for next.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

impl Ledger {
    /// All officers at work, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn officers(&mut self) -> Result<Vec<Officer>, Failure> {
        let serving =
            |(officer, service): &(Officer, Service)| (*service == Service::Serving).then(|| officer.clone());
        Ok(self.everybody()?.iter().filter_map(serving).collect())
    }

    /// All officers who ever worked here, by name: history goes on naming who has left.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn officers_ever(&mut self) -> Result<Vec<Officer>, Failure> {
        Ok(self.everybody()?.iter().map(|(officer, _)| officer.clone()).collect())
    }

    /// The records of all officers who ever worked here.
    pub(crate) fn records_ever(&mut self) -> Result<Vec<MatterId>, Failure> {
        Ok(self.everybody()?.iter().map(|(officer, _)| officer.record).collect())
    }

    /// Everybody with a record here, as it stands; read once until a record changes.
    fn everybody(&mut self) -> Result<Arc<[(Officer, Service)]>, Failure> {
        if let Some(known) = &self.people.officers {
            return Ok(Arc::clone(known));
        }
        let read: Arc<[_]> = self.read_officers()?.into();
        self.people.officers = Some(Arc::clone(&read));
        Ok(read)
    }

    fn read_officers(&mut self) -> Result<Vec<(Officer, Service)>, Failure> {
        let mut officers = Vec::new();
        for row in self.rows_of("officer")? {
            officers.push(self.read_officer(&row.id)?);
        }
        officers.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
        Ok(officers)
    }

    /// The officer whose record this is, as the record stands now; `None` for one who is not at work.
    ///
    /// # Errors
    /// When there is no such record, or the store cannot be read.
    pub fn officer_of(&mut self, record: &MatterId) -> Result<Option<Officer>, Failure> {
        let (officer, service) = self.read_officer(record)?;
        Ok((service == Service::Serving).then_some(officer))
    }

    fn read_officer(&mut self, record: &MatterId) -> Result<(Officer, Service), Failure> {
        let lane = self.officer_lane(record)?;
        let mut roles: Vec<Token> = lane.roles.iter().map(|role| Token::literal(role.code())).collect();
        roles.sort();
        let named: Vec<_> = lane.enlisted.map(|entry| (entry, ())).into_iter().collect();
        let name = self.text_of(&named, "person", "name")?.unwrap_or_else(|| "(name erased)".into());
        Ok((Officer { record: *record, name, roles, endings: lane.endings }, lane.service))
    }

    /// What an officer's record has come to.
    ///
    /// # Errors
    /// When there is no such record.
    pub fn officer_lane(&mut self, record: &MatterId) -> Result<OfficerLane, Failure> {
        let lane = Lane::Inner(self.agency);
        let lane = self.matter(record)?.lane(lane).downcast::<OfficerLane>();
        lane.map(|lane| *lane).map_err(|_| Failure::NotFound("this is no officer's record".into()))
    }

    /// How entries of an officer's record name the very officer.
    pub(crate) fn subject_of(&self, record: &MatterId) -> Pseudonym {
        Pseudonym::of(&*self.keys.pseudonyms, record, record.as_bytes())
    }

    /// The officer a command names, or the only one when it names none.
    ///
    /// # Errors
    /// When there is none, or several could be meant.
    pub fn officer(&mut self, named: Option<&str>) -> Result<Officer, Failure> {
        let officers = self.officers()?;
        let is_meant = |officer: &&Officer| named.is_none_or(|name| officer.name == name);
        let meant: Vec<_> = officers.iter().filter(is_meant).cloned().collect();
        match <[Officer; 1]>::try_from(meant) {
            Ok([officer]) => Ok(officer),
            Err(none) if none.is_empty() => Err(Failure::Usage(match named {
                Some(_) => "no officer of that name works here; `officer add` enlists one".into(),
                None => "no officer works here yet; `officer add DIR NAME --role ROLE` enlists one".into(),
            })),
            Err(_) => Err(Failure::Usage("several officers work here; say who acts with --as NAME".into())),
        }
    }

    /// All partners, by our name for them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn partners(&mut self) -> Result<Vec<Partner>, Failure> {
        Ok(self.known_partners()?.to_vec())
    }

    /// As [`Self::partners`], without a copy.
    pub(crate) fn known_partners(&mut self) -> Result<Arc<[Partner]>, Failure> {
        if let Some(known) = &self.people.partners {
            return Ok(Arc::clone(known));
        }
        let read: Arc<[Partner]> = self.read_partners()?.into();
        self.people.partners = Some(Arc::clone(&read));
        Ok(read)
    }

    fn read_partners(&mut self) -> Result<Vec<Partner>, Failure> {
        let mut partners = Vec::new();
        for row in self.rows_of("partner")? {
            let acts = self.acts_of::<partner::PartnerAct>(&row.id)?;
            let added = acts.iter().rev().find_map(|(_, act)| match act {
                partner::PartnerAct::Add(add) => Some((add.agency, false)),
                partner::PartnerAct::AddOffNetwork(add) => Some((add.agency, true)),
                _ => None,
            });
            let Some((agency, off_network)) = added else { continue };
            let agency = AgencyId::from_bytes(*agency.as_bytes());
            let said_place = self.text_of(&acts, "partner", "place")?;
            let reached = self.text_of(&acts, "partner", "reached")?;
            let lane = self.partner_lane(&row.id)?;
            let card = self.cards.latest(&agency).map(Card::facts);
            let place = card.map(|card| card.seat.to_string()).or(said_place).unwrap_or_default();
            let label = card.map(|card| card.label.to_string()).unwrap_or_default();
            let endpoint = card.and_then(|card| card.endpoints.first().cloned());
            partners.push(Partner {
                record: row.id,
                agency,
                lane,
                off_network,
                name: self.text_of(&acts, "partner", "name")?.unwrap_or_else(|| label.clone()),
                label,
                at: self.text_of(&acts, "partner", "at")?.or(endpoint).or(reached),
                place,
                partnership: match row.status.as_str() {
                    "confirmed" => Partnership::Confirmed,
                    "ended" => Partnership::Ended,
                    _ => Partnership::Added,
                },
            });
        }
        partners.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(partners)
    }

    /// What a partner's record has come to.
    pub(crate) fn partner_lane(&mut self, record: &MatterId) -> Result<PartnerLane, Failure> {
        let lane = Lane::Inner(self.agency);
        let lane = self.matter(record)?.lane(lane).downcast::<PartnerLane>();
        lane.map(|lane| *lane).map_err(|_| Failure::NotFound("this is no partner's record".into()))
    }

    /// The lowest ceiling among the other parties of a matter at `now`. A party that is no partner of ours has none but the
    /// floor; where there is no other party, nothing is given.
    pub(crate) fn ceiling_among(&mut self, parties: &[Party], now: Timestamp) -> Result<Ceiling, Failure> {
        let (us, partners) = (self.agency, self.known_partners()?);
        let of = |party: &Party| {
            let known = partners.iter().find(|partner| {
                partner.agency == party.agency && partner.partnership == Partnership::Confirmed
            });
            known.map_or(Ceiling::Floor, |partner| partner.lane.ceiling(now))
        };
        Ok(parties.iter().filter(|party| party.agency != us).map(of).min().unwrap_or(Ceiling::Full))
    }

    /// The lowest ceiling among the other parties of a matter as they are now, or as `opening` would open it.
    pub(crate) fn ceiling_in(
        &mut self,
        matter: &MatterId,
        opening: Option<&Opening>,
        now: Timestamp,
    ) -> Result<Ceiling, Failure> {
        let known = self.matter(matter)?.parties();
        let parties = opening.filter(|_| known.is_empty()).map_or(known, |opening| opening.parties.clone());
        self.ceiling_among(&parties, now)
    }

    /// The quarantine a partner is in.
    pub(crate) fn quarantine_of(&mut self, agency: &AgencyId) -> Result<Option<Quarantine>, Failure> {
        let partners = self.known_partners()?;
        let known = partners.iter().filter(|known| known.partnership != Partnership::Ended);
        Ok(known.filter(|known| known.agency == *agency).find_map(|known| known.lane.quarantine))
    }

    /// Whether a matter is a new one with a partner in quarantine: `opening` would open it now with one, or one has opened
    /// it since. A matter that somebody else opened is not that partner's.
    pub(crate) fn quarantined_in(
        &mut self,
        pending: Option<&Pending>,
        matter: &MatterId,
        opening: Option<&Opening>,
    ) -> Result<bool, Failure> {
        let us = self.agency;
        let begun = self.matter(matter)?.opening().map(|(opening, entry)| (opening.genesis.opener, entry));
        let Some((opener, entry)) = begun else {
            return opening.map_or(Ok(false), |opening| self.quarantined_among(&opening.parties));
        };
        let Some(quarantine) = self.quarantine_of(&opener)?.filter(|_| opener != us) else {
            return Ok(false);
        };
        // What is not recorded yet comes after all that is.
        let number = |of: &Hash| -> Result<u64, Failure> {
            let number = match pending {
                Some(pending) => self.recorded_at(pending, of)?,
                None => self.store().entry(of)?.map(|record| record.number),
            };
            Ok(number.unwrap_or(u64::MAX))
        };
        Ok(number(&entry)? > number(&quarantine.began)?)
    }

    /// Whether any other of these parties is in quarantine here.
    pub(crate) fn quarantined_among(&mut self, parties: &[Party]) -> Result<bool, Failure> {
        let us = self.agency;
        for party in parties.iter().filter(|party| party.agency != us) {
            if self.quarantine_of(&party.agency)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The partner a command names: our name for it, its label if unique, or a prefix of its id.
    ///
    /// # Errors
    /// When there is none, or several could be meant.
    pub fn partner(&mut self, named: &str) -> Result<Partner, Failure> {
        let partners: Vec<_> =
            self.partners()?.into_iter().filter(|p| p.partnership != Partnership::Ended).collect();
        let by = |fits: &dyn Fn(&Partner) -> bool| -> Vec<Partner> {
            partners.iter().filter(|partner| fits(partner)).cloned().collect()
        };
        let prefix = named.to_ascii_lowercase();
        let ways = [
            by(&|partner| partner.name == named),
            by(&|partner| partner.label == named),
            by(&|partner| prefix.len() >= 4 && partner.agency.to_string().starts_with(&prefix)),
        ];
        for meant in ways {
            match <[Partner; 1]>::try_from(meant) {
                Ok([partner]) => return Ok(partner),
                Err(none) if none.is_empty() => {}
                Err(_) => {
                    let why = "several partners could be meant; use our own name for it or more of its id";
                    return Err(Failure::Usage(why.into()));
                }
            }
        }
        Err(Failure::Usage("no such partner; `partner list` shows them".into()))
    }

    /// All rows of one kind in the view of matters.
    pub(crate) fn rows_of(&self, kind: &str) -> Result<Vec<MatterRow>, Failure> {
        let mut after = [kind.as_bytes(), &[0]].concat();
        let prefix = after.clone();
        let mut rows = Vec::new();
        loop {
            let page = self.store.view(MATTERS, Some(&after), 256)?;
            let Some((last, _)) = page.last() else { return Ok(rows) };
            after.clone_from(last);
            for (key, value) in page {
                if !key.starts_with(&prefix) {
                    return Ok(rows);
                }
                rows.push(read_row(&value)?);
            }
        }
    }

    /// The valid acts of an inner matter, oldest first, with their entries.
    pub(crate) fn acts_of<A: comity_domain::act::ActSet>(
        &mut self,
        id: &MatterId,
    ) -> Result<Vec<(Hash, A)>, Failure> {
        let us = self.agency;
        let matter = self.matter(id)?;
        let view = matter.view();
        let valid = view.timeline.iter().filter(|entry| {
            entry.lane == Lane::Inner(us) && entry.standing == comity_domain::engine::Standing::Valid
        });
        let mut acts: Vec<_> = valid
            .filter_map(|shown| {
                let header = matter.entry(&shown.entry)?.header();
                let act = A::decode(header.act.as_str(), &header.structure)?.ok()?;
                Some((shown.place, shown.entry, act))
            })
            .collect();
        acts.sort_by_key(|(place, ..)| *place);
        Ok(acts.into_iter().map(|(_, entry, act)| (entry, act)).collect())
    }

    /// The latest value of a text field in the content of these entries.
    pub(crate) fn text_of<A>(
        &self,
        acts: &[(Hash, A)],
        part: &str,
        field: &str,
    ) -> Result<Option<String>, Failure> {
        for (entry, _) in acts.iter().rev() {
            for open in self.store.parts(entry)? {
                let map: BTreeMap<String, ciborium::Value> = cbor::decode(&open.bytes).unwrap_or_default();
                if open.label.as_str() == part
                    && let Some(ciborium::Value::Text(text)) = map.get(field)
                {
                    return Ok(Some(text.clone()));
                }
            }
        }
        Ok(None)
    }

    /// Who acts when the node itself does: its operator, by the rights of the machine.
    pub(crate) fn operator(&self, matter: &MatterId) -> Actor {
        let who = Pseudonym::of(&*self.keys.pseudonyms, matter, b"operator");
        Actor { who, roles: vec![Token::literal("administrator"), Token::literal(OPERATOR)] }
    }

    /// A matter this node holds, and its fold, by what a person typed.
    ///
    /// # Errors
    /// When none or several could be meant.
    pub fn matter_named(&mut self, typed: &str) -> Result<MatterId, Failure> {
        Self::the_one_meant(&self.matters_meant(typed)?)
    }

    /// The one of these matters, or why there is not one; the same texts whoever asks.
    pub(crate) fn the_one_meant(found: &[MatterId]) -> Result<MatterId, Failure> {
        match found {
            [id] => Ok(*id),
            [] => Err(Failure::NotFound("no matter here has that number; `matter list` shows them".into())),
            _ => Err(Failure::Usage("several matters begin like that; type more of the number".into())),
        }
    }

    /// All matters and records that what a person typed can mean.
    pub(crate) fn matters_meant(&mut self, typed: &str) -> Result<Vec<MatterId>, Failure> {
        let kinds: Vec<_> = self.kinds.iter().map(|kind| kind.def()).collect();
        let mut found = Vec::new();
        if let Some(typed) = NumberTyped::read(typed) {
            for kind in kinds {
                found.extend(self.numbered(kind, &typed, 2)?);
            }
        }
        Ok(found)
    }

    /// The matters of one kind whose number begins as typed, at most `limit`: one run of the view of matters.
    pub(crate) fn numbered(
        &self,
        kind: &KindDef,
        typed: &NumberTyped,
        limit: usize,
    ) -> Result<Vec<MatterId>, Failure> {
        let (low, high) =
            (MatterId::from_bytes(typed.low), views::key(kind.code, &MatterId::from_bytes(typed.high)));
        let mut found = Vec::new();
        let mut after = views::key(kind.code, &low);
        if self.store.view_row(MATTERS, &after)?.is_some() && typed.means(&low, kind.prefix) {
            found.push(low);
        }
        while found.len() < limit {
            let page = self.store.view(MATTERS, Some(&after), limit)?;
            let full = page.len() == limit;
            for (key, _) in page {
                if key > high {
                    return Ok(found);
                }
                let id = MatterId::from_slice(&key[kind.code.len() + 1..]);
                found.extend(id.filter(|id| typed.means(id, kind.prefix)));
                after = key;
            }
            if !full {
                break;
            }
        }
        found.truncate(limit);
        Ok(found)
    }
}
