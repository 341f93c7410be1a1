//! A house of its own that works with two more kinds of matter than comity brings: [`pouch`] between two agencies, and
//! [`gathering`] of any number of them.

pub mod gathering;
pub mod pouch;
