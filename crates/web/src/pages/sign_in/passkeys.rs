//! An officer's own passkeys: the list, one more, one fewer.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use comity_app::Failure;
use comity_app::sign_in::{Account, Challenge, Made, PasskeyLine};
use comity_domain::act::Line;
use comity_domain::matters::officer::Means;
use comity_journal::suite::Hash;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::name_language;
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::super::when::when;
use super::again::Proven;
use super::door::Step;
use super::form::{Field, carried, page};
use super::passkey::passkey_form;

const NICKNAME: Field = Field::new("nickname", "off");

pub(super) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/account/passkey", get(ask).post(take))
        .route("/account/passkey/remove", get(to_account).post(remove))
}

/// Where a browser comes back to that was asked to prove who sits before it.
async fn to_account() -> Redirect {
    Redirect::to("/account")
}

/// The passkeys of who is signed in, and the way to one more.
pub(super) fn section(office: &Office, asking: &Asking, passkeys: &[PasskeyLine]) -> Markup {
    html! {
        h2.mt-4 { (asking.text("page-passkeys")) }
        p { (asking.text("page-passkeys-what")) }
        @if !passkeys.is_empty() {
            ul.list-unstyled { @for passkey in passkeys { li.card.card-body.mb-2 { (line(asking, passkey)) } } }
            p.form-hint { (asking.text("page-passkey-lost")) }
        } @else {
            p { (asking.text("page-passkeys-none")) }
        }
        @if office.site.is_none() {
            p { (asking.text("page-passkey-no-site")) }
        } @else if passkeys.len() >= Means::PASSKEYS {
            p { (asking.text("page-passkey-enough")) }
        } @else {
            p { a.btn.btn-outline-primary href="/account/passkey" { (asking.text("page-passkey-add")) } }
        }
    }
}

fn line(asking: &Asking, passkey: &PasskeyLine) -> Markup {
    let copied = if passkey.copied { "page-passkey-copied" } else { "page-passkey-one-device" };
    html! {
        div.d-flex.flex-wrap.gap-2.justify-content-between.align-items-center {
            div {
                strong lang=[name_language(&passkey.nickname)] { (passkey.nickname) }
                br;
                span.text-secondary {
                    (asking.text("page-passkey-added")) " " (when(&asking.words, passkey.added)) " · " (asking.text(copied))
                }
            }
            form action="/account/passkey/remove" method="post" {
                (carried("csrf", asking.form_token()))
                (carried("passkey", &passkey.entry.to_string()))
                button.btn.btn-outline-danger type="submit" {
                    (asking.text("page-passkey-remove"))
                    span.visually-hidden { " " (passkey.nickname) }
                }
            }
        }
    }
}

async fn ask(State(office): State<Arc<Office>>, Proven(asking): Proven) -> Result<Response, Trouble> {
    add_page(&office, &asking, "", None, None).await
}

async fn add_page(
    office: &Office,
    asking: &Asking,
    nickname: &str,
    fault: Option<&str>,
    unfit: Option<&str>,
) -> Result<Response, Trouble> {
    let site = office.site.as_ref().ok_or(Trouble::NotFound)?;
    let officer = &asking.who.officer;
    let record = officer.record;
    let known = office.run(move |ledger, _| ledger.passkeys(&record)).await?;
    let known: Vec<_> = known.into_iter().map(|passkey| passkey.id).collect();
    let challenge = office.draw(|entropy| Challenge::draw(entropy));
    let step = office.keep_step(Step::Asked { officer: record, challenge });
    let account = Account { handle: record.as_bytes(), name: &officer.name };
    let options = site.to_make(&challenge, &account, &known);
    let fields = html! {
        (carried("csrf", asking.form_token()))
        (carried("step", step.as_str()))
        (NICKNAME.draw(asking, nickname, unfit))
    };
    let body = html! {
        p { (asking.text("page-passkey-how")) }
        (passkey_form(asking, "/account/passkey", "create", &options, "page-passkey-make", &fields))
        p.mt-3 { a href="/account" { (asking.text("page-account")) } }
    };
    Ok(page(asking, "page-passkey-add", fault.or(unfit), &body))
}

async fn take(
    State(office): State<Arc<Office>>,
    Proven(asking): Proven,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let site = office.site.as_ref().ok_or(Trouble::NotFound)?;
    let challenge = office.asked(typed.text("step"), asking.who.officer.record)?;
    let nickname = typed.text("nickname");
    let Ok(named) = Line::new(nickname) else {
        return add_page(&office, &asking, nickname, None, Some("page-passkey-nameless")).await;
    };
    let answer = typed.text("credential");
    if answer.is_empty() {
        return add_page(&office, &asking, nickname, Some("page-passkey-none"), None).await;
    }
    let Ok(made) = Made::read(answer).and_then(|made| made.check(site, &challenge)) else {
        return add_page(&office, &asking, nickname, Some("page-passkey-unfit"), None).await;
    };
    let officer = asking.officer();
    match office.run(move |ledger, pending| ledger.add_passkey(pending, &officer, named, &made)).await {
        Ok(_) => Ok(Redirect::to("/account").into_response()),
        Err(Failure::Usage(_)) => {
            add_page(&office, &asking, nickname, Some("page-passkey-known"), None).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn remove(
    State(office): State<Arc<Office>>,
    Proven(asking): Proven,
    typed: Typed,
) -> Result<Redirect, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let (named, officer) = (typed.text("passkey").to_owned(), asking.officer());
    office
        .run(move |ledger, pending| {
            let passkeys = ledger.passkeys(&officer.record)?;
            let named = passkeys.into_iter().find(|passkey| passkey.entry.to_string() == named);
            let entry: Option<Hash> = named.map(|passkey| passkey.entry);
            // One that is gone already is gone.
            entry.map(|entry| ledger.remove_passkey(pending, &officer, entry)).transpose().map(drop)
        })
        .await?;
    Ok(Redirect::to("/account"))
}
