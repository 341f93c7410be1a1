//! Three parties of one matter: what one of them wrote reaches all, also where two never connect; and what one of them
//! told two others differently comes to light.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in what tests share, failing is the point")]

use comity_app::ledger::Compared;
use comity_app::queries::MatterPage;
use comity_domain::engine::Standing;
use comity_domain::words::{Lang, Words};
use comity_journal::ids::MatterId;
use comity_journal::receipt::Receipt;
use comity_journal::suite::Hash;
use comity_store::faults::FaultPlan;
use comity_testkit::node::{Desk, NOW, Person, Station, Three, with_letters};

fn says(desk: &Desk, matter: MatterId, officer: &str) -> Hash {
    use comity_app::commands::Outcome;
    match desk.act(matter, "say", None, officer).unwrap().outcome {
        Outcome::Signed(entry) => entry,
        other => panic!("it was to be signed: {other:?}"),
    }
}

fn state(desk: &Desk, matter: MatterId) -> String {
    let digest = desk.run(move |ledger, _| Ok(ledger.matter(&matter)?.digest())).unwrap();
    digest.lines().enumerate().filter(|(line, _)| *line != 1).map(|(_, line)| line).collect()
}

fn standing(desk: &Desk, matter: MatterId, entry: Hash) -> Standing {
    desk.run(move |ledger, _| Ok(ledger.matter(&matter)?.standing(&entry))).unwrap()
}

#[test]
fn three_nodes_of_which_two_never_connect_converge_through_the_third() {
    let three = Three::met();
    let letter = three.letter(1);
    says(&three.a, letter, "Amara Olin");
    Three::sync(&three.a, &three.b).unwrap();
    // C hears of the letter from B alone.
    let synced = Three::sync(&three.c, &three.b).unwrap();
    assert_eq!(synced.supplied, 2);
    says(&three.c, letter, "Emil Sand");
    says(&three.b, letter, "Chen Ning");
    Three::sync(&three.c, &three.b).unwrap();
    Three::sync(&three.c, &three.b).unwrap();
    Three::sync(&three.a, &three.b).unwrap();
    Three::sync(&three.a, &three.b).unwrap();
    assert_eq!(state(&three.a, letter), state(&three.b, letter));
    assert_eq!(state(&three.a, letter), state(&three.c, letter));
    // What each has receipted goes the same way.
    for _ in 0..2 {
        Three::sync(&three.c, &three.b).unwrap();
        Three::sync(&three.b, &three.c).unwrap();
        Three::sync(&three.a, &three.b).unwrap();
        Three::sync(&three.b, &three.a).unwrap();
    }
    for (from, to) in [(&three.a, &three.b), (&three.c, &three.b)] {
        let again = Three::sync(from, to).unwrap();
        assert_eq!((again.requests, again.asked), (1, 0), "one small request says that nothing is missing");
    }
    for desk in [&three.a, &three.b, &three.c] {
        assert_eq!(desk.incidents(), Vec::<String>::new());
        assert!(desk.journal().clean);
    }
}

fn delivery(desk: &Desk, letter: MatterId, entry: Hash) -> &'static str {
    let words = Words::new(Lang::En, &with_letters());
    let page = desk.run(move |ledger, _| ledger.show_matter(&letter, &words)).unwrap();
    page.timeline.iter().find(|line| line.entry == entry.to_string()).unwrap().delivery
}

#[test]
fn a_receipt_reaches_who_never_connects_with_its_giver_through_a_third_party() {
    let three = Three::met();
    let letter = three.letter(7);
    let said = says(&three.a, letter, "Amara Olin");
    Three::sync(&three.a, &three.b).unwrap();
    assert_eq!(delivery(&three.a, letter, said), "delivered-in-part");
    // C has it from B alone, and A hears of that from B alone.
    for _ in 0..2 {
        Three::sync(&three.c, &three.b).unwrap();
        Three::sync(&three.b, &three.c).unwrap();
        Three::sync(&three.a, &three.b).unwrap();
    }
    assert_eq!(delivery(&three.a, letter, said), "delivered");
    let receipts = three.a.disk.look(|kept| kept.receipts(&said)).unwrap();
    let of_c = receipts.iter().find(|receipt| receipt.partner == three.c.agency).unwrap();
    let read: Receipt = comity_journal::cbor::decode(&of_c.bytes).unwrap();
    assert_eq!(read.entries, [said], "it says nothing of what else C has received");
    assert!(read.verify(&three.c.card).is_ok());
    // It is no sign that A has given C anything itself.
    assert_eq!(three.a.disk.look(|kept| kept.delivered(&three.c.agency)).unwrap(), 0);
    let again = Three::sync(&three.a, &three.b).unwrap();
    assert_eq!((again.requests, again.asked), (1, 0));
    for desk in [&three.a, &three.b, &three.c] {
        assert_eq!(desk.incidents(), Vec::<String>::new());
    }
}

#[test]
fn a_fork_shown_to_two_parties_ends_in_the_same_frozen_lane_at_both_until_its_author_stands_by_one_branch() {
    let three = Three::met();
    let letter = three.letter(1);
    for reader in [&three.b, &three.c] {
        Three::sync(&three.a, reader).unwrap();
    }
    let twin = three.a.running_twice();
    twin.clock.set(NOW.plus_millis(1000));
    let to_b = says(&three.a, letter, "Amara Olin");
    let to_c = says(&twin, letter, "Amara Olin");
    Three::sync(&three.a, &three.b).unwrap();
    Three::sync(&twin, &three.c).unwrap();
    assert_eq!(standing(&three.b, letter, to_b), Standing::Valid);
    assert_eq!(standing(&three.c, letter, to_c), Standing::Valid);

    Three::sync(&three.b, &three.c).unwrap();
    Three::sync(&three.c, &three.b).unwrap();
    for reader in [&three.b, &three.c] {
        for said in [to_b, to_c] {
            assert_eq!(standing(reader, letter, said), Standing::Forked);
        }
        assert_eq!(reader.incidents(), ["fork"], "people hear of it once");
    }
    assert_eq!(state(&three.b, letter), state(&three.c, letter));
    says(&three.b, letter, "Chen Ning");
    says(&three.c, letter, "Emil Sand");

    // A hears what its twin signed, and from then on signs nothing here but which of the two counts.
    drop(twin);
    Three::sync(&three.a, &three.b).unwrap();
    Three::sync(&three.a, &three.b).unwrap();
    assert_eq!(three.a.incidents(), ["fork"]);
    assert!(three.a.act(letter, "say", None, "Amara Olin").is_err());
    let choice = format!("of = \"{to_c}\"\ncause = \"two-nodes\"");
    three.a.act(letter, "stand-by", Some(&choice), "Amara Olin").unwrap();
    three.a.act(letter, "approve", None, "Bo Reyes").unwrap();
    three.a.act(letter, "say", None, "Amara Olin").unwrap();
    for (from, to) in [
        (&three.a, &three.b),
        (&three.b, &three.c),
        (&three.c, &three.b),
        (&three.a, &three.b),
        (&three.b, &three.c),
        (&three.c, &three.b),
    ] {
        Three::sync(from, to).unwrap();
    }
    for desk in [&three.a, &three.b, &three.c] {
        assert_eq!(standing(desk, letter, to_c), Standing::Valid);
        assert_eq!(standing(desk, letter, to_b), Standing::GivenUp);
        assert_eq!(state(desk, letter), state(&three.a, letter));
        assert_eq!(desk.journal().findings, Vec::<String>::new());
    }
}

#[test]
fn a_party_that_was_never_met_is_introduced_by_the_card_that_another_brings() {
    const AT_A: [Person; 2] = [("Amara Olin", &["officer"]), ("Bo Reyes", &["supervisor", "desk", "legal"])];
    const AT_B: [Person; 2] = [("Chen Ning", &["desk", "officer"]), ("Dara Vong", &["supervisor", "legal"])];
    const AT_C: [Person; 2] = [("Emil Sand", &["desk", "officer"]), ("Fen Ilar", &["supervisor", "legal"])];
    let at = |label, seat, seed| Station::new(label, seat, seed, FaultPlan::new()).knowing(with_letters);
    let [a, b, c] = [at("xa.liaison", "XA", 1), at("xb.liaison", "XB", 2), at("xc.liaison", "XC", 3)];
    let met = |of: &Station, name: &str| (of.card.clone(), name.to_owned());
    let (of_a, of_b, of_c) = (met(&a, "Country A"), met(&b, "Country B"), met(&c, "Country C"));
    let three = Three {
        a: Desk::settled(a, AT_A, &[of_b.clone(), of_c.clone()]),
        b: Desk::settled(b, AT_B, &[of_a.clone(), of_c]),
        c: Desk::settled(c, AT_C, &[of_b]),
    };
    let letter = three.letter(1);
    Three::sync(&three.a, &three.b).unwrap();
    Three::sync(&three.c, &three.b).unwrap();
    assert_eq!(state(&three.c, letter), state(&three.b, letter));
    let (a, page) = (three.a.agency, three.c.show(letter).unwrap());
    assert_eq!(three.c.run(move |ledger, _| Ok(ledger.cards().chain(&a).count())).unwrap(), 1);
    // It is nobody's partner by that.
    assert!(
        three.c.run(move |ledger, _| ledger.list_partners()).unwrap().iter().all(|line| line.agency != a)
    );
    let introduced = |page: &MatterPage| {
        let with = &page.line.with;
        assert!(with.iter().any(|name| name.contains("(introduced by Country B, not compared)")), "{with:?}");
    };
    introduced(&page);
    let mut c = three.c;
    c.reopen(Compared::WithEverybody);
    introduced(&c.show(letter).unwrap());
}
