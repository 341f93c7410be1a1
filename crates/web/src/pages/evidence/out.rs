//! A sealed package taken out of the node as the file it is: recorded once with its purpose, then fetched as a whole or in
//! ranges (RFC 9110, section 14).

use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use comity_app::authorise::Doing;
use comity_domain::matters::node::Export;
use maud::html;

use super::super::asking::Asking;
use super::super::frame::Page;
use super::super::office::Office;
use super::super::sign_in::prove_to_let_out;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::grants::What;
use super::lines::short;
use super::package::{Found, find};
use super::stream::body_of;
use crate::session::Secret;

/// The longest purpose, in bytes.
pub(crate) const PURPOSE: usize = 500;

/// Which of the two ways out a form is about: the end of its path, its title, what is said above it.
pub(super) struct WayOut {
    pub(super) path: &'static str,
    pub(super) title: &'static str,
    pub(super) what: &'static str,
    pub(super) send: &'static str,
}

const TAKE: WayOut =
    WayOut { path: "take", title: "page-take", what: "page-take-what", send: "page-take-send" };

/// What came of asking for what something is taken out.
pub(super) enum Purpose {
    /// What is to be let out, and for what.
    Said(Box<Found>, String),
    /// What is answered instead: the form again, or the page that asks who sits there.
    Answer(Response),
}

impl WayOut {
    /// The form that asks for what it is taken out.
    pub(super) fn form(
        &self,
        asking: &Asking,
        found: &Found,
        typed: &Typed,
        wrong: Option<&str>,
    ) -> Response {
        let title = asking.text(self.title);
        let invalid = wrong.map(|_| "true");
        let body = html! {
            (found.crumbs())
            h1 { (title) }
            @if let Some(wrong) = wrong {
                div.error-summary tabindex="-1" aria-labelledby="error-summary-title" { div role="alert" {
                    h2 #error-summary-title { (asking.text("page-form-wrong")) }
                    ul { li { a href="#purpose" { (asking.text("page-out-purpose")) (asking.text("page-colon")) (asking.text(wrong)) } } }
                } }
            }
            p { (asking.text(self.what)) }
            form.act-form action={ (found.path()) "/" (self.path) } method="post" {
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
                        aria-invalid=[invalid] aria-describedby="purpose-hint" autocomplete="off";
                }
                button.btn.btn-primary type="submit" { (asking.text(self.send)) }
                " " a.btn.btn-link href=(found.path()) { (asking.text("page-form-leave")) }
            }
        };
        let page = Page::new(title).of("evidence").faulty(wrong.is_some()).around(asking, &body);
        let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        (status, page).into_response()
    }

    /// Reads the form: what is to be let out, and for what.
    pub(super) async fn purpose(
        &self,
        office: &Office,
        asking: &Asking,
        (number, package): (String, String),
        typed: &Typed,
    ) -> Result<Purpose, Trouble> {
        asking.check_form(typed.get("csrf"))?;
        let found = find(office, asking, number, package).await?;
        if let Some(wrong) = wrong_purpose(typed) {
            return Ok(Purpose::Answer(self.form(asking, &found, typed, Some(wrong))));
        }
        let first = prove_to_let_out(office, asking, typed).await?;
        let said = || Purpose::Said(Box::new(found), typed.text("purpose").trim().to_owned());
        Ok(first.map_or_else(said, Purpose::Answer))
    }

    /// Leads to what was let out, which is there for whoever asked, for a while.
    pub(super) fn lead(&self, office: &Office, asking: &Asking, found: &Found, what: What) -> Response {
        let name = office.draw(|entropy| Secret::draw(entropy).as_str().to_owned());
        let (officer, entry, now) = (asking.officer().record, found.row.entry, office.now());
        office.evidence.grants.keep(name.clone(), officer, entry, now, what);
        Redirect::to(&format!("{}/{}/{name}", found.path(), self.path)).into_response()
    }
}

/// What is wrong with a purpose as it was typed.
pub(crate) fn wrong_purpose(typed: &Typed) -> Option<&'static str> {
    match typed.text("purpose").trim() {
        "" => Some("page-out-purpose-missing"),
        long if long.len() > PURPOSE => Some("page-out-purpose-long"),
        _ => None,
    }
}

pub(super) async fn ask(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, package)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    let found = find(&office, &asking, number, package).await?;
    Ok(TAKE.form(&asking, &found, &Typed::default(), None))
}

/// Records that the package leaves; what follows is its fetching.
pub(super) async fn grant(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(package): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Trouble> {
    let (found, purpose) = match TAKE.purpose(&office, &asking, package, &typed).await? {
        Purpose::Said(found, purpose) => (found, purpose),
        Purpose::Answer(answer) => return Ok(answer),
    };
    let (officer, matter) = (asking.officer(), found.row.matter);
    let recorded = office.run(move |ledger, pending| {
        ledger.let_out(pending, Export::SealedPackage, Some(&matter), &purpose, &officer)
    });
    recorded.await?;
    Ok(TAKE.lead(&office, &asking, &found, What::Package))
}

/// What was let out to whoever asks, as long as their roles still let them take anything out.
pub(super) async fn let_out(
    office: &Office,
    asking: &Asking,
    found: &Found,
    grant: &str,
) -> Result<What, Trouble> {
    let (officer, matter) = (asking.officer(), found.row.matter);
    let (record, entry) = (officer.record, found.row.entry);
    office.run(move |ledger, _| ledger.authorise(&officer, Doing::TakeOut, Some(&matter))).await?;
    office.evidence.grants.find(grant, record, entry, office.now()).ok_or(Trouble::NotFound)
}

/// The file, or the range of it that was asked for.
pub(super) async fn file(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, package, grant)): Path<(String, String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let found = find(&office, &asking, number, package).await?;
    let What::Package = let_out(&office, &asking, &found, &grant).await? else {
        return Err(Trouble::NotFound);
    };
    let opened = office.outside.objects().get(&found.row.package).map_err(|_| Trouble::Fault)?;
    let mut file = opened.ok_or(Trouble::NotFound)?;
    let size = file.metadata().map_err(|_| Trouble::Fault)?.len();
    // The name of a package is a root over its bytes; its header is beside them, so the size goes with it.
    let tag = format!("\"{}-{size}\"", found.row.package);
    let mut answer = match range_of(&headers, &tag, size) {
        Ranged::Whole => Response::new(Body::empty()),
        Ranged::None => return Ok(none_of(size)),
        Ranged::Some(range) => {
            file.seek(SeekFrom::Start(range.start)).map_err(|_| Trouble::Fault)?;
            let length = range.end - range.start;
            let mut answer = Response::new(body(&method, file.take(length)));
            *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
            let place = format!("bytes {}-{}/{size}", range.start, range.end - 1);
            put(&mut answer, &[(CONTENT_RANGE, place), (CONTENT_LENGTH, length.to_string())]);
            put(&mut answer, &always(&found, tag));
            return Ok(answer);
        }
    };
    *answer.body_mut() = body(&method, file);
    put(&mut answer, &[(CONTENT_LENGTH, size.to_string())]);
    put(&mut answer, &always(&found, tag));
    Ok(answer)
}

fn body(method: &Method, from: impl std::io::Read + Send + 'static) -> Body {
    if *method == Method::HEAD { Body::empty() } else { body_of(from) }
}

fn always(found: &Found, tag: String) -> [(HeaderName, String); 4] {
    let name = format!("{}-{}.package", found.line.matter.number, short(&found.line.package));
    [
        (CONTENT_TYPE, "application/octet-stream".into()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (ACCEPT_RANGES, "bytes".into()),
        (ETAG, tag),
    ]
}

pub(crate) fn put(answer: &mut Response, headers: &[(HeaderName, String)]) {
    for (name, value) in headers {
        if let Ok(value) = value.parse() {
            answer.headers_mut().insert(name.clone(), value);
        }
    }
}

fn none_of(size: u64) -> Response {
    let place = [(CONTENT_RANGE, format!("bytes */{size}"))];
    (StatusCode::RANGE_NOT_SATISFIABLE, place).into_response()
}

/// What of a file was asked for.
#[derive(Debug, PartialEq, Eq)]
enum Ranged {
    Whole,
    Some(Range<u64>),
    /// Nothing that it has.
    None,
}

/// Reads `Range` and `If-Range`. Several ranges at once, and forms this node does not know, mean the whole, as the
/// standard allows.
fn range_of(headers: &HeaderMap, tag: &str, size: u64) -> Ranged {
    let said = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if said(IF_RANGE).is_some_and(|known| known != tag) {
        return Ranged::Whole;
    }
    let Some((first, last)) =
        said(RANGE).and_then(|range| range.strip_prefix("bytes=")).and_then(|range| range.split_once('-'))
    else {
        return Ranged::Whole;
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let range = match (first.trim(), last.trim()) {
        ("", last) => number(last).map(|last| size.saturating_sub(last)..size),
        (first, "") => number(first).map(|first| first..size),
        (first, last) => number(first)
            .zip(number(last))
            .filter(|(first, last)| first <= last)
            .map(|(first, last)| first..last.saturating_add(1).min(size)),
    };
    match range {
        None => Ranged::Whole,
        Some(range) if range.is_empty() => Ranged::None,
        Some(range) => Ranged::Some(range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &'static str, if_range: Option<&'static str>) -> Ranged {
        let mut headers = HeaderMap::from_iter([(RANGE, range.parse().unwrap())]);
        headers.extend(if_range.map(|tag| (IF_RANGE, tag.parse().unwrap())));
        range_of(&headers, "\"a\"", 10)
    }

    #[test]
    fn a_range_is_read_as_the_standard_says() {
        assert_eq!(asked("bytes=0-3", None), Ranged::Some(0..4));
        assert_eq!(asked("bytes=4-", None), Ranged::Some(4..10));
        assert_eq!(asked("bytes=-3", None), Ranged::Some(7..10));
        assert_eq!(asked("bytes=-30", None), Ranged::Some(0..10));
        assert_eq!(asked("bytes=9-99", None), Ranged::Some(9..10));
        assert_eq!(asked("bytes=10-", None), Ranged::None);
        assert_eq!(asked("bytes=-0", None), Ranged::None);
        for whole in ["bytes=0-1,4-5", "bytes=5-2", "bytes=x-", "lines=0-3", "bytes="] {
            assert_eq!(asked(whole, None), Ranged::Whole, "{whole}");
        }
        assert_eq!(asked("bytes=0-18446744073709551615", None), Ranged::Some(0..10));
    }

    #[test]
    fn a_range_of_another_file_is_not_mixed_into_this_one() {
        assert_eq!(asked("bytes=4-", Some("\"a\"")), Ranged::Some(4..10));
        assert_eq!(asked("bytes=4-", Some("\"b\"")), Ranged::Whole);
        assert_eq!(
            asked("bytes=4-", Some("W/\"a\"")),
            Ranged::Whole,
            "only a strong tag says the same bytes"
        );
    }
}
