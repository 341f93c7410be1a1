//! What may be done next, by us and by this officer; and drafts that wait, as their approvers must read them.

use comity_app::queries::{ActValue, MatterPage};
use comity_domain::act::ActDef;
use maud::{Markup, html};

use super::super::act_form::says;
use super::super::asking::Asking;

/// What every matter's own file can be given at any time.
const INSIDE: &[&str] = &["note"];

/// The acts that may follow: none that cannot.
pub(super) fn next(asking: &Asking, page: &MatterPage) -> Markup {
    let number = &page.line.number;
    html! {
        section.card.card-body.mb-2.no-print {
            h2.card-title { (asking.text("page-next")) }
            @if page.next.is_empty() { p { (asking.text("page-next-none")) } }
            ul.list-unstyled.d-flex.flex-wrap.gap-2 {
                @for act in &page.next {
                    li {
                        a.btn.btn-primary href={ "/m/" (number) "/act/" (act.act) } { (act.text) }
                    }
                }
                @for act in INSIDE {
                    li { a.btn.btn-outline-secondary href={ "/m/" (number) "/act/" (act) } { (asking.words.act("", act)) } }
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
