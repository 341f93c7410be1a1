//! Keys that are renewed, lost, or in somebody else's hands: the root issues a new card, and lanes go on.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use comity_domain::engine::Standing;
use comity_federation::message::{Batch, Message as _, VERSION};
use comity_federation::path;
use comity_journal::ids::MatterId;
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;
use comity_journal::verify::{Outcome as Verdict, verify};
use comity_store::Direction;
use comity_testkit::node::{Desk, Fate, Line, Pair, Three, request, review, shared, wait};

const QUESTION: &str = "questions = [\"Which bank?\"]";

fn arrives(_: usize) -> Fate {
    Fate::Arrives
}

/// A request that both have, acknowledged.
fn acknowledged(pair: &Pair) -> MatterId {
    let matter = pair.signed_request();
    pair.sync().unwrap();
    pair.b.act(matter, "acknowledge", None, "Chen Ning").unwrap();
    pair.sync().unwrap();
    matter
}

/// Both call each other until nothing is left to say.
fn talk(pair: &Pair) {
    for from_a in [true, false, true, false] {
        pair.try_sync(from_a, &arrives).unwrap();
    }
}

fn remind(desk: &Desk, matter: MatterId) -> Hash {
    desk.act(matter, "remind", None, "Amara Olin").unwrap();
    last(desk, matter)
}

fn last(desk: &Desk, matter: MatterId) -> Hash {
    let us = desk.agency;
    desk.run(move |ledger, _| {
        let matter = ledger.matter(&matter)?;
        Ok(matter.next_in(matter.lane_of(&us)).1.unwrap())
    })
    .unwrap()
}

fn standing(desk: &Desk, matter: MatterId, entry: Hash) -> Standing {
    desk.run(move |ledger, _| Ok(ledger.matter(&matter)?.standing(&entry))).unwrap()
}

/// Somebody with a copy of A's disk and keys, and a clock of its own.
fn thief_of(pair: &Pair) -> Desk {
    let thief = pair.a.running_twice();
    thief.clock.advance(1000);
    thief
}

/// It calls B.
fn thief_calls(thief: &Desk, pair: &Pair) {
    let line = Line::new(thief, &pair.b, pair.sent.clone(), &arrives, &|_, answer| answer);
    wait(comity_app::workers::sync(&thief.ledger, pair.b.agency, &line)).unwrap();
}

#[track_caller]
fn provable(pair: &Pair, matter: MatterId) {
    for desk in [&pair.a, &pair.b] {
        let proof = desk.run(move |ledger, _| ledger.export_proof(&matter, true)).unwrap();
        let trusted = [&pair.a, &pair.b].map(|desk| desk.card.fingerprint());
        assert_eq!(verify(&proof, &trusted).outcome, Verdict::Intact);
    }
}

#[test]
fn lanes_go_on_under_a_new_card_and_nobody_is_alarmed() {
    let mut pair = Pair::met();
    let matter = acknowledged(&pair);
    pair.a.rotate_keys();
    // B calls first: it sees a card it does not know, takes it, and believes the rest.
    pair.try_sync(false, &arrives).unwrap();
    remind(&pair.a, matter);
    talk(&pair);
    pair.b.rotate_keys();
    // Now A calls, and is shown the new card.
    pair.sync().unwrap();
    pair.b.act(matter, "ask", Some(QUESTION), "Chen Ning").unwrap();
    talk(&pair);
    assert_eq!(
        (pair.a.status(matter), pair.b.status(matter)),
        ("clarification-asked".into(), "clarification-asked".into())
    );
    assert_eq!(pair.sync().unwrap().requests, 1);
    pair.assert_converged();
    assert_eq!((pair.a.incidents(), pair.b.incidents()), (vec![], vec![]));
    provable(&pair, matter);
}

#[test]
fn a_node_whose_partner_cannot_call_brings_its_new_card_itself() {
    let mut pair = Pair::met();
    let matter = acknowledged(&pair);
    pair.a.rotate_keys();
    pair.sync().unwrap();
    let number = pair.b.run({
        let a = pair.a.agency;
        move |ledger, _| Ok(ledger.cards().latest(&a).unwrap().facts().number)
    });
    assert_eq!(number.unwrap(), 2);
    pair.b.act(matter, "ask", Some(QUESTION), "Chen Ning").unwrap();
    pair.sync().unwrap();
    assert_eq!(pair.a.status(matter), "clarification-asked");
    assert_eq!((pair.a.incidents(), pair.b.incidents()), (vec![], vec![]));
}

#[test]
fn what_a_thief_signed_beyond_the_stated_heads_is_disowned_on_both_nodes_and_lanes_go_on() {
    let mut pair = Pair::met();
    let (first, second) = (acknowledged(&pair), acknowledged(&pair));
    let thief = thief_of(&pair);
    let stolen = remind(&thief, first);
    thief.act(second, "withdraw", None, "Amara Olin").unwrap();
    thief_calls(&thief, &pair);
    assert_eq!(pair.b.status(second), "withdrawn");
    // The agency hears of it otherwise, and has seen none of that.
    assert_eq!(pair.a.revoke_keys(None), 0);
    talk(&pair);
    for desk in [&pair.a, &pair.b] {
        assert_eq!(standing(desk, first, stolen), Standing::Disowned);
        assert_eq!(desk.status(second), "acknowledged", "{:?}", desk.show(second).map(|page| page.timeline));
    }
    assert_eq!(pair.a.incidents(), ["key-misused"]);
    assert_eq!(pair.b.incidents(), ["key-disowned"]);
    let reminded = remind(&pair.a, first);
    pair.b.act(second, "ask", Some(QUESTION), "Chen Ning").unwrap();
    talk(&pair);
    assert_eq!(standing(&pair.b, first, reminded), Standing::Valid);
    assert_eq!(pair.a.status(second), "clarification-asked");
    pair.assert_converged();
    assert_eq!(pair.sync().unwrap().requests, 1);
    provable(&pair, first);
    provable(&pair, second);
}

#[test]
fn what_the_agency_wrote_meanwhile_takes_the_place_of_what_the_thief_put_there() {
    let mut pair = Pair::met();
    let matter = acknowledged(&pair);
    let thief = thief_of(&pair);
    let stolen = remind(&thief, matter);
    thief_calls(&thief, &pair);
    // Written before anybody knew, at the same place of the lane and of the stream.
    let ours = remind(&pair.a, matter);
    pair.a.revoke_keys(None);
    talk(&pair);
    for desk in [&pair.a, &pair.b] {
        assert_eq!(standing(desk, matter, stolen), Standing::Disowned);
        assert_eq!(standing(desk, matter, ours), Standing::Valid);
        assert!(!desk.incidents().iter().any(|trouble| trouble == "fork"), "{:?}", desk.incidents());
    }
    remind(&pair.a, matter);
    talk(&pair);
    pair.assert_converged();
    assert_eq!(pair.sync().unwrap().requests, 1);
    provable(&pair, matter);
}

#[test]
fn a_partner_that_shows_nothing_of_what_it_says_it_has_ends_the_session_and_costs_nothing() {
    let mut pair = Pair::met();
    let matter = acknowledged(&pair);
    let thief = thief_of(&pair);
    remind(&thief, matter);
    thief_calls(&thief, &pair);
    let ours = remind(&pair.a, matter);
    pair.a.revoke_keys(None);
    let (a, b) = (pair.a.agency, pair.b.agency);
    let empty = Batch {
        v: VERSION,
        from: b,
        to: a,
        after: StreamHead::START,
        entries: Vec::new(),
        cards: Vec::new(),
        heads: Vec::new(),
        receipts: Vec::new(),
        checkpoint: None,
        consistency: Vec::new(),
        content: None,
    };
    let given = pair.a.stream(b, Direction::Out);
    let hide = |way: &'static str, answer| if way == path::RECOVER { empty.encode() } else { answer };
    assert!(!pair.sync_meddled(true, &arrives, &hide).unwrap().compared);
    assert_eq!(pair.a.stream(b, Direction::Out), given);
    talk(&pair);
    assert_eq!(standing(&pair.b, matter, ours), Standing::Valid);
    pair.assert_converged();
}

#[test]
fn what_the_node_took_for_its_own_when_it_was_shown_it_is_disowned_by_the_time_it_came() {
    let mut pair = Pair::met();
    let matter = acknowledged(&pair);
    let thief = thief_of(&pair);
    let stolen = remind(&thief, matter);
    thief_calls(&thief, &pair);
    let before = pair.a.clock.advance(60_000);
    // A is shown its own signature on what it does not have, and takes itself for an older copy.
    talk(&pair);
    assert_eq!(pair.a.incidents(), ["old-copy"]);
    assert_eq!(standing(&pair.a, matter, stolen), Standing::Valid);
    assert_eq!(pair.a.revoke_keys(Some(before)), 1);
    talk(&pair);
    for desk in [&pair.a, &pair.b] {
        assert_eq!(standing(desk, matter, stolen), Standing::Disowned);
    }
    let reminded = remind(&pair.a, matter);
    talk(&pair);
    assert_eq!(standing(&pair.b, matter, reminded), Standing::Valid);
    pair.assert_converged();
    provable(&pair, matter);
}

#[test]
fn a_matter_that_a_thief_opened_is_no_matter_on_either_node_and_both_can_tell_what_it_was() {
    let mut pair = Pair::met();
    acknowledged(&pair);
    let thief = thief_of(&pair);
    let matter = thief.draft("Country B", &request("Another number"), "Amara Olin").unwrap();
    thief.act(matter, "review-grounds", Some(&review()), "Bo Reyes").unwrap();
    thief.act(matter, "approve", None, "Bo Reyes").unwrap();
    thief.act(matter, "open", None, "Amara Olin").unwrap();
    thief_calls(&thief, &pair);
    pair.b.act(matter, "acknowledge", None, "Chen Ning").unwrap();
    pair.a.revoke_keys(None);
    talk(&pair);
    talk(&pair);
    assert_eq!(shared(&pair.a), shared(&pair.b));
    for desk in [&pair.a, &pair.b] {
        assert_eq!(desk.status(matter), "disowned");
        let page = desk.show(matter).unwrap();
        assert!(page.timeline.iter().any(|line| line.stands == "disowned"), "{:?}", page.line);
    }
    let asked = pair.b.act(matter, "ask", Some(QUESTION), "Chen Ning");
    assert!(asked.is_err(), "{asked:?}");
}

#[test]
fn a_thief_that_still_has_the_key_is_believed_in_nothing_new() {
    let mut pair = Pair::met();
    let matter = acknowledged(&pair);
    let thief = thief_of(&pair);
    pair.a.revoke_keys(None);
    talk(&pair);
    let stolen = remind(&thief, matter);
    let before = pair.b.stream(pair.a.agency, Direction::In);
    let line = Line::new(&thief, &pair.b, pair.sent.clone(), &arrives, &|_, answer| answer);
    // In the handshake it would not come so far: the card names other keys.
    drop(wait(comity_app::workers::sync(&thief.ledger, pair.b.agency, &line)));
    assert!(pair.b.stream(pair.a.agency, Direction::In).n >= before.n);
    assert_ne!(standing(&pair.b, matter, stolen), Standing::Valid);
    remind(&pair.a, matter);
    talk(&pair);
    assert_eq!(pair.a.status(matter), pair.b.status(matter));
    pair.assert_converged();
}

/// A session whose every byte is kept.
fn told(from: &Desk, to: &Desk) -> Vec<u8> {
    let sent = comity_testkit::node::Sent::default();
    let line = Line::new(from, to, sent.clone(), &arrives, &|_, answer| answer);
    wait(comity_app::workers::sync(&from.ledger, to.agency, &line)).unwrap();
    let sent = sent.lock().unwrap();
    sent.iter().flat_map(|(_, bytes)| bytes.clone()).collect()
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn a_partner_is_told_of_the_lanes_of_its_own_matters_and_of_no_others() {
    let mut three = Three::met();
    let with_b = three.letter_to(1, &[&three.b]);
    let with_c = three.letter_to(2, &[&three.c]);
    let with_both = three.letter(3);
    for to in [&three.b, &three.c] {
        Three::sync(&three.a, to).unwrap();
    }
    three.a.revoke_keys(None);
    let to_b = [told(&three.a, &three.b), told(&three.a, &three.b)].concat();
    let last = last(&three.a, with_c);
    assert!(holds(&to_b, with_b.as_bytes()) && holds(&to_b, with_both.as_bytes()));
    assert!(!holds(&to_b, with_c.as_bytes()) && !holds(&to_b, last.as_bytes()));
    let heads = |desk: &Desk, matter| desk.disk.look(|kept| kept.heads(&matter)).unwrap().len();
    assert_eq!([with_b, with_both, with_c].map(|matter| heads(&three.b, matter)), [1, 1, 0]);
    assert_eq!([with_b, with_both, with_c].map(|matter| heads(&three.a, matter)), [1, 1, 1]);
    // C is told by A, and of what it shares with B by either.
    assert_eq!(heads(&three.c, with_both), 0);
    Three::sync(&three.c, &three.b).unwrap();
    assert_eq!([with_b, with_both, with_c].map(|matter| heads(&three.c, matter)), [0, 1, 0]);
}

#[test]
fn who_hears_of_a_lost_key_from_another_party_comes_to_the_same() {
    let mut three = Three::met();
    let letter = three.letter(4);
    for to in [&three.b, &three.c] {
        Three::sync(&three.a, to).unwrap();
    }
    let thief = three.a.running_twice();
    thief.clock.advance(1000);
    thief.act(letter, "say", Some(""), "Amara Olin").unwrap();
    let stolen = last(&thief, letter);
    Three::sync(&thief, &three.c).unwrap();
    assert_eq!(standing(&three.c, letter, stolen), Standing::Valid);
    three.a.revoke_keys(None);
    Three::sync(&three.a, &three.b).unwrap();
    // A reaches C no more; B and C compare.
    for _ in 0..2 {
        Three::sync(&three.b, &three.c).unwrap();
        Three::sync(&three.c, &three.b).unwrap();
    }
    for desk in [&three.b, &three.c] {
        assert_eq!(standing(desk, letter, stolen), Standing::Disowned, "{:?}", desk.agency);
    }
}
