//! A matter's page: what was said and replied, notes, tasks, what is not settled, one side of the timeline.

use axum::http::StatusCode;
use comity_app::workers::answer;
use comity_domain::matters;
use comity_domain::words::Lang;
use comity_federation::message::{Batch, Message as _, Signed, VERSION};
use comity_federation::path;
use comity_journal::ids::MatterId;
use comity_journal::stream::StreamHead;
use comity_store::{Direction, Record, Recorded};
use comity_testkit::node::{Fate, NOW, request, review, wait};

use super::office::{House, words};

/// A request that the partner has taken up and asks about, seen from who asked.
fn asked_back(house: &House) -> String {
    let matter = house.pair.signed_request();
    house.pair.sync().expect("it is delivered");
    house.pair.b.act(matter, "acknowledge", Some(""), "Chen Ning").expect("an acknowledgement");
    let questions = "questions = [\"Which number exactly?\"]";
    house.pair.b.act(matter, "ask", Some(questions), "Chen Ning").expect("a question");
    house.pair.try_sync(false, &|_| Fate::Arrives).expect("it comes back");
    matter.shown('R')
}

#[test]
fn a_question_is_answered_from_the_conversation_through_the_form_of_its_act() {
    let house = House::open();
    let number = asked_back(&house);
    let officer = house.sit("Amara Olin");
    let page = officer.get(&format!("/m/{number}")).text;
    assert!(page.contains("Which number exactly?"), "{page}");
    assert!(page.contains("id=\"box-clarify\" name=\"text\""), "a box for the reply stands beside it");
    let path = format!("/m/{number}/act/clarify");
    let check = officer.post(&path, &[("text", "The one ending in 77."), ("step", "check")]);
    assert_eq!(check.status, StatusCode::OK);
    assert!(check.text.contains("The one ending in 77.") && check.text.contains("value=\"do\""));
    let sent = officer.post(&path, &[("text", "The one ending in 77."), ("step", "do")]);
    assert_eq!(sent.to, format!("/m/{number}?said=signed"));
    let page = officer.get(&format!("/m/{number}")).text;
    assert!(!page.contains("box-clarify"), "what is answered is not answered twice");
}

#[test]
fn a_task_is_given_and_said_to_be_done_by_its_button() {
    let house = House::open();
    let number = house.pair.signed_request().shown('R');
    let officer = house.sit("Amara Olin");
    let given =
        officer.post(&format!("/m/{number}/act/task"), &[("to", "Bo Reyes"), ("text", "Call the bank.")]);
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text);
    let page = officer.get(&format!("/m/{number}")).text;
    let entry = page.split("name=\"of\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let entry = entry.expect("a button for the task").to_owned();
    let done = officer.post(&format!("/m/{number}/act/finish-task"), &[("of", &entry), ("step", "do")]);
    assert_eq!(done.to, format!("/m/{number}?said=recorded"), "{}", done.text);
    let page = officer.get(&format!("/m/{number}")).text;
    assert!(!page.contains("name=\"of\"") && page.contains("done, says Amara Olin"), "{page}");
}

#[test]
fn a_note_is_added_on_the_page_and_stays_inside() {
    let house = House::open();
    let number = house.pair.signed_request().shown('R');
    let officer = house.sit("Amara Olin");
    let noted =
        officer.post(&format!("/m/{number}/act/note"), &[("text", "The bank knows him."), ("step", "check")]);
    assert_eq!(noted.status, StatusCode::SEE_OTHER);
    assert!(officer.get(&format!("/m/{number}")).text.contains("The bank knows him."));
    house.pair.sync().expect("it is delivered");
    assert!(!house.pair.travelled(b"The bank knows him."));
}

#[test]
fn one_side_of_the_timeline_is_shown_alone_and_everything_opened_to_be_printed() {
    let house = House::open();
    let number = asked_back(&house);
    let officer = house.sit("Amara Olin");
    let acts = |query: &str| {
        let page = officer.get(&format!("/m/{number}{query}")).text;
        let from = page.find("id=\"timeline\"").expect("a timeline");
        let timeline = page[from..].to_owned();
        ["ours", "theirs", "inside"].map(|side| timeline.matches(&format!("<li class=\"{side}")).count())
    };
    let all = acts("");
    assert!(all.iter().all(|count| *count > 0), "{all:?}");
    assert_eq!(acts("?show=ours"), [all[0], 0, 0]);
    assert_eq!(acts("?show=theirs"), [0, all[1], 0]);
    assert_eq!(acts("?show=inside"), [0, 0, all[2]]);
    assert_eq!(acts("?show=nobody"), all);
    assert!(officer.get(&format!("/m/{number}?open=all")).text.contains("<details open>"));
}

#[test]
fn what_crossed_is_told_in_words_above_everything() {
    let house = House::open();
    let matter = house.pair.signed_request();
    house.pair.sync().expect("it is delivered");
    house.pair.b.act(matter, "acknowledge", Some(""), "Chen Ning").expect("an acknowledgement");
    house.pair.a.act(matter, "withdraw", Some(""), "Amara Olin").expect("a withdrawal");
    house.pair.sync().expect("both have both");
    for lang in [Lang::Zh, Lang::En] {
        let page = house.sit("Amara Olin").reading(lang).get(&format!("/m/{}", matter.shown('R'))).text;
        let said = words(lang, &matters::standard());
        assert!(page.contains(&said.text("page-unsettled")), "{lang:?}");
        let from = page.find("id=\"unsettled\"").expect("a section");
        assert!(page[from..].contains(&said.text("page-crossed")));
    }
}

#[test]
fn what_is_missing_is_told_in_words_since_when_and_from_whom() {
    let house = House::open();
    let matter = house.pair.signed_request();
    house.pair.sync().expect("it is delivered");
    let (a, b) = (&house.pair.a, &house.pair.b);
    b.act(matter, "acknowledge", Some(""), "Chen Ning").expect("an acknowledgement");
    b.act(matter, "ask", Some("questions = [\"Which bank?\"]"), "Chen Ning").expect("a question");
    // B sends the question alone.
    let question =
        b.disk.look(|kept| kept.steps(&a.agency, Direction::Out, 1, 1)).expect("memory can be read");
    let Some((_, Record { what: Recorded::Entry { bytes, .. }, .. })) = question.into_iter().next() else {
        panic!("a step is an entry")
    };
    let batch = Batch {
        v: VERSION,
        from: b.agency,
        to: a.agency,
        after: StreamHead::START,
        entries: vec![Signed(bytes)],
        cards: Vec::new(),
        heads: Vec::new(),
        receipts: Vec::new(),
        checkpoint: None,
        consistency: Vec::new(),
        content: None,
    };
    wait(answer(&a.ledger, b.agency, path::BATCH, batch.encode())).expect("it is taken");
    for (lang, since) in [(Lang::Zh, "起自"), (Lang::En, "since")] {
        let officer = house.sit("Amara Olin").reading(lang);
        let page = officer.get(&format!("/m/{}", matter.shown('R'))).text;
        let from = page.find("id=\"unsettled\"").expect("a section");
        let said = words(lang, &matters::standard());
        let missing = said.text_with("page-waits-missing", &[("party", "Country B"), ("number", "1")]);
        assert!(page[from..].contains(&missing), "{lang:?}");
        assert!(page[from..].contains(&said.text("page-waits-since")));
        let partner = officer.get(&format!("/partners/{}", b.agency)).text;
        let waits = partner.find(&said.text("page-partner-waits")).expect("a line");
        assert!(partner[waits..].contains(&format!("1 ({since}")), "{lang:?}");
        let missing = partner.find(&said.text("page-partner-missing")).expect("a line");
        assert!(partner[missing..].contains("<dd>1</dd>"), "{lang:?}");
    }
}

#[test]
fn what_may_be_done_inside_is_read_off_the_definitions_and_says_why_not() {
    let house = House::open();
    let matter = house.pair.a.draft("Country B", &request("A number"), "Amara Olin").expect("a draft");
    let number = matter.shown('R');
    let (author, supervisor) = (house.sit("Amara Olin"), house.sit("Bo Reyes"));
    let link = |act: &str| format!("href=\"/m/{number}/act/{act}\"");
    let (seen_by_author, seen_by_other) =
        (author.get(&format!("/m/{number}")).text, supervisor.get(&format!("/m/{number}")).text);
    assert!(!seen_by_author.contains(&link("approve")), "nobody is offered to approve their own work");
    assert!(seen_by_other.contains(&link("approve")) && seen_by_other.contains(&link("restrict")));
    assert!(!seen_by_author.contains(&link("restrict")) && seen_by_author.contains(&link("note")));
    for act in ["draft", "read", "propose-erasure"] {
        assert!(!seen_by_other.contains(&link(act)), "{act} has no form a person could fill in");
    }
}

#[test]
fn an_original_stands_left_and_its_translation_right_with_what_the_translator_declares() {
    let house = House::open();
    let matter = house.pair.signed_request();
    house.pair.sync().expect("it is delivered");
    house.pair.b.act(matter, "acknowledge", Some(""), "Chen Ning").expect("an acknowledgement");
    let asked = "questions = [\"号码是哪一个？\"]\n[[translations]]\noriginal = \"questions\"\nfrom = \"zh\"\n\
                 into = \"en\"\ntranslation = \"Which number is it?\"\ndeclared = \"sworn\"\n\
                 translator = \"Court interpreter 12\"";
    house.pair.b.act(matter, "ask", Some(asked), "Chen Ning").expect("a question");
    house.pair.try_sync(false, &|_| Fate::Arrives).expect("it comes back");
    let (number, officer) = (matter.shown('R'), house.sit("Amara Olin"));
    for lang in [Lang::Zh, Lang::En] {
        let said = words(lang, &matters::standard());
        let page = officer.reading(lang).get(&format!("/m/{number}")).text;
        let side = page.split("side-by-side").nth(1).expect("they stand side by side");
        let (original, translation) = (side.find("号码是哪一个？"), side.find("Which number is it?"));
        assert!(original.is_some() && original < translation, "the original stands first: {side:.600}");
        assert!(side.contains("lang=\"zh\"") && side.contains("lang=\"en\""));
        assert!(side.contains(&said.text("term-translation-sworn")) && side.contains("Court interpreter 12"));
    }
    // The same from a form: told where it is of no text of the act, checked side by side, and carried in the act.
    let path = format!("/m/{number}/act/clarify");
    let mut typed = vec![
        ("text", "尾号为77的号码。"),
        ("translations.0.original", "title"),
        ("translations.0.from", "zh"),
        ("translations.0.into", "en"),
        ("translations.0.translation", "The one ending in 77."),
        ("translations.0.declared", "machine"),
    ];
    let wrong = officer.post(&path, &typed);
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("f-translations-0-original-wrong"), "{}", wrong.text);
    typed[1].1 = "text";
    let check = officer.post(&path, &typed);
    assert_eq!(check.status, StatusCode::OK, "{}", check.text);
    assert!(check.text.contains("side-by-side") && check.text.contains("Translated by a machine"));
    typed.push(("step", "do"));
    assert_eq!(officer.post(&path, &typed).status, StatusCode::SEE_OTHER);
    house.pair.sync().expect("it is delivered");
    let there = house.pair.b.show(matter).expect("a page");
    let clarified = there.timeline.iter().find(|line| line.act == "clarify").expect("a clarification");
    let text = clarified.fields.iter().find(|field| field.name == "text").expect("its text");
    assert_eq!(text.translations.len(), 1);
    assert_eq!(text.translations[0].text, "The one ending in 77.");
}

/// A request of A's that B has got, opened with this before the rest of it.
fn sent(house: &House, before: &str, title: &str) -> MatterId {
    let toml = format!("{before}{}", request(title));
    let matter = house.pair.a.draft("Country B", &toml, "Amara Olin").expect("a draft");
    house.pair.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").expect("a review");
    house.pair.a.act(matter, "approve", None, "Bo Reyes").expect("an approval");
    house.pair.a.act(matter, "open", None, "Amara Olin").expect("it is sent");
    house.pair.sync().expect("it is delivered");
    matter
}

#[test]
fn a_form_offers_other_matters_by_number_and_both_pages_link_each_other() {
    let house = House::open();
    let (first, next) = (sent(&house, "", "A number"), sent(&house, "", "The same, again"));
    let officer = house.sit("Amara Olin");
    let path = format!("/m/{}/act/supersede", first.shown('R'));
    let form = officer.get(&path).text;
    assert!(form.contains(&format!("<option value=\"{}\">The same, again", next.shown('R'))), "{form}");
    assert!(!form.contains(&format!("<option value=\"{}\"", first.shown('R'))), "not itself");
    let wrong = officer.post(&path, &[("by_matter", "R-0000"), ("step", "check")]);
    assert!(
        wrong.text.contains("f-by_matter-wrong") && wrong.text.contains("value=\"R-0000\""),
        "{}",
        wrong.text
    );
    let beginning = next.shown('R')[..8].to_owned();
    let done = officer.post(&path, &[("by_matter", &beginning), ("step", "do")]);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    for (lang, there, back) in [
        (Lang::En, "Matter that takes its place", "Takes the place of"),
        (Lang::Zh, "取代本请求的事项", "所取代的请求"),
    ] {
        for (on, how, to) in [(first, there, next), (next, back, first)] {
            let page = officer.reading(lang).get(&format!("/m/{}", on.shown('R'))).text;
            let link = format!("<dt>{how}</dt><dd><a href=\"/m/{}\">", to.shown('R'));
            assert!(page.contains(&link), "{how}: {page}");
        }
    }
}

#[test]
fn a_matter_that_has_ended_says_when_it_is_reviewed_and_what_to_do() {
    let house = House::open();
    let day = 24 * 60 * 60 * 1000;
    let before = format!("review_by = \"{}\"\n", NOW.plus_millis(60 * day));
    let matter = sent(&house, &before, "A number");
    house.pair.a.act(matter, "withdraw", None, "Amara Olin").expect("it is withdrawn");
    let number = matter.shown('R');
    for (days, word, listed) in [(1, "page-retention-due", false), (61, "page-retention-overdue", true)] {
        house.pair.a.clock.set(NOW.plus_millis(days * day));
        let supervisor = house.sit("Bo Reyes");
        for lang in [Lang::Zh, Lang::En] {
            let said = words(lang, &matters::standard());
            let page = supervisor.reading(lang).get(&format!("/m/{number}")).text;
            assert!(page.contains(&said.text(word)) && page.contains(&said.text("page-retention-how")));
            assert!(page.contains(&format!("/m/{number}/act/propose-keeping")));
            for path in ["/work", "/work/print"] {
                let tells = supervisor.get(path).text.contains(&format!("/m/{number}#retention"));
                assert_eq!(tells, listed, "{path} on day {days}");
            }
        }
    }
}
