//! Puts a partner in quarantine when a fork of it is proven here, and keeps it there when it is met anew.
//!
//! Not here: how people put a partner in quarantine and lift it, which are acts like any other in its record
//! (`matters/partner`), and what quarantine stops (`gates/quarantine.rs`).
//!
//! Invariant: who is in quarantine is a fold over partners' records; nothing is kept beside them.

use std::collections::BTreeSet;

use comity_domain::act::Act as _;
use comity_domain::engine::Standing;
use comity_domain::matters::node::Trouble;
use comity_domain::matters::partner::{Cause, PutInQuarantine, Quarantine, RecordFork};
use comity_journal::entry::Lane;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::Hash;

use crate::commands::drafts::inner_entry;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::{Partner, Partnership};

impl Ledger {
    /// Records in a partner's record that an entry of its, which has just come, proves a fork. What merely goes on from a
    /// branch proves nothing new, and a partner that is in quarantine already stays there without another entry.
    pub(super) fn fork_proven(
        &mut self,
        pending: &mut Pending,
        author: AgencyId,
        matter: &MatterId,
        entry: Hash,
    ) -> Result<(), Failure> {
        if author == self.agency || !self.claims_a_place(matter, &entry)? {
            return Ok(());
        }
        self.keep_apart(pending, &author, entry)
    }

    fn keep_apart(&mut self, pending: &mut Pending, author: &AgencyId, entry: Hash) -> Result<(), Failure> {
        let Some(partner) = latest_record(&self.known_partners()?, author).cloned() else { return Ok(()) };
        // Who proposes to lift it must know of all there is.
        let stands = partner.lane.quarantine.is_some_and(|quarantine| quarantine.proposed.is_none());
        if stands { Ok(()) } else { self.record_fork(pending, &partner.record, &entry) }
    }

    /// Tells people of forks that are here and of whose author nobody was told: both branches were kept by a release that did
    /// not know the kind of their matter.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub(crate) fn tell_of_forks(&mut self) -> Result<(), Failure> {
        for id in self.store.matters()? {
            for (author, end) in self.forks_beside(&id, &BTreeSet::new())? {
                if self.fork_in_incidents(&author)?.is_none() {
                    self.run_now(|ledger, pending| ledger.tell_of_fork(pending, author, end))?;
                }
            }
        }
        Ok(())
    }

    /// Tells people of a fork that came to light with an entry that is none of its branches: they had waited for it.
    pub(super) fn tell_of_late_forks(
        &mut self,
        pending: &mut Pending,
        matter: &MatterId,
        before: &BTreeSet<Lane>,
        entry: Hash,
    ) -> Result<(), Failure> {
        let forks = self.forks_beside(matter, before)?;
        for (author, end) in forks.into_iter().filter(|(_, end)| *end != entry) {
            if !self.is_branch(matter, &entry, &end)? {
                self.tell_of_fork(pending, author, end)?;
            }
        }
        Ok(())
    }

    fn tell_of_fork(&mut self, pending: &mut Pending, author: AgencyId, end: Hash) -> Result<(), Failure> {
        self.record_incident(pending, Trouble::Fork, Some(author), Some(end), None)?;
        self.keep_apart(pending, &author, end)
    }

    /// The lanes of a matter that are forked.
    pub(super) fn forked_lanes(&mut self, matter: &MatterId) -> Result<BTreeSet<Lane>, Failure> {
        match self.matter(matter) {
            Ok(matter) => Ok(matter.forked_lanes()),
            // This release does not know it, or it cannot be read, which is told elsewhere.
            Err(Failure::NotFound(_) | Failure::Damaged(_)) => Ok(BTreeSet::new()),
            Err(other) => Err(other),
        }
    }

    /// Which others have forked in a matter, but for these lanes, each with an end of a branch.
    fn forks_beside(
        &mut self,
        matter: &MatterId,
        known: &BTreeSet<Lane>,
    ) -> Result<Vec<(AgencyId, Hash)>, Failure> {
        let (us, forked) = (self.agency, self.forked_lanes(matter)?);
        let new: Vec<_> = forked.difference(known).copied().collect();
        if new.is_empty() {
            return Ok(Vec::new());
        }
        let matter = self.matter(matter)?;
        let ends = new.into_iter().filter_map(|lane| matter.branches(lane).first().copied());
        let forks = ends.filter_map(|end| Some((matter.entry(&end)?.header().author, end)));
        Ok(forks.filter(|(author, _)| *author != us).collect())
    }

    /// Whether an entry stands in the same lane as the end of a branch, and is forked: then it has told of the fork itself.
    fn is_branch(&mut self, matter: &MatterId, entry: &Hash, end: &Hash) -> Result<bool, Failure> {
        let matter = self.matter(matter)?;
        let lane = |hash: &Hash| matter.entry(hash).map(|entry| entry.header().lane);
        Ok(matter.standing(entry) == Standing::Forked && lane(entry) == lane(end))
    }

    /// Whether an entry claims what another claims, and is not just the next one on a branch that is known to be forked.
    fn claims_a_place(&mut self, matter: &MatterId, entry: &Hash) -> Result<bool, Failure> {
        let matter = self.matter(matter)?;
        let Some(header) = matter.entry(entry).map(|entry| entry.header()) else { return Ok(false) };
        let goes_on = header.prev.is_some_and(|prev| matter.standing(&prev) == Standing::Forked);
        let entries = matter.entries();
        let mut others = entries.iter().filter(|other| other.hash() != *entry);
        Ok(others.any(|other| {
            let other = other.header();
            other.lane == header.lane
                && (other.prev == header.prev || other.place == header.place && !goes_on)
        }))
    }

    fn record_fork(&mut self, pending: &mut Pending, record: &MatterId, entry: &Hash) -> Result<(), Failure> {
        self.write_by_node(pending, record, RecordFork::DEF.code, &format!("entry = \"{entry}\""))
    }

    /// Keeps an agency in quarantine that is met anew: it was in quarantine when its partnership ended, or forked while it
    /// was no partner.
    pub(super) fn keep_in_quarantine(
        &mut self,
        pending: &mut Pending,
        record: &MatterId,
        agency: &AgencyId,
        before: &[Partner],
    ) -> Result<(), Failure> {
        let known = latest_record(before, agency);
        let quarantine = known.and_then(|known| known.lane.quarantine);
        match (known, quarantine) {
            (_, Some(Quarantine { cause: Cause::Fork(entry), .. })) => {
                self.record_fork(pending, record, &entry)
            }
            (_, Some(Quarantine { last, .. })) => {
                let reason = self.text_of(&[(last, ())], "quarantine", "reason")?.unwrap_or_default();
                let toml = toml::Table::from_iter([("reason".to_owned(), reason.into())]).to_string();
                self.write_by_node(pending, record, PutInQuarantine::DEF.code, &toml)
            }
            (Some(_), None) => Ok(()),
            (None, None) => match self.fork_in_incidents(agency)? {
                Some(entry) => self.record_fork(pending, record, &entry),
                None => Ok(()),
            },
        }
    }

    /// Writes an act in a partner's record in the node's own name.
    fn write_by_node(
        &mut self,
        pending: &mut Pending,
        record: &MatterId,
        act: &'static str,
        toml: &str,
    ) -> Result<(), Failure> {
        let composed = self.compose("partner", Some(record), act, toml)?;
        let new = inner_entry(self, *record, "partner", composed, self.operator(record))?;
        self.append_own(pending, new).map(drop)
    }
}

/// The record of an agency that counts: of one that was ended and met anew, not the ended one.
fn latest_record<'a>(partners: &'a [Partner], agency: &AgencyId) -> Option<&'a Partner> {
    let of = || partners.iter().filter(|partner| partner.agency == *agency);
    of().find(|partner| partner.partnership != Partnership::Ended).or_else(|| {
        // Of several that ended, one in quarantine outweighs the others: nobody has lifted it.
        of().max_by_key(|partner| partner.lane.quarantine.is_some())
    })
}
