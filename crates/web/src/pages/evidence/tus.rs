//! Uploads that go on where they were cut off: the tus protocol 1.0.0 (tus.io) with creation, expiration, checksum and
//! termination. A matter's page makes them, and the page where bundles are taken in; any client of the protocol that holds
//! a session can.
//!
//! An upload of another officer answers like none. What it is called rides in a header and stands in no address.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use comity_app::Failure;
use comity_app::authorise::Doing;
use comity_app::staging::{NotTaken, Upload, UploadId};
use comity_journal::ids::MatterId;
use comity_journal::time::Timestamp;
use http_body_util::BodyExt as _;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::super::asking::Asking;
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::incoming::{Incoming, Kept, SILENCE, Summing};
use super::out::put;

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,expiration,checksum,termination";
const ALGORITHMS: &str = "sha1,sha256";
/// Bytes arrived damaged: the sender may send them again.
const CHECKSUM_MISMATCH: u16 = 460;

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

fn said(headers: &HeaderMap, name: &'static str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn answer(status: StatusCode, headers: &[(HeaderName, String)]) -> Response {
    let mut answer = status.into_response();
    put(&mut answer, &[(RESUMABLE, VERSION.into()), (CACHE_CONTROL, "no-store".into())]);
    put(&mut answer, headers);
    answer
}

/// What the node can do.
pub(super) async fn offer(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(number): Path<String>,
) -> Result<Response, Trouble> {
    offer_for(&office, &asking, &Bringing::Into(number)).await
}

/// As [`offer`], for bundles.
pub(crate) async fn offer_bundle(
    State(office): State<Arc<Office>>,
    asking: Asking,
) -> Result<Response, Trouble> {
    offer_for(&office, &asking, &Bringing::Bundle).await
}

async fn offer_for(office: &Office, asking: &Asking, bringing: &Bringing) -> Result<Response, Trouble> {
    bringing.may(office, asking).await?;
    let largest = office.outside.staging().limits().file;
    let headers = [
        (HeaderName::from_static("tus-version"), VERSION.into()),
        (HeaderName::from_static("tus-extension"), EXTENSIONS.into()),
        (HeaderName::from_static("tus-checksum-algorithm"), ALGORITHMS.into()),
        (HeaderName::from_static("tus-max-size"), largest.to_string()),
    ];
    Ok(answer(StatusCode::NO_CONTENT, &headers))
}

/// What a file is brought for.
#[derive(Clone)]
pub(crate) enum Bringing {
    /// To be sealed, in the matter of this number.
    Into(String),
    /// A bundle that somebody carried here.
    Bundle,
}

impl Bringing {
    /// The matter or record that it is kept for, where this officer may bring such files now.
    pub(crate) async fn may(&self, office: &Office, asking: &Asking) -> Result<MatterId, Trouble> {
        let (officer, this) = (asking.officer(), self.clone());
        let kept_for = office.run(move |ledger, pending| match this {
            Self::Into(number) => {
                let matter = ledger.seen_by(&officer, &number)?;
                ledger.may_bring(&officer, &matter)?;
                Ok(matter)
            }
            Self::Bundle => {
                ledger.permit(pending, &officer, Doing::Intake, None)?;
                ledger.set_up(pending)
            }
        });
        Ok(kept_for.await?)
    }

    /// The matter or record that one which is here is kept for.
    async fn known(&self, office: &Office, asking: &Asking) -> Result<MatterId, Trouble> {
        let Self::Into(number) = self.clone() else { return self.may(office, asking).await };
        let officer = asking.officer();
        Ok(office.run(move |ledger, _| ledger.seen_by(&officer, &number)).await?)
    }

    /// Where its uploads are made.
    fn path(&self) -> String {
        match self {
            Self::Into(number) => format!("/m/{number}/uploads"),
            Self::Bundle => "/bundles/uploads".to_owned(),
        }
    }
}

/// A request of another version is answered with the one that is spoken here.
fn other_version(headers: &HeaderMap) -> Option<Response> {
    let spoken = said(headers, "tus-resumable").as_deref() == Some(VERSION);
    let ours = [(HeaderName::from_static("tus-version"), VERSION.to_owned())];
    (!spoken).then(|| answer(StatusCode::PRECONDITION_FAILED, &ours))
}

/// Begins an upload.
pub(super) async fn create(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    create_for(&office, &asking, &Bringing::Into(number), &headers).await
}

/// As [`create`], for bundles.
pub(crate) async fn create_bundle(
    State(office): State<Arc<Office>>,
    asking: Asking,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    create_for(&office, &asking, &Bringing::Bundle, &headers).await
}

async fn create_for(
    office: &Office,
    asking: &Asking,
    bringing: &Bringing,
    headers: &HeaderMap,
) -> Result<Response, Trouble> {
    asking.check_form(said(headers, "x-csrf").as_deref())?;
    if let Some(other) = other_version(headers) {
        return Ok(other);
    }
    let matter = bringing.may(office, asking).await?;
    let length = said(headers, "upload-length").and_then(|length| length.parse().ok());
    let name = said(headers, "upload-metadata").and_then(|metadata| name_in(&metadata));
    let (Some(length), Some(name)) = (length, name) else { return Ok(answer(StatusCode::BAD_REQUEST, &[])) };
    let (staging, now) = (office.outside.staging(), office.now());
    let begun = office.draw(|entropy| staging.begin(&asking.officer(), matter, &name, length, now, entropy));
    Ok(match begun {
        Ok(id) => {
            let goes =
                staging.of(&asking.officer(), &matter, &id, now).map(|upload| staging.goes_at(&upload));
            let place = (LOCATION, format!("{}/{id}", bringing.path()));
            let mut headers = vec![place];
            headers.extend(goes.map(|goes| (EXPIRES, http_date(goes))));
            answer(StatusCode::CREATED, &headers)
        }
        Err(not_taken) => answer(status_of(&not_taken), &[]),
    })
}

fn status_of(not_taken: &NotTaken) -> StatusCode {
    match not_taken {
        NotTaken::TooLarge(_) | NotTaken::TooMuch => StatusCode::PAYLOAD_TOO_LARGE,
        NotTaken::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
        NotTaken::Name(_) => StatusCode::BAD_REQUEST,
        NotTaken::Disk(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The file's name in `filename BASE64,other BASE64`.
fn name_in(metadata: &str) -> Option<String> {
    let named = metadata.split(',').find_map(|pair| pair.trim().strip_prefix("filename "))?;
    String::from_utf8(data_encoding::BASE64.decode(named.trim().as_bytes()).ok()?).ok()
}

/// Everything about one upload: how far it is, more of it, its end.
pub(super) async fn one(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, upload)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Trouble> {
    one_for(&office, &asking, &Bringing::Into(number), &upload, request).await
}

/// As [`one`], for bundles.
pub(crate) async fn one_bundle(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(upload): Path<String>,
    request: Request,
) -> Result<Response, Trouble> {
    one_for(&office, &asking, &Bringing::Bundle, &upload, request).await
}

async fn one_for(
    office: &Office,
    asking: &Asking,
    bringing: &Bringing,
    upload: &str,
    request: Request,
) -> Result<Response, Trouble> {
    let headers = request.headers().clone();
    let over = said(&headers, "x-http-method-override").and_then(|method| method.parse().ok());
    let method = over.filter(|_| *request.method() == Method::POST).unwrap_or(request.method().clone());
    if ![Method::HEAD, Method::PATCH, Method::DELETE].contains(&method) {
        return Ok(answer(StatusCode::METHOD_NOT_ALLOWED, &[]));
    }
    if method != Method::HEAD {
        asking.check_form(said(&headers, "x-csrf").as_deref())?;
    }
    if let Some(other) = other_version(&headers) {
        return Ok(other);
    }
    let matter = bringing.known(office, asking).await?;
    let id = UploadId::read(upload).ok_or(Trouble::NotFound)?;
    let staging = office.outside.staging();
    let found = staging.of(&asking.officer(), &matter, &id, office.now()).ok_or(Trouble::NotFound)?;
    match method {
        Method::HEAD => Ok(how_far(office, &found)),
        Method::DELETE => Ok(match staging.remove(&id) {
            Ok(true) => answer(StatusCode::NO_CONTENT, &[]),
            Ok(false) => answer(StatusCode::LOCKED, &[]),
            Err(_) => answer(StatusCode::INTERNAL_SERVER_ERROR, &[]),
        }),
        _ => Ok(append(office, &id, &found, &headers, request.into_body()).await),
    }
}

fn how_far(office: &Office, found: &Upload) -> Response {
    let goes = office.outside.staging().goes_at(found);
    let headers =
        [(OFFSET, found.held.to_string()), (LENGTH, found.length.to_string()), (EXPIRES, http_date(goes))];
    answer(StatusCode::OK, &headers)
}

/// Takes more of an upload, from exactly where it is.
async fn append(office: &Office, id: &UploadId, found: &Upload, headers: &HeaderMap, body: Body) -> Response {
    if headers.get(CONTENT_TYPE).is_none_or(|kind| kind != "application/offset+octet-stream") {
        return answer(StatusCode::UNSUPPORTED_MEDIA_TYPE, &[]);
    }
    let Some(from) = said(headers, "upload-offset").and_then(|offset| offset.parse::<u64>().ok()) else {
        return answer(StatusCode::BAD_REQUEST, &[]);
    };
    let sum = said(headers, "upload-checksum").map(|sum| Summing::read(&sum));
    if matches!(sum, Some(None)) {
        return answer(StatusCode::BAD_REQUEST, &[]);
    }
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|announced| announced > found.length.saturating_sub(from)) {
        return answer(StatusCode::PAYLOAD_TOO_LARGE, &[]);
    }
    let receiving = match office.outside.staging().receive(id) {
        Ok(Some(receiving)) => receiving,
        Ok(None) => return answer(StatusCode::LOCKED, &[]),
        Err(_) => return answer(StatusCode::INTERNAL_SERVER_ERROR, &[]),
    };
    // Asked of the upload in hand: what was found before may have grown meanwhile.
    if receiving.upload().held != from {
        return answer(StatusCode::CONFLICT, &[(OFFSET, receiving.upload().held.to_string())]);
    }
    took(office, Incoming::into(receiving, sum.flatten()), body).await
}

/// Takes what comes. Cut off in the middle, what came counts where no sum was announced for the whole of it.
async fn took(office: &Office, mut incoming: Incoming, mut body: Body) -> Response {
    let mut cut_off = false;
    loop {
        let frame = match tokio::time::timeout(SILENCE, body.frame()).await {
            Ok(None) => break,
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(_))) | Err(_) => {
                cut_off = true;
                break;
            }
        };
        let Some(bytes) = frame.data_ref() else { continue };
        match incoming.push(bytes).await {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
                return answer(StatusCode::PAYLOAD_TOO_LARGE, &[]);
            }
            Err(_) => return answer(StatusCode::INTERNAL_SERVER_ERROR, &[]),
        }
    }
    if cut_off && incoming.is_summed() {
        return answer(StatusCode::REQUEST_TIMEOUT, &[]);
    }
    match incoming.keep(office.now(), false).await {
        Ok(Kept::UpTo(held)) => {
            let goes = office.now().plus_millis(office.outside.staging().limits().idle_millis);
            answer(StatusCode::NO_CONTENT, &[(OFFSET, held.to_string()), (EXPIRES, http_date(goes))])
        }
        Ok(Kept::Damaged) => {
            answer(StatusCode::from_u16(CHECKSUM_MISMATCH).unwrap_or(StatusCode::CONFLICT), &[])
        }
        Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            answer(StatusCode::PAYLOAD_TOO_LARGE, &[])
        }
        Err(_) => answer(StatusCode::INTERNAL_SERVER_ERROR, &[]),
    }
}

/// A moment as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`; nothing for one that no calendar of ours holds.
fn http_date(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.millis()).ok();
    let written = at.and_then(|at| DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok());
    written.unwrap_or_default()
}

impl From<NotTaken> for Trouble {
    fn from(not_taken: NotTaken) -> Self {
        match not_taken {
            NotTaken::TooLarge(_) | NotTaken::TooMuch => Self::TooLarge,
            NotTaken::Name(why) => Self::Unreadable(why.to_string()),
            NotTaken::NoRoom => Self::NoRoom,
            NotTaken::Disk(error) => {
                Failure::Fault(format!("an upload could not be written: {}", error.kind())).into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_http_writes_it() {
        let at = |text| http_date(Timestamp::parse(text).unwrap());
        assert_eq!(at("1994-11-06T08:49:37Z"), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(at("2026-11-29T00:00:01Z"), "Sun, 29 Nov 2026 00:00:01 GMT");
        assert_eq!(at("1969-12-31T23:59:59Z"), "Wed, 31 Dec 1969 23:59:59 GMT");
    }

    #[test]
    fn the_name_is_found_among_what_a_client_says() {
        assert_eq!(name_in("filetype dGV4dA==,filename 5Y+j5L6bIDEucGRm").as_deref(), Some("口供 1.pdf"));
        assert_eq!(name_in("filename"), None);
        assert_eq!(name_in("filename !!!"), None);
        assert_eq!(name_in("name YQ=="), None);
    }
}
