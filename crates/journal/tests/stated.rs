//! Stated heads: what a root says of a lost key, once, for all lanes.

mod agencies;

use std::collections::{BTreeMap, BTreeSet};

use agencies::{Noise, Small};
use comity_journal::card::{Card, CardError};
use comity_journal::stated::{self, StatedHead, standing, with_followers};
use comity_journal::suite::{self, Hash};

#[test]
fn a_stated_head_holds_under_the_card_and_every_later_one_and_nothing_else_does() {
    let mut small = Small::new();
    let before = small.help.card().clone();
    let stated = small.help.lose_signing_key(&[small.head_at(1)]).remove(0);
    assert!(stated.holds(small.help.card()));
    assert!(!stated.holds(&before) && !stated.holds(small.ask.card()));
    let mut facts = small.help.card().facts().clone();
    (facts.number, facts.prev) = (3, Some(small.help.card().hash()));
    assert!(stated.holds(&Card::issue(facts, &small.help.root()).expect("a card")));
    let other = StatedHead { head: small.head_at(2), ..stated.clone() };
    assert!(!other.holds(small.help.card()));
    assert_eq!(StatedHead::read(&stated.bytes()), Ok(stated));
}

#[test]
fn a_path_tells_neither_how_many_matters_there_are_nor_which() {
    let small = Small::new();
    let (agency, signing) = (small.help.id(), small.help.signing().public());
    let lines = |count: u8| {
        let of = |n: u8| {
            let mut head = small.head_at(1);
            head.last.entry = suite::hash(&[&[n]]);
            head
        };
        let heads: Vec<_> = (0..count).map(of).collect();
        stated::state(agency, signing, &heads, &mut Noise(7)).1
    };
    let (one, many) = (lines(1), lines(200));
    assert_eq!((one.len(), many.len()), (1, 200));
    assert!(one.iter().chain(&many).all(|stated| (stated.size, stated.path.len()) == (1024, 10)));
    // The head of another matter is a leaf only, and that of an entry nobody else has seen.
    let leaves: BTreeSet<_> = many.iter().map(|stated| stated.path[0]).collect();
    assert!(many.iter().all(|stated| !leaves.contains(&stated.head.last.entry)));
    let order: Vec<_> = many.iter().map(|stated| stated.head.last.entry).collect();
    assert!(!order.is_sorted(), "the order of the leaves is not that of the matters");
}

#[test]
fn a_card_that_owns_a_disowned_key_again_does_not_follow() {
    let mut small = Small::new();
    small.help.lose_signing_key(&[]);
    let before = small.help.card().clone();
    let next = |change: fn(&mut comity_journal::card::CardFacts)| {
        let mut facts = before.facts().clone();
        (facts.number, facts.prev) = (3, Some(before.hash()));
        change(&mut facts);
        Card::issue(facts, &small.help.root())
    };
    let silent = next(|facts| facts.disowned.clear()).expect("a card");
    assert_eq!(silent.follows(&before), Err(CardError::OwnedAgain));
    let elsewhere = next(|facts| facts.disowned[0].heads = Hash::ZERO).expect("a card");
    assert_eq!(elsewhere.follows(&before), Err(CardError::OwnedAgain));
    assert!(next(|facts| facts.signing = facts.disowned[0].signing).is_err());
}

#[test]
fn what_leads_to_a_head_stands_and_what_follows_what_does_not_falls_with_it() {
    let [a, b, c, x, y] = [b"a", b"b", b"c", b"x", b"y"].map(|name| suite::hash(&[name]));
    let before = BTreeMap::from([(a, None), (b, Some(a)), (c, Some(b)), (x, Some(a)), (y, Some(x))]);
    let to_c = standing(&before, c);
    assert_eq!((to_c.entries, to_c.whole), (BTreeSet::from([a, b, c]), true));
    let gap: BTreeMap<_, _> = before.iter().filter(|(hash, _)| **hash != b).map(|(h, p)| (*h, *p)).collect();
    let to_c = standing(&gap, c);
    assert_eq!((to_c.entries, to_c.whole), (BTreeSet::from([c]), false));
    assert!(!standing(&before, suite::hash(&[b"elsewhere"])).whole);
    let mut given_up = BTreeSet::from([x]);
    with_followers(&before, &mut given_up);
    assert_eq!(given_up, BTreeSet::from([x, y]));
}
