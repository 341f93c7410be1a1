//! A transfer whose sender or receiver is killed on the way goes on where it stopped.
//!
//! The receiver reaches the sender through a line that counts every byte and kills a node at a chosen one: the moment is
//! a place in the transfer, not a time.

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
    killed: mpsc::Receiver<()>,
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
                            kill(pid);
                            tell.send(()).expect("the test waits");
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

/// Sends `mebibytes`, kills `victim` at a place between a tenth and nine tenths of the way, and lets it come back.
fn killed_on_the_way(mebibytes: u64, seed: u64, victim: Victim) {
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
    let sent = place.expect(0, &["evidence", "send", "a", &matter, "image.dd", "--as", "Amara Olin"]);
    let package = sent.word("package");
    // The receiver's node fetches by itself as soon as it hears of the package.
    place.say(&["sync", "a"]);
    line.killed.recv().expect("the line tells when it has killed");
    match victim {
        Victim::Sender => {
            a.ended();
            a = place.serve("a");
            line.moves_to(&a.at);
        }
        Victim::Receiver => {
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
    drop((a, b));
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

#[test]
#[ignore = "2 GiB each; `make transfer` runs it"]
fn two_gibibytes_go_on_where_they_stopped_whoever_is_killed() {
    killed_on_the_way(2048, 11, Victim::Receiver);
    killed_on_the_way(2048, 12, Victim::Sender);
}
