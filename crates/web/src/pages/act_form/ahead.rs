//! What would stand against an act as it is written now, before it is sent: at the answers to be checked, and in the form after.
//!
//! Found by the rules that will judge the act itself (`Ledger::foresee`); here it is only told.

use comity_app::Failure;
use comity_app::queries::{AgainstLine, ForeseenPage, Writing};
use maud::{Markup, html};
use std::sync::Arc;

use super::super::office::Office;
use super::super::trouble::Trouble;
use super::about::About;
use super::steps::{Wrong, wrong_in};
use super::{ActForm, fields};

/// What looking ahead has found.
pub(super) enum Ahead {
    /// What was typed is no act yet.
    Wrong(Vec<Wrong>),
    /// What would stand against it.
    Foreseen(ForeseenPage),
}

/// Looks ahead at an act as it is written now.
pub(super) async fn look(
    office: &Office,
    form: &ActForm<'_>,
    about: &About,
    (toml, ends): (String, Vec<(usize, String)>),
) -> Result<Ahead, Trouble> {
    let (about, words, officer) = (about.clone(), Arc::clone(&form.asking.words), form.asking.officer());
    let foreseen = office.run(move |ledger, pending| {
        let writing = match &about {
            About::Opening { kind, partner } => Writing::Opening(kind, partner),
            About::In { matter, act, .. } => Writing::In(matter, act),
        };
        ledger.foresee(pending, &officer, writing, &toml, &words)
    });
    match foreseen.await {
        Ok(page) => Ok(Ahead::Foreseen(page)),
        Err(Failure::Compose(error)) => Ok(Ahead::Wrong(wrong_in(&error, &ends))),
        Err(other) => Err(other.into()),
    }
}

/// What would stand against it, in words; its fields are linked where they are on the page.
pub(super) fn told(form: &ActForm<'_>, ahead: &ForeseenPage, fields_here: bool) -> Markup {
    let asking = form.asking;
    let with = form.with.join(&asking.text("page-list-comma"));
    html! {
        section.card.card-body.mb-3 aria-labelledby="ahead" {
            h2 #ahead { (asking.text("page-ahead")) }
            @if ahead.to_mend.is_empty() {
                p { (asking.text_with("page-ahead-nothing", &[("partners", &with)])) }
            } @else {
                p { strong { (asking.text_with("page-ahead-mend", &[("partners", &with)])) } }
                dl.facts { @for against in &ahead.to_mend { (line(form, against, fields_here)) } }
            }
            @if !ahead.awaited.is_empty() {
                p.mt-2 { (asking.text("page-ahead-awaited")) }
                dl.facts { @for against in &ahead.awaited { (line(form, against, fields_here)) } }
            }
            p.form-hint.mt-2.mb-0 {
                (asking.text("cover")) (asking.text("page-colon")) (ahead.cover)
                (asking.text("page-stop")) (asking.text_with("page-ahead-cover", &[("partners", &with)]))
            }
        }
    }
}

fn line(form: &ActForm<'_>, against: &AgainstLine, fields_here: bool) -> Markup {
    let asking = form.asking;
    html! {
        div {
            dt { (against.why.text) }
            dd {
                (against.why.help) " "
                @for (i, code) in against.about.iter().filter(|code| is_told(form, code)).enumerate() {
                    @if i > 0 { (asking.text("page-list-comma")) }
                    (particular(form, code, fields_here))
                }
                p.form-hint.m-0 {
                    (asking.text("page-rule-source")) (asking.text("page-colon")) (against.why.source)
                    @if let Some(role) = &against.why.lifted_by {
                        " · " (asking.text("page-rule-lifted-by")) (asking.text("page-colon")) (role)
                    }
                }
            }
        }
    }
}

/// Whether a code says something to people: a field of the act, a role, a question.
fn is_told(form: &ActForm<'_>, code: &str) -> bool {
    is_field(form, code) || form.asking.words.particular(code) != code
}

fn is_field(form: &ActForm<'_>, code: &str) -> bool {
    fields::asked(form.def).any(|field| field.name == code)
}

fn particular(form: &ActForm<'_>, code: &str, fields_here: bool) -> Markup {
    match (is_field(form, code), fields_here) {
        (true, true) => html! { a href={ "#" (fields::id(code)) } { (form.label_of(code)) } },
        (true, false) => html! { (form.label_of(code)) },
        (false, _) => html! { (form.asking.words.particular(code)) },
    }
}
