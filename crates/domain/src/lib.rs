//! Matters and the engine that carries them: what a request is, who may do what next, and why not.
//!
//! Pure: `admit`, `decide`, `judge` and `evolve` take values and give values. Time, agreements and approvals come
//! in as facts. Not here: bytes and proofs (`comity-journal`), keeping (`comity-store`), people and their rights
//! at one node (`comity-app`).
//!
//! The house: [`act`] one definition per act; [`engine`] what every kind shares; [`gates`] the checks that rights
//! and rules demand; [`vocabularies`] closed lists; [`matters`] one folder per kind; [`words`] zh and en.

// The derive writes `::comity_domain::…`, in this crate as in any other that adds a kind.
extern crate self as comity_domain;

pub mod act;
pub mod clock;
pub mod engine;
pub mod gates;
pub mod matters;
pub mod vocabularies;
pub mod words;
