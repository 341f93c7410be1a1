//! What a browser and the device behind it say when an officer signs in.

use ciborium::Value;
use comity_app::sign_in::{Challenge, Given, KnownPasskey, Made, Site};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::cast::entropy;

const ORIGIN: &str = "https://desk.example";
/// Present, verified, and a new key.
const MADE: u8 = 0x45;
/// The generator of P-256: a point whose private key is one.
const X: &str = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
const Y: &str = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
/// The name of the passkey.
const NAME: [u8; 20] = [7; 20];

fn asked() -> Challenge {
    Challenge::draw(&mut entropy())
}

fn site() -> Site {
    Site::at(ORIGIN).expect("a name with TLS is a site")
}

/// A byte that says what the rest is: 0 and 1 a whole answer in JSON, of a passkey that was made or used; 2 what the device
/// said of a new key; 3 what it said when it signed.
pub(crate) fn passkey(bytes: &[u8]) -> bool {
    let Some((which, bytes)) = bytes.split_first() else { return false };
    let text = || std::str::from_utf8(bytes).unwrap_or_default().to_owned();
    match which {
        0 => made(&text()),
        1 => given(&text()),
        2 => made(&making(bytes)),
        3 => given(&giving(bytes)),
        _ => false,
    }
}

fn made(answer: &str) -> bool {
    let Ok(made) = Made::read(answer) else { return false };
    made.check(&site(), &asked()).is_ok()
}

fn given(answer: &str) -> bool {
    let Ok(given) = Given::read(answer) else { return false };
    // Nobody here has a passkey, so whatever is signed is nobody's.
    let checked = KnownPasskey::of_nobody().check_answer(&site(), &asked(), &given);
    assert!(checked.is_err(), "an answer was taken that nobody can give");
    assert!(given.challenge().text().len() == asked().text().len(), "a challenge has one length");
    true
}

fn text(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

fn client(what: &str) -> Vec<u8> {
    let said = json!({ "type": what, "challenge": asked().text(), "origin": ORIGIN, "crossOrigin": false });
    said.to_string().into_bytes()
}

/// The answer of a browser whose device said this of a new key.
fn making(attestation: &[u8]) -> String {
    let response =
        json!({ "clientDataJSON": text(&client("webauthn.create")), "attestationObject": text(attestation) });
    json!({ "rawId": text(&NAME), "type": "public-key", "response": response }).to_string()
}

/// The answer of a browser whose device said this, and signed it with nothing.
fn giving(authenticator: &[u8]) -> String {
    let response = json!({
        "clientDataJSON": text(&client("webauthn.get")),
        "authenticatorData": text(authenticator),
        "signature": text(&[0x30, 6, 2, 1, 1, 2, 1, 1]),
        "userHandle": text(&[5; 32]),
    });
    json!({ "rawId": text(&NAME), "type": "public-key", "response": response }).to_string()
}

/// What a device says: for which site, that its holder was verified, how often it has signed.
fn says(flags: u8, key: Option<Value>) -> Vec<u8> {
    let mut says = Sha256::digest("desk.example").to_vec();
    says.push(flags);
    says.extend([0, 0, 0, 1]);
    if let Some(key) = key {
        says.extend([0; 16]);
        says.extend([0, 20]);
        says.extend(NAME);
        ciborium::into_writer(&key, &mut says).expect("a vector takes all bytes");
    }
    says
}

fn attestation(key: Value) -> Vec<u8> {
    let map: Vec<(Value, Value)> = vec![
        ("fmt".into(), "none".into()),
        ("attStmt".into(), Value::Map(Vec::new())),
        ("authData".into(), Value::Bytes(says(MADE, Some(key)))),
    ];
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(map), &mut bytes).expect("a vector takes all bytes");
    bytes
}

/// Keys of the three kinds that are asked for.
fn keys() -> [Value; 3] {
    let decode = |hex: &str| Value::Bytes(HEXLOWER.decode(hex.as_bytes()).expect("plain hexadecimal"));
    let map = |pairs: Vec<(i64, Value)>| {
        Value::Map(pairs.into_iter().map(|(label, value)| (Value::from(label), value)).collect())
    };
    let p256 = vec![(1, 2.into()), (3, (-7).into()), (-1, 1.into()), (-2, decode(X)), (-3, decode(Y))];
    // The base point of Ed25519: y is four fifths.
    let base = format!("58{}", "66".repeat(31));
    let ed25519 = vec![(1, 1.into()), (3, (-8).into()), (-1, 6.into()), (-2, decode(&base))];
    let modulus = Value::Bytes([vec![0xc5; 255], vec![0x01]].concat());
    let rsa = vec![(1, 3.into()), (3, (-257).into()), (-1, modulus), (-2, Value::Bytes(vec![1, 0, 1]))];
    [map(p256), map(ed25519), map(rsa)]
}

pub(crate) fn passkey_seeds() -> Vec<Vec<u8>> {
    let [p256, ed25519, rsa] = keys().map(attestation);
    let behind = |which: u8, bytes: &[u8]| [&[which], bytes].concat();
    vec![
        behind(0, making(&p256).as_bytes()),
        behind(1, giving(&says(0x05, None)).as_bytes()),
        behind(2, &p256),
        behind(2, &ed25519),
        behind(2, &rsa),
        behind(3, &says(0x05, None)),
    ]
}
