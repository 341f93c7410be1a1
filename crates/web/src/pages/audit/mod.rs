//! The audit: who did, read and was refused what, latest first. For auditors.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use comity_app::authorise::Doing;
use comity_app::queries::{AuditFilter, AuditLine, AuditOnly};
use maud::{Markup, html};
use serde::Deserialize;

use super::asking::Asking;
use super::frame::{Framed, Page, name_language};
use super::office::Office;
use super::trouble::Trouble;
use super::when::when_text;

/// The words of this page: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

/// How many lines a page has.
const LINES: usize = 100;
/// The sorts of lines, in the order they are offered in.
const SORTS: &[(&str, Option<AuditOnly>)] = &[
    ("everything", None),
    ("acts", Some(AuditOnly::Acts)),
    ("reads", Some(AuditOnly::Reads)),
    ("overrides", Some(AuditOnly::Overrides)),
    ("refusals", Some(AuditOnly::Refusals)),
];

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/audit", get(audit))
}

#[derive(Deserialize)]
struct Asked {
    only: Option<String>,
    before: Option<u64>,
}

async fn audit(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Query(asked): Query<Asked>,
) -> Result<Framed, Trouble> {
    let sort = SORTS.iter().find(|(name, _)| asked.only.as_deref() == Some(name)).unwrap_or(&SORTS[0]);
    let filter = AuditFilter { only: sort.1, ..AuditFilter::default() };
    let (words, officer) = (Arc::clone(&asking.words), asking.officer());
    let page = office.run(move |ledger, _| {
        ledger.authorise(&officer, Doing::SeeAudit, None)?;
        ledger.audit_page(&filter, asked.before, LINES, &words)
    });
    let page = page.await?;
    let body = html! {
        h1 { (asking.text("page-audit")) }
        nav aria-label=(asking.text("page-audit")) {
            ul.nav {
                @for (name, _) in SORTS {
                    li.nav-item {
                        a.nav-link href={ "/audit?only=" (name) } aria-current=[(*name == sort.0).then_some("page")] {
                            (asking.text(&format!("page-audit-{name}")))
                        }
                    }
                }
            }
        }
        (table(&asking, &page.lines))
        @if let Some(next) = page.next {
            p { a href={ "/audit?only=" (sort.0) "&before=" (next) } { (asking.text("page-audit-earlier")) } }
        }
    };
    Ok(Page::new(asking.text("page-audit")).of("audit").around(&asking, &body))
}

fn table(asking: &Asking, lines: &[AuditLine]) -> Markup {
    let head = |key: &str| html! { th scope="col" { (asking.text(key)) } };
    html! {
        @if lines.is_empty() {
            p.text-secondary { (asking.text("page-audit-none")) }
        } @else {
            div.scroll tabindex="0" role="region" aria-label=(asking.text("page-audit")) {
                table.table {
                    thead { tr {
                        (head("page-audit-record")) (head("page-audit-at")) (head("page-audit-who"))
                        (head("page-audit-act")) (head("page-column-number"))
                    } }
                    tbody data-rows { @for line in lines { (row(asking, line)) } }
                }
            }
        }
    }
}

fn row(asking: &Asking, line: &AuditLine) -> Markup {
    html! {
        tr {
            th scope="row" { (line.record) }
            td { (when_text(&asking.words, &line.at)) }
            td {
                span lang=[name_language(&line.who)] { (line.who) }
                @if line.agency != "us" { " · " (line.agency) }
                br; span.text-secondary { (line.roles.join(&asking.text("page-list-comma"))) }
            }
            td { (line.act_text) @if let Some(detail) = &line.detail { br; span.text-secondary { (detail) } } }
            td { @if let Some(number) = &line.number { a href={ "/m/" (number) } { (number) } } }
        }
    }
}
