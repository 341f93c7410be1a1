//! The dishonest partner: a node that runs the true software and, beside it, sends what it likes. It holds its own
//! keys and nobody else's, and its lines are its own: nobody can speak as another on them.

use comity_domain::act::{ActDef, Preparation};
use comity_domain::matters::standard;
use comity_federation::message::{
    Ask, Batch, CardMark, Held, Hello, Message as _, Receipts, Signed, VERSION,
};
use comity_federation::path;
use comity_journal::card::Card;
use comity_journal::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use comity_journal::entry::{Entry, Header, Lane, Opening, Party, Place, Seen};
use comity_journal::ids::{Genesis, MatterId, Token};
use comity_journal::leaf::Leaf;
use comity_journal::part::OpenPart;
use comity_journal::receipt::Receipt;
use comity_journal::stream::StreamHead;
use comity_journal::suite::{Hash, SecretKey, Suite};
use comity_journal::tree::Tree;
use comity_store::{Direction, Recorded};
use comity_testkit::Seeded;
use comity_testkit::node::request;

use crate::officers::wording;
use crate::world::World;

pub(crate) const PATHS: [&str; 7] =
    [path::HELLO, path::BATCH, path::FETCH, path::ASK, path::HOLDINGS, path::RECEIPTS, path::WITNESS];

impl World {
    /// The dishonest partner sends something to somebody.
    pub(crate) fn lie(&mut self) {
        let Some(from) = self.nodes.iter().position(|node| node.rogue) else { return };
        let to = self.dice.below(self.nodes.len());
        if to == from || self.are_strangers(from, to) {
            return;
        }
        let lie = match self.dice.below(20) {
            0 => self.noise(),
            1 => self.own_words_changed(from, to),
            2 => self.words_of_others(from),
            3 | 4 => self.false_receipts(from, to),
            5 => self.false_hello(from, to),
            6 if self.dice.in_thousand(300) => self.another_card(from, to),
            7 => self.nosy(from, to),
            8 => self.two_checkpoints(from, to),
            9 => self.another_past(from, to),
            10 => Some(self.monstrous()),
            11 => self.equivocate(from).and(None),
            12 if self.dice.in_thousand(300) => return self.flood(from, to),
            13 if self.dice.in_thousand(300) => return self.go_silent(from),
            14..=16 => self.out_of_turn(from, to),
            _ => self.forged_batch(from, to),
        };
        if let Some(lie) = lie {
            self.send_lie(from, to, lie);
        }
    }

    /// A lie arrives at once: a forged batch goes on from what the victim has now.
    pub(crate) fn send_lie(&mut self, from: usize, to: usize, (path, body, what): Lie) {
        if self.network.is_parted(from, to) || self.nodes[to].up.is_none() {
            return;
        }
        self.say(format!("n{from} lies to n{to}: {what}"));
        self.answer(to, from, path, body, None);
    }

    /// What the dishonest partner makes of its true answer.
    pub(crate) fn meddle(&mut self, node: usize, mut body: Vec<u8>) -> Vec<u8> {
        if !self.nodes[node].rogue || !self.dice.in_thousand(2 * self.weather.lies) {
            return body;
        }
        match self.dice.below(3) {
            0 => body.truncate(self.dice.below(body.len())),
            1 => flip(&mut body, self.dice.below(1 << 20)),
            _ => body = self.dice.bytes(40),
        }
        body
    }

    pub(crate) fn noise(&mut self) -> Option<Lie> {
        let length = self.dice.below(300);
        let path = PATHS[self.dice.below(PATHS.len())];
        Some((path, self.dice.bytes(length), "noise".into()))
    }

    fn own_words_changed(&mut self, from: usize, to: usize) -> Option<Lie> {
        let own: Vec<_> =
            self.network.old.iter().filter(|old| (old.from, old.to) == (from, to)).cloned().collect();
        let mut old = self.dice.pick(&own)?.clone();
        flip(&mut old.body, self.dice.below(1 << 20));
        Some((old.path, old.body, format!("an old {}, changed", old.path)))
    }

    fn words_of_others(&mut self, from: usize) -> Option<Lie> {
        let others: Vec<_> = self.network.old.iter().filter(|old| old.from != from).cloned().collect();
        let old = self.dice.pick(&others)?.clone();
        Some((old.path, old.body, format!("a {} of n{} to n{}", old.path, old.from, old.to)))
    }

    pub(crate) fn false_hello(&mut self, from: usize, to: usize) -> Option<Lie> {
        let station = self.nodes[from].resident.station.clone();
        let partner = self.agency(to);
        let head = |direction, dice: &mut crate::dice::Dice| {
            let true_one = station.disk.look(|kept| kept.stream(&partner, direction)).ok()?;
            let more = dice.below(3) as u64;
            let hash = if dice.in_thousand(500) { true_one.hash } else { random_hash(dice) };
            Some(StreamHead { n: true_one.n + more, hash })
        };
        let (outgoing, incoming) =
            (head(Direction::Out, &mut self.dice)?, head(Direction::In, &mut self.dice)?);
        let card = CardMark { number: 1, hash: station.card.hash() };
        let hash = random_hash(&mut self.dice);
        let checkpoint = self.false_checkpoint(from, &[hash]).0;
        let hello = Hello {
            v: VERSION,
            from: station.agency,
            to: partner,
            now: comity_testkit::node::NOW.plus_millis(self.dice.around(86_400_000)),
            card: if self.dice.in_thousand(500) { card } else { CardMark { number: 7, hash } },
            knows: 1,
            outgoing,
            incoming,
            holds: self.dice.in_thousand(500).then_some(Held { epoch: 0, size: 9, root: hash }),
            checkpoint: self.dice.in_thousand(500).then_some(checkpoint),
            holdings: random_hash(&mut self.dice),
        };
        Some((path::HELLO, hello.encode(), "a false hello".into()))
    }

    /// A checkpoint of a tree that is not the node's, properly signed by it, and the tree.
    fn false_checkpoint(&mut self, from: usize, entries: &[Hash]) -> (SignedCheckpoint, Tree) {
        let station = &self.nodes[from].resident.station;
        let at = comity_testkit::node::NOW;
        let mut tree: Tree = entries.iter().map(|entry| Leaf::Entry { entry: *entry, at }.hash()).collect();
        let more = self.dice.below(30);
        tree.extend((0..more).map(|_| random_hash(&mut self.dice)));
        let origin = Origin { agency: station.agency, epoch: 0 };
        let key = if self.dice.in_thousand(700) { station.keys().checkpoint } else { stranger() };
        (Checkpoint { origin, size: tree.size(), root: tree.root() }.sign(&key), tree)
    }

    /// Receipts for what was given, for what was given to others, for what never was.
    fn false_receipts(&mut self, from: usize, to: usize) -> Option<Lie> {
        let (us, victim) = (self.agency(from), self.agency(to));
        let entries: Vec<Hash> = match self.dice.below(3) {
            0 => {
                let disk = &self.nodes[to].resident.station.disk;
                let given = disk.look(|kept| kept.steps(&us, Direction::Out, 0, 100)).ok()?;
                given.into_iter().filter_map(|(_, record)| entry_of(&record.what)).collect()
            }
            1 => self.nodes[to].resident.station.disk.entries().into_iter().map(|(hash, _)| hash).collect(),
            _ => vec![random_hash(&mut self.dice)],
        };
        let first = self.dice.below(entries.len());
        let entries: Vec<_> = entries.into_iter().skip(first).take(1 + self.dice.below(3)).collect();
        let (checkpoint, tree) = self.false_checkpoint(from, &entries);
        let proof = tree.range(0, entries.len() as u64, tree.size()).ok()?;
        let count = entries.len();
        let at = comity_testkit::node::NOW.plus_millis(if self.dice.in_thousand(800) { 0 } else { 1 });
        let receipts = vec![Receipt { checkpoint, first: 0, entries, at, proof }];
        let message = Receipts { v: VERSION, from: us, to: victim, receipts, refused: Vec::new() };
        Some((path::RECEIPTS, message.encode(), format!("false receipts for {count}")))
    }

    /// Asks after any matter: its own, one of others, one of the victim's own records.
    pub(crate) fn nosy(&mut self, from: usize, to: usize) -> Option<Lie> {
        let matters = self.nodes[to].resident.station.disk.look(|kept| kept.matters()).ok()?;
        let matter = *self.dice.pick(&matters)?;
        let ask = Ask { v: VERSION, from: self.agency(from), to: self.agency(to), matter, have: Vec::new() };
        Some((path::ASK, ask.encode(), "a question after any matter".into()))
    }

    /// Another first card, or a second one with another key for checkpoints.
    fn another_card(&mut self, from: usize, to: usize) -> Option<Lie> {
        let station = &self.nodes[from].resident.station;
        let mut facts = station.card.facts().clone();
        facts.checkpoint = stranger().public();
        if self.dice.in_thousand(200) {
            (facts.number, facts.prev) = (2, Some(station.card.hash()));
        }
        let number = facts.number;
        let card = Card::issue(facts, &station.root()).ok()?;
        let body = self.batch(from, to, &[], vec![card])?;
        Some((path::BATCH, body, format!("another card {number}")))
    }

    pub(crate) fn forged_batch(&mut self, from: usize, to: usize) -> Option<Lie> {
        let (entries, what) = self.forge(from, to)?;
        let mut signed: Vec<_> = entries.iter().map(|entry| entry.bytes().to_vec()).collect();
        let mut what = what.to_owned();
        if self.dice.in_thousand(150) {
            let length = self.dice.below(300);
            signed.insert(0, self.dice.bytes(length));
            what = format!("no entry, and {what}");
        }
        if self.dice.in_thousand(250) {
            let key = self.nodes[from].resident.station.keys().signing;
            let request = Entry::sign(self.opening(from, to, false)?, &key);
            signed.push(request.bytes().to_vec());
            self.beside.push((to, request));
            what = format!("{what}, and a request beside its ledger");
        }
        let body = self.batch(from, to, &signed, Vec::new())?;
        Some((path::BATCH, body, what))
    }

    /// A batch that goes on from what the victim has.
    pub(crate) fn batch(
        &self,
        from: usize,
        to: usize,
        entries: &[Vec<u8>],
        cards: Vec<Card>,
    ) -> Option<Vec<u8>> {
        let us = self.agency(from);
        let after = self.nodes[to].resident.station.disk.look(|kept| kept.stream(&us, Direction::In)).ok()?;
        let batch = Batch {
            v: VERSION,
            from: us,
            to: self.agency(to),
            after,
            entries: entries.iter().cloned().map(Signed).collect(),
            cards: cards.iter().map(|card| Signed(card.bytes().to_vec())).collect(),
            heads: Vec::new(),
            receipts: Vec::new(),
            checkpoint: None,
            consistency: Vec::new(),
            content: None,
        };
        Some(batch.encode())
    }

    // --- forged entries -----------------------------------------------------------------------------------

    /// Entries that are not what they should be, and a word for what is wrong with them.
    fn forge(&mut self, from: usize, to: usize) -> Option<(Vec<Entry>, &'static str)> {
        let key = self.nodes[from].resident.station.keys().signing;
        let sign = |header: Header| Entry::sign(header, &key);
        if self.dice.in_thousand(60) {
            return Some((vec![sign(self.opening(from, to, true)?)], "an opening with odd parties"));
        }
        let (base, next) = match self.true_base(from)? {
            Some(base) => base,
            None => match self.base_beside(to) {
                Some(base) => base,
                None => {
                    let opening = sign(self.opening(from, to, false)?);
                    self.beside.push((to, opening.clone()));
                    return Some((vec![opening], "a request beside its ledger"));
                }
            },
        };
        if self.dice.in_thousand(200) && self.beside.iter().any(|(_, entry)| Some(entry.hash()) == next.prev)
        {
            let next = sign(next);
            self.beside.push((to, next.clone()));
            return Some((vec![next], "a reminder beside its ledger"));
        }
        let hash = random_hash(&mut self.dice);
        let (victim, stranger) = (self.agency(to), stranger());
        let with = |change: &dyn Fn(&mut Header)| {
            let mut header = next.clone();
            change(&mut header);
            header
        };
        let later = base.header().at.plus_millis(1);
        Some(match self.dice.below(19) {
            0 => (vec![Entry::sign(next, &stranger)], "signed with another key"),
            1 => (vec![sign(with(&|header| header.card = hash))], "under a card that is not known"),
            2 => {
                let far = with(&|header| {
                    header.place.seq += 3;
                    header.prev = Some(hash);
                });
                (vec![sign(far)], "at a place beyond the next")
            }
            3 => (vec![sign(with(&|header| header.prev = Some(hash)))], "after an entry that is not there"),
            4 => {
                // At a place where something may stand, or far beyond.
                let seq = [1, 2, 50][self.dice.below(3)];
                let seen = Seen { lane: Lane::Shared(victim), place: Place { epoch: 0, seq }, entry: hash };
                let untrue = Header { seen: vec![seen], ..next };
                (vec![sign(untrue)], "having seen what was never written")
            }
            5 | 6 => {
                let mut other = base.header().clone();
                other.at = later;
                (vec![sign(other)], "a fork of an old entry")
            }
            7 => {
                let other = with(&|header| header.at = header.at.plus_millis(1));
                (vec![sign(next), sign(other)], "a fork of the next entry")
            }
            8 => (vec![sign(with(&|header| header.lane = Lane::Inner(header.author)))], "of an inner lane"),
            9 => (vec![sign(with(&|header| header.lane = Lane::Shared(victim)))], "in the victim's lane"),
            10 => {
                let card = self.nodes[to].resident.station.card.hash();
                let as_victim = with(&|header| {
                    (header.author, header.lane, header.card) = (victim, Lane::Shared(victim), card);
                });
                (vec![sign(as_victim)], "in the victim's name")
            }
            11 => {
                let other = self.matter_of_others(from)?;
                let first = with(&|header| {
                    (header.place, header.prev, header.seen) = (Place { epoch: 0, seq: 1 }, None, Vec::new());
                    header.matter = other;
                });
                (vec![sign(first)], "in a matter of others")
            }
            12 => (vec![sign(with(&|header| header.act = Token::literal("answer")))], "an act it may not do"),
            13 => (vec![sign(with(&|header| header.act = Token::literal("sing")))], "an act nobody knows"),
            14 => (vec![sign(with(&|header| header.rules = 99))], "under rules nobody knows"),
            15 => {
                let kind = ["node", "officer", "partner"][self.dice.below(3)];
                let first = with(&|header| {
                    (header.matter, header.kind) =
                        (MatterId::from_bytes(*hash.as_bytes()), Token::literal(kind));
                    (header.place, header.prev, header.seen) = (Place { epoch: 0, seq: 1 }, None, Vec::new());
                    header.act = Token::literal(if kind == "node" { "initialise" } else { "enlist" });
                });
                (vec![sign(first)], "a matter of a kind that is not shared")
            }
            16 => {
                let matters = self.nodes[to].resident.station.disk.look(|kept| kept.matters()).ok()?;
                let record = *self.dice.pick(&matters)?;
                let first = with(&|header| {
                    (header.place, header.prev, header.seen) = (Place { epoch: 0, seq: 1 }, None, Vec::new());
                    header.matter = record;
                });
                (vec![sign(first)], "in any matter of the victim's")
            }
            17 => {
                let past = sign(next.clone());
                let place = Place { seq: next.place.seq + 1, ..next.place };
                let first = Header { place, prev: Some(past.hash()), seen: Vec::new(), ..next };
                let second = Header { at: first.at.plus_millis(1), ..first.clone() };
                (vec![sign(first), sign(second), past], "a fork before what it follows")
            }
            _ => (vec![sign(next.clone()), sign(next)], "one entry twice"),
        })
    }

    /// An act of the kind with all that belongs to it, which nobody may do in this role as the matter stands at the victim. If it
    /// counted, the matter would move.
    fn out_of_turn(&mut self, from: usize, to: usize) -> Option<Lie> {
        let (us, key) = (self.agency(from), self.nodes[from].resident.station.keys().signing);
        let known = self.entries_in(Lane::Shared(us), to);
        let like = self.dice.pick(&known)?.header().clone();
        let kinds = self.nodes[to].release.kinds()();
        let kind = kinds.get(like.kind.as_str())?;
        let matter = self.nodes[to].ledger()?.matter(&like.matter).ok()?;
        let (place, prev, seen) = matter.next_in(like.lane);
        let brief = matter.brief();
        let role = brief.parties.iter().find(|party| party.agency == us)?.role.clone();
        let of_role = |def: &&ActDef| def.by.contains(&role.as_str()) && def.code != "open";
        let acts = kind.acts().into_iter().filter(of_role).map(|def| def.code);
        let mut acts: Vec<_> = acts.filter(|act| !brief.cell.allows(role.as_str(), act)).collect();
        self.dice.seeded().shuffle(&mut acts);
        let latest = |acts: &[&str]| matter.latest(acts);
        let composed = acts.into_iter().find_map(|act| {
            let toml = wording(act, &mut self.dice);
            let mut preparation = Preparation { entropy: self.dice.seeded(), latest: &latest };
            kind.compose(act, &toml, &mut preparation).ok()
        })?;
        let parts = composed.parts.into_iter().map(|part| part.salted(self.dice.seeded()).commit()).collect();
        let (act, structure) = (composed.act, composed.structure);
        let header = Header { place, prev, seen, act, structure, parts, ..reminder(&like) };
        let what = format!("`{}` when it may not", header.act);
        let body = self.batch(from, to, &[Entry::sign(header, &key).bytes().to_vec()], Vec::new())?;
        Some((path::BATCH, body, what))
    }

    /// The entries of a lane that a node has.
    fn entries_in(&self, of: Lane, node: usize) -> Vec<Entry> {
        let entries = self.nodes[node].resident.station.disk.entries();
        let of_lane = entries.into_iter().filter_map(|(_, record)| match record.what {
            Recorded::Entry { lane, bytes, .. } if lane == of => Entry::read(&bytes).ok(),
            _ => None,
        });
        of_lane.collect()
    }

    /// An entry the ledger of the dishonest node has signed, and what could truly come next in that lane; none
    /// more often than not.
    fn true_base(&mut self, from: usize) -> Option<Option<(Entry, Header)>> {
        if self.dice.in_thousand(600) {
            return Some(None);
        }
        let own = self.entries_in(Lane::Shared(self.agency(from)), from);
        let Some(base) = self.dice.pick(&own).cloned() else { return Some(None) };
        let next = self.next_header(from, base.header())?;
        Some(Some((base, next)))
    }

    /// The same of what was written to this victim beside the ledger.
    fn base_beside(&mut self, to: usize) -> Option<(Entry, Header)> {
        let written: Vec<_> =
            self.beside.iter().filter(|(whom, _)| *whom == to).map(|(_, entry)| entry).collect();
        let last = written.last()?;
        let base = *self.dice.pick(&written)?;
        let header = last.header();
        let place = Place { epoch: 0, seq: header.place.seq + 1 };
        let next = Header { place, prev: Some(last.hash()), seen: Vec::new(), ..reminder(header) };
        Some((base.clone(), next))
    }

    /// A reminder at the next place of the lane of `like`.
    fn next_header(&mut self, from: usize, like: &Header) -> Option<Header> {
        let matter = self.nodes[from].ledger()?.matter(&like.matter).ok()?;
        let (place, prev, seen) = matter.next_in(like.lane);
        Some(Header { place, prev, seen, ..reminder(like) })
    }

    /// A request to the victim; an odd one has too many parties, or two in one role, or not those that get it.
    fn opening(&mut self, from: usize, to: usize, odd: bool) -> Option<Header> {
        let station = self.nodes[from].resident.station.clone();
        let third = self.agency((to + 1) % self.nodes.len());
        let kinds = standard();
        let kind = kinds.get("request")?;
        let nonce = random_hash(&mut self.dice);
        let mut preparation = Preparation { entropy: self.dice.seeded(), latest: &|_| None };
        let composed = kind.compose("open", &request("A number"), &mut preparation).ok()?;
        let parts: Vec<OpenPart> =
            composed.parts.into_iter().map(|part| part.salted(self.dice.seeded())).collect();
        let kind = Token::literal("request");
        let genesis = Genesis { opener: station.agency, kind: kind.clone(), rules: 1, nonce };
        let party = |agency, role| Party { agency, role: Token::literal(role), recorder: None };
        let (us, victim) = (station.agency, self.agency(to));
        let asks = party(us, "requesting");
        let mut parties = match self.dice.below(4) {
            _ if !odd => vec![asks, party(victim, "requested")],
            0 => vec![asks, party(victim, "requested"), party(third, "requested")],
            1 => vec![asks, party(third, "requested")],
            2 => vec![asks, party(victim, "requesting")],
            _ => vec![asks, Party { recorder: Some(us), ..party(victim, "requested") }],
        };
        parties.sort();
        parties.dedup_by_key(|party| party.agency);
        let matter = genesis.matter();
        let who = self.nodes[from].resident.drafter.acting_in(&*station.keys().pseudonyms, &matter);
        Some(Header {
            v: comity_journal::entry::VERSION,
            suite: Suite::One,
            matter,
            kind,
            rules: 1,
            lane: Lane::Shared(us),
            author: us,
            place: Place { epoch: 0, seq: 1 },
            prev: None,
            seen: Vec::new(),
            card: station.card.hash(),
            at: comity_testkit::node::NOW,
            by: who,
            approved: Vec::new(),
            handling: Token::literal("h1"),
            act: composed.act,
            structure: composed.structure,
            parts: parts.iter().map(OpenPart::commit).collect(),
            relied: Vec::new(),
            opening: Some(Opening { genesis, parties, exercise: false, follows: None }),
        })
    }

    fn matter_of_others(&mut self, from: usize) -> Option<MatterId> {
        let others = (0..self.cases.len()).filter(|case| !self.is_of(*case, from));
        let others: Vec<_> = others.map(|case| self.cases[case].id).collect();
        self.dice.pick(&others).copied()
    }
}

/// A reminder that is like another entry in all but its place.
pub(crate) fn reminder(like: &Header) -> Header {
    Header {
        act: Token::literal(if like.kind.as_str() == "request" { "remind" } else { "say" }),
        structure: vec![0xa0],
        parts: Vec::new(),
        relied: Vec::new(),
        opening: None,
        approved: Vec::new(),
        ..like.clone()
    }
}

/// Where it goes, its bytes, and what it is.
pub(crate) type Lie = (&'static str, Vec<u8>, String);

fn entry_of(recorded: &Recorded) -> Option<Hash> {
    match recorded {
        Recorded::Entry { entry, .. } => Some(*entry),
        Recorded::InnerRoot { .. } | Recorded::Epoch { .. } | Recorded::Again { .. } => None,
    }
}

/// The key of nobody here.
fn stranger() -> SecretKey {
    SecretKey::generate(Suite::One, &mut Seeded::new(u64::MAX))
}

pub(crate) fn random_hash(dice: &mut crate::dice::Dice) -> Hash {
    let bytes = dice.bytes(32);
    Hash::from_slice(&bytes).unwrap_or(Hash::ZERO)
}

fn flip(bytes: &mut [u8], at: usize) {
    let length = bytes.len().max(1);
    if let Some(byte) = bytes.get_mut(at % length) {
        *byte ^= 1 << (at % 8);
    }
}
