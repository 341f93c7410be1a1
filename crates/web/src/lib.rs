//! Everything HTTP: what nodes say to each other, and (as it is built) pages and programmatic access.
//!
//! In scope: connections, certificates, requests and answers, and the limits that keep a stranger or a slow
//! partner from costing anything. Out of scope: what a message means (`comity-federation`), what may be done
//! (`comity-app`), what is kept (`comity-store`).

pub mod federation;
pub mod pages;
pub mod proof_report;
pub mod public;
mod session;
