//! The forms at work: copied from an earlier matter, kept until sent, and told what stands against them.

use axum::http::StatusCode;
use comity_domain::matters;
use comity_domain::vocabularies::Role;
use comity_domain::words::Lang;
use comity_testkit::node::{NOW, request, review};

use super::office::{Browser, House, words};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A request with everything that must be said, urgent, wished for at this time, its reason left out.
fn urgent(wished_by: &str) -> Vec<(&str, &str)> {
    vec![
        ("request_type", "information"),
        ("grade", "urgent"),
        ("purpose", "investigate"),
        ("basis", "reciprocity"),
        ("offences.0", "0701"),
        ("stage", "investigation"),
        ("wished_by", wished_by),
        ("as_evidence", "false"),
        ("language", "en"),
        ("handling", "h1"),
        ("title", "Who held the number"),
        ("facts", "Calls from one number."),
        ("questions.0", "Who held it?"),
        ("link", "It was used for every call."),
        ("basis_text", "Exchange of notes."),
        ("offence_text", "Fraud, article 210."),
        ("contact", "duty desk"),
    ]
}

fn new_request(house: &House) -> String {
    format!("/matters/new/request/{}", house.pair.b.agency)
}

#[test]
fn an_earlier_request_is_offered_found_and_copied_without_what_belonged_to_it_alone() {
    let house = House::open();
    let toml = request("A number").replacen("[[persons]]", "reference = \"A-77\"\n[[persons]]", 1);
    let matter = house.pair.a.draft("Country B", &toml, "Amara Olin").expect("a draft");
    house.pair.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").expect("a review");
    house.pair.a.act(matter, "approve", None, "Bo Reyes").expect("an approval");
    house.pair.a.act(matter, "open", None, "Amara Olin").expect("it is sent");
    let (number, path) = (matter.shown('R'), new_request(&house));
    let officer = house.sit("Amara Olin");
    let link = format!("{path}?copy={number}");
    assert!(officer.get(&path).text.contains(&link), "the latest are offered");
    assert!(officer.get(&format!("/m/{number}")).text.contains(&link.replace('&', "&amp;")));
    let found = officer.post(&format!("{path}/earlier"), &[("q", "A-77")]);
    assert!(found.text.contains(&link), "{}", found.text);
    assert!(!officer.post(&format!("{path}/earlier"), &[("q", "elsewhere")]).text.contains(&link));

    // Its wish has passed by now.
    house.pair.a.clock.set(NOW.plus_millis(30 * DAY_MS));
    let officer = house.sit("Amara Olin");
    let form = officer.get(&link).text;
    assert!(form.contains("value=\"A number\"") && form.contains("value=\"Ilo Marn\""), "{form}");
    assert!(!form.contains("A-77"), "its reference is not copied");
    assert!(form.contains("id=\"f-wished_by\" name=\"wished_by\" type=\"datetime-local\" value=\"\""));
    let said = words(Lang::En, &matters::standard());
    assert!(form.contains(&said.text("page-copied")) && form.contains(&format!("href=\"/m/{number}\"")));
    let left_out = format!(
        "{}, {}",
        said.field("request", "open", "wished_by"),
        said.field("request", "open", "reference")
    );
    assert!(form.contains(&left_out), "what was not copied is named: {left_out}");
    // What it says of its origin stays when the form comes back.
    let again = officer.post(&link, &[("title", "Another number")]);
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains(&format!("href=\"/m/{number}\"")));
}

#[test]
fn nothing_is_copied_from_a_matter_that_one_may_not_read_or_that_the_partner_opened() {
    let house = House::open();
    let matter = house.pair.signed_request();
    house.pair.sync().expect("it is delivered");
    let (number, path) = (matter.shown('R'), new_request(&house));
    let elsewhere = |ledger: &mut comity_app::ledger::Ledger, pending: &mut _| {
        ledger.add_officer(pending, "Edda Roan", &[Role::Officer])
    };
    house.pair.a.run(elsewhere).expect("an officer of another team");
    let other = house.sit("Edda Roan");
    assert_eq!(other.get(&format!("{path}?copy={number}")).status, StatusCode::NOT_FOUND);
    assert!(!other.get(&path).text.contains(&number));
    assert!(!other.post(&format!("{path}/earlier"), &[("q", "number")]).text.contains(&number));
    let of_b = house.pair.b.run(move |ledger, _| {
        let officer = ledger.officer(Some("Chen Ning"))?;
        Ok(ledger.copy_of(&officer, "request", &matter.shown('R')).map(|copied| copied.from))
    });
    assert!(of_b.expect("a job").is_err(), "what the partner asked is not copied as ours");
}

#[test]
fn what_stands_against_a_request_is_told_before_it_is_sent_in_both_languages() {
    let house = House::open();
    let officer = house.sit("Amara Olin");
    let path = new_request(&house);
    for lang in [Lang::Zh, Lang::En] {
        let (browser, said) = (officer.reading(lang), words(lang, &matters::standard()));
        let page = browser.post(&path, &urgent("2020-01-01T10:00"));
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for rule in ["urgency-reason", "wish-in-the-past", "grounds-open", "four-eyes"] {
            assert!(page.text.contains(&said.text(&format!("rule-{rule}"))), "{lang:?} {rule}");
        }
        assert!(page.text.contains(&said.term("cover", "not-on-record")));
        let mut change = urgent("2020-01-01T10:00");
        change.push(("step", "change"));
        let form = browser.post(&path, &change).text;
        assert!(
            form.contains(&said.text("rule-wish-in-the-past")),
            "the form tells it after the first check"
        );
        assert!(form.contains("href=\"#f-wished_by\""), "and leads to the field");
    }
    let mut mended = urgent("2027-01-01T10:00");
    mended.push(("grade_reason", "Money is still moving."));
    let page = officer.post(&path, &mended).text;
    let said = words(Lang::En, &matters::standard());
    assert!(page.contains(&said.text_with("page-ahead-nothing", &[("partners", "Country B")])), "{page}");
    assert!(!page.contains(&said.text("rule-urgency-reason")));
}

fn keep(browser: &Browser, path: &str, typed: &[(&str, &str)]) -> String {
    let kept = browser.post(&format!("{path}/kept"), typed);
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.text);
    kept.text
}

#[test]
fn what_was_typed_survives_a_restart_and_is_seen_by_its_writer_alone() {
    let mut house = House::open();
    let path = new_request(&house);
    let officer = house.sit("Amara Olin");
    let said = keep(&officer, &path, &[("title", "Half a title"), ("questions.1", "And who since?")]);
    assert!(said.contains("14 Jul 2026"), "{said}");
    house.restart();
    assert_eq!(house.back(&officer).get(&path).status, StatusCode::SEE_OTHER, "the session is lost");
    let page = house.sit("Amara Olin").get(&path).text;
    assert!(page.contains("value=\"Half a title\"") && page.contains("And who since?"), "{page}");
    assert!(page.contains("value=\"discard\""), "it is said that it is kept");
    assert!(!house.sit("Bo Reyes").get(&path).text.contains("Half a title"));
    let told: Vec<_> = house.pair.a.disk.entries();
    assert!(!format!("{told:?}").contains("Half a title"), "it stands in no entry");
}

#[test]
fn a_form_is_kept_by_a_button_and_forgotten_by_another_and_after_two_weeks() {
    let house = House::open();
    let path = new_request(&house);
    let officer = house.sit("Amara Olin");
    let kept = officer.post(&path, &[("title", "Half a title"), ("step", "keep")]);
    assert_eq!((kept.status, kept.to.as_str()), (StatusCode::SEE_OTHER, path.as_str()));
    assert!(officer.get(&path).text.contains("Half a title"));
    // Every form that comes back is kept as well, so that a page that is lost loses nothing.
    let faulty = officer.post(&path, &[("title", "Another half"), ("facts", "")]);
    assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(officer.get(&path).text.contains("Another half"));
    assert_eq!(officer.post(&path, &[("step", "discard")]).status, StatusCode::SEE_OTHER);
    assert!(!officer.get(&path).text.contains("Half a title"));
    keep(&officer, &path, &[("title", "Half a title")]);
    house.pair.a.clock.set(NOW.plus_millis(14 * DAY_MS));
    assert!(!house.sit("Amara Olin").get(&path).text.contains("Half a title"));
}

#[test]
fn what_was_kept_goes_once_it_is_sent() {
    let house = House::open();
    let matter = house.pair.signed_request();
    let path = format!("/m/{}/act/note", matter.shown('R'));
    let officer = house.sit("Amara Olin");
    keep(&officer, &path, &[("text", "Ask the bank first.")]);
    let page = officer.get(&format!("/m/{}", matter.shown('R'))).text;
    assert!(page.contains(&format!("href=\"{path}\"")), "the matter says that something is unsent");
    assert!(officer.get(&path).text.contains("Ask the bank first."));
    let sent = officer.post(&path, &[("text", "Ask the bank first.")]);
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert!(!officer.get(&path).text.contains("Ask the bank first."));
}

#[test]
fn no_officer_can_fill_the_node_with_what_is_never_sent() {
    let house = House::open();
    let officer = house.sit("Amara Olin");
    let path = new_request(&house);
    let long = "x".repeat(600 * 1024);
    let refused = officer.post(&format!("{path}/kept"), &[("facts", long.as_str())]);
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    let counted = house.pair.a.run(|ledger, pending| {
        let officer = ledger.officer(Some("Amara Olin"))?;
        let form = |i: usize| format!("/m/R-{i:02}/act/note");
        for i in 0..25 {
            let typed = [("text".to_owned(), "word".to_owned())].into();
            ledger.keep_unsent(pending, &officer, &form(i), typed)?;
        }
        Ok(())
    });
    counted.expect("all are kept for a while");
    let last = house.pair.a.run(|ledger, pending| {
        let officer = ledger.officer(Some("Amara Olin"))?;
        ledger.keep_unsent(pending, &officer, "/m/R-99/act/note", [].into()).map(drop)
    });
    last.expect("one more");
    let left = house.pair.a.run(|ledger, _| {
        let officer = ledger.officer(Some("Amara Olin"))?;
        ledger.unsent_under(&officer, "/m/")
    });
    assert!(left.expect("a count").len() <= 21);
}

#[test]
fn what_a_rule_refuses_keeps_what_was_typed() {
    let house = House::open();
    let number = house.pair.signed_request().shown('R');
    let officer = house.sit("Amara Olin");
    let typed = [("outcome", "satisfied"), ("text", "All is answered."), ("step", "do")];
    let refused = officer.post(&format!("/m/{number}/act/close"), &typed);
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.text.contains("All is answered."), "{}", refused.text);
    assert!(refused.text.contains("the grid of the matter"), "the rule's source is told");
}

/// How the form shows the fields of payments: not at all, or with what it says of them.
fn payments(page: &str) -> Option<&str> {
    let at = page.find("<div data-when=\"request_type\" data-codes=\"payment-stop\"")?;
    let part = &page[at..];
    let opening = part.split_once('>')?.0;
    if opening.ends_with(" hidden") {
        None
    } else {
        Some(part.split_once("</fieldset>").map_or(part, |(own, _)| own))
    }
}

#[test]
fn a_request_of_one_type_shows_the_fields_that_belong_to_it_and_loses_none() {
    let house = House::open();
    let (officer, path) = (house.sit("Amara Olin"), new_request(&house));
    let empty = officer.get(&path).text;
    assert_eq!(payments(&empty), None, "nothing is chosen yet");
    assert!(empty.contains("value=\"fields\""), "without scripts a button shows them");
    // Chosen without scripts.
    let stop = officer.post(&path, &[("request_type", "payment-stop"), ("step", "fields")]);
    assert_eq!(stop.status, StatusCode::OK);
    let own = payments(&stop.text).expect("they are shown");
    assert!(own.contains("name=\"payments.0.bank\"") && own.contains("data-when-stray hidden"), "{own}");
    assert!(stop.text.contains("data-codes=\"preserve-data\" hidden"), "those of other types are not");

    // The type is changed after one was filled in: it stays to be seen, and says why.
    let bank = ("payments.0.bank", "Bank of Example");
    let changed = officer.post(&path, &[("request_type", "information"), bank, ("step", "fields")]);
    let own = payments(&changed.text).expect("what was typed is still there");
    assert!(own.contains("Bank of Example") && own.contains("data-when-stray>"), "{own}");
    let mut typed = urgent("2027-01-01T10:00");
    typed.extend([("grade_reason", "Money is moving."), bank]);
    let told = officer.post(&path, &[&typed[..], &[("step", "check")]].concat());
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.text.contains("href=\"#f-payments\""), "{}", told.text);
    assert!(told.text.contains("Bank of Example"));

    // Emptied, it is asked no more, and the answers to be checked do not speak of it.
    typed.retain(|(name, _)| *name != bank.0);
    let check = officer.post(&path, &[&typed[..], &[("step", "check")]].concat());
    assert_eq!(check.status, StatusCode::OK, "{}", check.text);
    let said = words(Lang::En, &matters::standard());
    let label = format!("<dt>{}</dt>", said.field("request", "open", "payments"));
    assert!(!check.text.contains(&label));
    assert!(check.text.contains(&format!("<dt>{}</dt>", said.field("request", "open", "persons"))));
}

#[test]
fn what_a_request_of_its_type_must_say_counts_among_what_is_missing() {
    let house = House::open();
    let (officer, path) = (house.sit("Amara Olin"), new_request(&house));
    let of = |request_type: &str| {
        let page = officer.post(&path, &[("request_type", request_type), ("step", "fields")]).text;
        let missing =
            page.split("<details").find(|part| part.contains("<meter")).unwrap_or_default().to_owned();
        ["payments", "data", "persons", "places"].map(|name| missing.contains(&format!("#f-{name}\"")))
    };
    assert_eq!(of("information"), [false, false, false, false]);
    assert_eq!(of("payment-stop"), [true, false, false, false]);
    assert_eq!(of("preserve-data"), [false, true, false, false]);
    assert_eq!(of("identify"), [false, false, true, false]);
    assert_eq!(of("search"), [false, false, false, true]);
}
