//! What the ledger does about passkeys: finds the one that an answer names, adds and removes those of an officer, lists them.

use comity_domain::act::{Data, Line, Target};
use comity_domain::matters::officer::{AddPasskey, RemovePasskey};
use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::passkey::{Given, Kept, KnownPasskey, NewPasskey, Owner};
use super::record::bytes;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::Officer;

/// A passkey, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyLine {
    /// The entry that added it.
    pub entry: Hash,
    /// What its owner calls it, while that content is present.
    pub nickname: String,
    /// Since when.
    pub added: Timestamp,
    /// Whether it may lie in several devices of its owner.
    pub copied: bool,
    /// Its name, which browsers are asked for.
    pub id: Vec<u8>,
}

impl Ledger {
    /// The passkey that an answer names, of whomever the answer says it is; that of nobody where nobody has it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn passkey(&mut self, given: &Given) -> Result<KnownPasskey, Failure> {
        let of = self.officers()?.into_iter().find(|officer| Some(officer.record) == given.handle());
        match of {
            Some(officer) => self.passkey_of(&officer.record, given),
            None => Ok(KnownPasskey::of_nobody()),
        }
    }

    /// The passkey that an answer names, among those of this officer.
    ///
    /// # Errors
    /// When there is no such record, or the store cannot be read.
    pub fn passkey_of(&mut self, record: &MatterId, given: &Given) -> Result<KnownPasskey, Failure> {
        let kept = self.kept_passkeys(record)?;
        let named = kept.into_iter().find(|(_, kept)| kept.id == given.id);
        Ok(named.map_or_else(KnownPasskey::of_nobody, |(entry, kept)| {
            KnownPasskey::new(Owner { record: *record, entry }, kept)
        }))
    }

    /// The passkeys of an officer, oldest first.
    ///
    /// # Errors
    /// When there is no such record, or the store cannot be read.
    pub fn passkeys(&mut self, record: &MatterId) -> Result<Vec<PasskeyLine>, Failure> {
        let mut lines = Vec::new();
        for (entry, kept) in self.kept_passkeys(record)? {
            let nickname = self.text_of(&[(entry, ())], "passkey", "nickname")?;
            let Some(added) = self.matter(record)?.entry(&entry).map(|entry| entry.header().at) else {
                continue;
            };
            let nickname = nickname.unwrap_or_default();
            lines.push(PasskeyLine { entry, nickname, added, copied: kept.copied, id: kept.id });
        }
        Ok(lines)
    }

    /// Adds a passkey to those of an officer.
    ///
    /// # Errors
    /// When somebody here has it already; refused when the officer has too many.
    pub fn add_passkey(
        &mut self,
        pending: &mut Pending,
        officer: &Officer,
        nickname: Line,
        passkey: &NewPasskey,
    ) -> Result<Hash, Failure> {
        let NewPasskey { kept, count } = passkey;
        for other in self.officers()? {
            if self.kept_passkeys(&other.record)?.iter().any(|(_, known)| known.id == kept.id) {
                return Err(Failure::Usage("this passkey is known here already".into()));
            }
        }
        let act = AddPasskey { nickname, count: *count, credential: Data(kept.bytes()) };
        self.record_of(pending, &officer.record, act, Some(officer))
    }

    /// Removes a passkey of an officer.
    ///
    /// # Errors
    /// Refused when it is none of theirs.
    pub fn remove_passkey(
        &mut self,
        pending: &mut Pending,
        officer: &Officer,
        entry: Hash,
    ) -> Result<Hash, Failure> {
        self.record_of(pending, &officer.record, RemovePasskey { of: Target::from(entry) }, Some(officer))
    }

    fn kept_passkeys(&mut self, record: &MatterId) -> Result<Vec<(Hash, Kept)>, Failure> {
        let passkeys = self.officer_lane(record)?.means.passkeys;
        let mut all = Vec::with_capacity(passkeys.len());
        for passkey in passkeys {
            let credential = bytes(self.secret(&passkey.entry, "credential")?);
            all.extend(credential.and_then(|kept| Kept::read(&kept)).map(|kept| (passkey.entry, kept)));
        }
        Ok(all)
    }
}
