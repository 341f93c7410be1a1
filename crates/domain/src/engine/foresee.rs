//! What would be held against an act that is still being written: by this node before it signs, by who receives it after.
//!
//! It runs what will run on the act itself (`admit`, `decide`, `judge`, the gates) and has no rule of its own. It says
//! everything at once, where a decision stops at the first. Not here: what a form lacks before it is an act at all.

use super::candidate::Verdict;
use super::decide::{Facts, Proposal, check_role};
use super::kind::Kind;
use super::matter::Matter;
use super::shared::SharedAct;
use crate::gates::{Refusal, missing_approvals, rules};

/// What would be held against an act as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Foreseen {
    /// What its author can mend.
    pub to_mend: Vec<Refusal>,
    /// What others have to do for it first: approve it, review it.
    pub awaited: Vec<Refusal>,
}

impl Foreseen {
    /// Adds what its author can mend; one rule is named once.
    fn mend(&mut self, found: impl IntoIterator<Item = Refusal>) {
        for refusal in found {
            if self.to_mend.iter().all(|known| known.rule != refusal.rule || known.about != refusal.about) {
                self.to_mend.push(refusal);
            }
        }
    }

    /// Adds a rule, unless something more particular is known under it.
    fn mend_rule(&mut self, refusal: Refusal) {
        if self.to_mend.iter().all(|known| known.rule != refusal.rule) {
            self.to_mend.push(refusal);
        }
    }
}

impl<K: Kind> Matter<K> {
    /// What would be held against an act as it stands.
    pub fn foresee(&self, proposal: &Proposal<'_>, facts: &Facts) -> Foreseen {
        let mut foreseen = Foreseen::default();
        let begins = Self::def_of(proposal.lane, proposal.act).is_some_and(SharedAct::begins_epoch);
        if self.read_only() || self.stands_still(proposal.lane) && !begins {
            let rule = if self.read_only() { rules::READ_ONLY } else { rules::FORKED };
            foreseen.mend([Refusal::under(rule)]);
            return foreseen;
        }
        let (stated, state) = (self.stated(proposal, facts), self.state());
        if let (Verdict::Void(_) | Verdict::NotUnderstood, refusal) = self.admit(&stated, &state) {
            foreseen.mend([refusal.unwrap_or(Refusal::under(rules::UNREADABLE))]);
        }
        let Some(def) = Self::def_of(proposal.lane, proposal.act) else { return foreseen };
        foreseen.mend(check_role(def, &facts.proposer).err());
        foreseen.mend(Self::check_new(def, proposal.lane, facts.quarantined).err());
        foreseen.mend(Self::check_given(def, &stated, &state, proposal, facts.ceiling).err());
        if let Some(Ok(act)) = Self::kind_act(&stated) {
            let lanes = state.lanes_with(stated.opening);
            foreseen.mend(K::demands(&lanes, &act, facts));
            for objection in K::judge(&lanes, &stated, &act, facts) {
                foreseen.mend_rule(Refusal::under(objection.rule));
            }
        }
        foreseen.mend(self.check_told(&stated, &state).err());
        if let Some(act) = Self::shared_act(&stated) {
            foreseen.mend(self.decide_shared(&stated, &act, &state).err());
        }
        if def.grounds
            && let Err(refusal) = self.clear_grounds(&stated, &state, proposal, facts)
        {
            let found = refusal.rule == rules::GROUNDS_PROHIBITED;
            if found { foreseen.mend([refusal]) } else { foreseen.awaited.push(refusal) }
        }
        let missing = missing_approvals(def, &facts.proposer, &facts.approvals);
        if !missing.is_empty() {
            foreseen.awaited.push(Refusal::under(rules::FOUR_EYES).about(missing));
        }
        foreseen
    }
}
