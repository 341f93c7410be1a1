//! The algorithms that packages rest on, as the libraries give them to us, against every case of Wycheproof: X25519,
//! ChaCha20-Poly1305, HKDF and HMAC with SHA-256. Ed25519 stands in the journal's `ed25519_table.rs`.
//!
//! The cases lie outside the repository; where they are absent the tests say so and end.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "in what tests share, failing is the point")]

use std::collections::BTreeMap;
use std::path::Path;

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use comity_evidence::age::{AgeError, FileKey, wrap};
use comity_journal::card::SealingKey;
use comity_journal::suite::keyed_hash;
use comity_testkit::Seeded;
use data_encoding::HEXLOWER;
use hkdf::Hkdf;
use serde_json::Value;
use sha2::Sha256;

/// The file of this name, as groups with their cases.
fn groups(name: &str) -> Option<Vec<Value>> {
    let folder = "../../../shared/data/conformance/wycheproof/testvectors_v1";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(name);
    let Ok(bytes) = std::fs::read(&path) else {
        println!("skipped: {} is absent", path.display());
        return None;
    };
    let file: Value = serde_json::from_slice(&bytes).unwrap();
    Some(file["testGroups"].as_array().unwrap().clone())
}

fn bytes(case: &Value, name: &str) -> Vec<u8> {
    HEXLOWER.decode(case[name].as_str().unwrap().as_bytes()).unwrap()
}

fn number(value: &Value, name: &str) -> usize {
    usize::try_from(value[name].as_u64().unwrap()).unwrap()
}

/// Runs the cases of all groups that are `ours`; how many there were of each result.
fn run(
    name: &str,
    ours: impl Fn(&Value) -> bool,
    answer: impl Fn(&Value, &Value, &str) -> bool,
) -> Option<BTreeMap<String, usize>> {
    let mut counted = BTreeMap::new();
    for group in groups(name)?.iter().filter(|group| ours(group)) {
        for case in group["tests"].as_array().unwrap() {
            let result = case["result"].as_str().unwrap();
            assert!(answer(group, case, result), "{name}, case {}: {}", case["tcId"], case["comment"]);
            *counted.entry(result.to_owned()).or_default() += 1;
        }
    }
    Some(counted)
}

fn counts(expected: &[(&str, usize)]) -> BTreeMap<String, usize> {
    expected.iter().map(|(result, cases)| ((*result).to_owned(), *cases)).collect()
}

#[test]
fn x25519_agrees_and_nothing_is_sealed_to_a_point_of_low_order() {
    let counted = run(
        "x25519_test.json",
        |_| true,
        |_, case, result| {
            let key = |name| <[u8; 32]>::try_from(bytes(case, name)).unwrap();
            let (public, shared) = (key("public"), key("shared"));
            let agreed = x25519_dalek::x25519(key("private"), public) == shared;
            // What everybody would agree on with everybody is no secret.
            let usable = shared != [0; 32];
            let wrapped = wrap(
                &FileKey::draw(&mut Seeded::new(1)),
                &SealingKey::from_bytes(public),
                &mut Seeded::new(2),
            );
            let as_usable = match wrapped {
                Ok(_) => usable,
                Err(error) => !usable && matches!(error, AgeError::UnusableKey),
            };
            agreed && as_usable && (usable || result == "acceptable")
        },
    );
    let Some(counted) = counted else { return };
    assert_eq!(counted, counts(&[("valid", 264), ("acceptable", 254)]));
}

#[test]
fn chacha20_poly1305_opens_what_is_right_and_nothing_else() {
    // Nonces of other lengths are of no format we read.
    let ours = |group: &Value| number(group, "ivSize") == 96 && number(group, "tagSize") == 128;
    let counted = run("chacha20_poly1305_test.json", ours, |_, case, result| {
        let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &bytes(case, "key")).unwrap());
        let nonce = || Nonce::try_assume_unique_for_key(&bytes(case, "iv")).unwrap();
        let (aad, plain) = (bytes(case, "aad"), bytes(case, "msg"));
        let sealed = [bytes(case, "ct"), bytes(case, "tag")].concat();
        let (mut opened, mut made) = (sealed.clone(), plain.clone());
        let opens = key.open_in_place(nonce(), Aad::from(&aad), &mut opened).map(|opened| opened.to_vec());
        key.seal_in_place_append_tag(nonce(), Aad::from(&aad), &mut made).unwrap();
        match result {
            "valid" => opens.is_ok_and(|opened| opened == plain) && made == sealed,
            _ => opens.is_err(),
        }
    });
    let Some(counted) = counted else { return };
    assert!(counted["valid"] > 200 && counted["invalid"] > 30, "{counted:?}");
}

#[test]
fn hkdf_gives_the_keys_it_should_and_none_that_is_too_long() {
    let counted = run(
        "hkdf_sha256_test.json",
        |_| true,
        |_, case, result| {
            let mut key = vec![0; number(case, "size")];
            let salt = bytes(case, "salt");
            let expanded = Hkdf::<Sha256>::new(Some(&salt), &bytes(case, "ikm"))
                .expand(&bytes(case, "info"), &mut key)
                .is_ok();
            if result == "valid" { expanded && key == bytes(case, "okm") } else { !expanded }
        },
    );
    let Some(counted) = counted else { return };
    assert_eq!(counted, counts(&[("valid", 83), ("invalid", 3)]));
}

#[test]
fn hmac_makes_the_tags_it_should_and_no_other() {
    let counted = run(
        "hmac_sha256_test.json",
        |_| true,
        |group, case, result| {
            let made = keyed_hash(&bytes(case, "key"), &[&bytes(case, "msg")]);
            let length = number(group, "tagSize") / 8;
            let same = made.as_bytes()[..length] == bytes(case, "tag")[..];
            same == (result == "valid")
        },
    );
    let Some(counted) = counted else { return };
    assert_eq!(counted, counts(&[("valid", 66), ("invalid", 108)]));
}
