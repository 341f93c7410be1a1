//! Checking a package that is here: envelope, signature, and every stored byte against the signed root. It needs no key.
//!
//! Reads the whole package, so it runs on a thread of its own. Where bytes are wrong it says which group, by the hashes
//! that were kept when the package came.

use std::io::{self, BufReader, Read, Write};

use comity_evidence::groups::{LEAF, count};
use comity_evidence::sealed::{Finding, SealedError, SealedReader};
use comity_store::objects::Objects;

use crate::views::PackageRow;

/// The most wrong groups that are named one by one.
const NAMED: usize = 20;

/// Something that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// It cannot be read as a package at all.
    Unreadable,
    /// An envelope must not be believed.
    Envelope,
    /// Recipients were changed or added without saying so.
    Recipients,
    /// Not signed by who handed it over.
    Signer,
    /// It speaks of another package or another matter.
    Another,
    /// The file was cut, or bytes were added.
    Size,
    /// The bytes are not those that were sealed.
    Content,
}

impl Flaw {
    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Envelope => "envelope",
            Self::Recipients => "recipients",
            Self::Signer => "signer",
            Self::Another => "another",
            Self::Size => "size",
            Self::Content => "content",
        }
    }
}

impl From<&Finding> for Flaw {
    fn from(finding: &Finding) -> Self {
        match finding {
            Finding::Envelope { .. } | Finding::OtherFirst { .. } | Finding::OtherPayload { .. } => {
                Self::Envelope
            }
            Finding::OtherRecipients { .. } | Finding::UnstatedRecipients { .. } => Self::Recipients,
            Finding::Size { .. } => Self::Size,
            Finding::WrongRoot | Finding::Group(_) => Self::Content,
        }
    }
}

/// What checking came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageCheck {
    /// What does not hold; empty when all does.
    pub flaws: Vec<Flaw>,
    /// The first groups whose bytes are not the ones that came, counted from 0.
    pub wrong_groups: Vec<u64>,
    /// How many groups there are.
    pub groups: u64,
}

impl PackageCheck {
    /// Whether everything holds.
    pub fn holds(&self) -> bool {
        self.flaws.is_empty()
    }

    fn of(flaw: Flaw) -> Self {
        Self { flaws: vec![flaw], ..Self::default() }
    }
}

/// Checks a package on the shelf; `progress` hears how many bytes are read. `None` when it is not here.
///
/// # Errors
/// When the disk cannot be read; what does not hold is in the check.
pub fn check_package(
    objects: &Objects,
    row: &PackageRow,
    progress: &mut dyn FnMut(u64),
) -> io::Result<Option<PackageCheck>> {
    let Some(package) = objects.get(&row.package)? else { return Ok(None) };
    let mut sealed = match SealedReader::read(package) {
        Ok(sealed) => sealed,
        Err(SealedError::Io(error)) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
        Err(_) => return Ok(Some(PackageCheck::of(Flaw::Unreadable))),
    };
    let header = sealed.verify_header();
    let mut flaws: Vec<_> = header.findings.iter().map(Flaw::from).collect();
    let author = header.authors.first().and_then(Option::as_ref);
    if author.is_none_or(|author| author.agency != row.by) {
        flaws.push(Flaw::Signer);
    }
    let envelope = sealed.envelope();
    if envelope.root != row.package || envelope.matter != Some(row.matter) {
        flaws.push(Flaw::Another);
    }
    let (groups, payload) = (count(envelope.payload_size), sealed.payload());
    let known: Box<dyn Read> = match objects.leaves(&row.package)? {
        Some(leaves) => Box::new(BufReader::new(leaves)),
        None => Box::new(io::empty()),
    };
    let total = payload.end - payload.start;
    let mut comparing = Comparing { known, number: 0, wrong: Vec::new(), groups, total, progress };
    match sealed.write_leaves(&mut comparing) {
        Ok(()) => {}
        Err(SealedError::Io(error)) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
        Err(_) => flaws.push(Flaw::Content),
    }
    let wrong_groups = comparing.wrong;
    flaws.sort();
    flaws.dedup();
    Ok(Some(PackageCheck { wrong_groups, flaws, groups }))
}

/// Takes the hashes of the groups as they are found on disk and compares them with those that are known.
struct Comparing<'a> {
    known: Box<dyn Read>,
    number: u64,
    wrong: Vec<u64>,
    groups: u64,
    total: u64,
    progress: &'a mut dyn FnMut(u64),
}

impl Write for Comparing<'_> {
    fn write(&mut self, found: &[u8]) -> io::Result<usize> {
        let mut known = [0; LEAF];
        let compared = self.known.read_exact(&mut known).is_ok();
        if compared && known != found && self.wrong.len() < NAMED {
            self.wrong.push(self.number);
        }
        self.number += 1;
        let done = u128::from(self.total) * u128::from(self.number) / u128::from(self.groups.max(1));
        (self.progress)(u64::try_from(done).unwrap_or(self.total));
        Ok(found.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
