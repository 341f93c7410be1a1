//! What is signed by itself: entries, cards, checkpoints; and what people type.

use comity_journal::card::{Card, CardFacts};
use comity_journal::cbor;
use comity_journal::checkpoint::{Checkpoint, Cosignature, Origin, SignedCheckpoint};
use comity_journal::cose::{self, Context, Unverified};
use comity_journal::entry::Entry;
use comity_journal::fingerprint::Fingerprint;
use comity_journal::ids::{MatterId, NumberTyped, Token};
use comity_journal::limits;
use comity_journal::scan;
use comity_journal::suite::{SecretKey, Suite, hash};
use comity_journal::time::Timestamp;
use comity_journal::tree;
use zeroize::Zeroizing;

use crate::cast::cast;

/// An entry: as it arrives, and the same bytes as a header that its author really signed.
///
/// What is read is written the same again, and a signature holds for what was signed alone.
pub(crate) fn entry(bytes: &[u8]) -> bool {
    let as_it_is = Entry::read(bytes).is_ok_and(|entry| {
        check_form(&entry, bytes);
        let known = cast().entries.iter().any(|known| known.bytes() == bytes)
            || cast().with_content.0.bytes() == bytes;
        let holds = [&cast().asking, &cast().asked].iter().any(|agency| entry.verify(&agency.card).is_ok());
        assert!(known || !holds, "an entry that nobody signed was believed");
        true
    });
    as_it_is | signed_entry(bytes)
}

fn check_form(entry: &Entry, bytes: &[u8]) {
    assert_eq!(entry.bytes(), bytes, "an entry keeps its bytes");
    let signature = Unverified::read(bytes, limits::HEADER_BYTES).expect("it was read before").signature;
    let again = cose::assemble(entry.header().suite, entry.header().encode(), &signature);
    assert_eq!(again, bytes, "what was read is written the same again");
}

fn signed_entry(payload: &[u8]) -> bool {
    let agency = &cast().asking;
    let signed = cose::sign(&agency.signing, Context::Entry, payload.to_vec());
    let Ok(entry) = Entry::read(&signed) else { return false };
    check_form(&entry, &signed);
    let by_its_author = entry.header().card == agency.card.hash() && entry.header().author == agency.id;
    assert_eq!(entry.verify(&agency.card).is_ok(), by_its_author, "whoever signed it is believed, as itself");
    let changed = flipped(&signed);
    let believed = Entry::read(&changed).is_ok_and(|entry| entry.verify(&agency.card).is_ok());
    assert!(!believed, "a changed bit was believed");
    true
}

/// The same with one bit changed, at a place that follows from the bytes.
pub(crate) fn flipped(bytes: &[u8]) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    let [a, b, c, d, ..] = *hash(&[bytes]).as_bytes();
    let place = u32::from_be_bytes([a, b, c, d]) as usize % (changed.len() * 8).max(1);
    if let Some(byte) = changed.get_mut(place / 8) {
        *byte ^= 1 << (place % 8);
    }
    changed
}

pub(crate) fn entry_seeds() -> Vec<Vec<u8>> {
    let signed = cast().entries.iter().map(|entry| entry.bytes().to_vec());
    let headers = cast().entries.iter().map(|entry| entry.header().encode());
    let (with_content, _) = &cast().with_content;
    signed.chain(headers).chain([with_content.bytes().to_vec(), with_content.header().encode()]).collect()
}

/// A card: as it arrives, and the same bytes as facts that the root really signed.
pub(crate) fn card(bytes: &[u8]) -> bool {
    let as_it_is = Card::read(bytes).is_ok_and(|card| {
        let known = [&cast().asking, &cast().asked].iter().any(|agency| agency.card.bytes() == bytes);
        assert!(known || card.facts().suite < Suite::LEAST, "a card that no root signed was believed");
        true
    });
    let agency = &cast().asking;
    let signed = cose::sign(&agency.root, Context::Card, bytes.to_vec());
    let as_facts = Card::read(&signed).is_ok_and(|card| {
        assert_eq!(cbor::encode(card.facts()), bytes, "what was read is written the same again");
        assert_eq!(card.agency(), agency.id, "a card is its root's");
        assert!(Card::read(&flipped(&signed)).is_err(), "a changed bit was believed");
        let follows = card.follows(&agency.card).is_ok();
        assert!(!follows || card.facts().number == 2, "a card follows the one before it");
        assert!(card.facts().disowned.len() <= limits::DISOWNED, "a card disowns a bounded number of keys");
        assert!(!card.name("zh").is_empty() || card.facts().names.values().any(String::is_empty));
        card.facts().content_key("2026-11").expect("every card has a sealing key");
        true
    });
    as_it_is | as_facts
}

pub(crate) fn card_seeds() -> Vec<Vec<u8>> {
    let first = &cast().asking.card;
    let second = CardFacts {
        number: 2,
        prev: Some(first.hash()),
        competences: vec![Token::literal("telecommunications")],
        tree_epoch: 1,
        lane_epoch: 1,
        ..first.facts().clone()
    };
    vec![first.bytes().to_vec(), cbor::encode(first.facts()), cbor::encode(&second)]
}

/// The key of a witness, and its name.
fn witness() -> (SecretKey, &'static str) {
    (SecretKey::from_seed(Suite::One, Zeroizing::new([2; 32])), "witness.example/one")
}

/// A checkpoint, or a line that cosigns one.
pub(crate) fn checkpoint(bytes: &[u8]) -> bool {
    let line = std::str::from_utf8(bytes).ok().and_then(|text| Cosignature::try_from(text.to_owned()).ok());
    if let Some(cosignature) = &line {
        assert_eq!(cosignature.to_string().as_bytes(), bytes, "one cosignature, one spelling");
    }
    let Ok(note) = SignedCheckpoint::from_bytes(bytes) else { return false };
    let Ok(stated) = note.peek() else { return line.is_some() };
    let agency = &cast().asking;
    let ours = stated.sign(&agency.checkpoint);
    let body = |note: &SignedCheckpoint| note.as_str().split("\n\n").next().map(str::to_owned);
    assert_eq!(body(&ours), body(&note), "one checkpoint, one spelling");
    assert_eq!(ours.open(&agency.checkpoint.public(), Suite::One), Ok(stated));
    if note.open(&agency.checkpoint.public(), Suite::One).is_ok() {
        assert!([of_seed(), of_nothing()].contains(&stated), "a checkpoint that nobody signed was believed");
    }
    let (key, name) = witness();
    let at = Timestamp::from_millis(1_790_000_000_000);
    if let Ok(cosigned) = note.cosign(&key, name, at).and_then(|line| note.with_cosignature(&line)) {
        assert_eq!(cosigned.verify_cosignature(name, &key.public(), Suite::One), Ok(at));
        assert_eq!(cosigned.peek(), Ok(stated), "a cosignature changes nothing else");
    }
    true
}

fn of_seed() -> Checkpoint {
    let origin = Origin { agency: cast().asking.id, epoch: 3 };
    Checkpoint { origin, size: 70_000, root: hash(&[b"a root"]) }
}

fn of_nothing() -> Checkpoint {
    Checkpoint { size: 0, root: tree::empty_root(), ..of_seed() }
}

pub(crate) fn checkpoint_seeds() -> Vec<Vec<u8>> {
    let (key, name) = witness();
    let signed = of_seed().sign(&cast().asking.checkpoint);
    let at = Timestamp::from_millis(1_790_000_000_000);
    let line = signed.cosign(&key, name, at).expect("the witness has a plain name");
    let cosigned = signed.with_cosignature(&line).expect("it is the first");
    let empty = of_nothing().sign(&cast().asking.checkpoint);
    [signed.to_string(), cosigned.to_string(), line.to_string(), empty.to_string()].map(Vec::from).into()
}

/// What people type or scan: a number, a fingerprint, an entry, a time, a word.
pub(crate) fn typed(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let matter = MatterId::from_bytes([0x5a; 32]);
    let number = NumberTyped::read(text);
    if let Some(number) = &number {
        assert!(number.low <= number.high, "a run has a beginning and an end");
        let within = (number.low..=number.high).contains(matter.as_bytes());
        assert!(within || !number.means(&matter, 'R'), "what is meant lies within the run");
    }
    let print = Fingerprint::parse(text).ok();
    if let Some(print) = &print {
        assert_eq!(Fingerprint::parse(&print.to_string()).as_ref(), Ok(print), "it reads as it is shown");
    }
    let entry = scan::scanned(text);
    if let Some(entry) = &entry {
        assert_eq!(scan::scanned(&scan::to_scan(entry)), Some(*entry), "it is scanned as it is printed");
    }
    let at = Timestamp::parse(text);
    if let Some(at) = at {
        assert_eq!(Timestamp::parse(&at.to_string()), Some(at), "a time reads as it is shown");
        assert!(!at.month().is_empty());
    }
    let word = Token::new(text).is_ok();
    number.is_some() || print.is_some() || entry.is_some() || at.is_some() || word
}

pub(crate) fn typed_seeds() -> Vec<Vec<u8>> {
    let matter = MatterId::from_bytes([0x5a; 32]);
    let shown = matter.shown('R');
    let texts = [
        shown.clone(),
        shown.to_lowercase().replace('-', " "),
        matter.to_string(),
        Fingerprint::of(&cast().asking.id).to_string(),
        scan::to_scan(&hash(&[b"an entry"])),
        "2026-11-23T09:30:00.125+08:00".to_owned(),
        "request".to_owned(),
    ];
    texts.map(Vec::from).into()
}
