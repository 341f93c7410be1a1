//! Whether an officer may do something: one function, asked on the object that is actually touched.
//!
//! [`TABLE`] says which roles may do what and where; [`Ledger::authorise`] reads it and nothing else decides. Not
//! here: whether an act fits where its matter stands, which approvals it needs, and who the officer is.
//!
//! Invariant: a matter one may not see answers like one that does not exist, wherever people look for it
//! ([`Ledger::seen_by`]).

mod explain;
mod grave;
mod page;
mod refused;
mod table;

use comity_domain::gates::{Refusal, rules};
use comity_domain::vocabularies::Role;
use comity_journal::ids::MatterId;

pub use explain::{SeesLine, WhyNot};
pub use grave::{GRAVE, GraveActs, is_grave};
pub use page::who_may_do_what;
pub(crate) use refused::LastRefused;
pub use table::{Doing, Reach, Row, TABLE};

use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;
use crate::views::MatterRow;
use table::rows_of;

impl Officer {
    /// Whether the officer holds this role.
    pub fn holds(&self, role: Role) -> bool {
        self.roles.iter().any(|held| held.as_str() == role.code())
    }

    /// How far the officer's roles reach in doing this; `None` when none of them may.
    pub fn reach(&self, doing: Doing) -> Option<Reach> {
        let held = rows_of(doing).filter(|row| row.roles.iter().any(|role| self.holds(*role)));
        held.map(|row| row.reach).max()
    }

    /// Whether the officer may do this in the matter of this row, by what the row says of its team: for lists, which
    /// fold no matter.
    pub(crate) fn may_in_row(&self, doing: Doing, row: &MatterRow) -> bool {
        let of_team = || row.team.binary_search(&self.record).is_ok();
        let reach = self.reach(doing);
        reach.is_some_and(|reach| reaches(reach, of_team, || row.restricted).is_ok())
    }
}

/// Whether a reach extends to a matter.
fn reaches(
    reach: Reach,
    of_team: impl FnOnce() -> bool,
    restricted: impl FnOnce() -> bool,
) -> Result<(), Refusal> {
    if reach == Reach::Anything || of_team() {
        return Ok(());
    }
    if restricted() {
        return Err(Refusal::under(rules::RESTRICTED));
    }
    if reach == Reach::Unrestricted { Ok(()) } else { Err(Refusal::under(rules::NEED_TO_KNOW)) }
}

impl Ledger {
    /// Whether an officer may do this, in this matter where one is touched. Asked without a matter it says whether the
    /// officer may do it anywhere.
    ///
    /// # Errors
    /// Refused under `role`, `need-to-know` or `restricted`; not found when there is no such matter.
    pub fn authorise(
        &mut self,
        officer: &Officer,
        doing: Doing,
        matter: Option<&MatterId>,
    ) -> Result<(), Failure> {
        let Some(reach) = officer.reach(doing) else {
            let roles = rows_of(doing).flat_map(|row| row.roles).map(|role| role.code());
            return Err(Refusal::under(rules::ROLE).about(roles).into());
        };
        let Some(id) = matter else { return Ok(()) };
        let (us, who) = (self.agency, officer.acting_in(&*self.keys.pseudonyms, id).who);
        let matter = self.matter(id)?;
        let of_team = || matter.team(us).contains(&who);
        reaches(reach, of_team, || matter.inner().restricted.is_some()).map_err(Failure::from)
    }

    /// Whether an officer may do this act: in a shared matter by need to know, in a record of the node by what it is a
    /// record of.
    pub(crate) fn authorise_act(
        &mut self,
        officer: &Officer,
        matter: &MatterId,
        act: &str,
    ) -> Result<(), Failure> {
        let kind = self.kind_of(matter)?;
        if self.is_shared_kind(&kind) {
            self.authorise(officer, Doing::ActInMatter, Some(matter))
        } else if *matter == officer.record {
            // What one may do oneself in one's own record, the rules of that record say.
            Ok(())
        } else {
            self.authorise(officer, Doing::in_own_record(&kind, act), None)
        }
    }

    /// Whether an officer may know that this matter or record is there.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn may_see(&mut self, officer: &Officer, matter: &MatterId) -> Result<bool, Failure> {
        let kind = match self.kind_of(matter) {
            Ok(kind) => kind,
            Err(Failure::NotFound(_)) => return Ok(false),
            // It cannot be read any more, but who knew of it goes on knowing that it is there.
            Err(Failure::Damaged(_)) => {
                let row = self.listed(matter)?;
                return Ok(row.is_some_and(|row| officer.may_in_row(Doing::SeeMatter, &row)));
            }
            Err(other) => return Err(other),
        };
        let asked = if self.is_shared_kind(&kind) {
            self.authorise(officer, Doing::SeeMatter, Some(matter))
        } else {
            self.authorise(officer, Doing::to_see_own_record(&kind), None)
        };
        match asked {
            Ok(()) => Ok(true),
            Err(Failure::Refused(_) | Failure::NotFound(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// The matter an officer means by what was typed, among those the officer may know. One that must not be known
    /// answers exactly like one that does not exist.
    ///
    /// # Errors
    /// When none or several could be meant.
    pub fn seen_by(&mut self, officer: &Officer, typed: &str) -> Result<MatterId, Failure> {
        let mut seen = Vec::new();
        for id in self.matters_meant(typed)? {
            if self.may_see(officer, &id)? {
                seen.push(id);
            }
        }
        Self::the_one_meant(&seen)
    }

    fn is_shared_kind(&self, kind: &str) -> bool {
        self.kinds.get(kind).is_some_and(|kind| kind.def().shared)
    }
}
