//! Entries that arrive before what they rest on: what they hold up, how many may wait, and what people are told.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use comity_app::workers::answer;
use comity_domain::matters::node::Kept;
use comity_federation::message::{Ask, Batch, Message as _, VERSION};
use comity_federation::path;
use comity_journal::ids::MatterId;
use comity_store::Direction;
use comity_testkit::node::{Desk, Three, wait};

/// A has written to B and C, and C has said something: A writes so often after it, which B cannot judge without.
fn written_after_what_b_lacks(three: &Three, matter: MatterId, times: usize) {
    Three::sync(&three.a, &three.b).unwrap();
    Three::sync(&three.a, &three.c).unwrap();
    three.c.act(matter, "say", None, "Emil Sand").unwrap();
    Three::sync(&three.c, &three.a).unwrap();
    for _ in 0..times {
        three.a.act(matter, "say", None, "Amara Olin").unwrap();
    }
}

fn delivered(from: &Desk, to: &Desk) -> u64 {
    from.disk.look(|kept| kept.delivered(&to.agency)).unwrap()
}

/// How many entries of a matter wait at a node.
fn waiting(desk: &Desk, matter: MatterId) -> usize {
    desk.run(move |ledger, _| Ok(ledger.matter(&matter)?.entries_waiting().len())).unwrap()
}

/// What the shared lanes of a matter have come to at a node.
fn state(desk: &Desk, matter: MatterId) -> String {
    let digest = desk.run(move |ledger, _| Ok(ledger.matter(&matter)?.digest())).unwrap();
    let shared = digest.lines().enumerate().filter(|(line, _)| *line != 1);
    shared.map(|(_, line)| line).collect()
}

#[test]
fn what_is_missing_is_asked_of_any_party_that_holds_it() {
    let three = Three::met();
    let matter = three.letter(1);
    written_after_what_b_lacks(&three, matter, 2);
    // A brings its own; B hears of what C said, and C cannot be reached.
    Three::sync(&three.a, &three.b).unwrap();
    assert_eq!(waiting(&three.b, matter), 2);
    let synced = Three::sync(&three.b, &three.a).unwrap();
    assert_eq!((synced.asked, synced.supplied), (1, 1));
    assert_eq!(waiting(&three.b, matter), 0);
    assert_eq!(state(&three.a, matter), state(&three.b, matter));
    assert_eq!(three.b.incidents(), Vec::<String>::new());

    // C's own stream brings it in the end: it is here, and receipted.
    Three::sync(&three.c, &three.b).unwrap();
    assert_eq!(delivered(&three.c, &three.b), 1);
    let again = Three::sync(&three.b, &three.a).unwrap();
    assert_eq!((again.requests, again.asked), (1, 0), "nothing is missing any more");
    assert!(three.b.journal().clean);
}

#[test]
fn whoever_is_no_party_is_told_nothing_when_it_asks() {
    let three = Three::met();
    let (to_b, to_both, none) =
        (three.letter_to(2, &[&three.b]), three.letter(1), MatterId::from_bytes([9; 32]));
    let (from, to) = (three.c.agency, three.a.agency);
    let entries_told = |matter| {
        let ask = Ask { v: VERSION, from, to, matter, have: Vec::new() };
        let answer = wait(answer(&three.a.ledger, from, path::ASK, ask.encode())).unwrap();
        Batch::decode(&answer).unwrap().entries.len()
    };
    assert_eq!([to_both, to_b, none].map(entries_told), [1, 0, 0]);
}

#[test]
fn beyond_what_may_wait_nothing_is_receipted_and_the_sender_keeps_it_until_there_is_room() {
    let three = Three::met();
    let matter = three.letter(1);
    written_after_what_b_lacks(&three, matter, 5);
    three.b.run(|ledger, _| Ok(ledger.keep_at_most(Kept { entries: 2, bytes: u64::MAX }))).unwrap();

    // A calls, so B has no occasion to ask.
    let synced = Three::sync(&three.a, &three.b).unwrap();
    assert!(!synced.compared, "not all was taken");
    assert_eq!((delivered(&three.a, &three.b), waiting(&three.b, matter)), (3, 2));
    assert_eq!(three.b.incidents(), ["no-room"]);
    Three::sync(&three.a, &three.b).unwrap();
    assert_eq!((delivered(&three.a, &three.b), waiting(&three.b, matter)), (3, 2));
    assert_eq!(three.b.incidents(), ["no-room"], "it is told once");

    Three::sync(&three.c, &three.b).unwrap();
    assert_eq!(waiting(&three.b, matter), 0, "what C wrote makes room");
    let synced = Three::sync(&three.a, &three.b).unwrap();
    assert!(synced.compared);
    assert_eq!((delivered(&three.a, &three.b), waiting(&three.b, matter)), (6, 0));
    assert_eq!(three.a.stream(three.b.agency, Direction::Out), three.b.stream(three.a.agency, Direction::In));
    assert_eq!(state(&three.a, matter), state(&three.b, matter));
}

#[test]
fn a_partner_that_names_an_entry_it_never_sends_blocks_only_that_matter() {
    let three = Three::met();
    let (stuck, other) = (three.letter(1), three.letter(2));
    written_after_what_b_lacks(&three, stuck, 1);
    // A has lost what C said, or hides it, and C is not there.
    three.a.act(other, "say", None, "Amara Olin").unwrap();
    Three::sync(&three.a, &three.b).unwrap();
    assert_eq!((waiting(&three.b, stuck), waiting(&three.b, other)), (1, 0));
    three.b.act(other, "say", None, "Chen Ning").unwrap();
    Three::sync(&three.b, &three.a).unwrap();
    assert_eq!(state(&three.a, other), state(&three.b, other));
}
