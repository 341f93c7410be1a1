//! Matters that name each other: what a request goes on in, and what it goes on from, at both nodes.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use comity_app::Failure;
use comity_app::commands::Outcome;
use comity_app::queries::LinkedLine;
use comity_app::views::rebuild;
use comity_domain::act::{ComposeError, Fault};
use comity_domain::matters::standard;
use comity_domain::vocabularies::Role;
use comity_domain::words::{Lang, Words};
use comity_journal::ids::MatterId;
use comity_testkit::node::{Desk, Pair, request, review};

fn sent(pair: &Pair, toml: &str) -> MatterId {
    let matter = pair.a.draft("Country B", toml, "Amara Olin").unwrap();
    pair.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").unwrap();
    pair.a.act(matter, "approve", None, "Bo Reyes").unwrap();
    let acted = pair.a.act(matter, "open", None, "Amara Olin").unwrap();
    assert!(matches!(acted.outcome, Outcome::Signed(_)), "{acted:?}");
    pair.sync().unwrap();
    matter
}

/// B says that a matter takes a judicial request, and which other matter it goes on in.
fn needs_judicial(pair: &Pair, matter: MatterId, goes_on_in: &str) -> Result<(), Failure> {
    let toml = format!("goes_on_in = \"{goes_on_in}\"\ntext = \"A letter of request to the court.\"");
    pair.b.act(matter, "needs-judicial", Some(&toml), "Chen Ning")?;
    pair.b.act(matter, "approve", None, "Dara Vong")?;
    pair.sync()?;
    Ok(())
}

fn linked(desk: &Desk, matter: MatterId, officer: &'static str) -> Vec<LinkedLine> {
    let words = Words::new(Lang::En, &standard());
    desk.run(move |ledger, _| {
        let officer = ledger.officer(Some(officer))?;
        Ok(ledger.show_matter_to(&officer, &matter, &words)?.linked)
    })
    .unwrap()
}

fn told(how: &str, of: MatterId, title: &str) -> LinkedLine {
    LinkedLine { how: how.into(), number: of.shown('R'), title: Some(title.into()), here: true }
}

fn fault(result: Result<(), Failure>) -> Option<(String, Fault)> {
    match result {
        Err(Failure::Compose(ComposeError::Field(found))) => Some((found.path, found.fault)),
        _ => None,
    }
}

#[test]
fn what_goes_on_elsewhere_is_linked_both_ways_at_both_nodes() {
    let pair = Pair::met();
    let (first, next) = (sent(&pair, &request("A number")), sent(&pair, &request("The same, for the court")));
    // As much of the number as no other matter has, as it is read aloud.
    needs_judicial(&pair, first, &next.shown('R')[..9].to_lowercase()).unwrap();
    for (desk, officer) in [(&pair.a, "Amara Olin"), (&pair.b, "Chen Ning")] {
        assert_eq!(linked(desk, first, officer), [told("Goes on in", next, "The same, for the court")]);
        assert_eq!(linked(desk, next, officer), [told("Goes on from", first, "A number")]);
    }
    pair.b.run(|ledger, _| rebuild(ledger)).unwrap();
    assert_eq!(linked(&pair.b, next, "Dara Vong"), [told("Goes on from", first, "A number")]);
}

#[test]
fn a_request_that_follows_and_one_that_is_replaced_name_the_other() {
    let pair = Pair::met();
    let first = sent(&pair, &request("A number"));
    let next = sent(&pair, &format!("follows = \"{}\"\n{}", first.shown('R'), request("The same, again")));
    assert_eq!(linked(&pair.b, first, "Chen Ning"), [told("Goes on in", next, "The same, again")]);
    assert_eq!(linked(&pair.b, next, "Chen Ning"), [told("Goes on from", first, "A number")]);
    let by = format!("by_matter = \"{}\"", next.shown('R'));
    pair.a.act(first, "supersede", Some(&by), "Amara Olin").unwrap();
    let (replaced, goes_on) = (linked(&pair.a, first, "Amara Olin"), linked(&pair.a, next, "Amara Olin"));
    assert!(replaced.contains(&told("Matter that takes its place", next, "The same, again")), "{replaced:?}");
    assert!(goes_on.contains(&told("Takes the place of", first, "A number")), "{goes_on:?}");
}

#[test]
fn a_number_that_means_no_one_matter_is_a_fault_of_its_field_and_nothing_is_kept() {
    let pair = Pair::met();
    let first = sent(&pair, &request("A number"));
    for typed in ["R-000000000000", "nothing", ""] {
        let wrong = Some(("goes_on_in".to_owned(), Fault::NoSuchMatter));
        assert_eq!(fault(needs_judicial(&pair, first, typed)), wrong, "{typed}");
    }
    // Records of people and partners have numbers as well, and nothing goes on in them.
    let record = pair.b.run(|ledger, _| Ok(ledger.partner("Country A")?.record)).unwrap();
    let typed = record.shown('P');
    assert!(fault(needs_judicial(&pair, first, &typed)).is_some());
    assert_eq!(pair.b.status(first), "sent");
}

#[test]
fn a_matter_one_may_not_know_is_named_like_one_that_is_not_there() {
    let pair = Pair::met();
    let (first, other) = (sent(&pair, &request("A number")), sent(&pair, &request("Another")));
    pair.b
        .run(|ledger, pending| ledger.add_officer(pending, "Fen Oda", &[Role::Officer, Role::Desk]))
        .unwrap();
    pair.b.act(other, "restrict", Some("reason = \"A source.\""), "Dara Vong").unwrap();
    let by = |typed: &str| {
        let toml = format!("goes_on_in = \"{typed}\"\ntext = \"A letter of request.\"");
        pair.b.act(first, "needs-judicial", Some(&toml), "Fen Oda").map(|_| ())
    };
    let unknown = fault(by("R-000000000000"));
    assert!(unknown.is_some());
    assert_eq!(fault(by(&other.shown('R'))), unknown);
    // A whole id is taken as it stands, whatever is here, and shows as no more than the number that was written.
    by(&other.to_string()).unwrap();
    pair.b.act(first, "approve", None, "Dara Vong").unwrap();
    let number = other.shown('R')[2..].to_owned();
    let bare = LinkedLine { how: "Goes on in".into(), number, title: None, here: false };
    assert_eq!(linked(&pair.b, first, "Fen Oda"), [bare]);
    assert_eq!(linked(&pair.b, first, "Dara Vong"), [told("Goes on in", other, "Another")]);
}

#[test]
fn a_form_offers_the_matters_with_that_partner_that_its_writer_may_know() {
    let pair = Pair::met();
    let (open, secret) = (sent(&pair, &request("A number")), sent(&pair, &request("Another")));
    pair.b.run(|ledger, pending| ledger.add_officer(pending, "Fen Oda", &[Role::Desk])).unwrap();
    pair.b.act(secret, "restrict", Some("reason = \"A source.\""), "Dara Vong").unwrap();
    let offered = |officer: &'static str| {
        let (partner, words) = (pair.a.agency, Words::new(Lang::En, &standard()));
        let found = pair.b.run(move |ledger, _| {
            let officer = ledger.officer(Some(officer))?;
            ledger.nameable(&officer, &[partner], &words)
        });
        found.unwrap().into_iter().map(|matter| matter.number).collect::<Vec<_>>()
    };
    assert_eq!(offered("Fen Oda"), [open.shown('R')]);
    let mut both = offered("Dara Vong");
    both.sort();
    let mut expected = vec![open.shown('R'), secret.shown('R')];
    expected.sort();
    assert_eq!(both, expected);
}
