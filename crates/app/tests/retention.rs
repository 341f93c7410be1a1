//! What is kept of a matter that has ended: reviewed on the date it names, erased by two or kept on by two, at each node
//! for itself.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use comity_app::Failure;
use comity_app::commands::{Erasing, ToErase};
use comity_app::queries::RetentionLine;
use comity_app::views::{Facet, rebuild};
use comity_domain::matters::standard;
use comity_domain::vocabularies::Role;
use comity_domain::words::{Lang, Words};
use comity_journal::ids::{MatterId, Token};
use comity_journal::suite::Hash;
use comity_testkit::node::{Desk, NOW, Pair, request, review};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A request of A's that names a day for its review, 60 days on, and that B has refused.
fn refused() -> (Pair, MatterId) {
    let pair = Pair::met();
    let toml = format!("review_by = \"{}\"\n{}", NOW.plus_millis(60 * DAY), request("A number"));
    let matter = pair.a.draft("Country B", &toml, "Amara Olin").unwrap();
    pair.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").unwrap();
    pair.a.act(matter, "approve", None, "Bo Reyes").unwrap();
    pair.a.act(matter, "open", None, "Amara Olin").unwrap();
    pair.sync().unwrap();
    let weighed = "ground = \"not-held\"\ntext = \"Nothing is held.\"";
    pair.b.act(matter, "weigh-refusal", Some(weighed), "Chen Ning").unwrap();
    pair.b.act(matter, "refuse", Some("ground = \"cannot-assist\""), "Chen Ning").unwrap();
    pair.b.act(matter, "approve", None, "Dara Vong").unwrap();
    pair.sync().unwrap();
    (pair, matter)
}

fn closed() -> (Pair, MatterId) {
    let (pair, matter) = refused();
    pair.a.act(matter, "close", Some("outcome = \"not-satisfied\""), "Amara Olin").unwrap();
    pair.sync().unwrap();
    let enlist = |desk: &Desk, lets_in: &str| {
        desk.run(|ledger, pending| ledger.add_officer(pending, "Ria Holm", &[Role::RightsOfficer])).unwrap();
        desk.act(matter, "let-in", Some("officer = \"Ria Holm\""), lets_in).unwrap();
    };
    enlist(&pair.a, "Bo Reyes");
    enlist(&pair.b, "Dara Vong");
    (pair, matter)
}

fn retention(desk: &Desk, matter: MatterId) -> Option<RetentionLine> {
    desk.show(matter).unwrap().retention
}

/// The matters this officer is told to review, with whether they are overdue.
fn told(desk: &Desk, officer: &'static str) -> Vec<(MatterId, bool)> {
    let words = Words::new(Lang::En, &standard());
    let lines = desk.run(move |ledger, _| {
        let officer = ledger.officer(Some(officer))?;
        ledger.to_review(&officer, &words)
    });
    lines.unwrap().into_iter().map(|line| (line.matter.id, line.overdue)).collect()
}

fn at(desk: &Desk, day: i64) {
    desk.clock.set(NOW.plus_millis(day * DAY));
}

fn rule(result: Result<impl std::fmt::Debug, Failure>) -> &'static str {
    match result {
        Err(Failure::Refused(refusal)) => refusal.rule.code,
        _ => "not refused",
    }
}

fn propose(desk: &Desk, matter: MatterId, until: i64) -> Result<(), Failure> {
    let until = NOW.plus_millis(until * DAY);
    let toml = format!("until = \"{until}\"\nreason = \"The trial has not begun.\"");
    desk.act(matter, "propose-keeping", Some(&toml), "Ria Holm").map(|_| ())
}

#[test]
fn a_review_is_due_on_the_day_the_request_names_once_it_has_ended() {
    let (pair, matter) = refused();
    assert_eq!(retention(&pair.a, matter), None, "nothing is reviewed while it goes on");
    pair.a.act(matter, "close", Some("outcome = \"not-satisfied\""), "Amara Olin").unwrap();
    let due = NOW.plus_millis(60 * DAY).to_string();
    let kept = retention(&pair.a, matter).unwrap();
    assert_eq!((kept.due, kept.overdue, kept.kept_on), (due, false, false));
    assert_eq!(told(&pair.a, "Bo Reyes"), [], "two months ahead nobody has to be told");
    at(&pair.a, 31);
    assert_eq!(told(&pair.a, "Bo Reyes"), [(matter, false)]);
    at(&pair.a, 61);
    assert_eq!(told(&pair.a, "Bo Reyes"), [(matter, true)]);
    assert!(retention(&pair.a, matter).unwrap().overdue);
    assert_eq!(pair.a.status(matter), "closed", "a day that passes changes no status");
}

#[test]
fn it_is_kept_on_by_two_people_with_a_reason_until_a_date() {
    let (pair, matter) = closed();
    at(&pair.a, 61);
    assert_eq!(rule(propose(&pair.a, matter, 60)), "wish-in-the-past");
    propose(&pair.a, matter, 400).unwrap();
    let waits = retention(&pair.a, matter).unwrap();
    assert_eq!(waits.keeping_until, Some(NOW.plus_millis(400 * DAY).to_string()));
    assert!(waits.overdue, "a proposal keeps nothing");
    assert_eq!(rule(pair.a.act(matter, "keep-on", None, "Ria Holm")), "second-person");
    pair.a.act(matter, "let-in", Some("officer = \"Amara Olin\""), "Bo Reyes").unwrap();
    assert_eq!(rule(pair.a.act(matter, "keep-on", None, "Amara Olin")), "role");
    pair.a.act(matter, "keep-on", None, "Bo Reyes").unwrap();
    let kept = retention(&pair.a, matter).unwrap();
    let until = NOW.plus_millis(400 * DAY).to_string();
    assert_eq!((kept.due, kept.overdue, kept.kept_on, kept.keeping_until), (until, false, true, None));
    assert_eq!(told(&pair.a, "Bo Reyes"), []);
    assert_eq!(rule(pair.a.act(matter, "keep-on", None, "Bo Reyes")), "wrong-target", "it was decided");
    pair.a.run(|ledger, _| rebuild(ledger)).unwrap();
    at(&pair.a, 401);
    assert_eq!(told(&pair.a, "Ria Holm"), [(matter, true)]);
}

#[test]
fn nobody_keeps_on_what_they_proposed_themselves() {
    let (pair, matter) = closed();
    let both = [Role::RightsOfficer, Role::Supervisor];
    pair.a.run(move |ledger, pending| ledger.add_officer(pending, "Uma Teo", &both)).unwrap();
    let until = NOW.plus_millis(400 * DAY);
    let toml = format!("until = \"{until}\"\nreason = \"The trial has not begun.\"");
    pair.a.act(matter, "propose-keeping", Some(&toml), "Uma Teo").unwrap();
    assert_eq!(rule(pair.a.act(matter, "keep-on", None, "Uma Teo")), "second-person");
    pair.a.act(matter, "keep-on", None, "Bo Reyes").unwrap();
}

#[test]
fn once_two_people_have_erased_its_content_there_is_nothing_to_review_here_and_the_partner_reviews_its_own() {
    let (pair, matter) = closed();
    at(&pair.a, 61);
    let open = pair.a.show(matter).unwrap().timeline.into_iter().find(|line| line.act == "open").unwrap();
    let entry = Hash::from_hex(&open.entry).unwrap();
    let erase = |parts: &[&'static str], officer: &'static str| {
        let content = ToErase { entry, parts: parts.iter().map(|part| Token::literal(part)).collect() };
        pair.a.run(move |ledger, pending| {
            let officer = ledger.officer(Some(officer))?;
            ledger.erase(pending, &matter, &content, "The term has ended.", &officer)
        })
    };
    for parts in [&["request"][..], &["persons"][..]] {
        assert_eq!(erase(parts, "Ria Holm").unwrap(), Erasing::Proposed);
        assert!(retention(&pair.a, matter).unwrap().erasure_waits);
        assert_eq!(erase(parts, "Bo Reyes").unwrap(), Erasing::Done);
    }
    assert_eq!(retention(&pair.a, matter), None);
    assert_eq!(told(&pair.a, "Bo Reyes"), []);
    let listed = pair.a.run(|ledger, _| ledger.count_matters(&Facet::ToReview, &Default::default())).unwrap();
    assert_eq!(listed.count, 0);
    at(&pair.b, 61);
    assert_eq!(told(&pair.b, "Dara Vong"), [(matter, true)]);
}
