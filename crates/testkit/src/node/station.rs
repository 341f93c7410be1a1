//! A station: what of a node outlives its process.

use std::sync::Arc;

use comity_app::Failure;
use comity_app::keys::NodeKeys;
use comity_app::ledger::{Compared, Ledger, LedgerParts};
use comity_domain::engine::Kinds;
use comity_domain::matters;
use comity_domain::vocabularies::Role;
use comity_journal::card::Card;
use comity_journal::ids::AgencyId;
use comity_journal::suite::{SecretKey, Suite};
use comity_store::faults::FaultPlan;

use super::{Disk, NOW, StandingClock};
use crate::{CertifiedKeys, Seeded, first_card};

/// A person and the roles held.
pub type Person = (&'static str, &'static [&'static str]);

/// Keys, card, disk and clock of one node.
#[derive(Clone)]
pub struct Station {
    /// The agency.
    pub agency: AgencyId,
    /// Its card.
    pub card: Card,
    /// What it keeps.
    pub disk: Disk,
    /// Its time.
    pub clock: StandingClock,
    seed: u64,
    kinds: fn() -> Kinds,
}

impl Station {
    /// A station with an empty disk; all its keys grow from `seed`.
    ///
    /// # Panics
    /// When label or seat are malformed.
    pub fn new(label: &str, seat: &str, seed: u64, plan: FaultPlan) -> Self {
        let root = root(seed);
        let keys = keys(seed);
        let certified = CertifiedKeys {
            signing: keys.signing.public(),
            checkpoint: keys.checkpoint.public(),
            content: keys.content[0].public(),
            packages: keys.packages.public(),
            tls: SecretKey::generate(Suite::One, &mut Seeded::new(seed)).public(),
        };
        let card = Card::issue(first_card(label, seat, &root, certified), &root);
        let card = card.expect("the facts fit together");
        let (disk, clock) = (Disk::new(plan), StandingClock::at(NOW));
        Self { agency: card.agency(), card, disk, clock, seed, kinds: matters::standard }
    }

    /// The same station, knowing these kinds of matters.
    #[must_use]
    pub fn knowing(self, kinds: fn() -> Kinds) -> Self {
        Self { kinds, ..self }
    }

    /// Another station with the same keys and a copy of the disk.
    #[must_use]
    pub fn copy(&self, plan: FaultPlan) -> Self {
        Self { disk: self.disk.copy(plan), clock: StandingClock::at(NOW), ..self.clone() }
    }

    /// Its offline root.
    pub fn root(&self) -> SecretKey {
        root(self.seed)
    }

    /// Its keys.
    pub fn keys(&self) -> NodeKeys {
        keys(self.seed)
    }

    /// Opens the ledger on the disk. Each start draws other numbers.
    ///
    /// # Errors
    /// When the disk cannot be read.
    pub fn open(&self, compared: Compared) -> Result<Ledger, Failure> {
        let start = self.disk.start();
        Ledger::open(LedgerParts {
            store: Box::new(self.disk.clone()),
            keys: self.keys(),
            card: self.card.clone(),
            kinds: Arc::new((self.kinds)()),
            clock: Arc::new(self.clock.clone()),
            entropy: Box::new(Seeded::new(self.seed.wrapping_mul(31).wrapping_add(start << 32))),
            compared,
        })
    }

    /// Sets the node up: its people come to work, and they meet partners, added by the first and confirmed by the
    /// second of them.
    ///
    /// # Errors
    /// Whatever the ledger says.
    pub fn settle(
        &self,
        ledger: &mut Ledger,
        [first, second]: [Person; 2],
        partners: &[(Card, String)],
    ) -> Result<(), Failure> {
        for (name, roles) in [first, second] {
            let roles: Vec<_> = roles.iter().filter_map(|role| Role::from_code(role)).collect();
            ledger.run_now(|ledger, pending| {
                ledger.set_up(pending)?;
                ledger.add_officer(pending, name, &roles)
            })?;
        }
        for (card, name) in partners {
            let (card, compared) = (card.clone(), card.fingerprint());
            ledger.run_now(|ledger, pending| {
                let officer = ledger.officer(Some(first.0))?;
                ledger.add_partner(pending, card, &compared, Some(name), None, &officer)
            })?;
            ledger.run_now(|ledger, pending| {
                let officer = ledger.officer(Some(second.0))?;
                ledger.confirm_partner(pending, name, &officer)
            })?;
        }
        Ok(())
    }
}

fn keys(seed: u64) -> NodeKeys {
    NodeKeys::generate(1, &mut Seeded::new(seed))
}

fn root(seed: u64) -> SecretKey {
    SecretKey::generate(Suite::One, &mut Seeded::new(seed ^ 0xffff))
}
