//! One rule for Ed25519, case by case: our answer to every edge case of C2SP/CCTV, frozen in `vectors/ed25519.json`,
//! and to every case of Wycheproof.
//!
//! The cases themselves are not in this repository; the table holds their numbers and our answers, and the hash of the
//! file they are numbered in. An implementation that answers otherwise in one case would one day disagree with us
//! about an entry.

use std::path::Path;

use comity_journal::suite::{self, PublicKey, Signature, Suite};
use serde_json::{Value, json};

#[cfg(test)]
mod third_party;

/// The order of the group, least byte first; `S` must be below it.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Flags that decide nothing: a point with a part of low order is judged by the cofactorless equation like any other.
const HARMLESS: [&str; 2] = ["low_order_component_A", "low_order_component_R"];

/// Flags that exclude a case, each by itself. `low_order_residue` is what only a cofactored equation would accept.
const EXCLUDING: [&str; 6] =
    ["low_order_A", "low_order_R", "low_order_residue", "non_canonical_A", "non_canonical_R", "reencoded_k"];

fn table() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/ed25519.json")
}

fn accepted(key: &str, message: &[u8], signature: &str) -> bool {
    let key = PublicKey::from_hex(key).expect("32 bytes");
    Signature::from_hex(signature)
        .is_some_and(|signature| Suite::One.verify(&key, message, &signature).is_ok())
}

/// Whether `S`, the second half of the signature, is below the order of the group.
fn canonical_s(signature: &Signature) -> bool {
    signature.as_bytes()[32..].iter().rev().lt(ORDER.iter().rev())
}

/// The same signature with `S + L` for `S`: the same point equation, another encoding. `None` where it does not fit.
fn with_s_plus_order(signature: &Signature) -> Option<Signature> {
    let mut bytes = *signature.as_bytes();
    let mut carry = 0_u16;
    for (digit, add) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*digit) + u16::from(add) + carry;
        *digit = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
    (carry == 0).then(|| Signature::from_bytes(bytes))
}

#[cfg(test)]
mod cctv {
    use super::*;

    struct Cases {
        hash: String,
        cases: Vec<Value>,
    }

    fn cases() -> Option<Cases> {
        let bytes =
            std::fs::read(third_party::folder("ed25519-cctv")?.join("ed25519/ed25519vectors.json")).unwrap();
        let cases: Vec<Value> = serde_json::from_slice(&bytes).unwrap();
        assert!(cases.iter().enumerate().all(|(index, case)| case["number"] == index));
        Some(Cases { hash: suite::hash(&[&bytes]).to_string(), cases })
    }

    fn answer(case: &Value) -> bool {
        let text = |name| third_party::text(case, name);
        accepted(text("key"), text("msg").as_bytes(), text("sig"))
    }

    fn flags(case: &Value) -> Vec<&str> {
        case["flags"]
            .as_array()
            .map_or(Vec::new(), |flags| flags.iter().map(|f| f.as_str().unwrap()).collect())
    }

    #[test]
    fn our_answer_to_every_edge_case_is_the_frozen_one() {
        let Some(Cases { hash, cases }) = cases() else { return };
        let numbers: Vec<&Value> =
            cases.iter().filter(|case| answer(case)).map(|case| &case["number"]).collect();
        let made = json!({
            "about": "Our answers to the Ed25519 edge cases of C2SP/CCTV (ed25519/ed25519vectors.json, commit 1e3d286) in suite 1: \
                      the cases in `accepted`, by number, verify; every other one of `cases` is refused.",
            "source_sha256": hash,
            "suite": u16::from(Suite::One),
            "cases": cases.len(),
            "accepted": numbers,
        });
        let made = serde_json::to_string_pretty(&made).unwrap() + "\n";
        if std::fs::read_to_string(table()).unwrap_or_default() != made {
            let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ed25519.json");
            std::fs::write(&fresh, &made).unwrap();
            panic!("vectors/ed25519.json says otherwise; what was made is in {}", fresh.display());
        }
    }

    #[test]
    fn what_is_accepted_follows_from_the_flags() {
        let Some(Cases { cases, .. }) = cases() else { return };
        let mut seen = std::collections::BTreeMap::<&str, usize>::new();
        for case in &cases {
            let flags = flags(case);
            for flag in &flags {
                assert!(
                    HARMLESS.contains(flag) || EXCLUDING.contains(flag),
                    "a flag nobody thought of: {flag}"
                );
                *seen.entry(flag).or_default() += 1;
            }
            let excluded = flags.iter().any(|flag| EXCLUDING.contains(flag));
            assert_eq!(answer(case), !excluded, "case {}: {flags:?}", case["number"]);
        }
        assert_eq!(seen.len(), HARMLESS.len() + EXCLUDING.len(), "every flag occurs");
    }

    #[test]
    fn no_accepted_case_has_a_second_encoding_of_s() {
        let Some(Cases { cases, .. }) = cases() else { return };
        let mut tried = 0;
        for case in cases.iter().filter(|case| answer(case)) {
            let text = |name| third_party::text(case, name);
            let signature = Signature::from_hex(text("sig")).unwrap();
            assert!(canonical_s(&signature), "case {}", case["number"]);
            let other = with_s_plus_order(&signature).expect("twice the order fits into 32 bytes");
            assert!(
                !accepted(text("key"), text("msg").as_bytes(), &other.to_string()),
                "case {}",
                case["number"]
            );
            tried += 1;
        }
        assert!(tried > 0);
    }
}

#[test]
fn every_wycheproof_case_is_answered_as_it_says() {
    let Some(folder) = third_party::folder("wycheproof") else { return };
    let file = third_party::read(&folder.join("testvectors_v1/ed25519_test.json"));
    let (mut valid, mut invalid, mut not_canonical) = (0, 0, 0);
    let mut left_open = Vec::new();
    for group in file["testGroups"].as_array().unwrap() {
        for case in group["tests"].as_array().unwrap() {
            let text = |name| third_party::text(case, name);
            let message = data_encoding::HEXLOWER_PERMISSIVE.decode(text("msg").as_bytes()).unwrap();
            let answer = accepted(third_party::text(&group["publicKey"], "pk"), &message, text("sig"));
            if Signature::from_hex(text("sig")).is_some_and(|signature| !canonical_s(&signature)) {
                assert!(!answer, "case {} has S out of range", case["tcId"]);
                not_canonical += 1;
            }
            match text("result") {
                "valid" => {
                    assert!(answer, "case {} is valid", case["tcId"]);
                    valid += 1;
                }
                "invalid" => {
                    assert!(!answer, "case {} is invalid", case["tcId"]);
                    invalid += 1;
                }
                _ => left_open.push((case["tcId"].clone(), answer)),
            }
        }
    }
    assert_eq!((valid, invalid), (88, 63));
    assert!(not_canonical > 0);
    assert_eq!(left_open, [], "this edition leaves no case open");
}

#[test]
fn the_frozen_table_is_in_order() {
    let table: Value = serde_json::from_str(&std::fs::read_to_string(table()).unwrap()).unwrap();
    let numbers: Vec<u64> =
        table["accepted"].as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b));
    assert!(numbers.last().copied().unwrap() < table["cases"].as_u64().unwrap());
}
