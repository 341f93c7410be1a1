//! The bureau: what waits for us today, a card for each partner, what has arrived and what went wrong.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use comity_app::authorise::Doing;
use comity_app::queries::{Between, Bureau, IncidentLine, PartnerLine, WaitsForUs};
use maud::{Markup, html};

use super::asking::Asking;
use super::frame::{Framed, Page, name_language};
use super::journal::incidents;
use super::office::Office;
use super::partners::{Reached, answer_time, ceiling, mark, overdue};
use super::trouble::Trouble;
use super::when::when;

/// The words of this page: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

/// How many incidents are told here.
const INCIDENTS: usize = 5;

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/", get(show))
}

async fn show(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    let (officer, words) = (asking.officer(), Arc::clone(&asking.words));
    let (bureau, troubles) = office
        .run(move |ledger, _| {
            let bureau = ledger.bureau(&officer, &words)?;
            // What went wrong is told to those who may look at the journal, and to nobody else.
            let troubles = match ledger.authorise(&officer, Doing::SeeJournal, None) {
                Ok(()) => Some(ledger.incidents(INCIDENTS)?),
                Err(_) => None,
            };
            Ok((bureau, troubles))
        })
        .await?;
    let contacts: BTreeMap<_, _> = office.outside.contacts().into_iter().collect();
    let body = html! {
        h1 { (asking.text("page-nav-home")) }
        (held_back(&asking, &bureau))
        (arrived(&asking, &bureau))
        (waiting(&asking, &bureau))
        (partners(&asking, &bureau, &|line| Reached::of(contacts.get(&line.agency).copied())))
        @if let Some(troubles) = &troubles { (went_wrong(&asking, troubles)) }
    };
    Ok(Page::new(asking.text("page-nav-home")).of("home").around(&asking, &body))
}

/// What keeps the node from signing for partners, after it was put back from a copy or not stopped cleanly.
fn held_back(asking: &Asking, bureau: &Bureau) -> Markup {
    let names = bureau.not_compared_with().join(&asking.text("page-list-comma"));
    html! {
        @if bureau.awaits_epoch {
            p.alert.alert-danger { (asking.text("page-home-awaits-epoch")) }
        } @else if !names.is_empty() {
            p.alert.alert-warning {
                (asking.text_with("page-home-not-compared", &[("names", &names)])) " "
                a href="/partners" { (asking.text("page-partners")) }
            }
        }
    }
}

/// What of partners nobody here has taken up yet.
fn arrived(asking: &Asking, bureau: &Bureau) -> Markup {
    let count = bureau.arrived.to_string();
    html! {
        @if bureau.arrived > 0 {
            p.alert.alert-warning {
                (asking.text_with("page-home-arrived", &[("count", &count)])) " "
                a href="/intake" { (asking.text("page-home-intake")) }
            }
        }
    }
}

fn waiting(asking: &Asking, bureau: &Bureau) -> Markup {
    let head = |key: &str| html! { th scope="col" { (asking.text(key)) } };
    let (told, all) = (bureau.waits.len().to_string(), bureau.waiting.to_string());
    html! {
        section.mb-3 {
            h2 { (asking.text("page-home-waits")) }
            @if bureau.waits.is_empty() {
                p.text-secondary { (asking.text("page-home-waits-none")) }
            } @else {
                table.table.table-hover.stacked {
                    thead { tr {
                        (head("page-column-number")) (head("page-column-title")) (head("page-column-with"))
                        (head("page-column-status")) (head("page-column-due"))
                    } }
                    tbody data-rows { @for waits in &bureau.waits { (row(asking, waits)) } }
                }
                @if bureau.waiting > bureau.waits.len() as u64 {
                    p.text-secondary { (asking.text_with("page-home-waits-more", &[("told", &told), ("all", &all)])) }
                }
            }
            @if bureau.more { p.text-secondary { (asking.text("page-partner-more")) } }
        }
    }
}

fn row(asking: &Asking, waits: &WaitsForUs) -> Markup {
    let line = &waits.line;
    let title = line.title.clone().unwrap_or_else(|| asking.text("page-untitled"));
    let label = |key: &str| asking.text(key);
    html! {
        tr {
            th scope="row" { a href={ "/m/" (line.number) } { (line.number) } br; span.text-secondary.fw-normal { (line.kind) } }
            td data-label=(label("page-column-title")) lang=[name_language(&title)] { (title) }
            td data-label=(label("page-column-with")) { (line.with.join(&asking.text("page-list-comma"))) }
            td data-label=(label("page-column-status")) { (line.status_text) }
            td data-label=(label("page-column-due")) {
                @if let Some(clock) = &waits.clock {
                    (asking.words.clock(&clock.name)) br;
                    span.text-danger[clock.overdue].fw-bold[clock.overdue] {
                        (asking.text(if clock.overdue { "overlay-overdue" } else { "overlay-due" }))
                    }
                    " " (when(&asking.words, clock.due))
                }
            }
        }
    }
}

/// A card for each partner that has not ended.
fn partners(asking: &Asking, bureau: &Bureau, reached: &dyn Fn(&PartnerLine) -> Reached) -> Markup {
    let living: Vec<_> = bureau.partners.iter().filter(|(line, _)| line.partnership != "ended").collect();
    html! {
        section.mb-3 {
            h2 { (asking.text("page-partners")) }
            @if living.is_empty() {
                p { (asking.text("page-partners-none")) " " a href="/partners/meet" { (asking.text("page-meet")) } }
            }
            div.row.row-cards {
                @for (line, between) in &living {
                    div.col-md-6.col-lg-4 { (partner(asking, line, between, reached(line))) }
                }
            }
        }
    }
}

fn partner(asking: &Asking, line: &PartnerLine, between: &Between, reached: Reached) -> Markup {
    let fact = |key: &str, value: Markup| html! { div { dt { (asking.text(key)) } dd { (value) } } };
    html! {
        article.card.card-body.h-100 {
            h3.card-title {
                a href={ "/partners/" (line.agency) } lang=[name_language(&line.name)] { (line.name) }
                span.text-secondary.fw-normal { " " (line.place) }
            }
            dl.facts.m-0 {
                div { dt { (asking.text("page-partner-partnership")) } dd {
                    (asking.words.status("partner", line.partnership)) (mark(asking, line))
                } }
                div { dt { (asking.text("ceiling")) } dd { (ceiling(asking, line)) } }
                (fact("cover", html! { (asking.words.term("cover", "not-on-record")) }))
                (fact("page-home-open", html! { (between.open) }))
                div { dt { (asking.text("page-partner-for-us")) } dd.fw-bold[between.for_us > 0] { (between.for_us) } }
                div { dt { (asking.text("page-partner-for-them")) } dd { (between.for_them) } }
                @if between.overdue_here + between.overdue_there > 0 {
                    div { dt { (asking.text("page-partner-overdue")) } dd.text-danger { (overdue(asking, between)) } }
                }
                (fact("page-partner-they-answer", answer_time(asking, between.they_answer)))
                @if let Some(last) = between.last { (fact("page-home-last", when(&asking.words, last))) }
                @if let Some(linked) = &line.linked {
                    div { dt { (asking.text("page-tie-linked")) } dd lang=[name_language(linked)] { (linked) } }
                } @else if line.off_network {
                    div { dt { (asking.text("page-partner-node")) } dd { (asking.text("page-partner-no-node")) } }
                } @else {
                    div { dt { (asking.text("page-partner-reached")) } dd { (reached.last(asking)) } }
                    @if reached.is_hindered() {
                        div { dt { (asking.text("page-partner-error")) } dd { (reached.error(asking)) } }
                    }
                    @if line.queued > 0 {
                        div { dt { (asking.text("page-partner-queued")) } dd { (line.queued) } }
                    }
                }
            }
        }
    }
}

fn went_wrong(asking: &Asking, troubles: &[IncidentLine]) -> Markup {
    html! {
        section.mb-3 {
            h2 { (asking.text("page-journal-incidents")) }
            (incidents(asking, troubles))
            @if !troubles.is_empty() { p { a href="/journal#incidents" { (asking.text("page-home-incidents-all")) } } }
        }
    }
}
