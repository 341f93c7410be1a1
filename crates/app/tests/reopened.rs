//! What a node knows after its views were dropped, its content erased, or itself started again.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in what tests share, failing is the point")]

use std::collections::BTreeSet;

use comity_app::commands::Outcome;
use comity_app::ledger::Compared;
use comity_app::views::{self, MATTERS};
use comity_domain::matters;
use comity_domain::words::{Lang, Words};
use comity_journal::ids::MatterId;
use comity_journal::part::PartClass;
use comity_store::faults::Fault;
use comity_store::{Commit, Reader as _, Store as _};
use comity_testkit::Seeded;

use comity_testkit::node::{Desk, Fate, Pair, request, review, shared};

/// Two matters, one of them answered to a question, the other a draft.
fn worked() -> (Pair, MatterId) {
    let pair = Pair::met();
    let matter = pair.signed_request();
    pair.sync().unwrap();
    pair.b.act(matter, "acknowledge", Some("reference = \"XB-1\""), "Chen Ning").unwrap();
    pair.b.act(matter, "ask", Some("questions = [\"Which bank?\"]"), "Chen Ning").unwrap();
    pair.sync().unwrap();
    pair.a.act(matter, "clarify", Some("text = \"The Bank of Example.\""), "Amara Olin").unwrap();
    pair.sync().unwrap();
    pair.a.draft("Country B", &request("Another number"), "Amara Olin").unwrap();
    (pair, matter)
}

#[test]
fn views_dropped_and_rebuilt_equal_the_live_ones() {
    let (pair, _) = worked();
    for desk in [&pair.a, &pair.b] {
        let rows = || desk.disk.view(MATTERS, None, 1000).unwrap();
        // Lists lag behind what came from partners until somebody looks.
        desk.run(|_, _| Ok(())).unwrap();
        let live = rows();
        assert!(live.len() > 4);
        desk.disk.clone().drop_view(MATTERS).unwrap();
        assert_eq!(rows(), []);
        let (done, rebuilt) = std::sync::mpsc::channel();
        desk.run(move |ledger, _| {
            done.send(views::rebuild(ledger)).unwrap();
            Ok(())
        })
        .unwrap();
        rebuilt.recv().unwrap().unwrap();
        assert_eq!(rows(), live);
        assert!(desk.journal().clean);
    }
}

/// Everything of the list and of every matter that is no text.
fn picture(desk: &Desk) -> Vec<String> {
    let words = || Words::new(Lang::En, &matters::standard());
    let lines = desk.run(move |ledger, _| ledger.list_matters(&words())).unwrap();
    let mut seen = Vec::new();
    for line in lines {
        let page = desk.show(line.id).unwrap();
        let clocks: Vec<_> =
            page.clocks.iter().map(|clock| (clock.name, &clock.due, clock.overdue, clock.who)).collect();
        let drafts: Vec<_> =
            page.drafts.iter().map(|draft| (&draft.act, &draft.missing, draft.to_be_sent)).collect();
        let next: Vec<_> = page.next.iter().map(|next| (&next.act, &next.approve)).collect();
        let timeline: Vec<_> = page
            .timeline
            .iter()
            .map(|e| (&e.entry, e.side, &e.act, &e.at, &e.standing, e.crossed, &e.objections, e.delivery))
            .collect();
        seen.push(format!(
            "{} {} {:?} {} {:?} {:?} {clocks:?} {drafts:?} {next:?} {timeline:?} {}",
            line.id,
            line.status,
            line.waited_for,
            line.updated,
            line.due,
            page.parties.len(),
            page.read_only,
        ));
    }
    seen
}

#[test]
fn erasing_any_content_changes_no_status_clock_or_count() {
    for seed in 0..4 {
        let (mut pair, _) = worked();
        for of_a in [true, false] {
            let desk = if of_a { &mut pair.a } else { &mut pair.b };
            let before = picture(desk);
            assert!(!before.is_empty());
            let mut erasable = Vec::new();
            for (entry, _) in desk.disk.entries() {
                let parts = desk.disk.parts(&entry).unwrap();
                let content = parts.into_iter().filter(|part| part.class == PartClass::Content);
                erasable.extend(content.map(|part| (entry, part.label)));
            }
            assert!(erasable.len() > 4);
            Seeded::new(seed).shuffle(&mut erasable);
            // Every beginning of a shuffled list, and at last everything.
            for some in erasable.chunks(3) {
                let expects = desk.disk.length().unwrap();
                let commit = Commit { expects, erased: some.to_vec(), ..Commit::default() };
                desk.disk.clone().commit(&commit).unwrap();
                desk.reopen(Compared::WithEverybody);
                assert_eq!(picture(desk), before);
            }
            let report = desk.journal();
            assert!(report.clean, "{:?}", report.findings);
            assert!(report.absent_parts >= erasable.len() as u64);
        }
    }
}

/// A request approved on a node that does not know yet whether its folder is an old copy.
fn approved_but_not_compared() -> (Pair, MatterId) {
    let mut pair = Pair::met();
    pair.a.reopen(Compared::With(BTreeSet::new()));
    let matter = pair.a.draft("Country B", &request("A number"), "Amara Olin").unwrap();
    pair.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").unwrap();
    pair.a.act(matter, "approve", None, "Bo Reyes").unwrap();
    let acted = pair.a.act(matter, "open", None, "Amara Olin").unwrap();
    let Outcome::AwaitsComparison(_, partner) = acted.outcome else { panic!("{:?}", acted.outcome) };
    assert_eq!(partner, pair.b.agency);
    assert_eq!(shared(&pair.a), []);
    (pair, matter)
}

#[test]
fn an_approved_act_waits_until_the_streams_were_compared_and_then_goes() {
    let (pair, matter) = approved_but_not_compared();
    pair.try_sync(true, &|_| Fate::Lost).unwrap_err();
    assert_eq!(shared(&pair.a), [], "nothing was compared");
    let synced = pair.sync().unwrap();
    assert_eq!((synced.compared, synced.released), (true, 1));
    assert_eq!(shared(&pair.a).len(), 1);
    pair.sync().unwrap();
    assert_eq!(pair.b.status(matter), "sent");
    assert_eq!(pair.sync().unwrap().requests, 1);
    pair.assert_converged();
}

#[test]
fn a_partner_that_calls_first_compares_as_well() {
    let (pair, matter) = approved_but_not_compared();
    pair.try_sync(false, &|_| Fate::Arrives).unwrap();
    assert_eq!(shared(&pair.a).len(), 1);
    pair.sync().unwrap();
    assert_eq!(pair.b.status(matter), "sent");
    pair.assert_converged();
}

#[test]
fn an_act_released_by_a_comparison_survives_a_commit_that_fails() {
    let (dry, _) = approved_but_not_compared();
    let start = dry.plan.commits();
    dry.sync().unwrap();
    let commits = dry.plan.commits() - start;
    assert!(commits > 0);
    for n in 1..=commits {
        for fault in [Fault::Before, Fault::Full, Fault::After] {
            let (pair, matter) = approved_but_not_compared();
            pair.plan.fail(pair.plan.commits() + n, fault);
            drop(pair.sync());
            pair.sync().unwrap();
            assert_eq!(shared(&pair.a).len(), 1, "commit {n} of the session, {fault:?}");
            pair.sync().unwrap();
            assert_eq!(pair.b.status(matter), "sent");
            pair.assert_converged();
        }
    }
}

#[test]
fn a_store_that_cannot_be_read_for_a_while_loses_nothing_and_is_read_again() {
    // Readings fail after the n-th of the session, for every n, until one session goes through untouched.
    for n in 0.. {
        let (pair, matter) = approved_but_not_compared();
        pair.plan.fail_readings_after(n);
        let untouched = pair.sync().is_ok();
        pair.plan.mend_readings();
        pair.sync().unwrap();
        pair.sync().unwrap();
        assert_eq!(shared(&pair.a).len(), 1, "reading {n} of the session");
        assert_eq!(pair.b.status(matter), "sent", "reading {n} of the session");
        pair.assert_converged();
        if untouched {
            assert!(n > 5, "a session reads more than that");
            return;
        }
    }
}

#[test]
fn a_commit_that_fails_while_nothing_can_be_read_is_forgotten_before_anything_else_is_done() {
    for fault in [Fault::Before, Fault::Full, Fault::After] {
        let pair = Pair::met();
        let matter = pair.signed_request();
        pair.plan.fail_next(fault);
        pair.plan.fail_readings_after(8);
        let asked = pair.a.act(matter, "note", Some("text = \"For the file.\""), "Amara Olin");
        pair.plan.mend_readings();
        // Whatever the node held in memory then, it works on what is stored.
        pair.a.act(matter, "note", Some("text = \"Again.\""), "Amara Olin").unwrap();
        pair.sync().unwrap();
        assert_eq!(pair.b.status(matter), "sent");
        pair.assert_converged();
        assert!(asked.is_err() || fault == Fault::After, "{fault:?}");
    }
}
