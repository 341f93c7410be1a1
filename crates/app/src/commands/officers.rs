//! Enlists officers and gives them roles: two administrators, or the node's operator alone.

use comity_domain::act::{Act, Composed, Line, Moment, Several, Target};
use comity_domain::engine::Kind as _;
use comity_domain::matters::officer::ProposeRoles;
use comity_domain::matters::officer::{
    AssignRoles, Dismiss, EndSessions, Enlist, GrantRoles, Invite, OfficerKind,
};
use comity_domain::vocabularies::Role;
use comity_journal::cbor;
use comity_journal::entry::Actor;
use comity_journal::ids::{MatterId, Token};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::drafts::token;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::Officer;
use crate::sign_in::Code;

/// How long an invitation can be taken up.
const INVITED_FOR_MS: i64 = 72 * 60 * 60 * 1000;

/// An invitation as it is handed over, once; nobody can look its code up again.
#[derive(Debug)]
pub struct NewInvitation {
    /// What the officer types.
    pub code: Code,
    /// Until when.
    pub expires: Timestamp,
}

impl Ledger {
    /// Enlists an officer under a name no other officer here bears, as the node's operator.
    ///
    /// # Errors
    /// When the name is taken or no name, or there is no role.
    pub fn add_officer(
        &mut self,
        pending: &mut Pending,
        name: &str,
        roles: &[Role],
    ) -> Result<MatterId, Failure> {
        if roles.is_empty() {
            let known = Role::CODES.join(", ");
            return Err(Failure::Usage(format!("an officer needs at least one role: {known}")));
        }
        self.enlist(pending, name, roles, None)
    }

    /// Enlists an officer without roles, as an administrator; roles are proposed and granted by two.
    ///
    /// # Errors
    /// When the name is taken or no name; refused to anybody but an administrator.
    pub fn enlist_officer(
        &mut self,
        pending: &mut Pending,
        name: &str,
        by: &Officer,
    ) -> Result<MatterId, Failure> {
        self.enlist(pending, name, &[], Some(by))
    }

    fn enlist(
        &mut self,
        pending: &mut Pending,
        name: &str,
        roles: &[Role],
        by: Option<&Officer>,
    ) -> Result<MatterId, Failure> {
        if self.officers()?.iter().any(|officer| officer.name == name.trim()) {
            return Err(Failure::Usage("an officer of that name works here already".into()));
        }
        let name = Line::new(name).map_err(|error| Failure::Usage(format!("the name {error}")))?;
        let record = self.genesis(OfficerKind::DEF.code)?.matter();
        let act = Enlist { roles: roles.to_vec(), name };
        self.record_of(pending, &record, act, by)?;
        Ok(record)
    }

    /// Proposes all roles an officer is to have.
    ///
    /// # Errors
    /// Refused to anybody but an administrator, and for oneself.
    pub fn propose_roles(
        &mut self,
        pending: &mut Pending,
        record: &MatterId,
        roles: &[Role],
        by: &Officer,
    ) -> Result<Hash, Failure> {
        let roles = Several::try_from(roles.to_vec())
            .map_err(|_| Failure::Usage("name one role at least; `dismiss` ends an officer's work".into()))?;
        self.record_of(pending, record, ProposeRoles { roles }, Some(by))
    }

    /// Grants the roles that another administrator has proposed.
    ///
    /// # Errors
    /// Refused to whoever proposed them, and for oneself; when nothing is proposed.
    pub fn grant_roles(
        &mut self,
        pending: &mut Pending,
        record: &MatterId,
        by: &Officer,
    ) -> Result<Hash, Failure> {
        let proposed = self.officer_lane(record)?.proposed;
        let of = proposed.map(|proposed| Target::from(proposed.entry)).unwrap_or_default();
        self.record_of(pending, record, GrantRoles { of }, Some(by))
    }

    /// Gives an officer other roles, as the node's operator.
    ///
    /// # Errors
    /// When there is no such record.
    pub fn assign_roles(
        &mut self,
        pending: &mut Pending,
        record: &MatterId,
        roles: &[Role],
    ) -> Result<Hash, Failure> {
        self.record_of(pending, record, AssignRoles { roles: roles.to_vec() }, None)
    }

    /// Ends an officer's work here, and all sessions with it.
    ///
    /// # Errors
    /// Refused to anybody but an administrator.
    pub fn dismiss(
        &mut self,
        pending: &mut Pending,
        record: &MatterId,
        by: &Officer,
    ) -> Result<Hash, Failure> {
        self.record_of(pending, record, Dismiss {}, Some(by))
    }

    /// Ends all sessions of an officer that have begun.
    ///
    /// # Errors
    /// Refused to anybody but the officer and administrators.
    pub fn end_sessions(
        &mut self,
        pending: &mut Pending,
        record: &MatterId,
        by: &Officer,
    ) -> Result<Hash, Failure> {
        self.record_of(pending, record, EndSessions {}, Some(by))
    }

    /// Invites an officer to choose what to sign in with; without `by` the node's operator does. The latest invitation
    /// alone can be taken up.
    ///
    /// # Errors
    /// Refused to anybody but an administrator, and for oneself.
    pub fn invite(
        &mut self,
        pending: &mut Pending,
        record: &MatterId,
        by: Option<&Officer>,
    ) -> Result<NewInvitation, Failure> {
        let code = Code::draw::<{ Code::INVITATION }>(&mut *self.entropy);
        let expires = pending.at.plus_millis(INVITED_FOR_MS);
        let act = Invite { expires: Moment(expires), code: code.hash() };
        self.record_of(pending, record, act, by)?;
        Ok(NewInvitation { code, expires })
    }

    /// Decides an act of an officer's record and writes it; without `by` the node's operator acts.
    pub(crate) fn record_of<A: Act>(
        &mut self,
        pending: &mut Pending,
        record: &MatterId,
        act: A,
        by: Option<&Officer>,
    ) -> Result<Hash, Failure> {
        let by: Actor = match by {
            Some(officer) => officer.acting_in(&*self.keys.pseudonyms, record),
            None => self.operator(record),
        };
        let kind = OfficerKind::DEF.code;
        self.matter_or_new(record, &token(kind))?;
        let (structure, parts) = act.split();
        let composed = Composed {
            act: Token::literal(A::DEF.code),
            structure: cbor::encode(&structure),
            parts: parts.into_bytes(),
        };
        self.write_inside(pending, record, kind, &A::DEF, composed, by)
    }
}
