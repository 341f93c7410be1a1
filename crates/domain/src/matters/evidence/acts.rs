//! The acts of an evidence transfer, one definition each.

use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use serde::Deserialize;

use crate::act::{Act, Data, Flag, Line, Moment, Preparation, Target, Text, Translation};
use crate::acts;
use crate::vocabularies::{Basis, Check, Handling, OffenceCode, Purpose};

/// Announces evidence and what it may be used for, and opens the matter.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "open",
    shape = say,
    by("giving"),
    propose("custodian", "desk"),
    approve("supervisor", "legal"),
    grounds,
    prepare
)]
pub struct Open {
    /// How it may be used and passed on: h0, h1, h2 or h3.
    #[field(structure)]
    pub handling: Handling,
    /// Whether it may be used as evidence in court already; otherwise not until it is released.
    #[field(structure)]
    pub as_evidence: Flag,
    /// What it may be used for.
    #[field(structure)]
    pub purpose: Purpose,
    /// On what it is given.
    #[field(structure)]
    pub basis: Basis,
    /// The offences it may be used for, by ICCS code, or "national".
    #[serde(default)]
    #[field(structure, required)]
    pub offences: Vec<OffenceCode>,
    /// By when it is to be given back.
    #[field(structure)]
    pub give_back_by: Option<Moment>,
    /// By when it is to be destroyed.
    #[field(structure)]
    pub destroy_by: Option<Moment>,
    /// The matter it is given for, by its number.
    #[field(structure)]
    pub given_for: Option<MatterId>,
    /// Whether a restriction of its own is stated.
    #[serde(skip)]
    #[field(structure, derived)]
    pub restriction_stated: Flag,
    /// What it is, in one line.
    #[field(part = "evidence")]
    pub title: Line,
    /// Where, when, how and by whom it was collected.
    #[field(part = "evidence", personal)]
    pub collected: Text,
    /// The warrant, order or provision it was collected under.
    #[field(part = "evidence")]
    pub authority: Text,
    /// The agreement and article, treaty, or provision of law it is given on.
    #[field(part = "evidence")]
    pub basis_text: Text,
    /// The restriction in words; must be stated for h3.
    #[field(part = "evidence")]
    pub restriction: Option<Text>,
    /// Whom to contact.
    #[field(part = "evidence", personal, ours)]
    pub contact: Line,
    /// Our own reference.
    #[field(part = "evidence")]
    pub reference: Option<Line>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

impl Open {
    /// Fills what is read off the content.
    fn prepare(&mut self, _: &mut Preparation<'_>) {
        self.restriction_stated = Flag(self.restriction.is_some());
    }
}

/// Hands a sealed package over: offers it to the receiving party. `comity evidence send` seals and fills it in.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "transfer", shape = pass, by("giving"), propose("custodian"))]
pub struct Transfer {
    /// The root over the package's bytes.
    #[field(structure)]
    pub package: Hash,
    /// How many bytes.
    #[field(structure)]
    pub size: u64,
    /// How many files it holds.
    #[field(structure)]
    pub files: u64,
    /// The earlier handing over, by its whole id, whose package was found not as sealed and which this one replaces.
    #[field(structure)]
    pub replaces: Option<Hash>,
    /// What it is.
    #[field(part = "package")]
    pub label: Line,
    /// Tool and version that made the copy, condition, seals before and after.
    #[field(part = "package")]
    pub condition: Option<Text>,
    /// The package's header with its signed envelope, base 64.
    #[field(part = "header")]
    pub header: Data,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Takes back a package that was handed over and that the other side has not taken into custody.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "withdraw", shape = recant, by("giving"), answers("transfer"), propose("custodian", "desk"))]
pub struct Withdraw {
    /// The handing over; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// Why, as far as it is to be told.
    #[field(part = "evidence")]
    pub reason: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Says that a package has come and what checking it came to; checked again, the latest answer counts.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "receive", shape = answer, by("receiving"), answers("transfer"), propose("custodian", "desk"))]
pub struct Receive {
    /// The package; the latest one sent unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// What checking it came to.
    #[field(structure)]
    pub check: Check,
    /// What was found.
    #[field(part = "receipt")]
    pub note: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Takes a package over: from now on it is in the receiving party's custody.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "accept", shape = pass, by("receiving"), answers("transfer"), propose("custodian"))]
pub struct Accept {
    /// The package; the latest one sent unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// Where it is kept, and in what condition.
    #[field(part = "receipt")]
    pub note: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Releases what was given: lifts "not as evidence", or changes how it may be used. The owner's act alone.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "release",
    shape = say,
    by("giving"),
    propose("custodian", "desk"),
    approve("supervisor", "legal"),
    prepare
)]
pub struct Release {
    /// How it may be used and passed on from now on.
    #[field(structure)]
    pub handling: Handling,
    /// Whether it may be used as evidence in court.
    #[field(structure)]
    pub as_evidence: Flag,
    /// Whether a restriction of its own is stated.
    #[serde(skip)]
    #[field(structure, derived)]
    pub restriction_stated: Flag,
    /// On what this rests: the request, the order, the provision.
    #[field(part = "evidence")]
    pub authority: Text,
    /// The restriction in words; must be stated for h3.
    #[field(part = "evidence")]
    pub restriction: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

impl Release {
    /// Fills what is read off the content.
    fn prepare(&mut self, _: &mut Preparation<'_>) {
        self.restriction_stated = Flag(self.restriction.is_some());
    }
}

/// Gives a package back, whole or not as sealed: offers it to the party it came from (返还).
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "give-back", shape = pass, by("receiving"), answers("transfer"), propose("custodian"))]
pub struct GiveBack {
    /// The package; the latest one sent unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// How it is given back, and in what condition.
    #[field(part = "receipt")]
    pub note: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Takes back what was given back.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "take-back", shape = pass, by("giving"), answers("give-back"), propose("custodian"))]
pub struct TakeBack {
    /// The giving back; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// In what condition it came.
    #[field(part = "receipt")]
    pub note: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Says that a package and its copies were destroyed, under an order or at the time agreed.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(
    code = "destroy",
    shape = say,
    by("receiving"),
    answers("transfer"),
    propose("custodian"),
    approve("supervisor")
)]
pub struct Destroy {
    /// The package; the latest one sent unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// The order or the term it rests on.
    #[field(part = "receipt")]
    pub authority: Text,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Closes the matter.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "close", shape = steer, by("giving"), propose("custodian", "desk"))]
pub struct Close {}

acts! {
    /// The acts of an evidence transfer.
    pub enum EvidenceAct {
        Open, Transfer, Withdraw, Receive, Accept, Release, GiveBack, TakeBack, Destroy, Close,
    }
}
