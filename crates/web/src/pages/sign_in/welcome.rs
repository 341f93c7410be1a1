//! Taking up an invitation: code, password, authenticator, recovery codes; and the first people of a node.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{Redirect, Response};
use axum::routing::get;
use comity_app::commands::NewInvitation;
use comity_app::sign_in::{Enrolment, Invited, NewAuthenticator, RecoveryCodes, TotpSecret};
use comity_domain::vocabularies::Role;
use maud::{Markup, html};

use super::super::asking::Reading;
use super::super::frame::name_language;
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::super::when::when;
use super::door::{Address, Step, Tried};
use super::form::{Field, carried, page, picture, send};

const INVITATION: Field = Field::new("invitation", "off");
pub(super) const NEW_PASSWORD: Field = Field::password("new-password", "new-password");

pub(super) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/welcome", get(ask_code).post(take_code))
        .route("/welcome/password", get(to_welcome).post(take_password))
        .route("/welcome/authenticator", get(to_welcome).post(take_authenticator))
        .route("/set-up", get(ask_set_up).post(set_up))
}

/// A step that was reloaded begins anew.
async fn to_welcome() -> Redirect {
    Redirect::to("/welcome")
}

async fn ask_code(reading: Reading) -> Response {
    code_page(&reading, None)
}

fn code_page(reading: &Reading, fault: Option<&str>) -> Response {
    let body = html! {
        p { (reading.text("page-welcome-what")) }
        form action="/welcome" method="post" {
            (INVITATION.draw(reading, "", None))
            (send(reading, "page-door-on"))
        }
    };
    page(reading, "page-welcome", fault, &body)
}

async fn take_code(
    State(office): State<Arc<Office>>,
    reading: Reading,
    from: Address,
    typed: Typed,
) -> Result<Response, Trouble> {
    // A code has 128 bits: only the address is counted, so that nobody shuts the door to all others.
    let code = typed.text("invitation").to_owned();
    let tried = Tried::new(&code, &from);
    if office.door.begin(&tried, office.now()).is_err() {
        return Ok(code_page(&reading, Some("page-door-later")));
    }
    match office.run(move |ledger, _| ledger.invited(&code)).await? {
        Ok(invited) => {
            office.door.succeeded(&tried);
            Ok(password_page(&office, &reading, invited, None))
        }
        Err(_) => Ok(code_page(&reading, Some("page-welcome-not-invited"))),
    }
}

fn password_page(office: &Office, reading: &Reading, invited: Invited, fault: Option<&str>) -> Response {
    let name = invited.name.clone();
    let step = office.keep_step(Step::Invited(invited));
    let body = html! {
        p { (reading.text("page-welcome-you-are")) " " strong lang=[name_language(&name)] { (name) } }
        form action="/welcome/password" method="post" {
            (carried("step", step.as_str()))
            // So that a password store files the password under the right name.
            input type="text" name="username" value=(name) autocomplete="username" hidden;
            (NEW_PASSWORD.draw(reading, "", fault))
            (send(reading, "page-door-on"))
        }
    };
    page(reading, "page-welcome-password", fault, &body)
}

async fn take_password(
    State(office): State<Arc<Office>>,
    reading: Reading,
    typed: Typed,
) -> Result<Response, Trouble> {
    let Step::Invited(invited) = office.step(typed.text("step"))? else { return Err(Trouble::StaleForm) };
    let (salt, authenticator) = office.draw(|entropy| {
        let mut salt = [0; 16];
        entropy.fill(&mut salt);
        (salt, NewAuthenticator::draw(entropy))
    });
    let (password, who) = (typed.text("new-password").to_owned(), invited.clone());
    let begun = office.slowly(move || Enrolment::begin(who, &password, salt, authenticator)).await?;
    office.forget_step(typed.text("step"));
    match begun {
        Ok(enrolment) => authenticator_page(&office, &reading, enrolment, None).await,
        Err(unfit) => {
            let fault = format!("page-unfit-{}", unfit.code());
            Ok(password_page(&office, &reading, invited, Some(&fault)))
        }
    }
}

async fn authenticator_page(
    office: &Office,
    reading: &Reading,
    enrolment: Enrolment,
    fault: Option<&str>,
) -> Result<Response, Trouble> {
    let (secret, name) = (enrolment.secret().clone(), enrolment.invited().name.clone());
    let step = office.keep_step(Step::Enrolling(Box::new(enrolment)));
    let body = html! {
        (secret_shown(office, reading, &secret, &name).await?)
        form action="/welcome/authenticator" method="post" {
            (carried("step", step.as_str()))
            (Field::CODE.draw(reading, "", fault))
            (send(reading, "page-door-on"))
        }
    };
    Ok(page(reading, "page-welcome-authenticator", fault, &body))
}

/// What an authenticator is set up with, as a picture and as text.
pub(super) async fn secret_shown(
    office: &Office,
    reading: &Reading,
    secret: &TotpSecret,
    name: &str,
) -> Result<Markup, Trouble> {
    let issuer = office.run(|ledger, _| Ok(ledger.own_card().facts().label.to_string())).await?;
    let picture = picture(&secret.uri(&format!("comity {issuer}"), name), &reading.text("page-door-picture"));
    Ok(html! {
        p { (reading.text("page-welcome-scan")) }
        @if let Some(picture) = picture { p { (picture) } }
        p { (reading.text("page-welcome-type")) br; code { (secret.text()) } }
    })
}

async fn take_authenticator(
    State(office): State<Arc<Office>>,
    reading: Reading,
    typed: Typed,
) -> Result<Response, Trouble> {
    let Step::Enrolling(enrolment) = office.step(typed.text("step"))? else { return Err(Trouble::StaleForm) };
    let now = office.now();
    let enrolled = office.draw(|entropy| enrolment.confirm(typed.text("code"), now, entropy));
    office.forget_step(typed.text("step"));
    let Some(enrolled) = enrolled else {
        return authenticator_page(&office, &reading, *enrolment, Some("page-door-wrong-code")).await;
    };
    let recovery = enrolled.recovery().clone();
    let record = enrolled.clone();
    office.run(move |ledger, pending| ledger.enrol(pending, &record)).await?;
    let body = html! {
        (recovery_shown(&reading, &recovery))
        p { (reading.text("page-welcome-next-code")) }
        p { a.btn.btn-primary href="/sign-in" { (reading.text("page-sign-in")) } }
    };
    Ok(page(&reading, "page-welcome-done", None, &body))
}

/// Recovery codes, once.
pub(super) fn recovery_shown(reading: &Reading, recovery: &RecoveryCodes) -> Markup {
    html! {
        h2 { (reading.text("page-recovery")) }
        p { (reading.text("page-recovery-what")) }
        ol { @for code in recovery.codes() { li { code { (code) } } } }
    }
}

async fn ask_set_up(State(office): State<Arc<Office>>, reading: Reading) -> Result<Response, Trouble> {
    check_not_set_up(&office).await?;
    Ok(set_up_page(&reading, &Typed::default(), None))
}

/// Once anybody can sign in, this page is nowhere.
async fn check_not_set_up(office: &Office) -> Result<(), Trouble> {
    let done = office.run(|ledger, _| ledger.anybody_can_sign_in()).await?;
    if done || !office.door.can_be_set_up() { Err(Trouble::NotFound) } else { Ok(()) }
}

fn set_up_page(reading: &Reading, typed: &Typed, fault: Option<&str>) -> Response {
    let field = |name| Field::new(name, "off").draw(reading, typed.text(name), None);
    let body = html! {
        p { (reading.text("page-set-up-what")) }
        form action="/set-up" method="post" {
            (Field::new("set-up-code", "off").draw(reading, "", None))
            (field("first-name"))
            (field("second-name"))
            (send(reading, "page-door-on"))
        }
    };
    page(reading, "page-set-up", fault, &body)
}

async fn set_up(
    State(office): State<Arc<Office>>,
    reading: Reading,
    from: Address,
    typed: Typed,
) -> Result<Response, Trouble> {
    check_not_set_up(&office).await?;
    let tried = Tried::new("", &from);
    if office.door.begin(&tried, office.now()).is_err() {
        return Ok(set_up_page(&reading, &typed, Some("page-door-later")));
    }
    if !office.door.sets_up(typed.text("set-up-code")) {
        return Ok(set_up_page(&reading, &typed, Some("page-set-up-wrong")));
    }
    office.door.succeeded(&tried);
    let names = [typed.text("first-name").trim().to_owned(), typed.text("second-name").trim().to_owned()];
    if names[0] == names[1] || names.iter().any(String::is_empty) {
        return Ok(set_up_page(&reading, &typed, Some("page-set-up-two-people")));
    }
    let [first, second] = names.clone();
    let invitations = office.run(move |ledger, pending| {
        let mut invite = |name: &str| {
            // Somebody may have been enlisted on the terminal already.
            let record = match ledger.officers()?.into_iter().find(|officer| officer.name == name) {
                Some(officer) => officer.record,
                None => ledger.add_officer(pending, name, &[Role::Administrator])?,
            };
            ledger.invite(pending, &record, None)
        };
        Ok([invite(&first)?, invite(&second)?])
    });
    let [own, other] = invitations.await?;
    let body = html! {
        p { (reading.text("page-set-up-hand-over")) }
        (handed_over(&reading, &names[1], &other))
        form action="/welcome" method="post" {
            (carried("invitation", &own.code.to_string()))
            (send(&reading, "page-set-up-go-on"))
        }
    };
    Ok(page(&reading, "page-set-up-done", None, &body))
}

/// An invitation for somebody else, once.
pub(crate) fn handed_over(reading: &Reading, name: &str, invitation: &NewInvitation) -> Markup {
    html! {
        dl.facts {
            div { dt { (reading.text("page-invitation-for")) } dd lang=[name_language(name)] { (name) } }
            div { dt { (reading.text("page-door-invitation")) } dd { code { (invitation.code) } } }
            div { dt { (reading.text("page-invitation-until")) } dd { (when(&reading.words, invitation.expires)) } }
        }
    }
}
