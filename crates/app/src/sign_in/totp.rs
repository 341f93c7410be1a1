//! Codes of an authenticator: six digits that change every thirty seconds (RFC 6238 over RFC 4226, SHA-1).
//!
//! One step before and one after are taken too, since clocks differ; no step is ever taken twice.

use comity_journal::entropy::Entropy;
use comity_journal::time::Timestamp;
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use subtle::ConstantTimeEq as _;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// Bytes of a secret: what RFC 4226 recommends.
const SECRET: usize = 20;
const STEP_MS: i64 = 30_000;
const DIGITS: usize = 6;

/// What the codes of one authenticator grow from.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(Zeroizing<Vec<u8>>);

impl TotpSecret {
    /// Draws one.
    pub fn draw(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new(vec![0; SECRET]);
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    /// Takes one that was kept.
    pub(super) fn from_kept(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == SECRET).then(|| Self(Zeroizing::new(bytes.to_vec())))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text a person types into an authenticator that cannot read a picture, in groups of four.
    pub fn text(&self) -> String {
        let text = BASE32_NOPAD.encode(&self.0);
        let groups: Vec<_> = text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        groups.join(" ")
    }

    /// What the picture holds: `otpauth://totp/ISSUER:ACCOUNT?…`.
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let (issuer, account, secret) = (escaped(issuer), escaped(account), BASE32_NOPAD.encode(&self.0));
        format!(
            "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
        )
    }

    /// The code of the step a moment lies in.
    pub fn code_at(&self, now: Timestamp) -> String {
        self.code_of(step_of(now))
    }

    /// The step whose code this is, if it may be taken now: not before `last` nor `last` itself.
    pub fn step_of_code(&self, typed: &str, now: Timestamp, last: Option<u64>) -> Option<u64> {
        // Longer than any grouping of six digits, full-width ones included.
        if typed.len() > 40 {
            return None;
        }
        let typed: String = typed.nfkc().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let now = step_of(now);
        let near = [now.saturating_sub(1), now, now + 1];
        // All three are compared, so that the time tells nothing.
        let fitting =
            near.map(|step| (step, bool::from(self.code_of(step).as_bytes().ct_eq(typed.as_bytes()))));
        fitting.into_iter().find(|(step, fits)| *fits && Some(*step) > last).map(|(step, _)| step)
    }

    fn code_of(&self, step: u64) -> String {
        let mac = Hmac::<Sha1>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        let mac = mac.chain_update(step.to_be_bytes()).finalize().into_bytes();
        let at = usize::from(mac.last().copied().unwrap_or(0) & 0x0f);
        let four = mac.iter().skip(at).take(4).fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
        format!("{:0DIGITS$}", (four & 0x7fff_ffff) % 10_u32.pow(6))
    }
}

/// A secret never shows in logs.
impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret")
    }
}

fn step_of(now: Timestamp) -> u64 {
    u64::try_from(now.millis() / STEP_MS).unwrap_or(0)
}

/// Percent-encoded: whatever is no plain letter or digit.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_testkit::Seeded;

    fn rfc() -> TotpSecret {
        TotpSecret::from_kept(b"12345678901234567890").unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn the_examples_of_rfc_6238_come_out() {
        // Appendix B, SHA-1, the last six of its eight digits.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(rfc().code_at(at(seconds)), code);
        }
    }

    #[test]
    fn the_examples_of_rfc_4226_come_out() {
        // Appendix D.
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ];
        for (step, code) in codes.iter().enumerate() {
            assert_eq!(rfc().code_of(step as u64), *code);
        }
    }

    #[test]
    fn a_clock_half_a_minute_off_is_taken_and_a_minute_off_is_not() {
        let (secret, now) = (rfc(), 1_784_000_010);
        let code = secret.code_at(at(now));
        for (seconds, taken) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            assert_eq!(secret.step_of_code(&code, at(now + seconds), None).is_some(), taken, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_taken_once() {
        let (secret, now) = (rfc(), at(1_784_000_000));
        let code = secret.code_at(now);
        let step = secret.step_of_code(&code, now, None).unwrap();
        assert_eq!(secret.step_of_code(&code, now, Some(step)), None);
        assert_eq!(secret.step_of_code(&secret.code_at(now.plus_millis(-STEP_MS)), now, Some(step)), None);
        let next = now.plus_millis(STEP_MS);
        assert_eq!(secret.step_of_code(&secret.code_at(next), next, Some(step)), Some(step + 1));
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let (secret, now) = (rfc(), at(59));
        for typed in ["287082", " 287 082 ", "２８７０８２"] {
            assert_eq!(secret.step_of_code(typed, now, None), Some(1), "{typed}");
        }
        for typed in ["", "28708", "2870822", "287083", &"2".repeat(100)] {
            assert_eq!(secret.step_of_code(typed, now, None), None, "{typed}");
        }
    }

    #[test]
    fn an_authenticator_can_be_set_up_by_picture_or_by_hand() {
        let uri = rfc().uri("Police of north", "陈宁");
        assert_eq!(
            uri,
            "otpauth://totp/Police%20of%20north:%E9%99%88%E5%AE%81?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Police%20of%20north&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(rfc().text(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        let drawn = TotpSecret::draw(&mut Seeded::new(1));
        assert!(
            drawn != TotpSecret::draw(&mut Seeded::new(2)) && !format!("{drawn:?}").contains(&drawn.text())
        );
    }
}
