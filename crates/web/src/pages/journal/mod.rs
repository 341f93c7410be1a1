//! The journal: how long it is, what vouches for it, whether it holds, and what went wrong.
//!
//! It is verified beside the ledger, which goes on working; the page of the result is asked for again until it is there.

mod verified;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use comity_app::queries::{CheckpointLine, IncidentLine, JournalPage, WitnessLine};
use comity_domain::matters::node::{SetAside, Trouble as Went};
use maud::{Markup, html};

pub(crate) use verified::{Stand, Verification};

use super::asking::Asking;
use super::frame::{Framed, Page, name_language};
use super::office::Office;
use super::trouble::Trouble;
use super::when::when;

/// The words of these pages: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/journal", get(show))
        .route("/journal/verify", post(verified::begin))
        .route("/journal/verified", get(verified::show))
}

async fn show(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    let officer = asking.officer();
    let page = office.run(move |ledger, _| ledger.journal_page(&officer)).await?;
    let title = asking.text("page-journal");
    let body = html! {
        h1 { (title) }
        form.mb-3.no-print action="/journal/verify" method="post" {
            input type="hidden" name="csrf" value=(asking.form_token());
            button.btn.btn-primary type="submit" { (asking.text("page-journal-verify")) }
            p.form-hint { (asking.text("page-journal-verify-hint")) }
        }
        (numbers(&asking, &page))
        (checkpoint(&asking, page.checkpoint.as_ref(), &page.witnesses))
        (held(&asking, &page))
        section #incidents {
            h2 { (asking.text("page-journal-incidents")) }
            (incidents(&asking, &page.incidents))
        }
    };
    Ok(Page::new(title).of("journal").around(&asking, &body))
}

fn numbers(asking: &Asking, page: &JournalPage) -> Markup {
    html! {
        section.card.card-body.mb-2 {
            h2.card-title { (asking.text("page-journal-length")) }
            dl.facts {
                div { dt { (asking.text("page-journal-records")) } dd { (page.records) } }
                div { dt { (asking.text("page-journal-exchange")) } dd { (page.exchange) } }
                div { dt { (asking.text("page-journal-inner")) } dd { (page.inner) } }
                @if let Some(last) = page.last {
                    div { dt { (asking.text("page-journal-last")) } dd { (when(&asking.words, last)) } }
                }
            }
        }
    }
}

/// Our latest checkpoint, as it was signed, and who has cosigned an earlier one.
fn checkpoint(asking: &Asking, checkpoint: Option<&CheckpointLine>, lines: &[WitnessLine]) -> Markup {
    html! {
        section.card.card-body.mb-2 {
            h2.card-title { (asking.text("page-journal-checkpoint")) }
            p { (asking.text("page-journal-checkpoint-what")) }
            @match checkpoint {
                None => p { (asking.text("page-journal-checkpoint-none")) },
                Some(line) => {
                    pre.m-0 tabindex="0" role="region" aria-label=(asking.text("page-journal-checkpoint")) { (line.note) }
                }
            }
            (witnesses(asking, lines))
        }
    }
}

/// Who has cosigned our journal, and how far.
fn witnesses(asking: &Asking, lines: &[WitnessLine]) -> Markup {
    html! {
        h3.mt-2 { (asking.text("page-journal-cosigned")) }
        @if lines.is_empty() {
            p.m-0 { (asking.text("page-journal-cosigned-none")) }
        } @else {
            div.scroll tabindex="0" role="region" aria-label=(asking.text("page-journal-cosigned")) {
                table.table.m-0 {
                    thead { tr {
                        th scope="col" { (asking.text("page-partner-name")) }
                        th scope="col" { (asking.text("page-journal-held-size")) }
                        th scope="col" { (asking.text("page-journal-when")) }
                    } }
                    tbody { @for line in lines {
                        tr {
                            th scope="row" lang=[name_language(&line.name)] { (line.name) }
                            td { (line.size) }
                            td { (when(&asking.words, line.at)) }
                        }
                    } }
                }
            }
        }
    }
}

/// The checkpoints held of partners: a partner whose journal no longer extends one of these has rewritten its past.
fn held(asking: &Asking, page: &JournalPage) -> Markup {
    html! {
        section {
            h2 { (asking.text("page-journal-held")) }
            p { (asking.text("page-journal-held-what")) }
            div.scroll tabindex="0" role="region" aria-label=(asking.text("page-journal-held")) {
                table.table {
                    thead { tr {
                        th scope="col" { (asking.text("page-partner-name")) }
                        th scope="col" { (asking.text("page-journal-held-size")) }
                        th scope="col" { (asking.text("page-journal-held-epoch")) }
                    } }
                    tbody { @for (name, kept) in &page.held {
                        tr {
                            th scope="row" lang=[name_language(name)] { (name) }
                            @match kept {
                                Some(line) => { td { (line.size) } td { (line.epoch) } }
                                None => td colspan="2" { (asking.text("page-journal-held-none")) },
                            }
                        }
                    } }
                }
            }
        }
    }
}

/// What went wrong, in words.
pub(crate) fn incidents(asking: &Asking, lines: &[IncidentLine]) -> Markup {
    html! {
        @if lines.is_empty() {
            p.text-secondary { (asking.text("page-journal-incidents-none")) }
        } @else {
            div.scroll tabindex="0" role="region" aria-label=(asking.text("page-journal-incidents")) {
                table.table {
                    thead { tr {
                        th scope="col" { (asking.text("page-journal-when")) }
                        th scope="col" { (asking.words.field("node", "incident", "trouble")) }
                        th scope="col" { (asking.words.field("node", "incident", "partner")) }
                        th scope="col" { (asking.words.field("node", "incident", "detail")) }
                    } }
                    tbody { @for line in lines { (incident(asking, line)) } }
                }
            }
        }
    }
}

fn incident(asking: &Asking, line: &IncidentLine) -> Markup {
    html! {
        tr {
            td { (when(&asking.words, line.at)) }
            td { (asking.words.term(Went::LIST, line.trouble.code())) }
            td lang=[line.with.as_deref().and_then(name_language)] { (line.with.as_deref().unwrap_or_default()) }
            td {
                @if let Some(why) = line.why { (asking.words.term(SetAside::LIST, why.code())) }
                @if let Some(detail) = &line.detail { span lang="en" { (detail) } }
                @if let Some(notes) = &line.notes {
                    details {
                        summary { (asking.words.field("node", "incident", "notes")) }
                        pre.m-0 tabindex="0" role="region" aria-label=(asking.words.field("node", "incident", "notes")) {
                            (notes)
                        }
                    }
                }
            }
        }
    }
}
