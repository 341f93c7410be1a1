//! Clocks: what is due, when, from whom, and what can follow.
//!
//! A clock is data computed from entries. Time passing changes what is shown (due, overdue), never a status; what
//! follows from a lapse is an act that somebody makes. Due times are absolute instants in UTC.

use comity_journal::time::Timestamp;

use crate::vocabulary;

vocabulary! {
    /// What a lapse costs, the gravest first: whoever works a list takes it in this order, then by date.
    pub enum Consequence("consequence") {
        /// Somebody's life.
        Life = "life",
        /// Somebody is held longer than the law allows, or must be let go.
        Detention = "detention",
        /// What is to be preserved is lost.
        Preservation = "preservation",
        /// Money moves on.
        Money = "money",
        /// An answer is late.
        Ordinary = "ordinary",
    }
}

/// Something that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Which clock, as a label key: `acknowledge`, `answer`.
    pub name: &'static str,
    /// Since when it runs.
    pub started: Timestamp,
    /// When it is due.
    pub due: Timestamp,
    /// The role of the party that must act.
    pub who: &'static str,
    /// What its lapse costs.
    pub consequence: Consequence,
    /// The acts the other side can answer a lapse with.
    pub then: &'static [&'static str],
}

impl Clock {
    /// How it stands at `now`.
    pub fn reading(&self, now: Timestamp) -> ClockReading {
        if now > self.due { ClockReading::Overdue } else { ClockReading::Running }
    }
}

/// How a clock stands at some moment. An overlay, never a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockReading {
    /// There is time left.
    Running,
    /// There is none left.
    Overdue,
}
