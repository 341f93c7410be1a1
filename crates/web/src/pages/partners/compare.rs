//! Meeting a partner, second step: both fingerprints side by side, a tick for every group that was read out, and our name for it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use comity_app::Failure;
use comity_app::authorise::Doing;
use comity_app::queries::CardPage;
use comity_journal::card::Card;
use comity_journal::fingerprint::Fingerprint;
use data_encoding::BASE64;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::{Framed, Page, name_language};
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::card;

/// The groups of a fingerprint.
const GROUPS: usize = 12;

/// Something wrong with one field of a form of these pages.
pub(super) struct Fault {
    pub(super) field: String,
    key: &'static str,
}

impl Fault {
    pub(super) fn at(field: impl Into<String>, key: &'static str) -> Self {
        Self { field: field.into(), key }
    }

    /// A form that comes back with faults.
    pub(super) fn answer(page: Framed) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
    }
}

/// What is wrong, above the form.
pub(super) fn faults(asking: &Asking, wrong: &[Fault], label: &dyn Fn(&str) -> Option<String>) -> Markup {
    html! {
        @if !wrong.is_empty() {
            div.error-summary tabindex="-1" aria-labelledby="error-summary-title" {
                div role="alert" {
                    h2 #error-summary-title { (asking.text("page-form-wrong")) }
                    ul {
                        @for fault in wrong {
                            li { a href={ "#f-" (fault.field) } {
                                @if let Some(label) = label(&fault.field) { (label) (asking.text("page-colon")) }
                                (asking.text(fault.key))
                            } }
                        }
                    }
                }
            }
        }
    }
}

/// One line of text with its label and fault.
pub(super) fn input(asking: &Asking, name: &str, label: &str, value: &str, wrong: &[Fault]) -> Markup {
    let fault = wrong.iter().find(|fault| fault.field == name);
    let told = fault.map(|_| format!("f-{name}-wrong"));
    html! {
        div.mb-3 .has-error[fault.is_some()] {
            label.form-label for={ "f-" (name) } { (label) }
            @if let Some(fault) = fault {
                p.field-error id=[told.as_deref()] {
                    span.visually-hidden { (asking.text("page-form-error")) } (asking.text(fault.key))
                }
            }
            input.form-control id={ "f-" (name) } name=(name) value=(value) maxlength="500"
                lang=[name_language(value)] autocomplete="off"
                aria-invalid=[fault.map(|_| "true")] aria-describedby=[told.as_deref()];
        }
    }
}

/// The comparison.
pub(super) fn page(
    asking: &Asking,
    card: &Card,
    ours: &Fingerprint,
    typed: &Typed,
    wrong: &[Fault],
) -> Framed {
    let (title, says) = (asking.text("page-compare"), CardPage::of(card));
    let own_name = card.name(asking.lang().code()).to_owned();
    let name = typed.get("name").unwrap_or(&own_name);
    let body = html! {
        p.mb-1 { a href="/partners/meet" { (asking.text("page-meet")) } }
        h1 { (title) }
        (faults(asking, wrong, &|_| None))
        section.card.card-body.mb-2 {
            h2.card-title { (asking.text("page-compare-card")) }
            (card::facts(asking, &says))
        }
        form.act-form action="/partners/meet/compare" method="post" novalidate {
            input type="hidden" name="csrf" value=(asking.form_token());
            input type="hidden" name="card" value=(BASE64.encode(card.bytes()));
            (groups(asking, &ours.to_string(), &says.fingerprint, typed))
            (input(asking, "name", &asking.words.field("partner", "add", "name"), name, wrong))
            (input(asking, "at", &asking.words.field("partner", "add", "at"), typed.text("at"), wrong))
            p { (asking.text("page-compare-second")) }
            div.d-flex.flex-wrap.gap-2.mt-3 {
                button.btn.btn-primary type="submit" { (asking.words.act("partner", "add")) }
                a.btn.btn-link href="/partners" { (asking.text("page-form-leave")) }
            }
        }
    };
    Page::new(title).of("partners").faulty(!wrong.is_empty()).around(asking, &body)
}

/// Both fingerprints, group by group, each with its tick.
fn groups(asking: &Asking, ours: &str, theirs: &str, typed: &Typed) -> Markup {
    let head = |key: &str| html! { th scope="col" { (asking.text(key)) } };
    html! {
        fieldset.mb-3 {
            legend.form-label { (asking.text("page-compare-groups")) }
            p { (asking.text("page-compare-how")) }
            div.scroll tabindex="0" role="region" aria-label=(asking.text("page-compare-groups")) {
                table.table.table-sm {
                    thead { tr {
                        (head("page-compare-group")) (head("page-compare-ours")) (head("page-compare-theirs"))
                        (head("page-compare-read"))
                    } }
                    tbody {
                        @for (i, (ours, theirs)) in ours.split(' ').zip(theirs.split(' ')).enumerate() {
                            (group(asking, i, ours, theirs, typed))
                        }
                    }
                }
            }
        }
    }
}

fn group(asking: &Asking, i: usize, ours: &str, theirs: &str, typed: &Typed) -> Markup {
    let (number, name) = ((i + 1).to_string(), format!("group-{i}"));
    html! {
        tr {
            th scope="row" { (number) }
            td.font-monospace.fs-2 { (ours) }
            td.font-monospace.fs-2 { (theirs) }
            td {
                label.form-check.m-0 {
                    input.form-check-input id={ "f-" (name) } type="checkbox" name=(name) value="true"
                        checked[typed.text(&name) == "true"];
                    span.form-check-label {
                        (asking.text("page-compare-right"))
                        span.visually-hidden { (asking.text("page-colon")) (asking.text_with("page-compare-tick", &[("number", &number)])) }
                    }
                }
            }
        }
    }
}

/// Adds the partner once every group is ticked.
pub(super) async fn take(
    State(office): State<Arc<Office>>,
    asking: Asking,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    asking.permit(&office, Doing::ManagePartners).await?;
    let bytes = BASE64.decode(typed.text("card").as_bytes()).unwrap_or_default();
    let card = Card::read(&bytes).map_err(|error| Trouble::Unreadable(error.to_string()))?;
    let ours = office.run(|ledger, _| Ok(ledger.own_card().fingerprint())).await?;
    let again = |wrong: Vec<Fault>| Ok(Fault::answer(page(&asking, &card, &ours, &typed, &wrong)));
    let unread = (0..GROUPS).find(|i| typed.text(&format!("group-{i}")) != "true");
    let unread = unread.map(|i| Fault::at(format!("group-{i}"), "page-compare-not-all"));
    let name = typed.text("name").trim().to_owned();
    let nameless = name.is_empty().then(|| Fault::at("name", "fault-missing"));
    let wrong: Vec<_> = unread.into_iter().chain(nameless).collect();
    if !wrong.is_empty() {
        return again(wrong);
    }
    let at = Some(typed.text("at").trim().to_owned()).filter(|at| !at.is_empty());
    let (adding, officer, agency) = (card.clone(), asking.officer(), card.agency());
    let added = office.run(move |ledger, pending| {
        // All twelve groups are ticked: what was compared is the fingerprint of this very card.
        let compared = adding.fingerprint();
        ledger.add_partner(pending, adding, &compared, Some(&name), at.as_deref(), &officer)
    });
    match added.await {
        Ok(_) => Ok(Redirect::to(&format!("/partners/{agency}?said=added")).into_response()),
        Err(Failure::Usage(_)) => again(vec![Fault::at("name", "page-meet-cannot")]),
        Err(Failure::Compose(_)) => again(vec![Fault::at("name", "fault-not-readable")]),
        Err(other) => Err(other.into()),
    }
}
