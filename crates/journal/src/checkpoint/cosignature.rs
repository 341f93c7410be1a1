//! Cosignatures: a witness's word that it saw a checkpoint at a time, and that it continues all it had seen.
//!
//! The signed text is `cosignature/v1`, the time in seconds, and the checkpoint's three lines. No origin starts
//! with that first line, so a cosignature is never taken for a checkpoint. Specification: c2sp.org/tlog-cosignature,
//! the Ed25519 form in suite 1.

use serde::{Deserialize, Serialize};

use super::note::{Line, Use, is_name, key_id};
use super::{CheckpointError, SignedCheckpoint};
use crate::suite::{PublicKey, SecretKey, Signature, Suite};
use crate::time::Timestamp;

/// A cosignature line, well formed but unchecked. Travels as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cosignature {
    name: String,
    id: [u8; 4],
    seconds: u64,
    signature: Signature,
}

impl std::fmt::Display for Cosignature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let payload = [&self.seconds.to_be_bytes(), self.signature.as_bytes().as_slice()].concat();
        Line { name: &self.name, id: self.id, payload }.fmt(f)
    }
}

impl From<Cosignature> for String {
    fn from(cosignature: Cosignature) -> Self {
        cosignature.to_string()
    }
}

impl TryFrom<String> for Cosignature {
    type Error = CheckpointError;

    /// Reads one line, without its newline.
    fn try_from(line: String) -> Result<Self, CheckpointError> {
        Self::read(&line).ok_or(CheckpointError::Line(1))
    }
}

impl Cosignature {
    /// What the witness calls itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Checks this cosignature of `checkpoint` by the witness's key, and gives its time, in whole seconds.
    ///
    /// # Errors
    /// [`CheckpointError`] says what does not hold.
    pub fn verify(
        &self,
        checkpoint: &SignedCheckpoint,
        witness: &PublicKey,
        suite: Suite,
    ) -> Result<Timestamp, CheckpointError> {
        let parts = checkpoint.parts()?;
        parts.may_be_cosigned_by(&self.name)?;
        self.check(parts.body, witness, suite)
    }

    pub(super) fn make(
        body: &str,
        witness: &SecretKey,
        name: &str,
        at: Timestamp,
    ) -> Result<Self, CheckpointError> {
        if !is_name(name) {
            return Err(CheckpointError::WitnessName);
        }
        let seconds = u64::try_from(at.millis()).map_err(|_| CheckpointError::Time)? / 1000;
        let signature = witness.sign(message(body, seconds).as_bytes());
        let id = key_id(name, Use::Cosignature, witness.suite(), &witness.public());
        Ok(Self { name: name.to_owned(), id, seconds, signature })
    }

    /// Reads a line; `None` when it is not the one spelling of a cosignature.
    pub(super) fn read(line: &str) -> Option<Self> {
        let Line { name, id, payload } = Line::read(line)?;
        let (seconds, signature) = payload.split_first_chunk()?;
        let signature = Signature::from_slice(signature)?;
        Some(Self { name: name.to_owned(), id, seconds: u64::from_be_bytes(*seconds), signature })
    }

    pub(super) fn check(
        &self,
        body: &str,
        witness: &PublicKey,
        suite: Suite,
    ) -> Result<Timestamp, CheckpointError> {
        if self.id != key_id(&self.name, Use::Cosignature, suite, witness) {
            return Err(CheckpointError::OtherKey);
        }
        suite
            .verify(witness, message(body, self.seconds).as_bytes(), &self.signature)
            .map_err(|_| CheckpointError::BadSignature)?;
        let millis = i64::try_from(self.seconds).ok().and_then(|seconds| seconds.checked_mul(1000));
        millis.map(Timestamp::from_millis).ok_or(CheckpointError::Time)
    }
}

fn message(body: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{body}")
}
