//! Parties without a node, as a desk works with them: what may be recorded for each now, and what of ours is still to go out
//! by hand.
//!
//! Not here: how it is recorded (`commands/act.rs`), and whether it is valid, which the matter says.

use comity_domain::act::ActDef;
use comity_domain::engine::check_recorder;
use comity_domain::gates::Refusal;
use comity_domain::words::Words;
use comity_journal::entry::Party;
use comity_journal::ids::{AgencyId, MatterId};
use serde::Serialize;

use super::matters::{Names, NextLine};
use crate::authorise::{Doing, WhyNot};
use crate::commands::RecordCommand;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::{Officer, Partner};

/// A party that we record for, and what it can say now.
#[derive(Clone, Debug, Serialize)]
pub struct RecordingLine {
    /// The party.
    pub party: AgencyId,
    /// Our name for it.
    pub name: String,
    /// What it can say where the matter stands, with why this officer cannot record it.
    pub acts: Vec<NextLine>,
}

impl Ledger {
    /// What this officer may record now for the parties of a matter that have no node.
    ///
    /// # Errors
    /// When there is no such matter, or the store cannot be read.
    pub fn recording_for(
        &mut self,
        officer: &Officer,
        id: &MatterId,
        words: &Words,
    ) -> Result<Vec<RecordingLine>, Failure> {
        let (names, kind) = (Names::read(self, id, words)?, self.kind_of(id)?);
        let disabled = self.may_record(officer, id)?.map(|refusal| WhyNot::of(&refusal, words));
        let cell = self.matter(id)?.view().cell;
        let known = self.kind_named(&kind)?;
        let (acts, mut lines) = (known.acts(), Vec::new());
        for party in self.recorded_by_us(id)? {
            let role = party.role.as_str();
            let own = |def: &&&ActDef| def.by.is_empty() || def.by.contains(&role);
            let next =
                cell.next_of(role).filter_map(|code| acts.iter().filter(own).find(|def| def.code == code));
            let line = |def: &&ActDef| NextLine {
                act: def.code.to_owned(),
                text: words.act(&kind, def.code),
                approve: Vec::new(),
                disabled: disabled.clone(),
            };
            let acts = next.map(line).collect();
            lines.push(RecordingLine { party: party.agency, name: names.agency(&party.agency), acts });
        }
        Ok(lines)
    }

    /// The partner behind a party of a matter that this officer may record for.
    ///
    /// # Errors
    /// Refused where the officer may not; not found where we record for no such party.
    pub fn recording_partner(
        &mut self,
        officer: &Officer,
        id: &MatterId,
        party: &str,
    ) -> Result<Partner, Failure> {
        let none = || Failure::NotFound("this matter has no such party that we record for".into());
        let parties = self.recorded_by_us(id)?;
        let named = parties.iter().find(|known| known.agency.to_string() == party).ok_or_else(none)?;
        if let Some(refusal) = self.may_record(officer, id)? {
            return Err(refusal.into());
        }
        self.partners()?.into_iter().find(|partner| partner.agency == named.agency).ok_or_else(none)
    }

    /// Whether this officer may bring files into a matter: to hand them over, or with what is recorded.
    ///
    /// # Errors
    /// The rule that stands against it.
    pub fn may_bring(&mut self, officer: &Officer, id: &MatterId) -> Result<(), Failure> {
        let act = match self.handing_over(id) {
            Ok(act) => act,
            Err(none) if self.recorded_by_us(id)?.is_empty() => return Err(none),
            Err(_) => return self.may_record(officer, id)?.map_or(Ok(()), |refusal| Err(refusal.into())),
        };
        let handing = self.may_try(officer, id, act.code);
        if handing.is_err() && !self.recorded_by_us(id)?.is_empty() && self.may_record(officer, id)?.is_none()
        {
            return Ok(());
        }
        handing
    }

    /// What would stand against a record as it is written now. Nothing is kept of it.
    ///
    /// # Errors
    /// What [`Ledger::record_for`] would answer, the paper apart.
    pub fn foresee_record(
        &mut self,
        pending: &Pending,
        command: &RecordCommand,
        officer: &Officer,
    ) -> Result<(), Failure> {
        self.weigh_record(pending, command, officer).map(drop)
    }

    /// The parties of a matter whose lanes we write.
    pub(crate) fn recorded_by_us(&mut self, id: &MatterId) -> Result<Vec<Party>, Failure> {
        let us = self.agency;
        let parties = self.matter(id)?.parties();
        Ok(parties.into_iter().filter(|party| party.recorder == Some(us)).collect())
    }

    fn may_record(&mut self, officer: &Officer, id: &MatterId) -> Result<Option<Refusal>, Failure> {
        match self.authorise(officer, Doing::ActInMatter, Some(id)) {
            Err(Failure::Refused(refusal)) => return Ok(Some(*refusal)),
            other => other?,
        }
        Ok(check_recorder(&officer.acting_in(&*self.keys.pseudonyms, id)).err())
    }

    /// Whether nothing of ours in a matter is delivered: every other party is without a node.
    pub(super) fn goes_by_hand(&mut self, id: &MatterId) -> Result<bool, Failure> {
        let us = self.agency;
        let parties = self.matter(id)?.parties();
        let mut others = parties.iter().filter(|party| party.agency != us).peekable();
        Ok(others.peek().is_some() && others.all(|party| party.recorder.is_some()))
    }
}
