//! Sealing in one pass.
//!
//! The header's length is known before the payload is, so the payload is written behind room for it, and the
//! header last: a file that sealing did not finish begins with zeros and opens nowhere.

use std::io::{self, Read, Seek, SeekFrom, Write};

use comity_journal::card::SealingKey;
use comity_journal::entropy::Entropy;
use comity_journal::suite::{self, Hash, Suite};

use super::SealedError;
use super::sealing::Sealing;
use crate::age::{self, FileKey, Header, NONCE, PayloadKey, Stanza};
use crate::bag::Sink;
use crate::envelope::{Envelope, Facts, Sender, SignedEnvelope, VERSION};
use crate::groups::{GROUP_PLAIN, LEAF};
use crate::limits::PACKAGE_BYTES;

/// The most keys a package is sealed to: as many as leave room in the header for envelopes and cards.
pub(super) const RECIPIENTS: usize = 1024;

/// Where in the plaintext the parts lie that readers look for first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tail {
    /// Where the index begins.
    pub index_at: u64,
    /// Bytes of the index.
    pub index_size: u64,
    /// Where the leaves begin that [`SealedWriter::complete_leaves`] gave.
    pub leaves_at: u64,
}

/// Seals what is written to it; [`SealedWriter::finish`] makes the file whole.
#[derive(Debug)]
pub struct SealedWriter<'a, W, S> {
    payload: Sealing<W, S>,
    key: FileKey,
    recipients: Vec<Stanza>,
    /// With sizes and root still to be filled in.
    envelope: Envelope,
    sender: Option<Sender<'a>>,
    header_length: usize,
    /// Where in the plaintext the leaves were taken.
    leaves_at: Option<u64>,
}

impl<'a, W: Write + Seek, S: Read + Write + Seek> SealedWriter<'a, W, S> {
    /// Begins a file in the empty `output`, sealed to `recipients`, signed by `sender` where there is one. `spool` is
    /// an empty temporary file; it takes 32 bytes for each MiB of content.
    ///
    /// # Errors
    /// [`SealedError`] when nothing can be sealed to one of the keys, or the sender's card does not certify its key.
    pub fn create(
        output: W,
        recipients: &[SealingKey],
        facts: Facts,
        sender: Option<Sender<'a>>,
        spool: S,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, SealedError> {
        Self::with_helpers(output, recipients, facts, sender, spool, entropy, None)
    }

    /// As [`Self::create`], with another number of threads beside the caller's than there are other cores. What comes of
    /// it is the same.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub fn with_helpers(
        mut output: W,
        recipients: &[SealingKey],
        facts: Facts,
        sender: Option<Sender<'a>>,
        spool: S,
        entropy: &mut dyn Entropy,
        helpers: Option<usize>,
    ) -> Result<Self, SealedError> {
        if recipients.is_empty() || recipients.len() > RECIPIENTS {
            return Err(SealedError::Recipients(RECIPIENTS));
        }
        let key = FileKey::draw(entropy);
        let recipients =
            recipients.iter().map(|to| age::wrap(&key, to, entropy)).collect::<Result<Vec<_>, _>>()?;
        let envelope = blank(&recipients, &key, facts);
        let header =
            whole_header(&recipients, [&SignedEnvelope::seal(envelope.clone(), sender.as_ref())?], &key);
        let header_length = header.bytes().len();
        output.write_all(&vec![0; header_length])?;
        let mut nonce = [0; NONCE];
        entropy.fill(&mut nonce);
        let payload = Sealing::new(output, spool, PayloadKey::derive(&key, &nonce), nonce, helpers);
        Ok(Self { payload, key, recipients, envelope, sender, header_length, leaves_at: None })
    }

    /// Bytes of plaintext written so far.
    pub fn plain_position(&self) -> u64 {
        self.payload.position()
    }

    /// The leaves of all groups that are complete at this position: 32 bytes for every whole MiB before it. They are
    /// taken once, and written where they were taken; when there are any, more has to be written.
    ///
    /// # Errors
    /// [`SealedError::Leaves`] in an [`io::Error`] the second time; those of output and spool.
    pub fn complete_leaves(&mut self) -> io::Result<io::Take<S>> {
        let at = self.plain_position();
        let complete = at / GROUP_PLAIN;
        let mut spool = self.payload.take_spool()?.ok_or(SealedError::Leaves)?;
        spool.rewind()?;
        self.leaves_at = Some(at);
        Ok(spool.take(complete * LEAF as u64))
    }

    /// Seals the rest and writes the header; the envelope, and the output, which remains to be synced and renamed.
    ///
    /// # Errors
    /// [`SealedError`] when `tail` does not fit what was written; those of the output.
    ///
    /// # Panics
    /// Never: all that changes in an envelope has a fixed width.
    pub fn finish(self, tail: Tail) -> Result<(Envelope, W), SealedError> {
        let plain_size = self.plain_position();
        if self.leaves_at.unwrap_or(0) / GROUP_PLAIN != tail.leaves_at / GROUP_PLAIN
            || self.leaves_at.is_some_and(|at| at != tail.leaves_at)
        {
            return Err(SealedError::Leaves);
        }
        let (mut output, root, payload_size) = self.payload.finish()?;
        let Tail { index_at, index_size, leaves_at } = tail;
        let envelope =
            Envelope { root, payload_size, plain_size, index_at, index_size, leaves_at, ..self.envelope };
        let sealed = SignedEnvelope::seal(envelope, self.sender.as_ref())?;
        let header = whole_header(&self.recipients, [&sealed], &self.key);
        assert_eq!(header.bytes().len(), self.header_length, "every number in an envelope has a fixed width");
        output.rewind()?;
        output.write_all(header.bytes())?;
        output.seek(SeekFrom::End(0))?;
        output.flush()?;
        Ok((sealed.envelope().clone(), output))
    }
}

impl<W: Write + Seek, S: Read + Write + Seek> Write for SealedWriter<'_, W, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.plain_position() + bytes.len() as u64 > PACKAGE_BYTES {
            return Err(SealedError::TooLarge(PACKAGE_BYTES).into());
        }
        self.payload.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.payload.flush()
    }
}

impl<W: Write + Seek, S: Read + Write + Seek> Sink for SealedWriter<'_, W, S> {
    fn position(&self) -> u64 {
        self.plain_position()
    }

    fn complete_leaves(&mut self) -> io::Result<Box<dyn Read + '_>> {
        // The spool is handed over as a whole, so what is returned need not borrow; the trait leaves room for either.
        let leaves: io::Take<S> = Self::complete_leaves(self)?;
        Ok(Box::new(leaves))
    }
}

/// The envelope of a file without content.
fn blank(recipients: &[Stanza], key: &FileKey, facts: Facts) -> Envelope {
    Envelope {
        v: VERSION,
        suite: Suite::One,
        root: Hash::ZERO,
        payload_size: age::payload_size(0),
        plain_size: 0,
        index_at: 0,
        index_size: 0,
        leaves_at: 0,
        recipients: stated(recipients),
        header: recipients_hash(recipients, key),
        to: facts.to,
        matter: facts.matter,
        sender: None,
        card: None,
        at: facts.at,
        first: None,
    }
}

/// How many recipients an envelope speaks of; their number is bounded far below.
pub(super) fn stated(recipients: &[Stanza]) -> u16 {
    u16::try_from(recipients.len()).unwrap_or(u16::MAX)
}

/// The hash of the version line and these stanzas.
pub(super) fn recipients_hash(recipients: &[Stanza], key: &FileKey) -> Hash {
    let header = Header::new(recipients.to_vec(), key);
    suite::hash(&[header.beginning(recipients.len()).unwrap_or_default()])
}

/// Recipients first, envelopes after them.
pub(super) fn whole_header<'e>(
    recipients: &[Stanza],
    envelopes: impl IntoIterator<Item = &'e SignedEnvelope>,
    key: &FileKey,
) -> Header {
    let envelopes = envelopes.into_iter().map(SignedEnvelope::stanza);
    Header::new(recipients.iter().cloned().chain(envelopes).collect(), key)
}
