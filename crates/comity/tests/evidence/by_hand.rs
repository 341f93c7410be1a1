//! Evidence by the command line: sealed, verified and opened without a node; handed over, checked, taken into custody,
//! exported, given back and destroyed between two.

use std::fs;
use std::process::Command;

use comity_testkit::terminal::Place;
use serde_json::Value;

use crate::pair::{Pair, announced, exhibits, same};

fn identity(place: &Place, dir: &str) -> String {
    let file = format!("{dir}.identity");
    place.expect(0, &["key", "export", dir, "--packages", "--yes", "--out", &file]);
    file
}

#[test]
fn a_folder_is_sealed_to_a_card_verified_by_anybody_and_opened_by_its_holder() {
    let place = Place::new(env!("CARGO_BIN_EXE_comity"));
    let print = place.init("a", "xa.liaison", "XA");
    place.init("b", "xb.liaison", "XB");
    place.expect(0, &["officer", "add", "b", "Chen Ning", "--role", "custodian"]);
    for dir in ["a", "b"] {
        place.expect(0, &["card", "show", dir, "--out", &format!("{dir}.card")]);
    }
    exhibits(&place);
    place.expect(0, &["evidence", "seal", "exhibits", "--to", "b.card", "--out", "x.package", "--by", "a"]);
    place.expect(2, &["evidence", "seal", "exhibits", "--to", "b.card", "--out", "x.package"]);
    place.expect(3, &["evidence", "verify", "x.package"]);
    place.expect(0, &["evidence", "verify", "x.package", "--trust", &print]);
    let key = identity(&place, "b");
    place.expect(0, &["evidence", "open", "x.package", "--identity", &key, "--out", "opened"]);
    assert!(same(&place, &place.path("opened/data")));
    let one = ["evidence", "open", "x.package", "--identity", &key, "--only", "电话/通话记录.txt"];
    place.expect(0, &[&one[..], &["--out", "one.txt"]].concat());
    assert_eq!(fs::read_to_string(place.path("one.txt")).expect("the file"), "一二三\n");
    // The holder lets the sender open it too; the content stays as it is.
    let before = fs::read(place.path("x.package")).expect("the package");
    place.expect(
        0,
        &["evidence", "add-recipient", "x.package", "--to", "a.card", "--identity", &key, "--by", "b"],
    );
    let after = fs::read(place.path("x.package")).expect("the package");
    let payload = 3 * 1024 * 1024;
    assert_eq!(before[before.len() - payload..], after[after.len() - payload..]);
    place.expect(0, &["officer", "add", "a", "Amara Olin", "--role", "custodian"]);
    let other = identity(&place, "a");
    place.expect(0, &["evidence", "open", "x.package", "--identity", &other, "--out", "opened-by-a"]);
    assert!(same(&place, &place.path("opened-by-a/data")));
    // One changed byte is found by anybody, and nothing is written out.
    let mut changed = after.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    fs::write(place.path("changed.package"), changed).expect("a file");
    place.expect(1, &["evidence", "verify", "changed.package", "--trust", &print]);
    place.expect(1, &["evidence", "open", "changed.package", "--identity", &key, "--out", "never"]);
    assert!(!place.path("never").exists());
    // Unsigned: intact, by nobody.
    place.expect(0, &["evidence", "seal", "exhibits", "--to", "b.card", "--out", "unsigned.package"]);
    place.expect(3, &["evidence", "verify", "unsigned.package", "--trust", &print]);
    plain_age_opens_it(&place, &key);
}

/// Debian's age and tar, where they are installed.
#[expect(clippy::print_stderr, reason = "what is skipped is said")]
fn plain_age_opens_it(place: &Place, key: &str) {
    if Command::new("age").arg("--version").output().is_err() {
        eprintln!("skipped: age is not installed");
        return;
    }
    fs::create_dir(place.path("plain")).expect("a folder");
    let script = format!("age -d -i {key} x.package | tar -x -C plain");
    let done =
        Command::new("sh").args(["-c", &script]).current_dir(place.path(".")).status().expect("a shell");
    assert!(done.success());
    assert!(same(place, &place.path("plain/package/data")));
}

#[test]
fn evidence_is_handed_over_checked_kept_given_back_and_proven() {
    let pair = announced();
    let Pair { place, prints, matter, .. } = &pair;
    let send = ["evidence", "send", "a", matter, "exhibits", "--label", "Two telephones"];
    // A supervisor keeps no exhibits.
    assert_eq!(place.expect(4, &[&send[..], &["--as", "Bo Reyes"]].concat()).word("rule"), "role");
    let sent = place.expect(0, &[&send[..], &["--as", "Amara Olin"]].concat());
    let package = sent.word("package");
    place.expect(0, &["sync", "a"]);
    place.expect(0, &["sync", "b"]);
    let page = place.expect(0, &["matter", "show", "b", matter]).json;
    assert_eq!(page["status"], "sent");
    assert_eq!(
        (&page["packages"][0]["here"], &page["packages"][0]["package"]),
        (&Value::Bool(true), &Value::String(package))
    );
    let marks = page["marks"].to_string();
    assert!(marks.contains("Not as evidence until released") && marks.contains("H1"), "{marks}");
    place.write("intact.toml", "check = \"intact\"\n");
    // Nobody takes over what nobody has checked.
    pair.act(4, "b", "accept", None, "Chen Ning");
    pair.act(0, "b", "receive", Some("intact.toml"), "Chen Ning");
    pair.act(0, "b", "accept", None, "Chen Ning");
    assert_eq!(place.status("a", matter), "held");
    // The owner alone releases it for court.
    place.write(
        "release.toml",
        "handling = \"h0\"\nas_evidence = true\nauthority = \"Letter of request 7\"\n",
    );
    pair.act(4, "b", "release", Some("release.toml"), "Chen Ning");
    pair.act(4, "a", "release", Some("release.toml"), "Amara Olin");
    pair.act(0, "a", "approve", None, "Bo Reyes");
    let marks = place.expect(0, &["matter", "show", "b", matter]).json["marks"].to_string();
    assert!(marks.contains("May be used as evidence") && marks.contains("H0"), "{marks}");
    // Out of the node as the file it is, opened with the exported key.
    place.expect(0, &["evidence", "export", "b", matter, "--out", "e.package", "--as", "Chen Ning"]);
    place.expect(0, &["evidence", "verify", "e.package", "--trust", &prints[0]]);
    let key = "b.identity";
    place.expect(0, &["key", "export", "b", "--packages", "--yes", "--out", key, "--as", "Chen Ning"]);
    place.expect(0, &["evidence", "open", "e.package", "--identity", key, "--out", "opened"]);
    assert!(same(place, &place.path("opened/data")));
    pair.act(0, "b", "give-back", None, "Chen Ning");
    assert_eq!(place.status("a", matter), "giving-back");
    pair.act(0, "a", "take-back", None, "Amara Olin");
    pair.act(0, "a", "close", None, "Amara Olin");
    assert_eq!(place.status("b", matter), "closed");
    for dir in ["a", "b"] {
        place.expect(0, &["journal", "verify", dir]);
    }
    let proof = place.expect(0, &["proof", "export", "a", matter]).word("file");
    let trust = ["--trust", &prints[0], "--trust", &prints[1]];
    place.expect(0, &[&["verify", &proof][..], &trust].concat());
}

#[test]
fn content_is_erased_by_two_and_the_proof_says_so_and_destroyed_means_gone() {
    let pair = announced();
    let Pair { place, prints, matter, .. } = &pair;
    place.expect(0, &["evidence", "send", "a", matter, "exhibits", "--as", "Amara Olin"]);
    place.expect(0, &["sync", "a"]);
    place.expect(0, &["sync", "b"]);
    place.write("intact.toml", "check = \"intact\"\n");
    pair.act(0, "b", "receive", Some("intact.toml"), "Chen Ning");
    pair.act(0, "b", "accept", None, "Chen Ning");
    let before = place.status("b", matter);
    let erase = |exit, parts: &[&str], officer: &str| {
        place.expect(exit, &[&["erase", "b", matter][..], parts, &["--as", officer]].concat())
    };
    // The custodian may not propose it, the rights officer may, and not confirm it too.
    assert_eq!(erase(4, &["evidence"], "Chen Ning").word("rule"), "role");
    assert_eq!(erase(4, &["evidence"], "Dara Vong").word("rule"), "second-person");
    assert_eq!(erase(4, &["evidence"], "Dara Vong").word("rule"), "second-person");
    let shown = || place.expect(0, &["matter", "show", "b", matter]).json.to_string();
    assert!(shown().contains("Telephone images"));
    erase(0, &["evidence"], "Ema Lind");
    assert!(!shown().contains("Telephone images"), "the content is still shown");
    assert_eq!(place.status("b", matter), before);
    // Said to be destroyed while it is still kept: refused.
    place.write("destroy.toml", "authority = \"Order 4\"\n");
    assert_eq!(pair.act(4, "b", "destroy", Some("destroy.toml"), "Chen Ning")["rule"], "four-eyes");
    assert_eq!(pair.act(0, "b", "approve", None, "Dara Vong")["waits"]["rule"], "package-still-here");
    erase(4, &["sealed-package"], "Dara Vong");
    erase(0, &["sealed-package"], "Ema Lind");
    place.expect(0, &["sync", "b"]);
    let page = place.expect(0, &["matter", "show", "b", matter]).json;
    assert_eq!(page["packages"][0]["here"], Value::Bool(false), "what was erased was fetched again");
    pair.act(0, "b", "destroy", None, "Chen Ning");
    assert_eq!(place.status("a", matter), "ended");
    place.expect(0, &["journal", "verify", "b"]);
    let proof = place.expect(0, &["proof", "export", "b", matter]).word("file");
    let trust = ["--trust", &prints[0], "--trust", &prints[1]];
    place.expect(0, &[&["verify", &proof][..], &trust].concat());
    // With content, the proof says what is no longer there, and to whom it went is recorded.
    let with =
        ["proof", "export", "b", matter, "--content", "--out", "with-content.proof", "--as", "Dara Vong"];
    place.expect(0, &with);
    place.expect(0, &[&["verify", "with-content.proof", "--report", "report.html"][..], &trust].concat());
    let report = fs::read_to_string(place.path("report.html")).expect("the report");
    assert!(
        report.contains("erased") && report.contains("已删除"),
        "the report does not say what was erased"
    );
}
