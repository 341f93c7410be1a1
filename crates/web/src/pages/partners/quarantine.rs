//! The quarantine a partner is in: since when, why, on whose word, who may lift it, and what waits for a second person.
//!
//! Not here: the acts, which are forms like any other (`one`), and what quarantine stops (`gates/quarantine.rs`).

use comity_app::queries::{PartnerLine, ProposalLine};
use comity_domain::act::{Act as _, ActDef};
use comity_domain::matters::partner::{Cause, Lift};
use comity_domain::vocabularies::Role;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::name_language;
use super::super::when::when;

/// What a page of the partner says of it.
pub(super) fn section(asking: &Asking, line: &PartnerLine) -> Markup {
    let Some(apart) = &line.quarantine else { return html! {} };
    let fact = |label: String, value: Markup| html! { div { dt { (label) } dd { (value) } } };
    html! {
        section.card.card-body.mb-2 aria-labelledby="quarantine" {
            h2.card-title.text-danger #quarantine { (asking.text("quarantine")) }
            p { (asking.text("quarantine-means")) }
            dl.facts {
                (fact(asking.text("page-quarantine-since"), when(&asking.words, apart.since.0)))
                (fact(asking.text("page-quarantine-why"), html! {
                    (asking.words.term(Cause::LIST, apart.cause))
                    @if let Some(reason) = &apart.reason { br; span.said { (reason) } }
                }))
                @if let Some(by) = &apart.by {
                    (fact(asking.text("page-quarantine-by"), html! { span lang=[name_language(by)] { (by) } }))
                }
                @if let Some(proof) = apart.proof {
                    (fact(asking.words.field("partner", "record-fork", "entry"), html! { code { (proof) } }))
                }
                (fact(asking.text("page-quarantine-lifted-by"), html! { (lifted_by(asking)) }))
            }
            @if let Some(waits) = &apart.lifting { (proposed(asking, "page-quarantine-proposed", waits)) }
        }
    }
}

/// Who lifts it, as a second person.
fn lifted_by(asking: &Asking) -> String {
    const LIFT: ActDef = Lift::DEF;
    let roles: Vec<_> = LIFT.propose.iter().map(|role| asking.words.term(Role::LIST, role)).collect();
    asking.text_with("page-quarantine-second", &[("roles", &roles.join(&asking.text("page-list-comma")))])
}

/// What waits for a second person, as whoever is to agree reads it.
pub(super) fn proposed(asking: &Asking, heading: &str, waits: &ProposalLine) -> Markup {
    let reason = waits.reason.clone().unwrap_or_else(|| asking.text("content-not-here"));
    html! {
        h3.mt-2 { (asking.text(heading)) }
        dl.facts {
            div { dt { (asking.text("page-quarantine-why")) } dd.said { (reason) } }
            @if let Some(by) = &waits.by {
                div { dt { (asking.text("page-partner-proposed-by")) } dd lang=[name_language(by)] { (by) } }
            }
        }
    }
}

/// The mark in a list or on a card.
pub(crate) fn mark(asking: &Asking, line: &PartnerLine) -> Markup {
    html! {
        @if let Some(apart) = &line.quarantine {
            br; strong.text-danger { (asking.text("quarantine")) }
            span.fw-normal { " " (asking.text("page-quarantine-from")) " " (when(&asking.words, apart.since.0)) }
        }
    }
}
