//! What waits for us: by what a lapse would cost, then by date; what has ended and is to be reviewed; what has arrived and
//! nobody took note of; on paper as well.

mod intake;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::{get, post};
use comity_app::authorise::{Doing, Reach};
use comity_app::queries::{ApprovalLine, MatterLine, MyTask, ReviewLine};
use comity_app::views::Facet;
use maud::{Markup, html};
use serde::Deserialize;

use super::asking::Asking;
use super::frame::{Framed, Page, kept_fresh, name_language};
use super::matters::{page_of, table};
use super::office::Office;
use super::trouble::Trouble;
use super::when::{when, when_text};

/// The words of these pages: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

/// How many lines are shown of each list.
const LINES: usize = 100;

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/work", get(work))
        .route("/work/print", get(print))
        .route("/intake", get(intake::show))
        .route("/intake/{number}/{act}", post(intake::take).get(intake::to_intake))
}

/// Whose work is shown.
#[derive(Deserialize)]
struct Whose {
    whose: Option<String>,
}

async fn work(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Query(whose): Query<Whose>,
) -> Result<Framed, Trouble> {
    let may_all = asking.who.officer.reach(Doing::SeeMatter) > Some(Reach::OwnTeam);
    let all = may_all && whose.whose.as_deref() == Some("bureau");
    let (due, undated) = ours(&office, &asking, all).await?;
    let (approvals, tasks) = (to_approve(&office, &asking).await?, tasks(&office, &asking).await?);
    let reviews = to_review(&office, &asking).await?;
    let address = if all { "/work?whose=bureau" } else { "/work" };
    let body = html! {
        div.d-flex.flex-wrap.gap-3.justify-content-between.align-items-center.mb-2 {
            h1.m-0 { (asking.text("page-work")) }
            a.btn.btn-outline-primary.no-print href="/work/print" { (asking.text("page-work-print")) }
        }
        @if may_all {
            nav aria-label=(asking.text("page-work-whose")) {
                ul.nav {
                    li.nav-item { a.nav-link href="/work" aria-current=[(!all).then_some("page")] { (asking.text("page-work-mine")) } }
                    li.nav-item { a.nav-link href="/work?whose=bureau" aria-current=[all.then_some("page")] { (asking.text("page-work-bureau")) } }
                }
            }
        }
        (kept_fresh("work", address, &html! {
            (approvals_table(&asking, &approvals))
            (tasks_table(&asking, &tasks))
            h2 { (asking.text("page-work-due")) }
            (table(&asking, &due))
            h2 { (asking.text("page-work-undated")) }
            (table(&asking, &undated))
            (reviews_table(&asking, &reviews))
        }))
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
                    @for ApprovalLine { line, draft, act, lacks } in approvals {
                        @let title = line.title.clone().unwrap_or_else(|| asking.text("page-untitled"));
                        tr id={ "d-" (draft) } {
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

async fn tasks(office: &Office, asking: &Asking) -> Result<Vec<MyTask>, Trouble> {
    let (words, officer) = (Arc::clone(&asking.words), asking.officer());
    Ok(office.run(move |ledger, _| ledger.tasks_of(&officer, &words)).await?)
}

/// What colleagues gave the officer to do, in all matters.
fn tasks_table(asking: &Asking, tasks: &[MyTask]) -> Markup {
    let head = |key: &str| html! { th scope="col" { (asking.text(key)) } };
    html! {
        @if !tasks.is_empty() {
            h2 { (asking.text("page-work-tasks")) }
            table.table.table-hover.stacked {
                thead { tr {
                    (head("page-column-number")) (head("page-work-task")) (head("page-work-task-by")) (head("page-column-due"))
                } }
                tbody data-rows {
                    @for MyTask { matter, task } in tasks {
                        @let text = task.text.clone().unwrap_or_else(|| asking.text("page-untitled"));
                        tr id={ "t-" (task.entry) } {
                            th scope="row" {
                                a href={ "/m/" (matter.number) "#tasks" } { (matter.number) }
                                @if let Some(title) = &matter.title {
                                    br; span.text-secondary.fw-normal lang=[name_language(title)] { (title) }
                                }
                            }
                            td data-label=(asking.text("page-work-task")) lang=[name_language(&text)] { (text) }
                            td data-label=(asking.text("page-work-task-by")) lang=[name_language(&task.by.who)] { (task.by.who) }
                            td data-label=(asking.text("page-column-due")) {
                                @if let Some(due) = &task.due {
                                    span.text-danger[task.overdue].fw-bold[task.overdue] {
                                        (asking.text(if task.overdue { "overlay-overdue" } else { "overlay-due" })) " "
                                        (when_text(&asking.words, due))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

async fn to_review(office: &Office, asking: &Asking) -> Result<Vec<ReviewLine>, Trouble> {
    let (words, officer) = (Arc::clone(&asking.words), asking.officer());
    Ok(office.run(move |ledger, _| ledger.to_review(&officer, &words)).await?)
}

/// Matters that have ended and whose content is to be reviewed.
fn reviews_table(asking: &Asking, reviews: &[ReviewLine]) -> Markup {
    let head = |key: &str| html! { th scope="col" { (asking.text(key)) } };
    let comma = asking.text("page-list-comma");
    html! {
        @if !reviews.is_empty() {
            h2 { (asking.text("page-work-review")) }
            p { (asking.text("page-work-review-how")) }
            table.table.table-hover.stacked {
                thead { tr {
                    (head("page-column-number")) (head("page-column-title")) (head("page-column-with")) (head("page-column-due"))
                } }
                tbody data-rows {
                    @for ReviewLine { matter, due, overdue } in reviews {
                        @let title = matter.title.clone().unwrap_or_else(|| asking.text("page-untitled"));
                        tr id={ "v-" (matter.number) } {
                            th scope="row" { a href={ "/m/" (matter.number) "#retention" } { (matter.number) } }
                            td data-label=(asking.text("page-column-title")) lang=[name_language(&title)] { (title) }
                            td data-label=(asking.text("page-column-with")) { (matter.with.join(&comma)) }
                            td data-label=(asking.text("page-column-due")) {
                                span.text-danger[*overdue].fw-bold[*overdue] {
                                    (asking.text(if *overdue { "overlay-overdue" } else { "overlay-due" })) " "
                                    (when_text(&asking.words, due))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What waits for us, of what the officer works on or of everything the officer may know: with a clock, by consequence
/// and date; and without one.
async fn ours(
    office: &Office,
    asking: &Asking,
    all: bool,
) -> Result<(Vec<MatterLine>, Vec<MatterLine>), Trouble> {
    let list = |facet: Facet| if all { facet } else { facet.known_to(asking.who.officer.record) };
    let due = page_of(office, asking, list(Facet::DueUs), LINES).await?.lines;
    let undated = page_of(office, asking, list(Facet::UndatedUs), LINES).await?.lines;
    Ok((due, undated))
}

/// The morning on paper: what we owe, and what is owed to us.
async fn print(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    let (mut owe, undated) = ours(&office, &asking, true).await?;
    owe.extend(undated);
    let owed = page_of(&office, &asking, Facet::WaitingThem, LINES).await?.lines;
    let reviews = to_review(&office, &asking).await?;
    let body = html! {
        h1 { (asking.text("page-work-morning")) }
        p { (when(&asking.words, office.now())) }
        h2 { (asking.text("page-work-we-owe")) }
        (table(&asking, &owe))
        h2 { (asking.text("page-work-owed")) }
        (table(&asking, &owed))
        (reviews_table(&asking, &reviews))
    };
    Ok(Page::new(asking.text("page-work-morning")).of("work").around(&asking, &body))
}
