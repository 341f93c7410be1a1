//! An agency without a node joins: two nodes, one of which had recorded for the other before it was there.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use comity_app::Failure;
use comity_app::commands::{ActCommand, RecordCommand, Tied};
use comity_app::queries::TimelineLine;
use comity_domain::gates::Rule;
use comity_journal::ids::{AgencyId, MatterId};
use comity_store::Direction;
use comity_testkit::node::{Desk, Pair, request, review};

/// Country A has asked a bureau that has no node, and knows country B, whom it has met since, not to be that bureau.
struct Joining {
    pair: Pair,
    matter: MatterId,
    party: AgencyId,
}

impl Joining {
    fn asked() -> Self {
        let pair = Pair::met();
        let record = pair.a.run(|ledger, pending| {
            let officer = ledger.officer(Some("Amara Olin"))?;
            ledger.add_off_network_partner(pending, "The old bureau", "XB", "by letter", &officer)
        });
        let record = record.unwrap();
        pair.a.act(record, "confirm", None, "Bo Reyes").unwrap();
        let assessment = comity_testkit::node::assessment();
        pair.a.act(record, "propose-widening", Some(&assessment), "Amara Olin").unwrap();
        pair.a.act(record, "widen", None, "Bo Reyes").unwrap();
        let matter = pair.a.draft("The old bureau", &request("A number"), "Amara Olin").unwrap();
        pair.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").unwrap();
        pair.a.act(matter, "approve", None, "Bo Reyes").unwrap();
        pair.a.act(matter, "open", None, "Amara Olin").unwrap();
        Self { pair, matter, party: AgencyId::from_bytes(*record.as_bytes()) }
    }

    fn record(&self, act: &'static str, toml: &'static str) -> Result<(), Failure> {
        let matter = self.matter;
        self.pair.a.run(move |ledger, pending| {
            let officer = ledger.officer(Some("Amara Olin"))?;
            let party = ledger.partner("The old bureau")?;
            let act = ActCommand { matter, act: act.into(), toml: Some(toml.into()) };
            let recorded = "channel = \"letter\"\noutside_reference = \"XB 1/2026\"".into();
            let command = RecordCommand { party, act, recorded, paper: None };
            ledger.record_for(pending, &command, &officer).map(drop)
        })
    }

    fn link(&self, who: &'static str) -> Result<Tied, Failure> {
        self.pair.a.run(move |ledger, pending| {
            let officer = ledger.officer(Some(who))?;
            let (old, new) = (ledger.partner("The old bureau")?, ledger.partner("Country B")?);
            ledger.link_partner(pending, &old, &new, &officer)
        })
    }

    fn claim(&self, who: &'static str) -> Result<Tied, Failure> {
        self.pair.b.run(move |ledger, pending| {
            let officer = ledger.officer(Some(who))?;
            let partner = ledger.partner("Country A")?;
            ledger.claim_record(pending, &partner, None, &officer)
        })
    }

    /// Two people at each node say that it is the same agency, and B has all of the matter.
    fn tied(&self) {
        assert_eq!(self.link("Amara Olin").unwrap(), Tied::Proposed);
        assert_eq!(self.link("Bo Reyes").unwrap(), Tied::Confirmed(1));
        self.pair.sync().unwrap();
        assert_eq!(self.claim("Chen Ning").unwrap(), Tied::Proposed);
        assert_eq!(self.claim("Dara Vong").unwrap(), Tied::Confirmed(0));
    }

    fn take(&self, act: &str, toml: &str) {
        self.pair.b.act(self.matter, act, Some(toml), "Chen Ning").unwrap();
        self.pair.b.act(self.matter, "approve", None, "Dara Vong").unwrap();
        self.pair.sync().unwrap();
    }

    fn recorded(&self, at: &Desk) -> Vec<TimelineLine> {
        let timeline = at.show(self.matter).unwrap().timeline;
        timeline.into_iter().filter(|line| line.side.starts_with("recorded")).collect()
    }
}

fn rule<T: std::fmt::Debug>(refused: Result<T, Failure>) -> Rule {
    match refused.unwrap_err() {
        Failure::Refused(refusal) => refusal.rule,
        other => panic!("{other}"),
    }
}

#[test]
fn a_request_on_paper_is_adopted_when_the_agency_gets_a_node() {
    let joining = Joining::asked();
    let Joining { pair, matter, .. } = &joining;
    joining.record("acknowledge", "").unwrap();
    joining.record("accept", "").unwrap();
    assert_eq!(
        pair.a.stream(joining.party, Direction::Out).n,
        0,
        "nothing is to be delivered to a party without a node"
    );
    pair.sync().unwrap();
    assert!(pair.b.show(*matter).is_err(), "nobody at B hears of it before it was linked");
    joining.tied();
    assert!(pair.b.incidents().is_empty(), "{:?}", pair.b.incidents());
    assert_eq!((pair.a.status(*matter), pair.b.status(*matter)), ("accepted".into(), "accepted".into()));
    assert!(joining.record("answer", "extent = \"final\"\ntext = \"Late.\"").is_err());
    joining.take("adopt-record", "");
    for (desk, word) in [(&pair.a, "adopted by them"), (&pair.b, "adopted by us")] {
        let recorded = joining.recorded(desk);
        assert_eq!(recorded.len(), 2);
        assert!(recorded.iter().all(|line| line.word.as_deref() == Some(word)), "{recorded:?}");
    }
    pair.b.act(*matter, "ask", Some("questions = [\"Which bank?\"]"), "Chen Ning").unwrap();
    pair.sync().unwrap();
    assert_eq!(pair.a.status(*matter), "clarification-asked");
    pair.a.act(*matter, "clarify", Some("text = \"The Bank of Example.\""), "Amara Olin").unwrap();
    pair.sync().unwrap();
    pair.assert_converged();
    let ours = pair.a.show(*matter).unwrap().timeline;
    assert!(ours.iter().filter(|line| line.side == "ours").all(|line| line.delivery == "delivered"));
}

#[test]
fn what_was_recorded_wrongly_is_disputed_and_stays_to_be_seen() {
    let joining = Joining::asked();
    joining.record("refuse", "ground = \"incomplete\"").unwrap();
    joining.tied();
    joining.take("dispute-record", "ground = \"said-otherwise\"\ntext = \"We asked for the date.\"");
    for desk in [&joining.pair.a, &joining.pair.b] {
        let [line] = <[TimelineLine; 1]>::try_from(joining.recorded(desk)).unwrap();
        assert!(line.word.as_deref().is_some_and(|word| word.contains("something else")), "{line:?}");
        assert_eq!(line.stands, "valid");
        assert_eq!(desk.status(joining.matter), "refused");
    }
    joining.pair.assert_converged();
}

#[test]
fn nothing_is_taken_over_before_two_people_have_said_that_the_record_is_about_us() {
    let joining = Joining::asked();
    assert!(joining.claim("Chen Ning").is_err(), "nothing was offered");
    joining.link("Amara Olin").unwrap();
    assert_eq!(rule(joining.link("Amara Olin")).code, "second-person");
    joining.link("Bo Reyes").unwrap();
    joining.pair.sync().unwrap();
    let b = &joining.pair.b;
    b.act(joining.matter, "adopt-record", Some(""), "Chen Ning").unwrap();
    let kept = b.act(joining.matter, "approve", None, "Dara Vong").unwrap();
    assert_eq!(kept.outcome.rule().map(|rule| rule.code), Some("claim-first"));
    joining.claim("Chen Ning").unwrap();
    assert_eq!(rule(joining.claim("Chen Ning")).code, "second-person");
    joining.claim("Dara Vong").unwrap();
    b.act(joining.matter, "send", None, "Chen Ning").unwrap();
    joining.pair.sync().unwrap();
    joining.pair.assert_converged();
    // An offer is the node's own to write.
    assert!(joining.pair.a.act(joining.matter, "hand-record-over", Some(""), "Amara Olin").is_err());
}

#[test]
fn an_agency_at_the_floor_is_given_the_matter_without_its_persons() {
    let joining = Joining::asked();
    let a = &joining.pair.a;
    let b = a.run(|ledger, _| Ok(ledger.partner("Country B")?.record)).unwrap();
    a.act(b, "narrow", Some("reason = \"To be assessed anew.\""), "Amara Olin").unwrap();
    joining.record("acknowledge", "").unwrap();
    joining.tied();
    assert_eq!(joining.pair.b.status(joining.matter), "acknowledged");
    let page = joining.pair.b.show(joining.matter).unwrap();
    let opening = page.timeline.iter().find(|line| line.act == "open").unwrap();
    assert!(opening.fields.iter().all(|field| !field.value.contains("Ilo Marn")), "{opening:?}");
    joining.take("adopt-record", "");
    joining.pair.assert_converged();
}

#[test]
fn a_partner_that_was_linked_is_no_party_of_new_matters_and_is_linked_once() {
    let joining = Joining::asked();
    joining.tied();
    let drafted = joining.pair.a.draft("The old bureau", &request("Another"), "Amara Olin");
    assert!(matches!(drafted, Err(Failure::Usage(_))), "{drafted:?}");
    assert_eq!(joining.link("Amara Olin").unwrap(), Tied::Confirmed(1), "once more changes nothing");
    joining.pair.sync().unwrap();
    let offers = joining.pair.b.show(joining.matter).unwrap().timeline;
    assert_eq!(offers.iter().filter(|line| line.act == "hand-record-over").count(), 1);
}
