//! Entries that arrive before what they rest on: what they hold up, how many may wait, and what people are told.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use comity_app::ledger::Compared;
use comity_app::workers::{answer, sync};
use comity_domain::engine::{Kinds, Standing};
use comity_domain::matters::node::Kept;
use comity_domain::matters::standard;
use comity_federation::message::{Ask, Batch, Message as _, Signed, VERSION};
use comity_federation::path;
use comity_journal::entry::{Entry, Header, Lane, Place};
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::stream::StreamHead;
use comity_journal::suite::{Hash, Suite};
use comity_store::Direction;
use comity_testkit::node::{
    Desk, Fate, Line, NOW, Pair, Sent, Three, request, review, wait, with_later_letters, with_letters,
};

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

/// What people at B are told: how much of A waits, whether there is no room for more, and how much of C is missing.
fn told_at_b(three: &Three) -> (u64, bool, u64) {
    let partners = three.b.run(|ledger, _| ledger.list_partners()).unwrap();
    let of = |desk: &Desk| partners.iter().find(|line| line.agency == desk.agency).unwrap();
    (of(&three.a).waiting, of(&three.a).full, of(&three.c).missing)
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
    assert_eq!((synced.asked, synced.supplied), (2, 1), "where it is held, and for it");
    assert_eq!(waiting(&three.b, matter), 0);
    assert_eq!(state(&three.a, matter), state(&three.b, matter));
    assert_eq!(three.b.incidents(), Vec::<String>::new());

    // C's own stream brings it in the end: it is here, and receipted.
    Three::sync(&three.c, &three.b).unwrap();
    assert_eq!(delivered(&three.c, &three.b), 1);
    // Who has receipted what goes round as well, and then nothing is missing any more.
    for (from, to) in [(&three.b, &three.a), (&three.c, &three.b), (&three.a, &three.b), (&three.b, &three.a)]
    {
        Three::sync(from, to).unwrap();
    }
    let again = Three::sync(&three.b, &three.a).unwrap();
    assert_eq!((again.requests, again.asked), (1, 0));
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
    let kept = three.b.run(|ledger, _| {
        ledger.keep_at_most(Kept { entries: 2, bytes: u64::MAX });
        Ok(())
    });
    kept.unwrap();

    // A calls, so B has no occasion to ask.
    let synced = Three::sync(&three.a, &three.b).unwrap();
    assert!(!synced.compared, "not all was taken");
    assert_eq!((delivered(&three.a, &three.b), waiting(&three.b, matter)), (3, 2));
    assert_eq!(three.b.incidents(), ["no-room"]);
    Three::sync(&three.a, &three.b).unwrap();
    assert_eq!((delivered(&three.a, &three.b), waiting(&three.b, matter)), (3, 2));
    assert_eq!(three.b.incidents(), ["no-room"], "it is told once");

    assert_eq!(told_at_b(&three), (2, true, 1));

    Three::sync(&three.c, &three.b).unwrap();
    assert_eq!(waiting(&three.b, matter), 0, "what C wrote makes room");
    assert_eq!(told_at_b(&three), (0, false, 0));
    let synced = Three::sync(&three.a, &three.b).unwrap();
    assert!(synced.compared);
    assert_eq!((delivered(&three.a, &three.b), waiting(&three.b, matter)), (6, 0));
    assert_eq!(three.a.stream(three.b.agency, Direction::Out), three.b.stream(three.a.agency, Direction::In));
    assert_eq!(state(&three.a, matter), state(&three.b, matter));
}

/// A batch with nothing in it.
fn nothing(from: AgencyId, to: AgencyId) -> Vec<u8> {
    let after = StreamHead::START;
    let (entries, cards, consistency) = (Vec::new(), Vec::new(), Vec::new());
    Batch {
        v: VERSION,
        from,
        to,
        after,
        entries,
        cards,
        heads: Vec::new(),
        receipts: Vec::new(),
        checkpoint: None,
        consistency,
        content: None,
    }
    .encode()
}

#[test]
fn a_partner_that_names_an_entry_it_never_sends_blocks_only_that_matter() {
    let three = Three::met();
    let (stuck, other) = (three.letter(1), three.letter(2));
    written_after_what_b_lacks(&three, stuck, 1);
    three.a.act(other, "say", None, "Amara Olin").unwrap();
    Three::sync(&three.a, &three.b).unwrap();
    // B asks for what C said. A says that it has nothing more.
    let (from, to) = (three.a.agency, three.b.agency);
    let hide = move |way: &'static str, answer: Vec<u8>| {
        if way == path::ASK { nothing(from, to) } else { answer }
    };
    let line = Line::new(&three.b, &three.a, Sent::default(), &|_| Fate::Arrives, &hide);
    let synced = wait(sync(&three.b.ledger, from, &line)).unwrap();
    // What A holds of the other letter is asked for, too: who has receipted it.
    assert_eq!((synced.asked, synced.supplied), (5, 0));
    assert_eq!((waiting(&three.b, stuck), waiting(&three.b, other)), (1, 0));
    three.b.act(other, "say", None, "Chen Ning").unwrap();
    wait(sync(&three.b.ledger, from, &line)).unwrap();
    assert_eq!(waiting(&three.b, stuck), 1);
    assert_eq!(state(&three.a, other), state(&three.b, other));
}

/// Signs a reminder beside its ledger and sends it to another node.
fn writes_beside(
    from: &Desk,
    officer: &'static str,
    to: &Desk,
    matter: MatterId,
    (place, prev): (Place, Option<Hash>),
) -> Entry {
    let (agency, secret) = (from.agency, from.keys().pseudonyms);
    let signs = from.run(move |ledger, _| {
        let by = ledger.officer(Some(officer))?.acting_in(&*secret, &matter);
        Ok((by, ledger.own_card().hash()))
    });
    let (by, card) = signs.unwrap();
    let header = Header {
        v: comity_journal::entry::VERSION,
        suite: Suite::One,
        matter,
        kind: Token::literal("request"),
        rules: 1,
        lane: Lane::Shared(agency),
        author: agency,
        place,
        prev,
        seen: Vec::new(),
        card,
        at: NOW,
        by,
        approved: Vec::new(),
        handling: Token::literal("h1"),
        act: Token::literal("remind"),
        structure: vec![0xa0],
        parts: Vec::new(),
        relied: Vec::new(),
        opening: None,
    };
    let entry = Entry::sign(header, &from.keys().signing);
    let mut batch = Batch::decode(&nothing(agency, to.agency)).unwrap();
    batch.after = to.stream(agency, Direction::In);
    batch.entries = vec![Signed(entry.bytes().to_vec())];
    wait(answer(&to.ledger, agency, path::BATCH, batch.encode())).unwrap();
    entry
}

#[test]
fn what_a_stranger_writes_first_does_not_change_what_a_matter_is() {
    let three = Three::met();
    let letter = three.letter_to(1, &[&three.b]);
    // C, no party, writes something of another kind in it before B has the letter itself.
    let entry = writes_beside(&three.c, "Emil Sand", &three.b, letter, (Place { epoch: 0, seq: 1 }, None));
    let kind = |desk: &Desk| desk.run(move |ledger, _| Ok(ledger.matter(&letter)?.kind())).unwrap();
    assert_eq!(kind(&three.b), "request", "nothing else is known of it yet");

    Three::sync(&three.a, &three.b).unwrap();
    assert_eq!(kind(&three.b), "round");
    three.b.act(letter, "say", None, "Chen Ning").unwrap();
    Three::sync(&three.b, &three.a).unwrap();
    let standing = three.b.run(move |ledger, _| Ok(ledger.matter(&letter)?.standing(&entry.hash())));
    assert_eq!(standing.unwrap(), Standing::Void("not-opened"));
    let row = three.b.run(move |ledger, _| ledger.row("request", &letter));
    assert!(row.unwrap().is_none(), "no list shows what it was taken for");
}

#[test]
fn what_an_officer_notes_in_a_matter_taken_for_another_kind_keeps_nobody_from_writing_in_it_later() {
    let three = Three::met();
    let letter = three.letter_to(1, &[&three.b]);
    writes_beside(&three.c, "Emil Sand", &three.b, letter, (Place { epoch: 0, seq: 1 }, None));
    three.b.act(letter, "note", Some("text = \"What is this?\""), "Chen Ning").unwrap();

    Three::sync(&three.a, &three.b).unwrap();
    assert!(!three.b.run(move |ledger, _| Ok(ledger.matter(&letter)?.view().read_only)).unwrap());
    three.b.act(letter, "say", None, "Chen Ning").unwrap();
}

/// B is of an earlier release than A: what A writes is kept and receipted, and after an upgrade comes to the same.
fn understood_after_an_upgrade(earlier: fn() -> Kinds, later: fn() -> Kinds, told: &[&str]) {
    let mut three = Three::met_knowing([later, earlier, later]);
    let letter = three.letter(1);
    three.a.act(letter, "say", None, "Amara Olin").unwrap();
    Three::sync(&three.a, &three.b).unwrap();
    Three::sync(&three.a, &three.c).unwrap();
    assert_eq!(delivered(&three.a, &three.b), 2, "what is not understood is receipted");
    assert!(three.b.act(letter, "say", None, "Chen Ning").is_err(), "nothing is written on it until upgrade");
    assert_eq!(three.b.incidents(), told);
    three.c.act(letter, "say", None, "Emil Sand").unwrap();
    Three::sync(&three.c, &three.b).unwrap();
    Three::sync(&three.c, &three.a).unwrap();
    // A restart of the same release changes nothing.
    three.b.reopen(Compared::WithEverybody);
    assert!(three.b.act(letter, "say", None, "Chen Ning").is_err());

    three.b.upgrade(later);
    assert_eq!(state(&three.a, letter), state(&three.b, letter));
    assert_eq!(state(&three.c, letter), state(&three.b, letter));
    three.b.act(letter, "say", None, "Chen Ning").unwrap();
    Three::sync(&three.b, &three.a).unwrap();
    assert_eq!(state(&three.a, letter), state(&three.b, letter));
    assert!(three.b.journal().clean);
}

#[test]
fn a_node_that_does_not_know_a_rules_version_stores_receipts_and_after_an_upgrade_folds_to_the_same_state() {
    understood_after_an_upgrade(with_letters, with_later_letters, &[]);
}

#[test]
fn a_node_that_does_not_know_a_kind_stores_receipts_and_after_an_upgrade_folds_to_the_same_state() {
    understood_after_an_upgrade(standard, with_letters, &["too-new"]);
}

#[test]
fn what_waits_in_a_matter_about_a_life_rings_all_the_same() {
    let pair = Pair::met();
    let matter = pair.a.draft(
        "Country B",
        &request("A person is held").replace("\"urgent\"", "\"life\""),
        "Amara Olin",
    );
    let matter = matter.unwrap();
    pair.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").unwrap();
    pair.a.act(matter, "approve", None, "Bo Reyes").unwrap();
    pair.a.act(matter, "open", None, "Amara Olin").unwrap();
    pair.sync().unwrap();
    pair.b.act(matter, "acknowledge", None, "Chen Ning").unwrap();
    let rings = |desk: &Desk| {
        let rings = desk.run(|ledger, _| {
            let officer = ledger.officer(Some("Chen Ning"))?;
            ledger.rings_for(&officer)
        });
        rings.unwrap().into_iter().map(|ringing| (ringing.number, ringing.waits)).collect::<Vec<_>>()
    };
    assert_eq!(rings(&pair.b), []);

    // Something of A's comes whose past is missing.
    let nobody_has = (Place { epoch: 0, seq: 9 }, Some(Hash::from_bytes([7; 32])));
    writes_beside(&pair.a, "Amara Olin", &pair.b, matter, nobody_has);
    assert_eq!(waiting(&pair.b, matter), 1);
    assert_eq!(rings(&pair.b), [(matter.shown('R'), true)]);
}
