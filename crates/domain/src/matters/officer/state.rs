//! What an officer's record has come to: at work or not, in which roles, and what there is to sign in with.
//!
//! Only structure moves it. Which entry holds the password or an authenticator is known here; what they are is
//! content of that entry and read where somebody signs in.

use std::collections::BTreeSet;

use comity_journal::ids::Pseudonym;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::acts::{OfficerAct, ProveAgain, ProveAgainStructure, SignIn, SignInMeans, SignInStructure};
use crate::engine::Stated;
use crate::vocabularies::Role;

/// Whether an officer works here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Service {
    /// Nobody yet.
    #[default]
    Unknown,
    /// At work.
    Serving,
    /// No longer.
    Dismissed,
}

/// Roles one administrator has proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedRoles {
    /// The proposal.
    pub entry: Hash,
    /// By whom.
    pub by: Pseudonym,
    /// The roles, sorted.
    pub roles: Vec<Role>,
}

/// An invitation that has not been taken up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The entry that holds the hash of its code.
    pub entry: Hash,
    /// Until when it can be taken up.
    pub expires: Timestamp,
}

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

    fn used(&mut self, proof: &Proof) {
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

/// What an officer is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfficerLane {
    /// Whether at work.
    pub service: Service,
    /// The entry that holds the name.
    pub enlisted: Option<Hash>,
    /// The roles, sorted.
    pub roles: Vec<Role>,
    /// Roles proposed and not granted yet.
    pub proposed: Option<ProposedRoles>,
    /// The invitation that can be taken up.
    pub invited: Option<Invitation>,
    /// What there is to sign in with.
    pub means: Means,
    /// How often all sessions were ended: a session that began under another number is over.
    pub endings: u64,
}

impl OfficerLane {
    /// Whether this person can sign in.
    pub fn can_sign_in(&self) -> bool {
        let by_password = self.means.password.is_some() && self.means.totp.is_some();
        self.service == Service::Serving && (by_password || !self.means.passkeys.is_empty())
    }

    /// The entries whose secret still counts; the secret of every other one can go.
    pub fn secrets(&self) -> BTreeSet<Hash> {
        let Means { password, totp, recovery, passkeys, .. } = &self.means;
        let invited = self.invited.map(|invitation| invitation.entry);
        let passkeys = passkeys.iter().map(|passkey| passkey.entry);
        [*password, *totp, *recovery, invited].into_iter().flatten().chain(passkeys).collect()
    }

    pub(super) fn move_on(&mut self, entry: &Stated<'_>, act: &OfficerAct) {
        match act {
            OfficerAct::Enlist(enlist) => {
                self.enlisted = Some(entry.entry);
                self.serve(&enlist.roles);
            }
            OfficerAct::AssignRoles(assign) => self.serve(&assign.roles),
            OfficerAct::ProposeRoles(propose) => {
                let roles = sorted(propose.roles.items());
                self.proposed = Some(ProposedRoles { entry: entry.entry, by: entry.by.who, roles });
            }
            OfficerAct::GrantRoles(_) => {
                let roles = self.proposed.take().map(|proposed| proposed.roles).unwrap_or_default();
                self.serve(&roles);
            }
            OfficerAct::Dismiss(_) => {
                let (enlisted, endings) = (self.enlisted, self.endings + 1);
                *self = Self { service: Service::Dismissed, enlisted, endings, ..Self::default() };
            }
            OfficerAct::EndSessions(_) => self.endings += 1,
            _ => self.move_means(entry, act),
        }
    }

    fn serve(&mut self, roles: &[Role]) {
        self.service = Service::Serving;
        self.roles = sorted(roles);
        self.proposed = None;
    }

    fn move_means(&mut self, entry: &Stated<'_>, act: &OfficerAct) {
        let means = &mut self.means;
        match act {
            OfficerAct::Invite(invite) => {
                self.invited = Some(Invitation { entry: entry.entry, expires: invite.expires.0 });
            }
            OfficerAct::SetPassword(set) => {
                // Who takes an invitation up begins anew: whatever was lost or stolen opens nothing any more.
                if set.invitation.is_some() {
                    *means = Means::default();
                    self.invited = None;
                }
                means.password = Some(entry.entry);
                self.endings += 1;
            }
            OfficerAct::EnrolTotp(enrol) => {
                means.totp = Some(entry.entry);
                means.totp_step = Some(enrol.step);
            }
            OfficerAct::SetRecoveryCodes(set) => {
                means.recovery = Some(entry.entry);
                means.recovery_count = set.count;
                means.recovery_used.clear();
            }
            OfficerAct::UseRecoveryCode(used) => {
                means.recovery_used.insert(used.number);
            }
            OfficerAct::AddPasskey(add) => {
                means.passkeys.push(Passkey { entry: entry.entry, count: add.count });
            }
            OfficerAct::RemovePasskey(remove) => {
                means.passkeys.retain(|passkey| Some(passkey.entry) != remove.of.entry());
            }
            OfficerAct::SignIn(shown) => means.used(&shown.into()),
            OfficerAct::ProveAgain(shown) => means.used(&shown.into()),
            _ => {}
        }
    }
}

fn sorted(roles: &[Role]) -> Vec<Role> {
    let mut roles = roles.to_vec();
    roles.sort_unstable();
    roles.dedup();
    roles
}
