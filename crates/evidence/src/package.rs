//! A package from end to end: a source sealed into one file, and opened again.
//!
//! Joins the two sides: [`bag`] and [`tar`](crate::tar) make the plaintext, [`sealed`](crate::sealed)
//! encrypts it and vouches for it. Not here: temporary names and renaming of the sealed file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use comity_journal::card::SealingKey;
use comity_journal::entropy::Entropy;

use crate::age::Identity;
use crate::bag::{self, PackError, Packed};
use crate::envelope::{Envelope, Facts, Sender};
use crate::extract::{self, UnpackError, Unpacked};
use crate::folder::{Source, SourceError};
use crate::index::{IndexError, Rows};
use crate::sealed::{SealedError, SealedReader, SealedWriter, Tail};

/// Why a package was not made or not opened.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// The source cannot be read as it must be.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// It cannot be packed.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// It cannot be sealed or opened.
    #[error(transparent)]
    Sealed(#[from] SealedError),
    /// What is inside cannot be written out.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// The index inside cannot be read.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// There is no such file inside.
    #[error("the package holds no file {0:?}")]
    NoSuchFile(String),
    /// A temporary file.
    #[error("a temporary file: {0}")]
    Io(#[from] io::Error),
}

/// Seals the file or folder at `source` into the empty `output`, to `recipients`; what was packed, the envelope, and
/// the output, to be synced and named.
///
/// # Errors
/// [`PackageError`], which names the file that stands in the way; `output` is to be thrown away then.
pub fn seal<W: Write + Seek>(
    source: &Path,
    bag: &bag::Facts,
    recipients: &[SealingKey],
    facts: Facts,
    sender: Option<Sender<'_>>,
    output: W,
    entropy: &mut dyn Entropy,
    progress: &mut dyn FnMut(u64),
) -> Result<(Packed, Envelope, W), PackageError> {
    let source = Source::open(source)?;
    let spool = tempfile::tempfile()?;
    let mut writer = SealedWriter::create(output, recipients, facts, sender, spool, entropy)?;
    let packed = bag::pack(&source, bag, &mut writer, progress)?;
    let Packed { index_at, index_size, leaves_at, .. } = packed;
    let (envelope, output) = writer.finish(Tail { index_at, index_size, leaves_at })?;
    Ok((packed, envelope, output))
}

/// Opens a sealed file and writes all that is in it below `target`, which must not exist.
///
/// # Errors
/// [`PackageError`]; then nothing is left at the target.
pub fn open(
    sealed: File,
    identity: &Identity,
    target: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<Unpacked, PackageError> {
    let mut plaintext = SealedReader::read(sealed)?.open(identity)?;
    Ok(extract::unpack(&mut plaintext, target, progress)?)
}

/// Opens one file of a sealed package, by its path inside, and writes it to `target`, which must not exist. Reads
/// nothing but header, tail, and the groups that hold the file.
///
/// # Errors
/// [`PackageError::NoSuchFile`] and the others; then nothing is left at the target.
pub fn open_one(sealed: File, identity: &Identity, path: &str, target: &Path) -> Result<(), PackageError> {
    let mut plaintext = SealedReader::read(sealed)?.open_at(identity, tempfile::tempfile()?)?;
    let (index_at, index_size) = (plaintext.envelope().index_at, plaintext.envelope().index_size);
    plaintext.seek(SeekFrom::Start(index_at))?;
    let row = Rows::new((&mut plaintext).take(index_size)).find(path)?;
    let row = row.ok_or_else(|| PackageError::NoSuchFile(path.to_owned()))?;
    Ok(extract::unpack_one(&mut plaintext, &row, target)?)
}
