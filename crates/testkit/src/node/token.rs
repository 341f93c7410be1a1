//! A passkey in software: makes and uses P-256 keys as a device would, and answers as a browser would. It can also answer
//! wrongly, which no device does.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use ciborium::Value;
use data_encoding::BASE64URL_NOPAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// Present, verified.
const FLAGS: u8 = 0x05;
/// It says that it holds a new key.
const NEW_KEY: u8 = 0x40;

/// A device with one passkey.
pub struct SoftToken {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    handle: Vec<u8>,
    /// What it says of itself; tests take bits away.
    pub flags: u8,
    /// How often it says it has signed.
    pub count: u32,
    /// Where its browser says it is.
    pub origin: String,
    /// The site it was made for.
    pub site: String,
}

impl SoftToken {
    /// A device at this site, without a passkey yet.
    pub fn at(site: &str, origin: &str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("the machine has entropy");
        let id = Sha256::digest(key.public_key().as_ref())[..20].to_vec();
        Self { key, id, handle: Vec::new(), flags: FLAGS, count: 0, origin: origin.into(), site: site.into() }
    }

    /// Makes its passkey by a page's options, and answers as a browser does.
    pub fn make(&mut self, options: &serde_json::Value) -> String {
        let user = options["user"]["id"].as_str().unwrap_or_default();
        self.handle = BASE64URL_NOPAD.decode(user.as_bytes()).expect("a handle in base 64");
        let made: Vec<(Value, Value)> = vec![
            ("fmt".into(), "none".into()),
            ("attStmt".into(), Value::Map(Vec::new())),
            ("authData".into(), Value::Bytes(self.says(NEW_KEY))),
        ];
        let mut attestation = Vec::new();
        ciborium::into_writer(&Value::Map(made), &mut attestation).expect("a vector takes all bytes");
        let response = json!({
            "clientDataJSON": text(&self.client("webauthn.create", options)),
            "attestationObject": text(&attestation),
        });
        json!({ "id": text(&self.id), "rawId": text(&self.id), "type": "public-key", "response": response })
            .to_string()
    }

    /// Signs a page's challenge, and answers as a browser does.
    pub fn give(&mut self, options: &serde_json::Value) -> String {
        let (client, says) = (self.client("webauthn.get", options), self.says(0));
        let message = [says.as_slice(), &Sha256::digest(&client)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &message).expect("the key signs");
        let response = json!({
            "clientDataJSON": text(&client),
            "authenticatorData": text(&says),
            "signature": text(signature.as_ref()),
            "userHandle": text(&self.handle),
        });
        json!({ "id": text(&self.id), "rawId": text(&self.id), "type": "public-key", "response": response })
            .to_string()
    }

    /// Says that it is another officer's.
    pub fn pretend(&mut self, handle: &[u8]) {
        self.handle = handle.to_vec();
    }

    fn client(&self, what: &str, options: &serde_json::Value) -> Vec<u8> {
        let said = json!({
            "type": what,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        });
        said.to_string().into_bytes()
    }

    fn says(&self, more: u8) -> Vec<u8> {
        let mut says = Sha256::digest(self.site.as_bytes()).to_vec();
        says.push(self.flags | more);
        says.extend(self.count.to_be_bytes());
        if more & NEW_KEY != 0 {
            says.extend([0; 16]);
            says.extend(u16::try_from(self.id.len()).unwrap_or(0).to_be_bytes());
            says.extend(&self.id);
            ciborium::into_writer(&self.cose(), &mut says).expect("a vector takes all bytes");
        }
        says
    }

    fn cose(&self) -> Value {
        let point = self.key.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        let pairs = [
            (1, Value::from(2)),
            (3, Value::from(-7)),
            (-1, Value::from(1)),
            (-2, Value::Bytes(x.to_vec())),
            (-3, Value::Bytes(y.to_vec())),
        ];
        Value::Map(pairs.into_iter().map(|(label, value)| (Value::from(label), value)).collect())
    }
}

fn text(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}
