//! What goes over the lines: messages are carried, lost, repeated, answered; nodes dial each other.

use std::sync::Arc;

use comity_app::workers::{answer, deliver};
use comity_federation::message::{Batch, Message as _};
use comity_federation::path;
use comity_journal::stream::StreamHead;
use comity_journal::suite;
use comity_store::Direction;
use tokio::sync::oneshot;

use crate::invariants::Judged;
use crate::network::{Letter, Old};
use crate::tasks::{Errand, Outcome};
use crate::world::World;

impl World {
    /// Looks at what tasks have handed in, and sends it on its way.
    pub(crate) fn send_posted(&mut self) -> Judged {
        for letter in self.network.take_posted() {
            self.judge_leaving(letter.from, letter.to, letter.path, false, &letter.body)?;
            self.say(format!("n{} asks n{}: {}", letter.from, letter.to, letter.path));
            self.network.send(letter);
        }
        Ok(())
    }

    pub(crate) fn judge_leaving(
        &mut self,
        from: usize,
        to: usize,
        path: &'static str,
        is_answer: bool,
        body: &[u8],
    ) -> Judged {
        self.seen.push((from, to, path, is_answer, body.len()));
        if self.nodes[from].rogue {
            return Ok(());
        }
        let with_content =
            matches!((path, is_answer), (path::BATCH, false) | (path::FETCH | path::ASK, true));
        let opens = if with_content { self.nodes[to].resident.station.keys().content } else { Vec::new() };
        let to = self.agency(to);
        self.judge.leaves(&mut self.nodes[from], (&to, &opens), path, is_answer, body)
    }

    pub(crate) fn carry(&mut self, at: usize) {
        let letter = self.network.under_way.swap_remove(at);
        let (from, to, path) = (letter.from, letter.to, letter.path);
        let what = if letter.is_answer { "answer" } else { "request" };
        if self.nodes[to].silent {
            self.say(format!("n{to} hears n{from} and says nothing: {what} {path}"));
            return self.network.unanswered.push(letter);
        }
        let no_way = self.network.is_parted(from, to) || self.nodes[to].up.is_none();
        if no_way || self.dice.in_thousand(self.weather.lost) {
            return self.say(format!("lost: n{from} to n{to}, {what} {path}"));
        }
        if !letter.is_answer && self.dice.in_thousand(self.weather.twice) {
            let body = letter.body.clone();
            self.network.under_way.push(Letter { from, to, path, body, reply: None, is_answer: false });
        }
        self.say(format!("n{from} reaches n{to}: {what} {path}"));
        let awaited = letter.reply.as_ref().is_some_and(|reply| !reply.is_closed());
        if letter.is_answer && awaited && path == path::HELLO {
            self.hears(to, from);
        }
        match letter {
            Letter { is_answer: true, reply: Some(reply), body, .. } => drop(reply.send(body)),
            Letter { reply, body, .. } => self.answer(to, from, path, body, reply),
        }
    }

    /// A hello reaches a node: from now on it may have compared.
    fn hears(&mut self, node: usize, from: usize) {
        let from = self.agency(from);
        self.nodes[node].heard.insert(from);
    }

    pub(crate) fn answer(
        &mut self,
        node: usize,
        to: usize,
        path: &'static str,
        body: Vec<u8>,
        reply: Option<oneshot::Sender<Vec<u8>>>,
    ) {
        if path == path::HELLO {
            self.hears(node, to);
        }
        let from = self.agency(to);
        let Some(up) = &self.nodes[node].up else { return };
        let handle = up.handle.clone();
        let until = if path == path::BATCH { end_of(&body) } else { None };
        self.tasks.spawn(node, Errand::Answer { to, path, until, reply }, async move {
            Outcome::Answered(answer(&handle, from, path, body).await)
        });
    }

    /// Whether two nodes never connect: they are no partners, or have no line.
    pub(crate) fn are_strangers(&self, a: usize, b: usize) -> bool {
        let no_line = self.strangers.is_some_and(|strangers| strangers == (a, b) || strangers == (b, a));
        no_line || !self.nodes[a].resident.partners.contains_key(&b)
    }

    /// The node calls a partner: mostly one that it owes something, now and then any.
    pub(crate) fn call(&mut self, node: usize) {
        let Some(partner) = self.any_partner(node) else { return };
        let (disk, with) = (&self.nodes[node].resident.station.disk, self.agency(partner));
        let given = disk.look(|kept| kept.stream(&with, Direction::Out)).map(|head| head.n);
        let owes = given.ok() != disk.look(|kept| kept.delivered(&with)).ok();
        if owes || self.nodes[node].uncertain || self.dice.in_thousand(200) {
            self.dial(node, partner);
        }
    }

    pub(crate) fn any_partner(&mut self, node: usize) -> Option<usize> {
        let partners: Vec<_> = self.nodes[node].resident.partners.keys().copied().collect();
        self.dice.pick(&partners).copied()
    }

    pub(crate) fn dial(&mut self, node: usize, partner: usize) {
        if node == partner || self.are_strangers(node, partner) || self.tasks.has_session(node, partner) {
            return;
        }
        let (with, way) = (self.agency(partner), self.network.way(node, partner));
        let Some(up) = &mut self.nodes[node].up else { return };
        let (handle, level) = (up.handle.clone(), Arc::clone(up.levels.entry(with).or_default()));
        self.say(format!("n{node} dials n{partner}"));
        self.tasks.spawn(node, Errand::Session { with: partner }, async move {
            Outcome::Synced(deliver(&handle, with, &way, &mut *level.lock().await).await)
        });
    }

    /// What was asked once is asked again.
    pub(crate) fn bring_again(&mut self) {
        let Some(old) = self.dice.pick(&self.network.old).cloned() else { return };
        self.say(format!("once more: n{} to n{}, {}", old.from, old.to, old.path));
        let Old { from, to, path, body } = old;
        self.network.under_way.push(Letter { from, to, path, body, reply: None, is_answer: false });
    }
}

/// The head of a stream behind the entries of a batch.
fn end_of(body: &[u8]) -> Option<StreamHead> {
    let batch = Batch::decode(body).ok()?;
    Some(batch.entries.iter().fold(batch.after, |head, entry| head.push(&suite::hash(&[&entry.0]))))
}
