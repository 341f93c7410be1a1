//! The list of matters, by what somebody looks for.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use comity_app::queries::MatterLine;
use maud::{Markup, html};

use super::asking::Asking;
use super::frame::{Framed, Page, name_language};
use super::office::Office;
use super::trouble::Trouble;
use super::when::when_text;

/// The words of these pages: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/matters", get(list))
}

async fn list(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    let words = Arc::clone(&asking.words);
    let lines = office.run(move |ledger, _| ledger.list_matters(&words)).await?;
    let body = html! {
        div.d-flex.flex-wrap.gap-3.justify-content-between.align-items-center.mb-2 {
            h1.m-0 { (asking.text("page-matters")) }
            a.btn.btn-primary href="/matters/new" data-key="n" { (asking.text("page-matters-new")) }
        }
        div #matters hx-get=(asking.path) hx-trigger="changed from:body" hx-select="#matters" hx-swap="outerHTML" {
            (table(&asking, &lines))
        }
    };
    Ok(Page::new(asking.text("page-matters")).of("matters").around(&asking, &body))
}

/// Matters as a table; `j` and `k` go through its rows.
pub(crate) fn table(asking: &Asking, lines: &[MatterLine]) -> Markup {
    let head = |key: &str| html! { th scope="col" { (asking.text(key)) } };
    html! {
        @if lines.is_empty() {
            p.text-secondary { (asking.text("page-matters-none")) }
        } @else {
            div.scroll tabindex="0" role="region" aria-label=(asking.text("page-matters")) {
                table.table.table-hover {
                    thead { tr {
                        (head("page-column-number")) (head("page-column-title")) (head("page-column-with"))
                        (head("page-column-status")) (head("page-column-waits")) (head("page-column-due"))
                        (head("page-column-updated"))
                    } }
                    tbody data-rows { @for line in lines { (row(asking, line)) } }
                }
            }
        }
    }
}

fn row(asking: &Asking, line: &MatterLine) -> Markup {
    let waits = match line.waited_for.as_deref() {
        Some("us") => "page-waits-us",
        Some(_) => "page-waits-them",
        None => "page-waits-nobody",
    };
    let untitled = || asking.text("page-untitled");
    let title = line.title.clone().unwrap_or_else(untitled);
    html! {
        tr {
            th scope="row" { a href={ "/m/" (line.number) } { (line.number) } br; span.text-secondary.fw-normal { (line.kind) } }
            td lang=[name_language(&title)] { (title) }
            td { (line.with.join(&asking.text("page-list-comma"))) }
            td { (line.status_text) }
            td { (asking.text(waits)) }
            td { @if let Some(due) = &line.due { (due) } }
            td { (when_text(&asking.words, &line.updated)) }
        }
    }
}
