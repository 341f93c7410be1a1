//! Recovery codes: ten, shown once, each good for one sign-in in place of the authenticator.

use comity_journal::entropy::Entropy;
use comity_journal::suite::Hash;
use std::collections::BTreeSet;
use subtle::ConstantTimeEq as _;

use super::code::Code;

/// How many there are.
const CODES: usize = 10;

/// Fresh recovery codes, as they are shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryCodes(Vec<Code>);

impl RecoveryCodes {
    /// Draws them.
    pub fn draw(entropy: &mut dyn Entropy) -> Self {
        Self((0..CODES).map(|_| Code::draw::<{ Code::RECOVERY }>(entropy)).collect())
    }

    /// The codes, in their order.
    pub fn codes(&self) -> &[Code] {
        &self.0
    }

    pub(super) fn hashes(&self) -> Vec<Hash> {
        self.0.iter().map(Code::hash).collect()
    }
}

/// The number, from 1, of the code a person typed, unless it was used before.
pub(super) fn number_of(typed: &str, kept: &[Hash], used: &BTreeSet<u32>) -> Option<u32> {
    let typed = Code::parse::<{ Code::RECOVERY }>(typed)?.hash();
    let fits = |hash: &Hash| bool::from(hash.as_bytes().ct_eq(typed.as_bytes()));
    let at = kept.iter().position(fits)?;
    u32::try_from(at + 1).ok().filter(|number| !used.contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_testkit::Seeded;

    #[test]
    fn a_recovery_code_is_good_once() {
        let codes = RecoveryCodes::draw(&mut Seeded::new(1));
        let (kept, mut used) = (codes.hashes(), BTreeSet::new());
        assert_eq!(codes.codes().len(), 10);
        assert_eq!(kept.iter().collect::<BTreeSet<_>>().len(), 10);
        let third = codes.codes()[2].to_string();
        assert_eq!(number_of(&third, &kept, &used), Some(3));
        used.insert(3);
        assert_eq!(number_of(&third, &kept, &used), None);
        assert_eq!(number_of(&codes.codes()[3].to_string(), &kept, &used), Some(4));
        assert_eq!(number_of("0000-0000-0000-0000", &kept, &used), None);
    }
}
