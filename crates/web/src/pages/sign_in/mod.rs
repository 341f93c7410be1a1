//! Signing in and out: a passkey; or a password, then a code of an authenticator, a recovery code or a passkey.
//!
//! What is checked and how is `comity_app::sign_in`; here are the pages, and what stands between two of them ([`Door`]).
//! No page tells whether anybody of a name works here.

mod account;
pub(crate) mod again;
mod door;
mod form;
mod passkey;
mod passkeys;
mod sessions;
pub(crate) mod welcome;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use comity_app::Failure;
use comity_app::people::Officer;
use comity_app::sign_in::{Challenge, Checked, Given, NotSignedIn, Second};
use comity_domain::matters::officer::SignInMeans;
use maud::html;
use serde::Deserialize;

pub(crate) use again::{Proven, prove_for, prove_keeping, prove_to_let_out};
pub(crate) use door::Door;
pub(crate) use form::picture;
pub(crate) use welcome::handed_over;

use super::asking::{Asking, Reading};
use super::choices::local;
use super::frame::{Framed, Page, name_language};
use super::office::Office;
use super::trouble::Trouble;
use super::typed::Typed;
use door::{Address, Half, Step, Tried};
use form::{Field, carried, page, send};
use passkey::{offer, passkey_form};

/// The words of these pages: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

const NAME: Field = Field::new("name", "username");
const PASSWORD: Field = Field::password("password", "current-password");
const RECOVERY: Field = Field::new("recovery", "off");

/// The pages of whoever is not signed in.
pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/sign-in", get(sign_in).post(take_password))
        .route("/sign-in/code", get(to_sign_in).post(take_code))
        .route("/sign-in/demo", post(sit_down))
        .merge(passkey::routes())
        .merge(welcome::routes())
}

/// The pages of an officer about themself.
pub(crate) fn own_routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/sign-out", post(sign_out))
        .merge(again::routes())
        .merge(account::routes())
        .merge(passkeys::routes())
        .merge(sessions::routes())
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

async fn sign_in(
    State(office): State<Arc<Office>>,
    Query(next): Query<Next>,
    reading: Reading,
    from: Address,
) -> Result<Response, Trouble> {
    if office.demo {
        return Ok(seats(&office, &reading, &next.next).await?.into_response());
    }
    if office.door.can_be_set_up() && !office.run(|ledger, _| ledger.anybody_can_sign_in()).await? {
        return Ok(Redirect::to("/set-up").into_response());
    }
    Ok(name_page(&office, &reading, &from, "", &next.next, None))
}

fn name_page(
    office: &Office,
    reading: &Reading,
    from: &Address,
    name: &str,
    next: &str,
    fault: Option<&str>,
) -> Response {
    let body = html! {
        form action="/sign-in" method="post" {
            (carried("next", next))
            (NAME.draw(reading, name, None))
            (PASSWORD.draw(reading, "", None))
            (send(reading, "page-door-on"))
        }
        (offer(office, reading, from, next))
        p.mt-3 { a href="/welcome" { (reading.text("page-door-have-invitation")) } }
    };
    page(reading, "page-sign-in", fault, &body)
}

async fn take_password(
    State(office): State<Arc<Office>>,
    reading: Reading,
    from: Address,
    typed: Typed,
) -> Result<Response, Trouble> {
    let (name, next) = (typed.text("name").trim().to_owned(), typed.text("next").to_owned());
    let tried = Tried::new(&name, &from);
    if office.door.begin(&tried, office.now()).is_err() {
        return Ok(name_page(&office, &reading, &from, &name, &next, Some("page-door-later")));
    }
    let named = name.clone();
    let credentials = office.run(move |ledger, _| ledger.credentials(&named)).await?;
    let password = typed.text("password").to_owned();
    match office.slowly(move || credentials.check_password(&password)).await? {
        Ok(known) => {
            office.door.right_so_far(&tried);
            code_page(&office, &reading, Half { known, name, next }, None).await
        }
        Err(_) => Ok(name_page(&office, &reading, &from, &name, &next, Some("page-door-wrong"))),
    }
}

/// Asks for the second proof: a code, a recovery code, or one of the officer's passkeys.
async fn code_page(
    office: &Office,
    reading: &Reading,
    half: Half,
    fault: Option<&str>,
) -> Result<Response, Trouble> {
    let record = half.known.record();
    let passkeys = office.run(move |ledger, _| ledger.passkeys(&record)).await?;
    let known: Vec<_> = passkeys.into_iter().map(|passkey| passkey.id).collect();
    let challenge = office.draw(|entropy| Challenge::draw(entropy));
    let step = office.keep_step(Step::Known { half, challenge });
    let step = carried("step", step.as_str());
    let form = |field: &Field, fault| {
        html! {
            form action="/sign-in/code" method="post" {
                (step)
                (field.draw(reading, "", fault))
                (send(reading, "page-sign-in"))
            }
        }
    };
    let body = html! {
        (form(&Field::CODE, fault))
        @if let Some(site) = office.site.as_ref().filter(|_| !known.is_empty()) {
            @let options = site.to_give(&challenge, &known);
            p.mt-3 { (reading.text("page-passkey-or")) }
            (passkey_form(reading, "/sign-in/code", "get", &options, "page-passkey-use", &step))
        }
        details.mt-4 {
            summary { (reading.text("page-door-no-authenticator")) }
            div.mt-2 { (form(&RECOVERY, None)) }
        }
    };
    Ok(page(reading, "page-sign-in-code", fault, &body))
}

/// A step that was reloaded begins anew.
async fn to_sign_in() -> Redirect {
    Redirect::to("/sign-in")
}

async fn take_code(
    State(office): State<Arc<Office>>,
    reading: Reading,
    from: Address,
    typed: Typed,
) -> Result<Response, Trouble> {
    let token = typed.text("step").to_owned();
    let Step::Known { half, challenge } = office.step(&token)? else { return Err(Trouble::StaleForm) };
    office.forget_step(&token);
    let tried = Tried::new(&half.name, &from);
    if office.door.begin(&tried, office.now()).is_err() {
        return code_page(&office, &reading, half, Some("page-door-later")).await;
    }
    let Ok(checked) = second(&office, &half, &challenge, &typed).await? else {
        return code_page(&office, &reading, half, Some("page-door-wrong-code")).await;
    };
    let means = checked.means();
    match office.run(move |ledger, pending| ledger.record_sign_in(pending, &checked)).await {
        Ok(officer) => {
            office.door.succeeded(&tried);
            Ok(signed_in(&office, &officer, means, &half.next).into_response())
        }
        // Taken by another request at the same moment.
        Err(Failure::Refused(_)) => code_page(&office, &reading, half, Some("page-door-wrong-code")).await,
        Err(other) => Err(other.into()),
    }
}

/// Checks the second proof, whichever was given.
async fn second(
    office: &Office,
    half: &Half,
    asked: &Challenge,
    typed: &Typed,
) -> Result<Result<Checked, NotSignedIn>, Trouble> {
    let (record, now) = (half.known.record(), office.now());
    if let Some(credential) = typed.get("credential") {
        let site = office.site.as_ref().ok_or(Trouble::NotFound)?;
        let Ok(given) = Given::read(credential).map(Arc::new) else { return Ok(Err(NotSignedIn)) };
        let named = Arc::clone(&given);
        let known = office.run(move |ledger, _| ledger.passkey_of(&record, &named)).await?;
        return Ok(known.check(site, asked, &given).and_then(|checked| checked.after(&half.known)));
    }
    let credentials = office.run(move |ledger, _| ledger.credentials_of(&record)).await?;
    let second = match typed.get("recovery") {
        Some(code) => Second::Recovery(code),
        None => Second::Totp(typed.text("code")),
    };
    Ok(credentials.check_second(&half.known, second, now))
}

async fn seats(office: &Office, reading: &Reading, next: &str) -> Result<Framed, Trouble> {
    let mut officers = office.run(|ledger, _| ledger.officers()).await?;
    // Whoever holds most roles sees most: the head of the bureau, as a rule.
    officers.sort_by_key(|officer| std::cmp::Reverse(officer.roles.len()));
    let body = html! {
        h1 { (reading.text("page-sign-in")) }
        p { (reading.text("page-sign-in-demo")) }
        ul.seats { @for officer in &officers { li { (seat(reading, officer, next)) } } }
    };
    Ok(Page::new(reading.text("page-sign-in")).around(reading, &body))
}

/// A button by which a visitor of the demonstration sits down as somebody.
fn seat(reading: &Reading, officer: &Officer, next: &str) -> maud::Markup {
    let roles: Vec<_> = officer.roles.iter().map(|role| reading.words.term("role", role.as_str())).collect();
    html! {
        form action="/sign-in/demo" method="post" {
            (carried("next", next))
            button.btn.btn-primary type="submit" name="officer" value=(officer.record) {
                span lang=[name_language(&officer.name)] { (officer.name) }
            }
            span { (roles.join(&reading.text("page-list-comma"))) }
        }
    }
}

async fn sit_down(State(office): State<Arc<Office>>, typed: Typed) -> Result<impl IntoResponse, Trouble> {
    if !office.demo {
        return Err(Trouble::NotFound);
    }
    let officers = office.run(|ledger, _| ledger.officers()).await?;
    let named = typed.text("officer");
    let officer = officers.into_iter().find(|officer| officer.record.to_string() == named);
    let record = officer.ok_or(Trouble::NotFound)?.record;
    let officer = office.run(move |ledger, pending| ledger.record_demo_sign_in(pending, &record)).await?;
    Ok(signed_in(&office, &officer, SignInMeans::Demo, typed.text("next")))
}

/// Begins a session and goes where the officer wanted to go.
pub(crate) fn signed_in(
    office: &Office,
    officer: &Officer,
    means: SignInMeans,
    next: &str,
) -> impl IntoResponse + use<> {
    let cookie = office.begin_session(officer, means);
    let cookie = office.cookie(cookie.as_str());
    (AppendHeaders([(SET_COOKIE, cookie)]), Redirect::to(local(next)))
}

async fn sign_out(
    State(office): State<Arc<Office>>,
    asking: Asking,
    typed: Typed,
) -> Result<impl IntoResponse, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    office.sessions.end(&asking.who.cookie);
    let cookie = office.cookie("") + "; Max-Age=0";
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), Redirect::to("/sign-in")))
}
