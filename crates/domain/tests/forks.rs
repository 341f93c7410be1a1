//! One party says two things at one place: everybody stands still before it, until the party stands by one of them.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use comity_domain::engine::Standing;
use comity_domain::gates::Refusal;
use comity_journal::entry::Place;
use comity_journal::suite::Hash;
use comity_testkit::{OPEN, Side, World};

use Side::{Asked, Asking};

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
fn standing(world: &World, entry: Hash, is: Standing) {
    assert_eq!((world.at_asking.standing(&entry), world.at_asked.standing(&entry)), (is, is));
}

#[track_caller]
fn refused(result: Result<impl std::fmt::Debug, Refusal>, code: &str) {
    assert_eq!(result.expect_err("this must be refused").rule.code, code);
}

/// Signs both acts at the next place of the asked party's lane, whatever forbids it.
fn forks(world: &mut World, acts: [(&str, &str); 2]) -> [Hash; 2] {
    let spot = world.at_asked.next_in(world.lane(Asked));
    acts.map(|(act, toml)| {
        let mut statement = world.state(Asked, act, toml);
        statement.at_place = Some(spot.clone());
        world.force(Asked, statement).hash()
    })
}

/// `accept` and `refuse` at one place.
fn contradicts_itself(world: &mut World) -> [Hash; 2] {
    let forked = forks(world, [("accept", ""), ("refuse", "ground = \"incomplete\"")]);
    world.exchange();
    forked
}

fn stands_by(entry: Hash) -> String {
    format!("of = \"{entry}\"\ncause = \"old-copy\"")
}

#[test]
fn two_entries_for_one_place_freeze_the_record_before_it() {
    let mut world = opened(35);
    let spot = world.at_asked.next_in(world.lane(Asked));
    let mut first = world.state(Asked, "accept", "");
    first.at_place = Some(spot.clone());
    let mut second = world.state(Asked, "refuse", "ground = \"incomplete\"");
    second.at_place = Some(spot);
    let first = world.force(Asked, first).hash();
    assert_eq!(world.at_asked.cell().status, "accepted");
    let second = world.force(Asked, second).hash();
    world.exchange();
    status(&world, "sent");
    for hash in [first, second] {
        assert_eq!(world.at_asking.standing(&hash), Standing::Forked);
    }
    assert_eq!(world.at_asking.next_in(world.lane(Asked)).0, Place { epoch: 0, seq: 1 });
    let more = world.state(Asked, "acknowledge", "");
    refused(world.act(Asked, more), "forked");
}

#[test]
fn an_entry_at_the_last_place_that_a_number_can_say_is_followed_by_nothing() {
    let mut world = opened(36);
    let [accepted, _] = contradicts_itself(&mut world);
    let mut before = Some(accepted);
    for seq in [u64::MAX, 2, u64::MAX] {
        let mut statement = world.state(Asked, "remind", "");
        statement.at_place = Some((Place { epoch: 0, seq }, before, Vec::new()));
        before = Some(world.force(Asked, statement).hash());
    }
    world.exchange();
    status(&world, "sent");
    standing(&world, accepted, Standing::Forked);
}

#[test]
fn who_had_seen_one_branch_of_a_fork_goes_on_and_takes_no_place_twice() {
    let mut world = opened(42);
    let spot = world.at_asked.next_in(world.lane(Asked));
    let mut first = world.state(Asked, "accept", "");
    first.at_place = Some(spot.clone());
    world.force(Asked, first);
    world.exchange();
    let reminder = world.state(Asking, "remind", "");
    let before = world.act(Asking, reminder).unwrap();
    let mut second = world.state(Asked, "refuse", "ground = \"incomplete\"");
    second.at_place = Some(spot);
    world.force(Asked, second);
    world.exchange();
    status(&world, "sent");
    assert_eq!(world.at_asking.standing(&before.hash()), Standing::Valid);
    let reminder = world.state(Asking, "remind", "");
    let after = world.act(Asking, reminder).unwrap();
    world.exchange();
    assert_eq!(after.header().place.seq, before.header().place.seq + 1);
    assert_eq!(world.at_asked.standing(&after.hash()), Standing::Valid);
}

#[test]
fn a_fork_ends_when_its_author_stands_by_one_branch() {
    let mut world = opened(43);
    let [accepted, refused_at] = contradicts_itself(&mut world);
    status(&world, "sent");
    let chosen = world.properly(Asked, "stand-by", &stands_by(accepted)).unwrap();
    assert_eq!((chosen.header().place, chosen.header().prev), (Place { epoch: 1, seq: 1 }, Some(accepted)));
    world.exchange();
    status(&world, "accepted");
    standing(&world, accepted, Standing::Valid);
    standing(&world, chosen.hash(), Standing::Valid);
    standing(&world, refused_at, Standing::GivenUp);
    let answer = world.properly(Asked, "answer", "extent = \"final\"\ntext = \"Two.\"").unwrap();
    assert_eq!(answer.header().place, Place { epoch: 1, seq: 2 });
    world.exchange();
    status(&world, "answered");
}

#[test]
fn whoever_had_seen_the_branch_that_was_given_up_goes_on_like_the_others() {
    let mut world = opened(44);
    let spot = world.at_asked.next_in(world.lane(Asked));
    let mut first = world.state(Asked, "accept", "");
    first.at_place = Some(spot.clone());
    let first = world.force(Asked, first).hash();
    world.exchange();
    let reminder = world.state(Asking, "remind", "");
    let reminder = world.act(Asking, reminder).unwrap().hash();
    let mut second = world.state(Asked, "refuse", "ground = \"incomplete\"");
    second.at_place = Some(spot);
    let second = world.force(Asked, second).hash();
    world.exchange();
    world.properly(Asked, "stand-by", &stands_by(second)).unwrap();
    world.exchange();
    status(&world, "refused");
    standing(&world, first, Standing::GivenUp);
    standing(&world, reminder, Standing::Valid);
}

#[test]
fn a_party_stands_by_the_end_of_a_branch_of_its_own_fork_and_by_nothing_else() {
    let mut world = opened(45);
    let received = world.properly(Asked, "acknowledge", "").unwrap().hash();
    refused(world.properly(Asked, "stand-by", &stands_by(received)), "not-forked");
    contradicts_itself(&mut world);
    let theirs = world.at_asking.opening().unwrap().1;
    for wrong in [received, theirs] {
        refused(world.properly(Asked, "stand-by", &stands_by(wrong)), "wrong-target");
    }
    refused(world.properly(Asking, "stand-by", &stands_by(theirs)), "not-forked");
}

#[test]
fn nobody_takes_back_what_others_have_by_beginning_an_epoch_before_it() {
    let mut world = opened(46);
    let received = world.properly(Asked, "acknowledge", "").unwrap().hash();
    let accepted = world.properly(Asked, "accept", "").unwrap().hash();
    world.exchange();
    let back = world.state(Asked, "stand-by", &stands_by(received));
    let back = world.force(Asked, back).hash();
    world.exchange();
    // Two entries follow the acknowledgement now: a fork like any other.
    standing(&world, received, Standing::Valid);
    standing(&world, accepted, Standing::Forked);
    standing(&world, back, Standing::Forked);
    world.properly(Asked, "stand-by", &stands_by(accepted)).unwrap();
    world.exchange();
    status(&world, "accepted");
    standing(&world, back, Standing::GivenUp);
}

#[test]
fn a_choice_that_was_made_is_not_taken_back_by_a_later_one() {
    let mut world = opened(47);
    let [accepted, refused_at] = contradicts_itself(&mut world);
    world.properly(Asked, "stand-by", &stands_by(accepted)).unwrap();
    world.exchange();
    let other = world.state(Asked, "stand-by", &stands_by(refused_at));
    let other = world.force(Asked, other).hash();
    world.exchange();
    status(&world, "accepted");
    standing(&world, other, Standing::GivenUp);
    let going_on = world.properly(Asked, "answer", "extent = \"final\"\ntext = \"Two.\"").unwrap();
    world.exchange();
    standing(&world, going_on.hash(), Standing::Valid);
}

#[test]
fn standing_by_both_branches_is_a_fork_that_a_third_word_ends() {
    let mut world = opened(48);
    let [accepted, refused_at] = contradicts_itself(&mut world);
    let lane = world.lane(Asked);
    let spots = [accepted, refused_at].map(|of| (of, world.at_asked.next_epoch(lane, of)));
    let [first, second] = spots.map(|(of, spot)| {
        let mut statement = world.state(Asked, "stand-by", &stands_by(of));
        statement.at_place = Some(spot);
        world.force(Asked, statement).hash()
    });
    world.exchange();
    status(&world, "sent");
    let last = world.properly(Asked, "stand-by", &stands_by(second)).unwrap();
    assert_eq!(last.header().place, Place { epoch: 2, seq: 1 });
    world.exchange();
    status(&world, "refused");
    standing(&world, first, Standing::GivenUp);
    standing(&world, accepted, Standing::GivenUp);
}

/// The asked party loses `acknowledge` and what follows it, and goes on in an epoch that its root has declared.
fn goes_on_in_a_declared_epoch(world: &mut World, from: Hash, act: &str) -> Hash {
    let lane = world.lane(Asked);
    let declared = std::collections::BTreeMap::from([(world.asked.card.hash(), 1)]);
    world.at_asked.declare_epochs(declared.clone());
    world.at_asking.declare_epochs(declared);
    let (_, _, seen) = world.at_asked.next_in(lane);
    let mut statement = world.state(Asked, act, "questions = [\"Which bank?\"]");
    statement.at_place = Some((Place { epoch: 1, seq: 1 }, Some(from), seen));
    world.force(Asked, statement).hash()
}

#[test]
fn what_was_lost_gives_way_to_the_epoch_that_the_root_declared_whichever_comes_first() {
    for lost_first in [true, false] {
        let mut world = opened(49);
        let received = world.properly(Asked, "acknowledge", "").unwrap().hash();
        world.deliver(Asking);
        let lost = world.properly(Asked, "accept", "").unwrap();
        if lost_first {
            world.at_asking.receive(lost.clone());
        }
        let on = goes_on_in_a_declared_epoch(&mut world, received, "ask");
        world.exchange();
        standing(&world, on, Standing::Valid);
        standing(&world, lost.hash(), Standing::GivenUp);
        let lane = world.lane(Asked);
        assert!(!world.at_asking.is_forked(lane) && !world.at_asked.is_forked(lane));
    }
}
