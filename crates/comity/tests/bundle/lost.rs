//! Bundles that never arrive, and nodes that were put back from a copy.

use std::fs;

use comity_testkit::terminal::copy;
use serde_json::Value;

use crate::two::Two;

#[test]
fn a_bundle_that_is_lost_costs_nothing_but_the_next_one() {
    let two = Two::met();
    let place = &two.place;
    let first = two.request();
    two.export("a", "lost.bundle", &[]);
    let second = two.request();
    assert_eq!(two.export("a", "next.bundle", &[]).json["entries"], 2);
    assert_eq!(two.import(0, "b", "next.bundle")["received"], 2);
    // The lost one is found again, and the bundle with the receipts is lost.
    assert_eq!(two.import(0, "b", "lost.bundle")["received"], 0);
    two.export("b", "lost-receipts.bundle", &[]);
    two.act(0, "b", &first, "acknowledge", None, "Chen Ning");
    let third = two.request();
    assert_eq!(two.export("a", "third.bundle", &[]).json["entries"], 3);
    two.import(0, "b", "third.bundle");
    let back = two.carry("b", "a", "back.bundle", &[]);
    assert_eq!((&back["received"], &back["delivered"]), (&Value::from(1), &Value::from(3)));
    two.import(0, "a", "lost-receipts.bundle");
    assert_eq!(place.expect(0, &["partner", "show", "a", "Country B"]).json["queued"], 0);
    for matter in [first, second, third] {
        assert_eq!(place.status("a", &matter), place.status("b", &matter));
    }
}

#[test]
fn a_node_put_back_from_a_copy_says_what_is_missing_gets_it_and_signs_only_then() {
    let two = Two::met();
    let place = &two.place;
    let first = two.request();
    copy(&place.path("b"), &place.path("b.copy"));
    two.carry("a", "b", "1.bundle", &[]);
    two.carry("b", "a", "2.bundle", &[]);
    let second = two.request();
    two.export("a", "3.bundle", &[]);
    fs::remove_dir_all(place.path("b")).expect("the folder goes");
    fs::rename(place.path("b.copy"), place.path("b")).expect("the copy takes its place");
    let said = two.import(5, "b", "3.bundle");
    assert_eq!((&said["missing"]["first"], &said["missing"]["last"]), (&Value::from(1), &Value::from(1)));
    assert_eq!((&said["received"], &said["compared"]), (&Value::from(0), &Value::from(false)));
    assert_eq!(place.expect(0, &["matter", "list", "b"]).json, Value::Array(Vec::new()));
    assert_eq!(two.export("b", "4.bundle", &[]).json["asks"], true);
    two.import(0, "a", "4.bundle");
    assert_eq!(two.export("a", "5.bundle", &[]).json["entries"], 2);
    // An answer from before is none: it was made when nothing had been asked.
    assert_eq!(two.import(0, "b", "1.bundle")["compared"], false);
    let waits = two.act(5, "b", &first, "acknowledge", None, "Chen Ning");
    assert_eq!(waits["outcome"], "awaits-comparison");
    let answered = two.import(0, "b", "5.bundle");
    assert_eq!((&answered["compared"], &answered["released"]), (&Value::from(true), &Value::from(1)));
    assert_eq!(place.status("b", &second), "sent");
    two.carry("b", "a", "6.bundle", &[]);
    assert_eq!(place.status("a", &first), place.status("b", &first));
    for dir in ["a", "b"] {
        assert_eq!(two.journal(dir)["clean"], true);
    }
}

#[test]
fn an_old_copy_that_has_lost_what_it_signed_signs_nothing_more() {
    let two = Two::met();
    let place = &two.place;
    two.request();
    copy(&place.path("a"), &place.path("a.copy"));
    two.request();
    two.carry("a", "b", "1.bundle", &[]);
    fs::remove_dir_all(place.path("a")).expect("the folder goes");
    fs::rename(place.path("a.copy"), place.path("a")).expect("the copy takes its place");
    two.export("a", "2.bundle", &[]);
    // B has more of A's than A knows of; A itself notices, once it hears that.
    two.import(0, "b", "2.bundle");
    two.export("b", "3.bundle", &[]);
    let said = two.import(5, "a", "3.bundle");
    assert_eq!((&said["diverged"], &said["compared"]), (&Value::from(true), &Value::from(false)));
}
