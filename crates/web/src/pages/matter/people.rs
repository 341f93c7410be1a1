//! Our own people in a matter: who works on it, who can see it and why, what is to be done, who has read it.

use comity_app::authorise::SeesLine;
use comity_app::queries::{MatterPage, NextLine, TaskLine};
use comity_domain::act::Act as _;
use comity_domain::engine::{FinishTask, GiveTask};
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::name_language;
use super::super::when::when_text;
use super::Whole;

pub(super) fn people(asking: &Asking, page: &MatterPage, sees: &[SeesLine]) -> Markup {
    let desk = &page.desk;
    html! {
        section.card.card-body.mb-2 {
            h2.card-title #people { (asking.text("page-people")) }
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

/// What is to be done, with a button for who has done it.
pub(super) fn tasks(asking: &Asking, whole: &Whole) -> Markup {
    let can = |code: &str| whole.inside.iter().find(|act| act.act == code && act.disabled.is_none());
    let finish = can(FinishTask::DEF.code);
    html! {
        section.card.card-body.mb-2 aria-labelledby="tasks" {
            h2.card-title #tasks { (asking.text("page-people-tasks")) }
            ul.list-unstyled {
                @for task in &whole.page.desk.tasks { (self::task(asking, &whole.page.line.number, task, finish)) }
            }
            @if let Some(act) = can(GiveTask::DEF.code) {
                p.m-0.no-print {
                    a.btn.btn-outline-secondary.btn-sm href={ "/m/" (whole.page.line.number) "/act/" (act.act) } { (act.text) }
                }
            }
        }
    }
}

fn task(asking: &Asking, number: &str, task: &TaskLine, finish: Option<&NextLine>) -> Markup {
    html! {
        li.mb-2 {
            @if let Some(text) = &task.text { span.said lang=[name_language(text)] { (text) } " · " }
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
            @if let Some(finish) = finish.filter(|_| task.done.is_none()) {
                form.d-inline.no-print action={ "/m/" (number) "/act/" (finish.act) } method="post" {
                    input type="hidden" name="csrf" value=(asking.form_token());
                    input type="hidden" name="of" value=(task.entry);
                    " " button.btn.btn-outline-primary.btn-sm type="submit" name="step" value="do" { (finish.text) }
                }
            }
        }
    }
}
