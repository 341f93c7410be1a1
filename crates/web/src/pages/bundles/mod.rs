//! Bundles: what partners have for each other in files that somebody carries, made and taken in at the desk.
//!
//! Making one takes the roles that may take things out, and is recorded with its purpose before a byte of it is written; what is
//! said of it is said as at the keyboard (`comity_app::bundles`). Either takes a while, so it is a job that whoever began it can
//! look at again. Not here: what goes into a bundle and how it is believed (`comity_app::workers`).

mod facts;
mod make;
mod take_in;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::routing::{any, get, options};
use comity_app::authorise::Doing;
use comity_app::queries::{BundlesPage, PartnerLine};
use maud::{Markup, html};

use super::asking::Asking;
use super::evidence::{create_bundle, offer_bundle, one_bundle};
use super::frame::{Framed, Page, name_language};
use super::office::Office;
use super::trouble::Trouble;

pub(crate) use facts::facts;

/// The words of these pages: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

pub(crate) fn routes() -> Router<Arc<Office>> {
    let bringing = Router::new()
        .route("/bundles", get(show).post(take_in::take))
        .route("/bundles/uploads", options(offer_bundle).post(create_bundle))
        .route("/bundles/uploads/{upload}", any(one_bundle))
        // Each of them keeps limits of its own: on bytes, on files, and on how long nothing comes.
        .layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/bundles/{job}", get(take_in::show))
        .route("/partners/{agency}/bundle", get(make::ask).post(make::begin))
        .route("/partners/{agency}/bundle/{job}", get(make::show))
        .route("/partners/{agency}/bundle/{job}/file", get(make::file))
        .merge(bringing)
}

/// Partners that take bundles, with what stands on record of them.
struct Overview(Vec<(PartnerLine, BundlesPage)>);

impl Overview {
    async fn read(office: &Office) -> Result<Self, Trouble> {
        let lines = office.run(|ledger, _| {
            let lines = ledger.list_partners()?.into_iter();
            let carried = lines.filter(|line| line.partnership == "confirmed" && !line.off_network);
            let with = |line: PartnerLine| Ok((ledger.bundles_with(&line.agency)?, line));
            let pairs: Vec<_> = carried.map(with).collect::<Result<_, comity_app::Failure>>()?;
            Ok(pairs.into_iter().map(|(bundles, line)| (line, bundles)).collect())
        });
        Ok(Self(lines.await?))
    }
}

async fn show(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    page(&office, &asking, None).await
}

/// The page, with what is wrong with what was brought.
async fn page(office: &Office, asking: &Asking, wrong: Option<&str>) -> Result<Framed, Trouble> {
    let overview = Overview::read(office).await?;
    let title = asking.text("page-bundles");
    let body = html! {
        p.mb-1 { a href="/partners" { (asking.text("page-partners")) } }
        h1 { (title) }
        p { (asking.text("page-bundles-what")) }
        @if asking.may(Doing::Intake) { (take_in::form(office, asking, wrong).await?) }
        section {
            h2 { (asking.text("page-partners")) }
            @if overview.0.is_empty() { p { (asking.text("page-bundles-none")) } }
            @for (line, bundles) in &overview.0 { (with_partner(asking, line, bundles)) }
        }
    };
    Ok(Page::new(title).of("partners").faulty(wrong.is_some()).around(asking, &body))
}

fn with_partner(asking: &Asking, line: &PartnerLine, bundles: &BundlesPage) -> Markup {
    html! {
        article.card.card-body.mb-2 {
            h3.card-title { a href={ "/partners/" (line.agency) } lang=[name_language(&line.name)] { (line.name) } }
            (facts(asking, line, bundles))
        }
    }
}
