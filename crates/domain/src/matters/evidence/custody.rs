//! What both lanes come to together: where every package stands, and from that the grid, what is valid, what is due.
//!
//! [`WITH_A_PACKAGE`] is the one table of what may be done with a package where it stands. The grid offers by it and
//! `admit` asks it, so an act is offered exactly when some package makes it valid. Nothing here compares times: which
//! transfer takes the place of which is what the transfer itself names.

use std::collections::BTreeMap;

use comity_journal::limits::PACKAGE_BYTES;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::acts::{EvidenceAct, TransferStructure};
use super::state::{EvidenceLane, Giving, Held};
use super::{GIVING, RECEIVING};
use crate::act::Target;
use crate::clock::{Clock, Consequence};
use crate::engine::{Cell, Facts, PackageStands};
use crate::gates::{Refusal, rules};

/// How long a receiver has to check what came, where nothing else was agreed: one calendar day.
const CHECK_WITHIN_MS: i64 = 24 * 60 * 60 * 1000;

/// Where one package stands between the two, by how much it needs somebody.
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
    /// Taken back, withdrawn, replaced or destroyed: nobody holds it for the other any more.
    Ended,
}

/// An act about one package: whose it is, its code, and where the package must stand.
type WithAPackage = (&'static str, &'static [&'static str], &'static [Item]);

const WITH_A_PACKAGE: &[WithAPackage] = &[
    (GIVING, &["take-back"], &[Item::GivenBack]),
    (GIVING, &["withdraw"], &[Item::Mismatch, Item::Sent, Item::Intact]),
    (RECEIVING, &["receive"], &[Item::Mismatch, Item::Sent, Item::Intact]),
    (RECEIVING, &["accept"], &[Item::Intact]),
    (RECEIVING, &["give-back"], &[Item::Mismatch, Item::Intact, Item::Held]),
    (RECEIVING, &["destroy"], &[Item::Mismatch, Item::Held]),
];

/// Whether `act` fits a package that stands there.
fn fits(act: &str, item: Item) -> bool {
    WITH_A_PACKAGE.iter().any(|(_, codes, stands)| codes.contains(&act) && stands.contains(&item))
}

/// Both halves of every package's custody, put together.
struct Custody<'a> {
    gives: &'a Giving,
    held: Option<&'a BTreeMap<Hash, Held>>,
    items: BTreeMap<Hash, Item>,
}

impl<'a> Custody<'a> {
    /// Nothing before the matter is opened.
    fn of(giving: &'a EvidenceLane, receiving: &'a EvidenceLane) -> Option<Self> {
        let EvidenceLane::Giving(gives) = giving else { return None };
        let held = if let EvidenceLane::Receiving(lane) = receiving { Some(&lane.packages) } else { None };
        let mut custody = Self { gives, held, items: BTreeMap::new() };
        custody.items = gives.sent.keys().map(|entry| (*entry, custody.item(entry))).collect();
        Some(custody)
    }

    fn held(&self, entry: &Hash) -> Option<&Held> {
        self.held?.get(entry)
    }

    /// What the receiver has taken over, given back or destroyed stands so whatever the giver did meanwhile; what it
    /// has only checked ends when the giver withdraws it or closes.
    fn item(&self, entry: &Hash) -> Item {
        let given_up = self.gives.closed || self.gives.withdrawn.contains(entry);
        match self.held(entry) {
            Some(Held::Accepted { .. }) => Item::Held,
            Some(Held::GivenBack { by }) if self.gives.taken_back.contains(by) => Item::Ended,
            Some(Held::GivenBack { .. }) => Item::GivenBack,
            Some(Held::Destroyed) => Item::Ended,
            _ if given_up => Item::Ended,
            None => Item::Sent,
            Some(Held::Intact) => Item::Intact,
            Some(Held::Mismatch) if self.gives.replaced.contains(entry) => Item::Ended,
            Some(Held::Mismatch) => Item::Mismatch,
        }
    }

    fn any(&self, is: impl Fn(Item) -> bool) -> bool {
        self.items.values().any(|item| is(*item))
    }

    /// A package that is not as sealed holds nothing open: the giver may have no other to send.
    fn may_close(&self) -> bool {
        !self.gives.closed && !self.any(|item| !matches!(item, Item::Mismatch | Item::Ended))
    }

    /// The receiver's act that stands although the giver withdrew or closed without having seen it.
    fn prevails(&self) -> Option<&'static str> {
        let gave_up = |entry| self.gives.closed || self.gives.withdrawn.contains(entry);
        let mut crossed = self.items.iter().filter(|(entry, _)| gave_up(*entry)).map(|(_, item)| *item);
        crossed.find_map(|item| match item {
            Item::Held => Some("accept"),
            Item::GivenBack => Some("give-back"),
            _ => None,
        })
    }

    /// The package an entry gave back.
    fn given_back_by(&self, by: Hash) -> Option<Hash> {
        let mut held = self.held?.iter();
        held.find(|(_, held)| **held == Held::GivenBack { by }).map(|(entry, _)| *entry)
    }
}

/// The grid: every combination of the two lanes.
pub(super) fn cell(giving: &EvidenceLane, receiving: &EvidenceLane) -> Cell {
    let Some(custody) = Custody::of(giving, receiving) else {
        return Cell {
            status: "draft",
            waited_for: Some(GIVING),
            prevails: None,
            next: vec![(GIVING, &["open"])],
        };
    };
    let (status, waited_for) = standing(&custody);
    Cell { status, waited_for, prevails: custody.prevails(), next: next(&custody) }
}

/// The status, and who is waited for: the package that most needs somebody decides.
fn standing(custody: &Custody<'_>) -> (&'static str, Option<&'static str>) {
    let gives = custody.gives;
    let for_a_term = gives.give_back_by.is_some() || gives.destroy_by.is_some();
    match custody.items.values().min() {
        Some(Item::Mismatch) => ("mismatch", Some(GIVING)),
        Some(Item::Sent) => ("sent", Some(RECEIVING)),
        Some(Item::Intact) => ("received", Some(RECEIVING)),
        Some(Item::GivenBack) => ("giving-back", Some(GIVING)),
        Some(Item::Held) => ("held", for_a_term.then_some(RECEIVING)),
        Some(Item::Ended) | None if gives.closed => ("closed", None),
        Some(Item::Ended) => ("ended", None),
        None => ("announced", Some(GIVING)),
    }
}

fn next(custody: &Custody<'_>) -> Vec<(&'static str, &'static [&'static str])> {
    let mut next: Vec<(&'static str, &'static [&'static str])> = Vec::new();
    if !custody.gives.closed {
        next.push((GIVING, &["transfer", "release"]));
    }
    for (role, act, stands) in WITH_A_PACKAGE {
        if custody.any(|item| stands.contains(&item)) {
            next.push((role, act));
        }
    }
    if custody.may_close() {
        next.push((GIVING, &["close"]));
    }
    next
}

/// An act about one package must fit where that package stands.
pub(super) fn admit(
    giving: &EvidenceLane,
    receiving: &EvidenceLane,
    act: &EvidenceAct,
) -> Result<(), Refusal> {
    let custody = Custody::of(giving, receiving).ok_or(Refusal::under(rules::NOT_OPENED))?;
    let about = |act, of: &Target| {
        of.entry().and_then(|of| custody.items.get(&of)).is_some_and(|item| fits(act, *item))
    };
    let fits = match act {
        EvidenceAct::Open(_) => false,
        EvidenceAct::Transfer(transfer) => return admit_transfer(&custody, transfer),
        EvidenceAct::Release(_) => !custody.gives.closed,
        EvidenceAct::Close(_) => custody.may_close(),
        EvidenceAct::TakeBack(back) => {
            let of = back.of.entry().and_then(|by| custody.given_back_by(by));
            about("take-back", &of.map(Target::from).unwrap_or_default())
        }
        EvidenceAct::Withdraw(withdraw) => about("withdraw", &withdraw.of),
        EvidenceAct::Receive(receive) => about("receive", &receive.of),
        EvidenceAct::Accept(accept) => about("accept", &accept.of),
        EvidenceAct::GiveBack(back) => about("give-back", &back.of),
        EvidenceAct::Destroy(destroy) => about("destroy", &destroy.of),
    };
    if fits { Ok(()) } else { Err(Refusal::under(rules::NOT_NOW)) }
}

/// A package is handed over once, and takes the place of one that was found not as sealed or of none.
fn admit_transfer(custody: &Custody<'_>, transfer: &TransferStructure) -> Result<(), Refusal> {
    let fresh = custody.gives.sent.values().all(|sent| sent.package != transfer.package);
    if custody.gives.closed || !fresh || transfer.size > PACKAGE_BYTES {
        return Err(Refusal::under(rules::NOT_NOW));
    }
    match transfer.replaces.map(|replaced| custody.items.get(&replaced)) {
        None | Some(Some(Item::Mismatch)) => Ok(()),
        Some(Some(_)) => Err(Refusal::under(rules::NOT_NOW)),
        Some(None) => Err(Refusal::under(rules::WRONG_TARGET).about(["transfer"])),
    }
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

/// Whether the receiver keeps, or is to keep, the package an entry sent.
pub(super) fn keeps(giving: &EvidenceLane, receiving: &EvidenceLane, entry: &Hash) -> bool {
    let item = Custody::of(giving, receiving).and_then(|custody| custody.items.get(entry).copied());
    item.is_some_and(|item| !matches!(item, Item::GivenBack | Item::Ended))
}

/// Where the package an entry sent stands, and who answers for it: the giver until it is taken over, the receiver until
/// it is taken back.
pub(super) fn stands(giving: &EvidenceLane, receiving: &EvidenceLane, entry: &Hash) -> PackageStands {
    let Some(custody) = Custody::of(giving, receiving) else { return ("sent", Some(GIVING)) };
    match custody.items.get(entry) {
        None | Some(Item::Sent) => ("sent", Some(GIVING)),
        Some(Item::Mismatch) => ("mismatch", Some(GIVING)),
        Some(Item::Intact) => ("received", Some(GIVING)),
        Some(Item::Held) => ("held", Some(RECEIVING)),
        Some(Item::GivenBack) => ("giving-back", Some(RECEIVING)),
        Some(Item::Ended) => match custody.held(entry) {
            Some(Held::Destroyed) => ("destroyed", None),
            Some(Held::GivenBack { .. }) => ("given-back", Some(GIVING)),
            _ if custody.gives.replaced.contains(entry) => ("replaced", Some(GIVING)),
            _ => ("withdrawn", Some(GIVING)),
        },
    }
}

/// Checking runs from when a package was sent; giving back and destroying from when one was accepted, while it is
/// held.
pub(super) fn clocks(giving: &EvidenceLane, receiving: &EvidenceLane) -> Vec<Clock> {
    let Some(custody) = Custody::of(giving, receiving) else { return Vec::new() };
    let gives = custody.gives;
    let waiting = gives.sent.iter().filter(|(entry, _)| custody.items.get(entry) == Some(&Item::Sent));
    let check = waiting.map(|(_, sent)| sent.at).min().map(|started| Clock {
        name: "check-package",
        started,
        due: started.plus_millis(CHECK_WITHIN_MS),
        who: RECEIVING,
        consequence: Consequence::Ordinary,
        then: &[],
    });
    let accepted = custody.items.keys().filter_map(|entry| match custody.held(entry) {
        Some(Held::Accepted { at }) => Some(*at),
        _ => None,
    });
    let held_since = accepted.min();
    let term = |name, due: Option<Timestamp>| {
        let (started, due) = (held_since?, due?);
        Some(Clock { name, started, due, who: RECEIVING, consequence: Consequence::Ordinary, then: &[] })
    };
    let terms = [term("give-back", gives.give_back_by), term("destroy", gives.destroy_by)];
    check.into_iter().chain(terms.into_iter().flatten()).collect()
}
