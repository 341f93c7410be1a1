//! A package from end to end: a source sealed into one file, and opened again.
//!
//! Joins the two sides: [`bag`] and [`tar`](crate::tar) make the plaintext, [`sealed`](crate::sealed)
//! encrypts it and vouches for it. Not here: temporary names and renaming of the sealed file.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use comity_journal::card::SealingKey;
use comity_journal::entropy::Entropy;

use crate::age::Identity;
use crate::around::Around;
use crate::bag::{self, Hashing, PackError, Packed};
use crate::envelope::{Envelope, Facts, Sender};
use crate::extract::{self, UnpackError, Unpacked};
use crate::folder::{Source, SourceError};
use crate::index::{IndexError, Row, Rows};
use crate::sealed::{OpenAt, SealedError, SealedReader, SealedWriter, Tail};

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

/// Seals the file or folder at `source` into the empty `output`, to `recipients`; what was packed, and the envelope. The
/// output remains to be synced and named.
///
/// # Errors
/// [`PackageError`], which names the file that stands in the way; `output` is to be thrown away then.
pub fn seal(
    source: &Path,
    bag: &bag::Facts,
    recipients: &[SealingKey],
    facts: Facts,
    sender: Option<Sender<'_>>,
    output: &File,
    entropy: &mut dyn Entropy,
    progress: &mut dyn FnMut(u64),
) -> Result<(Packed, Envelope), PackageError> {
    let source = Source::open(source)?;
    let spool = tempfile::tempfile()?;
    let mut writer = SealedWriter::create(Around::new(output), recipients, facts, sender, spool, entropy)?;
    let packed = bag::pack(&source, bag, &mut writer, progress)?;
    let Packed { index_at, index_size, leaves_at, .. } = packed;
    let (envelope, _) = writer.finish(Tail { index_at, index_size, leaves_at })?;
    Ok((packed, envelope))
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
    let mut contents = Contents::open(sealed, identity)?;
    let row = contents.rows()?.find(path)?;
    let row = row.ok_or_else(|| PackageError::NoSuchFile(path.to_owned()))?;
    Ok(extract::unpack_one(&mut contents.plaintext, &row, target)?)
}

/// What is in a sealed package, opened to be looked at: its index, and single files. Nothing but header, tail and what is
/// asked for is read, and every group of it is checked against the signed root before it is opened.
pub struct Contents {
    plaintext: OpenAt<File, File>,
}

impl Contents {
    /// Opens a sealed file for who holds `identity`.
    ///
    /// # Errors
    /// [`PackageError`] when it is not sealed to it, or header and tail are not what was sealed.
    pub fn open(sealed: File, identity: &Identity) -> Result<Self, PackageError> {
        // The spool takes hashes, nothing of the content.
        Ok(Self { plaintext: SealedReader::read(sealed)?.open_at(identity, tempfile::tempfile()?)? })
    }

    /// The rows of the index, from the first.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub fn rows(&mut self) -> Result<Rows<impl Read + '_>, PackageError> {
        let (at, size) = (self.plaintext.envelope().index_at, self.plaintext.envelope().index_size);
        self.plaintext.seek(SeekFrom::Start(at))?;
        Ok(Rows::new(BufReader::new((&mut self.plaintext).take(size))))
    }

    /// The file of a row, to be read from beginning to end.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub fn into_file(mut self, row: Row) -> Result<FileReader, PackageError> {
        self.plaintext.seek(SeekFrom::Start(row.offset))?;
        let content = Hashing::new(self.plaintext.take(row.size));
        Ok(FileReader { content: Some(content), row })
    }
}

/// One file of a sealed package, read in constant memory. Its end comes without an error only if it is as listed.
pub struct FileReader {
    content: Option<Hashing<io::Take<OpenAt<File, File>>>>,
    row: Row,
}

impl FileReader {
    /// What the index says of it.
    pub fn row(&self) -> &Row {
        &self.row
    }
}

impl Read for FileReader {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let Some(content) = &mut self.content else { return Ok(0) };
        let read = content.read(target)?;
        if read > 0 || target.is_empty() {
            return Ok(read);
        }
        let finished = self.content.take().map(Hashing::finish);
        let as_listed =
            finished.is_some_and(|(hash, size, _)| size == self.row.size && hash == self.row.hash);
        if as_listed { Ok(0) } else { Err(io::Error::other("a file is not what the index lists")) }
    }
}
