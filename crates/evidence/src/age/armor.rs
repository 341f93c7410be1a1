//! Armor: an age file as lines of text. It is read strictly and never written here.

use std::io::{self, BufRead, Read};

use data_encoding::BASE64;

const BEGIN: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
const END: &[u8] = b"-----END AGE ENCRYPTED FILE-----";
const COLUMNS: usize = 64;
/// Blank bytes allowed before and after.
const BLANKS: usize = 1024;

/// Text that is not strictly armored.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an age file in text form: {0}")]
pub struct ArmorError(&'static str);

impl From<ArmorError> for io::Error {
    fn from(error: ArmorError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// Gives the bytes of an armored file.
#[derive(Debug)]
pub struct ArmorReader<R> {
    input: R,
    decoded: Vec<u8>,
    given: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Before,
    Lines,
    /// A line shorter than the others was read: only the end may follow.
    Short,
    Ended,
    Failed(ArmorError),
}

impl<R: BufRead> ArmorReader<R> {
    /// Begins at the beginning of the text.
    pub fn new(input: R) -> Self {
        Self { input, decoded: Vec::new(), given: 0, state: State::Before }
    }

    fn step(&mut self) -> io::Result<()> {
        let advanced = match self.state {
            State::Before => self.begin(),
            State::Lines | State::Short => self.body_line(),
            State::Ended => return Ok(()),
            State::Failed(error) => Err(error.into()),
        };
        advanced.inspect_err(|error| {
            if let Some(armor) = error.get_ref().and_then(|inner| inner.downcast_ref::<ArmorError>()) {
                self.state = State::Failed(*armor);
            }
        })
    }

    fn begin(&mut self) -> io::Result<()> {
        let mut blanks = 0;
        loop {
            let (line, ended) = self.line(BLANKS)?;
            if line == BEGIN && ended {
                self.state = State::Lines;
                return Ok(());
            }
            blanks += line.len() + 1;
            if !is_blank(&line) || !ended || blanks > BLANKS {
                return Err(ArmorError("it does not begin with the line that says so").into());
            }
        }
    }

    fn body_line(&mut self) -> io::Result<()> {
        let (line, ended) = self.line(COLUMNS)?;
        if line == END {
            return self.end(ended);
        }
        if self.state == State::Short || line.is_empty() || !ended {
            return Err(ArmorError("a short line is not the last, or the end is missing").into());
        }
        if line.len() < COLUMNS {
            self.state = State::Short;
        }
        // Padding closes the text, so after it, too, only the end may follow.
        if line.ends_with(b"=") {
            self.state = State::Short;
        }
        self.decoded = BASE64.decode(&line).map_err(|_| ArmorError("not canonical base 64 with padding"))?;
        self.given = 0;
        Ok(())
    }

    fn end(&mut self, more: bool) -> io::Result<()> {
        if more {
            let mut rest = Vec::new();
            self.input.by_ref().take(BLANKS as u64 + 1).read_to_end(&mut rest)?;
            if rest.len() > BLANKS || !is_blank(&rest) {
                return Err(ArmorError("something follows the line that ends it").into());
            }
        }
        self.state = State::Ended;
        Ok(())
    }

    /// One line without its end, and whether an end was there; longer lines are refused.
    fn line(&mut self, limit: usize) -> io::Result<(Vec<u8>, bool)> {
        let mut line = Vec::with_capacity(limit + 2);
        self.input.by_ref().take(limit as u64 + 2).read_until(b'\n', &mut line)?;
        let ended = line.last() == Some(&b'\n');
        if ended {
            line.pop();
            if line.last() == Some(&b'\r') {
                line.pop();
            }
        }
        if line.len() > limit { Err(ArmorError("a line is too long").into()) } else { Ok((line, ended)) }
    }
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| b" \t\r\n".contains(byte))
}

impl<R: BufRead> Read for ArmorReader<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        while self.given == self.decoded.len() && self.state != State::Ended {
            self.step()?;
        }
        let ready = &self.decoded[self.given..];
        let taken = target.len().min(ready.len());
        target[..taken].copy_from_slice(&ready[..taken]);
        self.given += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        ArmorReader::new(text.as_bytes()).read_to_end(&mut bytes).map(|_| bytes)
    }

    #[test]
    fn nothing_follows_padding_even_in_a_full_line() {
        let (begin, end) = ("-----BEGIN AGE ENCRYPTED FILE-----", "-----END AGE ENCRYPTED FILE-----");
        let padded = format!("{}A==", "A".repeat(61));
        assert_eq!(read(&format!("{begin}\n{padded}\n{end}\n")).unwrap(), [0; 46]);
        assert!(read(&format!("{begin}\n{padded}\nAAAA\n{end}\n")).is_err());
        assert_eq!(read(&format!("{begin}\nAAAA\n{end}")).unwrap(), [0; 3]);
    }

    #[test]
    fn an_error_is_not_forgotten() {
        let mut reader = ArmorReader::new(&b"something else\n"[..]);
        assert!(reader.read(&mut [0]).is_err());
        assert!(reader.read(&mut [0]).is_err());
    }
}
