//! The network: messages under way, in no order, and lines that part.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use comity_app::Failure;
use comity_app::workers::Peer;
use tokio::sync::oneshot;

/// A message under way.
pub(crate) struct Letter {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) path: &'static str,
    pub(crate) body: Vec<u8>,
    /// Where an answer goes, or, in an answer, where this goes. A request that comes again has nowhere to answer to.
    pub(crate) reply: Option<oneshot::Sender<Vec<u8>>>,
    pub(crate) is_answer: bool,
}

/// What was asked once, and may come again.
#[derive(Clone)]
pub(crate) struct Old {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) path: &'static str,
    pub(crate) body: Vec<u8>,
}

/// How many old requests are kept.
const KEPT: usize = 60;

/// All lines between all nodes.
#[derive(Default)]
pub(crate) struct Network {
    /// Handed in by tasks, not looked at yet.
    posted: Posted,
    pub(crate) under_way: Vec<Letter>,
    /// What has reached somebody who says nothing. Whoever sent it waits.
    pub(crate) unanswered: Vec<Letter>,
    pub(crate) old: Vec<Old>,
    parted: BTreeSet<(usize, usize)>,
}

type Posted = Arc<Mutex<Vec<Letter>>>;

impl Network {
    /// The way from one node to another.
    pub(crate) fn way(&self, from: usize, to: usize) -> Way {
        Way { posted: Arc::clone(&self.posted), from, to }
    }

    /// What tasks have handed in since the last time.
    pub(crate) fn take_posted(&mut self) -> Vec<Letter> {
        std::mem::take(&mut *self.posted.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A message goes on its way.
    pub(crate) fn send(&mut self, letter: Letter) {
        if !letter.is_answer {
            let Letter { from, to, path, ref body, .. } = letter;
            self.old.push(Old { from, to, path, body: body.clone() });
            if self.old.len() > KEPT {
                self.old.remove(0);
            }
        }
        self.under_way.push(letter);
    }

    /// Nobody waits any longer for an answer of this node.
    pub(crate) fn give_up_on(&mut self, node: usize) {
        self.unanswered.retain(|letter| letter.to != node);
    }

    /// All connections of a node break: nothing that was under way arrives, and nothing of it comes again.
    pub(crate) fn hang_up(&mut self, node: usize) {
        self.under_way.retain(|letter| letter.from != node && letter.to != node);
        self.unanswered.retain(|letter| letter.from != node && letter.to != node);
        self.old.retain(|old| old.from != node && old.to != node);
    }

    pub(crate) fn is_parted(&self, a: usize, b: usize) -> bool {
        self.parted.contains(&(a.min(b), a.max(b)))
    }

    /// Parts a line that is whole, heals one that is parted. Tells whether it is parted now.
    pub(crate) fn part_or_heal(&mut self, a: usize, b: usize) -> bool {
        let line = (a.min(b), a.max(b));
        let parted = !self.parted.remove(&line);
        if parted {
            self.parted.insert(line);
        }
        parted
    }

    /// Parts the line of two nodes.
    pub(crate) fn part(&mut self, a: usize, b: usize) {
        self.parted.insert((a.min(b), a.max(b)));
    }

    pub(crate) fn heal(&mut self) {
        self.parted.clear();
    }
}

/// The way from one node to another, as a session uses it.
pub(crate) struct Way {
    posted: Posted,
    from: usize,
    to: usize,
}

impl Peer for Way {
    async fn post(&self, path: &'static str, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let (reply, answer) = oneshot::channel();
        let letter =
            Letter { from: self.from, to: self.to, path, body, reply: Some(reply), is_answer: false };
        self.posted.lock().unwrap_or_else(PoisonError::into_inner).push(letter);
        // A message that is lost takes the way back with it.
        answer.await.map_err(|_| Failure::Waiting("no answer came".into()))
    }
}
