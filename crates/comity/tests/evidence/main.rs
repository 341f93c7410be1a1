//! Evidence with the real binary: by hand, and with nodes killed on the way.

mod by_hand;
mod killed;
mod pair;
