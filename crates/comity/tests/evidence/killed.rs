//! A transfer whose sender or receiver is killed on the way goes on where it stopped.
//!
//! The receiver reaches the sender through a line that counts every byte and kills a node at a chosen one: the moment is
//! a place in the transfer, not a time. What each node wrote and how much memory it had, Linux tells.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use comity_testkit::Seeded;
use comity_testkit::terminal::Place;

use crate::pair::{Pair, announced};

/// A line to a node, which moves when the node does.
struct Line {
    at: SocketAddr,
    to: Arc<Mutex<SocketAddr>>,
    carried: Arc<AtomicU64>,
    plan: Arc<Mutex<Option<(u64, u32)>>>,
    killed: mpsc::Receiver<Spent>,
}

/// What a process has taken so far.
#[derive(Clone, Copy, Debug, Default)]
struct Spent {
    /// Bytes that it had the disk write.
    written: u64,
    /// The most memory it had, in KiB.
    peak: u64,
}

impl Spent {
    /// Of a process that runs: `self` for our own and those it has waited for, whose memory is not told.
    fn by(process: impl std::fmt::Display) -> Self {
        let number = |file: &str, name: &str| {
            let text =
                fs::read_to_string(format!("/proc/{process}/{file}")).expect("Linux tells of processes");
            let found = text
                .lines()
                .find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok());
            found.expect("a number that Linux tells")
        };
        Self { written: number("io", "write_bytes:"), peak: number("status", "VmHWM:") }
    }

    /// Of a node that has run twice.
    fn and(self, later: Self) -> Self {
        Self { written: self.written + later.written, peak: self.peak.max(later.peak) }
    }
}

impl Line {
    fn to(node: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let at = listener.local_addr().expect("an address");
        let to = Arc::new(Mutex::new(address(node)));
        let (carried, plan) = (Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(None)));
        let (tell, killed) = mpsc::channel();
        let (target, count, planned) = (Arc::clone(&to), Arc::clone(&carried), Arc::clone(&plan));
        thread::spawn(move || {
            for caller in listener.incoming().flatten() {
                let target = *target.lock().expect("no thread panics with it");
                let Ok(node) = TcpStream::connect(target) else { continue };
                let (from, to) = (caller.try_clone().expect("a socket"), node.try_clone().expect("a socket"));
                thread::spawn(move || carry(from, to, |_| {}));
                let (count, planned, tell) = (Arc::clone(&count), Arc::clone(&planned), tell.clone());
                thread::spawn(move || {
                    carry(node, caller, |bytes| {
                        let carried = count.fetch_add(bytes, Ordering::SeqCst) + bytes;
                        let mut plan = planned.lock().expect("no thread panics with it");
                        if let Some((_, pid)) = plan.take_if(|(at, _)| *at <= carried) {
                            let spent = Spent::by(pid);
                            kill(pid);
                            tell.send(spent).expect("the test waits");
                        }
                    });
                });
            }
        });
        Self { at, to, carried, plan, killed }
    }

    fn moves_to(&self, node: &str) {
        *self.to.lock().expect("no thread panics with it") = address(node);
    }

    /// Kills this process once so many bytes have come from the node, and waits until it is done.
    fn kill_at(&self, bytes: u64, pid: u32) {
        *self.plan.lock().expect("no thread panics with it") = Some((bytes, pid));
    }
}

fn address(node: &str) -> SocketAddr {
    node.trim_start_matches("https://").parse().expect("an address")
}

fn carry(mut from: TcpStream, mut to: TcpStream, mut heard: impl FnMut(u64)) {
    let mut bytes = [0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
        heard(read as u64);
    }
    drop(to.shutdown(std::net::Shutdown::Both));
}

fn kill(pid: u32) {
    Command::new("kill").args(["-KILL", &pid.to_string()]).status().expect("kill");
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

#[derive(Clone, Copy, Debug)]
enum Victim {
    Sender,
    Receiver,
}

/// What a transfer took.
#[derive(Debug)]
struct Course {
    /// Bytes of the file that was handed over.
    size: u64,
    /// Bytes written by sealing it.
    sealed: u64,
    sender: Spent,
    receiver: Spent,
}

/// Sends `mebibytes`, kills `victim` at a place between a tenth and nine tenths of the way, and lets it come back.
fn killed_on_the_way(mebibytes: u64, seed: u64, victim: Victim) -> Course {
    let Pair { place, running: [mut a, mut b], matter, .. } = announced();
    let line = Line::to(&a.at);
    let described = format!("at = \"https://{}\"\n", line.at);
    place.write("at.toml", &described);
    let record = place.expect(0, &["partner", "show", "b", "Country A"]).word("record");
    place.expect(0, &["act", "b", &record, "describe", "at.toml", "--as", "Chen Ning"]);
    noise(&place, mebibytes, seed);
    let size = mebibytes * 1024 * 1024;
    let place_in_it = size / 10 + Seeded::new(seed).next_u64() % (size / 10 * 8);
    let pid = if matches!(victim, Victim::Sender) { a.pid() } else { b.pid() };
    line.kill_at(place_in_it, pid);
    let before = Spent::by("self").written;
    let sent = place.expect(0, &["evidence", "send", "a", &matter, "image.dd", "--as", "Amara Olin"]);
    let sealed = Spent::by("self").written - before;
    let package = sent.word("package");
    // The receiver's node fetches by itself as soon as it hears of the package.
    place.say(&["sync", "a"]);
    let killed = line.killed.recv().expect("the line tells when it has killed");
    let (mut sender, mut receiver) = (Spent::default(), Spent::default());
    match victim {
        Victim::Sender => {
            sender = killed;
            a.ended();
            a = place.serve("a");
            line.moves_to(&a.at);
        }
        Victim::Receiver => {
            receiver = killed;
            b.ended();
            b = place.serve("b");
        }
    }
    while place.say(&["sync", "b"]).exit != 0 {
        // The other side may still hold the old connection for dead.
    }
    let page = place.expect(0, &["matter", "show", "b", &matter]).json;
    assert_eq!(page["packages"][0]["here"], true, "{victim:?} {seed}");
    let kept = |dir: &str| place.path(dir).join("objects").join(&package);
    let same = Command::new("cmp").args([kept("a"), kept("b")]).status().expect("cmp");
    assert!(same.success(), "the package differs ({victim:?} {seed})");
    let carried = line.carried.load(Ordering::SeqCst);
    assert!(carried * 100 <= size * 105, "{carried} bytes for {size} ({victim:?} {seed})");
    place.write("intact.toml", "check = \"intact\"\n");
    place.expect(0, &["act", "b", &matter, "receive", "intact.toml", "--as", "Chen Ning"]);
    place.expect(0, &["act", "b", &matter, "accept", "--as", "Chen Ning"]);
    place.expect(0, &["sync", "b"]);
    for dir in ["a", "b"] {
        assert_eq!(place.status(dir, &matter), "held");
        place.expect(0, &["journal", "verify", dir]);
    }
    let (sender, receiver) = (sender.and(Spent::by(a.pid())), receiver.and(Spent::by(b.pid())));
    drop((a, b));
    Course { size, sealed, sender, receiver }
}

/// Bytes that may still be written where a place would be made.
fn free() -> u64 {
    let told =
        Command::new("df").args(["--output=avail", "-B1"]).arg(std::env::temp_dir()).output().expect("df");
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    text.lines().last().and_then(|line| line.trim().parse().ok()).expect("a number of bytes")
}

#[test]
fn a_transfer_goes_on_where_it_stopped_when_the_receiver_is_killed() {
    for seed in 1..=5 {
        killed_on_the_way(64, seed, Victim::Receiver);
    }
}

#[test]
fn a_transfer_goes_on_where_it_stopped_when_the_sender_is_killed() {
    for seed in 6..=10 {
        killed_on_the_way(64, seed, Victim::Sender);
    }
}

/// Room for the exhibit, its package at the sender and at the receiver, and some.
const ROOM: u64 = 70_000_000_000;
/// More memory than any node may take for a transfer, in KiB, whatever its size.
const MEMORY: u64 = 128 * 1024;

#[test]
#[ignore = "20 GB, or 5 where there is no room for it, twice; `make transfer` runs it"]
fn an_exhibit_of_twenty_gigabytes_goes_on_where_it_stopped_whoever_is_killed() {
    let free = free();
    let gigabytes = if free >= ROOM { 20 } else { 5 };
    if gigabytes < 20 {
        println!("skipped at 20 GB: {free} bytes are free and {ROOM} are needed; 5 GB instead");
    }
    for (victim, seed) in [(Victim::Receiver, 11), (Victim::Sender, 12)] {
        let course = killed_on_the_way(gigabytes * 1_000_000_000 / (1024 * 1024), seed, victim);
        let share = |written: u64| written as f64 / course.size as f64;
        println!(
            "{gigabytes} GB, {victim:?} killed: written, of its size: sealing {:.3}, sender {:.3}, receiver {:.3}; \
             most memory: sender {} KiB, receiver {} KiB",
            share(course.sealed),
            share(course.sender.written),
            share(course.receiver.written),
            course.sender.peak,
            course.receiver.peak,
        );
        for node in [course.sender, course.receiver] {
            assert!(node.written * 10 < course.size * 12, "{course:?}");
            assert!(node.peak < MEMORY, "{course:?}");
        }
    }
}
