//! One target for each parser of foreign bytes: the real parser, under its real limits, and what must hold of whatever it
//! takes.
//!
//! A target is a function of bytes that panics where a promise is broken. The tests replay what is kept in `corpus/` and
//! what the targets begin with; `make fuzz` has libFuzzer look for more. Everybody in here is invented, and every key
//! is made of a constant.
//!
//! Not here: how bytes come to a node, and what becomes of them once they are believed.
//!
//! Invariant: a target depends on nothing but its bytes, so that a finding replays.

mod acts;
mod bags;
mod cast;
mod federation;
mod journal;
mod kept;
mod memory;
mod packages;
mod passkeys;
mod proofs;
mod witness;

use std::sync::LazyLock;

use memory::Bound;

/// A parser of foreign bytes, and what must hold of it.
pub struct Target {
    /// Its name: of its folder in `corpus/`, and on the command line.
    pub name: &'static str,
    /// Reads, and panics where a promise is broken; whether the bytes were taken.
    read: fn(&[u8]) -> bool,
    /// What to begin with.
    seeds: fn() -> Vec<Vec<u8>>,
    /// The memory that reading may take.
    memory: Bound,
}

const fn target(
    name: &'static str,
    read: fn(&[u8]) -> bool,
    seeds: fn() -> Vec<Vec<u8>>,
    memory: Bound,
) -> Target {
    Target { name, read, seeds, memory }
}

/// A byte that becomes an item of a CBOR tree takes thirty-two, while the tree is written again for comparison.
const TREE: Bound = Bound { at_least: 256 * KIB, a_byte: 200 };
/// What reads piece by piece holds a few pieces, however long the whole is.
const PIECES: Bound = Bound { at_least: 4 * MIB, a_byte: 4 };
/// Text and what is made of it.
const TEXT: Bound = Bound { at_least: 256 * KIB, a_byte: 64 };
const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// All targets.
pub const TARGETS: &[Target] = &[
    target("entry", journal::entry, journal::entry_seeds, TREE),
    target("card", journal::card, journal::card_seeds, TREE),
    target("checkpoint", journal::checkpoint, journal::checkpoint_seeds, TEXT),
    target("receipt", proofs::receipt, proofs::receipt_seeds, TREE),
    target("stated", proofs::stated, proofs::stated_seeds, TREE),
    target("proof", proofs::proof, proofs::proof_seeds, TREE),
    target("matter", acts::matter, acts::matter_seeds, TREE),
    target("body", acts::body, acts::body_seeds, TREE),
    target("toml", acts::toml, acts::toml_seeds, TREE),
    target("typed", journal::typed, journal::typed_seeds, TEXT),
    target("message", federation::message, federation::message_seeds, TREE),
    target("witness", witness::witness, witness::witness_seeds, TREE),
    target("batch", federation::batch, federation::batch_seeds, TREE),
    target("bundle", federation::bundle, federation::bundle_seeds, TREE),
    target("age", packages::age, packages::age_seeds, TEXT),
    target("payload", packages::payload, packages::payload_seeds, PIECES),
    target("sealed", packages::sealed, packages::sealed_seeds, PIECES),
    target("index", bags::index, bags::index_seeds, TEXT),
    target("tar", bags::tar, bags::tar_seeds, PIECES),
    target("package", bags::package, bags::package_seeds, PIECES),
    target("bag", bags::bag, bags::bag_seeds, PIECES),
    target("passkey", passkeys::passkey, passkeys::passkey_seeds, TREE),
];

impl Target {
    /// The target of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TARGETS.iter().find(|target| target.name == name)
    }

    /// What it begins with: bytes that are as they should be, or nearly so.
    pub fn seeds(&self) -> Vec<Vec<u8>> {
        (self.seeds)()
    }

    /// Has the parser read these bytes; whether it took them.
    ///
    /// # Panics
    /// Where a promise is broken: that is a finding.
    pub fn run(&self, bytes: &[u8]) -> bool {
        prepare();
        self.memory.watch(bytes.len(), || (self.read)(bytes))
    }
}

/// Has everything there that is made once, so that it is not counted with what reads.
fn prepare() {
    cast::cast();
    LazyLock::force(&packages::PACKAGE);
    LazyLock::force(&proofs::DISOWNED);
    LazyLock::force(&federation::SENT);
    LazyLock::force(&witness::TREES);
}

/// The records in an input: two bytes of length before each, and the last one may be cut.
fn records(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (record, rest) = rest.split_at(length);
        records.push(record);
        bytes = rest;
    }
    records
}

/// An input of these records.
///
/// # Panics
/// When one is longer than two bytes can say; seeds are not.
fn recorded<R: AsRef<[u8]>>(records: impl IntoIterator<Item = R>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for record in records {
        let record = record.as_ref();
        bytes.extend(u16::try_from(record.len()).expect("a record of a seed is short").to_be_bytes());
        bytes.extend(record);
    }
    bytes
}
