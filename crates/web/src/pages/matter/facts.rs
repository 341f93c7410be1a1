//! What stands fixed about a matter: what opened it, and its parties.

use comity_app::queries::{ClockLine, MatterPage};
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::name_language;
use super::super::when::when_text;
use super::timeline::says;

/// A clock in words: when it is due, and whether that has passed.
pub(super) fn clock(asking: &Asking, clock: &ClockLine) -> Markup {
    let key = if clock.overdue { "overlay-overdue" } else { "overlay-due" };
    html! { (asking.text(key)) " " (when_text(&asking.words, &clock.due)) }
}

/// What was asked, in full: the act that opened the matter.
pub(super) fn opening(asking: &Asking, page: &MatterPage, opens_with: &str) -> Markup {
    let opening = page.timeline.iter().find(|line| line.side != "inner" && line.act == opens_with);
    html! {
        @if let Some(opening) = opening {
            section.card.card-body.mb-2 {
                h2.card-title { (page.line.kind) }
                (says(asking, &opening.fields))
            }
        }
    }
}

/// Parties, and matters that are named.
pub(super) fn facts(asking: &Asking, page: &MatterPage) -> Markup {
    html! {
        section.card.card-body.mb-2 {
            h2.card-title { (asking.text("page-parties")) }
            dl.facts {
                @for party in &page.parties {
                    div {
                        dt { (party.role) }
                        dd lang=[name_language(&party.name)] {
                            (asking.agency(&party.name))
                            @if party.off_network { " · " (asking.text("page-party-no-node")) }
                        }
                    }
                }
            }
        }
        @if !page.linked.is_empty() {
            section.card.card-body.mb-2 {
                h2.card-title { (asking.text("page-linked")) }
                dl.facts {
                    @for link in &page.linked {
                        div {
                            dt { (link.how) }
                            dd {
                                @if link.here { a href={ "/m/" (link.number) } { (link.number) } }
                                @else { (link.number) " " span.text-secondary { (asking.text("page-linked-elsewhere")) } }
                                @if let Some(title) = &link.title { " " span lang=[name_language(title)] { (title) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
