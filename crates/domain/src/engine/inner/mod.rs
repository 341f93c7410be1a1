//! What every node does for itself in a matter: drafts, approvals, reviews, who may know it and who works on it,
//! tasks, notes. None of it ever travels.
//!
//! The same entries and the same engine as shared acts; only the lane differs.

mod acts;
mod state;

pub use acts::{
    Approve, Assign, CheckPackage, Erase, FinishTask, GiveNumber, GiveTask, GroundsAnswers, InnerAct,
    KeepDraft, KeepDraftStructure, KeepOn, LetIn, LiftRestriction, Note, ProposeErasure, ProposeKeeping,
    PutOut, ReadContent, Restrict, ReviewGrounds, SEALED_PACKAGE, SendAct, SendBack, WeighRefusal,
};
pub use state::{DraftState, Erasure, InnerLane, Keeping, LastCheck, LastRead, Restriction, Task};
