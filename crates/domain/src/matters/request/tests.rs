//! What the lanes alone come to. Stories between two agencies are in `tests/request.rs`.

use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::clocks::clocks;
use super::grid::{cell, examples};
use super::{Asked, REQUESTED, REQUESTING, RequestLane, Requested};

fn lanes(role: &str) -> Vec<RequestLane> {
    examples().into_iter().filter(|(r, ..)| *r == role).map(|(.., lane)| lane).collect()
}

#[test]
fn clocks_run_only_while_the_requested_party_is_waited_for_or_asks() {
    for requesting in lanes(REQUESTING) {
        for requested in lanes(REQUESTED) {
            let cell = cell(&requesting, &requested);
            let running = clocks(&requesting, &requested);
            assert!(running.iter().all(|clock| clock.who == REQUESTED && clock.due >= clock.started));
            let owed = cell.waited_for == Some(REQUESTED) || cell.status == "clarification-asked";
            assert!(running.is_empty() || (owed && cell.status != "withdrawn"), "{cell:?}");
        }
    }
}

#[test]
fn a_lapse_is_answered_with_acts_the_requesting_party_may_do() {
    for requesting in lanes(REQUESTING) {
        for requested in lanes(REQUESTED) {
            let cell = cell(&requesting, &requested);
            for act in clocks(&requesting, &requested).iter().flat_map(|clock| clock.then) {
                assert!(cell.allows(REQUESTING, act), "{act} in {cell:?}");
            }
        }
    }
}

#[test]
fn a_question_counts_until_that_very_question_is_clarified() {
    let asked = |n| Some(Hash::from_bytes([n; 32]));
    let requested = |n| {
        let position = Asked::Acknowledged;
        RequestLane::Requested(Requested {
            acknowledged: Timestamp::from_millis(0),
            regraded: None,
            asked: asked(n),
            reported: false,
            review_by: None,
            preserved: None,
            position,
        })
    };
    let clarified = &lanes(REQUESTING)[2];
    assert_eq!(cell(clarified, &requested(1)).status, "acknowledged");
    assert_eq!(cell(clarified, &requested(2)).status, "clarification-asked");
}
