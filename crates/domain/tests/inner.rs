//! What a desk does inside a matter: who may know it, who works on it, tasks, readings. None of it travels.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use comity_domain::engine::Standing;
use comity_domain::gates::Refusal;
use comity_journal::entry::{Actor, Entry};
use comity_testkit::{OPEN, Side, World};
use std::sync::Arc;

use Side::{Asked, Asking};

fn arrived(seed: u64) -> World {
    let mut world = World::new(seed);
    world.properly(Asking, "open", OPEN).unwrap();
    world.exchange();
    world
}

/// An inner act at the asked side.
fn inside(world: &mut World, by: &Actor, act: &str, toml: &str) -> Result<Arc<Entry>, Refusal> {
    let statement = world.state_inner(Asked, by.clone(), act, toml);
    world.act(Asked, statement)
}

#[track_caller]
fn refused(result: Result<Arc<Entry>, Refusal>, code: &str) {
    assert_eq!(result.expect_err("this must be refused").rule.code, code);
}

fn named(field: &str, officer: &Actor) -> String {
    format!("{field} = \"{}\"", officer.who)
}

#[test]
fn whoever_is_assigned_or_let_in_belongs_to_the_team_until_put_out() {
    let mut world = arrived(1);
    let desk = world.officer(Asked, "reed", &["desk"]);
    let (wren, moss) =
        (world.officer(Asked, "wren", &["officer"]), world.officer(Asked, "moss", &["officer"]));
    let us = world.agency(Asked).id;
    assert!(world.at_asked.team(us).is_empty());
    inside(&mut world, &desk, "assign", &named("to", &wren)).unwrap();
    assert_eq!(world.at_asked.inner().assigned, Some(wren.who));
    inside(&mut world, &desk, "let-in", &named("officer", &moss)).unwrap();
    assert_eq!(world.at_asked.team(us), [desk.who, wren.who, moss.who].into());
    inside(&mut world, &desk, "put-out", &named("officer", &wren)).unwrap();
    assert_eq!(world.at_asked.team(us), [desk.who, moss.who].into());
    assert_eq!(world.at_asked.inner().assigned, None, "who is put out works on it no more");
    inside(&mut world, &wren, "note", "text = \"Still here.\"").unwrap();
    assert!(!world.at_asked.team(us).contains(&wren.who), "nobody lets themselves in again by writing");
    inside(&mut world, &desk, "assign", &named("to", &wren)).unwrap();
    assert!(world.at_asked.team(us).contains(&wren.who));
    refused(inside(&mut world, &moss, "let-in", &named("officer", &moss)), "role");
}

#[test]
fn who_wrote_or_approved_a_shared_act_of_ours_belongs_to_the_team_and_partners_do_not() {
    let mut world = arrived(2);
    let (asking, asked) = (world.agency(Asking).id, world.agency(Asked).id);
    let (wren, moss) = (world.officer(Asking, "wren", &[]), world.officer(Asking, "moss", &[]));
    let team = world.at_asking.team(asking);
    assert!(team.contains(&wren.who) && team.contains(&moss.who));
    assert!(world.at_asked.team(asked).is_empty());
    let acknowledge = world.state(Asked, "acknowledge", "");
    let by = acknowledge.by.who;
    world.act(Asked, acknowledge).unwrap();
    assert_eq!(world.at_asked.team(asked), [by].into());
}

#[test]
fn a_restriction_is_lifted_by_a_second_supervisor_only() {
    let mut world = arrived(3);
    let first = world.officer(Asked, "reed", &["supervisor"]);
    let second = world.officer(Asked, "moss", &["supervisor"]);
    let wren = world.officer(Asked, "wren", &["officer", "desk"]);
    refused(inside(&mut world, &second, "lift-restriction", "reason = \"Over.\""), "wrong-target");
    refused(inside(&mut world, &wren, "restrict", "reason = \"A source.\""), "role");
    let restrict = inside(&mut world, &first, "restrict", "reason = \"A source.\"").unwrap();
    assert_eq!(world.at_asked.inner().restricted.map(|standing| standing.entry), Some(restrict.hash()));
    refused(inside(&mut world, &second, "restrict", "reason = \"Again.\""), "not-now");
    refused(inside(&mut world, &first, "lift-restriction", "reason = \"Over.\""), "second-person");
    inside(&mut world, &second, "lift-restriction", "reason = \"Over.\"").unwrap();
    assert_eq!(world.at_asked.inner().restricted, None);
    refused(inside(&mut world, &second, "lift-restriction", "reason = \"Over.\""), "not-now");
}

#[test]
fn a_task_is_done_once() {
    let mut world = arrived(4);
    let wren = world.officer(Asked, "wren", &["officer"]);
    let task = format!("{}\ndue = \"2026-12-01T12:00:00Z\"\ntext = \"Ask the bank.\"", named("to", &wren));
    refused(inside(&mut world, &wren, "finish-task", ""), "wrong-target");
    let given = inside(&mut world, &wren, "task", &task).unwrap();
    inside(&mut world, &wren, "finish-task", "note = \"It answered.\"").unwrap();
    let tasks = world.at_asked.inner().tasks;
    assert_eq!((tasks.len(), tasks[0].entry, tasks[0].to), (1, given.hash(), wren.who));
    assert!(tasks[0].due.is_some() && tasks[0].done.as_ref().is_some_and(|(by, _)| *by == wren));
    refused(inside(&mut world, &wren, "finish-task", ""), "not-now");
}

#[test]
fn who_only_reads_joins_no_team_and_moves_nothing() {
    let mut world = arrived(5);
    let auditor = world.officer(Asked, "sage", &["auditor"]);
    let us = world.agency(Asked).id;
    let before = world.at_asked.brief().updated;
    world.pass(1000);
    inside(&mut world, &auditor, "read", "purpose = \"investigate\"").unwrap();
    assert!(world.at_asked.team(us).is_empty());
    assert_eq!(world.at_asked.brief().updated, before);
    assert!(world.at_asked.inner().reads.contains_key(&auditor.who));
}

#[test]
fn what_is_done_inside_never_reaches_the_other_side() {
    let mut world = arrived(6);
    let desk = world.officer(Asked, "reed", &["desk"]);
    let entry = inside(&mut world, &desk, "assign", &named("to", &desk)).unwrap();
    world.exchange();
    assert!(world.at_asking.entry(&entry.hash()).is_none());
    assert_eq!(world.at_asked.standing(&entry.hash()), Standing::Valid);
}

#[test]
fn what_can_be_said_against_an_act_is_said_before_it_is_written() {
    let mut world = arrived(7);
    let (desk, officer) =
        (world.officer(Asked, "reed", &["desk"]), world.officer(Asked, "wren", &["officer"]));
    let us = world.agency(Asked).id;
    let against = |world: &World, act: &str, by: &Actor| {
        world.at_asked.stands_against(act, us, by, (world.ceiling, false)).map(|refusal| refusal.rule.code)
    };
    assert_eq!(against(&world, "acknowledge", &desk), None);
    assert_eq!(against(&world, "acknowledge", &officer), Some("role"));
    assert_eq!(against(&world, "remind", &desk), Some("not-ours"));
    assert_eq!(against(&world, "confirm-withdrawal", &desk), Some("not-now"));
    assert_eq!(against(&world, "approve", &desk), Some("wrong-target"));
    assert_eq!(against(&world, "note", &officer), None);
    let draft = world.state_inner(Asked, officer.clone(), "draft", "act = \"accept\"");
    world.act(Asked, draft).unwrap();
    assert_eq!(against(&world, "approve", &officer), Some("own-work"));
    assert_eq!(against(&world, "approve", &desk), None);
    let of = world.at_asked.latest(&["open"]).unwrap();
    world.review(Asked, "sage", of, "yes").unwrap();
    assert_eq!(against(&world, "accept", &desk), Some("grounds-prohibited"));
}
