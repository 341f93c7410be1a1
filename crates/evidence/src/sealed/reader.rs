//! Reading a sealed file: what its header says, and whether all of it holds.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use comity_journal::suite::{self, Hash};

use super::ahead::Ahead;
use super::open::{OpenAt, OpenWhole};
use super::payload::Payload;
use super::{Finding, SealedError};
use crate::age::{FileKey, Header, Identity, PayloadKey, Stanza};
use crate::envelope::{self, Author, Envelope, SignedEnvelope};
use crate::groups::RunningRoot;

/// A sealed file whose header was read.
#[derive(Debug)]
pub struct SealedReader<R> {
    pub(super) header: Header,
    /// How many stanzas before the envelopes there are.
    pub(super) recipients: usize,
    pub(super) envelopes: Vec<SignedEnvelope>,
    pub(super) payload: Payload<R>,
    helpers: Option<usize>,
}

/// What was found without any key.
#[derive(Debug, PartialEq, Eq)]
pub struct Verification {
    /// Who wrote each envelope, the first one sealed the file; `None` for an unsigned one, and for one that is not
    /// to be believed, of which the findings speak.
    pub authors: Vec<Option<Author>>,
    /// What does not hold; empty when all does.
    pub findings: Vec<Finding>,
}

impl<R: Read + Seek> SealedReader<R> {
    /// Reads the header of a file, from its beginning.
    ///
    /// # Errors
    /// [`SealedError`] when it is no sealed file. Whether it holds is not judged yet.
    pub fn read(mut input: R) -> Result<Self, SealedError> {
        input.rewind()?;
        let header = Header::read(&mut BufReader::with_capacity(64 * 1024, &mut input))?;
        let at = header.bytes().len() as u64;
        let size = input.seek(SeekFrom::End(0))?.saturating_sub(at);
        let is_envelope = |stanza: &Stanza| stanza.kind == envelope::KIND;
        let recipients = header.stanzas().iter().take_while(|stanza| !is_envelope(stanza)).count();
        let riding = &header.stanzas()[recipients..];
        if riding.is_empty() {
            return Err(SealedError::NoEnvelope);
        }
        if !riding.iter().all(is_envelope) {
            return Err(SealedError::Misplaced);
        }
        let envelopes = riding.iter().map(SignedEnvelope::read).collect::<Result<_, _>>()?;
        Ok(Self { header, recipients, envelopes, payload: Payload { input, at, size }, helpers: None })
    }

    /// With another number of threads beside the caller's than there are other cores. What comes of it is the same.
    #[must_use]
    pub fn with_helpers(self, helpers: usize) -> Self {
        Self { helpers: Some(helpers), ..self }
    }

    /// The first envelope, made when the file was sealed.
    pub fn envelope(&self) -> &Envelope {
        self.envelopes[0].envelope()
    }

    /// All envelopes: the first one, and one for each recipient added later.
    pub fn envelopes(&self) -> &[SignedEnvelope] {
        &self.envelopes
    }

    /// Verifies everything that needs no key: envelopes, signatures, recipients, and the whole payload against the
    /// root. The header's own check value is for holders of a key; opening checks it.
    ///
    /// # Errors
    /// Only those of the input; what does not hold is in [`Verification::findings`].
    pub fn verify(&mut self) -> Result<Verification, SealedError> {
        let mut found = self.verify_header();
        if !found.findings.iter().any(|finding| matches!(finding, Finding::Size { .. })) {
            match self.each_group(|_, _| Ok(())) {
                Err(SealedError::Finding(finding)) => found.findings.push(finding),
                done => done?,
            }
        }
        Ok(found)
    }

    /// Reads the whole payload back, and writes the hash of each of its groups, 32 bytes each.
    ///
    /// # Errors
    /// [`Finding::WrongRoot`] when it is not the payload the envelope speaks of; those of input and `leaves`.
    pub fn write_leaves(&mut self, leaves: &mut impl Write) -> Result<(), SealedError> {
        self.each_group(|leaf, _| leaves.write_all(leaf.as_bytes()))?;
        Ok(leaves.flush()?)
    }

    /// Reads the whole payload, and shows `each` the leaf and the bytes of every group.
    ///
    /// # Errors
    /// [`Finding::WrongRoot`] at the end when it is not the payload the envelope speaks of; those of the input and of
    /// `each`.
    pub(super) fn each_group(
        &mut self,
        mut each: impl FnMut(&Hash, &[u8]) -> io::Result<()>,
    ) -> Result<(), SealedError> {
        let (mut root, mut ahead) = (RunningRoot::default(), Ahead::new(None, self.helpers));
        while let Some(task) = ahead.next(&mut self.payload)? {
            each(&task.leaf, task.group.sealed())?;
            root.push(task.leaf);
            ahead.give_back(task.group);
        }
        if root.root() == self.envelope().root { Ok(()) } else { Err(Finding::WrongRoot.into()) }
    }

    /// Verifies what the header alone shows, and the size.
    pub fn verify_header(&self) -> Verification {
        let mut found = Verification { authors: Vec::new(), findings: Vec::new() };
        let (first, mut covered) = (self.envelope(), 0);
        for (number, sealed) in (1..).zip(&self.envelopes) {
            let author = sealed.author().map_err(|error| Finding::Envelope { number, error });
            found.authors.push(author.unwrap_or_else(|finding| {
                found.findings.push(finding);
                None
            }));
            let envelope = sealed.envelope();
            let speaks_of = usize::from(envelope.recipients);
            if speaks_of <= covered || !self.is_for_recipients(envelope) {
                found.findings.push(Finding::OtherRecipients { number });
            }
            covered = speaks_of;
            let names = (number > 1).then(|| self.envelopes[0].hash());
            if envelope.first != names {
                found.findings.push(Finding::OtherFirst { number });
            }
            if !envelope.same_payload(first) {
                found.findings.push(Finding::OtherPayload { number });
            }
        }
        if covered != self.recipients {
            found.findings.push(Finding::UnstatedRecipients { covered, found: self.recipients });
        }
        let (stated, size) = (first.payload_size, self.payload.size);
        if stated != size {
            found.findings.push(Finding::Size { stated, found: size });
        }
        found
    }

    fn is_for_recipients(&self, envelope: &Envelope) -> bool {
        let count = usize::from(envelope.recipients);
        count <= self.recipients
            && self.header.beginning(count).is_some_and(|bytes| suite::hash(&[bytes]) == envelope.header)
    }

    /// Where the payload lies in the file.
    pub fn payload(&self) -> std::ops::Range<u64> {
        self.payload.at..self.payload.at + self.payload.size
    }

    /// Opens the file from beginning to end, in one pass.
    ///
    /// # Errors
    /// [`SealedError`] when it is not sealed to `identity`, or something in the header does not hold.
    pub fn open(mut self, identity: &Identity) -> Result<OpenWhole<R>, SealedError> {
        let (_, key) = self.unlock(identity)?;
        let envelope = self.envelope().clone();
        Ok(OpenWhole::new(self.payload, key, &envelope, self.helpers))
    }

    /// Opens the file at any place. Reads and checks its tail first: from the stored leaves on. `spool` is an empty
    /// temporary file; it takes 32 bytes for each MiB of content.
    ///
    /// # Errors
    /// As [`SealedReader::open`]; [`Finding::WrongRoot`] when stored leaves and tail are not what was sealed.
    pub fn open_at<S: Read + Write + Seek>(
        mut self,
        identity: &Identity,
        spool: S,
    ) -> Result<OpenAt<R, S>, SealedError> {
        let (_, key) = self.unlock(identity)?;
        let envelope = self.envelope().clone();
        OpenAt::new(self.payload, key, envelope, spool)
    }

    /// The keys, for who holds `identity`, of a file whose header holds in every respect.
    pub(super) fn unlock(&mut self, identity: &Identity) -> Result<(FileKey, PayloadKey), SealedError> {
        let file = self.header.unwrap(identity)?;
        if let Some(finding) = self.verify_header().findings.into_iter().next() {
            return Err(finding.into());
        }
        let nonce = self.payload.nonce()?;
        let payload = PayloadKey::derive(&file, &nonce);
        Ok((file, payload))
    }
}
