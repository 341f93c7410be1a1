//! The messages between nodes and the machines that exchange them, from outside.

mod batches;
mod comparing;
mod people;
mod sealing;
mod sessions;
mod strictness;
