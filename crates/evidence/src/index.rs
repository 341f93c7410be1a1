//! The index of a package: where each file's content lies in the plaintext, how long it is and what its hash is.
//!
//! It is a CBOR sequence (RFC 8742), one row a file: `[path, offset, size, hash]`, in the order of the paths' bytes.
//! So one file of 20,000 is found by reading the index up to it, opened alone and checked alone. Paths are those
//! within the sealed folder, exactly as they are in the tar; they are file names, not prose, and may hold what
//! text that is signed elsewhere in this project may not: Arabic names have direction marks in them.
//!
//! Not here: whether the index itself is genuine; that is the package's signed root. Invariant: every row has one
//! encoding, rows come sorted, and none is read into memory but the one at hand.

use std::io::{self, Read, Write};

use comity_journal::suite::Hash;

use crate::names::{self, BadPath};

/// Where a file of the package is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its path within the sealed folder.
    pub path: String,
    /// Where its content begins, in bytes from the start of the plaintext.
    pub offset: u64,
    /// Its size in bytes.
    pub size: u64,
    /// The hash of its content.
    pub hash: Hash,
}

/// Why an index cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// What lies below failed, or the index ends in the middle of a row.
    #[error("the index cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Not the one form a row has.
    #[error("the index is damaged: row {0} is not of the form [path, offset, size, hash]")]
    NotARow(u64),
    /// A path no package may hold.
    #[error("the index names {path:?}, which is refused: {reason}")]
    Path {
        /// The path.
        path: String,
        /// Why.
        #[source]
        reason: BadPath,
    },
    /// Rows that are not sorted, or two for one path.
    #[error("the index is out of order at {0:?}")]
    OutOfOrder(String),
}

impl Row {
    /// Writes the row's one encoding.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write(&self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(self.path.len() + 64);
        head(&mut bytes, ARRAY, 4);
        head(&mut bytes, TEXT, self.path.len() as u64);
        bytes.extend(self.path.as_bytes());
        head(&mut bytes, UNSIGNED, self.offset);
        head(&mut bytes, UNSIGNED, self.size);
        head(&mut bytes, BYTES, HASH_BYTES as u64);
        bytes.extend(self.hash.as_bytes());
        out.write_all(&bytes)
    }
}

/// The rows of an index, read one after the other. Stops at the first error.
pub struct Rows<R> {
    inner: R,
    read: u64,
    last: String,
    broken: bool,
}

impl<R: Read> Rows<R> {
    /// Reads rows from `inner`, which should be buffered.
    pub fn new(inner: R) -> Self {
        Self { inner, read: 0, last: String::new(), broken: false }
    }

    /// The row of `path`, reading no further than its place.
    ///
    /// # Errors
    /// [`IndexError`] for whatever is wrong on the way there.
    pub fn find(mut self, path: &str) -> Result<Option<Row>, IndexError> {
        loop {
            match self.next_row()? {
                Some(row) if row.path.as_str() < path => {}
                Some(row) if row.path == path => return Ok(Some(row)),
                _ => return Ok(None),
            }
        }
    }

    fn next_row(&mut self) -> Result<Option<Row>, IndexError> {
        if self.broken {
            return Ok(None);
        }
        let row = self.row();
        self.broken = row.is_err();
        row
    }

    fn row(&mut self) -> Result<Option<Row>, IndexError> {
        let mut first = [0];
        loop {
            match self.inner.read(&mut first) {
                Ok(0) => return Ok(None),
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.read += 1;
        if first[0] != ARRAY | 4 {
            return Err(IndexError::NotARow(self.read));
        }
        let length = self.number(TEXT, crate::limits::PATH_BYTES as u64)?;
        let path = String::from_utf8(self.bytes(length)?).map_err(|_| IndexError::NotARow(self.read))?;
        let offset = self.number(UNSIGNED, crate::limits::PACKAGE_BYTES)?;
        let size = self.number(UNSIGNED, crate::limits::PACKAGE_BYTES)?;
        let length = self.number(BYTES, HASH_BYTES as u64)?;
        let hash = Hash::from_slice(&self.bytes(length)?).ok_or(IndexError::NotARow(self.read))?;
        names::check(&path).map_err(|reason| IndexError::Path { path: path.clone(), reason })?;
        if path <= self.last {
            return Err(IndexError::OutOfOrder(path));
        }
        self.last.clone_from(&path);
        Ok(Some(Row { path, offset, size, hash }))
    }

    fn bytes(&mut self, length: u64) -> Result<Vec<u8>, IndexError> {
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        self.inner.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// The number of a head of this kind, in its shortest form and not beyond `most`.
    fn number(&mut self, kind: u8, most: u64) -> Result<u64, IndexError> {
        let mut first = [0];
        self.inner.read_exact(&mut first)?;
        let wide = match first[0] & 0x1f {
            small @ 0..24 => {
                return self.judge(first[0] & 0xe0 == kind && u64::from(small) <= most, small.into());
            }
            wide @ 24..28 => 1_usize << (wide - 24),
            _ => return Err(IndexError::NotARow(self.read)),
        };
        let mut bytes = [0; 8];
        self.inner.read_exact(&mut bytes[8 - wide..])?;
        let number = u64::from_be_bytes(bytes);
        let mut shortest = Vec::with_capacity(9);
        head(&mut shortest, kind, number);
        self.judge(shortest.len() == wide + 1 && shortest[0] == first[0] && number <= most, number)
    }

    fn judge(&self, holds: bool, number: u64) -> Result<u64, IndexError> {
        if holds { Ok(number) } else { Err(IndexError::NotARow(self.read)) }
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<Row, IndexError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().transpose()
    }
}

/// Kinds of CBOR items, in the three highest bits of the first byte.
const UNSIGNED: u8 = 0x00;
const BYTES: u8 = 0x40;
const TEXT: u8 = 0x60;
const ARRAY: u8 = 0x80;
const HASH_BYTES: usize = 32;

/// The shortest head of a CBOR item.
fn head(out: &mut Vec<u8>, kind: u8, number: u64) {
    let bytes = number.to_be_bytes();
    let (mark, wide) = match number {
        0..24 => return out.push(kind | bytes[7]),
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    out.push(kind | mark);
    out.extend(&bytes[8 - wide..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_journal::suite::hash;

    fn rows() -> Vec<Row> {
        let sizes = [0, 23, 24, 255, 256, 65_535, 65_536, u64::from(u32::MAX), 1 << 40, 16 << 40];
        let mut rows: Vec<Row> = sizes
            .iter()
            .map(|&size| Row {
                path: format!("卷宗/{size:020}"),
                offset: size / 2,
                size,
                hash: hash(&[&[1]]),
            })
            .collect();
        rows.push(Row { path: "张伟 \u{e9}\u{200f}.pdf".into(), offset: 1, size: 2, hash: hash(&[&[2]]) });
        rows.sort_by(|a, b| a.path.cmp(&b.path));
        rows
    }

    fn written(rows: &[Row]) -> Vec<u8> {
        let mut bytes = Vec::new();
        rows.iter().for_each(|row| row.write(&mut bytes).unwrap());
        bytes
    }

    #[test]
    fn what_is_written_is_read_and_found() {
        let bytes = written(&rows());
        assert_eq!(Rows::new(&bytes[..]).collect::<Result<Vec<_>, _>>().unwrap(), rows());
        for row in rows() {
            assert_eq!(Rows::new(&bytes[..]).find(&row.path).unwrap(), Some(row));
        }
        for absent in ["", "a", "卷宗", "卷宗/0", "龙"] {
            assert_eq!(Rows::new(&bytes[..]).find(absent).unwrap(), None, "{absent}");
        }
    }

    #[test]
    fn a_row_is_the_same_for_any_cbor_reader() {
        for row in rows() {
            let bytes = written(std::slice::from_ref(&row));
            let expected = (row.path.clone(), row.offset, row.size, row.hash);
            assert_eq!(comity_journal::cbor::encode(&expected), bytes);
        }
    }

    #[test]
    fn a_search_reads_no_further_than_the_place() {
        let all = rows();
        let mut bytes = written(&all[..3]);
        bytes.extend([0xff; 8]);
        assert_eq!(Rows::new(&bytes[..]).find(&all[1].path).unwrap().as_ref(), Some(&all[1]));
        assert!(Rows::new(&bytes[..]).find("龙").is_err());
    }

    #[test]
    fn a_damaged_index_is_refused() {
        let all = rows();
        let bytes = written(&all);
        for length in 1..bytes.len() {
            let rows: Result<Vec<_>, _> = Rows::new(&bytes[..length]).collect();
            let whole = (0..all.len()).any(|rows| written(&all[..rows]).len() == length);
            assert_eq!(rows.is_ok(), whole, "{length}");
        }
        let one = |path: &str| written(&[Row { path: path.into(), offset: 1, size: 2, hash: hash(&[]) }]);
        assert!(matches!(Rows::new(&one("../x")[..]).next(), Some(Err(IndexError::Path { .. }))));
        let twice = [one("b"), one("b")].concat();
        assert!(
            matches!(Rows::new(&twice[..]).last(), Some(Err(IndexError::OutOfOrder(path))) if path == "b")
        );
        // The offset 1 written in two bytes where one would do.
        let mut longer = one("b");
        longer.splice(3..4, [0x18, 1]);
        assert!(matches!(Rows::new(&longer[..]).next(), Some(Err(IndexError::NotARow(1)))));
        let mut endless = Rows::new(&longer[..]);
        assert!(endless.next().is_some_and(|row| row.is_err()) && endless.next().is_none());
    }
}
