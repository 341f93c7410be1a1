//! Files brought with a plain form, sealed and handed over.

use axum::http::StatusCode;
use comity_app::staging::StagingLimits;

use super::Evidence;

#[test]
fn files_of_a_plain_form_are_sealed_handed_over_and_gone() {
    let evidence = Evidence::announced();
    let custodian = evidence.house.sit("Cyan Roe");
    let form = custodian.get(&evidence.form());
    assert!(form.text.contains("type=\"file\"") && !form.text.contains("name=\"header\""), "{}", form.text);
    let package = evidence.handed_over();
    assert_eq!(evidence.waiting(), [""; 0], "nothing in the clear is left");
    assert!(evidence.house.dir.path().join("objects").join(&package).is_file());
    assert_eq!(evidence.recorded("transfer"), 1);
    let page = custodian.get(&evidence.package(&package)).text;
    assert!(page.contains("Telephones") && page.contains("for our own agency, Country B"), "{page}");
}

#[test]
fn what_is_missing_is_said_and_the_files_are_kept() {
    let evidence = Evidence::announced();
    let custodian = evidence.house.sit("Cyan Roe");
    let again = evidence.send(&custodian, &[("step", "check")], &[("report.txt", b"write blocker in place")]);
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("href=\"#f-label\"") && again.text.contains("report.txt"), "{}", again.text);
    let upload = again.text.split("name=\"upload\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let upload = upload.expect("the file is listed").to_owned();
    let check =
        evidence.send(&custodian, &[("upload", &upload), ("label", "Report"), ("step", "check")], &[]);
    assert_eq!(check.status, StatusCode::OK);
    assert!(check.text.contains("report.txt") && check.text.contains("Seal and hand over"), "{}", check.text);
    assert_eq!(evidence.recorded("transfer"), 0, "nothing is handed over before it was checked");
    let removed = evidence.send(&custodian, &[("upload", &upload), ("remove", &upload)], &[]);
    assert!(!removed.text.contains("report.txt"));
    assert_eq!(evidence.waiting(), [""; 0]);
    let none = evidence.send(&custodian, &[("label", "Report"), ("step", "do")], &[]);
    assert!(none.text.contains("Choose at least one file."), "{}", none.text);
}

#[test]
fn a_form_sent_twice_hands_over_once() {
    let evidence = Evidence::announced();
    let custodian = evidence.house.sit("Cyan Roe");
    let check = evidence.send(&custodian, &[("label", "x"), ("step", "check")], &[("a", b"1")]);
    let upload = check.text.split("name=\"upload\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let fields = [("upload", upload.expect("the file is carried on")), ("label", "x"), ("step", "do")];
    let [first, second] = [(); 2].map(|()| evidence.send(&custodian, &fields, &[]));
    assert_eq!((second.status, &second.to), (StatusCode::SEE_OTHER, &first.to), "it leads to the same job");
    assert_eq!(evidence.recorded("transfer"), 1);
}

#[test]
fn names_that_no_package_can_hold_are_refused_beside_the_files() {
    let evidence = Evidence::announced();
    let custodian = evidence.house.sit("Cyan Roe");
    for name in ["../../journal.db", "/etc/passwd", "a//b"] {
        let refused = evidence.send(&custodian, &[("label", "x"), ("step", "do")], &[(name, b"x")]);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(
            refused.text.contains("A file has a name that no package can hold."),
            "{name}: {}",
            refused.text
        );
    }
    let twice = evidence.send(&custodian, &[("label", "x"), ("step", "do")], &[("a", b"1"), ("a", b"2")]);
    assert!(twice.text.contains("Two files have the same name."), "{}", twice.text);
    assert_eq!(evidence.recorded("transfer"), 0);
}

#[test]
fn more_than_may_be_brought_is_not_kept() {
    let limits = StagingLimits { file: 600, officer: 1200, files: 2, ..StagingLimits::default() };
    let evidence = Evidence::announced_with(limits);
    let custodian = evidence.house.sit("Cyan Roe");
    let large = evidence.send(&custodian, &[("label", "x"), ("step", "do")], &[("large", &[7; 2000])]);
    assert_eq!(large.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(large.text.contains("A file is larger than this node takes."), "{}", large.text);
    assert_eq!(evidence.waiting(), [""; 0]);
}

#[test]
fn a_form_that_no_page_of_the_session_made_writes_nothing() {
    let evidence = Evidence::announced();
    let custodian = evidence.house.sit("Cyan Roe");
    let forged = evidence.send_with(&custodian, "guessed", &[("label", "x"), ("step", "do")], &[("a", b"1")]);
    assert_eq!(forged.status(), StatusCode::FORBIDDEN);
    let stranger = evidence.house.stranger();
    let unknown = evidence.send_with(&stranger, "", &[("label", "x")], &[("a", b"1")]);
    assert_eq!(unknown.status(), StatusCode::SEE_OTHER);
    assert_eq!(evidence.waiting(), [""; 0]);
}

#[test]
fn only_who_keeps_evidence_of_this_matter_hands_it_over() {
    let evidence = Evidence::announced();
    for (name, status) in [
        ("Bo Reyes", StatusCode::FORBIDDEN),
        ("Nell Ode", StatusCode::NOT_FOUND),
        ("Ina Tor", StatusCode::NOT_FOUND),
    ] {
        let browser = evidence.house.sit(name);
        assert_eq!(browser.get(&evidence.form()).status, status, "{name}");
        assert_eq!(
            evidence.send(&browser, &[("label", "x"), ("step", "do")], &[("a", b"1")]).status,
            status,
            "{name}"
        );
    }
    assert_eq!(evidence.waiting(), [""; 0]);
    assert_eq!(evidence.recorded("transfer"), 0);
}

#[test]
fn a_package_shows_where_its_matter_shows_and_nowhere_else() {
    let evidence = Evidence::announced();
    let package = evidence.handed_over();
    let short = &package[..12];
    for (name, sees) in
        [("Cyan Roe", true), ("Bo Reyes", true), ("Aud Ito", true), ("Nell Ode", false), ("Ina Tor", false)]
    {
        let browser = evidence.house.sit(name);
        let list = browser.get("/evidence");
        assert_eq!(list.status, StatusCode::OK);
        assert_eq!(list.text.contains(short), sees, "{name}");
        let one = browser.get(&evidence.package(&package)).status;
        assert_eq!(one, if sees { StatusCode::OK } else { StatusCode::NOT_FOUND }, "{name}");
    }
    evidence
        .house
        .pair
        .a
        .act(evidence.matter, "restrict", Some("reason = \"a source\""), "Bo Reyes")
        .expect("restricted");
    let officer = evidence.house.sit("Amara Olin");
    assert!(!officer.get("/evidence").text.contains(short));
    assert!(evidence.house.sit("Cyan Roe").get("/evidence").text.contains(short));
    let elsewhere = evidence.house.sit("Cyan Roe").get("/evidence?after=AAAA");
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
}

#[test]
fn a_check_is_carried_out_recorded_and_shown_as_the_last_one() {
    let evidence = Evidence::announced();
    let package = evidence.handed_over();
    let auditor = evidence.house.sit("Aud Ito");
    let page = evidence.package(&package);
    assert!(auditor.get(&page).text.contains("when it was kept here"), "no check was asked for yet");
    let job = auditor.post(&format!("{page}/check"), &[]).to;
    let found = auditor.get(&job);
    assert!(found.text.contains("Every byte is as it was sealed."), "{}", found.text);
    assert_eq!(evidence.recorded("check-package"), 1);
    let shown = auditor.get(&page).text;
    assert!(shown.contains("Every byte as it was sealed") && shown.contains("Aud Ito"), "{shown}");
    assert_eq!(
        evidence.house.sit("Cyan Roe").get(&job).status,
        StatusCode::NOT_FOUND,
        "it is the auditor's job"
    );
    let file = evidence.house.dir.path().join("objects").join(&package);
    let mut bytes = std::fs::read(&file).expect("the package");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).expect("changed");
    let job = auditor.post(&format!("{page}/check"), &[]).to;
    let found = auditor.get(&job).text;
    assert!(found.contains("This package does not hold.") && found.contains("group 2 of "), "{found}");
    assert!(auditor.get("/evidence").text.contains("Not as it was sealed"));
    let typed = auditor.post(&format!("/m/{}/act/check-package", evidence.number), &[("check", "intact")]);
    assert!(!typed.status.is_redirection(), "nobody types what a check came to");
    assert_eq!(evidence.recorded("check-package"), 2);
}

#[test]
fn the_custody_of_a_package_is_told_in_order() {
    let evidence = Evidence::announced();
    let first = evidence.handed_over();
    let pair = &evidence.house.pair;
    pair.a.act(evidence.matter, "withdraw", None, "Cyan Roe").expect("withdrawn");
    let second = evidence.handed_over();
    assert_ne!(first, second);
    let custodian = evidence.house.sit("Cyan Roe");
    let of = |package: &str| {
        let page = custodian.get(&evidence.package(package)).text;
        page.split("id=\"custody\"").nth(1).unwrap_or_default().to_owned()
    };
    assert!(of(&first).contains("Withdraw a package"), "{}", of(&first));
    assert!(!of(&second).contains("Withdraw a package"), "the other package was not withdrawn");
    assert!(custodian.get(&evidence.package(&first)).text.contains("withdrawn"));
}
