//! Sealed packages as lines: what each is, who sealed it for whom, who answers for it, and whether it held.

use comity_app::queries::EvidenceLine;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::name_language;
use super::super::when::when_text;

/// Packages of any matters, as a table; `j` and `k` go through its rows.
pub(super) fn table(asking: &Asking, lines: &[EvidenceLine]) -> Markup {
    let head = |key: &str| html! { th scope="col" { (asking.text(key)) } };
    html! {
        @if lines.is_empty() {
            p.text-secondary { (asking.text("page-evidence-none")) }
        } @else {
            div.scroll tabindex="0" role="region" aria-label=(asking.text("page-evidence")) {
                table.table.table-hover.stacked {
                    thead { tr {
                        (head("page-evidence-package")) (head("page-evidence-matter")) (head("page-evidence-seal"))
                        (head("page-evidence-holder")) (head("page-evidence-checked")) (head("page-evidence-marks"))
                    } }
                    tbody data-rows { @for line in lines { (row(asking, line)) } }
                }
            }
        }
    }
}

fn row(asking: &Asking, line: &EvidenceLine) -> Markup {
    let matter = &line.matter;
    let title = matter.title.clone().unwrap_or_else(|| asking.text("page-untitled"));
    html! {
        tr id={ "p-" (matter.number) "-" (line.package) } {
            th scope="row" { (name(asking, line)) br; span.text-secondary.fw-normal { (size(line.size)) } }
            td data-label=(asking.text("page-evidence-matter")) {
                @for reference in [&matter.our_reference, &matter.their_reference].into_iter().flatten() { (reference) br; }
                a href={ "/m/" (matter.number) } { (matter.number) }
                br; span lang=[name_language(&title)] { (title) }
            }
            td data-label=(asking.text("page-evidence-seal")) { (seal(asking, line)) }
            td data-label=(asking.text("page-evidence-holder")) { (holder(asking, line)) }
            td data-label=(asking.text("page-evidence-checked")) { (checked(asking, line)) }
            td data-label=[(!line.marks.is_empty()).then(|| asking.text("page-evidence-marks"))] { @for mark in &line.marks { (mark) br; } }
        }
    }
}

/// The packages of one matter, on its page.
pub(crate) fn in_matter(asking: &Asking, lines: &[EvidenceLine]) -> Markup {
    html! {
        section.card.card-body.mb-2 {
            h2.card-title #evidence { (asking.text("page-evidence")) }
            @if lines.is_empty() {
                p.text-secondary.m-0 { (asking.text("page-evidence-none-here")) }
            } @else {
                @for line in lines {
                    dl.facts.border-bottom.mb-2 {
                        (fact(asking, "page-evidence-package", &html! { (name(asking, line)) " · " (size(line.size)) }))
                        (facts(asking, line))
                    }
                    @if line.here { div.mb-2 { (verify(asking, line)) } }
                }
            }
        }
    }
}

/// The button that has every byte read.
pub(super) fn verify(asking: &Asking, line: &EvidenceLine) -> Markup {
    html! {
        form.no-print action={ (page_of(line)) "/check" } method="post" {
            input type="hidden" name="csrf" value=(asking.form_token());
            button.btn.btn-primary type="submit" { (asking.text("page-package-verify")) }
        }
    }
}

/// What stands fixed about a package.
pub(super) fn facts(asking: &Asking, line: &EvidenceLine) -> Markup {
    html! {
        (fact(asking, "page-evidence-seal", &seal(asking, line)))
        (fact(asking, "page-evidence-holder", &holder(asking, line)))
        (fact(asking, "page-evidence-checked", &checked(asking, line)))
    }
}

pub(super) fn fact(asking: &Asking, key: &str, what: &Markup) -> Markup {
    html! { div { dt { (asking.text(key)) } dd { (what) } } }
}

/// The beginning of its name as the way to its page, and the whole of it to copy.
fn name(asking: &Asking, line: &EvidenceLine) -> Markup {
    html! {
        a href=(page_of(line)) { code { (short(&line.package)) } }
        " " (copy(asking, &line.package))
    }
}

/// A button that copies a hash whole.
pub(super) fn copy(asking: &Asking, hash: &str) -> Markup {
    html! {
        span.no-print {
            button.btn.btn-link.btn-sm type="button" data-island="copy" data-copy=(hash)
                data-copied=(asking.text("page-copy-done"))
                aria-label=(asking.text_with("page-copy-hash", &[("hash", &short(hash))])) { (asking.text("page-copy")) }
            span.live-note role="status" {}
        }
    }
}

/// The page of a package.
pub(super) fn page_of(line: &EvidenceLine) -> String {
    format!("/m/{}/package/{}", line.matter.number, line.package)
}

fn seal(asking: &Asking, line: &EvidenceLine) -> Markup {
    let to: Vec<_> = line.sealed_to.iter().map(|name| asking.agency(name)).collect();
    html! {
        (asking.agency(&line.sealed_by))
        @if !to.is_empty() {
            br; (asking.text_with("page-evidence-for", &[("agencies", &to.join(&asking.text("page-list-comma")))]))
        }
    }
}

/// Who answers for it now, and how it stands between the parties.
fn holder(asking: &Asking, line: &EvidenceLine) -> Markup {
    html! {
        @match &line.holder {
            Some(name) => span lang=[name_language(name)] { (asking.agency(name)) },
            None => (asking.text("page-evidence-nobody")),
        }
        br; (line.stands)
    }
}

/// The last check; without one, what is known of the bytes from when they came.
fn checked(asking: &Asking, line: &EvidenceLine) -> Markup {
    html! {
        @if line.erased {
            (asking.text("page-evidence-erased"))
        } @else if !line.here {
            (asking.text("package-not-here"))
        } @else if let Some(check) = &line.check {
            strong .text-danger[!check.holds] { (asking.text(if check.holds { "term-check-intact" } else { "term-check-mismatch" })) }
            br; (when_text(&asking.words, &check.at)) " · " span lang=[name_language(&check.by)] { (check.by) }
        } @else {
            (asking.text("page-evidence-checked-when-it-came"))
        }
    }
}

/// The beginning of a hash, which is enough to tell two apart by eye.
pub(super) fn short(hash: &str) -> String {
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
