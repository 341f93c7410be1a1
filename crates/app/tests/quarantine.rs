//! A partner in quarantine: of whom a fork is proven, or whom somebody put there. No new matters with it, until two people
//! lift that; what is open goes on, what arrives is kept, and nobody else is affected.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in what tests share, failing is the point")]

use comity_app::Failure;
use comity_app::commands::{Acted, Outcome};
use comity_app::ledger::Compared;
use comity_app::queries::{PartnerLine, QuarantineLine, Writing};
use comity_app::workers::answer;
use comity_domain::matters::standard;
use comity_domain::vocabularies::Role;
use comity_domain::words::{Lang, Words};
use comity_federation::message::{Batch, Message as _, Signed, VERSION};
use comity_federation::path;
use comity_journal::entry::Entry;
use comity_journal::ids::MatterId;
use comity_store::{Direction, Recorded};
use comity_testkit::node::{Desk, NOW, Pair, Three, request, review, wait, with_letters};

fn line(desk: &Desk, partner: &'static str) -> PartnerLine {
    desk.run(move |ledger, _| {
        let partner = ledger.partner(partner)?;
        ledger.partner_line(partner)
    })
    .unwrap()
}

fn quarantine(desk: &Desk, partner: &'static str) -> Option<QuarantineLine> {
    line(desk, partner).quarantine
}

fn under<T>(asked: Result<T, Failure>) -> &'static str {
    match asked {
        Err(Failure::Refused(refusal)) => refusal.rule.code,
        Err(other) => panic!("not refused: {other}"),
        Ok(_) => "done",
    }
}

fn says(desk: &Desk, matter: MatterId, officer: &str) {
    let said = desk.act(matter, "say", None, officer).unwrap().outcome;
    assert!(matches!(said, Outcome::Signed(_)), "{said:?}");
}

fn lifted(desk: &Desk, partner: &'static str, [first, second]: [&str; 2]) {
    let about = line(desk, partner).record;
    desk.act(
        about,
        "propose-lifting",
        Some("reason = \"Its node was started twice; only one runs now.\""),
        first,
    )
    .unwrap();
    desk.act(about, "lift", None, second).unwrap();
}

/// Drafts a request, has it reviewed and approved.
fn drafted(desk: &Desk, to: &str, [officer, supervisor]: [&str; 2]) -> Result<MatterId, Failure> {
    let matter = desk.draft(to, &request("A number"), officer)?;
    desk.act(matter, "review-grounds", Some(&review()), supervisor)?;
    desk.act(matter, "approve", None, supervisor)?;
    Ok(matter)
}

fn sent(desk: &Desk, matter: MatterId, officer: &str) -> Acted {
    desk.act(matter, "open", None, officer).unwrap()
}

/// A has told B and C two things for one place, in the first of two letters to both; they have compared, and it is proven.
fn forked() -> (Three, Desk, [MatterId; 2]) {
    let three = Three::met_knowing([with_letters; 3]);
    let letters = [three.letter(1), three.letter(2)];
    for reader in [&three.b, &three.c] {
        Three::sync(&three.a, reader).unwrap();
    }
    let twin = three.a.running_twice();
    twin.clock.set(NOW.plus_millis(1000));
    forks(&three, &twin, letters[0]);
    (three, twin, letters)
}

/// What A says in a letter, its twin says too; B hears the one, C the other, and then they compare.
fn forks(three: &Three, twin: &Desk, letter: MatterId) {
    for (writer, reader) in [(&three.a, &three.b), (twin, &three.c)] {
        says(writer, letter, "Amara Olin");
        Three::sync(writer, reader).unwrap();
    }
    both_ways(&three.b, &three.c);
}

fn both_ways(from: &Desk, to: &Desk) {
    Three::sync(from, to).unwrap();
    Three::sync(to, from).unwrap();
}

#[test]
fn whoever_is_proven_a_forker_is_in_quarantine_at_all_who_hold_the_proof_and_nobody_else_is() {
    let (three, _twin, [letter, _]) = forked();
    for (reader, officer) in [(&three.b, "Chen Ning"), (&three.c, "Emil Sand")] {
        let stands = quarantine(reader, "Country A").unwrap();
        assert_eq!((stands.cause, stands.matter, stands.lifting.is_none()), ("fork", Some(letter), true));
        assert_eq!(under(reader.draft("Country A", &request("A number"), officer)), "quarantine");
        // What is open goes on.
        says(reader, letter, officer);
    }
    assert!(quarantine(&three.b, "Country C").is_none() && quarantine(&three.c, "Country B").is_none());
    three.b.draft("Country C", &request("A number"), "Chen Ning").unwrap();
    assert!(three.b.journal().clean);
}

#[test]
fn a_fork_in_a_matter_that_the_release_before_did_not_know_is_told_after_the_upgrade() {
    let mut three = Three::met_knowing([with_letters, with_letters, standard]);
    let letter = three.letter(1);
    Three::sync(&three.a, &three.c).unwrap();
    let twin = three.a.running_twice();
    twin.clock.set(NOW.plus_millis(1000));
    for writer in [&three.a, &twin] {
        says(writer, letter, "Amara Olin");
    }
    Three::sync(&twin, &three.c).unwrap();
    let other = last_said(&three.a);
    let (c, b) = (&three.c, three.b.agency);
    c.run(move |ledger, pending| ledger.append_received(pending, b, other, Vec::new()).map(drop)).unwrap();
    assert!(quarantine(&three.c, "Country A").is_none(), "it cannot see what it keeps");
    three.c.upgrade(with_letters);
    let stands = quarantine(&three.c, "Country A").unwrap();
    assert_eq!((stands.cause, stands.matter), ("fork", Some(letter)));
    let told = |desk: &Desk| desk.incidents().iter().filter(|trouble| *trouble == "fork").count();
    assert_eq!(told(&three.c), 1);
    three.c.reopen(Compared::WithEverybody);
    assert_eq!(told(&three.c), 1, "and once");
}

/// The last that somebody said, as it is signed.
fn last_said(desk: &Desk) -> Entry {
    let mut entries = desk.disk.entries().into_iter().filter_map(|(_, record)| match record.what {
        Recorded::Entry { bytes, .. } => Entry::read(&bytes).ok(),
        _ => None,
    });
    entries.rfind(|entry| entry.header().act.as_str() == "say").unwrap()
}

#[test]
fn a_fork_whose_branches_wait_for_what_is_missing_is_told_at_once_and_once() {
    let three = Three::met_knowing([with_letters; 3]);
    let letter = three.letter(1);
    for reader in [&three.b, &three.c] {
        Three::sync(&three.a, reader).unwrap();
    }
    says(&three.c, letter, "Emil Sand");
    Three::sync(&three.c, &three.a).unwrap();
    let twin = three.a.running_twice();
    twin.clock.set(NOW.plus_millis(1000));
    for writer in [&three.a, &twin] {
        says(writer, letter, "Amara Olin");
    }
    // B has nothing of what C said, which both branches had seen.
    let (from, to) = (three.a.agency, three.b.agency);
    let entries = [&three.a, &twin].map(|writer| Signed(last_said(writer).bytes().to_vec())).to_vec();
    let after = three.b.stream(from, Direction::In);
    let (cards, heads, receipts, consistency) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (checkpoint, content) = (None, None);
    let both = Batch {
        v: VERSION,
        from,
        to,
        after,
        entries,
        cards,
        heads,
        receipts,
        checkpoint,
        consistency,
        content,
    };
    wait(answer(&three.b.ledger, from, path::BATCH, both.encode())).unwrap();
    assert_eq!(three.b.incidents(), ["fork"]);
    assert_eq!(quarantine(&three.b, "Country A").unwrap().cause, "fork");
    Three::sync(&three.c, &three.b).unwrap();
    assert_eq!(three.b.incidents(), ["fork"], "and once");
}

#[test]
fn a_draft_written_before_waits_and_is_sent_once_two_people_have_lifted_the_quarantine() {
    let pair = Pair::met();
    let matter = drafted(&pair.a, "Country B", ["Amara Olin", "Bo Reyes"]).unwrap();
    let about = line(&pair.a, "Country B").record;
    pair.a.act(about, "quarantine", Some("reason = \"A report of last week.\""), "Amara Olin").unwrap();
    let stands = quarantine(&pair.a, "Country B").unwrap();
    assert_eq!(stands.reason.as_deref(), Some("A report of last week."));
    assert_eq!((stands.cause, stands.by.as_deref()), ("person", Some("Amara Olin")));
    assert_eq!(sent(&pair.a, matter, "Amara Olin").outcome.rule().map(|rule| rule.code), Some("quarantine"));
    let lift = |who| pair.a.act(about, "lift", None, who);
    assert!(lift("Bo Reyes").is_err(), "nobody has proposed it");
    let why = "reason = \"It was a mistake.\"";
    pair.a.act(about, "propose-lifting", Some(why), "Bo Reyes").unwrap();
    assert_eq!(under(lift("Bo Reyes")), "second-person");
    assert_eq!(under(lift("Amara Olin")), "role", "an officer does not answer for it");
    pair.a.act(about, "propose-lifting", Some(why), "Amara Olin").unwrap();
    let waits = quarantine(&pair.a, "Country B").unwrap().lifting.unwrap();
    assert_eq!(
        (waits.by.as_deref(), waits.reason.as_deref()),
        (Some("Amara Olin"), Some("It was a mistake."))
    );
    lift("Bo Reyes").unwrap();
    assert!(quarantine(&pair.a, "Country B").is_none());
    assert!(matches!(sent(&pair.a, matter, "Amara Olin").outcome, Outcome::Signed(_)));
}

#[test]
fn who_reviews_rights_or_audits_neither_puts_a_partner_in_quarantine_nor_lifts_it() {
    let pair = Pair::met();
    pair.a.run(|ledger, pending| ledger.add_officer(pending, "Rune Ask", &[Role::Auditor])).unwrap();
    let about = line(&pair.a, "Country B").record;
    let put = |who| pair.a.act(about, "quarantine", Some("reason = \"A report.\""), who);
    assert_eq!(under(put("Rune Ask")), "role");
    let by_hand = pair.a.act(about, "record-fork", Some(&format!("entry = \"{about}\"")), "Bo Reyes");
    assert!(matches!(by_hand, Err(Failure::Usage(_))), "only the node says that a fork is proven");
}

#[test]
fn quarantine_is_told_while_a_request_is_being_written() {
    let pair = Pair::met();
    let told = || {
        pair.a
            .run(|ledger, pending| {
                let words = Words::new(Lang::En, &standard());
                let (officer, partner) = (ledger.officer(Some("Amara Olin"))?, ledger.partner("Country B")?);
                let writing = Writing::Opening("request", &partner);
                let page = ledger.foresee(pending, &officer, writing, &request("A number"), &words)?;
                Ok(page.to_mend.into_iter().map(|line| line.why.rule).collect::<Vec<_>>())
            })
            .unwrap()
    };
    assert!(!told().contains(&"quarantine"));
    let about = line(&pair.a, "Country B").record;
    pair.a.act(about, "quarantine", Some("reason = \"A report.\""), "Amara Olin").unwrap();
    assert!(told().contains(&"quarantine"));
}

#[test]
fn a_matter_that_a_partner_in_quarantine_opens_is_kept_and_receipted_and_may_be_refused_but_not_taken_up() {
    let three = Three::met_knowing([with_letters; 3]);
    let about = line(&three.b, "Country A").record;
    three.b.act(about, "quarantine", Some("reason = \"A report.\""), "Chen Ning").unwrap();
    both_ways(&three.a, &three.b);
    let matter = drafted(&three.a, "Country B", ["Amara Olin", "Bo Reyes"]).unwrap();
    assert!(matches!(sent(&three.a, matter, "Amara Olin").outcome, Outcome::Signed(_)));
    let before = three.a.stream(three.b.agency, Direction::Out);
    both_ways(&three.a, &three.b);
    let page = three.a.show(matter).unwrap();
    assert!(page.timeline.iter().any(|line| line.act == "open" && line.delivery == "delivered"), "receipted");
    assert_eq!(before, three.b.stream(three.a.agency, Direction::In));
    assert!(three.b.show(matter).unwrap().line.quarantined);
    let why_not = |act: &'static str| {
        three
            .b
            .run(move |ledger, _| {
                let words = Words::new(Lang::En, &standard());
                let officer = ledger.officer(Some("Chen Ning"))?;
                Ok(ledger.why_not(&matter, act, &officer, &words)?.map(|why| (why.rule, why.lifted_by)))
            })
            .unwrap()
    };
    let supervisor = Words::new(Lang::En, &standard()).term("role", "supervisor");
    for act in ["acknowledge", "ask", "accept"] {
        assert_eq!(why_not(act), Some(("quarantine", Some(supervisor.clone()))), "{act}");
    }
    assert_eq!(why_not("refuse"), None);
    assert_eq!(under(three.b.act(matter, "acknowledge", None, "Chen Ning")), "quarantine");
    // Inside it is worked on like any other.
    three.b.act(matter, "note", Some("text = \"Ask their liaison by telephone.\""), "Chen Ning").unwrap();
    lifted(&three.b, "Country A", ["Chen Ning", "Dara Vong"]);
    assert!(!three.b.show(matter).unwrap().line.quarantined);
    three.b.act(matter, "acknowledge", None, "Chen Ning").unwrap();
}

#[test]
fn more_of_a_fork_that_is_known_changes_nothing_and_a_new_one_puts_its_author_in_again() {
    let (three, twin, [letter, another]) = forked();
    lifted(&three.b, "Country A", ["Chen Ning", "Dara Vong"]);
    // The branch that B had not been told goes on, and reaches B from C.
    says(&twin, letter, "Amara Olin");
    Three::sync(&twin, &three.c).unwrap();
    both_ways(&three.c, &three.b);
    assert!(quarantine(&three.b, "Country A").is_none());
    forks(&three, &twin, another);
    assert_eq!(quarantine(&three.b, "Country A").map(|stands| stands.matter), Some(Some(another)));
}

#[test]
fn whoever_ends_a_partnership_and_meets_the_agency_anew_has_not_lifted_its_quarantine() {
    let pair = Pair::met();
    let about = line(&pair.a, "Country B").record;
    pair.a.act(about, "quarantine", Some("reason = \"A report of last week.\""), "Amara Olin").unwrap();
    pair.a.act(about, "end", Some("reason = \"Moved.\""), "Amara Olin").unwrap();
    let card = pair.b.card.clone();
    pair.a
        .run(move |ledger, pending| {
            let (officer, compared) = (ledger.officer(Some("Amara Olin"))?, card.fingerprint());
            ledger.add_partner(pending, card, &compared, Some("Country B again"), None, &officer)
        })
        .unwrap();
    let stands = quarantine(&pair.a, "Country B again").unwrap();
    assert_eq!(stands.reason.as_deref(), Some("A report of last week."));
}
