//! Tests of envelopes alone; those of envelopes on files are in `tests/sealed.rs`.

use comity_testkit::{Agency, Seeded};

use super::*;

fn envelope() -> Envelope {
    Envelope {
        v: VERSION,
        suite: Suite::One,
        root: Hash::from_bytes([1; 32]),
        payload_size: age::payload_size(100),
        plain_size: 100,
        index_at: 10,
        index_size: 20,
        leaves_at: 90,
        recipients: 2,
        header: Hash::from_bytes([2; 32]),
        to: Some(vec![AgencyId::from_bytes([3; 32]), AgencyId::from_bytes([4; 32])]),
        matter: Some(MatterId::from_bytes([5; 32])),
        sender: None,
        card: None,
        at: Some(Timestamp::from_millis(1_790_000_000_000)),
        first: None,
    }
}

fn sender(agency: &Agency) -> Sender<'_> {
    Sender { key: &agency.signing, card: &agency.card, more: &[] }
}

#[test]
fn an_envelope_reads_back_and_names_its_author() {
    let north = Agency::new("north", "XA", Suite::One, &mut Seeded::new(1));
    let sealed = SignedEnvelope::seal(envelope(), Some(&sender(&north))).unwrap();
    let read = SignedEnvelope::read(&sealed.stanza()).unwrap();
    assert_eq!(read, sealed);
    let author = read.author().unwrap().unwrap();
    assert_eq!((author.agency, author.fingerprint), (north.id, north.card.fingerprint()));
    let unsigned = SignedEnvelope::seal(envelope(), None).unwrap();
    assert_eq!(SignedEnvelope::read(&unsigned.stanza()).unwrap().author(), Ok(None));
}

#[test]
fn the_length_of_an_envelope_does_not_depend_on_sizes_and_places() {
    let north = Agency::new("north", "XA", Suite::One, &mut Seeded::new(1));
    let small = SignedEnvelope::seal(envelope(), Some(&sender(&north))).unwrap();
    let size = PACKAGE_BYTES;
    let large = Envelope {
        root: Hash::from_bytes([255; 32]),
        payload_size: age::payload_size(size),
        plain_size: size,
        index_at: size / 2,
        index_size: size / 4,
        leaves_at: size / 4 * 3,
        ..envelope()
    };
    let large = SignedEnvelope::seal(large, Some(&sender(&north))).unwrap();
    assert_eq!(small.stanza().body.len(), large.stanza().body.len());
}

#[test]
fn no_flipped_bit_of_a_signed_envelope_is_believed() {
    let north = Agency::new("north", "XA", Suite::One, &mut Seeded::new(1));
    let stanza = SignedEnvelope::seal(envelope(), Some(&sender(&north))).unwrap().stanza();
    for bit in 0..stanza.body.len() * 8 {
        let mut changed = stanza.clone();
        changed.body[bit / 8] ^= 1 << (bit % 8);
        let author = SignedEnvelope::read(&changed).and_then(|read| read.author());
        assert!(author.is_err(), "bit {bit}");
    }
}

#[test]
fn nobody_signs_with_anothers_card_and_nobody_is_named_without_proof() {
    let mut entropy = Seeded::new(2);
    let north = Agency::new("north", "XA", Suite::One, &mut entropy);
    let south = Agency::new("south", "XB", Suite::One, &mut entropy);
    let borrowed = Sender { key: &south.signing, card: &north.card, more: &[] };
    assert_eq!(SignedEnvelope::seal(envelope(), Some(&borrowed)), Err(EnvelopeError::BadSignature));
    let mixed = Sender { more: std::slice::from_ref(&south.card), ..sender(&north) };
    let wrong = Err(EnvelopeError::Card(CardError::WrongAgency));
    assert_eq!(SignedEnvelope::seal(envelope(), Some(&mixed)), wrong);
    let mut sealed = SignedEnvelope::seal(envelope(), Some(&sender(&north))).unwrap();
    let card = sealed.cards.pop();
    assert_eq!(sealed.author(), Err(EnvelopeError::NoCard));
    sealed.signed = None;
    assert_eq!(sealed.author(), Err(EnvelopeError::Unproven));
    sealed.cards.extend(card);
    assert_eq!(sealed.author(), Err(EnvelopeError::Unproven));
}

#[test]
fn a_suite_for_tests_proves_nothing_of_a_package() {
    let toy = Agency::new("toy", "XA", Suite::Toy, &mut Seeded::new(3));
    assert_eq!(SignedEnvelope::seal(envelope(), Some(&sender(&toy))), Err(EnvelopeError::WeakSuite));
}

#[test]
fn an_envelope_that_contradicts_itself_is_refused() {
    let id = AgencyId::from_bytes([9; 32]);
    let wrong = [
        Envelope { plain_size: 99, ..envelope() },
        Envelope { index_at: 81, ..envelope() },
        Envelope { index_at: u64::MAX, ..envelope() },
        Envelope { leaves_at: 101, ..envelope() },
        Envelope { recipients: 0, ..envelope() },
        Envelope { to: Some(vec![id, id]), ..envelope() },
        Envelope { to: Some(vec![id; PARTIES + 1]), ..envelope() },
        Envelope { plain_size: u64::MAX, payload_size: 16, ..envelope() },
    ];
    for envelope in wrong {
        let sealed = SignedEnvelope::seal(envelope.clone(), None);
        assert!(matches!(sealed, Err(EnvelopeError::Contradiction(_))), "{envelope:?}");
    }
    let later = Envelope { v: 2, ..envelope() };
    assert_eq!(SignedEnvelope::seal(later, None), Err(EnvelopeError::UnknownVersion));
}
