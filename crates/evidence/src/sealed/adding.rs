//! Adding a recipient: the same payload behind a new header.

use std::io::{Read, Seek, Write};

use comity_journal::card::SealingKey;
use comity_journal::entropy::Entropy;

use super::SealedError;
use super::reader::SealedReader;
use super::writer::{RECIPIENTS, recipients_hash, stated, whole_header};
use crate::age::{self, Identity};
use crate::envelope::{Envelope, Facts, Sender, SignedEnvelope};

/// Writes the file in `input` to `output` with one recipient more; its new envelope. Payload and earlier envelopes
/// stay as they are, byte for byte; the new envelope names the first and is signed by `sender` where there is one.
///
/// # Errors
/// [`SealedError`] when the file is not sealed to `identity`, or does not hold: nobody should sign for it then.
/// `output` is to be thrown away after any error.
pub fn add_recipient<R: Read + Seek, W: Write>(
    input: R,
    mut output: W,
    identity: &Identity,
    recipient: &SealingKey,
    facts: Facts,
    sender: Option<&Sender<'_>>,
    entropy: &mut dyn Entropy,
) -> Result<Envelope, SealedError> {
    let mut file = SealedReader::read(input)?;
    let (key, _) = file.unlock(identity)?;
    let mut recipients = file.header.stanzas()[..file.recipients].to_vec();
    if recipients.len() >= RECIPIENTS {
        return Err(SealedError::Recipients(RECIPIENTS));
    }
    recipients.push(age::wrap(&key, recipient, entropy)?);
    let added = Envelope {
        recipients: stated(&recipients),
        header: recipients_hash(&recipients, &key),
        to: facts.to,
        matter: facts.matter,
        at: facts.at,
        first: Some(file.envelopes[0].hash()),
        ..file.envelope().clone()
    };
    let added = SignedEnvelope::seal(added, sender)?;
    let header = whole_header(&recipients, file.envelopes.iter().chain([&added]), &key);
    output.write_all(header.bytes())?;
    file.each_group(|_, sealed| output.write_all(sealed))?;
    output.flush()?;
    Ok(added.envelope().clone())
}
