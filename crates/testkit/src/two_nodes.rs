//! Two nodes with the real binary whose people have met: A, whose commands open its folder, and B, which runs.

use serde_json::Value;

use crate::terminal::{Place, REQUEST, REVIEW, Served};

/// A and B.
pub struct TwoNodes {
    /// Where both live.
    pub place: Place,
    /// Their fingerprints.
    pub prints: [String; 2],
    /// B, as long as it runs.
    pub b: Served,
}

impl TwoNodes {
    /// Both set up with the binary that is tested.
    ///
    /// # Panics
    /// When a command says something else than it should.
    pub fn met(binary: &str) -> Self {
        let place = Place::new(binary);
        let prints = [place.init("a", "xa.liaison", "XA"), place.init("b", "xb.liaison", "XB")];
        let b = place.serve("b");
        for (dir, name, roles) in [
            ("a", "Amara Olin", &["officer"][..]),
            ("a", "Bo Reyes", &["supervisor", "desk", "legal"]),
            ("b", "Chen Ning", &["desk", "officer"]),
            ("b", "Dara Vong", &["supervisor", "legal"]),
        ] {
            place.enlist(dir, name, roles);
        }
        for (dir, other, at, print, name, first, second) in [
            ("a", "b", b.at.as_str(), &prints[1], "Country B", "Amara Olin", "Bo Reyes"),
            ("b", "a", "https://127.0.0.1:9", &prints[0], "Country A", "Chen Ning", "Dara Vong"),
        ] {
            place.meet(dir, other, at, print, name, [first, second]);
        }
        place.write("request.toml", REQUEST);
        place.write("review.toml", REVIEW);
        place.write("ask.toml", "questions = [\"Which bank?\"]\n");
        place.write("clarify.toml", "text = \"The Bank of Example.\"\n");
        Self { place, prints, b }
    }

    /// An act of a matter, which ends with this exit code; gives what was said.
    ///
    /// # Panics
    /// When it ends otherwise.
    pub fn act(&self, exit: i32, dir: &str, matter: &str, act: &str, file: Option<&str>, by: &str) -> Value {
        let args = [&["act", dir, matter, act][..], file.as_slice(), &["--as", by]].concat();
        self.place.expect(exit, &args).json
    }

    /// A request that has reached B, which has acknowledged it.
    ///
    /// # Panics
    /// When a command says something else than it should.
    pub fn request(&self) -> String {
        let draft = ["request", "draft", "a", "--to", "Country B", "request.toml", "--as", "Amara Olin"];
        let matter = self.place.expect(0, &draft).word("matter");
        self.place.expect(4, &["request", "send", "a", &matter, "--as", "Amara Olin"]);
        self.act(0, "a", &matter, "review-grounds", Some("review.toml"), "Bo Reyes");
        self.act(0, "a", &matter, "approve", None, "Bo Reyes");
        self.place.expect(0, &["sync", "a"]);
        self.act(0, "b", &matter, "acknowledge", None, "Chen Ning");
        matter
    }

    /// B asks and A clarifies in each matter, so many times.
    ///
    /// # Panics
    /// When a command says something else than it should.
    pub fn talk(&self, matters: &[String], rounds: usize) {
        for _ in 0..rounds {
            for matter in matters {
                self.act(0, "b", matter, "ask", Some("ask.toml"), "Chen Ning");
            }
            self.place.expect(0, &["sync", "a"]);
            for matter in matters {
                self.act(0, "a", matter, "clarify", Some("clarify.toml"), "Amara Olin");
            }
            self.place.expect(0, &["sync", "a"]);
        }
    }

    /// How matters stand at one of them.
    pub fn statuses(&self, dir: &str, matters: &[String]) -> Vec<String> {
        matters.iter().map(|matter| self.place.status(dir, matter)).collect()
    }
}
