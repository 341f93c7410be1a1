//! The acts of an officer's record: roles, what the officer signs in with, and signing in.
//!
//! What a person signs in with is content, in the part [`SECRET`](crate::act::SECRET): never in a structure, never
//! shown, erased as soon as something takes its place. No person writes these acts by hand: their secrets are
//! filled in by the node. The public half of a passkey is no secret, yet it is personal and of no use to anybody once the
//! passkey is removed; so it lies there too, and goes as the others go.

use comity_journal::suite::Hash;
use serde::Deserialize;

use crate::act::{Act, Data, Line, Moment, Several, Target};
use crate::acts;
use crate::vocabularies::Role;
use crate::vocabulary;

vocabulary! {
    /// By what a person was known to be the officer.
    pub enum SignInMeans("sign-in-means") {
        /// A password, and a code of an authenticator.
        PasswordTotp = "password-totp",
        /// A passkey, whose holder it has verified.
        Passkey = "passkey",
        /// A password, and a passkey in place of the authenticator.
        PasswordPasskey = "password-passkey",
        /// A password, and a recovery code in place of the authenticator.
        RecoveryCode = "recovery-code",
        /// Nothing: a demonstration, where everybody may be anybody.
        Demo = "demo",
    }
}

/// Adds an officer; with roles only where the node's operator does.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "enlist", shape = say, by("own"), propose("administrator"))]
pub struct Enlist {
    /// The roles.
    #[field(structure)]
    pub roles: Vec<Role>,
    /// The name.
    #[field(part = "person", personal)]
    pub name: Line,
}

/// Gives an officer other roles, on the word of the node's operator alone: whoever holds the machine holds its folder.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "assign-roles", shape = say, by("own"), propose("administrator"))]
pub struct AssignRoles {
    /// All roles from now on.
    #[field(structure)]
    pub roles: Vec<Role>,
}

/// Proposes all roles an officer is to have; a second administrator grants them.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "propose-roles", shape = say, by("own"), propose("administrator"))]
pub struct ProposeRoles {
    /// All roles from then on.
    #[field(structure)]
    pub roles: Several<Role>,
}

/// Grants the roles another administrator proposed.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "grant-roles", shape = answer, by("own"), answers("propose-roles"), propose("administrator"))]
pub struct GrantRoles {
    /// The proposal; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// Ends an officer's work at this node.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "dismiss", shape = say, by("own"), propose("administrator"))]
pub struct Dismiss {}

/// Lets an officer choose, once, what to sign in with. Whatever was chosen before ends then.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "invite", shape = say, by("own"), propose("administrator"))]
pub struct Invite {
    /// Until when.
    #[field(structure)]
    pub expires: Moment,
    /// The hash of the code that was handed to the officer.
    #[field(part = "secret", derived)]
    pub code: Hash,
}

/// Sets the password. Sessions begun before are over.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "set-password", shape = say, by("own"))]
pub struct SetPassword {
    /// The invitation that is taken up by it; all else there was to sign in with ends then.
    #[field(structure, derived)]
    pub invitation: Option<Hash>,
    /// What a typed password is compared with.
    #[field(part = "secret", derived)]
    pub password: Line,
}

/// Sets the authenticator whose codes are asked for.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "enrol-totp", shape = say, by("own"))]
pub struct EnrolTotp {
    /// The time step of the code that confirmed it; that code is not taken again.
    #[field(structure, derived)]
    pub step: u64,
    /// What the codes grow from.
    #[field(part = "secret", derived)]
    pub authenticator: Data,
}

/// Sets the recovery codes. Those before them are void.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "set-recovery-codes", shape = say, by("own"))]
pub struct SetRecoveryCodes {
    /// How many.
    #[field(structure, derived)]
    pub count: u32,
    /// Their hashes, in their order.
    #[field(part = "secret", derived)]
    pub codes: Several<Hash>,
}

/// Uses a recovery code up.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "use-recovery-code", shape = say, by("own"))]
pub struct UseRecoveryCode {
    /// Which one, from 1.
    #[field(structure, derived)]
    pub number: u32,
}

/// Adds a passkey.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "add-passkey", shape = say, by("own"))]
pub struct AddPasskey {
    /// What its owner calls it.
    #[field(part = "passkey", personal)]
    pub nickname: Line,
    /// How many signatures it says it has made; zero where it does not count.
    #[field(structure, derived)]
    pub count: u32,
    /// Its public half and its name.
    #[field(part = "secret", personal, derived)]
    pub credential: Data,
}

/// Removes a passkey.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "remove-passkey", shape = recant, by("own"), answers("add-passkey"))]
pub struct RemovePasskey {
    /// The act that added it; the latest unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// Signs in.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "sign-in", shape = say, by("own"))]
pub struct SignIn {
    /// By what.
    #[field(structure, derived)]
    pub means: SignInMeans,
    /// The time step of the authenticator's code; no code is taken twice.
    #[field(structure, derived)]
    pub step: Option<u64>,
    /// The act that added the passkey.
    #[field(structure, derived)]
    pub passkey: Option<Hash>,
    /// How many signatures the passkey says it has made; it never goes back.
    #[field(structure, derived)]
    pub count: Option<u32>,
}

/// Proves again, before something grave, who is signed in.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "prove-again", shape = say, by("own"))]
pub struct ProveAgain {
    /// By what.
    #[field(structure, derived)]
    pub means: SignInMeans,
    /// The time step of the authenticator's code; no code is taken twice.
    #[field(structure, derived)]
    pub step: Option<u64>,
    /// The act that added the passkey.
    #[field(structure, derived)]
    pub passkey: Option<Hash>,
    /// How many signatures the passkey says it has made; it never goes back.
    #[field(structure, derived)]
    pub count: Option<u32>,
}

/// Keeps a filter of the list of matters under a name.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "keep-filter", shape = say, by("own"))]
pub struct KeepFilter {
    /// What its owner calls it.
    #[field(part = "filter")]
    pub name: Line,
    /// What it shows, in codes.
    #[field(part = "filter", derived)]
    pub shows: Line,
}

/// Gives a kept filter up.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "drop-filter", shape = recant, by("own"), answers("keep-filter"))]
pub struct DropFilter {
    /// The act that kept it; the latest unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// Ends all sessions of the officer that have begun.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "end-sessions", shape = say, by("own"))]
pub struct EndSessions {}

acts! {
    /// The acts of an officer's record.
    pub enum OfficerAct {
        Enlist, AssignRoles, ProposeRoles, GrantRoles, Dismiss, Invite, SetPassword, EnrolTotp, SetRecoveryCodes,
        UseRecoveryCode, AddPasskey, RemovePasskey, SignIn, ProveAgain, EndSessions,
        KeepFilter, DropFilter,
    }
}
