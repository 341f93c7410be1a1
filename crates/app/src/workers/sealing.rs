//! Sealing what is handed over: files become a package on the node's shelf, and the act that hands it over is filled in.
//!
//! The command line seals at the keyboard's side and the pages in a thread of their own; both come through here. Not here:
//! who may hand over what, which the act itself is asked.
//!
//! Invariant: a package stands on the shelf only as it was read back from disk; nothing of the plaintext is kept.

use std::io::{self, BufWriter, Read as _, Seek as _};
use std::path::Path;

use comity_evidence::bag::{self, Packed};
use comity_evidence::envelope::{Envelope, Facts, Sender};
use comity_evidence::package::{self, PackageError};
use comity_evidence::sealed::SealedReader;
use comity_journal::card::{Card, SealingKey};
use comity_journal::entropy::Entropy;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::{Hash, SecretKey};
use comity_journal::time::Timestamp;
use comity_store::objects::Objects;
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::ledger::Ledger;

/// Fields of an act that hands a package over which sealing fills in; the others are for people.
pub const SEALED_FIELDS: &[&str] = &["package", "size", "files", "header"];

/// What is sealed, to whom, as whom.
#[derive(Clone, Copy)]
pub struct Sealing<'a> {
    /// The file or folder.
    pub source: &'a Path,
    /// To whom; agencies are named in the envelope.
    pub recipients: &'a [(Option<AgencyId>, SealingKey)],
    /// The matter it belongs to.
    pub matter: Option<MatterId>,
    /// References under which agencies know it.
    pub identifiers: &'a [String],
    /// Who signs; nobody where there is none.
    pub sender: Option<Sender<'a>>,
    /// The time.
    pub at: Timestamp,
}

impl Sealing<'_> {
    /// Seals into an empty file, to be synced and named.
    ///
    /// # Errors
    /// [`PackageError`], which names the file that stands in the way; `output` is to be thrown away then.
    pub fn seal_into(
        &self,
        output: &std::fs::File,
        entropy: &mut dyn Entropy,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(Packed, Envelope), PackageError> {
        let keys: Vec<_> = self.recipients.iter().map(|(_, key)| *key).collect();
        let mut to: Vec<_> = self.recipients.iter().filter_map(|(agency, _)| *agency).collect();
        to.sort();
        to.dedup();
        let facts = Facts { to: (!to.is_empty()).then_some(to), matter: self.matter, at: Some(self.at) };
        let date = self.at.to_string().chars().take(10).collect();
        let identifiers = self.identifiers.to_vec();
        let bag = bag::Facts { date: Some(date), identifiers, ..bag::Facts::default() };
        let (source, sender) = (self.source, self.sender);
        package::seal(source, &bag, &keys, facts, sender, output, entropy, progress)
    }

    /// Seals onto the shelf. Until an entry names the package the caller holds the shelf, so that nobody sweeps it.
    ///
    /// # Errors
    /// [`PackageError`]; then nothing stays.
    pub fn seal_onto(
        &self,
        objects: &Objects,
        entropy: &mut dyn Entropy,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Shelved, PackageError> {
        let fresh = objects.fresh()?;
        let (packed, envelope) = self.seal_into(fresh.as_file(), entropy, progress)?;
        let header = shelve(objects, fresh, &envelope)?;
        Ok(Shelved { packed, envelope, header })
    }
}

/// Reads the package back, so that what is vouched for is what is on disk, and keeps it. Its header.
fn shelve(objects: &Objects, fresh: NamedTempFile, envelope: &Envelope) -> Result<Vec<u8>, PackageError> {
    let mut leaves = objects.fresh()?;
    let mut sealed = SealedReader::read(fresh.reopen()?)?;
    sealed.write_leaves(&mut BufWriter::new(leaves.as_file_mut()))?;
    let mut header = Vec::new();
    let mut file = fresh.reopen()?;
    file.rewind()?;
    file.take(sealed.payload().start).read_to_end(&mut header)?;
    objects.keep(&envelope.root, fresh, leaves)?;
    Ok(header)
}

/// A package that was sealed and stands on the shelf.
#[derive(Debug)]
pub struct Shelved {
    /// What went in.
    pub packed: Packed,
    /// Its envelope.
    pub envelope: Envelope,
    header: Vec<u8>,
}

impl Shelved {
    /// Fills in, in the table of the act that hands it over, what sealing knows.
    pub fn fill_in(&self, act: &mut toml::Table) {
        let number = |number: u64| i64::try_from(number).map_or(0.into(), toml::Value::Integer);
        act.insert("package".into(), self.envelope.root.to_string().into());
        act.insert("size".into(), number(self.envelope.payload_size));
        act.insert("files".into(), number(self.packed.files));
        act.insert("header".into(), data_encoding::BASE64.encode(&self.header).into());
    }

    /// Fills in, in the table of how something reached us, what sealing the paper knows. The paper's name, which the
    /// entry is to rely on.
    pub fn fill_in_record(&self, recorded: &mut toml::Table) -> Hash {
        recorded.insert("header".into(), data_encoding::BASE64.encode(&self.header).into());
        self.envelope.root
    }

    /// Takes it off the shelf again, because nobody was handed it.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn take_off(&self, objects: &Objects) -> io::Result<()> {
        objects.remove(&self.envelope.root)
    }
}

/// How this node seals for the parties of a matter: to whom, and as whom.
pub struct SealOrder {
    matter: MatterId,
    number: String,
    recipients: Vec<(Option<AgencyId>, SealingKey)>,
    key: SecretKey,
    card: Card,
}

impl SealOrder {
    /// Seals a file or folder onto the shelf.
    ///
    /// # Errors
    /// As [`Sealing::seal_onto`].
    pub fn carry_out(
        &self,
        source: &Path,
        objects: &Objects,
        at: Timestamp,
        entropy: &mut dyn Entropy,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Shelved, PackageError> {
        let sender = Sender { key: &self.key, card: &self.card, more: &[] };
        let sealing = Sealing {
            source,
            recipients: &self.recipients,
            matter: Some(self.matter),
            identifiers: std::slice::from_ref(&self.number),
            sender: Some(sender),
            at,
        };
        sealing.seal_onto(objects, entropy, progress)
    }
}

impl Ledger {
    /// How to seal for the parties of a matter as this node.
    ///
    /// # Errors
    /// [`Failure::Waiting`] while a package sealed before waits to be handed over; as [`Ledger::package_recipients`].
    pub fn seal_order(&mut self, matter: &MatterId) -> Result<SealOrder, Failure> {
        if !self.drafted_packages(matter)?.is_empty() {
            return Err(Failure::Waiting(
                "a package of this matter is sealed and waits to be handed over".into(),
            ));
        }
        let recipients = self.package_recipients(matter)?;
        let kind = self.kind_of(matter)?;
        let number = self.number(&kind, matter)?;
        let signing = &self.keys.signing;
        Ok(SealOrder {
            matter: *matter,
            number,
            recipients: recipients.into_iter().map(|(agency, key)| (Some(agency), key)).collect(),
            key: SecretKey::from_seed(signing.suite(), Zeroizing::new(*signing.seed())),
            card: self.own_card().clone(),
        })
    }
}
