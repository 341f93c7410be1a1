//! A matter with an agency that has no node, in the browser: what goes out is registered, what comes back is recorded with
//! its paper in a plain form, and every page says who did not sign.

use axum::http::StatusCode;
use comity_domain::vocabularies::Role;
use comity_domain::words::Lang;
use comity_journal::ids::MatterId;
use comity_testkit::node::{request, review};

use super::office::{Browser, House, Seen};

/// A house with a signed request to a country without a node.
struct Letters {
    house: House,
    matter: MatterId,
    number: String,
    party: String,
}

impl Letters {
    fn written() -> Self {
        let house = House::open();
        let a = &house.pair.a;
        let record = a.run(|ledger, pending| {
            let amara = ledger.officer(Some("Amara Olin"))?;
            ledger.add_off_network_partner(pending, "Country D", "XD", "by letter", &amara)
        });
        a.run(|ledger, pending| {
            let bo = ledger.officer(Some("Bo Reyes"))?;
            ledger.confirm_partner(pending, "Country D", &bo)
        })
        .expect("a second person");
        // Nobody has assessed it yet, so it is told of no persons.
        let about_nobody = request("A number").split("[[persons]]").next().unwrap_or_default().to_owned();
        let matter = a.draft("Country D", &about_nobody, "Amara Olin").expect("a draft");
        a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").expect("a review");
        a.act(matter, "approve", None, "Bo Reyes").expect("an approval");
        a.act(matter, "open", None, "Amara Olin").expect("it is signed");
        let (number, party) = (matter.shown('R'), record.expect("a partner").to_string());
        Self { house, matter, number, party }
    }

    fn form(&self, act: &str) -> String {
        format!("/m/{}/record/{}/{act}", self.number, self.party)
    }

    fn send(&self, browser: &Browser, act: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Seen {
        Browser::see(browser.send_files(&self.form(act), &browser.token(), fields, files))
    }

    fn status(&self) -> String {
        self.house.pair.a.show(self.matter).expect("the matter").line.status
    }
}

#[test]
fn what_came_by_letter_is_recorded_with_its_paper_and_every_page_says_who_did_not_sign() {
    let letters = Letters::written();
    let officer = letters.house.sit("Amara Olin");
    let page = officer.get(&format!("/m/{}", letters.number));
    for told in ["Record what Country D said", "without a node", "To be sent out", "Register as sent out"] {
        assert!(page.text.contains(told), "{told}");
    }
    assert!(page.text.contains(&letters.form("acknowledge")), "what it can say now is offered");
    assert!(!page.text.contains(&letters.form("remind")), "what is ours to say is not");
    assert!(officer.get("/matters").text.contains("without a node"), "so does the list");
    let form = officer.get(&letters.form("acknowledge"));
    assert_eq!(form.status, StatusCode::OK);
    assert!(form.text.contains("How it reached us") && form.text.contains("The scanned paper"));

    // How it came must be said, and the file that was chosen is not lost by it.
    let letter = b"We have your letter.\n".as_slice();
    let lacking = letters.send(&officer, "acknowledge", &[("step", "check")], &[("letter.pdf", letter)]);
    assert_eq!(lacking.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(lacking.text.contains("href=\"#f-channel\"") && lacking.text.contains("letter.pdf"));
    let upload =
        lacking.text.split("name=\"upload\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let upload = upload.expect("the file is here").to_owned();
    let how = [("channel", "letter"), ("outside_reference", "XD 1/2026"), ("upload", upload.as_str())];
    let check = letters.send(&officer, "acknowledge", &[&how[..], &[("step", "check")]].concat(), &[]);
    assert_eq!(check.status, StatusCode::OK);
    assert!(check.text.contains("sealed to our own key alone") && check.text.contains("XD 1/2026"));
    assert_eq!(letters.status(), "sent", "nothing is recorded before it was checked");
    let done = letters.send(&officer, "acknowledge", &[&how[..], &[("step", "do")]].concat(), &[]);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert!(officer.get(&done.to).text.contains("Recorded; the paper is sealed"));
    assert_eq!(letters.status(), "acknowledged");

    let page = officer.get(&format!("/m/{}", letters.number)).text;
    for told in ["recorded by us, not signed by them", "XD 1/2026", "letter.pdf", "paper brought in"] {
        assert!(page.contains(told), "{told}");
    }
    let zh = officer.reading(Lang::Zh).get(&format!("/m/{}", letters.number)).text;
    for told in ["我方代录，对方未签", "未接入方", "待发出", "来文扫描件"] {
        assert!(zh.contains(told), "{told}");
    }
    let package = letters.house.pair.a.show(letters.matter).expect("the matter").packages.remove(0).package;
    assert_eq!(officer.get(&format!("/m/{}/package/{package}", letters.number)).status, StatusCode::OK);
    assert!(officer.get("/evidence").text.contains(&package));
}

#[test]
fn what_cannot_be_said_now_is_refused_before_anything_is_sealed_and_nothing_typed_is_lost() {
    let letters = Letters::written();
    let officer = letters.house.sit("Amara Olin");
    let how = [("channel", "telephone"), ("outside_reference", "by their duty officer"), ("step", "do")];
    let done = letters.send(&officer, "accept", &how, &[]);
    assert_eq!((done.status, letters.status().as_str()), (StatusCode::SEE_OTHER, "accepted"));
    assert!(done.to.ends_with("?said=recorded"));
    let again = letters.send(&officer, "accept", &how, &[("again.txt", b"Again.\n")]);
    assert_eq!(again.status, StatusCode::FORBIDDEN);
    assert!(
        again.text.contains("by their duty officer") && again.text.contains("again.txt"),
        "nothing is lost"
    );
    assert_eq!(letters.house.pair.a.show(letters.matter).expect("the matter").packages.len(), 0);
}

#[test]
fn that_an_act_went_out_by_hand_is_registered_at_it() {
    let letters = Letters::written();
    let officer = letters.house.sit("Amara Olin");
    let page = officer.get(&format!("/m/{}", letters.number)).text;
    let link = page.split("/act/dispatch?of=").nth(1).and_then(|rest| rest.split('"').next());
    let entry = link.expect("the act says that it is to be sent out").to_owned();
    let fields =
        [("of", entry.as_str()), ("channel", "note-verbale"), ("reference", "XA 7/2026"), ("step", "do")];
    let done = officer.post(&format!("/m/{}/act/dispatch", letters.number), &fields);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = officer.get(&format!("/m/{}", letters.number)).text;
    assert!(page.contains("Sent out") && page.contains("XA 7/2026") && !page.contains("/act/dispatch?of="));
}

#[test]
fn nobody_records_for_a_party_that_has_a_node_nor_what_stays_inside() {
    let letters = Letters::written();
    let number = letters.house.pair.signed_request().shown('R');
    let officer = letters.house.sit("Amara Olin");
    let b = letters.house.pair.b.agency;
    assert_eq!(officer.get(&format!("/m/{number}/record/{b}/acknowledge")).status, StatusCode::NOT_FOUND);
    let inner = officer.get(&letters.form("note"));
    assert_eq!(inner.status, StatusCode::NOT_FOUND, "what stays inside is nobody's to say for us");
}

/// What one person proposes on a partner's page, and a second confirms there.
fn by_two(house: &House, page: &str, to: &str, fields: &[(&str, &str)]) {
    for name in ["Amara Olin", "Bo Reyes"] {
        let browser = house.sit(name);
        assert_eq!(browser.get(page).status, StatusCode::OK);
        let done = browser.post(&format!("{page}/{to}"), fields);
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{name}: {}", done.text);
    }
}

#[test]
fn on_the_page_of_a_partner_without_a_node_two_people_say_which_agency_it_is_now() {
    let letters = Letters::written();
    let (house, officer) = (&letters.house, letters.house.sit("Amara Olin"));
    let page = format!("/partners/{}", letters.party);
    let agency = house.pair.b.agency.to_string();
    assert!(officer.get(&page).text.contains("It has a node now?"));
    let chosen = [("with", agency.as_str())];
    assert_eq!(officer.post(&format!("{page}/link"), &chosen).status, StatusCode::SEE_OTHER);
    let again = officer.post(&format!("{page}/link"), &chosen);
    assert_eq!(again.status, StatusCode::FORBIDDEN, "whoever proposed it does not confirm it");
    let second = house.sit("Bo Reyes");
    assert!(second.get(&page).text.contains("a second person is missing"));
    assert_eq!(second.post(&format!("{page}/link"), &chosen).status, StatusCode::SEE_OTHER);
    for (path, told) in [(page.as_str(), "Linked with"), ("/partners", "Linked with"), ("/", "Linked with")] {
        assert!(officer.get(path).text.contains(told), "{path}");
    }
    let matter = officer.get(&format!("/m/{}", letters.number)).text;
    assert!(
        !matter.contains("Record what") && !matter.contains("without a node"),
        "it speaks for itself now"
    );
    assert!(matter.contains("Let the agency speak for itself"));
    let zh = officer.reading(Lang::Zh).get(&page).text;
    assert!(zh.contains("接入后的机构") && zh.contains("Country B"));
    assert!(!officer.get("/matters/new").text.contains(&format!("/{}\"", letters.party)));
}

#[test]
fn what_was_recorded_for_us_is_claimed_by_two_and_adopted_at_the_desk() {
    // The house is A's; here it is the one that had no node, and B has recorded for it.
    let house = House::open();
    let b = &house.pair.b;
    let record = b.run(|ledger, pending| {
        let chen = ledger.officer(Some("Chen Ning"))?;
        ledger.add_off_network_partner(pending, "The old bureau", "XA", "by letter", &chen)
    });
    let record = record.expect("a record");
    b.act(record, "confirm", None, "Dara Vong").expect("a second person");
    let about_nobody = request("A number").split("[[persons]]").next().unwrap_or_default().to_owned();
    let matter = b.draft("The old bureau", &about_nobody, "Chen Ning").expect("a draft");
    b.act(matter, "review-grounds", Some(&review()), "Dara Vong").expect("a review");
    b.act(matter, "approve", None, "Dara Vong").expect("an approval");
    b.run(|ledger, pending| ledger.add_officer(pending, "Emi Sato", &[Role::Desk])).expect("a desk");
    b.act(matter, "approve", None, "Emi Sato").expect("an approval");
    b.act(matter, "open", None, "Chen Ning").expect("it is signed");
    for who in ["Chen Ning", "Dara Vong"] {
        b.run(move |ledger, pending| {
            let officer = ledger.officer(Some(who))?;
            let (old, new) = (ledger.partner("The old bureau")?, ledger.partner("Country A")?);
            ledger.link_partner(pending, &old, &new, &officer)
        })
        .expect("it is linked");
    }
    house.pair.sync().expect("a session");
    let number = matter.shown('R');
    let officer = house.sit("Bo Reyes");
    let page = officer.get(&format!("/m/{number}")).text;
    assert!(page.contains("Recorded for you, not yet taken over"), "{page}");
    assert!(
        page.contains("Adopt what was recorded for us") && page.contains("Dispute what was recorded for us")
    );
    let zh = officer.reading(Lang::Zh).get(&format!("/m/{number}")).text;
    assert!(zh.contains("他方代录的内容待接收") && zh.contains("确认代录内容"));
    let partner = format!("/partners/{}", b.agency);
    by_two(&house, &partner, "claim", &[("record", &record.to_string())]);
    let dispute = format!("/m/{number}/act/dispute-record");
    assert!(officer.get(&dispute).text.contains("We said something else"));
    // It came in by the desk, which gives it to an officer.
    house.pair.a.act(matter, "assign", Some("to = \"Amara Olin\""), "Bo Reyes").expect("it is assigned");
    let amara = house.sit("Amara Olin");
    let drafted = amara.post(&format!("/m/{number}/act/adopt-record"), &[("step", "do")]);
    assert_eq!(drafted.status, StatusCode::SEE_OTHER, "{}", drafted.text);
    let approved = officer.post(&format!("/m/{number}/act/approve"), &[("step", "do")]);
    assert_eq!(approved.status, StatusCode::SEE_OTHER, "{}", approved.text);
    house.pair.sync().expect("a session");
    assert!(!officer.get(&format!("/m/{number}")).text.contains("not yet taken over"));
    house.pair.assert_converged();
}
