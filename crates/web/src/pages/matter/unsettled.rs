//! What in a matter does not simply stand: contested, void, missing its past, newer than this node, crossed. In words.

use comity_app::queries::{MatterPage, TimelineLine};
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
