//! A node in a box: its store in memory, a clock that moves only when told, entropy that replays, and a line to
//! another node that keeps every byte and can lose or repeat messages. What travels is what would travel between
//! real nodes.
//!
//! A [`Station`] is what outlives a process: keys, card, [`Disk`], clock. A [`Desk`] is a station at work.

mod clock;
mod desk;
mod disk;
mod line;
mod round;
mod station;
mod texts;
mod three;
mod token;

pub use clock::StandingClock;
pub use desk::{Desk, Pair, next_epoch, shared, wait};
pub use disk::{Cut, Disk};
pub use line::{Fate, Line, Sent};
pub use round::{Round, RoundAct, RoundLane, open_letter, with_later_letters, with_letters};
pub use station::{Person, Station};
pub use texts::{NOW, assessment, marker, request, request_wished_by, review};
pub use three::Three;
pub use token::SoftToken;
