//! A node's folder: keys, card and store, and the lock that keeps a second writer out.
//!
//! ```text
//! DIR/            0700
//!   card          the node's own latest card
//!   keys/         one file a key, hexadecimal, 0600; keys-to-come/ and former-keys/ while they are renewed
//!   journal.db    the store
//!   objects/      sealed packages
//!   uploads/      files in the clear that wait to be sealed
//!   lock          held while a writer has the folder open
//!   control.sock  of a running node, 0600
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use comity_app::keys::NodeKeys;
use comity_app::staging::{Staging, StagingLimits};
use comity_federation::seal::SealingSecret;
use comity_journal::card::Card;
use comity_journal::entropy::Entropy;
use comity_journal::suite::{SecretKey, Suite};
use comity_store::Reader as _;
use comity_store::objects::Objects;
use comity_store::sqlite::SqliteStore;
use zeroize::Zeroizing;

use crate::reply::{Reply, WAITING};

/// How many months of sealing keys a card carries.
pub(crate) const MONTHS: usize = 12;

/// The keys in use, those that are to take their place, and those that were in use.
const KEYS: &str = "keys";
const KEYS_TO_COME: &str = "keys-to-come";
const FORMER_KEYS: &str = "former-keys";

/// What is left of the keys in use when they are renewed.
pub(crate) struct Left {
    content: Vec<SealingSecret>,
    packages: Vec<SealingSecret>,
    pseudonyms: Option<Zeroizing<[u8; 32]>>,
    /// The files that were not there, or no keys.
    pub(crate) lost: Vec<String>,
}

impl Left {
    /// New keys, with so many months of content keys behind those that are left, and this TLS key. What opens content and
    /// packages is kept, and the pseudonyms of officers stay what they are.
    pub(crate) fn renewed(
        self,
        months: usize,
        tls: Zeroizing<[u8; 32]>,
        entropy: &mut dyn Entropy,
    ) -> NodeKeys {
        let fresh = NodeKeys::generate(months, entropy);
        NodeKeys {
            content: self.content.into_iter().chain(fresh.content).collect(),
            former_packages: self.packages,
            pseudonyms: self.pseudonyms.unwrap_or(fresh.pseudonyms),
            tls,
            signing: fresh.signing,
            checkpoint: fresh.checkpoint,
            packages: fresh.packages,
        }
    }
}

/// A node's folder, not opened for writing yet.
#[derive(Clone, Debug)]
pub(crate) struct Folder(PathBuf);

/// The right to write in a folder; released when dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Folder {
    /// A folder that holds a node.
    pub(crate) fn open(dir: &Path) -> Result<Self, Reply> {
        let folder = Self(dir.to_owned());
        if folder.card_path().is_file() {
            Ok(folder)
        } else {
            Err(Reply::usage(format!("{} holds no node; `comity init` makes one", dir.display())))
        }
    }

    /// Makes the folder of a new node.
    pub(crate) fn create(dir: &Path) -> Result<Self, Reply> {
        let folder = Self(dir.to_owned());
        if folder.card_path().exists() {
            return Err(Reply::usage(format!("{} holds a node already", dir.display())));
        }
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir.join("keys")).map_err(Reply::io)?;
        Ok(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    fn card_path(&self) -> PathBuf {
        self.0.join("card")
    }

    pub(crate) fn store_path(&self) -> PathBuf {
        self.0.join("journal.db")
    }

    /// Where files wait to be sealed.
    pub(crate) fn staging(&self) -> Result<Staging, Reply> {
        Staging::open(&self.0.join("uploads"), StagingLimits::default()).map_err(Reply::io)
    }

    /// Where sealed packages are kept.
    pub(crate) fn objects(&self) -> Result<Objects, Reply> {
        Objects::open(&self.0.join("objects")).map_err(Reply::io)
    }

    pub(crate) fn socket_path(&self) -> PathBuf {
        self.0.join("control.sock")
    }

    fn lock_file(&self) -> Result<File, Reply> {
        let opened =
            OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(self.0.join("lock"));
        opened.map_err(Reply::io)
    }

    /// Takes the lock, or says that somebody has it.
    pub(crate) fn lock(&self) -> Result<Lock, Reply> {
        let file = self.lock_file()?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(fs::TryLockError::WouldBlock) => {
                let why = "another comity is writing in this folder and does not take commands; try again when it is done";
                Err(Reply::waiting(why.into()))
            }
            Err(fs::TryLockError::Error(error)) => Err(Reply::io(error)),
        }
    }

    /// Takes the lock of a node that must not run, or says why not.
    pub(crate) fn lock_standing_still(&self, runs: impl FnOnce() -> String) -> Result<Lock, Reply> {
        self.lock().map_err(|reply| {
            if reply.exit == WAITING { Reply::of(WAITING, runs(), reply.json) } else { reply }
        })
    }

    /// Waits for the lock of a command that is about to be done.
    pub(crate) fn lock_in_turn(&self) -> Result<Lock, Reply> {
        let file = self.lock_file()?;
        file.lock().map_err(Reply::io)?;
        Ok(Lock { _file: file })
    }

    pub(crate) fn card(&self) -> Result<Card, Reply> {
        let bytes = fs::read(self.card_path()).map_err(Reply::io)?;
        Card::read(&bytes).map_err(|error| Reply::no(format!("the node's own card cannot be read: {error}")))
    }

    pub(crate) fn write_card(&self, card: &Card) -> Result<(), Reply> {
        let fresh = self.0.join("card.new");
        let mut file = File::create(&fresh).map_err(Reply::io)?;
        file.write_all(card.bytes()).and_then(|()| file.sync_all()).map_err(Reply::io)?;
        fs::rename(&fresh, self.card_path()).map_err(Reply::io)
    }

    /// The latest card of the node that the folder or the journal has.
    pub(crate) fn latest_card(&self) -> Result<Card, Reply> {
        let card = self.card()?;
        if !self.store_path().is_file() {
            return Ok(card);
        }
        let store = SqliteStore::open(&self.store_path(), card.agency())
            .map_err(|error| Reply::fault(error.to_string()))?;
        let stored = store.cards().map_err(|error| Reply::fault(error.to_string()))?;
        let own = stored.into_iter().filter(|stored| stored.agency == card.agency());
        let newest = own.max_by_key(|stored| stored.number).filter(|own| own.number > card.facts().number);
        let read = |bytes: &[u8]| Card::read(bytes).map_err(|error| Reply::fault(error.to_string()));
        newest.map_or(Ok(card), |newest| read(&newest.bytes))
    }

    /// Finishes the renewal of keys that was interrupted, if the journal has the card that names the new ones; undoes it
    /// otherwise.
    pub(crate) fn settle_keys(&self) -> Result<(), Reply> {
        let (keys, to_come, former) =
            (self.0.join(KEYS), self.0.join(KEYS_TO_COME), self.0.join(FORMER_KEYS));
        if to_come.exists() {
            let are_named = match self.read_keys_in(KEYS_TO_COME) {
                Ok(to_come) => to_come.signing.public() == self.latest_card()?.facts().signing,
                // They were being written when it was interrupted.
                Err(_) => false,
            };
            if are_named {
                if keys.exists() && !former.exists() {
                    fs::rename(&keys, &former).map_err(Reply::io)?;
                }
                fs::rename(&to_come, &keys).map_err(Reply::io)?;
                File::open(&self.0).and_then(|folder| folder.sync_all()).map_err(Reply::io)?;
            } else {
                fs::remove_dir_all(&to_come).map_err(Reply::io)?;
            }
        }
        if keys.exists() && former.exists() {
            fs::remove_dir_all(&former).map_err(Reply::io)?;
        }
        Ok(())
    }

    /// Writes keys beside those in use; [`Folder::settle_keys`] puts them in their place.
    pub(crate) fn write_keys_to_come(&self, keys: &NodeKeys) -> Result<(), Reply> {
        fs::DirBuilder::new().mode(0o700).create(self.0.join(KEYS_TO_COME)).map_err(Reply::io)?;
        self.write_keys_in(KEYS_TO_COME, keys)
    }

    pub(crate) fn read_keys_to_come(&self) -> Result<NodeKeys, Reply> {
        self.read_keys_in(KEYS_TO_COME)
    }

    pub(crate) fn write_keys(&self, keys: &NodeKeys) -> Result<(), Reply> {
        self.write_keys_in(KEYS, keys)
    }

    fn write_keys_in(&self, folder: &str, keys: &NodeKeys) -> Result<(), Reply> {
        let write = |name: &str, bytes: &[u8; 32]| write_secret(&self.0.join(folder).join(name), bytes);
        write("signing", keys.signing.seed())?;
        write("checkpoint", keys.checkpoint.seed())?;
        write("packages", keys.packages.bytes())?;
        write("tls", &keys.tls)?;
        write("pseudonyms", &keys.pseudonyms)?;
        for (i, secret) in keys.content.iter().enumerate() {
            write(&format!("content-{i:03}"), secret.bytes())?;
        }
        for (i, secret) in keys.former_packages.iter().enumerate() {
            write(&format!("packages-{i:03}"), secret.bytes())?;
        }
        Ok(())
    }

    pub(crate) fn read_keys(&self) -> Result<NodeKeys, Reply> {
        self.read_keys_in(KEYS).map_err(|reply| {
            let renew = "If the key is lost: `comity card rotate` has the root renew it; if somebody else may have it: `comity card revoke`.";
            Reply::no(format!("{}\n{renew}", reply.text))
        })
    }

    /// What is left of the keys in use.
    pub(crate) fn read_keys_left(&self) -> Result<Left, Reply> {
        let folder = self.0.join(KEYS);
        let mut lost = Vec::new();
        let mut read = |name: &str| match read_secret(&folder.join(name)) {
            Ok(secret) => Some(secret),
            Err(_) => {
                lost.push(name.to_owned());
                None
            }
        };
        for name in ["signing", "checkpoint", "tls"] {
            read(name);
        }
        let (packages, pseudonyms) = (read("packages"), read("pseudonyms"));
        let content = self.read_numbered(KEYS, "content")?;
        if content.is_empty() {
            lost.push("content".to_owned());
        }
        let former = self.read_numbered(KEYS, "packages")?;
        let packages = packages.map(SealingSecret::from_bytes).into_iter().chain(former).collect();
        Ok(Left { content, packages, pseudonyms, lost })
    }

    fn read_numbered(&self, folder: &str, name: &str) -> Result<Vec<SealingSecret>, Reply> {
        let paths = (0..).map(|i| self.0.join(folder).join(format!("{name}-{i:03}")));
        let there = paths.take_while(|path| path.is_file());
        there.map(|path| Ok(SealingSecret::from_bytes(read_secret(&path)?))).collect()
    }

    fn read_keys_in(&self, folder: &str) -> Result<NodeKeys, Reply> {
        let read = |name: &str| read_secret(&self.0.join(folder).join(name));
        Ok(NodeKeys {
            signing: SecretKey::from_seed(Suite::One, read("signing")?),
            checkpoint: SecretKey::from_seed(Suite::One, read("checkpoint")?),
            content: self.read_numbered(folder, "content")?,
            packages: SealingSecret::from_bytes(read("packages")?),
            former_packages: self.read_numbered(folder, "packages")?,
            tls: read("tls")?,
            pseudonyms: read("pseudonyms")?,
        })
    }
}

/// Writes a secret where nothing is yet, readable by its owner alone.
pub(crate) fn write_secret(path: &Path, bytes: &[u8; 32]) -> Result<(), Reply> {
    write_private(path, Zeroizing::new(data_encoding::HEXLOWER.encode(bytes)).as_bytes())
}

/// Writes text where nothing is yet, readable by its owner alone.
pub(crate) fn write_private(path: &Path, text: &[u8]) -> Result<(), Reply> {
    let opened = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path);
    let mut file = opened.map_err(|error| Reply::usage(format!("{}: {error}", path.display())))?;
    file.write_all(text)
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all())
        .map_err(Reply::io)
}

/// Reads a secret written by [`write_secret`].
pub(crate) fn read_secret(path: &Path) -> Result<Zeroizing<[u8; 32]>, Reply> {
    let wrong = || Reply::no(format!("{} is no key file of comity", path.display()));
    let mut text = Zeroizing::new(String::new());
    let opened = File::open(path).map_err(|error| Reply::no(format!("{}: {error}", path.display())))?;
    opened.take(1024).read_to_string(&mut text).map_err(|_| wrong())?;
    let bytes = Zeroizing::new(
        data_encoding::HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).map_err(|_| wrong())?,
    );
    let mut secret = Zeroizing::new([0; 32]);
    if bytes.len() != secret.len() {
        return Err(wrong());
    }
    secret.copy_from_slice(&bytes);
    Ok(secret)
}
