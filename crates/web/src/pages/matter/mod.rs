//! One matter: its facts on the left, both sides' acts on one timeline on the right, and what may be done next.

mod facts;
mod next;
mod people;
mod proof;
mod timeline;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use comity_app::authorise::{Doing, SeesLine};
use comity_app::queries::{ActValue, EvidenceLine, MatterPage};
use comity_domain::act::ActDef;
use maud::{Markup, html};
use serde::Deserialize;

use super::asking::Asking;
use super::frame::{Framed, Page, name_language};
use super::office::Office;
use super::trouble::Trouble;

/// The words of these pages: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/m/{number}", get(show))
        .route("/m/{number}/proof", get(proof::show))
        .route("/m/{number}/proof/file", post(proof::file))
}

/// What the page before says has been done.
#[derive(Deserialize)]
struct Said {
    said: Option<String>,
    rule: Option<String>,
}

/// A matter with what its page needs besides.
struct Whole {
    kind: String,
    page: MatterPage,
    /// The act that opens matters of its kind.
    opens_with: &'static str,
    /// Drafts that wait, with their definitions and what they say.
    drafts: Vec<(ActDef, Vec<ActValue>)>,
    /// Who of our own people can see it, and why.
    sees: Vec<SeesLine>,
    /// Sealed packages that were handed over.
    evidence: Vec<EvidenceLine>,
}

async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(number): Path<String>,
    Query(said): Query<Said>,
) -> Result<Framed, Trouble> {
    let words = Arc::clone(&asking.words);
    let officer = asking.officer();
    let whole = office.run(move |ledger, _| {
        let matter = ledger.seen_by(&officer, &number)?;
        let page = ledger.show_matter_to(&officer, &matter, &words)?;
        // What a draft says is content as well.
        let may_read = ledger.authorise(&officer, Doing::ReadContent, Some(&matter)).is_ok();
        let (mut kind, mut drafts) = (ledger.matter(&matter)?.kind().to_owned(), Vec::new());
        for draft in &page.drafts {
            let (of, def) = ledger.act_of(&matter, &draft.act)?;
            let says = if may_read { ledger.draft_of(&matter, def.code)? } else { None }.unwrap_or_default();
            kind = of;
            drafts.push((def, says));
        }
        let opens_with = ledger.opening_act(&kind)?.code;
        let sees = ledger.who_can_see(&matter, &words)?;
        let evidence = ledger.evidence_lines(&officer, &matter, None, &words)?;
        Ok(Whole { kind, page, opens_with, drafts, sees, evidence })
    });
    let whole = whole.await?;
    let line = &whole.page.line;
    let title = line.title.clone().unwrap_or_else(|| asking.text("page-untitled"));
    let body = html! {
        p.mb-1.no-print { a href="/matters" { (asking.text("page-matters")) } }
        div.d-flex.flex-wrap.gap-3.justify-content-between.align-items-start {
            div {
                h1.m-0 lang=[name_language(&title)] { (title) }
                p.text-secondary {
                    strong { (line.number) } " · " (line.kind) " · " (line.with.join(&asking.text("page-list-comma")))
                }
            }
            div.no-print {
                a.btn.btn-outline-primary href={ "/m/" (line.number) "/proof" } { (asking.text("page-show-proof")) }
            }
        }
        (notice(&asking, &said))
        div #matter hx-get={ "/m/" (line.number) } hx-trigger="changed from:body" hx-select="#matter" hx-swap="outerHTML" {
        (standing(&asking, &whole.page))
        div.matter-grid {
            div {
                (next::next(&asking, &whole.page))
                (next::drafts(&asking, &whole.kind, &whole.page, &whole.drafts))
                (facts::opening(&asking, &whole.page, whole.opens_with))
                (facts::facts(&asking, &whole.page))
                (super::evidence::in_matter(&asking, &whole.evidence))
                    (people::people(&asking, &whole.page, &whole.sees))
            }
            (timeline::timeline(&asking, &whole.page))
        }
        }
    };
    Ok(Page::new(format!("{} {title}", line.number)).of("matters").around(&asking, &body))
}

/// What has just been done, and what still stands in its way.
fn notice(asking: &Asking, said: &Said) -> Markup {
    let known = ["recorded", "still-waits", "signed", "drafted", "kept", "awaits-comparison"];
    let Some(said_key) = said.said.as_deref().filter(|said| known.contains(said)) else { return html! {} };
    let rule = said
        .rule
        .as_deref()
        .and_then(|code| comity_domain::gates::rules::ALL.iter().find(|rule| rule.code == code));
    html! {
        div.alert.alert-success role="status" {
            p { strong { (asking.text(&format!("page-said-{said_key}"))) } }
            @if let Some(rule) = rule {
                p {
                    (asking.words.rule(rule)) " " (asking.words.rule_help(rule)) " "
                    (asking.text("page-rule-source")) (asking.text("page-colon")) (asking.words.rule_source(rule))
                }
            }
        }
    }
}

/// Status, who is waited for, clocks and what stands over the whole matter.
fn standing(asking: &Asking, page: &MatterPage) -> Markup {
    let waits = match page.line.waited_for.as_deref() {
        Some("us") => "page-waits-us",
        Some(_) => "page-waits-them",
        None => "page-waits-nobody",
    };
    html! {
        dl.d-flex.flex-wrap.gap-4.mb-2 {
            div { dt { (asking.text("page-column-status")) } dd { strong { (page.line.status_text) } } }
            div { dt { (asking.text("page-column-waits")) } dd { (asking.text(waits)) } }
            div { dt { (asking.text("cover")) } dd { (page.cover) } }
            @for clock in &page.clocks {
                div.clock .clock-overdue[clock.overdue] {
                    dt.m-0 { (asking.words.clock(clock.name)) }
                    dd.m-0.until { (facts::clock(asking, clock)) }
                }
            }
        }
        @for mark in &page.marks { p.alert.alert-warning { (mark) } }
        @if page.read_only { p.alert.alert-warning { (asking.text("read-only")) } }
    }
}
