//! Grave acts: before one of these a person who has been signed in for a while proves again who sits there.
//!
//! The one list. Who signs in has just proven it; how long that is good for, and by what it is proven again, is the
//! business of whoever keeps sessions. The command line has none: there the folder's guard stands in for it.

use comity_domain::act::Act as _;
use comity_domain::engine::{Approve, Erase, Kind as _, LiftRestriction, ProposeErasure, ReviewGrounds};
use comity_domain::matters::node::{LetOut, NodeKind};
use comity_domain::matters::officer::{
    AddPasskey, Dismiss, EndSessions, Enlist, EnrolTotp, GrantRoles, Invite, OfficerKind, ProposeRoles,
    RemovePasskey, SetPassword, SetRecoveryCodes,
};
use comity_domain::matters::partner::{
    Claim, Confirm, End, Lift, Link, PartnerKind, ProposeLifting, ProposeWidening, Widen,
};

/// Grave acts of one kind of matter or record; without a kind, those inside every matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraveActs {
    /// The kind.
    pub kind: Option<&'static str>,
    /// The acts, by their codes.
    pub acts: &'static [&'static str],
}

/// The list: what lets something leave or happen in the agency's name, what cannot be undone, and who may do what.
pub const GRAVE: &[GraveActs] = &[
    GraveActs {
        kind: None,
        acts: &[
            Approve::DEF.code,
            ReviewGrounds::DEF.code,
            ProposeErasure::DEF.code,
            Erase::DEF.code,
            LiftRestriction::DEF.code,
        ],
    },
    GraveActs { kind: Some(NodeKind::DEF.code), acts: &[LetOut::DEF.code] },
    // Taking a partner back to the floor and putting it in quarantine are not among them: they give nothing away, and may
    // have to be quick.
    GraveActs {
        kind: Some(PartnerKind::DEF.code),
        acts: &[
            Confirm::DEF.code,
            ProposeWidening::DEF.code,
            Widen::DEF.code,
            Link::DEF.code,
            Claim::DEF.code,
            ProposeLifting::DEF.code,
            Lift::DEF.code,
            End::DEF.code,
        ],
    },
    GraveActs {
        kind: Some(OfficerKind::DEF.code),
        acts: &[
            Enlist::DEF.code,
            ProposeRoles::DEF.code,
            GrantRoles::DEF.code,
            Dismiss::DEF.code,
            Invite::DEF.code,
            EndSessions::DEF.code,
            SetPassword::DEF.code,
            EnrolTotp::DEF.code,
            SetRecoveryCodes::DEF.code,
            AddPasskey::DEF.code,
            RemovePasskey::DEF.code,
        ],
    },
];

/// Whether an act in a matter or record of this kind is grave.
pub fn is_grave(kind: &str, act: &str) -> bool {
    GRAVE.iter().any(|row| row.kind.is_none_or(|of| of == kind) && row.acts.contains(&act))
}
