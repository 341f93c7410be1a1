//! The desk: the pages that officers work in.
//!
//! A page is a folder: its routes, what they show, and its words in both languages. What is shown comes from the queries of
//! `comity-app`, what is done goes through its commands; nothing here decides anything. Every page works as plain HTML; the scripts
//! only make it quicker.
//!
//! Invariant: every route but those named in `open_to_all` answers nobody who is not signed in.

mod act_form;
mod asking;
mod audit;
mod bundles;
mod choices;
mod compress;
mod demo;
mod evidence;
mod files;
mod frame;
mod guard;
mod help;
mod home;
mod journal;
mod live;
mod matter;
mod matters;
mod metrics;
mod node;
mod office;
mod officers;
mod partners;
mod search;
mod serve;
mod sign_in;
mod trouble;
mod typed;
mod when;
mod work;

use std::sync::Arc;

use axum::Router;
use axum::middleware;

pub use office::{Director, Office, OfficeParts, Outside, Scene, Soon};
pub use serve::serve;

/// The words of all pages: zh, then en.
pub const WORDS: &[(&str, &str)] = &[
    (include_str!("zh.ftl"), include_str!("en.ftl")),
    sign_in::WORDS,
    demo::WORDS,
    matters::WORDS,
    work::WORDS,
    search::WORDS,
    audit::WORDS,
    matter::WORDS,
    evidence::WORDS,
    act_form::WORDS,
    partners::WORDS,
    bundles::WORDS,
    comity_app::bundles::WORDS,
    home::WORDS,
    journal::WORDS,
    node::WORDS,
    officers::WORDS,
];

/// All pages of a node.
pub fn router(office: &Arc<Office>) -> Router {
    let signed_in = Router::new()
        .merge(home::routes())
        .merge(help::routes())
        .merge(demo::routes())
        .merge(live::routes())
        .merge(matters::routes())
        .merge(work::routes())
        .merge(search::routes())
        .merge(audit::routes())
        .merge(matter::routes())
        .merge(evidence::routes())
        .merge(act_form::routes())
        .merge(partners::routes())
        .merge(bundles::routes())
        .merge(journal::routes())
        .merge(node::routes())
        .merge(officers::routes())
        .merge(metrics::routes())
        .merge(sign_in::own_routes());
    let open_to_all = Router::new().merge(sign_in::routes()).merge(choices::routes()).merge(files::routes());
    signed_in
        .merge(open_to_all)
        .fallback(trouble::no_such_page)
        .layer(middleware::from_fn_with_state(Arc::clone(office), guard::guard))
        .with_state(Arc::clone(office))
}
