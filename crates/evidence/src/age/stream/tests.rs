//! Tests of payloads alone; `tests/age_testkit.rs` runs the public ones.

use std::io::Read as _;

use super::*;
use comity_testkit::Seeded;

fn sealed(plain: &[u8]) -> (Vec<u8>, FileKey) {
    let file = FileKey::draw(&mut Seeded::new(1));
    let (key, mut payload) = (PayloadKey::derive(&file, &[5; NONCE]), vec![5; NONCE]);
    let chunks = plain.len().div_ceil(CHUNK).max(1);
    for number in 0..chunks {
        let chunk = &plain[number * CHUNK..plain.len().min((number + 1) * CHUNK)];
        let mut sealed = [chunk, &[0; TAG]].concat();
        key.seal_chunk(number as u64, number + 1 == chunks, &mut sealed);
        payload.extend(sealed);
    }
    (payload, file)
}

#[test]
fn content_of_any_size_opens_to_itself_and_sizes_lead_both_ways() {
    for size in [0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7] {
        let plain: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
        let (payload, file) = sealed(&plain);
        assert_eq!(payload.len() as u64, payload_size(size as u64), "{size}");
        assert_eq!(plain_size(payload.len() as u64), Ok(size as u64));
        let mut opened = Vec::new();
        StreamReader::new(payload.as_slice(), &file).unwrap().read_to_end(&mut opened).unwrap();
        assert!(opened == plain, "{size}");
    }
}

#[test]
fn sizes_that_no_payload_has_are_refused() {
    let full = (NONCE + SEALED_CHUNK) as u64;
    for size in [0, 15, 16, 31, full + 1, full + 15, full + 16] {
        assert_eq!(plain_size(size), Err(PayloadError::Size(size)));
    }
    assert_eq!(plain_size(full + 17), Ok(CHUNK as u64 + 1));
}

#[test]
fn any_chunk_opens_alone() {
    let plain: Vec<u8> = (0..3 * CHUNK).map(|i| (i / CHUNK) as u8).collect();
    let (mut payload, file) = sealed(&plain);
    let key = PayloadKey::derive(&file, &[5; NONCE]);
    let chunk = &mut payload[NONCE + 2 * SEALED_CHUNK..];
    assert_eq!(key.open_chunk(2, false, &mut chunk.to_vec()), Err(PayloadError::Altered(2)));
    assert_eq!(key.open_chunk(1, true, &mut chunk.to_vec()), Err(PayloadError::Altered(1)));
    assert!(key.open_chunk(2, true, chunk).unwrap().iter().all(|byte| *byte == 2));
}

#[test]
fn content_that_ends_without_its_last_piece_is_cut() {
    let (payload, file) = sealed(&vec![7; 2 * CHUNK + 7]);
    for pieces in [1, 2] {
        let mut opened = Vec::new();
        let cut = &payload[..NONCE + pieces * SEALED_CHUNK];
        let error = StreamReader::new(cut, &file).unwrap().read_to_end(&mut opened).unwrap_err();
        assert_eq!(error.to_string(), PayloadError::Cut(pieces as u64 - 1).to_string());
    }
    let nothing = StreamReader::new(&payload[..NONCE], &file).unwrap().read_to_end(&mut Vec::new());
    assert_eq!(nothing.unwrap_err().to_string(), PayloadError::Altered(0).to_string());
}
