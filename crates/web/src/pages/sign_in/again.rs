//! Proving again who one is, before something grave.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use maud::html;

use super::super::asking::Asking;
use super::super::choices::local;
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::door::{Address, Tried};
use super::form::{carried, page, send};
use super::{Next, PASSWORD};

pub(super) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/sign-in/again", get(ask).post(take))
}

/// A signed-in officer who has proven within the last ten minutes who they are; anybody else is asked to first, and comes
/// back to the path asked for. A form of something grave lies at the path it is sent to.
pub(crate) struct Proven(pub(crate) Asking);

impl FromRequestParts<Arc<Office>> for Proven {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, office: &Arc<Office>) -> Result<Self, Response> {
        let asking = <Asking as FromRequestParts<_>>::from_request_parts(parts, office).await?;
        // In a demonstration nobody has anything to prove it with.
        if office.demo || asking.who.session.is_fresh(office.now()) {
            return Ok(Self(asking));
        }
        Err(Redirect::to(&format!("/sign-in/again?next={}", parts.uri.path())).into_response())
    }
}

async fn ask(asking: Asking, Query(next): Query<Next>) -> Response {
    again_page(&asking, &next.next, None)
}

fn again_page(asking: &Asking, next: &str, fault: Option<&str>) -> Response {
    let body = html! {
        p { (asking.text("page-again-what")) }
        form action="/sign-in/again" method="post" {
            (carried("csrf", asking.form_token()))
            (carried("next", next))
            input type="text" name="username" value=(asking.who.officer.name) autocomplete="username" hidden;
            (PASSWORD.draw(asking, "", None))
            (send(asking, "page-door-on"))
        }
    };
    page(asking, "page-again", fault, &body)
}

async fn take(
    State(office): State<Arc<Office>>,
    asking: Asking,
    from: Address,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let next = typed.text("next");
    if let Err(fault) = check_own_password(&office, &asking, &from, typed.text("password")).await? {
        return Ok(again_page(&asking, next, Some(fault)));
    }
    office.sessions.prove(&asking.who.cookie, office.now());
    Ok(Redirect::to(local(next)).into_response())
}

/// Checks the password of who is signed in; else the key of what to say.
pub(super) async fn check_own_password(
    office: &Office,
    asking: &Asking,
    from: &Address,
    typed: &str,
) -> Result<Result<(), &'static str>, Trouble> {
    let tried = Tried::new(&asking.who.officer.name, from);
    if office.door.begin(&tried, office.now()).is_err() {
        return Ok(Err("page-door-later"));
    }
    let (record, typed) = (asking.who.officer.record, typed.to_owned());
    let credentials = office.run(move |ledger, _| ledger.credentials_of(&record)).await?;
    match office.slowly(move || credentials.check_password(&typed)).await? {
        Ok(_) => {
            office.door.succeeded(&tried);
            Ok(Ok(()))
        }
        Err(_) => Ok(Err("page-door-wrong-password")),
    }
}
