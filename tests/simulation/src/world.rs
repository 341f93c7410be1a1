//! A world: nodes, network, officers and trouble, moved one step at a time.

use std::sync::Arc;

use comity_app::Failure;
use comity_app::commands::Outcome::Signed;
use comity_app::commands::{ActCommand, Acted};
use comity_app::workers::{AnswerFailure, Synced, answer, deliver};
use comity_federation::message::{Batch, Message as _};
use comity_federation::path;
use comity_journal::entry::Entry;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::stream::StreamHead;
use comity_journal::suite::{self, Hash};
use comity_journal::time::Timestamp;
use comity_store::Direction;
use comity_store::faults::Fault;
use comity_testkit::node::{Cut, NOW, open_letter, request};

use crate::dice::Dice;
use crate::invariants::{Broken, Invariant, Judge, Judged, Violation};
use crate::network::{Letter, Network};
use crate::node::Node;
use crate::officers;
use crate::tasks::{Errand, Outcome, Tasks};
use crate::town::Town;
use crate::weather::Weather;

/// Steps before the network heals.
const STEPS: u64 = 700;

/// A matter and whose it is.
pub(crate) struct Case {
    pub(crate) id: MatterId,
    pub(crate) opener: usize,
    pub(crate) asked: usize,
    /// Who else reads it, where it is a letter.
    pub(crate) also: Option<usize>,
}

impl Case {
    /// Whether a node is a party.
    pub(crate) fn is_of(&self, node: usize) -> bool {
        [Some(self.opener), Some(self.asked), self.also].contains(&Some(node))
    }
}

/// A world.
pub(crate) struct World {
    seed: u64,
    step: u64,
    now: Timestamp,
    pub(crate) dice: Dice,
    pub(crate) weather: Weather,
    pub(crate) nodes: Vec<Node>,
    pub(crate) network: Network,
    pub(crate) tasks: Tasks,
    pub(crate) judge: Judge,
    pub(crate) cases: Vec<Case>,
    /// What the dishonest partner has written beside its ledger, by whom it was written to.
    pub(crate) beside: Vec<(usize, Entry)>,
    /// Two nodes that never connect.
    pub(crate) strangers: Option<(usize, usize)>,
    /// A node whose keys somebody will use.
    pub(crate) to_be_robbed: Option<usize>,
    /// How the last session ended.
    pub(crate) last_session: Option<Result<Synced, Failure>>,
    trace: Vec<String>,
}

/// Something that can move.
#[derive(Clone, Copy)]
pub(crate) enum Move {
    /// A task goes on.
    Poll(u64),
    /// A ledger carries out jobs.
    Work(usize),
    /// A message arrives, or does not.
    Carry(usize),
}

impl World {
    pub(crate) fn begin(seed: u64, town: &Town) -> Self {
        let mut dice = Dice::new(seed);
        let with_rogue = seed % 3 == 2;
        let weather = Weather::of(seed, with_rogue, &mut dice);
        let town = town.copy();
        let rogue = with_rogue.then(|| dice.below(town.len()));
        let mut nodes: Vec<_> = town
            .into_iter()
            .enumerate()
            .map(|(i, (resident, plan))| Node::new(resident, plan, rogue == Some(i), 4 + seed % 20))
            .collect();
        if let Some(last) = nodes.last_mut().filter(|last| !last.rogue && seed % 5 == 1) {
            last.release(true);
        }
        let first = dice.below(nodes.len());
        let strangers = dice.in_thousand(200).then(|| (first, (first + 1) % nodes.len()));
        // Whoever is put back from a copy, or is of an earlier release, has troubles enough.
        let to_be_robbed =
            (!with_rogue && seed % 7 == 4).then(|| nodes.len() - 1).filter(|last| !nodes[*last].behind);
        let weather = Weather { copies: if to_be_robbed.is_some() { 0 } else { weather.copies }, ..weather };
        let honest = nodes.iter().filter(|node| !node.rogue).map(|node| node.resident.station.agency);
        Self {
            seed,
            step: 0,
            now: NOW,
            judge: Judge::new(honest.collect()),
            dice,
            weather,
            nodes,
            network: Network::default(),
            tasks: Tasks::default(),
            cases: Vec::new(),
            beside: Vec::new(),
            strangers,
            to_be_robbed,
            last_session: None,
            trace: Vec::new(),
        }
    }

    /// Runs the world to its end.
    pub(crate) fn live(&mut self) -> Result<(), Violation> {
        self.run().map_err(|Broken { invariant, what }| {
            self.say(format!("{invariant:?} does not hold"));
            Violation { invariant, seed: self.seed, step: self.step, what }
        })
    }

    pub(crate) fn into_trace(self) -> Vec<String> {
        self.trace
    }

    fn run(&mut self) -> Judged {
        let rogue = self.nodes.iter().position(|node| node.rogue);
        let liar = rogue.map_or_else(String::new, |rogue| format!(", n{rogue} may lie"));
        let apart =
            self.strangers.map_or_else(String::new, |(a, b)| format!(", n{a} and n{b} never connect"));
        let behind = self.nodes.iter().position(|node| node.behind);
        let behind = behind.map_or_else(String::new, |node| format!(", n{node} is of an earlier release"));
        self.say(format!(
            "world {} of {} nodes{liar}{apart}{behind}: {:?}",
            self.seed,
            self.nodes.len(),
            self.weather
        ));
        for node in 0..self.nodes.len() {
            self.start(node)?;
        }
        while self.step < STEPS {
            self.next_step();
            if !self.trouble()? {
                self.go_on()?;
            }
        }
        self.end_quietly()
    }

    pub(crate) fn say(&mut self, what: String) {
        self.trace.push(format!("{:>4} {what}", self.step));
    }

    pub(crate) fn next_step(&mut self) {
        self.step += 1;
        let most = if self.dice.in_thousand(5) { 2 * 3_600_000 } else { 20_000 };
        let passed = self.dice.below(most);
        self.now = self.now.plus_millis(i64::try_from(passed).unwrap_or_default());
        for node in &self.nodes {
            node.resident.station.clock.set(self.now.plus_millis(node.skew));
        }
    }

    pub(crate) fn agency(&self, node: usize) -> AgencyId {
        self.nodes[node].resident.station.agency
    }

    // --- what moves ---------------------------------------------------------------------------------------

    fn go_on(&mut self) -> Judged {
        let moves = self.moves();
        if let Some(next) = self.dice.pick(&moves).copied()
            && !self.dice.in_thousand(400)
        {
            return self.make(next);
        }
        let node = self.dice.below(self.nodes.len());
        if self.nodes[node].up.is_none() {
            return Ok(());
        }
        if self.dice.in_thousand(300) {
            self.call(node);
        } else {
            self.wish(node);
        }
        Ok(())
    }

    /// The node calls a partner: mostly one that it owes something, now and then any.
    fn call(&mut self, node: usize) {
        let partner = self.dice.below(self.nodes.len());
        let (disk, with) = (&self.nodes[node].resident.station.disk, self.agency(partner));
        let given = disk.look(|kept| kept.stream(&with, Direction::Out)).map(|head| head.n);
        let owes = given.ok() != disk.look(|kept| kept.delivered(&with)).ok();
        if owes || self.nodes[node].uncertain || self.dice.in_thousand(200) {
            self.dial(node, partner);
        }
    }

    pub(crate) fn moves(&self) -> Vec<Move> {
        let waiting = |node: &Node| node.up.as_ref().is_some_and(|up| up.ledger.waiting() > 0);
        let work = (0..self.nodes.len()).filter(|node| waiting(&self.nodes[*node])).map(Move::Work);
        let carry = (0..self.network.under_way.len()).map(Move::Carry);
        self.tasks.ready().map(Move::Poll).chain(work).chain(carry).collect()
    }

    pub(crate) fn make(&mut self, next: Move) -> Judged {
        match next {
            Move::Poll(task) => self.poll(task),
            Move::Work(node) => self.work(node),
            Move::Carry(letter) => {
                self.carry(letter);
                Ok(())
            }
        }
    }

    fn poll(&mut self, task: u64) -> Judged {
        if let Some((node, errand, outcome)) = self.tasks.poll(task) {
            self.ended(node, errand, outcome)?;
        }
        for letter in self.network.take_posted() {
            self.judge_leaving(letter.from, letter.to, letter.path, false, &letter.body)?;
            self.say(format!("n{} asks n{}: {}", letter.from, letter.to, letter.path));
            self.network.send(letter);
        }
        Ok(())
    }

    fn judge_leaving(
        &mut self,
        from: usize,
        to: usize,
        path: &'static str,
        is_answer: bool,
        body: &[u8],
    ) -> Judged {
        let to = self.agency(to);
        let node = &mut self.nodes[from];
        if node.rogue { Ok(()) } else { self.judge.leaves(node, &to, path, is_answer, body) }
    }

    pub(crate) fn work(&mut self, number: usize) -> Judged {
        let together = 1 + self.dice.below(4);
        let node = &mut self.nodes[number];
        let Some(up) = &mut node.up else { return Ok(()) };
        up.ledger.work(together);
        let before = node.seen;
        if node.resident.station.disk.is_off() {
            self.die(number)?;
        } else if !node.failing {
            node.unreadable = false;
        }
        let node = &mut self.nodes[number];
        self.judge.recorded(node, &mut self.dice)?;
        let recorded = node.seen - before;
        self.say(format!("n{number} works: {recorded} records"));
        Ok(())
    }

    fn carry(&mut self, at: usize) {
        let letter = self.network.under_way.swap_remove(at);
        let (from, to, path) = (letter.from, letter.to, letter.path);
        let what = if letter.is_answer { "answer" } else { "request" };
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
        reply: Option<tokio::sync::oneshot::Sender<Vec<u8>>>,
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

    pub(crate) fn are_strangers(&self, a: usize, b: usize) -> bool {
        self.strangers.is_some_and(|strangers| strangers == (a, b) || strangers == (b, a))
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

    // --- what officers do ---------------------------------------------------------------------------------

    fn wish(&mut self, node: usize) {
        if self.tasks.acts_of(node) > 2 {
            return;
        }
        let mut ours: Vec<_> = (0..self.cases.len()).filter(|case| self.cases[*case].is_of(node)).collect();
        if ours.is_empty() || (self.cases.len() < self.nodes.len() + 3 && self.dice.in_thousand(100)) {
            return if self.dice.in_thousand(250) { self.write_letter(node) } else { self.draft(node) };
        }
        if self.dice.in_thousand(800)
            && let Some(ledger) = self.nodes[node].ledger()
        {
            let cases = &self.cases;
            let turn: Vec<_> =
                ours.iter().copied().filter(|case| officers::is_our_turn(ledger, &cases[*case].id)).collect();
            ours = if turn.is_empty() { ours } else { turn };
        }
        if let Some(case) = self.dice.pick(&ours).copied() {
            self.act(node, case);
        }
    }

    fn draft(&mut self, number: usize) {
        let asked = self.dice.below(self.nodes.len());
        let node = &self.nodes[number];
        let (Some(up), Some(partner)) = (&node.up, node.resident.partners[asked].clone()) else { return };
        let (handle, officer) = (up.handle.clone(), node.resident.drafter.clone());
        self.say(format!("n{number} drafts a request to n{asked}"));
        self.tasks.spawn(number, Errand::Draft { asked, also: None }, async move {
            let drafted = handle.run(move |ledger, pending| {
                ledger.draft_opening(pending, "request", &partner, &request("A number"), &officer)
            });
            Outcome::Acted(drafted.await)
        });
    }

    /// An officer writes to two others, once the node has compared with both.
    fn write_letter(&mut self, number: usize) {
        let (asked, also) = (self.dice.below(self.nodes.len()), self.dice.below(self.nodes.len()));
        let readers = [self.agency(asked), self.agency(also)];
        let nonce = Hash::from_slice(&self.dice.bytes(32)).unwrap_or(Hash::ZERO);
        let node = &self.nodes[number];
        let Some(up) = &node.up else { return };
        if asked == also || asked == number || also == number || node.behind {
            return;
        }
        let (handle, officer) = (up.handle.clone(), node.resident.drafter.clone());
        let secret = node.resident.station.keys().pseudonyms;
        self.say(format!("n{number} writes a letter to n{asked} and n{also}"));
        self.tasks.spawn(number, Errand::Draft { asked, also: Some(also) }, async move {
            let written = handle.run(move |ledger, pending| {
                if !readers.iter().all(|reader| ledger.compared_with(reader)) {
                    return Err(Failure::Waiting("the streams have not been compared yet".into()));
                }
                let (matter, entry) = open_letter(ledger, pending, (&officer, &*secret), nonce, &readers)?;
                Ok(Acted { matter, act: "open".into(), outcome: Signed(entry) })
            });
            Outcome::Acted(written.await)
        });
    }

    fn act(&mut self, number: usize, case: usize) {
        let matter = self.cases[case].id;
        let node = &mut self.nodes[number];
        let Some(ledger) = node.ledger() else { return };
        let Some(wish) = officers::wish(ledger, matter, &mut self.dice) else { return };
        let resident = &node.resident;
        let officer = if wish.by_approver { resident.approver.clone() } else { resident.drafter.clone() };
        let Some(up) = &node.up else { return };
        let handle = up.handle.clone();
        self.say(format!("n{number} wants {} in m{case}", wish.act));
        let command = ActCommand { matter, act: wish.act, toml: wish.toml };
        self.tasks.spawn(number, Errand::Act { case }, async move {
            Outcome::Acted(handle.run(move |ledger, pending| ledger.act(pending, &command, &officer)).await)
        });
    }

    // --- what came of it ----------------------------------------------------------------------------------

    fn ended(&mut self, node: usize, errand: Errand, outcome: Outcome) -> Judged {
        match (errand, outcome) {
            (Errand::Session { with }, Outcome::Synced(synced)) => self.synced(node, with, synced),
            (Errand::Draft { asked, also }, Outcome::Acted(acted)) => {
                if let Ok(acted) = &acted {
                    self.cases.push(Case { id: acted.matter, opener: node, asked, also });
                }
                self.acted(node, self.cases.len().saturating_sub(1), acted)
            }
            (Errand::Act { case }, Outcome::Acted(acted)) => self.acted(node, case, acted),
            (Errand::Answer { to, path, until, reply }, Outcome::Answered(answered)) => {
                if let (Some(until), Ok(body), false) = (until, &answered, self.nodes[node].rogue) {
                    let from = self.agency(to);
                    Judge::goes_on(&mut self.nodes[node], &from, until, body)?;
                }
                self.answered(node, to, path, reply, answered)
            }
            _ => Ok(()),
        }
    }

    fn synced(&mut self, node: usize, with: usize, synced: Result<Synced, Failure>) -> Judged {
        self.say(match &synced {
            Ok(Synced { delivered, received, compared, released, asked, supplied, .. }) => format!(
                "n{node} and n{with}: {delivered} delivered, {received} received, {supplied} of {asked} asked, {released} released, compared {compared}"
            ),
            Err(why) => format!("n{node} and n{with} broke off: {why}"),
        });
        if let (false, Err(why)) = (self.nodes[node].rogue, &synced) {
            Judge::no_fault(why)?;
            let accused = matches!(why, Failure::NotBelieved(_)) && !self.nodes[with].rogue;
            Invariant::HonestNeverAccused.holds_if(!accused, || format!("n{node} says of n{with}: {why}"))?;
        }
        self.last_session = Some(synced);
        Ok(())
    }

    fn acted(&mut self, node: usize, case: usize, acted: Result<Acted, Failure>) -> Judged {
        self.say(match &acted {
            Ok(acted) => format!("n{node} in m{case}: {} {}", acted.act, came_of(&acted.outcome)),
            Err(why) => format!("n{node} in m{case}: no, {why}"),
        });
        match &acted {
            _ if self.nodes[node].rogue => Ok(()),
            Ok(acted) => self.judge.told(&mut self.nodes[node], acted),
            Err(why) => Judge::no_fault(why),
        }
    }

    fn answered(
        &mut self,
        node: usize,
        to: usize,
        path: &'static str,
        reply: Option<tokio::sync::oneshot::Sender<Vec<u8>>>,
        answered: Result<Vec<u8>, AnswerFailure>,
    ) -> Judged {
        match answered {
            Ok(body) => {
                self.judge_leaving(node, to, path, true, &body)?;
                let body = self.meddle(node, body);
                self.say(format!("n{node} answers n{to}: {path}"));
                if reply.is_some() {
                    self.network.send(Letter { from: node, to, path, body, reply, is_answer: true });
                }
                Ok(())
            }
            Err(why) => {
                self.say(format!("n{node} does not answer n{to}: {why}"));
                match why {
                    AnswerFailure::Failed(why) if !self.nodes[node].rogue => Judge::no_fault(&why),
                    _ => Ok(()),
                }
            }
        }
    }

    // --- trouble ------------------------------------------------------------------------------------------

    /// Makes trouble, if the weather has it; tells whether it did.
    fn trouble(&mut self) -> Result<bool, Broken> {
        let weather = self.weather;
        let number = self.dice.below(self.nodes.len());
        if self.nodes[number].up.is_none() && self.dice.in_thousand(120) {
            return self.start(number).map(|()| true);
        }
        if self.nodes[number].failing && self.dice.in_thousand(300) {
            self.nodes[number].mend();
            self.say(format!("n{number} can be read again"));
            return Ok(true);
        }
        let drawn = |chance, dice: &mut Dice| dice.in_thousand(chance);
        if drawn(weather.stops, &mut self.dice) {
            self.stop(number)?;
        } else if drawn(weather.bad_commit, &mut self.dice) {
            let fault = [Fault::Before, Fault::After, Fault::Full][self.dice.below(3)];
            self.nodes[number].plan.fail_next(fault);
            self.say(format!("n{number}: the next commit fails, {fault:?}"));
        } else if drawn(weather.bad_reading, &mut self.dice) {
            let after = self.dice.below(40) as u64;
            let node = &mut self.nodes[number];
            node.plan.fail_readings_after(after);
            (node.failing, node.unreadable) = (true, true);
            self.say(format!("n{number}: after {after} more, readings fail"));
        } else if drawn(weather.again, &mut self.dice) {
            self.bring_again();
        } else if drawn(weather.parted, &mut self.dice) {
            let other = self.dice.below(self.nodes.len());
            let parted = self.network.part_or_heal(number, other);
            self.say(format!(
                "the line of n{number} and n{other} is {}",
                if parted { "parted" } else { "whole" }
            ));
        } else if drawn(weather.clocks, &mut self.dice) {
            self.nodes[number].skew = self.dice.around(170_000);
            let skew = self.nodes[number].skew / 1000;
            self.say(format!("the clock of n{number} is {skew} s off"));
        } else if weather.copies > 0 && drawn(weather.copies, &mut self.dice) {
            self.copy_or_put_back()?;
        } else if weather.copies > 0 && drawn(10, &mut self.dice) {
            return self.declare_epoch(0);
        } else if self.step > STEPS / 3 && self.to_be_robbed.is_some() && drawn(20, &mut self.dice) {
            self.steal()?;
        } else if drawn(weather.lies, &mut self.dice) {
            self.lie();
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn bring_again(&mut self) {
        let Some(old) = self.dice.pick(&self.network.old).cloned() else { return };
        self.say(format!("once more: n{} to n{}, {}", old.from, old.to, old.path));
        let crate::network::Old { from, to, path, body } = old;
        self.network.under_way.push(Letter { from, to, path, body, reply: None, is_answer: false });
    }

    pub(crate) fn start(&mut self, number: usize) -> Judged {
        let node = &mut self.nodes[number];
        node.start().map_err(|why| Invariant::NoFaultOfItsOwn.broken(format!("it does not start: {why}")))?;
        let uncertain = node.uncertain;
        self.judge.recorded(&mut self.nodes[number], &mut self.dice)?;
        self.judge.promises_are_kept(&self.nodes[number])?;
        self.say(format!("n{number} starts{}", if uncertain { ", uncertain of itself" } else { "" }));
        Ok(())
    }

    fn stop(&mut self, number: usize) -> Judged {
        let way = self.dice.below(4);
        let node = &mut self.nodes[number];
        let Some(up) = &mut node.up else { return Ok(()) };
        match way {
            0 => node.resident.station.disk.cut(Cut::BeforeCommit),
            1 => node.resident.station.disk.cut(Cut::AfterCommit),
            2 => self.die(number)?,
            _ if node.unreadable => return Ok(()),
            _ => {
                while up.ledger.waiting() > 0 {
                    up.ledger.work(256);
                }
                if node.resident.station.disk.is_off() {
                    return self.die(number);
                }
                self.judge.recorded(node, &mut self.dice)?;
                self.tasks.drop_all_of(number);
                self.nodes[number].stop_cleanly();
            }
        }
        let how = ["goes off before its next commit", "goes off after its next commit", "dies", "stops"][way];
        self.say(format!("n{number} {how}"));
        Ok(())
    }

    /// The node dies where it stands. What its tasks could say by then, they have said.
    pub(crate) fn die(&mut self, number: usize) -> Judged {
        for task in self.tasks.ready_of(number) {
            self.poll(task)?;
        }
        self.tasks.drop_all_of(number);
        let node = &mut self.nodes[number];
        node.up = None;
        // What it had stored by then was signed by a node that knew itself.
        self.judge.recorded(node, &mut self.dice)?;
        node.uncertain = true;
        self.say(format!("n{number} is dead"));
        Ok(())
    }
}

/// The head of a stream behind the entries of a batch.
fn end_of(body: &[u8]) -> Option<StreamHead> {
    let batch = Batch::decode(body).ok()?;
    Some(batch.entries.iter().fold(batch.after, |head, entry| head.push(&suite::hash(&[&entry.0]))))
}

fn came_of(outcome: &comity_app::commands::Outcome) -> String {
    use comity_app::commands::Outcome;
    match outcome {
        Outcome::Recorded(_) => "recorded".into(),
        Outcome::StillWaits(_, why) => format!("recorded, the draft waits: {why}"),
        Signed(_) => "signed".into(),
        Outcome::Drafted(_) => "drafted".into(),
        Outcome::Kept(_, why) => format!("kept: {why}"),
        Outcome::AwaitsComparison(..) => "awaits a comparison".into(),
        Outcome::AwaitsEpoch(_) => "awaits the root".into(),
    }
}
