//! Checkpoints: what an agency signs about its exchange tree, and what witnesses add to it.
//!
//! A checkpoint is a C2SP signed note (c2sp.org/signed-note, c2sp.org/tlog-checkpoint): origin, size, root, then
//! the signature by the origin's key, then cosignatures. The exact text is kept, since it is what was signed.
//! It is read more strictly than the specification asks: three lines without extensions, one spelling of every
//! value, the origin's signature first, and nothing but cosignatures after it.
//!
//! Not here: whether two checkpoints are of one history; that is a consistency proof ([`crate::tree`]).
//!
//! Invariant: only [`SignedCheckpoint::open`] says that a checkpoint is signed; [`SignedCheckpoint::peek`] does not.

mod cosignature;
mod note;

pub use cosignature::Cosignature;

use serde::{Deserialize, Serialize};

use crate::ids::AgencyId;
use crate::suite::{Hash, PublicKey, SecretKey, Signature, Suite};
use crate::time::Timestamp;
use crate::tree;
use note::{Line, Use};

/// The longest note that is read, in bytes: room for all cosignatures with the longest names.
pub const NOTE_BYTES: usize = 32 * 1024;
/// The most cosignatures one checkpoint may carry.
pub const COSIGNATURES: usize = 64;
/// Origin, size, root, a blank line and the origin's signature.
const SIGNED_LINES: usize = 5;

/// What an agency calls itself when it witnesses, and never otherwise: `AGENCY/witness`, the agency in hexadecimal.
pub fn witness_name(agency: &AgencyId) -> String {
    format!("{agency}/witness")
}

/// Why a note is no checkpoint, or not one that is signed as it should be.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum CheckpointError {
    /// Too long to be a checkpoint.
    #[error("the note has {0} bytes; the limit is {NOTE_BYTES}")]
    TooLarge(usize),
    /// Not text, or not three lines, a blank line and signature lines.
    #[error("not a checkpoint: it must be origin, size and root, a blank line, and signature lines")]
    NotANote,
    /// The first line.
    #[error("the origin is not AGENCY/exchange/EPOCH")]
    Origin,
    /// The second line.
    #[error("the size is not a number of leaves, written without leading zeros")]
    Size,
    /// The third line.
    #[error("the root is not a hash in base 64, or not the root of a tree of that size")]
    Root,
    /// A line that is no signature or cosignature in its one spelling.
    #[error("signature line {0} cannot be read")]
    Line(usize),
    /// The first signature is not the origin's.
    #[error("the first signature does not bear the origin's name")]
    NotByOrigin,
    /// A second signature by one name.
    #[error("two signatures bear the name {0}")]
    Twice(String),
    /// More cosignatures than are read.
    #[error("more than {COSIGNATURES} cosignatures")]
    TooManyCosignatures,
    /// The signature is by another key than the one it is checked with.
    #[error("signed with another key than the one at hand")]
    OtherKey,
    /// The signature does not match.
    #[error("the signature does not match the checkpoint")]
    BadSignature,
    /// Not a name a witness can have here.
    #[error(
        "a witness is named by 1 to 255 printable ASCII characters, no space and no plus, and not like the origin"
    )]
    WitnessName,
    /// A time before 1970 or beyond what can be told.
    #[error("the time of the cosignature is out of bounds")]
    Time,
    /// No line by this witness.
    #[error("not cosigned by {0}")]
    NotCosigned(String),
}

/// Whose tree, and which epoch of it: `AGENCY/exchange/EPOCH`, the agency in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The agency.
    pub agency: AgencyId,
    /// The epoch of its exchange tree.
    pub epoch: u32,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/exchange/{}", self.agency, self.epoch)
    }
}

impl std::str::FromStr for Origin {
    type Err = CheckpointError;

    /// Reads the one spelling that `Display` writes.
    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let read = || {
            let (agency, epoch) = text.split_once("/exchange/")?;
            Some(Self { agency: AgencyId::from_hex(agency)?, epoch: epoch.parse().ok()? })
        };
        read().filter(|origin| origin.to_string() == text).ok_or(CheckpointError::Origin)
    }
}

/// What an agency says of its tree at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose tree.
    pub origin: Origin,
    /// The number of its leaves.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

impl Checkpoint {
    /// Signs this checkpoint with the origin's checkpoint key.
    pub fn sign(&self, key: &SecretKey) -> SignedCheckpoint {
        let (name, body) = (self.origin.to_string(), self.body());
        let id = note::key_id(&name, Use::Note, key.suite(), &key.public());
        let line = Line { name: &name, id, payload: key.sign(body.as_bytes()).as_bytes().to_vec() };
        SignedCheckpoint(format!("{body}\n{line}\n"))
    }

    /// What is signed: three lines, each ended.
    fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, note::base64(self.root.as_bytes()))
    }

    fn read(body: &str) -> Result<Self, CheckpointError> {
        let [origin, size, root] =
            body.split('\n').collect::<Vec<_>>().try_into().map_err(|_| CheckpointError::NotANote)?;
        let size =
            note::whole_number(size).filter(|size| *size <= tree::MAX_SIZE).ok_or(CheckpointError::Size)?;
        let root =
            note::from_base64(root).and_then(|root| Hash::from_slice(&root)).ok_or(CheckpointError::Root)?;
        if size == 0 && root != tree::empty_root() {
            return Err(CheckpointError::Root);
        }
        Ok(Self { origin: origin.parse()?, size, root })
    }
}

/// The exact text of a checkpoint with its signatures. Unread and unchecked until it is opened: all that is known
/// of it is that it is not too long. Travels as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SignedCheckpoint(String);

impl TryFrom<String> for SignedCheckpoint {
    type Error = CheckpointError;

    fn try_from(text: String) -> Result<Self, CheckpointError> {
        if text.len() > NOTE_BYTES { Err(CheckpointError::TooLarge(text.len())) } else { Ok(Self(text)) }
    }
}

impl From<SignedCheckpoint> for String {
    fn from(note: SignedCheckpoint) -> Self {
        note.0
    }
}

impl std::fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl SignedCheckpoint {
    /// Takes a note as it came in a file or a response.
    ///
    /// # Errors
    /// [`CheckpointError::TooLarge`], or [`CheckpointError::NotANote`] when it is not text.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        if bytes.len() > NOTE_BYTES {
            return Err(CheckpointError::TooLarge(bytes.len()));
        }
        std::str::from_utf8(bytes).map(|text| Self(text.to_owned())).map_err(|_| CheckpointError::NotANote)
    }

    /// The note, byte for byte.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the checkpoint if, and only if, it is signed with `key`. Cosignatures are read, not checked.
    ///
    /// # Errors
    /// [`CheckpointError`] says what does not hold.
    pub fn open(&self, key: &PublicKey, suite: Suite) -> Result<Checkpoint, CheckpointError> {
        let parts = self.parts()?;
        let name = parts.checkpoint.origin.to_string();
        if parts.key_id != note::key_id(&name, Use::Note, suite, key) {
            return Err(CheckpointError::OtherKey);
        }
        suite
            .verify(key, parts.body.as_bytes(), &parts.signature)
            .map_err(|_| CheckpointError::BadSignature)?;
        Ok(parts.checkpoint)
    }

    /// Reads what the note says without checking who signed it; to find the key to open it with.
    ///
    /// # Errors
    /// [`CheckpointError`] when it is not a checkpoint in every respect but the signatures' truth.
    pub fn peek(&self) -> Result<Checkpoint, CheckpointError> {
        self.parts().map(|parts| parts.checkpoint)
    }

    /// A witness's cosignature of this checkpoint: that at `at` this was the largest tree it had seen of the origin,
    /// and that it continues those it had seen before. Whoever calls this has opened the checkpoint and checked
    /// that; and uses `witness` for no other name, since what is signed does not hold the name.
    ///
    /// # Errors
    /// [`CheckpointError::WitnessName`], [`CheckpointError::Time`], or what is wrong with the checkpoint.
    pub fn cosign(
        &self,
        witness: &SecretKey,
        name: &str,
        at: Timestamp,
    ) -> Result<Cosignature, CheckpointError> {
        let parts = self.parts()?;
        parts.may_be_cosigned_by(name)?;
        Cosignature::make(parts.body, witness, name, at)
    }

    /// This checkpoint with one more cosignature, in place of an earlier one by the same name.
    ///
    /// # Errors
    /// [`CheckpointError::WitnessName`], [`CheckpointError::TooManyCosignatures`], or what is wrong with the
    /// checkpoint.
    pub fn with_cosignature(&self, cosignature: &Cosignature) -> Result<Self, CheckpointError> {
        let parts = self.parts()?;
        parts.may_be_cosigned_by(cosignature.name())?;
        let others = parts.cosignatures.iter().filter(|other| other.name() != cosignature.name());
        let lines: Vec<String> = others.chain([cosignature]).map(ToString::to_string).collect();
        if lines.len() > COSIGNATURES {
            return Err(CheckpointError::TooManyCosignatures);
        }
        let signed = parts.body.len() + 1 + parts.first_line.len();
        Self::try_from(format!("{}\n{}\n", &self.0[..signed], lines.join("\n")))
    }

    /// This checkpoint and its origin's signature alone, unread.
    ///
    /// # Errors
    /// [`CheckpointError::TooLarge`] never: it is shorter than this.
    pub fn without_cosignatures(&self) -> Result<Self, CheckpointError> {
        Self::try_from(self.0.split_inclusive('\n').take(SIGNED_LINES).collect::<String>())
    }

    /// The cosignatures, unchecked.
    ///
    /// # Errors
    /// What is wrong with the checkpoint.
    pub fn cosignatures(&self) -> Result<Vec<Cosignature>, CheckpointError> {
        self.parts().map(|parts| parts.cosignatures)
    }

    /// Checks the cosignature by the witness of that name and key, and gives its time. Says nothing about the
    /// origin's signature: [`Self::open`] does.
    ///
    /// # Errors
    /// [`CheckpointError::NotCosigned`] when there is none by that name, otherwise what does not hold.
    pub fn verify_cosignature(
        &self,
        name: &str,
        witness: &PublicKey,
        suite: Suite,
    ) -> Result<Timestamp, CheckpointError> {
        let parts = self.parts()?;
        let cosignature = parts.cosignatures.iter().find(|cosignature| cosignature.name() == name);
        cosignature
            .ok_or_else(|| CheckpointError::NotCosigned(name.to_owned()))?
            .check(parts.body, witness, suite)
    }

    fn parts(&self) -> Result<Parts<'_>, CheckpointError> {
        let (body, lines) = self.0.split_once("\n\n").ok_or(CheckpointError::NotANote)?;
        let checkpoint = Checkpoint::read(body)?;
        let mut lines = lines.strip_suffix('\n').ok_or(CheckpointError::NotANote)?.split('\n');
        let first_line = lines.next().ok_or(CheckpointError::Line(1))?;
        let first = Line::read(first_line).ok_or(CheckpointError::Line(1))?;
        let signature = Signature::from_slice(&first.payload).ok_or(CheckpointError::Line(1))?;
        let mut parts = Parts {
            body: &self.0[..=body.len()],
            checkpoint,
            first_line,
            key_id: first.id,
            signature,
            cosignatures: Vec::new(),
        };
        if checkpoint.origin.to_string() != first.name {
            return Err(CheckpointError::NotByOrigin);
        }
        for (number, line) in (2..).zip(lines) {
            parts.add(Cosignature::read(line).ok_or(CheckpointError::Line(number))?)?;
        }
        Ok(parts)
    }
}

/// A note, taken apart.
struct Parts<'a> {
    /// The signed text, its last newline included.
    body: &'a str,
    checkpoint: Checkpoint,
    /// The origin's signature line, without its newline.
    first_line: &'a str,
    key_id: [u8; 4],
    signature: Signature,
    cosignatures: Vec<Cosignature>,
}

impl Parts<'_> {
    fn add(&mut self, cosignature: Cosignature) -> Result<(), CheckpointError> {
        let name = cosignature.name();
        let origin = self.checkpoint.origin.to_string();
        if name == origin || self.cosignatures.iter().any(|other| other.name() == name) {
            return Err(CheckpointError::Twice(name.to_owned()));
        }
        if self.cosignatures.len() == COSIGNATURES {
            return Err(CheckpointError::TooManyCosignatures);
        }
        self.cosignatures.push(cosignature);
        Ok(())
    }

    /// A log that vouches for itself under its own name would read like a witness.
    fn may_be_cosigned_by(&self, name: &str) -> Result<(), CheckpointError> {
        if name == self.checkpoint.origin.to_string() { Err(CheckpointError::WitnessName) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
