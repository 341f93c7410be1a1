//! The list of matters, by what somebody looks for, and the filters an officer keeps above it.
//!
//! A list never says how many matters it has: a count would tell of those that somebody may not know.

mod filter;
mod form;
mod table;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use comity_app::authorise::Doing;
use comity_app::people::Partnership;
use comity_app::queries::{Also, ListPage, ListQuery};
use comity_app::views::{Cursor, Facet};
use comity_domain::matters::officer::FILTERS;
use comity_journal::suite::Hash;
use maud::{Markup, html};

use super::asking::Asking;
use super::frame::{Page, kept_fresh};
use super::office::Office;
use super::trouble::Trouble;
use super::typed::Typed;
use filter::{Filter, LISTS};
use form::Offered;
pub(crate) use table::table;

/// The words of these pages: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

/// How many lines a page has.
const LINES: usize = 50;
/// The longest name of a filter, in characters.
const LONGEST_NAME: usize = 60;

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/matters", get(list))
        .route("/matters/filters", post(keep).get(to_list))
        .route("/matters/filters/{filter}", post(give_up).get(to_list))
}

async fn to_list(_: Asking) -> Redirect {
    Redirect::to("/matters")
}

async fn list(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Result<Response, Trouble> {
    let filter = Filter::of(&asked);
    let body = html! {};
    shown(&office, &asking, &filter, asked.get("after").map(String::as_str), &body).await
}

/// The list under a filter, with `keeping` in place of the form that keeps it where there is something to say.
async fn shown(
    office: &Office,
    asking: &Asking,
    filter: &Filter,
    after: Option<&str>,
    keeping: &Markup,
) -> Result<Response, Trouble> {
    let offered = offered(office, asking).await?;
    let (page, unread) = match filter.means(&asking.who.officer, office.now()) {
        Ok((facet, also)) => (Some(page_under(office, asking, facet, also, after, LINES).await?), Vec::new()),
        Err(unread) => (None, unread),
    };
    let body = html! {
        (head(asking, filter))
        (form::kept(asking, filter, &offered))
        (form::form(asking, filter, &offered, &unread))
        @if let Some(page) = &page {
            @if keeping.0.is_empty() { (form::keep(asking, filter, "", None)) } @else { (keeping) }
            (lines(asking, filter, page))
        }
    };
    let wrong = !unread.is_empty() || !keeping.0.is_empty();
    let framed = Page::new(asking.text("page-matters")).of("matters").faulty(wrong).around(asking, &body);
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, framed).into_response())
}

fn head(asking: &Asking, filter: &Filter) -> Markup {
    html! {
        div.d-flex.flex-wrap.gap-3.justify-content-between.align-items-center.mb-2 {
            h1.m-0 { (asking.text("page-matters")) }
            @if asking.may(Doing::OpenMatter) {
                a.btn.btn-primary href="/matters/new" data-key="n" { (asking.text("page-matters-new")) }
            }
        }
        nav aria-label=(asking.text("page-lists")) {
            ul.nav {
                @for list in LISTS {
                    li.nav-item {
                        a.nav-link href={ "/matters?" (filter.address(Some(list))) }
                            aria-current=[(*list == filter.list).then_some("page")] {
                            (asking.text(&format!("page-list-{list}")))
                        }
                    }
                }
            }
        }
    }
}

fn lines(asking: &Asking, filter: &Filter, page: &ListPage) -> Markup {
    html! {
        (kept_fresh("matters", &asking.path, &html! {
            (table(asking, &page.lines))
            @if let Some(next) = &page.next {
                p.no-print {
                    @if page.lines.is_empty() { (asking.text("page-matters-none-so-far")) " " }
                    a.btn.btn-outline-primary rel="next" href={ "/matters?" (filter.address(None)) "&after=" (next) } {
                        (asking.text("page-matters-more"))
                    }
                }
            }
        }))
    }
}

/// What the form offers to this officer.
async fn offered(office: &Office, asking: &Asking) -> Result<Offered, Trouble> {
    let officer = asking.officer();
    let (partners, officers, kept) = office
        .run(move |ledger, _| Ok((ledger.partners()?, ledger.officers()?, ledger.kept_filters(&officer)?)))
        .await?;
    let living = partners.into_iter().filter(|partner| partner.partnership != Partnership::Ended);
    let others = officers.into_iter().filter(|other| other.record != asking.who.officer.record);
    Ok(Offered {
        kinds: office.statuses.clone(),
        partners: living.map(|partner| (partner.agency.to_string(), partner.name)).collect(),
        officers: others.map(|other| (other.record.to_string(), other.name)).collect(),
        kept,
    })
}

/// Keeps a filter under a name.
async fn keep(State(office): State<Arc<Office>>, asking: Asking, typed: Typed) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let (filter, name) = (Filter::read(typed.text("shows")), typed.text("name").trim().to_owned());
    let officer = asking.officer();
    let kept = office.run(move |ledger, _| ledger.kept_filters(&officer)).await?;
    let fault = match name.chars().count() {
        0 => Some("fault-missing"),
        n if n > LONGEST_NAME => Some("fault-too-long"),
        _ if kept.len() >= FILTERS => Some("page-filter-too-many"),
        _ if kept.iter().any(|kept| kept.name == name) => Some("page-filter-taken"),
        _ => None,
    };
    if let Some(fault) = fault {
        let keeping = form::keep(&asking, &filter, &name, Some(fault));
        return shown(&office, &asking, &filter, None, &keeping).await;
    }
    let (officer, shows) = (asking.officer(), filter.address(None));
    office.run(move |ledger, pending| ledger.keep_filter(pending, &officer, &name, &shows)).await?;
    Ok(Redirect::to(&format!("/matters?{}", filter.address(None))).into_response())
}

/// Gives a filter up.
async fn give_up(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(entry): Path<String>,
    typed: Typed,
) -> Result<Redirect, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let entry = Hash::from_hex(&entry).ok_or(Trouble::NotFound)?;
    let officer = asking.officer();
    office.run(move |ledger, pending| ledger.drop_filter(pending, &officer, entry)).await?;
    Ok(Redirect::to("/matters"))
}

/// A page of a list, as the officer who asks may see it.
pub(crate) async fn page_of(
    office: &Office,
    asking: &Asking,
    facet: Facet,
    limit: usize,
) -> Result<ListPage, Trouble> {
    page_under(office, asking, facet, Also::default(), None, limit).await
}

/// The same, of what passes a filter, after a place.
async fn page_under(
    office: &Office,
    asking: &Asking,
    facet: Facet,
    also: Also,
    after: Option<&str>,
    limit: usize,
) -> Result<ListPage, Trouble> {
    let after = match after {
        Some(shown) => Some(Cursor::read(&facet, shown).ok_or(Trouble::NotFound)?),
        None => None,
    };
    let list = ListQuery { facet, also, after, limit };
    let (words, officer) = (Arc::clone(&asking.words), asking.officer());
    Ok(office.run(move |ledger, _| ledger.matter_lines_for(&officer, &list, &words)).await?)
}
