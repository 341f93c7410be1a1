//! Stylesheet, script and icon: made from `crates/assets`, named by their content, so that a browser keeps them for good.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::office::Office;
use super::trouble::Trouble;

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/assets/{name}", get(file))
}

pub(crate) fn stylesheet_path() -> String {
    format!("/assets/{}", comity_assets::stylesheet().path)
}

pub(crate) fn script_path() -> String {
    format!("/assets/{}", comity_assets::script().path)
}

pub(crate) fn icon_path() -> String {
    format!("/assets/{}", comity_assets::mark().path)
}

async fn file(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Trouble> {
    let asset = comity_assets::named(&name).ok_or(Trouble::NotFound)?;
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (bytes, encoding) = match accepted {
        all if all.contains("br") => (asset.brotli, Some("br")),
        all if all.contains("gzip") => (asset.gzip, Some("gzip")),
        _ => (asset.plain, None),
    };
    let always = [
        (CONTENT_TYPE, asset.media_type),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (VARY, "Accept-Encoding"),
    ];
    let coded = encoding.map(|encoding| [(CONTENT_ENCODING, encoding)]);
    Ok(match coded {
        Some(coded) => (always, coded, bytes).into_response(),
        None => (always, bytes).into_response(),
    })
}
