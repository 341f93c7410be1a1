//! Reads a tar from front to back, believing nothing.
//!
//! Invariant: a [`Member`] handed out is a file or folder with a checked path that did not come before (foreign
//! tars) or stands in exactly the bytes the writer would have made (our own).

use std::io::{self, Read};

use super::{BLOCK, Kind, Member, TarError, header, pax};
use crate::limits;
use crate::names::{self, BadPath, Misplaced, Seen};

/// A tar that is being read: [`Reader::next_member`], then the member's content through [`Read`].
///
/// A read that ends before the member does fails with [`io::ErrorKind::UnexpectedEof`]; 0 bytes mean that the
/// member is complete.
pub struct Reader<R> {
    inner: R,
    /// Bytes taken from `inner`.
    at: u64,
    /// Content of the present member still to come, and what fills up its last block.
    left: u64,
    padding: u64,
    measure: Measure,
    ended: bool,
    buffer: Vec<u8>,
}

enum Measure {
    Ours,
    Foreign(Seen),
}

/// What extended headers said about the member that follows.
#[derive(Default)]
struct Announced {
    at: u64,
    /// All header bytes, for comparison with what the writer makes.
    raw: Vec<u8>,
    extended: usize,
    long_name: Option<Vec<u8>>,
    long_link: bool,
    records: Option<pax::Records>,
}

impl<R: Read> Reader<R> {
    /// Reads a tar that must be exactly as [`super::Writer`] makes it.
    pub fn ours(inner: R) -> Self {
        Self::new(inner, Measure::Ours)
    }

    /// Reads a tar that GNU tar or bsdtar made.
    pub fn foreign(inner: R) -> Self {
        Self::new(inner, Measure::Foreign(Seen::new(limits::FILES)))
    }

    fn new(inner: R, measure: Measure) -> Self {
        Self { inner, at: 0, left: 0, padding: 0, measure, ended: false, buffer: Vec::new() }
    }

    /// How many bytes of the tar have been read.
    pub fn position(&self) -> u64 {
        self.at
    }

    /// Passes over what is left of the present member and reads the next one's headers; `None` after the last,
    /// when also nothing but the end follows.
    ///
    /// # Errors
    /// [`TarError`], which names the member that is refused.
    pub fn next_member(&mut self) -> Result<Option<Member>, TarError> {
        self.pass_over_content()?;
        let mut announced = Announced { at: self.at, ..Announced::default() };
        while !self.ended {
            let at = self.at;
            let block = self.block()?;
            if block.iter().all(|&byte| byte == 0) {
                if announced.extended > 0 {
                    return Err(TarError::Extended { at, why: "it stands before no member" });
                }
                self.end()?;
                break;
            }
            if !header::sum_holds(&block) {
                return Err(TarError::Checksum(at));
            }
            let form = header::form(&block).ok_or(TarError::UnknownForm(at))?;
            announced.raw.extend(block);
            match block[header::KIND] {
                b'x' | b'g' | b'L' | b'K' => self.extended(at, &block, &mut announced)?,
                _ => return self.member(&block, form, announced).map(Some),
            }
        }
        Ok(None)
    }

    fn block(&mut self) -> Result<[u8; BLOCK], TarError> {
        let mut block = [0; BLOCK];
        self.fill(&mut block)?;
        Ok(block)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), TarError> {
        self.inner.read_exact(bytes).map_err(truncated)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// Takes an extended header: pax records for one member or all, or GNU's long names.
    fn extended(&mut self, at: u64, block: &[u8; BLOCK], announced: &mut Announced) -> Result<(), TarError> {
        let wrong = |why| TarError::Extended { at, why };
        announced.extended += 1;
        if announced.extended > limits::EXTENDED_IN_A_ROW {
            return Err(wrong("too many of them in a row"));
        }
        let size = header::number(&block[header::SIZE]).ok_or(wrong("its size is no number"))?;
        if size > limits::EXTENDED_BYTES {
            return Err(wrong("it is larger than 256 KiB"));
        }
        let start = announced.raw.len();
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        announced.raw.resize(start + size.next_multiple_of(BLOCK), 0);
        self.fill(&mut announced.raw[start..])?;
        let content = &announced.raw[start..start + size];
        match block[header::KIND] {
            b'x' => match announced.records.replace(pax::parse(content, at)?) {
                Some(_) => Err(wrong("two of them speak of one member")),
                None => Ok(()),
            },
            b'g' if pax::parse(content, at)?.speak_of_one_member() => {
                Err(wrong("it gives one name or size to all members"))
            }
            b'L' => {
                let name = header::text(content).ok_or(wrong("a name holds a zero byte"))?;
                match announced.long_name.replace(name.to_vec()) {
                    Some(_) => Err(wrong("two of them speak of one member")),
                    None => Ok(()),
                }
            }
            b'K' => {
                announced.long_link = true;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn member(
        &mut self,
        block: &[u8; BLOCK],
        form: &[u8; 8],
        mut announced: Announced,
    ) -> Result<Member, TarError> {
        let records = announced.records.take().unwrap_or_default();
        let name = name(block, form, records.path.as_deref(), announced.long_name.as_deref())?;
        let shown = String::from_utf8_lossy(&name).into_owned();
        let kind = kind(block[header::KIND], &shown)?;
        if records.link || announced.long_link {
            return Err(TarError::Link(shown));
        }
        if records.sparse {
            return Err(TarError::Sparse(shown));
        }
        let size = records.size.or_else(|| header::number(&block[header::SIZE]));
        let size = size
            .filter(|&size| size <= limits::PACKAGE_BYTES)
            .ok_or(TarError::Size { path: shown.clone() })?;
        if kind == Kind::Folder && size > 0 {
            return Err(TarError::Contradiction { path: shown, why: "it is a folder and has content" });
        }
        let path = self.path(name, kind, shown)?;
        let modified = header::number(&block[header::MTIME]).unwrap_or(0);
        let member = Member { path, kind, size, modified, content_at: self.at };
        self.judge(&member, &announced)?;
        self.left = size;
        self.padding = size.next_multiple_of(BLOCK as u64) - size;
        Ok(member)
    }

    /// The path in one form: no slash at the end of a folder's, no `./` before a foreign one.
    fn path(&self, name: Vec<u8>, kind: Kind, shown: String) -> Result<String, TarError> {
        let refused = |reason| TarError::Path { path: shown, reason };
        let Ok(mut path) = String::from_utf8(name) else { return Err(refused(BadPath::NotUtf8)) };
        if kind == Kind::Folder && path.len() > 1 && path.ends_with('/') {
            path.pop();
        }
        if let Measure::Foreign(_) = self.measure {
            // `tar c .` names the folder itself, and everything below it from there.
            if path == "." && kind == Kind::Folder {
                return Ok(path);
            }
            if let Some(below) = path.strip_prefix("./") {
                path = below.to_owned();
            }
        }
        match names::check_within(&path, limits::MEMBER_PATH_BYTES, limits::DEPTH + 2) {
            Ok(()) => Ok(path),
            Err(reason) => Err(refused(reason)),
        }
    }

    fn judge(&mut self, member: &Member, announced: &Announced) -> Result<(), TarError> {
        let placed = match &mut self.measure {
            Measure::Ours if header::encode(member) == announced.raw => Ok(()),
            Measure::Ours => return Err(TarError::NotOurForm(announced.at)),
            Measure::Foreign(seen) => match member.kind {
                Kind::File => seen.file(&member.path),
                Kind::Folder => seen.folder(&member.path),
            },
        };
        placed.map_err(|reason| match reason {
            Misplaced::TooMany => TarError::TooMany,
            Misplaced::Twin | Misplaced::OutOfOrder => TarError::Twice(member.path.clone()),
        })
    }

    fn pass_over_content(&mut self) -> Result<(), TarError> {
        self.buffer.resize(64 * 1024, 0);
        let mut buffer = std::mem::take(&mut self.buffer);
        while self.left > 0 {
            self.read(&mut buffer).map_err(truncated)?;
        }
        let padding = usize::try_from(std::mem::take(&mut self.padding)).unwrap_or(0);
        let at = self.at;
        self.fill(&mut buffer[..padding])?;
        if matches!(self.measure, Measure::Ours) && buffer[..padding].iter().any(|&byte| byte != 0) {
            return Err(TarError::NotOurForm(at));
        }
        self.buffer = buffer;
        Ok(())
    }

    /// After the first block of zeros: a second one, and then the end. Other programs fill up their last record
    /// with zeros.
    fn end(&mut self) -> Result<(), TarError> {
        if self.block()?.iter().any(|&byte| byte != 0) {
            return Err(TarError::AfterEnd);
        }
        loop {
            let read = match self.inner.read(&mut self.buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            let filling = matches!(self.measure, Measure::Foreign(_))
                && self.buffer[..read].iter().all(|&byte| byte == 0);
            match read {
                0 => break,
                _ if filling => self.at += read as u64,
                _ => return Err(TarError::AfterEnd),
            }
        }
        self.ended = true;
        Ok(())
    }
}

impl<R: Read> Read for Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let read = self.inner.read(&mut buffer[..most])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += read as u64;
        self.left -= read as u64;
        Ok(read)
    }
}

/// Tells a tar that ends too early from one that cannot be read.
pub(crate) fn truncated(error: io::Error) -> TarError {
    // Only the bare kind is our own mark; an error with words of its own comes from below and is passed on.
    let bare = error.kind() == io::ErrorKind::UnexpectedEof && error.get_ref().is_none();
    if bare { TarError::Truncated } else { TarError::Io(error) }
}

/// The member's name, wherever it is said; said in two places, it must be the same.
fn name(
    block: &[u8; BLOCK],
    form: &[u8; 8],
    pax: Option<&[u8]>,
    long: Option<&[u8]>,
) -> Result<Vec<u8>, TarError> {
    let own = header::text(&block[header::NAME]);
    match (pax, long) {
        (Some(pax), Some(long)) if pax != long => Err(TarError::Contradiction {
            path: String::from_utf8_lossy(pax).into_owned(),
            why: "two extended headers name it differently",
        }),
        (Some(name), _) | (None, Some(name)) => Ok(name.to_vec()),
        (None, None) => {
            // Old GNU headers keep times where POSIX has the prefix.
            let prefix =
                if form == header::POSIX { header::text(&block[header::PREFIX]) } else { Some(&[][..]) };
            match (prefix, own) {
                (Some([]), Some(name)) => Ok(name.to_vec()),
                (Some(prefix), Some(name)) => Ok([prefix, b"/", name].concat()),
                _ => Err(TarError::Path {
                    path: String::from_utf8_lossy(&block[header::NAME]).trim_end_matches('\0').to_owned(),
                    reason: BadPath::Nul,
                }),
            }
        }
    }
}

fn kind(letter: u8, shown: &str) -> Result<Kind, TarError> {
    match letter {
        b'0' | 0 => Ok(Kind::File),
        b'5' => Ok(Kind::Folder),
        b'1' | b'2' => Err(TarError::Link(shown.to_owned())),
        b'3' | b'4' | b'6' => Err(TarError::Device(shown.to_owned())),
        b'S' => Err(TarError::Sparse(shown.to_owned())),
        other => Err(TarError::UnknownKind { path: shown.to_owned(), kind: char::from(other) }),
    }
}
