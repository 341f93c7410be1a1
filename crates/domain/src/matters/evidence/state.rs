//! What each lane of an evidence transfer has come to, and the grid over both.
//!
//! Each lane keeps its own half of every package's custody. The grid reads the package that most needs somebody.

use std::collections::{BTreeMap, BTreeSet};

use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::acts::{Check, EvidenceAct};
use super::{GIVING, RECEIVING};
use crate::clock::Clock;
use crate::engine::{Cell, Facts, Stated};
use crate::gates::{Refusal, rules};
use crate::vocabularies::{Handling, OffenceCode};

/// How long a receiver has to check what came, where nothing else was agreed: one calendar day.
const CHECK_WITHIN_MS: i64 = 24 * 60 * 60 * 1000;

/// The largest package, in bytes.
const PACKAGE_BYTES: u64 = 16 << 40;

/// One lane of an evidence transfer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EvidenceLane {
    /// Nothing stands in it yet.
    #[default]
    Untouched,
    /// The lane of the party that gives.
    Giving(Giving),
    /// The lane of the party that receives.
    Receiving(Receiving),
}

/// The giving lane, once it has opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Giving {
    /// How it may be used and passed on.
    pub handling: Handling,
    /// Whether it may be used as evidence in court.
    pub as_evidence: bool,
    /// The offences it may be used for.
    pub offences: Vec<OffenceCode>,
    /// By when it is to be given back.
    pub give_back_by: Option<Timestamp>,
    /// By when it is to be destroyed.
    pub destroy_by: Option<Timestamp>,
    /// What was sent, by the entry that sent it.
    pub sent: BTreeMap<Hash, Sent>,
    /// The entries that gave packages back which were taken back.
    pub taken_back: BTreeSet<Hash>,
    /// Whether it closed the matter.
    pub closed: bool,
}

/// A package that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// The root over its bytes.
    pub package: Hash,
}

/// The receiving lane, once it has said anything: packages by the entry that sent them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receiving {
    /// What became of each.
    pub packages: BTreeMap<Hash, Held>,
}

/// What became of a package at the party that receives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// It came, and every byte is as it was sealed.
    Intact,
    /// It came, and is not as it was sealed.
    Mismatch,
    /// It was taken over.
    Accepted {
        /// When.
        at: Timestamp,
    },
    /// It was given back, by this entry.
    GivenBack {
        /// The offer.
        by: Hash,
    },
    /// It was destroyed.
    Destroyed,
}

/// Where one package stands between the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// Not whole: something else has to be sent.
    Mismatch,
    /// Sent, and the receiver has not said that it came.
    Sent,
    /// Checked and whole, not yet taken over.
    Intact,
    /// Given back, not yet taken back.
    GivenBack,
    /// In the receiver's custody.
    Held,
    /// Taken back or destroyed: nobody holds it for the other any more.
    Ended,
}

impl EvidenceLane {
    pub(super) fn evolve(&mut self, entry: &Stated<'_>, act: &EvidenceAct) {
        if let EvidenceAct::Open(open) = act {
            *self = Self::Giving(Giving {
                handling: open.handling,
                as_evidence: open.as_evidence.0,
                offences: open.offences.clone(),
                give_back_by: open.give_back_by.map(|moment| moment.0),
                destroy_by: open.destroy_by.map(|moment| moment.0),
                sent: BTreeMap::new(),
                taken_back: BTreeSet::new(),
                closed: false,
            });
            return;
        }
        match self {
            Self::Giving(lane) => lane.evolve(entry, act),
            Self::Receiving(lane) => lane.evolve(entry, act),
            Self::Untouched => {
                let mut lane = Receiving::default();
                lane.evolve(entry, act);
                *self = Self::Receiving(lane);
            }
        }
    }
}

impl Giving {
    fn evolve(&mut self, entry: &Stated<'_>, act: &EvidenceAct) {
        match act {
            EvidenceAct::Transfer(transfer) => {
                self.sent.insert(entry.entry, Sent { at: entry.at, package: transfer.package });
            }
            EvidenceAct::Release(release) => {
                self.handling = release.handling;
                self.as_evidence = release.as_evidence.0;
            }
            EvidenceAct::TakeBack(back) => self.taken_back.extend(back.of.entry()),
            EvidenceAct::Close(_) => self.closed = true,
            _ => {}
        }
    }
}

impl Receiving {
    fn evolve(&mut self, entry: &Stated<'_>, act: &EvidenceAct) {
        let (of, held) = match act {
            EvidenceAct::Receive(receive) => match receive.check {
                Check::Intact => (&receive.of, Held::Intact),
                Check::Mismatch => (&receive.of, Held::Mismatch),
            },
            EvidenceAct::Accept(accept) => (&accept.of, Held::Accepted { at: entry.at }),
            EvidenceAct::GiveBack(back) => (&back.of, Held::GivenBack { by: entry.entry }),
            EvidenceAct::Destroy(destroy) => (&destroy.of, Held::Destroyed),
            _ => return,
        };
        if let Some(of) = of.entry() {
            self.packages.insert(of, held);
        }
    }
}

/// Every package with where it stands between the two.
fn items(giving: &Giving, receiving: &EvidenceLane) -> BTreeMap<Hash, Item> {
    let none = BTreeMap::new();
    let held = if let EvidenceLane::Receiving(lane) = receiving { &lane.packages } else { &none };
    let latest = giving.sent.values().map(|sent| sent.at).max();
    let mut items = BTreeMap::new();
    for (entry, sent) in &giving.sent {
        let item = match held.get(entry) {
            None => Item::Sent,
            Some(Held::Intact) => Item::Intact,
            // What was sent since took its place.
            Some(Held::Mismatch) if latest > Some(sent.at) => Item::Ended,
            Some(Held::Mismatch) => Item::Mismatch,
            Some(Held::Accepted { .. }) => Item::Held,
            Some(Held::GivenBack { by }) if giving.taken_back.contains(by) => Item::Ended,
            Some(Held::GivenBack { .. }) => Item::GivenBack,
            Some(Held::Destroyed) => Item::Ended,
        };
        items.insert(*entry, item);
    }
    items
}

/// The grid: every combination of the two lanes.
pub(super) fn cell(giving: &EvidenceLane, receiving: &EvidenceLane) -> Cell {
    let EvidenceLane::Giving(gives) = giving else { return draw("draft", Some(GIVING), &["open"], &[]) };
    if gives.closed {
        return draw("closed", None, &[], &[]);
    }
    let items = items(gives, receiving);
    let any = |item| items.values().any(|standing| *standing == item);
    let from_receiver: &[&str] = match (any(Item::Sent), any(Item::Intact), any(Item::Held)) {
        (true, _, true) | (_, true, true) => &["receive", "accept", "give-back", "destroy"],
        (true, true, false) => &["receive", "accept", "give-back"],
        (true, false, false) => &["receive"],
        (false, true, false) => &["accept", "receive", "give-back"],
        (false, false, true) => &["give-back", "destroy"],
        (false, false, false) => &[],
    };
    const GIVE: &[&str] = &["transfer", "release"];
    const TAKE_BACK: &[&str] = &["take-back", "transfer", "release"];
    const MAY_CLOSE: &[&str] = &["transfer", "release", "close"];
    let giver = if any(Item::GivenBack) { TAKE_BACK } else { GIVE };
    match items.values().min() {
        None => draw("announced", Some(GIVING), &["transfer", "release", "close"], &[]),
        Some(Item::Mismatch) => draw("mismatch", Some(GIVING), giver, from_receiver),
        Some(Item::Sent) => draw("sent", Some(RECEIVING), giver, from_receiver),
        Some(Item::Intact) => draw("received", Some(RECEIVING), giver, from_receiver),
        Some(Item::GivenBack) => draw("giving-back", Some(GIVING), giver, from_receiver),
        Some(Item::Held) => draw("held", None, GIVE, from_receiver),
        Some(Item::Ended) => draw("ended", None, MAY_CLOSE, from_receiver),
    }
}

fn draw(
    status: &'static str,
    waited_for: Option<&'static str>,
    giving: &'static [&'static str],
    receiving: &'static [&'static str],
) -> Cell {
    Cell { status, waited_for, prevails: None, next: vec![(GIVING, giving), (RECEIVING, receiving)] }
}

/// An act about one package must fit where that package stands.
pub(super) fn admit(
    giving: &EvidenceLane,
    receiving: &EvidenceLane,
    act: &EvidenceAct,
) -> Result<(), Refusal> {
    let EvidenceLane::Giving(gives) = giving else { return Ok(()) };
    let items = items(gives, receiving);
    let stands = |of: &crate::act::Target| of.entry().and_then(|entry| items.get(&entry).copied());
    let fits = match act {
        EvidenceAct::Receive(receive) => matches!(stands(&receive.of), Some(Item::Sent | Item::Intact)),
        EvidenceAct::Accept(accept) => stands(&accept.of) == Some(Item::Intact),
        EvidenceAct::GiveBack(back) => matches!(stands(&back.of), Some(Item::Intact | Item::Held)),
        EvidenceAct::Destroy(destroy) => stands(&destroy.of) == Some(Item::Held),
        EvidenceAct::TakeBack(back) => back.of.entry().is_some_and(|by| !gives.taken_back.contains(&by)),
        EvidenceAct::Transfer(transfer) if transfer.size > PACKAGE_BYTES => false,
        EvidenceAct::Transfer(transfer) => gives.sent.values().all(|sent| sent.package != transfer.package),
        _ => true,
    };
    if fits { Ok(()) } else { Err(Refusal::under(rules::NOT_NOW)) }
}

/// Whether the package an entry sent is at this node, every byte checked.
pub(super) fn package_here(giving: &EvidenceLane, of: Option<Hash>, facts: &Facts) -> Result<(), Refusal> {
    let EvidenceLane::Giving(gives) = giving else { return Ok(()) };
    let sent = of.and_then(|of| gives.sent.get(&of));
    if sent.is_some_and(|sent| facts.packages.contains(&sent.package)) {
        Ok(())
    } else {
        Err(Refusal::under(rules::PACKAGE_NOT_HERE))
    }
}

/// Checking runs from when a package was sent; giving back and destroying while anything is held.
pub(super) fn clocks(giving: &EvidenceLane, receiving: &EvidenceLane) -> Vec<Clock> {
    let EvidenceLane::Giving(gives) = giving else { return Vec::new() };
    if gives.closed {
        return Vec::new();
    }
    let items = items(gives, receiving);
    let waiting = gives.sent.iter().filter(|(entry, _)| items.get(entry) == Some(&Item::Sent));
    let check = waiting.map(|(_, sent)| sent.at).min().map(|started| Clock {
        name: "check-package",
        started,
        due: started.plus_millis(CHECK_WITHIN_MS),
        who: RECEIVING,
        then: &[],
    });
    let held_since = gives.sent.values().map(|sent| sent.at).min();
    let holds = items.values().any(|item| matches!(item, Item::Held | Item::Intact));
    let term = |name, due: Option<Timestamp>| {
        let (started, due) = (held_since.filter(|_| holds)?, due?);
        Some(Clock { name, started, due, who: RECEIVING, then: &[] })
    };
    let terms = [term("give-back", gives.give_back_by), term("destroy", gives.destroy_by)];
    check.into_iter().chain(terms.into_iter().flatten()).collect()
}

/// One lane of every state worth a row of the grid.
pub(super) fn examples() -> Vec<(&'static str, &'static str, EvidenceLane)> {
    let package = Hash::from_bytes([1; 32]);
    let back = Hash::from_bytes([2; 32]);
    let at = Timestamp::from_millis(0);
    let opened = Giving {
        handling: Handling::H1,
        as_evidence: false,
        offences: Vec::new(),
        give_back_by: Some(at),
        destroy_by: Some(at),
        sent: BTreeMap::new(),
        taken_back: BTreeSet::new(),
        closed: false,
    };
    let sent = Giving { sent: BTreeMap::from([(package, Sent { at, package })]), ..opened.clone() };
    let taken_back = Giving { taken_back: BTreeSet::from([back]), ..sent.clone() };
    let closed = Giving { closed: true, ..taken_back.clone() };
    let holds = |held| EvidenceLane::Receiving(Receiving { packages: BTreeMap::from([(package, held)]) });
    vec![
        (GIVING, "not opened", EvidenceLane::Untouched),
        (GIVING, "announced", EvidenceLane::Giving(opened)),
        (GIVING, "package sent", EvidenceLane::Giving(sent)),
        (GIVING, "package taken back", EvidenceLane::Giving(taken_back)),
        (GIVING, "closed", EvidenceLane::Giving(closed)),
        (RECEIVING, "silent", EvidenceLane::Untouched),
        (RECEIVING, "package intact", holds(Held::Intact)),
        (RECEIVING, "package not as sealed", holds(Held::Mismatch)),
        (RECEIVING, "package accepted", holds(Held::Accepted { at })),
        (RECEIVING, "package given back", holds(Held::GivenBack { by: back })),
        (RECEIVING, "package destroyed", holds(Held::Destroyed)),
    ]
}
