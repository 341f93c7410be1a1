//! What the tests of evidence share: two nodes that run, whose people have met, and an open evidence matter.

use std::fs;
use std::path::Path;

use comity_testkit::terminal::{Place, REVIEW, Served};
use serde_json::Value;

const OPEN: &str = "handling = \"h1\"\nas_evidence = false\npurpose = \"prosecute\"\nbasis = \"reciprocity\"\n\
    offences = [\"0701\"]\ntitle = \"Telephone images\"\ncollected = \"Copied in Port Example on 3 November 2026.\"\n\
    authority = \"Warrant 12/2026\"\nbasis_text = \"Reciprocity.\"\ncontact = \"evidence desk\"\n";

/// A folder of exhibits with names in several scripts.
pub(crate) fn exhibits(place: &Place) {
    let folder = place.path("exhibits");
    fs::create_dir_all(folder.join("电话")).expect("a folder");
    fs::write(folder.join("电话/通话记录.txt"), "一二三\n").expect("a file");
    fs::write(folder.join("image.bin"), vec![7; 3 * 1024 * 1024]).expect("a file");
    fs::write(folder.join("note.txt"), "Found in the second drawer.\n").expect("a file");
}

pub(crate) fn same(place: &Place, opened: &Path) -> bool {
    ["电话/通话记录.txt", "image.bin", "note.txt"]
        .iter()
        .all(|file| fs::read(opened.join(file)).ok() == fs::read(place.path("exhibits").join(file)).ok())
}

/// Two nodes that run, and their matter.
pub(crate) struct Pair {
    pub(crate) place: Place,
    pub(crate) prints: [String; 2],
    pub(crate) running: [Served; 2],
    pub(crate) matter: String,
}

impl Pair {
    /// An act, and what came of it delivered.
    pub(crate) fn act(&self, exit: i32, dir: &str, act: &str, file: Option<&str>, officer: &str) -> Value {
        let args = [&["act", dir, &self.matter, act][..], file.as_slice(), &["--as", officer]].concat();
        let said = self.place.expect(exit, &args).json;
        self.place.expect(0, &["sync", dir]);
        said
    }

    /// A opens an evidence matter with B, which hears of it; its number.
    pub(crate) fn announce(&self) -> String {
        let Self { place, .. } = self;
        let open = ["matter", "open", "a", "evidence", "--to", "Country B", "open.toml", "--send"];
        let matter = place.expect(4, &[&open[..], &["--as", "Amara Olin"]].concat()).word("matter");
        place.expect(0, &["act", "a", &matter, "review-grounds", "review.toml", "--as", "Bo Reyes"]);
        place.expect(0, &["act", "a", &matter, "approve", "--as", "Bo Reyes"]);
        place.expect(0, &["sync", "a"]);
        matter
    }
}

pub(crate) fn announced() -> Pair {
    let place = Place::new(env!("CARGO_BIN_EXE_comity"));
    let prints = [place.init("a", "xa.liaison", "XA"), place.init("b", "xb.liaison", "XB")];
    let (a, b) = (place.serve("a"), place.serve("b"));
    for (dir, name, roles) in [
        ("a", "Amara Olin", &["custodian", "desk"][..]),
        ("a", "Bo Reyes", &["supervisor", "legal", "rights-officer"]),
        ("b", "Chen Ning", &["custodian", "desk"]),
        ("b", "Dara Vong", &["supervisor", "legal", "rights-officer"]),
        ("b", "Ema Lind", &["supervisor"]),
    ] {
        place.enlist(dir, name, roles);
    }
    for (dir, other, at, print, name, first, second) in [
        ("a", "b", &b.at, &prints[1], "Country B", "Amara Olin", "Bo Reyes"),
        ("b", "a", &a.at, &prints[0], "Country A", "Chen Ning", "Dara Vong"),
    ] {
        place.meet(dir, other, at, print, name, [first, second]);
    }
    place.write("open.toml", OPEN);
    place.write("review.toml", REVIEW);
    exhibits(&place);
    let mut pair = Pair { place, prints, running: [a, b], matter: String::new() };
    pair.matter = pair.announce();
    pair
}
