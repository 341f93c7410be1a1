//! Handing over in the browser: choose files, say what they are, check, seal. The act is the kind's own; what sealing knows
//! of it is not asked. What a party without a node said on paper is recorded the same way, with how it reached us.
//!
//! Files come with the form, straight to disk, or before it by `tus`. Either way they wait in the node until they are
//! sealed, so that a fault in the form does not cost them.

use std::sync::Arc;

use axum::extract::{FromRequest as _, Multipart, Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::response::{IntoResponse as _, Redirect, Response};
use comity_app::Failure;
use comity_app::people::Partner;
use comity_app::staging::{Upload, UploadId};
use comity_app::workers::SEALED_FIELDS;
use comity_domain::act::{Act as _, ActDef, Fault, Field as ActField, FieldKind, faults};
use comity_domain::engine::Recorded;
use comity_journal::ids::MatterId;
use maud::html;
use toml::Table;

use super::super::act_form::fields::asked;
use super::super::act_form::{ActForm, Keeps, Wrong};
use super::super::asking::Asking;
use super::super::frame::Framed;
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::bring::{check_page, page};
use super::receiving::receive;
use super::{record, seal};

/// The control that files are chosen with, which a fault about them points to.
pub(super) const FILES: &str = "files";
/// The field that names an earlier handing over: one is chosen, nobody types its hash.
pub(super) const REPLACES: &str = "replaces";

/// Which page it is: where something is handed over, or where an act of a party without a node is recorded.
#[derive(Clone)]
pub(super) struct At {
    pub(super) number: String,
    /// The party, and its act.
    pub(super) record: Option<(String, String)>,
}

/// Where something is handed over.
pub(super) struct Place {
    pub(super) matter: MatterId,
    pub(super) number: String,
    pub(super) kind: String,
    pub(super) def: ActDef,
    pub(super) with: Vec<String>,
    /// The earlier handings over that this one may replace.
    pub(super) replaceable: Vec<String>,
    /// For whom it is recorded, where a party without a node said it.
    pub(super) record: Option<Partner>,
    /// Whether what is brought is what the act hands over.
    pub(super) hands_over: bool,
}

impl Place {
    pub(super) async fn find(office: &Office, asking: &Asking, at: At) -> Result<Self, Trouble> {
        let (words, officer) = (Arc::clone(&asking.words), asking.officer());
        let found = office.run(move |ledger, _| {
            let matter = ledger.seen_by(&officer, &at.number)?;
            let handing = ledger.handing_over(&matter);
            let (def, record) = match &at.record {
                None => {
                    let def = handing?;
                    ledger.may_try(&officer, &matter, def.code)?;
                    (def, None)
                }
                Some((party, act)) => {
                    let partner = ledger.recording_partner(&officer, &matter, party)?;
                    (ledger.act_of(&matter, act)?.1, Some(partner))
                }
            };
            if record.is_some() && def.inner {
                return Err(Failure::NotFound("an act that stays inside is nobody's to say for us".into()));
            }
            let hands_over = ledger.handing_over(&matter).is_ok_and(|handing| handing.code == def.code);
            let page = ledger.show_matter_to(&officer, &matter, &words)?;
            let (kind, _) = ledger.act_of(&matter, def.code)?;
            // Whoever has no node opens nothing here.
            let opens = page.parties.into_iter().filter(|party| !party.off_network).map(|party| party.name);
            let with = opens.filter(|name| name != "us").collect();
            let replaceable = ledger.replaceable(&matter)?.iter().map(ToString::to_string).collect();
            Ok(Self { matter, number: page.line.number, kind, def, with, replaceable, record, hands_over })
        });
        Ok(found.await?)
    }

    /// The path of its form.
    pub(super) fn path(&self) -> String {
        match &self.record {
            None => format!("/m/{}/hand-over", self.number),
            Some(partner) => format!("/m/{}/record/{}/{}", self.number, partner.agency, self.def.code),
        }
    }

    /// The fields that a person fills in: of the act, and of how it reached us. A paper that would ride in the act rides
    /// in the package.
    pub(super) fn asked(&self) -> impl Iterator<Item = &'static ActField> + use<> {
        let how = self.record.is_some();
        let of_act = asked(&self.def).filter(|field| !SEALED_FIELDS.contains(&field.name));
        let of_record = Recorded::DEF.fields.iter().filter(move |field| how && is_said(field));
        of_act.filter(move |field| !how || !holds_files(field)).chain(of_record)
    }

    /// Whether there is nothing to do without a file.
    fn needs_files(&self) -> bool {
        self.record.is_none() || self.hands_over
    }

    /// How it reached us, as it was typed.
    pub(super) fn how(&self, typed: &Typed) -> Table {
        let mut table = typed.table(&Recorded::DEF);
        table.retain(|name, _| Recorded::DEF.fields.iter().any(|field| field.name == name && is_said(field)));
        table
    }

    pub(super) fn form<'a>(&'a self, asking: &'a Asking) -> ActForm<'a> {
        ActForm {
            asking,
            kind: &self.kind,
            def: &self.def,
            about: self.number.clone(),
            path: self.path(),
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

/// What a person says of how something reached us; the name of the paper and its header come with the files.
fn is_said(field: &ActField) -> bool {
    !["paper", "header"].contains(&field.name)
}

/// Whether a field takes files into the act itself.
fn holds_files(field: &ActField) -> bool {
    let FieldKind::List(FieldKind::Table(columns)) = field.kind else { return false };
    columns.iter().any(|column| column.kind.is_for_machines())
}

pub(super) async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(number): Path<String>,
) -> Result<Framed, Trouble> {
    show_at(&office, &asking, At { number, record: None }).await
}

/// The form for what a party without a node said.
pub(super) async fn show_record(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, party, act)): Path<(String, String, String)>,
) -> Result<Framed, Trouble> {
    show_at(&office, &asking, At { number, record: Some((party, act)) }).await
}

async fn show_at(office: &Office, asking: &Asking, at: At) -> Result<Framed, Trouble> {
    let place = Place::find(office, asking, at).await?;
    let here = here(office, asking, &place);
    let chosen = here.iter().filter(|(_, upload)| upload.is_whole()).map(|(id, _)| *id).collect();
    Ok(page(asking, &place, &Brought { chosen, ..Brought::default() }, &here, &[]))
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
    take_at(&office, &asking, At { number, record: None }, request).await
}

pub(super) async fn take_record(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, party, act)): Path<(String, String, String)>,
    request: Request,
) -> Result<Response, Trouble> {
    take_at(&office, &asking, At { number, record: Some((party, act)) }, request).await
}

async fn take_at(
    office: &Arc<Office>,
    asking: &Asking,
    at: At,
    request: Request,
) -> Result<Response, Trouble> {
    let multipart = super::super::typed::is_multipart(&request);
    if !multipart {
        let typed = Typed::from_request(request, office).await?;
        asking.check_form(typed.get("csrf"))?;
        // A form without files is a form all the same: what is missing is said on its page.
        let place = Place::find(office, asking, at).await?;
        let brought = Brought { typed, ..Brought::default() };
        return Ok(answer(office, asking, &place, brought).await);
    }
    // Bytes that are on their way: nobody can say how long one file of them is before it has come.
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let length: u64 = length.ok_or(Trouble::TooLarge)?;
    let form = Multipart::from_request(request, office).await;
    let form = form.map_err(|_| Trouble::Unreadable(String::new()))?;
    let (place, brought) = receive(office, asking, at, form, length).await?;
    Ok(answer(office, asking, &place, brought).await)
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
    if let Some(list) = brought.typed.get("more").map(str::to_owned) {
        let next = brought.typed.items(&list);
        brought.typed.put(format!("{list}.{next}"), "");
        return page(asking, place, &brought, &here, &[]).into_response();
    }
    if brought.typed.get("remove").is_some() || brought.typed.text("step") == "change" {
        return page(asking, place, &brought, &here, &[]).into_response();
    }
    let wrong = wrong_with(place, &brought, &here);
    if !wrong.is_empty() {
        let form = page(asking, place, &brought, &here, &wrong);
        return (StatusCode::UNPROCESSABLE_ENTITY, form).into_response();
    }
    let mut act = brought.typed.table(&place.def);
    act.retain(|name, _| !SEALED_FIELDS.contains(&name));
    if let Some(against) = record::foreseen(office, asking, place, &brought, &act).await {
        return against.unwrap_or_else(|against| against.page(asking, place, &brought, &here));
    }
    if brought.typed.text("step") != "do" {
        return check_page(asking, place, &brought, &here).into_response();
    }
    let chosen: Vec<_> = here.into_iter().filter(|(id, _)| brought.chosen.contains(id)).collect();
    if chosen.is_empty() {
        return record::without_paper(office, asking, place, &brought.typed, &act).await;
    }
    match seal::begin(office, asking, place, chosen, &brought.typed, act).await {
        Ok(job) => Redirect::to(&format!("/m/{}/hand-over/{job}", place.number)).into_response(),
        Err(trouble) => trouble.into_response(),
    }
}

fn wrong_with(place: &Place, brought: &Brought, here: &[(UploadId, Upload)]) -> Vec<Wrong> {
    let mut wrong: Vec<_> = brought.wrong.clone();
    let chosen = || here.iter().filter(|(id, _)| brought.chosen.contains(id));
    if chosen().next().is_none() && wrong.is_empty() && place.needs_files() {
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
    if place.record.is_some() {
        let found = faults(&Recorded::DEF, &place.how(&brought.typed)).into_iter();
        wrong.extend(found.map(|found| Wrong::said(found.path, found.fault.key())));
    }
    wrong
}
