//! The first page after signing in.

use std::sync::Arc;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;

use super::asking::Asking;
use super::office::Office;

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/", get(|_: Asking| async { Redirect::to("/matters") }))
}
