//! The checks that rights and rules demand before an act, and the refusals they give.
//!
//! A refusal is an answer, not a failure: it names the rule, where the rule comes from, and who could lift it.
//! Absolute gates name nobody.

mod ceiling;
mod cover;
mod four_eyes;
mod grounds;
mod quarantine;
mod refusal;

pub use ceiling::{Ceiling, Gives, check_ceiling};
pub use cover::Cover;
pub use four_eyes::{check_approvals, missing_approvals};
pub use grounds::{GroundAnswer, GroundsCleared, GroundsQuestion, GroundsReview};
pub use quarantine::check_quarantine;
pub use refusal::{Objection, Refusal, Rule, rules};
