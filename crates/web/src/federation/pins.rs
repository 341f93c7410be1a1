//! The TLS keys we let in, and whose each is.
//!
//! They come from agency cards; who may pin a card is decided elsewhere. This is only the set that every
//! handshake looks into.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use comity_journal::ids::AgencyId;
use comity_journal::suite::PublicKey;

/// The TLS keys of our partners, and whose each is. Clones share one set; a change counts from the next
/// handshake on, and at a listener from the next request on.
#[derive(Clone, Debug, Default)]
pub struct PinnedKeys {
    keys: Arc<RwLock<BTreeMap<PublicKey, AgencyId>>>,
}

impl PinnedKeys {
    /// An empty set: nobody is let in.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets `key` in as `agency`.
    pub fn pin(&self, key: PublicKey, agency: AgencyId) {
        self.keys.write().unwrap_or_else(PoisonError::into_inner).insert(key, agency);
    }

    /// Lets `key` in no longer.
    pub fn unpin(&self, key: &PublicKey) {
        self.keys.write().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// Lets these in and nobody else, in one step: no handshake sees a mixture.
    pub fn replace(&self, keys: BTreeMap<PublicKey, AgencyId>) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// Whose key this is; `None` for a stranger's.
    pub fn agency_of(&self, key: &PublicKey) -> Option<AgencyId> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(key).copied()
    }
}
