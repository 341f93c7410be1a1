//! Every file of the public age test kit (C2SP, CCTV), with the outcome that it states.
//!
//! The files lie outside the repository; where they are absent the test says so and ends.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "in what tests share, failing is the point"
)]

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use comity_evidence::age::armor::{ArmorError, ArmorReader};
use comity_evidence::age::{AgeError, Header, Identity, KeyTextError, PayloadError, StreamReader};
use comity_journal::suite::{Hash, hash};
use comity_testkit::Seeded;

/// Files that other age tools open or find sealed to somebody else, and that are refused here by name: passphrases
/// and hybrid keys are no recipients of a package. Files of both sorts that are broken besides are refused, too;
/// their kind is named before what is broken is looked for.
const PASSPHRASE: [&str; 4] = ["scrypt", "armor_scrypt", "scrypt_no_match", "scrypt_bad_tag"];
const HYBRID: [&str; 6] = [
    "hybrid",
    "armor_hybrid",
    "hybrid_grease",
    "hybrid_multiple_recipients",
    "hybrid_no_match",
    "hybrid_bad_tag",
];
/// Sealed to a hybrid and an X25519 key at once, and opened in the kit with the hybrid identity, which is refused.
const HYBRID_IDENTITY: [&str; 1] = ["hybrid_and_x25519"];

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/conformance/age-testkit/age/testdata");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the age test kit is not at {}", folder.display());
    None
}

struct Case {
    facts: BTreeMap<String, Vec<String>>,
    file: Vec<u8>,
}

impl Case {
    fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        let split = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
        let mut facts: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in String::from_utf8(bytes[..split].to_vec()).unwrap().lines() {
            let (name, value) = line.split_once(": ").unwrap();
            facts.entry(name.to_owned()).or_default().push(value.to_owned());
        }
        let body = &bytes[split + 2..];
        let file = match facts.contains_key("compressed") {
            true => miniz_oxide::inflate::decompress_to_vec_zlib(body).unwrap(),
            false => body.to_vec(),
        };
        Self { facts, file }
    }

    fn fact(&self, name: &str) -> Option<&str> {
        self.facts.get(name).map(|values| values[0].as_str())
    }

    /// The stated identities; `Err` when one is of a sort that is refused.
    fn identities(&self) -> Result<Vec<Identity>, KeyTextError> {
        let texts = self.facts.get("identity").into_iter().flatten();
        texts.map(|text| Identity::from_text(text)).collect()
    }

    /// The outcome in the kit's words, and the hash of what was handed on.
    fn outcome(&self, identities: &[Identity]) -> (&'static str, Hash) {
        let file = self.file.as_slice();
        if self.facts.contains_key("armored") {
            open(BufReader::new(ArmorReader::new(file)), identities)
        } else {
            open(file, identities)
        }
    }
}

fn open(mut input: impl io::BufRead, identities: &[Identity]) -> (&'static str, Hash) {
    let nothing = hash(&[]);
    let header = match Header::read(&mut input) {
        Ok(header) => header,
        Err(error) => return (words(&error), nothing),
    };
    let mut outcome = "no match";
    for identity in identities {
        match header.unwrap(identity) {
            Ok(key) => {
                let mut stream = match StreamReader::new(input, &key) {
                    Ok(stream) => stream,
                    Err(error) => return (payload_words(&error), nothing),
                };
                let mut plain = Vec::new();
                let end = stream.read_to_end(&mut plain);
                return (end.map_or_else(|error| payload_words(&error), |_| "success"), hash(&[&plain]));
            }
            Err(AgeError::NotForThisKey) => {}
            Err(error) => outcome = words(&error),
        }
    }
    (outcome, nothing)
}

fn words(error: &AgeError) -> &'static str {
    match error {
        AgeError::Malformed { .. } => "header failure",
        AgeError::Passphrase => "refused: passphrase",
        AgeError::Hybrid => "refused: hybrid",
        AgeError::NotForThisKey => "no match",
        AgeError::HeaderChanged => "HMAC failure",
        AgeError::UnusableKey => panic!("nothing is sealed here"),
        AgeError::Io(error) => payload_words(error),
    }
}

fn payload_words(error: &io::Error) -> &'static str {
    let inner = error.get_ref().expect("only errors with a reason are met here");
    if inner.is::<ArmorError>() {
        "armor failure"
    } else {
        match inner.downcast_ref::<PayloadError>() {
            // The nonce counts as header in the kit.
            Some(PayloadError::NoNonce) => "header failure",
            Some(_) => "payload failure",
            None => panic!("another error: {error}"),
        }
    }
}

#[test]
fn every_file_of_the_age_test_kit_has_the_outcome_it_states() {
    let Some(folder) = folder() else { return };
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let case = Case::read(&path);
        let expected = case.fact("expect").unwrap();
        seen += 1;
        match case.identities() {
            Ok(identities) if !case.facts.contains_key("passphrase") => {
                let (found, plain) = case.outcome(&identities);
                assert_eq!(found, expected, "{name}: {:?}", case.fact("comment"));
                if let Some(payload) = case.fact("payload") {
                    assert_eq!(plain.to_string(), payload, "{name}");
                }
            }
            other => {
                refused(&case, name, expected, other.is_err());
            }
        }
    }
    assert_eq!(
        seen, 143,
        "the test kit has another number of files than the one these tests were written for"
    );
}

/// Files for passphrases and hybrid keys: an X25519 key at hand does not open them, and the reason is named.
fn refused(case: &Case, name: &str, expected: &str, hybrid: bool) {
    if hybrid {
        assert!(matches!(case.identities(), Err(KeyTextError::Hybrid)), "{name}");
    }
    let (found, _) = case.outcome(&[Identity::draw(&mut Seeded::new(1))]);
    let must = match name {
        name if PASSPHRASE.contains(&name) => "refused: passphrase",
        name if HYBRID.contains(&name) => "refused: hybrid",
        name if HYBRID_IDENTITY.contains(&name) => "refused: hybrid",
        _ => {
            assert!(["header failure", "no match"].contains(&expected), "{name}: {expected}");
            assert!(
                ["refused: passphrase", "refused: hybrid", "header failure", "no match"].contains(&found),
                "{name}: {found}"
            );
            return;
        }
    };
    assert_eq!(found, must, "{name}");
}
