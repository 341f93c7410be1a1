//! What stands on record of bundles with one partner, for its page and for the page of bundles.

use comity_app::authorise::Doing;
use comity_app::queries::{BundleLine, BundlesPage, PartnerLine};
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::name_language;
use super::super::when::when;

/// The facts, and the way to make the next one.
pub(crate) fn facts(asking: &Asking, line: &PartnerLine, bundles: &BundlesPage) -> Markup {
    let fact = |key: &str, value: Markup| html! { div { dt { (asking.text(key)) } dd { (value) } } };
    html! {
        dl.facts {
            (fact("page-bundle-made", done(asking, bundles.made.as_ref())))
            (fact("page-bundle-taken-in", done(asking, bundles.taken_in.as_ref())))
            (fact("page-bundle-unreceipted", html! { (bundles.unreceipted) }))
            (fact("page-bundle-wanted", html! { (bundles.wanted) }))
            @if let Some(told) = bundles.told {
                (fact("page-bundle-told", html! {
                    (asking.text_with("page-bundle-told-owed", &[("count", &told.owed.to_string())]))
                    @if let Some(lacks) = told.lacks {
                        br; strong { (asking.text_with("page-bundle-told-lacks", &[("count", &lacks.to_string())])) }
                    }
                    @if told.asks { br; strong { (asking.text("page-bundle-told-asks")) } }
                }))
            }
        }
        @if asking.may(Doing::TakeOut) && line.partnership == "confirmed" {
            p.mt-2.mb-0.no-print {
                a.btn.btn-outline-primary href={ "/partners/" (line.agency) "/bundle" }
                    aria-label=(asking.text_with("page-bundle-make-for", &[("partner", &line.name)])) {
                    (asking.text("page-bundle-make"))
                }
            }
        }
    }
}

fn done(asking: &Asking, line: Option<&BundleLine>) -> Markup {
    let Some(line) = line else { return html! { (asking.text("page-bundle-never")) } };
    html! {
        (when(&asking.words, line.at.0)) " · "
        @match &line.by {
            Some(name) => span lang=[name_language(name)] { (name) },
            None => (asking.text("page-bundle-operator")),
        }
    }
}
