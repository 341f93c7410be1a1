//! Pages compressed on their way to our own pages, and to nobody else's.
//!
//! Who can make a browser ask for a page with words of their choice, and see how long the answer is, could guess what else
//! stands on it. So a page is compressed only where the browser itself says that it asks for one of our own, or that a
//! person typed the address; what another site made it ask for goes as it is. The token of forms is another in every page
//! besides ([`Secret::masked`](crate::session::Secret::masked)).

use std::io::Write as _;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, VARY,
};
use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::BodyExt as _;

/// Below this nothing is won.
const WORTH_IT: usize = 1024;
/// Half of the best ratio for a small part of its time.
const LEVEL: Compression = Compression::new(3);

/// Whether the answer to this request may and can be compressed.
pub(crate) fn wanted(headers: &HeaderMap) -> bool {
    let said = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let accepted = said(ACCEPT_ENCODING).unwrap_or_default();
    let takes_it = accepted.split(',').any(|coding| coding.split(';').next().map(str::trim) == Some("gzip"));
    let from_here = matches!(said(HeaderName::from_static("sec-fetch-site")), Some("same-origin" | "none"));
    takes_it && from_here
}

/// The answer, compressed where it is a page.
pub(crate) async fn page(answer: Response) -> Response {
    let is_page = |value: &HeaderValue| value.as_bytes().starts_with(b"text/html");
    if !answer.headers().get(CONTENT_TYPE).is_some_and(is_page)
        || answer.headers().contains_key(CONTENT_ENCODING)
    {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    // A page is made whole before it is sent: its body neither waits nor fails.
    let plain = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let Some(squeezed) = (plain.len() >= WORTH_IT).then(|| gzip(&plain)).flatten() else {
        return Response::from_parts(parts, Body::from(plain));
    };
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.append(VARY, HeaderValue::from_static("Accept-Encoding, Sec-Fetch-Site"));
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(squeezed))
}

fn gzip(plain: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), LEVEL);
    encoder.write_all(plain).and_then(|()| encoder.finish()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(pairs: &[(&'static str, &'static str)]) -> bool {
        let header = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        wanted(&pairs.iter().map(header).collect())
    }

    #[test]
    fn a_page_that_another_site_asked_for_is_not_compressed() {
        let takes = ("accept-encoding", "gzip, deflate, br");
        assert!(wants(&[takes, ("sec-fetch-site", "same-origin")]));
        assert!(wants(&[takes, ("sec-fetch-site", "none")]));
        assert!(!wants(&[takes, ("sec-fetch-site", "cross-site")]));
        assert!(!wants(&[takes, ("sec-fetch-site", "same-site")]));
        assert!(!wants(&[takes]), "whoever does not say");
        assert!(!wants(&[("accept-encoding", "br"), ("sec-fetch-site", "none")]));
    }
}
