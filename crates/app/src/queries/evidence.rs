//! Evidence: sealed packages as a list, one of them with its custody in order, and how it is found.
//!
//! A package is seen by who may see its matter; of others there is no trace: in no line, in no count, and there is a next
//! page where there is something on it, unless hundreds in a row are hidden.

use std::collections::BTreeSet;
use std::io::Cursor as Bytes;

use ciborium::Value;
use comity_domain::engine::{HandedOver, SEALED_PACKAGE};
use comity_domain::vocabularies::Check;
use comity_domain::words::Words;
use comity_evidence::sealed::SealedReader;
use comity_journal::cbor;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::Hash;
use serde::Serialize;

use super::matters::{MatterLine, Names, TimelineLine};
use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;
use crate::views::{HANDED_OVER, PackageRow, read_row};

/// How many lines a page has.
pub const EVIDENCE_LINES: usize = 50;
/// How many rows are read for one page at most.
const READ_AT_MOST: usize = 500;
/// How many rows are read at once.
const RUN: usize = 100;
/// How many bytes a place in the list has: a time and an entry.
const PLACE: usize = 40;

/// A sealed package as a list shows it.
#[derive(Clone, Debug, Serialize)]
pub struct EvidenceLine {
    /// The matter it was handed over in, as in the list of matters.
    pub matter: MatterLine,
    /// Its name: the root over its bytes.
    pub package: String,
    /// The entry that handed it over.
    pub entry: String,
    /// Bytes of its payload.
    pub size: u64,
    /// Who sealed it; "us" for ourselves.
    pub sealed_by: String,
    /// To whom it is sealed, where its envelope is here and says so.
    pub sealed_to: Vec<String>,
    /// When it was handed over.
    pub at: String,
    /// Where it stands between the parties, in words.
    pub stands: String,
    /// Who answers for it now.
    pub holder: Option<String>,
    /// Whether it is whole at this node.
    pub here: bool,
    /// Whether it was erased here.
    pub erased: bool,
    /// The last check at this node that somebody asked for.
    pub check: Option<CheckLine>,
    /// What restricts its use.
    pub marks: Vec<String>,
}

/// A check of a package.
#[derive(Clone, Debug, Serialize)]
pub struct CheckLine {
    /// When.
    pub at: String,
    /// Who asked for it.
    pub by: String,
    /// Whether every byte was as it was sealed.
    pub holds: bool,
}

/// A page of the list.
#[derive(Clone, Debug, Serialize)]
pub struct EvidencePage {
    /// The packages, the latest first.
    pub lines: Vec<EvidenceLine>,
    /// Where the next page begins.
    pub next: Option<String>,
}

impl Ledger {
    /// A page of all sealed packages this officer may know of; `after` is where the page before said the next one begins.
    ///
    /// # Errors
    /// When there is no such page, or the store cannot be read.
    pub fn evidence_for(
        &mut self,
        officer: &Officer,
        after: Option<&str>,
        words: &Words,
    ) -> Result<EvidencePage, Failure> {
        let mut after = after.map(place).transpose()?;
        let (mut lines, mut last_shown, mut read) = (Vec::new(), None, 0);
        loop {
            let run = self.store.view(HANDED_OVER, after.as_deref(), RUN)?;
            let last_run = run.len() < RUN;
            for (key, value) in run {
                if read == READ_AT_MOST {
                    return Ok(EvidencePage { lines, next: after.as_deref().map(shown) });
                }
                read += 1;
                let row: PackageRow = read_row(&value)?;
                if self.may_see(officer, &row.matter)? {
                    if lines.len() == EVIDENCE_LINES {
                        return Ok(EvidencePage { lines, next: last_shown.as_deref().map(shown) });
                    }
                    lines.extend(self.evidence_lines(officer, &row.matter, Some(&row.entry), words)?);
                    last_shown = Some(key.clone());
                }
                after = Some(key);
            }
            if last_run {
                return Ok(EvidencePage { lines, next: None });
            }
        }
    }

    /// The entries of ours whose packages the other side found not as they were sealed: what another package may replace.
    ///
    /// # Errors
    /// When there is no such matter, or the store cannot be read.
    pub fn replaceable(&mut self, matter: &MatterId) -> Result<Vec<Hash>, Failure> {
        let us = self.agency;
        let packages = self.matter(matter)?.packages().into_iter();
        let ours = packages.filter(|handed| handed.by == us && handed.stands == Check::Mismatch.code());
        Ok(ours.map(|handed| handed.entry).collect())
    }

    /// The packages of one matter, as this officer may see them; of one entry where it is named.
    ///
    /// # Errors
    /// Refused when the officer may not know the matter; when the store cannot be read.
    pub fn evidence_lines(
        &mut self,
        officer: &Officer,
        id: &MatterId,
        entry: Option<&Hash>,
        words: &Words,
    ) -> Result<Vec<EvidenceLine>, Failure> {
        self.authorise(officer, Doing::SeeMatter, Some(id))?;
        let handed = self.packages_told_of(id)?;
        let handed: Vec<_> =
            handed.into_iter().filter(|handed| entry.is_none_or(|entry| handed.entry == *entry)).collect();
        if handed.is_empty() {
            return Ok(Vec::new());
        }
        let (kind, names) = (self.kind_of(id)?, Names::read(self, id, words)?);
        let row = self.row(&kind, id)?.ok_or_else(|| Failure::NotFound("no such matter".into()))?;
        let partners = self.partner_names(words)?;
        let mut matter = self.line(&row, &partners, words)?;
        if self.authorise(officer, Doing::ReadContent, Some(id)).is_err() {
            (matter.title, matter.our_reference, matter.their_reference) = (None, None, None);
        }
        let line = |handed| self.evidence_line(id, &kind, &matter, handed, &names, words);
        let mut lines: Vec<_> = handed.iter().map(line).collect::<Result<_, _>>()?;
        lines.sort_by(|a, b| (&a.at, &a.entry).cmp(&(&b.at, &b.entry)));
        Ok(lines)
    }

    fn evidence_line(
        &mut self,
        id: &MatterId,
        kind: &str,
        line: &MatterLine,
        handed: &HandedOver,
        names: &Names,
        words: &Words,
    ) -> Result<EvidenceLine, Failure> {
        let ((sealed_by, sealed_to), size) = (self.seal_of(&handed.entry)?, self.size_of(handed)?);
        let stands = if handed.paper { "paper".to_owned() } else { format!("{kind}-{}", handed.stands) };
        let matter = self.matter(id)?;
        let (inner, marks) = (matter.inner(), matter.marks());
        let at = matter.entry(&handed.entry).map(|entry| entry.header().at.to_string());
        let check = inner.checks.get(&handed.entry).map(|last| CheckLine {
            at: last.at.to_string(),
            by: names.officer(&last.by.who),
            holds: last.check == Check::Intact,
        });
        Ok(EvidenceLine {
            matter: line.clone(),
            package: handed.package.root.to_string(),
            entry: handed.entry.to_string(),
            size,
            sealed_by: names.agency(&sealed_by.unwrap_or(handed.by)),
            sealed_to: sealed_to.iter().map(|agency| names.agency(agency)).collect(),
            at: at.unwrap_or_default(),
            stands: words.text(&format!("stands-{stands}")),
            holder: handed.holder.map(|agency| names.agency(&agency)),
            here: self.shelf.holds(&handed.package.root),
            erased: inner.has_erased(&handed.entry, SEALED_PACKAGE),
            check,
            marks: marks.iter().map(|mark| words.text(&format!("mark-{kind}-{mark}"))).collect(),
        })
    }

    /// Who signed the envelope of a package, and to whom it says it is sealed; nothing while that content is not here.
    pub(super) fn seal_of(&self, entry: &Hash) -> Result<(Option<AgencyId>, Vec<AgencyId>), Failure> {
        let Some(header) = self.package_header(entry)? else { return Ok((None, Vec::new())) };
        let Ok(sealed) = SealedReader::read(Bytes::new(header)) else { return Ok((None, Vec::new())) };
        let author = sealed.verify_header().authors.into_iter().next().flatten();
        Ok((author.map(|author| author.agency), sealed.envelope().to.clone().unwrap_or_default()))
    }

    /// The packages of a matter that people here are told of. A paper stays with its recorder: by what name a partner calls
    /// its own is nothing to look for on our shelf.
    pub(super) fn packages_told_of(&mut self, id: &MatterId) -> Result<Vec<HandedOver>, Failure> {
        let us = self.agency;
        let mut handed = self.matter(id)?.packages();
        handed.retain(|handed| !handed.paper || handed.by == us);
        Ok(handed)
    }

    /// How many bytes a package has: what the entry says; of a paper, what its envelope says while it is here.
    pub(super) fn size_of(&self, handed: &HandedOver) -> Result<u64, Failure> {
        if !handed.paper {
            return Ok(handed.package.size);
        }
        let header = self.package_header(&handed.entry)?;
        let sealed = header.and_then(|header| SealedReader::read(Bytes::new(header)).ok());
        Ok(sealed.map_or(0, |sealed| sealed.envelope().payload_size))
    }

    /// A package as an officer names it: by its matter, as it was typed, and its own name. What may not be seen is not
    /// there.
    ///
    /// # Errors
    /// When there is none.
    pub fn package_seen_by(
        &mut self,
        officer: &Officer,
        typed: &str,
        package: &str,
    ) -> Result<PackageRow, Failure> {
        let matter = self.seen_by(officer, typed)?;
        let handed = self.packages_told_of(&matter)?;
        let found = handed.into_iter().find(|handed| handed.package.root.to_string() == package);
        let missing = || Failure::NotFound("no such package was handed over".into());
        let handed = found.ok_or_else(missing)?;
        // Whoever names what lies on our shelf for another matter has not handed it over in this one.
        if self.shelf.holds(&handed.package.root)
            && !self.packages_here(&matter)?.contains(&handed.package.root)
        {
            return Err(missing());
        }
        let (package, size) = (handed.package.root, self.size_of(&handed)?);
        Ok(PackageRow { package, size, matter, entry: handed.entry, by: handed.by })
    }

    /// The acts of a matter that are about one handing over, in order: it itself, what answers it, what answers that, and
    /// what was checked and erased here.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn custody_of(
        &mut self,
        row: &PackageRow,
        timeline: &[TimelineLine],
    ) -> Result<Vec<TimelineLine>, Failure> {
        let matter = self.matter(&row.matter)?;
        let mut about = BTreeSet::from([row.entry]);
        loop {
            let known = about.len();
            for entry in matter.entries() {
                let names = named_in(&entry.header().structure);
                if names.iter().any(|named| about.contains(named)) {
                    about.insert(entry.hash());
                }
            }
            if about.len() == known {
                break;
            }
        }
        let concerns = |line: &&TimelineLine| Hash::from_hex(&line.entry).is_some_and(|e| about.contains(&e));
        Ok(timeline.iter().filter(concerns).cloned().collect())
    }
}

/// The entries an act's structure names.
fn named_in(structure: &[u8]) -> Vec<Hash> {
    let fields: std::collections::BTreeMap<String, Value> = cbor::decode(structure).unwrap_or_default();
    fields.into_values().filter_map(|value| Hash::from_slice(&value.into_bytes().ok()?)).collect()
}

fn shown(place: &[u8]) -> String {
    data_encoding::BASE32_NOPAD.encode(place)
}

fn place(shown: &str) -> Result<Vec<u8>, Failure> {
    let none = || Failure::NotFound("this list has no such page; begin at its first".into());
    let place = data_encoding::BASE32_NOPAD.decode(shown.as_bytes()).map_err(|_| none())?;
    if place.len() == PLACE { Ok(place) } else { Err(none()) }
}
