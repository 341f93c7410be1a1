//! The site that passkeys are made for, and what a browser is asked.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::challenge::Challenge;
use super::public_key::ALGORITHMS;

/// Where officers reach the desk, as a passkey knows it: bound to the name of the host, and answered from one origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    id: String,
    origin: String,
}

/// Whom a passkey is made for.
#[derive(Clone, Debug)]
pub struct Account<'a> {
    /// What the passkey gives back when it is used: the officer's record.
    pub handle: &'a [u8],
    /// The name that the officer picks it by.
    pub name: &'a str,
}

impl Site {
    /// The site of an origin such as `https://desk.example:8443`. `None` where browsers have no passkeys: at an address in
    /// place of a name, and without TLS unless the desk is on the same machine.
    pub fn at(origin: &str) -> Option<Self> {
        let origin = origin.trim_end_matches('/').to_ascii_lowercase();
        let (scheme, authority) = origin.split_once("://")?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse::<u16>().ok()?)),
            None => (authority, None),
        };
        let here = host == "localhost" || host.ends_with(".localhost");
        let (secure, usual) = match scheme {
            "https" => (true, 443),
            "http" => (here, 80),
            _ => return None,
        };
        if !secure || !is_name(host) {
            return None;
        }
        // Browsers leave the usual port out.
        let port = port.filter(|port| *port != usual).map(|port| format!(":{port}")).unwrap_or_default();
        Some(Self { id: host.to_owned(), origin: format!("{scheme}://{host}{port}") })
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// What a browser is asked so that it makes a passkey: discoverable, and never without verifying its holder.
    pub fn to_make(&self, challenge: &Challenge, account: &Account<'_>, known: &[Vec<u8>]) -> Value {
        let algorithms: Vec<_> =
            ALGORITHMS.iter().map(|alg| json!({ "type": "public-key", "alg": alg })).collect();
        json!({
            "rp": { "id": self.id, "name": self.id },
            "user": {
                "id": BASE64URL_NOPAD.encode(account.handle),
                "name": account.name,
                "displayName": account.name,
            },
            "challenge": challenge.text(),
            "pubKeyCredParams": algorithms,
            "timeout": Challenge::WAIT_MS,
            "excludeCredentials": descriptors(known),
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            },
            "attestation": "none",
        })
    }

    /// What a browser is asked so that a passkey signs; any of this site where none is named.
    pub fn to_give(&self, challenge: &Challenge, known: &[Vec<u8>]) -> Value {
        json!({
            "challenge": challenge.text(),
            "timeout": Challenge::WAIT_MS,
            "rpId": self.id,
            "allowCredentials": descriptors(known),
            "userVerification": "required",
        })
    }
}

fn descriptors(known: &[Vec<u8>]) -> Vec<Value> {
    known.iter().map(|id| json!({ "type": "public-key", "id": BASE64URL_NOPAD.encode(id) })).collect()
}

/// Whether a host is a name, as passkeys need it; the last label of a name is no number.
fn is_name(host: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let last = host.rsplit('.').next().unwrap_or_default();
    !host.is_empty() && host.chars().all(plain) && !last.is_empty() && last.parse::<u64>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_testkit::Seeded;

    #[test]
    fn a_site_is_a_name_reached_over_tls_or_this_very_machine() {
        for (given, id, origin) in [
            ("https://desk.example", "desk.example", "https://desk.example"),
            ("https://Desk.example:443/", "desk.example", "https://desk.example"),
            ("https://desk.example:8443", "desk.example", "https://desk.example:8443"),
            ("http://localhost:8080", "localhost", "http://localhost:8080"),
        ] {
            let site = Site::at(given).unwrap();
            assert_eq!((site.id(), site.origin()), (id, origin), "{given}");
        }
        for given in [
            "http://desk.example",
            "https://192.0.2.7",
            "https://[2001:db8::1]",
            "http://127.0.0.1:7802",
            "https://",
            "https://desk.example:x",
            "https://desk.example/path",
            "desk.example",
            "",
        ] {
            assert_eq!(Site::at(given), None, "{given}");
        }
    }

    #[test]
    fn a_browser_is_asked_to_verify_who_holds_the_passkey_and_for_no_attestation() {
        let site = Site::at("https://desk.example").unwrap();
        let challenge = Challenge::draw(&mut Seeded::new(1));
        let account = Account { handle: &[7; 32], name: "Amara Olin" };
        let make = site.to_make(&challenge, &account, &[vec![1, 2, 3]]);
        assert_eq!(make["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(make["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(make["attestation"], "none");
        assert_eq!(make["excludeCredentials"][0]["id"], "AQID");
        let give = site.to_give(&challenge, &[]);
        assert_eq!(give["userVerification"], "required");
        assert_eq!(give["allowCredentials"], json!([]));
        assert_eq!(give["challenge"], challenge.text());
    }
}
