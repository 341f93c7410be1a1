//! The engine every kind of matter runs on.
//!
//! [`Kind`] is what a kind says about itself: its acts, its lane states, its grid. [`Matter`] holds the entries of
//! one matter and folds them: `admit` says whether an entry is valid in its own causal past, `evolve` moves its
//! lane on, the grid gives the status as a total function of all lanes. `decide` asks the same questions before
//! an act is signed, and the policy of this node besides; `judge` asks them of a partner's act; `foresee` asks all of
//! them of an act that is still being written.
//!
//! Invariant (rule 1 of the design): the same set of entries gives the same state, in any order of arrival.

mod candidate;
mod convened;
mod course;
mod decide;
mod disowned;
mod dispatch;
mod foresee;
mod grid;
mod handed;
mod inner;
mod kind;
mod lane;
mod matter;
mod next;
mod packages;
mod recall;
mod recorded;
mod registry;
mod retention;
mod shared;
mod stand_by;
mod unsettled;
mod view;
mod waiting;

pub use candidate::{Stated, Verdict};
pub use convened::{Admit, AdmitStructure, PartyRole, RemovalGround, Remove, RemoveStructure, admits_in};
pub use decide::{Decided, Facts, Proposal, check_recorder};
pub use disowned::{DISOWNED, DisownedKey};
pub use dispatch::{Dispatch, Dispatched};
pub use foresee::Foreseen;
pub use grid::{Cell, GridRow};
pub use handed::{
    AdoptRecord, DisputeRecord, HandRecordOver, HandRecordOverStructure, RecordDispute, RecordWord,
};
pub use inner::{
    Approve, Assign, CheckPackage, DraftState, Erase, Erasure, FinishTask, GiveNumber, GiveTask,
    GroundsAnswers, InnerAct, InnerLane, KeepDraft, KeepDraftStructure, KeepOn, Keeping, LastCheck, LastRead,
    LetIn, LiftRestriction, Note, ProposeErasure, ProposeKeeping, PutOut, ReadContent, Restrict, Restriction,
    ReviewGrounds, SEALED_PACKAGE, SendAct, SendBack, Task, WeighRefusal,
};
pub use kind::{Fold, HandedOver, Kind, KindDef, Lanes, PackageRef, PackageStands, Told};
pub use lane::Standing;
pub use matter::Matter;
pub use recall::{AnswerRecall, Holder, KeepGround, Recall, RecallGround, RecallResult, Recalled};
pub use recorded::{Channel, PAPER_FACT, Recorded};
pub use registry::{AnyKind, AnyMatter, Kinds};
pub use retention::Retention;
pub use shared::SharedAct;
pub use stand_by::{ForkCause, StandBy};
pub use unsettled::EntryWaiting;
pub use view::{Brief, EntryView, MatterView};
pub use waiting::DraftWaiting;
