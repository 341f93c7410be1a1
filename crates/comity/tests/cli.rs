//! The command line as people and scripts use it: the real binary, real folders, two nodes on loopback.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use comity_journal::fingerprint::Fingerprint;
use comity_journal::scan::to_scan;
use comity_journal::suite::Hash;
use comity_journal::verify::{Outcome, verify};
use comity_testkit::terminal::{Place, REQUEST, REVIEW, Served};
use serde_json::{Value, json};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

/// Two nodes that run, whose people have met.
struct Pair {
    place: Place,
    prints: [String; 2],
    a: Served,
    b: Served,
}

fn met() -> Pair {
    let place = Place::new(env!("CARGO_BIN_EXE_comity"));
    let prints = [place.init("a", "xa.liaison", "XA"), place.init("b", "xb.liaison", "XB")];
    let (a, b) = (place.serve("a"), place.serve("b"));
    for (dir, name, roles) in [
        ("a", "Amara Olin", &["officer"][..]),
        ("a", "Bo Reyes", &["supervisor", "desk", "legal"]),
        ("b", "Chen Ning", &["desk", "officer"]),
        ("b", "Dara Vong", &["supervisor", "legal"]),
    ] {
        place.enlist(dir, name, roles);
    }
    for (dir, other, at, print, name, first, second) in [
        ("a", "b", &b.at, &prints[1], "Country B", "Amara Olin", "Bo Reyes"),
        ("b", "a", &a.at, &prints[0], "Country A", "Chen Ning", "Dara Vong"),
    ] {
        let card = format!("{other}.card");
        place.expect(0, &["card", "show", other, "--out", &card]);
        let add = ["partner", "add", dir, &card, "--fingerprint", print, "--name", name, "--at", at];
        place.expect(0, &[&add[..], &["--as", first]].concat());
        // The person who added a partner cannot confirm it too.
        place.expect(4, &["partner", "confirm", dir, name, "--as", first]);
        place.expect(0, &["partner", "confirm", dir, name, "--as", second]);
        place.widen(dir, name, first, second);
    }
    place.write("request.toml", REQUEST);
    place.write("review.toml", REVIEW);
    place.write("ask.toml", "questions = [\"Which bank?\"]\n");
    place.write("clarify.toml", "text = \"The Bank of Example.\"\n");
    place.write("accept.toml", "promised_by = \"2030-01-01T00:00:00Z\"\n");
    place.write("paper.txt", "A record.\n");
    place.write(
        "answer.toml",
        "extent = \"final\"\ntext = \"A company.\"\n[[papers]]\nfile = \"paper.txt\"\n",
    );
    Pair { place, prints, a, b }
}

#[test]
fn two_nodes_play_a_request_through_and_both_can_prove_it() {
    let Pair { place, prints, a, b } = met();
    let act = |exit, dir: &str, matter: &str, act: &str, file: Option<&str>, officer: &str| {
        let args = [&["act", dir, matter, act][..], file.as_slice(), &["--as", officer]].concat();
        place.expect(exit, &args)
    };
    let drafted = place
        .expect(0, &["request", "draft", "a", "--to", "Country B", "request.toml", "--as", "Amara Olin"]);
    let matter = drafted.word("matter");
    place.expect(0, &["sync", "a"]);
    assert_eq!(place.say(&["matter", "list", "b"]).json, Value::Array(Vec::new()), "a draft has travelled");
    // The officer alone cannot send it, nor approve it.
    let alone = place.expect(4, &["request", "send", "a", &matter, "--as", "Amara Olin"]);
    assert_eq!(alone.word("rule"), "four-eyes");
    act(0, "a", &matter, "review-grounds", Some("review.toml"), "Bo Reyes");
    act(0, "a", &matter, "approve", None, "Bo Reyes");
    place.expect(0, &["sync", "a"]);
    assert_eq!(place.status("b", &matter), "sent");
    act(0, "b", &matter, "acknowledge", None, "Chen Ning");
    act(0, "b", &matter, "ask", Some("ask.toml"), "Chen Ning");
    place.expect(0, &["sync", "b"]);
    assert_eq!(place.status("a", &matter), "clarification-asked");
    act(0, "a", &matter, "clarify", Some("clarify.toml"), "Amara Olin");
    place.expect(0, &["sync", "a"]);
    act(4, "b", &matter, "accept", Some("accept.toml"), "Chen Ning");
    act(0, "b", &matter, "review-grounds", Some("review.toml"), "Dara Vong");
    act(0, "b", &matter, "approve", None, "Dara Vong");
    act(4, "b", &matter, "answer", Some("answer.toml"), "Chen Ning");
    act(0, "b", &matter, "approve", None, "Dara Vong");
    place.expect(0, &["sync", "b"]);
    for dir in ["a", "b"] {
        assert_eq!(place.status(dir, &matter), "answered");
        place.expect(0, &["journal", "verify", dir]);
        assert_eq!(mode(&place.path(dir).join("control.sock")), 0o600);
    }
    // Who proposed cannot approve, whatever roles they hold.
    let own =
        place.expect(0, &["request", "draft", "a", "--to", "Country B", "request.toml", "--as", "Bo Reyes"]);
    act(4, "a", &own.word("matter"), "approve", None, "Bo Reyes");

    place.expect(2, &["request", "draft", "a", "--to", "Nobody", "request.toml", "--as", "Amara Olin"]);
    place.expect(2, &["request", "draft", "a", "--to", "Country B", "request.toml"]);
    place.init("c", "xb.liaison", "XC");
    place.expect(0, &["card", "show", "c", "--out", "c.card"]);
    let print = place.expect(0, &["card", "show", "c"]).word("fingerprint");
    let add =
        ["partner", "add", "a", "c.card", "--fingerprint", &print, "--name", "Another", "--as", "Bo Reyes"];
    place.expect(0, &add);
    place.expect(2, &["partner", "show", "a", "xb.liaison"]);
    place.expect(0, &["partner", "show", "a", "Another"]);

    b.stop();
    place.expect(5, &["sync", "a", "--partner", "Country B"]);
    a.stop();
    for dir in ["a", "b"] {
        place.expect(0, &["journal", "verify", dir]);
        place.expect(0, &["proof", "export", dir, &matter, "--out", &format!("{dir}.proof")]);
        proves(&place, &place.path(&format!("{dir}.proof")), &prints);
    }
    let bytes = fs::read(place.path("a.proof")).expect("the proof");
    let trusted = prints.map(|print| Fingerprint::parse(&print).expect("a fingerprint"));
    every_change_is_noticed(&bytes, &trusted);
}

/// The proof verifies with nothing but the file, and no change of it does.
fn proves(place: &Place, proof: &Path, prints: &[String; 2]) {
    let empty = Place::new(env!("CARGO_BIN_EXE_comity"));
    let file = proof.to_str().expect("a name");
    let [a, b] = prints;
    let trusted = empty.expect(0, &["verify", file, "--trust", a, "--trust", b, "--report", "report.html"]);
    assert!(trusted.json["entries"].as_u64().expect("a number") >= 6);
    let report = fs::read_to_string(empty.path("report.html")).expect("a report");
    assert!(report.contains("lang=\"zh") && report.contains("lang=\"en"), "a report in both languages");
    assert!(report.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)));
    empty.expect(3, &["verify", file]);
    empty.expect(3, &["verify", file, "--trust", a]);

    let bytes = fs::read(proof).expect("the proof");
    let changed = place.path("changed.proof");
    let name = changed.to_str().expect("a name");
    let len = bytes.len();
    let mut some: Vec<Vec<u8>> = [0, len / 7, len / 3, len / 2, len - 1]
        .map(|at| {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            flipped
        })
        .into();
    some.push([&bytes[..], &[0]].concat());
    some.push([&bytes[..len / 2], &bytes[len / 2 + 1..]].concat());
    some.push(bytes[..len - 1].to_vec());
    some.push(Vec::new());
    for change in some {
        fs::write(&changed, change).expect("written");
        empty.expect(1, &["verify", name, "--trust", a, "--trust", b]);
    }
    let trusted: Vec<_> =
        prints.iter().map(|print| Fingerprint::parse(print).expect("a fingerprint")).collect();
    let findings = verify(&bytes, &trusted);
    assert!(matches!(findings.outcome, Outcome::Intact));
    speaks_of(&empty, &["verify", file, "--trust", a, "--trust", b], &findings.acts[1].entry.hash);
}

/// Of an act that a receipt names the proof says that it is in it; of another that it is not; of no hash nothing.
fn speaks_of(empty: &Place, verify: &[&str], entry: &Hash) {
    let of = |exit, entry: &str| empty.expect(exit, &[verify, &["--entry", entry]].concat());
    assert_eq!(of(0, &to_scan(entry)).json["entry"], 2);
    assert_eq!(of(0, &entry.to_string()).json["entry"], 2);
    assert!(of(1, &Hash::ZERO.to_string()).json["entry"].is_null());
    of(2, "no hash");
}

/// Every bit turned over, every byte left out, and every byte that could be appended.
fn every_change_is_noticed(bytes: &[u8], trusted: &[Fingerprint]) {
    let broken = |bytes: &[u8]| matches!(verify(bytes, trusted).outcome, Outcome::Broken(_));
    let half = |from: usize| {
        for at in (from..bytes.len()).step_by(2) {
            let mut flipped = bytes.to_vec();
            for bit in 0..8 {
                flipped[at] ^= 1 << bit;
                assert!(broken(&flipped), "bit {bit} of byte {at}");
                flipped[at] ^= 1 << bit;
            }
            flipped.remove(at);
            assert!(broken(&flipped), "without byte {at}");
        }
    };
    std::thread::scope(|threads| {
        threads.spawn(|| half(1));
        half(0);
    });
    for byte in 0..=255 {
        assert!(broken(&[bytes, &[byte]].concat()), "with {byte} appended");
    }
}

#[test]
fn commands_given_at_once_take_turns() {
    let place = Place::new(env!("CARGO_BIN_EXE_comity"));
    place.init("a", "xa.liaison", "XA");
    let children: Vec<_> = (0..6)
        .map(|n| {
            let name = format!("Officer {n}");
            let mut command = place.command(&["officer", "add", "a", &name, "--role", "officer"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    }
    let listed = place.expect(0, &["officer", "list", "a"]).json;
    assert_eq!(listed.as_array().map(Vec::len), Some(6));
    place.expect(0, &["journal", "verify", "a"]);
}

#[test]
fn an_officer_is_handed_a_code_and_the_list_says_who_can_sign_in() {
    let place = Place::new(env!("CARGO_BIN_EXE_comity"));
    place.init("a", "xa.liaison", "XA");
    place.expect(0, &["officer", "add", "a", "Amara Olin", "--role", "officer"]);
    let added = place.expect(0, &["officer", "add", "a", "Bo Reyes", "--role", "administrator", "--invite"]);
    let again = place.expect(0, &["officer", "invite", "a", "Bo Reyes"]);
    assert_eq!((added.word("code").len(), again.word("page").as_str()), (32, "/welcome"));
    assert_ne!(added.word("code"), again.word("code"));
    place.expect(2, &["officer", "invite", "a", "Nobody"]);
    let listed = place.expect(0, &["officer", "list", "a"]).json;
    assert_eq!(listed[0]["can_sign_in"], Value::Bool(false));
    assert_eq!(listed[0]["invited_until"], Value::Null);
    assert!(listed[1]["invited_until"].is_string() && !listed.to_string().contains(&again.word("code")));
    // Nobody writes a password by hand, and nobody gives themself roles.
    place.write("password.toml", "password = \"x\"\n");
    place.write("roles.toml", "roles = [\"supervisor\"]\n");
    let record = |n: usize| listed[n]["record"].as_str().expect("a record").to_owned();
    place.expect(2, &["act", "a", &record(1), "set-password", "password.toml", "--as", "Bo Reyes"]);
    let own = place.expect(4, &["act", "a", &record(1), "propose-roles", "roles.toml", "--as", "Bo Reyes"]);
    assert_eq!(own.word("rule"), "own-access");
    place.expect(0, &["act", "a", &record(0), "propose-roles", "roles.toml", "--as", "Bo Reyes"]);
    let alone = place.expect(4, &["act", "a", &record(0), "grant-roles", "--as", "Bo Reyes"]);
    assert_eq!(alone.word("rule"), "second-person");
    place.expect(0, &["journal", "verify", "a"]);
}

#[test]
fn secrets_can_be_read_by_their_owner_alone() {
    let place = Place::new(env!("CARGO_BIN_EXE_comity"));
    place.init("a", "xa.liaison", "XA");
    assert_eq!(mode(&place.path("a")), 0o700);
    assert_eq!(mode(&place.path("a.root")), 0o600);
    let keys: Vec<_> =
        fs::read_dir(place.path("a/keys")).expect("keys").map(|key| key.expect("a key").path()).collect();
    assert!(keys.len() > 4);
    for key in keys {
        assert_eq!(mode(&key), 0o600, "{}", key.display());
    }
    // A second node in the same folder would be a second writer.
    let running = place.serve("a");
    place.expect(5, &["serve", "a", "--federation", "127.0.0.1:0"]);
    running.stop();
    assert!(!place.path("a/control.sock").exists());
    place.expect(
        2,
        &[
            "init",
            "a",
            "--agency",
            "x",
            "--place",
            "XA",
            "--name-en",
            "A",
            "--name-zh",
            "B",
            "--root-out",
            "r",
        ],
    );
    place.expect(2, &["officer", "list", "nowhere"]);
}

#[test]
fn what_a_partner_without_a_node_says_is_recorded_by_us_and_proven_as_such() {
    let place = Place::new(env!("CARGO_BIN_EXE_comity"));
    let print = place.init("a", "xa.liaison", "XA");
    place.expect(0, &["officer", "add", "a", "Amara Olin", "--role", "officer", "--role", "desk"]);
    let roles = ["--role", "supervisor", "--role", "desk", "--role", "legal"];
    place.expect(0, &[&["officer", "add", "a", "Bo Reyes"][..], &roles].concat());
    let add = ["partner", "add", "a", "--off-network", "--name", "Country D", "--place", "XD"];
    place.expect(2, &[&add[..], &["--as", "Amara Olin"]].concat());
    place.expect(0, &[&add[..], &["--reached", "I-24/7, desk 4", "--as", "Amara Olin"]].concat());
    place.expect(4, &["partner", "confirm", "a", "Country D", "--as", "Amara Olin"]);
    place.expect(0, &["partner", "confirm", "a", "Country D", "--as", "Bo Reyes"]);
    place.widen("a", "Country D", "Amara Olin", "Bo Reyes");
    assert_eq!(
        place.expect(0, &["partner", "show", "a", "Country D"]).json["off_network"],
        Value::Bool(true)
    );
    place.write("request.toml", REQUEST);
    place.write("review.toml", REVIEW);
    let sent = ["request", "send", "a", "--to", "Country D", "request.toml", "--as", "Amara Olin"];
    let matter = place.expect(4, &sent).word("matter");
    place.expect(0, &["act", "a", &matter, "review-grounds", "review.toml", "--as", "Bo Reyes"]);
    let approved = place.expect(0, &["act", "a", &matter, "approve", "--as", "Bo Reyes"]);
    assert_eq!(approved.word("outcome"), "signed");
    let theirs = ["--for", "Country D", "--channel", "note-verbale", "--reference", "NV 14/2026"];
    let record = |exit, act: &str| {
        let said = ["act", "a", &matter, act, "--as", "Amara Olin"];
        place.expect(exit, &[&said[..], &theirs].concat())
    };
    record(0, "acknowledge");
    record(0, "accept");
    assert_eq!(place.status("a", &matter), "accepted");
    // What belongs to us is not theirs to say, nor what has been said already.
    assert_eq!(record(4, "withdraw").word("rule"), "not-ours");
    assert_eq!(record(4, "accept").word("rule"), "not-now");
    let page = place.expect(0, &["matter", "show", "a", &matter]).json.to_string();
    assert!(page.contains("NV 14/2026") && page.contains("\"recorded\""), "{page}");
    place.expect(0, &["journal", "verify", "a"]);
    place.expect(0, &["sync", "a"]);
    let proof = place.expect(0, &["proof", "export", "a", &matter]).word("file");
    place.expect(3, &["verify", &proof]);
    place.expect(0, &["verify", &proof, "--trust", &print, "--report", "report.html"]);
    let report = fs::read_to_string(place.path("report.html")).expect("the report");
    assert!(report.contains("not signed by the party"), "the report must say who did not sign");
}

#[test]
fn a_partner_at_the_floor_gets_no_persons_until_two_people_have_widened_it() {
    let pair = met();
    let place = &pair.place;
    let narrow = ["partner", "narrow", "a", "Country B", "--reason", "A report of last week."];
    place.expect(0, &[&narrow[..], &["--as", "Amara Olin"]].concat());
    let shown = place.expect(0, &["partner", "show", "a", "Country B"]);
    assert_eq!((shown.word("ceiling"), shown.word("assessment")), ("floor".into(), "narrowed".into()));
    place.expect(0, &["sync", "a"]);
    place.write(
        "named.toml",
        &format!("{REQUEST}\n[[persons]]\nname = \"Ilo Marn\"\nstanding = \"suspect\"\n"),
    );
    let sent = ["request", "send", "a", "--to", "Country B", "named.toml", "--as", "Amara Olin"];
    let matter = place.expect(4, &sent).word("matter");
    place.expect(0, &["act", "a", &matter, "review-grounds", "review.toml", "--as", "Bo Reyes"]);
    let approved = place.expect(0, &["act", "a", &matter, "approve", "--as", "Bo Reyes"]);
    assert_eq!(approved.json["waits"]["rule"], "ceiling", "{}", approved.json);
    // The assessment that was written when they met is still in the folder; whoever proposes it does not grant it.
    let widen = ["partner", "widen", "a", "Country B"];
    place.expect(4, &[&widen[..], &["--as", "Bo Reyes"]].concat());
    place.expect(0, &[&widen[..], &["assessment.toml", "--as", "Bo Reyes"]].concat());
    let read = place.expect(0, &["partner", "show", "a", "Country B"]).json;
    assert_eq!(
        (&read["proposed"]["text"], &read["proposed"]["by"]),
        (&json!("Independent courts."), &json!("Bo Reyes"))
    );
    let own = place.expect(4, &[&widen[..], &["--as", "Bo Reyes"]].concat());
    assert_eq!(own.word("rule"), "second-person");
    place.expect(0, &[&widen[..], &["assessment.toml", "--as", "Amara Olin"]].concat());
    let widened = place.expect(0, &[&widen[..], &["--as", "Bo Reyes"]].concat());
    assert_eq!((widened.word("ceiling"), widened.word("assessment")), ("full".into(), "holds".into()));
    let signed = place.expect(0, &["request", "send", "a", &matter, "--as", "Amara Olin"]);
    assert_eq!(signed.word("outcome"), "signed");
}

#[test]
fn no_new_matter_goes_to_a_partner_in_quarantine_until_two_people_have_lifted_it() {
    let pair = met();
    let place = &pair.place;
    let apart = ["partner", "quarantine", "a", "Country B", "--reason", "Two letters under one number."];
    let put = place.expect(0, &[&apart[..], &["--as", "Amara Olin"]].concat());
    assert_eq!(put.json["quarantine"]["cause"], "person", "{}", put.json);
    let draft = ["request", "draft", "a", "--to", "Country B", "request.toml", "--as", "Amara Olin"];
    assert_eq!(place.expect(4, &draft).word("rule"), "quarantine");
    let lift = ["partner", "lift", "a", "Country B"];
    let why = ["--reason", "They showed which letter counts."];
    place.expect(0, &[&lift[..], &why, &["--as", "Bo Reyes"]].concat());
    let own = place.expect(4, &[&lift[..], &["--as", "Bo Reyes"]].concat());
    assert_eq!(own.word("rule"), "second-person");
    let shown = place.expect(0, &["partner", "show", "a", "Country B"]).json;
    assert_eq!(shown["quarantine"]["lifting"]["reason"], "They showed which letter counts.");
    place.expect(0, &[&lift[..], &why, &["--as", "Amara Olin"]].concat());
    let lifted = place.expect(0, &[&lift[..], &["--as", "Bo Reyes"]].concat());
    assert!(lifted.json["quarantine"].is_null(), "{}", lifted.json);
    place.expect(0, &draft);
}
