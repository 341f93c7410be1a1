//! What people may look at. Nothing here writes; values are plain data, ready for a page, an API or a terminal.

mod acts;
mod approvals;
mod audit;
mod bell;
mod bundles;
mod bureau;
mod conversation;
mod desk;
mod earlier;
mod evidence;
mod foresee;
mod journal_page;
mod journal_verify;
mod linked;
mod lists;
mod matters;
mod node_page;
mod packages;
mod recording;
pub(crate) use packages::{HEADER, header_in};
mod partners;
mod proof;
mod retention;
mod search;
mod tasks;
mod ties;
mod translations;
mod witnesses;

pub use acts::ActValue;
pub use approvals::ApprovalLine;
pub use audit::{AuditFilter, AuditLine, AuditOnly, AuditPage};
pub use bell::Ringing;
pub use bundles::{BundleLine, BundleTold, BundlesPage};
pub use bureau::{AnswerTime, Between, Bureau, NextClock, PartnerPage, RightsAssessment, WaitsForUs};
pub use conversation::{MessageLine, ReplyLine};
pub use desk::{DeskPage, ReadLine, RestrictedLine, TaskLine};
pub use earlier::Copied;
pub use evidence::{CheckLine, EVIDENCE_LINES, EvidenceLine, EvidencePage};
pub use foresee::{AgainstLine, ForeseenPage, Writing};
pub use journal_page::{CheckpointLine, IncidentLine, JournalPage};
pub use journal_verify::{JournalReport, JournalSoFar, verify_journal, verify_stored};
pub use linked::{LinkedLine, Nameable};
pub use lists::{Also, Counted, LONGEST_PAGE, ListPage, ListQuery, RowTest};
pub use matters::{
    ActorLine, ClockLine, DraftLine, FieldLine, HolderLine, LacksLine, MatterLine, MatterPage, NextLine,
    PackageLine, PartyLine, RecallLine, TimelineLine, WaitsLine,
};
pub use node_page::NodePage;
pub use partners::{CardPage, OfficerLine, PartnerLine, ProposalLine, QuarantineLine, REVIEW_SOON};
pub use proof::MatterProof;
pub use recording::RecordingLine;
pub use retention::{RetentionLine, ReviewLine};
pub use search::{MOST_FOUND, SearchLine, SearchPage, Snippet};
pub use tasks::MyTask;
pub use ties::{NamedAgency, ProposedTieLine, TiePage};
pub use translations::TranslationLine;
pub use witnesses::WitnessLine;
