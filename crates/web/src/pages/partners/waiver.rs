//! Going on without a partner that does not answer: what that means, what one person proposes, and whether it is so.
//!
//! Not here: the acts, which are forms like any other (`one`), and the epoch that the root declares.

use comity_app::queries::PartnerLine;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::quarantine::proposed;

/// Whether it is of use: it is a partner with a node, and nobody has compared with it yet.
pub(super) fn is_of_use(line: &PartnerLine) -> bool {
    !line.compared && !line.off_network && line.linked.is_none()
}

/// What a page of the partner says of it.
pub(super) fn section(asking: &Asking, line: &PartnerLine) -> Markup {
    if line.waived || line.waiver.is_some() {
        told(asking, line)
    } else {
        html! {}
    }
}

/// What whoever proposes it, or agrees, reads.
pub(super) fn told(asking: &Asking, line: &PartnerLine) -> Markup {
    html! {
        section.card.card-body.mb-2 aria-labelledby="waiver" {
            h2.card-title #waiver { (asking.text("page-waiver")) }
            p { (asking.text(if line.waived { "page-waiver-holds" } else { "page-waiver-means" })) }
            @if let Some(waits) = &line.waiver { (proposed(asking, "page-waiver-proposed", waits)) }
        }
    }
}
