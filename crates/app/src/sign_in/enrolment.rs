//! Taking up an invitation: choose a password, set up an authenticator, confirm it with a code, keep recovery codes.
//!
//! Nothing is recorded before the last step, so an enrolment that is given up leaves the invitation as it was.

use comity_journal::entropy::Entropy;
use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::password::{PasswordHash, Salt, UnfitPassword};
use super::recovery::RecoveryCodes;
use super::totp::TotpSecret;

/// The code opens nothing: mistyped, taken up already, overtaken by another, or run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this invitation cannot be taken up")]
pub struct NotInvited;

/// An officer who holds an invitation that can be taken up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// The officer's record.
    pub record: MatterId,
    /// The officer's name.
    pub name: String,
    pub(super) invitation: Hash,
}

/// An authenticator that has not shown yet that it makes the right codes.
#[derive(Clone, Debug)]
pub struct NewAuthenticator {
    secret: TotpSecret,
}

/// An authenticator that has.
#[derive(Clone, Debug)]
pub struct ConfirmedAuthenticator {
    pub(super) secret: TotpSecret,
    pub(super) step: u64,
}

impl NewAuthenticator {
    /// Draws its secret.
    pub fn draw(entropy: &mut dyn Entropy) -> Self {
        Self { secret: TotpSecret::draw(entropy) }
    }

    /// What it is set up with.
    pub fn secret(&self) -> &TotpSecret {
        &self.secret
    }

    /// Confirms it by a code it shows now; `None` when the code is another.
    pub fn confirm(&self, typed: &str, now: Timestamp) -> Option<ConfirmedAuthenticator> {
        let step = self.secret.step_of_code(typed, now, None)?;
        Some(ConfirmedAuthenticator { secret: self.secret.clone(), step })
    }
}

/// An enrolment under way: the password is chosen, the authenticator not confirmed yet.
#[derive(Clone, Debug)]
pub struct Enrolment {
    invited: Invited,
    password: PasswordHash,
    authenticator: NewAuthenticator,
}

/// An enrolment ready to be recorded.
#[derive(Clone, Debug)]
pub struct Enrolled {
    pub(super) invited: Invited,
    pub(super) password: PasswordHash,
    pub(super) authenticator: ConfirmedAuthenticator,
    pub(super) recovery: RecoveryCodes,
}

impl Enrolment {
    /// Begins with the password and an authenticator to be set up. Takes a good part of a second.
    ///
    /// # Errors
    /// [`UnfitPassword`] says why it cannot be one.
    pub fn begin(
        invited: Invited,
        password: &str,
        salt: Salt,
        authenticator: NewAuthenticator,
    ) -> Result<Self, UnfitPassword> {
        let password = PasswordHash::of(password, &invited.name, salt)?;
        Ok(Self { invited, password, authenticator })
    }

    /// Who enrols.
    pub fn invited(&self) -> &Invited {
        &self.invited
    }

    /// What the authenticator is set up with.
    pub fn secret(&self) -> &TotpSecret {
        self.authenticator.secret()
    }

    /// Confirms the authenticator by a code it shows now, and draws recovery codes; `None` when the code is another.
    pub fn confirm(&self, typed: &str, now: Timestamp, entropy: &mut dyn Entropy) -> Option<Enrolled> {
        let authenticator = self.authenticator.confirm(typed, now)?;
        let (invited, password) = (self.invited.clone(), self.password.clone());
        Some(Enrolled { invited, password, authenticator, recovery: RecoveryCodes::draw(entropy) })
    }
}

impl Enrolled {
    /// The recovery codes, to be shown once it is recorded, and never again.
    pub fn recovery(&self) -> &RecoveryCodes {
        &self.recovery
    }
}
