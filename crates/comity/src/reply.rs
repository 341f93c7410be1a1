//! What a command answers: an exit code, text for people and JSON for programs.

use comity_app::Failure;
use comity_domain::gates::Refusal;
use comity_domain::words::Words;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Yes.
pub(crate) const YES: u8 = 0;
/// No, or it cannot be read.
pub(crate) const NO: u8 = 1;
/// The command cannot be meant so.
pub(crate) const USAGE: u8 = 2;
/// Verified, by keys not known to you.
pub(crate) const UNTRUSTED: u8 = 3;
/// Refused by rule.
pub(crate) const REFUSED: u8 = 4;
/// A partner cannot be reached, or the streams have not been compared.
pub(crate) const WAITING: u8 = 5;
/// A fault of the node.
pub(crate) const FAULT: u8 = 70;

/// What a command answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Reply {
    /// The exit code.
    pub(crate) exit: u8,
    /// For people.
    pub(crate) text: String,
    /// For programs.
    pub(crate) json: Value,
    /// The rule that refused, to be put into the reader's words.
    #[serde(skip)]
    pub(crate) refusal: Option<Box<Refusal>>,
}

impl Reply {
    pub(crate) fn of(exit: u8, text: impl Into<String>, json: Value) -> Self {
        Self { exit, text: text.into(), json, refusal: None }
    }

    /// A refusal reads as its rule does in the reader's language.
    pub(crate) fn in_words(mut self, words: &Words) -> Self {
        if let Some(refusal) = self.refusal.take() {
            self.text = words.refusal(&refusal);
        }
        self
    }

    pub(crate) fn yes(text: impl Into<String>, json: Value) -> Self {
        Self::of(YES, text, json)
    }

    fn bad(exit: u8, code: &str, text: String) -> Self {
        let json = json!({ "error": code, "text": text });
        Self::of(exit, text, json)
    }

    pub(crate) fn no(text: String) -> Self {
        Self::bad(NO, "no", text)
    }

    pub(crate) fn usage(text: String) -> Self {
        Self::bad(USAGE, "usage", text)
    }

    pub(crate) fn waiting(text: String) -> Self {
        Self::bad(WAITING, "waiting", text)
    }

    pub(crate) fn fault(text: String) -> Self {
        Self::bad(FAULT, "fault", text)
    }

    #[expect(clippy::needless_pass_by_value, reason = "it maps an owned error")]
    pub(crate) fn io(error: std::io::Error) -> Self {
        Self::fault(format!("the file system: {error}"))
    }
}

impl From<Failure> for Reply {
    fn from(failure: Failure) -> Self {
        let text = failure.to_string();
        match failure {
            Failure::Refused(refusal) => {
                let about: Vec<_> = refusal.about.iter().map(|word| word.as_str().to_owned()).collect();
                let lifted_by = refusal.rule.lifted_by.map(|role| role.code());
                let json = json!({
                    "error": "refused", "text": text, "rule": refusal.rule.code, "source": refusal.rule.source,
                    "about": about, "lifted_by": lifted_by,
                });
                Self { refusal: Some(refusal), ..Self::of(REFUSED, text, json) }
            }
            Failure::Usage(_) | Failure::Compose(_) => Self::usage(text),
            Failure::NotFound(_) | Failure::NotBelieved(_) => Self::no(text),
            Failure::Waiting(_) => Self::waiting(text),
            Failure::Store(_) | Failure::NotRecorded(_) | Failure::Damaged(_) | Failure::Fault(_) => {
                Self::fault(text)
            }
        }
    }
}
