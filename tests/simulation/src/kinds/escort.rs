//! An escort: a person is handed over by one agency and taken over by another, unless one of them breaks it off or the
//! holder finds a victim to protect. The shape of a handover.
//!
//! Handing over and protecting stand in one lane, so one of them is first. A take names the offer it takes, so it is there
//! only after all that the offer rests on; whatever the other side did meanwhile without having seen it comes too late.

use comity_domain::act::{Act, Target, Text, Translation};
use comity_domain::acts;
use comity_domain::engine::{Cell, Kind, KindDef, Lanes, Stated};
use serde::Deserialize;

/// The party that holds the person.
pub const HOLDING: &str = "holding";
/// The party that takes the person over.
pub const RECEIVING: &str = "receiving";

/// Announces an escort.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "open", shape = say, by("holding"), propose("officer"))]
pub struct Open {}

/// Says that every gate was decided.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "clear", shape = say, by("holding"), propose("officer"))]
pub struct Clear {}

/// Takes the victim path: the person is protected, and not handed over.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "protect", shape = say, by("holding"), propose("officer"))]
pub struct Protect {}

/// Hands the person over.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "hand-over", shape = pass, by("holding"), propose("officer"))]
pub struct HandOver {
    /// Where.
    #[field(part = "escort")]
    pub at: Text,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Takes the person over.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "take-over", shape = pass, by("receiving"), answers("hand-over"), propose("officer"))]
pub struct TakeOver {
    /// The offer; the latest unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// Breaks it off.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "abort", shape = say, propose("officer"))]
pub struct Abort {}

/// Says something.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "say", shape = say, propose("officer"))]
pub struct Say {}

acts! {
    /// The acts of an escort.
    pub enum EscortAct { Open, Clear, Protect, HandOver, TakeOver, Abort, Say }
}

/// One lane of an escort: how far it has come, and how often something was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EscortLane {
    stage: Stage,
    said: u32,
}

/// How far a lane has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Untouched,
    Open,
    Cleared,
    Offered,
    Protected,
    Taken,
    Aborted,
}

/// The kind `escort`.
pub struct Escort;

impl Kind for Escort {
    const DEF: KindDef = KindDef {
        code: "escort",
        prefix: 'X',
        rules: 1,
        roles: &[HOLDING, RECEIVING],
        ended: &["taken", "protected", "aborted"],
        hands_over: None,
        shared: true,
        convened: false,
        fold: None,
        words: ("", ""),
    };
    type Act = EscortAct;
    type Lane = EscortLane;

    fn evolve(lane: &mut EscortLane, _: &Stated<'_>, act: &EscortAct) {
        lane.stage = match act {
            EscortAct::Open(_) => Stage::Open,
            EscortAct::Clear(_) => Stage::Cleared,
            EscortAct::Protect(_) => Stage::Protected,
            EscortAct::HandOver(_) => Stage::Offered,
            EscortAct::TakeOver(_) => Stage::Taken,
            EscortAct::Abort(_) => Stage::Aborted,
            EscortAct::Say(_) => lane.stage,
        };
        if matches!(act, EscortAct::Say(_)) {
            lane.said = lane.said.saturating_add(1);
        }
    }

    fn cell(lanes: &Lanes<'_, EscortLane>) -> Cell {
        let (holding, receiving) = (lanes.of(HOLDING).stage, lanes.of(RECEIVING).stage);
        match (holding, receiving) {
            // Taken is taken: nobody who had not seen it can undo it.
            (_, Stage::Taken) => draw("taken", None, &["say"], &["say"]),
            (Stage::Protected, _) => draw("protected", None, &["say"], &["say"]),
            (Stage::Aborted, _) | (_, Stage::Aborted) => draw("aborted", None, &["say"], &["say"]),
            (Stage::Offered, _) => {
                draw("offered", Some(RECEIVING), &["abort", "protect", "say"], &["take-over", "abort", "say"])
            }
            (Stage::Cleared, _) => {
                draw("cleared", Some(HOLDING), &["hand-over", "protect", "abort", "say"], &["abort", "say"])
            }
            (Stage::Open, _) => {
                draw("open", Some(HOLDING), &["clear", "protect", "abort", "say"], &["abort", "say"])
            }
            (Stage::Untouched | Stage::Taken, _) => draw("blank", Some(HOLDING), &["open"], &[]),
        }
    }

    fn examples() -> Vec<(&'static str, &'static str, EscortLane)> {
        let lane = |stage| EscortLane { stage, said: 0 };
        vec![
            (HOLDING, "blank", EscortLane::default()),
            (HOLDING, "open", lane(Stage::Open)),
            (HOLDING, "cleared", lane(Stage::Cleared)),
            (HOLDING, "offered", lane(Stage::Offered)),
            (HOLDING, "protected", lane(Stage::Protected)),
            (HOLDING, "aborted", lane(Stage::Aborted)),
            (RECEIVING, "silent", EscortLane::default()),
            (RECEIVING, "taken", lane(Stage::Taken)),
            (RECEIVING, "aborted", lane(Stage::Aborted)),
        ]
    }
}

fn draw(
    status: &'static str,
    waited_for: Option<&'static str>,
    holding: &'static [&'static str],
    receiving: &'static [&'static str],
) -> Cell {
    Cell { status, waited_for, prevails: None, next: vec![(HOLDING, holding), (RECEIVING, receiving)] }
}
