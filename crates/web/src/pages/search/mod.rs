//! Search over what one may see. What is looked for stands in no address: it may name a person.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use comity_app::queries::{MOST_FOUND, SearchLine};
use comity_journal::scan::scanned;
use maud::{Markup, html};

use super::asking::Asking;
use super::frame::{Page, name_language};
use super::office::Office;
use super::trouble::Trouble;
use super::typed::Typed;

/// The words of this page: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

/// The longest text that is looked for, in characters.
const LONGEST: usize = 200;

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/search", get(|_: Asking| async { Redirect::to("/matters") }).post(search))
}

async fn search(
    State(office): State<Arc<Office>>,
    asking: Asking,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let looked_for: String = typed.text("q").trim().chars().take(LONGEST).collect();
    if let Some(to) = entry_named(&office, &asking, &looked_for).await? {
        return Ok(Redirect::to(&to).into_response());
    }
    let (words, officer, query) = (Arc::clone(&asking.words), asking.officer(), looked_for.clone());
    let found = office.run(move |ledger, _| ledger.search_for(&officer, &query, MOST_FOUND, &words));
    let found = found.await?;
    let body = html! {
        h1 { (asking.text("page-found")) }
        p { (asking.text("page-found-for")) (asking.text("page-colon")) strong lang=[name_language(&looked_for)] { (looked_for) } }
        @if found.lines.is_empty() { p.text-secondary { (asking.text("page-found-none")) } }
        ol.list-unstyled data-rows { @for line in &found.lines { (hit(&asking, line)) } }
        @if found.more { p { (asking.text("page-found-more")) } }
    };
    Ok(Page::new(asking.text("page-found")).of("matters").around(&asking, &body).into_response())
}

/// The proof of the act a printed receipt names, where that is what was typed or scanned and the asker may see it.
async fn entry_named(office: &Office, asking: &Asking, looked_for: &str) -> Result<Option<String>, Trouble> {
    let Some(entry) = scanned(looked_for) else { return Ok(None) };
    let officer = asking.officer();
    let number = office.run(move |ledger, _| match ledger.matter_of_entry(&entry)? {
        Some(matter) if ledger.may_see(&officer, &matter)? => Ok(Some(ledger.number_for(&officer, &matter)?)),
        _ => Ok(None),
    });
    Ok(number.await?.map(|number| format!("/m/{number}/proof#e-{entry}")))
}

fn hit(asking: &Asking, found: &SearchLine) -> Markup {
    let line = &found.line;
    let title = line.title.clone().unwrap_or_else(|| asking.text("page-untitled"));
    html! {
        li.card.card-body.mb-2 {
            h2.card-title lang=[name_language(&title)] { a href={ "/m/" (line.number) } { (title) } }
            p.m-0 {
                (line.number) " · " (line.kind) " · " (line.with.join(&asking.text("page-list-comma"))) " · "
                (line.status_text)
            }
            p.m-0 lang=[name_language(&found.hit.found)] { (found.hit.before) mark { (found.hit.found) } (found.hit.after) }
        }
    }
}
