//! From what was typed to what is done: show again, check, keep, do.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use comity_app::Failure;
use comity_app::commands::{Acted, Outcome};
use comity_domain::act::{ComposeError, Fault, faults};
use comity_domain::words::Words;
use comity_journal::limits;

use super::super::office::Office;
use super::super::trouble::{self, Trouble};
use super::super::typed::{TOO_LARGE, Typed, toml_of};
use super::ActForm;

/// Something wrong with one field.
#[derive(Clone)]
pub(crate) struct Wrong {
    pub(crate) path: String,
    key: &'static str,
}

impl Wrong {
    fn new(path: &str, fault: Fault) -> Self {
        Self::said(path, fault.key())
    }

    /// Something that a page says in words of its own.
    pub(crate) fn said(path: impl Into<String>, key: &'static str) -> Self {
        Self { path: path.into(), key }
    }

    pub(crate) fn text(&self, words: &Words) -> String {
        words.text(self.key)
    }
}

/// What follows from what was sent.
pub(crate) enum Step {
    /// The form again: with room for more, or with what is wrong.
    Show(Response),
    /// The form again, to change what was to be checked.
    Change(Typed),
    /// All is there: the answers are to be checked before it is done.
    Check { typed: Typed, table: toml::Table },
    /// All is there and has been checked: do it.
    Do { toml: String, ends: Vec<(usize, String)>, typed: Typed },
    /// Keep it as it is, for later.
    Keep(Typed),
    /// Forget what was kept of it.
    Discard,
}

/// Decides what follows from what was sent.
pub(crate) fn step(form: &ActForm<'_>, mut typed: Typed) -> Step {
    if let Some(list) = typed.get("more").map(str::to_owned) {
        let next = typed.items(&list);
        typed.put(format!("{list}.{next}"), "");
        return Step::Show(form.page(&typed, &[]).into_response());
    }
    match typed.text("step") {
        "fields" => return Step::Show(form.page(&typed, &[]).into_response()),
        "change" => return Step::Change(typed),
        "keep" => return Step::Keep(typed),
        "discard" => return Step::Discard,
        _ => {}
    }
    let table = typed.table(form.def);
    let wrong = wrong_with(form, &typed, &table);
    if !wrong.is_empty() {
        return Step::Show(again(form, &typed, &wrong));
    }
    // What stays inside is done at once; what partners will read is read again first.
    if form.def.inner || typed.text("step") == "do" {
        let (toml, ends) = toml_of(&table);
        return Step::Do { toml, ends, typed };
    }
    Step::Check { typed, table }
}

/// What is wrong with what was typed, field by field.
fn wrong_with(form: &ActForm<'_>, typed: &Typed, table: &toml::Table) -> Vec<Wrong> {
    let files = typed.all().filter_map(|(name, _)| name.strip_suffix(TOO_LARGE));
    let files: Vec<_> = files.map(|path| Wrong::new(path, Fault::TooLarge(limits::PART_BYTES))).collect();
    let others = faults(form.def, table).into_iter().map(|found| Wrong::new(&found.path, found.fault));
    let others = others.filter(|wrong| files.iter().all(|file| !file.path.starts_with(&wrong.path)));
    let others: Vec<_> = others.collect();
    files.into_iter().chain(others).collect()
}

/// The form again, with what is wrong.
pub(super) fn again(form: &ActForm<'_>, typed: &Typed, wrong: &[Wrong]) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, form.page(typed, wrong)).into_response()
}

/// Where it goes on after the act was done, or the form again with what stands against it: nothing typed is lost.
pub(super) fn done(
    office: &Office,
    form: &ActForm<'_>,
    acted: Result<Acted, Failure>,
    typed: &Typed,
    ends: &[(usize, String)],
) -> Result<Response, Trouble> {
    let acted = match acted {
        Ok(acted) => acted,
        Err(Failure::Compose(error)) => return Ok(again(form, typed, &wrong_in(&error, ends))),
        Err(Failure::Refused(refusal)) => {
            let page = form.page_under(typed, &[], &trouble::refused(&form.asking.words, &refusal));
            return Ok((StatusCode::FORBIDDEN, page).into_response());
        }
        Err(other) => return Err(other.into()),
    };
    if matches!(acted.outcome, Outcome::Signed(_)) {
        office.outside.wake();
    }
    let prefix = office.kinds.get(form.kind).map_or('M', |kind| kind.def().prefix);
    Ok(after(&acted, &acted.matter.shown(prefix)))
}

/// What is wrong with a text that could not become an act.
pub(crate) fn wrong_in(error: &ComposeError, ends: &[(usize, String)]) -> Vec<Wrong> {
    match error {
        ComposeError::Missing(fields) => fields.iter().map(|path| Wrong::new(path, Fault::Missing)).collect(),
        ComposeError::Unreadable { line, .. } => {
            let field = ends.iter().find(|(end, _)| line <= end).or(ends.last());
            field.map(|(_, path)| Wrong::new(path, Fault::NotReadable)).into_iter().collect()
        }
        ComposeError::Field(found) => vec![Wrong::new(&found.path, found.fault)],
        ComposeError::UnknownAct { .. } | ComposeError::Unknown(_) => Vec::new(),
    }
}

/// The matter's page, which says what came of it.
fn after(acted: &Acted, number: &str) -> Response {
    let said = acted.outcome.code();
    let rule = acted.outcome.rule().map(|rule| format!("&rule={}", rule.code)).unwrap_or_default();
    Redirect::to(&format!("/m/{number}?said={said}{rule}")).into_response()
}
