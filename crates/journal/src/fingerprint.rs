//! The fingerprint people compare by telephone: twelve groups of five digits.
//!
//! It is the first 24 bytes of the agency's id (the hash of its root key), each two bytes as a number from
//! 00000 to 65535: digits are read aloud alike in every language.

use crate::ids::AgencyId;

const GROUPS: usize = 12;

/// 24 bytes of an agency's id, in the form people read to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint([u16; GROUPS]);

/// Text that is no fingerprint.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a fingerprint is twelve groups of five digits, each from 00000 to 65535")]
pub struct NotAFingerprint;

impl Fingerprint {
    /// The fingerprint of an agency.
    pub fn of(agency: &AgencyId) -> Self {
        let mut groups = [0; GROUPS];
        for (group, pair) in groups.iter_mut().zip(agency.as_bytes().chunks_exact(2)) {
            *group = u16::from_be_bytes([pair[0], pair[1]]);
        }
        Self(groups)
    }

    /// Reads what a person typed; spaces, hyphens and line breaks between digits do not matter.
    ///
    /// # Errors
    /// [`NotAFingerprint`] for anything but sixty digits in groups that fit.
    pub fn parse(text: &str) -> Result<Self, NotAFingerprint> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if digits.len() != GROUPS * 5 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAFingerprint);
        }
        let mut groups = [0; GROUPS];
        for (i, group) in groups.iter_mut().enumerate() {
            *group = digits[i * 5..i * 5 + 5].parse().map_err(|_| NotAFingerprint)?;
        }
        Ok(Self(groups))
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, group) in self.0.iter().enumerate() {
            let gap = if i == 0 { "" } else { " " };
            write!(f, "{gap}{group:05}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_reads_back_however_it_was_typed() {
        let print = Fingerprint::of(&AgencyId::from_bytes(std::array::from_fn(|i| (i * 37) as u8)));
        let shown = print.to_string();
        assert_eq!(shown.len(), 71);
        assert_eq!(Fingerprint::parse(&shown), Ok(print));
        assert_eq!(Fingerprint::parse(&shown.replace(' ', "")), Ok(print));
        assert_eq!(Fingerprint::parse(&shown.replace(' ', " - \n")), Ok(print));
    }

    #[test]
    fn what_is_no_fingerprint_is_refused() {
        for bad in ["", "12345", &"65536".repeat(12), &"0000a".repeat(12), &"00000".repeat(13)] {
            assert_eq!(Fingerprint::parse(bad), Err(NotAFingerprint), "{bad}");
        }
    }
}
