//! Signing in and out.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Redirect};
use axum::routing::{get, post};
use comity_app::people::Officer;
use maud::html;
use serde::Deserialize;

use super::asking::{Asking, Reading};
use super::choices::local;
use super::frame::{Framed, Page, name_language};
use super::office::Office;
use super::trouble::Trouble;
use super::typed::Typed;

/// The words of these pages: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/sign-in", get(sign_in))
        .route("/sign-in/demo", post(sit_down))
        .route("/sign-out", post(sign_out))
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
) -> Result<Framed, Trouble> {
    let officers = if office.demo { office.run(|ledger, _| ledger.officers()).await? } else { Vec::new() };
    let body = html! {
        h1 { (reading.text("page-sign-in")) }
        @if office.demo {
            p { (reading.text("page-sign-in-demo")) }
            ul.list-unstyled { @for officer in &officers { li.mb-2 { (seat(&reading, officer, &next.next)) } } }
        }
    };
    Ok(Page::new(reading.text("page-sign-in")).around(&reading, &body))
}

/// A button by which a visitor of the demonstration sits down as somebody.
fn seat(reading: &Reading, officer: &Officer, next: &str) -> maud::Markup {
    let roles: Vec<_> = officer.roles.iter().map(|role| reading.words.term("role", role.as_str())).collect();
    html! {
        form action="/sign-in/demo" method="post" {
            input type="hidden" name="next" value=(next);
            button.btn.btn-primary type="submit" name="officer" value=(officer.record) {
                span lang=[name_language(&officer.name)] { (officer.name) }
            }
            " " (roles.join(&reading.text("page-list-comma")))
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
    let officer = officer.ok_or(Trouble::NotFound)?;
    Ok(signed_in(&office, &officer, typed.text("next")))
}

/// Begins a session and goes where the officer wanted to go.
pub(crate) fn signed_in(office: &Office, officer: &Officer, next: &str) -> impl IntoResponse + use<> {
    let cookie = office.begin_session(officer.record);
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
