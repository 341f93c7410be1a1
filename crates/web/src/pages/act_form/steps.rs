//! From what was typed to what is done: show again, check, do.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use comity_app::Failure;
use comity_app::commands::{Acted, Outcome};
use comity_domain::act::{ComposeError, Fault, faults};
use comity_domain::words::Words;

use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::{Typed, toml_of};
use super::{ActForm, check};

/// Something wrong with one field.
#[derive(Clone)]
pub(crate) struct Wrong {
    pub(crate) path: String,
    key: &'static str,
}

impl Wrong {
    pub(crate) fn new(path: impl Into<String>, key: &'static str) -> Self {
        Self { path: path.into(), key }
    }

    pub(crate) fn text(&self, words: &Words) -> String {
        words.text(self.key)
    }
}

/// What follows from what was sent.
pub(crate) enum Step {
    /// A page: the form again, or the answers to be checked.
    Show(Response),
    /// All is there and has been checked: do it.
    Do { toml: String, ends: Vec<(usize, String)>, typed: Typed },
}

/// Decides what follows from what was sent.
pub(crate) fn step(form: &ActForm<'_>, mut typed: Typed) -> Step {
    if let Some(list) = typed.get("more").map(str::to_owned) {
        let next = typed.items(&list);
        typed.put(format!("{list}.{next}"), "");
        return Step::Show(form.page(&typed, &[]).into_response());
    }
    if typed.text("step") == "change" {
        return Step::Show(form.page(&typed, &[]).into_response());
    }
    let table = typed.table(form.def);
    let wrong: Vec<_> = faults(form.def, &table)
        .into_iter()
        .map(|found| Wrong { path: found.path, key: found.fault.key() })
        .collect();
    if !wrong.is_empty() {
        return Step::Show(again(form, &typed, &wrong));
    }
    // What stays inside is done at once; what partners will read is read again first.
    if form.def.inner || typed.text("step") == "do" {
        let (toml, ends) = toml_of(&table);
        return Step::Do { toml, ends, typed };
    }
    Step::Show(check::page(form, &typed, &table).into_response())
}

fn again(form: &ActForm<'_>, typed: &Typed, wrong: &[Wrong]) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, form.page(typed, wrong)).into_response()
}

/// Where it goes on after the act was done, or the form again where a field of it could not be read.
pub(crate) fn done(
    office: &Office,
    form: &ActForm<'_>,
    acted: Result<Acted, Failure>,
    typed: &Typed,
    ends: &[(usize, String)],
) -> Result<Response, Trouble> {
    let acted = match acted {
        Ok(acted) => acted,
        Err(Failure::Compose(error)) => {
            let wrong: Vec<_> = wrong_in(&error, ends);
            return Ok(again(form, typed, &wrong));
        }
        Err(other) => return Err(other.into()),
    };
    if matches!(acted.outcome, Outcome::Signed(_)) {
        office.outside.wake();
    }
    let prefix = office.kinds.get(form.kind).map_or('M', |kind| kind.def().prefix);
    Ok(after(&acted, &acted.matter.shown(prefix)))
}

fn wrong_in(error: &ComposeError, ends: &[(usize, String)]) -> Vec<Wrong> {
    match error {
        ComposeError::Missing(fields) => {
            fields.iter().map(|path| Wrong { path: path.clone(), key: Fault::Missing.key() }).collect()
        }
        ComposeError::Unreadable { line, .. } => {
            let field = ends.iter().find(|(end, _)| line <= end).map(|(_, field)| field.clone());
            field.map(|path| Wrong { path, key: "fault-not-readable" }).into_iter().collect()
        }
        ComposeError::UnknownAct { .. } | ComposeError::Unknown(_) => Vec::new(),
    }
}

/// The matter's page, which says what came of it.
fn after(acted: &Acted, number: &str) -> Response {
    let said = match &acted.outcome {
        Outcome::Recorded(_) => "recorded",
        Outcome::StillWaits(..) => "still-waits",
        Outcome::Signed(_) => "signed",
        Outcome::Drafted(_) => "drafted",
        Outcome::Kept(..) => "kept",
        Outcome::AwaitsComparison(..) => "awaits-comparison",
    };
    let rule = match &acted.outcome {
        Outcome::StillWaits(_, refusal) | Outcome::Kept(_, refusal) => format!("&rule={}", refusal.rule.code),
        _ => String::new(),
    };
    Redirect::to(&format!("/m/{number}?said={said}{rule}")).into_response()
}
