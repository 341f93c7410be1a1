//! Kinds of another house, by the command line alone: opened, acted on, federated, listed, shown and proven.

use std::fs;

use comity_testkit::terminal::Place;

#[test]
fn a_pouch_is_opened_agreed_passed_and_proven_without_comity_knowing_pouches() {
    let place = Place::new(env!("CARGO_BIN_EXE_comity-kind-of-another-house"));
    let prints = [place.init("a", "xa.liaison", "XA"), place.init("b", "xb.liaison", "XB")];
    let (a, b) = (place.serve("a"), place.serve("b"));
    for (dir, name) in [("a", "Amara Olin"), ("b", "Chen Ning")] {
        place.expect(0, &["officer", "add", dir, name, "--role", "custodian", "--role", "liaison"]);
    }
    for (dir, name) in [("a", "Bo Reyes"), ("b", "Dara Vong")] {
        place.expect(0, &["officer", "add", dir, name, "--role", "supervisor"]);
    }
    for (dir, other, at, print, name, first, second) in [
        ("a", "b", &b.at, &prints[1], "Country B", "Amara Olin", "Bo Reyes"),
        ("b", "a", &a.at, &prints[0], "Country A", "Chen Ning", "Dara Vong"),
    ] {
        let card = format!("{other}.card");
        place.expect(0, &["card", "show", other, "--out", &card]);
        let add = ["partner", "add", dir, &card, "--fingerprint", print, "--name", name, "--at", at];
        place.expect(0, &[&add[..], &["--as", first]].concat());
        place.expect(0, &["partner", "confirm", dir, name, "--as", second]);
    }
    let template = place.expect(0, &["act", "pouch/list", "--template"]).word("template");
    assert!(template.contains("pieces") && template.contains("inventory"), "{template}");
    place.write("pouch.toml", "title = \"Exhibits of one case\"\n");
    place.write("list.toml", "pieces = 3\ninventory = \"Three telephones.\"\n");
    place.write("offer.toml", "seal = \"A 4471\"\n");
    let open = ["matter", "open", "a", "pouch", "--to", "Country B", "pouch.toml", "--send"];
    let opened = place.expect(4, &[&open[..], &["--as", "Amara Olin"]].concat());
    assert_eq!(opened.word("rule"), "four-eyes");
    let matter = opened.word("matter");
    assert!(matter.starts_with('S'), "{matter}");
    place.expect(0, &["act", "a", &matter, "approve", "--as", "Bo Reyes"]);
    let act = |exit, dir: &str, act: &str, file: Option<&str>, officer: &str| {
        place.expect(exit, &[&["act", dir, &matter, act][..], file.as_slice(), &["--as", officer]].concat());
        place.expect(0, &["sync", dir]);
    };
    act(0, "a", "list", Some("list.toml"), "Amara Olin");
    act(4, "a", "offer", Some("offer.toml"), "Amara Olin");
    act(0, "a", "agree", None, "Amara Olin");
    // A matter is for those who need to know it: the supervisor lets the custodian in.
    act(4, "b", "agree", None, "Chen Ning");
    place.write("custodian.toml", "officer = \"Chen Ning\"\n");
    act(4, "b", "let-in", Some("custodian.toml"), "Chen Ning");
    act(0, "b", "let-in", Some("custodian.toml"), "Dara Vong");
    act(0, "b", "agree", None, "Chen Ning");
    act(0, "a", "offer", Some("offer.toml"), "Amara Olin");
    // Who takes over must be a custodian; a supervisor is none.
    act(4, "b", "take", None, "Dara Vong");
    act(0, "b", "take", None, "Chen Ning");
    act(0, "a", "close", None, "Amara Olin");
    for dir in ["a", "b"] {
        assert_eq!(place.status(dir, &matter), "closed");
        let list = place.expect(0, &["matter", "list", dir]).json;
        assert_eq!(list[0]["kind"], "Sealed pouch");
        assert_eq!(list[0]["title"], "Exhibits of one case");
        place.expect(0, &["journal", "verify", dir]);
    }
    let shown = place.expect(0, &["--lang", "zh", "matter", "show", "b", &matter]).json.to_string();
    assert!(shown.contains("移交") && shown.contains("A 4471"), "{shown}");
    let proof = place.expect(0, &["proof", "export", "b", &matter]).word("file");
    let trust = ["--trust", &prints[0], "--trust", &prints[1]];
    place.expect(0, &[&["verify", &proof][..], &trust, &["--report", "report.html"]].concat());
    let report = fs::read_to_string(place.path("report.html")).expect("the report");
    for said in ["Take over", "接收", "Sealed pouch", "封装袋件", &matter] {
        assert!(report.contains(said), "the report does not say {said}");
    }
    a.stop();
    b.stop();
}

#[test]
fn a_gathering_of_three_is_convened_and_one_of_them_is_told_less() {
    let place = Place::new(env!("CARGO_BIN_EXE_comity-kind-of-another-house"));
    let houses = [
        ("a", "Country A", "Amara Olin", "Bo Reyes"),
        ("b", "Country B", "Chen Ning", "Dara Vong"),
        ("c", "Country C", "Emil Sand", "Fen Ilar"),
    ];
    let mut running = Vec::new();
    for (dir, _, first, second) in houses {
        let print = place.init(dir, &format!("x{dir}.liaison"), &format!("X{}", dir.to_uppercase()));
        running.push((place.serve(dir), print));
        place.expect(0, &["officer", "add", dir, first, "--role", "officer", "--role", "desk"]);
        place.expect(0, &["officer", "add", dir, second, "--role", "supervisor"]);
        place.expect(0, &["card", "show", dir, "--out", &format!("{dir}.card")]);
    }
    for (dir, _, first, second) in houses {
        for ((other, name, ..), (node, print)) in
            houses.iter().zip(&running).filter(|((other, ..), _)| *other != dir)
        {
            let card = format!("{other}.card");
            let add =
                ["partner", "add", dir, &card, "--fingerprint", print, "--name", name, "--at", &node.at];
            place.expect(0, &[&add[..], &["--as", first]].concat());
            place.expect(0, &["partner", "confirm", dir, name, "--as", second]);
        }
    }
    place.write("open.toml", "title = \"One text\"\n");
    let to = ["--to", "Country B", "--to", "Country C"];
    let open = ["open.toml", "--send", "--as", "Amara Olin"];
    // A pouch goes from one to one.
    place.write("pouch.toml", "title = \"Exhibits\"\n");
    place.expect(
        2,
        &[&["matter", "open", "a", "pouch"][..], &to, &["pouch.toml", "--as", "Bo Reyes"]].concat(),
    );
    let opened = place.expect(4, &[&["matter", "open", "a", "gathering"][..], &to, &open].concat());
    let matter = opened.word("matter");
    place.expect(0, &["act", "a", &matter, "approve", "--as", "Bo Reyes"]);
    place.expect(0, &["sync", "a"]);
    place.write("told.toml", "places = 2\nfindings = \"Names.\"\n[only_for]\nfindings = [\"Country B\"]\n");
    place.expect(0, &["act", "a", &matter, "report", "told.toml", "--as", "Amara Olin"]);
    place.expect(0, &["sync", "a"]);
    for (dir, reads) in [("a", "Names."), ("b", "Names."), ("c", "withheld")] {
        assert_eq!(place.status(dir, &matter), "convened");
        let shown = place.expect(0, &["matter", "show", dir, &matter]).json.to_string();
        assert!(shown.contains(reads) && shown.contains("Several places"), "{dir}: {shown}");
    }
    place.write("gone.toml", "party = \"Country C\"\nground = \"at-its-wish\"\n");
    place.expect(4, &["act", "a", &matter, "remove", "gone.toml", "--as", "Amara Olin"]);
    place.expect(0, &["act", "a", &matter, "approve", "--as", "Bo Reyes"]);
    place.expect(0, &["sync", "a"]);
    let shown = place.expect(0, &["--lang", "zh", "matter", "show", "c", &matter]).json.to_string();
    assert!(shown.contains("我方已被移出本事项"), "{shown}");
    place.write("late.toml", "places = 1\n");
    let late = place.expect(4, &["act", "c", &matter, "report", "late.toml", "--as", "Emil Sand"]);
    assert_eq!(late.word("rule"), "removed");
    for (node, _) in running {
        node.stop();
    }
}
