//! A node that is put back from an older copy of itself, as by an operator or by a snapshot of its machine, and its root,
//! which declares the new epoch of its tree.
//!
//! A snapshot of the whole machine brings back the marker of a clean stop as well: then the node trusts itself. Nothing at the
//! node can tell; as long as it hears a partner before it contradicts itself it must come out of it like any other copy.
//!
//! What was under way when that happened never arrives: nobody answers on a connection of a machine that was put back.

use std::collections::{BTreeMap, BTreeSet};

use comity_journal::suite::Hash;
use comity_store::Recorded;
use comity_testkit::node::{Disk, next_epoch};

use crate::invariants::{Broken, Judge, Judged};
use crate::node::Copied;
use crate::world::World;

impl World {
    /// The first node is copied, or put back from the copy that was made of it.
    pub(crate) fn copy_or_put_back(&mut self) -> Judged {
        let node = &mut self.nodes[0];
        if node.rogue {
            return Ok(());
        }
        if let Some(copy) = node.copy.take() {
            return self.put_back(&copy);
        }
        let trusting = node.trusts_itself();
        let disk = node.resident.station.disk.copy(node.plan.clone());
        let records = disk.look(|kept| kept.length()).unwrap_or_default();
        node.copy = Some(Copied { disk, records, trusting });
        self.say(format!("n0 is copied with {records} records"));
        Ok(())
    }

    fn put_back(&mut self, copy: &Copied) -> Judged {
        if self.nodes[0].up.is_some() {
            self.die(0)?;
        }
        // What has reached the others by now is theirs.
        for other in 1..self.nodes.len() {
            while self.nodes[other].up.as_ref().is_some_and(|up| up.ledger.waiting() > 0) {
                self.work(other)?;
            }
        }
        self.network.hang_up(0);
        self.tasks.hang_up(0);
        // What was on its way to them nobody has seen.
        let us = self.agency(0);
        for other in self.nodes.iter().skip(1) {
            let held = other.resident.station.disk.look(|kept| kept.checkpoint(&us)).ok().flatten();
            self.judge.has_seen(us, other.agency(), held);
        }
        let lost = self.lost_with(&copy.disk);
        let has = |disk: &Disk, entry: &Hash| {
            disk.look(|kept| kept.entry(entry)).is_ok_and(|there| there.is_some())
        };
        let others = || self.nodes.iter().skip(1);
        let is_elsewhere = |entry: &&Hash| others().any(|node| has(&node.resident.station.disk, entry));
        let elsewhere: BTreeSet<Hash> = lost.iter().filter(is_elsewhere).copied().collect();
        for entry in lost.difference(&elsewhere) {
            self.judge.forget(entry);
        }
        let silent = copy.trusting && self.dice.in_thousand(300);
        self.judge.is_put_back(us, silent);
        let node = &mut self.nodes[0];
        let promised = std::mem::take(&mut node.promised).into_iter();
        let (back, kept): (BTreeMap<_, _>, _) = promised.partition(|(entry, _)| lost.contains(entry));
        node.promised = kept;
        node.owed.extend(back.into_iter().filter(|(entry, _)| elsewhere.contains(entry)));
        let disk = &node.resident.station.disk;
        node.resident.station.disk = disk.put_back(&copy.disk, node.plan.clone());
        (node.seen, node.tree, node.awaited, node.uncertain) =
            (copy.records, Default::default(), false, !silent);
        let (records, gone, still) = (copy.records, lost.len(), elsewhere.len());
        let how = if silent { " and does not know it" } else { "" };
        self.say(format!(
            "n0 is put back to {records} records{how}: {gone} entries lost, {still} of them elsewhere"
        ));
        Ok(())
    }

    /// The entries that the first node has and a copy of it does not.
    fn lost_with(&self, copy: &Disk) -> BTreeSet<Hash> {
        let entries = |disk: &Disk| {
            let of = |record: comity_store::Record| match record.what {
                Recorded::Entry { entry, .. } => Some(entry),
                Recorded::InnerRoot { .. } | Recorded::Epoch { .. } | Recorded::Again { .. } => None,
            };
            let records = disk.look(|kept| kept.records(0, usize::MAX)).unwrap_or_default();
            records.into_iter().filter_map(of).collect::<BTreeSet<_>>()
        };
        let (now, then) = (entries(&self.nodes[0].resident.station.disk), entries(copy));
        now.difference(&then).copied().collect()
    }

    /// The root of a node declares the epoch that its tree has begun, if one waits for that; tells whether it did.
    pub(crate) fn declare_epoch(&mut self, number: usize) -> Result<bool, Broken> {
        let root = self.nodes[number].resident.station.root();
        let Some(ledger) = self.nodes[number].ledger() else { return Ok(false) };
        if !ledger.awaits_epoch() {
            return Ok(false);
        }
        let epoch = ledger.tree_epoch();
        let declared = ledger.run_now(|ledger, pending| {
            let card = next_epoch(ledger, &root)?;
            ledger.declare_epoch(pending, card)
        });
        self.say(format!("the root of n{number} declares epoch {epoch}: {declared:?}"));
        if let Err(why) = &declared {
            Judge::no_fault(why)?;
        }
        if self.nodes[number].resident.station.disk.is_off() {
            self.die(number)?;
        }
        let node = &mut self.nodes[number];
        node.awaited = false;
        self.recorded(number)?;
        Ok(declared.is_ok())
    }
}
