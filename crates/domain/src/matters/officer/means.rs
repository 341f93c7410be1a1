//! What an officer signs in with, and whether what was shown can be it: known by the entries that hold it, never by the secret.
//!
//! Invariant: nothing that can be shown once is allowed twice.

use std::collections::BTreeSet;

use comity_journal::suite::Hash;

use super::acts::{ProveAgain, ProveAgainStructure, SignIn, SignInMeans, SignInStructure};

/// A passkey that can be signed in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// The entry that added it.
    pub entry: Hash,
    /// How many signatures it said it had made when it was last used; zero where it does not count.
    pub count: u32,
}

/// By what somebody was known, as a structure says it: the same for signing in and for proving it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// By what.
    pub means: SignInMeans,
    /// The time step of an authenticator's code.
    pub step: Option<u64>,
    /// The entry that added the passkey.
    pub passkey: Option<Hash>,
    /// How many signatures the passkey says it has made.
    pub count: Option<u32>,
}

impl Proof {
    /// Nothing was shown: a demonstration.
    pub const DEMO: Self = Self { means: SignInMeans::Demo, step: None, passkey: None, count: None };
}

impl From<Proof> for SignIn {
    fn from(Proof { means, step, passkey, count }: Proof) -> Self {
        Self { means, step, passkey, count }
    }
}

impl From<Proof> for ProveAgain {
    fn from(Proof { means, step, passkey, count }: Proof) -> Self {
        Self { means, step, passkey, count }
    }
}

impl From<&SignInStructure> for Proof {
    fn from(said: &SignInStructure) -> Self {
        Self { means: said.means, step: said.step, passkey: said.passkey, count: said.count }
    }
}

impl From<&ProveAgainStructure> for Proof {
    fn from(said: &ProveAgainStructure) -> Self {
        Self { means: said.means, step: said.step, passkey: said.passkey, count: said.count }
    }
}

/// What there is to sign in with, each by the entry that holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Means {
    /// The password.
    pub password: Option<Hash>,
    /// The authenticator.
    pub totp: Option<Hash>,
    /// The time step of the latest code of it that was taken.
    pub totp_step: Option<u64>,
    /// The recovery codes.
    pub recovery: Option<Hash>,
    /// How many recovery codes there were at first.
    pub recovery_count: u32,
    /// The numbers of those used up.
    pub recovery_used: BTreeSet<u32>,
    /// The passkeys, oldest first.
    pub passkeys: Vec<Passkey>,
}

impl Means {
    /// The most passkeys an officer has.
    pub const PASSKEYS: usize = 10;

    /// The passkey that this entry added.
    pub fn passkey(&self, entry: &Hash) -> Option<&Passkey> {
        self.passkeys.iter().find(|passkey| passkey.entry == *entry)
    }

    /// Whether there is what a person is said to have shown, and it has not been shown before.
    pub fn allow(&self, proof: &Proof) -> bool {
        let Proof { means, step, passkey, count } = *proof;
        let by_passkey = passkey.and_then(|entry| self.passkey(&entry)).zip(count);
        let by_passkey = by_passkey.is_some_and(|(passkey, count)| passkey.goes_on_to(count));
        let no_passkey = passkey.is_none() && count.is_none();
        match means {
            SignInMeans::PasswordTotp => {
                self.password.is_some() && self.totp.is_some() && step > self.totp_step && no_passkey
            }
            SignInMeans::RecoveryCode => self.password.is_some() && step.is_none() && no_passkey,
            SignInMeans::Passkey => by_passkey && step.is_none(),
            SignInMeans::PasswordPasskey => self.password.is_some() && by_passkey && step.is_none(),
            SignInMeans::Demo => step.is_none() && no_passkey,
        }
    }

    pub(super) fn used(&mut self, proof: &Proof) {
        self.totp_step = self.totp_step.max(proof.step);
        let known = self.passkeys.iter_mut().find(|passkey| Some(passkey.entry) == proof.passkey);
        if let (Some(passkey), Some(count)) = (known, proof.count) {
            passkey.count = count;
        }
    }
}

impl Passkey {
    /// Whether its count of signatures may be this now. One that counts goes up with every signature, or somebody has a
    /// copy of it; one that does not count says zero for ever (WebAuthn, section 6.1.1).
    pub fn goes_on_to(&self, count: u32) -> bool {
        count > self.count || (count == 0 && self.count == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: Hash = Hash::from_bytes([1; 32]);
    const PASSKEY: Hash = Hash::from_bytes([2; 32]);

    fn proof(means: SignInMeans, step: Option<u64>, passkey: Option<Hash>, count: Option<u32>) -> Proof {
        Proof { means, step, passkey, count }
    }

    #[test]
    fn a_passkey_that_counts_goes_on_and_one_that_does_not_says_zero_for_ever() {
        let at = |count| Passkey { entry: PASSKEY, count };
        let goes_on = [(0, 0), (0, 1), (3, 4), (3, u32::MAX)];
        let does_not = [(3, 3), (3, 2), (3, 0), (u32::MAX, 0)];
        assert!(goes_on.iter().all(|(before, now)| at(*before).goes_on_to(*now)));
        assert!(!does_not.iter().any(|(before, now)| at(*before).goes_on_to(*now)));
    }

    #[test]
    fn nothing_is_shown_that_is_not_there_and_nothing_twice() {
        use SignInMeans::{Demo, PasswordPasskey, PasswordTotp, RecoveryCode};
        let alone = SignInMeans::Passkey;
        let means = Means {
            password: Some(PASSWORD),
            totp: Some(PASSWORD),
            totp_step: Some(5),
            passkeys: vec![Passkey { entry: PASSKEY, count: 3 }],
            ..Means::default()
        };
        let (passkey, other) = (Some(PASSKEY), Some(PASSWORD));
        for (shown, allowed) in [
            (proof(PasswordTotp, Some(6), None, None), true),
            (proof(PasswordTotp, Some(5), None, None), false),
            (proof(PasswordTotp, None, None, None), false),
            (proof(PasswordTotp, Some(6), passkey, Some(4)), false),
            (proof(RecoveryCode, None, None, None), true),
            (proof(alone, None, passkey, Some(4)), true),
            (proof(alone, None, passkey, Some(3)), false),
            (proof(alone, None, passkey, None), false),
            (proof(alone, None, other, Some(4)), false),
            (proof(alone, None, None, None), false),
            (proof(alone, Some(6), passkey, Some(4)), false),
            (proof(PasswordPasskey, None, passkey, Some(4)), true),
            (proof(PasswordPasskey, None, other, Some(4)), false),
            (proof(Demo, None, None, None), true),
            (proof(Demo, None, passkey, Some(4)), false),
        ] {
            assert_eq!(means.allow(&shown), allowed, "{shown:?}");
        }
        let nobody = Means::default();
        assert!(!nobody.allow(&proof(PasswordTotp, Some(6), None, None)));
        assert!(!nobody.allow(&proof(PasswordPasskey, None, passkey, Some(4))));
    }
}
