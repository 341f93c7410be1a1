//! A request from draft to close, what is refused on the way and under which rule, and what happens when both
//! sides act at once.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in what tests share, failing is the point")]

use comity_domain::engine::{KeepDraftStructure, Standing};
use comity_domain::gates::{Ceiling, Cover, Refusal, rules};
use comity_domain::matters::request::REQUESTED;
use comity_journal::cbor;
use comity_journal::ids::Token;
use comity_journal::suite::{Hash, Suite};
use comity_journal::time::Timestamp;
use comity_testkit::{OPEN, Side, World};

const HOUR: i64 = 60 * 60 * 1000;

use Side::{Asked, Asking};

fn with(line: &str) -> String {
    format!("{line}\n{OPEN}")
}

fn replaced(from: &str, to: &str) -> String {
    assert!(OPEN.contains(from));
    OPEN.replace(from, to)
}

fn opened(seed: u64) -> World {
    let mut world = World::new(seed);
    world.properly(Asking, "open", OPEN).unwrap();
    world.exchange();
    world
}

#[track_caller]
fn status(world: &World, is: &str) {
    assert_eq!((world.at_asking.cell().status, world.at_asked.cell().status), (is, is));
}

#[track_caller]
fn refused(result: Result<impl std::fmt::Debug, Refusal>, code: &str) -> Refusal {
    let refusal = result.expect_err("this must be refused");
    assert_eq!(refusal.rule.code, code);
    assert!(!refusal.rule.source.is_empty());
    assert!(refusal.to_string().contains(refusal.rule.source) && refusal.to_string().contains(code));
    refusal
}

/// One side does an act properly and the other gets it.
#[track_caller]
fn step(world: &mut World, side: Side, act: &str, toml: &str) -> Hash {
    world.pass(60_000);
    let entry = world.properly(side, act, toml).unwrap_or_else(|refusal| panic!("{act}: {refusal}"));
    world.exchange();
    assert_eq!(world.at(side.other()).standing(&entry.hash()), Standing::Valid, "{act}");
    entry.hash()
}

fn the_story(suite: Suite) {
    let mut world = World::of_suite(1, suite);
    status(&world, "draft");
    let mut statement = world.state(Asking, "open", OPEN);
    let author = statement.by.clone();
    let draft = world.state_inner(Asking, author, "draft", "act = \"open\"");
    let draft = world.act(Asking, draft).unwrap().hash();
    statement.draft = Some(draft);
    refused(world.act(Asking, statement.clone()), "four-eyes");
    let second = world.officer(Asking, "moss", &["supervisor", "desk"]);
    let approval = world.state_inner(Asking, second, "approve", "");
    world.act(Asking, approval).unwrap();
    statement.approved = world.at_asking.inner().current_draft("open").unwrap().approvals.clone();
    refused(world.act(Asking, statement.clone()), "grounds-open");
    let review = world.review(Asking, "sage", draft, "no").unwrap().hash();
    assert_eq!(world.at_asking.cell().status, "draft", "nothing inner moves the matter");
    let open = world.act(Asking, statement).unwrap();
    let relied: Vec<_> = open.header().relied.iter().map(|r| (r.fact.as_str().to_owned(), r.hash)).collect();
    assert_eq!(relied, [("draft".to_owned(), draft), ("grounds".to_owned(), review)]);
    assert!(open.header().seen.is_empty(), "a shared entry names no inner lane");
    world.exchange();
    status(&world, "sent");
    assert!(world.at_asked.inner().drafts.is_empty(), "no inner entry travels");
    step(&mut world, Asked, "acknowledge", "");
    status(&world, "acknowledged");
    step(&mut world, Asked, "ask", "questions = [\"Which of the two numbers?\"]");
    status(&world, "clarification-asked");
    assert_eq!(world.at_asked.cell().waited_for, Some("requesting"));
    step(&mut world, Asking, "clarify", "text = \"The second one.\"");
    status(&world, "acknowledged");
    step(&mut world, Asked, "accept", "promised_by = \"2027-01-01T12:00:00Z\"");
    status(&world, "accepted");
    step(&mut world, Asked, "answer", "extent = \"partial\"\ntext = \"The subscriber.\"");
    status(&world, "partly-answered");
    step(&mut world, Asking, "remind", "");
    step(&mut world, Asked, "answer", "extent = \"final\"\ntext = \"The address as well.\"");
    status(&world, "answered");
    step(&mut world, Asking, "close", "outcome = \"satisfied\"");
    status(&world, "closed");
    assert_eq!(world.at_asking.cell().waited_for, None);
    assert!(world.at_asked.clocks().is_empty());
    assert!(world.at_asked.view().timeline.iter().all(|entry| !entry.crossed));
}

#[test]
fn a_request_goes_from_draft_to_close() {
    the_story(Suite::One);
}

#[test]
fn the_same_story_holds_in_another_suite() {
    the_story(Suite::Toy);
}

fn clocks(world: &World) -> Vec<(&'static str, i64)> {
    let clocks = world.at_asked.clocks();
    assert!(clocks.iter().all(|clock| clock.who == REQUESTED));
    clocks.iter().map(|clock| (clock.name, clock.started.millis_until(clock.due))).collect()
}

#[test]
fn the_grade_says_how_soon_a_request_is_to_be_acknowledged() {
    for (grade, within) in
        [("life", HOUR / 2), ("urgent", 2 * HOUR), ("priority", 24 * HOUR), ("normal", 24 * HOUR)]
    {
        let mut world = World::new(2);
        let toml = format!(
            "grade_reason = \"A call is expected tonight.\"\n{}",
            replaced("grade = \"normal\"", &format!("grade = \"{grade}\""))
        );
        world.properly(Asking, "open", &toml).unwrap();
        world.exchange();
        assert_eq!(clocks(&world), [("acknowledge", within)]);
        world.properly(Asked, "acknowledge", "").unwrap();
        assert_eq!(clocks(&world), []);
    }
}

#[test]
fn an_answer_is_due_when_promised_or_else_when_wished() {
    let mut world = World::new(3);
    let wish = Timestamp::from_millis(world.now.millis() + 72 * HOUR);
    world.properly(Asking, "open", &with(&format!("wished_by = \"{wish}\""))).unwrap();
    world.exchange();
    let due = |world: &World| {
        world.at_asking.clocks().iter().find(|clock| clock.name == "answer").map(|clock| clock.due)
    };
    assert_eq!(due(&world), Some(wish));
    step(&mut world, Asked, "accept", "");
    assert_eq!(due(&world), Some(wish));
    let mut world = World::new(3);
    world.properly(Asking, "open", &with(&format!("wished_by = \"{wish}\""))).unwrap();
    world.exchange();
    let promise = wish.plus_millis(24 * HOUR);
    step(&mut world, Asked, "accept", &format!("promised_by = \"{promise}\""));
    assert_eq!(due(&world), Some(promise));
    step(&mut world, Asked, "answer", "extent = \"partial\"\ntext = \"Some of it.\"");
    assert_eq!(due(&world), Some(promise));
    step(&mut world, Asked, "answer", "extent = \"final\"\ntext = \"The rest.\"");
    assert_eq!(due(&world), None);
}

#[test]
fn time_passing_changes_what_is_overdue_and_never_a_status() {
    let mut world = opened(4);
    let clock = world.at_asked.clocks().remove(0);
    let (digest, at) = (world.at_asked.digest(), world.now);
    world.pass(48 * HOUR);
    use comity_domain::clock::ClockReading::{Overdue, Running};
    assert_eq!(
        (clock.reading(at), clock.reading(clock.due), clock.reading(world.now)),
        (Running, Running, Overdue)
    );
    assert_eq!(world.at_asked.digest(), digest);
    assert!(clock.then.contains(&"remind"));
}

// --- refusals ---------------------------------------------------------------------------------------------

#[test]
fn nobody_approves_their_own_work() {
    let mut world = World::new(10);
    let author = world.officer(Asking, "wren", &["officer", "supervisor"]);
    let draft = world.state_inner(Asking, author.clone(), "draft", "act = \"open\"");
    world.act(Asking, draft).unwrap();
    let approval = world.state_inner(Asking, author.clone(), "approve", "");
    refused(world.act(Asking, approval), "own-work");
    let mut statement = world.state(Asking, "open", OPEN);
    statement.approved = vec![author];
    refused(world.act(Asking, statement), "own-work");
}

#[test]
fn a_refusal_names_the_approvals_that_are_missing() {
    let mut world = World::new(11);
    let mut statement = world.state(Asking, "open", OPEN);
    statement.approved = vec![world.officer(Asking, "moss", &["desk"])];
    let refusal = refused(world.act(Asking, statement), "four-eyes");
    assert_eq!(refusal.about.iter().map(|role| role.as_str()).collect::<Vec<_>>(), ["supervisor"]);
}

#[test]
fn an_officer_proposes_only_what_a_role_allows() {
    let mut world = opened(12);
    let mut statement = world.state(Asked, "acknowledge", "");
    statement.by = world.officer(Asked, "fern", &["auditor"]);
    let refusal = refused(world.act(Asked, statement), "role");
    assert_eq!(refusal.about.iter().map(|role| role.as_str()).collect::<Vec<_>>(), ["desk", "liaison"]);
}

/// An opening with everything but the review.
fn approved(world: &mut World, toml: &str) -> comity_testkit::Statement {
    let mut statement = world.state(Asking, "open", toml);
    let offences = world.at_asking.offences("open", &statement.structure);
    let mut draft = world.state_inner(Asking, statement.by.clone(), "draft", "act = \"open\"");
    draft.structure = cbor::encode(&KeepDraftStructure { act: Token::literal("open"), offences });
    statement.draft = Some(world.act(Asking, draft).unwrap().hash());
    statement.approved = vec![world.officer(Asking, "moss", &["supervisor", "desk"])];
    statement
}

#[test]
fn grounds_must_be_reviewed_for_this_draft_by_a_legal_reviewer_who_is_not_the_author() {
    let mut world = World::new(13);
    let statement = approved(&mut world, OPEN);
    let draft = statement.draft.unwrap();
    refused(world.act(Asking, statement.clone()), "grounds-open");
    world.review(Asking, "wren", draft, "no").unwrap();
    refused(world.act(Asking, statement.clone()), "grounds-own-work");
    world.review(Asking, "sage", draft, "no").unwrap();
    let second = approved(&mut world, OPEN);
    refused(world.act(Asking, second), "grounds-open");
    world.act(Asking, statement).unwrap();
}

#[test]
fn a_prohibited_ground_stops_for_good_even_after_a_new_draft() {
    let mut world = World::new(14);
    let statement = approved(&mut world, OPEN);
    world.review(Asking, "sage", statement.draft.unwrap(), "yes").unwrap();
    let refusal = refused(world.act(Asking, statement), "grounds-prohibited");
    assert_eq!(refusal.rule.lifted_by, None);
    assert_eq!(refusal.about.iter().map(|ground| ground.as_str()).collect::<Vec<_>>(), ["protest"]);
    let anew = approved(&mut world, OPEN);
    world.review(Asking, "brook", anew.draft.unwrap(), "no").unwrap();
    refused(world.act(Asking, anew.clone()), "grounds-prohibited");
    let mut by_the_reviewer = anew;
    by_the_reviewer.by = world.officer(Asking, "sage", &["officer", "legal"]);
    refused(world.act(Asking, by_the_reviewer), "grounds-prohibited");
}

#[test]
fn an_open_question_stops_an_offence_that_can_be_used_against_speech() {
    for (offence, rule) in [("0903", Some("grounds-prohibited")), ("0701", None)] {
        let mut world = World::new(15);
        let statement = approved(&mut world, &replaced("\"0701\"", &format!("\"{offence}\"")));
        world.review(Asking, "sage", statement.draft.unwrap(), "open").unwrap();
        assert_eq!(world.act(Asking, statement).err().map(|refusal| refusal.rule.code), rule);
    }
}

#[test]
fn an_open_question_is_not_escaped_by_naming_another_offence() {
    let mut world = World::new(17);
    let first = approved(&mut world, &replaced("\"0701\"", "\"0903\""));
    world.review(Asking, "sage", first.draft.unwrap(), "open").unwrap();
    let renamed = approved(&mut world, OPEN);
    world.review(Asking, "brook", renamed.draft.unwrap(), "no").unwrap();
    refused(world.act(Asking, renamed), "grounds-prohibited");
}

#[test]
fn the_receiver_reviews_grounds_itself_before_it_accepts() {
    let mut world = opened(16);
    let mut accept = world.state(Asked, "accept", "");
    accept.approved = vec![world.officer(Asked, "moss", &["supervisor"])];
    refused(world.act(Asked, accept.clone()), "grounds-open");
    let open = world.at_asked.latest(&["open"]).unwrap();
    world.review(Asked, "sage", open, "yes").unwrap();
    refused(world.act(Asked, accept), "grounds-prohibited");
    step(&mut world, Asked, "refuse", "ground = \"cannot-assist\"");
    status(&world, "refused");
}

#[test]
fn what_a_request_must_say_is_asked_for_before_it_is_signed() {
    let past = "wished_by = \"2026-01-01T00:00:00Z\"";
    let cases = [
        (replaced("grade = \"normal\"", "grade = \"urgent\""), "urgency-reason"),
        (with(past), "wish-in-the-past"),
        (replaced("offences = [\"0701\"]", "offences = []"), "incomplete"),
    ];
    for (toml, rule) in cases {
        let mut world = World::new(17);
        let statement = approved(&mut world, &toml);
        refused(world.act(Asking, statement), rule);
    }
    let mut world = World::new(17);
    world.cover = Cover::NotCovered;
    let statement = approved(&mut world, OPEN);
    refused(world.act(Asking, statement), "not-covered");
}

/// [`OPEN`] without the persons it is about.
fn about_nobody() -> &'static str {
    OPEN.split("[[persons]]").next().unwrap()
}

fn about(refusal: &Refusal) -> Vec<&str> {
    refusal.about.iter().map(Token::as_str).collect()
}

#[test]
fn to_a_partner_at_the_floor_a_request_names_no_persons_and_no_payments() {
    let mut world = World::new(19);
    world.ceiling = Ceiling::Floor;
    let statement = approved(&mut world, OPEN);
    let refusal = refused(world.act(Asking, statement), "ceiling");
    assert_eq!(about(&refusal), ["persons"]);
    assert!(refusal.rule.lifted_by.is_some(), "it is no absolute gate");
    let payment = "[[payments]]\nbank = \"Bank of Example\"\naccount = \"XA00 1\"\namount = \"40000 EUR\"\n\
                   made = \"2026-11-02T10:00:00Z\"\n";
    let stop = replaced("\"information\"", "\"payment-stop\"");
    let statement = approved(&mut world, &format!("{stop}\n{payment}"));
    assert_eq!(about(&refused(world.act(Asking, statement), "ceiling")), ["persons", "payments"]);
    // Whom to contact with us is nobody of the case: correspondence goes on.
    world.properly(Asking, "open", about_nobody()).unwrap();
}

#[test]
fn an_answer_about_persons_waits_for_a_wider_ceiling_and_the_correspondence_does_not() {
    let mut world = opened(20);
    // The request has come; what it names stays valid whatever the asked side thinks of its partner now.
    world.ceiling = Ceiling::Floor;
    for act in ["acknowledge", "accept"] {
        let entry = world.properly(Asked, act, "").unwrap();
        world.exchange();
        assert_eq!(world.at_asking.standing(&entry.hash()), Standing::Valid);
    }
    let answer = "extent = \"final\"\ntext = \"A company.\"\n";
    let refusal = refused(world.properly(Asked, "answer", answer), "ceiling");
    assert_eq!(about(&refusal), ["persons"]);
    world.properly(Asked, "ask", "questions = [\"Which bank?\"]").unwrap();
    world.ceiling = Ceiling::Full;
    world.properly(Asked, "answer", answer).unwrap();
}

#[test]
fn an_answer_to_a_request_about_nobody_carries_no_papers_at_the_floor() {
    let mut world = World::new(21);
    world.properly(Asking, "open", about_nobody()).unwrap();
    world.exchange();
    world.properly(Asked, "accept", "").unwrap();
    world.ceiling = Ceiling::Floor;
    let paper =
        "extent = \"partial\"\ntext = \"See there.\"\n[[papers]]\nname = \"a.txt\"\ndata = \"QQ==\"\n";
    assert_eq!(about(&refused(world.properly(Asked, "answer", paper), "ceiling")), ["papers"]);
    world.properly(Asked, "answer", "extent = \"partial\"\ntext = \"Not yet.\"\n").unwrap();
}

#[test]
fn what_a_partner_at_the_floor_sends_us_is_not_held_against_it() {
    let mut world = opened(22);
    world.ceiling = Ceiling::Floor;
    let open = world.at_asked.latest(&["open"]).unwrap();
    let statement = world.state(Asked, "acknowledge", "");
    let against = world.at_asked.judge(&open, &world.facts(&statement));
    assert!(against.iter().all(|objection| objection.rule.code != "ceiling"), "{against:?}");
}

#[test]
fn before_it_is_opened_nothing_else_can_be_said() {
    let mut world = World::new(18);
    let mut early = world.state(Asking, "remind", "");
    refused(world.act(Asking, early.clone()), "not-opened");
    early.opening = Some(world.opening.clone());
    refused(world.act(Asking, early), "not-now");
    let mut world = opened(18);
    let again = world.state(Asking, "open", OPEN);
    refused(world.act(Asking, again), "not-opened");
}

#[test]
fn a_party_writes_its_own_record_and_does_its_own_acts() {
    let mut world = opened(19);
    let mut foreign = world.state(Asked, "acknowledge", "");
    foreign.lane = world.lane(Asking);
    refused(world.act(Asked, foreign), "foreign-lane");
    let mut inner = world.state_inner(Asked, world.officer(Asked, "wren", &["desk"]), "note", "text = \"x\"");
    inner.lane = world.inner_lane(Asking);
    refused(world.act(Asked, inner), "foreign-lane");
    let theirs = world.state(Asking, "acknowledge", "");
    refused(world.act(Asking, theirs), "not-ours");
}

#[test]
fn the_opening_names_one_party_in_each_part() {
    let mut world = World::new(20);
    let mut statement = world.state(Asking, "open", OPEN);
    let mut opening = world.opening.clone();
    opening.parties.retain(|party| party.role.as_str() == "requesting");
    statement.opening = Some(opening);
    refused(world.act(Asking, statement), "wrong-parties");
}

#[test]
fn an_act_names_a_valid_entry_it_can_mean() {
    let mut world = opened(21);
    let acknowledged = step(&mut world, Asked, "acknowledge", "");
    for of in [acknowledged, Hash::from_bytes([7; 32])] {
        let wrong = world.state(Asked, "refuse", &format!("of = \"{of}\"\nground = \"cannot-assist\""));
        refused(world.act(Asked, wrong), "wrong-target");
    }
    let nothing = world.state(Asking, "clarify", "text = \"x\"");
    refused(world.act(Asking, nothing), "wrong-target");
}

#[test]
fn an_act_that_does_not_belong_here_yet_is_refused() {
    let mut world = opened(22);
    let early = world.state(Asked, "answer", "extent = \"final\"\ntext = \"x\"");
    refused(world.act(Asked, early), "not-now");
    let early = world.state(Asking, "close", "outcome = \"satisfied\"");
    refused(world.act(Asking, early), "not-now");
    let mut unreadable = world.state(Asked, "acknowledge", "");
    unreadable.structure = vec![0xff];
    refused(world.act(Asked, unreadable), "unreadable");
}

#[test]
fn a_superseded_draft_can_be_neither_approved_nor_sent() {
    let mut world = World::new(23);
    let author = world.officer(Asking, "wren", &["officer"]);
    let first = world.state_inner(Asking, author.clone(), "draft", "act = \"open\"");
    let first = world.act(Asking, first).unwrap().hash();
    let second = world.state_inner(Asking, author.clone(), "draft", "act = \"open\"");
    world.act(Asking, second).unwrap();
    let other = world.officer(Asking, "moss", &["supervisor"]);
    for act in ["approve", "send"] {
        let late = world.state_inner(Asking, other.clone(), act, &format!("of = \"{first}\""));
        refused(world.act(Asking, late), "not-now");
    }
}

// --- void, crossed, not understood ------------------------------------------------------------------------

#[test]
fn a_void_act_stays_in_the_chain_and_changes_nothing() {
    let mut world = opened(30);
    let before = (world.at_asked.cell(), world.at_asked.clocks());
    let early = world.state(Asked, "answer", "extent = \"final\"\ntext = \"x\"");
    let void = world.force(Asked, early).hash();
    world.exchange();
    for side in [Asking, Asked] {
        let matter = world.at(side);
        assert_eq!(matter.standing(&void), Standing::Void("not-now"));
        assert_eq!((matter.cell(), matter.clocks()), before);
        assert!(matter.view().timeline.iter().any(|entry| entry.entry == void));
    }
    let next = step(&mut world, Asked, "acknowledge", "");
    assert_eq!(world.at_asking.entry(&next).unwrap().header().prev, Some(void));
    status(&world, "acknowledged");
}

#[test]
fn an_act_is_judged_by_what_its_author_had_seen_never_by_what_came_since() {
    let mut world = opened(31);
    let (place, prev, _) = world.at_asking.next_in(world.lane(Asking));
    let ask = world.properly(Asked, "ask", "questions = [\"Which?\"]").unwrap();
    world.exchange();
    let mut blind = world.state(Asking, "clarify", &format!("of = \"{}\"\ntext = \"That.\"", ask.hash()));
    blind.at_place = Some((place, prev, Vec::new()));
    let blind = world.force(Asking, blind);
    world.exchange();
    for side in [Asking, Asked] {
        assert_eq!(
            world.at(side).standing(&blind.hash()),
            Standing::Void("wrong-target"),
            "the ask was not seen"
        );
    }
    // The other order of arrival: the clarification before the question.
    let mut late =
        comity_domain::engine::Matter::<comity_domain::matters::request::RequestKind>::new(world.id());
    let open = world.at_asked.latest(&["open"]).unwrap();
    for hash in [open, blind.hash(), ask.hash()] {
        late.receive(world.at_asking.entry(&hash).unwrap().clone());
    }
    assert_eq!(late.standing(&blind.hash()), Standing::Void("wrong-target"));
    status(&world, "clarification-asked");
}

#[test]
fn an_answer_to_a_question_its_author_had_not_seen_is_void_although_it_had_seen_an_earlier_one() {
    let mut world = opened(33);
    world.properly(Asked, "ask", "questions = [\"Which?\"]").unwrap();
    world.exchange();
    let spot = world.at_asking.next_in(world.lane(Asking));
    let second = world.properly(Asked, "ask", "questions = [\"Since when?\"]").unwrap();
    world.exchange();
    let mut blind = world.state(Asking, "clarify", &format!("of = \"{}\"\ntext = \"May.\"", second.hash()));
    blind.at_place = Some(spot);
    let blind = world.force(Asking, blind).hash();
    world.exchange();
    for side in [Asking, Asked] {
        assert_eq!(world.at(side).standing(&blind), Standing::Void("wrong-target"));
    }
    status(&world, "clarification-asked");
    let seen = step(&mut world, Asking, "clarify", &format!("of = \"{}\"\ntext = \"May.\"", second.hash()));
    assert_eq!(world.at_asked.standing(&seen), Standing::Valid);
}

#[test]
fn a_matter_opens_even_when_a_void_act_stands_before_the_opening() {
    let mut world = World::new(32);
    let early = world.state(Asking, "remind", "");
    let void = world.force(Asking, early);
    world.properly(Asking, "open", OPEN).unwrap();
    world.exchange();
    assert_eq!(world.at_asked.standing(&void.hash()), Standing::Void("not-opened"));
    status(&world, "sent");
    step(&mut world, Asked, "acknowledge", "");
    status(&world, "acknowledged");
}

#[test]
fn withdrawing_prevails_over_an_acceptance_made_at_the_same_time() {
    for (outcome, act) in [("stopped", "accept"), ("already-done", "refuse")] {
        let mut world = opened(33);
        let withdraw = world.properly(Asking, "withdraw", "").unwrap().hash();
        let toml = if act == "refuse" { "ground = \"incomplete\"" } else { "" };
        let crossing = world.properly(Asked, act, toml).unwrap().hash();
        assert_ne!(world.at_asking.cell().status, world.at_asked.cell().status);
        world.exchange();
        status(&world, "withdrawn");
        for side in [Asking, Asked] {
            let view = world.at(side).view();
            assert_eq!(view.cell.prevails, Some("withdraw"));
            let crossed: Vec<_> = view.timeline.iter().filter(|e| e.crossed).map(|e| e.entry).collect();
            assert_eq!(crossed.len(), 2);
            assert!(crossed.contains(&withdraw) && crossed.contains(&crossing));
            assert_eq!(world.at(side).standing(&crossing), Standing::Valid, "the other act stays");
            assert!(world.at(side).clocks().is_empty());
        }
        if act == "accept" {
            assert_eq!(world.at_asked.cell().waited_for, Some("requested"));
            step(&mut world, Asked, "confirm-withdrawal", &format!("outcome = \"{outcome}\""));
            status(&world, "withdrawn");
        }
        step(&mut world, Asking, "close", "outcome = \"not-satisfied\"");
        status(&world, "closed");
    }
}

#[test]
fn what_is_not_understood_makes_the_matter_read_only() {
    for newer_rules in [false, true] {
        let mut world = opened(34);
        let mut strange = world.state(Asked, "acknowledge", "");
        if newer_rules {
            strange.rules += 1;
        } else {
            strange.act = "acknowledge-by-drone".into();
        }
        let strange = world.force(Asked, strange).hash();
        let before = world.at_asking.cell();
        world.exchange();
        for side in [Asking, Asked] {
            assert_eq!(world.at(side).standing(&strange), Standing::NotUnderstood);
            assert!(world.at(side).read_only() && world.at(side).view().read_only);
            assert_eq!(world.at(side).cell(), before);
        }
        let remind = world.state(Asking, "remind", "");
        refused(world.act(Asking, remind.clone()), "read-only");
        let after = world.force(Asking, remind).hash();
        world.exchange();
        assert_eq!(
            world.at_asked.standing(&after),
            Standing::NotUnderstood,
            "what rests on it is not either"
        );
    }
}

#[test]
fn what_a_partner_left_out_is_held_against_it_and_its_act_stays_valid() {
    let mut world = World::new(36);
    let bare = world.state(Asking, "open", &replaced("grade = \"normal\"", "grade = \"life\""));
    let facts = world.facts(&bare);
    let bare = world.force(Asking, bare).hash();
    world.exchange();
    assert_eq!(world.at_asked.standing(&bare), Standing::Valid);
    let objections: Vec<_> = world.at_asked.judge(&bare, &facts).iter().map(|o| o.rule.code).collect();
    assert_eq!(objections, [rules::FOUR_EYES.code, rules::GROUNDS_OPEN.code, rules::URGENCY_REASON.code]);
}

/// A request to stop one payment, opened and delivered.
fn payment_stop(seed: u64) -> World {
    let stop = replaced("\"information\"", "\"payment-stop\"");
    let payment = "\n[[payments]]\nbank = \"EXAMPXCX\"\naccount = \"XC00 0001\"\namount = \"40000 XTS\"\n\
                   made = \"2026-11-20T08:00:00Z\"\n";
    let mut world = World::new(seed);
    refused(world.properly(Asking, "open", &stop), "incomplete");
    world.properly(Asking, "open", &format!("{stop}{payment}")).unwrap();
    world.exchange();
    world
}

const STOPPED: &str = "result = \"partly\"\namount = 31000\ncurrency = \"XTS\"";

#[test]
fn a_payment_stop_names_payments_and_its_result_waits_for_no_acceptance() {
    let mut world = payment_stop(40);
    step(&mut world, Asked, "report-stop", STOPPED);
    status(&world, "acknowledged");
    // An ordinary request has no money to stop.
    let mut ordinary = opened(41);
    let report = ordinary.state(Asked, "report-stop", "result = \"stopped\"");
    refused(ordinary.act(Asked, report), "not-now");
}

#[test]
fn money_that_was_stopped_is_told_whatever_became_of_the_request_until_it_is_closed() {
    let refusal = [(Asked, "refuse", "ground = \"incomplete\"")];
    let answered = [(Asked, "accept", ""), (Asked, "answer", "extent = \"final\"\ntext = \"All of it.\"")];
    let withdrawn = [(Asking, "withdraw", ""), (Asked, "confirm-withdrawal", "outcome = \"already-done\"")];
    for (acts, comes_to) in [(&refusal[..], "refused"), (&answered, "answered"), (&withdrawn, "withdrawn")] {
        let mut world = payment_stop(42);
        for (side, act, toml) in acts {
            step(&mut world, *side, act, toml);
        }
        status(&world, comes_to);
        step(&mut world, Asked, "report-stop", STOPPED);
        status(&world, comes_to);
        step(&mut world, Asking, "close", "outcome = \"partly-satisfied\"");
        let late = world.state(Asked, "report-stop", STOPPED);
        refused(world.act(Asked, late), "not-now");
    }
    // Withdrawn before the other side had said anything.
    let mut world = payment_stop(43);
    step(&mut world, Asking, "withdraw", "");
    step(&mut world, Asked, "report-stop", STOPPED);
    status(&world, "withdrawn");
}

#[test]
fn money_on_its_way_is_to_be_spoken_of_within_an_hour() {
    let stop = |world: &World| clocks(world).into_iter().find(|(name, _)| *name == "stop");
    let mut world = payment_stop(44);
    assert_eq!(stop(&world), Some(("stop", HOUR)));
    step(&mut world, Asked, "acknowledge", "");
    step(&mut world, Asked, "ask", "questions = [\"Which account?\"]");
    step(&mut world, Asked, "accept", "");
    assert_eq!(stop(&world), Some(("stop", HOUR)), "taking it up stops no money");
    step(&mut world, Asked, "report-stop", "result = \"too-late\"");
    assert_eq!(stop(&world), None);
    let mut refusing = payment_stop(45);
    step(&mut refusing, Asked, "refuse", "ground = \"incomplete\"");
    assert_eq!(stop(&refusing), None);
    assert_eq!(stop(&opened(45)), None, "an ordinary request has no money to stop");
}

#[test]
fn a_sum_that_was_stopped_is_told_with_its_currency_or_not_at_all() {
    let mut world = payment_stop(46);
    for (sum, lacking) in [("amount = 31000", "currency"), ("currency = \"XTS\"", "amount")] {
        let report = world.state(Asked, "report-stop", &format!("result = \"stopped\"\n{sum}"));
        let refusal = refused(world.act(Asked, report), "incomplete");
        assert_eq!(refusal.about.iter().map(|about| about.as_str()).collect::<Vec<_>>(), [lacking]);
    }
    step(&mut world, Asked, "report-stop", STOPPED);
    step(&mut world, Asked, "report-stop", "result = \"not-found\"");
}

// --- the rest of the police channel -----------------------------------------------------------------------

#[test]
fn work_is_put_on_hold_until_a_date_goes_on_and_is_answered() {
    let mut world = opened(60);
    step(&mut world, Asked, "acknowledge", "");
    step(&mut world, Asked, "accept", "promised_by = \"2027-02-01T12:00:00Z\"");
    step(&mut world, Asked, "hold", "ground = \"case-under-way\"\nuntil = \"2027-03-01T12:00:00Z\"");
    status(&world, "on-hold");
    let names: Vec<_> = world.at_asking.clocks().iter().map(|clock| clock.name).collect();
    assert_eq!(names, ["hold"], "no answer is owed while the work rests until a date");
    step(&mut world, Asked, "progress", "text = \"The case there was tried.\"");
    status(&world, "in-execution");
    let due: Vec<_> =
        world.at_asking.clocks().iter().map(|clock| (clock.name, clock.due.to_string())).collect();
    assert_eq!(due, [("answer", "2027-02-01T12:00:00Z".to_owned())], "what was promised stands");
    step(&mut world, Asked, "answer", "extent = \"partial\"\ntext = \"The subscriber.\"");
    step(&mut world, Asked, "hold", "ground = \"consent-awaited\"");
    step(&mut world, Asked, "progress", "text = \"Consent was given.\"");
    status(&world, "partly-answered");
}

#[test]
fn an_answer_is_disputed_until_the_next_one_and_feedback_may_follow_the_close() {
    let mut world = opened(61);
    step(&mut world, Asked, "accept", "");
    step(&mut world, Asked, "answer", "extent = \"final\"\ntext = \"A name.\"");
    step(&mut world, Asking, "dispute", "text = \"The address is missing.\"");
    status(&world, "disputed");
    assert_eq!(world.at_asking.cell().waited_for, Some("requested"));
    step(&mut world, Asked, "answer", "extent = \"final\"\ntext = \"The address.\"");
    status(&world, "answered");
    step(&mut world, Asking, "close", "outcome = \"satisfied\"");
    step(&mut world, Asking, "feedback", "usefulness = \"useful\"");
    status(&world, "closed");
}

#[test]
fn urgency_is_lowered_with_a_reason_and_never_raised_by_the_other_side() {
    let urgent = replaced("grade = \"normal\"", "grade = \"urgent\"\ngrade_reason = \"Money moves.\"");
    let mut world = World::new(62);
    world.properly(Asking, "open", &urgent).unwrap();
    world.exchange();
    let raised = world.properly(Asked, "downgrade", "grade = \"life\"\nreason = \"x\"");
    refused(raised, "grade-not-lowered");
    step(&mut world, Asked, "downgrade", "grade = \"normal\"\nreason = \"The money is gone.\"");
    status(&world, "acknowledged");
    refused(world.properly(Asked, "downgrade", "grade = \"priority\"\nreason = \"x\""), "grade-not-lowered");
}

#[test]
fn a_request_that_belongs_elsewhere_is_replaced_by_another_matter() {
    for (act, toml, is) in [
        ("redirect", "authority = \"The coast guard.\"", "redirected"),
        ("needs-judicial", "text = \"A letter of request to the court.\"", "needs-judicial"),
    ] {
        let mut world = opened(63);
        step(&mut world, Asked, act, toml);
        status(&world, is);
        assert_eq!(world.at_asking.cell().waited_for, Some("requesting"));
        assert!(world.at_asking.clocks().is_empty(), "nobody owes an answer any more");
        step(&mut world, Asking, "supersede", "text = \"Letter of request 12/2026.\"");
        status(&world, "superseded");
        assert_eq!(world.at_asking.cell().waited_for, None);
        step(&mut world, Asking, "close", "outcome = \"not-satisfied\"");
        status(&world, "closed");
    }
}

#[test]
fn preserved_data_runs_out_on_its_date_and_the_requesting_party_is_the_one_to_act() {
    let data = "request_type = \"preserve-data\"";
    let toml = format!(
        "{}\n[[data]]\nprovider = \"Example Mail\"\naccount = \"marn@mail.example\"\nclass = \"traffic\"\n",
        replaced("request_type = \"information\"", data)
    );
    let mut world = World::new(64);
    world.properly(Asking, "open", &toml).unwrap();
    world.exchange();
    refused(world.properly(Asked, "report-preservation", "result = \"preserved\""), "incomplete");
    let past = "result = \"preserved\"\nuntil = \"2020-01-01T00:00:00Z\"";
    refused(world.properly(Asked, "report-preservation", past), "wish-in-the-past");
    step(
        &mut world,
        Asked,
        "report-preservation",
        "result = \"preserved\"\nuntil = \"2027-02-01T00:00:00Z\"",
    );
    let clocks = world.at_asking.clocks();
    let kept = clocks.iter().find(|clock| clock.name == "preservation").expect("a clock");
    assert_eq!((kept.who, kept.consequence.code()), ("requesting", "preservation"));
}

#[test]
fn what_a_type_of_request_cannot_do_without_is_asked_for() {
    for (kind, lacks) in [
        ("identify", "persons"),
        ("take-statement", "persons"),
        ("preserve-data", "data"),
        ("search", "places"),
        ("protection", "persons"),
    ] {
        let whole = replaced("request_type = \"information\"", &format!("request_type = \"{kind}\""));
        let bare: String = whole.split("[[persons]]").next().unwrap_or_default().to_owned();
        let mut world = World::new(65);
        let statement = approved(&mut world, &bare);
        let refusal = refused(world.act(Asking, statement), "incomplete");
        assert_eq!(refusal.about[0].as_str(), lacks, "{kind}");
    }
}

#[test]
fn a_refusal_needs_a_reason_inside_and_tells_the_ground_that_stands_for_it() {
    let mut world = opened(66);
    let mut refuse = world.state(Asked, "refuse", "ground = \"not-serious\"");
    refuse.approved = vec![world.officer(Asked, "moss", &["supervisor"])];
    refused(world.act(Asked, refuse.clone()), "reason-inside");
    world.weigh(Asked, "source").unwrap();
    let refusal = refused(world.act(Asked, refuse), "ground-told");
    assert_eq!(refusal.about[0].as_str(), "cannot-assist");
    let mut wordy = world.state(Asked, "refuse", "ground = \"cannot-assist\"\ntext = \"Ask the court.\"");
    wordy.approved = vec![world.officer(Asked, "moss", &["supervisor"])];
    refused(world.act(Asked, wordy), "neutral-without-words");
}

/// Whatever would reveal protection, asylum, a victim, a source or an investigation reads as what is simply not held:
/// the same act, structure, parts and approvals, and as many bytes.
#[test]
fn refusals_that_would_reveal_something_are_alike_in_words_and_shape() {
    let told = |inner: &str| {
        let mut world = opened(67);
        world.pass(60_000);
        world.weigh(Asked, inner).unwrap();
        let mut refuse = world.state(Asked, "refuse", "ground = \"cannot-assist\"");
        refuse.approved = vec![world.officer(Asked, "moss", &["supervisor"])];
        let entry = world.act(Asked, refuse).unwrap();
        let header = entry.header();
        let parts: Vec<_> = header.parts.iter().map(|part| part.label.clone()).collect();
        let shape = (header.act.clone(), header.structure.clone(), parts, header.approved.clone());
        (shape, header.relied.len(), header.seen.clone(), header.at, entry.bytes().len())
    };
    let ordinary = told("not-held");
    for inner in ["protection", "asylum", "victimhood", "source", "investigation", "no-means"] {
        assert_eq!(told(inner), ordinary, "{inner}");
    }
}
