//! Matters as a table; `j` and `k` go through its rows, and on a narrow page each row stands as a block.

use comity_app::queries::MatterLine;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::name_language;
use super::super::when::when_text;

/// The columns after the first, in their order.
const COLUMNS: &[&str] = &["title", "with", "status", "waits", "due", "updated"];

/// Matters as a table.
pub(crate) fn table(asking: &Asking, lines: &[MatterLine]) -> Markup {
    html! {
        @if lines.is_empty() {
            p.text-secondary { (asking.text("page-matters-none")) }
        } @else {
            table.table.table-hover.stacked {
                thead { tr {
                    th scope="col" { (asking.text("page-column-number")) }
                    @for column in COLUMNS { th scope="col" { (asking.text(&format!("page-column-{column}"))) } }
                } }
                tbody data-rows { @for line in lines { (row(asking, line)) } }
            }
        }
    }
}

fn row(asking: &Asking, line: &MatterLine) -> Markup {
    html! {
        tr id={ "r-" (line.number) } {
            th scope="row" {
                @for reference in [&line.our_reference, &line.their_reference].into_iter().flatten() { (reference) br; }
                a href={ "/m/" (line.number) } { (line.number) }
                @if line.arrived { " " span.badge { (asking.text("page-arrived")) } }
                br; span.text-secondary.fw-normal { (line.kind) }
            }
            @for column in COLUMNS { (cell(asking, line, column)) }
        }
    }
}

fn cell(asking: &Asking, line: &MatterLine, column: &str) -> Markup {
    let label = asking.text(&format!("page-column-{column}"));
    let title = line.title.clone().unwrap_or_else(|| asking.text("page-untitled"));
    match column {
        "title" => html! { td data-label=(label) lang=[name_language(&title)] { (title) } },
        "with" => html! { td data-label=(label) {
            (line.with.join(&asking.text("page-list-comma")))
            @if line.by_hand { br; span.text-secondary { (asking.text("page-party-no-node")) } }
        } },
        "status" => html! { td data-label=(label) {
            (line.status_text)
            @if line.quarantined { br; strong.text-danger { (asking.text("quarantine")) } }
        } },
        "waits" => html! { td data-label=(label) { (asking.text(waits(line))) } },
        "due" => {
            html! { td data-label=(label) { @if let Some(due) = &line.due { (due_text(asking, line, due)) } } }
        }
        _ => html! { td data-label=(label) { (when_text(&asking.words, &line.updated)) } },
    }
}

fn waits(line: &MatterLine) -> &'static str {
    match line.waited_for.as_deref() {
        Some("us") => "page-waits-us",
        Some(_) => "page-waits-them",
        None => "page-waits-nobody",
    }
}

/// The first clock in words; what it costs when it lapses stands before it.
fn due_text(asking: &Asking, line: &MatterLine, due: &str) -> Markup {
    html! {
        @if let Some(at) = &line.due_at {
            @if line.overdue { strong { (asking.text("overlay-overdue")) } " " }
            (when_text(&asking.words, at))
        } @else {
            (due)
        }
    }
}
