//! Writes a tar from front to back, in the one form that [`super::Reader::ours`] accepts.

use std::io::{self, Read, Write};

use super::{BLOCK, Kind, Member, TarError, header};
use crate::limits;
use crate::names;

/// How much is read and handed on at once.
const BUFFER: usize = 128 * 1024;

/// A tar that is being written.
pub struct Writer<W> {
    inner: W,
    at: u64,
    modified: u64,
    buffer: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// A tar whose members all carry `modified`, in seconds since 1970, as the time of their last change.
    pub fn new(inner: W, modified: u64) -> Self {
        // Eleven octal digits are what the header holds; the year 2242 lies within.
        Self { inner, at: 0, modified: modified.min((8 << 30) - 1), buffer: vec![0; BUFFER] }
    }

    /// How many bytes have been written.
    pub fn position(&self) -> u64 {
        self.at
    }

    /// What the tar is written into.
    pub fn inner(&mut self) -> &mut W {
        &mut self.inner
    }

    /// Where the content of a file with this path and size would begin if it came next.
    pub fn content_at(&self, path: &str, size: u64) -> u64 {
        self.at + header::length(&self.head(path, Kind::File, size))
    }

    /// Writes a folder. Folders that hold something need no member of their own.
    ///
    /// # Errors
    /// [`TarError`] for a path that cannot stand, or when writing fails.
    pub fn folder(&mut self, path: &str) -> Result<(), TarError> {
        self.header(&self.head(path, Kind::Folder, 0)).map(|_| ())
    }

    /// Writes a file of exactly `size` bytes from `content`, and says where its content begins.
    ///
    /// # Errors
    /// [`TarError::OtherSize`] when `content` has more or fewer bytes, [`TarError::Content`] when it cannot be
    /// read, and as [`Self::folder`]. The tar is of no use after an error.
    pub fn file(&mut self, path: &str, size: u64, content: &mut dyn Read) -> Result<u64, TarError> {
        let at = self.begin_file(path, size)?;
        self.content(path, size, content)?;
        Ok(at)
    }

    /// Writes only what stands before a file's content; [`Self::content`] must follow, with the same size.
    pub(crate) fn begin_file(&mut self, path: &str, size: u64) -> Result<u64, TarError> {
        self.header(&self.head(path, Kind::File, size))
    }

    /// Writes the content of the file just begun.
    pub(crate) fn content(&mut self, path: &str, size: u64, content: &mut dyn Read) -> Result<(), TarError> {
        let mut left = size;
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(BUFFER);
            let read = self.read(path, content, most)?;
            if read == 0 {
                return Err(TarError::OtherSize(path.to_owned()));
            }
            self.inner.write_all(&self.buffer[..read])?;
            left -= read as u64;
        }
        if self.read(path, content, 1)? > 0 {
            return Err(TarError::OtherSize(path.to_owned()));
        }
        let padding = size.next_multiple_of(BLOCK as u64) - size;
        self.inner.write_all(&[0; BLOCK][..usize::try_from(padding).unwrap_or(0)])?;
        self.at += size + padding;
        Ok(())
    }

    /// Writes the end mark and hands back what the tar was written into.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.inner.write_all(&[0; 2 * BLOCK])?;
        Ok(self.inner)
    }

    fn read(&mut self, path: &str, content: &mut dyn Read, most: usize) -> Result<usize, TarError> {
        loop {
            match content.read(&mut self.buffer[..most]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read.map_err(|error| TarError::Content { path: path.to_owned(), error }),
            }
        }
    }

    fn head(&self, path: &str, kind: Kind, size: u64) -> Member {
        Member { path: path.to_owned(), kind, size, modified: self.modified, content_at: 0 }
    }

    fn header(&mut self, member: &Member) -> Result<u64, TarError> {
        names::check_within(&member.path, limits::MEMBER_PATH_BYTES, limits::DEPTH + 2)
            .map_err(|reason| TarError::Path { path: member.path.clone(), reason })?;
        let bytes = header::encode(member);
        self.inner.write_all(&bytes)?;
        self.at += bytes.len() as u64;
        if self.at.saturating_add(member.size) > limits::PACKAGE_BYTES {
            return Err(TarError::Size { path: member.path.clone() });
        }
        Ok(self.at)
    }
}
