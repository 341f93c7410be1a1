//! What each lane of a gathering has come to, and the grid over a convenor and a member.

use comity_domain::engine::{Cell, Fold, Lanes};
use comity_journal::suite::Hash;

use super::acts::GatheringAct;
use super::{CONVENOR, MEMBER};

/// One lane of a gathering.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GatheringLane {
    opened: bool,
    proposed: Option<Hash>,
    agreed_on: Option<Hash>,
    places: u32,
    closed: bool,
}

impl GatheringLane {
    pub(super) fn evolve(&mut self, entry: Hash, act: &GatheringAct) {
        match act {
            GatheringAct::Open(_) => self.opened = true,
            GatheringAct::Propose(_) => self.proposed = Some(entry),
            GatheringAct::Agree(agree) => self.agreed_on = agree.of.entry(),
            GatheringAct::Report(report) => self.places = self.places.saturating_add(report.places),
            GatheringAct::Close(_) => self.closed = true,
        }
    }
}

pub(super) fn cell(lanes: &Lanes<'_, GatheringLane>) -> Cell {
    let convenor = lanes.of(CONVENOR);
    if convenor.closed {
        return draw("closed", None, &[], &[]);
    }
    if !convenor.opened {
        return draw("draft", Some(CONVENOR), &["open"], &[]);
    }
    if convenor.proposed.is_none() {
        return draw("convened", Some(CONVENOR), &["propose", "report", "close"], &["report"]);
    }
    let agreed = lanes.hold(Fold::All, MEMBER, |member| member.agreed_on == convenor.proposed);
    // Where nobody is left who could agree, the convenor goes on or closes.
    let waited_for = if agreed || lanes.all(MEMBER).next().is_none() { CONVENOR } else { MEMBER };
    let status = if agreed { "agreed" } else { "proposed" };
    draw(status, Some(waited_for), &["propose", "report", "close"], &["agree", "report"])
}

/// That somebody has searched a place stays true of the matter when that party is removed.
pub(super) fn marks(lanes: &Lanes<'_, GatheringLane>) -> Vec<&'static str> {
    let present = lanes.all(CONVENOR).chain(lanes.all(MEMBER));
    let searched: u32 = present.chain(lanes.former(MEMBER)).map(|(_, lane)| lane.places).sum();
    match searched {
        0 => Vec::new(),
        1 => vec!["one-place"],
        _ => vec!["several-places"],
    }
}

fn draw(
    status: &'static str,
    waited_for: Option<&'static str>,
    convenor: &'static [&'static str],
    member: &'static [&'static str],
) -> Cell {
    Cell { status, waited_for, prevails: None, next: vec![(CONVENOR, convenor), (MEMBER, member)] }
}

pub(super) fn examples() -> Vec<(&'static str, &'static str, GatheringLane)> {
    let text = Some(Hash::ZERO);
    let opened = GatheringLane { opened: true, ..GatheringLane::default() };
    let proposed = GatheringLane { proposed: text, ..opened.clone() };
    let closed = GatheringLane { closed: true, ..proposed.clone() };
    let other = Some(Hash::from_bytes([1; 32]));
    vec![
        (CONVENOR, "untouched", GatheringLane::default()),
        (CONVENOR, "open", opened),
        (CONVENOR, "proposed", proposed),
        (CONVENOR, "closed", closed),
        (MEMBER, "untouched", GatheringLane::default()),
        (MEMBER, "agreed to another text", GatheringLane { agreed_on: other, ..GatheringLane::default() }),
        (MEMBER, "agreed", GatheringLane { agreed_on: text, ..GatheringLane::default() }),
    ]
}
