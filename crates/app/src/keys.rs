//! The keys a node holds. The root key is not among them: it stays offline.

use comity_evidence::age::Identity;
use comity_federation::seal::SealingSecret;
use comity_journal::entropy::Entropy;
use comity_journal::suite::{SecretKey, Signature, Suite};
use zeroize::Zeroizing;

/// Signs entries and checkpoints. Takes a slice, because a hardware module signs many at once; it blocks, because
/// the ledger is a thread of its own and has nothing else to do meanwhile.
pub trait Signer: Send {
    /// Signs each message with the key for entries.
    ///
    /// # Errors
    /// What the signer says, when it cannot sign.
    fn sign(&self, messages: &[Vec<u8>]) -> Result<Vec<Signature>, String>;
}

impl Signer for SecretKey {
    fn sign(&self, messages: &[Vec<u8>]) -> Result<Vec<Signature>, String> {
        Ok(messages.iter().map(|message| Self::sign(self, message)).collect())
    }
}

/// Everything a node keeps secret.
pub struct NodeKeys {
    /// Signs entries.
    pub signing: SecretKey,
    /// Signs checkpoints.
    pub checkpoint: SecretKey,
    /// Opens content: a key a month, oldest first; kept while content sealed to it is kept.
    pub content: Vec<SealingSecret>,
    /// Opens evidence packages.
    pub packages: SealingSecret,
    /// Open packages that were sealed before it was renewed, the last one first.
    pub former_packages: Vec<SealingSecret>,
    /// The seed of the TLS key.
    pub tls: Zeroizing<[u8; 32]>,
    /// Makes pseudonyms.
    pub pseudonyms: Zeroizing<[u8; 32]>,
}

impl NodeKeys {
    /// What opens the packages sealed to this node, now or before.
    pub fn identity(&self) -> Identity {
        let of = |secret: &SealingSecret| Identity::from_bytes(Zeroizing::new(*secret.bytes()));
        of(&self.packages).succeeding(self.former_packages.iter().map(of).collect())
    }

    /// Draws all keys of a new node, with sealing keys for so many months.
    pub fn generate(months: usize, entropy: &mut dyn Entropy) -> Self {
        let seed = |entropy: &mut dyn Entropy| {
            let mut bytes = Zeroizing::new([0; 32]);
            entropy.fill(&mut *bytes);
            bytes
        };
        Self {
            signing: SecretKey::generate(Suite::One, entropy),
            checkpoint: SecretKey::generate(Suite::One, entropy),
            content: (0..months).map(|_| SealingSecret::generate(entropy)).collect(),
            packages: SealingSecret::generate(entropy),
            former_packages: Vec::new(),
            tls: seed(entropy),
            pseudonyms: seed(entropy),
        }
    }
}
