//! What both sides have said to each other, with a box for a reply; and notes that stay inside.
//!
//! A reply begins here and goes on in the form of its act, where it is checked before it is signed.

use comity_app::queries::{MessageLine, ReplyLine, TimelineLine};
use comity_domain::act::Act as _;
use comity_domain::engine::Note;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::name_language;
use super::super::when::when_text;
use super::Whole;
use super::timeline::actor;

/// What was said, oldest first.
pub(super) fn conversation(asking: &Asking, whole: &Whole) -> Markup {
    html! {
        section.card.card-body.mb-2 aria-labelledby="conversation" {
            h2.card-title #conversation { (asking.text("page-conversation")) }
            @if whole.conversation.is_empty() { p.text-secondary.m-0 { (asking.text("page-conversation-none")) } }
            ol.timeline {
                @for message in &whole.conversation { (self::message(asking, &whole.page.line.number, message)) }
            }
        }
    }
}

fn message(asking: &Asking, number: &str, message: &MessageLine) -> Markup {
    let edge = if ["ours", "recorded"].contains(&message.side) { "ours" } else { "theirs" };
    html! {
        li.(edge) {
            p.when.m-0 {
                a href={ "#e-" (message.entry) } { (message.act_text) }
                " " span.side { (asking.text(&format!("side-{}", message.side))) }
                " " (when_text(&asking.words, &message.at)) " · " (actor(asking, &message.by))
            }
            @for text in &message.text { p.said.mb-1 lang=[name_language(text)] { (text) } }
            @for reply in &message.replies { (self::reply(asking, number, reply)) }
        }
    }
}

/// A box for the words of a reply; a button where there is nothing to be said in words.
fn reply(asking: &Asking, number: &str, reply: &ReplyLine) -> Markup {
    let (code, text) = (&reply.act.act, &reply.act.text);
    html! {
        @if let Some(field) = &reply.text_in {
            (words_box(asking, number, code, field, &reply.label, text))
        } @else {
            p.no-print { a.btn.btn-outline-primary.btn-sm href={ "/m/" (number) "/act/" (code) } { (text) } }
        }
    }
}

/// A box whose words go into a field of an act's form.
fn words_box(asking: &Asking, number: &str, code: &str, field: &str, label: &str, button: &str) -> Markup {
    let id = format!("box-{code}");
    html! {
        form.no-print.mt-1 action={ "/m/" (number) "/act/" (code) } method="post" {
            input type="hidden" name="csrf" value=(asking.form_token());
            label.form-label for=(id) { (label) }
            textarea.form-control.mb-1 id=(id) name=(field) rows="2" {}
            button.btn.btn-outline-primary.btn-sm type="submit" name="step" value="check" { (button) }
        }
    }
}

/// Notes, oldest first, with a box for one more.
pub(super) fn notes(asking: &Asking, whole: &Whole) -> Markup {
    let notes = whole.page.timeline.iter().filter(|line| line.side == "inner" && line.act == Note::DEF.code);
    let can = whole.inside.iter().find(|act| act.act == Note::DEF.code && act.disabled.is_none());
    html! {
        section.card.card-body.mb-2 aria-labelledby="notes" {
            h2.card-title #notes { (asking.text("page-notes")) }
            @for note in notes { (self::note(asking, note)) }
            @if let Some(act) = can {
                @let label = asking.words.field(&whole.kind, &act.act, "text");
                (words_box(asking, &whole.page.line.number, &act.act, "text", &label, &asking.text("page-notes-add")))
            }
        }
    }
}

fn note(asking: &Asking, note: &TimelineLine) -> Markup {
    html! {
        div.mb-2 {
            p.text-secondary.m-0 { (when_text(&asking.words, &note.at)) " · " (actor(asking, &note.by)) }
            @for field in &note.fields { p.said.m-0 lang=[name_language(&field.value)] { (field.value) } }
        }
    }
}
