//! Public keys of passkeys: read from COSE, kept, and used to check a signature.
//!
//! Three kinds are asked for: P-256 is what nearly every device has, Ed25519 some, RSA older computers.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, VerificationAlgorithm,
};
use ciborium::Value;
use comity_journal::part;
use serde::{Deserialize, Serialize};

const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// The algorithms asked for, most wanted first, by their COSE numbers.
pub(super) const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];

/// RSA keys of 2,048 to 4,096 bits; the exponent is a small number.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=512;
const RSA_EXPONENT_BYTES: usize = 4;

/// The public half of a passkey, by its algorithm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum PublicKey {
    /// An uncompressed point of P-256, which signs with ECDSA over SHA-256.
    #[serde(rename = "es256")]
    P256(#[serde(with = "part::bytes")] Vec<u8>),
    /// An Ed25519 key.
    #[serde(rename = "ed25519")]
    Ed25519(#[serde(with = "part::bytes")] Vec<u8>),
    /// Modulus and exponent, which sign with PKCS #1 v1.5 over SHA-256.
    #[serde(rename = "rs256")]
    Rsa {
        #[serde(with = "part::bytes")]
        n: Vec<u8>,
        #[serde(with = "part::bytes")]
        e: Vec<u8>,
    },
}

impl PublicKey {
    /// A key that stands in for the one of somebody who is not there: the generator of P-256. It takes as long.
    pub(super) fn of_nobody() -> Self {
        const X: &str = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
        const Y: &str = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
        let decode = |hex: &str| data_encoding::HEXLOWER.decode(hex.as_bytes());
        let (x, y) = decode(X).and_then(|x| Ok((x, decode(Y)?))).expect("both are plain hexadecimal");
        Self::P256([[4].as_slice(), &x, &y].concat())
    }

    /// Reads a COSE key; `None` for one that was not asked for, or is none.
    pub(super) fn of_cose(map: &[(Value, Value)]) -> Option<Self> {
        let find = |label: i64| map.iter().find(|(key, _)| is(key, label)).map(|(_, value)| value);
        let number = |label, wanted| find(label).filter(|value| is(value, wanted));
        let text = |label, length| find(label)?.as_bytes().filter(|bytes| bytes.len() == length);
        // Type and algorithm, then the curve.
        let key = match () {
            () if number(1, 2).and(number(3, ES256)).and(number(-1, 1)).is_some() => {
                Self::P256([[4].as_slice(), text(-2, 32)?, text(-3, 32)?].concat())
            }
            () if number(1, 1).and(number(3, EDDSA)).and(number(-1, 6)).is_some() => {
                Self::Ed25519(text(-2, 32)?.clone())
            }
            () if number(1, 3).and(number(3, RS256)).is_some() => {
                let (n, e) = (find(-1)?.as_bytes()?.clone(), find(-2)?.as_bytes()?.clone());
                let fits = RSA_BYTES.contains(&n.len()) && (1..=RSA_EXPONENT_BYTES).contains(&e.len());
                fits.then_some(Self::Rsa { n, e })?
            }
            () => return None,
        };
        key.is_one().then_some(key)
    }

    /// Whether it is a key at all: a point on its curve, a modulus that can be one.
    fn is_one(&self) -> bool {
        let parses =
            |by: &'static dyn VerificationAlgorithm, bytes: &[u8]| ParsedPublicKey::new(by, bytes).is_ok();
        match self {
            Self::P256(point) => parses(&ECDSA_P256_SHA256_ASN1, point),
            Self::Ed25519(point) => parses(&ED25519, point),
            Self::Rsa { n, .. } => n.last().is_some_and(|last| last % 2 == 1) && n.first() != Some(&0),
        }
    }

    /// Whether it signed this.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let by = |by: &'static dyn VerificationAlgorithm, bytes: &[u8]| {
            ParsedPublicKey::new(by, bytes).is_ok_and(|key| key.verify_sig(message, signature).is_ok())
        };
        match self {
            Self::P256(point) => by(&ECDSA_P256_SHA256_ASN1, point),
            Self::Ed25519(point) => by(&ED25519, point),
            Self::Rsa { n, e } => {
                let key = PublicKeyComponents { n, e };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
        }
    }
}

fn is(value: &Value, number: i64) -> bool {
    value.as_integer().is_some_and(|integer| i128::from(integer) == i128::from(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cose(pairs: &[(i64, Value)]) -> Option<PublicKey> {
        let map: Vec<_> = pairs.iter().map(|(label, value)| (Value::from(*label), value.clone())).collect();
        PublicKey::of_cose(&map)
    }

    fn p256(x: &[u8], y: &[u8]) -> [(i64, Value); 5] {
        [
            (1, 2.into()),
            (3, ES256.into()),
            (-1, 1.into()),
            (-2, Value::Bytes(x.to_vec())),
            (-3, Value::Bytes(y.to_vec())),
        ]
    }

    #[test]
    fn a_key_is_a_point_on_its_curve_of_a_kind_that_was_asked_for() {
        let PublicKey::P256(point) = PublicKey::of_nobody() else { panic!("it is one of P-256") };
        let (x, y) = (&point[1..33], &point[33..]);
        assert_eq!(cose(&p256(x, y)), Some(PublicKey::of_nobody()));
        assert_eq!(cose(&p256(y, x)), None, "not on the curve");
        assert_eq!(cose(&p256(&x[1..], y)), None, "too short");
        let mut other = p256(x, y);
        other[1].1 = (-35).into();
        assert_eq!(cose(&other), None, "an algorithm that was not asked for");
        other = p256(x, y);
        other[2].1 = 2.into();
        assert_eq!(cose(&other), None, "another curve");
        assert_eq!(cose(&[]), None);
    }

    #[test]
    fn an_rsa_key_is_neither_too_small_nor_too_large() {
        let rsa = |bytes: usize| {
            let mut n = vec![0xc5; bytes];
            n[0] = 0xd1;
            cose(&[
                (1, 3.into()),
                (3, RS256.into()),
                (-1, Value::Bytes(n)),
                (-2, Value::Bytes(vec![1, 0, 1])),
            ])
        };
        assert!(rsa(256).is_some() && rsa(512).is_some());
        assert_eq!((rsa(128), rsa(513)), (None, None));
    }
}
