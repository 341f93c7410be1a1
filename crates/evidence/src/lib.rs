//! Sealed evidence packages: a BagIt bag in a tar, encrypted in the age format, with a signed envelope.
//!
//! Streams through `std::io` in constant memory; entropy and time come in as values. Not here: who may seal or
//! open what (`comity-app`), where packages are kept (`comity-store`), how they travel (`comity-federation`).
//!
//! Specifications: age-encryption.org/v1, RFC 8493 (BagIt 1.0), POSIX.1-2001 pax, RFC 6962 section 2.1.

pub mod age;
mod around;
pub mod bag;
pub mod envelope;
pub mod extract;
pub mod folder;
pub mod groups;
mod hands;
pub mod index;
pub mod limits;
pub mod names;
pub mod package;
pub mod sealed;
pub mod tar;
