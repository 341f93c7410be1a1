//! The acts of a pouch.

use comity_domain::act::{Act, Line, Target, Text, Translation};
use comity_domain::acts;
use serde::Deserialize;

/// Announces a pouch, and opens the matter.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "open", shape = say, by("sending"), propose("custodian", "desk"), approve("supervisor"))]
pub struct Open {
    /// What the pouch is for, in one line.
    #[field(part = "pouch")]
    pub title: Line,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Lists what is in the pouch.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "list", shape = say, by("sending"))]
pub struct List {
    /// How many pieces.
    #[field(structure)]
    pub pieces: u32,
    /// What they are.
    #[field(part = "pouch")]
    pub inventory: Text,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Agrees to a list.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "agree", shape = stance, answers("list"))]
pub struct Agree {
    /// The list; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// Hands the pouch over.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "offer", shape = pass, by("sending"), propose("custodian"))]
pub struct Offer {
    /// The number of its seal.
    #[field(part = "pouch")]
    pub seal: Line,
    /// Who carries it.
    #[field(part = "pouch", personal, ours)]
    pub carrier: Option<Line>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Takes it over.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "take", shape = pass, by("receiving"), answers("offer"), propose("custodian"))]
pub struct Take {
    /// The offer; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// Closes the matter for both.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "close", shape = steer, by("sending"))]
pub struct Close {}

acts! {
    /// The acts of a pouch.
    pub enum PouchAct { Open, List, Agree, Offer, Take, Close }
}
