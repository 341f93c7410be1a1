//! Invented agencies, their keys, cards and entries.

use std::collections::BTreeMap;

use comity_federation::message::CardMark;
use comity_federation::seal::SealingSecret;
use comity_federation::session::{Showing, Snapshot};
use comity_journal::card::{Card, CardFacts, MonthlyKey, Seat};
use comity_journal::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use comity_journal::entropy::Entropy;
use comity_journal::entry::{Actor, Entry, Header, Lane, Place};
use comity_journal::ids::{AgencyId, MatterId, Pseudonym, Token};
use comity_journal::part::{OpenPart, PartClass, Salt};
use comity_journal::stream::StreamHead;
use comity_journal::suite::{self, Hash, SecretKey, Signature, Suite};
use comity_journal::time::Timestamp;
use comity_journal::tree::Tree;
use zeroize::Zeroizing;

/// Replays exactly: hashes of a seed and a counter.
pub(crate) struct Seeded(pub(crate) u64);

impl Entropy for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            self.0 += 1;
            let drawn = suite::hash(&[b"seeded", &self.0.to_be_bytes()]);
            chunk.copy_from_slice(&drawn.as_bytes()[..chunk.len()]);
        }
    }
}

pub(crate) const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

pub(crate) struct Agency {
    signing: SecretKey,
    checkpoints: SecretKey,
    pub(crate) sealing: SealingSecret,
    pub(crate) card: Card,
}

impl Agency {
    pub(crate) fn new(label: &'static str) -> Self {
        Self::of_suite(label, Suite::One, 0)
    }

    pub(crate) fn of_suite(label: &'static str, suite: Suite, tree_epoch: u32) -> Self {
        let key = |what: &str| {
            let seed = suite::hash(&[label.as_bytes(), what.as_bytes()]);
            SecretKey::from_seed(suite, Zeroizing::new(*seed.as_bytes()))
        };
        let (root, signing, checkpoints) = (key("root"), key("signing"), key("checkpoints"));
        let seed = suite::hash(&[label.as_bytes(), b"sealing"]);
        let sealing = SealingSecret::from_bytes(Zeroizing::new(*seed.as_bytes()));
        let facts = CardFacts {
            v: 1,
            suite,
            root: root.public(),
            number: 1,
            prev: None,
            at: NOON,
            label: Token::literal(label),
            names: BTreeMap::from([("en".to_owned(), label.to_owned())]),
            seat: Seat::place("XA").unwrap(),
            kind: Token::literal("police"),
            competences: vec![],
            endpoints: vec![],
            signing: signing.public(),
            checkpoint: checkpoints.public(),
            content: vec![MonthlyKey { month: "2026-09".into(), key: sealing.public() }],
            packages: sealing.public(),
            tls: vec![signing.public()],
            suites: vec![suite],
            least: suite,
            kinds: BTreeMap::new(),
            tree_epoch,
            lane_epoch: 0,
            disowned: vec![],
        };
        Self { card: Card::issue(facts, &root).unwrap(), signing, checkpoints, sealing }
    }

    pub(crate) fn id(&self) -> AgencyId {
        self.card.agency()
    }

    pub(crate) fn mark(&self) -> CardMark {
        CardMark { number: self.card.facts().number, hash: self.card.hash() }
    }

    pub(crate) fn header(&self, lane: Lane, seq: u64, parts: &[OpenPart]) -> Header {
        Header {
            v: 1,
            suite: self.signing.suite(),
            matter: MatterId::from_bytes([9; 32]),
            kind: Token::literal("request"),
            rules: 1,
            lane,
            author: self.id(),
            place: Place { epoch: 0, seq },
            prev: (seq > 1).then_some(Hash::ZERO),
            seen: vec![],
            card: self.card.hash(),
            at: NOON,
            by: Actor { who: Pseudonym::from_bytes([1; 16]), roles: vec![] },
            approved: vec![],
            handling: Token::literal("h1"),
            act: Token::literal("note"),
            structure: vec![0xa0],
            parts: parts.iter().map(OpenPart::commit).collect(),
            relied: vec![],
            opening: None,
        }
    }

    pub(crate) fn sign(&self, header: Header) -> Entry {
        Entry::sign(header, &self.signing)
    }

    pub(crate) fn entry(&self, seq: u64, parts: &[OpenPart]) -> Entry {
        self.sign(self.header(Lane::Shared(self.id()), seq, parts))
    }

    pub(crate) fn signature(&self, message: &[u8]) -> Signature {
        self.signing.sign(message)
    }

    pub(crate) fn checkpoint(&self, epoch: u32, tree: &Tree) -> SignedCheckpoint {
        let origin = Origin { agency: self.id(), epoch };
        Checkpoint { origin, size: tree.size(), root: tree.root() }.sign(&self.checkpoints)
    }

    pub(crate) fn snapshot(&self, partner: &Self) -> Snapshot {
        Snapshot {
            me: self.id(),
            card: self.mark(),
            partner: partner.card.clone(),
            now: NOON,
            outgoing: StreamHead::START,
            delivered: StreamHead::START,
            incoming: StreamHead::START,
            holds: None,
            checkpoint: None,
            tree_epoch: 0,
            showing: Showing::Always,
            holdings: Hash::ZERO,
        }
    }
}

pub(crate) fn part(label: &'static str, bytes: &[u8]) -> OpenPart {
    let salt = Salt::draw(&mut Seeded(bytes.len() as u64));
    OpenPart { label: Token::literal(label), class: PartClass::Content, salt, bytes: bytes.to_vec() }
}
