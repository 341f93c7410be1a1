//! Intake: what has come from partners and nobody has answered yet; numbered, assigned and acknowledged where it stands,
//! by three keys on the row one is at.
//!
//! Each of the three is the act of the matter with one field of its form; whoever has more to say follows the title.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use comity_app::authorise::Doing;
use comity_app::commands::{ActCommand, Outcome};
use comity_app::people::Officer;
use comity_app::queries::MatterLine;
use comity_app::views::Facet;
use comity_domain::act::faults;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::asking::Asking;
use super::super::frame::{Page, kept_fresh, name_language};
use super::super::matters::page_of;
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::{Typed, toml_of};
use super::super::when::when_text;
use super::LINES;

/// What is done with an arrival: the act, the field of it that is asked for here, and the key.
const AT_INTAKE: &[(&str, Option<&str>, &str)] =
    &[("number", Some("reference"), "1"), ("assign", Some("to"), "2"), ("acknowledge", None, "3")];

/// What the page before says has been done, and in which matter.
#[derive(Deserialize)]
pub(super) struct Said {
    said: Option<String>,
    of: Option<String>,
}

/// Something typed in one row that cannot be taken.
struct Wrong {
    number: String,
    act: String,
    typed: String,
    key: &'static str,
}

pub(super) async fn to_intake(_: Asking) -> Redirect {
    Redirect::to("/intake")
}

pub(super) async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Query(said): Query<Said>,
) -> Result<Response, Trouble> {
    asking.permit(&office, Doing::Intake).await?;
    page(&office, &asking, &said, None).await
}

async fn page(
    office: &Office,
    asking: &Asking,
    said: &Said,
    wrong: Option<&Wrong>,
) -> Result<Response, Trouble> {
    let arrived = page_of(office, asking, Facet::Intake, LINES).await?.lines;
    let officers = office.run(|ledger, _| ledger.officers()).await?;
    let done = said.said.as_deref().filter(|act| AT_INTAKE.iter().any(|(known, ..)| known == act));
    let body = html! {
        h1 { (asking.text("page-intake")) }
        p { (asking.text("page-intake-how")) }
        @if let (Some(act), Some(of)) = (done, &said.of) {
            div.alert.alert-success role="status" {
                (asking.words.act("request", act)) (asking.text("page-colon")) (of) " · " (asking.text("page-said-recorded"))
            }
        }
        (kept_fresh("intake", "/intake", &html! {
            @if arrived.is_empty() { p.text-secondary { (asking.text("page-intake-none")) } }
            ol.list-unstyled data-rows { @for line in &arrived { (arrival(office, asking, line, &officers, wrong)) } }
        }))
    };
    let page =
        Page::new(asking.text("page-intake")).of("intake").faulty(wrong.is_some()).around(asking, &body);
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, page).into_response())
}

/// One arrival, with what is done with it.
fn arrival(
    office: &Office,
    asking: &Asking,
    line: &MatterLine,
    officers: &[Officer],
    wrong: Option<&Wrong>,
) -> Markup {
    let title = line.title.clone().unwrap_or_else(|| asking.text("page-untitled"));
    let kind = office.kinds.get(&line.kind_code);
    // What has been answered already is acknowledged no more, and what a partner in quarantine has opened not yet.
    let answers = line.unanswered && !line.quarantined;
    let fits = |act: &str| kind.is_some_and(|kind| kind.act(act).is_some_and(|def| def.inner || answers));
    let acts = AT_INTAKE.iter().filter(|(act, ..)| fits(act));
    html! {
        li.card.card-body.mb-2 id={ "a-" (line.number) } {
            h2.card-title lang=[name_language(&title)] { a href={ "/m/" (line.number) } { (title) } }
            @if line.quarantined { p.text-danger { (asking.text("quarantine-arrived")) } }
            p {
                (line.number) " · " (line.kind) " · " (line.with.join(&asking.text("page-list-comma"))) " · "
                (line.status_text)
                @if let Some(theirs) = &line.their_reference { " · " (asking.text("page-intake-theirs")) " " (theirs) }
                @if let Some(at) = &line.due_at {
                    " · " span.fw-bold[line.overdue] {
                        (asking.text(if line.overdue { "overlay-overdue" } else { "overlay-due" })) " "
                        (when_text(&asking.words, at))
                    }
                }
            }
            div.d-flex.flex-wrap.gap-3.align-items-end {
                @for (act, field, key) in acts {
                    (doing(asking, line, officers, (act, *field, key), wrong.filter(|wrong| wrong.is_at(line, act))))
                }
            }
        }
    }
}

/// One act of a row: its field where it has one, and its button.
fn doing(
    asking: &Asking,
    line: &MatterLine,
    officers: &[Officer],
    (act, field, key): (&str, Option<&str>, &str),
    wrong: Option<&Wrong>,
) -> Markup {
    let id = format!("f-{}-{act}", line.number);
    let told = wrong.map(|_| format!("{id}-wrong"));
    let label = |field| asking.words.field(&line.kind_code, act, field);
    html! {
        form action={ "/intake/" (line.number) "/" (act) } method="post" novalidate {
            input type="hidden" name="csrf" value=(asking.form_token());
            div .has-error[wrong.is_some()] {
                @if let Some(field) = field { label.form-label for=(id) { (label(field)) } }
                @if let Some(wrong) = wrong {
                    p.field-error id=[told.as_deref()] {
                        span.visually-hidden { (asking.text("page-form-error")) } (asking.text(wrong.key))
                    }
                }
                div.d-flex.flex-wrap.gap-2 {
                    @match field {
                        Some("to") => (whom(&id, line, officers, key, told.as_deref())),
                        Some(field) => {
                            @let typed = wrong.map_or(line.our_reference.as_deref().unwrap_or_default(), |wrong| &wrong.typed);
                            input.form-control.w-auto id=(id) name=(field) value=(typed) maxlength="200" autocomplete="off"
                                data-key=(key) aria-invalid=[wrong.map(|_| "true")] aria-describedby=[told.as_deref()];
                        }
                        None => {}
                    }
                    button.btn.btn-outline-secondary.text-nowrap type="submit" data-key=[field.is_none().then_some(key)] {
                        (asking.words.act(&line.kind_code, act)) " " kbd.key { (key) }
                    }
                }
            }
        }
    }
}

/// Whom it is assigned to.
fn whom(id: &str, line: &MatterLine, officers: &[Officer], key: &str, told: Option<&str>) -> Markup {
    html! {
        select.form-select.w-auto id=(id) name="to" data-key=(key) aria-invalid=[told.map(|_| "true")] aria-describedby=[told] {
            option value="" {}
            @for officer in officers.iter().filter(|officer| officer.reach(Doing::ActInMatter).is_some()) {
                option value=(officer.name) selected[line.assigned == Some(officer.record)] lang=[name_language(&officer.name)] {
                    (officer.name)
                }
            }
        }
    }
}

impl Wrong {
    fn is_at(&self, line: &MatterLine, act: &str) -> bool {
        self.number == line.number && self.act == act
    }
}

/// Does one of the three, and comes back to the row.
pub(super) async fn take(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, act)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let (_, field, _) = AT_INTAKE.iter().find(|(known, ..)| *known == act).ok_or(Trouble::NotFound)?;
    let (officer, code) = (asking.officer(), act.clone());
    let found = office.run(move |ledger, pending| {
        let matter = ledger.seen_by(&officer, &number)?;
        ledger.permit(pending, &officer, Doing::Intake, Some(&matter))?;
        let (_, def) = ledger.act_of(&matter, &code)?;
        Ok((matter, ledger.number_for(&officer, &matter)?, def))
    });
    let (matter, number, def) = found.await?;
    let table = typed.table(&def);
    if let Some(fault) = faults(&def, &table).into_iter().next() {
        let typed = field.map(|field| typed.text(field).to_owned()).unwrap_or_default();
        let wrong = Wrong { number, act, typed, key: fault.fault.key() };
        return page(&office, &asking, &Said { said: None, of: None }, Some(&wrong)).await;
    }
    let command = ActCommand { matter, act: act.clone(), toml: Some(toml_of(&table).0) };
    let officer = asking.officer();
    let acted = office.run(move |ledger, pending| ledger.act(pending, &command, &officer)).await?;
    if matches!(acted.outcome, Outcome::Signed(_)) {
        office.outside.wake();
    }
    Ok(Redirect::to(&format!("/intake?said={act}&of={number}#a-{number}")).into_response())
}
