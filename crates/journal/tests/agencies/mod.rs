//! Two invented agencies with keys in memory, and a small matter between them.
#![expect(dead_code, reason = "each test file uses its own half")]
#![expect(clippy::unwrap_used, reason = "only tests call this, and what it builds is always well formed")]

use std::collections::BTreeMap;

use comity_journal::card::{Card, CardBook, CardFacts, Disowned, MonthlyKey, SealingKey, Seat};
use comity_journal::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use comity_journal::entropy::Entropy;
use comity_journal::entry::{Actor, Entry, Header, Lane, Opening, Party, Place, Seen, VERSION};
use comity_journal::fingerprint::Fingerprint;
use comity_journal::ids::{AgencyId, Genesis, Pseudonym, Token};
use comity_journal::leaf::Leaf;
use comity_journal::part::{OpenPart, PartClass, Salt};
use comity_journal::proof::{Logged, ProofParts};
use comity_journal::receipt::Receipt;
use comity_journal::stated::{self, LaneHead, StatedHead};
use comity_journal::suite::{self, Hash, SecretKey, Suite};
use comity_journal::time::Timestamp;
use comity_journal::tree::Tree;
use zeroize::Zeroizing;

pub(crate) fn word(text: &str) -> Token {
    Token::new(text).unwrap()
}

pub(crate) fn key(seed: u8, suite: Suite) -> SecretKey {
    SecretKey::from_seed(suite, Zeroizing::new([seed; 32]))
}

/// Minutes after the matter began.
pub(crate) fn minute(number: i64) -> Timestamp {
    Timestamp::from_millis(1_790_000_000_000 + number * 60_000)
}

/// Bytes that only look drawn.
pub(crate) struct Noise(pub(crate) u64);

impl Entropy for Noise {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            self.0 += 1;
            chunk.copy_from_slice(&suite::hash(&[&self.0.to_be_bytes()]).as_bytes()[..chunk.len()]);
        }
    }
}

pub(crate) struct Agency {
    pub(crate) seed: u8,
    pub(crate) suite: Suite,
    pub(crate) cards: Vec<Card>,
}

impl Agency {
    pub(crate) fn new(seed: u8, label: &str) -> Self {
        Self::with_suite(seed, label, Suite::One)
    }

    pub(crate) fn with_suite(seed: u8, label: &str, suite: Suite) -> Self {
        let mut agency = Self { seed, suite, cards: Vec::new() };
        let facts = CardFacts {
            v: 1,
            suite,
            root: agency.root().public(),
            number: 1,
            prev: None,
            at: minute(-1000),
            label: word(label),
            names: BTreeMap::from([
                ("en".into(), format!("Agency {label}")),
                ("zh".into(), format!("{label}机构")),
            ]),
            seat: Seat::place("XA").unwrap(),
            kind: word("police"),
            competences: Vec::new(),
            endpoints: Vec::new(),
            signing: agency.signing().public(),
            checkpoint: agency.log().public(),
            content: vec![MonthlyKey { month: "2026-09".into(), key: SealingKey::from_bytes([1; 32]) }],
            packages: SealingKey::from_bytes([2; 32]),
            tls: vec![agency.root().public()],
            suites: vec![suite],
            least: suite,
            kinds: BTreeMap::new(),
            tree_epoch: 0,
            lane_epoch: 0,
            disowned: Vec::new(),
        };
        agency.cards.push(Card::issue(facts, &agency.root()).unwrap());
        agency
    }

    pub(crate) fn root(&self) -> SecretKey {
        key(self.seed, self.suite)
    }
    /// The one of its latest card.
    pub(crate) fn signing(&self) -> SecretKey {
        key(self.seed + if self.cards.len() > 1 { 3 } else { 1 }, self.suite)
    }
    pub(crate) fn log(&self) -> SecretKey {
        key(self.seed + 2, self.suite)
    }
    pub(crate) fn card(&self) -> &Card {
        self.cards.last().unwrap()
    }
    pub(crate) fn id(&self) -> AgencyId {
        self.card().agency()
    }
    pub(crate) fn print(&self) -> Fingerprint {
        self.card().fingerprint()
    }

    /// The next card, with another signing key; the one before is disowned beyond these heads.
    pub(crate) fn lose_signing_key(&mut self, heads: &[LaneHead]) -> Vec<StatedHead> {
        let before = self.card().clone();
        let mut facts = before.facts().clone();
        facts.number += 1;
        facts.prev = Some(before.hash());
        let (root, stated) = stated::state(self.id(), facts.signing, heads, &mut Noise(1));
        facts.disowned = vec![Disowned { signing: facts.signing, heads: root }];
        facts.signing = key(self.seed + 3, self.suite).public();
        self.cards.push(Card::issue(facts, &self.root()).unwrap());
        stated
    }

    pub(crate) fn sign_tree(&self, tree: &Tree) -> SignedCheckpoint {
        let origin = Origin { agency: self.id(), epoch: 0 };
        Checkpoint { origin, size: tree.size(), root: tree.root() }.sign(&self.log())
    }
}

/// A small matter: `open` and `supplement` by the one, `acknowledge` and `accept` by the other.
pub(crate) struct Small {
    pub(crate) ask: Agency,
    pub(crate) help: Agency,
    pub(crate) genesis: Genesis,
    pub(crate) part: OpenPart,
    pub(crate) tally: OpenPart,
    pub(crate) headers: Vec<Header>,
    pub(crate) entries: Vec<Entry>,
}

impl Small {
    pub(crate) fn new() -> Self {
        Self::between(Agency::new(10, "xa.liaison"), Agency::new(20, "xb.police"))
    }

    pub(crate) fn between(ask: Agency, help: Agency) -> Self {
        let genesis =
            Genesis { opener: ask.id(), kind: word("request"), rules: 1, nonce: suite::hash(&[b"drawn"]) };
        let part = |label: &str, class, text: &str| OpenPart {
            label: word(label),
            class,
            salt: Salt::from_bytes([label.len() as u8; 32]),
            bytes: comity_journal::cbor::encode(text),
        };
        let mut small = Self {
            part: part("facts", PartClass::Content, "an account was used"),
            tally: part("offences", PartClass::Tally, "0901"),
            ask,
            help,
            genesis,
            headers: Vec::new(),
            entries: Vec::new(),
        };
        for act in ["open", "acknowledge", "accept", "supplement"] {
            small.act(act);
        }
        small
    }

    /// Writes the next entry: a party that has not written yet has seen all of the other's lane.
    pub(crate) fn act(&mut self, act: &str) {
        let by_ask = matches!(act, "open" | "supplement");
        let opening = (act == "open").then(|| self.opening());
        let (author, other) = if by_ask { (&self.ask, &self.help) } else { (&self.help, &self.ask) };
        let of = |agency: &Agency| self.entries.iter().rfind(|e| e.header().author == agency.id());
        let (own, theirs) = (of(author), of(other));
        let told = own.and_then(|own| own.header().seen.first()).map(|seen| seen.entry);
        let header = Header {
            v: VERSION,
            suite: author.suite,
            matter: self.genesis.matter(),
            kind: word("request"),
            rules: 1,
            lane: Lane::Shared(author.id()),
            author: author.id(),
            place: Place { epoch: 0, seq: own.map_or(1, |own| own.header().place.seq + 1) },
            prev: own.map(Entry::hash),
            seen: theirs
                .filter(|theirs| Some(theirs.hash()) != told)
                .map(|theirs| Seen {
                    lane: theirs.header().lane,
                    place: theirs.header().place,
                    entry: theirs.hash(),
                })
                .into_iter()
                .collect(),
            card: author.card().hash(),
            at: minute(self.entries.len() as i64 * 10),
            by: Actor { who: Pseudonym::from_bytes([author.seed; 16]), roles: vec![word("officer")] },
            approved: vec![Actor { who: Pseudonym::from_bytes([9; 16]), roles: vec![word("supervisor")] }],
            handling: word("h1"),
            act: word(act),
            structure: vec![0xa0],
            parts: if act == "open" { vec![self.part.commit(), self.tally.commit()] } else { Vec::new() },
            relied: Vec::new(),
            opening,
        };
        self.entries.push(Entry::sign(header.clone(), &author.signing()));
        self.headers.push(header);
    }

    pub(crate) fn opening(&self) -> Opening {
        let party = |agency: &Agency, role| Party { agency: agency.id(), role: word(role), recorder: None };
        let mut parties = vec![party(&self.ask, "requesting"), party(&self.help, "requested")];
        parties.sort();
        Opening { genesis: self.genesis.clone(), parties, exercise: false, follows: None }
    }

    /// Puts another header in the place of entry `i`, signed by its author; later entries stay as they were.
    pub(crate) fn rewrite(&mut self, i: usize, change: impl FnOnce(&mut Header)) {
        change(&mut self.headers[i]);
        let author = if self.headers[i].author == self.ask.id() { &self.ask } else { &self.help };
        self.entries[i] = Entry::sign(self.headers[i].clone(), &author.signing());
    }

    pub(crate) fn book(&self) -> CardBook {
        let mut book = CardBook::default();
        self.ask.cards.iter().chain(&self.help.cards).for_each(|card| book.add(card.clone()).unwrap());
        book
    }

    pub(crate) fn both(&self) -> [Fingerprint; 2] {
        [self.ask.print(), self.help.print()]
    }

    /// When entry `i` was recorded by the asking agency.
    pub(crate) fn recorded(&self, i: usize) -> Timestamp {
        minute(i as i64 * 10 + 1)
    }

    pub(crate) fn tree(&self) -> Tree {
        let leaf =
            |(i, entry): (usize, &Entry)| Leaf::Entry { entry: entry.hash(), at: self.recorded(i) }.hash();
        self.entries.iter().enumerate().map(leaf).collect()
    }

    pub(crate) fn logged(&self, i: usize) -> Logged {
        let tree = self.tree();
        Logged {
            checkpoint: self.ask.sign_tree(&tree),
            leaf: i as u64,
            at: self.recorded(i),
            path: tree.inclusion(i as u64, tree.size()).unwrap(),
        }
    }

    /// The helping agency's receipt for what the asking one sent, behind two leaves of other matters.
    pub(crate) fn receipt(&self) -> Receipt {
        let sent: Vec<Hash> =
            self.entries.iter().filter(|e| e.header().author == self.ask.id()).map(Entry::hash).collect();
        let at = minute(35);
        let mut tree: Tree = [b"x", b"y"].iter().map(|other| suite::hash(&[*other])).collect();
        tree.extend(sent.iter().map(|entry| Leaf::Entry { entry: *entry, at }.hash()));
        let proof = tree.range(2, sent.len() as u64, tree.size()).unwrap();
        Receipt { checkpoint: self.help.sign_tree(&tree), first: 2, entries: sent, at, proof }
    }

    pub(crate) fn parts_of(&self, i: usize) -> Vec<OpenPart> {
        if i == 0 { vec![self.part.clone(), self.tally.clone()] } else { Vec::new() }
    }

    pub(crate) fn empty_proof(&self) -> ProofParts {
        let mut proof =
            ProofParts::new(self.genesis.matter(), word("request"), self.ask.id(), word("not-on-record"));
        proof.add_chain(self.ask.cards.iter());
        proof.add_chain(self.help.cards.iter());
        proof
    }

    /// The lane of entry `i` up to it.
    pub(crate) fn head_at(&self, i: usize) -> LaneHead {
        let header = self.entries[i].header();
        let last = Seen { lane: header.lane, place: header.place, entry: self.entries[i].hash() };
        LaneHead { matter: header.matter, last }
    }

    /// As [`Small::proof_of`], with what was stated when a key was lost.
    pub(crate) fn proof_with(
        &self,
        which: &[usize],
        stated: &[StatedHead],
        parts: impl Fn(usize) -> Option<Vec<OpenPart>>,
    ) -> ProofParts {
        let mut proof = self.proof_of(which, parts);
        stated.iter().for_each(|stated| proof.add_head(stated));
        proof
    }

    /// A proof of the entries whose positions are given, content included where `parts` gives some.
    pub(crate) fn proof_of(
        &self,
        which: &[usize],
        parts: impl Fn(usize) -> Option<Vec<OpenPart>>,
    ) -> ProofParts {
        let mut proof = self.empty_proof();
        for &i in which {
            let sent = self.entries[i].header().author == self.ask.id();
            let receipts: Vec<Receipt> = sent.then(|| self.receipt()).into_iter().collect();
            proof.add_entry(&self.entries[i], &self.logged(i), &receipts, parts(i).as_deref()).unwrap();
        }
        proof
    }

    pub(crate) fn sealed(&self) -> Vec<u8> {
        self.proof_of(&[0, 1, 2, 3], |i| Some(self.parts_of(i))).seal(&self.ask.signing())
    }
}
