//! What the tests of bundles share: two agencies whose people have met and whose nodes have no address.

use comity_testkit::terminal::{Place, REQUEST, REVIEW, Said};
use serde_json::Value;

const OPEN: &str = "handling = \"h1\"\nas_evidence = false\npurpose = \"prosecute\"\nbasis = \"reciprocity\"\n\
    offences = [\"0701\"]\ntitle = \"Telephone images\"\ncollected = \"Copied in Port Example on 3 November 2026.\"\n\
    authority = \"Warrant 12/2026\"\nbasis_text = \"Reciprocity.\"\ncontact = \"evidence desk\"\n";

/// Two nodes, `a` and `b`, in one folder.
pub(crate) struct Two {
    pub(crate) place: Place,
    pub(crate) prints: [String; 2],
}

impl Two {
    pub(crate) fn met() -> Self {
        let place = Place::new(env!("CARGO_BIN_EXE_comity"));
        let prints = [place.init("a", "xa.liaison", "XA"), place.init("b", "xb.liaison", "XB")];
        for (dir, name, roles) in [
            ("a", "Amara Olin", &["custodian", "officer", "desk"][..]),
            ("a", "Bo Reyes", &["supervisor", "desk", "legal"]),
            ("b", "Chen Ning", &["custodian", "officer", "desk"]),
            ("b", "Dara Vong", &["supervisor", "legal"]),
        ] {
            place.enlist(dir, name, roles);
        }
        for dir in ["a", "b"] {
            place.expect(0, &["card", "show", dir, "--out", &format!("{dir}.card")]);
        }
        let two = Self { place, prints };
        two.meet("a", "b", "Country B", ["Amara Olin", "Bo Reyes"]);
        two.meet("b", "a", "Country A", ["Chen Ning", "Dara Vong"]);
        for (name, text) in [
            ("open.toml", OPEN),
            ("review.toml", REVIEW),
            ("request.toml", REQUEST),
            ("intact.toml", "check = \"intact\"\n"),
            ("accept.toml", "promised_by = \"2030-01-01T00:00:00Z\"\n"),
            ("paper.txt", "A record.\n"),
            ("answer.toml", "extent = \"final\"\ntext = \"A company.\"\n[[papers]]\nfile = \"paper.txt\"\n"),
        ] {
            two.place.write(name, text);
        }
        two
    }

    /// The people at `dir` add the agency of `other` and confirm it.
    pub(crate) fn meet(&self, dir: &str, other: &str, name: &str, people: [&str; 2]) {
        let print = self.place.expect(0, &["card", "show", other]).word("fingerprint");
        let card = format!("{other}.card");
        let add = ["partner", "add", dir, &card, "--fingerprint", &print, "--name", name, "--as", people[0]];
        self.place.expect(0, &add);
        self.place.expect(0, &["partner", "confirm", dir, name, "--as", people[1]]);
        self.place.widen(dir, name, people[0], people[1]);
    }

    pub(crate) fn act(
        &self,
        exit: i32,
        dir: &str,
        matter: &str,
        act: &str,
        file: Option<&str>,
        by: &str,
    ) -> Value {
        let args = [&["act", dir, matter, act][..], file.as_slice(), &["--as", by]].concat();
        self.place.expect(exit, &args).json
    }

    /// A request of A's that is signed and on its way.
    pub(crate) fn request(&self) -> String {
        let draft = ["request", "draft", "a", "--to", "Country B", "request.toml", "--as", "Amara Olin"];
        let matter = self.place.expect(0, &draft).word("matter");
        self.place.expect(4, &["request", "send", "a", &matter, "--as", "Amara Olin"]);
        self.act(0, "a", &matter, "review-grounds", Some("review.toml"), "Bo Reyes");
        self.act(0, "a", &matter, "approve", None, "Bo Reyes");
        matter
    }

    pub(crate) fn export(&self, dir: &str, out: &str, more: &[&str]) -> Said {
        let (to, by) = if dir == "a" { ("Country B", "Amara Olin") } else { ("Country A", "Chen Ning") };
        let args = ["bundle", "export", dir, "--to", to, "--out", out, "--as", by];
        self.place.expect(0, &[&args[..], more].concat())
    }

    pub(crate) fn import(&self, exit: i32, dir: &str, file: &str) -> Value {
        self.place.expect(exit, &["bundle", "import", dir, file]).json
    }

    /// A bundle from one to the other, taken in twice; the second time brings nothing.
    pub(crate) fn carry(&self, from: &str, to: &str, out: &str, more: &[&str]) -> Value {
        self.export(from, out, more);
        let first = self.import(0, to, out);
        let second = self.import(0, to, out);
        assert_eq!(
            (&second["received"], &second["delivered"], &second["packages"]),
            (&Value::from(0), &Value::from(0), &Value::from(0))
        );
        first
    }

    /// What the journal of a node says of itself when all of it is read.
    pub(crate) fn journal(&self, dir: &str) -> Value {
        self.place.expect(0, &["journal", "verify", dir]).json
    }

    pub(crate) fn proven(&self, dir: &str, matter: &str) {
        let out = format!("{dir}-{matter}.proof");
        self.place.expect(0, &["proof", "export", dir, matter, "--out", &out]);
        let trust = ["--trust", &self.prints[0], "--trust", &self.prints[1]];
        self.place.expect(0, &[&["verify", &out][..], &trust].concat());
    }
}
