//! Keys that are renewed and keys that somebody else has, with the real binary: two nodes, one of them running.

use std::fs;

use comity_testkit::terminal::copy;
use comity_testkit::two_nodes::TwoNodes;
use serde_json::Value;

fn met() -> TwoNodes {
    TwoNodes::met(env!("CARGO_BIN_EXE_comity"))
}

/// How many acts do not count in a proof that is exported at one of them and intact.
fn disowned_in_proof(nodes: &TwoNodes, dir: &str, matter: &str) -> usize {
    let (place, out) = (&nodes.place, format!("{dir}-{matter}.proof"));
    drop(fs::remove_file(place.path(&out)));
    place.expect(0, &["proof", "export", dir, matter, "--out", &out]);
    let trust = ["--trust", &nodes.prints[0], "--trust", &nodes.prints[1]];
    let said = place.expect(0, &[&["verify", &out][..], &trust].concat()).json;
    said["disowned"].as_array().expect("a list").len()
}

#[test]
fn after_all_keys_are_renewed_both_lanes_go_on_and_old_and_new_is_proven() {
    let nodes = met();
    let place = &nodes.place;
    let matter = nodes.request();
    let signing = fs::read(place.path("a/keys/signing")).expect("a key");
    let renewed = place.expect(0, &["card", "rotate", "a", "--root", "a.root"]).json;
    assert_eq!((&renewed["card"], &renewed["by_hand"]), (&Value::from(2), &Value::Bool(false)));
    assert_ne!(fs::read(place.path("a/keys/signing")).expect("a key"), signing);
    for gone in ["a/keys-to-come", "a/former-keys"] {
        assert!(!place.path(gone).exists(), "{gone}");
    }
    nodes.talk(std::slice::from_ref(&matter), 2);
    // Twice more: each card names the key that the next one uses.
    for _ in 0..2 {
        place.expect(0, &["card", "rotate", "a", "--root", "a.root"]);
        nodes.talk(std::slice::from_ref(&matter), 1);
    }
    assert_eq!(place.status("a", &matter), place.status("b", &matter));
    for dir in ["a", "b"] {
        assert_eq!(disowned_in_proof(&nodes, dir, &matter), 0);
        assert_eq!(place.expect(0, &["journal", "verify", dir]).json["clean"], true);
    }
}

#[test]
fn a_node_that_has_lost_its_keys_goes_on_under_a_new_card() {
    let nodes = met();
    let place = &nodes.place;
    let matter = nodes.request();
    for lost in ["signing", "tls", "checkpoint"] {
        fs::remove_file(place.path("a/keys").join(lost)).expect("a key");
    }
    place.expect(1, &["sync", "a"]);
    let renewed = place.expect(0, &["card", "rotate", "a", "--root", "a.root"]);
    assert_eq!(renewed.json["gone"], serde_json::json!(["signing", "checkpoint", "tls"]));
    nodes.talk(&[matter], 1);
}

#[test]
fn a_stolen_key_is_disowned_beyond_what_the_agency_stands_by_and_lanes_go_on() {
    let nodes = met();
    let place = &nodes.place;
    let (first, second) = (nodes.request(), nodes.request());
    place.expect(0, &["sync", "a"]);
    copy(&place.path("a"), &place.path("thief"));
    place.expect(5, &["card", "revoke", "b", "--root", "b.root"]);
    place.expect(0, &["sync", "thief"]);
    nodes.act(0, "thief", &second, "withdraw", None, "Amara Olin");
    place.expect(0, &["sync", "thief"]);
    assert_eq!(place.status("b", &second), "withdrawn");

    place.expect(1, &["card", "revoke", "a", "--root", "b.root"]);
    let revoked = place.expect(0, &["card", "revoke", "a", "--root", "a.root"]).json;
    assert_eq!((&revoked["stands"], &revoked["beyond"]), (&Value::from(2), &Value::from(0)));
    place.expect(0, &["sync", "a"]);
    place.expect(0, &["sync", "a"]);
    assert_eq!(place.status("a", &second), "acknowledged");
    assert_eq!(place.status("b", &second), "acknowledged");
    // Whoever has the former keys is not let in any more.
    place.expect(5, &["sync", "thief"]);
    nodes.talk(&[first.clone(), second.clone()], 2);
    for dir in ["a", "b"] {
        assert_eq!(disowned_in_proof(&nodes, dir, &first), 0);
        assert_eq!(disowned_in_proof(&nodes, dir, &second), 1);
        assert_eq!(place.expect(0, &["journal", "verify", dir]).json["clean"], true);
    }
}

#[test]
fn keys_whose_renewal_was_interrupted_before_the_card_was_kept_are_undone() {
    let nodes = met();
    let place = &nodes.place;
    let matter = nodes.request();
    copy(&place.path("a/keys"), &place.path("a/keys-to-come"));
    fs::write(place.path("a/keys-to-come/signing"), "00".repeat(32)).expect("a key");
    nodes.talk(std::slice::from_ref(&matter), 1);
    assert!(!place.path("a/keys-to-come").exists());
}

#[test]
fn a_partner_that_missed_two_cards_takes_them_by_hand() {
    let nodes = met();
    let place = &nodes.place;
    let matter = nodes.request();
    for number in ["2", "3"] {
        place.expect(0, &["card", "rotate", "a", "--root", "a.root"]);
        place.expect(0, &["card", "show", "a", "--out", &format!("a.card.{number}")]);
    }
    place.expect(5, &["sync", "a"]);
    place.expect(1, &["partner", "card", "b", "a.card.3"]);
    for number in ["2", "3"] {
        place.expect(0, &["partner", "card", "b", &format!("a.card.{number}")]);
    }
    nodes.talk(&[matter], 1);
}
