//! A bundle: what one node has for one partner, in a file that is carried by hand.
//!
//! A sequence of byte strings (RFC 8742). The first says to which key the rest is sealed; each of the others is a frame,
//! sealed in one HPKE context, so that none can be left out, repeated or moved. A frame is a message as it goes over
//! the wire, a card, or a run of a sealed package. The last frame is the sender's signature over all before it.
//!
//! Not here: files, what is put into a bundle, and what comes of it. Who reads a bundle takes nothing of it before
//! [`Reading::next`] has given the closing and that was believed ([`Closing::verify`]).
//!
//! Invariant: a bundle that was cut, changed or lengthened anywhere gives an error and never a closing; and no more
//! than one frame of it is ever in memory.

use std::io::{ErrorKind, Read};

use comity_journal::card::{Card, SealingKey};
use comity_journal::cbor::{self, Malformed};
use comity_journal::cose::{self, Context, Unverified};
use comity_journal::entropy::Entropy;
use comity_journal::ids::AgencyId;
use comity_journal::limits;
use comity_journal::part::bytes;
use comity_journal::stream::StreamHead;
use comity_journal::suite::{self, Hash, Signature};
use serde::{Deserialize, Serialize};

use crate::message::{Hello, Message as _, Signed, VERSION, at_most, check_grain};
use crate::seal::{Opener, SealError, Sealer, SealingSecret};

/// What frames are sealed for, what the file says it is, and what its bytes are hashed under.
const USE: &str = "comity bundle v1";
/// The first item, in bytes.
const OPENING_BYTES: usize = 256;
/// The sender's signature and what it signs, in bytes.
const CLOSING_BYTES: usize = 1024;
/// What sealing adds to a frame: the tag.
const TAG: usize = 16;

/// Why a bundle is not taken. Nothing of it has been.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BundleError {
    /// Something else, or of a later release.
    #[error("the file is no bundle that this release reads")]
    NotABundle,
    /// Sealed to somebody else, or to a key that is gone.
    #[error("the bundle is sealed to a key that this node does not hold")]
    OtherKey,
    /// It ends before its closing frame.
    #[error("the bundle ends before its last frame")]
    Cut,
    /// Its bytes are not the ones that were sealed.
    #[error("the bundle was changed after it was sealed")]
    Altered,
    /// What was sealed is not what a bundle holds, or not in its order.
    #[error("the bundle does not hold what a bundle holds: {0}")]
    Disorder(Malformed),
    /// It names another receiver.
    #[error("the bundle is for another agency")]
    NotForUs,
    /// Nobody we know, or nobody two people here have confirmed.
    #[error("the bundle is from nobody who is a confirmed partner here")]
    Stranger,
    /// The sender did not sign it.
    #[error("the bundle is not signed by the agency it names")]
    NotSigned,
    /// The file could not be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(ErrorKind),
}

impl BundleError {
    /// A short word, for programs and for the texts people read.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotABundle => "not-a-bundle",
            Self::OtherKey => "other-key",
            Self::Cut => "cut",
            Self::Altered => "altered",
            Self::Disorder(_) => "disorder",
            Self::NotForUs => "not-for-us",
            Self::Stranger => "stranger",
            Self::NotSigned => "not-signed",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

impl From<Malformed> for BundleError {
    fn from(error: Malformed) -> Self {
        Self::Disorder(error)
    }
}

/// The first item: all that a stranger can read of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// That it is a bundle, and of which version.
    pub is: String,
    /// The receiver's key it is sealed to.
    pub key: SealingKey,
    /// The encapsulated key.
    #[serde(with = "bytes")]
    pub enc: Vec<u8>,
}

impl Opening {
    /// What opens the frames.
    ///
    /// # Errors
    /// [`BundleError::OtherKey`] when none of these secrets does.
    pub fn unsealer(&self, secrets: &[SealingSecret]) -> Result<Opener, BundleError> {
        let secret = secrets.iter().find(|secret| secret.public() == self.key);
        let secret = secret.ok_or(BundleError::OtherKey)?;
        Opener::begin(secret, USE.as_bytes(), &self.enc).map_err(|_| BundleError::Altered)
    }
}

/// Where the sender stood when it made the bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stood {
    /// As it would have said over the wire: both streams, card, checkpoint.
    pub hello: Hello,
    /// Its stream up to where it holds our receipts: what lies beyond we owe it.
    pub receipted: StreamHead,
    /// Drawn by a sender that does not know whether it is an old copy of itself; to be given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<Hash>,
    /// What the receiver's last bundle asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Hash>,
}

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Frame {
    /// First, once.
    Stood(Box<Stood>),
    /// Then the sender's cards, oldest first.
    Card(Signed),
    /// Then [`Receipts`](crate::message::Receipts) for what the receiver gave.
    Receipts(Signed),
    /// Then [`Batch`](crate::message::Batch)es.
    Batch(Signed),
    /// Then sealed packages: which one, followed by all of its leaves and groups.
    Package(Hash),
    /// Hashes of groups, from this one on.
    Leaves {
        /// The first.
        first: u64,
        /// 32 bytes each.
        #[serde(with = "bytes")]
        hashes: Vec<u8>,
    },
    /// One group.
    Group {
        /// Which.
        number: u64,
        /// Its bytes; with group 0 the nonce before it.
        #[serde(with = "bytes")]
        sealed: Vec<u8>,
    },
    /// Last, once.
    Closing(Signed),
}

impl Frame {
    /// Its place in the order of frames.
    fn rank(&self) -> u8 {
        match self {
            Self::Stood(_) => 1,
            Self::Card(_) => 2,
            Self::Receipts(_) => 3,
            Self::Batch(_) => 4,
            Self::Package(_) => 5,
            Self::Leaves { .. } | Self::Group { .. } => 6,
            Self::Closing(_) => 7,
        }
    }

    fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        at_most("a frame", bytes.len(), limits::BUNDLE_FRAME_BYTES)?;
        check_grain(bytes)?;
        let frame: Self = cbor::decode(bytes)?;
        if let Self::Stood(stood) = &frame {
            stood.hello.check()?;
        }
        Ok(frame)
    }
}

/// What the sender signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vouched {
    /// Version of the messages.
    pub v: u16,
    /// Who made the bundle.
    pub from: AgencyId,
    /// For whom.
    pub to: AgencyId,
    /// By which of its cards it signs.
    pub card: Hash,
    /// How many frames come before the closing.
    pub frames: u64,
    /// The hash over all bytes before the closing.
    pub all: Hash,
}

/// The hash over the bytes of a bundle so far.
#[derive(Clone, Copy, Debug)]
struct Running {
    all: Hash,
    frames: u64,
}

impl Running {
    fn begin(opening: &[u8]) -> Self {
        Self { all: suite::hash(&[USE.as_bytes(), opening]), frames: 0 }
    }

    fn add(&mut self, sealed: &[u8]) {
        self.all = suite::hash(&[USE.as_bytes(), self.all.as_bytes(), sealed]);
        self.frames += 1;
    }
}

/// A bundle in the making. What its methods give back are the bytes of the file, in order.
#[derive(Debug)]
pub struct Writing {
    sealer: Sealer,
    running: Running,
}

impl Writing {
    /// Begins a bundle that is sealed to `to`.
    ///
    /// # Errors
    /// [`SealError::UnusableKey`] when nothing can be sealed to this key.
    pub fn begin(to: &SealingKey, entropy: &mut dyn Entropy) -> Result<(Self, Vec<u8>), SealError> {
        let (sealer, enc) = Sealer::begin(to, USE.as_bytes(), entropy)?;
        let opening = cbor::encode(&Opening { is: USE.into(), key: *to, enc });
        Ok((Self { sealer, running: Running::begin(&opening) }, item(&opening)))
    }

    /// Adds a frame.
    pub fn frame(&mut self, frame: &Frame) -> Vec<u8> {
        let sealed = self.sealer.seal(&zeroize::Zeroizing::new(cbor::encode(frame)));
        self.running.add(&sealed);
        item(&sealed)
    }

    /// What is to be signed for everything added so far; `card` is the card whose key will sign it.
    pub fn vouched(&self, to: AgencyId, card: &Card) -> Vouched {
        let Running { all, frames } = self.running;
        Vouched { v: VERSION, from: card.agency(), to, card: card.hash(), frames, all }
    }

    /// Ends the bundle with the signature of the key that `card` names, over [`Vouched::to_be_signed`].
    pub fn close(mut self, vouched: &Vouched, card: &Card, signature: &Signature) -> Vec<u8> {
        let signed = cose::assemble(card.facts().suite, cbor::encode(vouched), signature);
        self.frame(&Frame::Closing(Signed(signed)))
    }
}

impl Vouched {
    /// The bytes that the signing key of `card` signs.
    pub fn to_be_signed(&self, card: &Card) -> Vec<u8> {
        cose::to_be_signed(card.facts().suite, Context::Bundle, &cbor::encode(self))
    }
}

/// A byte string of the sequence.
fn item(bytes: &[u8]) -> Vec<u8> {
    cbor::encode(&Signed(bytes.to_vec()))
}

/// A bundle that is read, before it can be opened.
#[derive(Debug)]
pub struct Begun<R> {
    from: R,
    /// To whom it is sealed.
    pub opening: Opening,
    running: Running,
}

impl<R: Read> Begun<R> {
    /// Reads the first item.
    ///
    /// # Errors
    /// [`BundleError`] when it is no bundle of this version.
    pub fn read(mut from: R) -> Result<Self, BundleError> {
        let first = match next_item(&mut from, OPENING_BYTES) {
            Ok(Some(first)) => first,
            Err(unreadable @ BundleError::Unreadable(_)) => return Err(unreadable),
            Ok(None) | Err(_) => return Err(BundleError::NotABundle),
        };
        let opening: Opening = cbor::decode(&first).map_err(|_| BundleError::NotABundle)?;
        if opening.is != USE {
            return Err(BundleError::NotABundle);
        }
        Ok(Self { from, opening, running: Running::begin(&first) })
    }

    /// Goes on with what opens it, from [`Opening::unsealer`].
    pub fn open(self, opener: Opener) -> Reading<R> {
        Reading { from: self.from, opener, running: self.running, rank: 0 }
    }
}

/// A bundle that is read frame by frame.
#[derive(Debug)]
pub struct Reading<R> {
    from: R,
    opener: Opener,
    running: Running,
    rank: u8,
}

/// What came next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A frame; never the closing.
    Frame(Frame),
    /// The bundle is whole: these are its last bytes. Who signed it remains to be seen.
    Closing(Closing),
}

/// The signature under a whole bundle, unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// What was signed; it speaks of exactly the bytes that were read.
    pub vouched: Vouched,
    signed: Unverified,
}

impl<R: Read> Reading<R> {
    /// Reads the next frame; nothing comes after a closing.
    ///
    /// # Errors
    /// [`BundleError`] says what is wrong.
    #[expect(clippy::should_implement_trait, reason = "an iterator would go on after an error")]
    pub fn next(&mut self) -> Result<Next, BundleError> {
        let before = self.running;
        let sealed = next_item(&mut self.from, limits::BUNDLE_FRAME_BYTES + TAG)?.ok_or(BundleError::Cut)?;
        let plaintext = self.opener.open(&sealed).map_err(|_| BundleError::Altered)?;
        let frame = Frame::decode(&plaintext)?;
        self.running.add(&sealed);
        self.check_order(&frame)?;
        match frame {
            Frame::Closing(signed) => self.close(before, &signed.0).map(Next::Closing),
            frame => Ok(Next::Frame(frame)),
        }
    }

    fn check_order(&mut self, frame: &Frame) -> Result<(), BundleError> {
        let (before, rank) = (self.rank, frame.rank());
        // A package can follow another; everything else goes on in the order of ranks, and begins at the first.
        let follows = match rank {
            1 => before == 0,
            5 => (2..=6).contains(&before),
            6 => matches!(before, 5 | 6),
            _ => (1..=rank).contains(&before),
        };
        if !follows || self.running.frames > limits::BUNDLE_FRAMES {
            let why = "frames are not in the order of a bundle, or too many";
            return Err(Malformed::Unreadable(why.into()).into());
        }
        self.rank = rank;
        Ok(())
    }

    fn close(&mut self, before: Running, signed: &[u8]) -> Result<Closing, BundleError> {
        let signed = Unverified::read(signed, CLOSING_BYTES)?;
        let vouched: Vouched = cbor::decode(&signed.payload)?;
        if vouched.v != VERSION || vouched.all != before.all || vouched.frames != before.frames {
            return Err(BundleError::NotSigned);
        }
        match self.from.read(&mut [0]) {
            Ok(0) => Ok(Closing { vouched, signed }),
            Ok(_) => Err(BundleError::Altered),
            Err(error) => Err(BundleError::Unreadable(error.kind())),
        }
    }
}

impl Closing {
    /// Checks that the agency of `card`, which must be the one named, signed the bundle.
    ///
    /// # Errors
    /// [`BundleError::NotSigned`].
    pub fn verify(&self, card: &Card) -> Result<(), BundleError> {
        let facts = card.facts();
        let named = self.vouched.card == card.hash() && self.vouched.from == card.agency();
        let by_its_suite = self.signed.suite == facts.suite && facts.suite >= suite::Suite::LEAST;
        if named && by_its_suite && self.signed.verify(&facts.signing, Context::Bundle).is_ok() {
            Ok(())
        } else {
            Err(BundleError::NotSigned)
        }
    }
}

/// The next byte string of a sequence, in its one shortest form; `None` at the end.
fn next_item(from: &mut impl Read, limit: usize) -> Result<Option<Vec<u8>>, BundleError> {
    let mut head = [0];
    if fill(from, &mut head)? == 0 {
        return Ok(None);
    }
    let (width, short) = match head[0] {
        short @ 0x40..=0x57 => (0, u64::from(short - 0x40)),
        0x58 => (1, 0),
        0x59 => (2, 0),
        0x5a => (4, 0),
        _ => return Err(BundleError::Altered),
    };
    let mut more = [0; 8];
    if fill(from, &mut more[8 - width..])? < width {
        return Err(BundleError::Cut);
    }
    let size = if width == 0 { short } else { u64::from_be_bytes(more) };
    let least = match width {
        0 => 0,
        1 => 24,
        2 => 1 << 8,
        _ => 1 << 16,
    };
    if size < least || size > limit as u64 {
        return Err(BundleError::Altered);
    }
    let mut bytes = Vec::new();
    from.take(size).read_to_end(&mut bytes).map_err(|error| BundleError::Unreadable(error.kind()))?;
    if (bytes.len() as u64) < size { Err(BundleError::Cut) } else { Ok(Some(bytes)) }
}

/// Fills `into` as far as there is anything.
fn fill(from: &mut impl Read, into: &mut [u8]) -> Result<usize, BundleError> {
    let mut filled = 0;
    while let Some(rest) = into.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match from.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(BundleError::Unreadable(error.kind())),
        }
    }
    Ok(filled)
}
