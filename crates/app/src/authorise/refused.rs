//! What officers were refused is recorded in the node's own record, for an auditor to see.

use comity_domain::act::Act as _;
use comity_domain::gates::Refusal;
use comity_domain::matters::node::Refused;
use comity_journal::ids::{MatterId, Token};
use comity_journal::time::Timestamp;
use std::collections::BTreeMap;

use super::Doing;
use crate::commands::inner_entry;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::Officer;

/// One refusal of an officer under one rule is recorded in so long, so that nobody can fill a journal by insisting.
const ONE_IN_MS: i64 = 60 * 1000;

/// When refusals were last recorded, by the officer's record and the rule.
#[derive(Default)]
pub(crate) struct LastRefused(BTreeMap<(MatterId, &'static str), Timestamp>);

impl LastRefused {
    /// Whether one more is to be recorded now; remembers that it is.
    fn is_due(&mut self, officer: &MatterId, rule: &'static str, now: Timestamp) -> bool {
        let last = self.0.get(&(*officer, rule));
        let due = last.is_none_or(|last| last.millis_until(now) >= ONE_IN_MS);
        if due {
            self.0.insert((*officer, rule), now);
        }
        due
    }

    /// Forgets what may not have been stored.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Ledger {
    /// As [`Self::authorise`]; where the rules refuse it, that is recorded.
    ///
    /// # Errors
    /// As [`Self::authorise`].
    pub fn permit(
        &mut self,
        pending: &mut Pending,
        officer: &Officer,
        doing: Doing,
        matter: Option<&MatterId>,
    ) -> Result<(), Failure> {
        let allowed = self.authorise(officer, doing, matter);
        self.heed_refusal(pending, officer, doing.code(), matter, allowed)
    }

    /// Passes an outcome on, and records it where the rules refused the officer.
    pub(crate) fn heed_refusal<T>(
        &mut self,
        pending: &mut Pending,
        officer: &Officer,
        act: &str,
        matter: Option<&MatterId>,
        outcome: Result<T, Failure>,
    ) -> Result<T, Failure> {
        if let Err(Failure::Refused(refusal)) = &outcome {
            self.record_refused(pending, officer, act, matter, refusal)?;
        }
        outcome
    }

    fn record_refused(
        &mut self,
        pending: &mut Pending,
        officer: &Officer,
        act: &str,
        matter: Option<&MatterId>,
        refusal: &Refusal,
    ) -> Result<(), Failure> {
        let rule = refusal.rule.code;
        if !self.last_refused.is_due(&officer.record, rule, pending.at) {
            return Ok(());
        }
        let node = self.set_up(pending)?;
        let mut table = toml::Table::new();
        table.insert("rule".into(), rule.into());
        // What a person typed as the name of an act may be anything; only a word is kept.
        let act = Token::new(act).unwrap_or(Token::literal("other"));
        table.insert("act".into(), act.as_str().into());
        if let Some(matter) = matter {
            table.insert("matter".into(), matter.to_string().into());
        }
        let by = officer.acting_in(&*self.keys.pseudonyms, &node);
        let composed = self.compose("node", Some(&node), Refused::DEF.code, &table.to_string())?;
        let new = inner_entry(self, node, "node", composed, by)?;
        self.append_own(pending, new).map(drop)
    }
}
