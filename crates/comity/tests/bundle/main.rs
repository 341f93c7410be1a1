//! Bundles with the real binary: two nodes that never connect, and files in a folder between them.

mod by_hand;
mod lost;
mod refused;
mod two;
