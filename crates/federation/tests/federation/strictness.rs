//! Foreign bytes: refused, or nothing of what is believed has changed.

use comity_federation::batch::{Arrived, Draft, Parcel, check_arrived};
use comity_federation::compare::{self, Fit};
use comity_federation::message::*;
use comity_federation::seal::SealingSecret;
use comity_journal::card::CardBook;
use comity_journal::cbor::Malformed;
use comity_journal::ids::Token;
use comity_journal::limits;
use comity_journal::stream::StreamHead;
use comity_journal::suite::{Hash, hash};
use comity_journal::tree::Tree;
use proptest::prelude::*;

use crate::people::{Agency, NOON, Seeded, part};

fn tree(leaves: u64) -> Tree {
    (0..leaves).map(|leaf| hash(&[&leaf.to_be_bytes()])).collect()
}

/// What a receiver believes of a batch: entries with good signatures, at their place in the stream, with the parts
/// that are theirs; and the checkpoint.
struct Believed {
    entries: Vec<Arrived>,
    held: Option<Held>,
}

fn believed(bytes: &[u8], a: &Agency, b: &Agency) -> Option<Believed> {
    let secrets = [SealingSecret::from_bytes((*b.sealing.bytes()).into())];
    let mut open = Batch::open(bytes, &a.id(), &b.id(), &secrets, &CardBook::default()).ok()?;
    let mut book = CardBook::default();
    book.add(a.card.clone()).unwrap();
    let fit = compare::fit(StreamHead::START, open.after, &open.hashes).ok()?;
    open.arrived.retain(|arrived| fit != Fit::Gap && check_arrived(arrived, &book).is_ok());
    let held =
        open.checkpoint.and_then(|note| compare::checkpoint(&note, &a.card, None, None).ok().flatten());
    Some(Believed { entries: open.arrived, held })
}

#[test]
fn every_flipped_bit_of_a_batch_is_refused_or_changes_nothing_believed() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let draft = Draft {
        from: a.id(),
        to: b.id(),
        after: StreamHead::START,
        cards: vec![],
        heads: Vec::new(),
        receipts: Vec::new(),
        checkpoint: Some(a.checkpoint(0, &tree(5))),
        consistency: vec![],
    };
    for parts in [vec![], vec![part("facts", b"short")]] {
        let parcel = Parcel { entry: a.entry(1, &parts), parts: parts.clone() };
        let batch = Batch::compose(&draft, &[parcel], &b.sealing.public(), &mut Seeded(1)).unwrap();
        let bytes = batch.encode();
        let before = believed(&bytes, &a, &b).unwrap();
        assert!(before.entries.len() == 1 && before.held.is_some());
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let Some(after) = believed(&changed, &a, &b) else { continue };
            assert!(parts.is_empty(), "bit {bit}: content is bound to everything around it");
            assert!(after.entries.is_empty() || after.entries == before.entries, "bit {bit}");
            assert!(after.held.is_none() || after.held == before.held, "bit {bit}");
        }
    }
}

#[test]
fn what_is_too_large_is_refused_unread() {
    let too_large = |result: Result<Batch, Malformed>| matches!(result, Err(Malformed::TooLarge { .. }));
    assert!(too_large(Batch::decode(&vec![0; limits::BATCH_BYTES + 1])));
    assert!(matches!(Hello::decode(&[0; 65 * 1024]), Err(Malformed::TooLarge { .. })));
    // an array of a million zeros: small as bytes, large as a tree
    let mut fine = vec![0x9a, 0, 0x0f, 0x42, 0x40];
    fine.resize(1_000_005, 0);
    assert!(too_large(Batch::decode(&fine)));
}

#[test]
fn numbers_beyond_the_protocol_are_refused() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let mut fetch = Fetch { v: VERSION, from: a.id(), to: b.id(), after: StreamHead::START, limit: 1000 };
    assert_eq!(Fetch::decode(&fetch.encode()), Ok(fetch.clone()));
    fetch.limit = 1001;
    assert!(Fetch::decode(&fetch.encode()).is_err());
    fetch.limit = u64::MAX;
    assert!(Fetch::decode(&fetch.encode()).is_err());
    let fetch = Fetch { v: 2, limit: 1, ..fetch };
    assert!(matches!(Fetch::decode(&fetch.encode()), Err(Malformed::Unreadable(_))));

    let refused = Refused { entry: Hash::ZERO, why: Token::literal("bad-signature") };
    let mut reply = BatchReply {
        v: VERSION,
        receipts: vec![],
        refused: vec![refused; 1000],
        incoming: StreamHead::START,
    };
    assert_eq!(BatchReply::decode(&reply.encode()), Ok(reply.clone()));
    reply.refused.push(reply.refused[0].clone());
    assert!(BatchReply::decode(&reply.encode()).is_err());
}

#[test]
fn messages_read_back_as_they_were_written() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let mut snapshot = a.snapshot(&b);
    let held = Held { epoch: 1, size: 7, root: Hash::ZERO };
    (snapshot.holds, snapshot.checkpoint) = (Some(held), Some(a.checkpoint(0, &tree(5))));
    let hello = snapshot.hello();
    assert_eq!(Hello::decode(&hello.encode()), Ok(hello.clone()));
    assert_eq!(hello.now, NOON);
    let mut reply = HelloReply { hello, consistency: vec![Hash::ZERO; 64] };
    assert_eq!(HelloReply::decode(&reply.encode()), Ok(reply.clone()));
    reply.consistency.push(Hash::ZERO);
    assert!(HelloReply::decode(&reply.encode()).is_err());
    let delivered = ReceiptsReply { v: VERSION, delivered: 3 };
    assert_eq!(ReceiptsReply::decode(&delivered.encode()), Ok(delivered));
    let receipts = Receipts { v: VERSION, from: a.id(), to: b.id(), receipts: vec![], refused: vec![] };
    assert_eq!(Receipts::decode(&receipts.encode()), Ok(receipts));
}

#[test]
fn a_hello_in_a_second_form_is_refused() {
    let (a, b) = (Agency::new("xa.police"), Agency::new("xb.police"));
    let bytes = a.snapshot(&b).hello().encode();
    assert!(Hello::decode(&bytes).is_ok());
    let mut trailing = bytes.clone();
    trailing.push(0xf6);
    assert_eq!(Hello::decode(&trailing), Err(Malformed::NotDeterministic));
    assert!(Hello::decode(&bytes[..bytes.len() - 1]).is_err());
}

proptest! {
    #[test]
    fn no_bytes_stop_a_node(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Batch::decode(&bytes).is_err());
        prop_assert!(Hello::decode(&bytes).is_err());
        prop_assert!(BatchReply::decode(&bytes).is_err());
    }
}
