//! What stands fixed about a matter: parties, sealed packages.

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

/// Parties, matters that are named, sealed packages.
pub(super) fn facts(asking: &Asking, page: &MatterPage, linked: &[LinkedLine]) -> Markup {
    html! {
        section.card.card-body.mb-2 {
            h2.card-title { (asking.text("page-parties")) }
            dl.facts {
                @for party in &page.parties {
                    div {
                        dt { (party.role) }
                        dd lang=[name_language(&party.name)] {
                            @if party.name == "us" { (asking.text("page-us")) } @else { (party.name) }
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
        section.card.card-body.mb-2 {
            h2.card-title #evidence { (asking.text("page-evidence")) }
            @if page.packages.is_empty() {
                p.text-secondary.m-0 { (asking.text("page-evidence-none")) }
            } @else {
                ul.list-unstyled {
                    @for package in &page.packages {
                        li {
                            code { (short(&package.package)) }
                            " " (size(package.size)) " · "
                            (asking.text(if package.here { "package-here" } else { "package-not-here" }))
                            @if package.here {
                                form.no-print action={ "/m/" (page.line.number) "/package/" (package.package) } method="post" {
                                    input type="hidden" name="csrf" value=(asking.form_token());
                                    button.btn.btn-outline-primary.btn-sm type="submit" {
                                        (asking.text("page-package-verify"))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The beginning of a hash, which is enough to tell two apart by eye.
pub(crate) fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}

/// Bytes as people read them.
pub(crate) fn size(bytes: u64) -> String {
    let (mut left, mut units) = (bytes, ["B", "KiB", "MiB", "GiB"].iter());
    let mut unit = units.next().copied().unwrap_or_default();
    while left >= 10 * 1024 {
        let Some(next) = units.next() else { break };
        left /= 1024;
        unit = next;
    }
    format!("{left} {unit}")
}
