//! What may be done next, by us and by this officer; and drafts that wait, as their approvers must read them.

use comity_app::queries::{NextLine, RecordingLine};
use maud::{Markup, html};

use super::super::act_form::says;
use super::super::asking::Asking;
use super::Whole;

/// The acts that may follow for this officer; those that cannot, folded up, each with its reason.
pub(super) fn next(asking: &Asking, whole: &Whole) -> Markup {
    let number = &whole.page.line.number;
    let (can, cannot): (Vec<_>, Vec<_>) = whole.page.next.iter().partition(|act| act.disabled.is_none());
    let (inside, not_inside): (Vec<_>, Vec<_>) = whole.inside.iter().partition(|act| act.disabled.is_none());
    html! {
        section.card.card-body.mb-2.no-print {
            h2.card-title #next { (asking.text("page-next")) }
            @if can.is_empty() { p { (asking.text("page-next-none")) } }
            ul.list-unstyled.d-flex.flex-wrap.gap-2 {
                @for act in &can {
                    li id={ "n-" (act.act) } { a.btn.btn-primary href={ "/m/" (number) "/act/" (act.act) } { (act.text) } }
                }
            }
            @if !whole.unsent.is_empty() { (unsent(asking, whole)) }
            @for party in &whole.recording { (recording(asking, number, party)) }
            details {
                summary { (asking.text("page-next-inside")) }
                ul.list-unstyled.d-flex.flex-wrap.gap-2.mt-2 {
                    @for act in &inside {
                        li id={ "n-" (act.act) } {
                            a.btn.btn-outline-secondary.btn-sm href={ "/m/" (number) "/act/" (act.act) } { (act.text) }
                        }
                    }
                }
            }
            @if cannot.len() + not_inside.len() > 0 {
                details {
                    summary { (asking.text("page-next-why-not")) }
                    dl.facts { @for act in cannot.iter().chain(&not_inside) { (why_not(asking, act)) } }
                }
            }
        }
    }
}

/// What a party without a node can say now, to be recorded for it.
fn recording(asking: &Asking, number: &str, line: &RecordingLine) -> Markup {
    let can: Vec<_> = line.acts.iter().filter(|act| act.disabled.is_none()).collect();
    html! {
        @if !can.is_empty() {
            details open {
                summary { (asking.text_with("page-record", &[("party", &line.name)])) }
                p.form-hint.m-0 { (asking.text("page-record-hint")) }
                ul.list-unstyled.d-flex.flex-wrap.gap-2.mt-2 {
                    @for act in can {
                        li { a.btn.btn-outline-primary.btn-sm href={ "/m/" (number) "/record/" (line.party) "/" (act.act) } { (act.text) } }
                    }
                }
            }
        }
    }
}

/// What this officer has begun to write here and not sent.
fn unsent(asking: &Asking, whole: &Whole) -> Markup {
    html! {
        p.mb-1 {
            (asking.text("page-next-unsent")) (asking.text("page-colon"))
            @for (i, act) in whole.unsent.iter().enumerate() {
                @if i > 0 { (asking.text("page-list-comma")) }
                a href={ "/m/" (whole.page.line.number) "/act/" (act) } { (asking.words.act(&whole.kind, act)) }
            }
        }
    }
}

/// An act that cannot be done now: the rule, what to do, its source and who could lift it.
fn why_not(asking: &Asking, act: &NextLine) -> Markup {
    html! {
        div {
            dt { (act.text) }
            dd {
                @if let Some(why) = &act.disabled {
                    (why.text) " " (why.help)
                    p.form-hint.m-0 {
                        (asking.text("page-rule-source")) (asking.text("page-colon")) (why.source) " · "
                        (asking.text("page-rule-lifted-by")) (asking.text("page-colon"))
                        @match &why.lifted_by {
                            Some(role) => (role),
                            None => (asking.text("page-rule-nobody")),
                        }
                    }
                }
            }
        }
    }
}

/// Drafts that are not signed yet: what they say, what they lack, and what this officer may do with them.
pub(super) fn drafts(asking: &Asking, whole: &Whole) -> Markup {
    let (number, kind) = (&whole.page.line.number, whole.kind.as_str());
    html! {
        @for (line, draft) in whole.page.drafts.iter().zip(&whole.drafts) {
            @let (can, cannot): (Vec<_>, Vec<_>) = draft.acts.iter().partition(|act| act.disabled.is_none());
            section.card.card-body.mb-2 {
                h2.card-title {
                    (asking.text("draft-kept")) (asking.text("page-colon")) (asking.words.act(kind, draft.def.code))
                }
                p {
                    @if line.missing.is_empty() {
                        (asking.text("page-draft-approved"))
                    } @else {
                        @let roles: Vec<_> = line.missing.iter().map(|role| asking.words.term("role", role)).collect();
                        (asking.text_with("page-draft-missing", &[("roles", &roles.join(&asking.text("page-list-comma")))]))
                    }
                    " "
                    @if line.to_be_sent { (asking.text("page-draft-to-be-sent")) } @else { (asking.text("page-draft-rests")) }
                }
                details { summary { (asking.text("page-draft-read")) } (says(asking, kind, &draft.def, &draft.says)) }
                ul.list-unstyled.d-flex.flex-wrap.gap-2.no-print {
                    @for act in &can {
                        li { a.btn.btn-outline-secondary href={ "/m/" (number) "/act/" (act.act) } { (act.text) } }
                    }
                    li {
                        a.btn.btn-outline-secondary href={ "/m/" (number) "/act/" (draft.def.code) } {
                            (asking.text("page-draft-change"))
                        }
                    }
                }
                @if !cannot.is_empty() {
                    details.no-print {
                        summary { (asking.text("page-next-why-not")) }
                        dl.facts { @for act in &cannot { (why_not(asking, act)) } }
                    }
                }
            }
        }
    }
}
