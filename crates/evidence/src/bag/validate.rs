//! Judges any folder as a bag, whoever made it.
//!
//! Nothing is fetched, nothing is repaired, no link is followed. All problems are collected, so that whoever sent
//! the bag can be told once. Memory: 16 bytes a listed file (see `names`), whatever their sizes.
//!
//! Version 1.0 only: before RFC 8493 a manifest could leave files out, and what a bag vouches for was another thing.
//! Specification: RFC 8493.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use super::digest::Algorithm;
use super::problems::{BagFacts, BagProblem, BagProblems, BagWarning};
use super::tagfile::{declared_encoding, declared_version};
use super::{Lines, member, parse_info, parse_line, payload_oxum};
use crate::folder::{Found, Source, SourceError, is_absence, open_below};
use crate::limits;
use crate::names::{self, Mark};

/// Judges the bag in this folder: complete, and every file what its manifests list.
///
/// # Errors
/// [`BagProblems`], all that were found.
pub fn validate_folder(path: &Path) -> Result<BagFacts, BagProblems> {
    let bag = Source::open(path).map_err(BagProblem::from)?.naming_as_found();
    if bag.folder().is_none() {
        return Err(BagProblem::NotAFolder.into());
    }
    let mut judging = Judging { bag: &bag, problems: BagProblems::default(), warnings: Vec::new() };
    match judging.judge() {
        Ok(facts) if judging.problems.none() => return Ok(facts),
        Ok(_) => {}
        Err(last) => judging.problems.add(last),
    }
    Err(judging.problems)
}

/// The files of the bag, without their contents.
#[derive(Default)]
struct Inventory {
    manifests: Vec<(String, String)>,
    tag_manifests: Vec<(String, String)>,
    has_info: bool,
    has_fetch: bool,
    has_payload: bool,
    files: u64,
    bytes: u64,
}

struct Judging<'a> {
    bag: &'a Source,
    problems: BagProblems,
    warnings: Vec<BagWarning>,
}

impl Judging<'_> {
    /// # Errors
    /// What makes looking further pointless.
    fn judge(&mut self) -> Result<BagFacts, BagProblem> {
        self.declaration()?;
        let inventory = self.inventory()?;
        if !inventory.has_payload {
            self.problems.add(BagProblem::NoBag("the folder data"));
        }
        let info = if inventory.has_info { self.info(&inventory)? } else { Vec::new() };
        let to_fetch = if inventory.has_fetch { self.fetch()? } else { BTreeSet::new() };
        let mut checked_with = Vec::new();
        for (file, name) in &inventory.manifests {
            match Algorithm::named(name) {
                Some(algorithm) => {
                    checked_with.push(algorithm);
                    self.manifest(file, algorithm, &inventory, &to_fetch)?;
                }
                None => self.warn(BagWarning::NotChecked(file.clone())),
            }
        }
        for (file, name) in &inventory.tag_manifests {
            match Algorithm::named(name) {
                Some(algorithm) => self.tag_manifest(file, algorithm)?,
                None => self.warn(BagWarning::NotChecked(file.clone())),
            }
        }
        checked_with.sort_unstable();
        match checked_with.last() {
            None => self.problems.add(BagProblem::NoManifest),
            Some(best) if best.is_broken() => self.warn(BagWarning::BrokenHash(best.name())),
            Some(_) => {}
        }
        let (files, bytes) = (inventory.files, inventory.bytes);
        let warnings = std::mem::take(&mut self.warnings);
        Ok(BagFacts { files, bytes, checked_with, info, warnings })
    }

    fn warn(&mut self, warning: BagWarning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    fn open(&self, path: &str) -> Result<Option<File>, SourceError> {
        let Some(folder) = self.bag.folder() else { return Ok(None) };
        match open_below(folder, path) {
            Ok(file) => Ok(Some(file)),
            Err(SourceError::Unreadable { error, .. }) if is_absence(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn small(&self, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let Some(file) = self.open(path)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.take(limits::TAG_FILE_BYTES)
            .read_to_end(&mut bytes)
            .map_err(|error| SourceError::Unreadable { path: path.to_owned(), error })?;
        Ok(Some(bytes))
    }

    fn declaration(&self) -> Result<(), BagProblem> {
        let bytes = self.small(member::DECLARATION)?.ok_or(BagProblem::NoBag(member::DECLARATION))?;
        let version = declared_version(&bytes).map_err(BagProblem::Declaration)?;
        if version.starts_with("0.") {
            return Err(BagProblem::TooOld(version));
        }
        if version != "1.0" {
            return Err(BagProblem::UnknownVersion(version));
        }
        let encoding = declared_encoding(&bytes).map_err(BagProblem::Declaration)?;
        if encoding.eq_ignore_ascii_case("UTF-8") { Ok(()) } else { Err(BagProblem::Encoding(encoding)) }
    }

    fn inventory(&self) -> Result<Inventory, BagProblem> {
        let mut inventory = Inventory::default();
        self.bag.walk::<BagProblem>(&mut |found| {
            match found {
                Found::File(file) => inventory.take(file.path(), file.size()),
                Found::EmptyFolder(path) => inventory.has_payload |= is_payload(path),
            }
            Ok(())
        })?;
        Ok(inventory)
    }

    fn info(&mut self, inventory: &Inventory) -> Result<Vec<(String, String)>, BagProblem> {
        let bytes = self.small(member::INFO)?.unwrap_or_default();
        let wrong = |why: &str| BagProblem::TagFile { file: member::INFO.to_owned(), why: why.to_owned() };
        let text = String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8"))?;
        let info = match parse_info(&text) {
            Ok(info) => info,
            Err(why) => {
                self.problems.add(wrong(why));
                return Ok(Vec::new());
            }
        };
        let Inventory { files, bytes, .. } = *inventory;
        match payload_oxum(&info) {
            Err(why) => self.problems.add(wrong(why)),
            Ok(Some((said_bytes, said_files))) if (said_bytes, said_files) != (bytes, files) => {
                self.problems.add(BagProblem::OtherOxum { said_bytes, said_files, bytes, files });
            }
            Ok(_) => {}
        }
        Ok(info)
    }

    /// Reads `fetch.txt` and returns what it names and is not there.
    fn fetch(&mut self) -> Result<BTreeSet<Mark>, BagProblem> {
        const FETCH: &str = "fetch.txt";
        let mut missing = BTreeSet::new();
        self.lines(FETCH, &mut |this, number, line| {
            // URL, length or "-", path: the path is all that matters to somebody who fetches nothing.
            let Some(path) = third_field(&line) else {
                this.problems.add(BagProblem::Line { file: FETCH.to_owned(), line: number });
                return Ok(());
            };
            if let Some(problem) = outside(FETCH, path, Part::Payload) {
                this.problems.add(problem);
            } else if this.open(path)?.is_none() {
                missing.insert(names::listed_mark(path));
                bounded(&missing)?;
                this.problems.add(BagProblem::ToBeFetched(path.to_owned()));
            }
            Ok(())
        })?;
        if missing.is_empty() {
            self.warn(BagWarning::Fetched);
        }
        Ok(missing)
    }

    fn manifest(
        &mut self,
        file: &str,
        algorithm: Algorithm,
        inventory: &Inventory,
        to_fetch: &BTreeSet<Mark>,
    ) -> Result<(), BagProblem> {
        let listed = self.listed(file, algorithm, Part::Payload, to_fetch)?;
        // As many different files listed and found as there are: then none is left over, and nobody has to look.
        if listed.len() as u64 == inventory.files && self.problems.none() {
            return Ok(());
        }
        let problems = &mut self.problems;
        self.bag.walk::<BagProblem>(&mut |found| {
            if let Found::File(found) = found
                && is_payload(found.path())
                && !listed.contains(&names::listed_mark(found.path()))
            {
                problems.add(BagProblem::NotListed { file: file.to_owned(), path: found.path().to_owned() });
            }
            Ok(())
        })
    }

    fn tag_manifest(&mut self, file: &str, algorithm: Algorithm) -> Result<(), BagProblem> {
        self.listed(file, algorithm, Part::Tags, &BTreeSet::new()).map(|_| ())
    }

    /// Checks every file that a manifest lists.
    fn listed(
        &mut self,
        file: &str,
        algorithm: Algorithm,
        part: Part,
        to_fetch: &BTreeSet<Mark>,
    ) -> Result<BTreeSet<Mark>, BagProblem> {
        let mut listed = BTreeSet::new();
        self.lines(file, &mut |this, number, line| {
            let Some(entry) = parse_line(&line, algorithm) else {
                this.problems.add(BagProblem::Line { file: file.to_owned(), line: number });
                return Ok(());
            };
            if entry.old_form {
                this.warn(BagWarning::OldForm(file.to_owned()));
            }
            if let Some(problem) = outside(file, &entry.path, part) {
                this.problems.add(problem);
                return Ok(());
            }
            let mark = names::listed_mark(&entry.path);
            if !listed.insert(mark) {
                this.problems.add(BagProblem::ListedTwice { file: file.to_owned(), path: entry.path });
            } else if !to_fetch.contains(&mark) {
                this.compare(file, algorithm, entry.path, &entry.hash);
            }
            bounded(&listed)
        })?;
        Ok(listed)
    }

    fn compare(&mut self, file: &str, algorithm: Algorithm, path: String, hash: &str) {
        let file = file.to_owned();
        let found = match self.open(&path) {
            Ok(Some(mut content)) => algorithm.of(&mut content),
            Ok(None) => return self.problems.add(BagProblem::Missing { file, path }),
            Err(error) => return self.problems.add(error.into()),
        };
        match found {
            Ok((found, _)) if found == hash => {}
            Ok(_) => self.problems.add(BagProblem::Damaged { file, path }),
            Err(error) => self.problems.add(SourceError::Unreadable { path, error }.into()),
        }
    }

    /// Shows `each` the lines of a tag file, numbered from 1, up to the first that cannot be read.
    fn lines(
        &mut self,
        file: &str,
        each: &mut dyn FnMut(&mut Self, u64, String) -> Result<(), BagProblem>,
    ) -> Result<(), BagProblem> {
        let Some(content) = self.open(file)? else { return Ok(()) };
        for (number, line) in (1..).zip(Lines::new(BufReader::new(content))) {
            match line {
                Ok(line) => each(self, number, line)?,
                Err(error) => {
                    let why = format!("line {number}: {error}");
                    self.problems.add(BagProblem::TagFile { file: file.to_owned(), why });
                    break;
                }
            }
        }
        Ok(())
    }
}

impl Inventory {
    fn take(&mut self, path: &str, size: u64) {
        let named = |before: &str| {
            let name = path.strip_prefix(before)?.strip_suffix(".txt")?;
            Some((path.to_owned(), name.to_ascii_lowercase()))
        };
        if is_payload(path) {
            self.has_payload = true;
            self.files += 1;
            self.bytes += size;
        } else if path == member::INFO {
            self.has_info = true;
        } else if path == "fetch.txt" {
            self.has_fetch = true;
        } else if let Some(manifest) = named("manifest-") {
            self.manifests.push(manifest);
        } else if let Some(manifest) = named("tagmanifest-") {
            self.tag_manifests.push(manifest);
        }
    }
}

/// Which part of a bag a manifest speaks of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Payload,
    Tags,
}

fn is_payload(path: &str) -> bool {
    path == member::PAYLOAD || path.strip_prefix(member::PAYLOAD).is_some_and(|below| below.starts_with('/'))
}

/// Says what is wrong with a path in a manifest; nothing is opened before this has been asked.
fn outside(file: &str, path: &str, part: Part) -> Option<BagProblem> {
    let why = match names::check_within(path, limits::MEMBER_PATH_BYTES, limits::DEPTH + 1) {
        Err(reason) => reason.to_string(),
        Ok(()) if is_payload(path) != (part == Part::Payload) => match part {
            Part::Payload => "it is not in the folder data".to_owned(),
            Part::Tags => "it is in the folder data".to_owned(),
        },
        Ok(()) => return None,
    };
    Some(BagProblem::Outside { file: file.to_owned(), path: path.to_owned(), why })
}

fn third_field(line: &str) -> Option<&str> {
    let (_, rest) = line.trim_start().split_once([' ', '\t'])?;
    let (_, path) = rest.trim_start().split_once([' ', '\t'])?;
    Some(path.trim_start()).filter(|path| !path.is_empty())
}

fn bounded(marks: &BTreeSet<Mark>) -> Result<(), BagProblem> {
    if marks.len() as u64 > limits::FILES { Err(BagProblem::TooMany) } else { Ok(()) }
}
