//! Bytes off a request into an upload: a buffer at a time, summed as they pass, written where nobody waits for the disk.
//!
//! Invariant: what came counts only once [`Incoming::keep`] has said so.

use std::io;
use std::time::Duration;

use comity_app::staging::Receiving;
use comity_journal::time::Timestamp;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// How long nothing may come before a sender is given up.
pub(crate) const SILENCE: Duration = Duration::from_secs(60);
/// How much is gathered before it is written.
const BUFFER: usize = 512 * 1024;

/// A checksum that a sender announced, being taken.
pub(super) enum Summing {
    Sha1(Sha1, Vec<u8>),
    Sha256(Sha256, Vec<u8>),
}

impl Summing {
    /// Reads `ALGORITHM BASE64`; `None` for what this node does not know.
    pub(super) fn read(said: &str) -> Option<Self> {
        let (algorithm, sum) = said.split_once(' ')?;
        let sum = data_encoding::BASE64.decode(sum.trim().as_bytes()).ok()?;
        match (algorithm, sum.len()) {
            ("sha1", 20) => Some(Self::Sha1(Sha1::default(), sum)),
            ("sha256", 32) => Some(Self::Sha256(Sha256::default(), sum)),
            _ => None,
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(state, _) => state.update(bytes),
            Self::Sha256(state, _) => state.update(bytes),
        }
    }

    fn agrees(self) -> bool {
        match self {
            Self::Sha1(state, announced) => state.finalize()[..] == announced[..],
            Self::Sha256(state, announced) => state.finalize()[..] == announced[..],
        }
    }
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// The upload is so far.
    UpTo(u64),
    /// What came is not what was announced; nothing of it counts.
    Damaged,
}

/// An upload in hand while bytes for it come.
pub(super) struct Incoming {
    receiving: Option<Receiving>,
    buffer: Vec<u8>,
    summing: Option<Summing>,
}

impl Incoming {
    pub(super) fn into(receiving: Receiving, summing: Option<Summing>) -> Self {
        Self { receiving: Some(receiving), buffer: Vec::new(), summing }
    }

    /// Whether what came is compared with an announced sum.
    pub(super) fn is_summed(&self) -> bool {
        self.summing.is_some()
    }

    /// Takes some bytes.
    pub(super) async fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(summing) = &mut self.summing {
            summing.take(bytes);
        }
        for piece in bytes.chunks(BUFFER) {
            self.buffer.extend_from_slice(piece);
            if self.buffer.len() >= BUFFER {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> io::Result<()> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer = self
            .on_disk(move |receiving| {
                receiving.write(&buffer)?;
                buffer.clear();
                Ok(buffer)
            })
            .await?;
        self.buffer = buffer;
        Ok(())
    }

    /// Makes it count, unless it is not what was announced. `whole`: nobody could say before how long it is to be.
    pub(super) async fn keep(mut self, now: Timestamp, whole: bool) -> io::Result<Kept> {
        if self.summing.take().is_some_and(|summing| !summing.agrees()) {
            return Ok(Kept::Damaged);
        }
        self.flush().await?;
        let keep = move |receiving: &mut Receiving| {
            if whole { receiving.keep_as_whole(now) } else { receiving.keep(now) }
        };
        self.on_disk(keep).await.map(Kept::UpTo)
    }

    async fn on_disk<T: Send + 'static>(
        &mut self,
        job: impl FnOnce(&mut Receiving) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let mut receiving = self.receiving.take().ok_or_else(|| io::Error::other("it failed before"))?;
        let done = tokio::task::spawn_blocking(move || {
            let done = job(&mut receiving)?;
            Ok::<_, io::Error>((done, receiving))
        });
        let (done, receiving) = done.await.map_err(io::Error::other)??;
        self.receiving = Some(receiving);
        Ok(done)
    }
}
