//! An envelope with its signature and the cards that prove it, as it rides in a file.
//!
//! The signature is the journal's COSE_Sign1 over the envelope's exact bytes. What it is for is part of what is
//! signed, so that it can never pass for a signature over an entry or a card.

use comity_journal::card::{Card, CardError};
use comity_journal::cbor::{self, Malformed};
use comity_journal::cose::{self, Context, Unverified};
use comity_journal::fingerprint::Fingerprint;
use comity_journal::ids::AgencyId;
use comity_journal::limits::CARD_BYTES;
use comity_journal::part::bytes;
use comity_journal::suite::{self, Hash, SecretKey, Suite};
use comity_journal::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CARDS, ENVELOPE_BYTES, Envelope, EnvelopeError, KIND, VERSION};
use crate::age::Stanza;

/// Who signs an envelope.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// The node's signing key.
    pub key: &'a SecretKey,
    /// The card that certifies it; rides along.
    pub card: &'a Card,
    /// Further cards of the same agency that ride along.
    pub more: &'a [Card],
}

/// Who signed an envelope. Whether that fingerprint is trusted is for the reader to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The agency.
    pub agency: AgencyId,
    /// What people compare.
    pub fingerprint: Fingerprint,
    /// The card that certifies the key; its signature by the agency's root was checked.
    pub card: Card,
    /// When, by the author's clock.
    pub at: Option<Timestamp>,
}

/// Bytes as they ride in a stanza.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Riding {
    envelope: Bytes,
    signed: Option<Bytes>,
    cards: Vec<Bytes>,
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Bytes(#[serde(with = "bytes")] Vec<u8>);

/// An envelope as it rides in a file: its exact bytes, a signature where there is one, and cards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedEnvelope {
    envelope: Envelope,
    bytes: Vec<u8>,
    pub(super) signed: Option<Vec<u8>>,
    pub(super) cards: Vec<Vec<u8>>,
}

impl SignedEnvelope {
    /// Puts an envelope and its sender's signature together. Sender and card are set here.
    ///
    /// # Errors
    /// [`EnvelopeError`] when its statements contradict each other, or the card does not certify the key.
    pub fn seal(mut envelope: Envelope, sender: Option<&Sender<'_>>) -> Result<Self, EnvelopeError> {
        envelope.sender = sender.map(|sender| sender.card.agency());
        envelope.card = sender.map(|sender| sender.card.hash());
        envelope.check()?;
        let bytes = cbor::encode(&envelope);
        let sealed = Self {
            signed: sender.map(|sender| sign(sender.key, &bytes)),
            cards: sender.map_or_else(Vec::new, riding_cards),
            envelope,
            bytes,
        };
        sealed.author().map(|_| sealed)
    }

    /// Reads the stanza an envelope rides in; its signature is not judged yet.
    ///
    /// # Errors
    /// [`EnvelopeError`] unless it is exactly the form that [`SignedEnvelope::stanza`] writes.
    pub fn read(stanza: &Stanza) -> Result<Self, EnvelopeError> {
        if stanza.arguments != [VERSION.to_string()] {
            return Err(EnvelopeError::UnknownVersion);
        }
        let limit = 3 * ENVELOPE_BYTES + CARDS * CARD_BYTES;
        within("an envelope with its cards", stanza.body.len(), limit)?;
        let riding: Riding = cbor::decode(&stanza.body)?;
        let bytes = riding.envelope.0;
        within("an envelope", bytes.len(), ENVELOPE_BYTES)?;
        within("the number of cards", riding.cards.len(), CARDS)?;
        let envelope: Envelope = cbor::decode(&bytes)?;
        envelope.check()?;
        let signed = riding.signed.map(|signed| signed.0);
        let cards = riding.cards.into_iter().map(|card| card.0).collect();
        Ok(Self { envelope, bytes, signed, cards })
    }

    /// The stanza it rides in.
    pub fn stanza(&self) -> Stanza {
        let riding = Riding {
            envelope: Bytes(self.bytes.clone()),
            signed: self.signed.clone().map(Bytes),
            cards: self.cards.iter().cloned().map(Bytes).collect(),
        };
        let arguments = vec![VERSION.to_string()];
        Stanza { kind: KIND.to_owned(), arguments, body: cbor::encode(&riding) }
    }

    /// What it says.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The hash of its exact bytes, without signature and cards; later envelopes name it.
    pub fn hash(&self) -> Hash {
        suite::hash(&[&self.bytes])
    }

    /// Judges who wrote it: `None` when it is unsigned.
    ///
    /// # Errors
    /// [`EnvelopeError`] says what must not be believed.
    pub fn author(&self) -> Result<Option<Author>, EnvelopeError> {
        let (Some(signed), Some(named)) = (&self.signed, &self.envelope.card) else {
            let nothing = self.signed.is_none() && self.envelope.card.is_none() && self.cards.is_empty();
            return if nothing { Ok(None) } else { Err(EnvelopeError::Unproven) };
        };
        let cards = self.cards.iter().map(|card| Card::read(card)).collect::<Result<Vec<_>, _>>()?;
        if cards.iter().any(|card| Some(card.agency()) != self.envelope.sender) {
            return Err(CardError::WrongAgency.into());
        }
        let card = cards.into_iter().find(|card| card.hash() == *named).ok_or(EnvelopeError::NoCard)?;
        self.check_signature(signed, &card)?;
        let (agency, fingerprint) = (card.agency(), card.fingerprint());
        Ok(Some(Author { agency, fingerprint, card, at: self.envelope.at }))
    }

    fn check_signature(&self, signed: &[u8], card: &Card) -> Result<(), EnvelopeError> {
        let unverified = Unverified::read(signed, 2 * ENVELOPE_BYTES)?;
        if unverified.payload != self.bytes {
            return Err(EnvelopeError::SignsOther);
        }
        let suite = unverified.suite;
        if suite < Suite::LEAST || card.facts().suite < Suite::LEAST {
            return Err(EnvelopeError::WeakSuite);
        }
        if suite != self.envelope.suite || !card.facts().suites.contains(&suite) {
            return Err(EnvelopeError::Contradiction("the suite is not one the sender signs with"));
        }
        suite
            .verify(
                &card.facts().signing,
                &cose::to_be_signed(suite, Context::Envelope, &self.bytes),
                &unverified.signature,
            )
            .map_err(|_| EnvelopeError::BadSignature)
    }
}

fn within(what: &'static str, size: usize, limit: usize) -> Result<(), Malformed> {
    if size <= limit { Ok(()) } else { Err(Malformed::TooLarge { what, size, limit }) }
}

fn riding_cards(sender: &Sender<'_>) -> Vec<Vec<u8>> {
    std::iter::once(sender.card).chain(sender.more).map(|card| card.bytes().to_vec()).collect()
}

fn sign(key: &SecretKey, envelope: &[u8]) -> Vec<u8> {
    let signature = key.sign(&cose::to_be_signed(key.suite(), Context::Envelope, envelope));
    cose::assemble(key.suite(), envelope.to_vec(), &signature)
}
