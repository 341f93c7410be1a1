//! One node of a world: its station, its ledger while it is up, and what the judge has seen of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use comity_app::Failure;
use comity_app::ledger::{Compared, Ledger, LedgerByHand, LedgerHandle};
use comity_app::workers::Level;
use comity_domain::matters::node::Kept;
use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;
use comity_journal::tree::Tree;
use comity_store::faults::FaultPlan;
use comity_store::{Record, Recorded, TreeName};
use comity_testkit::node::Disk;
use tokio::sync::Mutex;

use crate::kinds::Release;
use crate::town::Resident;

/// One node.
pub(crate) struct Node {
    pub(crate) resident: Resident,
    pub(crate) plan: FaultPlan,
    pub(crate) up: Option<Up>,
    /// How far its clock is from the world's, in milliseconds.
    pub(crate) skew: i64,
    /// Whether it may lie.
    pub(crate) rogue: bool,
    /// Which release it runs.
    pub(crate) release: Release,
    /// Whether it hears whoever calls, and says nothing.
    pub(crate) silent: bool,
    /// Whether readings of its disk fail, or have failed and the ledger has not worked since.
    pub(crate) unreadable: bool,
    /// Whether its disk cannot be read or takes nothing now.
    pub(crate) failing: bool,
    /// Whether the last stop was unclean.
    pub(crate) uncertain: bool,
    /// How much of one partner it keeps that it cannot use: little, so that worlds come to the end of it.
    pub(crate) room: Kept,
    /// From whom it has heard a hello since it started.
    pub(crate) heard: BTreeSet<AgencyId>,
    /// How many records the judge has seen.
    pub(crate) seen: u64,
    /// The exchange tree that is durable, of the epoch it is of.
    pub(crate) tree: (u32, Tree),
    /// A copy of its disk.
    pub(crate) copy: Option<Copied>,
    /// Whether the root had yet to declare the epoch of its tree when the judge last looked.
    pub(crate) awaited: bool,
    /// What it had promised, lost, and is to get back from partners that hold it.
    pub(crate) owed: BTreeMap<Hash, &'static str>,
    /// Every entry it receipted or told somebody about, with what it said.
    pub(crate) promised: BTreeMap<Hash, &'static str>,
}

/// A copy of a node's disk.
pub(crate) struct Copied {
    pub(crate) disk: Disk,
    /// How many records it has.
    pub(crate) records: u64,
    /// Whether the node trusted itself then: whoever puts back the whole machine, marker of the clean stop and all, makes it
    /// trust itself again.
    pub(crate) trusting: bool,
}

/// A node at work.
pub(crate) struct Up {
    pub(crate) handle: LedgerHandle,
    pub(crate) ledger: LedgerByHand,
    /// How its last session with each partner ended.
    pub(crate) levels: BTreeMap<AgencyId, Arc<Mutex<Level>>>,
}

impl Node {
    pub(crate) fn new(resident: Resident, plan: FaultPlan, rogue: bool, room: u64) -> Self {
        Self {
            resident,
            plan,
            up: None,
            skew: 0,
            rogue,
            release: Release::Now,
            silent: false,
            room: Kept { entries: room, bytes: u64::MAX },
            unreadable: false,
            failing: false,
            uncertain: false,
            heard: BTreeSet::new(),
            seen: 0,
            tree: (0, Tree::default()),
            copy: None,
            awaited: false,
            owed: BTreeMap::new(),
            promised: BTreeMap::new(),
        }
    }

    /// The node starts; after an unclean stop it signs nothing shared until it has compared.
    pub(crate) fn start(&mut self) -> Result<(), Failure> {
        let compared = if self.uncertain { Compared::With(BTreeSet::new()) } else { Compared::WithEverybody };
        self.resident.station.disk.power_on();
        self.mend();
        self.unreadable = false;
        self.heard.clear();
        let mut ledger = self.resident.station.open(compared)?;
        ledger.keep_at_most(self.room);
        let (handle, ledger) = LedgerHandle::by_hand(ledger);
        self.up = Some(Up { handle, ledger, levels: BTreeMap::new() });
        Ok(())
    }

    /// The node stops cleanly. Only one that has compared with everybody trusts itself at its next start.
    pub(crate) fn stop_cleanly(&mut self) {
        if self.up.is_some() {
            self.uncertain = !self.trusts_itself();
            self.up = None;
        }
    }

    /// It runs this release from now on.
    pub(crate) fn run_release(&mut self, release: Release) {
        self.release = release;
        self.resident.station = self.resident.station.clone().knowing(release.kinds());
    }

    pub(crate) fn agency(&self) -> AgencyId {
        self.resident.station.agency
    }

    /// Whether it has compared with all its partners since it started, or trusted itself from the beginning.
    pub(crate) fn trusts_itself(&mut self) -> bool {
        let Some(up) = &mut self.up else { return false };
        let mut partners = self.resident.partners.values();
        partners.all(|partner| !up.ledger.ledger().is_waited_for(&partner.agency))
    }

    /// Readings succeed again, and there is room.
    pub(crate) fn mend(&mut self) {
        self.plan.mend_readings();
        self.plan.make_room();
        self.failing = false;
    }

    /// The ledger, while the node is up and can read its disk.
    pub(crate) fn ledger(&mut self) -> Option<&mut Ledger> {
        if self.unreadable { None } else { self.up.as_mut().map(|up| up.ledger.ledger()) }
    }

    /// The exchange tree of an epoch, as far as it is durable.
    pub(crate) fn durable_tree(&mut self, epoch: u32) -> &Tree {
        let disk = &self.resident.station.disk;
        let begins = disk.look(|kept| kept.epochs()).unwrap_or_default();
        let leaf_of = |record: &Record| match record.what {
            Recorded::Epoch { epoch, .. } => Some((epoch, record.leaf)),
            _ => None,
        };
        let mut firsts: BTreeMap<u32, u64> = BTreeMap::from([(0, 0)]);
        for (epoch, leaf) in begins.iter().filter_map(leaf_of) {
            firsts.entry(epoch).or_insert(leaf);
        }
        if self.tree.0 != epoch {
            self.tree = (epoch, Tree::default());
        }
        let Some(first) = firsts.get(&epoch) else { return &self.tree.1 };
        let end = firsts.range(epoch + 1..).next().map_or(u64::MAX, |(_, leaf)| *leaf);
        let next = first + self.tree.1.size();
        let room = usize::try_from(end.saturating_sub(next)).unwrap_or(usize::MAX);
        let grown = disk.look(|kept| kept.leaf_hashes(TreeName::Exchange, next, room));
        self.tree.1.extend(grown.unwrap_or_default());
        &self.tree.1
    }
}
