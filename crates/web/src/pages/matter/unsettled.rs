//! What in a matter does not simply stand: contested, void, missing its past, newer than this node, crossed; and what
//! was asked back, with who has answered and who has not. In words.

use comity_app::queries::{MatterPage, RecallLine, TimelineLine, WaitsLine};
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

/// What another recorded for us while we had no node, and that our word on it is awaited.
pub(super) fn offered(asking: &Asking, page: &MatterPage) -> Markup {
    html! {
        @if let Some(recorder) = &page.offered_by {
            section.card.card-body.mb-2 aria-labelledby="offered" {
                h2.card-title #offered { (asking.text("page-offered")) }
                p.m-0 { (asking.text_with("page-offered-what", &[("partner", recorder)])) }
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
    html! {
        p.mb-1 {
            a href={ "#e-" (recall.of) } { (recall.act_text) } " · " (asking.agency(&recall.by)) " · "
            a href={ "#e-" (recall.recall) } { (when_text(&asking.words, &recall.at)) }
        }
        dl.facts.mb-2 {
            @for holder in &recall.holders {
                div {
                    dt { (asking.agency(&holder.name)) }
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
                @if let Some(waits) = &line.waits { (missing(asking, waits)) }
            }
        }
    }
}

/// What is missing, since when, from whom.
fn missing(asking: &Asking, waits: &WaitsLine) -> Markup {
    html! {
        ul {
            li { (asking.text("page-waits-since")) (asking.text("page-colon")) (when_text(&asking.words, &waits.since)) }
            @if waits.lacks.is_empty() { li { (asking.text("page-waits-another")) } }
            @for lacks in &waits.lacks {
                li {
                    @if lacks.ours { (asking.text("page-waits-ours")) } @else {
                        (asking.text_with("page-waits-missing", &[("party", &lacks.of), ("number", &lacks.number.to_string())]))
                    }
                }
            }
        }
    }
}
