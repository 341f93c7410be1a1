//! Kinds of matter whose hard pairs the worlds drive, where the real kind is not here yet: each has the shape of the real one
//! and none of its fields.
//!
//! A [`council`] has the shape of an agreement (admit beside remove, sign beside withdraw and amend), an [`escort`] that of
//! a handover (hand over beside abort and the victim path). Not here: requests, which are the real ones, and letters, which
//! are the test kit's.

pub mod council;
pub mod escort;

use comity_domain::engine::Kinds;
use comity_domain::matters::standard;
use comity_testkit::node::{Round, with_letters};

/// Which release of the software a node runs: what it knows of kinds of matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Release {
    /// It knows nothing of letters, councils and escorts: it keeps and receipts them.
    Earlier,
    /// What most nodes of a world run.
    Now,
    /// Its letters are under the next rules, which the others do not understand.
    Later,
}

impl Release {
    /// What a node of this release knows.
    pub(crate) const fn kinds(self) -> fn() -> Kinds {
        match self {
            Self::Earlier => standard,
            Self::Now => now,
            Self::Later => later,
        }
    }
}

fn now() -> Kinds {
    with_letters().with::<council::Council>().with::<escort::Escort>()
}

fn later() -> Kinds {
    standard().with::<Round<2>>().with::<council::Council>().with::<escort::Escort>()
}

/// Every kind the worlds bring, for whoever checks them as kinds.
pub fn all() -> Kinds {
    now()
}
