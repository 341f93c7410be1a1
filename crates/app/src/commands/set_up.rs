//! Sets a new node up: the first entry of its own record.

use comity_domain::act::{Act as _, Composed, Preparation};
use comity_domain::engine::Dispatch;
use comity_journal::entry::Actor;
use comity_journal::ids::{Genesis, MatterId, Token};
use comity_journal::suite::Hash;

use crate::commands::drafts::inner_entry;
use crate::commands::name_agencies::put_only_for;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::Officer;

impl Ledger {
    /// Writes the first entry of the node's own record, unless it is there.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn set_up(&mut self, pending: &mut Pending) -> Result<MatterId, Failure> {
        if let Some(row) = self.rows_of("node")?.first() {
            return Ok(row.id);
        }
        let genesis = self.genesis("node")?;
        let operator = self.operator(&genesis.matter());
        self.open_inner(pending, &genesis, "initialise", "", operator)?;
        Ok(genesis.matter())
    }

    /// Draws the genesis of a new matter.
    pub(crate) fn genesis(&mut self, kind: &str) -> Result<Genesis, Failure> {
        let rules = self.kind_named(kind)?.def().rules;
        let mut nonce = [0; 32];
        self.entropy.fill(&mut nonce);
        let kind = Token::new(kind).map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(Genesis { opener: self.agency, kind, rules, nonce: Hash::from_bytes(nonce) })
    }

    pub(crate) fn kind_named(&self, kind: &str) -> Result<&dyn comity_domain::engine::AnyKind, Failure> {
        let known = || self.kinds.iter().map(|kind| kind.def().code).collect::<Vec<_>>().join(", ");
        self.kinds.get(kind).ok_or_else(|| {
            Failure::Usage(format!("there is no kind of matter `{kind}`; there are: {}", known()))
        })
    }

    /// Composes an act from TOML against a matter as it stands.
    pub(crate) fn compose(
        &mut self,
        kind: &str,
        matter: Option<&MatterId>,
        act: &str,
        toml: &str,
    ) -> Result<Composed, Failure> {
        let kinds = std::sync::Arc::clone(&self.kinds);
        let kind = kinds.get(kind).ok_or_else(|| Failure::Usage("no such kind of matter".into()))?;
        if let Some(id) = matter {
            self.matter(id)?;
        }
        let named = match (matter, kind.act(act)) {
            (Some(matter), Some(def)) => self.with_officers(matter, def, toml)?,
            _ => None,
        };
        let toml = named.as_deref().unwrap_or(toml);
        let named = match (matter, kind.act(act)) {
            (Some(matter), Some(def)) => self.with_agencies(matter, def, toml)?,
            _ => None,
        };
        let toml = named.as_deref().unwrap_or(toml);
        // Between two parties nothing is withheld from a third.
        let withheld = match kind.act(act).filter(|def| kind.def().fold.is_some() && !def.inner) {
            Some(def) => self.without_only_for(matter, def, toml)?,
            None => None,
        };
        let toml = withheld.as_ref().map_or(toml, |(toml, _)| toml.as_str());
        let Self { entropy, matters, agency, .. } = self;
        let folded = matter.and_then(|id| matters.get(id)).map(|matter| &**matter);
        let goes_out = act == Dispatch::DEF.code;
        let latest = |acts: &[&str]| {
            let matter = folded?;
            if goes_out { matter.to_dispatch(agency).first().copied() } else { matter.latest(acts) }
        };
        let mut preparation = Preparation { entropy: &mut **entropy, latest: &latest };
        let mut composed = kind.compose(act, toml, &mut preparation)?;
        if let Some(folded) = folded {
            composed.structure = folded.with_frontier(agency, act, composed.structure);
        }
        if let Some((_, only_for)) = withheld {
            put_only_for(&mut composed, &only_for);
        }
        Ok(composed)
    }

    /// Composes what an officer wrote: matters it names by number are those the officer may know.
    ///
    /// # Errors
    /// As [`Self::compose`]; a number that means no one matter is a fault of its field.
    pub(crate) fn compose_for(
        &mut self,
        officer: &Officer,
        kind: &str,
        matter: Option<&MatterId>,
        act: &str,
        toml: &str,
    ) -> Result<Composed, Failure> {
        let def = self.kind_named(kind)?.act(act).copied();
        let named = def.map_or(Ok(None), |def| self.with_matters(officer, &def, toml))?;
        self.compose(kind, matter, act, named.as_deref().unwrap_or(toml))
    }

    /// Writes the first entry of a new inner matter.
    pub(crate) fn open_inner(
        &mut self,
        pending: &mut Pending,
        genesis: &Genesis,
        act: &str,
        toml: &str,
        by: Actor,
    ) -> Result<Hash, Failure> {
        let composed = self.compose(genesis.kind.as_str(), None, act, toml)?;
        let new = inner_entry(self, genesis.matter(), genesis.kind.as_str(), composed, by)?;
        self.append_own(pending, new)
    }
}
