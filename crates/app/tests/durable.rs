//! Nothing leaves and nothing is done before it is durable, and nothing is done twice.

#![expect(clippy::panic, reason = "in what tests share, failing is the point")]

use std::cell::Cell;
use std::collections::BTreeMap;

use comity_app::Failure;
use comity_app::queries::verify_journal;
use comity_journal::entry::{Lane, Place};
use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use comity_store::faults::Fault;
use comity_store::{Reader as _, Recorded};

use comity_testkit::node::{Desk, NOW, Pair, request, review, shared};

#[test]
fn nothing_leaves_before_it_is_durable() {
    for fault in [Fault::Before, Fault::Full] {
        let pair = Pair::met();
        let matter = pair.a.draft("Country B", &request("A number"), "Amara Olin").unwrap();
        pair.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").unwrap();
        pair.a.act(matter, "open", None, "Amara Olin").unwrap();
        let before = pair.a.disk.length().unwrap();
        pair.plan.fail_next(fault);
        // The approval is what signs the act; all of it falls with the commit.
        assert!(matches!(
            pair.a.act(matter, "approve", None, "Bo Reyes"),
            Err(Failure::Store(_) | Failure::NotRecorded(_))
        ));
        assert_eq!(pair.a.disk.length().unwrap(), before);
        assert_eq!(shared(&pair.a), []);
        pair.sync().unwrap();
        assert!(!pair.travelled(matter.as_bytes()), "an act that was not stored has left the node");
        assert_eq!(shared(&pair.b), []);
        pair.a.act(matter, "approve", None, "Bo Reyes").unwrap();
        pair.sync().unwrap();
        assert!(pair.travelled(matter.as_bytes()));
        assert_eq!(shared(&pair.b).len(), 1);
        pair.assert_converged();
        assert_eq!(pair.b.status(matter), "sent");
    }
}

#[test]
fn a_commit_that_fails_but_was_stored_is_not_done_twice() {
    let pair = Pair::met();
    let matter = pair.a.draft("Country B", &request("A number"), "Amara Olin").unwrap();
    pair.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").unwrap();
    pair.a.act(matter, "open", None, "Amara Olin").unwrap();
    pair.plan.fail_next(Fault::After);
    let acted = pair.a.act(matter, "approve", None, "Bo Reyes").unwrap();
    assert!(matches!(acted.outcome, comity_app::commands::Outcome::Signed(_)), "{:?}", acted.outcome);
    assert_eq!(shared(&pair.a).len(), 1);
    pair.sync().unwrap();
    pair.assert_converged();
    assert_eq!(shared(&pair.b).len(), 1);
}

/// One step of the story.
type Step = Box<dyn Fn(&Pair, &Cell<Option<MatterId>>) -> Result<(), Failure>>;

/// From draft to answer, each step as one command that can be given again.
fn story() -> Vec<(&'static str, Step)> {
    fn act(
        on_a: bool,
        act: &'static str,
        toml: Option<String>,
        officer: &'static str,
    ) -> (&'static str, Step) {
        let step: Step = Box::new(move |pair, matter| {
            let desk = if on_a { &pair.a } else { &pair.b };
            let matter = matter.get().expect("drafted");
            desk.act(matter, act, toml.as_deref(), officer).map(drop)
        });
        (act, step)
    }
    fn sync() -> (&'static str, Step) {
        ("sync", Box::new(|pair, _| pair.sync().map(drop)))
    }
    let promise = format!("promised_by = \"{}\"", NOW.plus_millis(72 * 3_600_000));
    let answer = "extent = \"final\"\ntext = \"A company.\"".to_owned();
    let draft: Step = Box::new(|pair, matter| {
        matter.set(Some(pair.a.draft("Country B", &request("A number"), "Amara Olin")?));
        Ok(())
    });
    vec![
        ("draft", draft),
        act(true, "review-grounds", Some(review()), "Bo Reyes"),
        act(true, "approve", None, "Bo Reyes"),
        act(true, "open", None, "Amara Olin"),
        sync(),
        act(false, "acknowledge", Some("reference = \"XB-1\"".into()), "Chen Ning"),
        act(false, "ask", Some("questions = [\"Which bank?\"]".into()), "Chen Ning"),
        sync(),
        act(true, "clarify", Some("text = \"The Bank of Example.\"".into()), "Amara Olin"),
        sync(),
        act(false, "review-grounds", Some(review()), "Dara Vong"),
        act(false, "accept", Some(promise), "Chen Ning"),
        act(false, "approve", None, "Dara Vong"),
        sync(),
        act(false, "answer", Some(answer), "Chen Ning"),
        act(false, "approve", None, "Dara Vong"),
        sync(),
        sync(),
    ]
}

/// Plays the story; a step that fails is given once more, as people do.
fn play(pair: &Pair) -> (MatterId, u32) {
    let matter = Cell::new(None);
    let mut again = 0;
    for (name, step) in story() {
        if step(pair, &matter).is_err() {
            again += 1;
            step(pair, &matter).unwrap_or_else(|failure| panic!("{name}, given once more: {failure}"));
        }
    }
    (matter.get().expect("drafted"), again)
}

#[test]
fn whichever_commit_fails_and_however_the_story_ends_the_same() {
    let whole = Pair::met();
    let before = whole.plan.commits();
    let (matter, again) = play(&whole);
    assert_eq!(again, 0);
    let last = whole.plan.commits();
    assert_eq!((whole.a.status(matter), whole.b.status(matter)), ("answered".into(), "answered".into()));
    let acts = shared(&whole.a).len();
    for n in before + 1..=last {
        for fault in [Fault::Before, Fault::Full, Fault::After] {
            let pair = Pair::met();
            pair.plan.fail(n, fault);
            let (matter, again) = play(&pair);
            assert!(again <= 1);
            assert!(fault == Fault::After || again == 1, "commit {n} failed and nobody was told");
            assert_eq!(
                (pair.a.status(matter), pair.b.status(matter)),
                ("answered".into(), "answered".into())
            );
            assert_eq!(shared(&pair.a).len(), acts, "commit {n}, {fault:?}");
            assert_eq!((pair.a.incidents(), pair.b.incidents()), (Vec::new(), Vec::new()));
            pair.assert_converged();
        }
    }
}

/// Plays the story and goes on whatever fails: what a disk has forgotten was done for nothing, and nobody hears of it.
fn play_on(pair: &Pair) {
    let matter = Cell::new(None);
    for (_, step) in story() {
        drop(step(pair, &matter));
    }
    for _ in 0..3 {
        drop(pair.sync());
    }
}

/// The entries of shared lanes, each with its lane and place.
fn placed(desk: &Desk) -> BTreeMap<(Lane, Place), Vec<Hash>> {
    let mut placed: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (hash, record) in desk.disk.entries() {
        if let Recorded::Entry { lane, place, .. } = record.what
            && lane.is_shared()
        {
            placed.entry((lane, place)).or_default().push(hash);
        }
    }
    placed
}

#[test]
fn whichever_commit_a_disk_forgets_nothing_of_it_has_left_and_nobody_is_made_a_forker() {
    let whole = Pair::met();
    let before = whole.plan.commits();
    play(&whole);
    for n in before + 1..=whole.plan.commits() {
        let pair = Pair::met();
        pair.plan.fail(n, Fault::Forgotten);
        play_on(&pair);
        let [at_a, at_b] = [&pair.a, &pair.b].map(placed);
        for (place, entries) in at_a.iter().chain(&at_b) {
            assert_eq!(entries.len(), 1, "commit {n}: two entries at {place:?}");
        }
        for (place, entries) in at_b.iter().filter(|((lane, _), _)| *lane == Lane::Shared(pair.a.agency)) {
            assert_eq!(at_a.get(place), Some(entries), "commit {n}: what left A is not there any more");
        }
        for desk in [&pair.a, &pair.b] {
            // That the last commit was forgotten shows with the next.
            drop(desk.run(|ledger, _| verify_journal(ledger)));
            assert!(desk.run(|ledger, _| verify_journal(ledger)).unwrap().clean, "commit {n}");
        }
    }
}
