//! What a browser answers, taken apart: JSON within limits, and in it what the browser itself says it did.

use comity_journal::ids::MatterId;
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

use super::challenge::Challenge;
use super::site::Site;

/// Longer answers are not read at all.
const ANSWER_BYTES: usize = 64 * 1024;

/// An answer that is not what was asked for. The names are for whoever tests a device: strangers hear nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnfitAnswer {
    /// It is not of the form that browsers send.
    #[error("the answer cannot be read")]
    Unreadable,
    /// A passkey was to be made and was used, or the other way round.
    #[error("the answer is one to another question")]
    OtherCeremony,
    /// It answers a challenge that was not given, or was answered already.
    #[error("the answer is to another challenge")]
    OtherChallenge,
    /// It was given on a page of somebody else.
    #[error("the answer was given to another site")]
    OtherSite,
    /// The device did not verify who holds it.
    #[error("the device has not verified its holder")]
    NotVerified,
    /// A key of a kind that was not asked for, or none.
    #[error("the key is not of a kind that was asked for")]
    OtherKey,
    /// The passkey is not this officer's, or the signature not its own.
    #[error("the signature is not right")]
    WrongSignature,
}

/// What is read of the answer in common.
#[derive(Deserialize)]
struct Answer<R> {
    #[serde(rename = "rawId")]
    id: String,
    response: R,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MadeResponse {
    #[serde(rename = "clientDataJSON")]
    client: String,
    attestation_object: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GivenResponse {
    #[serde(rename = "clientDataJSON")]
    client: String,
    authenticator_data: String,
    signature: String,
    user_handle: Option<String>,
}

/// A passkey that was made.
pub struct Made {
    pub(super) id: Vec<u8>,
    pub(super) client: ClientData,
    pub(super) attestation: Vec<u8>,
}

/// A passkey that was used.
pub struct Given {
    pub(in crate::sign_in) id: Vec<u8>,
    pub(super) client: ClientData,
    pub(super) authenticator: Vec<u8>,
    pub(super) signature: Vec<u8>,
    handle: Option<MatterId>,
}

impl Made {
    /// Reads an answer.
    ///
    /// # Errors
    /// When it is too long or not of the form that browsers send.
    pub fn read(answer: &str) -> Result<Self, UnfitAnswer> {
        let Answer { id, response } = parse::<Answer<MadeResponse>>(answer)?;
        let client = ClientData::read(&response.client)?;
        Ok(Self { id: bytes(&id)?, client, attestation: bytes(&response.attestation_object)? })
    }
}

impl Given {
    /// Reads an answer.
    ///
    /// # Errors
    /// When it is too long or not of the form that browsers send.
    pub fn read(answer: &str) -> Result<Self, UnfitAnswer> {
        let Answer { id, response } = parse::<Answer<GivenResponse>>(answer)?;
        let handle = response.user_handle.filter(|handle| !handle.is_empty());
        Ok(Self {
            id: bytes(&id)?,
            client: ClientData::read(&response.client)?,
            authenticator: bytes(&response.authenticator_data)?,
            signature: bytes(&response.signature)?,
            handle: handle.map(|handle| bytes(&handle)).transpose()?.and_then(|h| MatterId::from_slice(&h)),
        })
    }

    /// The challenge it says it answers.
    pub fn challenge(&self) -> Challenge {
        self.client.challenge
    }

    /// Whose passkey it says it is.
    pub fn handle(&self) -> Option<MatterId> {
        self.handle
    }

    /// The name of the passkey, as text.
    pub fn name(&self) -> String {
        BASE64URL_NOPAD.encode(&self.id)
    }
}

/// What the browser says it did, and the very bytes in which it says so: the passkey signs their hash.
pub(super) struct ClientData {
    pub(super) bytes: Vec<u8>,
    pub(super) challenge: Challenge,
    what: String,
    origin: String,
    framed: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    #[serde(rename = "type")]
    what: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
}

impl ClientData {
    fn read(text: &str) -> Result<Self, UnfitAnswer> {
        let bytes = bytes(text)?;
        let said: Said = serde_json::from_slice(&bytes).map_err(|_| UnfitAnswer::Unreadable)?;
        let challenge = Challenge::read(&said.challenge).ok_or(UnfitAnswer::Unreadable)?;
        let framed = said.cross_origin || said.top_origin.is_some();
        Ok(Self { bytes, challenge, what: said.what, origin: said.origin, framed })
    }

    /// Whether the browser did this, for this challenge, on a page of this site that stood in no other site's frame.
    pub(super) fn check(&self, what: &str, site: &Site, asked: &Challenge) -> Result<(), UnfitAnswer> {
        if self.what != what {
            return Err(UnfitAnswer::OtherCeremony);
        }
        if self.challenge != *asked {
            return Err(UnfitAnswer::OtherChallenge);
        }
        if self.origin != site.origin() || self.framed { Err(UnfitAnswer::OtherSite) } else { Ok(()) }
    }
}

fn parse<'a, T: Deserialize<'a>>(answer: &'a str) -> Result<T, UnfitAnswer> {
    if answer.len() > ANSWER_BYTES {
        return Err(UnfitAnswer::Unreadable);
    }
    serde_json::from_str(answer).map_err(|_| UnfitAnswer::Unreadable)
}

fn bytes(text: &str) -> Result<Vec<u8>, UnfitAnswer> {
    BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| UnfitAnswer::Unreadable)
}
