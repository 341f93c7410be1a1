//! The audit and the node's own page: what an auditor sees, takes out and leaves behind.

use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use comity_domain::vocabularies::Role;
use comity_journal::ids::MatterId;

use super::office::{Browser, House, titled};

fn audited() -> (House, MatterId) {
    let house = House::open();
    let auditor = |ledger: &mut comity_app::ledger::Ledger, pending: &mut _| {
        ledger.add_officer(pending, "Uli Brand", &[Role::Auditor])
    };
    house.pair.a.run(auditor).expect("an auditor");
    let matter = house.pair.signed_request();
    (house, matter)
}

fn record_of(house: &House, name: &'static str) -> String {
    house.pair.a.run(move |ledger, _| Ok(ledger.officer(Some(name))?.record)).expect("an officer").to_string()
}

fn lines(browser: &Browser, path: &str) -> String {
    let seen = browser.get(path);
    assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.text);
    seen.text
        .split("<tbody")
        .nth(1)
        .and_then(|rest| rest.split("</tbody>").next())
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn whoever_looks_at_the_audit_stands_in_it() {
    let (house, matter) = audited();
    let auditor = house.sit("Uli Brand");
    lines(&auditor, "/audit");
    let read = lines(&auditor, "/audit?only=reads");
    assert!(read.contains("Look at the audit") && read.contains("Uli Brand"), "{read}");
    let looks = |text: &str| text.matches("Look at the audit").count();
    assert_eq!(looks(&lines(&auditor, "/audit?only=reads")), 1, "once in an hour");
    let number = matter.shown('R');
    lines(&auditor, &format!("/audit?matter={number}"));
    assert_eq!(looks(&lines(&auditor, "/audit?only=reads")), 2, "one matter alone is another look");
    assert!(lines(&auditor, &format!("/audit?only=reads&matter={number}")).contains(&number));
}

#[test]
fn the_audit_is_filtered_by_who_what_when_and_matter() {
    let (house, matter) = audited();
    let auditor = house.sit("Uli Brand");
    let number = matter.shown('R');
    let amara = record_of(&house, "Amara Olin");
    let of_her = lines(&auditor, &format!("/audit?who={amara}"));
    assert!(of_her.contains("Amara Olin") && !of_her.contains("Bo Reyes"));
    let approvals = lines(&auditor, "/audit?act=approve");
    assert!(approvals.contains("Bo Reyes") && !approvals.contains("Amara Olin"), "{approvals}");
    assert!(lines(&auditor, &format!("/audit?matter={number}")).contains("Approve"));
    assert_eq!(lines(&auditor, "/audit?to=2026-01-01"), "");
    let wrong = auditor.get("/audit?matter=R-0000000000000&from=once");
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text.contains("There is no matter of that number.") && wrong.text.contains("value=\"once\"")
    );
}

#[test]
fn who_tried_a_page_that_is_not_theirs_stands_among_the_refusals_with_the_rule() {
    let (house, _) = audited();
    assert_eq!(house.sit("Amara Olin").get("/audit").status, StatusCode::FORBIDDEN);
    let refused = lines(&house.sit("Uli Brand"), "/audit?only=refusals");
    assert!(
        refused.contains("Amara Olin") && refused.contains("Your role cannot propose this act."),
        "{refused}"
    );
}

#[test]
fn lines_of_the_audit_leave_only_with_a_purpose_and_that_is_recorded_first() {
    let (house, _) = audited();
    let auditor = house.sit("Uli Brand");
    let without = auditor.post("/audit/export", &[("form", "csv"), ("purpose", "")]);
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text.contains("Fill this in."));
    let taken = auditor
        .post("/audit/export", &[("form", "csv"), ("purpose", "Yearly examination"), ("act", "approve")]);
    assert_eq!(taken.status, StatusCode::OK);
    let rows: Vec<_> = taken.text.lines().collect();
    assert_eq!(rows.len(), 2, "what the filter shows, and its head: {}", taken.text);
    assert!(rows[1].contains("\"Bo Reyes\""), "{}", rows[1]);
    let exports = lines(&auditor, "/audit?act=export");
    assert!(exports.contains("Lines of the audit") && exports.contains("Uli Brand"), "{exports}");
    let json = auditor.post("/audit/export", &[("form", "json"), ("purpose", "Yearly examination")]);
    let read: serde_json::Value = serde_json::from_str(&json.text).expect("JSON");
    assert!(
        read.as_array().is_some_and(|lines| lines.iter().any(|line| line["act"] == "export")),
        "its own record too"
    );
    assert_eq!(
        house.sit("Bo Reyes").post("/audit/export", &[("form", "csv"), ("purpose", "x")]).status,
        StatusCode::FORBIDDEN
    );
}

#[test]
fn an_auditor_sees_that_a_restricted_matter_is_there_and_nothing_it_says() {
    let (house, matter) = audited();
    house
        .pair
        .a
        .act(matter, "restrict", Some("reason = \"Kept close.\""), "Bo Reyes")
        .expect("a restriction");
    let auditor = house.sit("Uli Brand");
    for path in ["/matters", "/", "/matters?kind=request", "/work?whose=bureau", "/work/print"] {
        assert!(!auditor.get(path).text.contains(titled("A number").as_str()), "{path}");
    }
    assert!(auditor.get("/matters").text.contains(&matter.shown('R')));
}

#[test]
fn the_page_of_the_node_says_what_needs_somebody() {
    let (house, _) = audited();
    let supervisor = house.sit("Bo Reyes");
    let page = supervisor.get("/node").text;
    assert!(page.contains("less than 1 GiB") && page.contains("has not been verified since"), "{page}");
    assert!(!page.contains("A number"), "nothing of any matter stands on it");
    house.outside.room.store(50 << 30, Ordering::Relaxed);
    assert_eq!(supervisor.post("/journal/verify", &[]).status, StatusCode::SEE_OTHER);
    let page = supervisor.get("/node").text;
    assert!(!page.contains("less than 1 GiB") && !page.contains("has not been verified since"), "{page}");
    assert!(page.contains("no partner has cosigned"), "who vouches for it is said plainly");
}
