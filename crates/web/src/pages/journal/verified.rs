//! Verifying the journal, and what it found. One verification at a time; its result is kept until the next.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::response::Redirect;
use comity_app::Failure;
use comity_app::authorise::Doing;
use comity_app::queries::{JournalReport, JournalSoFar};
use comity_journal::time::Timestamp;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::{Framed, Page};
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::super::when::when;

/// How long whoever asked is kept waiting for the result, before the page says that it is under way.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the verification of the journal stands.
#[derive(Clone, Debug, Default)]
pub(crate) enum Stand {
    /// Not asked for since the node started.
    #[default]
    Never,
    /// Under way since.
    UnderWay(Timestamp),
    /// Done at.
    Done(Timestamp, Arc<JournalReport>),
    /// The journal could not be read through.
    Failed(Timestamp),
}

/// The verification of a node's journal.
#[derive(Debug, Default)]
pub(crate) struct Verification(Mutex<Stand>);

impl Verification {
    fn lock(&self) -> MutexGuard<'_, Stand> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn stand(&self) -> Stand {
        self.lock().clone()
    }

    /// Takes the right to verify; `false` while somebody verifies already.
    fn take(&self, now: Timestamp) -> bool {
        let mut stand = self.lock();
        if matches!(*stand, Stand::UnderWay(_)) {
            return false;
        }
        *stand = Stand::UnderWay(now);
        true
    }

    fn put(&self, now: Timestamp, found: Result<JournalReport, Failure>) {
        *self.lock() = match found {
            Ok(report) => Stand::Done(now, Arc::new(report)),
            Err(failure) => {
                tracing::error!(%failure, "the journal could not be verified");
                Stand::Failed(now)
            }
        };
    }
}

/// Begins a verification, unless one is under way.
pub(super) async fn begin(
    State(office): State<Arc<Office>>,
    asking: Asking,
    typed: Typed,
) -> Result<Redirect, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let officer = asking.officer();
    let journal = office.run(move |ledger, pending| {
        ledger.permit(pending, &officer, Doing::SeeJournal, None)?;
        ledger.journal_so_far()
    });
    let journal = journal.await?;
    if office.verification.take(office.now()) {
        let verifying = tokio::spawn(verify(Arc::clone(&office), journal));
        // A small journal is through at once, and its result is the next page.
        drop(tokio::time::timeout(PATIENCE, verifying).await);
    }
    Ok(Redirect::to("/journal/verified"))
}

async fn verify(office: Arc<Office>, journal: JournalSoFar) {
    let found = tokio::task::spawn_blocking(move || journal.verify()).await;
    let found =
        found.unwrap_or_else(|error| Err(Failure::Fault(format!("the verification broke off: {error}"))));
    office.verification.put(office.now(), found);
}

/// What the last verification found.
pub(super) async fn show(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    let officer = asking.officer();
    office.run(move |ledger, _| ledger.authorise(&officer, Doing::SeeJournal, None)).await?;
    let stand = office.verification.stand();
    let title = asking.text("page-journal-verified");
    let faulty = matches!(&stand, Stand::Done(_, report) if !report.clean);
    let body = html! {
        p.mb-1.no-print { a href="/journal" { (asking.text("page-journal")) } }
        h1 { (title) }
        @match &stand {
            Stand::Never => p { (asking.text("page-journal-verified-never")) },
            Stand::UnderWay(since) => {
                p role="status" { (asking.text("page-journal-verified-under-way")) " " (when(&asking.words, *since)) }
                p { a.btn.btn-primary href="/journal/verified" { (asking.text("page-journal-verified-again")) } }
            }
            Stand::Failed(at) => {
                div.proof-unknown role="alert" { (asking.text("page-journal-verified-failed")) " " (when(&asking.words, *at)) }
            }
            Stand::Done(at, report) => { (result(&asking, report)) p { (when(&asking.words, *at)) } }
        }
    };
    Ok(Page::new(title).of("journal").faulty(faulty).around(&asking, &body))
}

fn result(asking: &Asking, report: &JournalReport) -> Markup {
    let numbers = [
        ("page-journal-records", report.records),
        ("page-journal-entries", report.entries),
        ("page-journal-matters", report.matters),
        ("page-journal-receipts", report.receipts),
        ("page-journal-absent", report.absent_parts),
        ("page-journal-waiting", report.waiting),
        ("page-journal-forks", report.forks),
    ];
    html! {
        @if report.clean {
            div.proof-ok role="status" {
                p { strong { (asking.text("page-journal-holds")) } }
                p { (asking.text("page-journal-holds-what")) }
            }
        } @else {
            div.proof-bad role="alert" {
                p { strong { (asking.text("page-journal-broken")) } }
                p { (asking.text("page-journal-broken-what")) }
                ul lang="en" { @for finding in &report.findings { li { (finding) } } }
            }
        }
        dl.facts { @for (key, number) in numbers { div { dt { (asking.text(key)) } dd { (number) } } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_verification_at_a_time_and_its_result_is_kept_until_the_next() {
        let (verification, now) = (Verification::default(), Timestamp::from_millis(1_790_000_000_000));
        assert!(verification.take(now));
        assert!(!verification.take(now), "it is under way");
        verification.put(now, Err(Failure::Fault("the disk".into())));
        assert!(matches!(verification.stand(), Stand::Failed(_)));
        assert!(verification.take(now), "it may be tried again");
    }
}
