//! In words: who can see a matter and why, and why an officer cannot do an act now.

use comity_domain::gates::{Refusal, missing_approvals, rules};
use comity_domain::vocabularies::Role;
use comity_domain::words::Words;
use comity_journal::ids::MatterId;
use serde::Serialize;

use super::{Doing, Reach, reaches};
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;

/// Somebody who can see a matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeesLine {
    /// The name.
    pub name: String,
    /// The roles, in words.
    pub roles: Vec<String>,
    /// Why, in words.
    pub why: String,
}

/// Why an act cannot be done now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WhyNot {
    /// The rule's code.
    pub rule: &'static str,
    /// What stands against it.
    pub text: String,
    /// What to do about it.
    pub help: String,
    /// Where the rule comes from.
    pub source: String,
    /// The role that could lift it; `None` when nobody can.
    pub lifted_by: Option<String>,
}

impl WhyNot {
    /// A refusal in words.
    pub fn of(refusal: &Refusal, words: &Words) -> Self {
        let rule = &refusal.rule;
        Self {
            rule: rule.code,
            text: words.rule(rule),
            help: words.rule_help(rule),
            source: words.rule_source(rule),
            lifted_by: rule.lifted_by.map(|role| words.term(Role::LIST, role.code())),
        }
    }
}

impl Ledger {
    /// Who can see a matter, by name, and why.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    pub fn who_can_see(&mut self, matter: &MatterId, words: &Words) -> Result<Vec<SeesLine>, Failure> {
        let (team, kind) = (self.team_of(matter)?, self.kind_of(matter)?);
        let restricted = self.matter(matter)?.inner().restricted.is_some();
        let (is_shared, own) = (self.is_shared_kind(&kind), Doing::to_see_own_record(&kind));
        let mut lines = Vec::new();
        for officer in self.officers()? {
            let of_team = team.contains(&officer.acting_in(&*self.keys.pseudonyms, matter).who);
            let sees = match officer.reach(if is_shared { Doing::SeeMatter } else { own }) {
                Some(reach) => !is_shared || reaches(reach, || of_team, || restricted).is_ok(),
                None => false,
            };
            if !sees {
                continue;
            }
            let why = match officer.reach(Doing::SeeMatter) {
                _ if of_team => "sees-by-team",
                Some(Reach::Anything) => "sees-as-auditor",
                _ => "sees-by-role",
            };
            let roles = officer.roles.iter().map(|role| words.term(Role::LIST, role.as_str())).collect();
            lines.push(SeesLine { name: officer.name, roles, why: words.text(why) });
        }
        Ok(lines)
    }

    /// Why an officer cannot do this act now, as far as that can be said before anything of it is written; `None` when
    /// it can be tried.
    ///
    /// # Errors
    /// When there is no such matter or act, or the store cannot be read.
    pub fn why_not(
        &mut self,
        matter: &MatterId,
        act: &str,
        officer: &Officer,
        words: &Words,
    ) -> Result<Option<WhyNot>, Failure> {
        let refusal = self.stands_against(matter, act, officer)?;
        Ok(refusal.map(|refusal| WhyNot::of(&refusal, words)))
    }

    /// Whether an officer may try this act now, as far as that can be said before anything of it is written.
    ///
    /// # Errors
    /// The rule that stands against it; when there is no such matter or act, or the store cannot be read.
    pub fn may_try(&mut self, officer: &Officer, matter: &MatterId, act: &str) -> Result<(), Failure> {
        match self.stands_against(matter, act, officer)? {
            Some(refusal) => Err(refusal.into()),
            None => Ok(()),
        }
    }

    fn stands_against(
        &mut self,
        matter: &MatterId,
        act: &str,
        officer: &Officer,
    ) -> Result<Option<Refusal>, Failure> {
        let kind = self.kind_of(matter)?;
        let def = self.kind_named(&kind)?.act(act).copied();
        let def = def.ok_or_else(|| Failure::NotFound("matters of this kind have no such act".into()))?;
        match self.authorise_act(officer, matter, act) {
            Err(Failure::Refused(refusal)) => return Ok(Some(*refusal)),
            other => other?,
        }
        let (us, proposer) = (self.agency, officer.acting_in(&*self.keys.pseudonyms, matter));
        let now = self.now();
        let ceiling = self.ceiling_in(matter, None, now)?;
        let quarantined = self.quarantined_in(None, matter, None)?;
        let folded = self.matter(matter)?;
        if let Some(refusal) = folded.stands_against(act, us, &proposer, (ceiling, quarantined)) {
            return Ok(Some(refusal));
        }
        let inner = folded.inner();
        let waits = inner.current_draft(act).filter(|draft| draft.to_be_sent);
        let Some(draft) = waits.filter(|draft| !folded.relied_on(&draft.entry)) else { return Ok(None) };
        let missing = missing_approvals(&def, &draft.by, &draft.approvals);
        Ok((!missing.is_empty()).then(|| Refusal::under(rules::FOUR_EYES).about(missing)))
    }
}
