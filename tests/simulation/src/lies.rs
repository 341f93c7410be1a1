//! Lies that are more than one forged message: two stories for two partners, two trees of one size, another past of a stream,
//! a flood, bytes that are too many or too deep, and silence.

use comity_federation::message::{Batch, CardMark, Hello, Message as _, Signed, VERSION};
use comity_federation::path;
use comity_journal::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use comity_journal::entry::{Entry, Header, Lane};
use comity_journal::leaf::Leaf;
use comity_journal::suite::Hash;
use comity_journal::tree::Tree;
use comity_store::{Direction, Recorded};
use comity_testkit::node::NOW;

use crate::rogue::{Lie, PATHS, random_hash, reminder};
use crate::world::World;

/// Messages of a flood, at least, and how many more there may be.
const FLOOD: (usize, usize) = (20, 60);
/// How deep bytes are nested that are too deep.
const DEPTH: usize = 100_000;
/// How many bytes are too many to look at.
const HUGE: usize = 3 << 20;

impl World {
    /// Two entries for one place in a matter of three: one goes to one partner, the other to another.
    pub(crate) fn equivocate(&mut self, from: usize) -> Option<()> {
        let us = self.agency(from);
        let own = self.nodes[from].resident.station.disk.entries();
        let own = own.into_iter().filter_map(|(_, record)| match record.what {
            Recorded::Entry { lane, bytes, .. } if lane == Lane::Shared(us) => Entry::read(&bytes).ok(),
            _ => None,
        });
        let of_three = |entry: &Entry| {
            self.judge.parties(&entry.header().matter).is_some_and(|parties| parties.len() > 2)
        };
        let bases: Vec<_> = own.filter(of_three).collect();
        let base = self.dice.pick(&bases)?.clone();
        let like = base.header();
        let (place, prev, seen) = self.nodes[from].ledger()?.matter(&like.matter).ok()?.next_in(like.lane);
        let first = Header { place, prev, seen, ..reminder(like) };
        let second = Header { at: first.at.plus_millis(1), ..first.clone() };
        let key = self.nodes[from].resident.station.keys().signing;
        let parties = self.judge.parties(&like.matter)?.to_vec();
        let mut victims = (0..self.nodes.len()).filter(|node| *node != from);
        let of_it = victims.by_ref().filter(|node| parties.contains(&self.agency(*node))).collect::<Vec<_>>();
        for (to, header) in of_it.into_iter().zip([first, second]) {
            let entry = Entry::sign(header, &key);
            let body = self.batch(from, to, &[entry.bytes().to_vec()], Vec::new())?;
            self.send_lie(from, to, (path::BATCH, body, "one of two stories".into()));
        }
        Some(())
    }

    /// A checkpoint, properly signed, of the size of the one that the victim holds and of another tree.
    pub(crate) fn two_checkpoints(&mut self, from: usize, to: usize) -> Option<Lie> {
        let (us, victim) = (self.agency(from), self.agency(to));
        let held = self.nodes[to].resident.station.disk.look(|kept| kept.checkpoint(&us)).ok()??;
        let size = SignedCheckpoint::try_from(held.note).ok()?.peek().ok()?.size;
        let leaf = |dice: &mut crate::dice::Dice| Leaf::Entry { entry: random_hash(dice), at: NOW }.hash();
        let tree: Tree = (0..size).map(|_| leaf(&mut self.dice)).collect();
        let station = &self.nodes[from].resident.station;
        let origin = Origin { agency: us, epoch: 0 };
        let note = Checkpoint { origin, size, root: tree.root() }.sign(&station.keys().checkpoint);
        let stream = |direction| station.disk.look(|kept| kept.stream(&victim, direction)).ok();
        let hello = Hello {
            v: VERSION,
            from: us,
            to: victim,
            now: NOW,
            card: CardMark { number: 1, hash: station.card.hash() },
            knows: 1,
            outgoing: stream(Direction::Out)?,
            incoming: stream(Direction::In)?,
            holds: None,
            checkpoint: Some(note),
            holdings: Hash::ZERO,
        };
        Some((path::HELLO, hello.encode(), format!("another tree of {size} leaves")))
    }

    /// A batch that goes on from before what the victim has of the stream, with something else in its place.
    pub(crate) fn another_past(&mut self, from: usize, to: usize) -> Option<Lie> {
        let us = self.agency(from);
        let disk = &self.nodes[to].resident.station.disk;
        let steps = disk.look(|kept| kept.steps(&us, Direction::In, 0, usize::MAX)).ok()?;
        let at = self.dice.below(steps.len());
        let (step, record) = steps.get(at)?;
        let Recorded::Entry { bytes, .. } = &record.what else { return None };
        let mut header = Entry::read(bytes).ok()?.header().clone();
        header.at = header.at.plus_millis(1);
        let other = Entry::sign(header, &self.nodes[from].resident.station.keys().signing);
        let after = disk.look(|kept| kept.stream_at(&us, Direction::In, step.head.n - 1)).ok()??;
        let batch = Batch::decode(&self.batch(from, to, &[], Vec::new())?).ok()?;
        let entries = vec![Signed(other.bytes().to_vec())];
        let batch = Batch { after, entries, ..batch };
        Some((path::BATCH, batch.encode(), format!("another entry {} of the stream", step.head.n)))
    }

    /// Bytes that no reader may follow to their end: too deep, too many, or said to be more than there are.
    pub(crate) fn monstrous(&mut self) -> Lie {
        let (body, what) = match self.dice.below(5) {
            0 => (vec![0x81; DEPTH], "lists in lists"),
            1 => ([0xa1, 0x60].repeat(DEPTH), "maps in maps"),
            2 => (vec![0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "a list said to be endless"),
            3 => (vec![0x5b, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff], "bytes said to be a tebibyte"),
            _ => (vec![0x00; HUGE], "nothing but zeros"),
        };
        (PATHS[self.dice.below(PATHS.len())], body, what.into())
    }

    /// Many messages at once, true and false.
    pub(crate) fn flood(&mut self, from: usize, to: usize) {
        let count = FLOOD.0 + self.dice.below(FLOOD.1);
        self.say(format!("n{from} floods n{to}: {count} messages"));
        for _ in 0..count {
            let lie = match self.dice.below(5) {
                0 => self.noise(),
                1 => self.false_hello(from, to),
                2 => self.nosy(from, to),
                3 => self.own_words_again(from, to),
                _ => self.forged_batch(from, to),
            };
            if let Some(lie) = lie {
                self.send_lie(from, to, lie);
            }
        }
    }

    fn own_words_again(&mut self, from: usize, to: usize) -> Option<Lie> {
        let own = self.network.old.iter().filter(|old| (old.from, old.to) == (from, to));
        let own: Vec<_> = own.cloned().collect();
        let old = self.dice.pick(&own)?.clone();
        Some((old.path, old.body, format!("an old {}", old.path)))
    }

    /// The dishonest partner hears whoever calls, and says nothing.
    pub(crate) fn go_silent(&mut self, from: usize) {
        self.nodes[from].silent = true;
        self.say(format!("n{from} falls silent"));
    }
}
