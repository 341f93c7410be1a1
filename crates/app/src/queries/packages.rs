//! Sealed packages: which were handed over, which are still to be fetched, and who may have which.

use ciborium::Value;
use comity_domain::act::PartBytes;
use comity_domain::engine::SEALED_PACKAGE;
use comity_evidence::age::Header;
use comity_evidence::sealed::{Finding, SealedReader};
use comity_journal::card::SealingKey;
use comity_journal::cbor;
use comity_journal::entry::Lane;
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::suite::Hash;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use crate::commands::{STRUCTURE, ToErase};
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::views::{PACKAGES, PackageRow, read_row};

/// The content part of an entry that holds its package's header.
pub(crate) const HEADER: &str = "header";

impl Ledger {
    /// All sealed packages that were handed over, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn packages(&self) -> Result<Vec<PackageRow>, Failure> {
        self.package_rows(&[])
    }

    fn package_rows(&self, prefix: &[u8]) -> Result<Vec<PackageRow>, Failure> {
        let mut rows = Vec::new();
        let mut after = (!prefix.is_empty()).then(|| prefix.to_vec());
        loop {
            let page = self.store.view(PACKAGES, after.as_deref(), 256)?;
            let Some((last, _)) = page.last() else { return Ok(rows) };
            after = Some(last.clone());
            for (key, value) in page {
                if !key.starts_with(prefix) {
                    return Ok(rows);
                }
                rows.push(read_row(&value)?);
            }
        }
    }

    /// Whether the lanes still speak of a package as kept and it was not erased here: a row may be older than a fork. A
    /// paper stays with who recorded it, and never travels.
    fn is_kept(&mut self, row: &PackageRow) -> Result<bool, Failure> {
        let matter = self.matter(&row.matter)?;
        let kept =
            matter.packages().iter().any(|handed| handed.entry == row.entry && handed.kept && !handed.paper);
        Ok(kept && !matter.inner().has_erased(&row.entry, SEALED_PACKAGE))
    }

    /// The packages a partner handed over that can be fetched and are not whole at this node yet.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn wanted_from(&mut self, partner: &AgencyId) -> Result<Vec<PackageRow>, Failure> {
        let mut wanted = Vec::new();
        for row in self.packages()? {
            if row.by == *partner && self.is_wanted(&row)? {
                wanted.push(row);
            }
        }
        Ok(wanted)
    }

    /// Whether a package is still to be fetched: not here, not erased here, still spoken of, and its header at hand.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn is_wanted(&mut self, row: &PackageRow) -> Result<bool, Failure> {
        Ok(!self.shelf.holds(&row.package)
            && self.is_kept(row)?
            && self.package_header(&row.entry)?.is_some()
            && self.was_sealed_for_us(row)?)
    }

    /// Whether a package can be for us: before an agency had a node nobody could seal to it.
    fn was_sealed_for_us(&mut self, row: &PackageRow) -> Result<bool, Failure> {
        let us = self.agency;
        let from_the_first = self.matter(&row.matter)?.lane_of(&us) == Lane::Shared(us);
        Ok(from_the_first || self.seal_of(&row.entry)?.1.contains(&us))
    }

    /// The names that may stand on the shelf: packages that were handed over and not erased here, and those that wait
    /// in a draft of ours.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn packages_kept(&mut self) -> Result<BTreeSet<Hash>, Failure> {
        let mut kept = BTreeSet::new();
        for row in self.packages()? {
            let inner = self.matter(&row.matter)?.inner();
            if !inner.has_erased(&row.entry, SEALED_PACKAGE) {
                kept.insert(row.package);
            }
        }
        let handing: Vec<_> = self
            .kinds
            .iter()
            .filter(|kind| kind.def().hands_over.is_some())
            .map(|kind| kind.def().code)
            .collect();
        for kind in handing {
            for row in self.rows_of(kind)? {
                kept.extend(self.drafted_packages(&row.id)?);
            }
        }
        Ok(kept)
    }

    /// The packages that drafts of a matter would hand over once they are signed.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn drafted_packages(&mut self, matter: &MatterId) -> Result<Vec<Hash>, Failure> {
        let mut packages = Vec::new();
        let drafts = self.matter(matter)?.inner().drafts;
        for draft in
            drafts.into_iter().filter(|draft| draft.to_be_sent && !draft.superseded && !draft.sent_back)
        {
            let parts = self.store.parts(&draft.entry)?;
            let structure = parts.iter().find(|part| part.label.as_str() == STRUCTURE);
            if let Some(structure) = structure
                && !self.was_signed(matter, &draft.entry)?
            {
                let package = self.matter(matter)?.package_in(draft.act.as_str(), &structure.bytes);
                packages.extend(package.map(|package| package.root));
            }
        }
        Ok(packages)
    }

    /// The packages of a matter that are whole here and for which who handed them over vouches: to us, in this matter.
    pub(crate) fn packages_here(&mut self, matter: &MatterId) -> Result<BTreeSet<Hash>, Failure> {
        let mut here = BTreeSet::new();
        for handed in self.matter(matter)?.packages() {
            let package = handed.package.root;
            if !self.shelf.holds(&package) {
                continue;
            }
            let row = PackageRow {
                package,
                size: handed.package.size,
                matter: *matter,
                entry: handed.entry,
                by: handed.by,
            };
            let vouched = match self.package_header(&row.entry)? {
                Some(header) => self.check_header(&header, &row).is_ok(),
                None => false,
            };
            if vouched || row.by == self.agency {
                here.insert(package);
            }
        }
        Ok(here)
    }

    /// The envelope must be signed by who handed the package over, speak of this package in this matter, and be sealed
    /// to us.
    ///
    /// # Errors
    /// [`Failure::NotBelieved`] says what does not hold.
    pub fn check_header(&self, header: &[u8], row: &PackageRow) -> Result<(), Failure> {
        let wrong = |why: &str| Failure::NotBelieved(format!("the envelope of a package {why}"));
        let sealed = SealedReader::read(Cursor::new(header)).map_err(|error| wrong(&error.to_string()))?;
        let verification = sealed.verify_header();
        // The payload is not in this header, so its size cannot fit.
        let mut findings =
            verification.findings.iter().filter(|finding| !matches!(finding, Finding::Size { .. }));
        if let Some(finding) = findings.next() {
            return Err(wrong(&finding.to_string()));
        }
        let author = verification.authors.first().and_then(Option::as_ref);
        let envelope = sealed.envelope();
        let identity = self.keys.identity();
        if author.is_none_or(|author| author.agency != row.by) {
            Err(wrong("is not signed by who handed it over"))
        } else if envelope.root != row.package || envelope.payload_size != row.size {
            Err(wrong("speaks of another package"))
        } else if envelope.matter != Some(row.matter) {
            Err(wrong("speaks of another matter"))
        } else if Header::read(&mut Cursor::new(header)).and_then(|header| header.unwrap(&identity)).is_err()
        {
            Err(wrong("is not sealed to us"))
        } else {
            Ok(())
        }
    }

    /// Whether a partner may have a package of ours: one of its matters says so, in an entry of ours that stands.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn may_fetch(&mut self, partner: &AgencyId, package: &Hash) -> Result<bool, Failure> {
        for row in self.package_rows(package.as_bytes())? {
            let is_party = self.matter(&row.matter)?.parties().iter().any(|p| p.agency == *partner);
            if row.by == self.agency && is_party && self.is_kept(&row)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// To whom packages of a matter are sealed: every party with a node, ourselves among them, by the keys of their cards.
    ///
    /// # Errors
    /// When the matter is not open or a party has no card here.
    pub fn package_recipients(&mut self, matter: &MatterId) -> Result<Vec<(AgencyId, SealingKey)>, Failure> {
        let parties = self.matter(matter)?.parties();
        if parties.is_empty() {
            let why = "the matter is not open yet: its opening waits for approval or comparison";
            return Err(Failure::Usage(why.into()));
        }
        let with_node = parties.iter().filter(|party| party.recorder.is_none());
        with_node
            .map(|party| {
                let card = self.cards.latest(&party.agency);
                let card =
                    card.ok_or_else(|| Failure::NotFound("a party of this matter has no card here".into()))?;
                Ok((party.agency, card.facts().packages))
            })
            .collect()
    }

    /// A whole package of a matter by what a person typed: its name or a beginning of it; the only one where nothing was.
    ///
    /// # Errors
    /// When there is none here, or several could be meant.
    pub fn package_named(&mut self, matter: &MatterId, typed: Option<&str>) -> Result<Hash, Failure> {
        let vouched = self.packages_here(matter)?;
        let handed = self.packages_told_of(matter)?.into_iter().map(|handed| handed.package.root);
        let here: Vec<_> = handed.filter(|name| vouched.contains(name)).collect();
        let fits =
            |name: &&Hash| typed.is_none_or(|typed| name.to_string().starts_with(&typed.to_lowercase()));
        match here.iter().filter(fits).collect::<Vec<_>>().as_slice() {
            [name] => Ok(**name),
            [] => Err(Failure::NotFound("no such package is whole at this node".into())),
            _ => Err(Failure::Usage("several packages could be meant; type more of the name".into())),
        }
    }

    /// Parts of entries by what a person typed, gathered by entry: `ENTRY:LABEL`, or `LABEL` where one entry has it.
    ///
    /// # Errors
    /// When none or several could be meant.
    pub fn parts_named(&mut self, matter: &MatterId, typed: &[String]) -> Result<Vec<ToErase>, Failure> {
        let mut found: BTreeMap<Hash, BTreeSet<Token>> = BTreeMap::new();
        let view = self.matter(matter)?.view();
        let handed: Vec<_> = self.matter(matter)?.packages().iter().map(|handed| handed.entry).collect();
        for typed in typed {
            let (entry, label) = typed.split_once(':').unwrap_or(("", typed));
            let token = Token::new(label).map_err(|error| Failure::Usage(format!("`{typed}`: {error}")))?;
            let matter = self.matter(matter)?;
            let has = |hash: &Hash| {
                let parts =
                    matter.entry(hash).map(|entry| entry.header().parts.as_slice()).unwrap_or_default();
                parts.iter().any(|part| part.label == token)
                    || (label == SEALED_PACKAGE && handed.contains(hash))
            };
            let shared = view.timeline.iter().filter(|shown| shown.lane.is_shared() || !entry.is_empty());
            let meant = shared
                .map(|shown| shown.entry)
                .filter(|hash| hash.to_string().starts_with(&entry.to_lowercase()) && has(hash));
            match meant.collect::<Vec<_>>().as_slice() {
                [hash] => drop(found.entry(*hash).or_default().insert(token)),
                [] => return Err(Failure::Usage(format!("no entry of this matter has a part `{typed}`"))),
                several => {
                    let first: Vec<_> =
                        several.iter().map(|hash| format!("{}:{label}", &hash.to_string()[..8])).collect();
                    return Err(Failure::Usage(format!(
                        "several entries have it; say {}",
                        first.join(" or ")
                    )));
                }
            }
        }
        let gathered = found.into_iter();
        Ok(gathered.map(|(entry, parts)| ToErase { entry, parts: parts.into_iter().collect() }).collect())
    }

    /// The header of a package, with its signed envelope, from the entry that handed it over; `None` while that
    /// content is not here.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn package_header(&self, entry: &Hash) -> Result<Option<Vec<u8>>, Failure> {
        let parts = self.store.parts(entry)?;
        let part = parts.iter().find(|part| part.label.as_str() == HEADER);
        Ok(part.and_then(|part| header_of(&part.bytes)))
    }
}

/// The header of a package in a content part that is about to be signed.
pub(crate) fn header_in(part: &PartBytes) -> Option<Vec<u8>> {
    header_of(&part.bytes)
}

fn header_of(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut fields: BTreeMap<String, Value> = cbor::decode(bytes).ok()?;
    fields.remove("header")?.into_bytes().ok()
}
