//! What people are told of a bundle that was made or taken in: one text, at the keyboard and on the pages.
//!
//! Not here: what goes into a bundle and how it is believed (`workers`), and what stands on record of bundles
//! (`queries/bundles.rs`).

use comity_domain::words::Words;

use crate::workers::{Exported, Imported};

/// What people read of bundles: zh, then en.
pub const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

/// How a bundle that was taken in stands, the worst of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stands {
    /// All that it held is here.
    Taken,
    /// Something is missing, or the sides hold different records.
    Waits,
    /// Entries of it were refused.
    Refused,
}

/// What is said of a bundle that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// In words, one line for each thing to know.
    pub lines: Vec<String>,
    /// How it stands.
    pub stands: Stands,
}

/// What is said of a bundle that was made for a partner whom we call so.
pub fn of_exported(partner: &str, exported: &Exported, words: &Words) -> Vec<String> {
    let Exported { entries, receipted, packages, left_out, bytes, asks } = *exported;
    let number = |n: u64| n.to_string();
    let whose = ("partner", partner);
    let mut lines = vec![words.text_with(
        "bundle-exported",
        &[
            whose,
            ("bytes", &number(bytes)),
            ("entries", &number(entries)),
            ("receipted", &number(receipted)),
            ("packages", &number(packages)),
        ],
    )];
    if left_out > 0 {
        lines.push(words.text_with("bundle-left-out", &[whose, ("count", &number(left_out))]));
    }
    if asks {
        lines.push(words.text_with("bundle-asks", &[whose]));
    }
    lines.push(words.text_with("bundle-exported-next", &[whose]));
    lines
}

/// What is said of a bundle that was taken in.
pub fn of_imported(imported: &Imported, words: &Words) -> Told {
    let number = |n: u64| n.to_string();
    let whose = ("partner", imported.partner.name.as_str());
    let Imported { received, delivered, packages, wanted, owed, released, .. } = *imported;
    let mut lines = vec![words.text_with(
        "bundle-imported",
        &[
            whose,
            ("received", &number(received)),
            ("delivered", &number(delivered)),
            ("packages", &number(packages)),
        ],
    )];
    let mut stands = Stands::Taken;
    if let Some(gap) = imported.gap {
        stands = Stands::Waits;
        let missing = [whose, ("first", &number(gap.first)), ("last", &number(gap.last))];
        lines.push(words.text_with("bundle-gap", &missing));
    }
    if imported.diverged {
        stands = Stands::Waits;
        lines.push(words.text_with("bundle-diverged", &[whose]));
    }
    if let Some(failure) = &imported.package_failed {
        stands = Stands::Waits;
        lines.push(words.text_with("bundle-package-failed", &[("why", &failure.to_string())]));
    }
    if !imported.refused.is_empty() {
        stands = Stands::Refused;
        let why: Vec<_> = imported.refused.iter().map(|refused| refused.why.as_str()).collect();
        let count = number(imported.refused.len() as u64);
        lines.push(words.text_with("bundle-refused", &[("count", &count), ("why", &why.join(", "))]));
    }
    if wanted > 0 {
        lines.push(words.text_with("bundle-wanted", &[whose, ("count", &number(wanted))]));
    }
    if imported.compared {
        lines.push(words.text_with("bundle-compared", &[whose, ("released", &number(released))]));
    }
    if owed > 0 {
        lines.push(words.text_with("bundle-next", &[whose]));
    }
    Told { lines, stands }
}

/// Why a bundle was not taken in, by the code of what is wrong with it.
pub fn of_error(code: &str, words: &Words) -> String {
    words.text(&format!("bundle-error-{code}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn keys(source: &str) -> BTreeSet<&str> {
        source.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key).collect()
    }

    #[test]
    fn whatever_is_said_of_bundles_is_said_in_both_languages() {
        let (zh, en) = WORDS;
        assert_eq!(keys(zh), keys(en));
        for code in ["not-a-bundle", "other-key", "cut", "altered", "disorder", "not-for-us", "stranger"]
            .into_iter()
            .chain(["not-signed", "unreadable"])
        {
            assert!(keys(en).contains(format!("bundle-error-{code}").as_str()), "{code}");
        }
    }
}
