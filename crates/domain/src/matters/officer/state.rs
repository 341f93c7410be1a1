//! What an officer's record has come to: at work or not, in which roles; what there is to sign in with is in `means`.
//!
//! Only structure moves it. Which entry holds the password or an authenticator is known here; what they are is
//! content of that entry and read where somebody signs in.

use std::collections::BTreeSet;

use comity_journal::ids::Pseudonym;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::acts::OfficerAct;
use super::means::{Means, Passkey};
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
    /// The filters kept, each by the entry that keeps it, oldest first.
    pub filters: Vec<Hash>,
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
            OfficerAct::KeepFilter(_) => self.filters.push(entry.entry),
            OfficerAct::DropFilter(drop) => {
                self.filters.retain(|filter| Some(*filter) != drop.of.entry());
            }
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
