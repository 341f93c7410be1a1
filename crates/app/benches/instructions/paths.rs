//! Which paths there are, each through the functions that a node calls.

use super::Outcome;
use super::{entries, packages, proofs};

/// One operation, ready to be repeated.
pub(crate) type Operation = Box<dyn FnMut() -> Outcome<()>>;

/// A path whose instructions are counted.
#[derive(Clone, Copy)]
pub(crate) struct Path {
    /// Its name in the file.
    pub(crate) name: &'static str,
    /// What one operation is.
    pub(crate) what: &'static str,
    /// How many operations are compared with twice as many.
    pub(crate) times: u32,
    /// Prepares as many operations as are ever repeated, so that what is prepared does not depend on how many are.
    ready: fn(most: u32) -> Outcome<Operation>,
}

impl Path {
    /// Prepares and repeats.
    pub(crate) fn walk(&self, times: u32) -> Outcome<()> {
        let mut operation = (self.ready)(2 * self.times)?;
        if times > 2 * self.times {
            return Err(format!("at most {} were prepared", 2 * self.times).into());
        }
        (0..times).try_for_each(|_| operation())
    }
}

/// All of them.
pub(crate) const PATHS: &[Path] = &[
    Path { name: "compose", what: "an act from TOML, 4 KiB of text", times: 32, ready: entries::compose },
    Path {
        name: "sign-entry",
        what: "its content salted and committed to, its header written and signed",
        times: 32,
        ready: entries::sign,
    },
    Path {
        name: "verify-entry",
        what: "the entry read, its signature checked, its content compared with the commitment",
        times: 32,
        ready: entries::verify,
    },
    Path {
        name: "fold-entry",
        what: "a reminder taken into a request of 100 entries",
        times: 16,
        ready: entries::fold,
    },
    Path {
        name: "make-batch",
        what: "16 acts of 4 KiB composed into a batch, their content sealed (HPKE), encoded",
        times: 8,
        ready: entries::make_batch,
    },
    Path {
        name: "open-batch",
        what: "that batch read and its content opened; signatures are checked apart",
        times: 8,
        ready: entries::open_batch,
    },
    Path {
        name: "make-receipt",
        what: "a checkpoint signed and a run of 16 of 10,000 leaves proven",
        times: 32,
        ready: proofs::make_receipt,
    },
    Path {
        name: "check-receipt",
        what: "that receipt, checkpoint and run",
        times: 32,
        ready: proofs::check_receipt,
    },
    Path {
        name: "grow-tree",
        what: "a leaf more on 10,000, the root, and the proof that the leaf is in",
        times: 256,
        ready: proofs::grow,
    },
    Path {
        name: "check-inclusion",
        what: "the proof of one of 10,000 leaves",
        times: 256,
        ready: proofs::check_inclusion,
    },
    Path {
        name: "read-card",
        what: "an agency's card read, its signature checked",
        times: 32,
        ready: proofs::read_card,
    },
    Path {
        name: "seal-group",
        what: "1 MiB of a package enciphered, and hashed into its tree",
        times: 4,
        ready: packages::seal,
    },
    Path {
        name: "open-group",
        what: "1 MiB of a package hashed into its tree, and deciphered",
        times: 4,
        ready: packages::open,
    },
];
