//! The audit: who did, read and was refused what, latest first, with the inner reason. For auditors; that one looks is
//! recorded before anything is shown.

mod export;
mod filter;
mod page;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use comity_app::authorise::Doing;

use super::asking::Asking;
use super::office::Office;
use super::trouble::Trouble;
use filter::Asked;

/// The words of this page: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/audit", get(audit)).route("/audit/export", post(export::take).get(to_audit))
}

async fn to_audit(_: Asking) -> Redirect {
    Redirect::to("/audit")
}

async fn audit(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Query(typed): Query<BTreeMap<String, String>>,
) -> Result<Response, Trouble> {
    // Nobody else hears whether what they ask for is there.
    asking.permit(&office, Doing::SeeAudit).await?;
    let asked = Asked::of(|name| typed.get(name).map(String::as_str));
    let before = typed.get("before").and_then(|before| before.parse().ok());
    page::shown(&office, &asking, &asked, before).await
}
