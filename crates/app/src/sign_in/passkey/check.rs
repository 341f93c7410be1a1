//! Whether what was made or given is what was asked for.

use ciborium::Value;
use comity_domain::matters::officer::{Proof, SignInMeans};
use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use comity_journal::{cbor, part};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::super::credentials::{Checked, NotSignedIn};
use super::answer::{Given, Made, UnfitAnswer};
use super::authenticator::{Said, map};
use super::challenge::Challenge;
use super::public_key::PublicKey;
use super::site::Site;

/// What is kept of a passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::sign_in) struct Kept {
    /// Its name.
    #[serde(with = "part::bytes")]
    pub(in crate::sign_in) id: Vec<u8>,
    key: PublicKey,
    /// Whether it may lie in several devices of its owner.
    pub(in crate::sign_in) copied: bool,
}

impl Kept {
    pub(in crate::sign_in) fn bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    pub(in crate::sign_in) fn read(bytes: &[u8]) -> Option<Self> {
        cbor::decode(bytes).ok()
    }
}

/// A passkey that was made as it was asked for. Nothing but a check makes one; the ledger records it.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    pub(in crate::sign_in) kept: Kept,
    pub(in crate::sign_in) count: u32,
}

impl Made {
    /// Checks it against what was asked.
    ///
    /// # Errors
    /// [`UnfitAnswer`] says what it is not.
    pub fn check(&self, site: &Site, asked: &Challenge) -> Result<NewPasskey, UnfitAnswer> {
        self.client.check("webauthn.create", site, asked)?;
        let attestation = map(&mut self.attestation.as_slice())?;
        let data = attestation.iter().find(|(key, _)| key.as_text() == Some("authData"));
        let data = data.and_then(|(_, value)| Value::as_bytes(value)).ok_or(UnfitAnswer::Unreadable)?;
        let said = Said::read(data)?;
        said.check(site)?;
        let copied = said.may_be_copied();
        let (id, key) = said.passkey.ok_or(UnfitAnswer::OtherKey)?;
        if id != self.id {
            return Err(UnfitAnswer::Unreadable);
        }
        Ok(NewPasskey { kept: Kept { id: id.to_vec(), key, copied }, count: said.count })
    }
}

/// Whose passkey it is.
#[derive(Clone, Copy, Debug)]
pub(in crate::sign_in) struct Owner {
    pub(in crate::sign_in) record: MatterId,
    /// The entry that added it.
    pub(in crate::sign_in) entry: Hash,
}

/// The passkey that an answer names, taken out of the ledger so that it can be checked anywhere; or what stands for one that
/// nobody here has. Both are checked alike.
#[derive(Clone, Debug)]
pub struct KnownPasskey {
    key: PublicKey,
    of: Option<(Owner, bool)>,
}

impl KnownPasskey {
    pub(in crate::sign_in) fn new(owner: Owner, kept: Kept) -> Self {
        Self { key: kept.key, of: Some((owner, kept.copied)) }
    }

    /// That of nobody: never right, and as slow as anybody's.
    pub fn of_nobody() -> Self {
        Self { key: PublicKey::of_nobody(), of: None }
    }

    /// Checks an answer against what was asked, and that this passkey gave it. The device has verified its holder, so it
    /// is two proofs in one: what somebody has, and who they are or what they know.
    ///
    /// # Errors
    /// [`NotSignedIn`] when anything of it is not right.
    pub fn check(&self, site: &Site, asked: &Challenge, given: &Given) -> Result<Checked, NotSignedIn> {
        self.check_answer(site, asked, given).map_err(|_| NotSignedIn)
    }

    /// As [`Self::check`], saying what was not right.
    ///
    /// # Errors
    /// [`UnfitAnswer`].
    pub fn check_answer(
        &self,
        site: &Site,
        asked: &Challenge,
        given: &Given,
    ) -> Result<Checked, UnfitAnswer> {
        given.client.check("webauthn.get", site, asked)?;
        let said = Said::read(&given.authenticator)?;
        said.check(site)?;
        let message = [given.authenticator.as_slice(), &Sha256::digest(&given.client.bytes)].concat();
        let signed = self.key.signed(&message, &given.signature);
        // Whose it is is looked at last, when all that takes time is done.
        let of = self.of.filter(|(owner, copied)| {
            signed && said.may_be_copied() == *copied && given.handle().is_none_or(|of| of == owner.record)
        });
        let (owner, _) = of.ok_or(UnfitAnswer::WrongSignature)?;
        let proof = Proof {
            means: SignInMeans::Passkey,
            step: None,
            passkey: Some(owner.entry),
            count: Some(said.count),
        };
        Ok(Checked { record: owner.record, password: None, proof, recovery: None })
    }
}
