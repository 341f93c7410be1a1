//! What would stand against an act that is being written, told to its author before it is sent. Nothing is kept of it.
//!
//! The rules are those that run on the act itself (`Matter::foresee`); here they get the act and the facts.

use comity_domain::act::Composed;
use comity_domain::engine::{Facts, Foreseen, Proposal};
use comity_domain::gates::{Cover, Refusal, rules};
use comity_domain::words::Words;
use comity_journal::entry::{Lane, Opening};
use comity_journal::ids::{MatterId, Token};
use serde::Serialize;
use std::collections::BTreeSet;

use crate::authorise::{Doing, WhyNot};
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::{Officer, Partner, Partnership};

/// Which act is being written.
#[derive(Clone, Copy, Debug)]
pub enum Writing<'a> {
    /// The act that opens a new matter of this kind with this partner.
    Opening(&'a str, &'a Partner),
    /// This act in this matter.
    In(&'a MatterId, &'a str),
}

/// What stands against an act, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgainstLine {
    /// The rule, what to do, its source and who could lift it.
    #[serde(flatten)]
    pub why: WhyNot,
    /// What in particular: names of fields, roles or questions, by code.
    pub about: Vec<String>,
}

/// What would stand against an act as it is written now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForeseenPage {
    /// What its author can mend: this node would refuse it, or its receiver hold it against us.
    pub to_mend: Vec<AgainstLine>,
    /// What others have to do before it is signed.
    pub awaited: Vec<AgainstLine>,
    /// What the record says about cover, which every receiver is told.
    pub cover: String,
}

impl Ledger {
    /// What would stand against an act as it is written now.
    ///
    /// # Errors
    /// When there is no such matter or act, what was written is no act yet, or the store cannot be read.
    pub fn foresee(
        &mut self,
        pending: &Pending,
        officer: &Officer,
        writing: Writing<'_>,
        toml: &str,
        words: &Words,
    ) -> Result<ForeseenPage, Failure> {
        let (foreseen, not_allowed) = match writing {
            Writing::Opening(kind, partner) => self.foresee_opening(officer, kind, partner, toml)?,
            Writing::In(matter, act) => self.foresee_in(pending, officer, matter, act, toml)?,
        };
        let line = |refusal: &Refusal| AgainstLine {
            why: WhyNot::of(refusal, words),
            about: refusal.about.iter().map(Token::to_string).collect(),
        };
        // An officer who may not do it at all is told once, whoever finds it first.
        let own_role = |refusal: &&Refusal| not_allowed.as_ref().is_none_or(|not| not.rule != refusal.rule);
        Ok(ForeseenPage {
            to_mend: not_allowed.iter().chain(foreseen.to_mend.iter().filter(own_role)).map(line).collect(),
            awaited: foreseen.awaited.iter().map(line).collect(),
            cover: words.term(Cover::LIST, Cover::NotOnRecord.code()),
        })
    }

    fn foresee_opening(
        &mut self,
        officer: &Officer,
        kind: &str,
        partner: &Partner,
        toml: &str,
    ) -> Result<(Foreseen, Option<Refusal>), Failure> {
        let composed = self.compose_for(officer, kind, None, self.opening_act(kind)?.code, toml)?;
        let not_allowed = refused(self.authorise(officer, Doing::OpenMatter, None))?;
        let unconfirmed = (partner.partnership != Partnership::Confirmed)
            .then(|| Refusal::under(rules::PARTNER_UNCONFIRMED));
        let opening = self.opening_with(kind, std::slice::from_ref(partner))?;
        let id = opening.genesis.matter();
        let now = self.now();
        let facts = Facts {
            now,
            ceiling: self.ceiling_among(&opening.parties, now)?,
            cover: Cover::NotOnRecord,
            proposer: officer.acting_in(&*self.keys.pseudonyms, &id),
            approvals: Vec::new(),
            packages: BTreeSet::new(),
            own_record: false,
            quarantined: self.quarantined_among(&opening.parties)?,
        };
        let known = self.kind_named(kind)?;
        let proposal = self.proposal(Lane::Shared(self.agency), known.def().rules, &composed, Some(&opening));
        Ok((known.matter(id).foresee(&proposal, &facts), not_allowed.or(unconfirmed)))
    }

    fn foresee_in(
        &mut self,
        pending: &Pending,
        officer: &Officer,
        matter: &MatterId,
        act: &str,
        toml: &str,
    ) -> Result<(Foreseen, Option<Refusal>), Failure> {
        let (kind, def) = self.act_of(matter, act)?;
        let composed = self.compose_for(officer, &kind, Some(matter), act, toml)?;
        let not_allowed = refused(self.authorise_act(officer, matter, act))?;
        let is_open = self.matter(matter)?.opening().is_some();
        let opening = if is_open { None } else { self.opening_of_drafts(pending, matter, &def)? };
        let by = officer.acting_in(&*self.keys.pseudonyms, matter);
        let facts = self.facts(pending, matter, &composed, opening.as_ref(), by, Vec::new())?;
        let known = self.kind_named(&kind)?.def();
        let inside = def.inner || !known.shared;
        let us = self.agency;
        let lane = if inside { Lane::Inner(us) } else { self.matter(matter)?.lane_of(&us) };
        let proposal = self.proposal(lane, known.rules, &composed, opening.as_ref());
        Ok((self.matter(matter)?.foresee(&proposal, &facts), not_allowed))
    }

    fn proposal<'a>(
        &self,
        lane: Lane,
        rules: u32,
        composed: &'a Composed,
        opening: Option<&'a Opening>,
    ) -> Proposal<'a> {
        Proposal {
            author: self.agency,
            lane,
            act: composed.act.as_str(),
            structure: &composed.structure,
            parts: &composed.parts,
            opening,
            rules,
            draft: None,
        }
    }
}

/// A refusal as something to tell.
fn refused(asked: Result<(), Failure>) -> Result<Option<Refusal>, Failure> {
    match asked {
        Ok(()) => Ok(None),
        Err(Failure::Refused(refusal)) => Ok(Some(*refusal)),
        Err(other) => Err(other),
    }
}
