//! Content is asked back, and every holder answers: erased, or kept for a reason; also after the matter was closed.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use comity_app::commands::{Outcome, ToErase};
use comity_app::queries::{Also, ListQuery, RecallLine};
use comity_app::views::Facet;
use comity_domain::matters;
use comity_domain::vocabularies::Role;
use comity_domain::words::{Lang, Words};
use comity_journal::ids::{MatterId, Token};
use comity_journal::suite::Hash;
use comity_testkit::node::{Desk, Pair, request, review};

/// A request of A's that B has refused and A has closed.
fn closed() -> (Pair, MatterId) {
    let pair = Pair::met();
    let matter = pair.a.draft("Country B", &request("A number"), "Amara Olin").unwrap();
    pair.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").unwrap();
    pair.a.act(matter, "approve", None, "Bo Reyes").unwrap();
    pair.a.act(matter, "open", None, "Amara Olin").unwrap();
    pair.sync().unwrap();
    let weighed = "ground = \"not-held\"\ntext = \"Nothing is held.\"";
    pair.b.act(matter, "weigh-refusal", Some(weighed), "Chen Ning").unwrap();
    pair.b.act(matter, "refuse", Some("ground = \"cannot-assist\""), "Chen Ning").unwrap();
    pair.b.act(matter, "approve", None, "Dara Vong").unwrap();
    pair.sync().unwrap();
    pair.a.act(matter, "close", Some("outcome = \"not-satisfied\""), "Amara Olin").unwrap();
    pair.sync().unwrap();
    (pair, matter)
}

fn opening(desk: &Desk, matter: MatterId) -> String {
    let timeline = desk.show(matter).unwrap().timeline;
    timeline.into_iter().find(|line| line.act == "open").unwrap().entry
}

/// A asks for the content of its request back.
fn recalled(pair: &Pair, matter: MatterId) {
    let toml = format!("of = \"{}\"\nground = \"wrong\"", opening(&pair.a, matter));
    pair.a.act(matter, "recall", Some(&toml), "Amara Olin").unwrap();
    let acted = pair.a.act(matter, "approve", None, "Bo Reyes").unwrap();
    assert!(matches!(acted.outcome, Outcome::Signed(_)), "{acted:?}");
    pair.sync().unwrap();
}

/// B answers; the rule that stands against it, where one does.
fn answered(pair: &Pair, matter: MatterId, toml: &str) -> Option<&'static str> {
    pair.b.act(matter, "answer-recall", Some(toml), "Chen Ning").unwrap();
    let acted = pair.b.act(matter, "approve", None, "Dara Vong").unwrap();
    pair.sync().unwrap();
    acted.outcome.rule().map(|rule| rule.code)
}

fn only(desk: &Desk, matter: MatterId) -> RecallLine {
    let mut recalls = desk.show(matter).unwrap().recalls;
    assert_eq!(recalls.len(), 1);
    recalls.remove(0)
}

fn open_recalls(desk: &Desk) -> usize {
    let list = ListQuery { facet: Facet::Recalled, also: Also::default(), after: None, limit: 9 };
    let words = Words::new(Lang::En, &matters::standard());
    desk.run(move |ledger, _| ledger.matter_lines(&list, &words)).unwrap().lines.len()
}

fn erase_all(desk: &Desk, matter: MatterId, entry: &str) {
    let enlist = |ledger: &mut comity_app::ledger::Ledger, pending: &mut _| {
        ledger.add_officer(pending, "Rae Osei", &[Role::RightsOfficer, Role::Desk])
    };
    desk.run(enlist).unwrap();
    let entry = Hash::from_hex(entry).unwrap();
    let parts = desk.run(move |ledger, _| Ok(ledger.store().parts(&entry)?)).unwrap();
    let content = parts.iter().map(|part| part.label.clone()).filter(|label| label.as_str() != "tally");
    let content = ToErase { entry, parts: content.collect::<Vec<Token>>() };
    for name in ["Rae Osei", "Dara Vong"] {
        let content = content.clone();
        let erase = move |ledger: &mut comity_app::ledger::Ledger, pending: &mut _| {
            let officer = ledger.officer(Some(name))?;
            ledger.erase(pending, &matter, &content, "It was recalled.", &officer)
        };
        desk.run(erase).unwrap();
    }
}

#[test]
fn recalled_content_is_said_to_be_erased_by_a_node_where_it_was_erased_and_by_no_other() {
    let (pair, matter) = closed();
    recalled(&pair, matter);
    for desk in [&pair.a, &pair.b] {
        assert_eq!(only(desk, matter).holders[0].answer, None, "nobody has answered yet");
        assert_eq!(open_recalls(desk), 1);
        assert_eq!(desk.show(matter).unwrap().line.status, "closed", "a recall moves no status");
    }
    assert_eq!(answered(&pair, matter, "result = \"done\""), Some("content-still-here"));
    erase_all(&pair.b, matter, &opening(&pair.b, matter));
    assert_eq!(answered(&pair, matter, "result = \"done\""), None);
    for desk in [&pair.a, &pair.b] {
        assert_eq!(only(desk, matter).holders[0].answer.as_deref(), Some("Erased"));
        assert_eq!(open_recalls(desk), 0);
    }
}

#[test]
fn what_is_kept_is_kept_for_a_reason_and_the_latest_answer_counts() {
    let (pair, matter) = closed();
    recalled(&pair, matter);
    assert_eq!(answered(&pair, matter, "result = \"held\""), Some("incomplete"));
    assert_eq!(answered(&pair, matter, "result = \"held\"\nground = \"in-proceedings\""), None);
    let held = only(&pair.a, matter).holders[0].answer.clone().unwrap();
    assert!(held.contains("Held") && held.contains("proceedings"), "{held}");
    assert_eq!(answered(&pair, matter, "result = \"refused\"\nground = \"law-demands\""), None);
    let refused = only(&pair.a, matter).holders[0].answer.clone().unwrap();
    assert!(refused.contains("Not erased"), "{refused}");
}

#[test]
fn nobody_recalls_what_somebody_else_wrote() {
    let (pair, matter) = closed();
    let theirs = format!("of = \"{}\"\nground = \"wrong\"", opening(&pair.b, matter));
    pair.b.act(matter, "recall", Some(&theirs), "Chen Ning").unwrap();
    let acted = pair.b.act(matter, "approve", None, "Dara Vong").unwrap();
    assert_eq!(acted.outcome.rule().map(|rule| rule.code), Some("wrong-target"));
    assert!(pair.b.show(matter).unwrap().recalls.is_empty());
}
