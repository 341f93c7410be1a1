//! The filter as a form, and the filters an officer keeps. It is sent by GET and works without a script.

use std::sync::Arc;

use comity_app::commands::KeptFilter;
use comity_domain::clock::Consequence;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::name_language;
use super::filter::{DUE, FIELDS, Filter, OPENED, Unread};

/// What the form offers.
pub(super) struct Offered {
    /// Kinds of matters with their statuses, as codes.
    pub(super) kinds: Arc<[(&'static str, Vec<&'static str>)]>,
    /// Partners: id, name.
    pub(super) partners: Vec<(String, String)>,
    /// Our own people: record, name.
    pub(super) officers: Vec<(String, String)>,
    /// What the officer keeps.
    pub(super) kept: Vec<KeptFilter>,
}

/// A choice: its code and its text.
type Choice = (String, String);

/// The form.
pub(super) fn form(asking: &Asking, filter: &Filter, offered: &Offered, unread: &[Unread]) -> Markup {
    let asks = filter.asks().to_string();
    html! {
        details.card.card-body.mb-2.no-print open[!unread.is_empty()] {
            summary {
                (asking.text("page-filter"))
                @if filter.asks() > 0 { " " span.badge { (asking.text_with("page-filter-on", &[("count", &asks)])) } }
            }
            form.filter.mt-2 action="/matters" method="get" novalidate {
                input type="hidden" name="list" value=(filter.list);
                @for name in FIELDS { (field(asking, name, filter, offered, unread)) }
                div.d-flex.flex-wrap.gap-2.align-items-end {
                    button.btn.btn-primary type="submit" { (asking.text("page-filter-show")) }
                    a.btn.btn-link href={ "/matters?list=" (filter.list) } { (asking.text("page-filter-clear")) }
                }
            }
            (by_reference(asking))
        }
    }
}

fn field(
    asking: &Asking,
    name: &'static str,
    filter: &Filter,
    offered: &Offered,
    unread: &[Unread],
) -> Markup {
    let (id, typed) = (format!("f-{name}"), filter.text(name));
    let fault = unread.iter().find(|(field, _)| *field == name).map(|(_, key)| *key);
    let told = fault.map(|_| format!("{id}-wrong"));
    html! {
        div .has-error[fault.is_some()] {
            label.form-label for=(id) { (asking.text(&format!("page-filter-{name}"))) }
            @if let Some(key) = fault {
                p.field-error id=[told.as_deref()] {
                    span.visually-hidden { (asking.text("page-form-error")) } (asking.text(key))
                }
            }
            @if name == "from" || name == "to" {
                // A browser's own field for dates would not show what cannot be read.
                input.form-control id=(id) name=(name) type=(if fault.is_some() { "text" } else { "date" }) value=(typed) placeholder="2026-11-30"
                    aria-invalid=[fault.map(|_| "true")] aria-describedby=[told.as_deref()];
            } @else {
                select.form-select id=(id) name=(name)
                    aria-invalid=[fault.map(|_| "true")] aria-describedby=[told.as_deref()] {
                    option value="" { (asking.text("page-filter-any")) }
                    @if name == "status" { (statuses(asking, typed, offered)) }
                    @else { (options(&choices(asking, name, offered), typed)) }
                }
            }
        }
    }
}

fn options(choices: &[Choice], typed: &str) -> Markup {
    html! {
        @for (code, text) in choices {
            option value=(code) selected[code == typed] lang=[name_language(text)] { (text) }
        }
    }
}

fn choices(asking: &Asking, name: &str, offered: &Offered) -> Vec<Choice> {
    let words = &asking.words;
    let own = |code: &str| (code.to_owned(), asking.text(&format!("page-filter-{name}-{code}")));
    match name {
        "kind" => offered.kinds.iter().map(|(kind, _)| ((*kind).to_owned(), words.kind(kind))).collect(),
        "with" => offered.partners.clone(),
        "opened" => OPENED.iter().map(|code| own(code)).collect(),
        "cost" => {
            let cost =
                |cost: &Consequence| (cost.code().to_owned(), words.term(Consequence::LIST, cost.code()));
            Consequence::ALL.iter().map(cost).collect()
        }
        "due" => DUE.iter().map(|(code, _)| own(code)).collect(),
        _ => ["me", "nobody"].into_iter().map(own).chain(offered.officers.iter().cloned()).collect(),
    }
}

/// Statuses under their kinds; some are named alike in two.
fn statuses(asking: &Asking, typed: &str, offered: &Offered) -> Markup {
    html! {
        @for (kind, statuses) in offered.kinds.iter() {
            optgroup label=(asking.words.kind(kind)) {
                @for status in statuses {
                    @let code = format!("{kind}/{status}");
                    option value=(code) selected[code == typed] { (asking.words.status(kind, status)) }
                }
            }
        }
    }
}

/// A reference is text and may tell of a case: it is looked for by the search, in no address.
fn by_reference(asking: &Asking) -> Markup {
    html! {
        form.filter.mt-3 action="/search" method="post" {
            input type="hidden" name="csrf" value=(asking.form_token());
            div {
                label.form-label for="f-reference" { (asking.text("page-filter-reference")) }
                input.form-control #f-reference name="q" maxlength="200" autocomplete="off";
            }
            div.d-flex.align-items-end {
                button.btn.btn-outline-primary type="submit" { (asking.text("page-search")) }
            }
        }
    }
}

/// The filters the officer keeps, each a link with a button that gives it up.
pub(super) fn kept(asking: &Asking, filter: &Filter, offered: &Offered) -> Markup {
    let shown = filter.address(None);
    html! {
        @if !offered.kept.is_empty() {
            nav.no-print aria-label=(asking.text("page-filter-kept")) {
                ul.list-unstyled.d-flex.flex-wrap.gap-2 {
                    @for kept in &offered.kept {
                        li.d-flex.align-items-center {
                            a.btn.btn-outline-secondary.btn-sm href={ "/matters?" (kept.shows) } lang=[name_language(&kept.name)]
                                aria-current=[(kept.shows == shown).then_some("page")] { (kept.name) }
                            form action={ "/matters/filters/" (kept.entry) } method="post" {
                                input type="hidden" name="csrf" value=(asking.form_token());
                                @let label = asking.text_with("page-filter-drop", &[("name", &kept.name)]);
                                button.btn.btn-link.btn-sm type="submit" aria-label=(label) title=(label) { "×" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Keeps what is shown under a name.
pub(super) fn keep(asking: &Asking, filter: &Filter, name: &str, fault: Option<&str>) -> Markup {
    let told = fault.map(|_| "f-name-wrong");
    html! {
        @if filter.asks() > 0 || fault.is_some() {
            form.filter.mb-2.no-print action="/matters/filters" method="post" novalidate {
                input type="hidden" name="csrf" value=(asking.form_token());
                input type="hidden" name="shows" value=(filter.address(None));
                div .has-error[fault.is_some()] {
                    label.form-label for="f-name" { (asking.text("page-filter-name")) }
                    @if let Some(key) = fault {
                        p.field-error id=[told] { span.visually-hidden { (asking.text("page-form-error")) } (asking.text(key)) }
                    }
                    input.form-control #f-name name="name" value=(name) maxlength="60" autocomplete="off"
                        lang=[name_language(name)] aria-invalid=[fault.map(|_| "true")] aria-describedby=[told];
                }
                div.d-flex.align-items-end {
                    button.btn.btn-outline-primary type="submit" { (asking.words.act("officer", "keep-filter")) }
                }
            }
        }
    }
}
