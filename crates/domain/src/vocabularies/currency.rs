//! Currencies, by their codes of three letters (ISO 4217).
//!
//! The form alone is checked: which codes are in use changes with the states, and a sum that was stopped is told in
//! whatever currency the account has. Nothing but a code fits, so it is no free text.

use serde::{Deserialize, Serialize};

use crate::act::{FieldKind, FieldType, StructureType};

/// The code of a currency: three capital letters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(String);

/// Text that is no code of a currency.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a currency is its code of three capital letters (ISO 4217)")]
pub struct NotACurrency;

impl Currency {
    /// Reads a code.
    ///
    /// # Errors
    /// An error that says what a code is.
    pub fn new(code: impl Into<String>) -> Result<Self, NotACurrency> {
        let code = code.into();
        let capitals = code.bytes().all(|letter| letter.is_ascii_uppercase());
        if capitals && code.len() == 3 { Ok(Self(code)) } else { Err(NotACurrency) }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Currency {
    type Error = NotACurrency;
    fn try_from(code: String) -> Result<Self, NotACurrency> {
        Self::new(code)
    }
}

impl From<Currency> for String {
    fn from(code: Currency) -> Self {
        code.0
    }
}

impl FieldType for Currency {
    const KIND: FieldKind = FieldKind::Code("currency", &[]);
}
impl StructureType for Currency {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_is_three_capital_letters_and_nothing_else() {
        assert_eq!(Currency::new("XTS").map(String::from), Ok("XTS".to_owned()));
        for not in ["", "XT", "XTSS", "xts", "XT1", "X S", "\u{201a}", "欧"] {
            assert_eq!(Currency::new(not), Err(NotACurrency), "{not}");
        }
    }
}
