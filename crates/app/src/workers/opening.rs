//! Looking into a package at this node, and taking one file out of it, with the node's own key for packages.
//!
//! An [`Opener`] is made only by what records first that content leaves (`egress`), and never shows its key. It reads
//! header, tail and what is asked for, each group checked before it is opened, one group in memory at a time.

use comity_evidence::age::Identity;
use comity_evidence::index::Row;
use comity_evidence::package::{Contents, FileReader, PackageError};
use comity_journal::suite::Hash;
use comity_store::objects::Objects;

use crate::ledger::Ledger;

/// Opens one package.
pub struct Opener {
    identity: Identity,
    package: Hash,
}

/// Some of the files of a package, each with its number in the index.
#[derive(Debug)]
pub struct Listed {
    /// The files.
    pub rows: Vec<(u64, Row)>,
    /// Whether there are more behind them.
    pub more: bool,
}

impl Opener {
    /// The files from number `from` on, at most `limit`; `None` when the package is not here.
    ///
    /// # Errors
    /// [`PackageError`] when it cannot be opened.
    pub fn list(&self, objects: &Objects, from: u64, limit: usize) -> Result<Option<Listed>, PackageError> {
        let Some(mut contents) = self.contents(objects)? else { return Ok(None) };
        let (mut rows, mut more) = (Vec::new(), false);
        for (number, row) in (0..).zip(contents.rows()?).skip_while(|(number, _)| *number < from) {
            if rows.len() == limit {
                more = true;
                break;
            }
            rows.push((number, row?));
        }
        Ok(Some(Listed { rows, more }))
    }

    /// One file by its number, ready to be read; `None` when there is none.
    ///
    /// # Errors
    /// [`PackageError`] when the package cannot be opened.
    pub fn file(&self, objects: &Objects, number: u64) -> Result<Option<FileReader>, PackageError> {
        let Some(mut contents) = self.contents(objects)? else { return Ok(None) };
        let found = (0..).zip(contents.rows()?).find(|(at, row)| *at == number || row.is_err());
        let row = found.map(|(_, row)| row).transpose()?;
        row.map(|row| contents.into_file(row)).transpose()
    }

    fn contents(&self, objects: &Objects) -> Result<Option<Contents>, PackageError> {
        let package = objects.get(&self.package)?;
        package.map(|package| Contents::open(package, &self.identity)).transpose()
    }
}

impl Ledger {
    /// What opens a package; whoever calls this has recorded that its content is taken out.
    pub(crate) fn opener(&self, package: Hash) -> Opener {
        Opener { identity: self.keys.identity(), package }
    }
}
