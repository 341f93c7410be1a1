//! Who works here, in which roles, and whether they can sign in. Only for administrators.
//!
//! Roles take two administrators: one proposes, another grants. Whatever is done here is grave, so who does it has proven lately
//! who they are.

mod one;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::{get, post};
use comity_app::Failure;
use comity_app::authorise::Doing;
use comity_app::queries::OfficerLine;
use maud::{Markup, html};

use super::asking::Asking;
use super::frame::{Framed, Page, name_language};
use super::office::Office;
use super::sign_in::Proven;
use super::trouble::Trouble;
use super::typed::Typed;

/// The words of these pages: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/officers", get(list))
        .route("/officers/enlist", post(enlist).get(to_list))
        .route("/officers/{record}", get(one::show))
        .route("/officers/{record}/{what}", post(one::act).get(one::to_record))
}

async fn to_list() -> Redirect {
    Redirect::to("/officers")
}

/// All officers, for whoever manages them.
async fn lines(office: &Office, asking: &Asking) -> Result<Vec<OfficerLine>, Failure> {
    let asks = asking.officer();
    let lines = office.run(move |ledger, pending| {
        ledger.permit(pending, &asks, Doing::ManageOfficers, None)?;
        ledger.list_officers()
    });
    lines.await
}

async fn list(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    let lines = lines(&office, &asking).await?;
    let title = asking.text("page-officers");
    let body = html! {
        h1 { (title) }
        p { (asking.text("page-officers-what")) }
        table.table.table-hover.stacked {
            thead { tr {
                th scope="col" { (asking.text("page-officers-name")) }
                th scope="col" { (asking.text("page-officers-roles")) }
                th scope="col" { (asking.text("page-officers-proposed")) }
                th scope="col" { (asking.text("page-officers-sign-in")) }
            } }
            tbody data-rows { @for line in &lines { (row(&asking, line)) } }
        }
        section.card.card-body {
            h2.card-title { (asking.words.act("officer", "enlist")) }
            form.act-form action="/officers/enlist" method="post" {
                input type="hidden" name="csrf" value=(asking.form_token());
                div.mb-3 {
                    label.form-label for="f-name" { (asking.words.field("officer", "enlist", "name")) }
                    div.form-hint id="f-name-hint" { (asking.text("page-officers-enlist-hint")) }
                    input.form-control #f-name name="name" maxlength="200" autocomplete="off" required
                        aria-describedby="f-name-hint";
                }
                button.btn.btn-primary type="submit" { (asking.words.act("officer", "enlist")) }
            }
        }
    };
    Ok(Page::new(title).of("officers").around(&asking, &body))
}

fn row(asking: &Asking, line: &OfficerLine) -> Markup {
    let label = |key: &str| asking.text(key);
    html! {
        tr {
            th scope="row" {
                a href={ "/officers/" (line.record) } lang=[name_language(&line.name)] { (line.name) }
            }
            td data-label=(label("page-officers-roles")) { (roles(asking, &line.roles)) }
            td data-label=(label("page-officers-proposed")) { (roles(asking, &line.proposed)) }
            td data-label=(label("page-officers-sign-in")) { (asking.text(if line.can_sign_in { "yes" } else { "no" })) }
        }
    }
}

/// Roles in words.
fn roles(asking: &Asking, codes: &[String]) -> String {
    let words: Vec<_> = codes.iter().map(|code| asking.words.term("role", code)).collect();
    words.join(&asking.text("page-list-comma"))
}

/// Enlists an officer, who has no role yet.
async fn enlist(
    State(office): State<Arc<Office>>,
    Proven(asking): Proven,
    typed: Typed,
) -> Result<Redirect, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let (name, asks) = (typed.text("name").trim().to_owned(), asking.officer());
    let record = office.run(move |ledger, pending| ledger.enlist_officer(pending, &name, &asks)).await?;
    Ok(Redirect::to(&format!("/officers/{record}")))
}
