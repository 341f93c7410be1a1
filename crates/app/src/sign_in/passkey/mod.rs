//! Passkeys: a key pair in a device or a password store, which signs a challenge once it has verified who holds it.
//!
//! Here an answer of a browser is taken apart and compared with what was asked, step by step as the specification lists
//! them; signatures are checked by `aws-lc-rs`. No attestation is asked for and none is judged: which make of device a
//! passkey lies in decides nothing here. Not here: sessions and pages, and who may add or remove one.
//!
//! Invariant: [`Checked`](super::Checked) comes only of an answer to a challenge of this node, made for this site, by a
//! passkey that its officer has added, whose holder was verified.
//!
//! Specification: Web Authentication Level 3, sections 7.1 and 7.2; COSE keys by RFC 9053 and RFC 8230.

mod answer;
mod authenticator;
mod challenge;
mod check;
mod public_key;
mod site;

pub use answer::{Given, Made, UnfitAnswer};
pub use challenge::{Challenge, Challenges};
pub(super) use check::{Kept, Owner};
pub use check::{KnownPasskey, NewPasskey};
pub use site::{Account, Site};
