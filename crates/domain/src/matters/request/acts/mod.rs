//! The acts of a request, one definition each.

mod opening;
mod requested;
mod requesting;

pub use opening::*;
pub use requested::*;
pub use requesting::*;

use crate::acts;

acts! {
    /// The acts of a request.
    pub enum RequestAct {
        Open, Acknowledge, Downgrade, Ask, Clarify, Supplement, Accept, Hold, Progress, Redirect, NeedsJudicial, Refuse,
        ReportStop, ReportPreservation, Answer, Dispute, Remind, Withdraw, ConfirmWithdrawal, Supersede, Close, Feedback,
    }
}
