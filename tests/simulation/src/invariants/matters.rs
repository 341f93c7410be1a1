//! What the entries of a matter come to, at every node that has them.

use std::collections::BTreeSet;
use std::sync::Arc;

use comity_app::ledger::Ledger;
use comity_domain::engine::{AnyKind, AnyMatter, Brief, Standing};
use comity_journal::entry::{Entry, Lane, Place};
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::{self, Hash};
use comity_store::{Record, Recorded};

use super::{Broken, Invariant, Judge, Judged};
use crate::dice::Dice;
use crate::kinds::Release;
use crate::node::Node;

impl Judge {
    /// Looks at everything a node has recorded since the last time.
    pub(crate) fn recorded(&mut self, node: &mut Node, dice: &mut Dice) -> Judged {
        let from = node.seen;
        let records =
            node.resident.station.disk.look(|kept| kept.records(from, usize::MAX)).unwrap_or_default();
        node.seen += records.len() as u64;
        let awaits_now = node.ledger().map(|ledger| ledger.awaits_epoch());
        let awaits = node.awaited && awaits_now == Some(true);
        node.awaited = awaits_now.unwrap_or(node.awaited);
        let mut touched = BTreeSet::new();
        for record in &records {
            let Recorded::Entry { entry, matter, bytes, .. } = &record.what else { continue };
            let read = self.entry(bytes, *entry)?;
            self.keep_alarm(node, &read);
            if self.is_honest(&node.resident.station.agency) {
                self.judge_record(node, record, &read, awaits)?;
            }
            touched.insert(*matter);
        }
        touched.into_iter().try_for_each(|matter| self.matter(node, matter, dice))
    }

    fn judge_record(&mut self, node: &mut Node, record: &Record, entry: &Entry, awaits: bool) -> Judged {
        let header = entry.header();
        let own = header.author == node.resident.station.agency;
        if own && header.act.as_str() == "incident" {
            self.incident(node, record)?;
        }
        let again = matches!(record.what, Recorded::Entry { from: Some(_), .. });
        let signed = own && header.lane.is_shared() && !again;
        Invariant::SilentUntilDeclared.holds_if(!(signed && awaits), || {
            format!("`{}` was signed by an older copy whose epoch is not declared", header.act)
        })?;
        if signed && header.opening.is_some() && header.kind.as_str() != "round" {
            self.opened(node, record.number, entry)?;
        }
        if signed && node.uncertain {
            let heard = self.must_have_heard(node, &header.matter).is_subset(&node.heard);
            Invariant::SilentUntilCompared.holds_if(heard, || {
                format!("`{}` was signed after an unclean stop, and the partner not heard yet", header.act)
            })?;
        }
        Ok(())
    }

    /// From whom a node must have heard before it signs in a matter: from those with whom it was opened. Where parties come
    /// and go, from those of them who are there now.
    fn must_have_heard(&self, node: &mut Node, id: &MatterId) -> BTreeSet<AgencyId> {
        let us = node.agency();
        let mut parties: BTreeSet<_> = self.parties(id).unwrap_or_default().iter().copied().collect();
        parties.remove(&us);
        if let Some(matter) = node.ledger().and_then(|ledger| ledger.matter(id).ok())
            && matter.convenor().is_some()
            && let Some((opening, _)) = matter.opening()
        {
            let now: BTreeSet<_> = matter.parties().into_iter().map(|party| party.agency).collect();
            let was = |agency: &AgencyId| opening.parties.iter().any(|party| party.agency == *agency);
            parties.retain(|agency| now.contains(agency) && was(agency));
        }
        parties
    }

    /// Nobody lifts a quarantine in these worlds, so whoever was put there stays there.
    fn opened(&self, node: &mut Node, number: u64, entry: &Entry) -> Judged {
        let parties =
            entry.header().opening.as_ref().map(|opening| opening.parties.clone()).unwrap_or_default();
        let Some(partners) = node.ledger().and_then(|ledger| ledger.partners().ok()) else { return Ok(()) };
        let with = |agency| parties.iter().any(|party| party.agency == agency);
        let mut apart =
            partners.iter().filter(|partner| with(partner.agency)).filter_map(|one| one.lane.quarantine);
        let proven_before = apart.any(|quarantine| {
            let began = node.resident.station.disk.look(|kept| kept.entry(&quarantine.began));
            began.ok().flatten().is_some_and(|began| began.number < number)
        });
        Invariant::NothingNewWithAForker
            .holds_if(!proven_before, || format!("request {} was opened with one", entry.header().matter))
    }

    /// Judges a matter that has moved: its state is the one any node had with the same entries. Every fourth time its
    /// entries are folded anew as well.
    fn matter(&mut self, node: &mut Node, id: MatterId, dice: &mut Dice) -> Judged {
        if self.depends_on_hearsay(&id) {
            return Ok(());
        }
        if dice.below(4) == 0 {
            return self.folded_anew(node, id, dice);
        }
        let entries = self.entries_of(node, &id)?;
        if self.kind_at(node, &entries).is_none() {
            return Ok(());
        }
        let Some(ledger) = node.ledger() else { return Ok(()) };
        let live = digest_in(ledger, &id)?;
        self.state((id, release_for(node, &entries)), &entries, &live)?;
        self.void_changes_nothing(node, &id, &entries)?;
        self.stays_settled(node, &id)
    }

    /// Where one entry has been judged since the last look, the one that came last, and is void, the matter stands as it did.
    /// What had waited for it is judged with it: then nothing can be said.
    fn void_changes_nothing(&mut self, node: &mut Node, id: &MatterId, entries: &[Arc<Entry>]) -> Judged {
        let at = (node.agency(), *id);
        let Some(Ok(matter)) = node.ledger().map(|ledger| ledger.matter(id)) else { return Ok(()) };
        // Before it is opened, what comes may tell that it is of another kind.
        if matter.opening().is_none() {
            return Ok(());
        }
        let Brief { parties, cell, clocks, .. } = matter.brief();
        let now = format!("{parties:?} {cell:?} {clocks:?}");
        let judged: BTreeSet<Hash> = entries
            .iter()
            .map(|entry| entry.hash())
            .filter(|entry| {
                matches!(
                    matter.standing(entry),
                    Standing::Valid | Standing::Void(_) | Standing::NotUnderstood
                )
            })
            .collect();
        let last = entries.last().map(|entry| entry.hash());
        let void = last.map(|last| matter.standing(&last)).filter(|last| matches!(last, Standing::Void(_)));
        let before = self.stood.insert(at, (judged.clone(), now.clone()));
        let same = before.is_none_or(|(mut before, stood)| {
            before.extend(last);
            before != judged || stood == now
        });
        Invariant::VoidChangesNothing
            .holds_if(void.is_none() || same, || format!("an entry of matter {id} is {void:?}, and it moved"))
    }

    /// What an entry's kind is at the release that a node runs.
    fn kind_at(&self, node: &Node, entries: &[Arc<Entry>]) -> Option<&dyn AnyKind> {
        self.kinds.get(&node.release)?.of(entries.iter().map(|entry| &**entry))
    }

    fn stays_settled(&mut self, node: &mut Node, id: &MatterId) -> Judged {
        let agency = node.agency();
        let Some(Ok(matter)) = node.ledger().map(|ledger| ledger.matter(id)) else { return Ok(()) };
        self.settled(agency, &**matter)
    }

    /// Folds every matter of a node anew.
    pub(crate) fn every_matter(&mut self, node: &mut Node, dice: &mut Dice) -> Judged {
        let matters = node.resident.station.disk.look(|kept| kept.matters()).unwrap_or_default();
        matters.into_iter().try_for_each(|matter| self.folded_anew(node, matter, dice))
    }

    /// Folds the entries of a matter in another order: it comes to the state in memory.
    fn folded_anew(&mut self, node: &mut Node, id: MatterId, dice: &mut Dice) -> Judged {
        let entries = self.entries_of(node, &id)?;
        if self.depends_on_hearsay(&id) {
            return Ok(());
        }
        let Some(kind) = self.kind_at(node, &entries) else { return Ok(()) };
        let mut folded = kind.matter(id);
        let mut any_order = entries.clone();
        dice.seeded().shuffle(&mut any_order);
        any_order.into_iter().for_each(|entry| folded.receive(entry));
        let digest = folded.digest();
        if let Some(ledger) = node.ledger() {
            let live = digest_in(ledger, &id)?;
            Invariant::MemoryIsTheJournal
                .holds_if(live == digest, || format!("matter {id}:\n  memory {live}\n  journal {digest}"))?;
        }
        let release = release_for(node, &entries);
        self.state((id, release), &entries, &digest)?;
        self.void_changes_nothing(node, &id, &entries)?;
        self.stays_settled(node, &id)?;
        // A fork that has come to light judges anew who had seen a branch of it; before, a judgement is for ever.
        let forked = entries.iter().any(|entry| folded.standing(&entry.hash()) == Standing::Forked);
        if forked {
            return Ok(());
        }
        let forks = forks(&entries);
        entries.iter().try_for_each(|entry| self.standing(&*folded, entry, (&forks, release)))
    }

    /// What a node has of a matter.
    fn entries_of(&mut self, node: &Node, id: &MatterId) -> Result<Vec<Arc<Entry>>, Broken> {
        let records = node.resident.station.disk.look(|kept| kept.matter(id)).unwrap_or_default();
        let entry = |record: Record| match record.what {
            Recorded::Entry { entry, bytes, .. } => Some(self.entry(&bytes, entry)),
            Recorded::InnerRoot { .. } | Recorded::Epoch { .. } | Recorded::Again { .. } => None,
        };
        records.into_iter().filter_map(entry).collect()
    }

    fn state(&mut self, (id, release): (MatterId, Release), entries: &[Arc<Entry>], digest: &str) -> Judged {
        let shared: BTreeSet<Hash> = entries
            .iter()
            .filter(|entry| entry.header().lane.is_shared())
            .map(|entry| entry.hash())
            .collect();
        if shared.is_empty() {
            return Ok(());
        }
        let of_set = suite::hash(&shared.iter().map(|hash| &hash.as_bytes()[..]).collect::<Vec<_>>());
        // The second line is of the inner lane, which each node has for itself.
        let lines = digest.lines().enumerate().filter(|(number, _)| *number != 1);
        let state: String = lines.map(|(_, line)| line).collect::<Vec<_>>().join("\n");
        let first = self.states.entry((id, release, of_set)).or_insert_with(|| state.clone());
        Invariant::SameEntriesSameState
            .holds_if(*first == state, || format!("matter {id}:\n  one node {first}\n  another {state}"))
    }

    fn standing(
        &mut self,
        matter: &dyn AnyMatter,
        entry: &Entry,
        (forks, release): (&Forks, Release),
    ) -> Judged {
        let standing = matter.standing(&entry.hash());
        if matches!(standing, Standing::Waiting | Standing::Forked | Standing::GivenUp) {
            return Ok(());
        }
        // A fork takes away what rests on it: an answer to an act that counts no more counts no more either.
        if forks.is_empty() {
            let first = *self.verdicts.entry((entry.hash(), release)).or_insert(standing);
            Invariant::JudgedOnce.holds_if(first == standing, || {
                let (hash, header) = (entry.hash(), entry.header());
                let (act, lane, place, kind) = (&header.act, header.lane, header.place, matter.kind());
                let lane = format!("`{act}` at {place} of {lane:?} in {} as {kind}", header.kind);
                format!("entry {hash} ({lane}) was {first:?} and is {standing:?}")
            })?;
        }
        has_its_past(matter, entry, forks)
    }
}

/// The release that decides what a matter comes to: letters are under other rules in each, all else is the same.
fn release_for(node: &Node, entries: &[Arc<Entry>]) -> Release {
    let letter = entries.iter().any(|entry| entry.header().kind.as_str() == "round");
    if letter { node.release } else { Release::Now }
}

/// Places of lanes that more than one entry claims.
type Forks = BTreeSet<(Lane, Place)>;

fn forks(entries: &[Arc<Entry>]) -> Forks {
    let mut taken = BTreeSet::new();
    let places = entries.iter().map(|entry| (entry.header().lane, entry.header().place));
    places.filter(|place| !taken.insert(*place)).collect()
}

/// The entry before an evaluated entry is here and evaluated, and so is all it names as seen, but for what stands
/// behind a fork that its author had not seen.
fn has_its_past(matter: &dyn AnyMatter, entry: &Entry, forks: &Forks) -> Result<(), Broken> {
    let header = entry.header();
    let is_here = |hash: &Hash, lane, place: Place| {
        matter.entry(hash).is_some_and(|e| e.header().lane == lane && e.header().place == place)
    };
    let evaluated = |hash: &Hash| {
        !matches!(matter.standing(hash), Standing::Waiting | Standing::Forked | Standing::GivenUp)
    };
    let before = header.prev.is_none_or(|prev| {
        let place = Place { epoch: header.place.epoch, seq: header.place.seq.saturating_sub(1) };
        is_here(&prev, header.lane, place) && evaluated(&prev)
    });
    let behind_fork = |of: Lane, place| forks.iter().any(|(lane, fork)| *lane == of && *fork <= place);
    let seen = header.seen.iter().all(|seen| {
        let counts = evaluated(&seen.entry) || behind_fork(seen.lane, seen.place);
        is_here(&seen.entry, seen.lane, seen.place) && counts
    });
    Invariant::NothingWithoutItsPast
        .holds_if(before && seen, || format!("entry {} counts, and what it names does not", entry.hash()))
}

pub(crate) fn digest_in(ledger: &mut Ledger, matter: &MatterId) -> Result<String, Broken> {
    let digest = ledger.matter(matter).map(|matter| matter.digest());
    digest.map_err(|why| Invariant::NoFaultOfItsOwn.broken(why.to_string()))
}
