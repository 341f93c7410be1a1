//! The hashes BagIt knows. It is a foreign format that names them in its file names, so they are named here, as
//! `age` names its ciphers, and nowhere else.
//!
//! MD5 and SHA-1 are here for bags that libraries made long ago: they show damage, not forgery, and a bag that has
//! nothing better says so in its warnings.

use std::io::{self, Read, Write};

use comity_journal::suite::Hash;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256, Sha512};

/// A hash a manifest may be made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// Broken; shows damage only.
    Md5,
    /// Broken; shows damage only.
    Sha1,
    /// What packages have.
    Sha256,
    /// The other one RFC 8493 asks for.
    Sha512,
}

impl Algorithm {
    /// The one that a manifest's file name means.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "md5" => Some(Self::Md5),
            "sha1" => Some(Self::Sha1),
            "sha256" => Some(Self::Sha256),
            "sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// Whether a forged file could have the same hash.
    pub fn is_broken(self) -> bool {
        matches!(self, Self::Md5 | Self::Sha1)
    }

    /// Its name in file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// How many hexadecimal digits it has.
    pub(super) fn digits(self) -> usize {
        match self {
            Self::Md5 => 32,
            Self::Sha1 => 40,
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }

    /// The hash of all of `content`, in lower-case hexadecimal, and its size.
    pub(super) fn of(self, content: &mut dyn Read) -> io::Result<(String, u64)> {
        match self {
            Self::Md5 => hash_all::<md5::Md5>(content),
            Self::Sha1 => hash_all::<sha1::Sha1>(content),
            Self::Sha256 => hash_all::<Sha256>(content),
            Self::Sha512 => hash_all::<Sha512>(content),
        }
    }
}

fn hash_all<D: Digest>(content: &mut dyn Read) -> io::Result<(String, u64)> {
    let mut state = D::new();
    let mut buffer = vec![0; 128 * 1024];
    let mut size = 0;
    loop {
        match content.read(&mut buffer) {
            Ok(0) => return Ok((HEXLOWER.encode(&state.finalize()), size)),
            Ok(read) => {
                state.update(&buffer[..read]);
                size += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The hash of a package's own files, taken while they pass.
#[derive(Clone, Default)]
pub(crate) struct Hashing<T> {
    inner: T,
    state: Sha256,
    size: u64,
}

impl<T> Hashing<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self { inner, state: Sha256::new(), size: 0 }
    }

    /// Hash and size of all that passed, and what it passed to or from.
    pub(crate) fn finish(self) -> (Hash, u64, T) {
        (Hash::from_bytes(self.state.finalize().into()), self.size, self.inner)
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.state.update(&buffer[..read]);
        self.size += read as u64;
        Ok(read)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.state.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// The hash of bytes that are at hand.
pub(crate) fn of_bytes(bytes: &[u8]) -> Hash {
    Hash::from_bytes(Sha256::digest(bytes).into())
}
