//! Signing in with a passkey, without typing a name; and the form by which a browser is asked for one.
//!
//! Browsers have passkeys for scripts alone. Without one the button says so, and password and code remain.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use comity_app::Failure;
use comity_app::sign_in::Given;
use comity_domain::matters::officer::SignInMeans;
use maud::{Markup, html};
use serde_json::Value;

use super::super::asking::Reading;
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::door::{Address, Tried};
use super::form::carried;
use super::{name_page, signed_in, to_sign_in};

pub(super) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/sign-in/passkey", post(take).get(to_sign_in))
}

/// A form that asks the browser to make a passkey (`create`) or to use one (`get`), and sends what it answers as `credential`.
pub(super) fn passkey_form(
    reading: &Reading,
    action: &str,
    ceremony: &str,
    options: &Value,
    button: &str,
    fields: &Markup,
) -> Markup {
    html! {
        form action=(action) method="post" data-island="passkey" data-ceremony=(ceremony) data-options=(options)
            data-failed=(reading.text(if ceremony == "create" { "page-passkey-not-made" } else { "page-passkey-failed" }))
            data-unsupported=(reading.text("page-passkey-unsupported")) {
            (fields)
            (carried("credential", ""))
            button.btn.btn-outline-primary type="submit" { (reading.text(button)) }
            p.live-note.mt-2.mb-0 role="status" {}
            noscript { p.form-hint { (reading.text("page-passkey-script")) } }
        }
    }
}

/// What the page of names offers to whoever has a passkey.
pub(super) fn offer(office: &Office, reading: &Reading, from: &Address, next: &str) -> Markup {
    html! {
        @if let Some(site) = &office.site {
            @let options = site.to_give(&office.challenge(from), &[]);
            p.mt-3 { (reading.text("page-passkey-or")) }
            (passkey_form(reading, "/sign-in/passkey", "get", &options, "page-passkey-sign-in", &carried("next", next)))
        }
    }
}

async fn take(
    State(office): State<Arc<Office>>,
    reading: Reading,
    from: Address,
    typed: Typed,
) -> Result<Response, Trouble> {
    let site = office.site.as_ref().ok_or(Trouble::NotFound)?;
    let next = typed.text("next");
    let again = |fault| Ok(name_page(&office, &reading, &from, "", next, Some(fault)));
    let Ok(given) = Given::read(typed.text("credential")) else { return again("page-passkey-none") };
    let tried = Tried::new(&given.name(), &from);
    if office.door.begin(&tried, office.now()).is_err() {
        return again("page-door-later");
    }
    let Some(challenge) = office.answered(&given) else { return again("page-passkey-late") };
    let given = Arc::new(given);
    let named = Arc::clone(&given);
    let known = office.run(move |ledger, _| ledger.passkey(&named)).await?;
    let Ok(checked) = known.check(site, &challenge, &given) else { return again("page-passkey-wrong") };
    match office.run(move |ledger, pending| ledger.record_sign_in(pending, &checked)).await {
        Ok(officer) => {
            office.door.succeeded(&tried);
            Ok(signed_in(&office, &officer, SignInMeans::Passkey, next).into_response())
        }
        // Dismissed or removed meanwhile; or its count of signatures went back.
        Err(Failure::Refused(_)) => again("page-passkey-wrong"),
        Err(other) => Err(other.into()),
    }
}
