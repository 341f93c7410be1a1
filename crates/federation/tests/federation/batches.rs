//! What a batch carries, to whom, and how much.

use comity_federation::batch::{BadPart, BatchError, Draft, Parcel, check_arrived};
use comity_federation::message::{Batch, Message as _, Signed};
use comity_federation::seal::{SealError, SealingSecret, seal};
use comity_journal::card::CardBook;
use comity_journal::cbor::{self, Malformed};
use comity_journal::entry::Lane;
use comity_journal::ids::Token;
use comity_journal::limits;
use comity_journal::part::OpenPart;
use comity_journal::stream::StreamHead;
use comity_journal::suite::{self, Suite};

use crate::people::{Agency, Seeded, part};

fn draft(from: &Agency, to: &Agency) -> Draft {
    Draft {
        from: from.id(),
        to: to.id(),
        after: StreamHead::START,
        cards: vec![from.card.clone()],
        heads: Vec::new(),
        receipts: Vec::new(),
        checkpoint: None,
        consistency: vec![],
    }
}

fn parcel(author: &Agency, seq: u64, parts: Vec<OpenPart>) -> Parcel {
    Parcel { entry: author.entry(seq, &parts), parts }
}

fn book(agencies: &[&Agency]) -> CardBook {
    let mut book = CardBook::default();
    agencies.iter().for_each(|agency| book.add(agency.card.clone()).unwrap());
    book
}

fn secrets(of: &Agency) -> [SealingSecret; 1] {
    [SealingSecret::from_bytes((*of.sealing.bytes()).into())]
}

fn compose(draft: &Draft, parcels: &[Parcel], to: &Agency) -> Batch {
    Batch::compose(draft, parcels, &to.sealing.public(), &mut Seeded(3)).unwrap()
}

/// Seals other content into a batch, as a partner that breaks the rules would.
fn with_content<T: serde::Serialize>(mut batch: Batch, content: &T, to: &Agency) -> Vec<u8> {
    batch.content = None;
    let aad = suite::hash(&[b"comity batch content v1", &batch.encode()]);
    let sealed = seal(
        &to.sealing.public(),
        b"comity batch content v1",
        aad.as_bytes(),
        &cbor::encode(content),
        &mut Seeded(4),
    );
    batch.content = Some(sealed.unwrap());
    batch.encode()
}

#[test]
fn entries_cards_and_content_arrive_as_they_were_sent() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let parcels = [
        parcel(&a, 1, vec![part("facts", b"one"), part("names", b"two")]),
        parcel(&a, 2, vec![]),
        parcel(&a, 3, vec![part("facts", b"three")]),
    ];
    let bytes = compose(&draft(&a, &b), &parcels, &b).encode();
    let open = Batch::open(&bytes, &a.id(), &b.id(), &secrets(&b), &CardBook::default()).unwrap();
    assert_eq!(open.cards, std::slice::from_ref(&a.card));
    assert_eq!((open.hashes.len(), open.unreadable.len()), (3, 0));
    for (arrived, sent) in open.arrived.iter().zip(&parcels) {
        assert_eq!((&arrived.entry, &arrived.parts, arrived.bad.len()), (&sent.entry, &sent.parts, 0));
        assert_eq!(check_arrived(arrived, &book(&[&a])), Ok(()));
        assert_eq!(check_arrived(arrived, &book(&[&b])).unwrap_err().why.as_str(), "unknown-card");
    }
}

#[test]
fn a_card_that_is_known_is_not_read_once_more() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let bytes = compose(&draft(&a, &b), &[parcel(&a, 1, vec![])], &b).encode();
    let open = Batch::open(&bytes, &a.id(), &b.id(), &secrets(&b), &book(&[&a])).unwrap();
    assert_eq!((open.cards.len(), open.arrived.len()), (0, 1));
}

#[test]
fn content_does_not_show_in_a_batch() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let marker = b"MARKER-Amara-Okonjo-Lind";
    let bytes = compose(&draft(&a, &b), &[parcel(&a, 1, vec![part("facts", marker)])], &b).encode();
    let shows = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    assert!(shows(b"facts"), "the commitment's label does travel in clear");
    assert!(!shows(marker));
    assert!(!shows(part("facts", marker).salt.as_bytes()));
}

#[test]
fn a_part_that_does_not_match_is_dropped_alone() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let (good, other) = (part("facts", b"signed for"), part("names", b"signed for too"));
    let sent = parcel(&a, 1, vec![good.clone(), other.clone()]);
    let mut forged = other.clone();
    forged.bytes = b"something else".to_vec();
    // the forged one, and the good one twice
    let content = vec![(sent.entry.hash(), vec![forged, good.clone(), good.clone()])];
    let bytes = with_content(compose(&draft(&a, &b), &[sent], &b), &content, &b);
    let open = Batch::open(&bytes, &a.id(), &b.id(), &secrets(&b), &CardBook::default()).unwrap();
    let [arrived] = &open.arrived[..] else { panic!("one entry") };
    assert_eq!(arrived.parts, [good]);
    let bad = |label| BadPart { label: Token::literal(label) };
    assert_eq!(arrived.bad, [bad("names"), bad("facts")]);
    assert_eq!(check_arrived(arrived, &book(&[&a])), Ok(()));
}

#[test]
fn content_of_an_entry_that_is_not_there_refuses_the_batch() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let parcels = [parcel(&a, 1, vec![part("facts", b"one")]), parcel(&a, 2, vec![part("facts", b"two")])];
    let of = |i: usize| (parcels[i].entry.hash(), parcels[i].parts.clone());
    let elsewhere = (suite::hash(&[b"elsewhere"]), vec![part("facts", b"one")]);
    for content in [vec![elsewhere], vec![of(1), of(0)], vec![of(0), of(0)]] {
        let bytes = with_content(compose(&draft(&a, &b), &parcels, &b), &content, &b);
        let refused = Batch::open(&bytes, &a.id(), &b.id(), &secrets(&b), &CardBook::default());
        assert_eq!(refused.unwrap_err(), BatchError::StrayContent);
    }
}

#[test]
fn what_is_not_for_the_receiver_never_leaves() {
    let (a, b, c) = (Agency::new("xa.police"), Agency::new("xb.police"), Agency::new("xc.police"));
    let draft = draft(&a, &b);
    let refusal = |entry, parts| {
        Batch::compose(&draft, &[Parcel { entry, parts }], &b.sealing.public(), &mut Seeded(1)).unwrap_err()
    };
    let inner = a.sign(a.header(Lane::Inner(a.id()), 1, &[]));
    assert_eq!(refusal(inner.clone(), vec![]), BatchError::InnerLane(inner.hash()));

    let secret = part("facts", b"for the third party only");
    let mut header = a.header(Lane::Shared(a.id()), 1, std::slice::from_ref(&secret));
    header.parts[0].to = Some(vec![c.id()]);
    let entry = a.sign(header);
    let not_for = |hash| BatchError::NotForReceiver { entry: hash, label: Token::literal("facts") };
    assert_eq!(refusal(entry.clone(), vec![secret]), not_for(entry.hash()));
    let plain = a.entry(1, &[]);
    assert_eq!(refusal(plain.clone(), vec![part("facts", b"unsigned")]), not_for(plain.hash()));
}

#[test]
fn an_arrived_entry_of_an_inner_lane_or_a_toy_suite_is_refused() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let toy = Agency::of_suite("xt.police", Suite::Toy, 0);
    let mut batch = compose(&draft(&a, &b), &[], &b);
    for entry in [a.sign(a.header(Lane::Inner(a.id()), 1, &[])), toy.entry(1, &[])] {
        batch.entries.push(Signed(entry.bytes().to_vec()));
    }
    let open = Batch::open(&batch.encode(), &a.id(), &b.id(), &[], &CardBook::default()).unwrap();
    let cards = book(&[&a, &toy]);
    let why = |i: usize| check_arrived(&open.arrived[i], &cards).unwrap_err().why.to_string();
    assert_eq!((why(0), why(1)), ("inner-lane".to_owned(), "weak-suite".to_owned()));
}

#[test]
fn one_unreadable_entry_does_not_hold_up_those_behind_it() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let mut batch = compose(&draft(&a, &b), &[parcel(&a, 1, vec![])], &b);
    batch.entries.insert(0, Signed(b"of a later release".to_vec()));
    let open = Batch::open(&batch.encode(), &a.id(), &b.id(), &[], &CardBook::default()).unwrap();
    assert_eq!((open.hashes.len(), open.arrived.len()), (2, 1));
    assert_eq!(open.unreadable[0].hash, open.hashes[0]);
}

#[test]
fn a_batch_sealed_to_a_key_that_is_gone_or_for_another_pair_is_refused() {
    let (a, b, c) = (Agency::new("xa.police"), Agency::new("xb.police"), Agency::new("xc.police"));
    let bytes = compose(&draft(&a, &b), &[parcel(&a, 1, vec![part("facts", b"one")])], &b).encode();
    let open = |from: &Agency, to: &Agency, keys: &Agency| {
        Batch::open(&bytes, &from.id(), &to.id(), &secrets(keys), &CardBook::default()).unwrap_err()
    };
    assert_eq!(open(&a, &b, &c), BatchError::Seal(SealError::OtherKey));
    assert_eq!(open(&a, &c, &c), BatchError::WrongAgency);
    assert_eq!(open(&c, &b, &b), BatchError::WrongAgency);
}

#[test]
fn sealed_content_is_not_moved_to_another_batch() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let first = parcel(&a, 1, vec![part("facts", b"one")]);
    let alone = compose(&draft(&a, &b), std::slice::from_ref(&first), &b);
    assert!(Batch::open(&alone.encode(), &a.id(), &b.id(), &secrets(&b), &CardBook::default()).is_ok());
    // Its entry is in the other batch, too, and in the same place.
    let with_another = compose(&draft(&a, &b), &[first, parcel(&a, 2, vec![])], &b);
    let moved = Batch { content: alone.content, ..with_another };
    let refused =
        Batch::open(&moved.encode(), &a.id(), &b.id(), &secrets(&b), &CardBook::default()).unwrap_err();
    assert_eq!(refused, BatchError::Seal(SealError::Altered));
}

#[test]
fn a_filled_batch_keeps_within_its_limits() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let draft = draft(&a, &b);
    let full = |seq| {
        let parts = (0..16).map(|_| part("papers", &vec![7; limits::PART_BYTES])).collect();
        parcel(&a, seq, parts)
    };
    let large: Vec<Parcel> = (1..4).map(full).collect();
    let fits = draft.fill(&large);
    assert_eq!(fits, 1, "two entries of 4 MiB and their headers are more than 8 MiB");
    assert!(compose(&draft, &large[..fits], &b).encode().len() <= limits::BATCH_BYTES);
    let refused = Batch::compose(&draft, &large, &b.sealing.public(), &mut Seeded(1)).unwrap_err();
    assert!(matches!(refused, BatchError::Malformed(Malformed::TooLarge { .. })));

    let one = parcel(&a, 1, vec![]);
    let small = vec![one; limits::BATCH_ENTRIES + 5];
    assert_eq!(draft.fill(&small), limits::BATCH_ENTRIES);
    assert!(Batch::compose(&draft, &small, &b.sealing.public(), &mut Seeded(1)).is_err());
}

#[test]
fn fill_never_promises_more_than_fits() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let draft = draft(&a, &b);
    // many middling parcels, so that every frame around them counts
    let parcels: Vec<Parcel> =
        (1..120).map(|seq| parcel(&a, seq, vec![part("facts", &[1; 90_000])])).collect();
    let fits = draft.fill(&parcels);
    assert!((80..119).contains(&fits), "{fits}");
    assert!(compose(&draft, &parcels[..fits], &b).encode().len() <= limits::BATCH_BYTES);
}
