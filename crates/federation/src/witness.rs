//! Witnessing: what two nodes say to each other of each other's trees, and of the trees of agencies that both know.
//!
//! Each cosigns the other's checkpoint once it has seen that it continues what it held before, and keeps who cosigned its
//! own. Both also name the latest checkpoints they hold of others, so that an agency which shows different trees to
//! different partners is found when those meet: two checkpoints of one size that are not alike prove it by themselves; of
//! two sizes the holder of the smaller has the agency show that the larger continues it.
//!
//! Not here: which agencies may be named to whom, when a node witnesses, and what follows (`comity_app`). Specification of
//! what is signed: c2sp.org/tlog-cosignature.
//!
//! Invariant: nothing here calls an agency untrue unless two checkpoints that it has signed say so.

use comity_journal::cbor::Malformed;
use comity_journal::checkpoint::{Checkpoint, Cosignature, SignedCheckpoint};
use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;
use comity_journal::tree;
use serde::{Deserialize, Serialize};

use crate::message::{Held, Message, PATH, SMALL, at_most, check_version};

/// The most checkpoints of others that one message names.
pub const OTHERS: usize = 64;

/// That a tree begins with another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Continues {
    /// The smaller tree.
    pub held: Held,
    /// The path from it to the larger.
    pub path: Vec<Hash>,
}

/// A cosignature of the receiver's tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cosigned {
    /// The tree.
    pub tree: Held,
    /// The sender's cosignature of the checkpoint over it.
    pub cosignature: Cosignature,
}

/// Another agency has shown a tree of the receiver's that is larger than what the sender holds: does it continue that?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doubt {
    /// What the sender holds.
    pub held: Held,
    /// What it was shown. The note itself goes along, so that a node which does not have that tree learns that it is an older
    /// copy of itself.
    pub shown: SignedCheckpoint,
}

/// The answer to a doubt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    /// The tree that was doubted.
    pub shown: Held,
    /// That it continues what the other holds.
    pub continues: Continues,
}

/// What a witness says, and what it is answered. Where there is nothing to say of one thing, that is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// Version of the messages.
    pub v: u16,
    /// Who says this.
    pub from: AgencyId,
    /// To whom.
    pub to: AgencyId,
    /// The sender's tree, to be cosigned. Not in an answer: the hello before has shown it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<SignedCheckpoint>,
    /// That it continues what the receiver said it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<Continues>,
    /// The receiver's tree, cosigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cosigned: Option<Cosigned>,
    /// The latest checkpoints held of others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<SignedCheckpoint>,
    /// What is doubted of the receiver's tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
    /// What the receiver had doubted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
}

impl Witness {
    /// Says nothing yet.
    pub const fn new(from: AgencyId, to: AgencyId) -> Self {
        Self {
            v: crate::message::VERSION,
            from,
            to,
            checkpoint: None,
            continues: None,
            cosigned: None,
            others: Vec::new(),
            doubt: None,
            settled: None,
        }
    }

    /// Whether there is nothing in it for the other.
    pub const fn is_empty(&self) -> bool {
        self.checkpoint.is_none()
            && self.cosigned.is_none()
            && self.others.is_empty()
            && self.doubt.is_none()
            && self.settled.is_none()
    }
}

impl Message for Witness {
    const LIMIT: usize = SMALL;
    fn check(&self) -> Result<(), Malformed> {
        check_version(self.v)?;
        at_most("the number of checkpoints", self.others.len(), OTHERS)?;
        let settled = self.settled.as_ref().map(|settled| &settled.continues);
        for continues in self.continues.iter().chain(settled) {
            at_most("the consistency path", continues.path.len(), PATH)?;
        }
        Ok(())
    }
}

/// What a checkpoint of an agency that another has shown says beside the one that is held here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// Nothing that is to be asked about here: both are alike; or this one is smaller, and whoever holds it asks; or
    /// the agency's root has declared a later epoch than one of them is of, so that it says itself what was lost.
    Fits,
    /// They are of one size and not alike: the agency has signed two trees where there can be one.
    Contradicts,
    /// It is larger, or of an epoch that no card declares: the agency is to show that it continues what is held.
    Doubtful,
}

/// Judges a checkpoint beside what is held of the same agency, whose latest card known here declares this epoch.
pub fn beside(held: Held, says: &Checkpoint, declared: u32) -> Beside {
    let shown = Held::of(says);
    if held.epoch < declared
        || shown.epoch < held.epoch
        || (shown.epoch > held.epoch && shown.epoch <= declared)
    {
        return Beside::Fits;
    }
    if shown.epoch > held.epoch {
        return Beside::Doubtful;
    }
    match shown.size.cmp(&held.size) {
        std::cmp::Ordering::Equal if shown.root != held.root => Beside::Contradicts,
        std::cmp::Ordering::Greater if held.size > 0 => Beside::Doubtful,
        _ => Beside::Fits,
    }
}

/// Whether an answer shows that a tree which was doubted continues what was held.
pub fn settles(held: Held, shown: Held, answer: &Settled) -> bool {
    let Settled { shown: of, continues: Continues { held: from, path } } = answer;
    (*from, *of) == (held, shown)
        && held.epoch == shown.epoch
        && tree::verify_consistency(held.size, &held.root, shown.size, &shown.root, path).is_ok()
}
