//! What in a matter does not simply stand: contested, void, missing its past, newer than this node, crossed; and what
//! was asked back, with who has answered and who has not. In words.

use comity_app::queries::{MatterPage, RecallLine, TimelineLine};
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::when::when_text;

pub(super) fn unsettled(asking: &Asking, page: &MatterPage) -> Markup {
    let open: Vec<_> = page.timeline.iter().filter(|line| line.stands != "valid" || line.crossed).collect();
    html! {
        @if !open.is_empty() {
            section.card.card-body.mb-2 aria-labelledby="unsettled" {
                h2.card-title #unsettled { (asking.text("page-unsettled")) }
                ul.m-0 { @for line in open { (one(asking, line)) } }
            }
        }
    }
}

/// What was asked back.
pub(super) fn recalls(asking: &Asking, page: &MatterPage) -> Markup {
    html! {
        @if !page.recalls.is_empty() {
            section.card.card-body.mb-2 aria-labelledby="recalls" {
                h2.card-title #recalls { (asking.text("page-recalls")) }
                @for recall in &page.recalls { (recalled(asking, recall)) }
            }
        }
    }
}

fn recalled(asking: &Asking, recall: &RecallLine) -> Markup {
    let name = |name: &str| if name == "us" { asking.text("page-us") } else { name.to_owned() };
    html! {
        p.mb-1 {
            a href={ "#e-" (recall.of) } { (recall.act_text) } " · " (name(&recall.by)) " · "
            a href={ "#e-" (recall.recall) } { (when_text(&asking.words, &recall.at)) }
        }
        dl.facts.mb-2 {
            @for holder in &recall.holders {
                div {
                    dt { (name(&holder.name)) }
                    dd {
                        @match (&holder.answer, &holder.at) {
                            (Some(answer), Some(at)) => { (answer) " · " (when_text(&asking.words, at)) },
                            _ => strong { (asking.text("page-recall-unanswered")) },
                        }
                    }
                }
            }
        }
    }
}

fn one(asking: &Asking, line: &TimelineLine) -> Markup {
    html! {
        li {
            a href={ "#e-" (line.entry) } { (line.act_text) }
            " (" (asking.text(&format!("side-{}", line.side))) ", " (when_text(&asking.words, &line.at)) ")"
            (asking.text("page-colon"))
            @if line.stands == "valid" { (asking.text("page-crossed")) } @else {
                (line.standing) (asking.text("page-stop"))
                (asking.text(&format!("page-unsettled-{}", line.stands)))
            }
        }
    }
}
