//! Two nodes that run, of which one is killed again and again in the middle of what they say to each other: whatever was
//! acknowledged is there in the end, at both, receipted, and both journals hold.
//!
//! The moment is a byte of the conversation, drawn from a seed.

#![expect(clippy::print_stdout, reason = "who runs a hundred kills wants to see what they cost")]

use std::collections::BTreeSet;
use std::ops::Range;

use comity_testkit::Seeded;
use comity_testkit::terminal::Served;
use comity_testkit::two_nodes::TwoNodes;
use comity_testkit::wire::{Line, Wire};

/// Rounds that are measured before anybody is killed.
const MEASURED: u64 = 5;

#[derive(Clone, Copy, Debug)]
enum Victim {
    A,
    B,
}

/// A and B, a matter between them, and what both have acknowledged in it.
struct Talk {
    nodes: TwoNodes,
    a: Served,
    wire: Wire,
    /// The one that leads to A, and the one that leads to B.
    lines: [Line; 2],
    matter: String,
    acknowledged: BTreeSet<String>,
}

impl Talk {
    fn begin() -> Self {
        let nodes = TwoNodes::met(env!("CARGO_BIN_EXE_comity"));
        let matter = nodes.request();
        let a = nodes.place.serve("a");
        let wire = Wire::new();
        let lines = [wire.line_to(&a), wire.line_to(&nodes.b)];
        for (dir, partner, line, officer) in
            [("b", "Country A", &lines[0], "Chen Ning"), ("a", "Country B", &lines[1], "Bo Reyes")]
        {
            nodes.place.write("at.toml", &format!("at = \"{}\"\n", line.at));
            let record = nodes.place.expect(0, &["partner", "show", dir, partner]).word("record");
            nodes.place.expect(0, &["act", dir, &record, "describe", "at.toml", "--as", officer]);
        }
        let talk = Self { nodes, a, wire, lines, matter, acknowledged: BTreeSet::new() };
        talk.compare();
        talk
    }

    /// Both have compared their streams.
    fn compare(&self) {
        for dir in ["a", "b"] {
            while self.nodes.place.say(&["sync", dir]).exit != 0 {
                // The other side may still hold the old connection for dead.
            }
        }
    }

    /// B asks, A clarifies, both deliver. Who is killed meanwhile acknowledges nothing; what it did stands or not.
    fn round(&mut self) {
        for (dir, act, file, officer) in
            [("b", "ask", "ask.toml", "Chen Ning"), ("a", "clarify", "clarify.toml", "Amara Olin")]
        {
            let said = self.nodes.place.say(&["act", dir, &self.matter, act, file, "--as", officer]);
            if said.exit == 0 {
                self.acknowledged.insert(said.word("entry"));
            }
            self.nodes.place.say(&["sync", dir]);
        }
    }

    fn comes_back(&mut self, victim: Victim) {
        let (dir, killed, line) = match victim {
            Victim::A => ("a", &mut self.a, &self.lines[0]),
            Victim::B => ("b", &mut self.nodes.b, &self.lines[1]),
        };
        line.moves_to(self.nodes.place.serve_after(dir, killed));
        self.compare();
    }

    fn pid(&self, victim: Victim) -> u32 {
        match victim {
            Victim::A => self.a.pid(),
            Victim::B => self.nodes.b.pid(),
        }
    }

    /// Everything that was acknowledged is at both, everything is delivered, and both journals hold.
    fn check(&self) {
        let place = &self.nodes.place;
        let mut held = Vec::new();
        for dir in ["a", "b"] {
            let page = place.expect(0, &["matter", "show", dir, &self.matter]).json;
            let lines = page["timeline"].as_array().expect("a timeline").clone();
            let shared: Vec<_> = lines.iter().filter(|line| line["side"] != "inner").collect();
            for line in &shared {
                let expected = if line["side"] == "ours" { "delivered" } else { "received" };
                assert_eq!(
                    (&line["delivery"], &line["stands"]),
                    (&expected.into(), &"valid".into()),
                    "{line}"
                );
            }
            let entries = shared.iter().map(|line| line["entry"].as_str().expect("a hash").to_owned());
            held.push(entries.collect::<BTreeSet<_>>());
            assert_eq!(place.expect(0, &["journal", "verify", dir]).json["clean"], true);
        }
        assert_eq!(held[0], held[1], "both hold the same");
        let lost: Vec<_> = self.acknowledged.difference(&held[0]).collect();
        assert!(lost.is_empty(), "acknowledged and not there: {lost:?}");
    }
}

/// Kills `victim` once for each seed, in the middle of a round.
fn killed_in_the_middle(seeds: Range<u64>, victim: Victim) {
    let mut talk = Talk::begin();
    let before = talk.wire.carried();
    (0..MEASURED).for_each(|_| talk.round());
    let a_round = (talk.wire.carried() - before) / MEASURED;
    let (before, mut rounds) = (talk.wire.carried(), 0);
    let kills = seeds.end - seeds.start;
    for seed in seeds {
        let place = 1 + Seeded::new(seed).next_u64() % a_round;
        talk.wire.kill_after(place, talk.pid(victim));
        while talk.wire.kills_planned() {
            talk.round();
            rounds += 1;
        }
        talk.comes_back(victim);
    }
    assert_eq!(talk.wire.kills(), kills);
    talk.check();
    let acknowledged = u64::try_from(talk.acknowledged.len()).expect("it is small");
    assert!(acknowledged >= kills, "only {acknowledged} acts were acknowledged in {rounds} rounds");
    // A batch is sent as a whole, and whoever comes back makes new connections and compares, both ways.
    let took = talk.wire.carried() - before;
    let enough = a_round * (rounds + 4 * kills);
    assert!(took <= enough, "{took} bytes for {rounds} rounds of {a_round} with {kills} kills");
    println!(
        "{victim:?} killed {kills} times in {rounds} rounds: {acknowledged} acts acknowledged, {took} bytes, a round takes {a_round}"
    );
}

#[test]
fn nothing_acknowledged_is_lost_when_the_one_who_asks_is_killed() {
    killed_in_the_middle(1..6, Victim::A);
}

#[test]
fn nothing_acknowledged_is_lost_when_the_one_who_is_asked_is_killed() {
    killed_in_the_middle(6..11, Victim::B);
}

#[test]
#[ignore = "a hundred kills; `make kill` runs it"]
fn nothing_acknowledged_is_lost_when_the_one_who_asks_is_killed_a_hundred_times() {
    killed_in_the_middle(100..200, Victim::A);
}

#[test]
#[ignore = "a hundred kills; `make kill` runs it"]
fn nothing_acknowledged_is_lost_when_the_one_who_is_asked_is_killed_a_hundred_times() {
    killed_in_the_middle(200..300, Victim::B);
}
