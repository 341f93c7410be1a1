//! Only the receiver opens what was sealed, and only as it was sealed.

use comity_federation::seal::{SealError, SealingSecret, open, seal};
use comity_journal::card::SealingKey;

use crate::people::Seeded;

const TEXT: &[u8] = b"the shipment left on the second";

#[test]
fn the_receiver_opens_what_was_sealed_to_it() {
    let receiver = SealingSecret::generate(&mut Seeded(1));
    for text in [TEXT, b""] {
        let sealed = seal(&receiver.public(), b"use", b"around", text, &mut Seeded(2)).unwrap();
        assert_eq!((sealed.enc.len(), sealed.ciphertext.len()), (32, text.len() + 16));
        assert_eq!(open(&receiver, b"use", b"around", &sealed).unwrap().as_slice(), text);
    }
}

#[test]
fn a_stored_key_is_the_same_key() {
    let receiver = SealingSecret::generate(&mut Seeded(1));
    let stored = SealingSecret::from_bytes((*receiver.bytes()).into());
    assert_eq!(stored.public(), receiver.public());
    assert!(!format!("{stored:?}").contains(&format!("{:?}", receiver.bytes())));
}

#[test]
fn nobody_else_opens_it_and_nothing_around_it_can_change() {
    let (receiver, other) =
        (SealingSecret::generate(&mut Seeded(1)), SealingSecret::generate(&mut Seeded(7)));
    let sealed = seal(&receiver.public(), b"use", b"around", TEXT, &mut Seeded(2)).unwrap();
    assert_eq!(open(&other, b"use", b"around", &sealed), Err(SealError::OtherKey));
    let mut renamed = sealed.clone();
    renamed.key = other.public();
    assert_eq!(open(&other, b"use", b"around", &renamed), Err(SealError::Altered));
    assert_eq!(open(&receiver, b"use", b"elsewhere", &sealed), Err(SealError::Altered));
    assert_eq!(open(&receiver, b"another use", b"around", &sealed), Err(SealError::Altered));
}

#[test]
fn every_flipped_bit_of_sealed_bytes_is_noticed() {
    let receiver = SealingSecret::generate(&mut Seeded(1));
    let sealed = seal(&receiver.public(), b"use", b"around", TEXT, &mut Seeded(2)).unwrap();
    for bit in 0..sealed.enc.len() * 8 {
        let mut changed = sealed.clone();
        changed.enc[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(&receiver, b"use", b"around", &changed), Err(SealError::Altered), "enc bit {bit}");
    }
    for bit in 0..sealed.ciphertext.len() * 8 {
        let mut changed = sealed.clone();
        changed.ciphertext[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(&receiver, b"use", b"around", &changed), Err(SealError::Altered), "bit {bit}");
    }
}

#[test]
fn a_key_that_leads_nowhere_is_not_sealed_to() {
    let nowhere = SealingKey::from_bytes([0; 32]);
    assert_eq!(seal(&nowhere, b"use", b"", TEXT, &mut Seeded(2)), Err(SealError::UnusableKey));
}

#[test]
fn entropy_decides_every_byte() {
    let receiver = SealingSecret::generate(&mut Seeded(1)).public();
    let sealed = |seed| seal(&receiver, b"use", b"", TEXT, &mut Seeded(seed)).unwrap();
    assert_eq!(sealed(5), sealed(5));
    assert_ne!(sealed(5).ciphertext, sealed(6).ciphertext);
}
