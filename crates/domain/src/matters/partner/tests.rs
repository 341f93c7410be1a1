//! What a partner's record comes to, and what the partner may get at which time.

use comity_journal::entry::{Actor, Lane};
use comity_journal::ids::{AgencyId, MatterId, Pseudonym, Token};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use std::collections::BTreeSet;

use super::acts::{
    ConfirmStructure, EndStructure, LiftStructure, NarrowStructure, ProposeLiftingStructure,
    ProposeWideningStructure, PutInQuarantineStructure, RecordForkStructure, WidenStructure,
};
use super::{Assessment, Cause, DAY, LONGEST_DAYS, PartnerAct, PartnerKind, PartnerLane, Relation};
use crate::act::{Moment, Target};
use crate::engine::{Facts, Kind as _, Lanes, Stated};
use crate::gates::{Ceiling, Cover, Refusal};

const NOW: Timestamp = Timestamp::from_millis(1_784_000_000_000);

fn person(n: u8) -> Actor {
    Actor { who: Pseudonym::from_bytes([n; 16]), roles: vec![Token::literal("legal")] }
}

/// A record as it grows, its entries numbered.
struct Record {
    lane: PartnerLane,
    entries: u8,
}

impl Record {
    fn confirmed() -> Self {
        let relation = Relation::Added { by: person(1).who, agency: Hash::ZERO };
        let lane = PartnerLane { relation, quarantine: None };
        let mut record = Self { lane, entries: 0 };
        record.write(2, &PartnerAct::Confirm(ConfirmStructure {})).unwrap();
        record
    }

    fn lanes(&self) -> Lanes<'_, PartnerLane> {
        Lanes::new(vec![("own", AgencyId::from_bytes([9; 32]), &self.lane)])
    }

    /// Admits an act by a person and lets it count; gives back the hash of its entry.
    fn write(&mut self, who: u8, act: &PartnerAct) -> Result<Hash, &'static str> {
        let (by, entry) = (person(who), Hash::from_bytes([self.entries + 1; 32]));
        let stated = Stated {
            entry,
            matter: MatterId::from_bytes([7; 32]),
            lane: Lane::Inner(AgencyId::from_bytes([9; 32])),
            author: AgencyId::from_bytes([9; 32]),
            by: &by,
            approved: &[],
            at: NOW,
            act: "",
            structure: &[],
            opening: None,
            kind: "partner",
            rules: 1,
            grounds_reviewed: false,
        };
        PartnerKind::admit(&self.lanes(), &stated, act).map_err(|refusal| refusal.rule.code)?;
        PartnerKind::evolve(&mut self.lane, &stated, act);
        self.entries += 1;
        Ok(entry)
    }

    fn decide(&self, act: &PartnerAct, now: Timestamp) -> Result<(), &'static str> {
        let facts = Facts {
            now,
            cover: Cover::NotOnRecord,
            ceiling: Ceiling::Full,
            proposer: person(1),
            approvals: Vec::new(),
            packages: BTreeSet::new(),
            own_record: false,
            quarantined: false,
        };
        let code = |refusal: Refusal| refusal.rule.code;
        PartnerKind::decide(&self.lanes(), act, &facts).map_err(code)
    }

    fn may(&self, act: &str) -> bool {
        PartnerKind::cell(&self.lanes()).allows("own", act)
    }
}

fn days(n: i64) -> Timestamp {
    NOW.plus_millis(n * DAY)
}

fn propose(review_by: Timestamp) -> PartnerAct {
    let review_by = Moment(review_by);
    PartnerAct::ProposeWidening(ProposeWideningStructure { to: Ceiling::Full, review_by })
}

fn widen(of: Hash) -> PartnerAct {
    PartnerAct::Widen(WidenStructure { of: Target::from(of) })
}

fn narrow() -> PartnerAct {
    PartnerAct::Narrow(NarrowStructure {})
}

fn widened() -> Record {
    let mut record = Record::confirmed();
    let proposal = record.write(1, &propose(days(365))).unwrap();
    record.write(2, &widen(proposal)).unwrap();
    record
}

#[test]
fn a_partner_starts_at_the_floor_and_a_proposal_alone_lifts_nothing() {
    let mut record = Record::confirmed();
    assert_eq!(
        (record.lane.ceiling(NOW), record.lane.assessment(NOW)),
        (Ceiling::Floor, Assessment::Missing)
    );
    assert!(!record.may("widen") && !record.may("narrow"));
    record.write(1, &propose(days(365))).unwrap();
    assert_eq!(record.lane.ceiling(NOW), Ceiling::Floor);
    assert!(record.may("widen"));
}

#[test]
fn who_proposes_a_widening_cannot_grant_it() {
    let mut record = Record::confirmed();
    let proposal = record.write(1, &propose(days(365))).unwrap();
    assert_eq!(record.write(1, &widen(proposal)), Err("second-person"));
    assert_eq!(record.write(2, &widen(Hash::ZERO)), Err("wrong-target"));
    record.write(2, &widen(proposal)).unwrap();
    assert_eq!(record.lane.ceiling(NOW), Ceiling::Full);
    assert_eq!(record.lane.assessed_in(), Some(proposal));
}

#[test]
fn only_the_latest_proposal_can_be_granted() {
    let mut record = Record::confirmed();
    let first = record.write(1, &propose(days(365))).unwrap();
    let second = record.write(2, &propose(days(30))).unwrap();
    assert_eq!(record.write(2, &widen(first)), Err("wrong-target"));
    // Who proposed the text that counts is the second person now.
    assert_eq!(record.write(2, &widen(second)), Err("second-person"));
    record.write(1, &widen(second)).unwrap();
}

#[test]
fn an_assessment_holds_until_its_review_date_and_lapses_without_anybodys_act() {
    let record = widened();
    let review_by = days(365);
    assert_eq!(record.lane.assessment(review_by.plus_millis(-1)), Assessment::Holds { review_by });
    assert_eq!(record.lane.assessment(review_by), Assessment::Lapsed { review_by });
    assert_eq!(record.lane.ceiling(review_by), Ceiling::Floor);
    // Reviewed in time, it goes on without a day at the floor.
    let mut record = widened();
    let again = record.write(2, &propose(days(700))).unwrap();
    assert_eq!(record.lane.ceiling(NOW), Ceiling::Full, "what was granted stands while the review waits");
    record.write(1, &widen(again)).unwrap();
    assert_eq!(record.lane.ceiling(review_by), Ceiling::Full);
}

#[test]
fn one_person_narrows_at_once_and_any_proposal_falls_with_it() {
    let mut record = widened();
    let proposal = record.write(1, &propose(days(700))).unwrap();
    record.write(1, &narrow()).unwrap();
    assert_eq!(
        (record.lane.ceiling(NOW), record.lane.assessment(NOW)),
        (Ceiling::Floor, Assessment::Narrowed)
    );
    assert_eq!(record.write(2, &widen(proposal)), Err("wrong-target"));
    assert!(!record.may("widen"));
    assert_eq!(record.lane.ceiling(NOW), Ceiling::Floor);
    // Where nothing was granted, only the proposal is dropped.
    let mut record = Record::confirmed();
    record.write(1, &propose(days(365))).unwrap();
    record.write(2, &narrow()).unwrap();
    assert_eq!(record.lane.assessment(NOW), Assessment::Missing);
}

#[test]
fn a_review_date_lies_ahead_and_at_most_two_years() {
    let record = Record::confirmed();
    assert_eq!(record.decide(&propose(NOW), NOW), Err("review-date"));
    assert_eq!(record.decide(&propose(days(LONGEST_DAYS)), NOW), Ok(()));
    assert_eq!(record.decide(&propose(days(LONGEST_DAYS).plus_millis(1)), NOW), Err("review-date"));
    // A proposal that waited past its own date cannot be granted any more.
    let mut record = Record::confirmed();
    let proposal = record.write(1, &propose(days(10))).unwrap();
    assert_eq!(record.decide(&widen(proposal), days(9)), Ok(()));
    assert_eq!(record.decide(&widen(proposal), days(10)), Err("review-date"));
}

#[test]
fn a_partner_that_ended_has_no_ceiling_but_the_floor() {
    let mut record = widened();
    record.write(1, &PartnerAct::End(EndStructure {})).unwrap();
    assert_eq!(record.lane.assessment(NOW), Assessment::Missing);
}

fn fork(n: u8) -> PartnerAct {
    PartnerAct::RecordFork(RecordForkStructure { entry: Hash::from_bytes([n; 32]) })
}

fn by_hand() -> PartnerAct {
    PartnerAct::PutInQuarantine(PutInQuarantineStructure {})
}

fn propose_lifting() -> PartnerAct {
    PartnerAct::ProposeLifting(ProposeLiftingStructure {})
}

fn lift(of: Hash) -> PartnerAct {
    PartnerAct::Lift(LiftStructure { of: Target::from(of) })
}

#[test]
fn one_person_puts_a_partner_in_quarantine_and_two_lift_it() {
    let mut record = Record::confirmed();
    assert!(!record.may("propose-lifting"));
    record.write(1, &by_hand()).unwrap();
    assert_eq!(record.lane.quarantine.map(|quarantine| quarantine.cause), Some(Cause::Person(person(1).who)));
    assert!(!record.may("lift") && !record.may("quarantine"));
    let proposal = record.write(1, &propose_lifting()).unwrap();
    assert_eq!(record.write(1, &lift(proposal)), Err("second-person"));
    assert_eq!(record.write(2, &lift(Hash::ZERO)), Err("wrong-target"));
    record.write(2, &lift(proposal)).unwrap();
    assert_eq!(record.lane.quarantine, None);
}

#[test]
fn a_new_fork_drops_a_lifting_that_did_not_know_of_it_and_puts_in_again_what_was_lifted() {
    let mut record = Record::confirmed();
    let began = record.write(9, &fork(1)).unwrap();
    let proposal = record.write(1, &propose_lifting()).unwrap();
    record.write(9, &fork(2)).unwrap();
    let stands = record.lane.quarantine.unwrap();
    assert_eq!((stands.began, stands.cause), (began, Cause::Fork(Hash::from_bytes([2; 32]))));
    assert_eq!(record.write(2, &lift(proposal)), Err("wrong-target"));
    let proposal = record.write(1, &propose_lifting()).unwrap();
    record.write(2, &lift(proposal)).unwrap();
    let again = record.write(9, &fork(3)).unwrap();
    assert_eq!(record.lane.quarantine.map(|quarantine| quarantine.began), Some(again));
}

#[test]
fn quarantine_outlasts_the_partnership_and_changes_nothing_of_what_the_partner_may_get() {
    let mut record = widened();
    record.write(9, &fork(1)).unwrap();
    assert_eq!(record.lane.ceiling(NOW), Ceiling::Full);
    record.write(1, &PartnerAct::End(EndStructure {})).unwrap();
    assert!(record.lane.quarantine.is_some());
    assert!(!record.may("lift") && !record.may("propose-lifting"));
}
