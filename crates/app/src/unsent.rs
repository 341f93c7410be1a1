//! What an officer has typed into a form and not sent: kept at the node, so that a lost session, a closed browser or a
//! restart loses nothing, and no shared machine keeps it.
//!
//! It is no fact and stands in no lane: nobody has said it yet. It is shown to its writer alone, goes once it is sent or
//! discarded, and after two weeks at the latest. Not here: drafts that colleagues approve, which are acts.
//!
//! Invariant: only the officer who typed it reads it, and only while it may be kept.

use std::collections::BTreeMap;

use comity_journal::ids::MatterId;
use comity_journal::time::Timestamp;
use comity_store::ViewRow;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};
use crate::people::Officer;

/// The rows it is kept in. They are no view: nothing could fold them again, so no rebuilding drops them.
const UNSENT: &str = "unsent";
/// How long it is kept.
const KEPT_MS: i64 = 14 * 24 * 60 * 60 * 1000;
/// How many forms of one officer are kept; the one left alone for longest makes room.
const FORMS: usize = 20;
/// The most bytes of one form.
const FORM_BYTES: usize = 512 * 1024;

/// What was typed into one form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unsent {
    /// When it was last kept.
    pub at: Timestamp,
    /// What was typed, by the name of its field.
    pub typed: BTreeMap<String, String>,
}

/// What was typed never shows in logs or error texts.
impl std::fmt::Debug for Unsent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unsent({} fields, {})", self.typed.len(), self.at)
    }
}

impl Unsent {
    fn may_be_kept(&self, now: Timestamp) -> bool {
        self.at.millis_until(now) < KEPT_MS
    }
}

impl Ledger {
    /// What this officer has typed into this form and not sent.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn unsent(&self, officer: &Officer, form: &str) -> Result<Option<Unsent>, Failure> {
        let stored = self.store.view_row(UNSENT, &key(&officer.record, form))?;
        let unsent = stored.and_then(|bytes| read(&bytes));
        Ok(unsent.filter(|unsent| unsent.may_be_kept(self.now())))
    }

    /// The forms under this path into which this officer has typed something and not sent it, and since when.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn unsent_under(&self, officer: &Officer, path: &str) -> Result<Vec<(String, Timestamp)>, Failure> {
        let beginning = key(&officer.record, path);
        let mut forms = Vec::new();
        for (key, bytes) in self.store.view(UNSENT, Some(&beginning), FORMS + 1)? {
            let Some(form) = key.strip_prefix(officer.record.as_bytes().as_slice()) else { break };
            let (form, unsent) = (String::from_utf8_lossy(form).into_owned(), read(&bytes));
            let Some(unsent) = unsent.filter(|unsent| unsent.may_be_kept(self.now())) else { continue };
            if form.starts_with(path) {
                forms.push((form, unsent.at));
            }
        }
        Ok(forms)
    }

    /// Keeps what this officer has typed into this form, in place of what was kept of it before.
    ///
    /// # Errors
    /// When it is too long to be kept, or the store cannot be read.
    pub fn keep_unsent(
        &mut self,
        pending: &mut Pending,
        officer: &Officer,
        form: &str,
        typed: BTreeMap<String, String>,
    ) -> Result<Timestamp, Failure> {
        let unsent = Unsent { at: pending.at, typed };
        let value = serde_json::to_vec(&unsent).map_err(|error| Failure::Fault(error.to_string()))?;
        let kept = key(&officer.record, form);
        if value.len() > FORM_BYTES {
            return Err(Failure::Usage("what was typed is too long to be kept".into()));
        }
        self.make_room(pending, officer, &kept)?;
        pending.commit.views.push(ViewRow { view: UNSENT, key: kept, value: Some(value) });
        Ok(pending.at)
    }

    /// Forgets what this officer has typed into this form: it was sent, or is not wanted any more.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn discard_unsent(
        &mut self,
        pending: &mut Pending,
        officer: &Officer,
        form: &str,
    ) -> Result<(), Failure> {
        let key = key(&officer.record, form);
        if self.store.view_row(UNSENT, &key)?.is_some() {
            pending.commit.views.push(ViewRow { view: UNSENT, key, value: None });
        }
        Ok(())
    }

    /// Takes away what may not be kept any more of an officer, and the oldest where there is too much.
    fn make_room(&self, pending: &mut Pending, officer: &Officer, kept: &[u8]) -> Result<(), Failure> {
        let of_officer = officer.record.as_bytes();
        let rows = self.store.view(UNSENT, Some(of_officer), FORMS + 1)?;
        let mine = rows.into_iter().filter(|(key, _)| key.starts_with(of_officer) && key != kept);
        let at = |bytes: &[u8]| read(bytes).map_or(Timestamp::default(), |unsent| unsent.at);
        let mut others: Vec<_> = mine.map(|(key, bytes)| (at(&bytes), key)).collect();
        others.sort();
        let too_many = (others.len() + 1).saturating_sub(FORMS);
        for (i, (at, key)) in others.into_iter().enumerate() {
            if i < too_many || at.millis_until(pending.at) >= KEPT_MS {
                pending.commit.views.push(ViewRow { view: UNSENT, key, value: None });
            }
        }
        Ok(())
    }

    /// Takes away what nobody came back for, whoever typed it.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub(crate) fn sweep_unsent(&mut self) -> Result<(), Failure> {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = self.store.view(UNSENT, after.as_deref(), FORMS)?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(last.clone());
            let now = self.now();
            let mut gone = Vec::new();
            for (key, bytes) in page {
                if read(&bytes).is_none_or(|unsent| !unsent.may_be_kept(now)) {
                    gone.push(ViewRow { view: UNSENT, key, value: None });
                }
            }
            if gone.is_empty() {
                continue;
            }
            self.run_now(|_, pending| {
                pending.commit.views.extend(gone);
                Ok(())
            })?;
        }
    }
}

/// The officer's record, then the form's path: all of one officer stands together.
fn key(officer: &MatterId, form: &str) -> Vec<u8> {
    [officer.as_bytes().as_slice(), form.as_bytes()].concat()
}

/// What was kept, as JSON: it may hold any characters, which nothing that is signed may. What cannot be read is gone.
fn read(bytes: &[u8]) -> Option<Unsent> {
    serde_json::from_slice(bytes).ok()
}
