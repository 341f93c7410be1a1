//! The towns worlds take place in: nodes that are set up and know each other. Every world gets a copy.

use comity_app::ledger::Compared;
use comity_app::people::{Officer, Partner};
use comity_store::faults::FaultPlan;
use comity_testkit::node::{Person, Station, with_letters};

/// Who drafts, and who reviews and approves. The same in every town: no trace names them.
const PEOPLE: [Person; 2] =
    [("Amara Olin", &["desk", "officer"]), ("Bo Reyes", &["desk", "legal", "supervisor"])];

/// One node before anything has happened.
pub(crate) struct Resident {
    pub(crate) station: Station,
    pub(crate) drafter: Officer,
    pub(crate) approver: Officer,
    /// By the number of their node; its own number is `None`.
    pub(crate) partners: Vec<Option<Partner>>,
}

/// Nodes that know each other.
pub(crate) struct Town {
    residents: Vec<Resident>,
}

impl Town {
    /// Builds a town of so many nodes.
    pub(crate) fn found(size: usize) -> Self {
        let seat = |i: usize| format!("X{}", char::from(b'A' + u8::try_from(i).unwrap_or_default()));
        let name = |i: usize| format!("Country {}", seat(i));
        let stations: Vec<_> = (0..size)
            .map(|i| {
                let seed = (size * 100 + i) as u64;
                Station::new(&format!("n{i}.liaison"), &seat(i), seed, FaultPlan::new()).knowing(with_letters)
            })
            .collect();
        let residents = (0..size).map(|i| {
            let others = (0..size).filter(|j| *j != i);
            let cards: Vec<_> = others.map(|j| (stations[j].card.clone(), name(j))).collect();
            let station = stations[i].clone();
            let mut ledger = station.open(Compared::WithEverybody).expect("memory can be read");
            station.settle(&mut ledger, PEOPLE, &cards).expect("memory can be written");
            let mut officer = |who: usize| ledger.officer(Some(PEOPLE[who].0)).expect("just enlisted");
            let (drafter, approver) = (officer(0), officer(1));
            let known = ledger.partners().expect("memory can be read");
            let of = |j: usize| known.iter().find(|p| p.agency == stations[j].agency).cloned();
            Resident { station, drafter, approver, partners: (0..size).map(of).collect() }
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
