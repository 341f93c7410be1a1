//! The view `holdings`: for each partner, a row per matter both are parties of, with one hash over the entries here.
//!
//! Keyed by partner and matter, so that what is held with one partner is one run of keys, and each run of it as well. The
//! ledger keeps the hash of each run in memory until something in it changes: two nodes that hold the same say so with
//! one hash, however much it is. What the hashes are, and what is done when they differ: `comity_federation::holdings`.

use std::collections::{BTreeMap, BTreeSet};

use comity_domain::engine::AnyMatter;
use comity_federation::holdings::{self, Held, RUNS};
use comity_journal::entry::{Entry, Lane, Opening, Party};
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::{self, Hash};
use comity_store::{Recorded, ViewRow};

use super::HOLDINGS;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

/// How many rows are read at once.
const TOGETHER: usize = 4096;

/// The hash of each run of what is held with a partner, where nothing in it has changed since it was made.
#[derive(Default)]
pub(crate) struct HeldRuns {
    by_partner: BTreeMap<AgencyId, Vec<Option<Hash>>>,
    /// What is held of matters whose rows lag, where it was asked for since they changed last.
    ahead: BTreeMap<MatterId, HeldOf>,
    /// Of each partner the agencies that it knows as we do, since all are parties of one matter; nothing until it is asked for.
    acquainted: Option<BTreeMap<AgencyId, BTreeSet<AgencyId>>>,
}

/// What is held of one matter, with each agency that is named in it; nothing with one that may not know of it.
type HeldOf = BTreeMap<AgencyId, Option<Hash>>;

impl HeldRuns {
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// These are parties of one matter with us.
    fn met(&mut self, agencies: &[AgencyId]) {
        let (Some(acquainted), true) = (&mut self.acquainted, agencies.len() > 1) else { return };
        for agency in agencies {
            let others = agencies.iter().filter(|other| *other != agency);
            acquainted.entry(*agency).or_default().extend(others);
        }
    }

    /// Something has come to a matter.
    pub(super) fn changed(&mut self, matter: &MatterId) {
        self.ahead.remove(matter);
        for runs in self.by_partner.values_mut() {
            runs[usize::from(holdings::run_of(matter))] = None;
        }
    }
}

/// Brings the rows of one matter up to date, where an entry of it has come, its rows lagged, or everything is folded
/// anew.
pub(super) fn project(
    ledger: &mut Ledger,
    pending: &mut Pending,
    id: &MatterId,
    lagged: bool,
) -> Result<(), Failure> {
    let is_shared = |what: &Recorded| matches!(what, Recorded::Entry { matter, lane, .. } if matter == id && lane.is_shared());
    let has_come = pending.commit.records.iter().any(|record| is_shared(&record.what));
    let was_stated = pending.commit.heads.iter().any(|head| head.matter == *id);
    if !(lagged || pending.anew || has_come || was_stated || pending.receipted.contains(id)) {
        return Ok(());
    }
    let held = held_now(ledger, pending, id)?;
    let together: Vec<_> =
        held.iter().filter(|(_, hash)| hash.is_some()).map(|(agency, _)| *agency).collect();
    ledger.runs.met(&together);
    for (partner, value) in held {
        let value = value.map(|hash| hash.as_bytes().to_vec());
        pending.commit.views.push(ViewRow { view: HOLDINGS, key: key(&partner, id), value });
    }
    Ok(())
}

/// What is held of a matter as it stands in memory.
fn held_now(ledger: &mut Ledger, pending: &Pending, id: &MatterId) -> Result<HeldOf, Failure> {
    let (entries, now, removed, admissions): (Vec<_>, _, _, _) = match ledger.matter(id) {
        Ok(matter) => {
            let (removed, admissions) = (given_to_removed(&**matter), Admission::all_in(&**matter));
            (matter.entries().into_iter().cloned().collect(), matter.ever_parties(), removed, admissions)
        }
        // Of a kind this release does not know what came is kept all the same.
        Err(Failure::NotFound(_)) => {
            (ledger.entries_of(pending, id)?, Vec::new(), BTreeMap::new(), Vec::new())
        }
        Err(other) => return Err(other),
    };
    let mut shared: Vec<_> = entries.iter().filter(|entry| entry.header().lane.is_shared()).collect();
    shared.sort_by_key(|entry| entry.hash());
    let named = Named::by(shared.iter().map(|entry| &***entry), &now, &admissions);
    // What somebody who is no party put here is nowhere else.
    let of_parties = shared.iter().filter(|entry| named.agencies.contains(&entry.header().lane.party()));
    let of_parties: Vec<&Entry> = of_parties.map(|entry| &***entry).collect();
    let receipted = ledger.receipted(pending, id, &of_parties)?;
    let of_parties: Vec<_> = of_parties.iter().map(|entry| entry.hash()).collect();
    // What was stated of its lanes is held like entries, and asked for like them.
    let mut stated: Vec<_> =
        ledger.stated_heads(id)?.iter().map(|head| suite::hash(&[&head.bytes()])).collect();
    stated.sort();
    let us = ledger.own_card().agency();
    let may_have = |agency, entry: &Hash| removed.get(agency).is_none_or(|given| given.contains(entry));
    let held_with = |partner| {
        let both = of_parties.iter().filter(|entry| may_have(&us, entry) && may_have(partner, entry));
        // Where more than two are parties, so is who has receipted what.
        let told = receipted.iter().filter(|(entry, _)| may_have(&us, entry) && may_have(partner, entry));
        let told = told.map(|(_, receipted)| receipted);
        holdings::of_matter(both.chain(&stated).chain(told).copied())
    };
    let value = held_with(&us);
    // Whose admission counts no more, since it was forked, has a row from when it did.
    let admitted = admissions.iter().map(|admission| admission.agency).collect();
    let others = named.agencies.union(&admitted).filter(|partner| **partner != us);
    let held = others.map(|partner| {
        let of_it = || if removed.contains_key(partner) { held_with(partner) } else { value };
        let is_named = named.agencies.contains(partner) && named.by_all(&us) && named.by_all(partner);
        (*partner, is_named.then(of_it))
    });
    Ok(held.collect())
}

/// The entries that each party which was removed may be given: with it nothing else is compared.
fn given_to_removed(matter: &dyn AnyMatter) -> BTreeMap<AgencyId, BTreeSet<Hash>> {
    let removed = matter.former_parties();
    if removed.is_empty() {
        return BTreeMap::new();
    }
    let entries: Vec<_> = matter.entries().into_iter().map(|entry| entry.hash()).collect();
    let given = |agency: &AgencyId| {
        entries.iter().copied().filter(|entry| matter.may_be_given(agency, entry)).collect()
    };
    removed.into_iter().map(|party| (party.agency, given(&party.agency))).collect()
}

/// An entry of a matter that admits somebody, whether it counts or not.
pub(crate) struct Admission {
    by: AgencyId,
    agency: AgencyId,
    /// Whether the lane it stands in has two branches, or had.
    on_branch: bool,
}

impl Admission {
    /// All that are here.
    pub(crate) fn all_in(matter: &dyn AnyMatter) -> Vec<Self> {
        let said = matter.said_to_be_admitted().into_iter();
        let on_branch = |by: &AgencyId| matter.has_branches(Lane::Shared(*by));
        said.map(|(by, agency)| Self { by, agency, on_branch: on_branch(&by) }).collect()
    }
}

/// Whom the openings of a matter name that are here. Every one counts, whether it is valid or one of two; of two neither
/// does yet, so what is held is spoken of only to whom both name.
pub(crate) struct Named<'m> {
    openings: Vec<&'m Opening>,
    /// Everybody who is a party or was one, as they are now: who had no node when it was opened may have one, and others
    /// were admitted since.
    now: &'m [Party],
    /// Whom a lane with two branches admits that is an opener's: such a fork has to reach all whom any branch makes a party,
    /// though the admission counts nowhere where both are known.
    admitted: BTreeSet<AgencyId>,
    /// Whoever is named at all.
    agencies: BTreeSet<AgencyId>,
}

impl<'m> Named<'m> {
    pub(crate) fn by(
        entries: impl Iterator<Item = &'m Entry>,
        now: &'m [Party],
        admissions: &[Admission],
    ) -> Self {
        let openings: Vec<_> = entries.filter_map(|entry| entry.header().opening.as_ref()).collect();
        let opens = |author: AgencyId| openings.iter().any(|opening| opening.genesis.opener == author);
        let on_branches = admissions.iter().filter(|admission| admission.on_branch && opens(admission.by));
        let admitted: BTreeSet<_> = on_branches.map(|admission| admission.agency).collect();
        let parties = openings.iter().flat_map(|opening| &opening.parties).chain(now);
        let agencies = parties.map(|party| party.agency).chain(admitted.iter().copied()).collect();
        Self { openings, now, admitted, agencies }
    }

    /// Whether every opening names an agency as one that has a node, or it is a party with one now, or a branch admits it.
    pub(crate) fn by_all(&self, agency: &AgencyId) -> bool {
        if self.admitted.contains(agency) {
            return true;
        }
        let has_node = |party: &Party| party.agency == *agency && party.recorder.is_none();
        let names = |opening: &&Opening| opening.parties.iter().chain(self.now).any(has_node);
        self.openings.iter().all(names)
    }

    pub(crate) fn is_opened(&self) -> bool {
        !self.openings.is_empty()
    }
}

fn key(partner: &AgencyId, matter: &MatterId) -> Vec<u8> {
    [partner.as_bytes(), &matter.as_bytes()[..]].concat()
}

impl Ledger {
    /// One hash over what is held of the matters shared with a partner.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn holdings_with(&mut self, partner: &AgencyId) -> Result<Hash, Failure> {
        Ok(holdings::of_all(&self.runs_with(partner)?))
    }

    /// The hash of each run of it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn runs_with(&mut self, partner: &AgencyId) -> Result<Vec<Hash>, Failure> {
        let known = match self.runs.by_partner.remove(partner) {
            Some(known) => known,
            None => self.all_runs(partner)?,
        };
        let mut runs = Vec::with_capacity(RUNS);
        for (number, known) in (0..=u8::MAX).zip(known) {
            runs.push(match known {
                Some(hash) => hash,
                None => holdings::of_run(&self.held_with(partner, Some(number))?),
            });
        }
        self.runs.by_partner.insert(*partner, runs.iter().copied().map(Some).collect());
        Ok(runs)
    }

    fn all_runs(&mut self, partner: &AgencyId) -> Result<Vec<Option<Hash>>, Failure> {
        let held = self.held_with(partner, None)?;
        let mut runs = vec![Some(Hash::ZERO); RUNS];
        for run in held.chunk_by(|a, b| holdings::run_of(&a.matter) == holdings::run_of(&b.matter)) {
            if let Some(first) = run.first() {
                runs[usize::from(holdings::run_of(&first.matter))] = Some(holdings::of_run(run));
            }
        }
        Ok(runs)
    }

    /// What is held of one matter shared with a partner.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn held_of(&mut self, partner: &AgencyId, matter: &MatterId) -> Result<Option<Hash>, Failure> {
        if self.lagging.has(matter) {
            return Ok(self.held_ahead(matter)?.get(partner).copied().flatten());
        }
        let row = self.store.view_row(HOLDINGS, &key(partner, matter))?;
        Ok(row.and_then(|value| Hash::from_slice(&value)))
    }

    /// What is held of a matter whose rows lag.
    fn held_ahead(&mut self, matter: &MatterId) -> Result<&HeldOf, Failure> {
        if !self.runs.ahead.contains_key(matter) {
            // What is in the making of a commit changes this again when it is done.
            let held = held_now(self, &Pending::new(self.length(), self.now()), matter)?;
            self.runs.ahead.insert(*matter, held);
        }
        self.runs.ahead.get(matter).ok_or_else(|| Failure::Fault("what was just put there is there".into()))
    }

    /// What is held of the matters shared with a partner, all of it or one run.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn held_with(&mut self, partner: &AgencyId, run: Option<u8>) -> Result<Vec<Held>, Failure> {
        let mut held = self.rows_held_with(partner, run)?;
        let of_run = |matter: &&MatterId| run.is_none_or(|run| holdings::run_of(matter) == run);
        let ahead: Vec<_> = self.lagging.matters().filter(of_run).copied().collect();
        for matter in ahead {
            let now = self.held_ahead(&matter)?.get(partner).copied().flatten();
            let now = now.map(|entries| Held { matter, entries });
            match (held.binary_search_by_key(&matter, |held| held.matter), now) {
                (Ok(at), Some(now)) => held[at] = now,
                (Ok(at), None) => drop(held.remove(at)),
                (Err(at), Some(now)) => held.insert(at, now),
                (Err(_), None) => {}
            }
        }
        Ok(held)
    }

    /// The agencies that a partner knows as we do: all are parties of one matter. Reads every row once after a start.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn acquainted_with(&mut self, partner: &AgencyId) -> Result<BTreeSet<AgencyId>, Failure> {
        if self.runs.acquainted.is_none() {
            let mut with_each: Vec<(AgencyId, Vec<MatterId>)> = Vec::new();
            for known in self.known_partners()?.iter().filter(|known| !known.off_network) {
                let held = self.held_with(&known.agency, None)?;
                with_each.push((known.agency, held.into_iter().map(|held| held.matter).collect()));
            }
            self.runs.acquainted = Some(BTreeMap::new());
            for (i, (agency, matters)) in with_each.iter().enumerate() {
                for (other, theirs) in with_each.iter().skip(i + 1) {
                    let (few, many) =
                        if matters.len() < theirs.len() { (matters, theirs) } else { (theirs, matters) };
                    if few.iter().any(|matter| many.binary_search(matter).is_ok()) {
                        self.runs.met(&[*agency, *other]);
                    }
                }
            }
        }
        Ok(self.runs.acquainted.as_ref().and_then(|known| known.get(partner)).cloned().unwrap_or_default())
    }

    fn rows_held_with(&self, partner: &AgencyId, run: Option<u8>) -> Result<Vec<Held>, Failure> {
        let begin: Vec<u8> = partner.as_bytes().iter().copied().chain(run).collect();
        let (mut held, mut after) = (Vec::new(), begin.clone());
        loop {
            let rows = self.store.view(HOLDINGS, Some(&after), TOGETHER)?;
            let (count, last) = (rows.len(), rows.last().map(|(key, _)| key.clone()));
            let of_it = rows.iter().take_while(|(key, _)| key.starts_with(&begin));
            for (key, value) in of_it {
                let broken = || Failure::Fault("a row of the view of holdings cannot be read".into());
                let matter = key.get(32..).and_then(MatterId::from_slice).ok_or_else(broken)?;
                held.push(Held { matter, entries: Hash::from_slice(value).ok_or_else(broken)? });
            }
            match last.filter(|last| count == TOGETHER && last.starts_with(&begin)) {
                Some(last) => after = last,
                None => return Ok(held),
            }
        }
    }
}
