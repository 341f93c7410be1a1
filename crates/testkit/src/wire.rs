//! A wire between real nodes that counts every byte and kills a process at a chosen one: the moment is a place in what is
//! said, not a time.
//!
//! A [`Line`] has an address of its own and leads to one node, also after that node has come back elsewhere. All lines of a
//! [`Wire`] are counted together, both ways, so that what a conversation took is one number.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::terminal::Served;

/// What is counted, and when somebody is killed.
#[derive(Clone, Debug, Default)]
pub struct Wire(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    killed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    carried: u64,
    /// At how many bytes which process is killed.
    plan: Option<(u64, u32)>,
    /// How often somebody was.
    kills: u64,
    /// What the last one had taken.
    spent: Spent,
}

/// What a process has taken so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    /// Bytes that it had the disk write.
    pub written: u64,
    /// The most memory it had, in KiB.
    pub peak: u64,
}

impl Spent {
    /// Of a process that runs: `self` for our own and those it has waited for, whose memory is not told.
    ///
    /// # Panics
    /// When the machine is none that tells in `/proc`, or there is no such process.
    pub fn by(process: impl std::fmt::Display) -> Self {
        let number = |file: &str, name: &str| {
            let text =
                std::fs::read_to_string(format!("/proc/{process}/{file}")).expect("Linux tells of processes");
            let found = text
                .lines()
                .find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok());
            found.expect("a number that Linux tells")
        };
        Self { written: number("io", "write_bytes:"), peak: number("status", "VmHWM:") }
    }

    /// Of a node that has run twice.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        Self { written: self.written + later.written, peak: self.peak.max(later.peak) }
    }
}

impl Wire {
    /// A wire that has carried nothing.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes that were carried so far, both ways, over all lines.
    pub fn carried(&self) -> u64 {
        self.state().carried
    }

    /// Kills this process once so many bytes more have been carried, in place of what was planned before.
    pub fn kill_after(&self, bytes: u64, pid: u32) {
        let mut state = self.state();
        state.plan = Some((state.carried + bytes, pid));
    }

    /// Whether somebody is still to be killed.
    pub fn kills_planned(&self) -> bool {
        self.state().plan.is_some()
    }

    /// Waits until whoever was to be killed is.
    pub fn wait_for_kill(&self) {
        let waited = self.0.killed.wait_while(self.state(), |state| state.plan.is_some());
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// How often somebody was killed.
    pub fn kills(&self) -> u64 {
        self.state().kills
    }

    /// What whoever was killed last had taken until then.
    pub fn spent_by_killed(&self) -> Spent {
        self.state().spent
    }

    fn count(&self, bytes: u64) {
        let mut state = self.state();
        state.carried += bytes;
        let carried = state.carried;
        if let Some((_, pid)) = state.plan.take_if(|(at, _)| *at <= carried) {
            state.spent = Spent::by(pid);
            kill(pid);
            state.kills += 1;
            self.0.killed.notify_all();
        }
    }

    /// A line to a node.
    ///
    /// # Panics
    /// When the machine has no port left.
    pub fn line_to(&self, node: &Served) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let at = format!("https://{}", listener.local_addr().expect("an address"));
        let to = Arc::new(Mutex::new(address(node)));
        let (target, wire) = (Arc::clone(&to), self.clone());
        thread::spawn(move || {
            for caller in listener.incoming().flatten() {
                let target = *target.lock().unwrap_or_else(PoisonError::into_inner);
                if let Ok(node) = TcpStream::connect(target) {
                    wire.join(&caller, &node);
                }
            }
        });
        Line { at, to }
    }

    fn join(&self, caller: &TcpStream, node: &TcpStream) {
        for (from, to) in [(caller, node), (node, caller)] {
            let (from, to) = (from.try_clone().expect("a socket"), to.try_clone().expect("a socket"));
            let wire = self.clone();
            thread::spawn(move || wire.carry(from, to));
        }
    }

    fn carry(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut bytes = [0; 64 * 1024];
        while let Ok(read @ 1..) = from.read(&mut bytes) {
            if to.write_all(&bytes[..read]).is_err() {
                break;
            }
            self.count(read as u64);
        }
        // The other side hears that this one has ended; where it knows already, there is nothing to end.
        drop(to.shutdown(Shutdown::Both));
        drop(from.shutdown(Shutdown::Both));
    }
}

/// A line to a node, which moves when the node does.
#[derive(Debug)]
pub struct Line {
    /// Where whoever takes it connects, `https://…`.
    pub at: String,
    to: Arc<Mutex<SocketAddr>>,
}

impl Line {
    /// Leads to where the node is now.
    pub fn moves_to(&self, node: &Served) {
        *self.to.lock().unwrap_or_else(PoisonError::into_inner) = address(node);
    }
}

fn address(node: &Served) -> SocketAddr {
    node.at.trim_start_matches("https://").parse().expect("an address")
}

fn kill(pid: u32) {
    Command::new("kill").args(["-KILL", &pid.to_string()]).status().expect("kill");
}
