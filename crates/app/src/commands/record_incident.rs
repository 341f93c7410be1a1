//! Records what went wrong, in the node's own record.

use comity_domain::matters::node::{SetAside, Trouble};
use comity_journal::checkpoint::SignedCheckpoint;
use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;

use crate::commands::drafts::inner_entry;
use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

/// Incidents of one kind with one partner that are recorded between two starts; beyond it they are logged only, so
/// that nobody can fill a journal by misbehaving.
const RECORDED_PER_START: u32 = 20;

/// What is told of an incident.
#[derive(Default)]
pub(super) struct Report<'a> {
    pub(super) partner: Option<AgencyId>,
    pub(super) entry: Option<Hash>,
    /// Why it was set aside.
    pub(super) why: Option<SetAside>,
    /// What was set aside.
    pub(super) bytes: Option<&'a [u8]>,
    pub(super) detail: Option<&'a str>,
    /// Two checkpoints that the partner has signed, as they were signed.
    pub(super) notes: Option<[&'a SignedCheckpoint; 2]>,
}

impl Ledger {
    /// Records an incident; `detail` is for people and holds no content of any matter.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn record_incident(
        &mut self,
        pending: &mut Pending,
        trouble: Trouble,
        partner: Option<AgencyId>,
        entry: Option<Hash>,
        detail: Option<&str>,
    ) -> Result<(), Failure> {
        self.record_some(pending, trouble, &Report { partner, entry, detail, ..Report::default() })
    }

    /// Records something about a partner that goes on until it is mended, once since the start.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn record_once(
        &mut self,
        pending: &mut Pending,
        trouble: Trouble,
        partner: AgencyId,
    ) -> Result<(), Failure> {
        if self.troubles.contains_key(&(Some(partner), trouble)) {
            return Ok(());
        }
        self.record_incident(pending, trouble, Some(partner), None, None)
    }

    /// Records that a partner has set an entry of ours aside, in the word it gave.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn record_not_kept(
        &mut self,
        pending: &mut Pending,
        partner: AgencyId,
        entry: Hash,
        word: &str,
    ) -> Result<(), Failure> {
        let why = SetAside::from_code(word);
        let detail = why.is_none().then_some(word);
        let report = Report { partner: Some(partner), entry: Some(entry), why, detail, ..Report::default() };
        self.record_some(pending, Trouble::NotKept, &report)
    }

    /// Records an incident that two checkpoints of a partner show, and keeps both.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn record_with_notes(
        &mut self,
        pending: &mut Pending,
        trouble: Trouble,
        partner: AgencyId,
        detail: &str,
        notes: [&SignedCheckpoint; 2],
    ) -> Result<(), Failure> {
        // Only what its origin has signed: others' lines under it could be as long as they like.
        let notes = notes.map(SignedCheckpoint::without_cosignatures);
        let [Ok(first), Ok(second)] = &notes else {
            return self.record_incident(pending, trouble, Some(partner), None, Some(detail));
        };
        let (partner, detail, notes) = (Some(partner), Some(detail), Some([first, second]));
        self.record_some(pending, trouble, &Report { partner, detail, notes, ..Report::default() })
    }

    fn record_some(
        &mut self,
        pending: &mut Pending,
        trouble: Trouble,
        report: &Report<'_>,
    ) -> Result<(), Failure> {
        let seen = self.troubles.entry((report.partner, trouble)).or_default();
        *seen += 1;
        if *seen > RECORDED_PER_START {
            tracing::warn!(trouble = trouble.code(), "incident");
            return Ok(());
        }
        self.record_report(pending, trouble, report).map(drop)
    }

    /// Records an incident, however many there were: for what is kept nowhere else.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn record_report(
        &mut self,
        pending: &mut Pending,
        trouble: Trouble,
        report: &Report<'_>,
    ) -> Result<Hash, Failure> {
        tracing::warn!(trouble = trouble.code(), "incident");
        let node = self.set_up(pending)?;
        let mut table = toml::Table::new();
        table.insert("trouble".into(), trouble.code().into());
        if let Some(partner) = report.partner {
            table.insert("partner".into(), partner.to_string().into());
        }
        if let Some(entry) = report.entry {
            table.insert("entry".into(), entry.to_string().into());
        }
        if let Some(detail) = report.detail {
            table.insert("detail".into(), detail.into());
        }
        if let Some([first, second]) = report.notes {
            table.insert("notes".into(), format!("{first}\n{second}").into());
        }
        if let Some(why) = report.why {
            table.insert("why".into(), why.code().into());
        }
        if let Some(bytes) = report.bytes {
            table.insert("size".into(), i64::try_from(bytes.len()).unwrap_or(i64::MAX).into());
            table.insert("bytes".into(), data_encoding::BASE64.encode(bytes).into());
        }
        let operator = self.operator(&node);
        let composed = self.compose("node", Some(&node), "incident", &table.to_string())?;
        let new = inner_entry(self, node, "node", composed, operator)?;
        self.append_own(pending, new)
    }
}
