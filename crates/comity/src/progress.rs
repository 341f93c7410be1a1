//! Progress on long work, for people at a terminal; silent for programs.

use std::io::{self, Read, Seek, SeekFrom};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::Terminal;

/// A bar that is gone when the work is done.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar over so many bytes, or a count where nobody knows how many there will be.
    pub(crate) fn of(doing: &'static str, bytes: Option<u64>, at: &Terminal) -> Self {
        let target =
            if at.json { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(4) };
        let bar = ProgressBar::with_draw_target(bytes, target).with_message(doing);
        let template = match bytes {
            Some(_) => "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
            None => "{msg} {bytes} {bytes_per_sec}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// So many bytes are done.
    pub(crate) fn at(&mut self, bytes: u64) {
        self.0.set_position(bytes);
    }

    /// Follows where a reader has come to.
    pub(crate) fn reading<R>(self, inner: R) -> Reading<R> {
        Reading { inner, progress: self }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A reader whose place is shown.
pub(crate) struct Reading<R> {
    inner: R,
    progress: Progress,
}

impl<R: Read> Read for Reading<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.progress.0.inc(read as u64);
        Ok(read)
    }
}

impl<R: Seek> Seek for Reading<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = self.inner.seek(to)?;
        self.progress.0.set_position(place);
        Ok(place)
    }
}
