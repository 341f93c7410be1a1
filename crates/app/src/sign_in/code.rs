//! A code that a person copies by hand: random bytes in Crockford's base 32, in groups. Kept as a hash only.

use std::sync::LazyLock;

use comity_journal::entropy::Entropy;
use comity_journal::suite::{self, Hash};
use data_encoding::{Encoding, Specification};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// How many characters are read at once.
const GROUP: usize = 4;

/// Crockford's base 32: lower case, and the letters it leaves out, are read as what they are mistaken for.
static CROCKFORD: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    specification.translate.from.push_str("abcdefghjkmnpqrstvwxyzOoIiLl");
    specification.translate.to.push_str("ABCDEFGHJKMNPQRSTVWXYZ001111");
    specification.ignore.push_str(" -\t");
    specification.encoding().expect("the alphabet has 32 letters, and none stands for two")
});

/// A code as it is handed over.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(Zeroizing<Vec<u8>>);

impl Code {
    /// Bytes of an invitation's code: 128 bits.
    pub const INVITATION: usize = 16;
    /// Bytes of a recovery code: 80 bits.
    pub const RECOVERY: usize = 10;
    /// Longer texts are not read at all.
    const TYPED: usize = 100;

    /// Draws a code of so many bytes.
    pub fn draw<const BYTES: usize>(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new(vec![0; BYTES]);
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads what a person typed: hyphens, blanks and case do not matter, nor full-width letters.
    pub fn parse<const BYTES: usize>(typed: &str) -> Option<Self> {
        if typed.len() > Self::TYPED {
            return None;
        }
        let typed = Zeroizing::new(typed.nfkc().collect::<String>());
        let bytes = Zeroizing::new(CROCKFORD.decode(typed.trim().as_bytes()).ok()?);
        (bytes.len() == BYTES).then_some(Self(bytes))
    }

    /// What is kept of it. It holds enough bits that a plain hash tells nobody anything.
    pub fn hash(&self) -> Hash {
        suite::hash(&[b"comity code v1", &self.0])
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = Zeroizing::new(CROCKFORD.encode(&self.0));
        for (i, letter) in text.chars().enumerate() {
            let hyphen = if i > 0 && i % GROUP == 0 { "-" } else { "" };
            write!(f, "{hyphen}{letter}")?;
        }
        Ok(())
    }
}

/// A code never shows in logs.
impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_testkit::Seeded;

    #[test]
    fn a_code_is_read_as_people_copy_it() {
        let code = Code::draw::<{ Code::RECOVERY }>(&mut Seeded::new(3));
        let shown = code.to_string();
        assert_eq!(shown.len(), 19, "{shown}");
        let full_width: String = shown
            .chars()
            .map(|c| if c == '-' { '-' } else { char::from_u32(c as u32 + 0xfee0).unwrap() })
            .collect();
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', " "),
            shown.replace('0', "o").replace('1', "l"),
            format!("  {shown}\n"),
            full_width,
        ] {
            assert_eq!(Code::parse::<{ Code::RECOVERY }>(&typed).as_ref(), Some(&code), "{typed}");
        }
    }

    #[test]
    fn what_is_no_code_is_not_read() {
        let shown = Code::draw::<{ Code::INVITATION }>(&mut Seeded::new(4)).to_string();
        assert!(Code::parse::<{ Code::INVITATION }>(&shown).is_some());
        for typed in ["", "U", &shown[1..], &format!("{shown}0"), &"0".repeat(101)] {
            assert_eq!(Code::parse::<{ Code::INVITATION }>(typed), None, "{typed}");
        }
        assert_eq!(Code::parse::<{ Code::RECOVERY }>(&shown), None, "an invitation is no recovery code");
    }

    #[test]
    fn a_code_does_not_print_itself_in_a_debug_text() {
        let code = Code::draw::<{ Code::RECOVERY }>(&mut Seeded::new(5));
        assert!(!format!("{code:?}").contains(&code.to_string()[..4]));
    }
}
