//! What one core and the disk of this machine can do at all: nobody who hashes, seals and writes is faster than these.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use comity_evidence::age::CHUNK;
use rustix::fs::OFlags;
use sha2::{Digest as _, Sha256};

use super::Outcome;
use super::table::{Table, Taken, timed};

const GROUP: &str = "limits of one core and the disk";
/// How much each is measured on: 256 MiB.
const BYTES: u64 = 256 << 20;
const CHUNKS: u64 = BYTES / CHUNK as u64;

/// Takes each once.
pub(crate) fn take(table: &mut Table, folder: &Path) -> Outcome<()> {
    let hash = timed(hash)?.1;
    let cipher = timed(cipher)?.1;
    table.note(GROUP, "SHA-256", BYTES, hash);
    table.note(GROUP, "ChaCha20-Poly1305", BYTES, cipher);
    // What sealing needs of each byte, one after the other: its file's hash, the cipher, the group's hash.
    let sealing =
        Taken { seconds: 2.0 * hash.seconds + cipher.seconds, cpu: 2.0 * hash.cpu + cipher.cpu, ..hash };
    table.note(GROUP, "hash + cipher + hash, computed", BYTES, sealing);
    for (what, flags) in [("write", OFlags::empty()), ("write around the page cache", OFlags::DIRECT)] {
        let file = folder.join("plain");
        let (plain, written) = timed(|| write(&file, flags))?;
        let sync = timed(|| Ok(plain.sync_all()?))?.1.seconds;
        table.note(GROUP, what, BYTES, Taken { sync: Some(sync), ..written });
        fs::remove_file(file)?;
    }
    Ok(())
}

fn hash() -> Outcome<()> {
    let (mut state, chunk) = (Sha256::new(), vec![7; CHUNK]);
    for _ in 0..CHUNKS {
        state.update(black_box(&chunk));
    }
    black_box(state.finalize());
    Ok(())
}

fn cipher() -> Outcome<()> {
    let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &[7; 32])?);
    let mut chunk = vec![7; CHUNK];
    for number in 0..CHUNKS {
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&number.to_be_bytes());
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = key.seal_in_place_separate_tag(nonce, Aad::empty(), black_box(&mut chunk))?;
        black_box(tag.as_ref());
    }
    Ok(())
}

fn write(path: &Path, flags: OFlags) -> Outcome<File> {
    const BLOCK: usize = 2 << 20;
    const PAGE: usize = 4096;
    let flags = i32::try_from(flags.bits())?;
    let mut file = File::options().write(true).create_new(true).custom_flags(flags).open(path)?;
    let memory = vec![7; BLOCK + PAGE];
    let begin = memory.as_ptr().align_offset(PAGE);
    for _ in 0..BYTES / BLOCK as u64 {
        file.write_all(&memory[begin..begin + BLOCK])?;
    }
    Ok(file)
}
