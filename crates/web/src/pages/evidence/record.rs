//! What a party without a node said, in the browser: looked ahead at before anything is sealed, and recorded with its paper or
//! without one.
//!
//! The form is the one for handing over (`hand_over.rs`). Not here: what stands against a record, which the ledger says.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use comity_app::Failure;
use comity_app::commands::{ActCommand, RecordCommand};
use comity_app::staging::{Upload, UploadId};
use comity_domain::gates::Refusal;
use comity_journal::suite::Hash;
use toml::Table;

use super::super::act_form::{Wrong, wrong_in};
use super::super::asking::Asking;
use super::super::office::Office;
use super::super::trouble::{self, Trouble};
use super::super::typed::{Typed, toml_of};
use super::bring::{page, page_under};
use super::hand_over::{Brought, Place};

/// What stands against a record as it is written now.
pub(super) enum Against {
    /// A rule.
    Rule(Box<Refusal>),
    /// Fields that hold what they cannot.
    Fields(Vec<Wrong>),
}

impl Against {
    /// The form again: nothing typed and no file is lost.
    pub(super) fn page(
        self,
        asking: &Asking,
        place: &Place,
        brought: &Brought,
        here: &[(UploadId, Upload)],
    ) -> Response {
        let (status, form) = match self {
            Self::Rule(refusal) => {
                let against = trouble::refused(&asking.words, &refusal);
                (StatusCode::FORBIDDEN, page_under(asking, place, brought, here, &against))
            }
            Self::Fields(wrong) => {
                (StatusCode::UNPROCESSABLE_ENTITY, page(asking, place, brought, here, &wrong))
            }
        };
        (status, form).into_response()
    }
}

/// What is to be recorded, as it was typed; none where something of ours is handed over.
pub(super) fn command(place: &Place, how: &Table, act: &Table, paper: Option<Hash>) -> Option<RecordCommand> {
    let party = place.record.clone()?;
    let act = ActCommand { matter: place.matter, act: place.def.code.to_owned(), toml: Some(toml_of(act).0) };
    Some(RecordCommand { party, act, recorded: toml_of(how).0, paper })
}

/// What would stand against a record, before its paper is sealed. What an act hands over is known only once it is sealed.
pub(super) async fn foreseen(
    office: &Office,
    asking: &Asking,
    place: &Place,
    brought: &Brought,
    act: &Table,
) -> Option<Result<Response, Against>> {
    let command = command(place, &place.how(&brought.typed), act, None).filter(|_| !place.hands_over)?;
    let officer = asking.officer();
    let foreseen =
        office.run(move |ledger, pending| ledger.foresee_record(pending, &command, &officer)).await;
    match foreseen {
        Ok(()) => None,
        Err(Failure::Refused(refusal)) => Some(Err(Against::Rule(refusal))),
        Err(Failure::Compose(error)) => Some(Err(Against::Fields(wrong_in(&error, &toml_of(act).1)))),
        Err(other) => Some(Ok(Trouble::from(other).into_response())),
    }
}

/// Records what came without a paper.
pub(super) async fn without_paper(
    office: &Arc<Office>,
    asking: &Asking,
    place: &Place,
    typed: &Typed,
    act: &Table,
) -> Response {
    let Some(command) = command(place, &place.how(typed), act, None) else {
        return Trouble::NotFound.into_response();
    };
    let officer = asking.officer();
    match office.run(move |ledger, pending| ledger.record_for(pending, &command, &officer)).await {
        Ok(_) => {
            office.outside.wake();
            Redirect::to(&format!("/m/{}?said=recorded", place.number)).into_response()
        }
        Err(failure) => Trouble::from(failure).into_response(),
    }
}
