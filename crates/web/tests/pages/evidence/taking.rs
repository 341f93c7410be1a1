//! Packages taken out, whole and in ranges, and single files taken out of them.

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use comity_testkit::node::wait;
use http_body_util::BodyExt as _;

use super::super::office::Browser;
use super::Evidence;

fn header(answer: &Response<Body>, name: &str) -> String {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

fn bytes(answer: Response<Body>) -> Vec<u8> {
    wait(answer.into_body().collect()).expect("a body").to_bytes().to_vec()
}

fn ask(browser: &Browser, method: &str, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let request = Request::builder().method(method).uri(path);
    browser.request(
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)),
        Body::empty(),
    )
}

#[test]
fn a_download_is_recorded_once_before_its_first_byte_and_comes_in_ranges() {
    let evidence = Evidence::announced();
    let package = evidence.handed_over();
    let custodian = evidence.house.sit("Cyan Roe");
    let page = evidence.package(&package);
    let without = custodian.post(&format!("{page}/take"), &[("purpose", "  ")]);
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text.contains("Say for what it is taken out."));
    assert_eq!(evidence.recorded("export"), 0);
    let to = custodian.post(&format!("{page}/take"), &[("purpose", "examination")]).to;
    assert_eq!(evidence.recorded("export"), 1, "recorded, and nothing has left yet");
    let whole = ask(&custodian, "GET", &to, &[]);
    assert_eq!((whole.status(), header(&whole, "accept-ranges")), (StatusCode::OK, "bytes".into()));
    assert!(header(&whole, "content-disposition").starts_with("attachment; filename=\"E-"));
    let (tag, whole) = (header(&whole, "etag"), bytes(whole));
    let stored =
        std::fs::read(evidence.house.dir.path().join("objects").join(&package)).expect("the package");
    assert!(whole == stored, "the file is what is stored");
    let part = ask(&custodian, "GET", &to, &[("range", "bytes=1000-2999"), ("if-range", &tag)]);
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(header(&part, "content-range"), format!("bytes 1000-2999/{}", stored.len()));
    assert_eq!(header(&part, "content-length"), "2000");
    assert!(bytes(part) == stored[1000..3000]);
    let tail = ask(&custodian, "GET", &to, &[("range", "bytes=-100")]);
    assert!(bytes(tail) == stored[stored.len() - 100..]);
    let other = ask(&custodian, "GET", &to, &[("range", "bytes=0-1"), ("if-range", "\"another\"")]);
    assert_eq!((other.status(), bytes(other).len()), (StatusCode::OK, stored.len()));
    let beyond = ask(&custodian, "GET", &to, &[("range", "bytes=999999999-")]);
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    let head = ask(&custodian, "HEAD", &to, &[]);
    assert_eq!(header(&head, "content-length"), stored.len().to_string());
    assert!(bytes(head).is_empty());
    assert_eq!(evidence.recorded("export"), 1, "one letting out, however many ranges");
}

#[test]
fn what_was_let_out_to_one_officer_is_not_there_for_another() {
    let evidence = Evidence::announced();
    let package = evidence.handed_over();
    let page = evidence.package(&package);
    let to = evidence.house.sit("Cyan Roe").post(&format!("{page}/take"), &[("purpose", "examination")]).to;
    assert_eq!(evidence.house.sit("Bo Reyes").get(&to).status, StatusCode::NOT_FOUND);
    assert_eq!(evidence.house.sit("Nell Ode").get(&to).status, StatusCode::NOT_FOUND);
    let auditor = evidence.house.sit("Aud Ito");
    assert_eq!(auditor.get(&to).status, StatusCode::FORBIDDEN, "an auditor takes nothing out");
    for way in ["take", "open"] {
        let refused = auditor.post(&format!("{page}/{way}"), &[("purpose", "curiosity")]);
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{way}");
    }
    assert!(!auditor.get(&page).text.contains("/take"), "what one may not do is not offered");
    assert_eq!(evidence.recorded("export"), 1);
}

#[test]
fn one_file_is_taken_out_of_a_package_each_time_recorded_and_in_small_pieces() {
    let evidence = Evidence::announced();
    let package = evidence.handed_over();
    let custodian = evidence.house.sit("Cyan Roe");
    let page = evidence.package(&package);
    let to = custodian.post(&format!("{page}/open"), &[("purpose", "examination")]).to;
    assert_eq!((evidence.recorded("export"), evidence.recorded("read")), (1, 1));
    let list = custodian.get(&to);
    assert!(
        list.text.contains("telephone 1/calls.csv") && list.text.contains("通话记录.txt"),
        "{}",
        list.text
    );
    let token = custodian.token();
    let take = |number: &str| {
        let request = Request::post(&to).header("content-type", "application/x-www-form-urlencoded");
        custodian.request(request, format!("csrf={token}&file={number}"))
    };
    let mut large = take("1");
    assert_eq!(large.status(), StatusCode::OK);
    assert_eq!(evidence.recorded("export"), 2, "recorded before the first byte");
    assert_eq!(header(&large, "content-length"), (3 << 20).to_string());
    assert_eq!(header(&large, "content-type"), "application/octet-stream");
    assert_eq!(header(&large, "x-content-type-options"), "nosniff");
    assert!(header(&large, "content-security-policy").contains("sandbox"));
    assert!(header(&large, "content-disposition").starts_with("attachment; filename*=UTF-8''%E9%80%9A"));
    let (mut size, mut largest) = (0, 0);
    while let Some(frame) = wait(large.body_mut().frame()) {
        let piece = frame.expect("a piece").into_data().unwrap_or_default();
        assert!(piece.iter().all(|byte| *byte == 0x5a));
        (size, largest) = (size + piece.len(), largest.max(piece.len()));
    }
    assert_eq!(size, 3 << 20);
    assert!(largest <= 256 * 1024, "a file is never in memory as a whole");
    assert_eq!(bytes(take("0")), b"2026-11-20T08:00:00Z;+999 555 0100\n");
    assert_eq!(take("2").status(), StatusCode::NOT_FOUND);
    assert_eq!(take("x").status(), StatusCode::NOT_FOUND);
    assert_eq!(evidence.recorded("export"), 3, "what is not there does not leave");
}
