//! Who works here, and in which roles. Only for administrators.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use maud::{Markup, html};

use super::asking::Asking;
use super::frame::{Framed, Page, name_language};
use super::office::Office;
use super::trouble::Trouble;
use comity_app::people::Officer;

/// The words of these pages: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/officers", get(list))
}

async fn list(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    let asks = asking.officer();
    let officers = office.run(move |ledger, _| {
        ledger.may_administer(&asks)?;
        ledger.officers()
    });
    let officers = officers.await?;
    let title = asking.text("page-officers");
    let body = html! {
        h1 { (title) }
        p { (asking.text("page-officers-what")) }
        div.scroll tabindex="0" role="region" aria-label=(title) {
            table.table.table-hover {
                thead { tr {
                    th scope="col" { (asking.text("page-officers-name")) }
                    th scope="col" { (asking.text("page-officers-roles")) }
                } }
                tbody data-rows { @for officer in &officers { (row(&asking, officer)) } }
            }
        }
    };
    Ok(Page::new(title).of("officers").around(&asking, &body))
}

fn row(asking: &Asking, officer: &Officer) -> Markup {
    let roles: Vec<_> = officer.roles.iter().map(|role| asking.words.term("role", role.as_str())).collect();
    html! {
        tr {
            th scope="row" lang=[name_language(&officer.name)] { (officer.name) }
            td { (roles.join(&asking.text("page-list-comma"))) }
        }
    }
}
