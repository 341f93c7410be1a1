//! The bag inside a package (BagIt 1.0): made in one pass, and any folder judged as a bag.
//!
//! A package's bag has one form. Below one top folder, in this order: `bagit.txt`, `data/…` sorted by path,
//! `bag-info.txt`, `manifest-sha256.txt`, `comity/index`, `tagmanifest-sha256.txt`, `comity/groups`. What says
//! something about the files comes after them, so that one pass suffices, and before the end it is all there.
//! Folders that hold nothing have a member of their own; other folders are there by what they hold.
//!
//! Not here: encryption (`age`, `sealed`), writing files out (`extract`).
//! Specification: RFC 8493.

mod accounts;
mod digest;
mod manifest;
mod pack;
mod problems;
mod tagfile;
mod validate;

pub(crate) use accounts::{Accounts, Closed, Spool};
pub use digest::Algorithm;
pub(crate) use digest::{Hashing, of_bytes};
pub(crate) use manifest::{Lines, manifest_line, parse_line};
pub(crate) use pack::tag_manifest;
pub use pack::{Facts, GROUP_BYTES, PackError, Packed, Sink, pack};
pub use problems::{BagFacts, BagProblem, BagProblems, BagWarning};
pub(crate) use tagfile::{parse_info, payload_oxum};
pub use validate::validate_folder;

/// The first member of every package, byte for byte.
pub(crate) const BAGIT_TXT: &[u8] = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// Names of a package's own files below its top folder.
pub(crate) mod member {
    pub(crate) const DECLARATION: &str = "bagit.txt";
    pub(crate) const PAYLOAD: &str = "data";
    pub(crate) const INFO: &str = "bag-info.txt";
    pub(crate) const MANIFEST: &str = "manifest-sha256.txt";
    pub(crate) const INDEX: &str = "comity/index";
    pub(crate) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
    pub(crate) const GROUPS: &str = "comity/groups";
}
