//! Our own people in a matter: who works on it, who can see it and why, what is to be done, who has read it.

use comity_app::authorise::SeesLine;
use comity_app::queries::{DeskPage, MatterPage};
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::name_language;
use super::super::when::when_text;

pub(super) fn people(asking: &Asking, page: &MatterPage, sees: &[SeesLine]) -> Markup {
    let desk = &page.desk;
    html! {
        section.card.card-body.mb-2 {
            h2.card-title { (asking.text("page-people")) }
            dl.facts {
                @if let Some(reference) = &desk.our_reference {
                    div { dt { (asking.text("field-reference")) } dd { (reference) } }
                }
                @if let Some(name) = &desk.assigned {
                    div { dt { (asking.text("page-people-assigned")) } dd lang=[name_language(name)] { (name) } }
                }
                @if let Some(restricted) = &desk.restricted {
                    div {
                        dt { (asking.text("page-people-restricted")) }
                        dd { (restricted.by.who) " · " (when_text(&asking.words, &restricted.at)) }
                    }
                }
            }
            (tasks(asking, desk))
            details {
                summary { (asking.text_with("page-people-see", &[("count", &sees.len().to_string())])) }
                dl.facts {
                    @for line in sees {
                        div {
                            dt lang=[name_language(&line.name)] { (line.name) }
                            dd { (line.why) " (" (line.roles.join(&asking.text("page-list-comma"))) ")" }
                        }
                    }
                }
            }
            @if !desk.reads.is_empty() {
                details {
                    summary { (asking.text("page-people-read")) }
                    ul.list-unstyled {
                        @for read in &desk.reads { li { (read.who) " · " (when_text(&asking.words, &read.at)) } }
                    }
                }
            }
        }
    }
}

fn tasks(asking: &Asking, desk: &DeskPage) -> Markup {
    html! {
        @if !desk.tasks.is_empty() {
            h3.h4 { (asking.text("page-people-tasks")) }
            ul.list-unstyled {
                @for task in &desk.tasks {
                    li.mb-1 {
                        @if let Some(text) = &task.text { span.said { (text) } " · " }
                        span lang=[name_language(&task.to)] { (task.to) }
                        @if let Some(due) = &task.due { " · " (when_text(&asking.words, due)) }
                        " · "
                        @if let Some(done) = &task.done {
                            (asking.text_with("page-people-done", &[("who", &done.who)]))
                        } @else if task.overdue {
                            strong { (asking.text("overlay-overdue")) }
                        } @else {
                            (asking.text("page-people-open"))
                        }
                    }
                }
            }
        }
    }
}
