//! What waits for us: by what a lapse would cost, then by date; what has arrived and nobody took note of; both on paper.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use comity_app::authorise::Doing;
use comity_app::queries::{ApprovalLine, MatterLine};
use comity_app::views::Facet;
use maud::{Markup, html};

use super::asking::Asking;
use super::frame::{Framed, Page, name_language};
use super::matters::{page_of, table};
use super::office::Office;
use super::trouble::Trouble;
use super::when::when;

/// The words of these pages: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

/// How many lines are shown of each list.
const LINES: usize = 100;

/// What is done with an arrival, and the key for the first of them.
const AT_INTAKE: &[(&str, &str)] = &[("number", "1"), ("assign", "2"), ("acknowledge", "3")];

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/work", get(work)).route("/work/print", get(print)).route("/intake", get(intake))
}

async fn work(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    let (due, undated) = ours(&office, &asking).await?;
    let approvals = to_approve(&office, &asking).await?;
    let body = html! {
        div.d-flex.flex-wrap.gap-3.justify-content-between.align-items-center.mb-2 {
            h1.m-0 { (asking.text("page-work")) }
            a.btn.btn-outline-primary.no-print href="/work/print" { (asking.text("page-work-print")) }
        }
        div #work hx-get="/work" hx-trigger="changed from:body" hx-select="#work" hx-swap="outerHTML" {
            (approvals_table(&asking, &approvals))
            h2 { (asking.text("page-work-due")) }
            (table(&asking, &due))
            h2 { (asking.text("page-work-undated")) }
            (table(&asking, &undated))
        }
    };
    Ok(Page::new(asking.text("page-work")).of("work").around(&asking, &body))
}

async fn to_approve(office: &Office, asking: &Asking) -> Result<Vec<ApprovalLine>, Trouble> {
    let (words, officer) = (Arc::clone(&asking.words), asking.officer());
    Ok(office.run(move |ledger, _| ledger.waiting_for_approval(&officer, &words)).await?)
}

/// Colleagues' drafts that nobody but somebody in the officer's roles can move on.
fn approvals_table(asking: &Asking, approvals: &[ApprovalLine]) -> Markup {
    let head = |key: &str| html! { th scope="col" { (asking.text(key)) } };
    let comma = asking.text("page-list-comma");
    html! {
        @if !approvals.is_empty() {
            h2 { (asking.text("page-work-approve")) }
            table.table.table-hover.stacked {
                thead { tr {
                    (head("page-column-number")) (head("page-column-title")) (head("page-column-with"))
                    (head("page-work-act")) (head("page-work-lacks"))
                } }
                tbody data-rows {
                    @for ApprovalLine { line, act, lacks } in approvals {
                        @let title = line.title.clone().unwrap_or_else(|| asking.text("page-untitled"));
                        tr {
                            th scope="row" { a href={ "/m/" (line.number) } { (line.number) } }
                            td data-label=(asking.text("page-column-title")) lang=[name_language(&title)] { (title) }
                            td data-label=(asking.text("page-column-with")) { (line.with.join(&comma)) }
                            td data-label=(asking.text("page-work-act")) { (act) }
                            td data-label=(asking.text("page-work-lacks")) { (lacks.join(&comma)) }
                        }
                    }
                }
            }
        }
    }
}

/// What waits for us: with a clock, by consequence and date; and without one.
async fn ours(office: &Office, asking: &Asking) -> Result<(Vec<MatterLine>, Vec<MatterLine>), Trouble> {
    let for_us = |line: &MatterLine| line.waited_for.as_deref() == Some("us");
    let mut due = page_of(office, asking, Facet::Due, None, LINES).await?.lines;
    due.retain(for_us);
    let mut undated = page_of(office, asking, Facet::WaitingUs, None, LINES).await?.lines;
    undated.retain(|line| line.due_at.is_none());
    Ok((due, undated))
}

/// The morning on paper: what we owe, and what is owed to us.
async fn print(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    let (mut owe, undated) = ours(&office, &asking).await?;
    owe.extend(undated);
    let owed = page_of(&office, &asking, Facet::WaitingThem, None, LINES).await?.lines;
    let body = html! {
        h1 { (asking.text("page-work-morning")) }
        p { (when(&asking.words, office.now())) }
        h2 { (asking.text("page-work-we-owe")) }
        (table(&asking, &owe))
        h2 { (asking.text("page-work-owed")) }
        (table(&asking, &owed))
    };
    Ok(Page::new(asking.text("page-work-morning")).of("work").around(&asking, &body))
}

async fn intake(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    let officer = asking.officer();
    office.run(move |ledger, _| ledger.authorise(&officer, Doing::Intake, None)).await?;
    let arrived = page_of(&office, &asking, Facet::Arrived, None, LINES).await?.lines;
    let body = html! {
        h1 { (asking.text("page-intake")) }
        p { (asking.text("page-intake-how")) }
        div #intake hx-get="/intake" hx-trigger="changed from:body" hx-select="#intake" hx-swap="outerHTML" {
            @if arrived.is_empty() { p.text-secondary { (asking.text("page-intake-none")) } }
            ol.list-unstyled data-rows {
                @for (i, line) in arrived.iter().enumerate() { (arrival(&asking, line, i == 0)) }
            }
        }
    };
    Ok(Page::new(asking.text("page-intake")).of("intake").around(&asking, &body))
}

/// One arrival, with what is done with it; the first one by keys.
fn arrival(asking: &Asking, line: &MatterLine, first: bool) -> Markup {
    let title = line.title.clone().unwrap_or_else(|| asking.text("page-untitled"));
    html! {
        li.card.card-body.mb-2 {
            h2.card-title lang=[name_language(&title)] { a href={ "/m/" (line.number) } { (title) } }
            p {
                (line.number) " · " (line.kind) " · " (line.with.join(&asking.text("page-list-comma"))) " · "
                (line.status_text)
                @if let Some(due) = &line.due { " · " (due) }
            }
            div.d-flex.flex-wrap.gap-2 {
                @for (act, key) in AT_INTAKE {
                    a.btn.btn-outline-secondary href={ "/m/" (line.number) "/act/" (act) }
                        data-key=[first.then_some(key)] {
                        (asking.words.act("request", act))
                        @if first { " " kbd.key { (key) } }
                    }
                }
            }
        }
    }
}
