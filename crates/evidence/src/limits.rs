//! The sizes a package may have. They are constants of the format, not settings: what one node seals, every other
//! node can open.

/// The plaintext of a package, in bytes: 16 TiB.
pub const PACKAGE_BYTES: u64 = 16 << 40;
/// Files and empty folders of one package.
pub const FILES: u64 = 5_000_000;
/// A path within the sealed folder, in bytes.
pub const PATH_BYTES: usize = 1024;
/// One name in a path, in bytes: what file systems can hold.
pub const NAME_BYTES: usize = 255;
/// Names in one path: folders above a file and the file itself.
pub const DEPTH: usize = 64;
/// A tar member's path, in bytes: a path with the package's own folders above it.
pub const MEMBER_PATH_BYTES: usize = PATH_BYTES + NAME_BYTES + 8;
/// Extended attributes in front of one tar member, in bytes.
pub const EXTENDED_BYTES: u64 = 256 * 1024;
/// Extended headers that may follow each other before the member they describe.
pub const EXTENDED_IN_A_ROW: usize = 4;
/// `bag-info.txt` and other small tag files that are read whole, in bytes.
pub const TAG_FILE_BYTES: u64 = 1024 * 1024;
/// A line of a manifest or `fetch.txt`, in bytes. Percent-encoding makes three bytes of one.
pub const MANIFEST_LINE_BYTES: u64 = 8 * 1024;
/// Problems of a bag that are listed one by one; the rest are counted.
pub const PROBLEMS: usize = 100;
