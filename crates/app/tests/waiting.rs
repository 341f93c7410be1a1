//! Entries that arrive before what they rest on: what they hold up, how many may wait, and what people are told.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use comity_domain::matters::node::Kept;
use comity_journal::ids::MatterId;
use comity_store::Direction;
use comity_testkit::node::{Desk, Three};

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
fn beyond_what_may_wait_nothing_is_receipted_and_the_sender_keeps_it_until_there_is_room() {
    let three = Three::met();
    let matter = three.letter(1);
    written_after_what_b_lacks(&three, matter, 5);
    three.b.run(|ledger, _| Ok(ledger.keep_at_most(Kept { entries: 2, bytes: u64::MAX }))).unwrap();

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
