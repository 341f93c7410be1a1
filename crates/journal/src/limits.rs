//! The sizes the protocol allows. They are constants of the protocol, not settings: no valid entry is ever too
//! large for a node to store.

/// A header, in bytes.
pub const HEADER_BYTES: usize = 64 * 1024;
/// One part of an entry's content, in bytes, without its salt.
pub const PART_BYTES: usize = 256 * 1024;
/// Parts of one entry.
pub const PARTS: usize = 256;
/// All parts of one entry together, in bytes.
pub const PARTS_BYTES: usize = 4 * 1024 * 1024;
/// A sealed package that an act may hand over, in bytes: 16 TiB.
pub const PACKAGE_BYTES: u64 = 16 << 40;
/// Handles an act may name.
pub const HANDLES: usize = 1024;
/// Parties of a matter.
pub const PARTIES: usize = 64;
/// Nesting of CBOR.
pub const CBOR_DEPTH: usize = 16;
/// Entries of one batch.
pub const BATCH_ENTRIES: usize = 1000;
/// One batch, in bytes.
pub const BATCH_BYTES: usize = 8 * 1024 * 1024;
/// One frame of a bundle before it is sealed, in bytes: a batch, and what says that it is one.
pub const BUNDLE_FRAME_BYTES: usize = BATCH_BYTES + 1024;
/// Frames of one bundle: the largest package, and as much again.
pub const BUNDLE_FRAMES: u64 = 32 << 20;
/// A card, in bytes.
pub const CARD_BYTES: usize = 64 * 1024;
/// Cards in one chain that is accepted at once.
pub const CARD_CHAIN: usize = 1000;
/// Keys that a card may disown.
pub const DISOWNED: usize = 64;
/// Stated heads in one batch.
pub const BATCH_HEADS: usize = 1000;
/// Entries of one partner that wait for earlier ones, or were set aside; beyond this they are not receipted, so the
/// sender keeps them.
pub const WAITING_ENTRIES: usize = 10_000;
/// Bytes of one partner that wait for earlier entries, or were set aside.
pub const WAITING_BYTES: usize = 64 * 1024 * 1024;
/// Seconds a partner's handshake may take.
pub const HANDSHAKE_SECONDS: u64 = 5;
/// Seconds one request between nodes may take.
pub const REQUEST_SECONDS: u64 = 30;
/// Seconds a connection may be idle.
pub const IDLE_SECONDS: u64 = 60;
/// A clock that differs by more than this from ours is flagged, in milliseconds. Never a ground of invalidity.
pub const CLOCK_SKEW_MS: i64 = 5 * 60 * 1000;
