//! What was typed into a form and not sent, kept at the node for the officer who typed it: by a script while they write, by a
//! button without one. Nothing of it stays in the browser.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use comity_app::Failure;
use comity_app::unsent::Unsent;
use comity_journal::time::Timestamp;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::super::when::{moment, when};
use super::{ActForm, opening, place};

/// Whether a form keeps what is typed into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeps {
    /// It is short and keeps nothing.
    Nothing,
    /// Nothing of it is kept so far.
    NotYet,
    /// What was typed is kept since then.
    Since(Timestamp),
}

/// What of a form is kept: what was typed. Chosen files are not, nor what the page itself put there.
fn typed_only(typed: &Typed) -> std::collections::BTreeMap<String, String> {
    let of_the_page = |name: &str| ["csrf", "step", "more"].contains(&name);
    let of_a_file = |name: &str| {
        let row = name.rsplit_once('.').map_or("", |(row, _)| row);
        typed.get(&format!("{row}.data")).is_some() || typed.get(&format!("{row}.too-large")).is_some()
    };
    let kept =
        typed.all().filter(|(name, value)| !value.is_empty() && !of_the_page(name) && !of_a_file(name));
    kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Keeps what was typed into a form.
pub(super) async fn keep(office: &Office, form: &ActForm<'_>, typed: &Typed) -> Result<Timestamp, Failure> {
    let (officer, path, typed) = (form.asking.officer(), form.path.clone(), typed_only(typed));
    office.run(move |ledger, pending| ledger.keep_unsent(pending, &officer, &path, typed)).await
}

/// Keeps what was typed into a form that is shown once more, for who loses the page. What is too long stays in the page.
pub(super) async fn keep_along(office: &Office, form: &ActForm<'_>, typed: &Typed) -> Result<(), Failure> {
    if form.keeps == Keeps::Nothing {
        return Ok(());
    }
    match keep(office, form, typed).await {
        Ok(_) | Err(Failure::Usage(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// The form again, which could not be kept.
pub(super) fn not_kept(form: &ActForm<'_>, typed: &Typed) -> Response {
    let told = html! { p.m-0 { (form.asking.text("page-kept-not")) } };
    (StatusCode::PAYLOAD_TOO_LARGE, form.page_under(typed, &[], &told)).into_response()
}

/// Forgets what was typed into a form.
pub(super) async fn forget(office: &Office, form: &ActForm<'_>) -> Result<(), Failure> {
    let (officer, path) = (form.asking.officer(), form.path.clone());
    office.run(move |ledger, pending| ledger.discard_unsent(pending, &officer, &path)).await
}

/// What is kept of a form.
pub(super) async fn read(office: &Office, asking: &Asking, path: &str) -> Result<Option<Unsent>, Failure> {
    let (officer, path) = (asking.officer(), path.to_owned());
    office.run(move |ledger, _| ledger.unsent(&officer, &path)).await
}

/// Says that something is kept, since when, and how it goes.
pub(super) fn note(form: &ActForm<'_>) -> Markup {
    let Keeps::Since(at) = form.keeps else { return html! {} };
    let asking = form.asking;
    html! {
        form.alert.alert-info action=(form.path) method="post" {
            input type="hidden" name="csrf" value=(asking.form_token());
            p { (asking.text("page-kept")) (asking.text("page-colon")) (when(&asking.words, at)) }
            p { (asking.text("page-kept-how")) }
            button.btn.btn-outline-secondary.btn-sm type="submit" name="step" value="discard" {
                (asking.text("page-kept-discard"))
            }
        }
    }
}

/// What a script sends while somebody writes in a form of a matter; answered in a few words.
pub(super) async fn of_matter(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, act)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let place = place(&office, &asking, number, act).await?;
    Ok(answer(&asking, keep(&office, &place.form(&asking), &typed).await))
}

/// The same, in the form of a new matter.
pub(super) async fn of_new(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((kind, partner)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let chosen = opening::chosen(&office, &asking, &kind, &partner).await?;
    Ok(answer(&asking, keep(&office, &chosen.form(&asking, None), &typed).await))
}

fn answer(asking: &Asking, kept: Result<Timestamp, Failure>) -> Response {
    match kept {
        Ok(at) => asking.text_with("page-kept-at", &[("time", &moment(asking.lang(), at))]).into_response(),
        Err(Failure::Usage(_)) => {
            (StatusCode::PAYLOAD_TOO_LARGE, asking.text("page-kept-not")).into_response()
        }
        Err(other) => Trouble::from(other).into_response(),
    }
}
