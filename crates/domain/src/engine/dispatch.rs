//! What goes out to a party without a node: nothing of ours is delivered to it, so somebody sends a paper and registers that
//! it went.
//!
//! Not here: how what such a party says comes in ([`Recorded`](super::Recorded)).
//!
//! Invariant: an entry goes out by hand exactly where a party of its matter has no node.

use comity_journal::entry::Lane;
use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use serde::Deserialize;

use super::inner::InnerLane;
use super::kind::Kind;
use super::lane::Standing;
use super::matter::Matter;
use super::recorded::Channel;
use crate::act::{Act, Line, Moment, Target};
use crate::gates::{Refusal, rules};

/// Registers that an act of ours went out by paper or another network.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "dispatch", shape = say, propose("officer", "desk", "liaison", "custodian"), inner)]
pub struct Dispatch {
    /// The entry that went; the earliest of ours that is not registered yet unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// By which way.
    #[field(structure)]
    pub channel: Channel,
    /// When it went.
    #[field(structure)]
    pub dated: Option<Moment>,
    /// The reference under which it went.
    #[field(part = "dispatch")]
    pub reference: Option<Line>,
    /// Who took it, or a number to trace it by.
    #[field(part = "dispatch")]
    pub note: Option<Line>,
}

/// The latest word on how an entry of ours went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dispatched {
    /// The entry that registers it; the reference is its content.
    pub entry: Hash,
    /// By which way.
    pub channel: Channel,
    /// When it went; when it was registered, where that was not said.
    pub at: Timestamp,
}

impl<K: Kind> Matter<K> {
    /// The valid entries of `us` that have to go out by hand and are not registered as gone, the earliest first.
    pub fn to_dispatch(&self, us: &AgencyId) -> Vec<Hash> {
        let (InnerLane { dispatched, .. }, lane) = (self.inner(), Lane::Shared(*us));
        let mut own: Vec<_> = self
            .entries()
            .filter(|entry| entry.header().lane == lane && !dispatched.contains_key(&entry.hash()))
            .filter(|entry| self.standing(&entry.hash()) == Standing::Valid)
            .collect();
        if own.is_empty() || !self.has_party_without_node() {
            return Vec::new();
        }
        own.sort_by_key(|entry| entry.header().place);
        own.into_iter().map(|entry| entry.hash()).collect()
    }

    fn has_party_without_node(&self) -> bool {
        self.parties().iter().any(|party| party.recorder.is_some())
    }

    /// What is registered as gone is a valid act of our own, in a matter where something goes out by hand.
    pub(super) fn admit_dispatch(
        &self,
        author: AgencyId,
        dispatch: &DispatchStructure,
    ) -> Result<(), Refusal> {
        let entry = dispatch.of.entry().and_then(|of| self.entry(&of));
        let own = entry.is_some_and(|entry| {
            entry.header().lane == Lane::Shared(author) && self.standing(&entry.hash()) == Standing::Valid
        });
        if own && self.has_party_without_node() { Ok(()) } else { Err(Refusal::under(rules::WRONG_TARGET)) }
    }
}
