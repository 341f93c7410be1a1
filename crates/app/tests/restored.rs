//! A node that was put back from an older copy of itself: what it notices, fetches back and says, and what it keeps from
//! doing until its root has declared the new epoch of its tree.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use comity_app::Failure;
use comity_app::commands::Outcome;
use comity_federation::message::{HelloReply, Message as _};
use comity_journal::ids::MatterId;
use comity_journal::verify::{Outcome as Verdict, verify};
use comity_store::{Direction, Recorded};
use comity_testkit::node::{Desk, Disk, Pair, Three, shared};

/// B asks and A clarifies, so many times.
fn talk(pair: &Pair, matter: MatterId, rounds: usize) {
    for _ in 0..rounds {
        pair.b.act(matter, "ask", Some("questions = [\"Which bank?\"]"), "Chen Ning").unwrap();
        pair.sync().unwrap();
        pair.a.act(matter, "clarify", Some("text = \"The Bank of Example.\""), "Amara Olin").unwrap();
        pair.sync().unwrap();
    }
}

/// Three matters under way, a copy of A or B, and more than fifty acts since, the last one of each not yet receipted.
fn fifty_acts_later(copied: fn(&Pair) -> &Desk) -> (Pair, Disk, [MatterId; 3]) {
    let pair = Pair::met();
    let first = [pair.signed_request(), pair.signed_request()];
    pair.sync().unwrap();
    for matter in first {
        pair.b.act(matter, "acknowledge", None, "Chen Ning").unwrap();
    }
    pair.sync().unwrap();
    talk(&pair, first[0], 1);
    let copy = copied(&pair).back_up();
    let third = pair.signed_request();
    pair.sync().unwrap();
    pair.b.act(third, "acknowledge", None, "Chen Ning").unwrap();
    for matter in [first[0], first[1], third] {
        talk(&pair, matter, 9);
    }
    (pair, copy, [first[0], first[1], third])
}

fn accused(desk: &Desk) -> Vec<String> {
    let mut incidents = desk.incidents();
    incidents.retain(|trouble| trouble != "old-copy" && trouble != "partner-old-copy");
    incidents
}

#[test]
fn an_old_copy_put_back_after_fifty_acts_in_three_matters_recovers_them_and_goes_on() {
    let (mut pair, copy, matters) = fifty_acts_later(|pair| &pair.a);
    let (before, statuses) = (shared(&pair.a), matters.map(|matter| pair.a.status(matter)));
    let given = pair.a.stream(pair.b.agency, Direction::Out);
    pair.a.put_back(&copy);
    assert!(shared(&pair.a).len() + 50 < before.len());
    let synced = pair.sync().unwrap();
    assert!(synced.compared && synced.recovered > 20, "{synced:?}");
    assert_eq!(shared(&pair.a), before);
    assert_eq!(pair.a.stream(pair.b.agency, Direction::Out), given);
    assert_eq!(matters.map(|matter| pair.a.status(matter)), statuses);
    assert_eq!(pair.a.incidents(), ["old-copy"]);
    // It signs nothing before its root has declared the epoch of its tree.
    pair.b.act(matters[2], "ask", Some("questions = [\"Which branch?\"]"), "Chen Ning").unwrap();
    pair.sync().unwrap();
    let clarify = Some("text = \"The branch in Port Example.\"");
    let waits = pair.a.act(matters[2], "clarify", clarify, "Amara Olin").unwrap();
    assert!(matches!(waits.outcome, Outcome::AwaitsEpoch(_)), "{:?}", waits.outcome);
    assert_eq!(pair.a.stream(pair.b.agency, Direction::Out), given);
    assert_eq!(pair.a.declare_epoch().unwrap(), 1);
    for from_a in [true, false, true] {
        pair.try_sync(from_a, &|_| comity_testkit::node::Fate::Arrives).unwrap();
    }
    talk(&pair, matters[0], 1);
    assert_eq!(pair.sync().unwrap().requests, 1);
    pair.assert_converged();
    for desk in [&pair.a, &pair.b] {
        assert_eq!(accused(desk), Vec::<String>::new());
    }
    let held = pair.b.disk.look(|kept| kept.checkpoint(&pair.a.agency)).unwrap().unwrap();
    assert_eq!(held.epoch, 1);
}

#[test]
fn the_asked_side_put_back_recovers_what_it_signed_and_what_it_had_receipted() {
    let (mut pair, copy, matters) = fifty_acts_later(|pair| &pair.b);
    let before = shared(&pair.b);
    pair.b.put_back(&copy);
    let synced = pair.try_sync(false, &|_| comity_testkit::node::Fate::Arrives).unwrap();
    assert!(synced.compared && synced.recovered > 20 && synced.received > 20, "{synced:?}");
    assert_eq!(shared(&pair.b), before);
    pair.b.declare_epoch().unwrap();
    pair.try_sync(false, &|_| comity_testkit::node::Fate::Arrives).unwrap();
    pair.sync().unwrap();
    // What is receipted anew stands in the new epoch, what was in the copy in the former.
    let delivered = pair.a.disk.look(|kept| kept.delivered(&pair.b.agency)).unwrap();
    assert_eq!(delivered, pair.a.stream(pair.b.agency, Direction::Out).n);
    for matter in matters {
        for desk in [&pair.a, &pair.b] {
            let proof = desk.run(move |ledger, _| ledger.export_proof(&matter, true)).unwrap();
            let trusted = [&pair.a, &pair.b].map(|desk| desk.card.fingerprint());
            assert_eq!(verify(&proof, &trusted).outcome, Verdict::Intact);
        }
    }
    talk(&pair, matters[1], 1);
    pair.assert_converged();
    assert_eq!(accused(&pair.a), Vec::<String>::new());
}

#[test]
fn an_old_copy_that_can_call_nobody_is_given_back_what_it_signed_by_who_calls_it() {
    let (mut pair, copy, matters) = fifty_acts_later(|pair| &pair.b);
    let before = shared(&pair.b);
    pair.b.put_back(&copy);
    // Only A calls.
    pair.sync().unwrap();
    assert_eq!(pair.b.incidents(), ["old-copy"]);
    assert!(pair.sync().unwrap().compared);
    assert_eq!(shared(&pair.b), before);
    pair.b.declare_epoch().unwrap();
    pair.sync().unwrap();
    pair.sync().unwrap();
    talk(&pair, matters[0], 1);
    assert_eq!(pair.sync().unwrap().requests, 1);
    pair.assert_converged();
    assert_eq!((accused(&pair.a), accused(&pair.b)), (vec![], vec![]));
}

#[test]
fn an_old_copy_that_reaches_nobody_drafts_and_approves_and_signs_nothing_shared() {
    let (mut pair, copy, matters) = fifty_acts_later(|pair| &pair.a);
    pair.a.put_back(&copy);
    let before = shared(&pair.a);
    pair.try_sync(true, &|_| comity_testkit::node::Fate::Lost).unwrap_err();
    let remind = pair.a.act(matters[0], "remind", None, "Amara Olin").unwrap();
    let Outcome::AwaitsComparison(_, partner) = remind.outcome else { panic!("{:?}", remind.outcome) };
    assert_eq!((partner, shared(&pair.a)), (pair.b.agency, before));
    assert!(matches!(pair.a.declare_epoch(), Err(Failure::Usage(_))), "nothing was found missing yet");
}

#[test]
fn after_an_unclean_start_an_act_waits_for_every_party_of_its_matter_whichever_is_compared_with_first() {
    for b_first in [true, false] {
        let mut three = Three::met();
        let letter = three.letter(1);
        for other in [&three.b, &three.c] {
            Three::sync(&three.a, other).unwrap();
        }
        let copy = three.a.back_up();
        three.a.put_back(&copy);
        let (first, second) = if b_first { (&three.b, &three.c) } else { (&three.c, &three.b) };
        let waits_for = || {
            let said = three.a.act(letter, "say", Some(""), "Amara Olin").unwrap();
            if let Outcome::AwaitsComparison(_, partner) = said.outcome { Some(partner) } else { None }
        };
        assert!(waits_for().is_some());
        Three::sync(&three.a, first).unwrap();
        assert_eq!(waits_for(), Some(second.agency));
        Three::sync(&three.a, second).unwrap();
        assert_eq!(waits_for(), None);
    }
}

#[test]
fn an_old_copy_shows_no_tree_and_takes_nothing_before_it_has_compared() {
    let (mut pair, copy, _) = fifty_acts_later(|pair| &pair.b);
    pair.b.put_back(&copy);
    pair.sent.lock().unwrap().clear();
    pair.sync().unwrap();
    let sent = pair.sent.lock().unwrap().clone();
    let replies = sent.iter().filter(|(path, _)| *path == "answer");
    let hellos = replies.filter_map(|(_, body)| HelloReply::decode(body).ok()).collect::<Vec<_>>();
    assert_eq!(hellos.len(), 1);
    assert!(hellos.iter().all(|reply| reply.hello.checkpoint.is_none()));
    assert!(
        sent.iter().all(|(path, _)| *path != comity_federation::path::BATCH),
        "nothing is pushed to it yet"
    );
    assert_eq!(pair.a.incidents(), ["partner-old-copy"]);
}

#[test]
fn recovered_entries_stand_in_the_new_epoch_behind_the_checkpoint_the_partner_held() {
    let (mut pair, copy, _) = fifty_acts_later(|pair| &pair.a);
    let held = pair.b.disk.look(|kept| kept.checkpoint(&pair.a.agency)).unwrap().unwrap();
    pair.a.put_back(&copy);
    let records = pair.a.disk.look(|kept| kept.length()).unwrap();
    pair.sync().unwrap();
    let new = pair.a.disk.look(|kept| kept.records(records, 1000)).unwrap();
    let Recorded::Epoch { epoch: 1, checkpoint } = new[0].what else { panic!("{:?}", new[0]) };
    assert_eq!(checkpoint, comity_journal::suite::hash(&[held.note.as_bytes()]));
    let again = |record: &&comity_store::Record| matches!(record.what, Recorded::Entry { from: Some(_), .. });
    assert!(new.iter().filter(again).count() > 50);
    assert!(pair.a.journal().clean);
    let refused = pair.a.run(|ledger, _| ledger.export_proof(&ledger.store().matters()?[0], false));
    assert!(matches!(refused, Err(Failure::Waiting(_))), "its tree is shown to nobody yet");
}

#[test]
fn an_entry_that_went_to_two_partners_is_recorded_once_and_each_stream_is_its_own() {
    let mut three = Three::met();
    let first = three.letter(1);
    for other in [&three.b, &three.c] {
        Three::sync(&three.a, other).unwrap();
    }
    let copy = three.a.back_up();
    let second = three.letter(2);
    let to_b = three.letter_to(3, &[&three.b]);
    Three::sync(&three.a, &three.b).unwrap();
    // C has the second letter, and not the third one that is not for it, nor the fourth that only B has.
    Three::sync(&three.a, &three.c).unwrap();
    let fourth = three.letter(4);
    Three::sync(&three.a, &three.b).unwrap();
    let before = shared(&three.a);
    let given = three.a.stream(three.b.agency, Direction::Out);
    three.a.put_back(&copy);
    let from_c = Three::sync(&three.a, &three.c).unwrap();
    assert_eq!((from_c.recovered, from_c.compared), (1, true));
    let from_b = Three::sync(&three.a, &three.b).unwrap();
    assert_eq!((from_b.recovered, from_b.compared), (3, true));
    assert_eq!(shared(&three.a), before);
    assert_eq!(three.a.stream(three.b.agency, Direction::Out), given);
    three.a.declare_epoch().unwrap();
    // What only B had goes to C now.
    Three::sync(&three.a, &three.c).unwrap();
    Three::sync(&three.a, &three.b).unwrap();
    for matter in [first, second, to_b, fourth] {
        let here = three.a.disk.look(|kept| kept.matter(&matter)).unwrap();
        assert_eq!(here.len(), 1);
        let there = three.c.disk.look(|kept| kept.matter(&matter)).unwrap();
        assert_eq!(there.len(), usize::from(matter != to_b));
    }
    assert!(three.a.journal().clean);
}

#[test]
fn a_second_copy_put_back_after_the_first_begins_one_more_epoch() {
    let (mut pair, copy, matters) = fifty_acts_later(|pair| &pair.a);
    pair.a.put_back(&copy);
    pair.sync().unwrap();
    pair.a.declare_epoch().unwrap();
    pair.sync().unwrap();
    pair.sync().unwrap();
    talk(&pair, matters[0], 1);
    // The same copy once more: older than the card that declared the first epoch.
    pair.a.put_back(&copy);
    let synced = pair.sync().unwrap();
    assert!(synced.compared, "{synced:?}");
    assert_eq!(
        pair.a.run(|ledger, _| Ok((ledger.tree_epoch(), ledger.own_card().facts().number))).unwrap(),
        (2, 2)
    );
    pair.a.declare_epoch().unwrap();
    pair.sync().unwrap();
    pair.sync().unwrap();
    talk(&pair, matters[0], 1);
    pair.assert_converged();
    assert_eq!(accused(&pair.b), Vec::<String>::new());
}

#[test]
fn a_partner_that_claims_more_and_shows_nothing_stops_nobody_but_itself() {
    let pair = Pair::met();
    let matter = pair.signed_request();
    pair.sync().unwrap();
    let claims = |path: &'static str, answer: Vec<u8>| match (path, HelloReply::decode(&answer)) {
        (comity_federation::path::HELLO, Ok(mut reply)) => {
            reply.hello.incoming.n += 3;
            reply.encode()
        }
        _ => answer,
    };
    let synced = pair.sync_meddled(true, &|_| comity_testkit::node::Fate::Arrives, &claims).unwrap();
    assert!(!synced.compared);
    assert_eq!(pair.a.incidents(), ["stream-mismatch"]);
    assert!(!pair.a.run(|ledger, _| Ok(ledger.awaits_epoch())).unwrap());
    pair.sync().unwrap();
    assert_eq!(pair.b.status(matter), "sent");
}
