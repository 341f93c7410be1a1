//! An agency with its root, its node's keys and its first card.

use std::collections::BTreeMap;

use comity_journal::card::{Card, CardFacts, Disowned, MonthlyKey, SealingKey, Seat};
use comity_journal::entropy::Entropy;
use comity_journal::entry::Actor;
use comity_journal::ids::{AgencyId, MatterId, Pseudonym, Token};
use comity_journal::stated::{self, LaneHead, StatedHead};
use comity_journal::suite::{PublicKey, SecretKey, Suite};
use comity_journal::time::Timestamp;

/// The public keys a card certifies.
#[derive(Clone, Copy, Debug)]
pub struct CertifiedKeys {
    /// Signs entries.
    pub signing: PublicKey,
    /// Signs checkpoints.
    pub checkpoint: PublicKey,
    /// Content is sealed to it.
    pub content: SealingKey,
    /// Evidence packages are sealed to it.
    pub packages: SealingKey,
    /// The TLS key.
    pub tls: PublicKey,
}

/// The first card of an agency of this label (`north`) in this country or territory (`XA`), to be changed before
/// its root signs it. All in the suite of the root.
///
/// # Panics
/// When label or seat are malformed.
pub fn first_card(label: &str, seat: &str, root: &SecretKey, keys: CertifiedKeys) -> CardFacts {
    CardFacts {
        v: 1,
        suite: root.suite(),
        root: root.public(),
        number: 1,
        prev: None,
        at: Timestamp::from_millis(1_780_000_000_000),
        label: Token::new(label).expect("a label is a token"),
        names: BTreeMap::from([("en".to_owned(), format!("Police of {label}"))]),
        seat: Seat::place(seat).expect("a seat has two capital letters"),
        kind: Token::literal("police"),
        competences: Vec::new(),
        endpoints: vec![format!("https://{label}.example:7443")],
        signing: keys.signing,
        checkpoint: keys.checkpoint,
        content: vec![MonthlyKey { month: "2026-01".into(), key: keys.content }],
        packages: keys.packages,
        tls: vec![keys.tls],
        suites: vec![root.suite()],
        least: root.suite(),
        kinds: BTreeMap::from([(Token::literal("request"), 1)]),
        tree_epoch: 0,
        lane_epoch: 0,
        disowned: Vec::new(),
    }
}

/// An invented agency.
#[derive(Debug)]
pub struct Agency {
    /// Its id.
    pub id: AgencyId,
    /// Its offline root.
    pub root: SecretKey,
    /// Signs its entries.
    pub signing: SecretKey,
    /// Signs its checkpoints.
    pub checkpoint: SecretKey,
    /// Its first card.
    pub card: Card,
    secret: [u8; 32],
}

impl Agency {
    /// An agency of this label (`north`) in this country or territory (`XA`), with all keys of `suite`.
    ///
    /// # Panics
    /// When label or seat are malformed.
    pub fn new(label: &str, seat: &str, suite: Suite, entropy: &mut dyn Entropy) -> Self {
        let root = SecretKey::generate(suite, entropy);
        let signing = SecretKey::generate(suite, entropy);
        let checkpoint = SecretKey::generate(suite, entropy);
        let tls = SecretKey::generate(suite, entropy);
        let mut secret = [0; 32];
        entropy.fill(&mut secret);
        let keys = CertifiedKeys {
            signing: signing.public(),
            checkpoint: checkpoint.public(),
            content: SealingKey::from_bytes([1; 32]),
            packages: SealingKey::from_bytes([2; 32]),
            tls: tls.public(),
        };
        let facts = first_card(label, seat, &root, keys);
        let card = Card::issue(facts, &root).expect("the facts fit together");
        Self { id: card.agency(), root, signing, checkpoint, card, secret }
    }

    /// Its key was lost: the root issues the next card, with another key, and states up to where the old one stands.
    ///
    /// # Panics
    /// Never: the facts of a card fit together in the next one.
    pub fn lose_key(&mut self, heads: &[LaneHead], entropy: &mut dyn Entropy) -> Vec<StatedHead> {
        let mut facts = self.card.facts().clone();
        let (root, stated) = stated::state(self.id, facts.signing, heads, entropy);
        facts.disowned.push(Disowned { signing: facts.signing, heads: root });
        self.signing = SecretKey::generate(self.root.suite(), entropy);
        facts.signing = self.signing.public();
        (facts.number, facts.prev) = (facts.number + 1, Some(self.card.hash()));
        self.card = Card::issue(facts, &self.root).expect("the facts fit together");
        stated
    }

    /// An officer of this agency as partners see one in `matter`, in these roles.
    ///
    /// # Panics
    /// When a role is no token.
    pub fn officer(&self, matter: &MatterId, name: &str, roles: &[&str]) -> Actor {
        let mut roles: Vec<_> =
            roles.iter().map(|role| Token::new(*role).expect("a role is a token")).collect();
        roles.sort();
        Actor { who: Pseudonym::of(&self.secret, matter, name.as_bytes()), roles }
    }
}
