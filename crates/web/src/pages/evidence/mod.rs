//! Evidence: sealed packages listed and looked at, checked, handed over, taken out, opened.
//!
//! What takes long (checking every byte, sealing) is a job that anybody who asked for it can look at again; what leaves
//! is recorded before its first byte. Not here: who may do what, how a package is sealed or opened (`comity-app`).

mod bring;
mod check;
mod contents;
mod grants;
mod hand_over;
mod incoming;
mod jobs;
mod lines;
mod out;
mod package;
mod receiving;
mod record;
mod seal;
mod stream;
mod tus;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::routing::{any, get, options};
use maud::html;
use serde::Deserialize;

use super::asking::Asking;
use super::frame::{Framed, Page, kept_fresh};
use super::office::Office;
use super::trouble::Trouble;
pub(crate) use check::under_way;
pub(crate) use grants::Grants;
pub(crate) use incoming::SILENCE;
pub(crate) use jobs::{Begun, Job, Jobs, PATIENCE, Stand};
pub(crate) use lines::{in_matter, size};
pub(crate) use out::{PURPOSE, put, wrong_purpose};
pub(crate) use receiving::{key_of, stage, text};
pub(crate) use stream::body_of;
pub(crate) use tus::{Bringing, create_bundle, offer_bundle, one_bundle};

/// The words of these pages: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

pub(crate) fn routes() -> Router<Arc<Office>> {
    let bringing = Router::new()
        .route("/m/{number}/hand-over", get(hand_over::show).post(hand_over::take))
        .route("/m/{number}/record/{party}/{act}", get(hand_over::show_record).post(hand_over::take_record))
        .route("/m/{number}/uploads", options(tus::offer).post(tus::create))
        .route("/m/{number}/uploads/{upload}", any(tus::one))
        // Each of them keeps limits of its own: on bytes, on files, and on how long nothing comes.
        .layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/evidence", get(list))
        .route("/m/{number}/package/{package}", get(package::show))
        .route("/m/{number}/package/{package}/check", get(package::back).post(check::begin))
        .route("/m/{number}/package/{package}/check/{job}", get(check::show))
        .route("/m/{number}/package/{package}/take", get(out::ask).post(out::grant))
        .route("/m/{number}/package/{package}/take/{grant}", get(out::file))
        .route("/m/{number}/package/{package}/open", get(contents::ask).post(contents::grant))
        .route("/m/{number}/package/{package}/open/{grant}", get(contents::list).post(contents::file))
        .route("/m/{number}/hand-over/{job}", get(seal::show))
        .merge(bringing)
}

/// What these pages keep in memory between two requests.
#[derive(Default)]
pub(crate) struct UnderWay {
    pub(crate) jobs: Jobs,
    pub(crate) grants: Grants,
}

/// Which page of the list.
#[derive(Deserialize)]
struct Asked {
    after: Option<String>,
}

async fn list(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Query(asked): Query<Asked>,
) -> Result<Framed, Trouble> {
    let (words, officer) = (Arc::clone(&asking.words), asking.officer());
    let page =
        office.run(move |ledger, _| ledger.evidence_for(&officer, asked.after.as_deref(), &words)).await?;
    let title = asking.text("page-evidence");
    let body = html! {
        h1 { (title) }
        (kept_fresh("evidence", &asking.path, &html! {
            (lines::table(&asking, &page.lines))
            @if let Some(next) = &page.next {
                p { a href={ "/evidence?after=" (next) } { (asking.text("page-evidence-more")) } }
            }
        }))
    };
    Ok(Page::new(title).of("evidence").around(&asking, &body))
}
