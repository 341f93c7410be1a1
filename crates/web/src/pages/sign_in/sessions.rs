//! An officer's own sessions: where they are signed in, ending one, ending all.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::post;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::super::when::when;
use super::form::carried;
use crate::session::SessionLine;

pub(super) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/account/end-session", post(end_one)).route("/account/end-sessions", post(end_all))
}

/// All sessions of who is signed in.
pub(super) fn section(office: &Office, asking: &Asking) -> Markup {
    let lines = office.sessions.beside(&asking.who.cookie, office.now());
    html! {
        h2.mt-4 { (asking.text("page-account-sessions")) }
        p { (asking.text("page-account-sessions-what")) }
        ul.list-unstyled { @for line in &lines { li.card.card-body.mb-2 { (one(asking, line)) } } }
        form action="/account/end-sessions" method="post" {
            (carried("csrf", asking.form_token()))
            p { (asking.text("page-account-end-what")) }
            button.btn.btn-danger type="submit" { (asking.text("page-account-end")) }
        }
    }
}

fn one(asking: &Asking, line: &SessionLine) -> Markup {
    let means = asking.words.term("sign-in-means", line.means.code());
    html! {
        div.d-flex.flex-wrap.gap-2.justify-content-between.align-items-center {
            div {
                @if line.here { strong { (asking.text("page-session-here")) } br; }
                (means) br;
                span.text-secondary {
                    (asking.text("page-session-begun")) " " (when(&asking.words, line.begun)) " · "
                    (asking.text("page-session-seen")) " " (when(&asking.words, line.seen))
                }
            }
            @if !line.here {
                form action="/account/end-session" method="post" {
                    (carried("csrf", asking.form_token()))
                    (carried("session", &line.name))
                    button.btn.btn-outline-danger type="submit" {
                        (asking.text("page-session-end"))
                        span.visually-hidden { " " (when(&asking.words, line.begun)) }
                    }
                }
            }
        }
    }
}

async fn end_one(
    State(office): State<Arc<Office>>,
    asking: Asking,
    typed: Typed,
) -> Result<Redirect, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    office.sessions.end_named(asking.who.officer.record, typed.text("session"));
    Ok(Redirect::to("/account"))
}

async fn end_all(
    State(office): State<Arc<Office>>,
    asking: Asking,
    typed: Typed,
) -> Result<Redirect, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let officer = asking.officer();
    office.run(move |ledger, pending| ledger.end_sessions(pending, &officer.record, &officer)).await?;
    Ok(Redirect::to("/sign-in"))
}
