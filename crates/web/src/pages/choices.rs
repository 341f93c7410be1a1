//! Language and light, chosen by a click and kept in two cookies that say nothing else.

use std::sync::Arc;

use axum::Router;
use axum::extract::Form;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Redirect};
use axum::routing::post;
use comity_domain::words::Lang;
use serde::Deserialize;

use super::asking::{LANG, THEME, Theme};
use super::office::Office;

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/choices", post(choose))
}

#[derive(Deserialize)]
struct Chosen {
    lang: Option<String>,
    theme: Option<String>,
    #[serde(default)]
    back: String,
}

async fn choose(Form(chosen): Form<Chosen>) -> impl IntoResponse {
    let lang = chosen.lang.as_deref().and_then(Lang::from_tag).map(|lang| kept(LANG, lang.code()));
    let theme = chosen.theme.as_deref().and_then(Theme::from_code).map(|theme| kept(THEME, theme.code()));
    let cookies = lang.into_iter().chain(theme).map(|cookie| (SET_COOKIE, cookie)).collect::<Vec<_>>();
    (AppendHeaders(cookies), Redirect::to(local(&chosen.back)))
}

fn kept(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax")
}

/// A path of ours to go back to; anything else is the first page.
pub(crate) fn local(path: &str) -> &str {
    let ours = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n']);
    if ours { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(local("/matters?list=due"), "/matters?list=due");
        assert_eq!(local("//elsewhere.example"), "/");
        assert_eq!(local("https://elsewhere.example"), "/");
        assert_eq!(local("/\\elsewhere.example"), "/");
        assert_eq!(local(""), "/");
    }
}
