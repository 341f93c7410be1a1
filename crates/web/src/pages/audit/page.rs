//! The page of the audit: its filter, its lines, and the form that takes them out.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use comity_app::authorise::Doing;
use comity_app::queries::{AuditLine, AuditPage};
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::{Page, name_language};
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::when::when_text;
use super::filter::{Asked, FIELDS, SORTS, Unread};

/// How many lines a page has.
const LINES: usize = 100;

/// A code and its text.
type Choice = (String, String);

/// What the form offers.
struct Offered {
    officers: Vec<Choice>,
    acts: Vec<Choice>,
}

/// The page of what is asked for, before a record where one is named.
pub(super) async fn shown(
    office: &Office,
    asking: &Asking,
    asked: &Asked,
    before: Option<u64>,
) -> Result<Response, Trouble> {
    let (lines, unread) = match asked.means(office).await? {
        Ok(filter) => {
            let (words, officer) = (Arc::clone(&asking.words), asking.officer());
            // That somebody looks is durable before anything is shown.
            let read = office.run(move |ledger, pending| {
                ledger.record_audit_read(pending, &officer, filter.matter)?;
                ledger.audit_page(&filter, before, LINES, &words)
            });
            (Some(read.await?), Vec::new())
        }
        Err(unread) => (None, unread),
    };
    let take_out = take_out(asking, asked, "", None);
    whole(office, asking, asked, lines.as_ref(), &unread, &take_out).await
}

/// The page once more, with what is wrong with the form that takes lines out.
pub(super) async fn again(
    office: &Office,
    asking: &Asking,
    asked: &Asked,
    purpose: &str,
    fault: Unread,
) -> Result<Response, Trouble> {
    let unread = asked.means(office).await?.err().unwrap_or_default();
    let take_out = take_out(asking, asked, purpose, Some(fault));
    let answer = whole(office, asking, asked, None, &unread, &take_out).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
}

async fn whole(
    office: &Office,
    asking: &Asking,
    asked: &Asked,
    lines: Option<&AuditPage>,
    unread: &[Unread],
    take_out: &Markup,
) -> Result<Response, Trouble> {
    let offered = offered(office, asking).await?;
    let body = html! {
        h1 { (asking.text("page-audit")) }
        p.text-secondary { (asking.text("page-audit-watched")) }
        (sorts(asking, asked))
        (filter(asking, asked, &offered, unread))
        @if let Some(page) = lines {
            (table(asking, &page.lines))
            @if let Some(next) = page.next {
                p.no-print {
                    @if page.lines.is_empty() { (asking.text("page-audit-none-so-far")) " " }
                    a.btn.btn-outline-primary rel="next" href={ "/audit?" (asked.address(None)) "&before=" (next) } {
                        (asking.text("page-audit-earlier"))
                    }
                }
            }
        }
        div.matter-grid.no-print { (take_out) (verify(asking)) }
    };
    let faulty = !unread.is_empty() || lines.is_none();
    let page = Page::new(asking.text("page-audit")).of("audit").faulty(faulty).around(asking, &body);
    let status = if unread.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page).into_response())
}

async fn offered(office: &Office, asking: &Asking) -> Result<Offered, Trouble> {
    let officers = office.run(|ledger, _| ledger.officers_ever()).await?;
    let mut acts: Vec<Choice> = Vec::new();
    let known = office.kinds.iter().flat_map(|kind| {
        let code = kind.def().code;
        kind.acts().into_iter().map(move |act| (act.code, asking.words.act(code, act.code)))
    });
    let doings = Doing::ALL.iter().map(|doing| (doing.code(), asking.words.term(Doing::LIST, doing.code())));
    for (code, text) in known.chain(doings) {
        if acts.iter().all(|(there, _)| there != code) {
            acts.push((code.to_owned(), text));
        }
    }
    acts.sort_by(|(_, a), (_, b)| a.cmp(b));
    let officers = officers.into_iter().map(|officer| (officer.record.to_string(), officer.name));
    Ok(Offered { officers: officers.collect(), acts })
}

fn sorts(asking: &Asking, asked: &Asked) -> Markup {
    html! {
        nav aria-label=(asking.text("page-audit-sorts")) {
            ul.nav {
                @for (name, _) in SORTS {
                    li.nav-item {
                        a.nav-link href={ "/audit?" (asked.address(Some(name))) }
                            aria-current=[(*name == asked.only).then_some("page")] {
                            (asking.text(&format!("page-audit-{name}")))
                        }
                    }
                }
            }
        }
    }
}

fn filter(asking: &Asking, asked: &Asked, offered: &Offered, unread: &[Unread]) -> Markup {
    html! {
        form.filter.card.card-body.mb-2.no-print action="/audit" method="get" novalidate {
            input type="hidden" name="only" value=(asked.only);
            @for name in FIELDS { (field(asking, name, asked, offered, unread)) }
            div.d-flex.flex-wrap.gap-2.align-items-end {
                button.btn.btn-primary type="submit" { (asking.text("page-filter-show")) }
                a.btn.btn-link href={ "/audit?only=" (asked.only) } { (asking.text("page-filter-clear")) }
            }
        }
    }
}

fn field(asking: &Asking, name: &'static str, asked: &Asked, offered: &Offered, unread: &[Unread]) -> Markup {
    let (id, typed) = (format!("f-{name}"), asked.text(name));
    let fault = unread.iter().find(|(field, _)| *field == name).map(|(_, key)| *key);
    let told = fault.map(|_| format!("{id}-wrong"));
    let choices = if name == "who" { &offered.officers } else { &offered.acts };
    html! {
        div .has-error[fault.is_some()] {
            label.form-label for=(id) { (asking.text(&format!("page-audit-by-{name}"))) }
            (wrong(asking, fault, told.as_deref()))
            @if name == "who" || name == "act" {
                select.form-select id=(id) name=(name) aria-invalid=[fault.map(|_| "true")] aria-describedby=[told.as_deref()] {
                    option value="" { (asking.text("page-filter-any")) }
                    @for (code, text) in choices {
                        option value=(code) selected[code == typed] lang=[name_language(text)] { (text) }
                    }
                }
            } @else {
                input.form-control id=(id) name=(name) type=(if name == "matter" || fault.is_some() { "text" } else { "date" }) value=(typed)
                    maxlength="40" autocomplete="off" aria-invalid=[fault.map(|_| "true")] aria-describedby=[told.as_deref()];
            }
        }
    }
}

fn wrong(asking: &Asking, fault: Option<&str>, id: Option<&str>) -> Markup {
    html! {
        @if let Some(key) = fault {
            p.field-error id=[id] { span.visually-hidden { (asking.text("page-form-error")) } (asking.text(key)) }
        }
    }
}

fn table(asking: &Asking, lines: &[AuditLine]) -> Markup {
    let head = |key: &str| html! { th scope="col" { (asking.text(key)) } };
    html! {
        @if lines.is_empty() {
            p.text-secondary { (asking.text("page-audit-none")) }
        } @else {
            table.table.stacked {
                thead { tr {
                    (head("page-audit-record")) (head("page-audit-at")) (head("page-audit-who"))
                    (head("page-audit-act")) (head("page-column-number"))
                } }
                tbody data-rows { @for line in lines { (row(asking, line)) } }
            }
        }
    }
}

fn row(asking: &Asking, line: &AuditLine) -> Markup {
    let label = |key: &str| asking.text(key);
    html! {
        tr {
            th scope="row" { (line.record) }
            td data-label=(label("page-audit-at")) { (when_text(&asking.words, &line.at)) }
            td data-label=(label("page-audit-who")) {
                span lang=[name_language(&line.who)] { (line.who) }
                @if line.agency != "us" { " · " (line.agency) }
                br; span.text-secondary { (line.roles.join(&asking.text("page-list-comma"))) }
            }
            td data-label=(label("page-audit-act")) {
                (line.act_text) @if let Some(detail) = &line.detail { br; span.text-secondary { (detail) } }
            }
            td data-label=(label("page-column-number")) {
                @if let Some(number) = &line.number { a href={ "/audit?matter=" (number) } { (number) } }
            }
        }
    }
}

/// Takes the lines of the filter out as a file.
fn take_out(asking: &Asking, asked: &Asked, purpose: &str, fault: Option<Unread>) -> Markup {
    let of = |name: &str| fault.filter(|(field, _)| *field == name).map(|(_, key)| key);
    let told = of("purpose").map(|_| "f-purpose-wrong");
    html! {
        form.card.card-body.mb-2 action="/audit/export" method="post" novalidate {
            h2.card-title { (asking.text("page-audit-export")) }
            p.form-hint { (asking.text("page-audit-export-hint")) }
            input type="hidden" name="csrf" value=(asking.form_token());
            @for (name, text) in asked.pairs() { input type="hidden" name=(name) value=(text); }
            div.mb-2 .has-error[told.is_some()] {
                label.form-label for="f-purpose" { (asking.words.field("node", "export", "purpose")) }
                (wrong(asking, of("purpose"), told))
                input.form-control #f-purpose name="purpose" value=(purpose) maxlength="500" autocomplete="off"
                    lang=[name_language(purpose)] aria-invalid=[told.map(|_| "true")] aria-describedby=[told];
            }
            (wrong(asking, of("form"), Some("f-form-wrong")))
            div.d-flex.flex-wrap.gap-2 {
                button.btn.btn-outline-primary type="submit" name="form" value="csv" { (asking.text("page-audit-csv")) }
                button.btn.btn-outline-primary type="submit" name="form" value="json" { (asking.text("page-audit-json")) }
            }
        }
    }
}

/// Whether what is shown is what was recorded: verified from here.
fn verify(asking: &Asking) -> Markup {
    html! {
        form.card.card-body.mb-2 action="/journal/verify" method="post" {
            h2.card-title { (asking.text("page-journal-verify")) }
            p.form-hint { (asking.text("page-journal-verify-hint")) }
            input type="hidden" name="csrf" value=(asking.form_token());
            div { button.btn.btn-outline-primary type="submit" { (asking.text("page-journal-verify")) } }
        }
    }
}
