//! Intentions: what people and partners want of a node, decided, appended, projected and delivered.
//!
//! [`authorise`] says who may do what. The [`ledger`] is the node's one writer. [`commands`] turn an officer's or a partner's wish into entries;
//! [`queries`] read; [`views`] are folds that can be dropped and rebuilt; [`workers`] deliver. Not here: HTTP, SQL,
//! the real clock and the real entropy, all of which come in as values.
//!
//! Which error where: a [`Refusal`](comity_domain::gates::Refusal) is the rules' answer and no failure; a
//! [`Failure`] says what else stood against a command, sorted by who can mend it.

pub mod authorise;
pub mod bundles;
pub mod commands;
pub mod context;
mod egress;
pub mod failure;
pub mod keys;
pub mod ledger;
pub mod people;
pub mod queries;
pub mod sign_in;
pub mod staging;
pub mod unsent;
pub mod views;
pub mod workers;

pub use failure::Failure;
