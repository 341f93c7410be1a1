//! Meets a partner: one person compares and adds, a second confirms.

use comity_domain::act::{Act as _, Composed, Line, Text};
use comity_domain::matters::partner::AddOffNetwork;
use comity_journal::card::Card;
use comity_journal::cbor;
use comity_journal::fingerprint::Fingerprint;
use comity_journal::ids::{MatterId, Token};
use comity_journal::suite::Hash;

use crate::authorise::Doing;
use crate::commands::act::ActCommand;
use crate::commands::drafts::inner_entry;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::{Officer, Partner, Partnership};

impl Ledger {
    /// Adds a partner whose fingerprint a person has compared.
    ///
    /// # Errors
    /// When the card's fingerprint is another one, or the partner is known.
    pub fn add_partner(
        &mut self,
        pending: &mut Pending,
        card: Card,
        compared: &Fingerprint,
        name: Option<&str>,
        at: Option<&str>,
        officer: &Officer,
    ) -> Result<MatterId, Failure> {
        self.may_manage_partners(pending, officer)?;
        if card.fingerprint() != *compared {
            return Err(Failure::NotBelieved(
                "the fingerprint that was compared is not this card's: do not go on; compare again by telephone".into(),
            ));
        }
        if card.facts().least < comity_journal::suite::Suite::LEAST
            || card.facts().suite < comity_journal::suite::Suite::LEAST
        {
            return Err(Failure::NotBelieved("the card allows a suite that is too weak".into()));
        }
        if card.agency() == self.agency {
            return Err(Failure::Usage("this is our own card".into()));
        }
        let known = self.partners()?;
        if known.iter().any(|p| p.agency == card.agency() && p.partnership != Partnership::Ended) {
            return Err(Failure::Usage(
                "this agency is a partner already; `partner show` tells how it stands".into(),
            ));
        }
        let name = name.unwrap_or(card.facts().label.as_str()).to_owned();
        check_name_is_free(&known, &name)?;
        let mut table = toml::Table::new();
        table.insert("agency".into(), card.agency().to_string().into());
        table.insert("card".into(), card.hash().to_string().into());
        table.insert("compared".into(), "by-people".into());
        table.insert("name".into(), name.into());
        if let Some(at) = at {
            table.insert("at".into(), at.into());
        }
        let agency = card.agency();
        self.keep_card(pending, card)?;
        let genesis = self.genesis("partner")?;
        let actor = officer.acting_in(&*self.keys.pseudonyms, &genesis.matter());
        self.open_inner(pending, &genesis, "add", &table.to_string(), actor)?;
        self.keep_in_quarantine(pending, &genesis.matter(), &agency, &known)?;
        Ok(genesis.matter())
    }

    /// Takes a newer card of a partner from whoever brings it: it proves itself, and what was compared is its root.
    ///
    /// # Errors
    /// [`Failure::Usage`] when it is of no partner, [`Failure::NotBelieved`] when it does not follow the one that is here.
    pub fn take_partners_card(&mut self, pending: &mut Pending, card: Card) -> Result<(), Failure> {
        let agency = card.agency();
        if !self.partners()?.iter().any(|partner| partner.agency == agency) {
            return Err(Failure::Usage("this card is of no partner: `partner add` meets one".into()));
        }
        self.keep_card(pending, card)
    }

    /// Adds a partner that has no node. Its id is the id of the record this opens.
    ///
    /// # Errors
    /// When we call another partner that already, or a text cannot be kept.
    pub fn add_off_network_partner(
        &mut self,
        pending: &mut Pending,
        name: &str,
        place: &str,
        reached: &str,
        officer: &Officer,
    ) -> Result<MatterId, Failure> {
        self.may_manage_partners(pending, officer)?;
        check_name_is_free(&self.partners()?, name)?;
        let genesis = self.genesis("partner")?;
        let record = genesis.matter();
        let (structure, parts) = AddOffNetwork {
            agency: Hash::from_bytes(*record.as_bytes()),
            name: line(name)?,
            place: line(place)?,
            reached: Text::new(reached)
                .map_err(|error| Failure::Usage(format!("how it is reached {error}")))?,
        }
        .split();
        let composed = Composed {
            act: Token::literal(AddOffNetwork::DEF.code),
            structure: cbor::encode(&structure),
            parts: parts.into_bytes(),
        };
        let actor = officer.acting_in(&*self.keys.pseudonyms, &record);
        let new = inner_entry(self, record, "partner", composed, actor)?;
        self.append_own(pending, new)?;
        Ok(record)
    }

    fn may_manage_partners(&mut self, pending: &mut Pending, officer: &Officer) -> Result<(), Failure> {
        let doing = Doing::ManagePartners;
        let allowed = self.authorise(officer, doing, None);
        self.heed_refusal(pending, officer, doing.code(), None, allowed)
    }

    /// Confirms a partner as a second person.
    ///
    /// # Errors
    /// Refused when the same person added it.
    pub fn confirm_partner(
        &mut self,
        pending: &mut Pending,
        named: &str,
        officer: &Officer,
    ) -> Result<(), Failure> {
        let partner = self.partner(named)?;
        if partner.partnership == Partnership::Confirmed {
            return Err(Failure::Usage("this partner is confirmed already".into()));
        }
        let confirm = ActCommand { matter: partner.record, act: "confirm".into(), toml: None };
        self.act(pending, &confirm, officer).map(drop)
    }
}

fn check_name_is_free(known: &[Partner], name: &str) -> Result<(), Failure> {
    if known.iter().any(|partner| partner.name == name) {
        return Err(Failure::Usage(
            "we call another partner that already; choose another with --name".into(),
        ));
    }
    Ok(())
}

fn line(text: &str) -> Result<Line, Failure> {
    Line::new(text).map_err(|error| Failure::Usage(format!("name or place {error}")))
}
