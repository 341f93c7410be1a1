//! What the requesting party does once it has asked: clarifies, pursues, takes back, closes.

use comity_journal::ids::MatterId;
use serde::Deserialize;

use super::Paper;
use crate::act::{Act, Target, Text, Translation};
use crate::vocabulary;

/// Clarifies what was asked.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "clarify", shape = answer, by("requesting"), answers("ask"), propose("officer", "desk", "liaison"))]
pub struct Clarify {
    /// The question.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// The clarification.
    #[field(part = "reply")]
    pub text: Text,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Adds to the request without being asked.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "supplement", shape = say, by("requesting"), propose("officer", "desk"), approve("supervisor"), grounds)]
pub struct Supplement {
    /// What is added.
    #[field(part = "reply")]
    pub text: Text,
    /// Papers that travel with it. Nobody can see from outside whom a paper names.
    #[serde(default)]
    #[field(each = "paper", personal)]
    pub papers: Vec<Paper>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Says that the answer is not what was asked, and what is missing.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "dispute", shape = answer, by("requesting"), answers("answer"), propose("officer", "desk"))]
pub struct Dispute {
    /// The answer.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// What is missing.
    #[field(part = "reply")]
    pub text: Text,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Reminds the other side (催办). Counted.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "remind", shape = say, by("requesting"), propose("officer", "desk", "liaison"))]
pub struct Remind {
    /// A word to the other side.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Withdraws the request.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "withdraw", shape = recant, by("requesting"), answers("open"), propose("officer", "desk"))]
pub struct Withdraw {
    /// The request.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// Why, as far as it is to be told.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Lets another matter take the place of this request: a judicial request, or one to the right authority.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "supersede", shape = recant, by("requesting"), answers("open"), propose("officer", "desk"))]
pub struct Supersede {
    /// The request.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// The matter that takes its place, by its number, where it is one here.
    #[field(structure)]
    pub by_matter: Option<MatterId>,
    /// What takes its place, and its reference there.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

vocabulary! {
    /// What an answer was worth to the case.
    pub enum Usefulness("usefulness") {
        /// It moved the case on.
        Useful = "useful",
        /// A part of it did.
        Partly = "partly",
        /// It did not.
        NotUseful = "not-useful",
    }
}

/// Tells the other side what its answer was worth, also long after the matter was closed.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "feedback", shape = answer, by("requesting"), answers("answer"), propose("officer", "desk"))]
pub struct Feedback {
    /// The answer.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// What it was worth.
    #[field(structure)]
    pub usefulness: Usefulness,
    /// A word to the other side.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

vocabulary! {
    /// What came of a request.
    pub enum Outcome("outcome") {
        /// It was answered as needed.
        Satisfied = "satisfied",
        /// It was answered in part.
        PartlySatisfied = "partly-satisfied",
        /// It was not answered as needed.
        NotSatisfied = "not-satisfied",
    }
}

/// Closes the matter.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "close", shape = steer, by("requesting"), propose("officer", "desk"))]
pub struct Close {
    /// What came of it.
    #[field(structure)]
    pub outcome: Outcome,
    /// Feedback to the other side.
    #[field(part = "reply")]
    pub text: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}
