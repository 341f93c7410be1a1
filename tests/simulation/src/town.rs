//! The towns worlds take place in: nodes that are set up and know each other. Every world gets a copy.
//!
//! In a small town everybody knows everybody. In a larger one partnerships are as sparse as in life: neighbours know each
//! other, a hub knows its region, and hubs know hubs.

use std::collections::BTreeMap;

use comity_app::ledger::Compared;
use comity_app::people::{Officer, Partner};
use comity_store::faults::FaultPlan;
use comity_testkit::node::{Person, Station};

use crate::kinds::Release;

/// Who drafts, and who reviews and approves. The same in every town: no trace names them.
const PEOPLE: [Person; 2] =
    [("Amara Olin", &["desk", "officer"]), ("Bo Reyes", &["desk", "legal", "supervisor"])];

/// Up to so many everybody knows everybody.
const SMALL: usize = 7;
/// How many live in a region of a larger town.
const REGION: usize = 10;
/// How many neighbours on either side know each other there.
const NEAR: usize = 2;

/// One node before anything has happened.
pub(crate) struct Resident {
    pub(crate) station: Station,
    pub(crate) drafter: Officer,
    pub(crate) approver: Officer,
    /// By the number of their node.
    pub(crate) partners: BTreeMap<usize, Partner>,
}

/// Nodes that know each other.
pub(crate) struct Town {
    residents: Vec<Resident>,
}

/// Whether two nodes of a town of so many are partners.
fn know_each_other(size: usize, a: usize, b: usize) -> bool {
    let hub = |node: usize| node - node % REGION;
    let apart = a.abs_diff(b);
    let near = apart.min(size - apart) <= NEAR;
    let through_hub = hub(a) == b || hub(b) == a || (hub(a) == a && hub(b) == b);
    a != b && (size <= SMALL || near || through_hub)
}

impl Town {
    /// Builds a town of so many nodes.
    pub(crate) fn found(size: usize) -> Self {
        let name = |i: usize| format!("Agency {i}");
        let stations: Vec<_> = (0..size)
            .map(|i| {
                let seat = format!("X{}", char::from(b'A' + u8::try_from(i % 26).unwrap_or_default()));
                let seed = (size * 1000 + i) as u64;
                let station = Station::new(&format!("n{i}.liaison"), &seat, seed, FaultPlan::new());
                station.knowing(Release::Now.kinds())
            })
            .collect();
        let residents = (0..size).map(|i| {
            let others: Vec<_> = (0..size).filter(|j| know_each_other(size, i, *j)).collect();
            let cards: Vec<_> = others.iter().map(|j| (stations[*j].card.clone(), name(*j))).collect();
            let station = stations[i].clone();
            let mut ledger = station.open(Compared::WithEverybody).expect("memory can be read");
            station.settle(&mut ledger, PEOPLE, &cards).expect("memory can be written");
            let mut officer = |who: usize| ledger.officer(Some(PEOPLE[who].0)).expect("just enlisted");
            let (drafter, approver) = (officer(0), officer(1));
            let known = ledger.partners().expect("memory can be read");
            let of = |j: &usize| known.iter().find(|p| p.agency == stations[*j].agency).cloned();
            let partners = others.iter().filter_map(|j| Some((*j, of(j)?))).collect();
            Resident { station, drafter, approver, partners }
        });
        Self { residents: residents.collect() }
    }

    /// The same town once more, each disk with a plan of faults of its own.
    pub(crate) fn copy(&self) -> Vec<(Resident, FaultPlan)> {
        let copy = |resident: &Resident| {
            let plan = FaultPlan::new();
            let Resident { station, drafter, approver, partners } = resident;
            let resident = Resident {
                station: station.copy(plan.clone()),
                drafter: drafter.clone(),
                approver: approver.clone(),
                partners: partners.clone(),
            };
            (resident, plan)
        };
        self.residents.iter().map(copy).collect()
    }
}
