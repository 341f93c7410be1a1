//! Bundles: what of a file is believed, and of which nothing is.

use comity_federation::bundle::{Begun, BundleError, Closing, Frame, Next, Stood, Writing};
use comity_federation::message::Signed;
use comity_federation::seal::SealingSecret;
use comity_journal::cbor;
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;
use proptest::prelude::*;

use crate::people::{Agency, Seeded};

fn stood(from: &Agency, to: &Agency) -> Frame {
    let hello = from.snapshot(to).hello();
    Frame::Stood(Box::new(Stood { hello, receipted: StreamHead::START, asks: None, answers: None }))
}

fn card(of: &Agency) -> Frame {
    Frame::Card(Signed(of.card.bytes().to_vec()))
}

/// The items of a bundle from one to the other, signed by `signer`.
fn bundle(from: &Agency, to: &Agency, frames: &[Frame], signer: &Agency) -> Vec<Vec<u8>> {
    let (mut writing, opening) = Writing::begin(&to.sealing.public(), &mut Seeded(7)).unwrap();
    let mut items = vec![opening];
    items.extend(frames.iter().map(|frame| writing.frame(frame)));
    let vouched = writing.vouched(to.id(), &from.card);
    let signature = signer.signature(&vouched.to_be_signed(&from.card));
    items.push(writing.close(&vouched, &from.card, &signature));
    items
}

fn read(bytes: &[u8], by: &Agency) -> Result<(Vec<Frame>, Closing), BundleError> {
    let begun = Begun::read(bytes)?;
    let opener = begun.opening.unsealer(&[SealingSecret::from_bytes((*by.sealing.bytes()).into())])?;
    let (mut reading, mut frames) = (begun.open(opener), Vec::new());
    loop {
        match reading.next()? {
            Next::Frame(frame) => frames.push(frame),
            Next::Closing(closing) => return Ok((frames, closing)),
        }
    }
}

/// A bundle with a frame of every kind.
fn of_every_kind(from: &Agency, to: &Agency) -> Vec<Frame> {
    vec![
        stood(from, to),
        card(from),
        Frame::Receipts(Signed(vec![1; 40])),
        Frame::Batch(Signed(vec![2; 300])),
        Frame::Package(Hash::ZERO),
        Frame::Leaves { first: 0, hashes: vec![3; 64] },
        Frame::Group { number: 0, sealed: vec![4; 50] },
        Frame::Group { number: 1, sealed: vec![5; 50] },
        Frame::Package(Hash::from_bytes([1; 32])),
    ]
}

#[test]
fn a_bundle_is_read_by_its_receiver_alone_and_signed_by_its_sender() {
    let (a, b, c) = (Agency::new("xa"), Agency::new("xb"), Agency::new("xc"));
    let sent = of_every_kind(&a, &b);
    let bytes = bundle(&a, &b, &sent, &a).concat();
    let (frames, closing) = read(&bytes, &b).unwrap();
    assert_eq!(frames, sent);
    assert_eq!((closing.vouched.from, closing.vouched.to), (a.id(), b.id()));
    assert_eq!(closing.verify(&a.card), Ok(()));
    assert_eq!(closing.verify(&c.card), Err(BundleError::NotSigned));
    assert_eq!(read(&bytes, &c).unwrap_err(), BundleError::OtherKey);
    // Whoever seals something to B in A's name lacks A's key.
    let (_, forged) = read(&bundle(&a, &b, &sent, &c).concat(), &b).unwrap();
    assert_eq!(forged.verify(&a.card), Err(BundleError::NotSigned));
}

#[test]
fn a_bundle_that_ends_anywhere_before_its_end_is_cut() {
    let (a, b) = (Agency::new("xa"), Agency::new("xb"));
    let items = bundle(&a, &b, &of_every_kind(&a, &b), &a);
    let (opening, bytes) = (items[0].len(), items.concat());
    for end in 0..bytes.len() {
        let expected = if end < opening { BundleError::NotABundle } else { BundleError::Cut };
        assert_eq!(read(&bytes[..end], &b).unwrap_err(), expected, "{end}");
    }
    let longer = [&bytes[..], &[0x40]].concat();
    assert_eq!(read(&longer, &b).unwrap_err(), BundleError::Altered);
}

#[test]
fn a_frame_is_never_left_out_moved_repeated_or_taken_from_another_bundle() {
    let (a, b) = (Agency::new("xa"), Agency::new("xb"));
    let items = bundle(&a, &b, &of_every_kind(&a, &b), &a);
    for at in 1..items.len() - 1 {
        let (mut without, mut moved, mut twice) = (items.clone(), items.clone(), items.clone());
        without.remove(at);
        moved.swap(at, at + 1);
        twice.insert(at, items[at].clone());
        for changed in [without, moved, twice] {
            assert_eq!(read(&changed.concat(), &b).unwrap_err(), BundleError::Altered, "{at}");
        }
    }
    let other = bundle(&a, &b, &[stood(&a, &b), card(&a), Frame::Package(Hash::ZERO)], &a);
    let (signed, _) = read(&other.concat(), &b).unwrap();
    assert_eq!(signed.len(), 3);
    // An end that was signed for fewer frames does not end this bundle.
    let spliced = [&items[..items.len() - 1], &other[other.len() - 1..]].concat().concat();
    assert_eq!(read(&spliced, &b).unwrap_err(), BundleError::Altered);
}

#[test]
fn frames_come_in_their_order_and_no_bundle_begins_without_saying_from_whom_it_is() {
    let (a, b) = (Agency::new("xa"), Agency::new("xb"));
    let batch = || Frame::Batch(Signed(vec![1]));
    let group = || Frame::Group { number: 0, sealed: vec![1] };
    for frames in [
        vec![],
        vec![card(&a)],
        vec![stood(&a, &b), stood(&a, &b)],
        vec![stood(&a, &b), batch(), Frame::Receipts(Signed(vec![1]))],
        vec![stood(&a, &b), batch(), card(&a)],
        vec![stood(&a, &b), card(&a), group()],
        vec![stood(&a, &b), card(&a), Frame::Package(Hash::ZERO), group(), batch()],
    ] {
        let read = read(&bundle(&a, &b, &frames, &a).concat(), &b);
        assert!(matches!(read, Err(BundleError::Disorder(_))), "{frames:?}");
    }
}

#[test]
fn a_length_in_a_longer_form_or_beyond_the_limit_is_refused_before_it_is_read() {
    let (a, b) = (Agency::new("xa"), Agency::new("xb"));
    let items = bundle(&a, &b, &[stood(&a, &b), card(&a)], &a);
    let frame: Signed = cbor::decode(&items[1]).unwrap();
    let size = u32::try_from(frame.0.len()).unwrap().to_be_bytes();
    let longer = [&items[0][..], &[0x5a], &size, &frame.0, &items[2..].concat()].concat();
    assert_eq!(read(&longer, &b).unwrap_err(), BundleError::Altered);
    let endless = [&items[0][..], &[0x5a, 0xff, 0xff, 0xff, 0xff]].concat();
    assert_eq!(read(&endless, &b).unwrap_err(), BundleError::Altered);
}

proptest! {
    #[test]
    fn a_changed_bit_is_found_wherever_it_is(place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let (a, b) = (Agency::new("xa"), Agency::new("xb"));
        let mut bytes = bundle(&a, &b, &of_every_kind(&a, &b), &a).concat();
        let at = place.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(read(&bytes, &b).is_err());
    }

    #[test]
    fn bytes_that_nobody_wrote_are_no_bundle(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        let b = Agency::new("xb");
        prop_assert!(read(&bytes, &b).is_err());
    }
}
