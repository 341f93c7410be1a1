//! Writes a package's files out: all of them, or one.
//!
//! Everything is written into a fresh folder beside the target, by folder handles, each file new (`O_EXCL`) and no
//! link followed. Meanwhile the accounts of the package are kept anew and compared with what the package says of
//! itself. Only then is the folder renamed to the target, in one step. Whatever goes wrong before that, the fresh
//! folder is removed and nothing else was ever written.
//!
//! Not here: whether the plaintext is genuine; what decrypts it says so, at the latest when it is read to its end.
//! Invariant: a target that exists is a complete bag of exactly the form in which packages are written.

mod differences;
mod fresh;

use std::fs::{File, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use comity_journal::suite::Hash;

use self::fresh::{Fresh, place};
use crate::bag::{
    Accounts, BAGIT_TXT, Closed, GROUP_BYTES, Hashing, Spool, member, of_bytes, parse_info, payload_oxum,
    tag_manifest,
};
use crate::index::Row;
use crate::limits;
use crate::names::{self, InOrder, Misplaced};
use crate::tar::{self, Kind, Member, TarError};

/// What was written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// Files of the payload.
    pub files: u64,
    /// Bytes of the payload.
    pub bytes: u64,
    /// Labels and values of `bag-info.txt`, in their order.
    pub info: Vec<(String, String)>,
}

/// Why nothing was written out.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// The tar inside, or what lies below it.
    #[error(transparent)]
    Tar(#[from] TarError),
    /// The target exists.
    #[error("{0:?} exists already; choose another name, nothing is overwritten")]
    TargetExists(PathBuf),
    /// The target has no name or no folder.
    #[error("{0:?} cannot be made: it needs a name in a folder that exists")]
    NoTarget(PathBuf),
    /// Writing failed.
    #[error("{path:?} cannot be written: {error}")]
    Write {
        /// Which file or folder.
        path: String,
        /// What the machine says.
        #[source]
        error: io::Error,
    },
    /// A member that does not belong at this place.
    #[error("the package holds {found:?} where {expected} should be")]
    Unexpected {
        /// What is there.
        found: String,
        /// What should be there.
        expected: &'static str,
    },
    /// It ends before its last member.
    #[error("the package ends where {0} should be")]
    Ends(&'static str),
    /// Two names that some machines take for one.
    #[error("{0:?} differs from another name only in case or Unicode form")]
    Twin(String),
    /// A file that has another content than listed.
    #[error("{path:?} is not what {listed_in} lists")]
    Damaged {
        /// Which file.
        path: String,
        /// Where it is listed.
        listed_in: &'static str,
    },
    /// Listed and not there.
    #[error("{path:?} is listed in {listed_in} and missing")]
    Missing {
        /// Which file.
        path: String,
        /// Where it is listed.
        listed_in: &'static str,
    },
    /// There and not listed.
    #[error("{path:?} is in the package and not listed in {missing_in}")]
    NotListed {
        /// Which file.
        path: String,
        /// Where it is not listed.
        missing_in: &'static str,
    },
    /// A file of the package's own that is not as it must be.
    #[error("{file} is not as it must be: {why}")]
    TagFile {
        /// Which one.
        file: &'static str,
        /// What is wrong.
        why: &'static str,
    },
}

/// Writes all files of the package below `target`, which must not exist; `progress` hears how many bytes of the
/// plaintext are read.
///
/// # Errors
/// [`UnpackError`]; then there is no target and nothing is left behind.
pub fn unpack(
    plaintext: &mut dyn Read,
    target: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<Unpacked, UnpackError> {
    let fresh = Fresh::beside(target)?;
    let mut unpacking = Unpacking { tar: tar::Reader::ours(plaintext), fresh, top: String::new(), progress };
    let unpacked = unpacking.all()?;
    unpacking.fresh.publish()?;
    Ok(unpacked)
}

/// Writes the one file that `row` of a package's index speaks of to `target`, which must not exist. `plaintext` is
/// read at that place only.
///
/// # Errors
/// [`UnpackError`]; then there is no target and nothing is left behind.
pub fn unpack_one(plaintext: &mut (impl Read + Seek), row: &Row, target: &Path) -> Result<(), UnpackError> {
    let failed = |error| UnpackError::Write { path: target.display().to_string(), error };
    let (above, _) = place(target)?;
    let mut file = tempfile::Builder::new()
        .prefix(".")
        .suffix(".unpacking")
        .permissions(Permissions::from_mode(0o600))
        .tempfile_in(above)
        .map_err(failed)?;
    plaintext.seek(SeekFrom::Start(row.offset)).map_err(TarError::Io)?;
    let mut content = Hashing::new(plaintext.take(row.size));
    copy(&mut content, file.as_file_mut(), &row.path)?;
    let (hash, size, _) = content.finish();
    if size != row.size {
        return Err(TarError::Truncated.into());
    }
    if hash != row.hash {
        return Err(UnpackError::Damaged { path: row.path.clone(), listed_in: member::INDEX });
    }
    match file.persist_noclobber(target) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(UnpackError::TargetExists(target.to_owned()))
        }
        Err(error) => Err(failed(error.error)),
    }
}

struct Unpacking<'a> {
    tar: tar::Reader<&'a mut dyn Read>,
    fresh: Fresh,
    top: String,
    progress: &'a mut dyn FnMut(u64),
}

impl Unpacking<'_> {
    /// Goes through the members in the order that every package has.
    fn all(&mut self) -> Result<Unpacked, UnpackError> {
        let declaration = self.declaration()?;
        let (closed, info_member) = self.payload()?;
        let (info_hash, info) = self.info(&info_member, &closed)?;
        let Closed { manifest, index, files, bytes } = closed;
        let manifest_hash = self.compared(member::MANIFEST, manifest, differences::in_manifest)?;
        let index_hash = self.compared(member::INDEX, index, differences::in_index)?;
        self.tag_manifest(vec![
            (member::DECLARATION, declaration),
            (member::INFO, info_hash),
            (member::MANIFEST, manifest_hash),
            (member::INDEX, index_hash),
        ])?;
        self.groups()?;
        match self.tar.next_member()? {
            None => Ok(Unpacked { files, bytes, info }),
            Some(more) => Err(UnpackError::Unexpected { found: more.path, expected: "the end" }),
        }
    }

    /// The next member, which must be this file of the package's own.
    fn expect(&mut self, name: &'static str) -> Result<Member, UnpackError> {
        let found = self.tar.next_member()?.ok_or(UnpackError::Ends(name))?;
        self.is(&found, name)
            .then_some(())
            .ok_or(UnpackError::Unexpected { found: found.path.clone(), expected: name })?;
        Ok(found)
    }

    fn is(&self, found: &Member, name: &str) -> bool {
        found.kind == Kind::File && self.below_top(&found.path) == Some(name)
    }

    fn below_top<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix(self.top.as_str())?.strip_prefix('/')
    }

    /// The first member, which also tells what the top folder is called.
    fn declaration(&mut self) -> Result<Hash, UnpackError> {
        let found = self.tar.next_member()?.ok_or(UnpackError::Ends(member::DECLARATION))?;
        let top = found.path.strip_suffix(member::DECLARATION).and_then(|top| top.strip_suffix('/'));
        let Some(top) = top.filter(|top| names::is_name(top)) else {
            return Err(UnpackError::Unexpected { found: found.path, expected: member::DECLARATION });
        };
        top.clone_into(&mut self.top);
        let bytes = self.small(member::DECLARATION, &found)?;
        if bytes != BAGIT_TXT {
            return Err(UnpackError::TagFile {
                file: member::DECLARATION,
                why: "it declares another kind of bag",
            });
        }
        Ok(of_bytes(&bytes))
    }

    /// Writes out the payload and keeps accounts of it; also returns the first member behind it.
    fn payload(&mut self) -> Result<(Closed, Member), UnpackError> {
        let mut accounts = Accounts::new().map_err(spooling)?;
        let mut order = InOrder::default();
        self.fresh.folder(member::PAYLOAD)?;
        let mut nothing_yet = true;
        loop {
            let found = self.tar.next_member()?.ok_or(UnpackError::Ends(member::INFO))?;
            let below = self.below_top(&found.path).and_then(|path| path.strip_prefix(member::PAYLOAD));
            let path = match below {
                // The payload itself has a member only when it is empty.
                Some("") if found.kind == Kind::Folder && nothing_yet => {
                    let next = self.expect(member::INFO)?;
                    return Ok((accounts.close().map_err(spooling)?, next));
                }
                Some(path) if path.starts_with('/') => path[1..].to_owned(),
                _ if nothing_yet || !self.is(&found, member::INFO) => {
                    let expected = "a file below data, or bag-info.txt behind them,";
                    return Err(UnpackError::Unexpected { found: found.path, expected });
                }
                _ => return Ok((accounts.close().map_err(spooling)?, found)),
            };
            nothing_yet = false;
            self.payload_member(&found, path, &mut order, &mut accounts)?;
        }
    }

    fn payload_member(
        &mut self,
        found: &Member,
        path: String,
        order: &mut InOrder,
        accounts: &mut Accounts,
    ) -> Result<(), UnpackError> {
        names::check(&path).map_err(|reason| TarError::Path { path: path.clone(), reason })?;
        let sorted_as = if found.kind == Kind::Folder { format!("{path}/") } else { path.clone() };
        order.next(&sorted_as).map_err(|reason| match reason {
            Misplaced::OutOfOrder => {
                UnpackError::Unexpected { found: found.path.clone(), expected: "a path that sorts later" }
            }
            Misplaced::Twin => UnpackError::Twin(path.clone()),
            Misplaced::TooMany => TarError::TooMany.into(),
        })?;
        let on_disk = format!("{}/{path}", member::PAYLOAD);
        if found.kind == Kind::Folder {
            return self.fresh.folder(&on_disk);
        }
        let (hash, size) = self.write_out(&on_disk)?;
        if accounts.files() >= limits::FILES {
            return Err(TarError::TooMany.into());
        }
        accounts.enter(&Row { path, offset: found.content_at, size, hash }).map_err(spooling)
    }

    /// Writes the present member's content to a new file.
    fn write_out(&mut self, path: &str) -> Result<(Hash, u64), UnpackError> {
        let mut file = self.fresh.file(path)?;
        let mut content = Hashing::new(Reported { tar: &mut self.tar, progress: self.progress });
        copy(&mut content, &mut file, path)?;
        let (hash, size, _) = content.finish();
        Ok((hash, size))
    }

    /// Writes out a small file of the package's own and returns its content.
    fn small(&mut self, name: &'static str, found: &Member) -> Result<Vec<u8>, UnpackError> {
        if found.size > limits::TAG_FILE_BYTES {
            return Err(UnpackError::TagFile { file: name, why: "it is larger than 1 MiB" });
        }
        let mut bytes = Vec::new();
        self.tar.read_to_end(&mut bytes).map_err(tar::truncated)?;
        let failed = |error| UnpackError::Write { path: name.to_owned(), error };
        self.fresh.file(name)?.write_all(&bytes).map_err(failed)?;
        Ok(bytes)
    }

    fn info(
        &mut self,
        found: &Member,
        closed: &Closed,
    ) -> Result<(Hash, Vec<(String, String)>), UnpackError> {
        let bytes = self.small(member::INFO, found)?;
        let wrong = |why| UnpackError::TagFile { file: member::INFO, why };
        let text = std::str::from_utf8(&bytes).map_err(|_| wrong("it is not UTF-8"))?;
        let info = parse_info(text).map_err(wrong)?;
        if payload_oxum(&info).map_err(wrong)? != Some((closed.bytes, closed.files)) {
            return Err(wrong("its Payload-Oxum is not that of the files"));
        }
        Ok((of_bytes(&bytes), info))
    }

    /// Writes out a file that must be exactly what the accounts say; otherwise `explain` finds the first difference.
    fn compared(
        &mut self,
        name: &'static str,
        accounts: Spool,
        explain: fn(File, File) -> Option<UnpackError>,
    ) -> Result<Hash, UnpackError> {
        self.expect(name)?;
        let (hash, _) = self.write_out(name)?;
        if hash == accounts.hash {
            return Ok(hash);
        }
        let theirs = self.fresh.written(name)?;
        let general =
            UnpackError::TagFile { file: name, why: "it does not list the files that are in the package" };
        Err(explain(theirs, accounts.file).unwrap_or(general))
    }

    fn tag_manifest(&mut self, tags: Vec<(&'static str, Hash)>) -> Result<(), UnpackError> {
        let found = self.expect(member::TAG_MANIFEST)?;
        if self.small(member::TAG_MANIFEST, &found)? == tag_manifest(tags).into_bytes() {
            return Ok(());
        }
        let why = "it does not list the package's own files as they are";
        Err(UnpackError::TagFile { file: member::TAG_MANIFEST, why })
    }

    /// The hashes of groups are judged by whoever has the ciphertext; here only their number can be wrong.
    fn groups(&mut self) -> Result<(), UnpackError> {
        let found = self.expect(member::GROUPS)?;
        if found.size != found.content_at / GROUP_BYTES * 32 {
            return Err(UnpackError::TagFile {
                file: member::GROUPS,
                why: "it has not one hash for each group",
            });
        }
        self.write_out(member::GROUPS).map(|_| ())
    }
}

struct Reported<'a, 'b> {
    tar: &'a mut tar::Reader<&'b mut dyn Read>,
    progress: &'a mut dyn FnMut(u64),
}

impl Read for Reported<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.tar.read(buffer)?;
        (self.progress)(self.tar.position());
        Ok(read)
    }
}

/// Copies, and tells a source that fails from a disk that is full.
fn copy(from: &mut dyn Read, to: &mut File, path: &str) -> Result<(), UnpackError> {
    let mut buffer = vec![0; 128 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => to
                .write_all(&buffer[..read])
                .map_err(|error| UnpackError::Write { path: path.to_owned(), error })?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(tar::truncated(error).into()),
        }
    }
}

fn spooling(error: io::Error) -> UnpackError {
    UnpackError::Write { path: "a temporary file".to_owned(), error }
}
