//! A station: what of a node outlives its process.

use std::collections::BTreeSet;
use std::sync::Arc;

use comity_app::Failure;
use comity_app::commands::ActCommand;
use comity_app::keys::NodeKeys;
use comity_app::ledger::{Compared, Ledger, LedgerParts};
use comity_domain::engine::Kinds;
use comity_domain::matters;
use comity_domain::vocabularies::Role;
use comity_journal::card::{Card, CardFacts};
use comity_journal::ids::AgencyId;
use comity_journal::stated::StatedHead;
use comity_journal::suite::{SecretKey, Suite};
use comity_journal::time::Timestamp;
use comity_store::faults::FaultPlan;

use super::{Disk, NOW, StandingClock, assessment};
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
    /// How often its keys were renewed.
    renewed: u64,
    kinds: fn() -> Kinds,
}

impl Station {
    /// A station with an empty disk; all its keys grow from `seed`.
    ///
    /// # Panics
    /// When label or seat are malformed.
    pub fn new(label: &str, seat: &str, seed: u64, plan: FaultPlan) -> Self {
        let root = root(seed);
        let keys = keys(seed, 0);
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
        Self { agency: card.agency(), card, disk, clock, seed, renewed: 0, kinds: matters::standard }
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
        keys(self.seed, self.renewed)
    }

    /// The root issues a card with new keys, and the disk keeps it: for a node that stands still.
    ///
    /// # Errors
    /// Whatever the ledger says.
    pub fn rotate_keys(&mut self) -> Result<(), Failure> {
        self.renew_keys(|_, facts| Ok((facts, None)))
    }

    /// As above, and the card disowns the former signing key beyond what the journal had recorded before a time, or holds now.
    /// Gives how many entries in its name that are here lie beyond.
    ///
    /// # Errors
    /// Whatever the ledger says.
    pub fn revoke_keys(&mut self, before: Option<Timestamp>) -> Result<u64, Failure> {
        let mut beyond = 0;
        self.renew_keys(|ledger, facts| {
            let disowning = ledger.disown_own_key(facts, before)?;
            beyond = disowning.beyond;
            Ok((disowning.facts, Some(disowning.stated)))
        })?;
        Ok(beyond)
    }

    fn renew_keys(
        &mut self,
        says: impl FnOnce(&mut Ledger, CardFacts) -> Result<(CardFacts, Option<Vec<StatedHead>>), Failure>,
    ) -> Result<(), Failure> {
        let mut station = Self { renewed: self.renewed + 1, ..self.clone() };
        let keys = station.keys();
        let mut ledger = station.open(Compared::With(BTreeSet::new()))?;
        let before = ledger.own_card();
        let mut facts = before.facts().clone();
        (facts.number, facts.prev) = (facts.number + 1, Some(before.hash()));
        (facts.signing, facts.checkpoint) = (keys.signing.public(), keys.checkpoint.public());
        if let (Some(secret), Some(month)) = (keys.content.last(), facts.content.first_mut()) {
            month.key = secret.public();
        }
        facts.packages = keys.packages.public();
        let (facts, stated) = says(&mut ledger, facts)?;
        let card = Card::issue(facts, &self.root()).map_err(|why| Failure::Fault(why.to_string()))?;
        station.card = card.clone();
        ledger.run_now(|ledger, pending| ledger.renew_keys(pending, card, stated))?;
        *self = station;
        Ok(())
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
    /// second of them, and let them have persons and evidence too.
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
            self.widen(ledger, [first.0, second.0], name)?;
        }
        Ok(())
    }

    /// Lets a partner have persons and evidence: one person proposes it, the other widens.
    ///
    /// # Errors
    /// Whatever the ledger says.
    pub fn widen(&self, ledger: &mut Ledger, [first, second]: [&str; 2], name: &str) -> Result<(), Failure> {
        for (who, act, toml) in [(first, "propose-widening", Some(assessment())), (second, "widen", None)] {
            ledger.run_now(|ledger, pending| {
                let (officer, matter) = (ledger.officer(Some(who))?, ledger.partner(name)?.record);
                ledger.act(pending, &ActCommand { matter, act: act.into(), toml }, &officer)
            })?;
        }
        Ok(())
    }
}

/// The keys after so many renewals: what opens stays, what signs is new.
fn keys(seed: u64, renewed: u64) -> NodeKeys {
    let first = NodeKeys::generate(1, &mut Seeded::new(seed));
    let Some(before) = renewed.checked_sub(1) else { return first };
    let former = keys(seed, before);
    let fresh = NodeKeys::generate(1, &mut Seeded::new(seed ^ renewed << 40));
    NodeKeys {
        content: former.content.into_iter().chain(fresh.content).collect(),
        former_packages: std::iter::once(former.packages).chain(former.former_packages).collect(),
        pseudonyms: first.pseudonyms,
        tls: fresh.tls,
        signing: fresh.signing,
        checkpoint: fresh.checkpoint,
        packages: fresh.packages,
    }
}

fn root(seed: u64) -> SecretKey {
    SecretKey::generate(Suite::One, &mut Seeded::new(seed ^ 0xffff))
}
