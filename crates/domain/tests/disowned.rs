//! A key that was lost to somebody else: what it signed beyond where its agency stands counts nowhere.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use std::sync::Arc;

use comity_domain::engine::{DISOWNED, DisownedKey, Matter, Standing};
use comity_domain::matters::request::RequestKind;
use comity_journal::entry::{Entry, Place};
use comity_journal::suite::Hash;
use comity_testkit::{OPEN, Side, World};
use proptest::prelude::*;

use Side::{Asked, Asking};

fn opened(seed: u64) -> World {
    let mut world = World::new(seed);
    world.properly(Asking, "open", OPEN).unwrap();
    world.exchange();
    world
}

/// Somebody else signs with the asked party's key, behind this entry of its lane, and shows it to the other side alone.
fn steals(world: &mut World, behind: Option<Hash>, act: &str, toml: &str) -> Arc<Entry> {
    let (lane, matter) = (world.lane(Asked), &world.at_asking);
    let (_, _, seen) = matter.next_in(lane);
    let place = match behind.and_then(|hash| matter.entry(&hash)).map(|entry| entry.header().place) {
        Some(before) => Place { seq: before.seq + 1, ..before },
        None => Place { epoch: 0, seq: 1 },
    };
    let mut statement = world.state(Asked, act, toml);
    statement.at_place = Some((place, behind, seen));
    let entry = world.sign(Asked, statement, Vec::new());
    world.at_asking.receive(Arc::clone(&entry));
    entry
}

#[track_caller]
fn standing(world: &World, entry: Hash, is: Standing) {
    assert_eq!((world.at_asking.standing(&entry), world.at_asked.standing(&entry)), (is, is));
}

#[track_caller]
fn status(world: &World, is: &str) {
    assert_eq!((world.at_asking.cell().status, world.at_asked.cell().status), (is, is));
}

#[test]
fn what_a_stolen_key_signed_beyond_the_stated_head_counts_nowhere_and_the_lane_goes_on() {
    let mut world = opened(60);
    let received = world.properly(Asked, "acknowledge", "").unwrap().hash();
    world.exchange();
    let stolen = steals(&mut world, Some(received), "refuse", "ground = \"incomplete\"").hash();
    assert_eq!(world.at_asking.cell().status, "refused");
    let key = world.lose_key(Asked, Some(received));
    world.disown(&key);
    assert_eq!(world.at_asking.cell().status, "acknowledged");
    let accepted = world.properly(Asked, "accept", "").unwrap();
    assert_eq!(
        (accepted.header().place, accepted.header().prev),
        (Place { epoch: 0, seq: 2 }, Some(received))
    );
    world.exchange();
    status(&world, "accepted");
    standing(&world, received, Standing::Valid);
    standing(&world, stolen, Standing::Disowned);
    assert!(!world.at_asking.is_forked(world.lane(Asked)));
}

#[test]
fn a_fork_made_with_a_stolen_key_ends_when_the_key_is_disowned() {
    let mut world = opened(61);
    let received = world.properly(Asked, "acknowledge", "").unwrap().hash();
    world.exchange();
    let stolen = steals(&mut world, Some(received), "refuse", "ground = \"incomplete\"").hash();
    let accepted = world.properly(Asked, "accept", "").unwrap().hash();
    world.exchange();
    standing(&world, accepted, Standing::Forked);
    let key = world.lose_key(Asked, Some(accepted));
    world.disown(&key);
    status(&world, "accepted");
    standing(&world, accepted, Standing::Valid);
    standing(&world, stolen, Standing::Disowned);
}

#[test]
fn whoever_had_seen_a_disowned_entry_goes_on_as_if_it_had_seen_the_last_that_stands() {
    let mut world = opened(62);
    let received = world.properly(Asked, "acknowledge", "").unwrap().hash();
    world.exchange();
    steals(&mut world, Some(received), "accept", "");
    let reminder = world.state(Asking, "remind", "");
    let reminder = world.act(Asking, reminder).unwrap().hash();
    let key = world.lose_key(Asked, Some(received));
    world.disown(&key);
    world.exchange();
    standing(&world, reminder, Standing::Valid);
    let more = world.state(Asking, "remind", "");
    let more = world.act(Asking, more).unwrap().hash();
    world.exchange();
    standing(&world, more, Standing::Valid);
}

#[test]
fn in_a_lane_for_which_no_head_was_stated_nothing_of_the_lost_key_counts() {
    let mut world = opened(63);
    let stolen = steals(&mut world, None, "accept", "").hash();
    let behind = steals(&mut world, Some(stolen), "answer", "extent = \"final\"\ntext = \"Two.\"").hash();
    let key = world.lose_key(Asked, None);
    world.disown(&key);
    world.exchange();
    status(&world, "sent");
    standing(&world, stolen, Standing::Disowned);
    standing(&world, behind, Standing::Disowned);
    let received = world.properly(Asked, "acknowledge", "").unwrap();
    assert_eq!(received.header().place, Place { epoch: 0, seq: 1 });
    world.exchange();
    status(&world, "acknowledged");
}

#[test]
fn a_matter_that_a_stolen_key_opened_is_no_matter() {
    let mut world = opened(64);
    let acknowledged = world.properly(Asked, "acknowledge", "").unwrap().hash();
    world.exchange();
    let key = world.lose_key(Asking, None);
    world.disown(&key);
    assert!(world.at_asked.opening().is_none() && world.at_asked.parties().is_empty());
    standing(&world, acknowledged, Standing::Void("not-opened"));
    status(&world, DISOWNED);
}

#[test]
fn until_the_stated_head_is_here_what_stands_before_its_place_counts_as_it_did() {
    let mut world = opened(65);
    let received = world.properly(Asked, "acknowledge", "").unwrap().hash();
    world.exchange();
    let accepted = world.properly(Asked, "accept", "").unwrap();
    let key = world.lose_key(Asked, Some(accepted.hash()));
    world.at_asking.disown(vec![key.clone()]);
    assert_eq!(world.at_asking.standing(&received), Standing::Valid);
    world.at_asking.receive(accepted);
    assert_eq!(world.at_asking.cell().status, "accepted");
}

/// A matter that is given these entries in this order, and hears of the lost key after so many of them: first that it was
/// lost, and a little later up to where it stands.
fn folded(
    world: &World,
    entries: &[Arc<Entry>],
    keys: &[DisownedKey],
    heard_after: usize,
) -> Matter<RequestKind> {
    let mut matter = Matter::new(world.at_asked.id());
    for (i, entry) in entries.iter().enumerate() {
        if i == heard_after {
            let lost = |key: &DisownedKey| DisownedKey { cards: key.cards.clone(), ..DisownedKey::default() };
            matter.disown(keys.iter().map(lost).collect());
        }
        matter.receive(Arc::clone(entry));
    }
    matter.disown(keys.to_vec());
    matter
}

proptest! {
    /// Rule 1 with a lost key: entries and what was stated give one state, in any order.
    #[test]
    fn entries_and_what_was_stated_give_one_state_in_any_order(
        seed in any::<u64>(),
        stolen in 0..5_usize,
        stands in 0..4_usize,
        heard in 0..40_usize,
    ) {
        let mut world = opened(seed);
        let mut own = vec![None];
        for (act, toml) in [("acknowledge", ""), ("accept", ""), ("progress", "text = \"Soon.\"")] {
            own.push(Some(world.properly(Asked, act, toml).unwrap().hash()));
            world.deliver(Asking);
            let reminder = world.state(Asking, "remind", "");
            world.force(Asking, reminder);
        }
        let mut behind = own[stands];
        for _ in 0..stolen {
            behind = Some(steals(&mut world, behind, "progress", "text = \"Stolen.\"").hash());
        }
        let reminder = world.state(Asking, "remind", "");
        world.force(Asking, reminder);
        let key = world.lose_key(Asked, own[stands]);
        let mut entries: Vec<_> =
            world.at_asking.entries().filter(|entry| entry.header().lane.is_shared()).cloned().collect();
        entries.sort_by_key(|entry| entry.hash());
        let first = folded(&world, &entries, std::slice::from_ref(&key), heard);
        for _ in 0..4 {
            world.entropy.shuffle(&mut entries);
            let heard = heard % (entries.len() + 1);
            let again = folded(&world, &entries, std::slice::from_ref(&key), heard);
            prop_assert_eq!(first.digest(), again.digest());
            for entry in &entries {
                prop_assert_eq!(first.standing(&entry.hash()), again.standing(&entry.hash()));
            }
        }
        let counts = own[1..].iter().flatten().filter(|hash| first.standing(hash) == Standing::Valid).count();
        prop_assert_eq!(counts, stands);
    }
}
