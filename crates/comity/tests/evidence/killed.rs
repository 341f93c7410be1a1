//! A transfer whose sender or receiver is killed on the way goes on where it stopped.
//!
//! Both nodes reach each other over a wire that counts every byte and kills a node at a chosen one: the moment is a place in
//! the transfer, not a time. What a transfer may take is measured beside it, by one that nobody disturbs.

use std::fs;
use std::io::Write;
use std::ops::Range;
use std::process::Command;

use comity_testkit::Seeded;
use comity_testkit::terminal::Place;
use comity_testkit::wire::{Line, Spent, Wire};

use crate::pair::{Pair, announced};

/// Transfers between two nodes before they are made anew, so that disks do not fill.
const AT_ONE_PAIR: u64 = 10;

#[derive(Clone, Copy, Debug)]
enum Victim {
    Sender,
    Receiver,
}

/// A hands packages over to B.
struct Transfers {
    pair: Pair,
    wire: Wire,
    /// The one B takes to A, and the one A takes to B.
    lines: [Line; 2],
    mebibytes: u64,
    /// Whether the matter that was announced has had its package.
    begun: bool,
    /// Bytes that sealing the last package had the disk write.
    sealed: u64,
}

impl Transfers {
    fn of(mebibytes: u64) -> Self {
        let pair = announced();
        let wire = Wire::new();
        let lines = [wire.line_to(&pair.running[0]), wire.line_to(&pair.running[1])];
        for (dir, partner, line, officer) in
            [("b", "Country A", &lines[0], "Chen Ning"), ("a", "Country B", &lines[1], "Amara Olin")]
        {
            let place = &pair.place;
            place.write("at.toml", &format!("at = \"{}\"\n", line.at));
            let record = place.expect(0, &["partner", "show", dir, partner]).word("record");
            place.expect(0, &["act", dir, &record, "describe", "at.toml", "--as", officer]);
        }
        Self { pair, wire, lines, mebibytes, begun: false, sealed: 0 }
    }

    /// A matter of its own for the next package.
    fn next_matter(&mut self) {
        if std::mem::replace(&mut self.begun, true) {
            self.pair.matter = self.pair.announce();
        }
    }

    /// Hands a package over, and kills `victim` after so many bytes of it; how many bytes the transfer took.
    fn hand_over(&mut self, seed: u64, killed: Option<(u64, Victim)>) -> u64 {
        self.next_matter();
        noise(&self.pair.place, self.mebibytes, seed);
        let before = self.wire.carried();
        if let Some((bytes, victim)) = killed {
            self.wire.kill_after(bytes, self.pair.running[index(victim)].pid());
        }
        let written = Spent::by("self").written;
        // Whoever is killed may be killed before it has said that it did this, and has done it all the same.
        self.pair.place.say(&["evidence", "send", "a", &self.pair.matter, "image.dd", "--as", "Amara Olin"]);
        self.sealed = Spent::by("self").written - written;
        if let Some((_, victim)) = killed {
            self.wire.wait_for_kill();
            self.comes_back(victim);
        }
        while self.pair.place.say(&["sync", "b"]).exit != 0 {
            // The other side may still hold the old connection for dead.
        }
        self.wire.carried() - before
    }

    fn comes_back(&mut self, victim: Victim) {
        let (at, dir) = (index(victim), ["a", "b"][index(victim)]);
        // It is dead; the one that is started takes its place, and the old one is buried.
        let back = self.pair.place.serve_after(dir, &mut self.pair.running[at]);
        self.lines[at].moves_to(back);
    }

    /// The package is whole at both, is taken over, and both journals hold.
    fn check(&self, about: &str) {
        let Pair { place, matter, .. } = &self.pair;
        let package = &place.expect(0, &["matter", "show", "b", matter]).json["packages"][0];
        assert_eq!(package["here"], true, "{about}");
        let kept = |dir: &str| {
            let name = package["package"].as_str().expect("a package has a name");
            place.path(dir).join("objects").join(name)
        };
        let same = Command::new("cmp").args([kept("a"), kept("b")]).status().expect("cmp");
        assert!(same.success(), "the package differs ({about})");
        place.write("intact.toml", "check = \"intact\"\n");
        place.expect(0, &["act", "b", matter, "receive", "intact.toml", "--as", "Chen Ning"]);
        place.expect(0, &["act", "b", matter, "accept", "--as", "Chen Ning"]);
        place.expect(0, &["sync", "b"]);
        for dir in ["a", "b"] {
            assert_eq!(place.status(dir, matter), "held", "{about}");
            place.expect(0, &["journal", "verify", dir]);
        }
    }
}

fn index(victim: Victim) -> usize {
    match victim {
        Victim::Sender => 0,
        Victim::Receiver => 1,
    }
}

/// A file of noise, so that nothing can be shortened.
fn noise(place: &Place, mebibytes: u64, seed: u64) {
    let mut file = fs::File::create(place.path("image.dd")).expect("a file");
    let (mut seeded, mut block) = (Seeded::new(seed), vec![0; 1024 * 1024]);
    for _ in 0..mebibytes {
        comity_journal::entropy::Entropy::fill(&mut seeded, &mut block);
        file.write_all(&block).expect("a file is written");
    }
}

/// For each seed a transfer with `victim` killed once, at a place anywhere in it: what it takes is at most a twentieth more
/// than what one takes that nobody disturbs.
#[expect(clippy::print_stdout, reason = "who runs a hundred kills wants to see what they cost")]
fn killed_on_the_way(mebibytes: u64, seeds: Range<u64>, victim: Victim) {
    let (mut transfers, mut undisturbed, mut worst) = (None, 0, 0);
    for seed in seeds.clone() {
        if (seed - seeds.start).is_multiple_of(AT_ONE_PAIR) {
            transfers = None;
        }
        let transfers = transfers.get_or_insert_with(|| {
            let mut fresh = Transfers::of(mebibytes);
            undisturbed = fresh.hand_over(0, None);
            fresh.check("undisturbed");
            fresh
        });
        let place = 1 + Seeded::new(seed).next_u64() % (mebibytes * 1024 * 1024);
        let about = format!("{victim:?}, seed {seed}, killed after {place} bytes");
        let took = transfers.hand_over(seed, Some((place, victim)));
        assert!(took * 100 <= undisturbed * 105, "{took} bytes where {undisturbed} are enough ({about})");
        worst = worst.max(took * 10_000 / undisturbed);
        transfers.check(&about);
    }
    println!("{victim:?}, seeds {seeds:?}, {mebibytes} MiB: at most {worst} / 10000 of what is enough");
}

#[test]
fn a_transfer_goes_on_where_it_stopped_when_the_receiver_is_killed() {
    killed_on_the_way(64, 1..6, Victim::Receiver);
}

#[test]
fn a_transfer_goes_on_where_it_stopped_when_the_sender_is_killed() {
    killed_on_the_way(64, 6..11, Victim::Sender);
}

#[test]
#[ignore = "64 MiB a hundred times; `make kill` runs it"]
fn a_hundred_transfers_go_on_where_they_stopped_when_the_receiver_is_killed() {
    killed_on_the_way(64, 100..200, Victim::Receiver);
}

#[test]
#[ignore = "64 MiB a hundred times; `make kill` runs it"]
fn a_hundred_transfers_go_on_where_they_stopped_when_the_sender_is_killed() {
    killed_on_the_way(64, 200..300, Victim::Sender);
}

#[test]
#[ignore = "2 GiB each; `make transfer` runs it"]
fn two_gibibytes_go_on_where_they_stopped_when_the_receiver_is_killed() {
    killed_on_the_way(2048, 11..14, Victim::Receiver);
}

#[test]
#[ignore = "2 GiB each; `make transfer` runs it"]
fn two_gibibytes_go_on_where_they_stopped_when_the_sender_is_killed() {
    killed_on_the_way(2048, 14..16, Victim::Sender);
}

/// Room for the exhibit, its package at the sender and at the receiver, and some.
const ROOM: u64 = 70_000_000_000;
/// More memory than any node may take for a transfer, in KiB, whatever its size.
const MEMORY: u64 = 128 * 1024;

#[test]
#[ignore = "20 GB, or 5 where there is no room for it, twice; `make transfer` runs it"]
fn an_exhibit_of_twenty_gigabytes_goes_on_where_it_stopped_whoever_is_killed() {
    let free = free();
    let gigabytes: u64 = if free >= ROOM { 20 } else { 5 };
    if gigabytes < 20 {
        println!("skipped at 20 GB: {free} bytes are free and {ROOM} are needed; 5 GB instead");
    }
    let mebibytes = gigabytes * 1_000_000_000 / (1024 * 1024);
    let size = mebibytes * 1024 * 1024;
    for (victim, seed) in [(Victim::Receiver, 11), (Victim::Sender, 12)] {
        let mut transfers = Transfers::of(mebibytes);
        let place = size / 10 + Seeded::new(seed).next_u64() % (size / 10 * 8);
        let carried = transfers.hand_over(seed, Some((place, victim)));
        let about = format!("{victim:?} killed after {place} bytes");
        assert!(carried * 100 <= size * 105, "{carried} bytes for {size} ({about})");
        let mut nodes = [0, 1].map(|at| Spent::by(transfers.pair.running[at].pid()));
        let victim = index(victim);
        nodes[victim] = transfers.wire.spent_by_killed().and(nodes[victim]);
        let share = |written: u64| written as f64 / size as f64;
        println!("{gigabytes} GB, {about}: sealing wrote {:.3} of its size", share(transfers.sealed));
        for (name, spent) in ["sender", "receiver"].into_iter().zip(nodes) {
            println!("  {name}: wrote {:.3}, most memory {} KiB", share(spent.written), spent.peak);
            assert!(spent.written * 10 < size * 12, "{name}, {about}: {spent:?}");
            assert!(spent.peak < MEMORY, "{name}, {about}: {spent:?}");
        }
        transfers.check(&about);
    }
}

/// Bytes that may still be written where a place would be made.
fn free() -> u64 {
    let told =
        Command::new("df").args(["--output=avail", "-B1"]).arg(std::env::temp_dir()).output().expect("df");
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    text.lines().last().and_then(|line| line.trim().parse().ok()).expect("a number of bytes")
}
