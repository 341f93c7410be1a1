//! What the ledger does about signing in: gives credentials out to be checked, and records what came of it.

use std::collections::BTreeMap;

use ciborium::Value;
use comity_domain::act::{Data, Line, SECRET, Several};
use comity_domain::gates::{Refusal, rules};
use comity_domain::matters::node::Trouble;
use comity_domain::matters::officer::{
    EnrolTotp, Means, Proof, ProveAgain, SetPassword, SetRecoveryCodes, SignIn, UseRecoveryCode,
};
use comity_journal::cbor;
use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use unicode_normalization::UnicodeNormalization as _;

use super::code::Code;
use super::credentials::{Checked, Credentials, Kept};
use super::enrolment::{ConfirmedAuthenticator, Enrolled, Invited, NotInvited};
use super::password::PasswordHash;
use super::recovery::RecoveryCodes;
use super::totp::TotpSecret;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::Officer;

impl Ledger {
    /// What the officer of this name signs in with; of nobody where there is none, or none who can sign in.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn credentials(&mut self, name: &str) -> Result<Credentials, Failure> {
        let name: String = name.trim().nfc().collect();
        let named = self.officers()?.into_iter().find(|officer| officer.name == name);
        named.map_or_else(|| Ok(Credentials::of_nobody()), |officer| self.credentials_of(&officer.record))
    }

    /// What the officer of this record signs in with; of nobody where that is nothing.
    ///
    /// # Errors
    /// When there is no such record, or the store cannot be read.
    pub fn credentials_of(&mut self, record: &MatterId) -> Result<Credentials, Failure> {
        let lane = self.officer_lane(record)?;
        let Means { password: Some(password), totp: Some(totp), recovery, totp_step, recovery_used, .. } =
            lane.means
        else {
            return Ok(Credentials::of_nobody());
        };
        let hash = text(self.secret(&password, "password")?).and_then(|kept| PasswordHash::from_kept(&kept));
        let secret =
            bytes(self.secret(&totp, "authenticator")?).and_then(|kept| TotpSecret::from_kept(&kept));
        let (Some(hash), Some(totp)) = (hash, secret) else { return Ok(Credentials::of_nobody()) };
        let codes = recovery.map(|entry| self.secret(&entry, "codes")).transpose()?.flatten();
        let recovery = hashes(codes);
        Ok(Credentials::new(
            hash,
            Kept { record: *record, password, totp, totp_step, recovery, recovery_used },
        ))
    }

    /// Whether anybody can sign in at all; nobody can on a node that has just been made.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn anybody_can_sign_in(&mut self) -> Result<bool, Failure> {
        for officer in self.officers()? {
            if self.officer_lane(&officer.record)?.can_sign_in() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Records that an officer has signed in, and gives the officer as the record stands now.
    ///
    /// # Errors
    /// Refused when what was checked no longer holds: the code was taken meanwhile, the password changed, the passkey
    /// removed, the officer dismissed.
    pub fn record_sign_in(&mut self, pending: &mut Pending, checked: &Checked) -> Result<Officer, Failure> {
        let officer = self.still_right(pending, checked)?;
        self.record_of(pending, &checked.record, SignIn::from(checked.proof), Some(&officer))?;
        Ok(officer)
    }

    /// Records that an officer who is signed in has proven it again.
    ///
    /// # Errors
    /// As [`Self::record_sign_in`].
    pub fn record_proven_again(&mut self, pending: &mut Pending, checked: &Checked) -> Result<(), Failure> {
        let officer = self.still_right(pending, checked)?;
        self.record_of(pending, &checked.record, ProveAgain::from(checked.proof), Some(&officer)).map(drop)
    }

    /// The officer, if what was checked still holds; what can be used once is used up.
    fn still_right(&mut self, pending: &mut Pending, checked: &Checked) -> Result<Officer, Failure> {
        let Checked { record, password, proof, recovery } = *checked;
        let past = || Failure::from(Refusal::under(rules::NOT_NOW));
        let officer = self.officer_of(&record)?.ok_or_else(past)?;
        let means = self.officer_lane(&record)?.means;
        if password.is_some() && means.password != password {
            return Err(past());
        }
        if let (Some(entry), Some(count)) = (proof.passkey, proof.count)
            && means.passkey(&entry).is_some_and(|passkey| !passkey.goes_on_to(count))
        {
            self.record_incident(pending, Trouble::PasskeyWentBack, None, Some(entry), None)?;
            return Err(past());
        }
        if let Some(number) = recovery {
            self.record_of(pending, &record, UseRecoveryCode { number }, Some(&officer))?;
        }
        Ok(officer)
    }

    /// Records that somebody plays an officer in a demonstration. Nothing was checked, and the record says so.
    ///
    /// # Errors
    /// Refused when nobody of that record works here.
    pub fn record_demo_sign_in(
        &mut self,
        pending: &mut Pending,
        record: &MatterId,
    ) -> Result<Officer, Failure> {
        let officer = self.officer_of(record)?.ok_or(Refusal::under(rules::NOT_NOW))?;
        self.record_of(pending, record, SignIn::from(Proof::DEMO), Some(&officer))?;
        Ok(officer)
    }

    /// Who was handed this invitation.
    ///
    /// # Errors
    /// When the store cannot be read; inside, [`NotInvited`] when the code opens nothing.
    pub fn invited(&mut self, typed: &str) -> Result<Result<Invited, NotInvited>, Failure> {
        let Some(typed) = Code::parse::<{ Code::INVITATION }>(typed).map(|code| code.hash()) else {
            return Ok(Err(NotInvited));
        };
        let now = self.now();
        for Officer { record, name, .. } in self.officers()? {
            let Some(invitation) = self.officer_lane(&record)?.invited else { continue };
            let kept = bytes(self.secret(&invitation.entry, "code")?);
            if kept.is_some_and(|kept| kept == typed.as_bytes()) && now <= invitation.expires {
                return Ok(Ok(Invited { record, name, invitation: invitation.entry }));
            }
        }
        Ok(Err(NotInvited))
    }

    /// Records an enrolment. What the officer signed in with before ends, all sessions too.
    ///
    /// # Errors
    /// Refused when the invitation was taken up meanwhile, overtaken by another, or has run out.
    pub fn enrol(&mut self, pending: &mut Pending, enrolled: &Enrolled) -> Result<Officer, Failure> {
        let Enrolled { invited, password, authenticator, recovery } = enrolled;
        let officer = self.officer_of(&invited.record)?.ok_or(Refusal::under(rules::NOT_NOW))?;
        self.keep_password(pending, &officer, password, Some(invited.invitation))?;
        self.set_authenticator(pending, &officer, authenticator)?;
        self.set_recovery_codes(pending, &officer, recovery)?;
        self.officer_now(&officer)
    }

    /// Gives an officer another password. All sessions end; the officer given back is what a new one begins with.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn set_password(
        &mut self,
        pending: &mut Pending,
        officer: &Officer,
        password: &PasswordHash,
    ) -> Result<Officer, Failure> {
        self.keep_password(pending, officer, password, None)?;
        self.officer_now(officer)
    }

    /// Gives an officer another authenticator.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn set_authenticator(
        &mut self,
        pending: &mut Pending,
        officer: &Officer,
        authenticator: &ConfirmedAuthenticator,
    ) -> Result<(), Failure> {
        let ConfirmedAuthenticator { secret, step } = authenticator;
        let act = EnrolTotp { step: *step, authenticator: Data(secret.bytes().to_vec()) };
        self.record_of(pending, &officer.record, act, Some(officer)).map(drop)
    }

    /// Gives an officer other recovery codes; those before are void.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn set_recovery_codes(
        &mut self,
        pending: &mut Pending,
        officer: &Officer,
        recovery: &RecoveryCodes,
    ) -> Result<(), Failure> {
        let codes = recovery.hashes();
        let count = u32::try_from(codes.len()).unwrap_or(0);
        let codes = Several::try_from(codes).map_err(|error| Failure::Fault(error.to_string()))?;
        let act = SetRecoveryCodes { count, codes };
        self.record_of(pending, &officer.record, act, Some(officer)).map(drop)
    }

    fn keep_password(
        &mut self,
        pending: &mut Pending,
        officer: &Officer,
        password: &PasswordHash,
        invitation: Option<Hash>,
    ) -> Result<(), Failure> {
        let password = Line::new(password.as_str()).map_err(|error| Failure::Fault(error.to_string()))?;
        let act = SetPassword { invitation, password };
        self.record_of(pending, &officer.record, act, Some(officer)).map(drop)
    }

    fn officer_now(&mut self, officer: &Officer) -> Result<Officer, Failure> {
        Ok(Officer { endings: self.officer_lane(&officer.record)?.endings, ..officer.clone() })
    }

    /// A field of what an entry keeps secret, while it is kept.
    pub(super) fn secret(&self, entry: &Hash, field: &str) -> Result<Option<Value>, Failure> {
        let parts = self.store.parts(entry)?;
        let part = parts.into_iter().find(|part| part.label.as_str() == SECRET);
        let fields = part.and_then(|part| cbor::decode::<BTreeMap<String, Value>>(&part.bytes).ok());
        Ok(fields.and_then(|mut fields| fields.remove(field)))
    }
}

fn text(value: Option<Value>) -> Option<String> {
    value.and_then(|value| value.into_text().ok())
}

pub(super) fn bytes(value: Option<Value>) -> Option<Vec<u8>> {
    value.and_then(|value| value.into_bytes().ok())
}

fn hashes(value: Option<Value>) -> Vec<Hash> {
    let items = value.and_then(|value| value.into_array().ok()).unwrap_or_default();
    items.into_iter().filter_map(|item| Hash::from_slice(&item.into_bytes().ok()?)).collect()
}
