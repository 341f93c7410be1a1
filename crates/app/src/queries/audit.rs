//! The audit: who did, read and was refused what, and when. Read from the journal itself, latest first, in pages.
//!
//! It tells acts, never content. Who may ask is said by [`Doing::SeeAudit`], and
//! asked by whoever shows it. One call looks at a bounded number of records, so a page can be short and still go on.

use comity_domain::act::{Act as _, ActSet as _};
use comity_domain::engine::{InnerAct, LiftRestriction, PutOut, ReadContent};
use comity_domain::matters::node::{Export, NodeAct, ReadAudit, Refused};
use comity_domain::vocabularies::{Purpose, Role};
use comity_domain::words::Words;
use comity_journal::entry::{Entry, Header, Lane};
use comity_journal::ids::{MatterId, Pseudonym};
use comity_journal::time::Timestamp;
use comity_store::{Record, Recorded};
use serde::Serialize;
use std::collections::{BTreeMap, btree_map};

use super::matters::Names;
use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;
use crate::views::{MATTERS, key};

/// How many records are read at once.
const PAGE: u64 = 256;
/// How many records one call looks at.
const AT_MOST: u64 = 16 * 1024;

/// One sort of what an auditor looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditOnly {
    /// Acts: neither readings nor refusals.
    Acts,
    /// Readings.
    Reads,
    /// What set a limit aside: a restriction lifted, an officer taken out of a matter.
    Overrides,
    /// What the rules refused an officer.
    Refusals,
}

/// What is looked for; everything left open fits.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// By this officer.
    pub officer: Option<Officer>,
    /// This act, by its code.
    pub act: Option<String>,
    /// In this matter; a refusal counts where it was refused.
    pub matter: Option<MatterId>,
    /// Recorded at or after.
    pub from: Option<Timestamp>,
    /// Recorded before.
    pub to: Option<Timestamp>,
    /// Of this sort.
    pub only: Option<AuditOnly>,
}

/// One line of the audit.
#[derive(Clone, Debug, Serialize)]
pub struct AuditLine {
    /// The number of the record in the journal.
    pub record: u64,
    /// When it was recorded here.
    pub at: String,
    /// The matter; for a refusal, the one it was refused in.
    pub matter: Option<MatterId>,
    /// Its number as people see it.
    pub number: Option<String>,
    /// The act's code; for a refusal, of what was wanted.
    pub act: String,
    /// In words.
    pub act_text: String,
    /// Who: a name where it is one of ours, else a pseudonym.
    pub who: String,
    /// The roles held then, in words.
    pub roles: Vec<String>,
    /// `inner`, `ours`, or `theirs`.
    pub side: &'static str,
    /// The agency that wrote it, by our name for it; "us" for ourselves.
    pub agency: String,
    /// What in particular, in words: the rule of a refusal, the purpose of a reading, what was taken out.
    pub detail: Option<String>,
}

/// One page of the audit, latest first.
#[derive(Clone, Debug, Serialize)]
pub struct AuditPage {
    /// The lines; there may be fewer than asked for although more follow.
    pub lines: Vec<AuditLine>,
    /// Where the next page goes on; `None` at the beginning of the journal.
    pub next: Option<u64>,
}

impl Ledger {
    /// A page of the audit: what fits the filter among the records before `cursor`, latest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn audit_page(
        &mut self,
        filter: &AuditFilter,
        cursor: Option<u64>,
        limit: usize,
        words: &Words,
    ) -> Result<AuditPage, Failure> {
        let length = self.store().length()?;
        let begin = cursor.unwrap_or(length).min(length);
        let (mut before, mut lines, mut names) = (begin, Vec::new(), BTreeMap::new());
        while before > 0 && lines.len() < limit && begin - before < AT_MOST {
            let from = before.saturating_sub(PAGE);
            let count = usize::try_from(before - from).unwrap_or_default();
            for record in self.store().records(from, count)?.into_iter().rev() {
                if filter.from.is_some_and(|earliest| record.at < earliest) {
                    return Ok(AuditPage { lines, next: None });
                }
                if lines.len() == limit {
                    break;
                }
                before = record.number;
                lines.extend(self.audit_line(&record, filter, &mut names, words)?);
            }
        }
        Ok(AuditPage { lines, next: (before > 0).then_some(before) })
    }

    fn audit_line(
        &mut self,
        record: &Record,
        filter: &AuditFilter,
        names: &mut BTreeMap<MatterId, Names>,
        words: &Words,
    ) -> Result<Option<AuditLine>, Failure> {
        let Recorded::Entry { bytes, .. } = &record.what else { return Ok(None) };
        if filter.to.is_some_and(|to| record.at >= to) {
            return Ok(None);
        }
        let entry = Entry::read(bytes)
            .map_err(|error| Failure::Fault(format!("a stored entry cannot be read: {error}")))?;
        let header = entry.header();
        let told = Told::of(header, words);
        if !self.fits(filter, header, &told) {
            return Ok(None);
        }
        if let btree_map::Entry::Vacant(unknown) = names.entry(header.matter) {
            unknown.insert(Names::read(self, &header.matter, words)?);
        }
        let Some(known) = names.get(&header.matter) else { return Ok(None) };
        let kind = match told.matter {
            Some(matter) if matter != header.matter => self.kind_in_view(&matter)?,
            _ => Some(header.kind.to_string()),
        };
        let prefix = kind.as_deref().and_then(|kind| self.kinds.get(kind)).map(|kind| kind.def().prefix);
        let operator = self.operator(&header.matter).who == header.by.who;
        Ok(Some(AuditLine {
            record: record.number,
            at: record.at.to_string(),
            number: told.matter.zip(prefix).map(|(matter, prefix)| matter.shown(prefix)),
            matter: told.matter,
            act_text: act_text(words, kind.as_deref(), header.kind.as_str(), &told.act),
            act: told.act,
            who: if operator { words.text("operator") } else { known.officer(&header.by.who) },
            roles: header.by.roles.iter().map(|role| words.term(Role::LIST, role.as_str())).collect(),
            side: match header.lane {
                Lane::Inner(_) => "inner",
                Lane::Shared(_) if header.author == self.agency => "ours",
                Lane::Shared(_) => "theirs",
            },
            agency: known.agency(&header.author),
            detail: told.detail,
        }))
    }

    fn fits(&self, filter: &AuditFilter, header: &Header, told: &Told) -> bool {
        let officer = |officer: &Officer| {
            let who: Pseudonym = officer.acting_in(&*self.keys.pseudonyms, &header.matter).who;
            header.author == self.agency && header.by.who == who
        };
        filter.officer.as_ref().is_none_or(officer)
            && filter.act.as_ref().is_none_or(|act| told.act == *act)
            && filter.matter.is_none_or(|matter| told.matter == Some(matter) || header.matter == matter)
            && filter.only.is_none_or(|only| told.sort == only || (only == AuditOnly::Acts && told.is_act()))
    }

    /// The kind of a matter, by its row; a matter is not folded for a line.
    fn kind_in_view(&self, matter: &MatterId) -> Result<Option<String>, Failure> {
        for kind in self.kinds.iter().map(|kind| kind.def().code) {
            if self.store().view_row(MATTERS, &key(kind, matter))?.is_some() {
                return Ok(Some(kind.to_owned()));
            }
        }
        Ok(None)
    }
}

/// What an entry tells an auditor.
struct Told {
    sort: AuditOnly,
    act: String,
    matter: Option<MatterId>,
    detail: Option<String>,
}

impl Told {
    fn of(header: &Header, words: &Words) -> Self {
        let act = header.act.as_str();
        let plain = |sort, detail| Self { sort, act: act.to_owned(), matter: Some(header.matter), detail };
        if header.lane.is_shared() {
            return plain(AuditOnly::Acts, None);
        }
        if let Some(Ok(NodeAct::Refused(refused))) = node_act(header, Refused::DEF.code) {
            return Self {
                sort: AuditOnly::Refusals,
                act: refused.act.to_string(),
                matter: refused.matter.map(|matter| MatterId::from_bytes(*matter.as_bytes())),
                detail: Some(words.text(&format!("rule-{}", refused.rule))),
            };
        }
        if let Some(Ok(NodeAct::LetOut(out))) = node_act(header, "export") {
            let matter = out.matter.map(|matter| MatterId::from_bytes(*matter.as_bytes()));
            let detail = Some(words.term(Export::LIST, out.what.code()));
            return Self { sort: AuditOnly::Acts, act: act.to_owned(), matter, detail };
        }
        if let Some(Ok(NodeAct::ReadAudit(read))) = node_act(header, ReadAudit::DEF.code) {
            let matter = read.matter.map(|matter| MatterId::from_bytes(*matter.as_bytes()));
            return Self { sort: AuditOnly::Reads, act: act.to_owned(), matter, detail: None };
        }
        match InnerAct::decode(act, &header.structure) {
            Some(Ok(InnerAct::ReadContent(read))) if act == ReadContent::DEF.code => {
                let purpose = read.purpose.map(|purpose| words.term(Purpose::LIST, purpose.code()));
                plain(AuditOnly::Reads, purpose)
            }
            Some(Ok(_)) if [LiftRestriction::DEF.code, PutOut::DEF.code].contains(&act) => {
                plain(AuditOnly::Overrides, None)
            }
            _ => plain(AuditOnly::Acts, None),
        }
    }

    /// An override is an act as well.
    fn is_act(&self) -> bool {
        matches!(self.sort, AuditOnly::Acts | AuditOnly::Overrides)
    }
}

fn node_act(header: &Header, code: &str) -> Option<Result<NodeAct, comity_journal::cbor::Malformed>> {
    let is_it = header.kind.as_str() == "node" && header.act.as_str() == code;
    if is_it { NodeAct::decode(code, &header.structure) } else { None }
}

/// An act in words, of the matter it is about or of the record it stands in, or what else was wanted.
fn act_text(words: &Words, about: Option<&str>, kind: &str, act: &str) -> String {
    let about = about.unwrap_or(kind);
    let of_kind = [format!("act-{about}-{act}"), format!("act-{kind}-{act}")];
    let others = [format!("act-{act}"), format!("term-{}-{act}", Doing::LIST)];
    let keys = of_kind.into_iter().chain(others).collect::<Vec<_>>();
    keys.iter().find(|key| words.has(key)).map_or_else(|| act.to_owned(), |key| words.text(key))
}
