//! What comes from a partner: messages, batches, bundles.

use std::sync::LazyLock;

use comity_federation::batch::{Arrived, Draft, Parcel};
use comity_federation::bundle::{Begun, BundleError, Frame, Next, Stood, Writing};
use comity_federation::holdings::{self, Holdings, HoldingsReply};
use comity_federation::message::{
    Ask, Batch, BatchReply, CardMark, Fetch, Hello, HelloReply, Message, PackageFetch, PackageRun, Receipts,
    ReceiptsReply, Refused, Returned, Signed, VERSION,
};
use comity_federation::seal;
use comity_journal::card::CardBook;
use comity_journal::cbor;
use comity_journal::entry::Seen;
use comity_journal::ids::Token;
use comity_journal::limits;
use comity_journal::stream::StreamHead;
use comity_journal::suite::{Hash, hash};
use comity_journal::time::Timestamp;

use crate::cast::{cast, entropy};
use crate::proofs::receipt_seeds;
use crate::{recorded, records};

/// What content of a batch is sealed for, as the protocol says it.
const CONTENT: &[u8] = b"comity batch content v1";

/// A byte that says which message, and the message.
pub(crate) fn message(bytes: &[u8]) -> bool {
    let Some((which, bytes)) = bytes.split_first() else { return false };
    match which {
        0 => same::<Hello>(bytes),
        1 => same::<HelloReply>(bytes),
        2 => same::<Batch>(bytes),
        3 => same::<BatchReply>(bytes),
        4 => same::<Fetch>(bytes),
        5 => same::<Ask>(bytes),
        6 => same::<PackageFetch>(bytes),
        7 => same::<Receipts>(bytes),
        8 => same::<ReceiptsReply>(bytes),
        9 => same::<Returned>(bytes),
        10 => same::<Holdings>(bytes),
        11 => same::<HoldingsReply>(bytes),
        _ => false,
    }
}

pub(crate) fn same<M: Message>(bytes: &[u8]) -> bool {
    let Ok(message) = M::decode(bytes) else { return false };
    assert!(bytes.len() <= M::LIMIT, "a message is within its limit");
    assert_eq!(message.encode(), bytes, "what was read is written the same again");
    message.check().expect("what was read keeps the protocol's numbers");
    true
}

fn hello() -> Hello {
    let card = &cast().asking.card;
    Hello {
        v: VERSION,
        from: cast().asking.id,
        to: cast().asked.id,
        now: Timestamp::from_millis(1_795_000_000_000),
        card: CardMark { number: card.facts().number, hash: card.hash() },
        knows: 1,
        outgoing: StreamHead::START.push(&Hash::ZERO),
        incoming: StreamHead::START,
        holds: None,
        checkpoint: None,
        holdings: hash(&[b"holdings"]),
    }
}

pub(crate) fn message_seeds() -> Vec<Vec<u8>> {
    let (v, from, to) = (VERSION, cast().asking.id, cast().asked.id);
    let after = StreamHead::START;
    let matter = cast().with_content.0.header().matter;
    let receipts: Vec<_> =
        receipt_seeds().iter().map(|bytes| cbor::decode(bytes).expect("a seed is a receipt")).collect();
    let refused = vec![Refused { entry: Hash::ZERO, why: Token::literal("bad-signature") }];
    let last = cast().entries.last().expect("there are entries");
    let have = vec![Seen { lane: last.header().lane, place: last.header().place, entry: last.hash() }];
    let held = vec![holdings::Held { matter, entries: Hash::ZERO }];
    let consistency = vec![Hash::ZERO];
    let run = PackageRun::Groups { first: 3 };
    let messages = [
        hello().encode(),
        HelloReply { hello: hello(), consistency }.encode(),
        SENT.encode(),
        BatchReply { v, receipts: receipts.clone(), refused: refused.clone(), incoming: after }.encode(),
        Fetch { v, from, to, after, limit: 1000 }.encode(),
        Ask { v, from, to, matter, have }.encode(),
        PackageFetch { v, from, to, package: Hash::ZERO, run }.encode(),
        Receipts { v, from, to, receipts, refused }.encode(),
        ReceiptsReply { v, delivered: 12 }.encode(),
        Returned { v, outgoing: after }.encode(),
        Holdings { v, from, to, runs: vec![Hash::ZERO; holdings::RUNS] }.encode(),
        HoldingsReply { v, held }.encode(),
    ];
    (0_u8..).zip(messages).map(|(which, message)| [&[which], message.as_slice()].concat()).collect()
}

/// A batch: as it arrives, and the same bytes as the content of one that its sender really sealed.
pub(crate) fn batch(bytes: &[u8]) -> bool {
    opened(bytes) | as_content(bytes)
}

fn opened(bytes: &[u8]) -> bool {
    let secrets = std::slice::from_ref(&cast().sealing);
    let Ok(open) = Batch::open(bytes, &cast().asking.id, &cast().asked.id, secrets, &CardBook::default())
    else {
        return false;
    };
    assert_eq!(open.hashes.len(), open.arrived.len() + open.unreadable.len(), "no entry is lost");
    assert!(open.hashes.len() <= limits::BATCH_ENTRIES, "a batch is within its limits");
    open.arrived.iter().for_each(check_parts);
    true
}

/// Every part that is handed on is one that the author of the entry signed for.
fn check_parts(arrived: &Arrived) {
    let commitments = &arrived.entry.header().parts;
    for part in &arrived.parts {
        assert!(commitments.iter().any(|commitment| part.matches(commitment)), "a part is its author's");
    }
    assert!(arrived.parts.len() <= commitments.len(), "a part is kept once");
}

fn as_content(plaintext: &[u8]) -> bool {
    let mut batch = Batch { content: None, ..SENT.clone() };
    let surroundings = hash(&[CONTENT, &batch.encode()]);
    let key = cast().sealing.public();
    let sealed = seal::seal(&key, CONTENT, surroundings.as_bytes(), plaintext, &mut entropy());
    batch.content = Some(sealed.expect("the key is one"));
    opened(&batch.encode())
}

/// A batch of what travels most.
pub(crate) static SENT: LazyLock<Batch> = LazyLock::new(sent);

fn sent() -> Batch {
    let mut shared: Vec<_> = cast().entries.iter().filter(|entry| entry.header().lane.is_shared()).collect();
    shared.truncate(3);
    let parcel = |entry: &comity_journal::entry::Entry, parts| Parcel { entry: entry.clone(), parts };
    let (entry, parts) = &cast().with_content;
    let mut parcels = vec![parcel(entry, parts.clone())];
    parcels.extend(shared.iter().map(|entry| parcel(entry, Vec::new())));
    let draft = Draft {
        from: cast().asking.id,
        to: cast().asked.id,
        after: StreamHead::START,
        cards: vec![cast().asking.card.clone()],
        heads: Vec::new(),
        receipts: Vec::new(),
        checkpoint: None,
        consistency: Vec::new(),
    };
    Batch::compose(&draft, &parcels, &cast().sealing.public(), &mut entropy()).expect("all of it may leave")
}

pub(crate) fn batch_seeds() -> Vec<Vec<u8>> {
    let (entry, parts) = &cast().with_content;
    vec![SENT.encode(), cbor::encode(&vec![(entry.hash(), parts)]), cbor::encode(&Vec::<u8>::new())]
}

/// A bundle: as it arrives; or, behind a zero byte, records that are frames, each really sealed by its sender.
pub(crate) fn bundle(bytes: &[u8]) -> bool {
    match bytes.split_first() {
        Some((0, rest)) => sealed_frames(rest),
        _ => {
            let read = read(bytes);
            assert!(
                read.is_err() || bytes == sent_bundle(&frames()),
                "a bundle that nobody made was believed"
            );
            read.is_ok()
        }
    }
}

fn read(bytes: &[u8]) -> Result<Vec<Frame>, BundleError> {
    let begun = Begun::read(bytes)?;
    let opener = begun.opening.unsealer(std::slice::from_ref(&cast().sealing))?;
    let (mut reading, mut frames) = (begun.open(opener), Vec::new());
    loop {
        match reading.next()? {
            Next::Frame(frame) => frames.push(frame),
            Next::Closing(closing) => {
                closing.verify(&cast().asking.card)?;
                return Ok(frames);
            }
        }
    }
}

fn sealed_frames(bytes: &[u8]) -> bool {
    let frames: Vec<Frame> =
        records(bytes).into_iter().filter_map(|frame| cbor::decode(frame).ok()).collect();
    match read(&sent_bundle(&frames)) {
        Ok(read) => {
            assert_eq!(read, frames, "what was sealed is what is read");
            true
        }
        Err(BundleError::Disorder(_) | BundleError::NotSigned | BundleError::Altered) => false,
        Err(other) => {
            assert_eq!(other, BundleError::Cut, "a whole bundle can be opened by whom it is for");
            false
        }
    }
}

fn frames() -> Vec<Frame> {
    let stood = Stood { hello: hello(), receipted: StreamHead::START, asks: None, answers: Some(Hash::ZERO) };
    vec![
        Frame::Stood(Box::new(stood)),
        Frame::Card(Signed(cast().asking.card.bytes().to_vec())),
        Frame::Receipts(Signed(vec![1; 40])),
        Frame::Batch(Signed(vec![2; 60])),
        Frame::Package(Hash::ZERO),
        Frame::Leaves { first: 0, hashes: vec![3; 64] },
        Frame::Group { number: 0, sealed: vec![4; 50] },
    ]
}

fn sent_bundle(frames: &[Frame]) -> Vec<u8> {
    let agency = &cast().asking;
    let (mut writing, mut bytes) =
        Writing::begin(&cast().sealing.public(), &mut entropy()).expect("the key is one");
    frames.iter().for_each(|frame| bytes.extend(writing.frame(frame)));
    let vouched = writing.vouched(cast().asked.id, &agency.card);
    let signature = agency.signing.sign(&vouched.to_be_signed(&agency.card));
    bytes.extend(writing.close(&vouched, &agency.card, &signature));
    bytes
}

pub(crate) fn bundle_seeds() -> Vec<Vec<u8>> {
    let framed = recorded(frames().iter().map(cbor::encode));
    vec![sent_bundle(&frames()), [&[0], framed.as_slice()].concat()]
}
