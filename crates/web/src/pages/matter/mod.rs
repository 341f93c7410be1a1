//! One matter: what may be done next, what was said, notes, tasks and facts on the left, both sides' acts on one timeline on
//! the right, and above them whatever is not settled.

mod facts;
mod next;
mod people;
mod proof;
mod receipt;
mod talk;
mod timeline;
mod unsettled;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use comity_app::Failure;
use comity_app::authorise::{Doing, SeesLine};
use comity_app::ledger::Ledger;
use comity_app::people::Officer;
use comity_app::queries::{ActValue, EvidenceLine, MatterPage, MessageLine, NextLine, RecordingLine};
use comity_domain::act::ActDef;
use comity_domain::words::Words;
use maud::{Markup, html};
use serde::Deserialize;

use super::asking::Asking;
use super::frame::{Framed, Page, kept_fresh, name_language};
use super::office::Office;
use super::trouble::Trouble;
use timeline::View;

/// The words of these pages: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/m/{number}", get(show))
        .route("/m/{number}/proof", get(proof::show))
        .route("/m/{number}/proof/file", post(proof::file))
        .route("/m/{number}/receipt/{entry}", get(receipt::show))
}

/// What the page before says has been done, and how the timeline is to be shown.
#[derive(Deserialize)]
struct Said {
    said: Option<String>,
    rule: Option<String>,
    #[serde(flatten)]
    view: View,
}

/// A draft that waits, with its definition, what it says and what may be done with it.
struct Draft {
    def: ActDef,
    says: Vec<ActValue>,
    acts: Vec<NextLine>,
}

/// A matter with what its page needs besides.
struct Whole {
    kind: String,
    page: MatterPage,
    /// The act that opens matters of its kind.
    opens_with: &'static str,
    drafts: Vec<Draft>,
    /// What may be done inside.
    inside: Vec<NextLine>,
    /// What may be recorded for parties without a node.
    recording: Vec<RecordingLine>,
    conversation: Vec<MessageLine>,
    /// Who of our own people can see it, and why.
    sees: Vec<SeesLine>,
    /// Sealed packages that were handed over.
    evidence: Vec<EvidenceLine>,
    /// Acts this officer has begun to write and not sent, by code.
    unsent: Vec<String>,
    /// Where a new matter can be copied from it.
    copy: Option<String>,
}

impl Whole {
    fn read(ledger: &mut Ledger, officer: &Officer, number: &str, words: &Words) -> Result<Self, Failure> {
        let matter = ledger.seen_by(officer, number)?;
        let page = ledger.show_matter_to(officer, &matter, words)?;
        // What a draft says is content as well.
        let may_read = ledger.authorise(officer, Doing::ReadContent, Some(&matter)).is_ok();
        let kind = ledger.matter(&matter)?.kind().to_owned();
        let mut drafts = Vec::new();
        for draft in &page.drafts {
            let (_, def) = ledger.act_of(&matter, &draft.act)?;
            let says = if may_read { ledger.draft_of(&matter, def.code)? } else { None }.unwrap_or_default();
            let says = ledger.with_numbers(officer, says)?;
            drafts.push(Draft { def, says, acts: ledger.with_draft_for(officer, &matter, def.code, words)? });
        }
        let under = format!("/m/{}/act/", page.line.number);
        let unsent = ledger.unsent_under(officer, &under)?.into_iter();
        let row = ledger.row(&kind, &matter)?.filter(|row| row.ours && may_read);
        let may_open = ledger.authorise(officer, Doing::OpenMatter, None).is_ok();
        let copy = row.filter(|_| may_open).and_then(|row| {
            Some(format!("/matters/new/{kind}/{}?copy={}", row.with.first()?, page.line.number))
        });
        Ok(Self {
            opens_with: ledger.opening_act(&kind)?.code,
            inside: ledger.inside_for(officer, &matter, words)?,
            recording: ledger.recording_for(officer, &matter, words)?,
            conversation: ledger.conversation(&matter, &page, words)?,
            sees: ledger.who_can_see(&matter, words)?,
            evidence: ledger.evidence_lines(officer, &matter, None, words)?,
            unsent: unsent.filter_map(|(form, _)| form.strip_prefix(&under).map(str::to_owned)).collect(),
            kind,
            page,
            drafts,
            copy,
        })
    }
}

async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(number): Path<String>,
    Query(said): Query<Said>,
) -> Result<Framed, Trouble> {
    let (words, officer) = (Arc::clone(&asking.words), asking.officer());
    let whole = office.run(move |ledger, _| Whole::read(ledger, &officer, &number, &words)).await?;
    let line = &whole.page.line;
    let title = line.title.clone().unwrap_or_else(|| asking.text("page-untitled"));
    let here = format!("/m/{}{}", line.number, said.view.query());
    let body = html! {
        p.mb-1.no-print { a href="/matters" { (asking.text("page-matters")) } }
        div.d-flex.flex-wrap.gap-3.justify-content-between.align-items-start {
            div {
                h1.m-0 lang=[name_language(&title)] { (title) }
                p.text-secondary {
                    strong { (line.number) } " · " (line.kind) " · " (line.with.join(&asking.text("page-list-comma")))
                    @if line.by_hand { " · " (asking.text("page-party-no-node")) }
                }
            }
            div.d-flex.flex-wrap.gap-2.no-print {
                @if let Some(copy) = &whole.copy {
                    a.btn.btn-outline-secondary href=(copy) { (asking.text("page-copy-to-new")) }
                }
                a.btn.btn-outline-primary href={ "/m/" (line.number) "/proof" } { (asking.text("page-show-proof")) }
            }
        }
        (notice(&asking, &said))
        (contents(&asking))
        (kept_fresh("matter", &here, &html! {
            (standing(&asking, &whole.page))
            (unsettled::quarantined(&asking, &whole.page))
            (unsettled::offered(&asking, &whole.page))
            (unsettled::unsettled(&asking, &whole.page))
            (unsettled::recalls(&asking, &whole.page))
            (unsettled::retention(&asking, &whole.page))
            div.matter-grid {
                div {
                    (next::next(&asking, &whole))
                    (next::drafts(&asking, &whole))
                    (facts::opening(&asking, &whole.page, whole.opens_with))
                    (talk::conversation(&asking, &whole))
                    (talk::notes(&asking, &whole))
                    (people::tasks(&asking, &whole))
                    (facts::facts(&asking, &whole.page))
                    (super::evidence::in_matter(&asking, &whole.evidence))
                    (people::people(&asking, &whole.page, &whole.sees))
                }
                (timeline::timeline(&asking, &whole.page, &said.view))
            }
        }))
    };
    Ok(Page::new(format!("{} {title}", line.number)).of("matters").around(&asking, &body))
}

/// Where on this page what is.
fn contents(asking: &Asking) -> Markup {
    let parts = [
        ("next", "page-next"),
        ("conversation", "page-conversation"),
        ("notes", "page-notes"),
        ("tasks", "page-people-tasks"),
        ("evidence", "page-evidence"),
        ("people", "page-people"),
        ("timeline", "timeline"),
    ];
    html! {
        nav.contents.mb-2.no-print aria-label=(asking.text("page-contents")) {
            ul.list-unstyled.d-flex.flex-wrap.gap-3.m-0 {
                @for (id, key) in parts { li { a href={ "#" (id) } { (asking.text(key)) } } }
            }
        }
    }
}

/// What has just been done, and what still stands in its way.
fn notice(asking: &Asking, said: &Said) -> Markup {
    let known = ["recorded", "still-waits", "signed", "drafted", "kept", "awaits-comparison", "awaits-epoch"];
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
