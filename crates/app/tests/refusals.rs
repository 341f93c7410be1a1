//! What a refused partner can see of why: nothing. Between real nodes, with the same people and the same clock, a refusal
//! that would reveal protection, asylum, a victim, a source or an investigation is told, recorded and delivered like
//! one that nothing stands behind.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use comity_app::commands::Outcome;
use comity_app::queries::{MatterPage, TimelineLine};
use comity_domain::vocabularies::{InnerGround, OuterGround, Role};
use comity_journal::entry::{Entry, Header};
use comity_journal::ids::MatterId;
use comity_journal::part::Commitment;
use comity_store::{Direction, Recorded};
use comity_testkit::node::{Fate, NOW, Pair, review};

const MINUTE: i64 = 60 * 1000;
const REFUSE: &str = "ground = \"cannot-assist\"";

/// The reasons that are told as the neutral ground.
fn kept_inside() -> Vec<InnerGround> {
    let neutral = |ground: &InnerGround| ground.told() == OuterGround::CannotAssist;
    InnerGround::ALL.iter().copied().filter(neutral).collect()
}

/// A request of A's that has arrived at B.
fn arrived() -> (Pair, MatterId) {
    let pair = Pair::met();
    let matter = pair.signed_request();
    pair.sync().unwrap();
    pair.sent.lock().unwrap().clear();
    pair.b.clock.set(NOW.plus_millis(30 * MINUTE));
    pair.a.clock.set(NOW.plus_millis(30 * MINUTE));
    (pair, matter)
}

fn weighed(ground: InnerGround, why: &str) -> String {
    format!("ground = \"{ground}\"\ntext = \"{why}\"")
}

/// The order in which B's people do their three parts.
#[derive(Clone, Copy, Debug)]
enum Order {
    /// Reason, refusal, approval.
    ReasonFirst,
    /// Refusal, approval, reason.
    ReasonLast,
}

/// B refuses and tells A; the reason is given in as many words as it takes.
fn refused(pair: &Pair, matter: MatterId, ground: InnerGround, order: Order) {
    let why = "Weighed, with the file. ".repeat(1 + ground as usize * 7);
    let steps = [
        ("weigh-refusal", Some(weighed(ground, why.trim())), "Chen Ning"),
        ("refuse", Some(REFUSE.to_owned()), "Chen Ning"),
        ("approve", None, "Dara Vong"),
    ];
    let order = match order {
        Order::ReasonFirst => [0, 1, 2],
        Order::ReasonLast => [1, 2, 0],
    };
    let mut outcome = None;
    for step in order {
        let (act, toml, who) = &steps[step];
        outcome = Some(pair.b.act(matter, act, toml.as_deref(), who).unwrap().outcome);
    }
    assert!(matches!(outcome, Some(Outcome::Signed(_))), "{ground}, {order:?}: {outcome:?}");
}

/// The entry A got, in what can be told apart: hashes, salts and signatures are noise, their number and length are not.
#[derive(Debug, PartialEq, Eq)]
struct Got {
    header: Header,
    bytes: usize,
    relied: Vec<String>,
    seen: usize,
}

fn got(pair: &Pair) -> Vec<Got> {
    let from_b = pair.a.disk.entries().into_iter().filter_map(|(_, record)| match record.what {
        Recorded::Entry { bytes, from: Some(_), .. } => Some(bytes),
        _ => None,
    });
    from_b
        .map(|bytes| {
            let entry = Entry::read(&bytes).unwrap();
            let relied = entry.header().relied.iter().map(|relied| relied.fact.to_string()).collect();
            let seen = entry.header().seen.len();
            let header = Header { relied: Vec::new(), ..entry.header().clone() };
            Got { header, bytes: bytes.len(), relied, seen }
        })
        .collect()
}

/// What A's desk reads, without the name of the entry.
fn read(page: MatterPage) -> String {
    let line = |line: TimelineLine| serde_json::to_string(&TimelineLine { entry: String::new(), ..line });
    let timeline: Vec<_> = page.timeline.into_iter().map(|entry| line(entry).unwrap()).collect();
    let clocks = serde_json::to_string(&(page.clocks, page.next, page.recalls)).unwrap();
    format!("{}\n{}\n{}\n{clocks}", page.line.status_text, page.line.updated, timeline.join("\n"))
}

/// All that A can come to know: entries, what the session took, every message with its length, what its page says.
fn told(ground: InnerGround, order: Order) -> impl std::fmt::Debug + PartialEq {
    let (pair, matter) = arrived();
    refused(&pair, matter, ground, order);
    let before = pair.a.stream(pair.b.agency, Direction::In).n;
    let synced = pair.try_sync(false, &|_| Fate::Arrives).unwrap();
    let messages: Vec<_> = pair.sent.lock().unwrap().iter().map(|(path, body)| (*path, body.len())).collect();
    let entries = pair.a.stream(pair.b.agency, Direction::In).n - before;
    pair.assert_converged();
    (got(&pair), entries, synced, messages, read(pair.a.show(matter).unwrap()))
}

#[test]
fn what_may_not_be_told_and_what_is_not_held_or_known_reach_the_partner_alike() {
    let reasons = kept_inside();
    for named in ["protection", "asylum", "victimhood", "source", "investigation", "not-held", "not-known"] {
        assert!(reasons.iter().any(|reason| reason.code() == named), "{named}");
    }
    let ordinary = told(InnerGround::NotHeld, Order::ReasonFirst);
    for reason in reasons {
        for order in [Order::ReasonFirst, Order::ReasonLast] {
            assert_eq!(told(reason, order), ordinary, "{reason}, {order:?}");
        }
    }
}

#[test]
fn a_refusal_tells_neither_content_nor_reviews_nor_the_reason() {
    let (pair, matter) = arrived();
    refused(&pair, matter, InnerGround::Asylum, Order::ReasonFirst);
    pair.try_sync(false, &|_| Fate::Arrives).unwrap();
    let entry = got(&pair).pop().unwrap();
    assert_eq!(entry.header.act.as_str(), "refuse");
    assert_eq!(entry.header.parts, Vec::<Commitment>::new());
    assert_eq!(entry.relied, ["draft"]);
    assert_eq!(entry.header.at, NOW.plus_millis(30 * MINUTE));
    assert!(!pair.travelled(b"asylum") && !pair.travelled(b"Weighed"));
}

#[test]
fn the_approvals_a_refusal_takes_are_the_same_whatever_the_reason() {
    let demanded = |ground| {
        let (pair, matter) = arrived();
        pair.b.act(matter, "weigh-refusal", Some(&weighed(ground, "Weighed.")), "Chen Ning").unwrap();
        let Outcome::Kept(_, refusal) =
            pair.b.act(matter, "refuse", Some(REFUSE), "Chen Ning").unwrap().outcome
        else {
            return Vec::new();
        };
        refusal.about.iter().map(ToString::to_string).collect()
    };
    for ground in kept_inside() {
        assert_eq!(demanded(ground), ["supervisor"], "{ground}");
    }
}

#[test]
fn the_neutral_ground_is_told_by_the_desk_so_that_nobody_sees_who_had_to_be_asked() {
    let (pair, matter) = arrived();
    pair.b.run(|ledger, pending| ledger.add_officer(pending, "Ebo Lann", &[Role::Legal])).unwrap();
    pair.b.act(matter, "let-in", Some("officer = \"Ebo Lann\""), "Chen Ning").unwrap();
    let by_legal = |ground, toml| {
        pair.b.act(matter, "weigh-refusal", Some(&weighed(ground, "Weighed.")), "Ebo Lann").unwrap();
        pair.b.act(matter, "refuse", Some(toml), "Ebo Lann").unwrap();
        pair.b.act(matter, "approve", None, "Dara Vong").unwrap().outcome
    };
    let outcome = by_legal(InnerGround::Source, REFUSE);
    assert_eq!(outcome.rule().map(|rule| rule.code), Some("role"), "{outcome:?}");
    // What may be told may be told by whoever judges it.
    let outcome = by_legal(InnerGround::DualCriminality, "ground = \"dual-criminality\"");
    assert!(matches!(outcome, Outcome::Signed(_)), "{outcome:?}");
}

#[test]
fn rights_weighed_for_somebody_who_fled_are_told_as_the_neutral_ground() {
    for (refugee, told) in [("no", "fundamental-rights"), ("open", "cannot-assist"), ("yes", "cannot-assist")]
    {
        let (pair, matter) = arrived();
        let answers = review().replace("refugee = \"no\"", &format!("refugee = \"{refugee}\""));
        let opening = pair.b.show(matter).unwrap().timeline[0].entry.clone();
        let of_the_request = format!("of = \"{opening}\"\n{answers}");
        pair.b.act(matter, "review-grounds", Some(&of_the_request), "Dara Vong").unwrap();
        let reason = weighed(InnerGround::Rights, "Weighed.");
        pair.b.act(matter, "weigh-refusal", Some(&reason), "Chen Ning").unwrap();
        for ground in ["fundamental-rights", "cannot-assist"] {
            let toml = format!("ground = \"{ground}\"");
            pair.b.act(matter, "refuse", Some(&toml), "Chen Ning").unwrap();
            let outcome = pair.b.act(matter, "approve", None, "Dara Vong").unwrap().outcome;
            let against = outcome.rule().map(|rule| rule.code);
            assert_eq!(against, (ground != told).then_some("ground-told"), "{refugee}: {ground}");
            if ground == told {
                break;
            }
        }
    }
}
