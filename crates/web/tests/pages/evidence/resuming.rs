//! Uploads by the tus protocol: what its text says, and what is ours about them.

use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode};
use comity_app::staging::StagingLimits;
use comity_domain::matters::standard;
use comity_testkit::node::NOW;
use data_encoding::BASE64;
use sha2::{Digest as _, Sha256};

use super::super::office::{Browser, House};
use super::Evidence;

struct Client<'a> {
    evidence: &'a Evidence,
    browser: Browser,
    token: String,
}

type Headers<'a> = &'a [(&'static str, String)];

impl<'a> Client<'a> {
    fn of(evidence: &'a Evidence, name: &'static str) -> Self {
        let browser = evidence.house.sit(name);
        let token = browser.token();
        Self { evidence, browser, token }
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        headers: Headers<'_>,
        body: impl Into<Body>,
    ) -> Response<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("tus-resumable", "1.0.0")
            .header("x-csrf", &self.token);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        self.browser.request(request, body)
    }

    fn create(&self, name: &str, length: u64) -> Response<Body> {
        let metadata = format!("filename {}", BASE64.encode(name.as_bytes()));
        let headers = [("upload-length", length.to_string()), ("upload-metadata", metadata)];
        self.send(Method::POST, &format!("/m/{}/uploads", self.evidence.number), &headers, Body::empty())
    }

    fn begun(&self, name: &str, length: u64) -> String {
        let created = self.create(name, length);
        assert_eq!(created.status(), StatusCode::CREATED);
        assert!(created.headers().contains_key("upload-expires"));
        header(&created, "location")
    }

    fn patch(&self, place: &str, from: u64, more: Headers<'_>, bytes: &[u8]) -> Response<Body> {
        let mut headers = vec![
            ("content-type", "application/offset+octet-stream".to_owned()),
            ("content-length", bytes.len().to_string()),
            ("upload-offset", from.to_string()),
        ];
        headers.extend(more.iter().cloned());
        self.send(Method::PATCH, place, &headers, bytes.to_vec())
    }

    fn held(&self, place: &str) -> String {
        let head = self.send(Method::HEAD, place, &[], Body::empty());
        assert_eq!(head.status(), StatusCode::OK);
        assert_eq!(header(&head, "cache-control"), "no-store");
        header(&head, "upload-offset")
    }
}

fn header(answer: &Response<Body>, name: &str) -> String {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

fn sha256(bytes: &[u8]) -> (&'static str, String) {
    ("upload-checksum", format!("sha256 {}", BASE64.encode(&Sha256::digest(bytes))))
}

#[test]
fn an_upload_comes_in_pieces_and_is_handed_over() {
    let evidence = Evidence::announced();
    let client = Client::of(&evidence, "Cyan Roe");
    let offered =
        client.send(Method::OPTIONS, &format!("/m/{}/uploads", evidence.number), &[], Body::empty());
    assert_eq!(header(&offered, "tus-extension"), "creation,expiration,checksum,termination");
    let place = client.begun("口供/1.pdf", 11);
    assert!(!place.contains("pdf"), "no name stands in an address");
    assert_eq!(client.held(&place), "0");
    let first = client.patch(&place, 0, &[sha256(b"hello ")], b"hello ");
    assert_eq!((first.status(), header(&first, "upload-offset")), (StatusCode::NO_CONTENT, "6".into()));
    let sha1 = ("upload-checksum", format!("sha1 {}", BASE64.encode(&sha1::Sha1::digest(b"world"))));
    assert_eq!(client.patch(&place, 6, &[sha1], b"world").status(), StatusCode::NO_CONTENT);
    let fields = [("upload", place.as_str()), ("label", "Statement"), ("step", "do")];
    let done = evidence.send(&client.browser, &fields, &[]);
    assert!(client.browser.get(&done.to).text.contains("Sealed for all parties"), "{done:?}");
    assert_eq!(evidence.waiting(), [""; 0]);
    assert_eq!(client.send(Method::HEAD, &place, &[], Body::empty()).status(), StatusCode::NOT_FOUND);
}

#[test]
fn what_does_not_fit_is_answered_as_the_protocol_says() {
    let evidence = Evidence::announced_with(StagingLimits { file: 100, ..StagingLimits::default() });
    let client = Client::of(&evidence, "Cyan Roe");
    let place = client.begun("a.bin", 10);
    client.patch(&place, 0, &[], b"12345");
    let conflict = client.patch(&place, 3, &[], b"45");
    assert_eq!((conflict.status(), header(&conflict, "upload-offset")), (StatusCode::CONFLICT, "5".into()));
    let damaged = client.patch(&place, 5, &[sha256(b"other")], b"67890");
    assert_eq!(damaged.status().as_u16(), 460);
    assert_eq!(client.held(&place), "5", "nothing damaged counts");
    assert_eq!(client.patch(&place, 5, &[], b"678901").status(), StatusCode::PAYLOAD_TOO_LARGE);
    let unknown = [("upload-checksum", "md5 AAAA".to_owned())];
    assert_eq!(client.patch(&place, 5, &unknown, b"6").status(), StatusCode::BAD_REQUEST);
    let kind = [("content-type", "text/plain".to_owned()), ("upload-offset", "5".to_owned())];
    assert_eq!(client.send(Method::PATCH, &place, &kind, "6").status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(client.create("b.bin", 101).status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(client.create("../b.bin", 1).status(), StatusCode::BAD_REQUEST);
    let old = Request::head(&place).header("tus-resumable", "0.2.2");
    let old = client.browser.request(old, Body::empty());
    assert_eq!(
        (old.status(), header(&old, "tus-version")),
        (StatusCode::PRECONDITION_FAILED, "1.0.0".into())
    );
    let instead = [("x-http-method-override", "DELETE".to_owned())];
    assert_eq!(client.send(Method::POST, &place, &instead, Body::empty()).status(), StatusCode::NO_CONTENT);
    assert_eq!(client.patch(&place, 5, &[], b"67890").status(), StatusCode::NOT_FOUND);
    assert_eq!(evidence.waiting(), [""; 0]);
}

#[test]
fn a_piece_without_its_announced_length_cannot_grow_the_upload() {
    let evidence = Evidence::announced();
    let client = Client::of(&evidence, "Cyan Roe");
    let place = client.begun("a.bin", 4);
    let headers =
        [("content-type", "application/offset+octet-stream".to_owned()), ("upload-offset", "0".to_owned())];
    let pieces = ["1234", "5678"].map(Ok::<_, std::io::Error>);
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    assert_eq!(client.send(Method::PATCH, &place, &headers, body).status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(client.held(&place), "0");
}

#[test]
fn cut_off_in_the_middle_what_came_counts_only_where_no_sum_was_announced() {
    let evidence = Evidence::announced();
    let client = Client::of(&evidence, "Cyan Roe");
    let cut_off = |place: &str, more: Option<(&'static str, String)>| {
        let mut headers = vec![
            ("content-type", "application/offset+octet-stream".to_owned()),
            ("upload-offset", "0".to_owned()),
        ];
        headers.extend(more);
        let pieces = [Ok("123"), Err(std::io::Error::other("the link"))];
        client.send(Method::PATCH, place, &headers, Body::from_stream(futures_util::stream::iter(pieces)));
        client.held(place)
    };
    let [plain, summed] = ["a", "b"].map(|name| client.begun(name, 6));
    assert_eq!(cut_off(&plain, None), "3");
    assert_eq!(cut_off(&summed, Some(sha256(b"123456"))), "0");
}

#[test]
fn a_node_killed_between_two_pieces_goes_on_from_the_first() {
    let evidence = Evidence::announced();
    let client = Client::of(&evidence, "Cyan Roe");
    let place = client.begun("a.bin", 10);
    client.patch(&place, 0, &[sha256(b"12345")], b"12345");
    // Killed: sessions and all that was in memory are gone, the folder is what it was.
    let Evidence { house, matter, number } = evidence_of(&evidence);
    let evidence = Evidence { house, matter, number };
    let client = Client::of(&evidence, "Cyan Roe");
    assert_eq!(client.held(&place), "5");
    assert_eq!(client.patch(&place, 5, &[sha256(b"67890")], b"67890").status(), StatusCode::NO_CONTENT);
    let page = client.browser.get(&evidence.form()).text;
    assert!(page.contains("a.bin"), "it is there to be sealed: {page}");
}

/// The same node anew, on a copy of its folder, which is all that a killed process leaves.
fn evidence_of(before: &Evidence) -> Evidence {
    let dir = tempfile::tempdir().expect("a folder");
    let to = dir.path().join("uploads");
    std::fs::create_dir_all(&to).expect("a folder");
    for name in before.waiting() {
        let from = before.house.dir.path().join("uploads").join(&name);
        std::fs::copy(from, to.join(&name)).expect("a copy");
    }
    let pair = before.house.pair.clone();
    let house = House::of(pair, dir, StagingLimits::default(), standard);
    Evidence { house, matter: before.matter, number: before.number.clone() }
}

#[test]
fn another_officers_upload_answers_like_none() {
    let evidence = Evidence::announced();
    let client = Client::of(&evidence, "Cyan Roe");
    let place = client.begun("a.bin", 10);
    let let_in = Some("officer = \"Nell Ode\"");
    evidence.house.pair.a.act(evidence.matter, "let-in", let_in, "Bo Reyes").expect("let in");
    let other = Client::of(&evidence, "Nell Ode");
    let none = format!("/m/{}/uploads/{}", evidence.number, "0".repeat(32));
    for method in [Method::HEAD, Method::DELETE] {
        let [theirs, nobodys] = [&place, &none].map(|at| other.send(method.clone(), at, &[], Body::empty()));
        assert_eq!((theirs.status(), nobodys.status()), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    }
    assert_eq!(other.patch(&place, 0, &[], b"x").status(), StatusCode::NOT_FOUND);
    let taken = evidence.send(&other.browser, &[("upload", &place), ("label", "x"), ("step", "do")], &[]);
    assert!(taken.text.contains("Choose at least one file."), "{}", taken.text);
    let forged = Client { token: "guessed".into(), ..Client::of(&evidence, "Cyan Roe") };
    assert_eq!(forged.patch(&place, 0, &[], b"x").status(), StatusCode::FORBIDDEN);
    assert_eq!(forged.create("b", 1).status(), StatusCode::FORBIDDEN);
    assert_eq!(client.held(&place), "0");
}

#[test]
fn what_nobody_touches_goes_after_a_day() {
    let evidence = Evidence::announced();
    let client = Client::of(&evidence, "Cyan Roe");
    let place = client.begun("a.bin", 10);
    let day = StagingLimits::default().idle_millis;
    evidence.house.pair.a.clock.set(NOW.plus_millis(day));
    let client = Client::of(&evidence, "Cyan Roe");
    assert_eq!(client.send(Method::HEAD, &place, &[], Body::empty()).status(), StatusCode::NOT_FOUND);
    client.begun("b.bin", 1);
    assert_eq!(evidence.waiting().len(), 2, "the overdue one is off the disk");
}
