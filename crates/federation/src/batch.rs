//! Batches: composing one for a receiver, and opening one that arrived.
//!
//! Headers and cards travel in clear inside the connection; content travels sealed, one HPKE context for a batch and
//! its receiver, bound to the rest of the batch. A part that does not match its entry's commitment is dropped alone
//! and named: the signed header still counts.
//!
//! Not here: whether an act is valid. Invariant: an inner lane never leaves in a batch, and a part never goes to a
//! party that it is not addressed to.

use comity_journal::card::{Card, CardBook, CardError, SealingKey};
use comity_journal::cbor::{self, Malformed};
use comity_journal::checkpoint::SignedCheckpoint;
use comity_journal::entropy::Entropy;
use comity_journal::entry::{Entry, EntryError, Header};
use comity_journal::ids::{AgencyId, Token};
use comity_journal::limits;
use comity_journal::part::{self, Commitment, OpenPart};
use comity_journal::receipt::Receipt;
use comity_journal::stated::StatedHead;
use comity_journal::stream::StreamHead;
use comity_journal::suite::{self, Hash, Suite};

use crate::message::{self, Batch, Message as _, Refused, Signed, VERSION};
use crate::seal::{self, SealError, Sealed, SealingSecret};

/// What content is sealed for.
const USE: &[u8] = b"comity batch content v1";
/// More than a part takes beside its label and its bytes: the names of its fields, their frames, class and salt.
const PART: usize = 112;
/// More than the frame of a byte string, or of an entry's name and parts in the content, takes.
const FRAME: usize = 48;

/// Why a batch cannot be composed, or cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BatchError {
    /// Not a batch, or beyond the protocol's numbers.
    #[error("not a batch: {0}")]
    Malformed(#[from] Malformed),
    /// Between other agencies than these two.
    #[error("the batch is not from this partner to us")]
    WrongAgency,
    /// A card in it does not hold.
    #[error("a card in the batch does not hold: {0}")]
    Card(#[from] CardError),
    /// The content does not open.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Content of an entry that is not in it, or not in the order of the entries.
    #[error("the batch holds content that belongs to none of its entries, in their order")]
    StrayContent,
    /// Somebody wanted to send an entry of an inner lane.
    #[error("entry {0} is of an inner lane, which never leaves the node")]
    InnerLane(Hash),
    /// Somebody wanted to send a part to a party it is not addressed to, or one that its entry does not name.
    #[error("part {label} of entry {entry} is not for this receiver")]
    NotForReceiver {
        /// The entry.
        entry: Hash,
        /// The part.
        label: Token,
    },
}

/// An entry to be sent, with the parts that its receiver gets.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// The entry.
    pub entry: Entry,
    /// Its parts; none where they were erased, or are for others.
    pub parts: Vec<OpenPart>,
}

/// A batch before its entries are in it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Who sends.
    pub from: AgencyId,
    /// To whom.
    pub to: AgencyId,
    /// The head of the stream before the first entry.
    pub after: StreamHead,
    /// Cards that go with it.
    pub cards: Vec<Card>,
    /// What was stated of lanes when a key was disowned.
    pub heads: Vec<StatedHead>,
    /// Receipts that travel on.
    pub receipts: Vec<Receipt>,
    /// The sender's checkpoint.
    pub checkpoint: Option<SignedCheckpoint>,
    /// The path from what the receiver holds to it.
    pub consistency: Vec<Hash>,
}

impl Draft {
    /// How many of `parcels`, from the first, fit into one batch with what the draft holds already.
    pub fn fill(&self, parcels: &[Parcel]) -> usize {
        let mut room = limits::BATCH_BYTES.saturating_sub(self.weight());
        let fits = |parcel: &&Parcel| match room.checked_sub(weight(parcel)) {
            Some(left) => {
                room = left;
                true
            }
            None => false,
        };
        parcels.iter().take(limits::BATCH_ENTRIES).take_while(fits).count()
    }

    /// At least the bytes of a batch without entries.
    fn weight(&self) -> usize {
        self.frame().encode().len() + Sealed::OVERHEAD
    }

    fn frame(&self) -> Batch {
        Batch {
            v: VERSION,
            from: self.from,
            to: self.to,
            after: self.after,
            entries: Vec::new(),
            cards: self.cards.iter().map(|card| Signed(card.bytes().to_vec())).collect(),
            heads: self.heads.iter().map(|head| Signed(head.bytes())).collect(),
            receipts: self.receipts.clone(),
            checkpoint: self.checkpoint.clone(),
            consistency: self.consistency.clone(),
            content: None,
        }
    }
}

fn weight(parcel: &Parcel) -> usize {
    let parts = parcel.parts.iter().map(|part| PART + part.label.as_str().len() + part.bytes.len());
    2 * FRAME + parcel.entry.bytes().len() + parts.sum::<usize>()
}

impl Batch {
    /// Puts a batch together and seals the content of its entries to `key`, the receiver's for this month.
    ///
    /// # Errors
    /// [`BatchError`] when something must not be sent, or when it is too large; [`Draft::fill`] avoids the latter.
    pub fn compose(
        draft: &Draft,
        parcels: &[Parcel],
        key: &SealingKey,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, BatchError> {
        parcels.iter().try_for_each(|parcel| may_leave(parcel, &draft.to))?;
        let size = draft.weight() + parcels.iter().map(weight).sum::<usize>();
        message::at_most("the batch", size, limits::BATCH_BYTES)?;
        let mut batch = draft.frame();
        batch.entries = parcels.iter().map(|parcel| Signed(parcel.entry.bytes().to_vec())).collect();
        let content: Vec<_> = parcels
            .iter()
            .filter(|parcel| !parcel.parts.is_empty())
            .map(|parcel| (parcel.entry.hash(), &parcel.parts))
            .collect();
        if !content.is_empty() {
            let plaintext = zeroize::Zeroizing::new(cbor::encode(&content));
            batch.content = Some(seal::seal(key, USE, batch.surroundings().as_bytes(), &plaintext, entropy)?);
        }
        batch.check()?;
        Ok(batch)
    }

    /// Reads a batch that arrived. The entries' signatures remain to be checked, by [`check_arrived`], once the cards
    /// in it are in the book. Cards that are there already have been checked once, and are left out.
    ///
    /// # Errors
    /// [`BatchError`] says what is wrong with the batch as a whole; a part that does not match, or an entry that
    /// cannot be read, is no such thing.
    pub fn open(
        bytes: &[u8],
        from: &AgencyId,
        to: &AgencyId,
        secrets: &[SealingSecret],
        known: &CardBook,
    ) -> Result<OpenBatch, BatchError> {
        let batch = Self::decode(bytes)?;
        if batch.from != *from || batch.to != *to {
            return Err(BatchError::WrongAgency);
        }
        let new = batch.cards.iter().filter(|card| known.get(&suite::hash(&[&card.0])).is_none());
        let cards = new.map(|card| Card::read(&card.0)).collect::<Result<_, _>>()?;
        let heads = batch.heads.iter().map(|head| StatedHead::read(&head.0)).collect::<Result<_, _>>()?;
        let mut content = batch.open_content(secrets)?.into_iter().peekable();
        let hashes: Vec<Hash> = batch.entries.iter().map(|entry| suite::hash(&[&entry.0])).collect();
        let (mut arrived, mut unreadable) = (Vec::new(), Vec::new());
        for (bytes, hash) in batch.entries.iter().zip(&hashes) {
            let parts = content.next_if(|(of, _)| of == hash).map(|(_, parts)| parts);
            match Entry::read(&bytes.0) {
                Ok(entry) => arrived.push(Arrived::sort(entry, parts.unwrap_or_default(), to)),
                Err(_) => unreadable.push(Unreadable { hash: *hash, bytes: bytes.0.clone() }),
            }
        }
        if content.next().is_some() {
            return Err(BatchError::StrayContent);
        }
        let Self { after, receipts, checkpoint, consistency, .. } = batch;
        Ok(OpenBatch { after, hashes, arrived, unreadable, cards, heads, receipts, checkpoint, consistency })
    }

    fn open_content(&self, secrets: &[SealingSecret]) -> Result<Vec<(Hash, Vec<OpenPart>)>, BatchError> {
        let Some(sealed) = &self.content else { return Ok(Vec::new()) };
        let secret =
            secrets.iter().find(|secret| secret.public() == sealed.key).ok_or(SealError::OtherKey)?;
        let plaintext = seal::open(secret, USE, self.surroundings().as_bytes(), sealed)?;
        message::check_grain(&plaintext)?;
        let content: Vec<(Hash, Vec<OpenPart>)> = cbor::decode(&plaintext)?;
        content.iter().try_for_each(|(_, parts)| part::check_sizes(parts))?;
        Ok(content)
    }

    /// What the content is bound to: everything but itself.
    fn surroundings(&self) -> Hash {
        let rest = Self { content: None, ..self.clone() };
        suite::hash(&[USE, &rest.encode()])
    }
}

/// Who wrote an entry may have all of its content back.
fn may_have(header: &Header, commitment: &Commitment, agency: &AgencyId) -> bool {
    commitment.is_for(agency) || header.author == *agency
}

fn may_leave(parcel: &Parcel, to: &AgencyId) -> Result<(), BatchError> {
    let (entry, header) = (parcel.entry.hash(), parcel.entry.header());
    if !header.lane.is_shared() {
        return Err(BatchError::InnerLane(entry));
    }
    part::check_sizes(&parcel.parts)?;
    let stray = parcel
        .parts
        .iter()
        .find(|part| !header.parts.iter().any(|c| may_have(header, c, to) && part.matches(c)));
    stray.map_or(Ok(()), |part| Err(BatchError::NotForReceiver { entry, label: part.label.clone() }))
}

/// A batch that was read; its entries are not believed yet.
#[derive(Clone, Debug)]
pub struct OpenBatch {
    /// The head of the sender's stream before the first entry.
    pub after: StreamHead,
    /// The hash of every entry, in the order of the stream: what the stream's chain is made of.
    pub hashes: Vec<Hash>,
    /// The entries that can be read, in the same order.
    pub arrived: Vec<Arrived>,
    /// Those that are no entries, in the same order: each is set aside alone, and holds up nothing behind it.
    pub unreadable: Vec<Unreadable>,
    /// Cards that are not known yet, whose own signatures hold; whether they continue what is known, the card book says.
    pub cards: Vec<Card>,
    /// What was stated of lanes; whether a card bears it out remains to be checked.
    pub heads: Vec<StatedHead>,
    /// Receipts, unchecked.
    pub receipts: Vec<Receipt>,
    /// The sender's checkpoint, unchecked: [`crate::compare::checkpoint`].
    pub checkpoint: Option<SignedCheckpoint>,
    /// The path that goes with it.
    pub consistency: Vec<Hash>,
}

/// Bytes in the place of an entry that are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Their hash: the sender's stream is chained over it all the same.
    pub hash: Hash,
    /// The bytes, as they came.
    pub bytes: Vec<u8>,
}

/// An entry that arrived, with the content that is truly its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The entry, its signature unchecked.
    pub entry: Entry,
    /// Parts that match a commitment of the entry and are addressed to us.
    pub parts: Vec<OpenPart>,
    /// Parts that were thrown away.
    pub bad: Vec<BadPart>,
}

/// A part that its entry's author did not sign for, or not for us, or that came twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPart {
    /// What it called itself.
    pub label: Token,
}

impl Arrived {
    fn sort(entry: Entry, parts: Vec<OpenPart>, to: &AgencyId) -> Self {
        let header = entry.header();
        let mut open: Vec<_> = header.parts.iter().filter(|c| may_have(header, c, to)).collect();
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for part in parts {
            // A commitment is used up by its part, so that a part given twice is kept once.
            match open.iter().position(|commitment| part.matches(commitment)) {
                Some(at) => {
                    open.remove(at);
                    good.push(part);
                }
                None => bad.push(BadPart { label: part.label }),
            }
        }
        Self { entry, parts: good, bad }
    }
}

/// Checks the signature of an entry that arrived, under the card it names.
///
/// # Errors
/// [`Refused`] with one word for the sender: `inner-lane`, `weak-suite`, `unknown-card`, `wrong-card`,
/// `bad-signature` or `malformed`.
pub fn check_arrived(arrived: &Arrived, cards: &CardBook) -> Result<(), Refused> {
    let entry = &arrived.entry;
    let refused = |why| Refused { entry: entry.hash(), why: Token::literal(why) };
    if !entry.header().lane.is_shared() {
        return Err(refused("inner-lane"));
    }
    if entry.header().suite < Suite::LEAST {
        return Err(refused("weak-suite"));
    }
    let card = cards.get(&entry.header().card).ok_or_else(|| refused("unknown-card"))?;
    entry.verify(card).map_err(|error| {
        refused(match error {
            EntryError::Malformed(_) => "malformed",
            EntryError::BadSignature => "bad-signature",
            EntryError::WrongCard => "wrong-card",
            EntryError::WeakSuite => "weak-suite",
        })
    })
}
