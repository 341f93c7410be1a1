//! What a partner may get: at the floor, widened by two, lapsed, narrowed by one; and what officers are told of it.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use comity_app::Failure;
use comity_app::commands::Outcome;
use comity_app::queries::{PartnerLine, Writing};
use comity_domain::gates::Ceiling;
use comity_domain::matters::standard;
use comity_domain::vocabularies::Role;
use comity_domain::words::{Lang, Words};
use comity_journal::ids::MatterId;
use comity_testkit::node::{Desk, NOW, Pair, assessment, request, review};

const DAY: i64 = 24 * 60 * 60 * 1000;

fn record(desk: &Desk, partner: &'static str) -> MatterId {
    desk.run(move |ledger, _| Ok(ledger.partner(partner)?.record)).unwrap()
}

fn line(desk: &Desk, partner: &'static str) -> PartnerLine {
    desk.run(move |ledger, _| {
        let partner = ledger.partner(partner)?;
        ledger.partner_line(partner)
    })
    .unwrap()
}

fn narrowed() -> Pair {
    let pair = Pair::met();
    let about = record(&pair.a, "Country B");
    pair.a.act(about, "narrow", Some("reason = \"A report of last week.\""), "Amara Olin").unwrap();
    pair
}

/// Drafts a request, has it reviewed and approved, and asks for it to be sent.
fn send(pair: &Pair, toml: &str) -> (MatterId, Outcome) {
    let matter = pair.a.draft("Country B", toml, "Amara Olin").unwrap();
    pair.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").unwrap();
    pair.a.act(matter, "approve", None, "Bo Reyes").unwrap();
    (matter, pair.a.act(matter, "open", None, "Amara Olin").unwrap().outcome)
}

fn about_nobody() -> String {
    request("A number").split("[[persons]]").next().unwrap().to_owned()
}

fn refused_under<T: std::fmt::Debug>(asked: Result<T, Failure>) -> &'static str {
    match asked {
        Err(Failure::Refused(refusal)) => refusal.rule.code,
        _ => "not refused",
    }
}

fn rule_of(outcome: &Outcome) -> Option<&'static str> {
    outcome.rule().map(|rule| rule.code)
}

#[test]
fn at_the_floor_a_request_that_names_persons_waits_and_one_that_names_nobody_is_sent() {
    let pair = narrowed();
    let (matter, kept) = send(&pair, &request("A number"));
    assert_eq!(rule_of(&kept), Some("ceiling"));
    assert!(matches!(send(&pair, &about_nobody()).1, Outcome::Signed(_)));
    // Nothing of the first is lost: it is sent once two people have widened.
    let about = record(&pair.a, "Country B");
    pair.a.act(about, "propose-widening", Some(&assessment()), "Amara Olin").unwrap();
    pair.a.act(about, "widen", None, "Bo Reyes").unwrap();
    assert!(matches!(pair.a.act(matter, "open", None, "Amara Olin").unwrap().outcome, Outcome::Signed(_)));
}

#[test]
fn a_widening_takes_a_second_person_who_answers_for_rights() {
    let pair = narrowed();
    let about = record(&pair.a, "Country B");
    pair.a
        .run(|ledger, pending| {
            ledger.add_officer(pending, "Cyan Roe", &[Role::Desk])?;
            ledger.add_officer(pending, "Rune Ask", &[Role::Auditor])
        })
        .unwrap();
    let propose = |who| pair.a.act(about, "propose-widening", Some(&assessment()), who);
    let widen = |who| pair.a.act(about, "widen", None, who);
    assert_eq!(refused_under(propose("Rune Ask")), "role");
    propose("Bo Reyes").unwrap();
    assert_eq!(refused_under(widen("Bo Reyes")), "second-person");
    assert_eq!(refused_under(widen("Cyan Roe")), "role", "a desk officer does not answer for rights");
    assert_eq!(line(&pair.a, "Country B").ceiling, Ceiling::Floor);
    propose("Cyan Roe").unwrap();
    widen("Bo Reyes").unwrap();
    assert_eq!(line(&pair.a, "Country B").ceiling, Ceiling::Full);
}

#[test]
fn a_review_date_must_lie_ahead_and_not_beyond_two_years() {
    let pair = narrowed();
    let about = record(&pair.a, "Country B");
    for days in [-1, 732] {
        let review_by = NOW.plus_millis(days * DAY);
        let toml = format!("review_by = \"{review_by}\"\nassessment = \"None.\"\nsource = \"A report\"\n");
        assert_eq!(
            refused_under(pair.a.act(about, "propose-widening", Some(&toml), "Amara Olin")),
            "review-date"
        );
    }
}

#[test]
fn a_lapsed_assessment_is_the_floor_without_anybodys_act() {
    let pair = Pair::met();
    assert_eq!(
        (line(&pair.a, "Country B").ceiling, line(&pair.a, "Country B").review_soon),
        (Ceiling::Full, false)
    );
    pair.a.clock.set(NOW.plus_millis(340 * DAY));
    assert!(line(&pair.a, "Country B").review_soon, "it is told a month before");
    pair.a.clock.set(NOW.plus_millis(365 * DAY));
    let lapsed = line(&pair.a, "Country B");
    assert_eq!((lapsed.ceiling, lapsed.assessment, lapsed.review_soon), (Ceiling::Floor, "lapsed", true));
    assert_eq!(rule_of(&send(&pair, &request("A number")).1), Some("ceiling"));
}

#[test]
fn narrowing_is_at_once_and_leaves_what_is_in_force() {
    let pair = Pair::met();
    let matter = pair.signed_request();
    pair.sync().unwrap();
    let about = record(&pair.b, "Country A");
    pair.b.act(about, "narrow", Some("reason = \"A report of last week.\""), "Dara Vong").unwrap();
    let words = Words::new(Lang::En, &standard());
    let why_not = |act: &'static str| {
        let words = Words::new(Lang::En, &standard());
        pair.b
            .run(move |ledger, _| {
                let officer = ledger.officer(Some("Chen Ning"))?;
                Ok(ledger.why_not(&matter, act, &officer, &words)?.map(|why| (why.rule, why.lifted_by)))
            })
            .unwrap()
    };
    // Correspondence goes on in the matter that is open.
    let acknowledged = pair.b.act(matter, "acknowledge", None, "Chen Ning").unwrap();
    assert!(matches!(acknowledged.outcome, Outcome::Signed(_)));
    pair.b.act(matter, "accept", Some(""), "Chen Ning").unwrap();
    pair.b.act(matter, "review-grounds", Some(&review()), "Dara Vong").unwrap();
    let accepted = pair.b.act(matter, "approve", None, "Dara Vong").unwrap();
    assert!(matches!(accepted.outcome, Outcome::Signed(_)), "{accepted:?}");
    let lifted_by = words.term("role", "legal");
    assert_eq!(why_not("answer"), Some(("ceiling", Some(lifted_by))));
    assert_eq!(why_not("ask"), None);
    pair.sync().unwrap();
    pair.try_sync(false, &|_| comity_testkit::node::Fate::Arrives).unwrap();
    assert_eq!(pair.a.status(matter), "accepted", "what was signed before stays valid on both sides");
}

#[test]
fn what_the_floor_keeps_back_is_told_while_it_is_being_written() {
    let pair = narrowed();
    let told = |kind: &'static str, toml: String| {
        pair.a
            .run(move |ledger, pending| {
                let words = Words::new(Lang::En, &standard());
                let (officer, partner) = (ledger.officer(Some("Amara Olin"))?, ledger.partner("Country B")?);
                let writing = Writing::Opening(kind, &partner);
                let page = ledger.foresee(pending, &officer, writing, &toml, &words)?;
                let found = page.to_mend.into_iter().find(|line| line.why.rule == "ceiling");
                Ok(found.map(|line| line.about))
            })
            .unwrap()
    };
    assert_eq!(told("request", request("A number")), Some(vec!["persons".to_owned()]));
    assert_eq!(told("request", about_nobody()), None);
    let evidence = "handling = \"h1\"\nas_evidence = false\npurpose = \"prosecute\"\nbasis = \"reciprocity\"\n\
        offences = [\"0701\"]\ntitle = \"Images\"\ncollected = \"Copied.\"\nauthority = \"Warrant 12\"\n\
        basis_text = \"Reciprocity.\"\ncontact = \"evidence desk\"\n";
    let about = told("evidence", evidence.to_owned()).unwrap();
    assert!(about.contains(&"evidence".to_owned()), "{about:?}");
}

#[test]
fn a_partner_without_a_node_starts_at_the_floor_too() {
    let pair = Pair::met();
    pair.a
        .run(|ledger, pending| {
            let officer = ledger.officer(Some("Amara Olin"))?;
            ledger.add_off_network_partner(pending, "Country D", "XD", "by letter", &officer)
        })
        .unwrap();
    let about = record(&pair.a, "Country D");
    pair.a.act(about, "confirm", None, "Bo Reyes").unwrap();
    assert_eq!(
        (line(&pair.a, "Country D").ceiling, line(&pair.a, "Country D").assessment),
        (Ceiling::Floor, "missing")
    );
    let matter = pair.a.draft("Country D", &request("A number"), "Amara Olin").unwrap();
    pair.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").unwrap();
    pair.a.act(matter, "approve", None, "Bo Reyes").unwrap();
    let kept = pair.a.act(matter, "open", None, "Amara Olin").unwrap();
    assert_eq!(rule_of(&kept.outcome), Some("ceiling"));
}
