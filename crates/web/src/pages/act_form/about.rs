//! What a form is about, and what is done with what was typed into it: again, checked, kept, discarded, done.

use axum::response::{IntoResponse as _, Redirect, Response};
use comity_app::Failure;
use comity_app::commands::{ActCommand, Acted};
use comity_app::people::Partner;
use comity_journal::ids::MatterId;

use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::{Typed, toml_of};
use super::ahead::{self, Ahead};
use super::steps::{Step, again, done, step};
use super::{ActForm, check, kept};

/// What a form is about.
#[derive(Clone)]
pub(super) enum About {
    /// The act that opens a new matter of this kind with this partner.
    Opening { kind: &'static str, partner: Box<Partner> },
    /// An act in a matter of this kind.
    In { matter: MatterId, kind: String, act: String },
}

/// What follows from what was sent.
pub(super) async fn take(
    office: &Office,
    mut form: ActForm<'_>,
    about: &About,
    typed: Typed,
) -> Result<Response, Trouble> {
    let as_typed = typed.clone();
    match step(&form, typed) {
        Step::Show(page) => {
            kept::keep_along(office, &form, &as_typed).await?;
            Ok(page)
        }
        Step::Change(typed) => {
            let written = toml_of(&typed.table(form.def));
            if let Ahead::Foreseen(page) = ahead::look(office, &form, about, written).await? {
                form.ahead = Some(page);
            }
            Ok(form.page(&typed, &[]).into_response())
        }
        Step::Check { typed, table } => match ahead::look(office, &form, about, toml_of(&table)).await? {
            Ahead::Wrong(wrong) => Ok(again(&form, &typed, &wrong)),
            Ahead::Foreseen(page) => {
                kept::keep_along(office, &form, &typed).await?;
                form.ahead = Some(page);
                Ok(check::page(&form, &typed, &table).into_response())
            }
        },
        Step::Keep(typed) => match kept::keep(office, &form, &typed).await {
            Ok(_) => Ok(Redirect::to(&form.action()).into_response()),
            Err(Failure::Usage(_)) => Ok(kept::not_kept(&form, &typed)),
            Err(other) => Err(other.into()),
        },
        Step::Discard => {
            kept::forget(office, &form).await?;
            Ok(Redirect::to(&form.back).into_response())
        }
        Step::Do { toml, ends, typed } => {
            let acted = about.carry_out(office, &form, toml).await;
            if acted.is_ok() {
                kept::forget(office, &form).await?;
            }
            done(office, &form, acted, &typed, &ends)
        }
    }
}

impl About {
    async fn carry_out(&self, office: &Office, form: &ActForm<'_>, toml: String) -> Result<Acted, Failure> {
        let (about, officer) = (self.clone(), form.asking.officer());
        let acted = office.run(move |ledger, pending| match about {
            Self::Opening { kind, partner } => {
                let drafted = ledger.draft_opening(pending, kind, &partner, &toml, &officer)?;
                let send = ActCommand { matter: drafted.matter, act: drafted.act, toml: None };
                ledger.act(pending, &send, &officer)
            }
            Self::In { matter, act, .. } => {
                ledger.act(pending, &ActCommand { matter, act, toml: Some(toml) }, &officer)
            }
        });
        let acted = acted.await?;
        if let Self::In { kind, .. } = self
            && office.kinds.get(kind).is_some_and(|kind| !kind.def().shared)
        {
            // A record of our own may say whose keys are accepted.
            office.outside.partners_changed().await?;
        }
        Ok(acted)
    }
}
