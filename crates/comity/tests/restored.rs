//! A node that is put back from an older copy of its folder, with the real binary: two nodes, one of them running.

use std::fs;
use std::ops::Deref;

use comity_testkit::terminal::{Place, copy};
use comity_testkit::two_nodes::TwoNodes;
use serde_json::Value;

/// What this is about, of the two.
struct Pair(TwoNodes);

impl Deref for Pair {
    type Target = TwoNodes;

    fn deref(&self) -> &TwoNodes {
        &self.0
    }
}

impl Pair {
    fn met() -> Self {
        Self(TwoNodes::met(env!("CARGO_BIN_EXE_comity")))
    }

    /// Two matters, a copy of A's folder, a third matter, and fifty acts since.
    fn copied_and_gone_on(&self) -> [String; 3] {
        let (first, second) = (self.request(), self.request());
        self.place.expect(0, &["sync", "a"]);
        copy(&self.place.path("a"), &self.place.path("a.copy"));
        let matters = [first, second, self.request()];
        self.talk(&matters, 8);
        matters
    }

    fn statuses(&self, dir: &str, matters: &[String]) -> Vec<String> {
        matters.iter().map(|matter| self.place.status(dir, matter)).collect()
    }

    /// It signs nothing, fetches back, waits for its root, and goes on.
    fn recovers(&self, matters: &[String]) {
        let place = &self.place;
        self.act(0, "b", &matters[0], "ask", Some("ask.toml"), "Chen Ning");
        // Nobody has been reached: inner work goes on, what would be signed waits and says why.
        let draft = ["request", "draft", "a", "--to", "Country B", "request.toml", "--as", "Amara Olin"];
        let drafted = place.expect(0, &draft).word("matter");
        self.act(0, "a", &drafted, "review-grounds", Some("review.toml"), "Bo Reyes");
        self.act(0, "a", &drafted, "approve", None, "Bo Reyes");
        let waits = place.expect(5, &["request", "send", "a", &drafted, "--as", "Amara Olin"]);
        assert_eq!(waits.word("outcome"), "awaits-comparison");
        place.expect(2, &["epoch", "declare", "a", "--root", "a.root"]);

        let synced = place.expect(5, &["sync", "a"]).json;
        assert_eq!(synced[0]["compared"], true);
        assert!(synced[0]["recovered"].as_u64() >= Some(25), "{synced}");
        assert_eq!(self.statuses("a", matters), self.statuses("b", matters));
        let clarify = self.act(5, "a", &matters[0], "clarify", Some("clarify.toml"), "Amara Olin");
        assert_eq!(clarify["outcome"], "awaits-epoch");
        place.expect(1, &["epoch", "declare", "a", "--root", "b.root"]);
        let declared = place.expect(0, &["epoch", "declare", "a", "--root", "a.root"]).json;
        assert_eq!((&declared["epoch"], &declared["released"]), (&Value::from(1), &Value::from(2)));
        place.expect(2, &["epoch", "declare", "a", "--root", "a.root"]);

        place.expect(0, &["sync", "a"]);
        place.expect(0, &["sync", "a"]);
        self.talk(matters, 1);
        assert_eq!(place.status("b", &drafted), "sent");
        assert_eq!(self.statuses("a", matters), self.statuses("b", matters));
        for dir in ["a", "b"] {
            assert_eq!(place.expect(0, &["journal", "verify", dir]).json["clean"], true);
            for matter in matters {
                let out = format!("{dir}-{matter}.proof");
                place.expect(0, &["proof", "export", dir, matter, "--out", &out]);
                let trust = ["--trust", &self.prints[0], "--trust", &self.prints[1]];
                place.expect(0, &[&["verify", &out][..], &trust].concat());
            }
        }
        assert_eq!(place.expect(0, &["card", "show", "a"]).json["number"], 2);
    }
}

#[test]
fn an_old_copy_that_an_operator_puts_back_recovers_fifty_acts_and_goes_on() {
    let pair = Pair::met();
    let matters = pair.copied_and_gone_on();
    let place = &pair.place;
    // Never over a node that knows more without being told, nor over one that runs.
    let refused = place.expect(4, &["restore", "a", "--from", "a.copy"]).json;
    assert!(refused["newer"].as_u64() > Some(50), "{refused}");
    place.expect(5, &["restore", "b", "--from", "a.copy"]);
    let restored = place.expect(0, &["restore", "a", "--from", "a.copy", "--lose-newer"]).json;
    assert_eq!(restored["lost"], refused["newer"]);
    assert!(place.path("a.before-restore-1").join("journal.db").is_file(), "nothing is deleted");
    pair.recovers(&matters);
}

#[test]
fn a_copy_whose_journal_does_not_verify_is_not_put_in_place() {
    let place = Place::new(env!("CARGO_BIN_EXE_comity"));
    place.init("a", "xa.liaison", "XA");
    copy(&place.path("a"), &place.path("a.copy"));
    fs::remove_file(place.path("a.copy").join("journal.db")).expect("the copy is not whole");
    place.expect(1, &["restore", "a", "--from", "a.copy"]);
    place.init("b", "xb.liaison", "XB");
    place.expect(2, &["restore", "b", "--from", "a"]);
    place.expect(0, &["journal", "verify", "a"]);
}

#[test]
fn a_machine_set_back_to_a_snapshot_in_silence_is_noticed_all_the_same() {
    let pair = Pair::met();
    let matters = pair.copied_and_gone_on();
    let place = &pair.place;
    // The marker outside the folder names a later state of the journal.
    fs::remove_dir_all(place.path("a")).expect("the folder goes");
    fs::rename(place.path("a.copy"), place.path("a")).expect("the snapshot takes its place");
    pair.recovers(&matters);
}

#[test]
fn a_machine_set_back_without_any_marker_compares_first() {
    let pair = Pair::met();
    let matter = pair.request();
    pair.place.expect(0, &["sync", "a"]);
    pair.act(0, "b", &matter, "ask", Some("ask.toml"), "Chen Ning");
    pair.place.expect(0, &["sync", "a"]);
    fs::remove_dir_all(pair.place.path("state")).expect("the state of the user goes");
    let waits = pair.act(5, "a", &matter, "clarify", Some("clarify.toml"), "Amara Olin");
    assert_eq!(waits["outcome"], "awaits-comparison");
    // It had lost nothing: what waited is signed, and no epoch waits.
    let synced = pair.place.expect(0, &["sync", "a"]).json;
    assert_eq!((&synced[0]["released"], &synced[0]["recovered"]), (&Value::from(1), &Value::from(0)));
    pair.place.expect(2, &["epoch", "declare", "a", "--root", "a.root"]);
}
