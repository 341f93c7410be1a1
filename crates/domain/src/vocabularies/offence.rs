//! Offences, by the International Classification of Crime for Statistical Purposes (ICCS 1.0, 2015).
//!
//! Every row says whether the offence touches expression or status: `no`, `mixed` (it can be used against either)
//! or `yes` (it is about them). An offence that is not in the table counts as `mixed`, because nobody has
//! looked. Only codes that public statistics use under the same name are here; the full tree is data for another day.
//! A code has two, four, five or six digits, one length for each level. What was checked where is in `docs/sources.md`.

use comity_journal::ids::Token;
use serde::{Deserialize, Serialize};

use crate::act::{FieldKind, FieldType, StructureType};

/// Whether an offence touches what people say or are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touches {
    /// It does not.
    No,
    /// It can be used so.
    Mixed,
    /// It is about that.
    Yes,
}

/// One row of the classification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offence {
    /// The ICCS code.
    pub code: &'static str,
    /// Whether it touches expression or status.
    pub touches: Touches,
    /// On what that judgement rests.
    pub source: &'static str,
}

const BY_CONDUCT: &str = "ICCS 1.0 classifies conduct; that this one touches neither is our own judgement";

/// The rows known so far, in the order of their codes.
pub const OFFENCES: &[Offence] = &[
    Offence { code: "0101", touches: Touches::No, source: BY_CONDUCT },
    Offence { code: "0102", touches: Touches::No, source: BY_CONDUCT },
    Offence { code: "020221", touches: Touches::No, source: BY_CONDUCT },
    Offence { code: "0401", touches: Touches::No, source: BY_CONDUCT },
    Offence { code: "0501", touches: Touches::No, source: BY_CONDUCT },
    Offence { code: "0502", touches: Touches::No, source: BY_CONDUCT },
    Offence { code: "0601", touches: Touches::No, source: BY_CONDUCT },
    Offence { code: "0701", touches: Touches::No, source: BY_CONDUCT },
    Offence { code: "0703", touches: Touches::No, source: BY_CONDUCT },
    Offence { code: "07041", touches: Touches::No, source: BY_CONDUCT },
    Offence {
        code: "0903",
        touches: Touches::Mixed,
        source: "ARTICLE 19 on the proposed UN cybercrime convention: such laws are applied to legitimate expression",
    },
    Offence {
        code: "09051",
        touches: Touches::Mixed,
        source: "our own judgement: association can be all that is alleged",
    },
];

/// The codes there is a name for, in the order of the classification; the last one is not of ICCS.
const KNOWN: &[&str] = &[
    "0101", "0102", "020221", "0401", "0501", "0502", "0601", "0701", "0703", "07041", "0903", "09051",
    "national",
];

/// The code of an offence: of one of the four levels of ICCS, or `national` for one only national law names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OffenceCode(Token);

/// Text that is no offence code.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("an offence is an ICCS code of two, four, five or six digits, such as 0701, or `national`")]
pub struct NotAnOffence;

impl OffenceCode {
    /// Reads a code.
    ///
    /// # Errors
    /// An error that says what a code is.
    pub fn new(code: &str) -> Result<Self, NotAnOffence> {
        let digits = [2, 4, 5, 6].contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit());
        if digits || code == "national" {
            Token::new(code).map(Self).map_err(|_| NotAnOffence)
        } else {
            Err(NotAnOffence)
        }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether the offence touches expression or status; `Mixed` where nobody has looked.
    pub fn touches(&self) -> Touches {
        OFFENCES.iter().find(|row| row.code == self.as_str()).map_or(Touches::Mixed, |row| row.touches)
    }
}

impl TryFrom<String> for OffenceCode {
    type Error = NotAnOffence;
    fn try_from(code: String) -> Result<Self, NotAnOffence> {
        Self::new(&code)
    }
}

impl From<OffenceCode> for String {
    fn from(code: OffenceCode) -> Self {
        code.0.into()
    }
}

impl FieldType for OffenceCode {
    const KIND: FieldKind = FieldKind::Code("offence", KNOWN);
}
impl StructureType for OffenceCode {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_the_length_of_a_level_of_the_classification() {
        for code in ["07", "0701", "07041", "020221", "national"] {
            assert_eq!(OffenceCode::new(code).map(String::from), Ok(code.to_owned()));
        }
        for not in ["", "7", "070", "0704119", "07a1", "National"] {
            assert_eq!(OffenceCode::new(not), Err(NotAnOffence), "{not}");
        }
        assert!(KNOWN.iter().all(|code| OffenceCode::new(code).is_ok()));
    }
}
