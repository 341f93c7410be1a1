//! What officers, operators and partners want, one file each: check, decide, append.

mod act;
mod add_partner;
mod admit;
mod drafts;
mod erase;
mod filters;
mod hand_over;
mod name_agencies;
mod name_matters;
mod name_officers;
mod officers;
mod pass_receipts_on;
mod quarantine;
mod read_audit;
mod receive_batch;
mod receive_receipts;
mod record_check;
mod record_incident;
mod record_read;
mod recover;
mod renew_keys;
mod set_aside;
mod set_up;
mod witness;

pub use act::{ActCommand, Acted, Outcome, RecordCommand};
pub(crate) use drafts::{OPENING, STRUCTURE, inner_entry};
pub use erase::{Erasing, ToErase};
pub use filters::KeptFilter;
pub use hand_over::Tied;
pub use officers::NewInvitation;
pub(crate) use read_audit::LastLooks;
pub use receive_batch::{Reception, ReceptionLeaves};
pub use recover::{Recovered, Shown};
pub use renew_keys::Disowning;
pub(crate) use set_aside::{ROOM, set_aside_in};
pub(crate) use witness::{Witnessing, tree_of};
