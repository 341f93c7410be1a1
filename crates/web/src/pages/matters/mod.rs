//! The list of matters, by what somebody looks for.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use comity_app::queries::{Also, ListPage, ListQuery, MatterLine};
use comity_app::views::{Cursor, Facet};
use maud::{Markup, html};
use serde::Deserialize;

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

/// The lists there are, in the order they are offered in.
const LISTS: &[&str] = &["all", "waiting-us", "waiting-them", "to-approve", "arrived", "due", "ended"];
/// How many lines a page has.
const LINES: usize = 50;

/// Which page of which list.
#[derive(Deserialize)]
struct Asked {
    list: Option<String>,
    after: Option<String>,
}

async fn list(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Query(asked): Query<Asked>,
) -> Result<Framed, Trouble> {
    let named = asked.list.as_deref().filter(|list| LISTS.contains(list)).unwrap_or("all").to_owned();
    let facet = Facet::named(&named).ok_or(Trouble::NotFound)?;
    let page = page_of(&office, &asking, facet, asked.after.as_deref(), LINES).await?;
    let body = html! {
        div.d-flex.flex-wrap.gap-3.justify-content-between.align-items-center.mb-2 {
            h1.m-0 { (asking.text("page-matters")) }
            a.btn.btn-primary href="/matters/new" data-key="n" { (asking.text("page-matters-new")) }
        }
        nav aria-label=(asking.text("page-lists")) {
            ul.nav {
                @for list in LISTS {
                    li.nav-item {
                        a.nav-link href={ "/matters?list=" (list) } aria-current=[(*list == named).then_some("page")] {
                            (asking.text(&format!("page-list-{list}")))
                        }
                    }
                }
            }
        }
        div #matters hx-get=(asking.path) hx-trigger="changed from:body" hx-select="#matters" hx-swap="outerHTML" {
            (table(&asking, &page.lines))
            @if let Some(next) = &page.next {
                p { a href={ "/matters?list=" (named) "&after=" (next) } { (asking.text("page-matters-more")) } }
            }
        }
    };
    Ok(Page::new(asking.text("page-matters")).of("matters").around(&asking, &body))
}

/// A page of a list, as the officer who asks may see it.
pub(crate) async fn page_of(
    office: &Office,
    asking: &Asking,
    facet: Facet,
    after: Option<&str>,
    limit: usize,
) -> Result<ListPage, Trouble> {
    let after = match after {
        Some(shown) => Some(Cursor::read(&facet, shown).ok_or(Trouble::NotFound)?),
        None => None,
    };
    let list = ListQuery { facet, also: Also::default(), after, limit };
    let (words, officer) = (Arc::clone(&asking.words), asking.officer());
    Ok(office.run(move |ledger, _| ledger.matter_lines_for(&officer, &list, &words)).await?)
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
            th scope="row" {
                @for reference in [&line.our_reference, &line.their_reference].into_iter().flatten() { (reference) br; }
                a href={ "/m/" (line.number) } { (line.number) }
                @if line.arrived { " " span.badge { (asking.text("page-arrived")) } }
                br; span.text-secondary.fw-normal { (line.kind) } }
            td lang=[name_language(&title)] { (title) }
            td { (line.with.join(&asking.text("page-list-comma"))) }
            td { (line.status_text) }
            td { (asking.text(waits)) }
            td { @if let Some(due) = &line.due { (due_text(asking, line, due)) } }
            td { (when_text(&asking.words, &line.updated)) }
        }
    }
}

/// The first clock in words; what it costs when it lapses stands before it.
fn due_text(asking: &Asking, line: &MatterLine, due: &str) -> Markup {
    html! {
        @if let Some(at) = &line.due_at {
            @if line.overdue { strong { (asking.text("overlay-overdue")) } " " }
            (when_text(&asking.words, at))
        } @else {
            (due)
        }
    }
}
