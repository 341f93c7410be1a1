//! A sealed pouch that travels between two agencies: what is in it is listed, both agree on the list, one side hands
//! it over and the other takes it.
//!
//! It uses the shapes that requests do not: a stance both parties take on one entry, a pass of offer and take, a
//! steer by the party that opened. It exists for tests, and nothing of it is known outside this folder.

mod acts;
mod state;

pub use acts::{Agree, Close, List, Offer, Open, PouchAct, Take};
pub use state::PouchLane;

use comity_domain::engine::{Cell, Kind, KindDef, Lanes, Stated};

/// The party that sends the pouch.
pub const SENDING: &str = "sending";
/// The party that receives it.
pub const RECEIVING: &str = "receiving";

/// The kind `pouch`.
pub struct PouchKind;

impl Kind for PouchKind {
    const DEF: KindDef = KindDef {
        code: "pouch",
        prefix: 'S',
        rules: 1,
        roles: &[SENDING, RECEIVING],
        ended: &["closed"],
        hands_over: None,
        shared: true,
        convened: false,
        fold: None,
        words: (include_str!("zh.ftl"), include_str!("en.ftl")),
    };
    type Act = PouchAct;
    type Lane = PouchLane;

    fn evolve(lane: &mut PouchLane, entry: &Stated<'_>, act: &PouchAct) {
        lane.evolve(entry.entry, act);
    }

    fn cell(lanes: &Lanes<'_, PouchLane>) -> Cell {
        state::cell(lanes.of(SENDING), lanes.of(RECEIVING))
    }

    fn examples() -> Vec<(&'static str, &'static str, PouchLane)> {
        state::examples()
    }
}
