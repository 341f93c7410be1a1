//! The acts of a gathering.

use comity_domain::act::{Act, Line, Target, Text, Translation};
use comity_domain::acts;
use serde::Deserialize;

/// Convenes a gathering, and opens the matter.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "open", shape = say, by("convenor"), propose("officer", "desk"), approve("supervisor"))]
pub struct Open {
    /// What it is about, in one line.
    #[field(part = "gathering")]
    pub title: Line,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Puts a text to all members.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "propose", shape = say, by("convenor"), propose("officer", "desk"))]
pub struct Propose {
    /// The text.
    #[field(part = "text")]
    pub text: Text,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Agrees to a text.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "agree", shape = stance, by("member"), answers("propose"), propose("officer", "desk"))]
pub struct Agree {
    /// The text; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// Tells what one's own people did.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "report", shape = say, propose("officer", "desk"))]
pub struct Report {
    /// How many places were searched.
    #[field(structure)]
    pub places: u32,
    /// What everybody is to know.
    #[field(part = "summary")]
    pub summary: Option<Text>,
    /// What was found.
    #[field(part = "findings")]
    pub findings: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Closes the matter for all.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "close", shape = steer, by("convenor"), propose("officer", "desk"))]
pub struct Close {}

acts! {
    /// The acts of a gathering.
    pub enum GatheringAct { Open, Propose, Agree, Report, Close }
}
