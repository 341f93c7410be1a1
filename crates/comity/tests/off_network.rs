//! An agency without a node, by the command line: what goes out to it is registered, what comes back is recorded with its
//! paper, and nothing tries to deliver anything.

use std::fs;

use comity_testkit::terminal::{Place, REQUEST, REVIEW, Served};
use serde_json::Value;

const DESK: &str = "Amara Olin";

/// A node whose people have met an agency without one.
struct Desk {
    place: Place,
    print: String,
}

fn desk() -> Desk {
    let place = Place::new(env!("CARGO_BIN_EXE_comity"));
    let print = place.init("a", "xa.liaison", "XA");
    for (name, roles) in
        [(DESK, &["officer", "desk", "custodian"][..]), ("Bo Reyes", &["supervisor", "desk", "legal"])]
    {
        place.enlist("a", name, roles);
    }
    let add = ["partner", "add", "a", "--off-network", "--name", "Country D", "--place", "XD"];
    place.expect(0, &[&add[..], &["--reached", "by letter, Port Example", "--as", DESK]].concat());
    place.expect(0, &["partner", "confirm", "a", "Country D", "--as", "Bo Reyes"]);
    place.widen("a", "Country D", DESK, "Bo Reyes");
    place.write("request.toml", REQUEST);
    place.write("review.toml", REVIEW);
    place.write("letter.txt", "To the bureau of country A. We have your letter.\n");
    Desk { place, print }
}

impl Desk {
    /// A request that is signed, and so to be sent out by hand.
    fn request(&self) -> String {
        let sent = ["request", "send", "a", "--to", "Country D", "request.toml", "--as", DESK];
        let matter = self.place.expect(4, &sent).word("matter");
        self.act(0, &matter, "review-grounds", Some("review.toml"), "Bo Reyes");
        assert_eq!(self.act(0, &matter, "approve", None, "Bo Reyes")["outcome"], "signed");
        matter
    }

    fn act(&self, exit: i32, matter: &str, act: &str, file: Option<&str>, officer: &str) -> Value {
        let args = [&["act", "a", matter, act][..], file.as_slice(), &["--as", officer]].concat();
        self.place.expect(exit, &args).json
    }

    fn record(&self, exit: i32, matter: &str, act: &str, more: &[&str]) -> Value {
        let said = ["act", "a", matter, act];
        let by = ["--for", "Country D", "--channel", "letter", "--as", DESK];
        // The file of the act stands behind it.
        let (file, more) = match more.split_first() {
            Some((file, rest)) if file.ends_with(".toml") => (Some(*file), rest),
            _ => (None, more),
        };
        self.place.expect(exit, &[&said[..], file.as_slice(), more, &by].concat()).json
    }

    fn page(&self, matter: &str) -> Value {
        self.place.expect(0, &["matter", "show", "a", matter]).json
    }

    /// The delivery of the latest entry of ours of this act.
    fn delivery(&self, matter: &str, act: &str) -> String {
        let page = self.page(matter);
        let mut lines = page["timeline"].as_array().expect("a timeline").iter();
        let ours = lines.rfind(|line| line["side"] == "ours" && line["act"] == act);
        ours.map(|line| line["delivery"].as_str().expect("a word").to_owned()).expect("an entry")
    }

    fn on_shelf(&self) -> usize {
        let kept = fs::read_dir(self.place.path("a/objects")).map(|dir| {
            let names = dir.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned());
            names.filter(|name| !name.starts_with('.') && name.len() == 64).count()
        });
        kept.unwrap_or(0)
    }
}

#[test]
fn a_request_to_an_agency_without_a_node_goes_from_sent_to_answered_on_paper() {
    let desk = desk();
    let (place, matter) = (&desk.place, desk.request());
    assert_eq!(place.status("a", &matter), "sent");
    assert_eq!(desk.delivery(&matter, "open"), "to-dispatch");
    place.write("gone.toml", "channel = \"letter\"\nreference = \"XA 7/2026\"\nnote = \"By courier\"\n");
    desk.act(0, &matter, "dispatch", Some("gone.toml"), DESK);
    assert_eq!(desk.delivery(&matter, "open"), "dispatched");
    // Everything of ours is registered, so there is nothing that could have gone.
    assert_eq!(desk.act(4, &matter, "dispatch", Some("gone.toml"), DESK)["rule"], "wrong-target");

    desk.record(0, &matter, "acknowledge", &["--reference", "XD 1/2026"]);
    assert_eq!(place.status("a", &matter), "acknowledged");
    place.write("ask.toml", "questions = [\"Which bank?\"]\n");
    desk.record(0, &matter, "ask", &["ask.toml", "--reference", "XD 2/2026", "--paper", "letter.txt"]);
    assert_eq!(place.status("a", &matter), "clarification-asked");
    place.write("clarify.toml", "text = \"The Bank of Example.\"\n");
    desk.act(0, &matter, "clarify", Some("clarify.toml"), DESK);
    assert_eq!(desk.delivery(&matter, "clarify"), "to-dispatch");
    place.write("accept.toml", "promised_by = \"2030-01-01T00:00:00Z\"\n");
    desk.record(0, &matter, "accept", &["accept.toml"]);
    let clocks = desk.page(&matter)["clocks"].to_string();
    assert!(clocks.contains("2030-01-01"), "what they promised by letter is due: {clocks}");
    place.write("part.toml", "extent = \"partial\"\ntext = \"A company.\"\n");
    desk.record(0, &matter, "answer", &["part.toml", "--paper", "letter.txt"]);
    assert_eq!(place.status("a", &matter), "partly-answered");
    place.write("rest.toml", "extent = \"final\"\ntext = \"Its owner is named in the letter.\"\n");
    let dated = ["rest.toml", "--dated", "2026-11-20T00:00:00Z", "--reference", "XD 3/2026"];
    let kept = desk.record(0, &matter, "answer", &[&dated[..], &["--paper", "letter.txt"]].concat());
    assert_eq!(place.status("a", &matter), "answered");
    let page = desk.page(&matter);
    let last = page["timeline"].as_array().expect("a timeline").iter().rfind(|line| line["act"] == "answer");
    let said = last.expect("the answer")["fields"].to_string();
    for told in ["XD 3/2026", "2026-11-20", "Letter", "letter.txt"] {
        assert!(said.contains(told), "{told} is told of how it came: {said}");
    }
    assert_eq!(page["parties"].to_string().matches("\"off_network\":true").count(), 1);
    let packages = page["packages"].as_array().expect("packages");
    assert_eq!(
        packages.iter().filter(|package| package["paper"] == true && package["here"] == true).count(),
        3
    );
    place.write("close.toml", "outcome = \"satisfied\"\n");
    desk.act(0, &matter, "close", Some("close.toml"), DESK);
    assert_eq!(place.status("a", &matter), "closed");
    place.expect(0, &["sync", "a"]);
    place.expect(0, &["journal", "verify", "a"]);
    let proof = place.expect(0, &["proof", "export", "a", &matter]).word("file");
    place.expect(0, &["verify", &proof, "--trust", &desk.print]);

    // The paper is a package like any other: out of the node, verified, and opened with our own key.
    let package = kept["package"].as_str().expect("its name");
    let out = ["evidence", "export", "a", &matter, package, "--out", "paper.package"];
    place.expect(0, &[&out[..], &["--as", DESK]].concat());
    place.expect(0, &["evidence", "verify", "paper.package", "--trust", &desk.print]);
    place.expect(0, &["key", "export", "a", "--packages", "--yes", "--out", "a.identity", "--as", DESK]);
    let open = ["evidence", "open", "paper.package", "--identity", "a.identity", "--out", "opened"];
    place.expect(0, &open);
    assert_eq!(
        fs::read(place.path("opened/data/letter.txt")).expect("the paper"),
        fs::read(place.path("letter.txt")).expect("the letter")
    );
}

#[test]
fn the_paper_of_what_cannot_be_recorded_does_not_stay() {
    let desk = desk();
    let matter = desk.request();
    // Nothing was asked for that could be withdrawn from their side.
    assert_eq!(desk.record(4, &matter, "withdraw", &["--paper", "letter.txt"])["rule"], "not-ours");
    assert_eq!(desk.on_shelf(), 0);
    desk.record(0, &matter, "acknowledge", &["--paper", "letter.txt"]);
    assert_eq!(desk.on_shelf(), 1);
    desk.record(2, &matter, "answer", &["--paper", "letter.txt"]);
    assert_eq!((desk.on_shelf(), desk.place.status("a", &matter)), (1, "acknowledged".into()));
}

#[test]
fn a_refusal_that_came_by_letter_is_recorded_with_the_ground_that_was_told() {
    let desk = desk();
    let matter = desk.request();
    desk.place.write("refuse.toml", "ground = \"incomplete\"\ntext = \"Write to the prosecutor.\"\n");
    desk.record(0, &matter, "refuse", &["refuse.toml", "--reference", "XD 9/2026", "--paper", "letter.txt"]);
    assert_eq!(desk.place.status("a", &matter), "refused");
}

/// Country D has a node now: its people and ours have met, and each may have everything of the other.
fn joins(desk: &Desk) -> [Served; 2] {
    let place = &desk.place;
    let print = place.init("d", "xd.liaison", "XD");
    for (name, roles) in [("Dara Vong", &["desk", "officer"][..]), ("Emi Sato", &["supervisor", "desk"])] {
        place.enlist("d", name, roles);
    }
    let (a, d) = (place.serve("a"), place.serve("d"));
    for (dir, other, at, print, name, first, second) in [
        ("a", "d", &d.at, &print, "Bureau of D", DESK, "Bo Reyes"),
        ("d", "a", &a.at, &desk.print, "Country A", "Dara Vong", "Emi Sato"),
    ] {
        place.meet(dir, other, at, print, name, [first, second]);
    }
    [a, d]
}

#[test]
fn a_request_on_paper_is_adopted_when_the_agency_gets_a_node_and_goes_on_between_both() {
    let desk = desk();
    let (place, matter) = (&desk.place, desk.request());
    desk.record(0, &matter, "acknowledge", &["--reference", "XD 1/2026", "--paper", "letter.txt"]);
    desk.record(0, &matter, "accept", &[]);
    place.write("answer.toml", "extent = \"final\"\ntext = \"A company.\"\n");
    desk.record(0, &matter, "answer", &["answer.toml", "--paper", "letter.txt"]);
    let [a, d] = joins(&desk);
    // Nothing is handed over before two people have said that it is the same agency.
    let link = |exit, who: &str| {
        place.expect(exit, &["partner", "link", "a", "Country D", "Bureau of D", "--as", who])
    };
    place.expect(2, &["partner", "link", "a", "Bureau of D", "Country D", "--as", DESK]);
    assert_eq!(link(0, DESK).word("tie"), "proposed");
    assert_eq!(link(4, DESK).word("rule"), "second-person");
    place.expect(0, &["sync", "a"]);
    place.expect(1, &["matter", "show", "d", &matter]);
    let linked = link(0, "Bo Reyes");
    assert_eq!((linked.word("tie").as_str(), &linked.json["matters"]), ("confirmed", &Value::from(1)));
    // Our pen is down, and no new matter is opened with the record.
    desk.record(2, &matter, "answer", &["answer.toml"]);
    place.expect(2, &["request", "draft", "a", "--to", "Country D", "request.toml", "--as", DESK]);

    place.expect(0, &["sync", "a"]);
    assert_eq!(place.status("d", &matter), "answered", "it has all that was said");
    let at_d = |exit, act: &str, file: Option<&str>, who: &str| {
        let args = [&["act", "d", &matter, act][..], file.as_slice(), &["--as", who]].concat();
        place.expect(exit, &args).json
    };
    place.write("more.toml", "extent = \"final\"\ntext = \"And its owner.\"\n");
    place.write("adopt.toml", "");
    at_d(4, "adopt-record", Some("adopt.toml"), "Dara Vong");
    // A second person has approved it, and yet nobody has said that the record is about them.
    assert_eq!(at_d(0, "approve", None, "Emi Sato")["waits"]["rule"], "claim-first");
    let claim = |exit, who: &str| place.expect(exit, &["partner", "claim", "d", "Country A", "--as", who]);
    assert_eq!(claim(0, "Dara Vong").word("tie"), "proposed");
    assert_eq!(claim(4, "Dara Vong").word("rule"), "second-person");
    assert_eq!(claim(0, "Emi Sato").word("tie"), "confirmed");
    assert_eq!(at_d(0, "send", None, "Dara Vong")["outcome"], "signed");
    place.expect(0, &["sync", "d"]);
    for (dir, word) in [("a", "adopted by them"), ("d", "adopted by us")] {
        let page = place.expect(0, &["matter", "show", dir, &matter]).json;
        let lines = page["timeline"].as_array().expect("a timeline").clone();
        let recorded: Vec<_> = lines
            .iter()
            .filter(|line| line["side"].as_str().is_some_and(|side| side.starts_with("recorded")))
            .collect();
        assert_eq!(recorded.len(), 3, "{page}");
        assert!(recorded.iter().all(|line| line["word"] == word), "{page}");
        assert_eq!(page["parties"].to_string().matches("\"off_network\":true").count(), 0);
        assert_eq!(page["status"], "answered");
    }
    // From here on both speak for themselves.
    place.write("close.toml", "outcome = \"satisfied\"\n");
    desk.act(0, &matter, "close", Some("close.toml"), DESK);
    place.expect(0, &["sync", "a"]);
    assert_eq!(place.status("d", &matter), "closed");
    assert_eq!(desk.delivery(&matter, "close"), "delivered");
    let prints = [desk.print.clone(), place.expect(0, &["card", "show", "d"]).word("fingerprint")];
    for dir in ["a", "d"] {
        place.expect(0, &["journal", "verify", dir]);
        let proof = place
            .expect(0, &["proof", "export", dir, &matter, "--out", &format!("{dir}.proof")])
            .word("file");
        let report = format!("{dir}.html");
        let trust = ["--trust", &prints[0], "--trust", &prints[1], "--report", &report];
        place.expect(0, &[&["verify", &proof][..], &trust].concat());
        let report = fs::read_to_string(place.path(&report)).expect("the report");
        assert!(
            report.contains("the agency itself, which got a node, signs"),
            "the report says who signs since"
        );
    }
    // The papers stay with who recorded them, and nobody fetches them.
    let page = place.expect(0, &["matter", "show", "d", &matter]).json;
    assert_eq!(page["packages"], serde_json::json!([]));
    a.stop();
    d.stop();
}
