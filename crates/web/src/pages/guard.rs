//! What every request passes: where it comes from, what the browser may do with the answer, and how trouble is shown.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::asking::Reading;
use super::compress;
use super::metrics;
use super::office::Office;
use super::trouble::{self, Trouble};

/// Nothing but our own files, no inline script or style, no frames, forms only to ourselves.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Reads who asks, refuses what another site sent, and puts the headers on every answer.
pub(crate) async fn guard(State(office): State<Arc<Office>>, request: Request<Body>, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    metrics::look_before(&mut parts, &office).await;
    let reading = Reading::of(&parts, &office).await;
    parts.extensions.insert(reading.clone());
    let compressed = compress::wanted(&parts.headers);
    let changes = parts.method != Method::GET && parts.method != Method::HEAD;
    let answer = if changes && !is_from_here(&parts.headers, &office.origin) {
        Trouble::StaleForm.into_response()
    } else {
        next.run(Request::from_parts(parts, body)).await
    };
    let mut answer = trouble::shown(answer, &reading);
    office.answered.count(answer.status());
    harden(answer.headers_mut(), office.is_secure());
    if compressed { compress::page(answer).await } else { answer }
}

/// Whether a request that changes something was made by one of our own pages.
///
/// Browsers say so in `Sec-Fetch-Site`, older ones in `Origin`; whoever says neither is no browser and holds no cookie
/// that a stranger could misuse.
fn is_from_here(headers: &HeaderMap, origin: &str) -> bool {
    let said = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    match (said(HeaderName::from_static("sec-fetch-site")), said(ORIGIN)) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(from)) => {
            from == origin
                || said(HOST).is_some_and(|host| from.strip_prefix("http://") == Some(host))
                || said(HOST).is_some_and(|host| from.strip_prefix("https://") == Some(host))
        }
        (None, None) => true,
    }
}

fn harden(headers: &mut HeaderMap, secure: bool) {
    let mut put = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    put(CONTENT_SECURITY_POLICY, POLICY);
    put(X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(REFERRER_POLICY, "same-origin");
    put(CACHE_CONTROL, "no-store");
    put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    put(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    if secure {
        put(HeaderName::from_static("strict-transport-security"), "max-age=63072000");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn a_form_that_another_site_sends_is_not_taken() {
        let here = |pairs: &[_]| is_from_here(&headers(pairs), "https://desk.example");
        assert!(here(&[("sec-fetch-site", "same-origin")]));
        assert!(!here(&[("sec-fetch-site", "cross-site")]));
        assert!(!here(&[("sec-fetch-site", "same-site"), ("origin", "https://desk.example")]));
        assert!(here(&[("origin", "https://desk.example")]));
        assert!(!here(&[("origin", "https://elsewhere.example"), ("host", "desk.example")]));
        assert!(!here(&[("origin", "null"), ("host", "desk.example")]));
        assert!(here(&[("origin", "http://127.0.0.1:8000"), ("host", "127.0.0.1:8000")]));
    }
}
