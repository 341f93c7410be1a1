//! What was let out by a recorded act and is being fetched: a download in several ranges is one letting out.
//!
//! Kept in memory; a restart ends it, and the next fetching is recorded anew. Invariant: a grant serves the officer it
//! was recorded for, for the package it was recorded for, and for half a day at most.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use comity_app::workers::Opener;
use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

/// How long a grant serves.
pub(super) const SERVES_MILLIS: i64 = 12 * 60 * 60 * 1000;
/// How many are kept; the oldest makes room.
const KEPT: usize = 1000;

/// What was let out.
#[derive(Clone)]
pub(super) enum What {
    /// The sealed package, as the file it is.
    Package,
    /// What is in it, with what opens it and for what it was said to be.
    Content { opener: Arc<Opener>, purpose: String },
}

struct Grant {
    officer: MatterId,
    entry: Hash,
    until: Timestamp,
    what: What,
}

/// All grants of a node.
#[derive(Default)]
pub(crate) struct Grants(Mutex<BTreeMap<String, Grant>>);

impl Grants {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Grant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what was just recorded, under a drawn name.
    pub(super) fn keep(&self, name: String, officer: MatterId, entry: Hash, now: Timestamp, what: What) {
        let mut kept = self.lock();
        kept.retain(|_, grant| now < grant.until);
        if kept.len() >= KEPT
            && let Some(oldest) =
                kept.iter().min_by_key(|(_, grant)| grant.until).map(|(name, _)| name.clone())
        {
            kept.remove(&oldest);
        }
        kept.insert(name, Grant { officer, entry, until: now.plus_millis(SERVES_MILLIS), what });
    }

    /// What was let out to this officer of this package.
    pub(super) fn find(&self, name: &str, officer: MatterId, entry: Hash, now: Timestamp) -> Option<What> {
        let kept = self.lock();
        let grant = kept.get(name).filter(|grant| now < grant.until)?;
        ((grant.officer, grant.entry) == (officer, entry)).then(|| grant.what.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_serves_one_officer_for_one_package_and_not_for_ever() {
        let (grants, now) = (Grants::default(), Timestamp::from_millis(1_790_000_000_000));
        let [ann, ben] = [1, 2].map(|n| MatterId::from_bytes([n; 32]));
        let [one, other] = [1, 2].map(|n| Hash::from_bytes([n; 32]));
        grants.keep("x".into(), ann, one, now, What::Package);
        let serves = |name, officer, entry, at| grants.find(name, officer, entry, at).is_some();
        assert!(serves("x", ann, one, now));
        assert!(!serves("x", ben, one, now) && !serves("x", ann, other, now) && !serves("y", ann, one, now));
        assert!(!serves("x", ann, one, now.plus_millis(SERVES_MILLIS)));
    }
}
