//! An officer's own account: password, authenticator and recovery codes; passkeys and sessions have files of their own.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use comity_app::sign_in::{NewAuthenticator, PasswordHash, RecoveryCodes};
use comity_domain::matters::officer::OfficerLane;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::name_language;
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::again::{Proven, check_own_password};
use super::door::{Address, Step};
use super::form::{Field, carried, page, send};
use super::welcome::{NEW_PASSWORD, recovery_shown, secret_shown};
use super::{PASSWORD, passkeys, sessions, signed_in};

pub(super) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/account", get(account))
        .route("/account/password", get(ask_password).post(change_password))
        .route("/account/authenticator", get(ask_authenticator).post(change_authenticator))
        .route("/account/recovery-codes", get(ask_recovery).post(renew_recovery))
}

async fn account(State(office): State<Arc<Office>>, asking: Asking) -> Result<Response, Trouble> {
    let record = asking.who.officer.record;
    let (lane, passkeys) =
        office.run(move |ledger, _| Ok((ledger.officer_lane(&record)?, ledger.passkeys(&record)?))).await?;
    let officer = &asking.who.officer;
    let roles: Vec<_> = officer.roles.iter().map(|role| asking.words.term("role", role.as_str())).collect();
    let body = html! {
        dl.facts {
            div { dt { (asking.text("page-door-name")) } dd lang=[name_language(&officer.name)] { (officer.name) } }
            div { dt { (asking.text("page-account-roles")) } dd { (roles.join(&asking.text("page-list-comma"))) } }
        }
        h2.mt-4 { (asking.text("page-account-means")) }
        (means(&asking, &lane))
        (passkeys::section(&office, &asking, &passkeys))
        (sessions::section(&office, &asking))
    };
    Ok(page(&asking, "page-account", None, &body))
}

fn means(asking: &Asking, lane: &OfficerLane) -> Markup {
    let kept = &lane.means;
    let left =
        kept.recovery_count.saturating_sub(u32::try_from(kept.recovery_used.len()).unwrap_or(u32::MAX));
    let line = |what: &str, there: String, path: &str| {
        html! { div { dt { (asking.text(what)) } dd { (there) " " a href=(path) { (asking.text("page-account-change")) } } } }
    };
    let is_set = |set: bool| asking.text(if set { "page-account-set" } else { "page-account-not-set" });
    html! {
        dl.facts {
            (line("page-door-password", is_set(kept.password.is_some()), "/account/password"))
            (line("page-account-authenticator", is_set(kept.totp.is_some()), "/account/authenticator"))
            (line("page-recovery", asking.text_with("page-account-left", &[("count", &left.to_string())]), "/account/recovery-codes"))
        }
    }
}

async fn ask_password(Proven(asking): Proven) -> Response {
    change_page(&asking, None, None)
}

fn change_page(asking: &Asking, fault: Option<&str>, unfit: Option<&str>) -> Response {
    let body = html! {
        form action="/account/password" method="post" {
            (carried("csrf", asking.form_token()))
            input type="text" name="username" value=(asking.who.officer.name) autocomplete="username" hidden;
            (PASSWORD.draw(asking, "", None))
            (NEW_PASSWORD.draw(asking, "", unfit))
            (send(asking, "page-account-save"))
        }
    };
    page(asking, "page-account-password", fault.or(unfit), &body)
}

async fn change_password(
    State(office): State<Arc<Office>>,
    Proven(asking): Proven,
    from: Address,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    if let Err(fault) = check_own_password(&office, &asking, &from, typed.text("password")).await? {
        return Ok(change_page(&asking, Some(fault), None));
    }
    let officer = asking.officer();
    let (name, password) = (officer.name.clone(), typed.text("new-password").to_owned());
    let salt = office.draw(|entropy| {
        let mut salt = [0; 16];
        entropy.fill(&mut salt);
        salt
    });
    match office.slowly(move || PasswordHash::of(&password, &name, salt)).await? {
        Ok(password) => {
            let changed =
                office.run(move |ledger, pending| ledger.set_password(pending, &officer, &password));
            // All sessions have ended with the old password; this one begins anew.
            Ok(signed_in(&office, &changed.await?, asking.who.session.means, "/account").into_response())
        }
        Err(unfit) => Ok(change_page(&asking, None, Some(&format!("page-unfit-{}", unfit.code())))),
    }
}

async fn ask_authenticator(
    State(office): State<Arc<Office>>,
    Proven(asking): Proven,
) -> Result<Response, Trouble> {
    let authenticator = office.draw(|entropy| NewAuthenticator::draw(entropy));
    authenticator_page(&office, &asking, authenticator, None).await
}

async fn authenticator_page(
    office: &Office,
    asking: &Asking,
    authenticator: NewAuthenticator,
    fault: Option<&str>,
) -> Result<Response, Trouble> {
    let officer = &asking.who.officer;
    let shown = secret_shown(office, asking, authenticator.secret(), &officer.name).await?;
    let step = office.keep_step(Step::Replacing { officer: officer.record, authenticator });
    let body = html! {
        (shown)
        form action="/account/authenticator" method="post" {
            (carried("csrf", asking.form_token()))
            (carried("step", step.as_str()))
            (Field::CODE.draw(asking, "", fault))
            (send(asking, "page-account-save"))
        }
    };
    Ok(page(asking, "page-welcome-authenticator", fault, &body))
}

async fn change_authenticator(
    State(office): State<Arc<Office>>,
    Proven(asking): Proven,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let token = typed.text("step");
    let Step::Replacing { officer, authenticator } = office.step(token)? else {
        return Err(Trouble::StaleForm);
    };
    office.forget_step(token);
    if officer != asking.who.officer.record {
        return Err(Trouble::StaleForm);
    }
    let Some(confirmed) = authenticator.confirm(typed.text("code"), office.now()) else {
        return authenticator_page(&office, &asking, authenticator, Some("page-door-wrong-code")).await;
    };
    let officer = asking.officer();
    office.run(move |ledger, pending| ledger.set_authenticator(pending, &officer, &confirmed)).await?;
    Ok(Redirect::to("/account").into_response())
}

async fn ask_recovery(Proven(asking): Proven) -> Response {
    let body = html! {
        p { (asking.text("page-recovery-renew")) }
        form action="/account/recovery-codes" method="post" {
            (carried("csrf", asking.form_token()))
            (send(&asking, "page-recovery-new"))
        }
    };
    page(&asking, "page-recovery", None, &body)
}

async fn renew_recovery(
    State(office): State<Arc<Office>>,
    Proven(asking): Proven,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let codes = office.draw(|entropy| RecoveryCodes::draw(entropy));
    let (officer, kept) = (asking.officer(), codes.clone());
    office.run(move |ledger, pending| ledger.set_recovery_codes(pending, &officer, &kept)).await?;
    let body =
        html! { (recovery_shown(&asking, &codes)) p { a href="/account" { (asking.text("page-account")) } } };
    Ok(page(&asking, "page-account-recovery-done", None, &body))
}
