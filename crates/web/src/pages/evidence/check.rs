//! A sealed package checked where it lies: every stored byte against what its sender signed. It needs no key.
//!
//! What was found is recorded in the matter, for whoever asked.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Redirect;
use comity_app::people::Officer;
use comity_app::views::PackageRow;
use comity_app::workers::{PackageCheck, check_package};
use comity_domain::vocabularies::Check;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::{Framed, Page};
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::jobs::{Begun, Job, Meter, PATIENCE, Stand};
use super::lines::size;
use super::package::find;
use crate::session::Secret;

/// Begins to check a package.
pub(super) async fn begin(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, package)): Path<(String, String)>,
    typed: Typed,
) -> Result<Redirect, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let found = find(&office, &asking, number, package).await?;
    let name = office.draw(|entropy| Secret::draw(entropy).as_str().to_owned());
    let (officer, row) = (asking.officer(), found.row.clone());
    let begun = Begun {
        officer: officer.record,
        matter: row.matter,
        about: Some(row.entry),
        at: office.now(),
        all: row.size,
    };
    let meter = office.evidence.jobs.begin(name.clone(), begun)?;
    let checking = tokio::spawn(carry_out(Arc::clone(&office), name.clone(), officer, row, meter));
    // A small package is through at once, and the result is the next page.
    drop(tokio::time::timeout(PATIENCE, checking).await);
    Ok(Redirect::to(&format!("{}/check/{name}", found.path())))
}

async fn carry_out(office: Arc<Office>, name: String, officer: Officer, row: PackageRow, meter: Meter) {
    let turn = Arc::clone(&office.evidence.jobs.turns).acquire_owned().await;
    let stand = match checked(&office, officer, row, meter).await {
        Ok(check) => Stand::Checked(check.map(Arc::new)),
        Err(trouble) => Stand::Stopped(trouble),
    };
    office.evidence.jobs.end(&name, stand);
    drop(turn);
}

async fn checked(
    office: &Office,
    officer: Officer,
    row: PackageRow,
    meter: Meter,
) -> Result<Option<PackageCheck>, Trouble> {
    let (objects, checking) = (office.outside.objects(), row.clone());
    // Every byte is read, so it is not done where others wait.
    let check =
        tokio::task::spawn_blocking(move || check_package(&objects, &checking, &mut |done| meter.at(done)));
    let check = check.await.ok().and_then(Result::ok).ok_or(Trouble::Fault)?;
    if let Some(check) = &check {
        let came_to = if check.holds() { Check::Intact } else { Check::Mismatch };
        office.run(move |ledger, pending| ledger.record_check(pending, &officer, &row, came_to)).await?;
    }
    Ok(check)
}

/// How far a check is, or what it found.
pub(super) async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, package, job)): Path<(String, String, String)>,
) -> Result<Framed, Trouble> {
    let found = find(&office, &asking, number, package).await?;
    let (officer, row) = (asking.officer().record, &found.row);
    let job =
        office.evidence.jobs.find(&job, officer, row.matter, Some(row.entry)).ok_or(Trouble::NotFound)?;
    let title = asking.text("page-package-check");
    let body = html! {
        (found.crumbs())
        h1 { (title) }
        p { code.hash { (found.line.package) } }
        @match &job.stand {
            Stand::Checked(Some(check)) => (what_was_found(&asking, check)),
            Stand::Checked(None) => p role="status" { (asking.text("package-not-here")) },
            _ => (under_way(&asking, &job, "page-job-checking")),
        }
        p { a href=(found.path()) { (asking.text("page-job-back")) } }
    };
    let broken = matches!(&job.stand, Stand::Checked(Some(check)) if !check.holds());
    Ok(Page::new(title).of("evidence").faulty(broken).around(&asking, &body))
}

/// A job that is not done, or was stopped: how far it is, and the way to look again where no script does it.
pub(crate) fn under_way(asking: &Asking, job: &Job, what: &str) -> Markup {
    let (done, all) = job.progress();
    let sizes = [("done", size(done)), ("all", size(all))];
    let sizes: Vec<_> = sizes.iter().map(|(name, text)| (*name, text.as_str())).collect();
    html! {
        @match &job.stand {
            Stand::Stopped(trouble) => div.proof-unknown role="alert" {
                p { strong { (asking.text(trouble.key())) } }
                p { (asking.text(&format!("{}-help", trouble.key()))) }
                (trouble.why(&asking.words))
            },
            Stand::CouldNot(why) => div.proof-unknown role="alert" {
                p { strong { (asking.text("page-job-could-not")) } }
                p lang="en" { (why) }
            },
            _ => div #job hx-get=(asking.path) hx-trigger="every 2s" hx-select="#main" hx-target="#main" hx-swap="outerMorph" {
                p { label for="job-progress" { (asking.text(what)) } }
                progress #job-progress max=[(all > 0).then_some(all)] value=[(all > 0).then_some(done)] {}
                // Of some work nobody can say how far it is.
                @if all > 0 { p { (asking.text_with("page-job-so-far", &sizes)) } }
                p { a.btn.btn-primary href=(asking.path) { (asking.text("page-job-again")) } }
            },
        }
    }
}

fn what_was_found(asking: &Asking, check: &PackageCheck) -> Markup {
    let groups: Vec<_> = check.wrong_groups.iter().map(|group| (group + 1).to_string()).collect();
    let (groups, all) = (groups.join(&asking.text("page-list-comma")), check.groups.to_string());
    html! {
        @if check.holds() {
            div.proof-ok role="status" {
                strong { (asking.text("page-package-holds")) }
                p { (asking.text_with("page-package-holds-what", &[("groups", &all)])) }
            }
        } @else {
            div.proof-bad role="alert" {
                strong { (asking.text("page-package-broken")) }
                ul { @for flaw in &check.flaws { li { (asking.text(&format!("page-flaw-{}", flaw.code()))) } } }
                @if !groups.is_empty() {
                    p { (asking.text_with("page-package-where", &[("groups", &groups), ("all", &all)])) }
                }
            }
        }
    }
}
