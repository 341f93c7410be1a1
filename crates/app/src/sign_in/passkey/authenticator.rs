//! What the device says, in the bytes it signs: for which site, whether it verified its holder, how often it has signed, and
//! the passkey where it has just made one (WebAuthn, section 6.1).

use ciborium::Value;
use sha2::{Digest as _, Sha256};

use super::answer::UnfitAnswer;
use super::public_key::PublicKey;
use super::site::Site;

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const MAY_BE_COPIED: u8 = 0x08;
const IS_COPIED: u8 = 0x10;
const HAS_PASSKEY: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;
/// The longest name of a passkey that the specification allows.
const NAME_BYTES: usize = 1023;
/// CBOR deeper than this is not read: a key is a map of numbers and byte strings.
const DEPTH: usize = 4;

/// What a device says.
pub(super) struct Said<'a> {
    site: &'a [u8],
    flags: u8,
    pub(super) count: u32,
    /// The passkey that was made: its name and its key.
    pub(super) passkey: Option<(&'a [u8], PublicKey)>,
}

impl<'a> Said<'a> {
    pub(super) fn read(mut bytes: &'a [u8]) -> Result<Self, UnfitAnswer> {
        let rest = &mut bytes;
        let site = take(rest, 32)?;
        let [flags] = chunk(rest)?;
        let count = u32::from_be_bytes(chunk(rest)?);
        let passkey = if flags & HAS_PASSKEY != 0 { Some(passkey(rest)?) } else { None };
        if flags & HAS_EXTENSIONS != 0 {
            map(rest)?;
        }
        if rest.is_empty() { Ok(Self { site, flags, count, passkey }) } else { Err(UnfitAnswer::Unreadable) }
    }

    /// Whether it was made for this site, by a device that has verified who holds it.
    pub(super) fn check(&self, site: &Site) -> Result<(), UnfitAnswer> {
        if self.site != Sha256::digest(site.id().as_bytes()).as_slice() {
            return Err(UnfitAnswer::OtherSite);
        }
        if self.flags & PRESENT == 0 || self.flags & VERIFIED == 0 {
            return Err(UnfitAnswer::NotVerified);
        }
        // A passkey that cannot be copied is not copied.
        if self.flags & IS_COPIED != 0 && !self.may_be_copied() {
            return Err(UnfitAnswer::Unreadable);
        }
        Ok(())
    }

    /// Whether the passkey may lie in several devices of its owner.
    pub(super) fn may_be_copied(&self) -> bool {
        self.flags & MAY_BE_COPIED != 0
    }
}

fn passkey<'a>(rest: &mut &'a [u8]) -> Result<(&'a [u8], PublicKey), UnfitAnswer> {
    // The make of the device; nothing rests on it.
    take(rest, 16)?;
    let length = usize::from(u16::from_be_bytes(chunk(rest)?));
    if length == 0 || length > NAME_BYTES {
        return Err(UnfitAnswer::Unreadable);
    }
    let name = take(rest, length)?;
    Ok((name, PublicKey::of_cose(&map(rest)?).ok_or(UnfitAnswer::OtherKey)?))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], UnfitAnswer> {
    let (taken, left) = rest.split_at_checked(length).ok_or(UnfitAnswer::Unreadable)?;
    *rest = left;
    Ok(taken)
}

fn chunk<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], UnfitAnswer> {
    let (taken, left) = rest.split_first_chunk().ok_or(UnfitAnswer::Unreadable)?;
    *rest = left;
    Ok(*taken)
}

/// One map of CBOR, as long as it is.
pub(super) fn map(rest: &mut &[u8]) -> Result<Vec<(Value, Value)>, UnfitAnswer> {
    let value: Value = ciborium::de::from_reader_with_recursion_limit(&mut *rest, DEPTH)
        .map_err(|_| UnfitAnswer::Unreadable)?;
    value.into_map().map_err(|_| UnfitAnswer::Unreadable)
}
