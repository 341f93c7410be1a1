//! A house of its own that works with one more kind of matter than comity brings: [`pouch`].

pub mod pouch;
