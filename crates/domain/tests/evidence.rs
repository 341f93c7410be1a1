//! Evidence from announcing to closing: nobody vouches for what was not checked, who holds a package when both sides
//! act at once, and that the grid offers exactly what can be done.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in what tests share, failing is the point")]

use std::collections::BTreeSet;
use std::sync::Arc;

use comity_domain::act::{ActSet, Preparation};
use comity_domain::engine::{Cell, Facts, InnerAct, Kind as _, Lanes, Matter, Proposal, Standing, Stated};
use comity_domain::gates::{Ceiling, Cover, Refusal, rules};
use comity_domain::matters::evidence::{EvidenceAct, EvidenceKind, EvidenceLane, GIVING, RECEIVING};
use comity_journal::cbor;
use comity_journal::entry::{Actor, Entry, Header, Lane, Opening, Party, VERSION};
use comity_journal::ids::{AgencyId, Genesis, Token};
use comity_journal::suite::{Hash, Suite};
use comity_journal::time::Timestamp;
use comity_testkit::{Agency, Seeded, Statement};
use proptest::prelude::*;
use serde::Serialize;

const HOUR: i64 = 60 * 60 * 1000;

const OPEN: &str = r#"
handling = "h1"
as_evidence = false
purpose = "prosecute"
basis = "reciprocity"
offences = ["0701"]
title = "Two telephones"
collected = "Seized in Port Ester on 3 November 2026 by two officers."
authority = "Order 14 of the court of Port Ester"
basis_text = "Reciprocity, as in our letter of 3 May 2026"
contact = "Evidence desk of Norrland"
"#;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Giver,
    Receiver,
}

use Side::{Giver, Receiver};

impl Side {
    fn other(self) -> Self {
        if self == Giver { Receiver } else { Giver }
    }

    fn role(self) -> &'static str {
        if self == Giver { GIVING } else { RECEIVING }
    }
}

/// Both agencies, what each has of the matter, and the packages each has checked.
struct World {
    agencies: [Agency; 2],
    matters: [Matter<EvidenceKind>; 2],
    here: [BTreeSet<Hash>; 2],
    ceiling: Ceiling,
    opening: Opening,
    now: Timestamp,
    entropy: Seeded,
}

impl World {
    fn new(seed: u64, suite: Suite) -> Self {
        let mut entropy = Seeded::new(seed);
        let agencies = [("norrland", "XA"), ("sudmark", "XB")]
            .map(|(label, seat)| Agency::new(label, seat, suite, &mut entropy));
        let genesis = Genesis {
            opener: agencies[0].id,
            kind: Token::literal(EvidenceKind::DEF.code),
            rules: EvidenceKind::DEF.rules,
            nonce: Hash::from_bytes([7; 32]),
        };
        let party = |side: Side| Party {
            agency: agencies[side as usize].id,
            role: Token::literal(side.role()),
            recorder: None,
        };
        let mut parties = vec![party(Giver), party(Receiver)];
        parties.sort();
        let id = genesis.matter();
        Self {
            matters: [Matter::new(id), Matter::new(id)],
            here: [BTreeSet::new(), BTreeSet::new()],
            ceiling: Ceiling::Full,
            opening: Opening { genesis, parties, exercise: false, follows: None },
            now: Timestamp::from_millis(1_795_000_000_000),
            agencies,
            entropy,
        }
    }

    fn at(&self, side: Side) -> &Matter<EvidenceKind> {
        &self.matters[side as usize]
    }

    fn agency(&self, side: Side) -> &Agency {
        &self.agencies[side as usize]
    }

    fn officer(&self, side: Side, name: &str, roles: &[&str]) -> Actor {
        self.agency(side).officer(&self.at(side).id(), name, roles)
    }

    /// An act by a custodian, approved by a second person in every approving role.
    fn state(&mut self, side: Side, act: &str, toml: &str) -> Statement {
        let approver = self.officer(side, "moss", &["supervisor", "legal"]);
        Statement {
            act: act.to_owned(),
            structure: self.composed::<EvidenceAct>(side, act, toml),
            parts: Vec::new(),
            lane: Lane::Shared(self.agency(side).id),
            by: self.officer(side, "wren", &["custodian", "desk"]),
            approved: vec![approver],
            opening: (act == "open").then(|| self.opening.clone()),
            draft: None,
            rules: EvidenceKind::DEF.rules,
            at_place: None,
        }
    }

    fn inner(&mut self, side: Side, by: Actor, act: &str, toml: &str) -> Statement {
        Statement {
            structure: self.composed::<InnerAct>(side, act, toml),
            parts: Vec::new(),
            act: act.to_owned(),
            lane: Lane::Inner(self.agency(side).id),
            by,
            approved: Vec::new(),
            opening: None,
            draft: None,
            rules: EvidenceKind::DEF.rules,
            at_place: None,
        }
    }

    fn composed<A: ActSet>(&mut self, side: Side, act: &str, toml: &str) -> Vec<u8> {
        let latest = |acts: &[&str]| self.matters[side as usize].latest(acts);
        let mut preparation = Preparation { entropy: &mut self.entropy, latest: &latest };
        A::compose(act, toml, &mut preparation).unwrap_or_else(|error| panic!("{act}: {error}")).structure
    }

    fn facts(&self, side: Side, statement: &Statement) -> Facts {
        Facts {
            now: self.now,
            cover: Cover::NotOnRecord,
            ceiling: self.ceiling,
            proposer: statement.by.clone(),
            approvals: statement.approved.clone(),
            packages: self.here[side as usize].clone(),
            own_record: false,
            quarantined: false,
        }
    }

    fn sign(
        &mut self,
        side: Side,
        statement: Statement,
        relied: Vec<comity_journal::entry::Relied>,
    ) -> Arc<Entry> {
        let agency = self.agency(side);
        let next = || self.at(side).next_in(statement.lane);
        let (place, prev, seen) = statement.at_place.clone().unwrap_or_else(next);
        let header = Header {
            v: VERSION,
            suite: agency.signing.suite(),
            matter: self.at(side).id(),
            kind: Token::literal(EvidenceKind::DEF.code),
            rules: statement.rules,
            lane: statement.lane,
            author: agency.id,
            place,
            prev,
            seen,
            card: agency.card.hash(),
            at: self.now,
            by: statement.by,
            approved: statement.approved,
            handling: Token::literal("h1"),
            act: Token::new(statement.act).unwrap(),
            structure: statement.structure,
            parts: Vec::new(),
            relied,
            opening: statement.opening,
        };
        let entry = Entry::read(Entry::sign(header, &agency.signing).bytes()).unwrap();
        entry.verify(&agency.card).unwrap();
        let entry = Arc::new(entry);
        self.matters[side as usize].receive(Arc::clone(&entry));
        entry
    }

    /// Decides, signs and keeps a statement.
    fn does(&mut self, side: Side, statement: Statement) -> Result<Hash, Refusal> {
        let proposal = Proposal {
            author: self.agency(side).id,
            lane: statement.lane,
            act: &statement.act,
            structure: &statement.structure,
            parts: &statement.parts,
            opening: statement.opening.as_ref(),
            rules: statement.rules,
            draft: statement.draft,
        };
        let relied = self.at(side).decide(&proposal, &self.facts(side, &statement))?.relied();
        Ok(self.sign(side, statement, relied).hash())
    }

    fn act(&mut self, side: Side, act: &str, toml: &str) -> Result<Hash, Refusal> {
        let statement = self.state(side, act, toml);
        self.does(side, statement)
    }

    /// Opens after a draft and a review of prohibited grounds.
    fn open(&mut self, toml: &str) -> Result<Hash, Refusal> {
        let mut statement = self.state(Giver, "open", toml);
        let draft = self.inner(Giver, statement.by.clone(), "draft", "act = \"open\"");
        let draft = self.does(Giver, draft)?;
        let no = ["politics", "religion", "ethnicity", "orientation", "protest", "journalism", "refugee"]
            .map(|question| format!("{question} = \"no\"\n"))
            .concat();
        let reviewer = self.officer(Giver, "sage", &["legal"]);
        let review = format!("of = \"{draft}\"\n{no}reasons = \"the file\"");
        let review = self.inner(Giver, reviewer, "review-grounds", &review);
        self.does(Giver, review)?;
        statement.draft = Some(draft);
        self.does(Giver, statement)
    }

    fn deliver(&mut self, to: Side) {
        let shared = |entry: &&Arc<Entry>| entry.header().lane.is_shared();
        let entries: Vec<_> = self.at(to.other()).entries().filter(shared).cloned().collect();
        entries.into_iter().for_each(|entry| self.matters[to as usize].receive(entry));
    }

    fn exchange(&mut self) {
        self.deliver(Giver);
        self.deliver(Receiver);
    }

    /// One side does an act and the other gets it.
    #[track_caller]
    fn step(&mut self, side: Side, act: &str, toml: &str) -> Hash {
        self.now = self.now.plus_millis(60_000);
        let entry = self.act(side, act, toml).unwrap_or_else(|refusal| panic!("{act}: {refusal}"));
        self.exchange();
        assert_eq!(self.at(side.other()).standing(&entry), Standing::Valid, "{act}");
        entry
    }

    /// The giver hands over a package of its own, and the other side gets the entry.
    #[track_caller]
    fn sends(&mut self, package: Hash, replaces: Option<Hash>) -> Hash {
        self.here[Giver as usize].insert(package);
        self.step(Giver, "transfer", &transfer(package, replaces))
    }

    /// The receiver's node has the package, and its custodian says that it is whole.
    #[track_caller]
    fn checks(&mut self, package: Hash, of: Hash) {
        self.here[Receiver as usize].insert(package);
        self.step(Receiver, "receive", &format!("of = \"{of}\"\ncheck = \"intact\""));
    }

    /// What both sides see alike.
    #[track_caller]
    fn cell(&self) -> Cell {
        assert_eq!(self.at(Giver).cell(), self.at(Receiver).cell());
        assert_eq!(self.at(Giver).clocks(), self.at(Receiver).clocks());
        self.at(Giver).cell()
    }

    #[track_caller]
    fn status(&self, status: &str, waited_for: Option<&str>) {
        let cell = self.cell();
        assert_eq!((cell.status, cell.waited_for), (status, waited_for));
    }
}

fn transfer(package: Hash, replaces: Option<Hash>) -> String {
    let replaces = replaces.map(|replaced| format!("replaces = \"{replaced}\"\n")).unwrap_or_default();
    format!(
        "package = \"{package}\"\nsize = 70000\nfiles = 2\nlabel = \"Images\"\nheader = \"AA==\"\n{replaces}"
    )
}

fn of(entry: Hash) -> String {
    format!("of = \"{entry}\"")
}

fn package(n: u8) -> Hash {
    Hash::from_bytes([n; 32])
}

fn opened(seed: u64) -> World {
    opened_with(seed, "")
}

fn opened_with(seed: u64, lines: &str) -> World {
    let mut world = World::new(seed, Suite::Toy);
    world.open(&format!("{lines}\n{OPEN}")).unwrap();
    world.exchange();
    world
}

/// A world in which the receiver has taken over a first package.
fn held(seed: u64, lines: &str) -> (World, Hash) {
    let mut world = opened_with(seed, lines);
    let sent = world.sends(package(1), None);
    world.checks(package(1), sent);
    world.step(Receiver, "accept", "");
    (world, sent)
}

#[track_caller]
fn refused(result: Result<Hash, Refusal>, code: &str) -> Vec<String> {
    let refusal = result.expect_err("this must be refused");
    assert_eq!(refusal.rule.code, code);
    refusal.about.iter().map(|about| about.as_str().to_owned()).collect()
}

const DESTROY: &str = "authority = \"the term agreed\"";
const RELEASE: &str = "handling = \"h0\"\nas_evidence = true\nauthority = \"our order of 4 December 2026\"";
const MISMATCH: &str = "check = \"mismatch\"";

// --- from opening to closing ------------------------------------------------------------------------------

#[test]
fn evidence_goes_from_announcing_to_closing() {
    let mut world = World::new(1, Suite::One);
    world.open(OPEN).unwrap();
    world.exchange();
    world.status("announced", Some(GIVING));
    assert_eq!(world.at(Receiver).marks(), ["h1", "not-as-evidence"]);
    refused(world.act(Giver, "transfer", &transfer(package(1), None)), "package-not-here");
    let sent = world.sends(package(1), None);
    world.status("sent", Some(RECEIVING));
    refused(world.act(Giver, "transfer", &transfer(package(1), None)), "not-now");
    refused(world.act(Giver, "close", ""), "not-now");
    world.checks(package(1), sent);
    world.status("received", Some(RECEIVING));
    world.step(Receiver, "accept", "");
    world.status("held", None);
    world.step(Giver, "release", RELEASE);
    assert_eq!(world.at(Receiver).marks(), ["h0", "as-evidence"]);
    world.step(Receiver, "give-back", "");
    world.status("giving-back", Some(GIVING));
    world.step(Giver, "take-back", "");
    world.status("ended", None);
    world.step(Giver, "close", "");
    world.status("closed", None);
    refused(world.act(Giver, "release", RELEASE), "not-now");
    assert!(world.at(Receiver).view().timeline.iter().all(|entry| !entry.crossed));
}

#[test]
fn nobody_vouches_for_or_accepts_what_was_not_checked_here() {
    let mut world = opened(2);
    let sent = world.sends(package(1), None);
    refused(world.act(Receiver, "accept", ""), "not-now");
    refused(world.act(Receiver, "receive", "check = \"intact\""), "package-not-here");
    world.checks(package(1), sent);
    world.here[Receiver as usize].clear();
    refused(world.act(Receiver, "accept", ""), "package-not-here");
    world.status("received", Some(RECEIVING));
}

#[test]
fn what_is_said_to_be_destroyed_is_not_here_any_more() {
    let (mut world, _) = held(3, "");
    refused(world.act(Receiver, "destroy", DESTROY), "package-still-here");
    world.here[Receiver as usize].clear();
    world.step(Receiver, "destroy", DESTROY);
    world.status("ended", None);
    refused(world.act(Receiver, "give-back", ""), "not-now");
}

#[test]
fn a_package_is_given_back_once_and_taken_back_once() {
    let (mut world, sent) = held(4, "");
    let back = world.step(Receiver, "give-back", "");
    refused(world.act(Receiver, "give-back", ""), "not-now");
    refused(world.act(Receiver, "destroy", DESTROY), "not-now");
    refused(world.act(Giver, "take-back", &of(sent)), "wrong-target");
    world.step(Giver, "take-back", &of(back));
    refused(world.act(Giver, "take-back", &of(back)), "not-now");
    refused(world.act(Receiver, "give-back", ""), "not-now");
    // With another package on its way back the act is offered again, for that one only.
    let second = world.sends(package(2), None);
    world.checks(package(2), second);
    world.step(Receiver, "give-back", &of(second));
    assert!(world.cell().allows(GIVING, "take-back"));
    refused(world.act(Giver, "take-back", &of(back)), "not-now");
    world.step(Giver, "take-back", "");
    world.status("ended", None);
}

#[test]
fn the_owner_alone_releases() {
    let (mut world, _) = held(5, "");
    refused(world.act(Receiver, "release", RELEASE), "not-ours");
    let mut alone = world.state(Giver, "release", RELEASE);
    alone.approved.clear();
    assert_eq!(refused(world.does(Giver, alone), "four-eyes"), ["supervisor", "legal"]);
    assert_eq!(world.at(Receiver).marks(), ["h1", "not-as-evidence"]);
    world.step(Giver, "release", RELEASE);
}

#[test]
fn a_restriction_of_its_own_is_stated_by_who_opens_and_by_who_releases() {
    let bare = OPEN.replace("\"h1\"", "\"h3\"");
    let stated = "restriction = \"Only before the court of Port Ester.\"";
    let mut world = World::new(6, Suite::Toy);
    assert_eq!(refused(world.open(&bare), "incomplete"), ["restriction"]);
    world.open(&format!("{stated}\n{bare}")).unwrap();
    world.exchange();
    let to_h3 = RELEASE.replace("\"h0\"", "\"h3\"");
    assert_eq!(refused(world.act(Giver, "release", &to_h3), "incomplete"), ["restriction"]);
    world.step(Giver, "release", &format!("{stated}\n{to_h3}"));
    assert_eq!(world.at(Receiver).marks(), ["h3", "as-evidence"]);
}

#[test]
fn a_partner_at_the_floor_is_given_no_evidence_and_is_still_answered_for_what_it_gave() {
    let mut world = World::new(31, Suite::Toy);
    world.ceiling = Ceiling::Floor;
    assert_eq!(world.open(OPEN).unwrap_err().rule.code, "ceiling");
    let us = world.agency(Giver).id;
    let by = world.officer(Giver, "wren", &["custodian", "desk"]);
    let against = |world: &World, act| {
        world.at(Giver).stands_against(act, us, &by, (world.ceiling, false)).map(|refusal| refusal.rule.code)
    };
    world.ceiling = Ceiling::Full;
    world.open(OPEN).unwrap();
    assert_eq!(against(&world, "transfer"), None);
    world.ceiling = Ceiling::Floor;
    assert_eq!(against(&world, "transfer"), Some("ceiling"), "it is said before anything is sealed");
    assert_eq!(against(&world, "release"), Some("ceiling"));
    assert_eq!(against(&world, "close"), None, "what gives nothing can be done");
}

#[test]
fn a_restriction_a_partner_did_not_state_is_held_against_it() {
    let mut world = World::new(7, Suite::Toy);
    let open = world.state(Giver, "open", &OPEN.replace("\"h1\"", "\"h3\""));
    let facts = world.facts(Receiver, &open);
    let open = world.sign(Giver, open, Vec::new()).hash();
    let against = |world: &World, entry, facts: &Facts| -> Vec<_> {
        world.at(Receiver).judge(entry, facts).iter().map(|objection| objection.rule.code).collect()
    };
    world.exchange();
    assert_eq!(against(&world, &open, &facts), [rules::GROUNDS_OPEN.code, rules::INCOMPLETE.code]);
    let uncovered = Facts { cover: Cover::NotCovered, ..facts.clone() };
    assert!(against(&world, &open, &uncovered).contains(&rules::NOT_COVERED.code));
    let release = world.state(Giver, "release", &RELEASE.replace("\"h0\"", "\"h3\""));
    let release = world.sign(Giver, release, Vec::new()).hash();
    let plain = world.state(Giver, "release", RELEASE);
    let plain = world.sign(Giver, plain, Vec::new()).hash();
    world.exchange();
    assert_eq!(world.at(Receiver).standing(&release), Standing::Valid);
    assert_eq!(against(&world, &release, &facts), [rules::INCOMPLETE.code]);
    assert_eq!(against(&world, &plain, &facts), Vec::<&str>::new());
}

#[test]
fn terms_run_from_the_acceptance_and_the_holder_is_waited_for_while_there_is_one() {
    let mut world = World::new(8, Suite::Toy);
    let due = world.now.plus_millis(90 * 24 * HOUR);
    world.open(&format!("give_back_by = \"{due}\"\n{OPEN}")).unwrap();
    world.exchange();
    let sent = world.sends(package(1), None);
    let clocks = |world: &World| -> Vec<_> {
        let clocks = world.at(Receiver).clocks();
        assert!(clocks.iter().all(|clock| clock.who == RECEIVING));
        clocks.iter().map(|clock| (clock.name, clock.started, clock.due)).collect()
    };
    assert_eq!(clocks(&world), [("check-package", world.now, world.now.plus_millis(24 * HOUR))]);
    world.checks(package(1), sent);
    assert_eq!(clocks(&world), [], "nobody holds it yet");
    world.step(Receiver, "accept", "");
    let accepted = world.now;
    assert_eq!(clocks(&world), [("give-back", accepted, due)]);
    world.status("held", Some(RECEIVING));
    world.step(Receiver, "give-back", "");
    assert_eq!(clocks(&world), []);
}

#[test]
fn a_package_larger_than_any_node_keeps_is_not_valid() {
    let mut world = opened(9);
    world.here[Giver as usize].insert(package(1));
    let sized = |size: u64| transfer(package(1), None).replace("70000", &size.to_string());
    refused(world.act(Giver, "transfer", &sized(comity_journal::limits::PACKAGE_BYTES + 1)), "not-now");
    world.act(Giver, "transfer", &sized(comity_journal::limits::PACKAGE_BYTES)).unwrap();
}

// --- not as sealed ----------------------------------------------------------------------------------------

#[test]
fn only_a_transfer_that_names_it_takes_the_place_of_one_not_as_sealed() {
    let mut world = opened(20);
    let first = world.sends(package(1), None);
    world.step(Receiver, "receive", MISMATCH);
    world.status("mismatch", Some(GIVING));
    let second = world.sends(package(2), None);
    world.status("mismatch", Some(GIVING));
    world.here[Giver as usize].insert(package(3));
    let open = world.at(Giver).latest(&["open"]).unwrap();
    for (named, rule) in [(open, "wrong-target"), (package(9), "wrong-target"), (second, "not-now")] {
        refused(world.act(Giver, "transfer", &transfer(package(3), Some(named))), rule);
    }
    // By its clock the replacement is the older one: nothing goes by clocks.
    world.now = world.now.plus_millis(-48 * HOUR);
    let third = world.sends(package(3), Some(first));
    world.status("sent", Some(RECEIVING));
    refused(world.act(Giver, "transfer", &transfer(package(4), Some(first))), "not-now");
    refused(world.act(Receiver, "receive", &format!("{}\n{MISMATCH}", of(first))), "not-now");
    for (entry, which) in [(second, 2), (third, 3)] {
        world.checks(package(which), entry);
        world.step(Receiver, "accept", &of(entry));
    }
    world.status("held", None);
}

#[test]
fn a_replacement_ends_the_one_it_names_and_no_other() {
    let mut world = opened(23);
    let sent = [1, 2].map(|n| world.sends(package(n), None));
    for entry in sent {
        world.step(Receiver, "receive", &format!("{}\n{MISMATCH}", of(entry)));
    }
    world.sends(package(3), Some(sent[1]));
    world.status("mismatch", Some(GIVING));
    refused(world.act(Receiver, "destroy", &format!("{}\n{DESTROY}", of(sent[1]))), "not-now");
    world.step(Receiver, "destroy", &format!("{}\n{DESTROY}", of(sent[0])));
    world.status("sent", Some(RECEIVING));
}

#[test]
fn a_package_checked_again_is_what_the_latest_check_says() {
    let mut world = opened(21);
    let sent = world.sends(package(1), None);
    world.step(Receiver, "receive", MISMATCH);
    world.checks(package(1), sent);
    world.status("received", Some(RECEIVING));
    world.step(Receiver, "receive", MISMATCH);
    refused(world.act(Receiver, "accept", ""), "not-now");
    world.checks(package(1), sent);
    world.step(Receiver, "accept", "");
    refused(world.act(Receiver, "receive", MISMATCH), "not-now");
}

#[test]
fn what_is_not_as_sealed_can_be_given_back_or_destroyed_and_holds_nothing_open() {
    for act in ["give-back", "destroy", "close"] {
        let mut world = opened(22);
        world.sends(package(1), None);
        world.step(Receiver, "receive", MISMATCH);
        match act {
            "give-back" => {
                world.step(Receiver, act, "");
                refused(world.act(Giver, "close", ""), "not-now");
                world.step(Giver, "take-back", "");
            }
            "destroy" => {
                world.step(Receiver, act, DESTROY);
            }
            _ => {}
        }
        world.step(Giver, "close", "");
        world.status("closed", None);
    }
}

// --- withdrawn --------------------------------------------------------------------------------------------

#[test]
fn a_withdrawn_package_has_ended_and_an_accepted_one_is_not_withdrawn() {
    let mut world = opened(30);
    let sent = world.sends(package(1), None);
    world.checks(package(1), sent);
    refused(world.act(Receiver, "withdraw", ""), "not-ours");
    world.step(Giver, "withdraw", "");
    world.status("ended", None);
    refused(world.act(Receiver, "accept", ""), "not-now");
    refused(world.act(Giver, "withdraw", ""), "not-now");
    let (mut world, _) = held(30, "");
    refused(world.act(Giver, "withdraw", ""), "not-now");
    // Another one may still be withdrawn: the one that is held is not.
    let second = world.sends(package(2), None);
    assert!(world.cell().allows(GIVING, "withdraw"));
    world.step(Giver, "withdraw", &of(second));
    world.status("held", None);
}

#[test]
fn an_acceptance_prevails_over_a_withdrawal_and_a_close_made_at_the_same_time() {
    for closes in [false, true] {
        let mut world = opened(31);
        let sent = world.sends(package(1), None);
        world.checks(package(1), sent);
        let withdrawal = world.act(Giver, "withdraw", "").unwrap();
        if closes {
            world.act(Giver, "close", "").unwrap();
        }
        let acceptance = world.act(Receiver, "accept", "").unwrap();
        assert_ne!(world.at(Giver).cell().status, world.at(Receiver).cell().status);
        world.exchange();
        world.status("held", None);
        assert_eq!(world.cell().prevails, Some("accept"));
        for side in [Giver, Receiver] {
            let view = world.at(side).view();
            let crossed: Vec<_> = view.timeline.iter().filter(|e| e.crossed).map(|e| e.entry).collect();
            assert!(crossed.contains(&withdrawal) && crossed.contains(&acceptance));
            assert_eq!(world.at(side).standing(&withdrawal), Standing::Valid, "it stays visible");
        }
        world.step(Receiver, "give-back", "");
        world.step(Giver, "take-back", "");
        world.status(if closes { "closed" } else { "ended" }, None);
        assert_eq!(world.cell().prevails, None);
    }
}

#[test]
fn a_package_counts_as_kept_until_it_is_given_back_withdrawn_replaced_or_destroyed() {
    let kept = |world: &World| -> BTreeSet<Hash> {
        let packages = world.at(Receiver).packages();
        packages.iter().filter(|handed| handed.kept).map(|handed| handed.package.root).collect()
    };
    let (mut world, first) = held(32, "");
    let second = world.sends(package(2), None);
    let third = world.sends(package(3), None);
    assert_eq!(kept(&world), BTreeSet::from([1, 2, 3].map(package)));
    world.step(Giver, "withdraw", &of(second));
    world.step(Receiver, "receive", &format!("{}\n{MISMATCH}", of(third)));
    assert_eq!(kept(&world), BTreeSet::from([1, 3].map(package)));
    world.sends(package(4), Some(third));
    world.step(Receiver, "give-back", &of(first));
    assert_eq!(kept(&world), BTreeSet::from([package(4)]));
}

// --- the grid and what is valid ---------------------------------------------------------------------------

/// The structure of any act that says nothing but what it is about.
#[derive(Default, Serialize)]
struct Fields {
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<Hash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<Hash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<Hash>,
}

/// Two lanes, moved on by acts at random.
struct TwoLanes {
    giving: EvidenceLane,
    receiving: EvidenceLane,
    open: Vec<u8>,
    release: Vec<u8>,
    opening: Opening,
    by: Actor,
    /// What an act can name: what was sent, what was given back, and an entry nobody wrote.
    sent: Vec<Hash>,
    backs: Vec<Hash>,
    entries: u16,
}

impl TwoLanes {
    fn new() -> Self {
        let mut world = World::new(1, Suite::Toy);
        Self {
            giving: EvidenceLane::default(),
            receiving: EvidenceLane::default(),
            open: world.state(Giver, "open", OPEN).structure,
            release: world.state(Giver, "release", RELEASE).structure,
            by: world.officer(Giver, "wren", &["custodian"]),
            opening: world.opening,
            sent: Vec::new(),
            backs: Vec::new(),
            entries: 0,
        }
    }

    fn structure(&self, code: &str, of: Hash, package: Hash) -> Vec<u8> {
        let of = Some(of);
        match code {
            "open" => self.open.clone(),
            "release" => self.release.clone(),
            "close" => cbor::encode(&Fields::default()),
            "transfer" => {
                let replaces = of.filter(|of| self.sent.contains(of));
                let (size, files) = (Some(70_000), Some(2));
                cbor::encode(&Fields { package: Some(package), size, files, replaces, ..Fields::default() })
            }
            "receive" => {
                let check = if package.as_bytes()[0].is_multiple_of(2) { "intact" } else { "mismatch" };
                cbor::encode(&Fields { of, check: Some(check), ..Fields::default() })
            }
            _ => cbor::encode(&Fields { of, ..Fields::default() }),
        }
    }

    fn lanes(&self) -> Lanes<'_, EvidenceLane> {
        let agency = |n| AgencyId::from_bytes([n; 32]);
        Lanes::new(vec![(GIVING, agency(1), &self.giving), (RECEIVING, agency(2), &self.receiving)])
    }

    fn stated<'a>(&'a self, entry: Hash, code: &'a str, structure: &'a [u8]) -> Stated<'a> {
        Stated {
            entry,
            matter: self.opening.genesis.matter(),
            lane: Lane::Shared(AgencyId::from_bytes([1; 32])),
            author: AgencyId::from_bytes([1; 32]),
            by: &self.by,
            approved: &[],
            at: Timestamp::from_millis(i64::from(self.entries)),
            act: code,
            structure,
            opening: (code == "open").then_some(&self.opening),
            kind: EvidenceKind::DEF.code,
            rules: EvidenceKind::DEF.rules,
            grounds_reviewed: true,
        }
    }

    fn admits(&self, code: &str, of: Hash, package: Hash) -> bool {
        let structure = self.structure(code, of, package);
        let act = EvidenceAct::decode(code, &structure).unwrap().unwrap();
        EvidenceKind::admit(&self.lanes(), &self.stated(Hash::ZERO, code, &structure), &act).is_ok()
    }

    fn targets(&self) -> Vec<Hash> {
        self.sent.iter().chain(&self.backs).copied().chain([Hash::from_bytes([0xff; 32])]).collect()
    }

    /// An act moves its lane when it is valid as things are, or as they were for one who had not seen the rest.
    fn happens(&mut self, which: u8, target: u8, unseen: u8) {
        let defs = EvidenceAct::defs();
        let def = &defs[usize::from(which) % defs.len()];
        let targets = self.targets();
        let of = targets[usize::from(target) % targets.len()];
        self.entries += 1;
        let [high, low] = self.entries.to_be_bytes();
        let mut bytes = [which; 32];
        (bytes[0], bytes[1]) = (low, high);
        let entry = Hash::from_bytes(bytes);
        let announced = self.giving != EvidenceLane::Untouched;
        let blind = unseen < 64 && announced && def.code != "open";
        if !blind && !self.admits(def.code, of, entry) {
            return;
        }
        let structure = self.structure(def.code, of, entry);
        let act = EvidenceAct::decode(def.code, &structure).unwrap().unwrap();
        let mut lane = if def.by == [GIVING] { self.giving.clone() } else { self.receiving.clone() };
        EvidenceKind::evolve(&mut lane, &self.stated(entry, def.code, &structure), &act);
        *(if def.by == [GIVING] { &mut self.giving } else { &mut self.receiving }) = lane;
        match def.code {
            "transfer" => self.sent.push(entry),
            "give-back" => self.backs.push(entry),
            _ => {}
        }
    }

    /// By act: whether the cell offers it, and whether anything makes it valid.
    fn offered_and_possible(&self) -> Vec<(&'static str, bool, bool)> {
        let cell = EvidenceKind::cell(&self.lanes());
        let fresh = Hash::from_bytes([0xfe; 32]);
        EvidenceAct::defs()
            .iter()
            .map(|def| {
                let possible = self.targets().into_iter().any(|of| self.admits(def.code, of, fresh));
                assert!([GIVING, RECEIVING].iter().all(|r| def.by.contains(r) || !cell.allows(r, def.code)));
                (def.code, cell.allows(def.by[0], def.code), possible)
            })
            .collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn an_act_is_offered_exactly_when_something_makes_it_valid(
        happenings in proptest::collection::vec(any::<(u8, u8, u8)>(), 1..60),
    ) {
        let mut lanes = TwoLanes::new();
        for (which, target, unseen) in happenings {
            lanes.happens(which, target, unseen);
            for (act, offered, possible) in lanes.offered_and_possible() {
                prop_assert_eq!(offered, possible, "{} in {:?} / {:?}", act, lanes.giving, lanes.receiving);
            }
        }
    }
}

/// The property is only worth something where the runs come to every act, offered and not.
#[test]
fn random_lanes_come_to_every_act_offered_and_not() {
    let (mut offered, mut withheld) = (BTreeSet::new(), BTreeSet::new());
    let (mut statuses, mut prevailing) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..20 {
        let (mut lanes, mut entropy) = (TwoLanes::new(), Seeded::new(seed));
        for _ in 0..60 {
            let [which, target, unseen, ..] = entropy.next_u64().to_le_bytes();
            lanes.happens(which, target, unseen);
            let cell = EvidenceKind::cell(&lanes.lanes());
            statuses.insert(cell.status);
            prevailing.extend(cell.prevails);
            for (act, is, _) in lanes.offered_and_possible() {
                let among = if is { &mut offered } else { &mut withheld };
                among.insert(act);
            }
        }
    }
    let all: BTreeSet<_> = EvidenceAct::defs().iter().map(|def| def.code).collect();
    assert_eq!((&offered, &withheld), (&all, &all));
    assert_eq!(statuses.len(), 9, "{statuses:?}");
    assert_eq!(prevailing, BTreeSet::from(["accept", "give-back"]));
}

// --- one set of entries, one state ------------------------------------------------------------------------

/// What somebody does or gets, as numbers that shrink well.
type Happening = (u8, u8, u8, u8);

impl World {
    /// An act the grid offers, or any; naming any entry at hand; at times by one who has seen nothing new.
    fn happens(&mut self, (what, which, target, how): Happening) {
        let side = if what & 1 == 0 { Giver } else { Receiver };
        self.now = self.now.plus_millis(1000);
        if what >= 128 {
            return self.deliver(side);
        }
        let cell = self.at(side).cell();
        let own = EvidenceAct::defs().iter().filter(|def| def.code != "open" && def.by == [side.role()]);
        let (offered, rest): (Vec<_>, Vec<_>) =
            own.map(|def| def.code).partition(|code| cell.allows(side.role(), code));
        let among = if which >= 230 { rest } else { offered };
        let Some(code) = among.get(usize::from(which) % among.len().max(1)) else { return };
        // Most stories are to go on, and a package to come to something before the next.
        let busy = self.at(side).packages().iter().any(|handed| handed.kept);
        if (["close", "withdraw"].contains(code) && how < 208)
            || (*code == "transfer" && busy && !how.is_multiple_of(4))
        {
            return;
        }
        let sent: Vec<_> = self.at(side).packages().iter().map(|handed| handed.entry).collect();
        let entries: Vec<_> = self.at(side).entries().map(|entry| entry.hash()).collect();
        let among = if target >= 200 || sent.is_empty() { entries } else { sent };
        let named = among[usize::from(target) % among.len()];
        let toml = match *code {
            "transfer" => transfer(
                comity_journal::suite::hash(&[&[which, target, how]]),
                (how.is_multiple_of(8)).then_some(named),
            ),
            "receive" if how.is_multiple_of(3) => format!("{}\ncheck = \"intact\"", of(named)),
            "receive" => format!("check = \"{}\"", ["intact", "mismatch"][usize::from(how % 2)]),
            "release" => RELEASE.to_owned(),
            "destroy" => DESTROY.to_owned(),
            "close" => String::new(),
            _ if how.is_multiple_of(3) => of(named),
            _ => String::new(),
        };
        let mut statement = self.state(side, code, &toml);
        if how < 48 {
            let (place, prev, _) = self.at(side).next_in(statement.lane);
            statement.at_place = Some((place, prev, Vec::new()));
        }
        self.sign(side, statement, Vec::new());
    }
}

fn replayed(entries: &[Arc<Entry>]) -> Matter<EvidenceKind> {
    let mut fresh = Matter::new(entries[0].header().matter);
    entries.iter().cloned().for_each(|entry| fresh.receive(entry));
    fresh
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_same_entries_give_the_same_state_in_any_order(
        seed in any::<u64>(),
        happenings in proptest::collection::vec(any::<Happening>(), 1..60),
    ) {
        let mut world = opened(seed);
        happenings.into_iter().for_each(|happening| world.happens(happening));
        world.exchange();
        let shared = |entry: &&Arc<Entry>| entry.header().lane.is_shared();
        let mut entries: Vec<_> = world.at(Giver).entries().filter(shared).cloned().collect();
        let digest = replayed(&entries).digest();
        for _ in 0..8 {
            world.entropy.shuffle(&mut entries);
            prop_assert_eq!(replayed(&entries).digest(), digest.clone());
        }
        prop_assert_eq!(world.at(Giver).cell(), world.at(Receiver).cell());
        prop_assert_eq!(world.at(Giver).clocks(), world.at(Receiver).clocks());
        for entry in &entries {
            let hash = entry.hash();
            prop_assert_eq!(world.at(Giver).standing(&hash), world.at(Receiver).standing(&hash));
        }
    }
}

#[test]
fn random_stories_come_to_every_status_and_hold_void_acts() {
    let (mut statuses, mut void, mut valid) = (BTreeSet::new(), 0, 0);
    for seed in 0..40 {
        let mut world = opened(seed);
        for _ in 0..60 {
            let [what, which, target, how, ..] = world.entropy.next_u64().to_le_bytes();
            world.happens((what, which, target, how));
            statuses.insert(world.at(Giver).cell().status);
        }
        for entry in world.at(Giver).entries() {
            match world.at(Giver).standing(&entry.hash()) {
                Standing::Valid => valid += 1,
                Standing::Void(_) => void += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(statuses.len(), 8, "{statuses:?}");
    assert!(void > 40 && valid > 200, "{void} void, {valid} valid");
}
