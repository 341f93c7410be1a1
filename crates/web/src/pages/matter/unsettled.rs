//! What in a matter does not simply stand: contested, void, missing its past, newer than this node, crossed; and what
//! was asked back, with who has answered and who has not; and when what is kept is to be reviewed. In words.

use comity_app::queries::{MatterPage, RecallLine, TimelineLine, WaitsLine};
use comity_domain::act::Act as _;
use comity_domain::engine::{Erase, KeepOn, ProposeErasure, ProposeKeeping};
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

/// That a partner in quarantine has opened it: what may be done, and what waits.
pub(super) fn quarantined(asking: &Asking, page: &MatterPage) -> Markup {
    html! {
        @if page.line.quarantined {
            section.card.card-body.mb-2 aria-labelledby="quarantined" {
                h2.card-title.text-danger #quarantined { (asking.text("quarantine")) }
                p.m-0 { (asking.text("quarantine-arrived")) }
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

/// When what a matter that has ended holds is to be reviewed, and what to do about it.
pub(super) fn retention(asking: &Asking, page: &MatterPage) -> Markup {
    let act = |code: &str, class: &'static str| {
        html! { li { a.btn.(class) href={ "/m/" (page.line.number) "/act/" (code) } { (asking.words.act(&page.line.kind_code, code)) } } }
    };
    html! {
        @if let Some(retention) = &page.retention {
            section.card.card-body.mb-2 aria-labelledby="retention" {
                h2.card-title #retention { (asking.text("page-retention")) }
                p.text-danger[retention.overdue].fw-bold[retention.overdue].mb-1 {
                    (asking.text(if retention.overdue { "page-retention-overdue" } else { "page-retention-due" }))
                    (asking.text("page-colon")) (when_text(&asking.words, &retention.due))
                }
                @if retention.kept_on { p.mb-1 { (asking.text("page-retention-kept-on")) } }
                @if let Some(until) = &retention.keeping_until {
                    p.mb-1 {
                        strong { (asking.text("page-retention-keeping")) (asking.text("page-colon")) (when_text(&asking.words, until)) }
                    }
                }
                @if retention.erasure_waits { p.mb-1 { strong { (asking.text("page-retention-erasure")) } } }
                p { (asking.text("page-retention-how")) }
                ul.list-unstyled.d-flex.flex-wrap.gap-2.no-print.m-0 {
                    @if retention.keeping_until.is_some() { (act(KeepOn::DEF.code, "btn-primary")) }
                    @if retention.erasure_waits { (act(Erase::DEF.code, "btn-primary")) }
                    (act(ProposeErasure::DEF.code, "btn-outline-secondary"))
                    (act(ProposeKeeping::DEF.code, "btn-outline-secondary"))
                }
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
