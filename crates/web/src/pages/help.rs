//! Help: the keyboard, and what the signs on a matter's page mean.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use maud::{Markup, html};

use super::asking::Asking;
use super::frame::{Framed, Page, keys};
use super::office::Office;

/// Signs that are explained: the key of the sign's own text, and of what it means.
const SIGNS: &[(&str, &str)] = &[
    ("side-ours", "page-help-ours"),
    ("side-theirs", "page-help-theirs"),
    ("side-inner", "page-help-inner"),
    ("side-recorded", "page-help-recorded"),
    ("page-stage-signed", "page-help-signed"),
    ("overlay-delivered", "page-help-delivered"),
    ("standing-crossed", "page-help-crossed"),
    ("standing-void", "page-help-void"),
];

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/help", get(help))
}

async fn help(asking: Asking) -> Framed {
    let sign = |(sign, means): &(&str, &str)| -> Markup {
        html! { div { dt { (asking.text(sign)) } dd { (asking.text(means)) } } }
    };
    let body = html! {
        h1 { (asking.text("page-help")) }
        div.matter-grid {
            section.card.card-body { h2.card-title { (asking.text("page-keyboard")) } (keys(&asking)) }
            section.card.card-body {
                h2.card-title { (asking.text("page-help-signs")) }
                dl.facts { @for pair in SIGNS { (sign(pair)) } }
            }
        }
    };
    Page::new(asking.text("page-help")).around(&asking, &body)
}
