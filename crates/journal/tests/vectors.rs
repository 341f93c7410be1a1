//! The vectors for other implementations: made from fixed keys, compared with what is committed in `vectors/`.
//!
//! When a format changes on purpose the test writes what it made beside the build and says where; formats that were
//! released never change.

use std::collections::BTreeMap;
use std::path::Path;

use comity_journal::card::{Card, CardFacts, MonthlyKey, SealingKey, Seat};
use comity_journal::checkpoint::{Checkpoint, Origin};
use comity_journal::entry::{Actor, Entry, Header, Lane, Opening, Party, Place};
use comity_journal::fingerprint::Fingerprint;
use comity_journal::ids::{AgencyId, Genesis, Pseudonym, Token};
use comity_journal::leaf::Leaf;
use comity_journal::part::{OpenPart, PartClass, Salt};
use comity_journal::receipt::Receipt;
use comity_journal::stream::StreamHead;
use comity_journal::suite::{Hash, SecretKey, Suite};
use comity_journal::time::Timestamp;
use comity_journal::tree::Tree;
use serde_json::{Value, json};

fn key(byte: u8) -> SecretKey {
    SecretKey::from_seed(Suite::One, [byte; 32].into())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn card() -> Card {
    let facts = CardFacts {
        v: 1,
        suite: Suite::One,
        root: key(1).public(),
        number: 1,
        prev: None,
        at: Timestamp::from_millis(1_795_000_000_000),
        label: Token::literal("xa.liaison"),
        names: BTreeMap::from([("en".into(), "Country A".into()), ("zh".into(), "甲国".into())]),
        seat: Seat::place("XA").expect("two capital letters"),
        kind: Token::literal("police"),
        competences: Vec::new(),
        endpoints: vec!["https://node.example:7843".into()],
        signing: key(2).public(),
        checkpoint: key(3).public(),
        content: vec![MonthlyKey { month: "2026-11".into(), key: SealingKey::from_bytes([4; 32]) }],
        packages: SealingKey::from_bytes([5; 32]),
        tls: vec![key(6).public()],
        suites: vec![Suite::One],
        least: Suite::One,
        kinds: BTreeMap::from([(Token::literal("request"), 1)]),
        tree_epoch: 0,
        lane_epoch: 0,
        disowned: Vec::new(),
    };
    Card::issue(facts, &key(1)).expect("the facts fit together")
}

fn part() -> OpenPart {
    OpenPart {
        label: Token::literal("request"),
        class: PartClass::Content,
        salt: Salt::from_bytes([7; 32]),
        bytes: comity_journal::cbor::encode(&BTreeMap::from([("title", "A telephone number")])),
    }
}

fn entry(card: &Card) -> Entry {
    let opener = card.agency();
    let other = AgencyId::of_root(&key(9).public());
    let genesis =
        Genesis { opener, kind: Token::literal("request"), rules: 1, nonce: Hash::from_bytes([8; 32]) };
    let party = |agency, role| Party { agency, role: Token::literal(role), recorder: None };
    let mut parties = vec![party(opener, "requesting"), party(other, "requested")];
    parties.sort();
    let actor =
        |byte, role| Actor { who: Pseudonym::from_bytes([byte; 16]), roles: vec![Token::literal(role)] };
    let header = Header {
        v: 1,
        suite: Suite::One,
        matter: genesis.matter(),
        kind: genesis.kind.clone(),
        rules: 1,
        lane: Lane::Shared(opener),
        author: opener,
        place: Place { epoch: 0, seq: 1 },
        prev: None,
        seen: Vec::new(),
        card: card.hash(),
        at: Timestamp::from_millis(1_795_000_060_000),
        by: actor(1, "officer"),
        approved: vec![actor(2, "supervisor")],
        handling: Token::literal("h1"),
        act: Token::literal("open"),
        structure: comity_journal::cbor::encode(&BTreeMap::from([("grade", "urgent")])),
        parts: vec![part().commit()],
        relied: Vec::new(),
        opening: Some(Opening { genesis, parties, exercise: false, follows: None }),
    };
    Entry::sign(header, &key(2))
}

fn vectors() -> Value {
    let card = card();
    let entry = entry(&card);
    let at = Timestamp::from_millis(1_795_000_061_000);
    let leaf = Leaf::Entry { entry: entry.hash(), at };
    let tree: Tree =
        [Hash::from_bytes([1; 32]), leaf.hash(), Hash::from_bytes([2; 32])].into_iter().collect();
    let origin = Origin { agency: card.agency(), epoch: 0 };
    let checkpoint = Checkpoint { origin, size: tree.size(), root: tree.root() }.sign(&key(3));
    let proof = comity_journal::tree::prove_range(&tree, 1, 1, tree.size()).expect("the leaf is in the tree");
    let receipt =
        Receipt { checkpoint: checkpoint.clone(), first: 1, entries: vec![entry.hash()], at, proof };
    assert!(entry.verify(&card).is_ok() && receipt.verify(&card).is_ok());
    json!({
        "about": "Seeds of Ed25519 keys are one byte repeated 32 times: root 01, signing 02, checkpoint 03, other root 09.",
        "agency": card.agency().to_string(),
        "fingerprint": Fingerprint::of(&card.agency()).to_string(),
        "card": hex(card.bytes()),
        "card_hash": card.hash().to_string(),
        "matter": entry.header().matter.to_string(),
        "matter_shown": entry.header().matter.shown('R'),
        "part": { "salt": part().salt.to_string(), "bytes": hex(&part().bytes), "hash": part().commit().hash.to_string() },
        "entry": hex(entry.bytes()),
        "entry_hash": entry.hash().to_string(),
        "stream_after_entry": StreamHead::START.push(&entry.hash()).hash.to_string(),
        "leaf_hash": leaf.hash().to_string(),
        "tree_root": tree.root().to_string(),
        "checkpoint": checkpoint.as_str(),
        "receipt": hex(&comity_journal::cbor::encode(&receipt)),
    })
}

#[test]
fn what_this_release_writes_is_what_the_vectors_say() {
    let made = serde_json::to_string_pretty(&vectors()).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/journal.json");
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    if committed != made {
        let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("journal.json");
        std::fs::write(&fresh, &made).unwrap();
        panic!("vectors/journal.json says otherwise; what was made is in {}", fresh.display());
    }
}

#[test]
fn the_vectors_read_back_and_verify() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/journal.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let bytes = |name: &str| {
        let text = vectors[name].as_str().unwrap();
        (0..text.len() / 2)
            .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
            .collect::<Vec<_>>()
    };
    let card = Card::read(&bytes("card")).unwrap();
    let entry = Entry::read(&bytes("entry")).unwrap();
    entry.verify(&card).unwrap();
    let receipt: Receipt = comity_journal::cbor::decode(&bytes("receipt")).unwrap();
    assert_eq!(receipt.verify(&card).unwrap().root.to_string(), vectors["tree_root"]);
    assert_eq!(receipt.entries, [entry.hash()]);
}
