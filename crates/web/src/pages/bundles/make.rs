//! Making a bundle for a partner: its purpose is asked and recorded, then it is written, then it can be fetched.
//!
//! Invariant: a bundle that was made serves the officer it was recorded for, as long as their roles let them take anything out,
//! and for half a day at most.

use std::fs::File;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use comity_app::Failure;
use comity_app::authorise::Doing;
use comity_app::bundles::of_exported;
use comity_app::people::Partner;
use comity_app::staging::TempDir;
use comity_app::workers::export_bundle;
use comity_domain::words::Words;
use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;
use maud::html;

use super::super::asking::Asking;
use super::super::evidence::{
    Begun, Job, PATIENCE, PURPOSE, Stand, body_of, put, size, under_way, wrong_purpose,
};
use super::super::frame::{Framed, Page, name_language};
use super::super::office::Office;
use super::super::sign_in::prove_to_let_out;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use crate::session::Secret;

/// How the file is called in its folder.
const FILE: &str = "bundle";
/// What a bundle takes beside packages: entries go in batches of a few MiB, and nobody knows how many before they are read.
const BESIDE: u64 = 64 * 1024 * 1024;

/// The partner, where a bundle can be made for it by this officer.
async fn partner(office: &Office, asking: &Asking, agency: &str) -> Result<(Partner, u64), Trouble> {
    let agency = AgencyId::from_hex(agency).ok_or(Trouble::NotFound)?;
    asking.permit(office, Doing::TakeOut).await?;
    let found = office.run(move |ledger, _| {
        let known = ledger.partners()?.into_iter().any(|known| known.agency == agency);
        if !known {
            return Err(Failure::NotFound("no such partner".into()));
        }
        Ok((ledger.bundle_partner(&agency.to_string())?, ledger.bytes_to_carry(&agency)?))
    });
    Ok(found.await?)
}

pub(super) async fn ask(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(agency): Path<String>,
) -> Result<Response, Trouble> {
    let (partner, carried) = partner(&office, &asking, &agency).await?;
    Ok(form(&asking, &partner, carried, &Typed::default(), None))
}

fn form(asking: &Asking, partner: &Partner, carried: u64, typed: &Typed, wrong: Option<&str>) -> Response {
    let title = asking.text_with("page-bundle-make-for", &[("partner", &partner.name)]);
    let path = format!("/partners/{}", partner.agency);
    let body = html! {
        p.mb-1 { a href=(path) lang=[name_language(&partner.name)] { (partner.name) } }
        h1 { (title) }
        @if let Some(wrong) = wrong {
            div.error-summary tabindex="-1" aria-labelledby="error-summary-title" { div role="alert" {
                h2 #error-summary-title { (asking.text("page-form-wrong")) }
                ul { li { a href="#purpose" { (asking.text("page-out-purpose")) (asking.text("page-colon")) (asking.text(wrong)) } } }
            } }
        }
        p { (asking.text("page-bundle-make-what")) }
        form.act-form action={ (path) "/bundle" } method="post" {
            input type="hidden" name="csrf" value=(asking.form_token());
            div.mb-3 .has-error[wrong.is_some()] {
                label.form-label for="purpose" { (asking.text("page-out-purpose")) }
                div.form-hint #purpose-hint { (asking.text("page-out-purpose-hint")) }
                @if let Some(wrong) = wrong {
                    p.field-error #purpose-wrong {
                        span.visually-hidden { (asking.text("page-form-error")) } (asking.text(wrong))
                    }
                }
                input.form-control #purpose name="purpose" maxlength=(PURPOSE) value=(typed.text("purpose"))
                    aria-invalid=[wrong.map(|_| "true")] aria-describedby="purpose-hint" autocomplete="off";
            }
            @if carried > 0 {
                label.form-check.mb-3 {
                    input.form-check-input type="checkbox" name="packages" value="true" checked[typed.text("packages") == "true"];
                    span.form-check-label { (asking.text_with("page-bundle-packages", &[("size", &size(carried))])) }
                }
            }
            button.btn.btn-primary type="submit" { (asking.text("page-bundle-make")) }
            " " a.btn.btn-link href=(path) { (asking.text("page-form-leave")) }
        }
    };
    let page = Page::new(title).of("partners").faulty(wrong.is_some()).around(asking, &body);
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    (status, page).into_response()
}

/// Records that the bundle leaves, and begins to write it.
pub(super) async fn begin(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(agency): Path<String>,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let (partner, carried) = partner(&office, &asking, &agency).await?;
    if let Some(wrong) = wrong_purpose(&typed) {
        return Ok(form(&asking, &partner, carried, &typed, Some(wrong)));
    }
    if let Some(first) = prove_to_let_out(&office, &asking, &typed).await? {
        return Ok(first);
    }
    let (officer, now) = (asking.officer(), office.now());
    let with_packages = typed.text("packages") == "true";
    let takes = BESIDE.saturating_add(if with_packages { carried } else { 0 });
    let folder = office.outside.staging().folder_for(takes)?;
    let name = office.draw(|entropy| Secret::draw(entropy).as_str().to_owned());
    let begun = Begun {
        officer: officer.record,
        matter: partner.record,
        about: Some(Hash::from_bytes(*partner.agency.as_bytes())),
        at: now,
        all: 0,
    };
    office.evidence.jobs.let_bundles_go(now, Some((officer.record, partner.record)));
    office.evidence.jobs.begin(name.clone(), begun)?;
    let (purpose, to) = (typed.text("purpose").trim().to_owned(), partner.clone());
    let recorded =
        office.run(move |ledger, pending| ledger.let_bundle_out(pending, &to, &purpose, &officer)).await;
    if let Err(refused) = recorded {
        let trouble = Trouble::from(refused);
        office.evidence.jobs.end(&name, Stand::Stopped(trouble.clone()));
        return Err(trouble);
    }
    let (job, words) = (name.clone(), Arc::clone(&asking.words));
    let writing = tokio::spawn(carry_out(Arc::clone(&office), job, partner, with_packages, folder, words));
    drop(tokio::time::timeout(PATIENCE, writing).await);
    Ok(Redirect::to(&format!("/partners/{agency}/bundle/{name}")).into_response())
}

async fn carry_out(
    office: Arc<Office>,
    name: String,
    partner: Partner,
    with_packages: bool,
    folder: TempDir,
    words: Arc<Words>,
) {
    let turn = Arc::clone(&office.evidence.jobs.turns).acquire_owned().await;
    let stand = match write(&office, &partner, with_packages, &folder, &words).await {
        Ok(said) => Stand::BundleMade { said, folder: Arc::new(folder) },
        Err(failure) => Stand::Stopped(failure.into()),
    };
    office.evidence.jobs.end(&name, stand);
    drop(turn);
}

async fn write(
    office: &Office,
    partner: &Partner,
    with_packages: bool,
    folder: &TempDir,
    words: &Words,
) -> Result<Vec<String>, Failure> {
    let place = folder.path().join(FILE);
    let created = tokio::task::spawn_blocking(move || File::create_new(place)).await;
    let file = created.ok().and_then(Result::ok);
    let file = file.ok_or_else(|| Failure::Fault("a bundle cannot be written here".into()))?;
    let objects = office.outside.objects();
    let exported = export_bundle(&office.ledger, &objects, partner.agency, with_packages, file).await?;
    Ok(of_exported(&partner.name, &exported, words))
}

/// How far it is, or what it holds and the way to fetch it.
pub(super) async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((agency, job)): Path<(String, String)>,
) -> Result<Framed, Trouble> {
    let stands = found(&office, &asking, &agency, &job)?;
    let (partner, _) = partner(&office, &asking, &agency).await?;
    let title = asking.text_with("page-bundle-make-for", &[("partner", &partner.name)]);
    let body = html! {
        p.mb-1 { a href={ "/partners/" (agency) } lang=[name_language(&partner.name)] { (partner.name) } }
        h1 { (title) }
        @match &stands.stand {
            Stand::BundleMade { said, .. } => {
                div.proof-ok role="status" { @for line in said { p { (line) } } }
                p { a.btn.btn-primary href={ (asking.path) "/file" } download { (asking.text("page-bundle-fetch")) } }
                p.form-hint { (asking.text("page-bundle-fetch-hint")) }
            },
            _ => (under_way(&asking, &stands, "page-bundle-making")),
        }
        p { a href={ "/partners/" (agency) } { (asking.text("page-bundle-to-partner")) } }
    };
    let stopped = matches!(&stands.stand, Stand::Stopped(_) | Stand::CouldNot(_));
    Ok(Page::new(title).of("partners").faulty(stopped).around(&asking, &body))
}

/// The job by which this officer had a bundle made for this partner.
fn found(office: &Office, asking: &Asking, agency: &str, job: &str) -> Result<Job, Trouble> {
    let agency = AgencyId::from_hex(agency).ok_or(Trouble::NotFound)?;
    office.evidence.jobs.let_bundles_go(office.now(), None);
    let about = Hash::from_bytes(*agency.as_bytes());
    office.evidence.jobs.of_about(job, asking.officer().record, about).ok_or(Trouble::NotFound)
}

/// The file.
pub(super) async fn file(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((agency, job)): Path<(String, String)>,
    method: Method,
) -> Result<Response, Trouble> {
    let stands = found(&office, &asking, &agency, &job)?;
    let (partner, _) = partner(&office, &asking, &agency).await?;
    let Stand::BundleMade { folder, .. } = stands.stand else { return Err(Trouble::NotFound) };
    let file = File::open(folder.path().join(FILE)).map_err(|_| Trouble::Fault)?;
    let length = file.metadata().map_err(|_| Trouble::Fault)?.len();
    // The folder stays as long as somebody reads from it.
    let held = Held { file, _folder: folder };
    let mut answer = match method {
        Method::HEAD => Response::default(),
        _ => Response::new(body_of(held)),
    };
    let name: String = partner.agency.to_string().chars().take(12).collect();
    put(
        &mut answer,
        &[
            (CONTENT_TYPE, "application/octet-stream".to_owned()),
            (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.bundle\"")),
            (CONTENT_LENGTH, length.to_string()),
        ],
    );
    Ok(answer)
}

/// A file being read, and the folder it lies in.
struct Held {
    file: File,
    _folder: Arc<TempDir>,
}

impl std::io::Read for Held {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.file.read(into)
    }
}
