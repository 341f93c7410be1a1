//! What may be done next, by us and by this officer; and drafts that wait, as their approvers must read them.

use comity_app::queries::{ActValue, MatterPage, NextLine};
use comity_domain::act::ActDef;
use maud::{Markup, html};

use super::super::act_form::says;
use super::super::asking::Asking;

/// What is done inside our own agency, whatever the matter has come to.
const INSIDE: &[&str] =
    &["note", "number", "assign", "task", "finish-task", "let-in", "put-out", "restrict", "lift-restriction"];

/// The acts that may follow for this officer; those that cannot, folded up, each with its reason.
pub(super) fn next(asking: &Asking, page: &MatterPage) -> Markup {
    let number = &page.line.number;
    let (can, cannot): (Vec<_>, Vec<_>) = page.next.iter().partition(|act| act.disabled.is_none());
    html! {
        section.card.card-body.mb-2.no-print {
            h2.card-title { (asking.text("page-next")) }
            @if can.is_empty() { p { (asking.text("page-next-none")) } }
            ul.list-unstyled.d-flex.flex-wrap.gap-2 {
                @for act in &can {
                    li { a.btn.btn-primary href={ "/m/" (number) "/act/" (act.act) } { (act.text) } }
                }
            }
            details {
                summary { (asking.text("page-next-inside")) }
                ul.list-unstyled.d-flex.flex-wrap.gap-2.mt-2 {
                    @for act in INSIDE {
                        li {
                            a.btn.btn-outline-secondary.btn-sm href={ "/m/" (number) "/act/" (act) } {
                                (asking.words.act("", act))
                            }
                        }
                    }
                }
            }
            @if !cannot.is_empty() {
                details {
                    summary { (asking.text("page-next-why-not")) }
                    dl.facts { @for act in &cannot { (why_not(asking, act)) } }
                }
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

/// Drafts that are not signed yet: what they say, what they lack, and what may be done with them.
pub(super) fn drafts(
    asking: &Asking,
    kind: &str,
    page: &MatterPage,
    says_what: &[(ActDef, Vec<ActValue>)],
) -> Markup {
    let number = &page.line.number;
    html! {
        @for (draft, (def, values)) in page.drafts.iter().zip(says_what) {
            section.card.card-body.mb-2 {
                h2.card-title { (asking.text("draft-kept")) (asking.text("page-colon")) (asking.words.act(kind, def.code)) }
                p {
                    @if draft.missing.is_empty() {
                        (asking.text("page-draft-approved"))
                    } @else {
                        @let roles: Vec<_> = draft.missing.iter().map(|role| asking.words.term("role", role)).collect();
                        (asking.text_with("page-draft-missing", &[("roles", &roles.join(&asking.text("page-list-comma")))]))
                    }
                    " "
                    @if draft.to_be_sent { (asking.text("page-draft-to-be-sent")) } @else { (asking.text("page-draft-rests")) }
                }
                details { summary { (asking.text("page-draft-read")) } (says(asking, kind, def, values)) }
                ul.list-unstyled.d-flex.flex-wrap.gap-2.no-print {
                    @for act in draft_acts(def) {
                        li { a.btn.btn-outline-secondary href={ "/m/" (number) "/act/" (act) } { (asking.words.act(kind, act)) } }
                    }
                    li { a.btn.btn-outline-secondary href={ "/m/" (number) "/act/" (def.code) } { (asking.text("page-draft-change")) } }
                }
            }
        }
    }
}

/// What may be done with a draft.
fn draft_acts(def: &ActDef) -> Vec<&'static str> {
    let review = def.grounds.then_some("review-grounds");
    review.into_iter().chain(["approve", "send-back", "send"]).collect()
}
