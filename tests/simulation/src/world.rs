//! A world: nodes, network, officers and trouble, moved one step at a time.

use comity_app::Failure;
use comity_app::workers::Synced;
use comity_journal::entry::Entry;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::time::Timestamp;
use comity_testkit::node::NOW;

use crate::dice::Dice;
use crate::invariants::{Broken, Judge, Judged, Violation};
use crate::kinds::Release;
use crate::network::Network;
use crate::node::Node;
use crate::tasks::Tasks;
use crate::town::Town;
use crate::weather::Weather;

/// Steps of a small world before the network heals.
const STEPS: u64 = 700;
/// Steps for each node of a larger one.
const STEPS_EACH: u64 = 50;

/// A matter and whose it is.
pub(crate) struct Case {
    pub(crate) id: MatterId,
    pub(crate) opener: usize,
    /// With whom it was opened.
    pub(crate) with: Vec<usize>,
}

/// A world.
pub(crate) struct World {
    seed: u64,
    pub(crate) step: u64,
    now: Timestamp,
    pub(crate) dice: Dice,
    /// What the judge looks at more closely: drawn apart, so that looking changes nothing.
    pub(crate) eyes: Dice,
    pub(crate) weather: Weather,
    pub(crate) nodes: Vec<Node>,
    pub(crate) network: Network,
    pub(crate) tasks: Tasks,
    pub(crate) judge: Judge,
    pub(crate) cases: Vec<Case>,
    /// What the dishonest partner has written beside its ledger, by whom it was written to.
    pub(crate) beside: Vec<(usize, Entry)>,
    /// Two nodes that never connect, though they are partners.
    pub(crate) strangers: Option<(usize, usize)>,
    /// A node whose keys somebody will use.
    pub(crate) to_be_robbed: Option<usize>,
    /// How the last session ended.
    pub(crate) last_session: Option<Result<Synced, Failure>>,
    /// What partners have seen of each other: who, whom, which path, whether it is an answer, and how many bytes.
    pub(crate) seen: Vec<(usize, usize, &'static str, bool, usize)>,
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
        if let Some(last) = nodes.last_mut().filter(|last| !last.rogue) {
            last.run_release(match seed % 5 {
                1 => Release::Earlier,
                3 => Release::Later,
                _ => Release::Now,
            });
        }
        let first = dice.below(nodes.len());
        let strangers = dice.in_thousand(200).then(|| (first, (first + 1) % nodes.len()));
        // Whoever is put back from a copy, or is of another release, has troubles enough.
        let last = nodes.len() - 1;
        let to_be_robbed =
            (!with_rogue && seed % 7 == 4 && nodes[last].release == Release::Now).then_some(last);
        let weather = Weather { copies: if to_be_robbed.is_some() { 0 } else { weather.copies }, ..weather };
        let honest = nodes.iter().filter(|node| !node.rogue).map(|node| node.resident.station.agency);
        Self {
            seed,
            step: 0,
            now: NOW,
            judge: Judge::new(honest.collect()),
            dice,
            eyes: Dice::new(!seed),
            weather,
            nodes,
            network: Network::default(),
            tasks: Tasks::default(),
            cases: Vec::new(),
            beside: Vec::new(),
            strangers,
            to_be_robbed,
            last_session: None,
            seen: Vec::new(),
            trace: Vec::new(),
        }
    }

    /// Runs the world to its end.
    pub(crate) fn live(&mut self) -> Result<(), Violation> {
        self.run().map_err(|broken| self.violation(broken))
    }

    pub(crate) fn violation(&mut self, Broken { invariant, what }: Broken) -> Violation {
        self.say(format!("{invariant:?} does not hold"));
        Violation { invariant, seed: self.seed, step: self.step, what }
    }

    pub(crate) fn into_trace(self) -> Vec<String> {
        self.trace
    }

    /// Everybody starts.
    pub(crate) fn start_all(&mut self) -> Judged {
        self.introduce();
        (0..self.nodes.len()).try_for_each(|node| self.start(node))
    }

    fn run(&mut self) -> Judged {
        self.start_all()?;
        while self.step < self.steps() {
            self.next_step();
            if !self.trouble()? {
                self.go_on()?;
            }
        }
        self.end_quietly()
    }

    fn introduce(&mut self) {
        let rogue = self.nodes.iter().position(|node| node.rogue);
        let liar = rogue.map_or_else(String::new, |rogue| format!(", n{rogue} may lie"));
        let apart =
            self.strangers.map_or_else(String::new, |(a, b)| format!(", n{a} and n{b} never connect"));
        let other = self.nodes.iter().position(|node| node.release != Release::Now);
        let other = other.map_or_else(String::new, |node| {
            format!(", n{node} runs release {:?}", self.nodes[node].release)
        });
        let (seed, nodes, weather) = (self.seed, self.nodes.len(), self.weather);
        self.say(format!("world {seed} of {nodes} nodes{liar}{apart}{other}: {weather:?}"));
    }

    /// How many steps there are before the network heals.
    pub(crate) fn steps(&self) -> u64 {
        STEPS.max(STEPS_EACH * self.nodes.len() as u64)
    }

    /// Whether a third of them has gone.
    pub(crate) fn is_late(&self) -> bool {
        self.step > self.steps() / 3
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

    /// The latest release that a node of this world runs.
    pub(crate) fn latest_release(&self) -> Release {
        self.nodes.iter().map(|node| node.release).max().unwrap_or(Release::Now)
    }

    /// Whether a node is a party of a case, or was one.
    pub(crate) fn is_of(&self, case: usize, node: usize) -> bool {
        let Case { id, opener, with } = &self.cases[case];
        let admitted = || self.judge.parties(id).is_some_and(|parties| parties.contains(&self.agency(node)));
        *opener == node || with.contains(&node) || admitted()
    }

    // --- what moves ---------------------------------------------------------------------------------------

    pub(crate) fn go_on(&mut self) -> Judged {
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

    pub(crate) fn poll(&mut self, task: u64) -> Judged {
        if let Some((node, errand, outcome)) = self.tasks.poll(task) {
            self.ended(node, errand, outcome)?;
        }
        self.send_posted()
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
        self.recorded(number)?;
        let recorded = self.nodes[number].seen - before;
        self.say(format!("n{number} works: {recorded} records"));
        Ok(())
    }

    /// Judges what a node has recorded since the last time.
    pub(crate) fn recorded(&mut self, number: usize) -> Judged {
        self.judge.recorded(&mut self.nodes[number], &mut self.eyes)?;
        self.heed_fall();
        Ok(())
    }

    /// A node that was put back without knowing it, and has contradicted itself, is like a dishonest one from now on: the
    /// others must find it out, and go on.
    pub(crate) fn heed_fall(&mut self) {
        let judge = &self.judge;
        let fallen = self.nodes.iter().position(|node| !node.rogue && !judge.is_honest(&node.agency()));
        if let Some(fallen) = fallen {
            self.nodes[fallen].rogue = true;
            self.say(format!("n{fallen} has contradicted what it had signed before it was put back"));
        }
    }
}
