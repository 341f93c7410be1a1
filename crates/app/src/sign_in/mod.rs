//! How officers sign in: a passkey alone; or a password, with a code of an authenticator, a recovery code or a passkey.
//!
//! Checking is slow on purpose, so it never runs on the ledger's thread: [`Ledger::credentials`](crate::ledger::Ledger)
//! gives owned data, [`Credentials`] are checked anywhere, and what was [`Checked`] is recorded by the ledger, which
//! refuses it if anything it rested on has changed meanwhile. Not here: sessions, pages and addresses.
//!
//! Invariant: what a stranger hears and how long it takes does not depend on whether anybody of that name works here.
//!
//! Specifications: RFC 9106 (Argon2), RFC 6238 and RFC 4226 (codes), NIST SP 800-63B (passwords),
//! Web Authentication Level 3 (passkeys).

mod attempts;
mod code;
mod credentials;
mod enrolment;
mod passkey;
mod password;
mod record;
mod record_passkeys;
mod recovery;
mod totp;

pub use attempts::{Attempts, TryLater, Who};
pub use code::Code;
pub use credentials::{Checked, Credentials, KnownPassword, NotSignedIn, Second};
pub use enrolment::{ConfirmedAuthenticator, Enrolled, Enrolment, Invited, NewAuthenticator, NotInvited};
pub use passkey::{Account, Challenge, Challenges, Given, KnownPasskey, Made, NewPasskey, Site, UnfitAnswer};
pub use password::{PasswordHash, Salt, UnfitPassword};
pub use record_passkeys::PasskeyLine;
pub use recovery::RecoveryCodes;
pub use totp::TotpSecret;
