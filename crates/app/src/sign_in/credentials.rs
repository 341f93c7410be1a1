//! What one officer signs in with, taken out of the ledger so that it can be checked anywhere; and what was checked.

use std::collections::BTreeSet;

use comity_domain::matters::officer::{Proof, SignInMeans};
use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::password::PasswordHash;
use super::recovery;
use super::totp::TotpSecret;

/// It was not right. Not what was not, and not whether anybody of that name works here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("name, password or code is not right")]
pub struct NotSignedIn;

/// What one officer signs in with, or what stands for an officer who is not there. Both are checked alike.
#[derive(Clone, Debug)]
pub struct Credentials {
    password: PasswordHash,
    of: Option<Kept>,
}

/// What is kept of an officer who can sign in with a password.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) record: MatterId,
    /// The entry that holds the password.
    pub(super) password: Hash,
    pub(super) totp: TotpSecret,
    pub(super) totp_step: Option<u64>,
    pub(super) recovery: Vec<Hash>,
    pub(super) recovery_used: BTreeSet<u32>,
}

/// A password was right. It opens nothing yet: a second proof is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPassword {
    record: MatterId,
    password: Hash,
}

impl KnownPassword {
    /// The officer's record.
    pub fn record(&self) -> MatterId {
        self.record
    }
}

/// The second proof, as typed.
#[derive(Clone, Copy, Debug)]
pub enum Second<'a> {
    /// The code an authenticator shows.
    Totp(&'a str),
    /// One of the recovery codes.
    Recovery(&'a str),
}

/// All that was asked was right. Nothing but a check makes one; the ledger records it.
#[derive(Clone, Debug)]
pub struct Checked {
    pub(super) record: MatterId,
    /// The entry that holds the password, where one was asked for.
    pub(super) password: Option<Hash>,
    pub(super) proof: Proof,
    pub(super) recovery: Option<u32>,
}

impl Checked {
    /// The officer's record.
    pub fn record(&self) -> MatterId {
        self.record
    }

    /// By what the officer is known.
    pub fn means(&self) -> SignInMeans {
        self.proof.means
    }

    /// A passkey in place of the authenticator, after a password that was right.
    ///
    /// # Errors
    /// [`NotSignedIn`] when it is somebody else's passkey.
    pub fn after(self, known: &KnownPassword) -> Result<Self, NotSignedIn> {
        if known.record != self.record {
            return Err(NotSignedIn);
        }
        let proof = Proof { means: SignInMeans::PasswordPasskey, ..self.proof };
        Ok(Self { password: Some(known.password), proof, ..self })
    }
}

impl Credentials {
    pub(super) fn new(password: PasswordHash, of: Kept) -> Self {
        Self { password, of: Some(of) }
    }

    /// Those of nobody: never right, and as slow as anybody's.
    pub fn of_nobody() -> Self {
        Self { password: PasswordHash::of_nobody(), of: None }
    }

    /// Checks a password. Takes a good part of a second, whoever is meant: not for a thread that others wait for.
    ///
    /// # Errors
    /// [`NotSignedIn`] when it is not right.
    pub fn check_password(&self, typed: &str) -> Result<KnownPassword, NotSignedIn> {
        let fits = self.password.fits(typed);
        match &self.of {
            Some(kept) if fits => Ok(KnownPassword { record: kept.record, password: kept.password }),
            _ => Err(NotSignedIn),
        }
    }

    /// Checks the second proof after a password that was right and still is the officer's.
    ///
    /// # Errors
    /// [`NotSignedIn`] when it is not right, was used before, or the password has changed since.
    pub fn check_second(
        &self,
        known: &KnownPassword,
        second: Second<'_>,
        now: Timestamp,
    ) -> Result<Checked, NotSignedIn> {
        let same = |kept: &&Kept| kept.record == known.record && kept.password == known.password;
        let kept = self.of.as_ref().filter(same).ok_or(NotSignedIn)?;
        let checked = |means, step, recovery| Checked {
            record: kept.record,
            password: Some(kept.password),
            proof: Proof { means, step, passkey: None, count: None },
            recovery,
        };
        match second {
            Second::Totp(typed) => {
                let step = kept.totp.step_of_code(typed, now, kept.totp_step).ok_or(NotSignedIn)?;
                Ok(checked(SignInMeans::PasswordTotp, Some(step), None))
            }
            Second::Recovery(typed) => {
                let number = recovery::number_of(typed, &kept.recovery, &kept.recovery_used);
                Ok(checked(SignInMeans::RecoveryCode, None, Some(number.ok_or(NotSignedIn)?)))
            }
        }
    }

    /// Checks password and second proof at once.
    ///
    /// # Errors
    /// As [`Self::check_password`] and [`Self::check_second`].
    pub fn check(&self, password: &str, second: Second<'_>, now: Timestamp) -> Result<Checked, NotSignedIn> {
        self.check_second(&self.check_password(password)?, second, now)
    }
}
