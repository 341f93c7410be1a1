//! Packs a source into a bag inside a tar, in one pass and constant memory.
//!
//! Invariant: the same source and the same [`Facts`] give the same bytes.

use std::io::{self, Read, Seek as _, Write};

use comity_journal::suite::Hash;

use super::accounts::{Accounts, Closed, Spool};
use super::{BAGIT_TXT, Hashing, manifest_line, member, of_bytes, tagfile};
use crate::folder::{Found, Source, SourceError, SourceFile};
use crate::index::Row;
use crate::names;
use crate::tar::{self, TarError};

/// How much plaintext one group of the sealed package holds: 16 chunks of 64 KiB.
pub const GROUP_BYTES: u64 = crate::groups::GROUP_PLAIN;
/// Bytes of one group's hash.
const LEAF_BYTES: u64 = 32;

/// Where a package's plaintext goes: in earnest, what encrypts it.
pub trait Sink: Write {
    /// How many bytes of plaintext it has taken.
    fn position(&self) -> u64;

    /// The hashes of all groups that are complete at [`Self::position`], 32 bytes each, in their order.
    ///
    /// Complete are `position / GROUP_BYTES` groups, also when the last of them ends exactly here: more plaintext
    /// always follows this call, so none of them holds the last chunk.
    ///
    /// # Errors
    /// When they cannot be read back from where they are kept.
    fn complete_leaves(&mut self) -> io::Result<Box<dyn Read + '_>>;
}

/// What the caller says about a package.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The folder inside the tar under which everything lies: one name.
    pub top: String,
    /// The day on which it is packed, as `YYYY-MM-DD`; goes into `bag-info.txt`.
    pub date: Option<String>,
    /// References under which agencies know it; each is a line of `bag-info.txt`.
    pub identifiers: Vec<String>,
    /// The time that every member carries, in seconds since 1970.
    pub modified: u64,
}

impl Default for Facts {
    fn default() -> Self {
        Self { top: "package".into(), date: None, identifiers: Vec::new(), modified: 0 }
    }
}

/// What was packed, and where the parts lie that a reader needs first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Where the index begins, in bytes from the start of the plaintext.
    pub index_at: u64,
    /// The index's size in bytes.
    pub index_size: u64,
    /// Where the hashes of the groups begin; there are `leaves_at / GROUP_BYTES` of them.
    pub leaves_at: u64,
    /// The whole plaintext, in bytes.
    pub size: u64,
    /// Files of the payload.
    pub files: u64,
    /// Bytes of the payload.
    pub bytes: u64,
}

impl Packed {
    /// Bytes and files of the payload, as BagIt writes them.
    pub fn payload_oxum(&self) -> String {
        format!("{}.{}", self.bytes, self.files)
    }
}

/// Why a source was not packed. What has been written until then is of no use.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// Something in the source.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The tar cannot hold it, or it could not be written.
    #[error(transparent)]
    Tar(#[from] TarError),
    /// Temporary files or the package itself could not be written.
    #[error("the package cannot be written: {0}")]
    Io(#[from] io::Error),
    /// The top folder's name cannot stand.
    #[error("the package's folder cannot be called {0:?}; it must be one plain name")]
    Top(String),
    /// A date or identifier with line ends or other controls, or with spaces around it.
    #[error("{0:?} cannot stand in bag-info.txt: it must be one line without spaces around it")]
    NotOneLine(String),
    /// The sink has been written to before, so that no offset would be right.
    #[error("the package must begin at the start of its plaintext")]
    NotAtStart,
    /// The sink has fewer group hashes than groups.
    #[error("{found} hashes of groups where there should be {expected}")]
    Leaves {
        /// As many as there are complete groups.
        expected: u64,
        /// As many as there were.
        found: u64,
    },
}

/// Packs `source` into `sink`; `progress` hears how many bytes of the payload are done.
///
/// # Errors
/// [`PackError`], which names the file that cannot be packed.
pub fn pack(
    source: &Source,
    facts: &Facts,
    sink: &mut dyn Sink,
    progress: &mut dyn FnMut(u64),
) -> Result<Packed, PackError> {
    check(facts)?;
    if sink.position() != 0 {
        return Err(PackError::NotAtStart);
    }
    let mut packing = Packing { tar: tar::Writer::new(sink, facts.modified), facts, tags: Vec::new() };
    packing.small(member::DECLARATION, BAGIT_TXT)?;
    let accounts = packing.payload(source, progress)?;
    packing.small(member::INFO, tagfile::info(facts, accounts.files, accounts.bytes).as_bytes())?;
    packing.spooled(member::MANIFEST, accounts.manifest)?;
    let index_size = accounts.index.size;
    let index_at = packing.spooled(member::INDEX, accounts.index)?;
    packing.tag_manifest()?;
    let leaves_at = packing.groups()?;
    let size = packing.tar.finish()?.position();
    Ok(Packed { index_at, index_size, leaves_at, size, files: accounts.files, bytes: accounts.bytes })
}

fn check(facts: &Facts) -> Result<(), PackError> {
    if !names::is_name(&facts.top) {
        return Err(PackError::Top(facts.top.clone()));
    }
    match facts.identifiers.iter().chain(&facts.date).find(|text| !is_one_line(text)) {
        Some(text) => Err(PackError::NotOneLine(text.clone())),
        None => Ok(()),
    }
}

fn is_one_line(text: &str) -> bool {
    !text.is_empty() && text.len() <= 1024 && text.trim() == text && !text.chars().any(char::is_control)
}

struct Packing<'a> {
    tar: tar::Writer<&'a mut dyn Sink>,
    facts: &'a Facts,
    tags: Vec<(&'static str, Hash)>,
}

impl Packing<'_> {
    fn path(&self, below: &str) -> String {
        format!("{}/{below}", self.facts.top)
    }

    fn small(&mut self, name: &'static str, bytes: &[u8]) -> Result<(), PackError> {
        self.tags.push((name, of_bytes(bytes)));
        self.tar.file(&self.path(name), bytes.len() as u64, &mut &*bytes)?;
        Ok(())
    }

    fn spooled(&mut self, name: &'static str, mut spool: Spool) -> Result<u64, PackError> {
        self.tags.push((name, spool.hash));
        Ok(self.tar.file(&self.path(name), spool.size, &mut spool.file)?)
    }

    fn payload(&mut self, source: &Source, progress: &mut dyn FnMut(u64)) -> Result<Closed, PackError> {
        let mut accounts = Accounts::new()?;
        let mut done = 0;
        source.walk::<PackError>(&mut |found| match found {
            Found::File(file) => {
                let row = self.payload_file(file, &mut done, progress)?;
                Ok(accounts.enter(&row)?)
            }
            Found::EmptyFolder("") => Ok(self.tar.folder(&self.path(member::PAYLOAD))?),
            Found::EmptyFolder(path) => {
                Ok(self.tar.folder(&self.path(&format!("{}/{path}", member::PAYLOAD)))?)
            }
        })?;
        Ok(accounts.close()?)
    }

    fn payload_file(
        &mut self,
        file: &mut SourceFile,
        done: &mut u64,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Row, PackError> {
        let (path, size) = (file.path().to_owned(), file.size());
        let in_tar = self.path(&format!("{}/{path}", member::PAYLOAD));
        let mut content = Hashing::new(Reported { inner: file, done, progress });
        let offset = self.tar.file(&in_tar, size, &mut content).map_err(|error| match error {
            TarError::OtherSize(_) => SourceError::Changed(path.clone()).into(),
            TarError::Content { error, .. } => SourceError::Unreadable { path: path.clone(), error }.into(),
            other => PackError::Tar(other),
        })?;
        Ok(Row { path, offset, size, hash: content.finish().0 })
    }

    /// Covers every file so far that is not of the payload. It cannot cover itself, nor the groups, which are
    /// judged by the signed root.
    fn tag_manifest(&mut self) -> Result<(), PackError> {
        let text = tag_manifest(std::mem::take(&mut self.tags));
        self.tar.file(&self.path(member::TAG_MANIFEST), text.len() as u64, &mut text.as_bytes())?;
        Ok(())
    }

    /// The hashes of all groups that are complete where this member's content begins. Which these are is settled
    /// before its header is written, for the header must say how long it is.
    fn groups(&mut self) -> Result<u64, PackError> {
        let path = self.path(member::GROUPS);
        let size = self.tar.content_at(&path, 0) / GROUP_BYTES * LEAF_BYTES;
        let at = self.tar.begin_file(&path, size)?;
        // Set aside first: the sink cannot be read from while it is written to.
        let mut spool = tempfile::tempfile()?;
        let found = io::copy(&mut self.tar.inner().complete_leaves()?.take(size), &mut spool)?;
        if found != size {
            return Err(PackError::Leaves { expected: size / LEAF_BYTES, found: found / LEAF_BYTES });
        }
        spool.rewind()?;
        self.tar.content(&path, size, &mut spool)?;
        Ok(at)
    }
}

/// The tag manifest over these files, sorted by path.
pub(crate) fn tag_manifest(mut tags: Vec<(&'static str, Hash)>) -> String {
    tags.sort_unstable();
    tags.iter().map(|(name, hash)| manifest_line(hash, name)).collect()
}

/// Reports how much has been read.
struct Reported<'a> {
    inner: &'a mut SourceFile,
    done: &'a mut u64,
    progress: &'a mut dyn FnMut(u64),
}

impl Read for Reported<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if read > 0 {
            *self.done += read as u64;
            (self.progress)(*self.done);
        }
        Ok(read)
    }
}
