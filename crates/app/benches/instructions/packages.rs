//! A package group by group, on one thread: what its file, disk and other cores add is not here.

use std::io::{self, Cursor, Read as _, Write as _};

use comity_evidence::age::Identity;
use comity_evidence::envelope::Facts;
use comity_evidence::groups::GROUP_PLAIN;
use comity_evidence::sealed::{SealedReader, SealedWriter, Tail};
use comity_testkit::Seeded;

use super::Outcome;
use super::paths::Operation;

fn group() -> Outcome<Vec<u8>> {
    Ok(vec![7; usize::try_from(GROUP_PLAIN)?])
}

/// A group more, sealed to nowhere.
pub(super) fn seal(_: u32) -> Outcome<Operation> {
    let mut entropy = Seeded::new(7);
    let (to, group) = ([Identity::draw(&mut entropy).recipient()], group()?);
    let (output, spool) = (io::empty(), io::empty());
    let mut package =
        SealedWriter::with_helpers(output, &to, Facts::default(), None, spool, &mut entropy, Some(0))?;
    Ok(Box::new(move || Ok(package.write_all(&group)?)))
}

/// The next group of a package in memory.
pub(super) fn open(most: u32) -> Outcome<Operation> {
    let mut entropy = Seeded::new(8);
    let (identity, mut group) = (Identity::draw(&mut entropy), group()?);
    let (to, memory, spool) = ([identity.recipient()], Cursor::new(Vec::new()), io::empty());
    let mut package =
        SealedWriter::with_helpers(memory, &to, Facts::default(), None, spool, &mut entropy, Some(0))?;
    // What is read ahead is there for the last of them, too.
    (0..most + 4).try_for_each(|_| package.write_all(&group))?;
    let sealed = package.finish(Tail::default())?.1;
    let mut plain = SealedReader::read(sealed)?.with_helpers(0).open(&identity)?;
    Ok(Box::new(move || Ok(plain.read_exact(&mut group)?)))
}
