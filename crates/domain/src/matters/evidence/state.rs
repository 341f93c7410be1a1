//! What each lane of an evidence transfer has come to.
//!
//! Each lane keeps its own half of every package's custody, by the entry that handed the package over. What the two
//! halves come to together is in `custody`.

use std::collections::{BTreeMap, BTreeSet};

use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::acts::EvidenceAct;
use super::{GIVING, RECEIVING};
use crate::engine::Stated;
use crate::vocabularies::{Check, Handling, OffenceCode};

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
    /// The entries in whose place another was sent.
    pub replaced: BTreeSet<Hash>,
    /// The entries that were withdrawn.
    pub withdrawn: BTreeSet<Hash>,
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
                replaced: BTreeSet::new(),
                withdrawn: BTreeSet::new(),
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
                self.replaced.extend(transfer.replaces);
            }
            EvidenceAct::Withdraw(withdraw) => self.withdrawn.extend(withdraw.of.entry()),
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

/// One lane of every state worth a row of the grid. The two packages of a row are a first and a second one.
pub(super) fn examples() -> Vec<(&'static str, &'static str, EvidenceLane)> {
    let mut examples = giving_examples();
    examples.extend(receiving_examples());
    examples
}

const FIRST: Hash = Hash::from_bytes([1; 32]);
const SECOND: Hash = Hash::from_bytes([2; 32]);
const BACK: Hash = Hash::from_bytes([3; 32]);

fn giving_examples() -> Vec<(&'static str, &'static str, EvidenceLane)> {
    let at = Timestamp::from_millis(0);
    let opened = Giving {
        handling: Handling::H1,
        as_evidence: false,
        offences: Vec::new(),
        give_back_by: None,
        destroy_by: None,
        sent: BTreeMap::new(),
        replaced: BTreeSet::new(),
        withdrawn: BTreeSet::new(),
        taken_back: BTreeSet::new(),
        closed: false,
    };
    let with = |entries: &[Hash]| {
        entries.iter().map(|entry| (*entry, Sent { at, package: *entry })).collect::<BTreeMap<_, _>>()
    };
    let sent = Giving { sent: with(&[FIRST]), ..opened.clone() };
    let for_a_term = Giving { give_back_by: Some(at), destroy_by: Some(at), ..sent.clone() };
    let withdrawn = Giving { withdrawn: BTreeSet::from([FIRST]), ..sent.clone() };
    let taken_back = Giving { taken_back: BTreeSet::from([BACK]), ..sent.clone() };
    let two = Giving { sent: with(&[FIRST, SECOND]), ..opened.clone() };
    let in_its_place = Giving { replaced: BTreeSet::from([FIRST]), ..two.clone() };
    let one_withdrawn = Giving { withdrawn: BTreeSet::from([FIRST]), ..two.clone() };
    let closed = Giving { closed: true, ..withdrawn.clone() };
    let lanes = [
        ("announced", opened),
        ("package sent", sent),
        ("package sent for a term", for_a_term),
        ("package withdrawn", withdrawn),
        ("package taken back", taken_back),
        ("two packages sent", two),
        ("second sent in place of the first", in_its_place),
        ("two packages sent, first withdrawn", one_withdrawn),
        ("closed after withdrawing", closed),
    ];
    let untouched = (GIVING, "not opened", EvidenceLane::Untouched);
    let opened = lanes.into_iter().map(|(name, lane)| (GIVING, name, EvidenceLane::Giving(lane)));
    std::iter::once(untouched).chain(opened).collect()
}

fn receiving_examples() -> Vec<(&'static str, &'static str, EvidenceLane)> {
    let accepted = Held::Accepted { at: Timestamp::from_millis(0) };
    let lanes: [(_, &[_]); 8] = [
        ("package intact", &[(FIRST, Held::Intact)]),
        ("package not as sealed", &[(FIRST, Held::Mismatch)]),
        ("package accepted", &[(FIRST, accepted)]),
        ("package given back", &[(FIRST, Held::GivenBack { by: BACK })]),
        ("package destroyed", &[(FIRST, Held::Destroyed)]),
        ("first not as sealed, second accepted", &[(FIRST, Held::Mismatch), (SECOND, accepted)]),
        ("first accepted, second intact", &[(FIRST, accepted), (SECOND, Held::Intact)]),
        ("first accepted, second destroyed", &[(FIRST, accepted), (SECOND, Held::Destroyed)]),
    ];
    let untouched = (RECEIVING, "silent", EvidenceLane::Untouched);
    let said = lanes.map(|(name, packages)| {
        let packages = packages.iter().copied().collect();
        (RECEIVING, name, EvidenceLane::Receiving(Receiving { packages }))
    });
    std::iter::once(untouched).chain(said).collect()
}
