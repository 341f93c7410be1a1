//! What each lane of a pouch has come to, and the grid over both.

use comity_domain::engine::Cell;
use comity_journal::suite::Hash;

use super::acts::PouchAct;
use super::{RECEIVING, SENDING};

/// One lane of a pouch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PouchLane {
    opened: bool,
    listed: bool,
    agreed_on: Option<Hash>,
    offered: bool,
    taken: bool,
    closed: bool,
}

impl PouchLane {
    pub(super) fn evolve(&mut self, entry: Hash, act: &PouchAct) {
        match act {
            PouchAct::Open(_) => self.opened = true,
            PouchAct::List(_) => self.listed = true,
            PouchAct::Agree(agree) => self.agreed_on = agree.of.entry(),
            PouchAct::Offer(_) => self.offered = true,
            PouchAct::Take(_) => self.taken = true,
            PouchAct::Close(_) => self.closed = true,
        }
        // An edit of the list is another list: who agreed to the one before has to agree again.
        if matches!(act, PouchAct::List(_)) && self.agreed_on != Some(entry) {
            self.agreed_on = None;
        }
    }
}

pub(super) fn cell(sending: &PouchLane, receiving: &PouchLane) -> Cell {
    let agreed = sending.agreed_on.is_some() && sending.agreed_on == receiving.agreed_on;
    if sending.closed {
        draw("closed", None, &[], &[])
    } else if !sending.opened {
        draw("draft", Some(SENDING), &["open"], &[])
    } else if receiving.taken {
        draw("taken", Some(SENDING), &["close"], &[])
    } else if sending.offered {
        draw("offered", Some(RECEIVING), &[], &["take"])
    } else if agreed {
        draw("agreed", Some(SENDING), &["list", "offer"], &[])
    } else if !sending.listed {
        draw("announced", Some(SENDING), &["list"], &[])
    } else if sending.agreed_on.is_none() {
        draw("listed", Some(SENDING), &["list", "agree"], &["agree"])
    } else {
        draw("listed", Some(RECEIVING), &["list", "agree"], &["agree"])
    }
}

fn draw(
    status: &'static str,
    waited_for: Option<&'static str>,
    sending: &'static [&'static str],
    receiving: &'static [&'static str],
) -> Cell {
    Cell { status, waited_for, prevails: None, next: vec![(SENDING, sending), (RECEIVING, receiving)] }
}

pub(super) fn examples() -> Vec<(&'static str, &'static str, PouchLane)> {
    let agreed_on = Some(Hash::ZERO);
    let opened = PouchLane { opened: true, ..PouchLane::default() };
    let listed = PouchLane { listed: true, ..opened.clone() };
    let agreed = PouchLane { agreed_on, ..listed.clone() };
    let offered = PouchLane { offered: true, ..agreed.clone() };
    vec![
        (SENDING, "untouched", PouchLane::default()),
        (SENDING, "open", opened),
        (SENDING, "listed", listed),
        (SENDING, "agreed", agreed),
        (SENDING, "offered", offered.clone()),
        (SENDING, "closed", PouchLane { closed: true, ..offered }),
        (RECEIVING, "untouched", PouchLane::default()),
        (RECEIVING, "agreed", PouchLane { agreed_on, ..PouchLane::default() }),
        (RECEIVING, "taken", PouchLane { agreed_on, taken: true, ..PouchLane::default() }),
    ]
}
