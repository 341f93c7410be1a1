//! Both sides' acts on one timeline, with how far each has travelled and what is held against it.

use comity_app::queries::{ActorLine, FieldLine, MatterPage, TimelineLine};
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::name_language;
use super::super::when::when_text;

/// An act with more fields than this is folded up.
const SHORT: usize = 5;

/// The acts of all sides, the latest first.
pub(super) fn timeline(asking: &Asking, page: &MatterPage) -> Markup {
    html! {
        section.matter-timeline aria-labelledby="timeline" {
            h2 #timeline { (asking.text("timeline")) }
            ol.timeline data-rows {
                @for line in page.timeline.iter().rev() { (entry(asking, &page.line.number, line)) }
            }
        }
    }
}

fn entry(asking: &Asking, number: &str, line: &TimelineLine) -> Markup {
    let edge = match line.side {
        "ours" | "recorded" => "ours",
        "inner" => "inside",
        _ => "theirs",
    };
    html! {
        li.(edge).crossed[line.crossed] id={ "e-" (line.entry) } {
            div.d-flex.flex-wrap.gap-2.align-items-baseline {
                h3.h4.m-0 { (line.act_text) }
                span.side { (asking.text(&format!("side-{}", line.side))) }
            }
            p.when.mb-1 {
                (when_text(&asking.words, &line.at)) " · " (actor(asking, &line.by))
                @for approver in &line.approved {
                    br; (asking.text("approved-by")) (asking.text("page-colon")) (actor(asking, approver))
                }
            }
            (stages(asking, line))
            @if line.crossed { p.alert.alert-warning { (asking.text("page-crossed")) } }
            @if !line.standing.is_empty() { p.alert.alert-danger { (line.standing) } }
            @for objection in &line.objections {
                p.alert.alert-warning { (asking.text("objection")) (asking.text("page-colon")) (objection) }
            }
            @if line.fields.len() > SHORT {
                details { summary { (asking.text("page-act-says")) } (says(asking, &line.fields)) }
            } @else if !line.fields.is_empty() {
                (says(asking, &line.fields))
            }
            @if line.side != "inner" {
                p.act-proof.no-print {
                    a href={ "/m/" (number) "/proof#e-" (line.entry) } { (asking.text("page-proof-of-entry")) }
                    @if ["delivered", "received"].contains(&line.delivery) {
                        " · " a href={ "/m/" (number) "/receipt/" (line.entry) } { (asking.text("page-receipt-entry")) }
                    }
                }
            }
        }
    }
}

/// What an act says, field by field.
pub(super) fn says(asking: &Asking, fields: &[FieldLine]) -> Markup {
    html! {
        dl.facts {
            @for field in fields {
                div {
                    dt { (field.label) }
                    dd.said .text-secondary[!field.present] lang=[name_language(&field.value)] {
                        (when_text(&asking.words, &field.value))
                    }
                }
            }
        }
    }
}

fn actor(asking: &Asking, actor: &ActorLine) -> Markup {
    let roles: Vec<_> = actor.roles.iter().map(|role| asking.words.term("role", role)).collect();
    html! {
        span lang=[name_language(&actor.who)] { (actor.who) }
        @if !roles.is_empty() { " (" (roles.join(&asking.text("page-list-comma"))) ")" }
    }
}

/// How far an act of ours has come, or that one of theirs is here: signed, receipt held.
fn stages(asking: &Asking, line: &TimelineLine) -> Markup {
    let (signed, receipt) = (asking.text("page-stage-signed"), asking.text("overlay-delivered"));
    html! {
        @match line.delivery {
            "delivered" => ol.stage { li.done { (signed) } li.done { (receipt) } },
            "queued" => ol.stage {
                li.done { (signed) }
                li aria-current="step" { (receipt) (asking.text("page-stage-not-yet")) }
            },
            "received" => ol.stage { li.done { (asking.text("overlay-received")) } },
            _ => {}
        }
    }
}
