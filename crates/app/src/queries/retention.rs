//! What is kept of matters that have ended: when it is to be reviewed, and what is proposed about it.

use comity_domain::words::Words;
use comity_journal::ids::MatterId;
use comity_journal::time::Timestamp;
use serde::Serialize;

use super::lists::LONGEST_PAGE;
use super::matters::MatterLine;
use super::partners::REVIEW_SOON;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;
use crate::views::Facet;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// When what a matter holds is to be reviewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RetentionLine {
    /// When.
    pub due: String,
    /// Whether that day has passed.
    pub overdue: bool,
    /// Whether it has been reviewed before, and is kept on since.
    pub kept_on: bool,
    /// Until when somebody proposes to keep it on, where a second person has not decided yet.
    pub keeping_until: Option<String>,
    /// Whether an erasure is proposed that a second person has not had done yet.
    pub erasure_waits: bool,
}

/// A matter whose content is to be reviewed.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewLine {
    /// The matter, as in a list.
    pub matter: MatterLine,
    /// When.
    pub due: String,
    /// Whether that day has passed.
    pub overdue: bool,
}

impl Ledger {
    /// When what a matter holds is to be reviewed; nothing while it has not ended, names no date or holds nothing any more.
    ///
    /// # Errors
    /// When there is no such matter, or the store cannot be read.
    pub(super) fn retention_line(&mut self, id: &MatterId) -> Result<Option<RetentionLine>, Failure> {
        let now = self.now();
        let matter = self.matter(id)?;
        let Some(retention) = matter.retention() else { return Ok(None) };
        let inner = matter.inner();
        Ok(Some(RetentionLine {
            due: retention.due.to_string(),
            overdue: retention.is_overdue(now),
            kept_on: retention.kept_on,
            keeping_until: inner.keepings.last().map(|keeping| keeping.until.to_string()),
            erasure_waits: inner.erasures.iter().any(|erasure| !erasure.done),
        }))
    }

    /// The matters whose content is to be reviewed within a month or should have been, as an officer may know of them,
    /// the earliest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn to_review(&mut self, officer: &Officer, words: &Words) -> Result<Vec<ReviewLine>, Failure> {
        let (now, names) = (self.now(), self.partner_names(words)?);
        let is_near = |due: &Timestamp| *due <= now.plus_millis(REVIEW_SOON * DAY);
        let mut lines = Vec::new();
        for row in self.rows_for(officer, &Facet::ToReview, LONGEST_PAGE)?.0 {
            let Some(due) = row.review_by.filter(is_near) else { continue };
            let matter = self.line_for(officer, &row, &names, words)?;
            lines.push(ReviewLine { matter, due: due.to_string(), overdue: now > due });
        }
        Ok(lines)
    }
}
