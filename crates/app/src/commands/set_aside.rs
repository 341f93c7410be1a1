//! Sets aside what a partner sent in the place of an entry and is none that counts here.
//!
//! The incident in the node's own record keeps its bytes and its hash, and is what the step of the stream rests on: so
//! both nodes agree on the stream, what follows is taken, and nothing that came is lost. It is not receipted, since it
//! proves nothing; the sender is told why instead.
//!
//! How much of one agency is kept that cannot be used (set aside, or waiting for earlier entries) is a number of the
//! protocol. Beyond it nothing more of that kind is taken in: the sender keeps it and tries again.

use comity_domain::act::ActSet as _;
use comity_domain::matters::node::{IncidentStructure, Kept, NodeAct, NodeLane, SetAside, Trouble};
use comity_journal::entry::{Entry, Lane};
use comity_journal::ids::{AgencyId, Token};
use comity_journal::limits;
use comity_journal::suite::Hash;
use comity_store::{Direction, Record, Recorded};

use super::record_incident::Report;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

/// How much of one agency is kept that cannot be used.
pub(crate) const ROOM: Kept =
    Kept { entries: limits::WAITING_ENTRIES as u64, bytes: limits::WAITING_BYTES as u64 };

impl Ledger {
    /// Sets bytes aside and moves the partner's stream over them; `false` when there is no room.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn set_aside(
        &mut self,
        pending: &mut Pending,
        from: AgencyId,
        (hash, bytes): (Hash, &[u8]),
        why: SetAside,
    ) -> Result<bool, Failure> {
        if !self.has_room(pending, &from, bytes.len())? {
            return Ok(false);
        }
        let (why, bytes) = (Some(why), Some(bytes));
        let report = Report { partner: Some(from), entry: Some(hash), why, bytes, detail: None };
        let incident = self.record_report(pending, Trouble::BadEntry, &report)?;
        self.step_onto(pending, from, hash, &incident)?;
        Ok(true)
    }

    /// Whether so many bytes more of an agency may be kept that cannot be used. The first time that it may not, people
    /// hear of it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn has_room(
        &mut self,
        pending: &mut Pending,
        of: &AgencyId,
        more: usize,
    ) -> Result<bool, Failure> {
        let held = self.unusable(pending, of)?.and(more as u64);
        let fits = held.entries <= self.room.entries && held.bytes <= self.room.bytes;
        if fits {
            self.no_room.remove(of);
        } else if self.no_room.insert(*of) {
            self.record_incident(pending, Trouble::NoRoom, Some(*of), None, None)?;
        }
        Ok(fits)
    }

    fn unusable(&mut self, pending: &mut Pending, of: &AgencyId) -> Result<Kept, Failure> {
        let node = self.set_up(pending)?;
        let own = Lane::Inner(self.agency);
        let lane = self.matter(&node)?.lane(own).downcast::<NodeLane>();
        let lane = lane.map_err(|_| Failure::Fault("the node's record is of another kind".into()))?;
        let aside = lane.set_aside(&Hash::from_bytes(*of.as_bytes()));
        let (stored, fresh) = (self.waiting.of(of), pending.waiting.get(of).copied().unwrap_or_default());
        Ok(Kept {
            entries: aside.entries + stored.entries + fresh.entries,
            bytes: aside.bytes + stored.bytes + fresh.bytes,
        })
    }

    /// Why the step `n` of a partner's stream was set aside, if it was.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn why_set_aside(
        &self,
        pending: &Pending,
        from: &AgencyId,
        n: u64,
        hash: &Hash,
    ) -> Result<Option<Token>, Failure> {
        let fresh = pending.commit.steps.iter();
        let mut fresh =
            fresh.filter(|step| (step.partner, step.direction, step.head.n) == (*from, Direction::In, n));
        let record = match fresh.next() {
            Some(step) => pending.commit.records.iter().find(|record| record.number == step.record).cloned(),
            None => self.store.steps(from, Direction::In, n - 1, 1)?.pop().map(|(_, record)| record),
        };
        let incident = record.as_ref().and_then(incident_of);
        let of_it = incident.filter(|incident| incident.entry == Some(*hash));
        Ok(of_it.and_then(|incident| incident.why).map(|why| Token::literal(why.code())))
    }

    /// So much of one agency that cannot be used is kept from now on, instead of what the protocol allows: for a world
    /// in miniature.
    pub fn keep_at_most(&mut self, room: Kept) {
        self.room = room;
    }

    /// Whether the last entry of an agency that cannot be used found no room.
    pub fn is_full_of(&self, agency: &AgencyId) -> bool {
        self.no_room.contains(agency)
    }
}

fn incident_of(record: &Record) -> Option<IncidentStructure> {
    let Recorded::Entry { lane: Lane::Inner(_), bytes, .. } = &record.what else { return None };
    let entry = Entry::read(bytes).ok()?;
    match NodeAct::decode(entry.header().act.as_str(), &entry.header().structure)?.ok()? {
        NodeAct::Incident(incident) => Some(incident),
        _ => None,
    }
}
