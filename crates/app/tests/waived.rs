//! Going on without a party that does not answer, after the node was put back from a copy.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use comity_app::Failure;
use comity_app::commands::{ActCommand, Acted, Outcome};
use comity_domain::engine::Standing;
use comity_journal::entry::Place;
use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use comity_testkit::node::{Desk, Three};

fn say(desk: &Desk, letter: MatterId) -> Result<Acted, Failure> {
    desk.act(letter, "say", Some(""), "Amara Olin")
}

fn said(desk: &Desk, letter: MatterId) -> Hash {
    let signed = match say(desk, letter).unwrap().outcome {
        Outcome::Signed(entry) => Some(entry),
        _ => None,
    };
    signed.unwrap()
}

/// An act in the record of a partner.
fn act_on(desk: &Desk, partner: &str, act: &str, reason: Option<&str>, who: &str) -> Result<Acted, Failure> {
    let (partner, act, who) = (partner.to_owned(), act.to_owned(), who.to_owned());
    let toml = reason.map(|reason| format!("reason = \"{reason}\""));
    desk.run(move |ledger, pending| {
        let (officer, matter) = (ledger.officer(Some(&who))?, ledger.partner(&partner)?.record);
        ledger.act(pending, &ActCommand { matter, act, toml }, &officer)
    })
}

fn waive(desk: &Desk, partner: &str) {
    act_on(desk, partner, "propose-waiver", Some("No answer since Monday, nor by telephone."), "Amara Olin")
        .unwrap();
    assert!(
        act_on(desk, partner, "waive", None, "Amara Olin").is_err(),
        "one person proposes, another agrees"
    );
    act_on(desk, partner, "waive", None, "Bo Reyes").unwrap();
}

fn place(desk: &Desk, letter: MatterId, entry: Hash) -> Place {
    desk.run(move |ledger, _| Ok(ledger.matter(&letter)?.entry(&entry).unwrap().header().place)).unwrap()
}

fn standing(desk: &Desk, letter: MatterId, entry: Hash) -> Standing {
    desk.run(move |ledger, _| Ok(ledger.matter(&letter)?.standing(&entry))).unwrap()
}

/// A letter to B and C; A is put back from a copy after it said something that only C has.
fn put_back_and_c_is_silent(three: &mut Three) -> (MatterId, Hash) {
    let letter = three.letter(1);
    for to in [&three.b, &three.c] {
        Three::sync(&three.a, to).unwrap();
    }
    let copy = three.a.back_up();
    let lost = said(&three.a, letter);
    Three::sync(&three.a, &three.c).unwrap();
    three.a.put_back(&copy);
    three.a.clock.advance(60_000);
    Three::sync(&three.a, &three.b).unwrap();
    (letter, lost)
}

#[test]
fn a_party_that_never_answers_is_waived_by_two_people_and_the_lane_goes_on_in_an_epoch_that_the_root_declares()
 {
    let mut three = Three::met();
    let (letter, lost) = put_back_and_c_is_silent(&mut three);
    let waits = say(&three.a, letter).unwrap();
    assert!(matches!(waits.outcome, Outcome::AwaitsComparison(_, who) if who == three.c.agency));
    assert!(matches!(three.a.declare_epoch(), Err(Failure::Usage(_))), "nobody was waived yet");
    waive(&three.a, "Country C");
    assert!(matches!(say(&three.a, letter).unwrap().outcome, Outcome::AwaitsComparison(..)));
    three.a.declare_epoch().unwrap();
    let on = said(&three.a, letter);
    assert_eq!(place(&three.a, letter, on).epoch, 1);
    Three::sync(&three.a, &three.b).unwrap();
    assert_eq!(standing(&three.b, letter, on), Standing::Valid);

    // C comes back after all, with what was lost.
    for _ in 0..3 {
        Three::sync(&three.a, &three.c).unwrap();
        Three::sync(&three.c, &three.b).unwrap();
        Three::sync(&three.b, &three.a).unwrap();
    }
    for desk in [&three.a, &three.b, &three.c] {
        assert_eq!(standing(desk, letter, on), Standing::Valid);
        assert_eq!(standing(desk, letter, lost), Standing::GivenUp);
        assert!(!desk.incidents().iter().any(|trouble| trouble == "fork"), "{:?}", desk.incidents());
    }
    let more = said(&three.a, letter);
    for to in [&three.b, &three.c] {
        Three::sync(&three.a, to).unwrap();
        assert_eq!(standing(to, letter, more), Standing::Valid);
    }
}

#[test]
fn a_waiver_holds_up_to_the_next_unclean_stop() {
    let mut three = Three::met();
    let (letter, _) = put_back_and_c_is_silent(&mut three);
    waive(&three.a, "Country C");
    three.a.declare_epoch().unwrap();
    said(&three.a, letter);
    let copy = three.a.back_up();
    three.a.put_back(&copy);
    Three::sync(&three.a, &three.b).unwrap();
    let waits = say(&three.a, letter).unwrap();
    assert!(matches!(waits.outcome, Outcome::AwaitsComparison(_, who) if who == three.c.agency));
}

#[test]
fn where_the_lost_entry_comes_back_first_nothing_is_given_up() {
    let mut three = Three::met();
    let (letter, lost) = put_back_and_c_is_silent(&mut three);
    Three::sync(&three.a, &three.c).unwrap();
    assert!(three.a.declare_epoch().is_ok(), "C has shown that A is an older copy");
    for to in [&three.b, &three.c] {
        Three::sync(&three.a, to).unwrap();
    }
    let on = said(&three.a, letter);
    assert_eq!(place(&three.a, letter, on).epoch, 0);
    assert_eq!(standing(&three.a, letter, lost), Standing::Valid);
}
