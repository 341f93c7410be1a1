//! The COSE examples of the working group, twice: the library we build on judges each as its file says, and our own
//! reader, which takes one exact form, refuses each of them and says why.
//!
//! What is signed by Ed25519 is verified. What is signed by an algorithm no suite has (ES256, Ed448) is compared
//! instead: the bytes the library would have checked are those that were signed exactly when the example is to pass.

use std::path::Path;

use comity_journal::card::Card;
use comity_journal::cbor::Malformed;
use comity_journal::cose::{Context, Unverified, assemble, to_be_signed};
use comity_journal::entry::Entry;
use comity_journal::suite::{BadSignature, PublicKey, SecretKey, Signature, Suite};
use coset::{CborSerializable as _, CoseSign, CoseSign1, TaggedCborSerializable as _};
use serde_json::Value;
use zeroize::Zeroizing;

#[cfg(test)]
mod third_party;

/// How an example can be judged with what we have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// Its Ed25519 signature.
    Signature,
    /// The bytes to be signed; no suite has its algorithm.
    SignedBytes,
    /// Not at all, for the reason given.
    Nothing(&'static str),
}

const EMPTY_HEADER: By = By::Nothing(
    "an empty protected header written as a map: RFC 9052 signs it as no bytes, coset as it came; no form of ours has one",
);
const ONLY_SIGNATURE: By =
    By::Nothing("ES256, and only the signature is damaged: what was to be signed is whole");

const TAG: &str = "cannot be read: not a tagged COSE_Sign1";
const HEADER: &str = "cannot be read: another protected header than the one accepted";
const ORDER: &str = "not in deterministic form: the same content must always have the same bytes";

/// Every signed example: how the library is judged by it, and what our reader says of it.
const EXAMPLES: [(&str, By, &str); 26] = [
    ("eddsa-examples/eddsa-01", By::Signature, TAG),
    ("eddsa-examples/eddsa-02", By::SignedBytes, TAG),
    ("eddsa-examples/eddsa-sig-01", By::Signature, HEADER),
    ("eddsa-examples/eddsa-sig-02", By::SignedBytes, HEADER),
    ("countersign1/signed-01", By::Signature, ORDER),
    ("countersign1/signed-02", By::Signature, TAG),
    ("countersign1/signed1-01", By::Signature, ORDER),
    ("sign1-tests/sign-pass-01", EMPTY_HEADER, HEADER),
    ("sign1-tests/sign-pass-02", By::SignedBytes, HEADER),
    ("sign1-tests/sign-pass-03", By::SignedBytes, TAG),
    ("sign1-tests/sign-fail-01", By::SignedBytes, TAG),
    ("sign1-tests/sign-fail-02", By::SignedBytes, HEADER),
    ("sign1-tests/sign-fail-03", By::SignedBytes, HEADER),
    ("sign1-tests/sign-fail-04", By::SignedBytes, HEADER),
    ("sign1-tests/sign-fail-06", By::SignedBytes, HEADER),
    ("sign1-tests/sign-fail-07", By::SignedBytes, HEADER),
    ("sign-tests/ecdsa-01", By::SignedBytes, TAG),
    ("sign-tests/sign-pass-01", EMPTY_HEADER, TAG),
    ("sign-tests/sign-pass-02", By::SignedBytes, TAG),
    ("sign-tests/sign-pass-03", By::SignedBytes, TAG),
    ("sign-tests/sign-fail-01", By::SignedBytes, TAG),
    ("sign-tests/sign-fail-02", ONLY_SIGNATURE, TAG),
    ("sign-tests/sign-fail-03", By::SignedBytes, TAG),
    ("sign-tests/sign-fail-04", By::SignedBytes, TAG),
    ("sign-tests/sign-fail-06", By::SignedBytes, TAG),
    ("sign-tests/sign-fail-07", By::SignedBytes, TAG),
];

/// The example the damage of others is done to: a COSE_Sign1 by Ed25519.
const ED25519_SIGN1: &str = "eddsa-examples/eddsa-sig-01";

fn unhex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).expect("hexadecimal")
}

/// An example with the place of its one signer looked up.
struct Example {
    file: Value,
    single: bool,
}

impl Example {
    fn open(folder: &Path, name: &str) -> Self {
        let file = third_party::read(&folder.join(name).with_extension("json"));
        let single = file["input"].get("sign0").is_some();
        Self { file, single }
    }

    fn signer(&self) -> &Value {
        let input = &self.file["input"];
        if self.single { &input["sign0"] } else { &input["sign"]["signers"][0] }
    }

    fn bytes(&self) -> Vec<u8> {
        unhex(third_party::text(&self.file["output"], "cbor"))
    }

    fn must_fail(&self) -> bool {
        self.file["fail"].as_bool().unwrap_or(false)
    }

    /// What its authors signed.
    fn signed(&self) -> Vec<u8> {
        let steps = &self.file["intermediates"];
        let steps = if self.single { steps } else { &steps["signers"][0] };
        unhex(third_party::text(steps, "ToBeSign_hex"))
    }

    fn key(&self) -> PublicKey {
        PublicKey::from_hex(third_party::text(&self.signer()["key"], "x_hex")).expect("32 bytes")
    }

    /// Signature and bytes to be signed as the library sees them; `None` when it cannot read the example.
    fn as_read(&self, bytes: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let aad = self.signer()["external"].as_str().map(unhex).unwrap_or_default();
        let untagged = !self.file["input"]["failures"]["RemoveCBORTag"].is_null();
        if self.single {
            let read =
                if untagged { CoseSign1::from_slice(bytes) } else { CoseSign1::from_tagged_slice(bytes) };
            let message = read.ok()?;
            Some((message.signature.clone(), message.tbs_data(&aad)))
        } else {
            let read =
                if untagged { CoseSign::from_slice(bytes) } else { CoseSign::from_tagged_slice(bytes) };
            let message = read.ok()?;
            let signer = message.signatures.first()?;
            Some((signer.signature.clone(), message.tbs_data(&aad, signer)))
        }
    }

    /// Whether the Ed25519 signature in `bytes` holds under the example's key.
    fn holds(&self, bytes: &[u8]) -> bool {
        self.as_read(bytes).is_some_and(|(signature, signed)| {
            Signature::from_slice(&signature)
                .is_some_and(|signature| Suite::One.verify(&self.key(), &signed, &signature).is_ok())
        })
    }
}

#[test]
fn the_library_judges_every_example_as_its_file_says() {
    let Some(folder) = third_party::folder("cose") else { return };
    let (mut verified, mut compared) = (0, 0);
    for (name, by, _) in EXAMPLES {
        let example = Example::open(&folder, name);
        let good = match by {
            By::Signature => {
                verified += 1;
                example.holds(&example.bytes())
            }
            By::SignedBytes => {
                compared += 1;
                example.as_read(&example.bytes()).is_some_and(|(_, bytes)| bytes == example.signed())
            }
            By::Nothing(reason) => {
                println!("not judged: {name}: {reason}");
                continue;
            }
        };
        assert_eq!(good, !example.must_fail(), "{name}");
    }
    assert_eq!((verified, compared), (5, 18));
}

#[test]
fn an_exception_is_only_made_where_the_comparison_would_mislead() {
    let Some(folder) = third_party::folder("cose") else { return };
    for (name, by, _) in EXAMPLES {
        let example = Example::open(&folder, name);
        let same = example.as_read(&example.bytes()).is_some_and(|(_, bytes)| bytes == example.signed());
        let misleads = same == example.must_fail();
        assert_eq!(misleads, matches!(by, By::Nothing(_)), "{name}");
    }
}

/// No example that must fail is signed by Ed25519, so the same damage is done to the one that is.
#[test]
fn the_damage_of_the_failing_examples_breaks_an_ed25519_signature() {
    let Some(folder) = third_party::folder("cose") else { return };
    let example = Example::open(&folder, ED25519_SIGN1);
    let whole = CoseSign1::from_tagged_slice(&example.bytes()).unwrap();
    assert!(example.holds(&whole.clone().to_tagged_vec().unwrap()));

    let damaged = |damage: &dyn Fn(&mut CoseSign1)| {
        let mut message = whole.clone();
        damage(&mut message);
        message.to_tagged_vec().unwrap()
    };
    let header =
        |bytes: &'static [u8]| damaged(&|message| message.protected.original_data = Some(bytes.to_vec()));
    let flip_last = |bytes: &mut Vec<u8>| *bytes.last_mut().unwrap() ^= 1;
    let other_tag = [&[0xd9, 0x03, 0xe6][..], &example.bytes()[1..]].concat();
    for (damage, bytes) in [
        ("another tag", other_tag),
        ("another payload", damaged(&|message| flip_last(message.payload.as_mut().unwrap()))),
        ("another signature", damaged(&|message| flip_last(&mut message.signature))),
        ("another algorithm", header(&[0xa2, 0x01, 0x39, 0x03, 0xe6, 0x03, 0x00])),
        ("an algorithm by name", header(b"\xa2\x01\x67unknown\x03\x00")),
        ("a header more", header(&[0xa3, 0x01, 0x27, 0x03, 0x00, 0x04, 0x41, 0x31])),
        ("a header less", header(&[0xa1, 0x01, 0x27])),
        ("no header", header(&[])),
    ] {
        assert!(!example.holds(&bytes), "{damage}");
    }
}

#[test]
fn our_reader_refuses_every_example_and_says_why() {
    let Some(folder) = third_party::folder("cose") else { return };
    for (name, _, error) in EXAMPLES {
        let bytes = Example::open(&folder, name).bytes();
        let refused = Unverified::read(&bytes, bytes.len()).expect_err(name);
        assert_eq!(refused.to_string(), error, "{name}");
        assert_eq!(Entry::read(&bytes).expect_err(name), refused, "{name}");
        assert!(Card::read(&bytes).is_err(), "{name}");
    }
}

#[test]
fn no_file_of_the_whole_collection_is_accepted() {
    let Some(folder) = third_party::folder("cose") else { return };
    let mut files = 0;
    for chapter in ["RFC8152", "countersign1", "eddsa-examples", "sign-tests", "sign1-tests"] {
        for entry in std::fs::read_dir(folder.join(chapter)).unwrap() {
            let path = entry.unwrap().path();
            let bytes = unhex(third_party::text(&third_party::read(&path)["output"], "cbor"));
            assert!(Unverified::read(&bytes, bytes.len()).is_err(), "{}", path.display());
            files += 1;
        }
    }
    assert_eq!(files, 48);
}

/// Step by step towards our form; each step is stopped by its own rule, the last only by what is signed beside it.
#[test]
fn an_example_rewritten_in_our_form_is_stopped_by_the_next_rule() {
    let Some(folder) = third_party::folder("cose") else { return };
    let example = Example::open(&folder, ED25519_SIGN1);
    let refused = |message: &CoseSign1| {
        let bytes = message.clone().to_tagged_vec().unwrap();
        Unverified::read(&bytes, bytes.len()).map_err(|error| error.to_string())
    };
    let mut message = CoseSign1::from_tagged_slice(&example.bytes()).unwrap();
    assert_eq!(refused(&message), Err(HEADER.into()));

    message.protected.original_data = Some(vec![0xa1, 0x01, 0x32]);
    assert_eq!(refused(&message), Err("cannot be read: unprotected headers are not accepted".into()));

    message.unprotected = coset::Header::default();
    let ed448 = Example::open(&folder, "eddsa-examples/eddsa-sig-02");
    let own = std::mem::replace(&mut message.signature, ed448.as_read(&ed448.bytes()).unwrap().0);
    assert_eq!(refused(&message), Err("cannot be read: a signature of the wrong length".into()));

    message.signature = own;
    let read = refused(&message).expect("the form is ours now");
    assert_eq!(read.verify(&example.key(), Context::Entry), Err(BadSignature));
    let bytes = message.to_tagged_vec().unwrap();
    assert!(matches!(Entry::read(&bytes), Err(Malformed::Unreadable(_))), "the payload is a sentence");
}

#[test]
fn a_signature_without_our_context_is_refused_even_in_our_form() {
    let Some(folder) = third_party::folder("cose") else { return };
    let example = Example::open(&folder, ED25519_SIGN1);
    let seed: [u8; 32] = unhex(third_party::text(&example.signer()["key"], "d_hex")).try_into().unwrap();
    let key = SecretKey::from_seed(Suite::One, Zeroizing::new(seed));
    assert_eq!(key.public(), example.key());

    let payload = example.file["input"]["plaintext"].as_str().unwrap().as_bytes().to_vec();
    let mut message = CoseSign1::default();
    message.protected.original_data = Some(vec![0xa1, 0x01, 0x32]);
    message.payload = Some(payload.clone());
    let without = key.sign(&message.tbs_data(&[]));
    let with = key.sign(&to_be_signed(Suite::One, Context::Entry, &payload));
    let answer = |signature: &Signature, context| {
        let bytes = assemble(Suite::One, payload.clone(), signature);
        Unverified::read(&bytes, bytes.len()).unwrap().verify(&key.public(), context)
    };
    for context in [Context::Entry, Context::Card, Context::Proof, Context::Envelope] {
        assert_eq!(answer(&without, context), Err(BadSignature));
    }
    assert_eq!(answer(&with, Context::Entry), Ok(()));
}
