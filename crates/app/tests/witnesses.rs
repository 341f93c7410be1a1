//! Witnessing: partners cosign each other's checkpoints, and an agency that shows different trees to different partners is
//! found when those meet.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use std::sync::Arc;

use comity_app::Failure;
use comity_app::workers::{Peer, Synced, sync};
use comity_domain::matters::node::Trouble;
use comity_federation::message::{HelloReply, Message as _};
use comity_federation::path;
use comity_federation::witness::Witness;
use comity_journal::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;
use comity_journal::verify::{Limit, Outcome, verify};
use comity_testkit::node::{Desk, Fate, Line, Pair, Sent, Three, wait};

/// As long as two comparisons are apart.
const ROUND_MS: i64 = 5 * 60 * 1000;

fn pass(desks: &[&Desk]) {
    for desk in desks {
        desk.clock.advance(ROUND_MS);
    }
}

/// Who has cosigned a node's tree, and how many leaves of it.
fn witnesses(desk: &Desk) -> Vec<(String, u64)> {
    let lines = desk.run(|ledger, _| ledger.witness_lines()).unwrap();
    lines.into_iter().map(|line| (line.name, line.size)).collect()
}

fn leaves(desk: &Desk) -> u64 {
    held(desk, desk.agency).size
}

/// The latest checkpoint that a desk keeps of an agency.
fn held(desk: &Desk, of: AgencyId) -> Checkpoint {
    let stored = desk.disk.look(|kept| kept.checkpoint(&of)).unwrap().unwrap();
    SignedCheckpoint::try_from(stored.note).unwrap().peek().unwrap()
}

/// The notes that an incident of a kind keeps.
fn notes(desk: &Desk, trouble: Trouble) -> Vec<SignedCheckpoint> {
    let incidents = desk.run(|ledger, _| ledger.incidents(50)).unwrap();
    let kept =
        incidents.into_iter().find(|line| line.trouble == trouble).and_then(|line| line.notes).unwrap();
    let lines: Vec<_> = kept.split_inclusive('\n').collect();
    lines.chunks(6).map(|note| SignedCheckpoint::try_from(note[..5].concat()).unwrap()).collect()
}

/// A line on which answers at one path are other than they were.
fn meddled(
    from: &Desk,
    to: &Desk,
    meddle: &(dyn Fn(&'static str, Vec<u8>) -> Vec<u8> + Sync),
) -> Result<Synced, Failure> {
    wait(sync(&from.ledger, to.agency, &Line::new(from, to, Sent::default(), &|_| Fate::Arrives, meddle)))
}

/// What two desks say to each other as witnesses in one session.
fn said(from: &Desk, to: &Desk) -> Vec<Witness> {
    let sent = Sent::default();
    let line = Line::new(from, to, Arc::clone(&sent), &|_| Fate::Arrives, &|_, answer| answer);
    wait(sync(&from.ledger, to.agency, &line)).unwrap();
    let sent = sent.lock().unwrap();
    sent.iter().filter_map(|(_, body)| Witness::decode(body).ok()).collect()
}

/// A node that answers witnesses nothing, or in another way than an honest one.
struct Stubborn<'a>(Line<'a>, Result<Witness, Failure>);

impl Peer for Stubborn<'_> {
    async fn post(&self, path: &'static str, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
        match (path, &self.1) {
            (path::WITNESS, Ok(word)) => Ok(word.encode()),
            (path::WITNESS, Err(why)) => Err(Failure::Waiting(why.to_string())),
            _ => self.0.post(path, body).await,
        }
    }
}

fn sync_with_stubborn(from: &Desk, to: &Desk, word: Result<Witness, Failure>) -> Synced {
    let line = Line::new(from, to, Sent::default(), &|_| Fate::Arrives, &|_, answer| answer);
    wait(sync(&from.ledger, to.agency, &Stubborn(line, word))).unwrap()
}

#[test]
fn partners_cosign_each_others_checkpoints_and_the_latest_of_each_stands() {
    let pair = Pair::met();
    let matter = pair.signed_request();
    assert_eq!(pair.sync().unwrap().witnessed, 1);
    assert_eq!(witnesses(&pair.a), [("Country B".to_owned(), leaves(&pair.a))]);
    let before = witnesses(&pair.b);
    pair.b.act(matter, "acknowledge", None, "Chen Ning").unwrap();
    assert_eq!(pair.sync().unwrap().witnessed, 0, "its time has not come");
    assert_eq!(witnesses(&pair.b), before);
    pass(&[&pair.a, &pair.b]);
    assert_eq!(pair.sync().unwrap().witnessed, 1);
    assert_ne!(witnesses(&pair.b), before);
    assert_eq!(witnesses(&pair.a), [("Country B".to_owned(), leaves(&pair.a))]);
    assert_eq!(witnesses(&pair.b), [("Country A".to_owned(), leaves(&pair.b))]);
    // Whoever is only called holds the tree of its caller as far as it goes, too.
    assert_eq!(held(&pair.b, pair.a.agency).size, leaves(&pair.a));
    assert_eq!((pair.a.incidents(), pair.b.incidents()), (vec![], vec![]));
}

#[test]
fn the_same_tree_cosigned_again_changes_nothing_that_is_kept() {
    let pair = Pair::met();
    pair.signed_request();
    pair.sync().unwrap();
    // What came in that session stands in B's tree behind what A had cosigned.
    pass(&[&pair.a, &pair.b]);
    pair.sync().unwrap();
    let lines = |desk: &Desk| desk.run(|ledger, _| ledger.witness_lines()).unwrap();
    let before = (lines(&pair.a), lines(&pair.b), pair.plan.commits());
    pass(&[&pair.a, &pair.b]);
    assert_eq!(pair.sync().unwrap().witnessed, 1);
    assert_eq!((lines(&pair.a), lines(&pair.b), pair.plan.commits()), before);
}

#[test]
fn a_partner_of_an_earlier_release_knows_no_witnesses_and_is_compared_all_the_same() {
    let pair = Pair::met();
    pair.signed_request();
    let synced = sync_with_stubborn(&pair.a, &pair.b, Err(Failure::Waiting("404".into())));
    assert!(synced.compared && synced.delivered == 1 && synced.witnessed == 0, "{synced:?}");
    assert!(witnesses(&pair.a).is_empty());
    assert_eq!(pair.a.incidents(), Vec::<String>::new());
}

#[test]
fn a_cosignature_by_another_key_than_the_cards_is_not_kept() {
    let pair = Pair::met();
    pair.signed_request();
    let key = pair.a.keys().checkpoint;
    let forged = move |path: &'static str, answer: Vec<u8>| {
        let Ok(mut word) = Witness::decode(&answer) else { return answer };
        if let (path::WITNESS, Some(cosigned)) = (path, &mut word.cosigned) {
            let origin = Origin { agency: word.to, epoch: cosigned.tree.epoch };
            let note = Checkpoint { origin, size: cosigned.tree.size, root: cosigned.tree.root }.sign(&key);
            cosigned.cosignature =
                note.cosign(&key, cosigned.cosignature.name(), comity_testkit::node::NOW).unwrap();
        }
        word.encode()
    };
    meddled(&pair.a, &pair.b, &forged).unwrap();
    assert!(witnesses(&pair.a).is_empty());
    assert_eq!(pair.a.incidents(), ["bad-receipt"]);
}

#[test]
fn a_tree_that_does_not_continue_what_was_held_is_not_cosigned_and_both_notes_are_kept() {
    let pair = Pair::met();
    pair.signed_request();
    pair.sync().unwrap();
    let key = pair.a.keys().checkpoint;
    let before = held(&pair.b, pair.a.agency);
    let rewritten = move |_: &'static str, answer: Vec<u8>| {
        let Ok(mut reply) = HelloReply::decode(&answer) else { return answer };
        let says = reply.hello.checkpoint.as_ref().unwrap().peek().unwrap();
        let larger = Checkpoint { size: says.size + 1, root: Hash::from_bytes([7; 32]), ..says };
        reply.hello.checkpoint = Some(larger.sign(&key));
        reply.encode()
    };
    pass(&[&pair.a, &pair.b]);
    let sent = Sent::default();
    let line = Line::new(&pair.b, &pair.a, Arc::clone(&sent), &|_| Fate::Arrives, &rewritten);
    wait(sync(&pair.b.ledger, pair.a.agency, &line)).unwrap();
    let words: Vec<_> =
        sent.lock().unwrap().iter().filter_map(|(_, body)| Witness::decode(body).ok()).collect();
    assert!(!words.is_empty() && words[0].cosigned.is_none(), "{words:?}");
    assert_eq!(pair.b.incidents(), ["rewritten-past"]);
    let kept = notes(&pair.b, Trouble::RewrittenPast);
    let opened = kept
        .iter()
        .map(|note| note.open(&pair.a.keys().checkpoint.public(), comity_journal::suite::Suite::One));
    let sizes: Vec<_> = opened.map(|says| says.unwrap().size).collect();
    assert_eq!(sizes, [before.size, before.size + 1]);
    assert_eq!(held(&pair.b, pair.a.agency), before);
}

/// A has written to B and C, both hold its tree, and it is then run twice: one A writes to B, another to C.
fn two_faces(to_c: u8) -> (Three, Three) {
    let three = Three::met();
    three.letter(1);
    for other in [&three.b, &three.c] {
        Three::sync(&three.a, other).unwrap();
    }
    let double = Three { a: three.a.running_twice(), b: three.b.clone(), c: three.c.clone() };
    pass(&[&three.a, &three.b, &three.c]);
    double.a.clock.set(three.a.clock.advance(0));
    three.letter_to(2, &[&three.b]);
    Three::sync(&three.a, &three.b).unwrap();
    for number in 0..to_c {
        double.letter_to(3 + number, &[&double.c]);
    }
    Three::sync(&double.a, &three.c).unwrap();
    (three, double)
}

#[test]
fn a_partner_that_shows_two_histories_is_found_in_the_round_after_its_partners_meet() {
    let (three, _double) = two_faces(1);
    let (at_b, at_c) = (held(&three.b, three.a.agency), held(&three.c, three.a.agency));
    assert!(at_b.size == at_c.size && at_b.root != at_c.root);
    assert_eq!((three.b.incidents(), three.c.incidents()), (vec![], vec![]));
    Three::sync(&three.b, &three.c).unwrap();
    for desk in [&three.b, &three.c] {
        assert_eq!(desk.incidents(), ["two-trees"]);
        // Both are signed, and anybody can see that they contradict each other.
        let kept = notes(desk, Trouble::TwoTrees);
        let key = three.a.keys().checkpoint.public();
        let says: Vec<_> =
            kept.iter().map(|note| note.open(&key, comity_journal::suite::Suite::One).unwrap()).collect();
        assert!(says.len() == 2 && says[0].size == says[1].size && says[0].root != says[1].root);
    }
    // It is told once.
    pass(&[&three.b, &three.c]);
    Three::sync(&three.b, &three.c).unwrap();
    assert_eq!(three.b.incidents(), ["two-trees"]);
}

#[test]
fn an_agency_that_does_not_show_that_two_sizes_are_of_one_tree_is_told_of() {
    let (three, _double) = two_faces(2);
    assert!(held(&three.b, three.a.agency).size < held(&three.c, three.a.agency).size);
    Three::sync(&three.b, &three.c).unwrap();
    assert_eq!(three.b.incidents(), Vec::<String>::new(), "it is no proof");
    for asked in 1..=2 {
        let silent = Witness::new(three.a.agency, three.b.agency);
        assert!(sync_with_stubborn(&three.b, &three.a, Ok(silent)).compared);
        assert_eq!(three.b.incidents().len(), usize::from(asked == 2), "asked {asked} times");
    }
    assert_eq!(three.b.incidents(), ["unproven-tree"]);
    assert_eq!(notes(&three.b, Trouble::UnprovenTree).len(), 2);
}

#[test]
fn a_node_asked_about_a_tree_that_it_has_lost_finds_that_it_is_an_older_copy() {
    let (three, _double) = two_faces(2);
    Three::sync(&three.b, &three.c).unwrap();
    Three::sync(&three.b, &three.a).unwrap();
    assert_eq!(three.a.incidents(), ["old-copy"]);
    three.a.declare_epoch().unwrap();
    for _ in 0..3 {
        pass(&[&three.a, &three.b]);
        Three::sync(&three.b, &three.a).unwrap();
    }
    // Its root has said that something was lost: nobody is accused.
    let accused = |trouble: &String| trouble == "unproven-tree" || trouble == "two-trees";
    assert!(!three.b.incidents().iter().any(accused), "{:?}", three.b.incidents());
    assert_eq!(held(&three.b, three.a.agency).origin.epoch, 1);
}

#[test]
fn two_sizes_of_one_tree_are_shown_to_be_of_one_tree() {
    let three = Three::met();
    three.letter(1);
    Three::sync(&three.a, &three.b).unwrap();
    three.letter(2);
    Three::sync(&three.a, &three.c).unwrap();
    assert!(held(&three.b, three.a.agency).size < held(&three.c, three.a.agency).size);
    Three::sync(&three.b, &three.c).unwrap();
    // B asks A when it calls, and when it is called.
    let words = said(&three.b, &three.a);
    assert!(words[0].doubt.is_some() && words[1].settled.is_some(), "{words:?}");
    let words = said(&three.b, &three.a);
    assert!(words.iter().all(|word| word.doubt.is_none()), "{words:?}");
    for desk in [&three.a, &three.b, &three.c] {
        assert_eq!(desk.incidents(), Vec::<String>::new());
    }
}

#[test]
fn who_is_only_called_asks_its_caller_and_is_answered_in_the_same_session() {
    let three = Three::met();
    three.letter(1);
    Three::sync(&three.a, &three.b).unwrap();
    three.letter(2);
    Three::sync(&three.a, &three.c).unwrap();
    Three::sync(&three.c, &three.b).unwrap();
    pass(&[&three.a, &three.b, &three.c]);
    let words = said(&three.a, &three.b);
    assert!(words[1].doubt.is_some() && words[2].settled.is_some(), "{words:?}");
    pass(&[&three.a, &three.b, &three.c]);
    assert!(said(&three.a, &three.b).iter().all(|word| word.doubt.is_none()));
    assert_eq!(three.b.incidents(), Vec::<String>::new());
}

#[test]
fn nothing_is_told_of_an_agency_whose_matters_the_partner_is_no_party_of() {
    let three = Three::met();
    three.letter_to(1, &[&three.b]);
    three.letter_to(2, &[&three.c]);
    for other in [&three.b, &three.c] {
        Three::sync(&three.a, other).unwrap();
    }
    let words = said(&three.b, &three.c);
    assert!(words.len() == 2 && words.iter().all(|word| word.others.is_empty()), "{words:?}");
    three.letter(3);
    for other in [&three.b, &three.c] {
        Three::sync(&three.a, other).unwrap();
    }
    pass(&[&three.b, &three.c]);
    let words = said(&three.b, &three.c);
    assert!(words.len() == 2 && words.iter().all(|word| word.others.len() == 1), "{words:?}");
}

#[test]
fn a_declared_epoch_is_not_a_rewritten_past() {
    let mut pair = Pair::met();
    let copy = pair.a.back_up();
    pair.signed_request();
    pair.sync().unwrap();
    let before = held(&pair.b, pair.a.agency);
    pair.a.put_back(&copy);
    pair.sync().unwrap();
    pair.a.declare_epoch().unwrap();
    pass(&[&pair.a, &pair.b]);
    for from_a in [true, false] {
        pair.try_sync(from_a, &|_| Fate::Arrives).unwrap();
    }
    let now = held(&pair.b, pair.a.agency);
    assert_eq!((before.origin.epoch, now.origin.epoch), (0, 1));
    assert!(
        pair.b.incidents().iter().all(|trouble| trouble == "partner-old-copy"),
        "{:?}",
        pair.b.incidents()
    );
    assert_eq!(witnesses(&pair.a), [("Country B".to_owned(), now.size)]);
}

#[test]
fn an_undeclared_epoch_is_reported() {
    let pair = Pair::met();
    pair.signed_request();
    pair.sync().unwrap();
    let key = pair.a.keys().checkpoint;
    let before = held(&pair.b, pair.a.agency);
    let undeclared = move |_: &'static str, answer: Vec<u8>| {
        let Ok(mut reply) = HelloReply::decode(&answer) else { return answer };
        let says = reply.hello.checkpoint.as_ref().unwrap().peek().unwrap();
        let origin = Origin { epoch: says.origin.epoch + 1, ..says.origin };
        reply.hello.checkpoint = Some(Checkpoint { origin, ..says }.sign(&key));
        reply.encode()
    };
    pair.sync_meddled(false, &|_| Fate::Arrives, &undeclared).unwrap();
    assert_eq!(pair.b.incidents(), ["rewritten-past"]);
    let epochs: Vec<_> =
        notes(&pair.b, Trouble::RewrittenPast).iter().map(|note| note.peek().unwrap().origin.epoch).collect();
    assert_eq!(epochs, [0, 1]);
    assert_eq!(held(&pair.b, pair.a.agency), before);
}

#[test]
fn a_proof_names_who_witnessed_and_a_counterparty_is_not_independent() {
    let three = Three::met();
    let matter = three.letter_to(1, &[&three.b]);
    Three::sync(&three.a, &three.b).unwrap();
    let export = || three.a.run(move |ledger, _| ledger.export_proof(&matter, false)).unwrap();
    let trusted = [&three.a, &three.b, &three.c].map(|desk| desk.card.fingerprint());
    let by_a_party = verify(&export(), &trusted);
    assert_eq!(by_a_party.outcome, Outcome::Intact);
    let seen = |findings: &comity_journal::verify::Findings| {
        let witnesses = findings.acts[0].witnesses.iter();
        witnesses.map(|w| (w.agency.unwrap(), w.at.unwrap(), w.independent)).collect::<Vec<_>>()
    };
    let now = three.b.clock.advance(0);
    assert_eq!(seen(&by_a_party), [(three.b.agency, now, false)]);
    assert!(by_a_party.limits.contains(&Limit::NoIndependentWitness));
    // C is no party, and is A's partner all the same.
    Three::sync(&three.a, &three.c).unwrap();
    let by_another = verify(&export(), &trusted);
    assert_eq!(by_another.outcome, Outcome::Intact);
    assert!(seen(&by_another).contains(&(three.c.agency, now, true)), "{:?}", seen(&by_another));
}
