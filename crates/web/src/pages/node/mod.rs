//! How the node stands: disk, clock, keys, journal, partners, what went wrong and what is under way. For whoever may look at
//! the journal.
//!
//! What needs somebody stands first, in words; the numbers follow.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use comity_app::queries::{NodePage, PartnerLine};
use comity_journal::ids::AgencyId;
use maud::{Markup, html};

use super::asking::Asking;
use super::evidence::size;
use super::frame::{Framed, Page, name_language};
use super::journal::{Stand, incidents};
use super::office::Office;
use super::partners::Reached;
use super::trouble::Trouble;
use super::when::when;

/// The words of this page: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

/// Below this the node fetches no packages any more.
const LITTLE_ROOM: u64 = 1 << 30;
/// With fewer months of keys left a new card is due.
const FEW_MONTHS: u32 = 2;

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/node", get(show))
}

async fn show(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    let officer = asking.officer();
    let page = office.run(move |ledger, pending| ledger.node_page(pending, &officer)).await?;
    let contacts: BTreeMap<_, _> = office.outside.contacts().into_iter().collect();
    let reached = |agency: &AgencyId| Reached::of(contacts.get(agency).copied());
    let (room, stand) = (office.outside.room(), office.verification.stand());
    let needs = needs(&page, room, &stand, &reached);
    let body = html! {
        h1 { (asking.text("page-nav-node")) }
        @if needs.is_empty() {
            div.proof-ok role="status" { strong { (asking.text("page-node-fine")) } }
        } @else {
            div.alert.alert-warning role="status" {
                strong { (asking.text("page-node-needs")) }
                ul.m-0 { @for key in &needs { li { (asking.text(key)) } } }
            }
        }
        div.matter-grid {
            (numbers(&asking, &page, room))
            (vouched(&asking, &page, &stand))
        }
        section.mb-3 { h2 { (asking.text("page-partners")) } (partners(&asking, &page.partners, &reached)) }
        section.mb-3 { h2 { (asking.text("page-journal-incidents")) } (incidents(&asking, &page.incidents)) }
    };
    Ok(Page::new(asking.text("page-nav-node")).of("node").faulty(!needs.is_empty()).around(&asking, &body))
}

/// What somebody should see to, as the keys of sentences.
fn needs(
    page: &NodePage,
    room: Option<u64>,
    stand: &Stand,
    reached: &dyn Fn(&AgencyId) -> Reached,
) -> Vec<&'static str> {
    let is_broken = matches!(stand, Stand::Done(_, report) if !report.clean);
    let confirmed = |line: &&PartnerLine| line.partnership == "confirmed" && !line.off_network;
    let is_hindered = page.partners.iter().filter(confirmed).any(|line| reached(&line.agency).is_hindered());
    let found = [
        (page.awaits_epoch, "page-node-needs-epoch"),
        (is_broken || matches!(stand, Stand::Failed(_)), "page-node-needs-journal"),
        (matches!(stand, Stand::Never), "page-node-needs-verifying"),
        (page.clock_is_behind(), "page-node-needs-clock"),
        (room.is_none_or(|room| room < LITTLE_ROOM), "page-node-needs-room"),
        (page.months_left().is_none_or(|months| months < FEW_MONTHS), "page-node-needs-card"),
        (is_hindered, "page-node-needs-partner"),
    ];
    found.into_iter().filter_map(|(is_so, key)| is_so.then_some(key)).collect()
}

fn fact(asking: &Asking, key: &str, value: &Markup) -> Markup {
    html! { div { dt { (asking.text(key)) } dd { (value) } } }
}

fn numbers(asking: &Asking, page: &NodePage, room: Option<u64>) -> Markup {
    let unknown = || html! { (asking.text("page-node-unknown")) };
    html! {
        section.card.card-body.mb-2 {
            h2.card-title { (asking.text("page-node-machine")) }
            dl.facts {
                (fact(asking, "page-node-clock", &when(&asking.words, page.now)))
                (fact(asking, "page-node-room", &room.map_or_else(unknown, |room| html! { (size(room)) })))
                (fact(asking, "page-journal-records", &html! { (page.records) }))
                (fact(asking, "page-node-matters", &html! { (page.matters) }))
                (fact(asking, "page-journal-last", &page.last.map_or_else(unknown, |last| when(&asking.words, last))))
                (fact(asking, "page-node-awaited", &html! { (page.packages_awaited) }))
            }
        }
    }
}

/// Keys, and whether the journal holds and who vouches for it.
fn vouched(asking: &Asking, page: &NodePage, stand: &Stand) -> Markup {
    let until = page.sealed_until.clone().unwrap_or_else(|| asking.text("page-node-unknown"));
    let cosigned = match page.witnesses {
        0 => html! { (asking.text("page-journal-cosigned-none")) },
        some => html! { (some) },
    };
    html! {
        section.card.card-body.mb-2 {
            h2.card-title { (asking.text("page-node-proof")) }
            dl.facts {
                (fact(asking, "page-card-number", &html! { (page.card) }))
                (fact(asking, "page-node-sealed-until", &html! { (until) }))
                (fact(asking, "page-node-verified", &verified(asking, stand)))
                (fact(asking, "page-journal-cosigned", &cosigned))
            }
            p.mt-2.mb-0 { a href="/journal" { (asking.text("page-journal")) } }
        }
    }
}

fn verified(asking: &Asking, stand: &Stand) -> Markup {
    let (key, at) = match stand {
        Stand::Never => return html! { (asking.text("page-journal-verified-never")) },
        Stand::UnderWay(since) => ("page-journal-verified-under-way", since),
        Stand::Failed(at) => ("page-journal-verified-failed", at),
        Stand::Done(at, report) if report.clean => ("page-journal-holds", at),
        Stand::Done(at, _) => ("page-journal-broken", at),
    };
    html! { a href="/journal/verified" { (asking.text(key)) } " " (when(&asking.words, *at)) }
}

fn partners(asking: &Asking, lines: &[PartnerLine], reached: &dyn Fn(&AgencyId) -> Reached) -> Markup {
    let with_node: Vec<_> = lines.iter().filter(|line| !line.off_network).collect();
    let head = |key: &str| html! { th scope="col" { (asking.text(key)) } };
    html! {
        @if with_node.is_empty() {
            p.text-secondary { (asking.text("page-partners-none")) }
        } @else {
            table.table.stacked {
                thead { tr {
                    (head("page-partner-name")) (head("page-partner-queued")) (head("page-partner-reached"))
                    (head("page-partner-error"))
                } }
                tbody data-rows {
                    @for line in with_node { (partner(asking, line, reached(&line.agency))) }
                }
            }
        }
    }
}

fn partner(asking: &Asking, line: &PartnerLine, reached: Reached) -> Markup {
    let label = |key: &str| asking.text(key);
    html! {
        tr {
            th scope="row" { a href={ "/partners/" (line.agency) } lang=[name_language(&line.name)] { (line.name) } }
            td data-label=(label("page-partner-queued")) { (line.queued) }
            td data-label=(label("page-partner-reached")) { (reached.last(asking)) }
            td data-label=(label("page-partner-error")) { (reached.error(asking)) }
        }
    }
}
