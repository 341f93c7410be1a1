//! Lists, their filters, and intake.

use axum::http::StatusCode;
use comity_domain::vocabularies::Role;
use comity_journal::ids::MatterId;
use comity_testkit::node::{Fate, request, review};

use super::office::{Browser, House};

/// A request of the partner that has arrived here, and its number.
fn arrived(house: &House, title: &str) -> String {
    sent(house, &request(title)).shown('R')
}

/// A request of the partner that has arrived here.
fn sent(house: &House, request: &str) -> MatterId {
    let b = &house.pair.b;
    b.run(|ledger, pending| match ledger.officer(Some("Emil Tran")) {
        Ok(_) => Ok(()),
        Err(_) => ledger.add_officer(pending, "Emil Tran", &[Role::Desk]).map(drop),
    })
    .expect("somebody at the desk");
    let matter: MatterId = b.draft("Country A", request, "Chen Ning").expect("a draft");
    b.act(matter, "review-grounds", Some(&review()), "Dara Vong").expect("a review");
    b.act(matter, "approve", None, "Dara Vong").expect("an approval");
    b.act(matter, "approve", None, "Emil Tran").expect("another approval");
    b.act(matter, "open", None, "Chen Ning").expect("it is sent");
    house.pair.try_sync(false, &|_| Fate::Arrives).expect("it is delivered");
    matter
}

fn shows(browser: &Browser, path: &str, number: &str) -> bool {
    let seen = browser.get(path);
    assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.text);
    seen.text.contains(number)
}

#[test]
fn a_filter_shows_what_fits_and_hides_what_does_not() {
    let house = House::open();
    let ours = house.pair.signed_request().shown('R');
    let theirs = arrived(&house, "A second number");
    let supervisor = house.sit("Bo Reyes");
    let partner = house.pair.b.agency;
    let both =
        ["/matters".to_owned(), "/matters?kind=request".to_owned(), format!("/matters?with={partner}")];
    for path in both {
        assert!(shows(&supervisor, &path, &ours) && shows(&supervisor, &path, &theirs), "{path}");
    }
    for path in
        ["/matters?opened=us", "/matters?list=waiting-them", "/matters?list=all&kind=request&opened=us"]
    {
        assert!(shows(&supervisor, path, &ours) && !shows(&supervisor, path, &theirs), "{path}");
    }
    for path in [
        "/matters?kind=evidence",
        "/matters?to=2026-01-01",
        "/matters?list=due&due=overdue",
        "/matters?assigned=me",
    ] {
        assert!(!shows(&supervisor, path, &ours) && !shows(&supervisor, path, &theirs), "{path}");
    }
    assert!(shows(&supervisor, "/matters?assigned=nobody&from=2026-01-01", &theirs));
}

#[test]
fn what_a_filter_cannot_read_is_told_beside_the_field_and_kept() {
    let house = House::open();
    let seen = house.sit("Amara Olin").get("/matters?from=yesterday&kind=request");
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.text.contains("Write a date") && seen.text.contains("value=\"yesterday\""), "{}", seen.text);
    assert!(seen.text.contains("value=\"request\" selected"), "what could be read is kept as well");
}

#[test]
fn an_officer_keeps_filters_that_nobody_else_sees_and_gives_them_up() {
    let house = House::open();
    let (officer, other) = (house.sit("Amara Olin"), house.sit("Bo Reyes"));
    let shows = "list=due&kind=request&name=Ilo+Marn";
    let nameless = officer.post("/matters/filters", &[("shows", shows), ("name", " ")]);
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nameless.text.contains("Fill this in.") && nameless.text.contains("kind=request"));
    let kept = officer.post("/matters/filters", &[("shows", shows), ("name", "Mine, due")]);
    assert_eq!(kept.to, "/matters?list=due&kind=request", "no text about anybody is kept in it");
    let page = officer.get("/matters").text;
    assert!(
        page.contains("Mine, due") && page.contains("href=\"/matters?list=due&amp;kind=request\""),
        "{page}"
    );
    assert!(!other.get("/matters").text.contains("Mine, due"));
    let again = officer.post("/matters/filters", &[("shows", shows), ("name", "Mine, due")]);
    assert!(again.text.contains("You keep a filter of that name already."));
    let entry = page.split("/matters/filters/").find(|rest| !rest.starts_with('"') && rest.len() > 64);
    let entry = page.split("action=\"/matters/filters/").nth(1).or(entry).expect("a button that gives it up");
    let path = format!("/matters/filters/{}", entry.split('"').next().unwrap_or_default());
    assert_eq!(other.post(&path, &[]).status, StatusCode::FORBIDDEN, "it is not theirs");
    assert_eq!(officer.post(&path, &[]).to, "/matters");
    assert!(!officer.get("/matters").text.contains("Mine, due"));
}

#[test]
fn no_more_than_twenty_filters_are_kept() {
    let house = House::open();
    let officer = house.sit("Amara Olin");
    for n in 0..20 {
        let kept =
            officer.post("/matters/filters", &[("shows", "list=due"), ("name", &format!("Filter {n}"))]);
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{n}");
    }
    let one_more = officer.post("/matters/filters", &[("shows", "list=due"), ("name", "One more")]);
    assert_eq!(one_more.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(one_more.text.contains("twenty filters") && one_more.text.contains("value=\"One more\""));
}

#[test]
fn an_arrival_is_numbered_assigned_and_acknowledged_where_it_stands() {
    let house = House::open();
    let number = arrived(&house, "A number from abroad");
    let (desk, officer) = (house.sit("Bo Reyes"), house.sit("Amara Olin"));
    assert!(!shows(&officer, "/matters", &number), "nobody has given it to her yet");
    let page = desk.get("/intake").text;
    assert!(page.contains(&number));
    for key in 1..=3 {
        assert!(page.contains(&format!("data-key=\"{key}\"")), "{key}");
    }
    let at = |act: &str| format!("/intake/{number}/{act}");
    let empty = desk.post(&at("number"), &[("reference", " ")]);
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("Fill this in."));
    let numbered = desk.post(&at("number"), &[("reference", "XA-2026-4")]);
    assert_eq!(numbered.to, format!("/intake?said=number&of={number}#a-{number}"));
    assert!(desk.get("/intake").text.contains("XA-2026-4"), "it stays until it is answered, with its number");
    assert_eq!(desk.post(&at("assign"), &[("to", "Amara Olin")]).status, StatusCode::SEE_OTHER);
    assert!(shows(&officer, "/work", &number), "it is hers now");
    assert_eq!(desk.post(&at("acknowledge"), &[]).status, StatusCode::SEE_OTHER);
    assert!(!shows(&desk, "/intake", &number), "it is answered");
    assert_eq!(desk.post(&at("refuse"), &[]).status, StatusCode::NOT_FOUND, "nothing else is done here");
}

#[test]
fn my_work_is_what_i_work_on_and_the_bureaus_is_all_of_it() {
    let house = House::open();
    let number = arrived(&house, "A number from abroad");
    let supervisor = house.sit("Bo Reyes");
    assert!(!shows(&supervisor, "/work", &number));
    assert!(shows(&supervisor, "/work?whose=bureau", &number));
    assert!(shows(&supervisor, "/work/print", &number));
    let officer = house.sit("Amara Olin");
    assert!(!shows(&officer, "/work?whose=bureau", &number), "who knows only their own matters asks in vain");
}

#[test]
fn the_bureau_tells_of_each_partner_what_is_open_and_when_anything_was_last_done() {
    let house = House::open();
    let before = house.sit("Amara Olin").get("/").text;
    assert!(before.contains("<dt>Open matters</dt><dd>0</dd>") && before.contains("Not on record"));
    house.pair.signed_request();
    let page = house.sit("Amara Olin").get("/").text;
    assert!(page.contains("<dt>Open matters</dt><dd>1</dd>"), "{page}");
    assert!(page.contains("Last act, by either side"));
}

#[test]
fn a_request_about_a_life_rings_on_every_page_until_somebody_takes_note_of_it() {
    let house = House::open();
    arrived(&house, "Money is moving");
    let rings = |name: &'static str| {
        let browser = house.sit(name);
        let seen =
            ["/", "/help", "/matters", "/bell"].map(|path| browser.get(path).text.contains("id=\"ring-"));
        assert!(seen.iter().all(|rings| *rings == seen[0]), "{name}: {seen:?}");
        seen[0]
    };
    assert!(!rings("Bo Reyes"), "money does not ring");
    let matter = sent(&house, &request("A person is held").replace("\"urgent\"", "\"life\""));
    assert!(rings("Bo Reyes"));
    assert!(!rings("Amara Olin"), "who may not know the matter hears nothing of it");
    house.pair.a.act(matter, "acknowledge", None, "Bo Reyes").expect("it is acknowledged");
    assert!(!rings("Bo Reyes"));
}
