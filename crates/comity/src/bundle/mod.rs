//! `comity bundle`: what a partner is to get in a file that somebody carries, and what such a file brings.
//!
//! The node itself reads and writes the file, running or under its folder's lock; the keyboard only names it. Not here:
//! what goes into a bundle and how it is believed (`comity_app::workers`).
//!
//! Invariant: a bundle stands under its name only once it is whole and on disk, and takes the place of no other file.

use std::fs::File;
use std::path::Path;

use comity_app::Failure;
use comity_app::people::Partner;
use comity_app::workers::{Exported, Imported, NotImported, export_bundle, import_bundle};
use comity_domain::words::{Lang, Words};
use serde_json::json;

use crate::reply::{NO, Reply, WAITING, YES};
use crate::request::Desk;

/// What people read of bundles: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

/// Nothing stands where a bundle is to be written, and something can be.
pub(crate) fn check_free(out: &Path) -> Result<(), Failure> {
    let shown = out.display();
    if out.exists() {
        return Err(Failure::Usage(format!("{shown} exists already; nothing is overwritten")));
    }
    match out.parent() {
        Some(above) if above.is_dir() => Ok(()),
        _ => Err(Failure::Usage(format!("there is no folder to write {shown} into"))),
    }
}

impl Desk {
    /// Writes a bundle whose leaving has been recorded.
    pub(crate) async fn export_bundle(
        &self,
        partner: Partner,
        out: &Path,
        with_packages: bool,
        lang: Lang,
    ) -> Result<Reply, Reply> {
        let above = out.parent().unwrap_or(Path::new("/"));
        let fresh = tempfile::Builder::new().prefix(".").suffix(".bundle").tempfile_in(above);
        let fresh = fresh.map_err(Reply::io)?;
        let file = fresh.as_file().try_clone().map_err(Reply::io)?;
        let objects = self.partners.objects();
        let exported = export_bundle(&self.ledger, &objects, partner.agency, with_packages, file).await?;
        fresh.persist_noclobber(out).map_err(|error| Reply::io(error.error))?;
        File::open(above).and_then(|above| above.sync_all()).map_err(Reply::io)?;
        Ok(tell_exported(&partner, out, &exported, self.release.words(lang)))
    }

    /// Takes a bundle in, and has the node go on from what it brought.
    pub(crate) async fn import_bundle(&self, file: &Path, lang: Lang) -> Result<Reply, Reply> {
        let words = self.release.words(lang);
        let opened = File::open(file).map_err(|error| Reply::no(format!("{}: {error}", file.display())))?;
        let imported = match import_bundle(&self.ledger, &self.partners.objects(), opened).await {
            Ok(imported) => imported,
            Err(NotImported::Failed(failure)) => return Err(failure.into()),
            Err(NotImported::Bundle(error)) => {
                let text = words.text(&format!("bundle-error-{}", error.code()));
                let json = json!({ "error": "no", "why": error.code(), "text": text });
                return Err(Reply::of(NO, text, json));
            }
        };
        // It may have brought a card with other keys; and packages that can be fetched.
        self.partners.refresh(&self.ledger).await?;
        self.partners.arrived().notify_one();
        Ok(tell_imported(&imported, words))
    }
}

fn tell_exported(partner: &Partner, out: &Path, exported: &Exported, words: &Words) -> Reply {
    let Exported { entries, receipted, packages, left_out, bytes, asks } = *exported;
    let number = |n: u64| n.to_string();
    let (shown, whose) = (out.display().to_string(), ("partner", partner.name.as_str()));
    let mut lines = vec![words.text_with(
        "bundle-exported",
        &[
            whose,
            ("file", &shown),
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
    let json = json!({
        "partner": partner.name, "agency": partner.agency, "file": out, "bytes": bytes, "entries": entries,
        "receipted": receipted, "packages": packages, "packages_left_out": left_out, "asks": asks,
    });
    Reply::yes(lines.join("\n"), json)
}

fn tell_imported(imported: &Imported, words: &Words) -> Reply {
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
    let mut exit = YES;
    if let Some(gap) = imported.gap {
        exit = WAITING;
        let missing = [whose, ("first", &number(gap.first)), ("last", &number(gap.last))];
        lines.push(words.text_with("bundle-gap", &missing));
    }
    if imported.diverged {
        exit = WAITING;
        lines.push(words.text_with("bundle-diverged", &[whose]));
    }
    if let Some(failure) = &imported.package_failed {
        exit = WAITING;
        lines.push(words.text_with("bundle-package-failed", &[("why", &failure.to_string())]));
    }
    if !imported.refused.is_empty() {
        exit = NO;
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
    let refused: Vec<_> = imported
        .refused
        .iter()
        .map(|refused| json!({ "entry": refused.entry, "why": refused.why }))
        .collect();
    let gap = imported.gap.map(|gap| json!({ "first": gap.first, "last": gap.last }));
    let json = json!({
        "partner": imported.partner.name, "agency": imported.partner.agency, "received": received,
        "delivered": delivered, "packages": packages, "packages_wanted": wanted, "refused": refused, "missing": gap,
        "diverged": imported.diverged, "owed": owed, "compared": imported.compared, "released": released,
    });
    Reply::of(exit, lines.join("\n"), json)
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
