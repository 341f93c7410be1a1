//! Rule 1 of the design: the same set of entries gives the same state, in any order of arrival.
//!
//! Two nodes act at random, validly and not, blind and seeing, at times twice in one place; what they send is
//! reordered, doubled, lost and sent again. After every single delivery a node has exactly the state of those that
//! got the same set in the order of hashes, or one party's entries before the other's; at the end all nodes agree.

use std::sync::Arc;

use comity_domain::engine::{Matter, Standing};
use comity_domain::matters::request::RequestKind;
use comity_journal::entry::{Entry, Place};
use comity_journal::suite::Suite;
use comity_testkit::{OPEN, Side, World};
use proptest::prelude::*;

/// What happens next, as numbers that shrink well.
type Happening = (u8, u8, u8, u8);

struct Network {
    world: World,
    under_way: [Vec<Arc<Entry>>; 2],
    lost: [Vec<Arc<Entry>>; 2],
}

fn index(side: Side) -> usize {
    usize::from(side == Side::Asked)
}

/// An act and how it is written, `of` excepted.
const ACTS: &[(&str, &str, bool)] = &[
    ("acknowledge", "", true),
    ("ask", "questions = [\"Which?\"]", true),
    ("clarify", "text = \"That.\"", true),
    ("accept", "promised_by = \"2027-01-01T00:00:00Z\"", true),
    ("refuse", "ground = \"incomplete\"", true),
    ("answer", "extent = \"partial\"\ntext = \"Some.\"", true),
    ("answer", "extent = \"final\"\ntext = \"All.\"", true),
    ("remind", "", false),
    ("withdraw", "", true),
    ("confirm-withdrawal", "outcome = \"stopped\"", true),
    ("close", "outcome = \"satisfied\"", false),
];

impl Network {
    fn new(seed: u64) -> Self {
        let world = World::of_suite(seed, Suite::Toy);
        Self { world, under_way: [Vec::new(), Vec::new()], lost: [Vec::new(), Vec::new()] }
    }

    fn opens(&mut self) {
        let open = self.world.state(Side::Asking, "open", OPEN);
        self.signs(Side::Asking, open);
    }

    fn signs(&mut self, side: Side, statement: comity_testkit::Statement) {
        let shared = statement.lane.is_shared();
        let entry = self.world.force(side, statement);
        if shared {
            self.under_way[index(side.other())].push(entry);
        }
    }

    /// An act the grid offers, or any at all; naming what it means by itself, or any entry at hand.
    fn states(&mut self, side: Side, which: u8, target: u8) -> comity_testkit::Statement {
        let cell = self.world.at(side).cell();
        let role = if side == Side::Asking { "requesting" } else { "requested" };
        let offered: Vec<_> = ACTS.iter().filter(|(code, ..)| cell.allows(role, code)).collect();
        let among: Vec<_> = if which < 170 && !offered.is_empty() { offered } else { ACTS.iter().collect() };
        let (code, toml, names) = among[usize::from(which) % among.len()];
        let at_hand: Vec<_> = self.world.at(side).entries().map(|entry| entry.hash()).collect();
        let of = at_hand.get(usize::from(target) % at_hand.len().max(1)).filter(|_| *names && target > 200);
        let toml = of.map_or_else(|| (*toml).to_owned(), |of| format!("of = \"{of}\"\n{toml}"));
        self.world.state(side, code, &toml)
    }

    fn acts(&mut self, side: Side, which: u8, target: u8, how: u8) {
        let mut statement = self.states(side, which, target);
        let (place, prev, seen) = self.world.at(side).next_in(statement.lane);
        match how {
            0..=24 | 180..=229 => statement.at_place = Some((place, prev, Vec::new())),
            25..=27 => {
                // A dishonest node writes beside one of its own entries.
                let own = self.world.at(side).entries().filter(|e| e.header().lane == statement.lane);
                let Some(rival) = own.max_by_key(|e| e.header().place) else { return };
                let rival = rival.header();
                if rival.opening.is_some() {
                    return;
                }
                statement.at_place = Some((rival.place, rival.prev, rival.seen.clone()));
            }
            28..=32 => statement.structure = vec![0xff],
            33..=34 => statement.act = "unheard-of".into(),
            35..=49 => {
                let by = statement.by.clone();
                statement = self.world.state_inner(side, by, "draft", "act = \"answer\"");
            }
            57..=79 => {
                // Its author stands by one of two; a dishonest one by anything, twice, or back and forth.
                let lane = statement.lane;
                let ends = self.world.at(side).branches(lane);
                let own: Vec<_> = self.world.at(side).entries().filter(|e| e.header().lane == lane).collect();
                let any = own.get(usize::from(which) % own.len().max(1)).map(|entry| entry.hash());
                let Some(of) = ends.get(usize::from(target) % ends.len().max(1)).copied().or(any) else {
                    return;
                };
                let of = if how > 74 { any.unwrap_or(of) } else { of };
                let stands = format!("of = \"{of}\"\ncause = \"not-known\"");
                statement = self.world.state(side, "stand-by", &stands);
                if which > 200 {
                    let (_, prev, seen) = self.world.at(side).next_epoch(lane, of);
                    statement.at_place = Some((Place { epoch: 1, seq: 1 }, prev, seen));
                }
            }
            50..=56 => {
                // It comes before its time: the place after the next, following nothing anybody has.
                let of = comity_journal::suite::hash(&[&[which, target]]);
                statement.at_place = Some((Place { epoch: 0, seq: place.seq + 1 }, prev.or(Some(of)), seen));
            }
            _ => {}
        }
        self.signs(side, statement);
    }

    fn delivers(&mut self, side: Side, which: u8, how: u8) {
        let waiting = &mut self.under_way[index(side)];
        if waiting.is_empty() {
            return;
        }
        let i = usize::from(which) % waiting.len();
        if how < 20 {
            let lost = waiting.swap_remove(i);
            self.lost[index(side)].push(lost);
            return;
        }
        let entry = if how < 60 { Arc::clone(&waiting[i]) } else { waiting.swap_remove(i) };
        self.receives(side, entry);
    }

    fn receives(&mut self, side: Side, entry: Arc<Entry>) {
        match side {
            Side::Asking => self.world.at_asking.receive(entry),
            Side::Asked => self.world.at_asked.receive(entry),
        }
    }

    /// A fresh node, fed what this one has in the order of hashes.
    fn replayed(&self, side: Side, keep: impl Fn(&Entry) -> bool) -> Matter<RequestKind> {
        let mut fresh = Matter::new(self.world.id());
        self.world
            .at(side)
            .entries()
            .filter(|entry| keep(entry))
            .cloned()
            .for_each(|entry| fresh.receive(entry));
        fresh
    }

    /// Fresh nodes: one gets the entries of one party first, the other those of the other.
    fn one_sided(&self, side: Side) -> [Matter<RequestKind>; 2] {
        [Side::Asking, Side::Asked].map(|first| {
            let mut fresh = Matter::new(self.world.id());
            for of in [first, first.other()] {
                let own = |entry: &&Arc<Entry>| entry.header().author == self.world.agency(of).id;
                self.world.at(side).entries().filter(own).cloned().for_each(|entry| fresh.receive(entry));
            }
            fresh
        })
    }

    fn check(&self) -> Result<(), TestCaseError> {
        for side in [Side::Asking, Side::Asked] {
            let digest = self.world.at(side).digest();
            prop_assert_eq!(&digest, &self.replayed(side, |_| true).digest());
            for other in self.one_sided(side) {
                prop_assert_eq!(&digest, &other.digest());
            }
        }
        Ok(())
    }

    fn happens(&mut self, (what, which, target, how): Happening) {
        let side = if what & 1 == 0 { Side::Asking } else { Side::Asked };
        self.world.pass(1000);
        if what < 140 { self.acts(side, which, target, how) } else { self.delivers(side, which, how) }
    }

    /// Everything lost is sent again, in any order, and then everything once more.
    fn settles(&mut self) {
        for side in [Side::Asking, Side::Asked] {
            let mut rest = std::mem::take(&mut self.lost[index(side)]);
            rest.append(&mut self.under_way[index(side)]);
            self.world.entropy.shuffle(&mut rest);
            for entry in rest.iter().chain(&rest) {
                self.receives(side, Arc::clone(entry));
            }
        }
    }
}

fn all_agree(network: &mut Network) -> Result<(), TestCaseError> {
    let shared = |entry: &Entry| entry.header().lane.is_shared();
    let asking = network.replayed(Side::Asking, shared);
    let asked = network.replayed(Side::Asked, shared);
    prop_assert_eq!(asking.digest(), asked.digest());
    prop_assert_eq!(network.world.at_asking.cell(), network.world.at_asked.cell());
    prop_assert_eq!(network.world.at_asking.clocks(), network.world.at_asked.clocks());
    let mut entries: Vec<_> = asking.entries().cloned().collect();
    network.world.entropy.shuffle(&mut entries);
    let mut third = Matter::<RequestKind>::new(network.world.id());
    entries.iter().cloned().for_each(|entry| third.receive(entry));
    prop_assert_eq!(third.digest(), asking.digest());
    for entry in &entries {
        let hash = entry.hash();
        prop_assert_eq!(network.world.at_asking.standing(&hash), network.world.at_asked.standing(&hash));
        prop_assert_eq!(third.standing(&hash), asking.standing(&hash));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn the_same_entries_give_the_same_state_in_any_order(
        seed in any::<u64>(),
        happenings in proptest::collection::vec(any::<Happening>(), 1..50),
    ) {
        let mut network = Network::new(seed);
        network.opens();
        for happening in happenings {
            network.happens(happening);
            network.check()?;
        }
        network.settles();
        network.check()?;
        all_agree(&mut network)?;
    }
}

/// The property is only worth something where the runs hold what it is about.
#[test]
fn random_runs_hold_valid_void_forked_given_up_waiting_and_unknown_entries() {
    let mut standings = std::collections::BTreeMap::<&str, usize>::new();
    let mut statuses = std::collections::BTreeSet::new();
    for seed in 0..60 {
        let mut network = Network::new(seed);
        network.opens();
        for _ in 0..40 {
            let [what, which, target, how, ..] = network.world.entropy.next_u64().to_le_bytes();
            network.happens((what, which, target, how));
        }
        network.settles();
        statuses.insert(network.world.at_asked.cell().status);
        for entry in network.world.at_asked.entries() {
            let name = match network.world.at_asked.standing(&entry.hash()) {
                Standing::Valid => "valid",
                Standing::Void(_) => "void",
                Standing::NotUnderstood => "not understood",
                Standing::Waiting => "waiting",
                Standing::Forked => "forked",
                Standing::GivenUp => "given up",
                Standing::Disowned => "disowned",
            };
            *standings.entry(name).or_default() += 1;
        }
    }
    assert_eq!(standings.len(), 6, "{standings:?}");
    assert!(standings.values().all(|count| *count >= 10), "{standings:?}");
    assert!(statuses.len() >= 5, "{statuses:?}");
}
