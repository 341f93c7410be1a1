//! The sealed packages that a matter's entries name: what was handed over, and the papers of what was recorded.
//!
//! Not here: where the bytes are, and whether anybody vouches for them, which is each node's own.

use std::sync::Arc;

use comity_journal::entry::{Entry, Party};

use super::candidate::Stated;
use super::kind::{HandedOver, Kind, Lanes, PackageRef};
use super::lane::Standing;
use super::matter::{Matter, State};
use super::recorded::PAPER_FACT;

impl<K: Kind> Matter<K> {
    /// Whether an entry hands over a package, or says that it brings a paper.
    pub(super) fn names_package(entry: &Entry) -> bool {
        let header = entry.header();
        K::DEF.hands_over == Some(header.act.as_str())
            || header.relied.iter().any(|relied| relied.fact.as_str() == PAPER_FACT)
    }

    /// The sealed packages that valid entries handed over, and those that hold the papers of what was recorded.
    pub fn packages(&self) -> Vec<HandedOver> {
        let valid = |entry: &&Arc<Entry>| self.standing(&entry.hash()) == Standing::Valid;
        let naming = self.with_package.iter().filter_map(|entry| self.entry(entry));
        let naming: Vec<_> = naming.filter(valid).collect();
        if naming.is_empty() {
            return Vec::new();
        }
        let state = self.state();
        let lanes = state.lanes_with(None);
        naming
            .into_iter()
            .flat_map(|entry| {
                let handed = self.handed_over(entry, &state, &lanes);
                handed.into_iter().chain(self.paper_brought(entry))
            })
            .collect()
    }

    fn handed_over(&self, entry: &Entry, state: &State<K>, lanes: &Lanes<'_, K::Lane>) -> Option<HandedOver> {
        if K::DEF.hands_over != Some(entry.header().act.as_str()) {
            return None;
        }
        let package = K::package(&Self::kind_act(&Stated::of(entry))?.ok()?)?;
        let kept = K::keeps(lanes, &entry.hash());
        let (stands, role) = K::stands(lanes, &entry.hash());
        let party = state.parties.iter().find(|party| Some(party.role.as_str()) == role);
        let is_now = |party: &Party| state.handed.get(&party.agency).map_or(party.agency, |handed| handed.to);
        let (by, holder) = (entry.header().author, party.map(is_now));
        Some(HandedOver { package, entry: entry.hash(), by, kept, stands, holder, paper: false })
    }

    fn paper_brought(&self, entry: &Entry) -> Option<HandedOver> {
        let (package, by) = (PackageRef { root: self.paper_of(entry)?, size: 0 }, entry.header().author);
        let (entry, holder) = (entry.hash(), Some(by));
        Some(HandedOver { package, entry, by, kept: true, stands: "recorded", holder, paper: true })
    }
}
