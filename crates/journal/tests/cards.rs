//! Cards: a chain in which each follows the one before it, by number and by hash.

mod agencies;

use agencies::Small;
use comity_journal::card::{Card, CardBook, CardError, CardFacts};
use comity_journal::suite;

#[test]
fn a_card_follows_the_one_before_it_by_number_and_hash() {
    let small = Small::new();
    let first = small.help.card().clone();
    let issued = |change: fn(&mut CardFacts, &Card)| {
        let mut facts = first.facts().clone();
        (facts.number, facts.prev) = (2, Some(first.hash()));
        change(&mut facts, &first);
        Card::issue(facts, &small.help.root()).expect("a card")
    };
    let next = issued(|_, _| {});
    assert_eq!(next.follows(&first), Ok(()));
    let again = issued(|facts, first| (facts.number, facts.prev) = (1, first.facts().prev));
    let skipping = issued(|facts, _| facts.number = 3);
    let huge = issued(|facts, _| facts.number = u64::MAX);
    let of_another_past = issued(|facts, first| facts.prev = Some(suite::hash(&[first.bytes(), b"other"])));
    for wrong in [again, skipping, huge, of_another_past] {
        assert_eq!(wrong.follows(&first), Err(CardError::BrokenChain), "card {}", wrong.facts().number);
    }
    // The highest wins: what has been followed is not gone back to.
    let mut book = CardBook::default();
    book.add(first.clone()).expect("the first");
    book.add(next.clone()).expect("the next");
    let rival = issued(|facts, _| facts.label = comity_journal::ids::Token::literal("xb.other"));
    assert_eq!(book.add(rival), Err(CardError::BrokenChain));
    assert_eq!(book.add(first.clone()), Ok(()), "known, and changes nothing");
    assert_eq!(book.latest(&first.agency()), Some(&next));
}
