//! Lists and search: nothing is shown twice or left out, and what is erased is not found.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use std::collections::BTreeSet;

use comity_app::Failure;
use comity_app::context::Clock as _;
use comity_app::ledger::{Compared, Ledger, LedgerByHand, LedgerHandle, Pending};
use comity_app::queries::{Also, ListPage, ListQuery, SearchPage};
use comity_app::views::{self, Cursor, Facet, Side};
use comity_app::workers::answer;
use comity_domain::clock::Consequence;
use comity_domain::matters;
use comity_domain::vocabularies::Role;
use comity_domain::words::{Lang, Words};
use comity_federation::path;
use comity_journal::ids::{MatterId, Token};
use comity_store::{Direction, Reader as _};
use comity_testkit::Seeded;
use comity_testkit::node::{Desk, NOW, Pair, request, review, wait};
use proptest::prelude::*;

const HOUR: i64 = 3_600_000;

/// A reason inside that may be told as the neutral ground.
const NOT_HELD: &str = "ground = \"not-held\"\ntext = \"Nothing is held.\"";

fn words() -> Words {
    Words::new(Lang::En, &matters::standard())
}

fn page(desk: &Desk, facet: Facet, also: Also, after: Option<Cursor>, limit: usize) -> ListPage {
    let list = ListQuery { facet, also, after, limit };
    desk.run(move |ledger, _| ledger.matter_lines(&list, &words())).unwrap()
}

/// The ids of a whole list, in its order.
fn listed(desk: &Desk, facet: Facet) -> Vec<MatterId> {
    let page = page(desk, facet, Also::default(), None, 100);
    assert!(!page.more);
    page.lines.into_iter().map(|line| line.id).collect()
}

fn find(desk: &Desk, typed: &str) -> SearchPage {
    let typed = typed.to_owned();
    desk.run(move |ledger, _| ledger.search(&typed, 50, &|_| true, &words())).unwrap()
}

fn found(desk: &Desk, typed: &str) -> Vec<MatterId> {
    find(desk, typed).lines.into_iter().map(|found| found.line.id).collect()
}

/// A request that differs from the usual one in these lines.
fn request_with(title: &str, lines: &[(&str, &str)]) -> String {
    let mut text = request(title);
    for (before, now) in lines {
        assert!(text.contains(before), "{before}");
        text = text.replacen(before, now, 1);
    }
    text
}

/// Drafted, reviewed, approved and signed.
fn signed(pair: &Pair, toml: &str) -> MatterId {
    let matter = pair.a.draft("Country B", toml, "Amara Olin").unwrap();
    pair.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").unwrap();
    pair.a.act(matter, "approve", None, "Bo Reyes").unwrap();
    pair.a.act(matter, "open", None, "Amara Olin").unwrap();
    matter
}

fn at(pair: &Pair, hours: i64) {
    let now = NOW.plus_millis(hours * HOUR);
    pair.a.clock.set(now);
    pair.b.clock.set(now);
}

#[test]
fn paging_visits_every_matter_once_while_others_arrive_between_pages() {
    let pair = Pair::met();
    let mut expected = Vec::new();
    for n in 0..13 {
        // Two and two at the same moment.
        at(&pair, n / 2);
        expected.push(pair.a.draft("Country B", &request(&format!("Number {n}")), "Amara Olin").unwrap());
    }
    let (mut visited, mut after) = (Vec::new(), None);
    loop {
        let page = page(&pair.a, Facet::All, Also::default(), after, 3);
        visited.extend(page.lines.iter().map(|line| line.id));
        at(&pair, 100);
        pair.a.draft("Country B", &request("One more"), "Amara Olin").unwrap();
        // As an address carries it.
        after = page.next.map(|cursor| Cursor::read(&Facet::All, &cursor.to_string()).unwrap());
        assert_eq!(page.more, after.is_some());
        if after.is_none() {
            break;
        }
    }
    assert_eq!(visited.len(), 13);
    assert_eq!(visited.iter().collect::<BTreeSet<_>>(), expected.iter().collect());
    assert_eq!(listed(&pair.a, Facet::All).len(), 13 + 5);
}

#[test]
fn a_cursor_of_another_list_is_refused_in_words() {
    let pair = Pair::met();
    for n in 0..3 {
        signed(&pair, &request(&format!("Number {n}")));
    }
    let after = page(&pair.a, Facet::All, Also::default(), None, 1).next;
    let list = ListQuery { facet: Facet::Due, also: Also::default(), after, limit: 1 };
    let refused = pair.a.run(move |ledger, _| ledger.matter_lines(&list, &words()));
    assert!(matches!(refused, Err(Failure::Usage(_))));
}

#[test]
fn what_is_due_is_ordered_by_consequence_then_by_date() {
    let pair = Pair::met();
    let urgent = "grade = \"urgent\"";
    let life = |title| request_with(title, &[(urgent, "grade = \"life\"")]);
    let normal = |title| request_with(title, &[(urgent, "grade = \"normal\"")]);
    let made = (NOW.plus_millis(-HOUR)).to_string();
    let payment = format!(
        "[[payments]]\nbank = \"Bank of Example\"\naccount = \"XX00\"\namount = \"40000 EUR\"\nmade = \"{made}\"\n"
    );
    let money = request_with("Money", &[("\"information\"", "\"payment-stop\"")]) + &payment;
    let first_ordinary = signed(&pair, &normal("A number"));
    at(&pair, 1);
    let urgent = signed(&pair, &request("Another number"));
    at(&pair, 2);
    let money = signed(&pair, &money);
    let first_life = signed(&pair, &life("Taken"));
    at(&pair, 3);
    let second_life = signed(&pair, &life("Taken as well"));
    pair.a.draft("Country B", &request("A draft"), "Amara Olin").unwrap();
    // Two hours from the first hour on come before a day from the beginning.
    let expected = [first_life, second_life, money, urgent, first_ordinary];
    assert_eq!(listed(&pair.a, Facet::Due), expected);
    let costs: Vec<_> = page(&pair.a, Facet::Due, Also::default(), None, 9)
        .lines
        .iter()
        .map(|line| line.consequence)
        .collect();
    assert_eq!(costs, [Some("life"), Some("life"), Some("money"), Some("ordinary"), Some("ordinary")]);
    pair.sync().unwrap();
    assert_eq!(listed(&pair.b, Facet::Due), expected);
    pair.b.act(first_life, "acknowledge", None, "Chen Ning").unwrap();
    pair.b.act(second_life, "weigh-refusal", Some(NOT_HELD), "Chen Ning").unwrap();
    pair.b.act(second_life, "refuse", Some("ground = \"cannot-assist\""), "Chen Ning").unwrap();
    pair.b.act(second_life, "approve", None, "Dara Vong").unwrap();
    assert_eq!(
        listed(&pair.b, Facet::Due),
        [first_life, money, urgent, first_ordinary],
        "refused is not due"
    );
    let only = Also { consequence: Some(Consequence::Money), ..Also::default() };
    assert_eq!(page(&pair.b, Facet::Due, only, None, 9).lines.len(), 1);
}

#[test]
fn a_matter_stands_in_the_lists_of_who_is_waited_for_and_of_what_has_arrived() {
    let pair = Pair::met();
    let matter = signed(&pair, &request("A number"));
    let with_b = Facet::With(pair.b.agency);
    let sent = Facet::Status { kind: "request".into(), status: "sent".into() };
    for (facet, stands) in [
        (Facet::WaitingThem, true),
        (Facet::WaitingUs, false),
        (with_b, true),
        (sent.clone(), true),
        (Facet::Arrived, false),
        (Facet::Ended, false),
    ] {
        assert_eq!(listed(&pair.a, facet.clone()) == [matter], stands, "{facet:?}");
    }
    pair.sync().unwrap();
    assert_eq!(listed(&pair.b, Facet::WaitingUs), [matter]);
    assert_eq!(listed(&pair.b, Facet::DueUs), [matter], "it is to be acknowledged in time");
    assert_eq!(listed(&pair.b, Facet::UndatedUs), []);
    assert_eq!(listed(&pair.b, Facet::Arrived), [matter]);
    pair.b.act(matter, "acknowledge", None, "Chen Ning").unwrap();
    assert_eq!(listed(&pair.b, Facet::Arrived), [], "we have answered");
    let dated = listed(&pair.b, Facet::DueUs);
    let undated = listed(&pair.b, Facet::UndatedUs);
    assert_eq!([dated, undated].concat(), [matter], "what waits for us has a date or none");
    pair.sync().unwrap();
    assert_eq!(listed(&pair.a, Facet::Arrived), [matter]);
    assert_eq!(listed(&pair.a, sent), []);
    pair.a.act(matter, "note", Some("text = \"Seen.\""), "Amara Olin").unwrap();
    assert_eq!(listed(&pair.a, Facet::Arrived), [], "we have taken note");
    pair.b.act(matter, "weigh-refusal", Some(NOT_HELD), "Chen Ning").unwrap();
    pair.b.act(matter, "refuse", Some("ground = \"cannot-assist\""), "Chen Ning").unwrap();
    pair.b.act(matter, "approve", None, "Dara Vong").unwrap();
    pair.sync().unwrap();
    pair.a.act(matter, "close", Some("outcome = \"not-satisfied\""), "Amara Olin").unwrap();
    assert_eq!(listed(&pair.a, Facet::Ended), [matter]);
    assert_eq!(listed(&pair.a, Facet::WaitingThem), []);
    assert_eq!(listed(&pair.a, Facet::Due), []);
}

#[test]
fn lists_are_counted_as_far_as_ninety_nine() {
    let pair = Pair::met();
    let counts = |also: fn() -> Also| {
        let counted = pair.a.run(move |ledger, _| ledger.count_matters(&Facet::All, &also())).unwrap();
        counted.to_string()
    };
    assert_eq!(counts(Also::default), "0");
    for n in 0..99 {
        pair.a.draft("Country B", &request(&format!("Number {n}")), "Amara Olin").unwrap();
    }
    assert_eq!(counts(Also::default), "99");
    pair.a.draft("Country B", &request("One more"), "Amara Olin").unwrap();
    assert_eq!(counts(Also::default), "99+");
    assert_eq!(counts(|| Also { waiting: Some(Side::Them), ..Also::default() }), "0+");
}

#[test]
fn a_filter_that_fits_nothing_is_read_to_the_end_in_bounded_pages() {
    let pair = Pair::met();
    for n in 0..7 {
        pair.a.draft("Country B", &request(&format!("Number {n}")), "Amara Olin").unwrap();
    }
    let last = listed(&pair.a, Facet::All).pop().unwrap();
    let only = move |row: &views::MatterRow| row.id == last;
    let also = Also { only: Some(std::sync::Arc::new(only)), ..Also::default() };
    let found = page(&pair.a, Facet::All, also, None, 2);
    assert_eq!(found.lines.iter().map(|line| line.id).collect::<Vec<_>>(), [last]);
    assert!(!found.more);
}

#[test]
fn both_sides_references_are_listed_and_found_first() {
    let pair = Pair::met();
    let asked = request("A number").replace("[[persons]]", "reference = \"公协〔2026〕17号\"\n[[persons]]");
    let matter = signed(&pair, &asked);
    at(&pair, 1);
    let mentions = signed(&pair, &request("See XB-2026-17, closed"));
    pair.sync().unwrap();
    pair.b.act(matter, "acknowledge", Some("reference = \"XB-2026-17\""), "Chen Ning").unwrap();
    pair.sync().unwrap();
    for (desk, ours, theirs) in
        [(&pair.a, "公协〔2026〕17号", "XB-2026-17"), (&pair.b, "XB-2026-17", "公协〔2026〕17号")]
    {
        let line = desk.show(matter).unwrap().line;
        assert_eq!(
            (line.our_reference.as_deref(), line.their_reference.as_deref()),
            (Some(ours), Some(theirs))
        );
        assert_eq!(found(desk, "xb 2026/17"), [matter, mentions]);
        assert_eq!(found(desk, "公协 2026"), [matter], "without its brackets");
    }
}

#[test]
fn a_matter_is_found_by_number_partner_title_names_and_facts() {
    let pair = Pair::met();
    let chinese = request_with(
        "关于王明涉嫌电信诈骗案的协查",
        &[("name = \"Ilo Marn\"", "name = \"欧阳锋\""), ("Port Example", "示例港")],
    );
    let matter = signed(&pair, &chinese);
    let other = signed(&pair, &request("A telephone number"));
    pair.sync().unwrap();
    for desk in [&pair.a, &pair.b] {
        let number = desk.show(matter).unwrap().line.number;
        for typed in [number.as_str(), &number[..8], &number[2..9].to_lowercase()] {
            assert_eq!(found(desk, typed), [matter], "{typed}");
        }
        for typed in ["王明", "电信诈骗", "欧阳锋", "欧阳", "示例港", "锋"] {
            assert_eq!(found(desk, typed), [matter], "{typed}");
        }
        for typed in ["Ilo Marn", "ＭＡＲＮ", "tele", "port exam"] {
            assert_eq!(found(desk, typed), [other], "{typed}");
        }
        // Both name a fraud; the one who knows both shows the latest first.
        assert_eq!(found(desk, "fraud callers").len(), 2);
        for typed in ["", "  ", "明王", "elephone", "阳锋欧", "suspect", "〔〕"] {
            assert!(found(desk, typed).is_empty(), "{typed}");
        }
    }
    assert_eq!(found(&pair.a, "country b").len(), 2);
    assert_eq!(found(&pair.b, "country b"), []);
    let hit = find(&pair.a, "诈骗").lines.remove(0).hit;
    assert_eq!(
        (hit.before.as_str(), hit.found.as_str(), hit.after.as_str()),
        ("关于王明涉嫌电信", "诈骗", "案的协查")
    );
}

#[test]
fn a_matter_one_may_not_see_is_in_no_line_and_no_count() {
    let pair = Pair::met();
    let hidden = signed(&pair, &request("A hidden number"));
    let shown = signed(&pair, &request("Another number"));
    let page =
        pair.a.run(move |ledger, _| ledger.search("number", 1, &|row| row.id != hidden, &words())).unwrap();
    assert_eq!(page.lines.iter().map(|found| found.line.id).collect::<Vec<_>>(), [shown]);
    assert!(!page.more);
}

#[test]
fn erased_titles_and_names_are_no_longer_found() {
    let pair = Pair::met();
    let matter = signed(&pair, &request("Aubergine"));
    let reference = request("Another").replace("[[persons]]", "reference = \"Q-77\"\n[[persons]]");
    let other = signed(&pair, &reference);
    let opened = |matter| {
        let timeline = pair.a.show(matter).unwrap().timeline;
        timeline.into_iter().find(|line| line.act == "open").unwrap().entry
    };
    let title = || {
        let lines = page(&pair.a, Facet::All, Also::default(), None, 9).lines;
        lines.into_iter().find(|line| line.id == matter).unwrap().title
    };
    assert_eq!(found(&pair.a, "aubergine"), [matter]);
    assert_eq!(found(&pair.a, "Ilo Marn").len(), 2);
    assert_eq!(title().as_deref(), Some("Aubergine"));
    erase(&pair, matter, &opened(matter), "request");
    assert_eq!(title(), None, "nor does a list that showed it go on showing it");
    assert_eq!(found(&pair.a, "aubergine"), []);
    assert_eq!(found(&pair.a, "Ilo Marn").len(), 2, "names are in another part");
    erase(&pair, matter, &opened(matter), "persons");
    assert_eq!(found(&pair.a, "Ilo Marn"), [other]);
    assert_eq!(found(&pair.a, "q77"), [other]);
    erase(&pair, other, &opened(other), "request");
    assert_eq!(found(&pair.a, "q77"), []);
    assert_eq!(pair.a.show(other).unwrap().line.our_reference, None);
    assert_rebuilt_equals_live(&pair.a);
}

/// Proposed by one, done by another.
fn erase(pair: &Pair, matter: MatterId, entry: &str, part: &str) {
    let enlisted = pair.a.run(|ledger, _| Ok(ledger.officer(Some("Rae Osei")).is_ok())).unwrap();
    if !enlisted {
        let add = |ledger: &mut Ledger, pending: &mut Pending| {
            ledger.add_officer(pending, "Rae Osei", &[Role::RightsOfficer, Role::Desk])
        };
        pair.a.run(add).unwrap();
    }
    let content = comity_app::commands::ToErase {
        entry: comity_journal::suite::Hash::from_hex(entry).unwrap(),
        parts: vec![Token::new(part).unwrap()],
    };
    for name in ["Rae Osei", "Bo Reyes"] {
        let content = content.clone();
        pair.a
            .run(move |ledger, pending| {
                let officer = ledger.officer(Some(name))?;
                ledger.erase(pending, &matter, &content, "The term has ended.", &officer)
            })
            .unwrap();
    }
}

/// Whether the rows of any matter lag.
fn lags(desk: &Desk) -> bool {
    !desk.disk.view("lagging", None, 1).unwrap().is_empty()
}

/// B's ledger by hand, on B's disk.
fn by_hand(pair: &Pair) -> (LedgerHandle, LedgerByHand) {
    LedgerHandle::by_hand(pair.b.open(Compared::WithEverybody).unwrap())
}

/// What A has for B is taken in, and nobody looks.
fn take_in_unseen(pair: &Pair, (handle, ledger): &mut (LedgerHandle, LedgerByHand)) {
    let (a, b) = (pair.a.agency, pair.b.agency);
    let have = ledger.ledger().store().stream(&a, Direction::In).unwrap();
    let batch = pair.a.run(move |ledger, _| Ok(ledger.compose_batch(b, have, 10)?.0)).unwrap();
    let taken = async { answer(handle, a, path::BATCH, batch).await.unwrap() };
    wait(async { tokio::join!(biased; taken, async { ledger.work(1) }) });
}

#[test]
fn what_comes_from_a_partner_stands_in_lists_for_whoever_looks_also_after_a_restart() {
    let mut pair = Pair::met();
    let matter = signed(&pair, &request("Container 4711"));
    pair.sync().unwrap();
    assert!(find(&pair.b, "aubergine").lines.is_empty());
    pair.a.act(matter, "remind", Some("text = \"About the aubergine.\""), "Amara Olin").unwrap();
    take_in_unseen(&pair, &mut by_hand(&pair));
    assert!(lags(&pair.b), "nobody has looked yet");
    pair.b.reopen(Compared::WithEverybody);
    assert_eq!(found(&pair.b, "aubergine"), [matter]);
    assert!(!lags(&pair.b));
    assert_rebuilt_equals_live(&pair.b);
}

#[test]
fn rows_lag_for_half_a_second_and_no_longer_while_entries_keep_coming() {
    let pair = Pair::met();
    let matter = signed(&pair, &request("Container 4711"));
    pair.sync().unwrap();
    let mut b = by_hand(&pair);
    let row = || pair.b.disk.view(views::MATTERS, None, 100).unwrap();
    let (before, lag) = (row(), b.1.ledger().views_lag());
    for (later, folded, lagged) in [(0, false, 0), (499, false, 499), (1, true, 500)] {
        pair.a.act(matter, "remind", Some("text = \"Please.\""), "Amara Olin").unwrap();
        pair.b.clock.advance(later);
        assert_eq!(lag.millis(pair.b.clock.now()), lagged, "as a watcher sees it");
        take_in_unseen(&pair, &mut b);
        assert_eq!(row() != before, folded, "folded before the next entries are taken in");
    }
    pair.b.clock.advance(70);
    assert_eq!(lag.millis(pair.b.clock.now()), 70, "those that were just taken in lag in their turn");
    b.1.ledger().fold_lagging().unwrap();
    assert_eq!(lag.millis(pair.b.clock.now()), 0, "none lag");
}

#[test]
fn content_that_is_erased_is_not_found_though_its_words_lagged() {
    let pair = Pair::met();
    let matter = signed(&pair, &request("Container 4711"));
    pair.sync().unwrap();
    pair.b
        .run(|ledger, pending| ledger.add_officer(pending, "Rae Osei", &[Role::RightsOfficer, Role::Desk]))
        .unwrap();
    pair.a.act(matter, "remind", Some("text = \"About the aubergine.\""), "Amara Olin").unwrap();
    take_in_unseen(&pair, &mut by_hand(&pair));
    assert!(lags(&pair.b));
    let mut ledger = pair.b.open(Compared::WithEverybody).unwrap();
    let entry = ledger.matter(&matter).unwrap().latest(&["remind"]).unwrap();
    let parts = vec![Token::new("reply").unwrap()];
    for name in ["Rae Osei", "Dara Vong"] {
        let content = comity_app::commands::ToErase { entry, parts: parts.clone() };
        let erase = |ledger: &mut Ledger, pending: &mut Pending| {
            let officer = ledger.officer(Some(name))?;
            ledger.erase(pending, &matter, &content, "The term has ended.", &officer)
        };
        ledger.run_now(erase).unwrap();
    }
    let words = pair.b.disk.view(views::SEARCH, None, usize::MAX).unwrap();
    assert!(words.iter().all(|(key, _)| !key.starts_with(b"aubergine")));
    assert!(words.iter().any(|(key, _)| key.starts_with(b"4711")), "the rest is found");
    assert!(!lags(&pair.b));
}

fn rows(desk: &Desk) -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let of = |view| {
        let rows = desk.disk.view(view, None, usize::MAX).unwrap();
        rows.into_iter().map(move |(key, value)| (view, key, value))
    };
    views::ALL.into_iter().flat_map(of).collect()
}

fn assert_rebuilt_equals_live(desk: &Desk) {
    // Lists lag behind what came from partners until somebody looks.
    desk.run(|_, _| Ok(())).unwrap();
    let live = rows(desk);
    assert!(live.iter().any(|(view, ..)| *view == views::SEARCH));
    let (done, rebuilt) = std::sync::mpsc::channel();
    desk.run(move |ledger, _| {
        done.send(views::rebuild(ledger)).unwrap();
        Ok(())
    })
    .unwrap();
    rebuilt.recv().unwrap().unwrap();
    let names = |rows: &[(&str, Vec<u8>, Vec<u8>)]| -> BTreeSet<String> {
        rows.iter()
            .map(|(view, key, value)| format!("{view} {} {value:?}", String::from_utf8_lossy(key)))
            .collect()
    };
    let (live, rebuilt) = (names(&live), names(&rows(desk)));
    assert_eq!(live.difference(&rebuilt).collect::<Vec<_>>(), Vec::<&String>::new(), "live alone");
    assert_eq!(rebuilt.difference(&live).collect::<Vec<_>>(), Vec::<&String>::new(), "rebuilt alone");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn rebuilt_equals_live_after_any_work_and_any_erasure(seed in any::<u64>()) {
        let pair = Pair::met();
        let mut dice = Seeded::new(seed);
        let mut made = Vec::new();
        for n in 0..3 {
            at(&pair, n);
            let toml = request(&format!("Title {} 王明", dice.below(3)));
            made.push(signed(&pair, &toml));
        }
        pair.sync().unwrap();
        for n in 0..10 {
            at(&pair, 4 + n);
            let matter = made[dice.below(3)];
            let text = format!("text = \"Word {} 涉案\"", dice.below(4));
            // What the rules refuse leaves everything as it was.
            match dice.below(7) {
                0 => drop(pair.b.act(matter, "acknowledge", Some("reference = \"XB-1\""), "Chen Ning")),
                1 => drop(pair.b.act(matter, "ask", Some("questions = [\"Which bank?\"]"), "Chen Ning")),
                2 => drop(pair.a.act(matter, "clarify", Some(&text), "Amara Olin")),
                3 => drop(pair.a.act(matter, "note", Some(&text), "Amara Olin")),
                4 => drop(pair.a.act(matter, "withdraw", None, "Amara Olin")),
                5 => {
                    let lines = pair.a.show(matter).unwrap().timeline;
                    let entry = lines.into_iter().find(|line| line.act == "open").unwrap().entry;
                    let part = if dice.below(2) == 0 { "request" } else { "persons" };
                    erase(&pair, matter, &entry, part);
                }
                _ => drop(pair.sync().unwrap()),
            }
        }
        assert_rebuilt_equals_live(&pair.a);
        assert_rebuilt_equals_live(&pair.b);
    }
}

#[test]
fn views_of_another_release_are_folded_anew_at_the_start() {
    let mut pair = Pair::met();
    let matter = signed(&pair, &request("Aubergine"));
    let live = rows(&pair.a);
    for view in views::ALL {
        comity_store::Store::drop_view(&mut pair.a.disk.clone(), view).unwrap();
    }
    comity_store::Store::drop_view(&mut pair.a.disk.clone(), "folded-by").unwrap();
    assert_eq!(rows(&pair.a), []);
    pair.a.reopen(Compared::WithEverybody);
    assert_eq!(found(&pair.a, "aubergine"), [matter]);
    assert_eq!(rows(&pair.a), live);
}

#[test]
fn the_latest_name_of_a_partner_and_of_an_officer_counts_at_once() {
    let pair = Pair::met();
    let matter = signed(&pair, &request("A number"));
    assert_eq!(pair.a.show(matter).unwrap().line.with, ["Country B"]);
    let record = pair.a.run(|ledger, _| Ok(ledger.partner("Country B")?.record)).unwrap();
    pair.a.act(record, "describe", Some("name = \"Island B\""), "Amara Olin").unwrap();
    assert_eq!(pair.a.show(matter).unwrap().line.with, ["Island B"]);
    assert_eq!(found(&pair.a, "island"), [matter]);
}

#[test]
fn a_draft_waits_for_those_who_may_approve_it_and_never_for_its_author() {
    let pair = Pair::met();
    let waits = |name: &'static str| {
        let lines = pair.a.run(move |ledger, _| {
            let officer = ledger.officer(Some(name))?;
            ledger.waiting_for_approval(&officer, &words())
        });
        lines.unwrap().into_iter().map(|waiting| (waiting.line.id, waiting.lacks)).collect::<Vec<_>>()
    };
    let matter = pair.a.draft("Country B", &request("A number"), "Amara Olin").unwrap();
    assert_eq!(waits("Bo Reyes"), [], "nobody has asked for it to be sent");
    pair.a.act(matter, "open", None, "Amara Olin").unwrap();
    let all = ["Desk", "Legal reviewer", "Supervisor"].map(str::to_owned).to_vec();
    assert_eq!(waits("Bo Reyes"), [(matter, all)]);
    assert_eq!(waits("Amara Olin"), [], "nobody approves their own work");
    assert_eq!(listed(&pair.a, Facet::ToApprove), [matter]);
    pair.a.act(matter, "approve", None, "Bo Reyes").unwrap();
    assert_eq!(waits("Bo Reyes"), [(matter, vec!["Legal reviewer".to_owned()])]);
    pair.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").unwrap();
    assert_eq!((waits("Bo Reyes"), listed(&pair.a, Facet::ToApprove)), (Vec::new(), Vec::new()));
}

#[test]
fn a_draft_is_listed_with_the_partner_it_is_for() {
    let pair = Pair::met();
    pair.a.draft("Country B", &request("A number"), "Amara Olin").unwrap();
    let lines = page(&pair.a, Facet::All, Also::default(), None, 9).lines;
    assert_eq!(lines[0].with, ["Country B"]);
}

#[test]
fn an_officer_finds_their_own_open_tasks_of_all_matters_the_earliest_due_first() {
    let pair = Pair::met();
    let tasks = |name: &'static str| {
        let tasks = pair.a.run(move |ledger, _| {
            let officer = ledger.officer(Some(name))?;
            ledger.tasks_of(&officer, &words())
        });
        tasks.unwrap().into_iter().map(|task| (task.matter.id, task.task.text.unwrap())).collect::<Vec<_>>()
    };
    let (first, second) = (signed(&pair, &request("A number")), signed(&pair, &request("Another")));
    let give = |matter, text: &str, due: Option<i64>| {
        let due = due.map(|hours| format!("due = \"{}\"\n", NOW.plus_millis(hours * HOUR)));
        let toml = format!("to = \"Bo Reyes\"\n{}text = \"{text}\"", due.unwrap_or_default());
        pair.a.act(matter, "task", Some(&toml), "Amara Olin").unwrap();
    };
    give(first, "Whenever", None);
    give(first, "Tomorrow", Some(24));
    give(second, "Soon", Some(3));
    let told = |matter, text: &str| (matter, text.to_owned());
    assert_eq!(tasks("Bo Reyes"), [told(second, "Soon"), told(first, "Tomorrow"), told(first, "Whenever")]);
    assert_eq!(tasks("Amara Olin"), [], "who gives a task does not have it");
    pair.a.act(second, "finish-task", None, "Bo Reyes").unwrap();
    assert_eq!(tasks("Bo Reyes"), [told(first, "Tomorrow"), told(first, "Whenever")]);
    assert_rebuilt_equals_live(&pair.a);
}

#[test]
fn what_a_prohibited_ground_has_stopped_waits_for_nobody() {
    let pair = Pair::met();
    let matter = pair.a.draft("Country B", &request("A number"), "Amara Olin").unwrap();
    pair.a.act(matter, "open", None, "Amara Olin").unwrap();
    let found = review().replace("religion = \"no\"", "religion = \"yes\"");
    pair.a.act(matter, "review-grounds", Some(&found), "Bo Reyes").unwrap();
    assert_eq!(listed(&pair.a, Facet::ToApprove), []);
}
