//! Streams and checkpoints compared: what is level, behind, lost, or not one history.

use comity_federation::answer::{Answering, Found};
use comity_federation::compare::{self, Divergence, Finding, Fit, Standing, head_after};
use comity_federation::message::{CardMark, Held, HelloReply};
use comity_federation::session::{Dialling, Done, Heard, Here, Next, Showing, Snapshot, WrongAgency};
use comity_journal::checkpoint::CheckpointError;
use comity_journal::limits::CLOCK_SKEW_MS;
use comity_journal::stream::StreamHead;
use comity_journal::suite::{Hash, Suite, hash};
use comity_journal::tree::Tree;

use crate::people::{Agency, NOON};

fn entries(n: u64) -> Vec<Hash> {
    (0..n).map(|i| hash(&[&i.to_be_bytes()])).collect()
}

fn head(n: u64) -> StreamHead {
    head_after(StreamHead::START, &entries(n))
}

fn other(n: u64) -> StreamHead {
    StreamHead { n, hash: hash(&[b"another stream"]) }
}

fn tree(leaves: u64) -> Tree {
    entries(leaves).into_iter().collect()
}

fn held(tree: &Tree) -> Held {
    Held { epoch: 0, size: tree.size(), root: tree.root() }
}

#[test]
fn a_partner_is_level_behind_or_diverged() {
    assert_eq!(compare::ours_there(head(3), head(3), None), Ok(Standing::Level));
    assert_eq!(compare::ours_there(head(3), head(1), Some(head(1))), Ok(Standing::Behind));
    assert_eq!(compare::ours_there(head(3), head(4), None), Err(Divergence::WeLost { ours: 3, theirs: 4 }));
    let differs = |at| Err(Divergence::OursDiffers { at });
    assert_eq!(compare::ours_there(head(3), other(3), Some(head(3))), differs(3));
    assert_eq!(compare::ours_there(head(3), other(1), Some(head(1))), differs(1));
    assert_eq!(compare::ours_there(head(3), head(1), None), differs(1));

    assert_eq!(compare::theirs_here(head(3), head(3)), Ok(Standing::Level));
    assert_eq!(compare::theirs_here(head(3), head(5)), Ok(Standing::Behind));
    assert_eq!(compare::theirs_here(head(3), head(2)), Err(Divergence::TheyLost { ours: 3, theirs: 2 }));
    assert_eq!(compare::theirs_here(head(3), other(3)), Err(Divergence::TheirsDiffers { at: 3 }));
}

#[test]
fn entries_that_come_again_are_known_and_a_gap_is_not_taken() {
    let all = entries(6);
    assert_eq!(compare::fit(head(2), head(2), &all[2..]), Ok(Fit::Continues { known: 0 }));
    assert_eq!(compare::fit(head(4), head(2), &all[2..]), Ok(Fit::Continues { known: 2 }));
    assert_eq!(compare::fit(head(6), head(2), &all[2..4]), Ok(Fit::Continues { known: 2 }));
    assert_eq!(compare::fit(head(1), head(2), &all[2..]), Ok(Fit::Gap));
    let differs = Err(Divergence::TheirsDiffers { at: 2 });
    assert_eq!(compare::fit(head(2), other(2), &all[2..]), differs);
    assert_eq!(compare::fit(head(2), head(1), &all[3..]), differs);
}

#[test]
fn a_tree_that_continues_what_was_held_is_held_from_now_on() {
    let a = Agency::new("xa.police");
    let (old, new) = (tree(5), tree(9));
    let path = new.consistency(5, 9).unwrap();
    let note = a.checkpoint(0, &new);
    let judged = |held, path| compare::checkpoint(&note, &a.card, held, path);
    assert_eq!(judged(None, None), Ok(Some(held(&new))));
    assert_eq!(judged(Some(held(&old)), Some(&path)), Ok(Some(held(&new))));
    assert_eq!(judged(Some(held(&new)), Some(&[])), Ok(Some(held(&new))));
    assert_eq!(judged(Some(held(&new)), None), Ok(Some(held(&new))));
    // not yet proven: what was held stays
    assert_eq!(judged(Some(held(&old)), None), Ok(Some(held(&old))));
    assert_eq!(judged(Some(held(&tree(0))), Some(&[])), Ok(Some(held(&new))));
}

#[test]
fn a_rewritten_past_shows() {
    let a = Agency::new("xa.police");
    let (old, new) = (tree(5), tree(9));
    let path = new.consistency(5, 9).unwrap();
    let mut leaves = entries(9);
    leaves[2] = hash(&[b"rewritten"]);
    let rewritten: Tree = leaves.into_iter().collect();
    let rewritten_path = rewritten.consistency(5, 9).unwrap();
    let note = a.checkpoint(0, &rewritten);
    for path in [&path[..], &rewritten_path, &[]] {
        let finding = compare::checkpoint(&note, &a.card, Some(held(&old)), Some(path)).unwrap_err();
        assert!(matches!(finding, Finding::RewrittenPast { shown: 9, .. }), "{finding}");
    }
    // the same size with another root needs no path to show
    let finding = compare::checkpoint(&note, &a.card, Some(held(&new)), None).unwrap_err();
    assert!(matches!(finding, Finding::RewrittenPast { .. }));
}

#[test]
fn a_restored_tree_is_called_smaller_not_rewritten() {
    let a = Agency::new("xa.police");
    let finding = compare::checkpoint(&a.checkpoint(0, &tree(5)), &a.card, Some(held(&tree(9))), Some(&[]));
    assert_eq!(finding, Err(Finding::WentBack { held: held(&tree(9)), shown: 5 }));
}

#[test]
fn a_hello_that_was_overtaken_by_a_later_one_accuses_nobody() {
    let a = Agency::new("xa.police");
    let older = a.checkpoint(0, &tree(5));
    let judged = compare::checkpoint(&older, &a.card, Some(held(&tree(9))), None);
    assert_eq!(judged, Ok(Some(held(&tree(9)))));
}

#[test]
fn a_new_epoch_counts_only_when_the_card_declares_it() {
    let held = held(&tree(9));
    for (declared, shown, fine) in [(1, 1, true), (0, 1, false), (2, 1, false)] {
        let a = Agency::of_suite("xa.police", Suite::One, declared);
        let judged = compare::checkpoint(&a.checkpoint(shown, &tree(2)), &a.card, Some(held), Some(&[]));
        assert_eq!(judged.is_ok(), fine, "declared {declared}, shown {shown}");
        assert!(fine || judged == Err(Finding::UndeclaredEpoch { held, shown }));
    }
}

#[test]
fn a_checkpoint_by_another_key_is_not_believed() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let finding = compare::checkpoint(&b.checkpoint(0, &tree(5)), &a.card, None, None);
    assert_eq!(finding, Err(Finding::BadCheckpoint(CheckpointError::OtherKey)));
}

/// What `caller` learns from `answerer`, both as given.
fn heard(caller: Snapshot, answerer: Snapshot) -> (Heard, Next) {
    let here = here(&caller, None);
    let (hello, waiting) = Dialling(caller).hello();
    let (reply, _) = Answering(answerer).hello(&hello, Found::default()).unwrap();
    waiting.hear(&reply, here).unwrap()
}

/// Nothing has changed since the hello; `root` is that of the caller's tree at the size the other holds.
fn here(caller: &Snapshot, root: Option<Hash>) -> Here {
    Here {
        now: caller.now,
        outgoing: caller.outgoing,
        incoming_at: None,
        tree_epoch: caller.tree_epoch,
        root,
    }
}

#[test]
fn a_clock_beyond_five_minutes_is_flagged_and_refuses_nothing() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    for (skew, flagged) in [(CLOCK_SKEW_MS, false), (CLOCK_SKEW_MS + 1, true), (-CLOCK_SKEW_MS - 1, true)] {
        let mut late = b.snapshot(&a);
        late.now = NOON.plus_millis(skew);
        let (heard, next) = heard(a.snapshot(&b), late);
        let expected: &[Finding] = if flagged { &[Finding::ClockSkew { millis: skew }] } else { &[] };
        assert_eq!(heard.findings, expected);
        assert!(matches!(next, Next::Done(Done { compared: true, .. })));
    }
}

#[test]
fn a_card_other_than_the_one_known_is_named() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    for (number, finding) in [(2, Finding::NewerCard { number: 2 }), (1, Finding::OtherCard { number: 1 })] {
        let mut shown = b.snapshot(&a);
        shown.card = CardMark { number, hash: hash(&[b"another card"]) };
        assert_eq!(heard(a.snapshot(&b), shown).0.findings, [finding]);
    }
}

/// A node that was put back from an older copy, and a partner that holds more of it.
fn restored() -> (Snapshot, Snapshot) {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let (mut restored, mut partner) = (a.snapshot(&b), b.snapshot(&a));
    (restored.outgoing, restored.checkpoint) = (head(2), Some(a.checkpoint(0, &tree(5))));
    (partner.incoming, partner.holds) = (head(4), Some(held(&tree(9))));
    (restored, partner)
}

#[test]
fn a_node_that_lost_its_latest_acts_asks_for_them_before_anything_else() {
    let (restored, partner) = restored();
    let (heard, next) = heard(restored, partner);
    assert_eq!(heard.findings, [Finding::TheyHoldMore { held: held(&tree(9)) }]);
    let Next::Recover(recovering) = next else { panic!("it asks for what is its own") };
    let (fetch, waiting) = recovering.fetch();
    assert_eq!((fetch.after, fetch.limit), (head(2), 2));
    let Next::Recover(recovering) = waiting.taken(head(3), true) else {
        panic!("one entry is still missing")
    };
    let (fetch, waiting) = recovering.fetch();
    assert_eq!((fetch.after, fetch.limit), (head(3), 1));
    // The partner has yet to receipt it all here once more.
    let Next::Push(pushing) = waiting.taken(head(4), true) else { panic!("the receipts are lost, too") };
    assert_eq!(pushing.after(), StreamHead::START);
}

#[test]
fn a_partner_that_says_it_has_more_and_gives_nothing_is_not_compared_with() {
    let (restored, partner) = restored();
    let (_, next) = heard(restored, partner);
    let Next::Recover(recovering) = next else { panic!("it asks for what is its own") };
    let (_, waiting) = recovering.fetch();
    let Next::Done(done) = waiting.taken(head(2), false) else {
        panic!("nothing is pushed onto another stream")
    };
    assert_eq!(done.divergences, [Divergence::WeLost { ours: 2, theirs: 4 }]);
    assert!(!done.compared);
}

#[test]
fn what_a_caller_says_it_has_of_ours_accuses_nobody_and_keeps_our_tree_from_being_shown() {
    let (mut restored, partner) = restored();
    restored.showing = Showing::OnceVouched;
    let (hello, _) = Dialling(partner).hello();
    let (reply, answered) = Answering(restored).hello(&hello, Found::default()).unwrap();
    assert_eq!((answered.divergences, answered.heard.findings), (vec![], vec![]));
    assert!(!answered.vouched && !answered.level);
    assert_eq!(reply.hello.checkpoint, None);
}

#[test]
fn a_node_that_may_be_an_older_copy_shows_its_tree_to_who_holds_nothing_beyond_it() {
    let (mut restored, mut partner) = restored();
    restored.showing = Showing::OnceVouched;
    (partner.incoming, partner.holds) = (head(2), Some(held(&tree(5))));
    let (hello, _) = Dialling(partner).hello();
    let root = Some(tree(5).root());
    let found = Found { outgoing_at: Some(head(2)), root, ..Found::default() };
    let (reply, answered) = Answering(restored.clone()).hello(&hello, found.clone()).unwrap();
    assert!(answered.vouched);
    assert_eq!(reply.hello.checkpoint, restored.checkpoint);
    // Not before its root has declared the epoch of the tree.
    restored.showing = Showing::Never;
    let (reply, _) = Answering(restored).hello(&hello, found).unwrap();
    assert_eq!(reply.hello.checkpoint, None);
}

#[test]
fn a_partner_whose_stream_ends_earlier_is_given_back_what_it_lost() {
    let (restored, partner) = restored();
    let (hello, waiting) = Dialling(partner.clone()).hello();
    let (reply, _) = Answering(restored).hello(&hello, Found::default()).unwrap();
    let here = Here { incoming_at: Some(head(2)), ..here(&partner, None) };
    let Next::GiveBack(giving) = waiting.hear(&reply, here).unwrap().1 else { panic!("it lacks its own") };
    assert_eq!(giving.after(), (head(2), 2));
    let Next::GiveBack(giving) = giving.given(head(3)) else { panic!("it lacks one more") };
    assert_eq!(giving.after(), (head(3), 1));
    let Next::Done(done) = giving.given(head(4)) else { panic!("it compares anew before anything else") };
    assert_eq!(done, Done { compared: false, divergences: vec![], they_lost: true, ended: None });
}

#[test]
fn an_epoch_is_not_judged_before_the_card_that_may_declare_it_has_come() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let (mut caller, mut answerer) = (a.snapshot(&b), b.snapshot(&a));
    caller.holds = Some(held(&tree(9)));
    answerer.checkpoint = Some(b.checkpoint(1, &tree(2)));
    let undeclared = heard(caller.clone(), answerer.clone()).0.findings;
    assert_eq!(undeclared, [Finding::UndeclaredEpoch { held: held(&tree(9)), shown: 1 }]);
    answerer.card.number += 1;
    let (heard, _) = heard(caller, answerer);
    assert_eq!((heard.findings, heard.holds), (vec![Finding::NewerCard { number: 2 }], Some(held(&tree(9)))));
}

#[test]
fn a_tree_that_grew_while_the_hello_was_under_way_has_lost_nothing() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let (mut caller, mut partner) = (a.snapshot(&b), b.snapshot(&a));
    caller.checkpoint = Some(a.checkpoint(0, &tree(5)));
    // Meanwhile we signed for more, and the partner has seen it in a session of its own.
    partner.holds = Some(held(&tree(9)));
    let now = here(&caller, Some(tree(9).root()));
    let (hello, waiting) = Dialling(caller).hello();
    let (reply, _) = Answering(partner).hello(&hello, Found::default()).unwrap();
    let (heard, _) = waiting.hear(&reply, now).unwrap();
    assert_eq!(heard.findings, []);
}

#[test]
fn a_hello_to_or_from_somebody_else_is_not_heard() {
    let (a, b, c) = (Agency::new("xa.police"), Agency::new("xb.police"), Agency::new("xc.police"));
    let hello = c.snapshot(&b).hello();
    let refused = Answering(b.snapshot(&a)).hello(&hello, Found::default());
    assert_eq!(refused.unwrap_err(), WrongAgency);
    let (_, waiting) = Dialling(a.snapshot(&b)).hello();
    let reply = HelloReply { hello: b.snapshot(&c).hello(), consistency: vec![] };
    assert!(waiting.hear(&reply, here(&a.snapshot(&b), None)).is_err());
}

#[test]
fn an_answer_proves_that_the_tree_continues_what_the_caller_holds() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let (old, new) = (tree(5), tree(9));
    let (mut caller, mut answerer) = (a.snapshot(&b), b.snapshot(&a));
    caller.holds = Some(held(&old));
    answerer.checkpoint = Some(b.checkpoint(0, &new));
    let here = here(&caller, None);
    let (hello, waiting) = Dialling(caller).hello();
    let answering = Answering(answerer);
    assert_eq!(answering.wanted(&hello).consistency, Some((5, 9)));
    let found = Found { consistency: new.consistency(5, 9).unwrap(), ..Found::default() };
    let (reply, _) = answering.hello(&hello, found).unwrap();
    let (heard, _) = waiting.hear(&reply, here).unwrap();
    assert_eq!(heard, Heard { findings: vec![], holds: Some(held(&new)), holdings_differ: false });
}
