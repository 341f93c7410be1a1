//! `comity bundle`: what a partner is to get in a file that somebody carries, and what such a file brings.
//!
//! The node itself reads and writes the file, running or under its folder's lock; the keyboard only names it. Not here:
//! what goes into a bundle and how it is believed (`comity_app::workers`), and what is said of it (`comity_app::bundles`).
//!
//! Invariant: a bundle stands under its name only once it is whole and on disk, and takes the place of no other file.

use std::fs::File;
use std::path::Path;

use comity_app::Failure;
use comity_app::bundles::{self, Stands, Told};
use comity_app::people::Partner;
use comity_app::workers::{Exported, Imported, NotImported, export_bundle, import_bundle};
use comity_domain::words::{Lang, Words};
use serde_json::json;

use crate::reply::{NO, Reply, WAITING, YES};
use crate::request::Desk;

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
        let imported = match import_bundle(&self.ledger, &self.partners.objects(), opened, None).await {
            Ok(imported) => imported,
            Err(NotImported::Failed(failure)) => return Err(failure.into()),
            Err(NotImported::Bundle(error)) => {
                let text = bundles::of_error(error.code(), words);
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
    let at = words.text_with("bundle-at", &[("file", &out.display().to_string())]);
    let lines = [vec![at], bundles::of_exported(&partner.name, exported, words)].concat();
    let json = json!({
        "partner": partner.name, "agency": partner.agency, "file": out, "bytes": bytes, "entries": entries,
        "receipted": receipted, "packages": packages, "packages_left_out": left_out, "asks": asks,
    });
    Reply::yes(lines.join("\n"), json)
}

fn tell_imported(imported: &Imported, words: &Words) -> Reply {
    let Imported { received, delivered, packages, wanted, owed, released, .. } = *imported;
    let Told { lines, stands } = bundles::of_imported(imported, words);
    let exit = match stands {
        Stands::Taken => YES,
        Stands::Waits => WAITING,
        Stands::Refused => NO,
    };
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
