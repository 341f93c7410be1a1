//! What waits for an officer's approval or review: drafts of colleagues that lack a role this officer holds.

use comity_domain::engine::DraftWaiting;
use comity_domain::words::Words;
use serde::Serialize;

use super::lists::{Also, LONGEST_PAGE, ListQuery, known_part};
use super::matters::MatterLine;
use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;
use crate::views::Facet;

/// A draft that waits for this officer.
#[derive(Clone, Debug, Serialize)]
pub struct ApprovalLine {
    /// Its matter, as in a list.
    #[serde(flatten)]
    pub line: MatterLine,
    /// The entry that keeps the draft.
    pub draft: String,
    /// The act it would be, in words.
    pub act: String,
    /// The roles it lacks which this officer holds, in words.
    pub lacks: Vec<String>,
}

impl Ledger {
    /// Drafts that lack a role this officer holds, none of them the officer's own, the latest matter first; a page of them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn waiting_for_approval(
        &mut self,
        officer: &Officer,
        words: &Words,
    ) -> Result<Vec<ApprovalLine>, Failure> {
        let held: Vec<String> = officer.roles.iter().map(|role| role.to_string()).collect();
        let test_held = held.clone();
        let only = move |row: &crate::views::MatterRow| test_held.iter().any(|role| row.lacks.contains(role));
        let also = Also { only: Some(std::sync::Arc::new(only)), ..Also::default() };
        let Some(facet) = known_part(officer, &Facet::ToApprove) else { return Ok(Vec::new()) };
        let list = ListQuery { facet, also, after: None, limit: LONGEST_PAGE };
        let (names, mut lines) = (self.partner_names(words)?, Vec::new());
        for row in self.matter_rows(&list)?.0 {
            if !officer.may_in_row(Doing::SeeMatter, &row) {
                continue;
            }
            let who = officer.acting_in(&*self.keys.pseudonyms, &row.id).who;
            let mine = |draft: &DraftWaiting| {
                draft.by.who != who && held.iter().any(|role| draft.lacks.contains(role.as_str()))
            };
            for draft in self.matter(&row.id)?.drafts_waiting().into_iter().filter(mine) {
                let lacks = draft.lacks.iter().filter(|role| held.iter().any(|held| held == *role));
                lines.push(ApprovalLine {
                    line: self.line_for(officer, &row, &names, words)?,
                    draft: draft.draft.to_string(),
                    act: words.act(&row.kind, draft.act.as_str()),
                    lacks: lacks.map(|role| words.term("role", role)).collect(),
                });
            }
        }
        Ok(lines)
    }
}
