//! Evidence handed from one agency to another (证据移交): sealed packages, their custody, and what they may be used for.
//!
//! Custody is a pass: the giving party's `transfer` offers a sealed package, the receiving party's `accept` takes it. In
//! between the receiver's node has checked every byte of it, and says so in `receive`. What may be done with it
//! travels with it: a handling code, the offences it may be used for, and "not as evidence" until the giver releases
//! it. Given back, it passes the other way.
//!
//! Withdraw beside accept: accept prevails, for who has taken a thing into custody answers for it until it is given
//! back or destroyed. The same holds beside a close that had not seen it.
//!
//! Not here: the package itself (`comity-evidence`), its way over the wire (`comity-app`), physical exhibits'
//! seals and carriers beyond their description.
//!
//! Sources: RFC 8493 (the bag inside), Europol handling codes H0 to H3.

mod acts;
mod custody;
mod state;

pub use acts::{
    Accept, Close, Destroy, EvidenceAct, GiveBack, Open, OpenStructure, Receive, Release, ReleaseStructure,
    TakeBack, Transfer, TransferStructure, Withdraw,
};
pub use custody::Item;
pub use state::{EvidenceLane, Giving, Held, Receiving, Sent};

use comity_journal::suite::Hash;

use crate::act::Act as _;
use crate::clock::Clock;
use crate::engine::{Cell, Facts, Kind, KindDef, Lanes, PackageRef, PackageStands, Stated};
use crate::gates::{Cover, Gives, Objection, Refusal, Rule, rules};
pub use crate::vocabularies::Check;
use crate::vocabularies::{Handling, OffenceCode};

/// The party that gives evidence.
pub const GIVING: &str = "giving";
/// The party that receives it.
pub const RECEIVING: &str = "receiving";

/// The kind `evidence`.
pub struct EvidenceKind;

impl Kind for EvidenceKind {
    const DEF: KindDef = KindDef {
        code: "evidence",
        prefix: 'E',
        rules: 1,
        roles: &[GIVING, RECEIVING],
        ended: &["held", "ended", "closed"],
        hands_over: Some("transfer"),
        shared: true,
        convened: false,
        fold: None,
        words: (include_str!("zh.ftl"), include_str!("en.ftl")),
    };
    type Act = EvidenceAct;
    type Lane = EvidenceLane;

    fn evolve(lane: &mut EvidenceLane, entry: &Stated<'_>, act: &EvidenceAct) {
        lane.evolve(entry, act);
    }

    fn cell(lanes: &Lanes<'_, EvidenceLane>) -> Cell {
        custody::cell(lanes.of(GIVING), lanes.of(RECEIVING))
    }

    fn clocks(lanes: &Lanes<'_, EvidenceLane>) -> Vec<Clock> {
        custody::clocks(lanes.of(GIVING), lanes.of(RECEIVING))
    }

    fn admit(lanes: &Lanes<'_, EvidenceLane>, entry: &Stated<'_>, act: &EvidenceAct) -> Result<(), Refusal> {
        match (act, entry.opening) {
            (EvidenceAct::Open(_), Some(opening)) if opening.parties.len() != 2 => {
                Err(Refusal::under(rules::WRONG_PARTIES))
            }
            (EvidenceAct::Open(_), Some(_)) if *lanes.of(GIVING) == EvidenceLane::Untouched => Ok(()),
            (EvidenceAct::Open(_), _) | (_, Some(_)) => Err(Refusal::under(rules::NOT_OPENED)),
            _ => custody::admit(lanes.of(GIVING), lanes.of(RECEIVING), act),
        }
    }

    fn decide(lanes: &Lanes<'_, EvidenceLane>, act: &EvidenceAct, facts: &Facts) -> Result<(), Refusal> {
        match act {
            EvidenceAct::Open(open) => opening_demands(open, facts).into_iter().next().map_or(Ok(()), Err),
            EvidenceAct::Release(release) if releases_without_words(release) => {
                Err(Refusal::under(rules::INCOMPLETE).about(["restriction"]))
            }
            // Nobody says a package is whole, and nobody takes it over, before this node has checked every byte.
            EvidenceAct::Receive(receive) if receive.check == Check::Intact => {
                custody::package_here(lanes.of(GIVING), receive.of.entry(), facts)
            }
            EvidenceAct::Accept(accept) => custody::package_here(lanes.of(GIVING), accept.of.entry(), facts),
            EvidenceAct::Destroy(destroy) => {
                match custody::package_here(lanes.of(GIVING), destroy.of.entry(), facts) {
                    Ok(()) => Err(Refusal::under(rules::PACKAGE_STILL_HERE)),
                    Err(_) => Ok(()),
                }
            }
            EvidenceAct::Transfer(transfer) if !facts.packages.contains(&transfer.package) => {
                Err(Refusal::under(rules::PACKAGE_NOT_HERE))
            }
            _ => Ok(()),
        }
    }

    fn demands(lanes: &Lanes<'_, EvidenceLane>, act: &EvidenceAct, facts: &Facts) -> Vec<Refusal> {
        match act {
            EvidenceAct::Open(open) => opening_demands(open, facts),
            _ => Self::decide(lanes, act, facts).err().into_iter().collect(),
        }
    }

    fn judge(
        _: &Lanes<'_, EvidenceLane>,
        _: &Stated<'_>,
        act: &EvidenceAct,
        facts: &Facts,
    ) -> Vec<Objection> {
        let held_against: Vec<Rule> = match act {
            EvidenceAct::Open(open) => {
                let uncovered = (facts.cover == Cover::NotCovered).then_some(rules::NOT_COVERED);
                let lacking = opening_lacks(open).is_some().then_some(rules::INCOMPLETE);
                uncovered.into_iter().chain(lacking).collect()
            }
            EvidenceAct::Release(release) if releases_without_words(release) => vec![rules::INCOMPLETE],
            _ => Vec::new(),
        };
        held_against.into_iter().map(|rule| Objection { rule }).collect()
    }

    fn offences(lanes: &Lanes<'_, EvidenceLane>, act: &EvidenceAct) -> Vec<OffenceCode> {
        match (act, lanes.of(GIVING)) {
            (EvidenceAct::Open(open), _) => open.offences.clone(),
            (_, EvidenceLane::Giving(giving)) => giving.offences.clone(),
            _ => Vec::new(),
        }
    }

    fn handling(lanes: &Lanes<'_, EvidenceLane>, act: &EvidenceAct) -> Handling {
        match (act, lanes.of(GIVING)) {
            (EvidenceAct::Open(open), _) => open.handling,
            (EvidenceAct::Release(release), _) => release.handling,
            (_, EvidenceLane::Giving(giving)) => giving.handling,
            _ => Handling::H1,
        }
    }

    fn marks(lanes: &Lanes<'_, EvidenceLane>) -> Vec<&'static str> {
        let EvidenceLane::Giving(giving) = lanes.of(GIVING) else { return Vec::new() };
        let use_in_court = if giving.as_evidence { "as-evidence" } else { "not-as-evidence" };
        vec![giving.handling.code(), use_in_court]
    }

    fn package(act: &EvidenceAct) -> Option<PackageRef> {
        let EvidenceAct::Transfer(transfer) = act else { return None };
        Some(PackageRef { root: transfer.package, size: transfer.size })
    }

    /// Announcing, handing over, and letting more be done with it. What answers for evidence that was given before
    /// (received, accepted, given back, destroyed, withdrawn) gives nothing, and is owed whatever has changed since.
    fn gives(_: &Lanes<'_, EvidenceLane>, act: &str) -> Option<Gives> {
        [Open::DEF.code, Transfer::DEF.code, Release::DEF.code].contains(&act).then_some(Gives::Evidence)
    }

    fn keeps(lanes: &Lanes<'_, EvidenceLane>, handed_over_by: &Hash) -> bool {
        custody::keeps(lanes.of(GIVING), lanes.of(RECEIVING), handed_over_by)
    }

    fn stands(lanes: &Lanes<'_, EvidenceLane>, handed_over_by: &Hash) -> PackageStands {
        custody::stands(lanes.of(GIVING), lanes.of(RECEIVING), handed_over_by)
    }

    fn examples() -> Vec<(&'static str, &'static str, EvidenceLane)> {
        state::examples()
    }
}

/// What this node demands of an announcement, and it does not give.
fn opening_demands(open: &OpenStructure, facts: &Facts) -> Vec<Refusal> {
    let uncovered = (facts.cover == Cover::NotCovered).then(|| Refusal::under(rules::NOT_COVERED));
    let lacking = opening_lacks(open).map(|lacking| Refusal::under(rules::INCOMPLETE).about([lacking]));
    let past = |moment: Option<crate::act::Moment>| moment.is_some_and(|due| due.0 <= facts.now);
    let terms = [("give_back_by", open.give_back_by), ("destroy_by", open.destroy_by)];
    let late: Vec<_> = terms.into_iter().filter(|(_, term)| past(*term)).map(|(name, _)| name).collect();
    let late = (!late.is_empty()).then(|| Refusal::under(rules::WISH_IN_THE_PAST).about(late));
    [uncovered, lacking, late].into_iter().flatten().collect()
}

/// The first field an announcement must say and does not.
fn opening_lacks(open: &OpenStructure) -> Option<&'static str> {
    if open.offences.is_empty() {
        Some("offences")
    } else if open.handling == Handling::H3 && !open.restriction_stated.0 {
        Some("restriction")
    } else {
        None
    }
}

/// Whether a release refers to a restriction in words and states none.
fn releases_without_words(release: &ReleaseStructure) -> bool {
    release.handling == Handling::H3 && !release.restriction_stated.0
}
