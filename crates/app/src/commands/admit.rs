//! Whom an entry of ours goes to where parties come and go, and what goes to one that is admitted.
//!
//! An admitted party is sent its admission first, so that it knows why the rest concerns it, and then all that travels of
//! the matter, as it was recorded here. Before its own first entry it sends each other party its admission, which that
//! one may not have yet. A party that is removed is sent the entry that removes it, and nothing behind it.
//!
//! Not here: what others supply when they are asked, and which content goes with an entry (`workers::missing`).

use comity_domain::act::ActSet as _;
use comity_domain::engine::{SharedAct, admits_in};
use comity_journal::entry::{Entry, Place};
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::Hash;
use comity_store::Direction;

use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

impl Ledger {
    /// The other parties with a node that an entry of ours goes to, and what goes to them before it.
    pub(crate) fn receivers(&mut self, entry: &Entry) -> Result<(Vec<AgencyId>, Option<Hash>), Failure> {
        let (us, hash) = (self.agency, entry.hash());
        let first = entry.header().place == Place { epoch: 0, seq: 1 };
        let matter = self.matter(&entry.header().matter)?;
        let mut parties = matter.parties();
        parties.extend(matter.former_parties().into_iter().filter(|party| {
            // It is to know, and who knew is shown by what the entry says.
            matter.removed_by(&party.agency) == Some(hash)
        }));
        let others = parties.into_iter().filter(|party| party.recorder.is_none() && party.agency != us);
        let before = if first { matter.admitted_by(&us) } else { None };
        Ok((others.map(|party| party.agency).collect(), before))
    }

    /// Sends a party that an entry of ours admits all that is here of the matter.
    pub(super) fn give_to_admitted(
        &mut self,
        pending: &mut Pending,
        id: &MatterId,
        entry: &Hash,
    ) -> Result<(), Failure> {
        let matter = self.matter(id)?;
        let admitted = matter.entry(entry).and_then(|entry| admits_in(entry));
        let Some(to) = admitted.filter(|agency| matter.admitted_by(agency) == Some(*entry)) else {
            return Ok(());
        };
        let to = self.matter(id)?.agency_of(&to);
        for (earlier, record) in self.shared_records(pending, id)? {
            if earlier != *entry {
                self.put_step(pending, (to, Direction::Out), &earlier, record)?;
            }
        }
        Ok(())
    }

    /// The agency that an act would admit, of whom we have not heard since the node started what it has of us.
    pub(super) fn admitted_but_not_compared(&self, act: &str, structure: &[u8]) -> Option<AgencyId> {
        match SharedAct::decode(act, structure)?.ok()? {
            SharedAct::Admit(admit) => Some(admit.agency).filter(|agency| !self.compared.with(agency)),
            _ => None,
        }
    }
}
