//! What a printed picture of an entry holds, so that paper leads back to the record: `comity:entry:` and its hash.
//!
//! Not here: the drawing of pictures, and what is done with what was read. The text says nothing of the entry but its hash.

use crate::suite::Hash;

/// What stands before the hash.
const SCHEME: &str = "comity:entry:";

/// The text a picture of this entry holds.
pub fn to_scan(entry: &Hash) -> String {
    format!("{SCHEME}{entry}")
}

/// The entry that a scanned or typed text names: with the scheme or the bare hash, in either case, blanks around it.
pub fn scanned(text: &str) -> Option<Hash> {
    let text = text.trim();
    let bare = match text.get(..SCHEME.len()) {
        Some(scheme) if scheme.eq_ignore_ascii_case(SCHEME) => &text[SCHEME.len()..],
        _ => text,
    };
    Hash::from_hex(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_back_and_nothing_else_is() {
        let entry = Hash::from_bytes([0xab; 32]);
        let printed = to_scan(&entry);
        assert_eq!(scanned(&printed), Some(entry));
        assert_eq!(scanned(&format!(" {} ", printed.to_uppercase())), Some(entry));
        assert_eq!(scanned(&entry.to_string()), Some(entry));
        for other in
            ["", "comity:entry:", "comity:entry:ab", "comity:entry:é", "R-0000000000000", &printed[1..]]
        {
            assert_eq!(scanned(other), None, "{other}");
        }
    }
}
