//! Taking a bundle in: one file, brought by a script that goes on where it was cut off, or by a plain form; then what came of it.
//!
//! Invariant: no byte of a file is written before the form has proven whose it is; and the file is gone from this node once it was
//! taken in, or found to be none.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest as _, Multipart, Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::response::{IntoResponse as _, Redirect, Response};
use comity_app::Failure;
use comity_app::authorise::Doing;
use comity_app::bundles::{Stands, Told, of_error, of_imported};
use comity_app::people::Officer;
use comity_app::staging::{Claimed, Upload, UploadId};
use comity_app::workers::{Imported, NotImported, import_bundle};
use comity_domain::words::Words;
use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::evidence::{
    Begun, Bringing, PATIENCE, SILENCE, Stand, key_of, size, stage, text, under_way,
};
use super::super::frame::{Framed, Page};
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::{Typed, is_multipart};
use super::page;
use crate::session::Secret;

/// What a job is about that takes a bundle in: from whom it is, nobody knows before.
const CARRIED_IN: Hash = Hash::ZERO;
/// The most fields one form may hold: its proof, a file, and files that came before it.
const FIELDS: usize = 100;

/// The form, with the files of this officer that are here already.
pub(super) async fn form(office: &Office, asking: &Asking, wrong: Option<&str>) -> Result<Markup, Trouble> {
    let kept_for = Bringing::Bundle.may(office, asking).await?;
    let here = office.outside.staging().all_of(&asking.officer(), &kept_for, office.now());
    let sending = asking.text_with("page-bring-sending", &[("name", "{name}"), ("percent", "{percent}")]);
    Ok(html! {
        form.act-form.card.card-body.mb-3 action="/bundles" method="post" enctype="multipart/form-data" novalidate {
            h2.card-title { (asking.text("page-bundle-take-in")) }
            @if let Some(wrong) = wrong {
                div.error-summary tabindex="-1" aria-labelledby="error-summary-title" { div role="alert" {
                    h3 #error-summary-title { (asking.text("page-form-wrong")) }
                    ul { li { a href="#f-file" { (asking.text(wrong)) } } }
                } }
            }
            input type="hidden" name="csrf" value=(asking.form_token());
            @for (id, upload) in &here { (begun(asking, id, upload)) }
            div.mb-2 .has-error[wrong.is_some()] data-island="upload" data-upload="/bundles/uploads"
                data-said-sending=(sending) data-said-waiting=(asking.text("page-bring-waiting"))
                data-said-done=(asking.text("page-bring-done")) data-said-failed=(asking.text("page-bring-failed")) {
                label.form-label for="f-file" { (asking.text("page-bundle-file")) }
                @if let Some(wrong) = wrong {
                    p.field-error #f-file-wrong {
                        span.visually-hidden { (asking.text("page-form-error")) } (asking.text(wrong))
                    }
                }
                input.form-control #f-file type="file" name="file" accept=".bundle" aria-invalid=[wrong.map(|_| "true")]
                    aria-describedby=[wrong.map(|_| "f-file-wrong")];
                progress.mt-1 hidden aria-label=(asking.text("page-bring-progress")) {}
                p.live-note role="status" {}
            }
            p.form-hint { (asking.text("page-bundle-take-in-what")) }
            div { button.btn.btn-primary type="submit" data-needs-upload { (asking.text("page-bundle-take-in")) } }
        }
    })
}

/// One that is here, or has begun to come: a script that sends the same file again goes on from there.
fn begun(asking: &Asking, id: &UploadId, upload: &Upload) -> Markup {
    let begun = (!upload.is_whole()).then(|| format!("/bundles/uploads/{id}"));
    let sizes = [("done", size(upload.held)), ("all", size(upload.length))];
    let sizes: Vec<_> = sizes.iter().map(|(name, text)| (*name, text.as_str())).collect();
    html! {
        div data-begun=[begun.as_ref()] data-path=[begun.as_ref().map(|_| &upload.path)]
            data-length=[begun.as_ref().map(|_| upload.length)] {
            label.form-check {
                input.form-check-input type="radio" name="upload" value=(id) checked[upload.is_whole()] disabled[!upload.is_whole()];
                span.form-check-label {
                    (upload.path) " · "
                    @if upload.is_whole() { (size(upload.length)) } @else { (asking.text_with("page-bring-so-far", &sizes)) }
                }
            }
        }
    }
}

/// What came with the form.
#[derive(Default)]
struct Brought {
    files: Vec<UploadId>,
    wrong: Option<&'static str>,
}

pub(super) async fn take(
    State(office): State<Arc<Office>>,
    asking: Asking,
    request: Request,
) -> Result<Response, Trouble> {
    if !is_multipart(&request) {
        let typed = Typed::from_request(request, &office).await?;
        asking.check_form(typed.get("csrf"))?;
        asking.permit(&office, Doing::Intake).await?;
        return again(&office, &asking, "page-bundle-no-file").await;
    }
    // Bytes that are on their way: nobody can say how long the file among them is before it has come.
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let length: u64 = length.ok_or(Trouble::TooLarge)?;
    let form = Multipart::from_request(request, &office).await;
    let form = form.map_err(|_| Trouble::Unreadable(String::new()))?;
    let (kept_for, brought) = receive(&office, &asking, form, length).await?;
    if let Some(wrong) = brought.wrong {
        return again(&office, &asking, wrong).await;
    }
    let staging = office.outside.staging();
    let here = staging.all_of(&asking.officer(), &kept_for, office.now());
    // What a script brought is named after what was left from before: the last one is meant.
    let meant = brought.files.iter().rev().find_map(|id| here.iter().find(|(here, _)| here == id));
    match meant {
        None => again(&office, &asking, "page-bundle-no-file").await,
        Some((_, upload)) if !upload.is_whole() => again(&office, &asking, "page-bring-unfinished").await,
        Some((id, upload)) => begin(&office, &asking, kept_for, *id, upload.length).await,
    }
}

async fn again(office: &Office, asking: &Asking, wrong: &str) -> Result<Response, Trouble> {
    let page = page(office, asking, Some(wrong)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Takes the form off the line: its proof first, then the file straight to disk.
async fn receive(
    office: &Office,
    asking: &Asking,
    mut form: Multipart,
    length: u64,
) -> Result<(MatterId, Brought), Trouble> {
    let broken = |_: MultipartError| Trouble::Unreadable(String::new());
    let (mut brought, mut kept_for, mut proof) = (Brought::default(), None, None);
    for _ in 0..FIELDS {
        let next = within(SILENCE, form.next_field()).await?;
        let Some(mut field) = next.map_err(broken)? else {
            asking.check_form(proof.as_deref())?;
            let kept_for = match kept_for {
                Some(kept_for) => kept_for,
                None => Bringing::Bundle.may(office, asking).await?,
            };
            return Ok((kept_for, brought));
        };
        let Some(name) = field.name().map(str::to_owned) else { continue };
        if name == "csrf" {
            proof = Some(text(field).await?);
            continue;
        }
        if kept_for.is_none() {
            asking.check_form(proof.as_deref())?;
            kept_for = Some(Bringing::Bundle.may(office, asking).await?);
        }
        let (Some(to), file) = (&kept_for, field.file_name().map(str::to_owned)) else { continue };
        match file {
            Some(file) if !file.is_empty() => {
                match stage(office, asking, to, &file, &mut field, length).await {
                    Ok(id) => brought.files.push(id),
                    Err(not_taken) => brought.wrong = Some(key_of(&not_taken)?),
                }
            }
            Some(_) => {}
            None => {
                let said = text(field).await?;
                brought.files.extend(said.rsplit('/').next().and_then(UploadId::read));
            }
        }
    }
    Err(Trouble::TooLarge)
}

async fn within<T>(patience: Duration, work: impl Future<Output = T>) -> Result<T, Trouble> {
    tokio::time::timeout(patience, work).await.map_err(|_| Trouble::TooLarge)
}

/// Begins to take a file in.
async fn begin(
    office: &Arc<Office>,
    asking: &Asking,
    kept_for: MatterId,
    upload: UploadId,
    length: u64,
) -> Result<Response, Trouble> {
    let officer = asking.officer();
    let claimed = office.outside.staging().claim(&[upload]).ok_or(Trouble::Busy)?;
    let name = office.draw(|entropy| Secret::draw(entropy).as_str().to_owned());
    let all = 0;
    let begun =
        Begun { officer: officer.record, matter: kept_for, about: Some(CARRIED_IN), at: office.now(), all };
    office.evidence.jobs.begin(name.clone(), begun)?;
    tracing::info!(bytes = length, "a bundle is taken in");
    let (job, words) = (name.clone(), Arc::clone(&asking.words));
    let taking = tokio::spawn(carry_out(Arc::clone(office), job, officer, claimed, words));
    drop(tokio::time::timeout(PATIENCE, taking).await);
    Ok(Redirect::to(&format!("/bundles/{name}")).into_response())
}

async fn carry_out(office: Arc<Office>, name: String, officer: Officer, claimed: Claimed, words: Arc<Words>) {
    let turn = Arc::clone(&office.evidence.jobs.turns).acquire_owned().await;
    let stand = match import(&office, officer, claimed).await {
        Ok(imported) => {
            // It may have brought a card with other keys, and what is to be delivered or fetched.
            let heeded = office.outside.partners_changed().await;
            office.outside.wake();
            match heeded {
                Ok(()) => Stand::BundleTaken(of_imported(&imported, &words)),
                Err(failure) => Stand::Stopped(failure.into()),
            }
        }
        Err(NotImported::Bundle(error)) => {
            let lines = vec![of_error(error.code(), &words)];
            Stand::BundleTaken(Told { lines, stands: Stands::Refused })
        }
        Err(NotImported::Failed(failure)) => Stand::Stopped(failure.into()),
    };
    office.evidence.jobs.end(&name, stand);
    drop(turn);
}

/// Takes the file in; whatever comes of it, it is gone afterwards.
async fn import(office: &Office, officer: Officer, claimed: Claimed) -> Result<Imported, NotImported> {
    let opened = tokio::task::spawn_blocking(move || {
        let folder = claimed.lay_out()?;
        let mut inside = std::fs::read_dir(folder.path())?;
        let place = inside.next().ok_or(std::io::ErrorKind::NotFound)??.path();
        let file = File::open(place)?;
        claimed.remove()?;
        Ok::<_, std::io::Error>((file, folder))
    });
    let opened = opened.await.map_err(std::io::Error::other).and_then(|opened| opened);
    let (file, folder) =
        opened.map_err(|error| Failure::Fault(format!("a bundle cannot be read here: {}", error.kind())))?;
    let imported = import_bundle(&office.ledger, &office.outside.objects(), file, Some(officer)).await;
    drop(folder);
    imported
}

/// How far it is, or what came of it.
pub(super) async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(job): Path<String>,
) -> Result<Framed, Trouble> {
    let stands =
        office.evidence.jobs.of_about(&job, asking.officer().record, CARRIED_IN).ok_or(Trouble::NotFound)?;
    let title = asking.text("page-bundle-take-in");
    let body = html! {
        p.mb-1 { a href="/bundles" { (asking.text("page-bundles")) } }
        h1 { (title) }
        @match &stands.stand {
            Stand::BundleTaken(told) => (what_came(told)),
            _ => (under_way(&asking, &stands, "page-bundle-taking-in")),
        }
        p { a href="/bundles" { (asking.text("page-bundle-to-all")) } }
    };
    let faulty = match &stands.stand {
        Stand::BundleTaken(told) => told.stands != Stands::Taken,
        stand => matches!(stand, Stand::Stopped(_) | Stand::CouldNot(_)),
    };
    Ok(Page::new(title).of("partners").faulty(faulty).around(&asking, &body))
}

fn what_came(told: &Told) -> Markup {
    let (class, role) = match told.stands {
        Stands::Taken => ("proof-ok", "status"),
        Stands::Waits => ("proof-unknown", "alert"),
        Stands::Refused => ("proof-bad", "alert"),
    };
    html! { div class=(class) role=(role) { @for line in &told.lines { p { (line) } } } }
}
