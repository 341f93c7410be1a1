//! Handing over in the browser: choose files, say what they are, check, seal. The act is the kind's own; what sealing knows
//! of it is not asked.
//!
//! Files come with the form, straight to disk, or before it by `tus`. Either way they wait in the node until they are
//! sealed, so that a fault in the form does not cost them.

use std::sync::Arc;

use axum::extract::{FromRequest as _, Multipart, Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::response::{IntoResponse as _, Redirect, Response};
use comity_app::staging::{Upload, UploadId};
use comity_app::workers::SEALED_FIELDS;
use comity_domain::act::{ActDef, Fault, Field as ActField, faults};
use comity_journal::ids::MatterId;
use maud::html;

use super::super::act_form::fields::asked;
use super::super::act_form::{ActForm, Keeps, Wrong};
use super::super::asking::Asking;
use super::super::frame::Framed;
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::bring::{check_page, page};
use super::receiving::receive;
use super::seal;

/// The control that files are chosen with, which a fault about them points to.
pub(super) const FILES: &str = "files";
/// The field that names an earlier handing over: one is chosen, nobody types its hash.
pub(super) const REPLACES: &str = "replaces";

/// Where something is handed over.
pub(super) struct Place {
    pub(super) matter: MatterId,
    pub(super) number: String,
    pub(super) kind: String,
    pub(super) def: ActDef,
    pub(super) with: Vec<String>,
    /// The earlier handings over that this one may replace.
    pub(super) replaceable: Vec<String>,
}

impl Place {
    pub(super) async fn find(office: &Office, asking: &Asking, number: String) -> Result<Self, Trouble> {
        let (words, officer) = (Arc::clone(&asking.words), asking.officer());
        let found = office.run(move |ledger, _| {
            let matter = ledger.seen_by(&officer, &number)?;
            let def = ledger.handing_over(&matter)?;
            ledger.may_try(&officer, &matter, def.code)?;
            let page = ledger.show_matter_to(&officer, &matter, &words)?;
            let (kind, _) = ledger.act_of(&matter, def.code)?;
            let with = page.parties.into_iter().map(|party| party.name).filter(|name| name != "us").collect();
            let replaceable = ledger.replaceable(&matter)?.iter().map(ToString::to_string).collect();
            Ok(Self { matter, number: page.line.number, kind, def, with, replaceable })
        });
        Ok(found.await?)
    }

    pub(super) fn form<'a>(&'a self, asking: &'a Asking) -> ActForm<'a> {
        ActForm {
            asking,
            kind: &self.kind,
            def: &self.def,
            about: self.number.clone(),
            path: format!("/m/{}/hand-over", self.number),
            query: String::new(),
            back: format!("/m/{}", self.number),
            with: self.with.clone(),
            officers: &[],
            matters: &[],
            told: html! {},
            keeps: Keeps::Nothing,
            ahead: None,
        }
    }
}

/// The fields that a person fills in.
pub(super) fn for_people(def: &ActDef) -> impl Iterator<Item = &'static ActField> + use<> {
    asked(def).filter(|field| !SEALED_FIELDS.contains(&field.name))
}

pub(super) async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(number): Path<String>,
) -> Result<Framed, Trouble> {
    let place = Place::find(&office, &asking, number).await?;
    let here = here(&office, &asking, &place);
    let chosen = here.iter().filter(|(_, upload)| upload.is_whole()).map(|(id, _)| *id).collect();
    Ok(page(&asking, &place, &Brought { chosen, ..Brought::default() }, &here, &[]))
}

fn here(office: &Office, asking: &Asking, place: &Place) -> Vec<(UploadId, Upload)> {
    office.outside.staging().all_of(&asking.officer(), &place.matter, office.now())
}

/// What came with the form.
#[derive(Default)]
pub(super) struct Brought {
    pub(super) typed: Typed,
    /// The files that are to be sealed.
    pub(super) chosen: Vec<UploadId>,
    /// What is wrong with files that came.
    pub(super) wrong: Vec<Wrong>,
}

pub(super) async fn take(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(number): Path<String>,
    request: Request,
) -> Result<Response, Trouble> {
    let multipart = super::super::typed::is_multipart(&request);
    if !multipart {
        let typed = Typed::from_request(request, &office).await?;
        asking.check_form(typed.get("csrf"))?;
        // A form without files is a form all the same: what is missing is said on its page.
        let place = Place::find(&office, &asking, number).await?;
        let brought = Brought { typed, ..Brought::default() };
        return Ok(answer(&office, &asking, &place, brought).await);
    }
    // Bytes that are on their way: nobody can say how long one file of them is before it has come.
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let length: u64 = length.ok_or(Trouble::TooLarge)?;
    let form = Multipart::from_request(request, &office).await;
    let form = form.map_err(|_| Trouble::Unreadable(String::new()))?;
    let (place, brought) = receive(&office, &asking, number, form, length).await?;
    Ok(answer(&office, &asking, &place, brought).await)
}

/// The form again, the answers to be checked, or the job that seals.
async fn answer(office: &Arc<Office>, asking: &Asking, place: &Place, mut brought: Brought) -> Response {
    if let Some(gone) = brought.typed.get("remove").and_then(UploadId::read) {
        let staging = office.outside.staging();
        if staging.of(&asking.officer(), &place.matter, &gone, office.now()).is_some() {
            drop(staging.remove(&gone));
        }
        brought.chosen.retain(|chosen| *chosen != gone);
    }
    let here = here(office, asking, place);
    // What is not theirs is not there; what is named twice is meant once.
    brought.chosen.sort();
    brought.chosen.dedup();
    let named = !brought.chosen.is_empty();
    brought.chosen.retain(|chosen| here.iter().any(|(id, _)| id == chosen));
    if named && brought.chosen.is_empty() && brought.typed.text("step") == "do" {
        // Sent twice, as by a second click: the files are being sealed already, and nothing is handed over twice.
        if let Some(job) = office.evidence.jobs.latest(asking.officer().record, place.matter) {
            return Redirect::to(&format!("/m/{}/hand-over/{job}", place.number)).into_response();
        }
    }
    if brought.typed.get("remove").is_some() || brought.typed.text("step") == "change" {
        return page(asking, place, &brought, &here, &[]).into_response();
    }
    let wrong = wrong_with(place, &brought, &here);
    if !wrong.is_empty() {
        let form = page(asking, place, &brought, &here, &wrong);
        return (StatusCode::UNPROCESSABLE_ENTITY, form).into_response();
    }
    if brought.typed.text("step") != "do" {
        return check_page(asking, place, &brought, &here).into_response();
    }
    let mut act = brought.typed.table(&place.def);
    act.retain(|name, _| !SEALED_FIELDS.contains(&name));
    let chosen: Vec<_> = here.into_iter().filter(|(id, _)| brought.chosen.contains(id)).collect();
    match seal::begin(office, asking, place, chosen, act).await {
        Ok(job) => Redirect::to(&format!("/m/{}/hand-over/{job}", place.number)).into_response(),
        Err(trouble) => trouble.into_response(),
    }
}

fn wrong_with(place: &Place, brought: &Brought, here: &[(UploadId, Upload)]) -> Vec<Wrong> {
    let mut wrong: Vec<_> = brought.wrong.clone();
    let chosen = || here.iter().filter(|(id, _)| brought.chosen.contains(id));
    if chosen().next().is_none() && wrong.is_empty() {
        wrong.push(Wrong::said(FILES, "page-bring-none"));
    }
    if chosen().any(|(_, upload)| !upload.is_whole()) {
        wrong.push(Wrong::said(FILES, "page-bring-unfinished"));
    }
    if chosen().zip(chosen().skip(1)).any(|((_, a), (_, b))| a.path == b.path) {
        wrong.push(Wrong::said(FILES, "page-bring-twice"));
    }
    let replaces = brought.typed.text(REPLACES);
    if !replaces.is_empty() && place.replaceable.iter().all(|entry| entry != replaces) {
        wrong.push(Wrong::said(REPLACES, Fault::NotAWord.key()));
    }
    let found = faults(&place.def, &brought.typed.table(&place.def)).into_iter();
    let asked = found.filter(|found| !SEALED_FIELDS.contains(&found.path.as_str()));
    wrong.extend(asked.map(|found| Wrong::said(found.path, found.fault.key())));
    wrong
}
