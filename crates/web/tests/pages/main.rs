//! The pages as officers and strangers ask for them: the router called on a node in memory.

mod audit;
mod bundles;
mod evidence;
mod faults;
mod forms;
mod lists;
mod matter;
mod office;
#[path = "../../../../tests/kind/src/pouch/mod.rs"]
#[expect(unreachable_pub, unused_imports, reason = "it is written as a library of another house")]
mod pouch;
mod recording;
mod strangers;
mod walk;
mod weight;

use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use comity_app::people::Partnership;
use comity_domain::vocabularies::Role;
use comity_store::faults::FaultPlan;
use comity_testkit::node::{Fate, Station, request, review};
use data_encoding::BASE64;
use office::{Browser, House};

/// The card of an agency nobody has met yet.
fn stranger() -> comity_journal::card::Card {
    Station::new("xc.liaison", "XC", 3, FaultPlan::new()).card
}

/// Sends the comparison with so many groups ticked, under this name.
fn compare(browser: &Browser, ticked: usize, name: &str) -> office::Seen {
    let card = BASE64.encode(stranger().bytes());
    let groups: Vec<_> = (0..ticked).map(|i| format!("group-{i}")).collect();
    let ticks = groups.iter().map(|group| (group.as_str(), "true"));
    let fields: Vec<_> = ticks.chain([("card", card.as_str()), ("name", name), ("at", "")]).collect();
    browser.post("/partners/meet/compare", &fields)
}

fn partnership(house: &House) -> Option<Partnership> {
    let agency = stranger().agency();
    let partners = house.pair.a.run(|ledger, _| ledger.partners()).expect("partners");
    partners.into_iter().find(|partner| partner.agency == agency).map(|partner| partner.partnership)
}

#[test]
fn a_partner_is_added_only_once_all_twelve_groups_were_read_out() {
    let house = House::open();
    let officer = house.sit("Amara Olin");
    for ticked in [0, 11] {
        let refused = compare(&officer, ticked, "Country C");
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{ticked}");
        assert!(
            refused.text.contains(&format!("href=\"#f-group-{ticked}\"")),
            "the first group not read is named"
        );
    }
    let nameless = compare(&officer, 12, " ");
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(partnership(&house), None);
    let added = compare(&officer, 12, "Country C");
    assert_eq!((added.status, partnership(&house)), (StatusCode::SEE_OTHER, Some(Partnership::Added)));
    assert_eq!(added.to, format!("/partners/{}?said=added", stranger().agency()));
}

#[test]
fn nobody_confirms_the_partner_they_added_and_a_second_person_does() {
    let house = House::open();
    let (officer, supervisor) = (house.sit("Amara Olin"), house.sit("Bo Reyes"));
    compare(&officer, 12, "Country C");
    let confirm = format!("/partners/{}/confirm", stranger().agency());
    let own = officer.post(&confirm, &[]);
    assert_eq!(own.status, StatusCode::FORBIDDEN);
    assert!(
        own.text.contains("two-person rule: a second person confirms"),
        "the rule is named: {}",
        own.text
    );
    assert_eq!(partnership(&house), Some(Partnership::Added));
    assert_eq!(house.outside.refreshed.load(Ordering::Relaxed), 0);
    let second = supervisor.post(&confirm, &[]);
    assert_eq!((second.status, partnership(&house)), (StatusCode::SEE_OTHER, Some(Partnership::Confirmed)));
    assert_eq!(house.outside.refreshed.load(Ordering::Relaxed), 1, "whose keys are accepted is read anew");
}

#[test]
fn a_partner_that_ends_is_no_longer_let_in() {
    let house = House::open();
    let officer = house.sit("Amara Olin");
    let agency = house.pair.b.agency;
    let form = officer.get(&format!("/partners/{agency}/act/end"));
    assert!(form.text.contains("name=\"reason\""));
    let ended = officer.post(&format!("/partners/{agency}/act/end"), &[("reason", "The bureau was closed.")]);
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.text);
    assert_eq!(house.outside.refreshed.load(Ordering::Relaxed), 1);
    let page = officer.get(&format!("/partners/{agency}"));
    assert!(page.text.contains("Ended"), "its page stays, and says so");
    assert_eq!(officer.get(&format!("/partners/{agency}/act/confirm")).status, StatusCode::NOT_FOUND);
}

#[test]
fn what_stands_between_us_and_a_partner_is_told_from_both_sides() {
    let house = House::open();
    house.pair.signed_request();
    house.pair.sync().expect("it is delivered");
    let page = house.sit("Amara Olin").get(&format!("/partners/{}", house.pair.b.agency)).text;
    assert!(page.contains("<dt>Matters waiting for them</dt><dd>1</dd>"), "{page}");
    assert!(page.contains("<dt>Matters waiting for us</dt><dd>0</dd>"));
    assert!(page.contains("<dt>They answer within (median)</dt><dd>no answered request yet</dd>"));
}

#[test]
fn who_only_runs_the_node_is_told_of_no_matter() {
    let house = House::open();
    house.pair.signed_request();
    let page = house.sit("Ina Tor").get(&format!("/partners/{}", house.pair.b.agency)).text;
    assert!(page.contains("<dt>Matters waiting for them</dt><dd>0</dd>"));
    assert!(!page.contains("A number"), "no subject of a matter stands on it");
    let officer = house.sit("Amara Olin").get("/").text;
    let administrator = house.sit("Ina Tor").get("/").text;
    assert!(officer.contains("<dt>Matters waiting for them</dt><dd>1</dd>"));
    assert!(administrator.contains("<dt>Matters waiting for them</dt><dd>0</dd>"));
}

#[test]
fn a_supervisor_verifies_the_journal_and_an_officer_does_not() {
    let house = House::open();
    house.pair.signed_request();
    let officer = house.sit("Amara Olin");
    assert_eq!(officer.get("/journal").status, StatusCode::FORBIDDEN);
    assert_eq!(officer.post("/journal/verify", &[]).status, StatusCode::FORBIDDEN);
    assert_eq!(officer.get("/journal/verified").status, StatusCode::FORBIDDEN);
    let supervisor = house.sit("Bo Reyes");
    assert!(
        supervisor.get("/journal").text.contains("/exchange/0"),
        "the checkpoint is shown as it was signed"
    );
    assert!(supervisor.get("/journal/verified").text.contains("It has not been verified"));
    assert_eq!(supervisor.post("/journal/verify", &[]).to, "/journal/verified");
    assert!(supervisor.get("/journal/verified").text.contains("The journal holds."));
}

#[test]
fn numbers_and_officers_are_for_administrators_alone() {
    let house = House::open();
    let (officer, administrator) = (house.sit("Amara Olin"), house.sit("Ina Tor"));
    for path in ["/metrics", "/officers"] {
        assert_eq!(officer.get(path).status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(administrator.get(path).status, StatusCode::OK, "{path}");
        assert_eq!(house.stranger().get(path).to, format!("/sign-in?next={path}"));
    }
    let numbers = administrator.get("/metrics").text;
    assert!(numbers.contains("\ncomity_sessions 2\n"), "{numbers}");
    assert!(numbers.contains("\ncomity_views_lag_seconds 0\n"), "nobody has written anything: {numbers}");
    assert!(!numbers.contains("Amara") && !numbers.contains("Country"), "no names stand among them");
    assert!(administrator.get("/officers").text.contains("Amara Olin"));
}

#[test]
fn our_card_can_be_taken_and_its_fingerprint_read() {
    let house = House::open();
    let officer = house.sit("Amara Olin");
    let page = officer.get("/card-of-us").text;
    let fingerprint = house.pair.a.card.fingerprint().to_string();
    for group in fingerprint.split(' ') {
        assert!(page.contains(&format!("<li>{group}</li>")), "{group}");
    }
    assert!(page.contains("<svg"));
    assert_eq!(officer.get("/card-of-us/file").status, StatusCode::OK);
}

#[test]
fn a_receipt_is_printed_in_both_languages_and_its_hash_leads_back_to_the_proof() {
    let house = House::open();
    let matter = house.pair.signed_request();
    let number = matter.shown('R');
    let officer = house.sit("Amara Olin");
    let page = officer.get(&format!("/m/{number}")).text;
    assert!(!page.contains("/receipt/"), "before it is delivered there is none");
    house.pair.sync().expect("it is delivered");
    let page = officer.get(&format!("/m/{number}")).text;
    let path = page.split("href=\"").find(|rest| rest.starts_with(&format!("/m/{number}/receipt/")));
    let path = path.and_then(|rest| rest.split('"').next()).expect("a receipt");
    let receipt = officer.get(path).text;
    assert!(receipt.contains("section lang=\"zh-Hans\"") && receipt.contains("section lang=\"en\""));
    assert!(receipt.contains("已存入下列机构的存证日志") && receipt.contains("Stored in the journal of"));
    assert!(receipt.contains("xb.liaison"), "whose journal it is in: {receipt}");
    let entry = path.rsplit('/').next().expect("a hash");
    assert!(receipt.contains("<svg") && receipt.contains(entry));
    let scanned = officer.post("/search", &[("q", &format!("comity:entry:{entry}"))]);
    assert_eq!(scanned.to, format!("/m/{number}/proof#e-{entry}"));
    // Who may not know of the matter finds nothing by its hash either.
    let administrator = house.sit("Ina Tor");
    assert_eq!(administrator.post("/search", &[("q", entry)]).status, StatusCode::OK);
    assert_eq!(administrator.get(path).status, StatusCode::NOT_FOUND);
    let missing = format!("/m/{number}/receipt/{}", "0".repeat(64));
    assert_eq!(officer.get(&missing).status, StatusCode::NOT_FOUND);
}

#[test]
fn a_partner_without_a_node_is_entered_by_its_three_facts() {
    let house = House::open();
    let officer = house.sit("Amara Olin");
    let missing =
        officer.post("/partners/off-network", &[("name", "Country D"), ("place", ""), ("reached", "")]);
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let facts = [("name", "Country D"), ("place", "XD"), ("reached", "by note through the embassy")];
    let added = officer.post("/partners/off-network", &facts);
    assert_eq!(added.status, StatusCode::SEE_OTHER);
    let page = officer.get(added.to.split('?').next().unwrap_or_default()).text;
    assert!(page.contains("by note through the embassy"));
    let again = officer.post("/partners/off-network", &facts);
    assert!(again.text.contains("We call another partner by this name."));
}

/// The fields of a proposal to widen, its review a year ahead.
fn assessed() -> Vec<(&'static str, &'static str)> {
    vec![
        ("review_by", "2027-07-01T00:00"),
        ("assessment", "Independent courts; no reports of ill-treatment."),
        ("source", "Invented country report, 2026"),
    ]
}

#[test]
fn a_partners_page_says_what_it_may_get_on_which_assessment_and_until_when() {
    let house = House::open();
    let officer = house.sit("Amara Olin");
    let path = format!("/partners/{}", house.pair.b.agency);
    let page = officer.get(&path).text;
    assert!(page.contains("persons and evidence too") && page.contains("14 Jul 2027"), "{page}");
    assert!(page.contains("Independent courts"), "who reads the page reads what it rests on");
    let narrowed = officer.post(&format!("{path}/act/narrow"), &[("reason", "A report of last week.")]);
    assert_eq!(narrowed.status, StatusCode::SEE_OTHER, "{}", narrowed.text);
    let page = officer.get(&path).text;
    assert!(page.contains("correspondence only: no persons, no evidence"), "{page}");
    assert!(page.contains("taken back to the floor") && !page.contains("Independent courts"));
    assert!(page.contains("it takes a rights assessment"), "what is missing is told");
    assert!(officer.get("/partners").text.contains("correspondence only"));
    assert!(officer.get("/").text.contains("correspondence only"), "and the bureau shows it");
}

#[test]
fn a_partner_is_widened_in_the_browser_by_two_people() {
    let house = House::open();
    let (officer, supervisor) = (house.sit("Amara Olin"), house.sit("Bo Reyes"));
    let path = format!("/partners/{}", house.pair.b.agency);
    officer.post(&format!("{path}/act/narrow"), &[("reason", "A report of last week.")]);
    let widen = format!("{path}/act/widen");
    let mut late = assessed();
    late[0].1 = "2029-01-01T00:00";
    let refused = supervisor.post(&format!("{path}/act/propose-widening"), &late);
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.text.contains("lies too far ahead") && refused.text.contains("Independent courts"));
    let proposed = supervisor.post(&format!("{path}/act/propose-widening"), &assessed());
    assert_eq!(proposed.to, format!("{path}?said=changed"), "{}", proposed.text);
    let page = supervisor.get(&path).text;
    assert!(page.contains("Waits for a second person") && page.contains("Bo Reyes"), "{page}");
    let own = supervisor.post(&widen, &[]);
    assert_eq!(own.status, StatusCode::FORBIDDEN);
    assert!(own.text.contains("two-person rule: a second person confirms"), "{}", own.text);
    // An officer does not answer for rights: no button, and no way past it.
    assert!(!officer.get(&path).text.contains(&widen));
    assert_eq!(officer.post(&widen, &[]).status, StatusCode::FORBIDDEN);
    officer.post(&format!("{path}/act/propose-widening"), &assessed());
    let read = supervisor.get(&widen).text;
    assert!(read.contains("Independent courts"), "who grants it reads it there");
    let of = read.split("name=\"of\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let of = of.expect("the form names what was read").to_owned();
    officer.post(&format!("{path}/act/propose-widening"), &assessed());
    let stale = supervisor.post(&widen, &[("of", &of)]);
    assert_eq!(stale.status, StatusCode::FORBIDDEN, "what was read is not what waits now");
    assert_eq!(supervisor.post(&widen, &[]).to, format!("{path}?said=changed"));
    assert!(officer.get(&path).text.contains("persons and evidence too"));
}

#[test]
fn a_partner_in_quarantine_is_marked_everywhere_and_two_people_lift_it_in_the_browser() {
    let house = House::open();
    let (officer, supervisor) = (house.sit("Amara Olin"), house.sit("Bo Reyes"));
    let path = format!("/partners/{}", house.pair.b.agency);
    let put = officer.post(&format!("{path}/act/quarantine"), &[("reason", "Two letters under one number.")]);
    assert_eq!(put.to, format!("{path}?said=changed"), "{}", put.text);
    let page = officer.get(&path).text;
    for told in
        ["No new matters with this partner", "Two letters under one number.", "Amara Olin", "Supervisor"]
    {
        assert!(page.contains(told), "{told}: {page}");
    }
    for list in ["/partners", "/"] {
        assert!(
            officer.get(list).text.contains("<strong class=\"text-danger\">Quarantine</strong>"),
            "{list}"
        );
    }
    let (propose, lift) = (format!("{path}/act/propose-lifting"), format!("{path}/act/lift"));
    let why = [("reason", "They showed which letter counts.")];
    assert_eq!(officer.post(&propose, &why).to, format!("{path}?said=changed"));
    // An officer does not answer for it: no button, and no way past it.
    assert!(!officer.get(&path).text.contains(&lift));
    assert_eq!(officer.post(&lift, &[]).status, StatusCode::FORBIDDEN);
    let read = supervisor.get(&lift).text;
    assert!(read.contains("They showed which letter counts."), "who lifts it reads why");
    let of = read.split("name=\"of\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let of = of.expect("the form names what was read").to_owned();
    officer.post(&propose, &why);
    assert_eq!(supervisor.post(&lift, &[("of", &of)]).status, StatusCode::FORBIDDEN, "not what was read");
    assert_eq!(supervisor.post(&lift, &[]).to, format!("{path}?said=changed"));
    assert!(!officer.get("/partners").text.contains("Quarantine"));
}

#[test]
fn what_a_partner_in_quarantine_opens_is_shown_as_such_and_not_offered_to_be_acknowledged() {
    let house = House::open();
    let (pair, supervisor) = (&house.pair, house.sit("Bo Reyes"));
    let path = format!("/partners/{}/act/quarantine", pair.b.agency);
    supervisor.post(&path, &[("reason", "Two letters under one number.")]);
    let (b, text) = (&pair.b, request("A number"));
    b.run(|ledger, pending| ledger.add_officer(pending, "Emi Rask", &[Role::Officer])).expect("an officer");
    let matter = b.draft("Country A", &text, "Emi Rask").expect("a draft");
    b.act(matter, "review-grounds", Some(&review()), "Dara Vong").expect("a review");
    for approver in ["Chen Ning", "Dara Vong"] {
        b.act(matter, "approve", None, approver).expect("an approval");
    }
    b.act(matter, "open", None, "Emi Rask").expect("it is sent");
    pair.try_sync(false, &|_| Fate::Arrives).expect("a session");
    let number = matter.shown('R');
    let acknowledge = format!("/intake/{number}/acknowledge");
    for page in ["/intake".to_owned(), format!("/m/{number}")] {
        let page = supervisor.get(&page).text;
        assert!(page.contains("Opened by a partner in quarantine"), "{page}");
        assert!(!page.contains(&acknowledge), "{page}");
    }
    let refused = supervisor.post(&acknowledge, &[("reference", "XA-1")]);
    assert!(
        refused.text.contains("The partner is in quarantine: no new matters with it."),
        "{}",
        refused.text
    );
    assert!(refused.text.contains("until two people lift it"), "the source of the rule is named");
}

#[test]
fn a_partner_that_was_not_compared_with_is_waived_by_two_people_in_the_browser() {
    let mut house = House::open();
    let path = format!("/partners/{}", house.pair.b.agency);
    assert!(!house.sit("Amara Olin").get(&path).text.contains("/act/propose-waiver"), "there is no need");
    house.put_back();
    let held_back = house.sit("Amara Olin").get("/").text;
    assert!(
        held_back.contains("have not been compared with: Country B"),
        "the bureau says what is held back"
    );
    let (officer, supervisor) = (house.sit("Amara Olin"), house.sit("Bo Reyes"));
    let (propose, agree) = (format!("{path}/act/propose-waiver"), format!("{path}/act/waive"));
    assert!(officer.get(&path).text.contains(&propose));
    assert!(officer.get(&propose).text.contains("was put back from a copy"), "what it means is read first");
    let why = [("reason", "No answer since Monday.")];
    assert_eq!(officer.post(&propose, &why).to, format!("{path}?said=changed"));
    assert_eq!(officer.post(&agree, &[]).status, StatusCode::FORBIDDEN);
    assert!(supervisor.get(&agree).text.contains("No answer since Monday."));
    assert_eq!(supervisor.post(&agree, &[]).to, format!("{path}?said=changed"));
    house.pair.a.declare_epoch().expect("the root declares it");
    assert!(officer.get(&path).text.contains("until the next stop that is not clean"));
    assert!(!officer.get("/").text.contains("have not been compared with"));
}
