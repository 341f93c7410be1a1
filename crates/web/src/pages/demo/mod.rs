//! The scenes of the demonstration: what the other side does, at the press of a button. No other node has this page.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Redirect;
use axum::routing::get;
use maud::html;
use serde::Deserialize;

use super::asking::Asking;
use super::frame::{Framed, Page};
use super::office::Office;
use super::trouble::Trouble;
use super::typed::Typed;

/// The words of this page: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/demo", get(show).post(play))
}

#[derive(Deserialize)]
struct Played {
    played: Option<String>,
}

async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Query(played): Query<Played>,
) -> Result<Framed, Trouble> {
    let director = office.director.as_ref().ok_or(Trouble::NotFound)?;
    let scenes = director.scenes().await;
    let has_been = scenes.iter().find(|scene| played.played.as_deref() == Some(scene.code));
    let body = html! {
        h1 { (asking.text("page-demo")) }
        p { (asking.text("page-demo-how")) }
        @if let Some(scene) = has_been {
            div.alert.alert-success role="status" { (asking.text(&format!("page-demo-{}-done", scene.code))) }
        }
        form action="/demo" method="post" {
            input type="hidden" name="csrf" value=(asking.form_token());
            ol.list-unstyled {
                @for scene in &scenes {
                    li.card.card-body.mb-2 {
                        h2.card-title { (asking.text(&format!("page-demo-{}", scene.code))) }
                        p { (asking.text(&format!("page-demo-{}-what", scene.code))) }
                        div {
                            button.btn.btn-primary type="submit" name="scene" value=(scene.code) disabled[!scene.can] {
                                (asking.text("page-demo-play"))
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(Page::new(asking.text("page-demo")).around(&asking, &body))
}

async fn play(State(office): State<Arc<Office>>, asking: Asking, typed: Typed) -> Result<Redirect, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let director = office.director.as_ref().ok_or(Trouble::NotFound)?;
    let scene = typed.text("scene").to_owned();
    director.play(scene.clone()).await.map_err(Trouble::Unreadable)?;
    Ok(Redirect::to(&format!("/demo?played={scene}")))
}
