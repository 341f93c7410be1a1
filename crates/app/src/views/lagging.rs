//! Which matters' rows lag behind the journal, and may for a moment.
//!
//! A list is folded for people, who look now and then; entries come by the thousand. So a commit of jobs that look at no
//! list ([`Pending::ahead`]) leaves the rows of what it touched as they are and notes, in the same commit, that they lag.
//! They are folded before the next job that may look, and after [`AT_MOST_MS`] at the latest: many entries of a matter then
//! cost one fold of its row.
//!
//! Only rows of `matter`, `order`, `search` and `holdings` lag; what is held is reckoned anew for whoever asks. Never
//! those of a matter that has none yet (so whether a matter is there is always told right), never those of a node's own
//! records, and never where content is erased.
//!
//! Invariant: a matter whose rows are not what its entries make them is named in this view, in every state of the store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use comity_store::{Reader, ViewRow};

use super::{LAGGING, stored_kind};
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

/// How long rows lag while entries keep coming, in milliseconds.
pub(crate) const AT_MOST_MS: i64 = 500;

/// The content by whose words a matter is not found yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NewWords {
    /// That of these entries.
    Of(BTreeSet<Hash>),
    /// The node has been started since: any of it.
    Any,
}

/// The matters whose rows lag, and since when the first of them does.
#[derive(Default)]
pub(crate) struct Lagging {
    matters: BTreeMap<MatterId, NewWords>,
    since: Option<Timestamp>,
    told: ViewsLag,
}

/// Since when rows lag, for whoever watches the node. It can be read without the ledger: a job that asked it might be the
/// one before which they are folded.
#[derive(Clone, Debug)]
pub struct ViewsLag(Arc<AtomicI64>);

impl ViewsLag {
    /// While none lag.
    const NONE: i64 = i64::MAX;

    /// How old the oldest commit is whose rows are not folded yet, in milliseconds; 0 when there is none.
    pub fn millis(&self, now: Timestamp) -> i64 {
        now.millis().saturating_sub(self.0.load(Ordering::Relaxed)).max(0)
    }

    fn tell(&self, since: Option<Timestamp>) {
        self.0.store(since.map_or(Self::NONE, Timestamp::millis), Ordering::Relaxed);
    }
}

impl Default for ViewsLag {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(Self::NONE)))
    }
}

impl Lagging {
    /// Reads which they are.
    ///
    /// # Errors
    /// When the store cannot be read, or a row of it.
    pub(crate) fn read_again(&mut self, store: &dyn Reader, now: Timestamp) -> Result<(), Failure> {
        self.forget();
        for (key, _) in store.view(LAGGING, None, usize::MAX)? {
            let broken = || Failure::Fault("a row of the view of lagging rows cannot be read".into());
            self.matters.insert(MatterId::from_slice(&key).ok_or_else(broken)?, NewWords::Any);
            self.lag_since(Some(now));
        }
        Ok(())
    }

    pub(super) fn forget(&mut self) {
        self.matters.clear();
        self.lag_since(None);
    }

    fn lag_since(&mut self, since: Option<Timestamp>) {
        self.since = since;
        self.told.tell(since);
    }

    /// Whether any rows lag.
    pub(crate) fn is_empty(&self) -> bool {
        self.matters.is_empty()
    }

    /// Whether those of a matter do.
    pub(super) fn has(&self, matter: &MatterId) -> bool {
        self.matters.contains_key(matter)
    }

    /// Whether they have lagged for as long as they may.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.since.is_some_and(|since| since.millis_until(now) >= AT_MOST_MS)
    }

    /// The words of this content are looked for when the matter's rows are folded; `false` where they do not lag.
    pub(super) fn add(&mut self, matter: &MatterId, entries: &BTreeSet<Hash>) -> bool {
        let lagging = self.matters.get_mut(matter);
        if let Some(NewWords::Of(known)) = lagging {
            known.extend(entries);
            return true;
        }
        lagging.is_some()
    }

    /// The matters.
    pub(crate) fn matters(&self) -> impl Iterator<Item = &MatterId> {
        self.matters.keys()
    }
}

/// Leaves the rows of these matters as they are, where they may lag; `due` keeps the others.
pub(super) fn put_off(
    ledger: &mut Ledger,
    pending: &mut Pending,
    due: &mut BTreeSet<MatterId>,
) -> Result<(), Failure> {
    for id in std::mem::take(due) {
        if ledger.lagging.matters.contains_key(&id) {
            continue;
        }
        let kind = stored_kind(ledger, &id)?.filter(|kind| ledger.contents.is_shared(kind));
        let has_row = kind.map_or(Ok(None), |kind| ledger.row(&kind, &id))?.is_some();
        if !has_row {
            due.insert(id);
            continue;
        }
        ledger.lagging.lag_since(ledger.lagging.since.or(Some(pending.at)));
        ledger.lagging.matters.insert(id, NewWords::Of(BTreeSet::new()));
        let key = id.as_bytes().to_vec();
        pending.commit.views.push(ViewRow { view: LAGGING, key, value: Some(Vec::new()) });
    }
    Ok(())
}

/// The rows of all matters that lag are being folded into this commit; gives which they are.
pub(super) fn catch_up(ledger: &mut Ledger, pending: &mut Pending) -> BTreeMap<MatterId, NewWords> {
    let lagging = std::mem::take(&mut ledger.lagging.matters);
    ledger.lagging.forget();
    let rows = lagging.keys().map(|id| ViewRow { view: LAGGING, key: id.as_bytes().to_vec(), value: None });
    pending.commit.views.extend(rows);
    lagging
}

impl Ledger {
    /// Tells from now on since when rows lag.
    pub fn views_lag(&self) -> ViewsLag {
        self.lagging.told.clone()
    }

    /// Folds whatever lags, in a commit of its own.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn fold_lagging(&mut self) -> Result<(), Failure> {
        if self.lagging.is_empty() {
            return Ok(());
        }
        self.run_now(|ledger, pending| {
            pending.touched.extend(ledger.lagging.matters());
            Ok(())
        })
    }
}
