//! Manifests: `HASH  PATH`, one line a file, and their lines as read from anybody.
//!
//! Only CR, LF and `%` are percent-encoded in a path (RFC 8493, section 2.1.3).

use std::io::{self, BufRead};

use comity_journal::suite::Hash;

use super::digest::Algorithm;
use crate::limits;

/// The line of one file.
pub(crate) fn manifest_line(hash: &Hash, path: &str) -> String {
    format!("{hash}  {}\n", encode(path))
}

fn encode(path: &str) -> String {
    path.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D")
}

/// The path that is meant; `None` when it holds a `%` that stands for nothing, as programs before RFC 8493 wrote.
fn decode(path: &str) -> Option<String> {
    let mut decoded = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('%') {
        decoded.push_str(before);
        decoded.push(match after.get(..2)?.to_ascii_uppercase().as_str() {
            "0A" => '\n',
            "0D" => '\r',
            "25" => '%',
            _ => return None,
        });
        rest = &after[2..];
    }
    decoded.push_str(rest);
    Some(decoded)
}

/// A line of a manifest.
pub(crate) struct Listed {
    /// The hash, in lower-case hexadecimal.
    pub(crate) hash: String,
    /// The path that is meant.
    pub(crate) path: String,
    /// Whether it is written as older programs wrote it: `*` or `./` before the path, a bare `%` in it.
    pub(crate) old_form: bool,
}

/// Reads a line of a manifest of this algorithm; `None` when it is none.
pub(crate) fn parse_line(line: &str, algorithm: Algorithm) -> Option<Listed> {
    let (hash, path) = line.split_once([' ', '\t'])?;
    if hash.len() != algorithm.digits() || !hash.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let path = path.trim_start_matches([' ', '\t']);
    let plain = path.strip_prefix('*').unwrap_or(path);
    let plain = plain.strip_prefix("./").unwrap_or(plain);
    let decoded = decode(plain);
    let old_form = plain != path || decoded.is_none();
    let path = decoded.unwrap_or_else(|| plain.to_owned());
    (!path.is_empty()).then(|| Listed { hash: hash.to_ascii_lowercase(), path, old_form })
}

/// The lines of a tag file: ended by LF, CR or both, of bounded length, UTF-8.
pub(crate) struct Lines<R> {
    inner: R,
    after_cr: bool,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, after_cr: false }
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let mut any = false;
        loop {
            let bytes = match self.inner.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                bytes => bytes?,
            };
            if std::mem::take(&mut self.after_cr) && bytes.first() == Some(&b'\n') {
                self.inner.consume(1);
                continue;
            }
            if bytes.is_empty() {
                return if any { text(line).map(Some) } else { Ok(None) };
            }
            any = true;
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let part = end.unwrap_or(bytes.len());
            line.extend(&bytes[..part]);
            if line.len() as u64 > limits::MANIFEST_LINE_BYTES {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is longer than 8 KiB"));
            }
            self.after_cr = end.is_some_and(|end| bytes[end] == b'\r');
            self.inner.consume(part + usize::from(end.is_some()));
            if end.is_some() {
                return text(line).map(Some);
            }
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        self.line().transpose()
    }
}

fn text(line: Vec<u8>) -> io::Result<String> {
    String::from_utf8(line).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "a line is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_line_ends_and_the_percent_sign_are_encoded() {
        let path = "data/100% \r\n %0A 张伟 ü.txt";
        let hash = super::super::of_bytes(b"");
        let line = manifest_line(&hash, path);
        assert_eq!(line, format!("{hash}  data/100%25 %0D%0A %250A 张伟 ü.txt\n"));
        let read = parse_line(line.trim_end_matches('\n'), Algorithm::Sha256).unwrap();
        assert_eq!((read.path.as_str(), read.old_form), (path, false));
    }

    #[test]
    fn lines_of_older_programs_are_read_and_marked() {
        let hash = "D41D8CD98F00B204E9800998ECF8427E";
        for line in ["*data/a", "./data/a", "*./data/a"] {
            let read = parse_line(&format!("{hash} \t{line}"), Algorithm::Md5).unwrap();
            assert_eq!((read.path.as_str(), read.old_form), ("data/a", true), "{line}");
            assert_eq!(read.hash, hash.to_ascii_lowercase());
        }
        assert_eq!(parse_line(&format!("{hash}  data/50%"), Algorithm::Md5).unwrap().path, "data/50%");
        for bad in ["", hash, "zz  data/a", &format!("{hash}  "), &format!(" {hash}  data/a")] {
            assert!(parse_line(bad, Algorithm::Md5).is_none(), "{bad}");
        }
        assert!(parse_line(&format!("{hash}  data/a"), Algorithm::Sha256).is_none());
    }

    #[test]
    fn a_line_ends_with_lf_cr_or_both() {
        let lines =
            |bytes: &[u8]| Lines::new(io::BufReader::with_capacity(1, bytes)).collect::<io::Result<Vec<_>>>();
        assert_eq!(lines(b"a\nb\rc\r\nd").unwrap(), ["a", "b", "c", "d"]);
        assert_eq!(lines(b"a\n\n\r\n\r\rb\n").unwrap(), ["a", "", "", "", "", "b"]);
        assert!(lines(b"").unwrap().is_empty());
        assert!(lines(&[b'x'; 9000]).is_err());
        assert!(lines(&[0xff, b'\n']).is_err());
    }
}
