//! Who may do what at a node: the one table, and what it reaches.
//!
//! It says which roles may do a thing at all, and in which matters. Which acts a role may propose or must approve is
//! said by the acts themselves; the document `docs/use/who-may-do-what.md` puts both together and is drawn from here.

use comity_domain::act::Act as _;
use comity_domain::engine::Kind as _;
use comity_domain::matters::node::{Export, LetOut, NodeKind};
use comity_domain::matters::officer::OfficerKind;
use comity_domain::matters::partner::{Narrow, PartnerKind, ProposeWidening, Widen};
use comity_domain::vocabularies::Role;

/// What somebody wants to do at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doing {
    /// Draft the act that opens a matter.
    OpenMatter,
    /// Know that a matter is there, and see its acts.
    SeeMatter,
    /// Do an act of our party, or an inner one.
    ActInMatter,
    /// Read names, facts and papers.
    ReadContent,
    /// Receive what has arrived, also what was carried here in a bundle, and give it to somebody.
    Intake,
    /// Take content or a key out of the node.
    TakeOut,
    /// See partners and their cards.
    SeePartners,
    /// Add, confirm, describe or end a partner; put it in quarantine, and lift that.
    ManagePartners,
    /// Propose what a partner may get, grant it, and take it back.
    AssessPartners,
    /// Enlist officers, and give them other roles.
    ManageOfficers,
    /// See who did, read and was refused what.
    SeeAudit,
    /// Take lines of the audit out of the node.
    TakeOutAudit,
    /// See how long the journal is, and verify it.
    SeeJournal,
    /// Run the node: its card, its keys, its copies.
    Administer,
}

impl Doing {
    /// All of them, in the order of the table.
    pub const ALL: &'static [Self] = &[
        Self::OpenMatter,
        Self::SeeMatter,
        Self::ActInMatter,
        Self::ReadContent,
        Self::Intake,
        Self::TakeOut,
        Self::SeePartners,
        Self::ManagePartners,
        Self::AssessPartners,
        Self::ManageOfficers,
        Self::SeeAudit,
        Self::TakeOutAudit,
        Self::SeeJournal,
        Self::Administer,
    ];

    /// The list's name in label keys: `term-doing-CODE`.
    pub const LIST: &'static str = "doing";

    /// Its code, in label keys and where a refusal of it is recorded.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OpenMatter => "open-matter",
            Self::SeeMatter => "see-matter",
            Self::ActInMatter => "act-in-matter",
            Self::ReadContent => "read-content",
            Self::Intake => "intake",
            Self::TakeOut => "take-out",
            Self::SeePartners => "see-partners",
            Self::ManagePartners => "manage-partners",
            Self::AssessPartners => "assess-partners",
            Self::ManageOfficers => "manage-officers",
            Self::SeeAudit => "see-audit",
            Self::TakeOutAudit => "take-out-audit",
            Self::SeeJournal => "see-journal",
            Self::Administer => "administer",
        }
    }

    /// What letting this out amounts to.
    pub(crate) fn to_let_out(what: Export) -> Self {
        if what == Export::Audit { Self::TakeOutAudit } else { Self::TakeOut }
    }

    /// What an act in a record of the node itself amounts to; an inner kind of another house is acted in like a matter.
    pub fn in_own_record(kind: &str, act: &str) -> Self {
        match kind {
            _ if kind == PartnerKind::DEF.code && of_ceilings(act) => Self::AssessPartners,
            _ if kind == PartnerKind::DEF.code => Self::ManagePartners,
            _ if kind == OfficerKind::DEF.code => Self::ManageOfficers,
            _ if kind == NodeKind::DEF.code && act == LetOut::DEF.code => Self::TakeOut,
            _ if kind == NodeKind::DEF.code => Self::Administer,
            _ => Self::ActInMatter,
        }
    }

    /// What one must be allowed to do to look at a record of this kind, which no partner shares.
    pub(super) fn to_see_own_record(kind: &str) -> Self {
        match kind {
            _ if kind == PartnerKind::DEF.code => Self::SeePartners,
            _ if kind == OfficerKind::DEF.code => Self::ManageOfficers,
            _ if kind == NodeKind::DEF.code => Self::SeeJournal,
            _ => Self::SeeMatter,
        }
    }
}

/// Whether an act in a partner's record is about what the partner may get.
fn of_ceilings(act: &str) -> bool {
    [ProposeWidening::DEF.code, Widen::DEF.code, Narrow::DEF.code].contains(&act)
}

/// In which matters a role may do a thing; each reaches further than the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Those whose team the officer belongs to.
    OwnTeam,
    /// All that are not restricted, and restricted ones whose team the officer belongs to.
    Unrestricted,
    /// All, or no matter is in question.
    Anything,
}

impl Reach {
    /// What it is, in English.
    pub const fn help(self) -> &'static str {
        match self {
            Self::OwnTeam => "matters whose team they belong to",
            Self::Unrestricted => {
                "every matter that is not restricted, and restricted ones whose team they belong to"
            }
            Self::Anything => "everywhere",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// What is done.
    pub doing: Doing,
    /// Who may.
    pub roles: &'static [Role],
    /// Where.
    pub reach: Reach,
}

/// Those who work on the matters that are given to them.
const CASEWORK: &[Role] = &[Role::Officer, Role::Custodian, Role::RightsOfficer, Role::Liaison];
/// Those who answer for all matters of the agency.
const OVERSIGHT: &[Role] = &[Role::Supervisor, Role::Desk, Role::Legal, Role::CentralAuthority];

/// The table. What stands in no row nobody may do; an administrator has no row in which a matter is read or acted in.
pub const TABLE: &[Row] = &[
    Row {
        doing: Doing::OpenMatter,
        roles: &[
            Role::Officer,
            Role::Supervisor,
            Role::Desk,
            Role::CentralAuthority,
            Role::Custodian,
            Role::Liaison,
        ],
        reach: Reach::Anything,
    },
    Row { doing: Doing::SeeMatter, roles: CASEWORK, reach: Reach::OwnTeam },
    Row { doing: Doing::SeeMatter, roles: OVERSIGHT, reach: Reach::Unrestricted },
    Row { doing: Doing::SeeMatter, roles: &[Role::Auditor], reach: Reach::Anything },
    Row { doing: Doing::ActInMatter, roles: CASEWORK, reach: Reach::OwnTeam },
    Row { doing: Doing::ActInMatter, roles: OVERSIGHT, reach: Reach::Unrestricted },
    Row { doing: Doing::ReadContent, roles: CASEWORK, reach: Reach::OwnTeam },
    Row { doing: Doing::ReadContent, roles: OVERSIGHT, reach: Reach::Unrestricted },
    Row { doing: Doing::ReadContent, roles: &[Role::Auditor], reach: Reach::Unrestricted },
    Row {
        doing: Doing::Intake,
        roles: &[Role::Supervisor, Role::Desk, Role::CentralAuthority],
        reach: Reach::Unrestricted,
    },
    Row {
        doing: Doing::TakeOut,
        roles: &[Role::Officer, Role::Custodian, Role::Liaison],
        reach: Reach::OwnTeam,
    },
    Row {
        doing: Doing::TakeOut,
        roles: &[Role::Supervisor, Role::Desk, Role::Legal],
        reach: Reach::Unrestricted,
    },
    Row { doing: Doing::SeePartners, roles: Role::ALL, reach: Reach::Anything },
    Row {
        doing: Doing::ManagePartners,
        roles: &[Role::Officer, Role::Supervisor, Role::Desk, Role::CentralAuthority, Role::Liaison],
        reach: Reach::Anything,
    },
    Row {
        doing: Doing::AssessPartners,
        roles: &[
            Role::Officer,
            Role::Supervisor,
            Role::Desk,
            Role::Legal,
            Role::CentralAuthority,
            Role::RightsOfficer,
            Role::Liaison,
        ],
        reach: Reach::Anything,
    },
    Row { doing: Doing::ManageOfficers, roles: &[Role::Administrator], reach: Reach::Anything },
    Row { doing: Doing::SeeAudit, roles: &[Role::Auditor], reach: Reach::Anything },
    Row { doing: Doing::TakeOutAudit, roles: &[Role::Auditor], reach: Reach::Anything },
    Row {
        doing: Doing::SeeJournal,
        roles: &[Role::Supervisor, Role::Desk, Role::Auditor, Role::Administrator],
        reach: Reach::Anything,
    },
    Row { doing: Doing::Administer, roles: &[Role::Administrator], reach: Reach::Anything },
];

/// The rows of one doing.
pub(super) fn rows_of(doing: Doing) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(move |row| row.doing == doing)
}
