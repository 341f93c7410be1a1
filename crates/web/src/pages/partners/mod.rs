//! Partners: the list, one partner's page, meeting a partner, and our own card.
//!
//! Two people meet a partner: one compares the fingerprints by telephone, group by group, and adds it; a second confirms. Two more let
//! it have persons and evidence, on a rights assessment; until then it gets correspondence. One whose fork is proven, or whom somebody
//! put there, is in quarantine until two people lift it. Whose
//! keys are accepted is read anew after every such act.

mod card;
mod compare;
mod contact;
mod meet;
mod off_network;
mod one;
mod quarantine;
mod tie;
mod waiver;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use comity_app::authorise::Doing;
use comity_app::queries::PartnerLine;
use comity_journal::ids::AgencyId;
use maud::{Markup, html};

pub(crate) use contact::Reached;
pub(crate) use one::{answer_time, ceiling, overdue};
pub(crate) use quarantine::mark;

use super::asking::Asking;
use super::frame::{Framed, Page, name_language};
use super::office::Office;
use super::trouble::Trouble;

/// The words of these pages: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/partners", get(list))
        .route("/partners/meet", get(meet::show).post(meet::take))
        .route("/partners/meet/compare", post(compare::take))
        .route("/partners/off-network", get(off_network::show).post(off_network::take))
        .route("/partners/{agency}", get(one::show))
        .route("/partners/{agency}/test", post(one::test))
        .route("/partners/{agency}/confirm", post(one::confirm).get(one::to_partner))
        .route("/partners/{agency}/link", post(tie::take_link).get(one::to_partner))
        .route("/partners/{agency}/claim", post(tie::take_claim).get(one::to_partner))
        .route("/partners/{agency}/act/{act}", get(one::act_form).post(one::act))
        .route("/card-of-us", get(card::show))
        .route("/card-of-us/file", get(card::file))
}

async fn list(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    let lines = office.run(|ledger, _| ledger.list_partners()).await?;
    let contacts: BTreeMap<_, _> = office.outside.contacts().into_iter().collect();
    let reached = |agency: &AgencyId| Reached::of(contacts.get(agency).copied());
    let body = html! {
        div.d-flex.flex-wrap.gap-3.justify-content-between.align-items-center.mb-2 {
            h1.m-0 { (asking.text("page-partners")) }
            div.d-flex.flex-wrap.gap-2 {
                @if asking.may(Doing::ManagePartners) {
                    a.btn.btn-primary href="/partners/meet" data-key="n" { (asking.text("page-meet")) }
                    a.btn.btn-outline-primary href="/partners/off-network" { (asking.text("page-off-network")) }
                }
                a.btn.btn-outline-primary href="/bundles" { (asking.text("page-bundles")) }
                a.btn.btn-outline-primary href="/card-of-us" { (asking.text("page-own-card")) }
            }
        }
        @if lines.is_empty() {
            p { (asking.text("page-partners-none")) }
        } @else {
            (table(&asking, &lines, &reached))
        }
    };
    Ok(Page::new(asking.text("page-partners")).of("partners").around(&asking, &body))
}

fn table(asking: &Asking, lines: &[PartnerLine], reached: &dyn Fn(&AgencyId) -> Reached) -> Markup {
    let head = |key: &str| html! { th scope="col" { (asking.text(key)) } };
    html! {
        table.table.table-hover.stacked {
                thead { tr {
                    (head("page-partner-name")) (head("page-partner-place")) (head("page-partner-partnership"))
                    (head("ceiling"))
                    (head("page-partner-compared")) (head("page-partner-queued"))
                    (head("page-partner-reached")) (head("page-partner-error"))
                } }
                tbody data-rows { @for line in lines { (row(asking, line, reached(&line.agency))) } }
        }
    }
}

fn row(asking: &Asking, line: &PartnerLine, reached: Reached) -> Markup {
    let label = |key: &str| asking.text(key);
    html! {
        tr {
            th scope="row" {
                a href={ "/partners/" (line.agency) } lang=[name_language(&line.name)] { (line.name) }
                @if !line.label.is_empty() { br; span.text-secondary.fw-normal { (line.label) } }
            }
            td data-label=(label("page-partner-place")) { (line.place) }
            td data-label=(label("page-partner-partnership")) {
                (asking.words.status("partner", line.partnership)) (mark(asking, line))
            }
            td data-label=(label("ceiling")) { (ceiling(asking, line)) }
            @if let Some(linked) = &line.linked {
                td colspan="4" {
                    (asking.text("page-tie-linked")) (asking.text("page-colon")) span lang=[name_language(linked)] { (linked) }
                }
            } @else if line.off_network {
                td colspan="4" { (asking.text("page-partner-no-node")) }
            } @else {
                td data-label=(label("page-partner-compared")) { (compared(asking, line)) }
                td data-label=(label("page-partner-queued")) { (line.queued) }
                td data-label=(label("page-partner-reached")) { (reached.last(asking)) }
                td data-label=(label("page-partner-error")) { (reached.error(asking)) }
            }
        }
    }
}

/// Whether the records of both sides have been compared since this node started.
fn compared(asking: &Asking, line: &PartnerLine) -> String {
    asking.text(match (line.compared, line.waived) {
        (true, _) => "yes",
        (false, true) => "page-waiver-short",
        (false, false) => "no",
    })
}

/// A fingerprint as its twelve groups.
fn digits(fingerprint: &str) -> Markup {
    html! { ol.digits { @for group in fingerprint.split(' ') { li { (group) } } } }
}
