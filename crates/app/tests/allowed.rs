//! Who may know a matter, act in it and read it; what is recorded of reading and refusing.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in what tests share, failing is the point")]

use comity_app::Failure;
use comity_app::authorise::Doing;
use comity_app::queries::{AuditFilter, AuditLine, AuditOnly, MatterPage};
use comity_domain::matters;
use comity_domain::matters::node::Export;
use comity_domain::vocabularies::{Purpose, Role};
use comity_domain::words::{Lang, Words};
use comity_journal::ids::MatterId;
use comity_testkit::node::{Desk, NOW, Pair};

const MINUTE: i64 = 60 * 1000;

/// A request of A that has arrived at B, where more people work.
fn arrived() -> (Pair, MatterId) {
    let pair = Pair::met();
    let people = [
        ("Ema Lind", Role::Officer),
        ("Faris Kol", Role::Auditor),
        ("Gita Moor", Role::Administrator),
        ("Hal Orr", Role::Supervisor),
    ];
    for (name, role) in people {
        pair.b.run(move |ledger, pending| ledger.add_officer(pending, name, &[role])).unwrap();
    }
    let matter = pair.signed_request();
    pair.sync().unwrap();
    (pair, matter)
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, Failure>, rule: &str) {
    match outcome {
        Err(Failure::Refused(refusal)) => assert_eq!(refusal.rule.code, rule),
        other => panic!("{other:?} is not refused under {rule}"),
    }
}

fn words() -> Words {
    Words::new(Lang::En, &matters::standard())
}

fn shown_to(desk: &Desk, officer: &'static str, matter: MatterId) -> Result<MatterPage, Failure> {
    desk.run(move |ledger, _| {
        let officer = ledger.officer(Some(officer))?;
        ledger.show_matter_to(&officer, &matter, &words())
    })
}

fn seen_by(desk: &Desk, officer: &'static str, typed: String) -> Result<MatterId, Failure> {
    desk.run(move |ledger, _| {
        let officer = ledger.officer(Some(officer))?;
        ledger.seen_by(&officer, &typed)
    })
}

fn may(desk: &Desk, officer: &'static str, doing: Doing, matter: MatterId) -> Result<(), Failure> {
    desk.run(move |ledger, _| {
        let officer = ledger.officer(Some(officer))?;
        ledger.authorise(&officer, doing, Some(&matter))
    })
}

fn audit(desk: &Desk, filter: impl Fn() -> AuditFilter + Send + 'static) -> Vec<AuditLine> {
    desk.run(move |ledger, _| Ok(ledger.audit_page(&filter(), None, 1000, &words())?.lines)).unwrap()
}

fn only(only: AuditOnly) -> impl Fn() -> AuditFilter + Send {
    move || AuditFilter { only: Some(only), ..AuditFilter::default() }
}

#[test]
fn an_officer_knows_the_matters_that_were_assigned_and_no_others() {
    let (pair, matter) = arrived();
    refused(pair.b.act(matter, "note", Some("text = \"Seen.\""), "Ema Lind"), "need-to-know");
    refused(shown_to(&pair.b, "Ema Lind", matter), "need-to-know");
    let hidden = seen_by(&pair.b, "Ema Lind", matter.to_string()).unwrap_err();
    let absent = seen_by(&pair.b, "Ema Lind", "R-0000000000000".into()).unwrap_err();
    assert!(matches!((&hidden, &absent), (Failure::NotFound(_), Failure::NotFound(_))));
    assert_eq!(hidden.to_string(), absent.to_string());
    pair.b
        .act(matter, "assign", Some("to = \"Ema Lind\"\nnote = \"Please ask the bank.\""), "Chen Ning")
        .unwrap();
    pair.b.act(matter, "note", Some("text = \"Seen.\""), "Ema Lind").unwrap();
    assert_eq!(seen_by(&pair.b, "Ema Lind", matter.to_string()).unwrap(), matter);
    let page = shown_to(&pair.b, "Ema Lind", matter).unwrap();
    assert_eq!(page.desk.assigned.as_deref(), Some("Ema Lind"));
    assert_eq!(page.desk.team, ["Chen Ning", "Ema Lind"]);
    let told = page.timeline.iter().find(|line| line.act == "assign").unwrap();
    assert!(told.fields.iter().any(|field| field.value == "Ema Lind"), "{:?}", told.fields);
    pair.b.act(matter, "put-out", Some("officer = \"Ema Lind\""), "Chen Ning").unwrap();
    refused(shown_to(&pair.b, "Ema Lind", matter), "need-to-know");
}

#[test]
fn a_restricted_matter_is_its_teams_alone() {
    let (pair, matter) = arrived();
    pair.b.act(matter, "acknowledge", None, "Chen Ning").unwrap();
    assert!(may(&pair.b, "Dara Vong", Doing::SeeMatter, matter).is_ok());
    pair.b.act(matter, "restrict", Some("reason = \"A source.\""), "Dara Vong").unwrap();
    for officer in ["Chen Ning", "Dara Vong"] {
        assert!(may(&pair.b, officer, Doing::ReadContent, matter).is_ok(), "{officer} had acted in it");
    }
    refused(pair.b.act(matter, "note", Some("text = \"x\""), "Hal Orr"), "restricted");
    assert!(matches!(seen_by(&pair.b, "Hal Orr", matter.to_string()), Err(Failure::NotFound(_))));
    refused(pair.b.act(matter, "lift-restriction", Some("reason = \"Over.\""), "Dara Vong"), "second-person");
    pair.b
        .act(matter, "let-in", Some("officer = \"Hal Orr\"\nreason = \"To lift it.\""), "Dara Vong")
        .unwrap();
    let sees = pair.b.run(move |ledger, _| ledger.who_can_see(&matter, &words())).unwrap();
    let names: Vec<_> = sees.iter().map(|line| line.name.as_str()).collect();
    assert_eq!(names, ["Chen Ning", "Dara Vong", "Faris Kol", "Hal Orr"]);
    assert!(sees[2].why.contains("every act") && sees[3].why.contains("let in"), "{sees:?}");
    pair.b.act(matter, "lift-restriction", Some("reason = \"Over.\""), "Hal Orr").unwrap();
    assert!(shown_to(&pair.b, "Dara Vong", matter).unwrap().desk.restricted.is_none());
}

#[test]
fn an_auditor_sees_every_act_and_no_content_of_what_is_restricted() {
    let (pair, matter) = arrived();
    let open = shown_to(&pair.b, "Faris Kol", matter).unwrap();
    assert!(open.line.title.is_some());
    pair.b.act(matter, "restrict", Some("reason = \"A source.\""), "Dara Vong").unwrap();
    pair.b.act(matter, "number", Some("reference = \"XB-9\""), "Dara Vong").unwrap();
    let page = shown_to(&pair.b, "Faris Kol", matter).unwrap();
    assert_eq!(page.timeline.len(), 3);
    let shown = serde_json::to_string(&page).unwrap();
    for said in ["A source.", "XB-9", "A number"] {
        assert!(!shown.contains(said), "{said} is content");
    }
    assert!(page.desk.restricted.is_some());
    refused(pair.b.act(matter, "note", Some("text = \"x\""), "Faris Kol"), "role");
    assert!(page.next.iter().all(|next| next.disabled.as_ref().is_some_and(|why| why.rule == "role")));
}

#[test]
fn an_administrator_alone_neither_sees_nor_acts_nor_takes_out() {
    let (pair, matter) = arrived();
    refused(shown_to(&pair.b, "Gita Moor", matter), "role");
    refused(pair.b.act(matter, "note", Some("text = \"x\""), "Gita Moor"), "role");
    refused(pair.b.draft("Country A", &comity_testkit::node::request("x"), "Gita Moor"), "role");
    let taken = pair.b.run(move |ledger, pending| {
        let officer = ledger.officer(Some("Gita Moor"))?;
        ledger.let_out(pending, Export::ProofWithContent, Some(&matter), "examination", &officer)
    });
    refused(taken, "role");
    assert!(matches!(seen_by(&pair.b, "Gita Moor", matter.to_string()), Err(Failure::NotFound(_))));
    let usage = pair.b.act(matter, "let-in", Some("officer = \"Gita Moor\""), "Chen Ning");
    assert!(matches!(usage, Err(Failure::Compose(why)) if why.to_string().contains("`officer`")));
}

#[test]
fn officers_are_named_by_name_and_stand_in_the_journal_by_pseudonym() {
    let (pair, matter) = arrived();
    let nobody = pair.b.act(matter, "assign", Some("to = \"Ilo Marn\""), "Chen Ning").unwrap_err();
    assert!(
        matches!(&nobody, Failure::Compose(why) if why.to_string().contains("`to`"))
            && !nobody.to_string().contains("Ilo"),
        "{nobody}"
    );
    let task = "to = \"Ema Lind\"\ntext = \"Ask the bank.\"\ndue = \"2020-01-01T00:00:00Z\"";
    let early = pair.b.act(matter, "task", Some(task), "Chen Ning").unwrap_err();
    assert!(matches!(&early, Failure::Compose(why) if why.to_string().contains("let-in")), "{early}");
    pair.b.act(matter, "let-in", Some("officer = \"Ema Lind\""), "Chen Ning").unwrap();
    pair.b.act(matter, "task", Some(task), "Chen Ning").unwrap();
    let page = shown_to(&pair.b, "Ema Lind", matter).unwrap();
    let [task] = page.desk.tasks.as_slice() else { panic!("one task") };
    assert_eq!((task.to.as_str(), task.text.as_deref()), ("Ema Lind", Some("Ask the bank.")));
    assert!(task.overdue);
    pair.b.act(matter, "finish-task", None, "Ema Lind").unwrap();
    let page = shown_to(&pair.b, "Ema Lind", matter).unwrap();
    assert_eq!(page.desk.tasks[0].done.as_ref().map(|by| by.who.as_str()), Some("Ema Lind"));
    assert!(!page.desk.tasks[0].overdue);
    for (_, record) in pair.b.disk.entries() {
        if let comity_store::Recorded::Entry { bytes, .. } = record.what {
            assert!(!bytes.windows(8).any(|window| window == b"Ema Lind"), "a name stands in an entry");
        }
    }
}

#[test]
fn our_reference_is_the_one_we_gave_else_the_one_we_told() {
    let (pair, matter) = arrived();
    let reference = || shown_to(&pair.b, "Chen Ning", matter).unwrap().desk.our_reference;
    assert_eq!(reference(), None);
    pair.b.act(matter, "acknowledge", Some("reference = \"XB-1\""), "Chen Ning").unwrap();
    assert_eq!(reference().as_deref(), Some("XB-1"));
    pair.b.act(matter, "number", Some("reference = \"XB-2026-7\""), "Chen Ning").unwrap();
    assert_eq!(reference().as_deref(), Some("XB-2026-7"));
}

#[test]
fn what_cannot_be_done_now_says_why() {
    let (pair, matter) = arrived();
    let why = |officer: &'static str, act: &str| {
        let page = shown_to(&pair.b, officer, matter).unwrap();
        assert!(page.next.iter().all(|next| next.act != "remind"), "the other side's act is not ours to do");
        let next = page.next.into_iter().find(|next| next.act == act).unwrap();
        next.disabled.map(|why| (why.rule, why.lifted_by))
    };
    assert_eq!(why("Chen Ning", "acknowledge"), None);
    assert_eq!(why("Dara Vong", "acknowledge"), Some(("role", Some("Administrator".into()))));
    assert_eq!(why("Chen Ning", "confirm-withdrawal"), Some(("not-now", None)));
    pair.b.act(matter, "acknowledge", None, "Chen Ning").unwrap();
    assert_eq!(why("Chen Ning", "accept"), None);
    pair.b.act(matter, "accept", Some(""), "Chen Ning").unwrap();
    assert_eq!(why("Chen Ning", "accept"), Some(("four-eyes", None)));
}

#[test]
fn a_reading_is_recorded_once_an_hour_and_only_where_readings_are() {
    let (pair, matter) = arrived();
    let read = |officer: &'static str| {
        pair.b.run(move |ledger, pending| {
            let officer = ledger.officer(Some(officer))?;
            ledger.record_read(pending, &officer, &matter, Some(Purpose::Investigate))
        })
    };
    let reads = || audit(&pair.b, only(AuditOnly::Reads)).len();
    read("Dara Vong").unwrap();
    assert_eq!(reads(), 0, "an ordinary request is read without a record");
    pair.b.act(matter, "restrict", Some("reason = \"A source.\""), "Dara Vong").unwrap();
    read("Dara Vong").unwrap();
    pair.b.clock.set(NOW.plus_millis(59 * MINUTE));
    read("Dara Vong").unwrap();
    assert_eq!(reads(), 1);
    pair.b.clock.set(NOW.plus_millis(60 * MINUTE));
    read("Dara Vong").unwrap();
    let lines = audit(&pair.b, only(AuditOnly::Reads));
    assert_eq!((lines.len(), lines[0].who.as_str()), (2, "Dara Vong"));
    assert_eq!(lines[0].detail.as_deref(), Some("Investigate"));
    refused(read("Faris Kol"), "restricted");
    let page = shown_to(&pair.b, "Dara Vong", matter).unwrap();
    assert_eq!(page.desk.reads.len(), 1);
    assert!(page.timeline.iter().all(|line| line.act != "read"));
}

#[test]
fn refusals_are_recorded_and_nobody_floods_the_journal_with_them() {
    let (pair, matter) = arrived();
    let knock = || refused(pair.b.act(matter, "note", Some("text = \"x\""), "Ema Lind"), "need-to-know");
    for _ in 0..5 {
        knock();
    }
    let lines = audit(&pair.b, only(AuditOnly::Refusals));
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((line.who.as_str(), line.act.as_str(), line.matter), ("Ema Lind", "note", Some(matter)));
    assert_eq!(line.act_text, "Internal note");
    assert!(line.number.as_ref().is_some_and(|number| number.starts_with("R-")));
    assert_eq!(line.detail.as_deref(), Some("You are not among those who may know this matter."));
    pair.b.clock.set(NOW.plus_millis(MINUTE));
    knock();
    assert_eq!(audit(&pair.b, only(AuditOnly::Refusals)).len(), 2);
    assert!(pair.b.journal().clean);
}

#[test]
fn the_audit_is_read_backwards_in_pages_and_tells_every_record_once() {
    let (pair, matter) = arrived();
    pair.b.act(matter, "acknowledge", None, "Chen Ning").unwrap();
    for number in 0..5 {
        pair.b.act(matter, "note", Some(&format!("text = \"{number}\"")), "Chen Ning").unwrap();
    }
    let whole = audit(&pair.b, AuditFilter::default);
    assert!(whole.len() > 10 && whole.is_sorted_by(|a, b| a.record > b.record));
    let mut paged = Vec::new();
    let mut cursor = None;
    loop {
        let page = pair
            .b
            .run(move |ledger, _| ledger.audit_page(&AuditFilter::default(), cursor, 3, &words()))
            .unwrap();
        paged.extend(page.lines.iter().map(|line| line.record));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(paged, whole.iter().map(|line| line.record).collect::<Vec<_>>());
    let by_chen = pair.b.run(move |ledger, _| {
        let officer = ledger.officer(Some("Chen Ning"))?;
        let filter = AuditFilter { officer: Some(officer), matter: Some(matter), ..AuditFilter::default() };
        Ok(ledger.audit_page(&filter, None, 100, &words())?.lines)
    });
    let by_chen = by_chen.unwrap();
    assert_eq!(by_chen.len(), 6);
    assert_eq!(by_chen.iter().filter(|line| line.side == "ours").count(), 1);
    let sides: Vec<_> =
        whole.iter().filter(|line| line.matter == Some(matter)).map(|line| line.side).collect();
    assert!(sides.contains(&"theirs"));
}
