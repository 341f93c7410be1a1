//! A case between two nodes that never connect.

use std::fs;
use std::process::Command;

use comity_journal::entropy::Entropy as _;
use comity_testkit::Seeded;
use serde_json::Value;

use crate::two::Two;

#[test]
fn a_request_is_answered_and_a_package_taken_over_by_nodes_that_never_connect() {
    let two = Two::met();
    let place = &two.place;
    // One of the two nodes runs all the while, the other is opened by every command.
    let running = place.serve("b");
    let matter = two.request();
    let sent = two.carry("a", "b", "1.bundle", &[]);
    assert_eq!((&sent["received"], &sent["owed"]), (&Value::from(1), &Value::from(1)));
    assert_eq!(place.status("b", &matter), "sent");
    two.act(0, "b", &matter, "acknowledge", None, "Chen Ning");
    two.act(4, "b", &matter, "accept", Some("accept.toml"), "Chen Ning");
    two.act(0, "b", &matter, "review-grounds", Some("review.toml"), "Dara Vong");
    two.act(0, "b", &matter, "approve", None, "Dara Vong");
    two.act(4, "b", &matter, "answer", Some("answer.toml"), "Chen Ning");
    two.act(0, "b", &matter, "approve", None, "Dara Vong");
    let answered = two.carry("b", "a", "2.bundle", &[]);
    assert_eq!((&answered["received"], &answered["delivered"]), (&Value::from(3), &Value::from(1)));
    assert_eq!(place.expect(0, &["partner", "show", "a", "Country B"]).json["queued"], 0);

    let open = ["matter", "open", "a", "evidence", "--to", "Country B", "open.toml", "--send"];
    let evidence = place.expect(4, &[&open[..], &["--as", "Amara Olin"]].concat()).word("matter");
    two.act(0, "a", &evidence, "review-grounds", Some("review.toml"), "Bo Reyes");
    two.act(0, "a", &evidence, "approve", None, "Bo Reyes");
    // Three groups and a bit, of noise, so that nothing of it looks like anything else.
    let mut image = vec![0; 3 * 1024 * 1024 + 77];
    Seeded::new(5).fill(&mut image);
    fs::write(place.path("image.dd"), image).expect("a file");
    let sent = place.expect(0, &["evidence", "send", "a", &evidence, "image.dd", "--as", "Amara Olin"]);
    let package = sent.word("package");
    // Without the package its entry travels all the same, and both sides say that it is missing.
    assert_eq!(two.export("a", "3.bundle", &[]).json["packages_left_out"], 1);
    assert_eq!(two.import(0, "b", "3.bundle")["packages_wanted"], 1);
    let kept = |dir: &str| place.path(dir).join("objects").join(&package);
    // Half of the hashes and the first group have come already, as of an import that was killed.
    let whole = fs::read(kept("a")).expect("the package");
    let size = usize::try_from(sent.json["size"].as_u64().expect("a size")).expect("it fits");
    let first_group = whole.len() - size + 16 + 16 * (64 * 1024 + 16);
    fs::write(kept("b").with_extension("part"), &whole[..first_group + 5_000]).expect("a file");
    let leaves = fs::read(kept("a").with_extension("leaves")).expect("the hashes");
    assert_eq!(leaves.len(), 4 * 32);
    fs::write(kept("b").with_extension("leaves"), &leaves[..2 * 32]).expect("a file");
    let brought = two.carry("a", "b", "4.bundle", &["--with-packages"]);
    assert_eq!((&brought["packages"], &brought["packages_wanted"]), (&Value::from(1), &Value::from(0)));
    assert!(Command::new("cmp").args([kept("a"), kept("b")]).status().expect("cmp").success());
    two.act(0, "b", &evidence, "receive", Some("intact.toml"), "Chen Ning");
    two.act(0, "b", &evidence, "accept", None, "Chen Ning");
    two.carry("b", "a", "5.bundle", &[]);
    // What the partner has taken over does not ride again.
    assert_eq!(two.export("a", "6.bundle", &["--with-packages"]).json["packages"], 0);
    two.import(0, "b", "6.bundle");
    for dir in ["a", "b"] {
        assert_eq!(place.status(dir, &matter), "answered");
        assert_eq!(place.status(dir, &evidence), "held");
        assert_eq!(two.journal(dir)["clean"], true);
        two.proven(dir, &matter);
        two.proven(dir, &evidence);
    }
    assert!(place.expect(0, &["matter", "show", "a", &matter]).json.to_string().contains("paper.txt"));
    running.stop();
}

#[test]
fn a_bundle_leaves_only_by_an_officer_who_may_and_over_no_other_file() {
    let two = Two::met();
    let place = &two.place;
    place.expect(0, &["officer", "add", "a", "Finn Aas", "--role", "administrator"]);
    let export = ["bundle", "export", "a", "--to", "Country B", "--out", "x.bundle", "--as"];
    assert_eq!(place.expect(4, &[&export[..], &["Finn Aas"]].concat()).word("rule"), "role");
    assert!(!place.path("x.bundle").exists());
    place.expect(0, &[&export[..], &["Amara Olin"]].concat());
    place.expect(2, &[&export[..], &["Amara Olin"]].concat());
    // Nobody else on the machine reads it, and nobody but the receiver at all.
    let bytes = fs::read(place.path("x.bundle")).expect("the bundle");
    let agency = place.expect(0, &["card", "show", "a"]).word("agency");
    let agency = data_encoding::HEXLOWER.decode(agency.as_bytes()).expect("an id");
    assert!(!bytes.windows(agency.len()).any(|window| window == agency), "it says in clear from whom it is");
    let said = place.command(&["bundle", "import", "b", "x.bundle"]).output().expect("it runs");
    assert_eq!(said.status.code(), Some(0));
    // In Chinese, as in English, a fault says what to do.
    place.write("y.bundle", "no bundle");
    let wrong = place.expect(1, &["--lang", "zh", "bundle", "import", "b", "y.bundle"]);
    assert_eq!(wrong.word("why"), "not-a-bundle");
    assert!(wrong.word("text").contains("离线数据包"));
}

#[test]
fn cards_that_the_partner_never_saw_come_with_the_bundle_that_is_signed_under_the_last() {
    let two = Two::met();
    let place = &two.place;
    let first = two.request();
    two.export("a", "under-1.bundle", &[]);
    for endpoint in ["https://192.0.2.1:7843", "https://192.0.2.2:7843"] {
        place.expect(0, &["card", "set", "a", "--root", "a.root", "--endpoint", endpoint]);
    }
    let second = two.request();
    two.carry("a", "b", "under-3.bundle", &[]);
    assert_eq!(place.status("b", &second), "sent");
    assert_eq!(place.expect(0, &["partner", "show", "b", "Country A"]).word("at"), "https://192.0.2.2:7843");
    // What was made before the cards changed is taken all the same.
    two.import(0, "b", "under-1.bundle");
    two.proven("b", &first);
}
