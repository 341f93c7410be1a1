//! What stands fixed about a matter: what opened it, and its parties.

use comity_app::queries::{ClockLine, LinkedLine, MatterPage};
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
pub(super) fn facts(asking: &Asking, page: &MatterPage, linked: &[LinkedLine]) -> Markup {
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
        @if !linked.is_empty() {
            section.card.card-body.mb-2 {
                h2.card-title { (asking.text("page-linked")) }
                dl.facts {
                    @for link in linked {
                        div {
                            dt { (link.how) }
                            dd {
                                a href={ "/m/" (link.number) } { (link.number) }
                                @if let Some(title) = &link.title { " " span lang=[name_language(title)] { (title) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
