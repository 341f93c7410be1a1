//! Both sides' acts on one timeline, with how far each has travelled and what is held against it.

use comity_app::queries::{ActorLine, FieldLine, MatterPage, TimelineLine};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::asking::Asking;
use super::super::frame::name_language;
use super::super::when::when_text;

/// An act with more fields than this is folded up.
const SHORT: usize = 5;

/// How the timeline is to be shown.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct View {
    /// Whose acts alone.
    show: Option<String>,
    /// Whether everything folded up is open, to be printed.
    open: Option<String>,
}

/// Whose acts can be shown alone, by the word in the address.
const SIDES: &[(&str, &str)] =
    &[("ours", "page-show-ours"), ("theirs", "page-show-theirs"), ("inside", "page-show-inside")];

impl View {
    /// What an address says to get the same view.
    pub(super) fn query(&self) -> String {
        self.with(self.shown(), self.is_open())
    }

    fn with(&self, show: Option<&str>, open: bool) -> String {
        let show = show.map(|show| format!("show={show}"));
        let open = open.then(|| "open=all".to_owned());
        let both: Vec<_> = show.into_iter().chain(open).collect();
        if both.is_empty() { String::new() } else { format!("?{}", both.join("&")) }
    }

    fn shown(&self) -> Option<&'static str> {
        let asked = self.show.as_deref();
        SIDES.iter().find(|(side, _)| Some(*side) == asked).map(|(side, _)| *side)
    }

    fn is_open(&self) -> bool {
        self.open.is_some()
    }
}

/// The edge an act has on the timeline, which says whose it is.
fn edge(side: &str) -> &'static str {
    match side {
        "ours" | "recorded" => "ours",
        "inner" => "inside",
        _ => "theirs",
    }
}

/// The acts of all sides, the latest first.
pub(super) fn timeline(asking: &Asking, page: &MatterPage, view: &View) -> Markup {
    let number = &page.line.number;
    let shown = |line: &&TimelineLine| view.shown().is_none_or(|side| edge(line.side) == side);
    html! {
        section.matter-timeline aria-labelledby="timeline" data-island="times" {
            h2 #timeline { (asking.text("timeline")) }
            (choices(asking, number, view))
            ol.timeline data-rows {
                @for line in page.timeline.iter().rev().filter(shown) { (entry(asking, number, line, view)) }
            }
        }
    }
}

/// Whose acts are shown, whether all is open, and in which time.
fn choices(asking: &Asking, number: &str, view: &View) -> Markup {
    let all = [(None, "page-show-all")];
    let sides = all.into_iter().chain(SIDES.iter().map(|(side, key)| (Some(*side), *key)));
    html! {
        div.d-flex.flex-wrap.gap-3.align-items-center.mb-2.no-print {
            nav aria-label=(asking.text("page-show")) {
                ul.list-unstyled.d-flex.flex-wrap.gap-3.m-0 {
                    @for (side, key) in sides {
                        li {
                            a href={ "/m/" (number) (view.with(side, view.is_open())) "#timeline" }
                                aria-current=[(side == view.shown()).then_some("true")] { (asking.text(key)) }
                        }
                    }
                }
            }
            a href={ "/m/" (number) (view.with(view.shown(), !view.is_open())) "#timeline" } {
                (asking.text(if view.is_open() { "page-fold" } else { "page-unfold" }))
            }
            button.btn.btn-outline-secondary.btn-sm type="button" hidden aria-pressed="false" data-times-toggle {
                (asking.text("page-utc-only"))
            }
        }
    }
}

fn entry(asking: &Asking, number: &str, line: &TimelineLine, view: &View) -> Markup {
    html! {
        li.(edge(line.side)).crossed[line.crossed] id={ "e-" (line.entry) } {
            div.d-flex.flex-wrap.gap-2.align-items-baseline {
                h3.h4.m-0 { (line.act_text) }
                span.side { (asking.text(&format!("side-{}", line.side))) }
            }
            p.when.mb-1 {
                (when_text(&asking.words, &line.at)) " · " (actor(asking, &line.by))
                @for approver in &line.approved {
                    br; (asking.text("approved-by")) (asking.text("page-colon")) (actor(asking, approver))
                }
            }
            (stages(asking, number, line))
            @if line.crossed { p.alert.alert-warning { (asking.text("page-crossed")) } }
            @if let Some(word) = &line.word { p.mb-1 { strong { (word) } } }
            @if !line.standing.is_empty() { p.alert.alert-danger { (line.standing) } }
            @for objection in &line.objections {
                p.alert.alert-warning { (asking.text("objection")) (asking.text("page-colon")) (objection) }
            }
            @if line.fields.len() > SHORT {
                details open[view.is_open()] { summary { (asking.text("page-act-says")) } (says(asking, &line.fields)) }
            } @else if !line.fields.is_empty() {
                (says(asking, &line.fields))
            }
            @if line.side != "inner" {
                p.act-proof.no-print {
                    a href={ "/m/" (number) "/proof#e-" (line.entry) } { (asking.text("page-proof-of-entry")) }
                    @if ["delivered", "delivered-in-part", "received"].contains(&line.delivery) {
                        " · " a href={ "/m/" (number) "/receipt/" (line.entry) } { (asking.text("page-receipt-entry")) }
                    }
                    @if line.ends_branch {
                        " · " a href={ "/m/" (number) "/act/stand-by?of=" (line.entry) } { (asking.text("page-stand-by-entry")) }
                    }
                    @if line.side == "ours" && !line.fields.is_empty() {
                        " · " a href={ "/m/" (number) "/act/recall?of=" (line.entry) } { (asking.text("page-recall-entry")) }
                    }
                }
            }
        }
    }
}

/// What an act says, field by field.
pub(super) fn says(asking: &Asking, fields: &[FieldLine]) -> Markup {
    html! {
        dl.facts {
            @for field in fields {
                div {
                    dt { (field.label) }
                    dd .text-secondary[!field.present] { (in_languages(asking, field)) }
                }
            }
        }
    }
}

/// A field as it was written; what stands in other languages to its right, with what its translator declares.
pub(super) fn in_languages(asking: &Asking, field: &FieldLine) -> Markup {
    let from = field.translations.first().map(|translation| translation.from.as_str());
    let from = from.or_else(|| name_language(&field.value));
    let original = html! { div.said lang=[from] { (when_text(&asking.words, &field.value)) } };
    html! {
        @if field.translations.is_empty() { (original) } @else {
            div.side-by-side {
                (original)
                @for translation in &field.translations {
                    div {
                        div.said lang=(translation.into) { (translation.text) }
                        p.form-hint.m-0 {
                            (translation.into_text) " · " (translation.declared)
                            @if let Some(translator) = &translation.translator {
                                " · " span lang=[name_language(translator)] { (translator) }
                            }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn actor(asking: &Asking, actor: &ActorLine) -> Markup {
    let roles: Vec<_> = actor.roles.iter().map(|role| asking.words.term("role", role)).collect();
    html! {
        span lang=[name_language(&actor.who)] { (actor.who) }
        @if !roles.is_empty() { " (" (roles.join(&asking.text("page-list-comma"))) ")" }
    }
}

/// How far an act of ours has come, or that one of theirs is here: signed, receipt held.
fn stages(asking: &Asking, number: &str, line: &TimelineLine) -> Markup {
    let (signed, receipt) = (asking.text("page-stage-signed"), asking.text("overlay-delivered"));
    html! {
        @match line.delivery {
            "delivered" => ol.stage { li.done { (signed) } li.done { (receipt) } },
            "delivered-in-part" => ol.stage {
                li.done { (signed) }
                li aria-current="step" { (asking.text("overlay-delivered-in-part")) }
            },
            "queued" => ol.stage {
                li.done { (signed) }
                li aria-current="step" { (receipt) (asking.text("page-stage-not-yet")) }
            },
            "dispatched" => ol.stage { li.done { (signed) } li.done { (asking.text("overlay-dispatched")) } },
            "to-dispatch" => {
                ol.stage {
                    li.done { (signed) }
                    li aria-current="step" { (asking.text("overlay-to-dispatch")) }
                }
                p.m-0.no-print {
                    a href={ "/m/" (number) "/act/dispatch?of=" (line.entry) } { (asking.text("act-dispatch")) }
                }
            },
            "received" => ol.stage { li.done { (asking.text("overlay-received")) } },
            _ => {}
        }
    }
}
