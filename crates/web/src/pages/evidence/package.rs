//! One sealed package: its seal, who answers for it, what was done with it in order, and what may be done now.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Redirect;
use comity_app::authorise::Doing;
use comity_app::queries::{EvidenceLine, TimelineLine};
use comity_app::views::PackageRow;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::{Framed, Page, kept_fresh, name_language};
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::when::when_text;
use super::lines::{copy, fact, facts, page_of, short, size, verify};

/// A package as these pages find it for who asks.
pub(super) struct Found {
    pub(super) row: PackageRow,
    pub(super) line: EvidenceLine,
    pub(super) custody: Vec<TimelineLine>,
    /// Whether the officer's roles may take anything out of it.
    may_take: bool,
}

impl Found {
    /// Where its page is.
    pub(super) fn path(&self) -> String {
        page_of(&self.line)
    }

    /// The way back to matter and package, above a page about it.
    pub(super) fn crumbs(&self) -> Markup {
        let number = &self.line.matter.number;
        html! {
            p.mb-1.no-print {
                a href={ "/m/" (number) } { (number) } " · " a href=(self.path()) { code { (short(&self.line.package)) } }
            }
        }
    }
}

/// Finds a package; one in a matter that may not be seen is not there.
pub(super) async fn find(
    office: &Office,
    asking: &Asking,
    number: String,
    package: String,
) -> Result<Found, Trouble> {
    let (words, officer) = (Arc::clone(&asking.words), asking.officer());
    let found = office.run(move |ledger, _| {
        let row = ledger.package_seen_by(&officer, &number, &package)?;
        let line = ledger.evidence_lines(&officer, &row.matter, Some(&row.entry), &words)?.pop();
        let timeline = ledger.show_matter_to(&officer, &row.matter, &words)?.timeline;
        let custody = ledger.custody_of(&row, &timeline)?;
        let may_take = ledger.authorise(&officer, Doing::TakeOut, Some(&row.matter)).is_ok();
        Ok(line.map(|line| Found { row, line, custody, may_take }))
    });
    found.await?.ok_or(Trouble::NotFound)
}

/// Where its form is: somebody asked for a path that only takes forms.
pub(super) async fn back(_: Asking, Path((number, package)): Path<(String, String)>) -> Redirect {
    Redirect::to(&format!("/m/{number}/package/{package}"))
}

pub(super) async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, package)): Path<(String, String)>,
) -> Result<Framed, Trouble> {
    let found = find(&office, &asking, number, package).await?;
    let line = &found.line;
    let title = asking.text_with("page-evidence-one", &[("package", &short(&line.package))]);
    let matter_title = line.matter.title.clone().unwrap_or_else(|| asking.text("page-untitled"));
    let body = html! {
        p.mb-1.no-print { a href="/evidence" { (asking.text("page-evidence")) } }
        h1 { (title) }
        @for mark in &line.marks { p.alert.alert-warning { (mark) } }
        (kept_fresh("package", &asking.path, &html! {
            section.card.card-body.mb-2 {
                dl.facts {
                    (fact(&asking, "page-evidence-hash", &html! { code.hash { (line.package) } " " (copy(&asking, &line.package)) }))
                    (fact(&asking, "page-evidence-size", &html! { (size(line.size)) }))
                    (fact(&asking, "page-evidence-matter", &html! {
                        a href={ "/m/" (line.matter.number) } { (line.matter.number) }
                        " " span lang=[name_language(&matter_title)] { (matter_title) }
                    }))
                    (facts(&asking, line))
                }
                (may(&asking, &found))
            }
            (custody(&asking, &found))
        }))
    };
    Ok(Page::new(title).of("evidence").around(&asking, &body))
}

/// What may be done with it, as far as it is here.
fn may(asking: &Asking, found: &Found) -> Markup {
    let path = found.path();
    html! {
        @if found.line.here {
            div.d-flex.flex-wrap.gap-2.mt-2.no-print {
                (verify(asking, &found.line))
                @if found.may_take {
                    a.btn.btn-outline-secondary href={ (path) "/take" } { (asking.text("page-take")) }
                    a.btn.btn-outline-secondary href={ (path) "/open" } { (asking.text("page-open")) }
                }
            }
        }
    }
}

/// Every act about it, in order, with who did it: the chain of its custody.
fn custody(asking: &Asking, found: &Found) -> Markup {
    html! {
        section #custody .card.card-body {
            h2.card-title { (asking.text("page-custody")) }
            ol.list-unstyled.m-0 {
                @for line in &found.custody { (act(asking, found, line)) }
            }
        }
    }
}

fn act(asking: &Asking, found: &Found, line: &TimelineLine) -> Markup {
    let side = match line.side {
        "ours" => "ours",
        "inner" => "page-custody-inner",
        "recorded" => "page-custody-recorded",
        _ => "theirs",
    };
    let says = line.fields.iter().filter(|field| field.present);
    html! {
        li.border-bottom.mb-2 {
            p.m-0 {
                a href={ "/m/" (found.line.matter.number) "#e-" (line.entry) } { (line.act_text) }
                " · " (asking.text(side)) " · "
                span lang=[name_language(&line.by.who)] { (line.by.who) } " · " (when_text(&asking.words, &line.at))
                @if line.crossed { " · " strong { (asking.text("standing-crossed")) } }
                @if !line.standing.is_empty() { " · " strong { (line.standing) } }
            }
            dl.facts {
                @for field in says {
                    div { dt { (field.label) } dd.said lang=[name_language(&field.value)] { (field.value) } }
                }
            }
        }
    }
}
