//! A gathering of agencies: one convenes the others, they agree on one text, and each tells what it did.
//!
//! It uses what pouches do not: more than two parties, some of them admitted and some removed while it goes on, a stance
//! that counts once all who are there share it, and content that is meant for some of them alone. It exists for tests, and
//! nothing of it is known outside this folder.

mod acts;
mod state;

pub use acts::{Agree, Close, GatheringAct, Open, Propose, Report};
pub use state::GatheringLane;

use comity_domain::engine::{Cell, Fold, Kind, KindDef, Lanes, Stated};

/// The party that convenes.
pub const CONVENOR: &str = "convenor";
/// A party that was convened or admitted.
pub const MEMBER: &str = "member";

/// The kind `gathering`.
pub struct GatheringKind;

impl Kind for GatheringKind {
    const DEF: KindDef = KindDef {
        code: "gathering",
        prefix: 'G',
        rules: 1,
        roles: &[CONVENOR, MEMBER],
        ended: &["closed"],
        hands_over: None,
        shared: true,
        convened: true,
        fold: Some(Fold::All),
        words: (include_str!("zh.ftl"), include_str!("en.ftl")),
    };
    type Act = GatheringAct;
    type Lane = GatheringLane;

    fn evolve(lane: &mut GatheringLane, entry: &Stated<'_>, act: &GatheringAct) {
        lane.evolve(entry.entry, act);
    }

    fn cell(lanes: &Lanes<'_, GatheringLane>) -> Cell {
        state::cell(lanes)
    }

    fn marks(lanes: &Lanes<'_, GatheringLane>) -> Vec<&'static str> {
        state::marks(lanes)
    }

    fn examples() -> Vec<(&'static str, &'static str, GatheringLane)> {
        state::examples()
    }
}
