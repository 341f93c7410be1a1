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
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::limits;
use comity_journal::suite::Hash;
use comity_store::{Direction, Record, Recorded};

use comity_federation::message::Refused;

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
        let report = Report { partner: Some(from), entry: Some(hash), why, bytes, ..Report::default() };
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
        let node = self.set_up(pending)?;
        let held = self.unusable(&node, of)?;
        let fresh = pending.waiting.get(of).copied().unwrap_or_default();
        let all = Kept { entries: held.entries + fresh.entries, bytes: held.bytes + fresh.bytes };
        let fits = self.is_within_room(all.and(more as u64));
        if fits {
            self.no_room.remove(of);
        } else if self.no_room.insert(*of) {
            self.record_incident(pending, Trouble::NoRoom, Some(*of), None, None)?;
        }
        Ok(fits)
    }

    fn is_within_room(&self, held: Kept) -> bool {
        held.entries <= self.room.entries && held.bytes <= self.room.bytes
    }

    /// The entry that proved a fork of an agency last, as the node's record says.
    pub(super) fn fork_in_incidents(&mut self, agency: &AgencyId) -> Result<Option<Hash>, Failure> {
        let Some(node) = self.rows_of("node")?.first().map(|row| row.id) else { return Ok(None) };
        Ok(self.node_lane(&node)?.fork_of(&Hash::from_bytes(*agency.as_bytes())))
    }

    /// What the node's record has come to.
    pub(crate) fn node_lane(&mut self, node: &MatterId) -> Result<NodeLane, Failure> {
        let own = Lane::Inner(self.agency);
        let lane = self.matter(node)?.lane(own).downcast::<NodeLane>();
        lane.map(|lane| *lane).map_err(|_| Failure::Fault("the node's record is of another kind".into()))
    }

    /// What of an agency was set aside, and what of it waits.
    fn unusable(&mut self, node: &MatterId, of: &AgencyId) -> Result<Kept, Failure> {
        let lane = self.node_lane(node)?;
        let (aside, waits) = (lane.set_aside(&Hash::from_bytes(*of.as_bytes())), self.waiting.of(of));
        Ok(Kept { entries: aside.entries + waits.entries, bytes: aside.bytes + waits.bytes })
    }

    /// Whether an agency has sent what found no room, and there still is none for an entry of any size.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn has_no_room_for(&mut self, agency: &AgencyId) -> Result<bool, Failure> {
        let node = self.rows_of("node")?.first().map(|row| row.id);
        let Some(node) = node.filter(|_| self.no_room.contains(agency)) else { return Ok(false) };
        let held = self.unusable(&node, agency)?;
        Ok(!self.is_within_room(held.and(limits::HEADER_BYTES as u64)))
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
        let of_it = record.as_ref().and_then(set_aside_in).filter(|refused| refused.entry == *hash);
        Ok(of_it.map(|refused| refused.why))
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

/// What a record of ours says was set aside, and why.
pub(crate) fn set_aside_in(record: &Record) -> Option<Refused> {
    let incident = incident_of(record)?;
    Some(Refused { entry: incident.entry?, why: Token::literal(incident.why?.code()) })
}

fn incident_of(record: &Record) -> Option<IncidentStructure> {
    let Recorded::Entry { lane: Lane::Inner(_), bytes, .. } = &record.what else { return None };
    let entry = Entry::read(bytes).ok()?;
    match NodeAct::decode(entry.header().act.as_str(), &entry.header().structure)?.ok()? {
        NodeAct::Incident(incident) => Some(incident),
        _ => None,
    }
}
