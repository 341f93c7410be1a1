//! Sealed packages: which were handed over, which are still to be fetched, and who may have which.

use ciborium::Value;
use comity_domain::engine::SEALED_PACKAGE;
use comity_journal::card::SealingKey;
use comity_journal::cbor;
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::suite::Hash;
use std::collections::{BTreeMap, BTreeSet};

use crate::commands::ToErase;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::views::{PACKAGES, PackageRow};

/// The content part of an entry that holds its package's header.
const HEADER: &str = "header";

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
                let row = cbor::decode(&value);
                rows.push(
                    row.map_err(|error| Failure::Fault(format!("a view row cannot be read: {error}")))?,
                );
            }
        }
    }

    /// The packages a partner handed over that are not whole at this node yet.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn wanted_from(&mut self, partner: &AgencyId) -> Result<Vec<PackageRow>, Failure> {
        let mut wanted = Vec::new();
        for row in self.packages()? {
            if row.by == *partner && !self.shelf.holds(&row.package) {
                // What was erased here is not fetched again.
                let inner = self.matter(&row.matter)?.inner();
                if !inner.has_erased(&row.entry, SEALED_PACKAGE) {
                    wanted.push(row);
                }
            }
        }
        Ok(wanted)
    }

    /// Whether a partner may have a package of ours: one of its matters says so, in an entry of ours.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn may_fetch(&mut self, partner: &AgencyId, package: &Hash) -> Result<bool, Failure> {
        for row in self.package_rows(package.as_bytes())? {
            let parties = self.matter(&row.matter)?.opening().map(|(opening, _)| opening.parties.clone());
            let is_party = parties.is_some_and(|parties| parties.iter().any(|p| p.agency == *partner));
            if row.by == self.agency && is_party {
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
        let opening = self.matter(matter)?.opening().map(|(opening, _)| opening.parties.clone());
        let parties = opening.ok_or_else(|| {
            Failure::Usage("the matter is not open yet: its opening waits for approval or comparison".into())
        })?;
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

    /// A whole package of a matter by what a person typed: its name or a beginning of it; the only one, or else the
    /// latest, where nothing was.
    ///
    /// # Errors
    /// When there is none here, or several could be meant.
    pub fn package_named(&mut self, matter: &MatterId, typed: Option<&str>) -> Result<Hash, Failure> {
        let shelf = std::sync::Arc::clone(&self.shelf);
        let handed = self.matter(matter)?.packages().into_iter().map(|handed| handed.package.root);
        let here: Vec<_> = handed.filter(|name| shelf.holds(name)).collect();
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
        Ok(part.and_then(|part| {
            let mut fields: BTreeMap<String, Value> = cbor::decode(&part.bytes).ok()?;
            fields.remove("header")?.into_bytes().ok()
        }))
    }
}
